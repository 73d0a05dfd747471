//! What a record's value is in form, and what it says of itself: its type, the time it speaks of.

use std::borrow::Cow;

use leftfold_event::Timestamp;
use leftfold_event::json::{Value, unmarked};
use leftfold_schema::{Decoded, Kind, SchemaId, Schemas, framed};

use super::decoders::{Decoder, Part, ReadAs, Reading};
use super::envelope::{Top, change_of};
use super::headers;
use super::integer::integer;
use super::payload::cloud_data;
use crate::decode::{ReadTime, TimeRead, decode};
use crate::mapping::PayloadFormat;

/// The headers an event's type goes by, CloudEvents' binary mode first.
const KIND: &[&str] = &["ce_type", "type", "event_type", "eventType", "event-type"];
const VALID_TIME: &[&str] = &["ce_time"];
/// The headers that say what a value is written in.
pub(super) const CONTENT: &[&str] = &["content-type", "contentType", "content_type"];

/// The form of a value, as far as it matters where its parts are.
pub(super) enum Form<'r> {
    Tombstone,
    /// A JSON object.
    Object(Top<'r>),
    /// A JSON object that is a CloudEvent, whose `data` is the payload.
    CloudEvent(Top<'r>),
    /// A value read by a schema.
    BySchema(BySchema),
    /// Bytes that are to be shown as such.
    Hex,
    /// A whole number of the user's choice, or why it is none.
    Integer(ReadAs, Result<i64, String>),
    /// Something else, to be decoded by this form.
    Other(PayloadFormat),
}

/// What one part of a record says by its schema.
pub(super) struct BySchema {
    /// Who says which schema that is.
    pub(super) named_by: NamedBy,
    /// The schema's language, if the schema itself can be read.
    pub(super) kind: Kind,
    /// The value, or why there is none.
    pub(super) decoded: Result<Decoded, String>,
}

/// Who says by which schema a part is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedBy {
    /// Its first bytes.
    Frame(SchemaId),
    /// A header.
    Header(SchemaId),
    /// The user, who bound a file's.
    User,
    /// Nobody, though the user says that there is one.
    Nobody,
}

/// The form of a value. Headers may say what it is written in, and the user goes before.
pub(super) fn form<'r>(
    value: Option<&'r [u8]>,
    headers: &[(Value, Value)],
    topic: &str,
    reading: &Reading,
) -> Form<'r> {
    let Some(value) = value else {
        return Form::Tombstone;
    };
    let Some(decoder) = reading.decoders.of(topic, Part::Value) else {
        return found(value, headers, &reading.schemas);
    };
    if let Some(by_schema) = chosen_schema(value, headers, decoder, &reading.schemas) {
        return Form::BySchema(by_schema);
    }
    match decoder.read_as {
        ReadAs::Json => json(value).unwrap_or(Form::Other(PayloadFormat::Json)),
        ReadAs::Text => Form::Other(PayloadFormat::Text),
        ReadAs::Hex => Form::Hex,
        ReadAs::Int | ReadAs::Long => Form::Integer(decoder.read_as, integer(decoder.read_as, value)),
        ReadAs::Msgpack => Form::Other(PayloadFormat::Msgpack),
        ReadAs::Cbor => Form::Other(PayloadFormat::Cbor),
        // Those with a schema were read above.
        ReadAs::Auto | ReadAs::Avro | ReadAs::Protobuf => Form::Other(PayloadFormat::Auto),
    }
}

/// The form that a value itself and its headers tell.
fn found<'r>(value: &'r [u8], headers: &[(Value, Value)], schemas: &Schemas) -> Form<'r> {
    let named = headers::schema_id(headers, Part::Value);
    if let Some(by_schema) = by_registry(value, named.as_ref(), schemas) {
        return Form::BySchema(by_schema);
    }
    json(value).unwrap_or_else(|| match named {
        // Of a schema that is not there only JSON can be read.
        Some(_) => Form::Other(PayloadFormat::Json),
        None => Form::Other(stated(headers)),
    })
}

fn json(value: &[u8]) -> Option<Form<'_>> {
    let top = Top::read(unmarked(value))?;
    Some(if top.is_cloud_event() {
        Form::CloudEvent(top)
    } else {
        Form::Object(top)
    })
}

/// What bytes say by a registry's schema, named by a header or else by their framing; `None`: they name none that is there.
pub(super) fn by_registry(
    bytes: &[u8],
    named: Option<&(SchemaId, Vec<u8>)>,
    schemas: &Schemas,
) -> Option<BySchema> {
    if schemas.is_empty() || (named.is_none() && bytes.first() != Some(&0)) {
        return None;
    }
    let (id, named_by) = match named {
        Some((id, _)) => (*id, NamedBy::Header(*id)),
        None => {
            let id = SchemaId::Number(framed(bytes)?.0);
            (id, NamedBy::Frame(id))
        }
    };
    let kind = schemas.written(id)?.kind;
    let decoded = match (schemas.get(id)?, named) {
        (Ok(schema), Some((_, which))) => schema.decode_apart(which, bytes).map_err(|e| e.to_string()),
        (Ok(schema), None) => schema.decode(framed(bytes)?.1).map_err(|e| e.to_string()),
        (Err(e), _) => Err(e.to_string()),
    };
    Some(BySchema {
        named_by,
        kind,
        decoded,
    })
}

/// What bytes say by the schema that the user chose; `None`: none was chosen.
pub(super) fn chosen_schema(
    bytes: &[u8],
    headers: &[(Value, Value)],
    decoder: &Decoder,
    schemas: &Schemas,
) -> Option<BySchema> {
    let kind = decoder.read_as.kind()?;
    if let Some(bound) = &decoder.bound {
        let decoded = bound.decode(bytes).map_err(|why| match framed(bytes) {
            Some((number, _)) => format!(
                "{why}; its bytes may be framed for a schema registry, with its schema {number}: {} without a file reads such",
                kind.encoding()
            ),
            None => why,
        });
        return Some(BySchema {
            named_by: NamedBy::User,
            kind,
            decoded,
        });
    }
    let named = headers::schema_id(headers, decoder.part);
    if let Some(found) = by_registry(bytes, named.as_ref(), schemas) {
        if found.kind == kind {
            return Some(found);
        }
        let why = format!("its schema is {}, not {}", found.kind.name(), kind.name());
        return Some(BySchema {
            decoded: Err(why),
            ..found
        });
    }
    let why = match (named, framed(bytes)) {
        (Some((id, _)), _) => lacking_by_header(id, decoder.part),
        (None, Some((number, _))) => {
            format!(
                "it is framed for a schema registry, with its schema {number}, which is not in this capture"
            )
        }
        (None, None) => "neither its bytes nor a header name a schema of a registry".to_owned(),
    };
    Some(BySchema {
        named_by: NamedBy::Nobody,
        kind,
        decoded: Err(why),
    })
}

/// Why a schema that a header names does not help.
pub(super) fn lacking_by_header(id: SchemaId, part: Part) -> String {
    let header = headers::schema_header(part);
    format!("the header {header} names schema {id} of a registry, which is not in this capture")
}

/// What the headers say a value is written in, where that is not to be seen from the value itself.
fn stated(headers: &[(Value, Value)]) -> PayloadFormat {
    let Some(content) = headers::first_text(headers, CONTENT) else {
        return PayloadFormat::Auto;
    };
    format_of(content)
}

/// What a media type says of bytes that do not say so themselves.
pub(super) fn format_of(content: &str) -> PayloadFormat {
    let media = content
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match media.as_str() {
        "application/cbor" => PayloadFormat::Cbor,
        "application/msgpack" | "application/x-msgpack" | "application/vnd.msgpack" => PayloadFormat::Msgpack,
        _ => PayloadFormat::Auto,
    }
}

/// What indexing needs of a record's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meaning<'r> {
    /// The type; empty where nothing states one.
    pub(super) kind: Cow<'r, str>,
    /// The moment the event speaks of, where it says so.
    pub(super) valid_time: Option<Timestamp>,
    /// Whether the value cannot be decoded.
    pub(super) problem: bool,
}

/// What a record's value means to the index.
pub(super) fn meaning<'r>(
    value: Option<&'r [u8]>,
    headers: &[(Value, Value)],
    topic: &str,
    reading: &Reading,
) -> Meaning<'r> {
    let form = form(value, headers, topic, reading);
    let valid = valid_time(stated_time(&form, headers).as_deref());
    Meaning {
        kind: kind(&form, headers),
        valid_time: valid.as_ref().ok().and_then(|read| read.map(|r| r.time)),
        problem: valid.is_err()
            || match &form {
                Form::BySchema(by_schema) => by_schema.decoded.is_err(),
                Form::Integer(_, read) => read.is_err(),
                Form::CloudEvent(top) => cloud_data(top).problem.is_some(),
                Form::Other(format) => value.is_some_and(|v| decode(v, *format).2.is_some()),
                _ => false,
            },
    }
}

/// A record's type: what a header says, a CloudEvent, the operation of a change, the value itself, or the schema's name.
pub(super) fn kind<'r>(form: &Form<'r>, headers: &[(Value, Value)]) -> Cow<'r, str> {
    if let Some(stated) = headers::first_text(headers, KIND) {
        return Cow::Owned(stated.to_owned());
    }
    match form {
        Form::Tombstone => Cow::Borrowed("tombstone"),
        Form::CloudEvent(top) => top.text("type").unwrap_or_default(),
        Form::Object(top) => match top.change() {
            Some(change) => Cow::Borrowed(change),
            None => top.kind().unwrap_or_default(),
        },
        Form::BySchema(by_schema) => match &by_schema.decoded {
            Ok(decoded) => of_decoded(decoded),
            Err(_) => Cow::Borrowed(""),
        },
        Form::Hex | Form::Integer(..) | Form::Other(_) => Cow::Borrowed(""),
    }
}

fn of_decoded<'r>(decoded: &Decoded) -> Cow<'r, str> {
    if let Some(change) = change_of(&decoded.value) {
        return Cow::Borrowed(change);
    }
    match &decoded.name {
        // The name alone: packages are the schema's business, and stand beside the event.
        Some(name) => Cow::Owned(name.rsplit('.').next().unwrap_or(name).to_owned()),
        None => {
            let stated = ["type", "event_type", "eventType", "kind"]
                .iter()
                .find_map(|name| decoded.value.get(name)?.as_str());
            Cow::Owned(stated.unwrap_or_default().to_owned())
        }
    }
}

/// The moment an event speaks of, as it is written.
pub(super) fn stated_time(form: &Form<'_>, headers: &[(Value, Value)]) -> Option<String> {
    match form {
        Form::CloudEvent(top) => top.text("time").map(Cow::into_owned),
        _ => headers::first_text(headers, VALID_TIME).map(str::to_owned),
    }
}

/// The moment an event speaks of.
pub(super) fn valid_time(stated: Option<&str>) -> TimeRead {
    let Some(stated) = stated else { return Ok(None) };
    let (time, origin, inexact) = Timestamp::parse_noting(stated).map_err(|e| e.to_string())?;
    Ok(Some(ReadTime {
        time,
        origin,
        inexact,
    }))
}
