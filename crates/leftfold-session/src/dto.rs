//! What crosses the boundary to a front end: plain data, 64-bit numbers and JSON as text.
//!
//! The window's TypeScript types are generated from these (see [`crate::contract`]).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A 64-bit integer as decimal text, because JavaScript's numbers stop at 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, TS)]
#[ts(as = "String")]
pub struct Int(pub i64);

impl Serialize for Int {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// A text that may be a secret: on its way in, and never out again.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(transparent)]
#[ts(as = "String")]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

macro_rules! dto {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(rename_all = "camelCase")]
        pub $kind $name $body
    )*};
}

mod compare;
mod divergence;

pub use compare::*;
pub use divergence::*;

dto! {
    /// An error as a front end sees it. The UI acts on `code`, a person reads `message`.
    struct ErrorDto {
        /// Stable across releases (`source-locked`, `filter-syntax`, `cancelled`, …).
        pub code: String,
        /// What, where and what to do, in English.
        pub message: String,
        /// The names and texts in it (`path`, `reason`, `name`, …), for a front end that says it in another language.
        pub params: std::collections::BTreeMap<String, String>,
    }

    /// What the shell knows at start.
    struct AppInfo {
        /// The program's version.
        pub version: String,
        /// The system's locale (`en-GB`, `zh-CN`).
        pub locale: String,
        /// What was asked for on the command line: a path, or nothing.
        pub open: Option<OpenAtStart>,
        /// Preferences as the UI last saved them (JSON text), if ever.
        pub preferences: Option<String>,
    }

    /// What the command line asked the window to open.
    struct OpenAtStart {
        /// A file's path; `demo:NAME` for a demo scenario.
        pub path: String,
        /// A point (`v7`, `#12`, `e12`, a time, `end`), if given.
        pub at: Option<String>,
        /// A stream to select, if given.
        pub stream: Option<String>,
    }

    /// A file opened before.
    struct RecentDto {
        /// Its path.
        pub path: String,
        /// Its file name.
        pub name: String,
        /// Whether it is still there.
        pub exists: bool,
        /// When it was last opened, RFC 3339.
        pub opened: String,
    }

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
        /// How far the index is.
        pub index: IndexDto,
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
        /// The state before the last included event, as JSON text.
        pub before: String,
        /// What the last included event changed.
        pub changes: Vec<ChangeDto>,
        /// For every path of the state: the event that last changed it.
        pub blame: Vec<BlameDto>,
        /// Events of the stream that could not be folded, up to this place.
        pub problems: Vec<ErrorDto>,
        /// What the stream lacks up to this place, as far as can be told: versions that are passed over, and rows or lines that cannot be read and
        /// may be its own.
        pub missing: Vec<ErrorDto>,
        /// Whether an included event carries a later time than a place on the time axis (late or skewed stamps).
        pub time_disorder: bool,
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

    /// Whether a filter can be used.
    struct FilterCheckDto {
        /// `None`: it can.
        pub error: Option<FilterErrorDto>,
    }

    /// Where a filter is wrong.
    struct FilterErrorDto {
        /// Stable across releases: `filter-syntax`, `filter-name` or `filter-not-a-condition`.
        pub code: String,
        /// What is wrong and what to write instead.
        pub message: String,
        /// First wrong character (UTF-16 units, as JavaScript counts).
        pub start: u32,
        /// After the last wrong character.
        pub end: u32,
    }

    /// How far a filter is.
    struct FilterDto {
        /// Its handle; use it in other queries while it is still scanning: they see what matched so far.
        pub id: u32,
        /// Its text.
        pub text: String,
        /// Events that match so far.
        pub matched: u32,
        /// Events looked at so far.
        pub scanned: u32,
        /// Events to look at.
        pub total: u32,
        /// Whether it is done.
        pub done: bool,
        /// Events on which the expression failed (a missing field counts as no match, not as failure).
        pub failed: u32,
        /// The first failure, in a sentence.
        pub first_failure: Option<String>,
    }

    /// What a name in a filter is of.
    #[derive(Copy, Eq)]
    enum UnknownKindDto {
        /// An event type.
        Type,
        /// A category.
        Category,
        /// A stream.
        Stream,
        /// A field of payload, metadata or what the source has besides.
        Field,
    }

    /// A name in the place of one that is not there.
    struct ProposedNameDto {
        /// The name; a field as a filter writes it.
        pub name: String,
        /// The filter with this name in the place of the other; `None` where that place cannot be found.
        pub filter: Option<String>,
    }

    /// A name in a filter that nothing in the history has.
    struct UnknownNameDto {
        /// What it is of.
        pub kind: UnknownKindDto,
        /// The name; a field as a filter writes it.
        pub name: String,
        /// Names like it that are there, nearest first.
        pub near: Vec<ProposedNameDto>,
        /// Where none is like it: some of those that are there.
        pub others: Vec<ProposedNameDto>,
        /// Whether there are more of these.
        pub more: bool,
        /// A field: how many events were looked at; `None`: all.
        pub looked_at: Option<u32>,
        /// All of it in a sentence (English).
        pub message: String,
    }

    /// A direction along an axis.
    #[derive(Copy, Eq)]
    enum DirectionDto {
        /// Towards the end.
        Next,
        /// Towards the start.
        Previous,
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

    /// How to connect to a cluster, as it was entered. What is said later goes before what was said earlier.
    struct KafkaSettingsDto {
        /// A profile of `leftfold.toml`, to begin with.
        pub profile: Option<String>,
        /// A file of properties, librdkafka's or Java's; empty: none.
        pub file: String,
        /// Properties as text, `name=value` a line; `#` begins a remark.
        pub text: Secret,
        /// Properties by librdkafka's names, from fields of their own.
        pub properties: Vec<(String, Secret)>,
        /// Brokers to begin with, `host:port` with commas between; empty: as said above.
        pub servers: String,
        /// The schema registry's URL; empty: as said above.
        pub registry: String,
        /// Properties whose values are to be kept in the system's keyring, each with the name it goes by there.
        pub keyring: Vec<(String, String)>,
    }

    /// A connection made before, without its secrets.
    #[derive(Default)]
    struct KafkaRememberedDto {
        /// The profile it began with.
        pub profile: Option<String>,
        /// The brokers to begin with.
        pub servers: String,
        /// The schema registry's URL, without a login.
        pub registry: String,
        /// The file of properties.
        pub file: String,
        /// Properties as text; lines with a secret are left out.
        pub text: String,
        /// Properties from fields of their own; of secrets only references (`${NAME}`, `${keyring:NAME}`).
        pub properties: Vec<(String, String)>,
    }

    /// What saving a connection as a profile writes.
    struct KafkaProfilePlanDto {
        /// The project file in the user's configuration.
        pub path: String,
        /// The lines.
        pub text: String,
        /// Whether a profile of this name is there and is replaced.
        pub replaces: bool,
        /// Environment variables that stand for secrets which are nowhere yet.
        pub variables: Vec<String>,
        /// A project file that goes before and has a profile of this name, too.
        pub shadowed_by: Option<String>,
    }

    /// A connection that can be asked. Its secrets stay with the program.
    struct KafkaConnectionDto {
        /// Its handle.
        pub id: u32,
        /// The brokers to begin with.
        pub servers: String,
        /// The properties in force, secrets masked, `${NAME}` as written.
        pub properties: Vec<(String, String)>,
        /// Properties that are left out, since they are about consumer groups.
        pub left_out: Vec<String>,
    }

    /// A profile of a project file: `[kafka.NAME]`.
    struct KafkaProfileDto {
        /// Its name.
        pub name: String,
        /// The project file it stands in.
        pub file: String,
        /// Its brokers.
        pub servers: String,
        /// Its properties, secrets masked, `${NAME}` as written.
        pub properties: Vec<(String, String)>,
        /// Why it cannot be used.
        pub problem: Option<ErrorDto>,
    }

    /// A part of a connection, and how it went.
    struct KafkaStepDto {
        /// `properties`, `network`, `tls`, `login`, `topics` or `registry`.
        pub part: String,
        /// How it went.
        pub outcome: KafkaOutcomeDto,
        /// What was found, in a sentence, where it works.
        pub found: String,
        /// Why it fails, and what to do.
        pub error: Option<ErrorDto>,
    }

    /// How a part of a connection went.
    #[derive(Copy, Eq)]
    enum KafkaOutcomeDto {
        /// It works.
        Works,
        /// It fails.
        Fails,
        /// Something before it failed.
        NotReached,
        /// This connection has no such part.
        None,
    }

    /// A topic in the list.
    struct KafkaTopicDto {
        /// Its name.
        pub name: String,
        /// How many partitions it has.
        pub partitions: u32,
        /// Whether it is one of the cluster's own.
        pub internal: bool,
    }

    /// What is known of a topic without reading its records.
    struct KafkaTopicFactsDto {
        /// The topic.
        pub name: String,
        /// Where its partitions begin and end.
        pub partitions: Vec<KafkaPartitionDto>,
        /// Records at most: markers, compaction and deleted records leave holes.
        pub at_most: Int,
        /// `delete`, `compact` or both; `None`: the broker does not tell.
        pub cleanup: Option<String>,
        /// Milliseconds records are kept, -1 for ever; `None`: the broker does not tell.
        pub retention_ms: Option<Int>,
        /// Bytes a partition keeps, -1 without a limit; `None`: the broker does not tell.
        pub retention_bytes: Option<Int>,
    }

    /// A partition and where it begins and ends.
    struct KafkaPartitionDto {
        /// Its number.
        pub number: u32,
        /// The first offset there.
        pub low: Int,
        /// The one after the last.
        pub high: Int,
    }

    /// How records are to be read, on top of what the profile says. Empty lines say nothing.
    #[derive(Eq, Default)]
    struct KafkaReadingDto {
        /// Decoders: `[TOPIC:]key=FORM` or `[TOPIC:]value=FORM`, with FORM one of auto, json, text, hex, msgpack, cbor, avro, protobuf,
        /// `avro:FILE` or `protobuf:FILE#MESSAGE`.
        pub decoders: Vec<String>,
        /// Where facts of the events are found: `FIELD=PLACE`, as in `stream=payload/orderId`, `version=metadata/seq`.
        pub mapping: Vec<String>,
    }

    /// The latest records of a topic.
    struct KafkaSampleDto {
        /// Latest first. Ordinals and keys mean nothing.
        pub rows: Vec<RowDto>,
        /// In which form each row's payload was read and why (`avro: it is framed with schema 3 of the registry`); empty: it was not.
        pub decoded_by: Vec<String>,
        /// The same of each row's key; empty: it is text.
        pub key_decoded_by: Vec<String>,
        /// What could not be read of each row, and why; empty: all could.
        pub problems: Vec<String>,
        /// The time of the first record that is still there, RFC 3339: not always the earliest.
        pub first: Option<String>,
        /// The time of the latest one.
        pub last: Option<String>,
        /// Why values could not be decoded that need a schema.
        pub notes: Vec<String>,
    }

    /// A capture of this run of the program.
    struct CaptureDto {
        /// Its handle.
        pub id: u32,
        /// The file.
        pub path: String,
        /// Its topics.
        pub topics: Vec<String>,
        /// Whether it goes on when the end is reached.
        pub follow: bool,
        /// How it is.
        pub state: CaptureStateDto,
        /// Whether the file is there and can be opened.
        pub ready: bool,
        /// Records written by this run.
        pub records: Int,
        /// Bytes of their keys and values.
        pub bytes: Int,
        /// Records left, at most.
        pub left: Int,
        /// Records a second, over the last seconds.
        pub rate: u32,
        /// Seconds it has been at work, pauses among them.
        pub seconds: u32,
        /// What the reader should know, in sentences.
        pub notes: Vec<String>,
        /// Why it ended, when it failed.
        pub error: Option<ErrorDto>,
    }

    /// How a capture is.
    #[derive(Copy, Eq)]
    enum CaptureStateDto {
        /// Nothing is read yet.
        Connecting,
        /// It reads.
        Reading,
        /// All that was there is read; what is written now comes as it is written.
        Live,
        /// The user holds it.
        Paused,
        /// All that was asked for is there.
        Complete,
        /// The user ended it.
        Stopped,
        /// An error ended it; what was read before is kept.
        Failed,
    }

    /// A demo scenario.
    struct DemoDto {
        /// Its name.
        pub name: String,
        /// Its title.
        pub title: String,
        /// What it shows.
        pub description: String,
    }
}
