//! One divergence: what it is, where, since when, and how certain.

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hand {
    /// The first one named.
    Left,
    /// The second one.
    Right,
}

impl Hand {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// What kind of divergence it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// The left side has the event, the right one has not.
    Missing,
    /// The right side has an event that the left one has not.
    Extra,
    /// A side has an event twice, with the same content.
    Duplicate,
    /// Both have the event, and it says something else.
    Conflict,
    /// Both have the event, at another place among the events of its stream.
    Reordered,
    /// Both have the event, one of them later than the lag tolerance allows.
    Late,
    /// Two events of one side claim one version (or id) with different contents.
    VersionCollision,
    /// Versions that a stream skips.
    VersionGap,
    /// Both have the event, in different streams.
    Placement,
    /// A state and its snapshot or row differ in a field.
    FieldMismatch,
    /// An event that should have a partner by a deadline has none.
    Deadline,
    /// An event has more or fewer partners than it should.
    Cardinality,
    /// A rule does not hold.
    Rule,
    /// A field is of another kind than it was before.
    SchemaDrift,
    /// An event cannot be read.
    Undecodable,
    /// An effect is stamped before its cause: no divergence, and told because times then prove little.
    ClockSkew,
}

impl Category {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 16] = [
        Self::Missing,
        Self::Extra,
        Self::Duplicate,
        Self::Conflict,
        Self::Reordered,
        Self::Late,
        Self::VersionCollision,
        Self::VersionGap,
        Self::Placement,
        Self::FieldMismatch,
        Self::Deadline,
        Self::Cardinality,
        Self::Rule,
        Self::SchemaDrift,
        Self::Undecodable,
        Self::ClockSkew,
    ];

    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Reordered => "reordered",
            Self::Late => "late",
            Self::VersionCollision => "version-collision",
            Self::VersionGap => "version-gap",
            Self::Placement => "placement",
            Self::FieldMismatch => "field-mismatch",
            Self::Deadline => "deadline",
            Self::Cardinality => "cardinality",
            Self::Rule => "rule",
            Self::SchemaDrift => "schema-drift",
            Self::Undecodable => "undecodable",
            Self::ClockSkew => "clock-skew",
        }
    }

    /// The category of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// How certain a finding is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// It may still heal: the lag tolerance has not passed, as far as both sides are known.
    Pending,
    /// It is a divergence.
    Confirmed,
    /// It was one, and is none any more.
    Healed,
    /// It is none: the other side no longer holds what is so old, or never did.
    OutOfCoverage,
}

impl Status {
    /// As it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Healed => "healed",
            Self::OutOfCoverage => "out-of-coverage",
        }
    }
}

/// One divergence. Events are named by their ordinals, the places in their sides' logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub category: Category,
    /// The stream, by its number in [`crate::Comparison::streams`].
    pub stream: u32,
    /// The event of the left side, if it has one in this.
    pub left: Option<u32>,
    /// The event of the right side.
    pub right: Option<u32>,
    /// The event of the same side that this one repeats.
    pub of: Option<u32>,
    /// When it began, in nanoseconds; `None` where nothing tells.
    pub since: Option<i64>,
    /// From when on it can no longer heal within the lag tolerance.
    pub due: Option<i64>,
    /// When it healed.
    pub healed: Option<i64>,
    /// False where the other side is not expected to hold it.
    pub covered: bool,
    /// Its fields, as a range of [`crate::Comparison::fields`].
    pub fields: (u32, u32),
}

impl Finding {
    /// A finding of which nothing is known but what it is and where.
    pub const fn new(category: Category, stream: u32) -> Self {
        Self {
            category,
            stream,
            left: None,
            right: None,
            of: None,
            since: None,
            due: None,
            healed: None,
            covered: true,
            fields: (0, 0),
        }
    }

    /// How certain it is when both sides are known up to `known`; `None`: nothing more is to come.
    pub fn status(&self, known: Option<i64>) -> Status {
        match (self.covered, self.healed, self.due, known) {
            (false, ..) => Status::OutOfCoverage,
            (_, Some(_), ..) => Status::Healed,
            (_, None, Some(due), Some(known)) if due > known => Status::Pending,
            _ => Status::Confirmed,
        }
    }

    /// Whether it is a divergence for certain, or was one: neither pending nor out of coverage, and no mere skew of clocks.
    pub fn is_certain(&self, known: Option<i64>) -> bool {
        self.category != Category::ClockSkew
            && matches!(self.status(known), Status::Confirmed | Status::Healed)
    }

    /// The finding as it was at a moment: none if it had not begun; what came too late and had not come yet was missing then. `first` is
    /// the side on which the event was there first.
    pub fn at(&self, moment: i64, first: Hand) -> Option<Self> {
        if !self.had_begun(moment) {
            return None;
        }
        let not_yet = self.healed.is_some_and(|healed| healed > moment);
        if !not_yet {
            return Some(*self);
        }
        let as_was = Self {
            healed: None,
            ..*self
        };
        Some(match (self.category, first) {
            (Category::Late, Hand::Left) => Self {
                category: Category::Missing,
                right: None,
                ..as_was
            },
            (Category::Late, Hand::Right) => Self {
                category: Category::Extra,
                left: None,
                ..as_was
            },
            _ => as_was,
        })
    }

    /// What they are listed by: when they began (what has no time last), then where they are.
    pub fn order(&self) -> (bool, Option<i64>, u32, u32, u32, Category) {
        let at = |ordinal: Option<u32>| ordinal.unwrap_or(u32::MAX);
        (
            self.since.is_none(),
            self.since,
            self.stream,
            at(self.left),
            at(self.right),
            self.category,
        )
    }

    /// Whether it had begun at a moment; what has no time always had.
    pub fn had_begun(&self, at: i64) -> bool {
        self.since.is_none_or(|since| since <= at)
    }

    /// The event that shows it, on the side where there is one.
    pub fn event(&self) -> Option<(Hand, u32)> {
        self.left
            .map(|o| (Hand::Left, o))
            .or_else(|| self.right.map(|o| (Hand::Right, o)))
    }
}

/// The order in which findings are listed.
pub(crate) fn in_order(findings: &mut [Finding]) {
    findings.sort_by_key(Finding::order);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_pending_then_confirmed_then_healed() {
        let finding = Finding {
            left: Some(0),
            right: Some(0),
            since: Some(100),
            due: Some(130),
            healed: Some(150),
            ..Finding::new(Category::Late, 0)
        };
        let at = |moment| {
            let found = finding.at(moment, Hand::Left)?;
            Some((found.category, found.right, found.status(Some(moment))))
        };
        let missing = |status| Some((Category::Missing, None, status));
        assert_eq!(
            [at(99), at(100), at(129), at(130), at(149)],
            [
                None,
                missing(Status::Pending),
                missing(Status::Pending),
                missing(Status::Confirmed),
                missing(Status::Confirmed)
            ]
        );
        assert_eq!(at(150), Some((Category::Late, Some(0), Status::Healed)));
        assert_eq!(finding.status(None), Status::Healed);
        assert!(!finding.had_begun(99) && finding.had_begun(100));
        let gone = Finding {
            covered: false,
            ..finding
        };
        assert_eq!(gone.status(Some(200)), Status::OutOfCoverage);
    }

    #[test]
    fn every_category_has_a_name_of_its_own() {
        for category in Category::ALL {
            assert_eq!(Category::parse(category.as_str()), Some(category));
        }
    }
}
