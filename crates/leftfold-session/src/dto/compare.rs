//! What crosses the boundary of a comparison of two histories.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    CorrelatedOptionsDto, CorrelatedSummaryDto, ErrorDto, Int, ModeDto, ProjectionOptionsDto,
    ProjectionSummaryDto, RowDto, RowEvidenceDto, RuleSummaryDto,
};

dto! {
    /// How two histories are compared.
    struct CompareOptionsDto {
        /// How much later an event may be on the other side, in milliseconds.
        pub lag_tolerance_ms: Int,
        /// Whether both sides are complete, so that nothing is pending.
        pub settled: bool,
        /// What is left out: pointers into the payload (`*` is any key or element), `type`.
        pub ignore: Vec<String>,
        /// What events are known by.
        pub identity: IdentityDto,
        /// Whether the metadata is compared, too.
        pub metadata: bool,
        /// Numbers that are no further apart are equal; a decimal.
        pub number_tolerance: Option<String>,
        /// Times that are no further apart are equal, in milliseconds; the events' own are compared only with this.
        pub time_tolerance_ms: Option<Int>,
        /// Whether the left side keeps only the last event of each stream.
        pub left_compacted: bool,
        /// Whether the right side does.
        pub right_compacted: bool,
        /// Only these streams are compared (`*` is any text); empty: all.
        pub only_streams: Vec<String>,
        /// Only streams of these categories; empty: all.
        pub only_categories: Vec<String>,
        /// Only events of these types; empty: all.
        pub only_types: Vec<String>,
        /// The moment as known at which it is looked at first: a time, or `-15m` (so long before the last event). None: the end.
        pub known_at: Option<String>,
        /// How events belong together, where the sides do not hold the same ones.
        pub correlated: Option<CorrelatedOptionsDto>,
        /// How rows are states, where the right side holds such.
        pub projection: Option<ProjectionOptionsDto>,
    }

    /// What events of two sides are known by.
    #[derive(Copy, Eq)]
    enum IdentityDto {
        /// What both sides share: ids, else versions, else contents.
        Auto,
        /// Ids.
        Id,
        /// Stream and stated version.
        Version,
        /// What they say.
        Content,
    }

    /// A comparison, how far it is and what it came to.
    struct ComparisonDto {
        /// Its handle.
        pub id: u32,
        /// The source that is its left side.
        pub source: u32,
        /// How the sides relate.
        pub mode: ModeDto,
        /// The left file's name.
        pub left: String,
        /// The right file's name; of rules, empty, as the next three are.
        pub right: String,
        /// The right file.
        pub right_path: String,
        /// What the right file was read as.
        pub right_store: String,
        /// How many other event histories the right file holds.
        pub right_others: u32,
        /// How it is.
        pub state: ComparisonStateDto,
        /// Events read of the left side.
        pub left_read: Int,
        /// Events there, as far as that is known.
        pub left_total: Option<Int>,
        /// Events read of the right side.
        pub right_read: Int,
        /// Events there, as far as that is known.
        pub right_total: Option<Int>,
        /// What it came to, when it is done.
        pub summary: Option<ComparisonSummaryDto>,
        /// The moment as known at which it was asked for, in nanoseconds, when it is done.
        pub known_at: Option<Int>,
        /// Why it ended, when it failed.
        pub error: Option<ErrorDto>,
    }

    /// How a comparison is.
    #[derive(Copy, Eq)]
    enum ComparisonStateDto {
        /// It reads and compares.
        Running,
        /// It is done.
        Done,
        /// The user ended it.
        Cancelled,
        /// An error ended it.
        Failed,
    }

    /// What a comparison comes to.
    struct ComparisonSummaryDto {
        /// The verdict.
        pub verdict: VerdictDto,
        /// Of `eventuallyEqual`: the longest disagreement, in nanoseconds.
        pub within: Option<Int>,
        /// What events were known by, where both sides hold the same ones.
        pub identity: Option<IdentityDto>,
        /// Why, in a sentence (English); else empty.
        pub identity_reason: String,
        /// Events of the left side.
        pub left_events: u32,
        /// Events of the right side.
        pub right_events: u32,
        /// Events that have a partner.
        pub paired: u32,
        /// Streams of either side; where events are correlated, keys.
        pub streams: u32,
        /// Streams in which anything was found.
        pub streams_differing: u32,
        /// The findings by category; those that do not occur are left out.
        pub counts: Vec<FindingCountDto>,
        /// The first finding that is certain, by its number.
        pub first: Option<u32>,
        /// Up to when both sides are known, in nanoseconds; `None`: everything is.
        pub known_until: Option<Int>,
        /// Whether the left events are those of the open source's index, so that one can go to them. False while that is
        /// still read, and when the file was written to meanwhile.
        pub aligned: bool,
        /// Rows of either side that could not be read at all, in sentences; at most a few.
        pub unreadable: Vec<String>,
        /// Of a correlated comparison.
        pub correlated: Option<CorrelatedSummaryDto>,
        /// Of states.
        pub projection: Option<ProjectionSummaryDto>,
        /// Of rules: each of them.
        pub rules: Vec<RuleSummaryDto>,
    }

    /// What a comparison says in one word.
    #[derive(Copy, Eq)]
    enum VerdictDto {
        /// Both sides say the same, and did at every moment that can be told.
        AlwaysEqual,
        /// Both sides say the same in the end.
        EventuallyEqual,
        /// Nothing is certain yet.
        Undecided,
        /// They differ.
        Never,
    }

    /// How many findings of a category there are.
    struct FindingCountDto {
        /// The category, as in JSON (`missing`, `version-collision`, …); of rules, `rule:` and a name.
        pub category: String,
        /// Those that may still heal.
        pub pending: u32,
        /// Those that are divergences.
        pub confirmed: u32,
        /// Those that were, and are none any more.
        pub healed: u32,
        /// Those that the other side is not expected to hold.
        pub out_of_coverage: u32,
    }

    /// How certain a finding is.
    #[derive(Copy, Eq)]
    enum FindingStatusDto {
        /// It may still heal.
        Pending,
        /// It is a divergence.
        Confirmed,
        /// It was one, and is none any more.
        Healed,
        /// It is none: the other side no longer holds what is so old, or never did.
        OutOfCoverage,
    }

    /// Which findings a list holds, and in which order.
    #[derive(Eq)]
    struct FindingListDto {
        /// Categories that are left out.
        pub hidden_categories: Vec<String>,
        /// Statuses that are left out.
        pub hidden_statuses: Vec<FindingStatusDto>,
        /// By category, then stream, then beginning; else by beginning alone.
        pub grouped: bool,
        /// As known at this moment, in nanoseconds: what had not begun is left out, what had not healed had not. None: in the end.
        pub known_at: Option<Int>,
    }

    /// One divergence and its events, as known at the moment of its list.
    struct FindingDto {
        /// Its handle.
        pub number: u32,
        /// Whether its other event came within the lag tolerance: a finding only as known at a moment before that, and of no number in the end.
        pub awaited: bool,
        /// What it is, as in JSON; of rules, `rule:` and a name.
        pub category: String,
        /// How certain it is.
        pub status: FindingStatusDto,
        /// Its stream; empty where it is in none.
        pub stream: String,
        /// What the two sides are known by together, where it is not the stream.
        pub key: Option<String>,
        /// What category and evidence do not say, in a sentence (English).
        pub message: Option<String>,
        /// The event of the left side; its ordinal is that of the index if the comparison is `aligned`. Keys mean nothing.
        pub left: Option<RowDto>,
        /// The event of the right side. Its ordinal is its place there; keys mean nothing.
        pub right: Option<RowDto>,
        /// The event of the same side that it repeats.
        pub of: Option<RowDto>,
        /// Where the two say something else.
        pub fields: Vec<FieldDifferenceDto>,
        /// When it began, in nanoseconds.
        pub since: Option<Int>,
        /// When it healed, in nanoseconds.
        pub healed: Option<Int>,
        /// Where it stands on the time axis.
        pub at_time: Option<Int>,
        /// Where it stands in log order of the left side: at its left event; without one, at the last event not later than it.
        pub at_log: Int,
    }

    /// A place at which two events say something else.
    struct FieldDifferenceDto {
        /// A pointer into the payload, or a part of the event.
        pub path: String,
        /// What the left one has there, as JSON text.
        pub left: Option<String>,
        /// What the right one has there.
        pub right: Option<String>,
    }

    /// A part of a list of findings.
    struct FindingsDto {
        /// Findings of the whole list.
        pub total: u32,
        /// The place of the first one of these.
        pub offset: u32,
        /// These.
        pub findings: Vec<FindingDto>,
    }

    /// A finding with its events whole.
    struct FindingEvidenceDto {
        /// As in the list.
        pub finding: FindingDto,
        /// The left event's payload as JSON text, if decodable.
        pub left_payload: Option<String>,
        /// The right event's payload.
        pub right_payload: Option<String>,
        /// The payload of the event that is repeated.
        pub of_payload: Option<String>,
        /// What is to be known of a row that should hold a state.
        pub row: Option<RowEvidenceDto>,
    }

    /// A stretch of an axis, and into how many columns it is cut.
    struct SpanDto {
        /// Its beginning.
        pub from: Int,
        /// Its end, exclusive.
        pub to: Int,
        /// How many columns.
        pub columns: u32,
    }
}
