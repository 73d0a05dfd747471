//! What crosses the boundary of a replay: a state, what changed, what set it, its history.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ErrorDto, Int, RowDto};

dto! {
    /// A stream's state at a place.
    struct StateDto {
        /// The stream.
        pub stream: String,
        /// Its lane key.
        pub stream_key: u32,
        /// How many of its events are included.
        pub included: u32,
        /// How many it has.
        pub length: u32,
        /// The last included event; `None` before the first.
        pub last: Option<RowDto>,
        /// The event after it, if any.
        pub next: Option<u32>,
        /// The projection's name.
        pub projection: String,
        /// The state as JSON text.
        pub state: String,
        /// The state before the last included event, as JSON text; only where it was asked for, because a long state costs
        /// its length to send and to read.
        pub before: Option<String>,
        /// What the last included event changed.
        pub changes: Vec<ChangeDto>,
        /// For every path of the state: the event that last changed it.
        pub blame: Vec<BlameDto>,
        /// How many events of the stream could not be folded, up to this place.
        pub unfolded: u32,
        /// Some of them, in stream order: the first and the latest, for there may be as many as there are events.
        pub problems: Vec<ErrorDto>,
        /// What the stream lacks up to this place, as far as can be told: versions that are passed over, and rows or lines that cannot be read and
        /// may be its own.
        pub missing: Vec<ErrorDto>,
        /// Whether an included event carries a later time than a place on the time axis (late or skewed stamps).
        pub time_disorder: bool,
    }

    /// The values of a field along an axis, column by column: the change at a place says what holds from there on.
    struct WatchDto {
        /// Where each change takes effect: on the time axis the moment at which the state first includes its event.
        pub coords: Vec<Int>,
        /// At that moment: the event at which it does, as a place names it.
        pub places: Vec<u32>,
        /// The event that made each change.
        pub ordinals: Vec<u32>,
        /// The value from there on, JSON text; of a long text or structure only the beginning, which ends in `…`. `None`: the field is not there.
        pub values: Vec<Option<String>>,
        /// How many changes there are, those left out included.
        pub total: u32,
    }

    /// One change between two states.
    struct ChangeDto {
        /// RFC 6901 pointer.
        pub path: String,
        /// Added, removed or changed.
        pub kind: ChangeKindDto,
        /// Before, JSON text.
        pub before: Option<String>,
        /// After, JSON text.
        pub after: Option<String>,
    }

    /// What happened to a path.
    #[derive(Copy, Eq)]
    enum ChangeKindDto {
        /// It was not there before.
        Added,
        /// It is not there any more.
        Removed,
        /// It holds another value.
        Changed,
    }

    /// The event that last changed a path.
    struct BlameDto {
        /// RFC 6901 pointer.
        pub path: String,
        /// The event.
        pub ordinal: u32,
        /// Its version.
        pub version: Option<Int>,
        /// Its type.
        #[serde(rename = "type")]
        #[ts(rename = "type")]
        pub kind: String,
        /// Its time, RFC 3339.
        pub time: Option<String>,
    }

    /// The difference of one stream's state between two of its events.
    struct DiffDto {
        /// The stream.
        pub stream: String,
        /// RFC 6902 patch, JSON text.
        pub patch: String,
        /// The same, one change a leaf.
        pub changes: Vec<ChangeDto>,
        /// The earlier state, JSON text.
        pub from_state: String,
        /// The later state, JSON text.
        pub to_state: String,
    }

    /// One value a path has held.
    struct HistoryEntryDto {
        /// The event that set it.
        pub row: RowDto,
        /// Before, JSON text.
        pub before: Option<String>,
        /// After, JSON text; `None`: removed.
        pub after: Option<String>,
    }

    /// A projection one can choose.
    struct ProjectionDto {
        /// Its name.
        pub name: String,
        /// What it does, in a sentence (English; the UI has texts for the built-in ones).
        pub description: String,
        /// Whether it is built in.
        pub built_in: bool,
    }
}
