//! What the day will hold, worked out before the first event: how many orders, which of them meet an incident, and how
//! many lamps there must be so that exactly one is left when two customers want it.

use leftfold_event::{Cancel, Progress};

use crate::DemoError;
use crate::catalogue::{LAMP, PRODUCTS};
use crate::day::{DayCurve, SECOND, clock};
use crate::order::{Act, Order, in_sale_before};
use crate::random::Chance;

/// What part an order plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Ordinary,
    /// Its payment is captured, but the order is never told.
    Lost,
    /// It is told twice.
    Doubled,
    /// Its authorisation is recorded minutes after it happened.
    Late,
    /// The first to reserve the last piece.
    FirstOfTwo,
    /// The second to do so, having seen the same stock.
    SecondOfTwo,
}

/// The numbers of the orders that meet an incident.
#[derive(Clone, Copy, Debug)]
struct Cast {
    lost: u32,
    late: u32,
    doubled: u32,
    first: u32,
    second: u32,
}

/// The day, planned.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) orders: u32,
    pub(crate) skus: u32,
    /// Lamps in stock in the morning.
    pub(crate) lamps: i64,
    /// Events of all orders together.
    pub(crate) order_events: u64,
    curve: DayCurve,
    cast: Cast,
}

impl Plan {
    /// A plan whose orders give slightly fewer than `events` events; restocking and stocktaking fill up the rest.
    pub(crate) fn new(seed: u64, events: u64, cancel: &Cancel) -> Result<Self, DemoError> {
        let skus = (events / 600).clamp(PRODUCTS.len() as u64, 2000) as u32;
        // What is left of the events for orders after opening the stock, and a margin for restocking.
        let room = events * 98 / 100 - u64::from(skus);
        // An order has some eleven events: start with too many, and come down.
        let mut orders = room / 10;
        loop {
            let mut plan = Self::with_orders(seed, orders as u32, skus);
            let target = plan.count(cancel)?;
            if target <= room {
                return Ok(plan);
            }
            orders = (orders * room / target).min(orders - 1);
        }
    }

    fn with_orders(seed: u64, orders: u32, skus: u32) -> Self {
        let cast = Cast {
            lost: 0,
            late: 0,
            doubled: 0,
            first: 0,
            second: 0,
        };
        let mut plan = Self {
            seed,
            orders,
            skus,
            lamps: 0,
            order_events: 0,
            curve: DayCurve::new(),
            cast,
        };
        let first_from = |at: i64, after: u32| {
            let (mut low, mut high) = (0, orders);
            while low < high {
                let middle = low.midpoint(high);
                if plan.arrival(middle) < at {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low.max(after)
        };
        let lost = first_from(clock(19, 3), 0);
        let late = first_from(clock(19, 4), lost + 1);
        let doubled = first_from(clock(19, 5), late + 1);
        let first = first_from(clock(19, 7), doubled + 1);
        plan.cast = Cast {
            lost,
            late,
            doubled,
            first,
            second: first + 1,
        };
        plan
    }

    /// Counts the orders' events and lamps.
    fn count(&mut self, cancel: &Cancel) -> Result<u64, DemoError> {
        let (mut events, mut lamps) = (0, 1);
        for k in 0..self.orders {
            if k.is_multiple_of(4096) && cancel.is_cancelled() {
                return Err(DemoError::Cancelled);
            }
            let order = Order::new(self, k);
            events += order.steps().len() as u64;
            if order.role == Role::Ordinary {
                lamps += order
                    .items()
                    .iter()
                    .filter(|i| i.sku == LAMP)
                    .map(|i| i.qty)
                    .sum::<i64>();
            }
        }
        (self.order_events, self.lamps) = (events, lamps);
        Ok(events)
    }

    fn arrival(&self, index: u32) -> i64 {
        let jitter = Chance::new(self.seed, 4, u64::from(index)).next();
        self.curve
            .arrival(u64::from(index), jitter, u64::from(self.orders))
    }

    /// When the order comes up in the queue; never later than it is placed.
    pub(crate) fn due(&self, index: u32) -> i64 {
        self.arrival(index)
    }

    /// When the order is placed.
    pub(crate) fn placed(&self, index: u32) -> i64 {
        match self.role(index) {
            Role::Ordinary => {
                self.arrival(index) + Chance::new(self.seed, 5, u64::from(index)).between(0, 20 * SECOND)
            }
            // Both of the pair come up when the second does, 37 ms apart.
            Role::FirstOfTwo => self.arrival(index + 1),
            Role::SecondOfTwo => self.arrival(index) + 37_219,
            _ => self.arrival(index),
        }
    }

    pub(crate) fn role(&self, index: u32) -> Role {
        let c = &self.cast;
        match index {
            i if i == c.lost => Role::Lost,
            i if i == c.late => Role::Late,
            i if i == c.doubled => Role::Doubled,
            i if i == c.first => Role::FirstOfTwo,
            i if i == c.second => Role::SecondOfTwo,
            _ => Role::Ordinary,
        }
    }

    /// When the last lamp is reserved, by one and by the other.
    pub(crate) fn reserved_by_both(&self, role: Role) -> i64 {
        let at = self.arrival(self.cast.second) + 180_404;
        if role == Role::SecondOfTwo { at + 3_118 } else { at }
    }

    pub(crate) fn lamp_is_on_sale(&self, placed: i64) -> bool {
        in_sale_before(placed, self.arrival(self.cast.second))
    }

    /// How many pieces of a product the day is expected to sell: popular ones come first.
    pub(crate) fn demand(&self, sku: u32) -> i64 {
        let share = |i: u32| (f64::from(i) / f64::from(self.skus)).sqrt();
        let pieces = f64::from(self.orders) * 2.5;
        (pieces * (share(sku + 1) - share(sku))) as i64
    }

    /// How many events there will be before any restocking.
    pub(crate) fn fixed_events(&self) -> u64 {
        self.order_events + u64::from(self.skus)
    }

    /// Whether the step is the second reservation of the last piece.
    pub(crate) fn oversells(order: &Order, act: Act) -> bool {
        order.role == Role::SecondOfTwo && matches!(act, Act::Reserved(_))
    }
}

/// States the total for the progress of a run.
pub(crate) fn announce(progress: &Progress, events: u64) {
    progress.set_total(events);
    progress.set_done(0);
}
