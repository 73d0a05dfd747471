//! What crosses the boundary of how a divergence is shown: as known at a moment, over time, by stream, as states.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FindingCountDto, FindingStatusDto, Int, VerdictDto};

dto! {
    /// A side of a comparison.
    #[derive(Copy, Eq)]
    enum HandDto {
        /// The open source.
        Left,
        /// What it is compared with.
        Right,
    }

    /// What a comparison came to as far as it was known at a moment.
    struct KnownDto {
        /// The verdict.
        pub verdict: VerdictDto,
        /// Of `eventuallyEqual`: the longest disagreement, in nanoseconds.
        pub within: Option<Int>,
        /// The findings by category; those that do not occur are left out.
        pub counts: Vec<FindingCountDto>,
        /// How many of the pending ones came within the tolerance afterwards: no findings in the end.
        pub awaited: u32,
        /// The first finding that is certain, by its number.
        pub first: Option<u32>,
        /// Streams in which something is certain, and has not healed.
        pub streams_differing: u32,
        /// Up to when both sides are known, in nanoseconds; `None`: everything is.
        pub known_until: Option<Int>,
    }

    /// Findings by stream and time: the streams with the most of them first.
    struct HeatDto {
        /// Where the first column begins.
        pub from: Int,
        /// Where the last one ends, exclusive.
        pub to: Int,
        /// How many columns.
        pub columns: u32,
        /// How many streams have findings in the list.
        pub streams: u32,
        /// Findings of the list that stand nowhere on this axis.
        pub without_place: u32,
        /// The streams asked for.
        pub rows: Vec<HeatRowDto>,
    }

    /// The findings of one stream.
    struct HeatRowDto {
        /// The stream; empty where findings are in none.
        pub stream: String,
        /// Those that may still heal.
        pub pending: u32,
        /// Those that are divergences.
        pub confirmed: u32,
        /// Those that were.
        pub healed: u32,
        /// Those that are none.
        pub out_of_coverage: u32,
        /// The first of them, by its number.
        pub first: u32,
        /// Where that stands.
        pub first_at: Option<Int>,
        /// The columns that hold any, ascending.
        pub cells: Vec<HeatCellDto>,
    }

    /// The findings of a stream in a column of time.
    struct HeatCellDto {
        /// The column.
        pub column: u32,
        /// How many.
        pub count: u32,
        /// The worst of their statuses.
        pub status: FindingStatusDto,
        /// The first of them, by its number.
        pub first: u32,
    }

    /// How long two sides disagreed.
    struct ConvergenceDto {
        /// The earliest moment of either side, in nanoseconds.
        pub from: Int,
        /// The latest one.
        pub to: Int,
        /// The most streams that disagreed at one moment, for each of the equal parts of that stretch; those not known yet are left out.
        pub disagreeing: Vec<u32>,
        /// The most of all.
        pub most: u32,
        /// When that was first; `None`: none ever did.
        pub most_at: Option<Int>,
        /// How long disagreements took that ended.
        pub to_converge: LengthsDto,
        /// How many have not ended.
        pub open: u32,
        /// How much later the second of two partners was recorded.
        pub lag: LengthsDto,
    }

    /// How lengths of time are spread.
    struct LengthsDto {
        /// How many there are.
        pub count: u32,
        /// The length that half of them do not exceed, in nanoseconds.
        pub median: Option<Int>,
        /// The length that 95 in 100 do not exceed.
        pub p95: Option<Int>,
        /// The greatest.
        pub longest: Option<Int>,
        /// How many there are of each class, shortest first, without empty ones at either end.
        pub classes: Vec<LengthClassDto>,
    }

    /// Lengths of a class: longer than those of the class before.
    struct LengthClassDto {
        /// The greatest of it, in nanoseconds; `None`: whatever is longer.
        pub up_to: Option<Int>,
        /// How many.
        pub count: u32,
    }

    /// The state of a finding's stream just after its event, on either side.
    struct FindingStatesDto {
        /// The left one.
        pub left: Option<SideStateDto>,
        /// The right one.
        pub right: Option<SideStateDto>,
        /// The places at which they differ, and what set each of them; at most `MOST_FIELDS`.
        pub fields: Vec<StateFieldDto>,
        /// How many there are.
        pub differing: u32,
    }

    /// The state of a stream on one side.
    struct SideStateDto {
        /// The stream.
        pub stream: String,
        /// After how many of its events.
        pub included: u32,
        /// How many it has.
        pub length: u32,
        /// The projection.
        pub projection: String,
        /// The state as JSON text.
        pub state: String,
        /// The last event that is included.
        pub last: Option<SetByDto>,
        /// Events that the projection could not apply.
        pub problems: u32,
    }

    /// A place at which two states differ.
    struct StateFieldDto {
        /// RFC 6901 pointer.
        pub path: String,
        /// What the left state has there, as JSON text.
        pub left: Option<String>,
        /// What the right one has there.
        pub right: Option<String>,
        /// The event that set it on the left.
        pub left_by: Option<SetByDto>,
        /// The event that set it on the right.
        pub right_by: Option<SetByDto>,
    }

    /// The event that set a place of a state.
    struct SetByDto {
        /// Its type.
        #[serde(rename = "type")]
        #[ts(rename = "type")]
        pub kind: String,
        /// Its version.
        pub version: Option<Int>,
        /// Its position in the source's log.
        pub position: Option<String>,
        /// Its time, RFC 3339.
        pub time: Option<String>,
        /// Of the left side, where that is aligned: its ordinal in the index.
        pub ordinal: Option<u32>,
    }

    /// How much of a file's history the open source has, too: whether the two are worth comparing.
    struct LikenessDto {
        /// The file.
        pub path: String,
        /// What it is read as.
        pub title: String,
        /// Whether that is what the open source is read as.
        pub same_dialect: bool,
        /// Its streams, of those looked at.
        pub streams: SharedDto,
        /// Its categories.
        pub categories: SharedDto,
        /// Its types.
        pub types: SharedDto,
        /// Ids of events of one stream and version.
        pub ids: SharedDto,
        /// Events within the time that the open source spans.
        pub times: SharedDto,
        /// From 0, nothing in common, to 100.
        pub score: u32,
    }

    /// How many of what was looked at are on the other side, too.
    #[derive(Copy, Eq)]
    struct SharedDto {
        /// These.
        pub shared: u32,
        /// Of these.
        pub of: u32,
    }
}
