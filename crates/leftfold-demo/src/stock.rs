//! The stock level of one product.

/// What lies on the shelf, what of it is promised, and what can still be sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) available: i64,
    /// Events in the product's stream so far.
    pub(crate) version: u32,
    /// More pieces are on their way.
    pub(crate) ordered: bool,
}

impl Level {
    pub(crate) fn reserve(&mut self, qty: i64) {
        self.reserved += qty;
        self.available -= qty;
    }

    pub(crate) fn release(&mut self, qty: i64) {
        self.reserved -= qty;
        self.available += qty;
    }

    pub(crate) fn dispatch(&mut self, qty: i64) {
        self.reserved -= qty;
        self.on_hand -= qty;
    }

    pub(crate) fn receive(&mut self, qty: i64) {
        self.on_hand += qty;
        self.available += qty;
    }
}
