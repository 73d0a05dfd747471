//! What a record's value is in form, and what it says of itself: its type, the time it speaks of.

use std::borrow::Cow;

use leftfold_event::Timestamp;
use leftfold_event::json::{Value, unmarked};
use leftfold_schema::{Decoded, Kind, Schemas, framed};

use super::envelope::{Top, change_of};
use super::headers;
use crate::decode::{ReadTime, TimeRead, decode};
use crate::mapping::PayloadFormat;

/// The headers an event's type goes by, CloudEvents' binary mode first.
const KIND: &[&str] = &["ce_type", "type", "event_type", "eventType", "event-type"];
const VALID_TIME: &[&str] = &["ce_time"];
/// The headers that say what a value is written in.
const CONTENT: &[&str] = &["content-type", "contentType", "content_type"];

/// The form of a value, as far as it matters where its parts are.
pub(super) enum Form<'r> {
    Tombstone,
    /// A JSON object.
    Object(Top<'r>),
    /// A JSON object that is a CloudEvent, whose `data` is the payload.
    CloudEvent(Top<'r>),
    /// A value in a registry's framing, whose schema is known.
    Framed(Framed),
    /// Something else, to be decoded by this form.
    Other(PayloadFormat),
}

/// A value decoded by its schema.
pub(super) struct Framed {
    /// The registry's number of the schema.
    pub(super) number: u32,
    /// The schema's language, if the schema itself can be read.
    pub(super) kind: Kind,
    /// The value, or why there is none.
    pub(super) decoded: Result<Decoded, String>,
}

/// The form of a value. Headers may say what it is written in.
pub(super) fn form<'r>(value: Option<&'r [u8]>, headers: &[(Value, Value)], schemas: &Schemas) -> Form<'r> {
    let Some(value) = value else {
        return Form::Tombstone;
    };
    if let Some(found) = by_schema(value, schemas) {
        return Form::Framed(found);
    }
    match Top::read(unmarked(value)) {
        Some(top) if top.is_cloud_event() => Form::CloudEvent(top),
        Some(top) => Form::Object(top),
        None => Form::Other(stated(headers)),
    }
}

fn by_schema(value: &[u8], schemas: &Schemas) -> Option<Framed> {
    if value.first() != Some(&0) || schemas.is_empty() {
        return None;
    }
    let (number, body) = framed(value)?;
    let kind = schemas.written(number)?.kind;
    let decoded = match schemas.get(number)? {
        Ok(schema) => schema.decode(body).map_err(|e| e.to_string()),
        Err(e) => Err(e.to_string()),
    };
    Some(Framed {
        number,
        kind,
        decoded,
    })
}

/// What the headers say a value is written in, where that is not to be seen from the value itself.
fn stated(headers: &[(Value, Value)]) -> PayloadFormat {
    let Some(content) = headers::first_text(headers, CONTENT) else {
        return PayloadFormat::Auto;
    };
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
    stored_headers: Option<&str>,
    schemas: &Schemas,
) -> Meaning<'r> {
    let headers = stored_headers.map(headers::read).unwrap_or_default();
    let form = form(value, &headers, schemas);
    let valid = valid_time(stated_time(&form, &headers).as_deref());
    Meaning {
        kind: kind(&form, &headers),
        valid_time: valid.as_ref().ok().and_then(|read| read.map(|r| r.time)),
        problem: valid.is_err()
            || match &form {
                Form::Framed(framed) => framed.decoded.is_err(),
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
        Form::Framed(framed) => match &framed.decoded {
            Ok(decoded) => of_decoded(decoded),
            Err(_) => Cow::Borrowed(""),
        },
        Form::Other(_) => Cow::Borrowed(""),
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
