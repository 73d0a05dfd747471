//! What columns of events are called, and what their values look like.

use super::checks::{is_json, looks, opening};
use super::file::Look;
use crate::shape::{ColumnShape, Sample, TableShape, folded};

/// What a column may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Stream,
    StreamKind,
    Kind,
    Version,
    Position,
    Id,
    Time,
    ValidTime,
    Payload,
    Metadata,
    Correlation,
    Causation,
}

/// Names by role, folded (no case, no underscores), the surest first. A name that only ends so counts half.
const NAMES: &[(Role, &[&str])] = &[
    (
        Role::Stream,
        &[
            "streamname",
            "streamid",
            "stream",
            "aggregateid",
            "aggregateidentifier",
            "aggregateuuid",
            "aggregaterootid",
            "persistenceid",
            "entityid",
            "originatorid",
            "streamuuid",
            "sourceid",
            "subjectid",
            "subject",
            "eventsourceid",
            "entitykey",
            "aggregatekey",
            "streamkey",
            "eventstreamid",
            "aggid",
        ],
    ),
    (
        Role::StreamKind,
        &[
            "aggregatetype",
            "streamtype",
            "entitytype",
            "streamcategory",
            "category",
            "aggregate",
            "aggregatename",
            "sourcetype",
            "entity",
            "type",
            "aggtype",
            "entityname",
            "stream",
        ],
    ),
    (
        Role::Kind,
        &[
            "eventtype",
            "messagetype",
            "eventname",
            "eventclass",
            "payloadtype",
            "reason",
            "type",
            "kind",
            "topic",
            "name",
            "action",
            "event",
            "what",
            "verb",
            "operation",
            "happening",
            "op",
        ],
    ),
    (
        Role::Version,
        &[
            "streamversion",
            "streamposition",
            "aggregateversion",
            "version",
            "sequencenumber",
            "sequencenr",
            "sequence",
            "playhead",
            "revision",
            "streamrevision",
            "eventnumber",
            "seq",
            "aggregatesequence",
            "eventversion",
            "nonce",
            "entityversion",
            "aggversion",
            "aggregatesequencenumber",
            "streamsequencenumber",
            "versionid",
            "generation",
            "rev",
            "seqno",
            "seqnr",
            "seqnum",
            "ver",
            "nr",
            "idx",
            "n",
            "v",
        ],
    ),
    (
        Role::Position,
        &[
            "globalposition",
            "globalsequence",
            "globalversion",
            "position",
            "ordering",
            "globalindex",
            "sequenceid",
            "seqid",
            "globalsequencenumber",
            "globalseq",
            "sequentialid",
            "offset",
            "checkpoint",
            "no",
            "id",
            "rowid",
        ],
    ),
    (
        Role::Id,
        &[
            "eventid",
            "messageid",
            "eventuuid",
            "uuid",
            "guid",
            "eventidentifier",
            "id",
        ],
    ),
    (
        Role::Time,
        &[
            "recordedat",
            "recordedon",
            "createdat",
            "timestamp",
            "occurredat",
            "occurredon",
            "created",
            "time",
            "eventtime",
            "insertedat",
            "createdon",
            "date",
            "ts",
            "happenedat",
            "raisedat",
            "storedat",
            "at",
            "occuredon",
            "occuredat",
            "published",
            "publishedat",
            "dateregistered",
            "creationts",
            "happenedon",
            "when",
            "happened",
            "datetime",
        ],
    ),
    (
        Role::ValidTime,
        &[
            "validat",
            "validtime",
            "effectiveat",
            "effectivetime",
            "validfrom",
            "effectivefrom",
        ],
    ),
    (
        Role::Payload,
        &[
            "payload",
            "data",
            "eventdata",
            "body",
            "eventpayload",
            "messagedata",
            "content",
            "jsondata",
            "state",
            "event",
            "properties",
            "eventbody",
            "json",
            "message",
            "eventjson",
            "details",
            "doc",
            "document",
            "changes",
            "envelope",
        ],
    ),
    (
        Role::Metadata,
        &[
            "metadata",
            "meta",
            "headers",
            "eventmetadata",
            "messagemetadata",
            "context",
            "jsonmetadata",
            "eventcontext",
            "customheaders",
        ],
    ),
    (Role::Correlation, &["correlationid", "correlation", "traceid"]),
    (Role::Causation, &["causationid", "causation", "causeid"]),
];

/// A column with a role, and how well it fits.
pub(super) struct Part<'t> {
    pub(super) column: &'t ColumnShape,
    pub(super) fit: u32,
}

/// What a person calls it.
pub(super) fn said(role: Role) -> &'static str {
    match role {
        Role::Stream => "stream",
        Role::StreamKind => "kind of stream",
        Role::Kind => "event type",
        Role::Version => "version",
        Role::Position => "position in the log",
        Role::Id => "event's id",
        Role::Time => "time",
        Role::ValidTime => "effective time",
        Role::Payload => "payload",
        Role::Metadata => "metadata",
        Role::Correlation => "correlation id",
        Role::Causation => "causation id",
    }
}

/// The column that fits a role best, among those not taken.
pub(super) fn best<'t>(role: Role, table: &'t TableShape, taken: &[&str]) -> Option<Part<'t>> {
    fitting(role, table, taken).max_by_key(|p| p.fit)
}

/// Every column that fits a role by its name, unless its values rule that out.
pub(super) fn fitting<'t>(
    role: Role,
    table: &'t TableShape,
    taken: &[&str],
) -> impl Iterator<Item = Part<'t>> {
    free(table, taken).filter_map(move |column| {
        // Metadata is not data.
        if role == Role::Payload && is_about_events(column) {
            return None;
        }
        let fit = name_fit(&column.name, role)?;
        let content = content_fit(role, column)?;
        Some(Part {
            column,
            fit: fit + content,
        })
    })
}

/// The columns that can be read and are not taken.
pub(super) fn free<'t>(table: &'t TableShape, taken: &[&str]) -> impl Iterator<Item = &'t ColumnShape> {
    table
        .columns
        .iter()
        .filter(|c| !c.computed && !taken.contains(&c.name.as_str()))
}

/// A column of any name whose values are JSON objects or arrays.
pub(super) fn holds_json<'t>(table: &'t TableShape, taken: &[&str]) -> Option<Part<'t>> {
    free(table, taken)
        .find(|c| {
            let mut values = c.samples.iter().filter(|s| **s != Sample::Null).peekable();
            !is_about_events(c) && values.peek().is_some() && values.all(is_json_container)
        })
        .map(|column| Part { column, fit: 12 })
}

/// Whether a column's name says metadata.
fn is_about_events(column: &ColumnShape) -> bool {
    let name = folded(&column.name);
    ["meta", "header", "context", "tags"]
        .iter()
        .any(|n| name.contains(n))
}

fn is_json_container(sample: &Sample) -> bool {
    let begins = match sample {
        Sample::Text(t, _) => matches!(opening(t.as_bytes()), Some(b'{' | b'[')),
        Sample::Blob(b, _) => matches!(opening(b), Some(b'{' | b'[')),
        _ => false,
    };
    begins && is_json(sample)
}

/// The role a name stands for exactly; the first in the list of them.
pub(super) fn exact_role(name: &str) -> Option<Role> {
    let whole = folded(name);
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&whole.as_str()))
        .map(|(role, _)| *role)
}

/// How well a name fits: 30 for the first, less for later ones, half for one whose last word or end only is so, unless
/// it is exactly the name of something else.
fn name_fit(name: &str, role: Role) -> Option<u32> {
    let (_, names) = NAMES.iter().find(|(r, _)| *r == role)?;
    let place = |test: &dyn Fn(&str) -> bool| {
        names
            .iter()
            .position(|n| test(n))
            .map(|i| 30_u32.saturating_sub(i as u32))
    };
    let whole = folded(name);
    let exactly = place(&|n| n == whole);
    if exactly.is_some() || exact_role(name).is_some() {
        return exactly;
    }
    let last = name
        .rsplit(['_', '-', ' ', '.'])
        .next()
        .unwrap_or(name)
        .to_lowercase();
    // Many columns end in "id" that name other things than this event.
    let says = |n: &str| n == last && !(role == Role::Id && n == "id");
    place(&|n| says(n) || (n.len() > 3 && whole.ends_with(n))).map(|fit| fit / 2)
}

/// How well the values fit; `None` when they rule the role out.
fn content_fit(role: Role, column: &ColumnShape) -> Option<u32> {
    let values: Vec<&Sample> = column.samples.iter().filter(|s| **s != Sample::Null).collect();
    if values.is_empty() {
        return Some(0);
    }
    let count = |test: &dyn Fn(&Sample) -> bool| values.iter().filter(|s| test(s)).count();
    let share = |test: &dyn Fn(&Sample) -> bool| count(test) * 2 > values.len();
    let fits = match role {
        Role::Version | Role::Position => {
            return share(&|s| looks(Look::Counter, s, None) || numeric_text(s)).then_some(10);
        }
        Role::Time | Role::ValidTime => {
            let time = [
                Look::IsoTime,
                Look::EpochSeconds,
                Look::EpochMilliseconds,
                Look::DotnetTicks,
            ];
            // A value that is no time is that event's problem, not the column's.
            let timed =
                count(&|s| time.iter().any(|l| looks(*l, s, None)) || large_number(s) || is_julian_day(s));
            return (timed * 2 >= values.len()).then_some(15);
        }
        Role::Metadata => return share(&|s| structured(s)).then_some(20),
        // A type or a name is text, too: a payload is something structured, or bytes.
        Role::Payload => return payload_fit(column, &values),
        Role::Kind => share(
            &|s| matches!(s, Sample::Text(t, false) if t.len() < 300 && !matches!(opening(t.as_bytes()), Some(b'{' | b'['))),
        ),
        Role::Stream => share(&|s| {
            !matches!(s, Sample::Real(_)) && !matches!(s, Sample::Text(t, _) if t.starts_with('{'))
        }),
        // Two events have two identities.
        Role::Id => !values.iter().enumerate().any(|(i, v)| values[..i].contains(v)),
        _ => true,
    };
    fits.then_some(8)
}

/// Names that mean a payload whatever the values look like.
const PLAINLY_PAYLOAD: &[&str] = &[
    "payload",
    "eventpayload",
    "data",
    "eventdata",
    "messagedata",
    "body",
    "eventbody",
    "details",
];

/// How well values fit a payload. Some may be no JSON: that is a problem of their events, not of the column.
fn payload_fit(column: &ColumnShape, values: &[&Sample]) -> Option<u32> {
    let there: Vec<&&Sample> = values.iter().filter(|s| !is_blank(s)).collect();
    let fitting = there.iter().filter(|s| structured(s)).count();
    let plainly = || {
        let text = |s: &&&Sample| matches!(s, Sample::Text(..));
        PLAINLY_PAYLOAD.contains(&folded(&column.name).as_str()) && there.iter().all(text)
    };
    match fitting {
        _ if there.is_empty() => Some(0),
        n if n * 2 > there.len() => Some(20),
        n if n * 4 >= there.len() => Some(12),
        _ if plainly() => Some(4),
        _ => None,
    }
}

/// Whether nothing stands in a value.
fn is_blank(sample: &Sample) -> bool {
    match sample {
        Sample::Text(t, _) => t.trim().is_empty(),
        Sample::Blob(b, _) => b.is_empty(),
        _ => false,
    }
}

/// Whether a column holds texts in plain words throughout, at least two of them.
pub(super) fn holds_plain_text(column: &ColumnShape) -> bool {
    let mut there = column
        .samples
        .iter()
        .filter(|s| **s != Sample::Null && !is_blank(s));
    let plain = |s: &Sample| matches!(s, Sample::Text(..)) && !structured(s) && !is_json(s);
    there.clone().count() >= 2 && there.all(plain)
}

fn numeric_text(sample: &Sample) -> bool {
    matches!(sample, Sample::Text(t, false) if t.parse::<i64>().is_ok_and(|n| n >= 0))
}

/// Microseconds, nanoseconds, and floats of seconds.
fn large_number(sample: &Sample) -> bool {
    match sample {
        Sample::Integer(n) => *n > 600_000_000_000_000,
        Sample::Real(x) => *x > 600_000_000.0,
        _ => false,
    }
}

/// Julian days of the years 1800 to 2200; as seconds these would be the first month of 1970.
pub(super) fn is_julian_day(sample: &Sample) -> bool {
    match sample {
        Sample::Integer(n) => (2_378_497..2_524_594).contains(n),
        Sample::Real(x) => (2_378_496.5..2_524_593.5).contains(x),
        _ => false,
    }
}

fn structured(sample: &Sample) -> bool {
    match sample {
        Sample::Text(t, _) => {
            let begins = |with: &[u8]| opening(t.as_bytes()).is_some_and(|b| with.contains(&b));
            is_json(sample) && begins(b"{[\"") || t.trim_start().starts_with("---") || begins(b"<")
        }
        Sample::Blob(..) => true,
        _ => false,
    }
}
