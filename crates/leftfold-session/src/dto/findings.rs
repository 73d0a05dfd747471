//! What crosses the boundary of what a comparison that is no mirror, or rules, came to; and of partners.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ErrorDto, FieldDifferenceDto, Int, RowDto, SetByDto};

dto! {
    /// What took part in a correlated comparison.
    struct CorrelatedSummaryDto {
        /// Keys of both sides.
        pub keys_both: u32,
        /// Keys of the left side alone.
        pub keys_left: u32,
        /// Keys of the right side alone.
        pub keys_right: u32,
        /// The left side.
        pub left: TookDto,
        /// The right side.
        pub right: TookDto,
    }

    /// What a side of a correlated comparison gave.
    #[derive(Eq)]
    struct TookDto {
        /// Events that take part.
        pub taking_part: Int,
        /// Those that would, but have no key.
        pub keyless: Int,
        /// Those for which an expression could not be evaluated.
        pub failed: Int,
        /// Why, for the first of them.
        pub first_failure: Option<String>,
    }

    /// What was compared as states.
    struct ProjectionSummaryDto {
        /// The table; `None`: lines of states, or another history's.
        pub table: Option<String>,
        /// Whether the right side is another history.
        pub of_history: bool,
        /// Rows of the right side.
        pub rows: u32,
        /// Streams that are compared.
        pub streams: u32,
        /// The columns that are compared, and where they are in a state.
        pub columns: Vec<(String, String)>,
        /// Columns that are not, as no state has a field of their name or a mask hides it.
        pub left_out: Vec<String>,
        /// Rows without a key.
        pub keyless: u32,
        /// Rows of streams that are not to be compared.
        pub outside: u32,
        /// The place of the log that the rows fit best; `None`: none fits anywhere.
        pub as_of: Option<AsOfDto>,
    }

    /// A place of the log, and how well rows fit there.
    #[derive(Eq)]
    struct AsOfDto {
        /// After this event of the index; `None`: before all.
        pub after: Option<u32>,
        /// Whether it fits up to the end.
        pub is_end: bool,
        /// The latest time that it may be as of, in nanoseconds.
        pub time: Option<Int>,
        /// Rows that fit there, and streams that rightly have none.
        pub fitting: u32,
        /// How many there are.
        pub of: u32,
        /// Events that come after it.
        pub events_behind: u32,
        /// For how long the first of these has been there at the end, in nanoseconds.
        pub time_behind: Option<Int>,
        /// Whether that is more than stated.
        pub is_too_far: bool,
    }

    /// What a rule came to.
    struct RuleSummaryDto {
        /// Its name.
        pub name: String,
        /// What its violations are listed under.
        pub category: String,
        /// Violations, healed ones too.
        pub violations: u32,
        /// Those that may still be none.
        pub pending: u32,
        /// Streams with a violation.
        pub streams: u32,
        /// Violations that are listed; the first ten thousand are.
        pub listed: u32,
        /// When the first one began, in nanoseconds.
        pub since: Option<Int>,
        /// What it says.
        pub text: String,
        /// What makes its outcome worth little, in sentences.
        pub notes: Vec<String>,
        /// Why it could not be checked.
        pub error: Option<ErrorDto>,
    }

    /// What shows that a row is not the state it should be.
    struct RowEvidenceDto {
        /// The row as JSON text; `None`: there is none.
        pub row: Option<String>,
        /// The state that it should hold, as JSON text; `None`: there is none.
        pub state: Option<String>,
        /// How many events of the stream it lacks, where it is as the stream's state once was.
        pub behind: Option<u32>,
        /// The event that last changed each field that differs, in the order of the finding's fields.
        pub blame: Vec<Option<SetByDto>>,
        /// The same of the right side, where the row is the state of a history; empty where it is not.
        pub blame_right: Vec<Option<SetByDto>>,
        /// Where the row differs from the state at the place that the table is as of, unless that is the end.
        pub at_place: Option<Vec<FieldDifferenceDto>>,
    }

    /// What two sides are kept together by while the playhead moves.
    #[derive(Copy, Eq)]
    enum SyncDto {
        /// The moment.
        Time,
        /// The event: the last one up to the playhead that has a partner.
        Alignment,
    }

    /// Where the right side stands while the left one's playhead is at a place.
    struct BesideDto {
        /// By alignment: the left event whose partner that is; its ordinal is that of the index.
        pub left: Option<RowDto>,
        /// The last event of the right side that is there; its ordinal is its place there. `None`: there is none yet.
        pub right: Option<RowDto>,
        /// Where that stands on the axis of the place; `None`: nowhere.
        pub at: Option<Int>,
        /// By alignment: events of the left side after that one, up to the playhead, which have no partner.
        pub without_partner: u32,
    }
}
