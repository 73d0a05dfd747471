//! A record's value as an event's payload.

use leftfold_event::json::{Object, Value, unmarked};
use leftfold_event::{Event, EventId, Payload, Problem, ProblemCode};
use leftfold_schema::{SchemaId, framed};

use super::decoders::{Decoder, Part};
use super::envelope::Top;
use super::form::{BySchema, Form, NamedBy, format_of, lacking_by_header};
use super::headers;
use super::why::your_choice;
use crate::RawPayload;
use crate::decode::decode;
use crate::mapping::PayloadFormat;

/// Gives an event the payload of a record's value.
pub(super) fn payload(
    value: Option<&[u8]>,
    headers: &[(Value, Value)],
    form: &Form<'_>,
    decoder: Option<&Decoder>,
    event: &mut Event,
) {
    let Some(raw) = value else {
        // The key is deleted: to a fold that is a null.
        event.payload = Payload {
            raw: Vec::new(),
            value: Some(Value::Null),
            encoding: "tombstone",
        };
        return;
    };
    if let Form::CloudEvent(top) = form {
        if event.id.is_none() {
            event.id = top.text("id").map(|id| EventId::Text(id.into_owned()));
        }
        // The stored bytes are the whole envelope; its data is what happened. Where that is bytes that nobody can read, they are shown: what
        // else there is stands in the metadata.
        let data = cloud_data(top);
        event.payload = Payload {
            raw: match data.bytes.filter(|_| data.value.is_none()) {
                Some(bytes) => bytes,
                None => raw.to_vec(),
            },
            value: data.value,
            encoding: data.encoding,
        };
        event.problems.extend(data.problem);
        return;
    }
    let (value, encoding, problem) = match form {
        Form::BySchema(by_schema) => match &by_schema.decoded {
            Ok(decoded) => (Some(decoded.value.clone()), by_schema.kind.encoding(), None),
            Err(why) => (
                None,
                "bytes",
                Some(Problem::new(ProblemCode::PayloadUndecodable, why.clone())),
            ),
        },
        Form::Hex => (Some(Value::from(hex(raw).as_str())), "hex", None),
        Form::Integer(read_as, Ok(number)) => (Some(Value::from(*number)), read_as.name(), None),
        Form::Integer(_, Err(why)) => {
            let problem = Problem::new(ProblemCode::PayloadUndecodable, why.clone());
            (None, "bytes", Some(problem))
        }
        Form::Other(format) => {
            let (value, encoding, problem) = decode(raw, *format);
            let problem = problem.map(|p| match decoder {
                None => without_schema(p, raw, headers),
                Some(_) => p,
            });
            (value, encoding, problem)
        }
        _ => decode(raw, PayloadFormat::Auto),
    };
    event.payload = Payload {
        raw: raw.to_vec(),
        value,
        encoding,
    };
    event.problems.extend(problem.map(|p| by_choice(p, decoder)));
}

/// The data of a CloudEvent in structured mode.
pub(super) struct CloudData {
    /// What it says.
    pub(super) value: Option<Value>,
    /// What it is written in.
    encoding: &'static str,
    /// Why it cannot be read.
    pub(super) problem: Option<Problem>,
    /// Its bytes, where it stands in the event as such.
    bytes: Option<Vec<u8>>,
}

/// Reads the data of a CloudEvent in structured mode. Of bytes `datacontenttype` may say what they are.
pub(super) fn cloud_data(top: &Top<'_>) -> CloudData {
    let of = |(value, encoding, problem), bytes| CloudData {
        value,
        encoding,
        problem,
        bytes,
    };
    match (top.get("data"), top.text("data_base64")) {
        (Some(data), _) => of(decode(data, PayloadFormat::Json), None),
        (None, Some(text)) => match from_base64(&text) {
            Some(bytes) => {
                let stated = top.text("datacontenttype");
                let format = stated.map_or(PayloadFormat::Auto, |content| format_of(&content));
                of(decode(&bytes, format), Some(bytes))
            }
            None => {
                let why = "data_base64 is no base64; the bytes shown are the whole CloudEvent";
                let problem = Problem::new(ProblemCode::PayloadUndecodable, why);
                of((None, "bytes", Some(problem)), None)
            }
        },
        (None, None) => of((None, "json", None), None),
    }
}

/// A problem with what the user chose says so.
fn by_choice(problem: Problem, decoder: Option<&Decoder>) -> Problem {
    match decoder {
        Some(decoder) if problem.code == ProblemCode::PayloadUndecodable => Problem::new(
            problem.code,
            format!("{} ({})", problem.message, your_choice(decoder)),
        ),
        _ => problem,
    }
}

/// Bytes that name a schema are told so: it may be to be had.
fn without_schema(problem: Problem, raw: &[u8], headers: &[(Value, Value)]) -> Problem {
    if problem.code != ProblemCode::PayloadUndecodable {
        return problem;
    }
    if let Some((id, _)) = headers::schema_id(headers, Part::Value) {
        let why = lacking_by_header(id, Part::Value);
        return Problem::new(problem.code, format!("{}; {why}", problem.message));
    }
    match framed(raw) {
        Some((number, _)) => Problem::new(
            problem.code,
            format!(
                "{}; they may be framed for a schema registry, with its schema {number}, which is not in this capture",
                problem.message
            ),
        ),
        None => problem,
    }
}

/// Which schema a value was read by.
pub(super) fn schema_fact(by_schema: &BySchema, decoder: Option<&Decoder>) -> Option<Value> {
    let mut fact = Object::new();
    match by_schema.named_by {
        NamedBy::Frame(id) | NamedBy::Header(id) => match id {
            SchemaId::Number(number) => fact.insert("id", Value::from(i64::from(number))),
            SchemaId::Guid(_) => fact.insert("guid", Value::from(id.to_string().as_str())),
        },
        NamedBy::User => fact.insert("file", Value::from(decoder?.bound.as_ref()?.file.as_str())),
        NamedBy::Nobody => return None,
    };
    fact.insert("kind", Value::from(by_schema.kind.name()));
    if let Ok(decoded) = &by_schema.decoded
        && let Some(name) = &decoded.name
    {
        fact.insert("name", Value::from(name.as_str()));
    }
    Some(Value::Object(fact))
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// A record's payload as JSON text where it is some.
pub(super) fn raw_payload<'r>(
    form: &Form<'r>,
    value: Option<&'r [u8]>,
    written: &'r mut String,
) -> RawPayload<'r> {
    let Some(raw) = value else {
        return RawPayload::Json(b"null");
    };
    let decoded;
    let value = match form {
        Form::CloudEvent(top) => match (top.get("data"), top.text("data_base64")) {
            (Some(data), _) => return RawPayload::Json(data),
            (None, None) => return RawPayload::Absent,
            (None, Some(_)) => {
                let data = cloud_data(top);
                decoded = (data.value, data.encoding, data.problem);
                decoded.0.as_ref().filter(|_| decoded.2.is_none())
            }
        },
        Form::Object(_) => return RawPayload::Json(unmarked(raw)),
        Form::BySchema(by_schema) => by_schema.decoded.as_ref().ok().map(|d| &d.value),
        Form::Hex => {
            decoded = (Some(Value::from(hex(raw).as_str())), "hex", None);
            decoded.0.as_ref()
        }
        Form::Integer(read_as, read) => {
            decoded = (read.as_ref().ok().map(|n| Value::from(*n)), read_as.name(), None);
            decoded.0.as_ref()
        }
        Form::Tombstone => return RawPayload::Json(b"null"),
        Form::Other(format) => {
            decoded = decode(raw, *format);
            decoded.0.as_ref().filter(|_| decoded.2.is_none())
        }
    };
    match value {
        Some(value) => {
            written.clear();
            value.write(written);
            RawPayload::Json(written.as_bytes())
        }
        None => RawPayload::Other,
    }
}
