//! What the verbs take that list events and streams, and draw them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use leftfold_event::Point;

use super::which::{BookmarkArg, MaybeSourceArgs, Offset, OrderBy, SourceArgs, Which, offset, plain_offset};
use crate::kafka::KafkaArgs;

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) source: MaybeSourceArgs,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Where to begin, as in kcat: beginning, 100 (after the first hundred), -100 (the last hundred); end shows the last -c. Of a topic: 100
    /// (an offset), -100 (the last hundred of each partition), s@TIME, e@TIME and ..200 (times as milliseconds,
    /// RFC 3339 or -15m; ends are exclusive)
    #[arg(short, long = "offset", value_name = "OFFSET", value_parser = offset, allow_hyphen_values = true)]
    pub(crate) offsets: Vec<Offset>,
    /// At most this many
    #[arg(short, long, visible_alias = "limit", value_name = "N")]
    pub(crate) count: Option<u32>,
    /// One event a line, as NDJSON
    #[arg(long)]
    pub(crate) json: bool,
    /// One record of Kafka a line, as kcat's -J writes it; bytes that are no text in base64
    #[arg(short = 'J', long, conflicts_with = "json")]
    pub(crate) kcat: bool,
    #[command(flatten, next_help_heading = "From a topic (in place of SOURCE)")]
    pub(crate) kafka: KafkaArgs,
    /// Stop at the end of the topic, as it was when the run began (this is how it is unless --follow is given)
    #[arg(
        short = 'e',
        long = "exit",
        conflicts_with = "follow",
        help_heading = "From a topic (in place of SOURCE)"
    )]
    pub(crate) exit: bool,
    /// Show events as they come, until Ctrl-C or -c; versions are counted where every partition is read from its beginning
    #[arg(
        long,
        conflicts_with_all = ["from", "to"],
        help_heading = "From a topic (in place of SOURCE)"
    )]
    pub(crate) follow: bool,
}

/// In which order streams stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortStreams {
    /// By name
    Name,
    /// Those with most events first
    Events,
    /// By the time of their first event
    First,
    /// By the time of their last event, latest first
    Last,
}

#[derive(Debug, Args)]
pub(crate) struct StreamsArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Only streams whose name holds this text, ignoring case
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Only this category (may be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) category: Vec<String>,
    /// Only streams with events for which this CEL expression is true; only those events are counted
    #[arg(short, long, value_name = "CEL")]
    pub(crate) filter: Option<String>,
    /// In which order
    #[arg(long, value_name = "ORDER", default_value = "name")]
    pub(crate) sort: SortStreams,
    /// Where to begin: beginning, 100 (after the first hundred), -100 (the last hundred); end shows the last -c
    #[arg(short, long, value_parser = plain_offset, default_value = "beginning", allow_hyphen_values = true)]
    pub(crate) offset: Offset,
    /// At most this many
    #[arg(short, long, visible_alias = "limit", value_name = "N")]
    pub(crate) count: Option<u32>,
    /// One stream a line, as NDJSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What makes a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// One lane a category
    Category,
    /// One lane an event type
    Type,
    /// One lane a stream
    Stream,
}

/// The colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Theme {
    /// Light on dark
    Dark,
    /// Dark on light
    Light,
}

#[derive(Debug, Args)]
pub(crate) struct TimelineArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// What makes a lane
    #[arg(long, value_name = "WHAT", default_value = "category")]
    pub(crate) by: By,
    /// At most this many lanes, those with most events
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) lanes: u32,
    /// A CEL expression that is true for the events to keep
    #[arg(short, long, value_name = "CEL")]
    pub(crate) filter: Option<String>,
    /// Begin at this point, itself included: #1234, e1234, a time, -15m, start or end
    #[arg(long, value_name = "POINT", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) from: Option<Point>,
    /// End at this point, itself included; written the same way
    #[arg(long, value_name = "POINT", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) to: Option<Point>,
    /// What lies from left to right; event time unless no event has one
    #[arg(long, value_name = "ORDER")]
    pub(crate) order: Option<OrderBy>,
    /// Into how many columns (default: what a picture has room for; 100 with --json)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16_000))]
    pub(crate) columns: Option<u32>,
    /// Draw it to this SVG file, `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Draw it to this PNG file, `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) png: Option<PathBuf>,
    /// Write this part of the history as a page to hand over to this HTML file, `-` for standard output: the chart, bookmarks with the states there, what
    /// became of which stream, and the events
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// A place to mark, with a note (may be repeated): a POINT, of one stream or of all, as 2026-11-20T14:32:07Z=alert or order-17@v3='paid twice'
    #[arg(long, value_name = "[STREAM@]POINT[=NOTE]", value_parser = BookmarkArg::parse)]
    pub(crate) bookmark: Vec<BookmarkArg>,
    /// Of the page: which projection folds the states
    #[arg(long, value_name = "NAME", requires = "html")]
    pub(crate) projection: Option<String>,
    /// Of the page: at most so many events
    #[arg(short, long, value_name = "N", default_value_t = 1000, requires = "html")]
    pub(crate) count: u32,
    /// Of the page: when it was made, to be told there
    #[arg(long, value_name = "TIME", value_parser = crate::report::made, requires = "html")]
    pub(crate) made: Option<String>,
    /// Replace a file that exists; never the source
    #[arg(long)]
    pub(crate) force: bool,
    /// The picture's colours; a page follows its reader's
    #[arg(long, value_name = "THEME", default_value = "dark")]
    pub(crate) theme: Theme,
    /// As one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
