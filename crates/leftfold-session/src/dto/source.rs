//! What crosses the boundary of a source: what is in a file, how it is read, how far its index is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ErrorDto, Int, RowDto};

dto! {
    /// What a file holds.
    struct InspectDto {
        /// The file.
        pub path: String,
        /// `sqlite`, `ndjson` or `capture`.
        pub kind: String,
        /// The event histories found, most certain first. Empty: the mapping screen is all there is.
        pub stores: Vec<StoreDto>,
        /// All tables, for the mapping screen.
        pub tables: Vec<TableDto>,
        /// A `{code, message}` when the file opens but no store was recognised.
        pub problem: Option<ErrorDto>,
    }

    /// One event history of a file.
    struct StoreDto {
        /// Its index in the file.
        pub index: u32,
        /// The dialect's name.
        pub dialect: String,
        /// The dialect for a person.
        pub title: String,
        /// How sure that is.
        pub certainty: CertaintyDto,
        /// Why, best reason first.
        pub reasons: Vec<String>,
        /// The tables it reads.
        pub tables: Vec<String>,
        /// What the reader should know.
        pub notes: Vec<String>,
        /// The dialect or guess as an editable mapping (JSON text of [`MappingDto`]'s content).
        pub mapping: MappingDto,
    }

    /// How sure a dialect is.
    #[derive(Copy, Eq)]
    enum CertaintyDto {
        /// A guess to be confirmed.
        Guess,
        /// Fits, unverified in part.
        Likely,
        /// Fits in columns and contents.
        Certain,
    }

    /// A table's shape.
    struct TableDto {
        /// Its name.
        pub name: String,
        /// Its columns.
        pub columns: Vec<ColumnDto>,
        /// Rows, if cheap to know.
        pub rows: Option<Int>,
    }

    /// A column.
    struct ColumnDto {
        /// Its name.
        pub name: String,
        /// Its declared type, as written.
        pub declared: String,
        /// A few values as text, shortened.
        pub samples: Vec<String>,
    }

    /// How a table's columns map to events. Simple by design: what the mapping screen edits.
    struct MappingDto {
        /// The event table.
        pub table: String,
        /// Fields by name: `stream`, `category`, `version`, `position`, `id`, `type`, `time`, `valid_time`, `payload`,
        /// `metadata`, `correlation_id`, `causation_id`.
        pub fields: Vec<MappingFieldDto>,
        /// The whole mapping as TOML, as it would be saved; edited fields take precedence over it.
        pub toml: String,
    }

    /// One field of a mapping.
    struct MappingFieldDto {
        /// The model's field.
        pub field: String,
        /// A column, `column/json/pointer`, or a template `{column}-{column}`; empty: none.
        pub expression: String,
        /// `auto`, or for times `iso`, `s`, `ms`, `us`, `ns`, `ticks`, `julian`; for payloads `json`, `text`, `zlib`, `yaml`, `xml`,
        /// `bytes`.
        pub format: String,
    }

    /// The first events a mapping gives.
    struct MappingPreviewDto {
        /// Up to twenty rows.
        pub rows: Vec<RowDto>,
        /// What does not fit, in sentences.
        pub problems: Vec<String>,
    }

    /// A source that is open in the window.
    struct SourceDto {
        /// Its handle.
        pub id: u32,
        /// Its path.
        pub path: String,
        /// Its file name.
        pub name: String,
        /// The store that is read.
        pub store: StoreDto,
        /// Fields that are hidden, as the project file names them.
        pub masks: Vec<String>,
        /// How far the index is.
        pub index: IndexDto,
    }

    /// A mask, and where it is said.
    struct MaskDto {
        /// The path or pattern.
        pub name: String,
        /// The project file.
        pub file: String,
    }

    /// How far the index of a source is, and what it says so far. Everything else answers from the same snapshot.
    struct IndexDto {
        /// Grows with every published snapshot; answers carry the one they were computed from.
        pub generation: u32,
        /// Events indexed so far.
        pub events: u32,
        /// Upper bound of all events, if known.
        pub total: Option<u32>,
        /// Streams seen so far.
        pub streams: u32,
        /// Event types seen so far.
        pub types: u32,
        /// Categories seen so far.
        pub categories: u32,
        /// Bytes of memory the index takes.
        pub bytes: Int,
        /// Whether the index is complete.
        pub state: IndexStateDto,
        /// Why it failed, when it did.
        pub error: Option<ErrorDto>,
        /// Events with a problem in their header.
        pub problems: u32,
        /// Rows or pages that could not be read at all, in sentences.
        pub unreadable: Vec<String>,
        /// Whether any event has a time.
        pub has_time: bool,
        /// Events without a time.
        pub without_time: u32,
        /// Whether log order and event time order differ.
        pub time_disorder: bool,
        /// Earliest time, RFC 3339.
        pub first_time: Option<String>,
        /// Latest time, RFC 3339.
        pub last_time: Option<String>,
        /// Whether the file changed on disk since the index was made.
        pub stale: bool,
        /// Whether it is a capture that is being written: more comes, and ordinals move when it does.
        pub growing: bool,
    }

    /// Something odd about a history.
    struct OddityDto {
        /// Stable across releases, as `inspect` writes it.
        pub code: String,
        /// How many events (or streams).
        pub count: Int,
        /// The first of them.
        pub first: Option<u32>,
        /// As a person would find it.
        pub label: Option<String>,
        /// How many events were looked at, where that was not all: there are at least `count`.
        pub looked_at: Option<u32>,
        /// All of it in a sentence (English).
        pub message: String,
    }

    /// A file that is being opened.
    struct OpeningDto {
        /// Its path.
        pub path: String,
        /// Bytes copied so far to a temporary copy: 0 where none is made.
        pub copied: Int,
        /// Bytes to copy, nearly.
        pub total: Int,
    }

    /// Whether an index is complete.
    #[derive(Copy, Eq)]
    enum IndexStateDto {
        /// Still reading.
        Reading,
        /// Complete.
        Ready,
        /// Stopped by the user: usable as far as it got.
        Cancelled,
        /// Failed: usable as far as it got.
        Failed,
    }
}
