//! What each event says. Every event states new values, not differences, so that laying one over the other (a JSON merge
//! patch, RFC 7396) gives the state of the order, the payment, the stock level or the review.

use crate::catalogue::{CARRIERS, METHODS, PRODUCTS, REGIONS, REVIEWS, Region, TIERS};
use crate::clock_text::ClockText;
use crate::order::{Act, Order, Step};
use crate::random::Chance;
use crate::stock::Level;

/// The first integer a double cannot hold is 9007199254740993; loyalty numbers start there and stay odd.
const FIRST_LOYALTY_NUMBER: u64 = 9_007_199_254_740_993;

/// Appends formatted text. Writing to a string cannot fail, so there is no result to look at.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($out, $($arg)*);
    }};
}
pub(crate) use put;

/// Cents as a decimal with exactly two digits, as a shop writes money.
struct Money(i64);

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Who orders, found again from the customer's number alone.
struct Customer {
    number: u64,
    region: &'static Region,
    chance: Chance,
}

impl Customer {
    fn of(order: &Order, seed: u64) -> Self {
        let number = 1_000 + order.chance.clone().popular(400_000);
        let mut chance = Chance::new(seed, 7, number);
        // Half of them live around the shop.
        let region = if chance.percent(50) {
            0
        } else {
            chance.below(REGIONS.len() as u64) as usize
        };
        Self {
            number,
            region: &REGIONS[region],
            chance,
        }
    }

    fn write(&mut self, out: &mut String) {
        let (given, family) = (
            pick(&mut self.chance, self.region.given),
            pick(&mut self.chance, self.region.family),
        );
        let tier = pick(&mut self.chance, TIERS);
        put!(out, r#"{{"id":{},"name":""#, self.number);
        if self.region.family_first {
            put!(out, "{family}{given}");
        } else {
            put!(out, "{given} {family}");
        }
        put!(
            out,
            r#"","email":"c{}@example.org","loyaltyNumber":{},"tier":"{tier}"}}"#,
            self.number,
            FIRST_LOYALTY_NUMBER + 2 * self.number
        );
    }
}

fn pick<'a>(chance: &mut Chance, of: &[&'a str]) -> &'a str {
    of[chance.below(of.len() as u64) as usize]
}

fn write_address(out: &mut String, region: &Region, chance: &mut Chance) {
    let (town, zip) = region.towns[chance.below(region.towns.len() as u64) as usize];
    let street = pick(chance, region.streets);
    let number = 1 + chance.below(120);
    put!(
        out,
        r#"{{"street":"{street} {number}","city":"{town}","zip":"{zip}","country":"{}"}}"#,
        region.country
    );
}

/// A product's article number.
pub(crate) fn sku_name(sku: u32) -> String {
    format!("SKU-{:04}", sku + 1)
}

/// A product's name as JSON text: past the first round through the catalogue, names carry their edition.
fn write_product_name(out: &mut String, sku: u32) {
    let edition = sku as usize / PRODUCTS.len();
    out.push('"');
    out.push_str(PRODUCTS[sku as usize % PRODUCTS.len()].0);
    if edition > 0 {
        put!(out, ", edition {}", edition + 1);
    }
    out.push('"');
}

fn write_items(out: &mut String, order: &Order) {
    out.push('[');
    for (i, item) in order.items().iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        put!(out, r#"{{"sku":"SKU-{:04}","name":"#, item.sku + 1);
        write_product_name(out, item.sku);
        put!(out, r#","qty":{},"price":{}}}"#, item.qty, Money(item.price()));
    }
    out.push(']');
}

/// What an order's step says. `level` is the stock after the step, for the steps that touch stock, and `seen` the version
/// of the stock stream that whoever decided had in front of them.
pub(crate) fn write_step(
    out: &mut String,
    order: &Order,
    step: &Step,
    seed: u64,
    start: i64,
    stock: Option<(&Level, u32)>,
    clock: &mut ClockText,
) {
    // Each kind of event draws from its own sequence, so that one more event changes no other.
    let mut chance = Chance::new(seed, 8, order.number << 5 | u64::from(step.act.category() as u8));
    let n = order.number;
    match step.act {
        Act::Placed => {
            let mut customer = Customer::of(order, seed);
            put!(out, r#"{{"orderId":"order-{n}","status":"placed","customer":"#);
            customer.write(out);
            out.push_str(r#","items":"#);
            write_items(out, order);
            put!(
                out,
                r#","currency":"EUR","total":{},"address":"#,
                Money(order.full_price())
            );
            write_address(out, customer.region, &mut customer.chance);
            out.push_str(r#","paidAmount":0.00,"placedAt":""#);
            clock.append(out, start + step.at, 'T');
            out.push_str("Z\"}");
        }
        Act::VoucherApplied => put!(
            out,
            r#"{{"voucher":{{"code":"ABEND5","discount":{}}},"total":{}}}"#,
            Money(order.discount),
            Money(order.total())
        ),
        Act::PaymentRequested => put!(
            out,
            r#"{{"paymentId":"payment-{n}","orderId":"order-{n}","status":"requested","amount":{},"currency":"EUR","method":"{}","capturedAmount":0.00}}"#,
            Money(order.total()),
            pick(&mut chance, METHODS)
        ),
        Act::Authorised => {
            let code = chance.next() & 0xff_ffff;
            put!(
                out,
                r#"{{"status":"authorised","authorisation":{{"code":"{code:06X}","at":""#
            );
            clock.append(out, start + step.at, 'T');
            out.push_str("Z\"}}");
        }
        Act::Declined => out.push_str(r#"{"status":"declined","reason":"insufficient funds"}"#),
        Act::Captured => put!(
            out,
            r#"{{"status":"captured","captureId":"cap-{n}","capturedAmount":{}}}"#,
            Money(order.total())
        ),
        Act::Paid | Act::PaidAgain => {
            let times = if step.act == Act::PaidAgain { 2 } else { 1 };
            put!(
                out,
                r#"{{"status":"paid","paymentId":"payment-{n}","captureId":"cap-{n}","paidAmount":{}}}"#,
                Money(order.total() * times)
            );
        }
        Act::Cancelled => out.push_str(r#"{"status":"cancelled","reason":"payment declined"}"#),
        Act::Expired => out.push_str(r#"{"status":"expired","reason":"no payment within 30 minutes"}"#),
        Act::AddressChanged => {
            let region = Customer::of(order, seed).region;
            out.push_str(r#"{"address":"#);
            write_address(out, region, &mut chance);
            out.push('}');
        }
        Act::Shipped => put!(
            out,
            r#"{{"status":"shipped","shipment":{{"carrier":"{}","parcel":"P-{}"}}}}"#,
            pick(&mut chance, CARRIERS),
            700_000_000 + n
        ),
        Act::Delivered => {
            out.push_str(r#"{"status":"delivered","shipment":{"deliveredAt":""#);
            clock.append(out, start + step.at, 'T');
            out.push_str("Z\"}}");
        }
        Act::Reserved(i) | Act::Released(i) | Act::Dispatched(i) => {
            if let Some((level, seen)) = stock {
                write_stock_step(out, order, step.act, i, level, seen);
            }
        }
        Act::Reviewed | Act::ReviewEdited | Act::ReviewHidden => {
            write_review(out, order, step.act, &mut chance);
        }
    }
}

fn write_stock_step(out: &mut String, order: &Order, act: Act, item: u8, level: &Level, seen: u32) {
    let qty = order.items()[usize::from(item)].qty;
    put!(
        out,
        r#"{{"order":"order-{}","qty":{qty},"reserved":{}"#,
        order.number,
        level.reserved
    );
    if matches!(act, Act::Dispatched(_)) {
        put!(out, r#","onHand":{}}}"#, level.on_hand);
    } else {
        put!(out, r#","available":{},"seenVersion":{seen}}}"#, level.available);
    }
}

fn write_review(out: &mut String, order: &Order, act: Act, chance: &mut Chance) {
    let (stars, title, text) = REVIEWS[chance.below(REVIEWS.len() as u64) as usize];
    let n = order.number;
    match act {
        Act::Reviewed => put!(
            out,
            r#"{{"reviewId":"review-{n}","orderId":"order-{n}","sku":"SKU-{:04}","status":"published","stars":{stars},"title":"{title}","text":"{text}"}}"#,
            order.items()[0].sku + 1
        ),
        Act::ReviewEdited => put!(
            out,
            r#"{{"stars":{},"text":"{text} (edited)"}}"#,
            stars.max(2) - 1
        ),
        _ => out.push_str(r#"{"status":"hidden","reason":"reported"}"#),
    }
}

/// A product on the shelf in the morning.
pub(crate) fn write_listed(out: &mut String, sku: u32, level: &Level) {
    put!(out, r#"{{"sku":"SKU-{:04}","name":"#, sku + 1);
    write_product_name(out, sku);
    put!(
        out,
        r#","price":{},"bins":["{}","{}"],"onHand":{},"reserved":0,"available":{}}}"#,
        Money(PRODUCTS[sku as usize % PRODUCTS.len()].1),
        Bin(sku, 0),
        Bin(sku, 1),
        level.on_hand,
        level.available
    );
}

/// More pieces arrive.
pub(crate) fn write_received(out: &mut String, qty: i64, level: &Level) {
    put!(
        out,
        r#"{{"received":{qty},"onHand":{},"available":{}}}"#,
        level.on_hand,
        level.available
    );
}

/// Somebody counted what lies in one of the product's bins.
pub(crate) fn write_counted(out: &mut String, sku: u32, round: u32, level: &Level) {
    put!(
        out,
        r#"{{"counted":{{"bin":"{}","round":{}}},"onHand":{}}}"#,
        Bin(sku, round % 2),
        round + 1,
        level.on_hand
    );
}

/// A place in the warehouse.
struct Bin(u32, u32);

impl std::fmt::Display for Bin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rack = char::from(b'A' + ((self.0 + self.1 * 7) % 20) as u8);
        write!(f, "{rack}-{:02}", (self.0 * 13 + self.1 * 31) % 60 + 1)
    }
}
