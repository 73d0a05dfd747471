//! What the command line takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use leftfold_event::Point;

use crate::audit::{AUDIT, AuditArgs};
use crate::capture::{CAPTURE, CaptureArgs};
use crate::check::{CHECK, CheckArgs};
use crate::compare::{COMPARE, CompareArgs};
use crate::repair::{REPAIR, RepairArgs};
use crate::report::{REPORT, ReportArgs};
use crate::secret::SecretArgs;
use crate::topics::{TOPICS, TopicsArgs};
use crate::witness::{WITNESS, WitnessArgs};

mod lists;
mod states;
mod which;

pub(crate) use lists::{By, EventsArgs, SortStreams, StreamsArgs, Theme, TimelineArgs};
pub(crate) use states::{BlameArgs, DiffArgs, EventArgs, HistoryArgs, Part, StateArgs};
pub(crate) use which::{BookmarkArg, Offset, OrderBy, SourceArgs, Which};

const SOURCES: &str = "\
A SOURCE is a SQLite file, a capture, an NDJSON file, `-` for standard input, a pipe, a name from leftfold.toml in the current \
folder, or kafka://HOST:PORT/TOPIC (read as it is now into a temporary file).
A POINT is one of:
  v7                     a version: the stream's event of that number
  #1234, #orders[3]@17   a position, as the store writes it (quote it: a shell takes # for a comment)
  e1234                  a place: the event with so many before it in log order, for stores without positions
  2026-11-20T14:32:07Z   a time; 2026-11-20 14:32:07 is one too, in UTC
  1700000000, @7         a time in seconds since 1970 (milliseconds by 12 to 14 digits); a small number only after @
  -15m                   so long before the last event; units are ns, us, ms, s, m, h, d
  start, end             before the first event, after the last one
The state at a point is the one after that event. --from and --to include the events they name.
Files are only ever read. Exit codes: 0 ok, 1 a difference was found, 2 error, 130 interrupted.
An error is told on standard error as `leftfold: error[CODE]: MESSAGE`; with --json as one line \
{\"error\":{\"code\":\"...\",\"message\":\"...\"}}, and a note as {\"note\":{\"message\":\"...\"}}.";

const TOP_EXAMPLES: &str = "\
Examples:
  leftfold demo                          write a shop's day to shop.db
  leftfold inspect shop.db               what is in it
  leftfold timeline shop.db              when it happened
  leftfold streams shop.db               which streams there are
  leftfold state shop.db order-10017     what an order looks like now
  leftfold open shop.db                  walk through it in the window";

/// A time machine for event histories: the state of anything, at any point, and what made it so.
#[derive(Debug, Parser)]
#[command(name = "leftfold", version, after_help = TOP_EXAMPLES, after_long_help = format!("{SOURCES}\n\n{TOP_EXAMPLES}"))]
#[command(arg_required_else_help = true, infer_long_args = true)]
pub(crate) struct Arguments {
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub(crate) color: Colour,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Neither read nor write the index kept in the user's cache folder (LEFTFOLD_CACHE_DIR)
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
    /// Show what leftfold.toml hides (its `masks`)
    #[arg(long, global = true)]
    pub(crate) no_masks: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Say what a source is and what it holds
    #[command(after_help = "Examples:
  leftfold inspect shop.db
  leftfold inspect shop.db --json | jq '.stores[0].types'

With --json, each store's `time` says `zone` (stated, assumed UTC, mixed) and `resolution` (1s, 1ms, 1us, …).")]
    Inspect(InspectArgs),
    /// List the streams: how many events each has, and when it began and ended
    #[command(after_help = "Examples:
  leftfold streams shop.db --category stock
  leftfold streams shop.db --name order-100 --sort events
  leftfold streams shop.db -f 'payload.available < 0'   the streams that oversold
  leftfold streams shop.db --sort last -c 10 --json

With --json one stream a line: {stream, category, events, first_time, last_time}. With a filter, events and times are those of the \
events it keeps.")]
    Streams(StreamsArgs),
    /// List events
    #[command(after_help = "Examples:
  leftfold events shop.db -c 20                         the first twenty
  leftfold events shop.db -o -20                        the last twenty
  leftfold events shop.db --stream order-10017
  leftfold events shop.db -f 'type == \"PaymentCaptured\" && payload.capturedAmount > 150'
  leftfold events shop.db --from -15m --json            the last quarter of an hour, as NDJSON
  leftfold events -b localhost:9092 -t orders -o -100   the last hundred of each partition of a topic
  leftfold events -b localhost:9092 -t orders -o end --follow --json

Filters are CEL over id, stream, category, type, time, valid_time, version, position, payload, metadata, correlation_id and \
causation_id; over extra (what the store has beside these: extra.tenant == \"acme\"), and of records of Kafka over key, topic, \
partition, offset and headers (headers[\"trace-id\"] == \"x\"); has(payload.total) asks whether a field is there, time and valid_time are compared with texts such as \"2026-11-20T14:32:07Z\"; find(\"text\") looks through the payload, and problem is true for \
events that could not be read in full. A whole number past 9223372036854775807 is written with u: 18446744073709551615u.

A `!` before a type marks an event with a problem; `leftfold event` says which.")]
    Events(EventsArgs),
    /// Show one event whole: times, metadata, payload, stored bytes, cause and effects
    #[command(after_help = "Examples:
  leftfold event shop.db '#1234'
  leftfold event shop.db v2 --stream order-10017
  leftfold event shop.db 2026-11-20T19:00:00Z           the last one recorded by then
  leftfold event shop.db '#1234' --effects --json
  leftfold event shop.db '#1234' --causes               what led to it, up to the root, and what it led to
  leftfold event shop.db '#1234' --raw > payload.bin    the stored bytes, unchanged")]
    Event(EventArgs),
    /// Draw how many events there were, over time or log order
    #[command(after_help = "Examples:
  leftfold timeline shop.db
  leftfold timeline shop.db --by type --lanes 20 --from 2026-11-20T18:00:00Z
  leftfold timeline shop.db --svg day.svg --theme light
  leftfold timeline shop.db --from -5h --bookmark stock-SKU-0007@v59=oversold --html evening.html
  leftfold timeline shop.db --json --columns 24 | jq '.lanes[] | {name, counts}'

With --json, `from` is inclusive and `to` exclusive; column c of n counts the events from from + (to-from)*c/n on that lie before
from + (to-from)*(c+1)/n.")]
    Timeline(TimelineArgs),
    /// Show the state of a stream at a point
    #[command(after_help = "Examples:
  leftfold state shop.db order-10017
  leftfold state shop.db order-10017 --at v3
  leftfold state shop.db order-10017 --at 2026-11-20T14:32:07Z --path /items/0
  leftfold state shop.db order-10017 --json | jq .state")]
    State(StateArgs),
    /// Show what changed in a stream's state between two points (exit code 1 when anything did)
    #[command(after_help = "Examples:
  leftfold diff shop.db order-10017 --from v2 --to v4
  leftfold diff shop.db stock-SKU-0007 --from 2026-11-20T18:00:00Z --to end --json")]
    Diff(DiffArgs),
    /// Compare two histories: what is missing, doubled, different, reordered or late, and since when (exit code 1 when they differ)
    #[command(after_help = COMPARE)]
    Compare(Box<CompareArgs>),
    /// Check the comparisons and rules of leftfold.toml (exit code 1 when something differs or is violated)
    #[command(after_help = CHECK)]
    Check(CheckArgs),
    /// Look for what a history tells against itself: shapes that drift, versions missing or claimed twice, wrong clocks (exit code 1 when it fails)
    #[command(after_help = AUDIT)]
    Audit(AuditArgs),
    /// Write a comparison, or all that leftfold.toml checks, as one HTML file or as a picture (exit code 1 when something differs)
    #[command(after_help = REPORT)]
    Report(ReportArgs),
    /// Plan what would make one side say what the other one says: events to re-send, skip, compensate; sends nothing
    #[command(after_help = REPAIR)]
    Repair(RepairArgs),
    /// Write the smallest history that still shows a finding, with a test that fails as long as it does
    #[command(after_help = WITNESS)]
    Witness(WitnessArgs),
    /// Show which event last changed each field of a stream's state
    #[command(after_help = "Examples:
  leftfold blame shop.db order-10017
  leftfold blame shop.db order-10017 --at v4 --path /items")]
    Blame(BlameArgs),
    /// Show every value a field has held
    #[command(after_help = "Examples:
  leftfold history shop.db order-10017 /status
  leftfold history shop.db stock-SKU-0007 /available --json | jq '.changes[].after'")]
    History(HistoryArgs),
    /// Write events, or the states of their streams, as NDJSON or CSV
    #[command(after_help = "Examples:
  leftfold export shop.db > shop.ndjson
  leftfold export shop.db -f 'category == \"order\"' -O orders.ndjson
  leftfold export shop.db --type OrderPlaced --csv > placed.csv
  leftfold export shop.db --category stock --states --at 2026-11-20T19:00:00Z --csv > stock.csv

A line of --states is what `leftfold state --json` says.")]
    Export(ExportArgs),
    /// Capture Kafka topics to one file that opens anywhere
    #[command(after_help = CAPTURE)]
    Capture(CaptureArgs),
    /// List a cluster's topics, or try the connection to it
    #[command(after_help = TOPICS)]
    Topics(TopicsArgs),
    /// Keep a password in the system's keyring, for connections that refer to it
    #[command(after_help = "Examples:
  leftfold secret shop-prod                             asks for it, and shows nothing
  pass kafka/prod | leftfold secret shop-prod           takes the first line
  leftfold secret shop-prod --forget
  leftfold topics -b broker:9093 -X security.protocol=SASL_SSL -X sasl.mechanism=SCRAM-SHA-512 -X sasl.username=me \\
    -X 'sasl.password=${keyring:shop-prod}'

The keyring is the Secret Service (GNOME Keyring, KWallet), the macOS Keychain or the Windows Credential Manager; its entries go by \
`leftfold` and the name. Without one: ${VARIABLE} stands for an environment variable, and a password that is not given is asked for.")]
    Secret(SecretArgs),
    /// Write a demo history: a shop over one day, with four incidents to find
    #[command(after_help = "Examples:
  leftfold demo
  leftfold demo --mirror                 and a faulty copy of it, to compare
  leftfold demo --read-model             and a table of its orders
  leftfold demo --invoices               and another service's invoices for them
  leftfold demo --events 1000000 -O big.db
  leftfold demo --ndjson -O - | leftfold inspect -")]
    Demo(DemoArgs),
    /// Open the window
    #[command(after_help = "Examples:
  leftfold open
  leftfold open demo:shop
  leftfold open shop.db --at 2026-11-20T19:03:00Z --stream order-10017
  leftfold open 'leftfold://open?source=/data/shop.db&stream=order-10017&at=v3'
  leftfold open shop.db &                               the shell goes on; without & it waits until the window is closed

A LINK is what the window copies (Ctrl L): leftfold://open?source=PATH and, as far as said, table, stream, at (a POINT), axis (time, log), \
filter and projection, each percent-encoded.")]
    Open(OpenArgs),
    /// Work with how a table, or lines of NDJSON, are read as events
    #[command(subcommand, arg_required_else_help = true, after_help = MAPPING_HELP)]
    Mapping(MappingVerb),
    /// Print the completions for a shell
    #[command(after_help = "Example:
  leftfold completions bash > ~/.local/share/bash-completion/completions/leftfold")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page (troff), or write those of all verbs to a folder
    #[command(after_help = "Examples:
  leftfold man | man -l -
  leftfold man --folder ~/.local/share/man/man1")]
    Man {
        /// Where to write the pages
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

impl Verb {
    /// Whether the output is to be JSON; then errors and notes are, too.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Inspect(args) => args.json,
            Self::Streams(args) => args.json,
            Self::Events(args) => args.json || args.kcat,
            Self::Event(args) => args.json,
            Self::Timeline(args) => args.json,
            Self::State(args) => args.json,
            Self::Diff(args) => args.json,
            Self::Compare(args) => args.json,
            Self::Check(args) => args.is_json(),
            Self::Audit(args) => args.json,
            Self::Repair(args) => args.json,
            Self::Witness(args) => args.json,
            Self::Blame(args) => args.json,
            Self::History(args) => args.json,
            Self::Topics(args) => args.json,
            Self::Export(_)
            | Self::Report(_)
            | Self::Capture(_)
            | Self::Secret(_)
            | Self::Demo(_)
            | Self::Open(_)
            | Self::Mapping(_)
            | Self::Completions { .. }
            | Self::Man { .. } => false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// As one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) which: Which,
    /// As a table (CSV, RFC 4180) instead of lines
    #[arg(long)]
    pub(crate) csv: bool,
    /// The states of the streams instead of their events
    #[arg(long, conflicts_with_all = ["from", "to", "order"])]
    pub(crate) states: bool,
    /// Of the states: as of when (default: end)
    #[arg(long, value_name = "POINT", value_parser = Point::parse, allow_hyphen_values = true, requires = "states")]
    pub(crate) at: Option<Point>,
    /// Of the states: which projection folds them
    #[arg(long, value_name = "NAME", requires = "states")]
    pub(crate) projection: Option<String>,
    /// Where to write (default: standard output)
    #[arg(short = 'O', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that exists; never the source
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Which story
    #[arg(default_value = "shop")]
    pub(crate) name: String,
    /// How many events: 1000 at least, so that a whole day with its incidents fits
    #[arg(long, value_name = "N", default_value_t = 24_000)]
    pub(crate) events: u64,
    /// What chance depends on: the same number gives the same file
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,
    /// Where to write, `-` for standard output (default: shop.db, with --ndjson shop.ndjson, in the current folder)
    #[arg(short = 'O', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// As NDJSON instead of a SQLite file; so is a file whose name ends in .ndjson or .jsonl
    #[arg(long)]
    pub(crate) ndjson: bool,
    /// Write beside it the same day as a second data centre received it, with faults of every kind, to compare (shop-mirror.ndjson)
    #[arg(long)]
    pub(crate) mirror: bool,
    /// Write beside it the table that a projector made of the orders, with rows it got wrong, to compare with their states (shop-read.db)
    #[arg(long)]
    pub(crate) read_model: bool,
    /// Write beside it the invoices that another service sent for the orders, with faults, to compare by key (shop-billing.ndjson)
    #[arg(long)]
    pub(crate) invoices: bool,
    /// Replace a file that exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// A file, a name from leftfold.toml, demo:NAME, or a link to a moment
    #[arg(value_name = "SOURCE|LINK")]
    pub(crate) source: Option<PathBuf>,
    /// At which point: v7, #1234, e1234, a time, -15m, start or end (`leftfold --help` explains them)
    #[arg(long, value_name = "POINT", allow_hyphen_values = true, requires = "source")]
    pub(crate) at: Option<String>,
    /// With this stream selected
    #[arg(long, value_name = "NAME", requires = "source")]
    pub(crate) stream: Option<String>,
}

/// What a mapping can say.
const MAPPING_HELP: &str = r#"A mapping stands in leftfold.toml, beside the data or in the folder the command is run in:

  [[source]]
  name = "plants"            # a name to use in place of the path
  path = "plants.db"
  [source.mapping]
  table = "happenings"       # whose rows are the events (not for NDJSON)
  stream = "{kind}-{plant}"  # names the aggregate; a column, or a template of columns
  type = "what"              # the event type
  version = "rev"            # the place in the stream
  time = "happened_at"       # or { from = "ms", format = "milliseconds" }
  payload = "details"        # or { column = "doc", at = "/data", format = "json" }

Keys: table, stream, category, type, version, position, id, time, valid_time, payload, metadata, correlation, causation;
also_in and order (lists), filters ([{ column = "kind", is = "event" }]; is, not, null), joins, explode, extra ({ shown_as = "column" }: further facts).
An expression is a column ("stream_id"), a template ("{a}-{b@/x}"), { column = "doc", at = "/type", after = ":", before = "-" },
{ constant = "order" } or { first-of = ["a", "b"] }. at is a JSON pointer into the column.
Time formats: auto, iso, seconds, milliseconds, microseconds, nanoseconds, dotnet-ticks, julian-day.
Payload formats: auto, json, text, zlib, yaml, xml, msgpack, cbor, bytes.
For NDJSON a column is a key of the line ("user") or a JSON pointer into it ("/user/id"); without a payload the whole line is it.

Examples:
  leftfold mapping show shop.db > leftfold.toml && leftfold inspect shop.db
  leftfold mapping show shop.db --table event_sourcery_snapshots   a start to set right"#;

#[derive(Debug, Subcommand)]
pub(crate) enum MappingVerb {
    /// Print how a source's table is read, as lines for leftfold.toml
    ///
    /// Works for any table (--table), also for one that is not taken for events: then it is a start to set right.
    #[command(after_help = "Examples:
  leftfold mapping show shop.db >> leftfold.toml
  leftfold mapping show shop.db --table event_sourcery_snapshots

`leftfold mapping --help` says what the keys mean.")]
    Show(SourceArgs),
}
