//! What crosses the boundary of events: axes, lanes, places, rows, one event whole.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ErrorDto, Int};

dto! {
    /// A timeline: what the horizontal axis means.
    #[derive(Copy, Eq, Hash)]
    enum AxisDto {
        /// Nanoseconds since the epoch, recorded time. Events without a time are not on it.
        Time,
        /// The event's ordinal in log order.
        Log,
    }

    /// What makes a lane.
    #[derive(Copy, Eq, Hash)]
    enum LaneByDto {
        /// One lane a category.
        Category,
        /// One lane an event type.
        Type,
        /// One lane a stream.
        Stream,
    }

    /// One lane.
    struct LaneDto {
        /// Its handle among the lanes of the same kind: stable while the source is open.
        pub key: u32,
        /// Its name; may be empty.
        pub name: String,
        /// Its events.
        pub events: u32,
    }

    /// The lanes of one kind, most events first, ties by name.
    struct LanesDto {
        /// Up to the asked-for number of lanes.
        pub lanes: Vec<LaneDto>,
        /// How many lanes there are in all.
        pub total: u32,
    }

    /// How far an axis reaches.
    struct AxisInfoDto {
        /// The first coordinate.
        pub from: Int,
        /// The last coordinate, inclusive.
        pub to: Int,
        /// Events on it (after the filter).
        pub events: u32,
        /// Long stretches without any event (before the filter), longest first, at most 32.
        pub gaps: Vec<GapDto>,
    }

    /// A stretch without events, between two coordinates that have one.
    struct GapDto {
        /// The last coordinate before it.
        pub from: Int,
        /// The first coordinate after it.
        pub to: Int,
    }

    /// A place on an axis: what the playhead stands on. It includes every event whose `(coordinate, ordinal)` is at most
    /// `(coord, ordinal)`; without an ordinal, all events at that coordinate.
    #[derive(Copy, Eq)]
    struct PlaceDto {
        /// The axis.
        pub axis: AxisDto,
        /// The coordinate.
        pub coord: Int,
        /// Breaks the tie between events at one coordinate.
        pub ordinal: Option<u32>,
    }

    /// One event as a list shows it.
    struct RowDto {
        /// Its ordinal in log order: the handle of an event.
        pub ordinal: u32,
        /// Position as the store writes it, where the store has positions.
        pub position: Option<String>,
        /// Stream.
        pub stream: String,
        /// Stream's lane key.
        pub stream_key: u32,
        /// Category, if any.
        pub category: Option<String>,
        /// Category's lane key.
        pub category_key: u32,
        /// Version.
        pub version: Option<Int>,
        /// Type.
        #[serde(rename = "type")]
        #[ts(rename = "type")]
        pub kind: String,
        /// Type's lane key.
        pub type_key: u32,
        /// Time in nanoseconds.
        pub time_nanos: Option<Int>,
        /// Time, RFC 3339 with the store's digits.
        pub time: Option<String>,
        /// The start of the payload as text, at most 240 characters.
        pub preview: String,
        /// Whether `preview` is all of it.
        pub preview_complete: bool,
        /// Whether the event has any problem.
        pub problem: bool,
    }

    /// A window of the event list.
    struct RowsDto {
        /// The index generation it was computed from.
        pub generation: u32,
        /// Events in the whole list (after the filter, on this axis).
        pub total: u32,
        /// The rank of the first row in the list.
        pub offset: u32,
        /// The rows.
        pub rows: Vec<RowDto>,
        /// The texts of the fields that were asked for, by row; none where none was.
        pub fields: Vec<Vec<Option<String>>>,
    }

    /// How far a place reaches into the list.
    struct ReachedDto {
        /// How many events of the list lie at or before it.
        pub rank: u32,
        /// The last of them, unless there is none or the reader knows it.
        pub row: Option<RowDto>,
    }

    /// One event, whole.
    struct EventDto {
        /// As in the list.
        pub row: RowDto,
        /// Its id, if it has one.
        pub id: Option<String>,
        /// Whether the time's zone was assumed to be UTC.
        pub time_assumed_utc: bool,
        /// Effective time, RFC 3339.
        pub valid_time: Option<String>,
        /// Correlation id.
        pub correlation_id: Option<String>,
        /// Direct cause.
        pub causation_id: Option<String>,
        /// Other streams it belongs to.
        pub also_in: Vec<String>,
        /// The payload as JSON text (lossless), if decodable.
        pub payload: Option<String>,
        /// The metadata as JSON text, if decodable.
        pub metadata: Option<String>,
        /// How the payload was stored (`json`, `zlib+json`, `encrypted`, …).
        pub payload_encoding: String,
        /// The payload's stored bytes: base64 of at most the first 64 KiB.
        pub payload_base64: String,
        /// The payload's length in bytes.
        pub payload_bytes: Int,
        /// Further facts of the store: name and JSON text.
        pub extra: Vec<(String, String)>,
        /// What could not be read.
        pub problems: Vec<ErrorDto>,
        /// The whole event as DESIGN's one-line JSON envelope, for copying.
        pub json: String,
    }

    /// A stream in the go-to list.
    struct StreamDto {
        /// Its lane key.
        pub key: u32,
        /// Its name.
        pub name: String,
        /// Its category, if any.
        pub category: Option<String>,
        /// Its events.
        pub events: u32,
    }

    /// Streams whose name holds a text.
    struct StreamsDto {
        /// A window of them: exact match first, then prefix matches, then the others, each by name.
        pub streams: Vec<StreamDto>,
        /// How many match in all.
        pub total: u32,
    }

    /// A direction along an axis.
    #[derive(Copy, Eq)]
    enum DirectionDto {
        /// Towards the end.
        Next,
        /// Towards the start.
        Previous,
    }

    /// A stretch of a list, by ranks.
    #[derive(Copy, Eq)]
    struct RankRangeDto {
        /// The first rank.
        pub from: u32,
        /// The rank after the last one.
        pub to: u32,
    }

    /// How events are copied.
    #[derive(Copy, Eq)]
    enum CopyFormDto {
        /// One line of the shared envelope each.
        Json,
        /// Comma-separated values under a line of names.
        Csv,
    }

    /// What was copied.
    #[derive(Copy, Eq)]
    struct CopiedDto {
        /// Events that were copied.
        pub events: u32,
        /// Events that were asked for.
        pub asked: u32,
    }

    /// What led to an event.
    struct CausesDto {
        /// Its cause, that one's cause and so on.
        pub chain: Vec<RowDto>,
        /// Why it ends there.
        pub end: CauseEndDto,
    }

    /// Why a chain of causes ends.
    #[derive(Eq)]
    enum CauseEndDto {
        /// The last one names no cause.
        Root,
        /// The last one names itself.
        Itself,
        /// The last one names an id that no event here has: a command's, or of an event that is kept elsewhere.
        Missing {
            /// That id.
            id: String,
        },
        /// The last one was caused by one that stands in the chain already.
        Cycle {
            /// That one.
            ordinal: u32,
        },
        /// There may be more: so many are told.
        Bounded,
    }

    /// An event that another one led to.
    struct EffectDto {
        /// The event.
        pub row: RowDto,
        /// What caused it, by its ordinal.
        pub parent: u32,
        /// It stands above already: events that cause each other.
        pub again: bool,
    }

    /// What an event led to.
    struct EffectsDto {
        /// Each after what caused it.
        pub effects: Vec<EffectDto>,
        /// There are more: so many are told.
        pub more: bool,
    }
}
