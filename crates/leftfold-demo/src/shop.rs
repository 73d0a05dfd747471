//! The shop's day as a simulation: one event after the other in log order, with only the open orders in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use leftfold_event::{Cancel, Progress, Timestamp};
use uuid::Uuid;

use crate::catalogue::LAMP;
use crate::clock_text::ClockText;
use crate::day::{LAMPS_ARRIVE, MINUTE, clock};
use crate::order::{Act, Category, Order, Step};
use crate::payload::{self, sku_name};
use crate::plan::{Plan, Role, announce};
use crate::random::{Chance, uuid_at};
use crate::stock::Level;
use crate::{DemoError, DemoOptions, DemoSummary, Incident};

/// The fewest events that hold a day with all its incidents.
pub(crate) const FEWEST: u64 = 1_000;
/// More orders than this have no numbers.
pub(crate) const MOST: u64 = 10_000_000_000;

/// One event, borrowed for the time of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// From 1, in log order.
    pub(crate) position: u64,
    pub(crate) category: Category,
    /// The stream's name without its category.
    pub(crate) stream: &'a str,
    /// A number of the stream, unique over all streams.
    pub(crate) stream_number: u64,
    /// How many events the stream ends the day with, where that is known from the start.
    pub(crate) stream_length: Option<u32>,
    /// From 1.
    pub(crate) version: u32,
    pub(crate) kind: &'static str,
    /// Microseconds since the epoch.
    pub(crate) time: i64,
    pub(crate) id: Uuid,
    pub(crate) correlation: Uuid,
    pub(crate) causation: Option<Uuid>,
    /// JSON.
    pub(crate) payload: &'a str,
}

/// Takes the events one by one.
pub(crate) trait RowSink {
    fn row(&mut self, row: &Row<'_>) -> Result<(), DemoError>;
}

/// What comes next. The order of the variants decides between equal times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    List(u32),
    Arrival(u32),
    Step(u32, u8),
    Delivery(u32),
    Count(u32),
}

/// What a stock event of the warehouse's own says.
#[derive(Clone, Copy)]
enum Shelf {
    Listed,
    Received(i64),
    Counted(u32),
}

struct Shop<'a, S> {
    plan: Plan,
    start: i64,
    sink: &'a mut S,
    queue: BinaryHeap<Reverse<(i64, Next)>>,
    stock: Vec<Level>,
    names: Vec<String>,
    /// Events still to be had for restocking and counting.
    spare: u64,
    written: u64,
    streams: u64,
    incidents: Vec<Incident>,
    clock: ClockText,
    payload: String,
    name: String,
}

/// Runs the day, handing exactly `options.events` events to the sink.
pub(crate) fn run<S: RowSink>(
    options: &DemoOptions,
    sink: &mut S,
    cancel: &Cancel,
    progress: &Progress,
) -> Result<DemoSummary, DemoError> {
    if !(FEWEST..=MOST).contains(&options.events) {
        return Err(DemoError::Events {
            asked: options.events,
        });
    }
    announce(progress, options.events);
    let plan = Plan::new(options.seed, options.events, cancel)?;
    let mut shop = Shop {
        start: options.start.nanos.div_euclid(1000),
        sink,
        queue: BinaryHeap::new(),
        stock: vec![Level::default(); plan.skus as usize],
        names: (0..plan.skus).map(sku_name).collect(),
        spare: options.events.saturating_sub(plan.fixed_events()),
        written: 0,
        streams: 0,
        incidents: Vec::new(),
        clock: ClockText::default(),
        payload: String::new(),
        name: String::new(),
        plan,
    };
    shop.open();
    let mut turns = 0_u32;
    while let Some(Reverse((at, next))) = shop.queue.pop() {
        turns = turns.wrapping_add(1);
        if turns.is_multiple_of(1024) {
            progress.set_done(shop.written);
            if cancel.is_cancelled() {
                return Err(DemoError::Cancelled);
            }
        }
        shop.turn(at, next)?;
    }
    progress.set_done(shop.written);
    shop.incidents.sort_by_key(|i| i.time);
    Ok(DemoSummary {
        events: shop.written,
        streams: shop.streams,
        incidents: shop.incidents,
    })
}

impl<S: RowSink> Shop<'_, S> {
    /// Puts the day's fixed points into the queue.
    fn open(&mut self) {
        let gap = 4 * MINUTE / i64::from(self.plan.skus);
        for sku in 0..self.plan.skus {
            self.push(i64::from(sku) * gap + 1_250, Next::List(sku));
        }
        if self.plan.orders > 0 {
            self.push(self.plan.due(0), Next::Arrival(0));
        }
        self.push(LAMPS_ARRIVE, Next::Delivery(LAMP));
        self.push(clock(23, 0), Next::Count(0));
    }

    fn push(&mut self, at: i64, next: Next) {
        self.queue.push(Reverse((at, next)));
    }

    fn turn(&mut self, at: i64, next: Next) -> Result<(), DemoError> {
        match next {
            Next::List(sku) => {
                let pieces = if sku == LAMP {
                    self.plan.lamps
                } else {
                    40 + self.plan.demand(sku) / 6
                };
                self.stock[sku as usize].receive(pieces);
                self.shelf(at, sku, Shelf::Listed)
            }
            Next::Arrival(index) => {
                let order = Order::new(&self.plan, index);
                self.push(order.steps()[0].logged, Next::Step(index, 0));
                if index + 1 < self.plan.orders {
                    self.push(self.plan.due(index + 1), Next::Arrival(index + 1));
                }
                Ok(())
            }
            Next::Step(index, step) => {
                let order = Order::new(&self.plan, index);
                self.step(&order, index, usize::from(step))?;
                if let Some(after) = order.steps().get(usize::from(step) + 1) {
                    self.push(after.logged, Next::Step(index, step + 1));
                }
                Ok(())
            }
            Next::Delivery(sku) => self.receive(at, sku),
            Next::Count(round) => self.count(at, round),
        }
    }

    /// One event of an order.
    fn step(&mut self, order: &Order, index: u32, step_index: usize) -> Result<(), DemoError> {
        let step = order.steps()[step_index];
        let category = step.act.category();
        if category == Category::Stock {
            return self.stock_step(order, &step);
        }
        self.payload.clear();
        payload::write_step(
            &mut self.payload,
            order,
            &step,
            self.plan.seed,
            self.start,
            None,
            &mut self.clock,
        );
        self.name.clear();
        payload::put!(self.name, "{}", order.number);
        let version = order.version(step_index);
        self.note(order, &step, version);
        let row = Row {
            position: self.written + 1,
            category,
            stream: &self.name,
            stream_number: u64::from(self.plan.skus)
                + u64::from(index) * 3
                + 1
                + match category {
                    Category::Order | Category::Stock => 0,
                    Category::Payment => 1,
                    Category::Review => 2,
                },
            stream_length: Some(order.length(category)),
            version,
            kind: step.act.kind(),
            time: self.start + step.at,
            id: order.id(&step, self.start),
            correlation: order.correlation(self.start),
            causation: order.cause(&step, self.start),
            payload: &self.payload,
        };
        self.sink.row(&row)?;
        self.written += 1;
        self.streams += u64::from(version == 1);
        Ok(())
    }

    /// One event of an order that lies in a product's stream.
    fn stock_step(&mut self, order: &Order, step: &Step) -> Result<(), DemoError> {
        let (Act::Reserved(i) | Act::Released(i) | Act::Dispatched(i)) = step.act else {
            return Ok(());
        };
        let item = order.items()[usize::from(i)];
        let sku = item.sku;
        let oversells = Plan::oversells(order, step.act);
        if matches!(step.act, Act::Reserved(_))
            && sku != LAMP
            && self.stock[sku as usize].available < item.qty
        {
            // Sold faster than expected: pieces come over from the shop floor at once.
            self.receive(step.at, sku)?;
        }
        let level = &mut self.stock[sku as usize];
        match step.act {
            Act::Reserved(_) => level.reserve(item.qty),
            Act::Released(_) => level.release(item.qty),
            _ => level.dispatch(item.qty),
        }
        level.version += 1;
        // Whoever oversells decided on what the first of the two saw.
        let seen = level.version - if oversells { 2 } else { 1 };
        let level = *level;
        self.payload.clear();
        payload::write_step(
            &mut self.payload,
            order,
            step,
            self.plan.seed,
            self.start,
            Some((&level, seen)),
            &mut self.clock,
        );
        self.note(order, step, level.version);
        let row = Row {
            position: self.written + 1,
            category: Category::Stock,
            stream: &self.names[sku as usize],
            stream_number: u64::from(sku) + 1,
            stream_length: None,
            version: level.version,
            kind: step.act.kind(),
            time: self.start + step.at,
            id: order.id(step, self.start),
            correlation: order.correlation(self.start),
            causation: order.cause(step, self.start),
            payload: &self.payload,
        };
        self.sink.row(&row)?;
        self.written += 1;
        self.reorder(step.at, sku);
        Ok(())
    }

    /// Orders more pieces when few are left; the lamp is a limited edition.
    fn reorder(&mut self, at: i64, sku: u32) {
        let few = 12 + self.plan.demand(sku) / 24;
        let level = &mut self.stock[sku as usize];
        if sku != LAMP && !level.ordered && level.available < few && at < clock(22, 30) {
            level.ordered = true;
            self.push(at + 20 * MINUTE, Next::Delivery(sku));
        }
    }

    /// More pieces of a product. Without a spare event they come with the next one that touches it.
    fn receive(&mut self, at: i64, sku: u32) -> Result<(), DemoError> {
        let pieces = if sku == LAMP {
            24
        } else {
            30 + self.plan.demand(sku) / 6
        };
        let level = &mut self.stock[sku as usize];
        level.receive(pieces);
        level.ordered = false;
        if self.spare == 0 {
            return Ok(());
        }
        self.spare -= 1;
        self.shelf(at, sku, Shelf::Received(pieces))
    }

    /// The evening's stocktaking: product by product until no event is left.
    fn count(&mut self, at: i64, round: u32) -> Result<(), DemoError> {
        if self.spare == 0 {
            return Ok(());
        }
        self.spare -= 1;
        // Through within forty minutes however many there are.
        let left = (clock(23, 40) - at).max(0) / (self.spare as i64 + 1);
        self.push(at + left, Next::Count(round + 1));
        self.shelf(at, round % self.plan.skus, Shelf::Counted(round / self.plan.skus))
    }

    /// An event of the warehouse's own.
    fn shelf(&mut self, at: i64, sku: u32, what: Shelf) -> Result<(), DemoError> {
        let level = &mut self.stock[sku as usize];
        level.version += 1;
        let level = *level;
        self.payload.clear();
        let kind = match what {
            Shelf::Listed => {
                payload::write_listed(&mut self.payload, sku, &level);
                "ProductListed"
            }
            Shelf::Received(pieces) => {
                payload::write_received(&mut self.payload, pieces, &level);
                "StockReceived"
            }
            Shelf::Counted(round) => {
                payload::write_counted(&mut self.payload, sku, round, &level);
                "StockCounted"
            }
        };
        let mut chance = Chance::new(
            self.plan.seed,
            6,
            (u64::from(sku) << 32) | u64::from(level.version),
        );
        let time = self.start + at;
        let row = Row {
            position: self.written + 1,
            category: Category::Stock,
            stream: &self.names[sku as usize],
            stream_number: u64::from(sku) + 1,
            stream_length: None,
            version: level.version,
            kind,
            time,
            id: uuid_at(time, &mut chance),
            correlation: uuid_at(time, &mut chance),
            causation: None,
            payload: &self.payload,
        };
        self.sink.row(&row)?;
        self.written += 1;
        self.streams += u64::from(level.version == 1);
        Ok(())
    }

    /// Writes down an incident when its event comes by.
    fn note(&mut self, order: &Order, step: &Step, version: u32) {
        let n = order.number;
        let (name, stream, version, what) = match (order.role, step.act) {
            (Role::Lost, Act::Captured) => (
                "lost",
                format!("order-{n}"),
                order
                    .steps()
                    .iter()
                    .filter(|s| s.act.category() == Category::Order && s.at < step.at)
                    .count() as u32,
                format!(
                    "payment-{n} v{version} says captured, but order-{n} is never told, and expires though it is paid"
                ),
            ),
            (Role::Doubled, Act::PaidAgain) => (
                "doubled",
                format!("order-{n}"),
                version,
                format!(
                    "the capture of payment-{n} is told to order-{n} twice, 212 ms apart: it seems paid two times"
                ),
            ),
            (Role::Late, Act::Authorised) => (
                "late",
                format!("payment-{n}"),
                version,
                format!(
                    "recorded six minutes after it happened: in log order payment-{n} is captured first, then only authorised"
                ),
            ),
            (Role::SecondOfTwo, Act::Reserved(_)) => (
                "oversold",
                format!("stock-{}", self.names[LAMP as usize]),
                version,
                format!(
                    "order-{} and order-{n} both saw one piece left and both reserved it: available goes to -1",
                    n - 1
                ),
            ),
            _ => return,
        };
        let nanos = (self.start + step.at).saturating_mul(1000);
        let position = self.written + 1;
        self.incidents.push(Incident {
            name,
            what,
            stream,
            version,
            position,
            time: Timestamp { nanos, digits: 6 },
        });
    }
}
