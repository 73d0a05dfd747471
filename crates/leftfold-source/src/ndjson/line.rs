//! One line as an event: the envelope every front end shares, kcat's records, and lines much like them.

use std::borrow::Cow;

use bumpalo::Bump;
use jiter::Jiter;
use leftfold_event::json::{Object, Value};
use leftfold_event::{Event, EventId, Payload, Problem, ProblemCode, TimeZoneOrigin};

use crate::cell::Cell;
use crate::decode::{Pointer, ReadTime, TimeOf, TimeRead, decode, of_metadata, payload_of, read_time, taken};
use crate::mapping::{PayloadFormat, TimeFormat};

/// The names a field goes by, the envelope's own first.
const STREAM: &[&str] = &[
    "stream",
    "stream_id",
    "streamId",
    "stream_name",
    "streamName",
    "aggregate_id",
    "aggregateId",
    "subject",
];
const CATEGORY: &[&str] = &["category", "aggregate_type", "aggregateType"];
const KIND: &[&str] = &["type", "event_type", "eventType", "kind"];
const VERSION: &[&str] = &["version", "stream_version", "streamVersion", "sequence"];
const POSITION: &[&str] = &["position", "global_position", "globalPosition"];
const ID: &[&str] = &["id", "event_id", "eventId"];
/// The bytes of an identity that is no text, in base64.
const ID_BYTES: &str = "id_base64";
const TIME: &[&str] = &[
    "time",
    "timestamp",
    "created_at",
    "createdAt",
    "recorded_at",
    "occurred_at",
];
const VALID_TIME: &[&str] = &["valid_time", "valid_at"];
const PAYLOAD: &[&str] = &["payload", "data", "body"];
const METADATA: &[&str] = &["metadata", "meta", "meta_data"];
/// What `time_zone` says of a time that stated no zone.
const ASSUMED_UTC: &[u8] = b"\"assumed UTC\"";
const CORRELATION: &[&str] = &["correlation_id", "correlationId"];
const CAUSATION: &[&str] = &["causation_id", "causationId"];

/// A key of a line and the JSON text of its value.
type Entry<'l> = (Cow<'l, str>, &'l [u8]);

/// The top-level fields of a line as JSON texts, in order.
pub(crate) struct Fields<'l> {
    line: &'l [u8],
    entries: Vec<Entry<'l>>,
    kcat: bool,
}

/// Whether the parser gave up for want of room, not because of the text's form.
fn is_limit(e: &jiter::JiterError) -> bool {
    use jiter::{JiterErrorType, JsonErrorType};
    matches!(
        e.error_type,
        JiterErrorType::JsonError(
            JsonErrorType::RecursionLimitExceeded
                | JsonErrorType::NumberOutOfRange
                | JsonErrorType::LoneLeadingSurrogateInHexEscape
                | JsonErrorType::UnexpectedEndOfHexEscape
        )
    )
}

impl<'l> Fields<'l> {
    /// Takes a line apart; the error says where it is no JSON object.
    pub(crate) fn read(line: &'l [u8]) -> Result<Self, String> {
        let entries = match Self::entries(line) {
            Ok(entries) => entries,
            Err(e) => {
                let slowly = is_limit(&e).then(|| super::slow::fields(line)).flatten();
                let found = slowly
                    .ok_or_else(|| format!("not a JSON object at byte {}: {}", e.index, e.error_type))?;
                found.into_iter().map(|(k, v)| (Cow::Owned(k), v)).collect()
            }
        };
        let mut fields = Self {
            line,
            entries,
            kcat: false,
        };
        let has = |name: &str| fields.get(&[name]).is_some();
        fields.kcat =
            has("topic") && has("offset") && (has("tstype") || has("ts")) && !has("stream") && !has("type");
        Ok(fields)
    }

    fn entries(line: &'l [u8]) -> Result<Vec<Entry<'l>>, jiter::JiterError> {
        let mut jiter = Jiter::new(line);
        let mut entries = Vec::with_capacity(16);
        let mut key = jiter.next_object()?.map(str::to_owned);
        while let Some(name) = key {
            jiter.peek()?;
            let start = jiter.current_index();
            jiter.next_skip()?;
            let value = line
                .get(start..jiter.current_index())
                .unwrap_or_default()
                .trim_ascii();
            entries.push((Cow::Owned(name), value));
            key = jiter.next_key()?.map(str::to_owned);
        }
        jiter.finish()?;
        Ok(entries)
    }

    /// The line itself.
    pub(super) const fn line(&self) -> &'l [u8] {
        self.line
    }

    /// Whether the line has none of the keys that make it an event of ours or of kcat's: then it is all payload.
    pub(super) fn is_foreign(&self) -> bool {
        let ours = [STREAM, KIND, PAYLOAD, &["payload_base64"]];
        // Somebody else's `problem` says nothing of ours.
        !self.kcat
            && ours.iter().all(|names| self.get(names).is_none())
            && stated_problems(self).next().is_none()
    }

    /// The fields with other keys than these, as values.
    pub(super) fn others(&self, used: &[String]) -> impl Iterator<Item = (String, Value)> {
        let rest = self.entries.iter().filter(|(k, _)| !used.iter().any(|u| u == k));
        rest.map(|(key, json)| (key.to_string(), value_or_text(json)))
    }

    /// Keys and values in order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &'l [u8])> {
        self.entries.iter().map(|(k, v)| (k.as_ref(), *v))
    }

    pub(super) fn get(&self, names: &[&str]) -> Option<&'l [u8]> {
        names
            .iter()
            .find_map(|n| self.entries.iter().find(|(k, _)| k == n))
            .map(|(_, v)| *v)
    }

    fn cell(&self, names: &[&str], bump: &'l Bump) -> Cell<'l> {
        self.get(names)
            .map_or(Cell::Null, |v| Pointer::new("").cell(v, bump))
    }

    fn text(&self, names: &[&str], bump: &'l Bump) -> Option<&'l str> {
        self.cell(names, bump).name(bump)
    }

    pub(super) fn stream(&self, bump: &'l Bump) -> &'l str {
        if self.kcat {
            // One key in two topics is two streams, whichever topics the file holds.
            let topic = self.text(&["topic"], bump).unwrap_or_default();
            return match self.text(&["key"], bump) {
                Some(key) => &*bump.alloc_str(&format!("{topic}/{key}")),
                None => topic,
            };
        }
        self.text(STREAM, bump).unwrap_or_default()
    }

    pub(super) fn category(&self, bump: &'l Bump) -> Option<&'l str> {
        if self.kcat {
            self.text(&["topic"], bump)
        } else {
            self.text(CATEGORY, bump)
        }
    }

    pub(super) fn kind(&self, bump: &'l Bump) -> &'l str {
        if !self.kcat {
            return self.text(KIND, bump).unwrap_or_default();
        }
        let header = ["ce_type", "type", "event_type", "eventType", "event-type"];
        self.header(&header, bump)
            .or_else(|| self.payload_type(bump))
            .unwrap_or_default()
    }

    /// The type inside a record's payload.
    fn payload_type(&self, bump: &'l Bump) -> Option<&'l str> {
        let Cell::Text(payload) = self.cell(&["payload"], bump) else {
            return None;
        };
        KIND.iter().find_map(
            |name| match Pointer::new(&format!("/{name}")).cell(payload.as_bytes(), bump) {
                Cell::Text(t) => Some(t),
                _ => None,
            },
        )
    }

    /// The first of these headers; kcat lists names and values in turn.
    fn header(&self, names: &[&str], bump: &'l Bump) -> Option<&'l str> {
        let list = crate::decode::elements(self.get(&["headers"])?)?;
        let text = |v: &'l [u8]| Pointer::new("").cell(v, bump).name(bump);
        names.iter().find_map(|wanted| {
            list.chunks_exact(2)
                .find(|pair| text(pair[0]) == Some(wanted))
                .and_then(|pair| text(pair[1]))
        })
    }

    pub(super) fn version(&self, bump: &'l Bump) -> Option<i64> {
        if self.kcat {
            None
        } else {
            self.cell(VERSION, bump).integer()
        }
    }

    /// The position as a number, where it is one.
    pub(super) fn position_number(&self, bump: &'l Bump) -> Option<i64> {
        if self.kcat {
            None
        } else {
            self.cell(POSITION, bump).integer()
        }
    }

    fn position(&self, bump: &'l Bump) -> Option<String> {
        if self.kcat {
            let part = |name: &str| self.text(&[name], bump);
            return Some(format!(
                "{}[{}]@{}",
                part("topic")?,
                part("partition")?,
                part("offset")?
            ));
        }
        self.text(POSITION, bump).map(str::to_owned)
    }

    pub(super) fn time(&self, bump: &'l Bump) -> TimeRead {
        if self.kcat {
            // Kafka says -1 for a record without a time.
            return match self.cell(&["ts"], bump).integer() {
                Some(n) if n >= 0 => read_time(Cell::Integer(n), TimeFormat::Milliseconds),
                _ => Ok(None),
            };
        }
        let assumed = self.get(&["time_zone"]).is_some_and(|z| z == ASSUMED_UTC);
        let read = read_time(self.cell(TIME, bump), TimeFormat::Auto)?;
        // An export writes every time in UTC, and beside it where that was only assumed.
        Ok(read.map(|read| ReadTime {
            origin: if assumed {
                TimeZoneOrigin::AssumedUtc
            } else {
                read.origin
            },
            ..read
        }))
    }

    pub(super) fn valid_time(&self, bump: &'l Bump) -> TimeRead {
        read_time(self.cell(VALID_TIME, bump), TimeFormat::Auto)
    }

    /// The bytes that are the event's identity, where the line says so; what else it says must not be something else.
    fn id_bytes(&self, bump: &'l Bump) -> Option<EventId> {
        let Cell::Text(text) = self.cell(&[ID_BYTES], bump) else {
            return None;
        };
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).ok()?;
        let id = EventId::Bytes(bytes);
        let shown = self.text(ID, bump);
        shown.is_none_or(|shown| shown == id.to_string()).then_some(id)
    }

    pub(super) fn also_in(&self, bump: &'l Bump) -> Vec<String> {
        let names = self
            .get(&["also_in"])
            .and_then(crate::decode::elements)
            .unwrap_or_default();
        names
            .into_iter()
            .filter_map(|v| Pointer::new("").cell(v, bump).name(bump))
            .map(str::to_owned)
            .collect()
    }

    /// The payload's JSON text as it stands in the line; `Ok(None)` when there is none, `Err` when it is encoded.
    pub(super) fn plain_payload(&self) -> Result<Option<&'l [u8]>, ()> {
        if self.kcat || self.get(&["payload_base64"]).is_some() {
            return Err(());
        }
        if self.is_foreign() {
            return Ok(Some(self.line));
        }
        Ok(self.get(PAYLOAD))
    }
}

/// One line as an event. A line that is no JSON object is an event with the problem `RowUnreadable`.
pub fn parse_line(line: &[u8]) -> Event {
    match Fields::read(line) {
        Ok(fields) => event(&fields),
        Err(why) => {
            let problem = Problem::new(ProblemCode::RowUnreadable, why);
            Event {
                payload: Payload::undecoded(line.to_vec()),
                problems: vec![problem],
                ..Event::default()
            }
        }
    }
}

fn event(fields: &Fields<'_>) -> Event {
    // Texts without escapes are borrowed from the line, the others from here.
    let bump = &Bump::new();
    // Shortens the lifetime of what the fields borrow to that of `bump`.
    let fields: &Fields<'_> = fields;
    let mut event = Event {
        stream: fields.stream(bump).to_owned(),
        category: fields.category(bump).map(str::to_owned),
        kind: fields.kind(bump).to_owned(),
        version: fields.version(bump),
        position: fields.position(bump),
        also_in: fields.also_in(bump),
        ..Event::default()
    };
    let written = |names: &[&str]| fields.get(names).map_or(Value::Null, value_or_text);
    if let Some(read) = taken(fields.time(bump), TimeOf::Record, || written(TIME), &mut event) {
        (event.time, event.time_origin) = (Some(read.time), read.origin);
    }
    let valid = fields.valid_time(bump);
    event.valid_time =
        taken(valid, TimeOf::Validity, || written(VALID_TIME), &mut event).map(|read| read.time);
    let text = |names: &[&str]| fields.text(names, bump).map(str::to_owned);
    if fields.kcat {
        event.correlation_id = fields
            .header(&["correlation_id", "correlation-id", "correlationId"], bump)
            .map(str::to_owned);
        event.causation_id = fields
            .header(&["causation_id", "causation-id", "causationId"], bump)
            .map(str::to_owned);
    } else {
        event.id = fields.id_bytes(bump).or_else(|| text(ID).map(EventId::Text));
        event.correlation_id = text(CORRELATION);
        event.causation_id = text(CAUSATION);
        // A store may have no types, or events of no stream; with neither, and no reason given, this is hardly an event.
        if [STREAM, KIND].iter().all(|names| fields.get(names).is_none())
            && stated_problems(fields).next().is_none()
        {
            event.problems.push(Problem::new(
                ProblemCode::NameUnreadable,
                "neither a stream nor a type is named",
            ));
        }
        if event.version.is_none()
            && let Some(version) = fields.get(VERSION).filter(|v| *v != b"null")
        {
            event.problems.push(Problem::new(
                ProblemCode::VersionUnreadable,
                "the version is no integer of 64 bits",
            ));
            event.extra.push(("version".to_owned(), value_or_text(version)));
        }
    }
    payloads(fields, bump, &mut event);
    problems(fields, &mut event);
    rest(fields, &mut event);
    event
}

fn payloads(fields: &Fields<'_>, bump: &Bump, event: &mut Event) {
    // What an export says it could not decode was not JSON by chance either.
    let stated = fields
        .get(&["problem"])
        .and_then(|p| leftfold_event::json::parse(p).ok())
        .is_some_and(|p| p.get("code").and_then(Value::as_str) == Some("payload-undecodable"));
    let (payload, problem) = match fields.get(&["payload_base64"]) {
        Some(text) => encoded("payload_base64", text, bump, stated),
        None if fields.is_foreign() => Payload::from_json(fields.line.to_vec()),
        None => plain(fields, PAYLOAD, bump),
    };
    event.payload = with_original(fields, payload, bump);
    event.problems.extend(problem);
    let (metadata, problem) = match fields.get(&["metadata_base64"]) {
        Some(text) => encoded("metadata_base64", text, bump, false),
        None => plain(fields, METADATA, bump),
    };
    event.metadata = metadata;
    event.problems.extend(problem.map(of_metadata));
}

/// A payload as it stands in the line. kcat writes a record's value as text; `null` is a tombstone, and a value.
fn plain(fields: &Fields<'_>, names: &[&str], bump: &Bump) -> (Payload, Option<Problem>) {
    let Some(json) = fields.get(names) else {
        return (Payload::absent(), None);
    };
    let text = Pointer::new("").cell(json, bump);
    match text {
        Cell::Text(text) if fields.kcat => {
            let raw = text.as_bytes();
            let (value, encoding, problem) = decode(raw, PayloadFormat::Auto);
            (payload_of(raw, value, encoding), problem)
        }
        _ => Payload::from_json(json.to_vec()),
    }
}

/// What a payload was read from, where the line says it beside the value: YAML or XML as the store held it.
fn with_original(fields: &Fields<'_>, payload: Payload, bump: &Bump) -> Payload {
    for (name, encoding) in ORIGINALS {
        if let Cell::Text(text) = fields.cell(&[name], bump)
            && payload.value.is_some()
        {
            return Payload {
                raw: text.as_bytes().to_vec(),
                encoding,
                ..payload
            };
        }
    }
    payload
}

/// Fields that hold the text a payload was read from, and its encoding.
pub(super) static ORIGINALS: [(&str, &str); 2] = [("payload_yaml", "yaml"), ("payload_xml", "xml")];

/// A payload in base64. What is no base64 is kept as the text it is.
fn encoded(name: &str, json: &[u8], bump: &Bump, as_bytes: bool) -> (Payload, Option<Problem>) {
    let text = Pointer::new("").cell(json, bump).bytes().unwrap_or(json);
    match base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text) {
        Ok(raw) if as_bytes || raw.is_empty() => (Payload::undecoded(raw), None),
        Ok(raw) => {
            let (value, encoding, problem) = decode(&raw, PayloadFormat::Auto);
            (payload_of(&raw, value, encoding), problem)
        }
        Err(e) => {
            let why = format!("{name} is no base64: {e}; its text is kept");
            (
                Payload::undecoded(text.to_vec()),
                Some(Problem::new(ProblemCode::PayloadUndecodable, why)),
            )
        }
    }
}

/// Problems that were written down when the event was exported say more than what reading the line anew finds of the same part.
fn problems(fields: &Fields<'_>, event: &mut Event) {
    let mut stated: Vec<Problem> = stated_problems(fields).collect();
    if stated.is_empty() {
        return;
    }
    let part = |code: ProblemCode| match code {
        ProblemCode::PayloadEncrypted => ProblemCode::PayloadUndecodable,
        code => code,
    };
    let found = std::mem::take(&mut event.problems).into_iter();
    let unstated: Vec<Problem> = found
        .filter(|f| !stated.iter().any(|s| part(s.code) == part(f.code)))
        .collect();
    stated.extend(unstated);
    event.problems = stated;
}

/// The problems a line states: all of them or, where it states one alone, that one.
fn stated_problems(fields: &Fields<'_>) -> impl Iterator<Item = Problem> {
    let read = |name: &str| leftfold_event::json::parse(fields.get(&[name])?).ok();
    let stated = match (read("problem"), read("problems")) {
        (Some(_), Some(Value::Array(all))) => all,
        (Some(one), _) => vec![one],
        (None, _) => Vec::new(),
    };
    stated.into_iter().filter_map(|value| {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let code = KNOWN_PROBLEMS.iter().find(|k| Some(k.as_str()) == text("code"))?;
        Some(Problem::new(*code, text("message").unwrap_or_default()))
    })
}

const KNOWN_PROBLEMS: &[ProblemCode] = &[
    ProblemCode::PayloadUndecodable,
    ProblemCode::PayloadEncrypted,
    ProblemCode::MetadataUndecodable,
    ProblemCode::TimeUnreadable,
    ProblemCode::TimeInexact,
    ProblemCode::VersionUnreadable,
    ProblemCode::NameUnreadable,
    ProblemCode::RowUnreadable,
    ProblemCode::DuplicateKey,
    ProblemCode::HandlerFailed,
];

/// Fields the model has no place for.
fn rest(fields: &Fields<'_>, event: &mut Event) {
    let known: &[&[&str]] = if fields.kcat {
        &[&["payload", "payload_base64", "key"]]
    } else {
        &[
            STREAM,
            CATEGORY,
            KIND,
            VERSION,
            POSITION,
            ID,
            TIME,
            VALID_TIME,
            PAYLOAD,
            METADATA,
            CORRELATION,
            CAUSATION,
            &["payload_base64", "metadata_base64", "problem", "also_in"],
        ]
    };
    // Of several names for one field the first found was taken; the others are kept.
    let taken: Vec<&str> = known
        .iter()
        .flat_map(|names| {
            let several = names[0] == "payload_base64";
            let first = names.iter().find(|n| fields.get(&[**n]).is_some()).copied();
            if several || fields.kcat {
                names.to_vec()
            } else {
                first.into_iter().collect()
            }
        })
        .collect();
    // All of it is in the payload.
    if fields.is_foreign() {
        return;
    }
    let mut extra = Object::new();
    for (key, json) in &fields.entries {
        let original = ORIGINALS.iter().find(|(name, _)| name == key);
        let ours = match key.as_ref() {
            "problems" => fields.get(&["problem"]).is_some(),
            "time_zone" => *json == ASSUMED_UTC,
            ID_BYTES => matches!(event.id, Some(EventId::Bytes(_))),
            _ => original.is_some_and(|(_, encoding)| *encoding == event.payload.encoding),
        };
        if ours || taken.contains(&key.as_ref()) {
            continue;
        }
        extra.insert(key.to_string(), value_or_text(json));
    }
    if fields.kcat
        && let Some(key) = fields.get(&["key"])
        && let Ok(value) = leftfold_event::json::parse(key)
    {
        extra.insert("key", value);
    }
    event
        .extra
        .extend(extra.into_iter().map(|(k, v)| (k.to_string(), v)));
}

/// A JSON text as a value; as the text it is where it cannot be one.
fn value_or_text(json: &[u8]) -> Value {
    leftfold_event::json::parse(json)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(json).into_owned()))
}
