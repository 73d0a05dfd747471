//! Payload and metadata: from stored bytes to a value, and the reason where that cannot be.

use bumpalo::Bump;
use leftfold_event::json::{self, Value, unmarked};
use leftfold_event::{Payload, Problem, ProblemCode};

use super::binary::{begins_like_cbor, begins_like_msgpack};
use super::json_scan::{Pointer, single_entry};
use super::{from_cbor, from_msgpack, from_xml, from_yaml, typed_data, unpack};
use crate::RawPayload;
use crate::cell::{Cell, real};
use crate::mapping::{PayloadFormat, PayloadMapping, Unwrap};

/// A payload's form, made ready.
#[derive(Clone, Debug)]
pub(crate) struct PayloadReader {
    at: Option<Pointer>,
    at_text: Option<String>,
    format: PayloadFormat,
    unwrap: Unwrap,
    may_be_encrypted: bool,
    binary: Option<String>,
}

impl PayloadReader {
    /// From its mapping.
    pub(crate) fn new(mapping: &PayloadMapping) -> Self {
        Self {
            at: mapping.at.as_deref().map(Pointer::new),
            at_text: mapping.at.clone(),
            format: mapping.format,
            unwrap: mapping.unwrap,
            may_be_encrypted: mapping.may_be_encrypted,
            binary: mapping.binary.clone(),
        }
    }

    /// The payload in a cell. `kind` is the event's type, which may be the wrapping's key.
    pub(crate) fn read(&self, cell: Cell<'_>, kind: &str) -> (Payload, Option<Problem>) {
        let raw = match cell {
            Cell::Null => return (Payload::absent(), None),
            // Columns of numeric affinity turn JSON scalars into numbers.
            Cell::Integer(n) => {
                return (
                    Payload {
                        raw: n.to_string().into_bytes(),
                        value: Some(Value::from(n)),
                        encoding: "json",
                    },
                    None,
                );
            }
            Cell::Real(x) => {
                let value = real(x);
                return (
                    Payload {
                        raw: value.to_string().into_bytes(),
                        value: Some(value),
                        encoding: "json",
                    },
                    None,
                );
            }
            Cell::Text(t) | Cell::Json(t) => t.as_bytes(),
            Cell::Bytes(b) => b,
        };
        self.read_bytes(raw, kind)
    }

    /// The payload in these bytes.
    pub(crate) fn read_bytes(&self, raw: &[u8], kind: &str) -> (Payload, Option<Problem>) {
        // An event without fields may be no bytes at all; that is not the same as no payload.
        if raw.is_empty() {
            return (Payload::undecoded(Vec::new()), None);
        }
        let (value, encoding, problem) =
            decode_form(raw, self.format, self.may_be_encrypted, self.binary.as_deref());
        // A key that stands twice outside the part that counts is no trouble of it.
        let problem = problem.filter(|p| p.code != ProblemCode::DuplicateKey || self.at.is_none());
        let value = value.map(|v| self.unwrapped(v, kind));
        (payload_of(raw, value, encoding), problem)
    }

    fn unwrapped(&self, mut value: Value, kind: &str) -> Value {
        if let Some(at) = &self.at_text
            && let Some(part) = value.pointer(at)
        {
            value = part.clone();
        }
        match self.unwrap {
            Unwrap::Nothing => value,
            Unwrap::TypedData => typed_data::unwrap(value),
            Unwrap::TypeTag => untagged(value, kind),
        }
    }
}

/// A payload from what decoding gave. Legible bytes without a value are called text.
pub(crate) fn payload_of(raw: &[u8], value: Option<Value>, encoding: &'static str) -> Payload {
    match (value, encoding) {
        (None, "bytes") => Payload::undecoded(raw.to_vec()),
        (value, encoding) => Payload {
            raw: raw.to_vec(),
            value,
            encoding,
        },
    }
}

fn untagged(value: Value, kind: &str) -> Value {
    match value {
        Value::Object(mut object) if object.len() == 1 => match object.remove(kind) {
            Some(inner) => inner,
            None => Value::Object(object),
        },
        // A variant without fields is written as its bare name.
        Value::String(s) if s == kind => Value::Object(json::Object::new()),
        other => other,
    }
}

/// Decodes bytes by a form: the value, the encoding's name, and the problem when there is no value or a key stands twice.
pub fn decode(raw: &[u8], format: PayloadFormat) -> (Option<Value>, &'static str, Option<Problem>) {
    decode_form(raw, format, false, None)
}

fn decode_form(
    raw: &[u8],
    format: PayloadFormat,
    may_be_encrypted: bool,
    binary: Option<&str>,
) -> (Option<Value>, &'static str, Option<Problem>) {
    let problem = |text: String| Some(Problem::new(ProblemCode::PayloadUndecodable, text));
    match format {
        PayloadFormat::Json => match json::parse_noting(raw) {
            Ok((value, twice)) => (Some(value), "json", twice.map(|key| Problem::duplicate_key(&key))),
            Err(e) => (None, "bytes", problem(e.to_string())),
        },
        PayloadFormat::Text => match std::str::from_utf8(raw) {
            Ok(text) => (Some(Value::from(text)), "text", None),
            Err(e) => (None, "bytes", problem(format!("no UTF-8 text: {e}"))),
        },
        PayloadFormat::Zlib => match packed(raw) {
            Some(found) => found,
            None => (
                None,
                "bytes",
                problem("no zlib or gzip data with JSON in it".to_owned()),
            ),
        },
        PayloadFormat::Yaml => match std::str::from_utf8(raw)
            .map_err(|e| e.to_string())
            .and_then(from_yaml)
        {
            Ok(value) => (Some(value), "yaml", None),
            Err(e) => (None, "bytes", problem(format!("no YAML: {e}"))),
        },
        PayloadFormat::Xml => match std::str::from_utf8(raw)
            .map_err(|e| e.to_string())
            .and_then(from_xml)
        {
            Ok(value) => (Some(value), "xml", None),
            Err(e) => (None, "bytes", problem(format!("no XML: {e}"))),
        },
        PayloadFormat::Msgpack => match from_msgpack(raw) {
            Ok(value) => (Some(value), "msgpack", None),
            Err(e) => (None, "bytes", problem(format!("no MessagePack: {e}"))),
        },
        PayloadFormat::Cbor => match from_cbor(raw) {
            Ok(value) => (Some(value), "cbor", None),
            Err(e) => (None, "bytes", problem(format!("no CBOR: {e}"))),
        },
        PayloadFormat::Bytes => (
            None,
            "bytes",
            problem(binary.unwrap_or("a binary form: the bytes are shown").to_owned()),
        ),
        PayloadFormat::Auto => by_content(raw, may_be_encrypted, binary),
    }
}

/// A problem of decoding, as one of the metadata.
pub(crate) fn of_metadata(problem: Problem) -> Problem {
    match problem.code {
        ProblemCode::DuplicateKey => {
            Problem::new(problem.code, format!("in the metadata {}", problem.message))
        }
        _ => Problem::new(ProblemCode::MetadataUndecodable, problem.message),
    }
}

fn packed(raw: &[u8]) -> Option<(Option<Value>, &'static str, Option<Problem>)> {
    let (inner, how) = unpack(raw)?;
    let (value, twice) = json::parse_noting(&inner).ok()?;
    Some((
        Some(value),
        if how == "zlib" { "zlib+json" } else { "gzip+json" },
        twice.map(|key| Problem::duplicate_key(&key)),
    ))
}

fn by_content(
    raw: &[u8],
    may_be_encrypted: bool,
    binary: Option<&str>,
) -> (Option<Value>, &'static str, Option<Problem>) {
    if let Some(found) = packed(raw) {
        return found;
    }
    let trouble = match json::parse_noting(raw) {
        Ok((value, twice)) => return (Some(value), "json", twice.map(|key| Problem::duplicate_key(&key))),
        Err(e) => e,
    };
    let undecodable = |text: String| Some(Problem::new(ProblemCode::PayloadUndecodable, text));
    let Ok(text) = std::str::from_utf8(raw) else {
        if let Some(why) = binary {
            return (None, "bytes", undecodable(why.to_owned()));
        }
        if let Some(found) = binary_map(raw) {
            return found;
        }
        // A nonce and a tag take 28 bytes; where encryption is to be expected, statistics of short bytes say little.
        let expected = may_be_encrypted && raw.len() >= 28;
        if expected || (raw.len() >= 64 && looks_encrypted(raw)) {
            let why = "the bytes look encrypted; they are shown as they are";
            return (
                None,
                "encrypted",
                Some(Problem::new(ProblemCode::PayloadEncrypted, why)),
            );
        }
        return (None, "bytes", undecodable("bytes in no known form".to_owned()));
    };
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("---")
        && let Ok(value) = from_yaml(text)
    {
        return (Some(value), "yaml", None);
    }
    if start.starts_with('<')
        && let Ok(value) = from_xml(text)
    {
        return (Some(value), "xml", None);
    }
    // What begins like JSON was meant to be JSON.
    if start.starts_with(['{', '[', '"']) {
        return (None, "bytes", undecodable(trouble.to_string()));
    }
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return (
            None,
            "bytes",
            undecodable(binary.unwrap_or("bytes in no known form").to_owned()),
        );
    }
    // A word among JSON is no value of its own: folded, it would wipe the state. A mapping can say that a payload is text.
    (
        None,
        "text",
        undecodable("it is plain text, no JSON; it is shown as it is".to_owned()),
    )
}

/// A map in MessagePack or CBOR. Their maps begin differently, and both say where they end.
fn binary_map(raw: &[u8]) -> Option<(Option<Value>, &'static str, Option<Problem>)> {
    let (value, encoding) = if begins_like_msgpack(raw) {
        (from_msgpack(raw).ok()?, "msgpack")
    } else if begins_like_cbor(raw) {
        (from_cbor(raw).ok()?, "cbor")
    } else {
        return None;
    };
    Some((Some(value), encoding, None))
}

/// Whether bytes look random: no text, no header of a known form, and about as many different bytes as chance gives.
pub fn looks_encrypted(bytes: &[u8]) -> bool {
    if bytes.len() < 24 || std::str::from_utf8(bytes).is_ok() || unpack(bytes).is_some() {
        return false;
    }
    let mut seen = [0_u32; 256];
    for &b in bytes {
        seen[usize::from(b)] += 1;
    }
    let distinct = seen.iter().filter(|n| **n > 0).count() as f64;
    let n = bytes.len() as f64;
    // Of n random bytes about 256·(1 − e^(−n/256)) differ; packed structures repeat far more.
    let expected = 256.0 * (1.0 - (-n / 256.0).exp());
    let most = seen.iter().max().copied().unwrap_or(0);
    distinct > expected * 0.85 && f64::from(most) < 4.0 + n / 256.0 * 3.0
}

/// A payload as JSON text for replay: a slice of the stored bytes where possible, else written into `bump`.
///
/// The text is not checked to be well-formed to its end.
pub(crate) fn raw_json<'a>(
    reader: &PayloadReader,
    cell: Cell<'a>,
    kind: &str,
    bump: &'a Bump,
) -> RawPayload<'a> {
    let bytes = match cell {
        Cell::Null => return RawPayload::Absent,
        Cell::Integer(_) | Cell::Real(_) => {
            return RawPayload::Json(bump.alloc_slice_copy(cell.value(bump).to_string().as_bytes()));
        }
        Cell::Text(t) | Cell::Json(t) => t.as_bytes(),
        Cell::Bytes(b) => b,
    };
    if bytes.is_empty() {
        return RawPayload::Absent;
    }
    let json = match reader.format {
        PayloadFormat::Json => bytes,
        PayloadFormat::Auto | PayloadFormat::Zlib if begins_like_json(bytes) => {
            // One in a hundred encrypted payloads begins like JSON by chance.
            if matches!(cell, Cell::Bytes(_)) && std::str::from_utf8(bytes).is_err() {
                return decoded(reader, bytes, kind, bump);
            }
            bytes
        }
        PayloadFormat::Auto | PayloadFormat::Zlib => match inflated(bytes, bump) {
            Some(inner) if begins_like_json(inner) => inner,
            _ => return decoded(reader, bytes, kind, bump),
        },
        _ => return decoded(reader, bytes, kind, bump),
    };
    let json = unmarked(json);
    let json = reader.at.as_ref().and_then(|p| p.slice(json)).unwrap_or(json);
    match reader.unwrap {
        Unwrap::Nothing => RawPayload::Json(json),
        Unwrap::TypeTag => match single_entry(json, kind) {
            Some(inner) => RawPayload::Json(inner),
            None if json.first() == Some(&b'"') => decoded(reader, bytes, kind, bump),
            None => RawPayload::Json(json),
        },
        Unwrap::TypedData => match typed_data::flatten(json, bump) {
            Some(flat) => RawPayload::Json(flat),
            None => decoded(reader, bytes, kind, bump),
        },
    }
}

/// The bytes under zlib or gzip, in `bump`.
pub(crate) fn inflated<'a>(bytes: &[u8], bump: &'a Bump) -> Option<&'a [u8]> {
    unpack(bytes).map(|(inner, _)| &*bump.alloc_slice_copy(&inner))
}

fn begins_like_json(bytes: &[u8]) -> bool {
    matches!(unmarked(bytes).trim_ascii_start().first(), Some(b'{' | b'['))
}

fn decoded<'a>(reader: &PayloadReader, bytes: &[u8], kind: &str, bump: &'a Bump) -> RawPayload<'a> {
    match reader.read_bytes(bytes, kind).0.value {
        Some(value) => RawPayload::Json(bump.alloc_slice_copy(value.to_string().as_bytes())),
        None => RawPayload::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problem of a payload, and how a replay is handed it.
    fn both(bytes: &[u8]) -> (Option<ProblemCode>, bool) {
        let mut mapping = PayloadMapping::column("state");
        mapping.may_be_encrypted = true;
        mapping.unwrap = Unwrap::TypedData;
        let reader = PayloadReader::new(&mapping);
        let bump = Bump::new();
        let json = matches!(
            raw_json(&reader, Cell::Bytes(bytes), "T", &bump),
            RawPayload::Json(_)
        );
        (reader.read_bytes(bytes, "T").1.map(|p| p.code), json)
    }

    #[test]
    fn encrypted_bytes_are_encrypted_whatever_they_begin_with() {
        for first in [
            &b"{"[..],
            b"[",
            b"{\"",
            b"\xef\xbb\xbf{",
            b"\"",
            b"\x78\x9c",
            b"\x1f\x8b",
            b"\x91",
        ] {
            let mut bytes = first.to_vec();
            bytes.extend((0..60_u32).map(|n| (n * n * 167 + 201 * n + 131) as u8));
            assert_eq!(
                both(&bytes),
                (Some(ProblemCode::PayloadEncrypted), false),
                "{first:?}"
            );
        }
        assert_eq!(both(b"{\"a\":1}"), (None, true));
        assert_eq!(both(b"\xef\xbb\xbf{\"a\":1}"), (None, true));
    }
}
