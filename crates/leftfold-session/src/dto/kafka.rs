//! What crosses the boundary of clusters and captures.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ErrorDto, Int, RowDto, Secret};

dto! {
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
        /// Decoders: `[TOPIC:]key=FORM` or `[TOPIC:]value=FORM`, with FORM one of auto, json, text, hex, int, long, msgpack, cbor, avro, protobuf,
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
}
