//! What to read, and which events of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use leftfold_event::Point;
use leftfold_kafka::{Bound, From};

use crate::kafka::bound;

/// What to read, and which history of it.
#[derive(Clone, Debug, Args)]
pub(crate) struct SourceArgs {
    /// A file, `-` for standard input, or a name from leftfold.toml
    pub(crate) source: PathBuf,
    /// Which history, where a file holds several: its number in `inspect`
    #[arg(long, value_name = "N", conflicts_with = "table")]
    pub(crate) store: Option<usize>,
    /// Which history, by the table its events are in
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
}

/// What to read, where it may be a topic named by flags.
#[derive(Clone, Debug, Args)]
pub(crate) struct MaybeSourceArgs {
    /// A file, `-` for standard input, or a name from leftfold.toml
    #[arg(required_unless_present_any = ["brokers", "files", "properties"], conflicts_with_all = ["brokers", "topics"])]
    pub(crate) source: Option<PathBuf>,
    /// Which history, where a file holds several: its number in `inspect`
    #[arg(long, value_name = "N", conflicts_with = "table")]
    pub(crate) store: Option<usize>,
    /// Which history, by the table its events are in
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
}

impl MaybeSourceArgs {
    /// The same, once there is something to read.
    pub(crate) fn given(&self) -> SourceArgs {
        SourceArgs {
            source: self.source.clone().unwrap_or_default(),
            store: self.store,
            table: self.table.clone(),
        }
    }
}

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// A CEL expression that is true for the events to keep
    #[arg(short, long, value_name = "CEL")]
    pub(crate) filter: Option<String>,
    /// Only this stream (may be repeated)
    #[arg(allow_negative_numbers = true, long, value_name = "NAME")]
    pub(crate) stream: Vec<String>,
    /// Only this event type (may be repeated)
    #[arg(long = "type", value_name = "NAME")]
    pub(crate) kind: Vec<String>,
    /// Only this category (may be repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) category: Vec<String>,
    /// Only events at or after this point, itself included: v7 (with one --stream), #1234, e1234, a time, -15m, start or end
    #[arg(long, value_name = "POINT", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) from: Option<Point>,
    /// Only events at or before this point, itself included; written the same way
    #[arg(long, value_name = "POINT", value_parser = Point::parse, allow_hyphen_values = true)]
    pub(crate) to: Option<Point>,
    /// In which order
    #[arg(long, value_name = "ORDER", default_value = "log")]
    pub(crate) order: OrderBy,
}

impl Which {
    /// Whether it leaves anything out or puts it in another order.
    pub(crate) fn is_given(&self) -> bool {
        self.filter.is_some()
            || !(self.stream.is_empty() && self.kind.is_empty() && self.category.is_empty())
            || self.from.is_some()
            || self.to.is_some()
            || self.order != OrderBy::Log
    }
}

/// The two timelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderBy {
    /// As the log holds them
    Log,
    /// By event time; events without a time are left out
    Time,
}

/// Where a list begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offset {
    /// With the first event.
    Beginning,
    /// So that the last `-c` events are shown.
    End,
    /// After this many events.
    Skip(u32),
    /// With this many events from the end.
    Last(u32),
    /// As only a topic can be begun or ended.
    OfTopic(Bound),
}

impl Offset {
    /// What it means to a topic, where offsets are the records' own.
    pub(crate) fn of_topic(self) -> Bound {
        match self {
            Self::Beginning => Bound::From(From::Beginning),
            Self::End => Bound::From(From::End),
            Self::Skip(n) => Bound::From(From::Offset(n.into())),
            Self::Last(n) => Bound::From(From::Last(n.into())),
            Self::OfTopic(bound) => bound,
        }
    }
}

pub(super) fn plain_offset(text: &str) -> Result<Offset, String> {
    match text {
        "beginning" => Some(Offset::Beginning),
        "end" => Some(Offset::End),
        _ => match text.strip_prefix('-') {
            Some(n) => n.parse().map(Offset::Last).ok(),
            None => text.parse().map(Offset::Skip).ok(),
        },
    }
    .ok_or_else(|| {
        format!("{text:?} is no offset: write beginning, end, 100 (after the first hundred) or -100 (the last hundred)")
    })
}

pub(super) fn offset(text: &str) -> Result<Offset, String> {
    plain_offset(text).or_else(|wrong| {
        let of_topic = bound(text).map(Offset::OfTopic);
        of_topic.map_err(|_| format!("{wrong}; of a topic also s@TIME, e@TIME or ..200"))
    })
}

/// A place to mark, as it is written.
#[derive(Clone, Debug)]
pub(crate) struct BookmarkArg {
    pub(crate) stream: Option<String>,
    pub(crate) point: Point,
    pub(crate) note: String,
}

impl BookmarkArg {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (place, note) = text.split_once('=').unwrap_or((text, ""));
        let of_stream = || {
            let (stream, point) = place.rsplit_once('@')?;
            Some((stream.to_owned(), Point::parse(point).ok()?)).filter(|(stream, _)| !stream.is_empty())
        };
        let (stream, point) = match Point::parse(place) {
            Ok(point) => (None, point),
            Err(why) => of_stream()
                .map(|(s, p)| (Some(s), p))
                .ok_or_else(|| why.to_string())?,
        };
        Ok(Self {
            stream,
            point,
            note: note.to_owned(),
        })
    }
}
