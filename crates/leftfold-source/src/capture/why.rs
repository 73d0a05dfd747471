//! How a record was decoded, and why so: one sentence an event, made only where the event is looked at.

use leftfold_event::Payload;
use leftfold_event::json::Value;
use leftfold_schema::{Kind, SchemaId};

use super::decoders::{Decoder, Part};
use super::form::{CONTENT, Form, NamedBy};
use super::headers;
use crate::mapping::PayloadFormat;

/// What is said of a choice of the user.
pub(super) fn your_choice(decoder: &Decoder) -> String {
    format!("your choice {decoder}")
}

/// `FORM: REASON` of a value; `None`: it was not decoded, and its problem says why, or there is none.
pub(super) fn decoded_by(
    form: &Form<'_>,
    headers: &[(Value, Value)],
    payload: &Payload,
    decoder: Option<&Decoder>,
) -> Option<String> {
    payload.value.as_ref()?;
    let why = match (form, decoder) {
        (Form::Tombstone, _) => return None,
        (_, Some(decoder)) => your_choice(decoder),
        (Form::BySchema(by_schema), None) => named(by_schema.named_by, Part::Value)?,
        (Form::CloudEvent(_), None) => {
            "it is a JSON object with specversion, id, source and type, so a CloudEvent whose data is the payload".to_owned()
        }
        (Form::Object(top), None) if top.change().is_some() => {
            "it is a JSON object with op, before and after, so a change record of Debezium".to_owned()
        }
        (Form::Object(_), None) => "it is a JSON object".to_owned(),
        (Form::Other(PayloadFormat::Cbor | PayloadFormat::Msgpack), None) => {
            let name = CONTENT.iter().find(|name| headers::first_text(headers, &[name]).is_some())?;
            let content = headers::first_text(headers, &[name])?;
            format!("the header {name} says {content}")
        }
        (Form::Other(_) | Form::Hex | Form::Integer(..), None) => by_content(payload.encoding).to_owned(),
    };
    Some(format!("{}: {why}", payload.encoding))
}

/// The same of a key, where it is not simply text.
pub(super) fn key_decoded_by(
    by_schema: Option<(Kind, NamedBy)>,
    of_connect: bool,
    decoder: Option<&Decoder>,
) -> Option<String> {
    if let Some(decoder) = decoder {
        return Some(format!("{}: {}", decoder.read_as.name(), your_choice(decoder)));
    }
    if of_connect {
        return Some(
            "json: it is a JSON object with schema and payload, as Kafka Connect writes keys; the payload names the stream"
                .to_owned(),
        );
    }
    let (kind, by) = by_schema?;
    Some(format!("{}: {}", kind.encoding(), named(by, Part::Key)?))
}

fn named(by: NamedBy, part: Part) -> Option<String> {
    let of = |id: SchemaId| format!("schema {id} of the registry");
    match by {
        NamedBy::Frame(id) => Some(format!("it is framed with {}", of(id))),
        NamedBy::Header(id) => Some(format!(
            "the header {} names {}",
            headers::schema_header(part),
            of(id)
        )),
        NamedBy::User | NamedBy::Nobody => None,
    }
}

/// Why bytes that nothing is said of were taken for what they were.
fn by_content(encoding: &str) -> &'static str {
    match encoding {
        "json" => "it is JSON from its first to its last byte",
        "zlib+json" => "it begins as zlib data, and holds JSON",
        "gzip+json" => "it begins as gzip data, and holds JSON",
        "yaml" => "it begins with ---, as YAML",
        "xml" => "it begins with <, as XML",
        "msgpack" => "it begins as a map in MessagePack, and ends where that says",
        "cbor" => "it begins as a map in CBOR, and ends where that says",
        _ => "by what its bytes look like",
    }
}
