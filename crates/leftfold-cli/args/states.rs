//! What the verbs take that look at an event, a stream and its states.

use clap::{Args, ValueEnum};
use leftfold_event::Point;

use super::which::SourceArgs;

/// A part of an event whose stored bytes can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// What happened
    Payload,
    /// What surrounds it
    Metadata,
}

#[derive(Debug, Args)]
pub(crate) struct EventArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Which event: #1234, e1234, v7 (with --stream), or the last one at a time, -15m or end
    #[arg(value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) point: Point,
    /// The stream that the point speaks of
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Option<String>,
    /// Look for the events that name this one as their cause; reads the whole history
    #[arg(long)]
    pub(crate) effects: bool,
    /// Look for all that led to this one, up to where it began, and all it led to; reads the whole history
    #[arg(long)]
    pub(crate) causes: bool,
    /// Write the stored bytes of the payload (or --raw=metadata) unchanged; a terminal is shown text or hex
    #[arg(
        long,
        value_name = "PART",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "payload",
        conflicts_with_all = ["json", "effects", "causes"]
    )]
    pub(crate) raw: Option<Part>,
    /// As one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// A stream, seen through a projection.
#[derive(Debug, Args)]
pub(crate) struct StreamArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// The stream's full name
    #[arg(allow_negative_numbers = true)]
    pub(crate) stream: String,
    /// How events become state: merge, latest, json-patch, debezium, or one of leftfold.toml (default: what that says, else merge)
    #[arg(long, value_name = "NAME")]
    pub(crate) projection: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    pub(crate) stream: StreamArgs,
    /// At which point: v7, #1234, e1234, a time, -15m, start or end (`leftfold --help` explains them)
    #[arg(long, value_name = "POINT", default_value = "end", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) at: Point,
    /// Only what is at this JSON pointer (/items/0/price)
    #[arg(long, value_name = "POINTER")]
    pub(crate) path: Option<String>,
    /// As one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) stream: StreamArgs,
    /// The state before, at a point: v7, #1234, e1234, a time, -15m, start or end
    #[arg(long, value_name = "POINT", default_value = "start", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) from: Point,
    /// The state after, at a point
    #[arg(long, value_name = "POINT", default_value = "end", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) to: Point,
    /// As one JSON document with a patch (RFC 6902)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BlameArgs {
    #[command(flatten)]
    pub(crate) stream: StreamArgs,
    /// At which point: v7, #1234, e1234, a time, -15m, start or end (`leftfold --help` explains them)
    #[arg(long, value_name = "POINT", default_value = "end", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) at: Point,
    /// Only what is at or below this JSON pointer
    #[arg(long, value_name = "POINTER")]
    pub(crate) path: Option<String>,
    /// As one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub(crate) stream: StreamArgs,
    /// The field, as a JSON pointer (/items/0/price)
    pub(crate) path: String,
    /// At most this many changes, the latest
    #[arg(short = 'c', long = "count", visible_alias = "limit", value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// All changes, however many
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
    /// As one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
