//! One order's whole day, a pure function of the seed and the order's number: nothing of it needs to be remembered.

use uuid::Uuid;

use crate::catalogue::{LAMP, PRODUCTS};
use crate::day::{LAMPS_ARRIVE, MINUTE, SALE, SECOND, clock};
use crate::plan::{Plan, Role};
use crate::random::{Chance, uuid_at};

/// The number of the day's first order.
pub(crate) const FIRST_NUMBER: u64 = 10_001;
const MILLI: i64 = 1_000;
const MAX_ITEMS: usize = 4;
const MAX_STEPS: usize = 32;

/// One line of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) sku: u32,
    pub(crate) qty: i64,
}

impl Item {
    /// Price of one piece, in cents.
    pub(crate) fn price(self) -> i64 {
        PRODUCTS[self.sku as usize % PRODUCTS.len()].1
    }
}

/// What happens in a step, and with which item where that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Act {
    #[default]
    Placed,
    VoucherApplied,
    Reserved(u8),
    PaymentRequested,
    Authorised,
    Declined,
    Captured,
    Paid,
    PaidAgain,
    Cancelled,
    Expired,
    Released(u8),
    AddressChanged,
    Shipped,
    Dispatched(u8),
    Delivered,
    Reviewed,
    ReviewEdited,
    ReviewHidden,
}

/// The kinds of stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    Order,
    Payment,
    Stock,
    Review,
}

impl Category {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Payment => "payment",
            Self::Stock => "stock",
            Self::Review => "review",
        }
    }
}

impl Act {
    pub(crate) const fn category(self) -> Category {
        match self {
            Self::Reserved(_) | Self::Released(_) | Self::Dispatched(_) => Category::Stock,
            Self::PaymentRequested | Self::Authorised | Self::Declined | Self::Captured => Category::Payment,
            Self::Reviewed | Self::ReviewEdited | Self::ReviewHidden => Category::Review,
            _ => Category::Order,
        }
    }

    /// The event type.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Placed => "OrderPlaced",
            Self::VoucherApplied => "VoucherApplied",
            Self::Reserved(_) => "StockReserved",
            Self::PaymentRequested => "PaymentRequested",
            Self::Authorised => "PaymentAuthorised",
            Self::Declined => "PaymentDeclined",
            Self::Captured | Self::Paid | Self::PaidAgain => "PaymentCaptured",
            Self::Cancelled => "OrderCancelled",
            Self::Expired => "OrderExpired",
            Self::Released(_) => "StockReleased",
            Self::AddressChanged => "AddressChanged",
            Self::Shipped => "OrderShipped",
            Self::Dispatched(_) => "StockDispatched",
            Self::Delivered => "OrderDelivered",
            Self::Reviewed => "ReviewPosted",
            Self::ReviewEdited => "ReviewEdited",
            Self::ReviewHidden => "ReviewHidden",
        }
    }
}

/// One event to be: what, when it happens, when it is logged, and what caused it. Microseconds of the day.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Step {
    pub(crate) act: Act,
    pub(crate) at: i64,
    pub(crate) logged: i64,
    /// Which step this is in the order of happening; its identity is made from that.
    made: u8,
    cause: Option<u8>,
}

/// An order and all that will happen to it, in log order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) number: u64,
    pub(crate) role: Role,
    /// Picks the customer, the texts and the like.
    pub(crate) chance: Chance,
    /// Reduction in cents, where a voucher was used.
    pub(crate) discount: i64,
    items: [Item; MAX_ITEMS],
    item_count: usize,
    steps: [Step; MAX_STEPS],
    step_count: usize,
    seed: u64,
    index: u32,
}

impl Order {
    /// The `index`th order of the day.
    pub(crate) fn new(plan: &Plan, index: u32) -> Self {
        let mut chance = Chance::new(plan.seed, 1, u64::from(index));
        let role = plan.role(index);
        let placed = plan.placed(index);
        let mut order = Self {
            number: FIRST_NUMBER + u64::from(index),
            role,
            chance,
            discount: 0,
            items: [Item::default(); MAX_ITEMS],
            item_count: 0,
            steps: [Step::default(); MAX_STEPS],
            step_count: 0,
            seed: plan.seed,
            index,
        };
        order.choose_items(plan, placed, &mut chance);
        order.live(plan, placed, &mut chance);
        order.chance = chance;
        // Late ones move back; equal times keep the order of happening.
        order.steps[..order.step_count].sort_by_key(|s| s.logged);
        order
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items[..self.item_count]
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps[..self.step_count]
    }

    /// What is to be paid, in cents.
    pub(crate) fn total(&self) -> i64 {
        self.full_price() - self.discount
    }

    /// What the items cost without the voucher, in cents.
    pub(crate) fn full_price(&self) -> i64 {
        self.items().iter().map(|i| i.price() * i.qty).sum()
    }

    /// The step's version in its stream, from 1. Stock streams are shared between orders and count for themselves.
    pub(crate) fn version(&self, step: usize) -> u32 {
        let category = self.steps[step].act.category();
        self.steps[..=step]
            .iter()
            .filter(|s| s.act.category() == category)
            .count() as u32
    }

    /// How many events the order's stream of this kind ends the day with.
    pub(crate) fn length(&self, category: Category) -> u32 {
        self.steps()
            .iter()
            .filter(|s| s.act.category() == category)
            .count() as u32
    }

    /// The identity of a step's event; `start` is the day's, in microseconds since the epoch.
    pub(crate) fn id(&self, step: &Step, start: i64) -> Uuid {
        let mut chance = Chance::new(self.seed, 2, (u64::from(self.index) << 8) | u64::from(step.made));
        uuid_at(start + step.at, &mut chance)
    }

    /// The identity of the event that caused the step.
    pub(crate) fn cause(&self, step: &Step, start: i64) -> Option<Uuid> {
        let made = step.cause?;
        self.steps()
            .iter()
            .find(|s| s.made == made)
            .map(|s| self.id(s, start))
    }

    /// What all of this order's events have in common.
    pub(crate) fn correlation(&self, start: i64) -> Uuid {
        let placed = self.steps[0].at;
        uuid_at(
            start + placed,
            &mut Chance::new(self.seed, 3, u64::from(self.index)),
        )
    }

    fn choose_items(&mut self, plan: &Plan, placed: i64, chance: &mut Chance) {
        let sells_out = matches!(self.role, Role::FirstOfTwo | Role::SecondOfTwo);
        let lamp = self.role == Role::Ordinary && plan.lamp_is_on_sale(placed) && chance.percent(40);
        if sells_out || lamp {
            self.add_item(Item { sku: LAMP, qty: 1 });
        }
        let wanted = if sells_out { 1 } else { 1 + chance.below(3) };
        while (self.item_count as u64) < wanted {
            let sku = chance.popular(u64::from(plan.skus)) as u32;
            let qty = if chance.percent(25) { 2 } else { 1 };
            if sku == LAMP || self.items().iter().any(|i| i.sku == sku) {
                // Try again with the next number; there are always more products than lines.
                continue;
            }
            self.add_item(Item { sku, qty });
        }
    }

    fn add_item(&mut self, item: Item) {
        self.items[self.item_count] = item;
        self.item_count += 1;
    }

    /// Adds a step that happens at `at` because of `cause`; gives its number.
    fn step(&mut self, act: Act, at: i64, cause: Option<u8>) -> u8 {
        let made = self.step_count as u8;
        self.steps[self.step_count] = Step {
            act,
            at,
            logged: at,
            made,
            cause,
        };
        self.step_count += 1;
        made
    }

    /// A step for each item, some milliseconds apart.
    fn step_per_item(&mut self, act: fn(u8) -> Act, mut at: i64, cause: u8, chance: &mut Chance) -> i64 {
        for i in 0..self.item_count as u8 {
            at += chance.between(2 * MILLI, 9 * MILLI);
            self.step(act(i), at, Some(cause));
        }
        at
    }

    fn live(&mut self, plan: &Plan, placed: i64, chance: &mut Chance) {
        let first = self.step(Act::Placed, placed, None);
        let mut at = match self.role {
            Role::FirstOfTwo | Role::SecondOfTwo => {
                let at = plan.reserved_by_both(self.role);
                self.step(Act::Reserved(0), at, Some(first));
                at
            }
            _ => self.step_per_item(
                Act::Reserved,
                placed + chance.between(20 * MILLI, 90 * MILLI),
                first,
                chance,
            ),
        };
        if self.role == Role::Ordinary && chance.percent(8) {
            self.discount = 500.min(self.full_price() / 10);
            at += chance.between(5 * MILLI, 40 * MILLI);
            self.step(Act::VoucherApplied, at, Some(first));
        }
        at += chance.between(20 * MILLI, 200 * MILLI);
        let requested = self.step(Act::PaymentRequested, at, Some(first));
        at += chance.between(2 * SECOND, 20 * SECOND);
        if let Some((captured, paid_at)) = self.pay(requested, at, chance) {
            self.after_payment(captured, paid_at, chance);
        }
    }

    /// The payment's own steps; `None` when it failed for good.
    fn pay(&mut self, requested: u8, mut at: i64, chance: &mut Chance) -> Option<(u8, i64)> {
        let has_lamp = self.items[0].sku == LAMP;
        if self.role == Role::Ordinary && !has_lamp && chance.percent(6) {
            let declined = self.step(Act::Declined, at, Some(requested));
            if chance.percent(40) {
                let cancelled_at = at + chance.between(10 * SECOND, 90 * SECOND);
                let cancelled = self.step(Act::Cancelled, cancelled_at, Some(declined));
                self.step_per_item(Act::Released, cancelled_at, cancelled, chance);
                return None;
            }
            at += chance.between(30 * SECOND, 90 * SECOND);
        }
        let authorised = self.step(Act::Authorised, at, Some(requested));
        if self.role == Role::Late {
            self.steps[usize::from(authorised)].logged = at + 6 * MINUTE + 24 * SECOND + 113 * MILLI;
        }
        at += chance.between(300 * MILLI, 2 * SECOND);
        let captured = self.step(Act::Captured, at, Some(authorised));
        Some((captured, at + chance.between(5 * MILLI, 60 * MILLI)))
    }

    fn after_payment(&mut self, captured: u8, paid_at: i64, chance: &mut Chance) {
        if self.role == Role::Lost {
            let expired_at = paid_at + 30 * MINUTE;
            let expired = self.step(Act::Expired, expired_at, None);
            self.step_per_item(Act::Released, expired_at, expired, chance);
            return;
        }
        let paid = self.step(Act::Paid, paid_at, Some(captured));
        if self.role == Role::Doubled {
            self.step(Act::PaidAgain, paid_at + 212 * MILLI, Some(captured));
        }
        if self.role == Role::Ordinary && chance.percent(5) {
            self.step(
                Act::AddressChanged,
                paid_at + chance.between(2 * MINUTE, 15 * MINUTE),
                None,
            );
        }
        let earliest = match self.role {
            // There is no piece for the second buyer until new ones arrive.
            Role::SecondOfTwo => LAMPS_ARRIVE + 5 * MINUTE,
            _ => clock(7, 0) + chance.between(0, 30 * MINUTE),
        };
        let shipped_at = (paid_at + chance.between(20 * MINUTE, 90 * MINUTE)).max(earliest);
        if shipped_at > clock(21, 30) {
            return;
        }
        let shipped = self.step(Act::Shipped, shipped_at, Some(paid));
        self.step_per_item(Act::Dispatched, shipped_at, shipped, chance);
        let delivered_at = shipped_at + chance.between(120 * MINUTE, 240 * MINUTE);
        if delivered_at > clock(22, 0) {
            return;
        }
        let delivered = self.step(Act::Delivered, delivered_at, Some(shipped));
        if chance.percent(35) {
            self.review(delivered, delivered_at, chance);
        }
    }

    fn review(&mut self, delivered: u8, delivered_at: i64, chance: &mut Chance) {
        let at = delivered_at + chance.between(10 * MINUTE, 90 * MINUTE);
        let posted = self.step(Act::Reviewed, at, Some(delivered));
        if chance.percent(10) {
            self.step(
                Act::ReviewEdited,
                at + chance.between(MINUTE, 12 * MINUTE),
                Some(posted),
            );
        } else if chance.percent(8) {
            self.step(
                Act::ReviewHidden,
                at + chance.between(5 * MINUTE, 20 * MINUTE),
                Some(posted),
            );
        }
    }
}

/// Whether an order placed at this moment may hold the lamp: from the sale's start to shortly before the last piece.
pub(crate) const fn in_sale_before(placed: i64, end: i64) -> bool {
    placed >= SALE && placed < end - 2 * SECOND
}
