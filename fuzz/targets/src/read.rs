//! Bytes and texts through everything that reads values: decoders, JSON, times, lines.

use leftfold_event::json::Value;
use leftfold_event::{Point, Timestamp};
use leftfold_source::decode::{
    from_xml, from_yaml, looks_encrypted, read_integer_time, read_text_time, unpack,
};
use leftfold_source::{PayloadFormat, TimeFormat};

const PAYLOADS: &[PayloadFormat] = &[
    PayloadFormat::Auto,
    PayloadFormat::Json,
    PayloadFormat::Text,
    PayloadFormat::Zlib,
    PayloadFormat::Yaml,
    PayloadFormat::Xml,
    PayloadFormat::Msgpack,
    PayloadFormat::Cbor,
    PayloadFormat::Bytes,
];

const TIMES: &[TimeFormat] = &[
    TimeFormat::Auto,
    TimeFormat::Iso,
    TimeFormat::Seconds,
    TimeFormat::Milliseconds,
    TimeFormat::Microseconds,
    TimeFormat::Nanoseconds,
    TimeFormat::DotnetTicks,
    TimeFormat::JulianDay,
];

/// What a decoder gives must be JSON that can be written and read again.
pub(crate) fn writable(value: &Value) {
    let written = value.to_string();
    let read = leftfold_event::json::parse(written.as_bytes())
        .unwrap_or_else(|e| panic!("a value is written as what is no JSON: {e}: {written}"));
    assert_eq!(read, *value, "a value changes when it is written: {written}");
}

/// A payload by every form there is.
pub fn decode(data: &[u8]) {
    for &format in PAYLOADS {
        let (value, encoding, problem) = leftfold_source::decode::decode(data, format);
        assert!(!encoding.is_empty(), "{format:?} names no encoding");
        assert!(
            value.is_some() || problem.is_some(),
            "{format:?} gives neither a value nor a problem"
        );
        value.iter().for_each(writable);
    }
    if let Some((bytes, _)) = unpack(data) {
        assert!(bytes.len() <= 256 << 20, "more was unpacked than is allowed");
    }
    let _ = looks_encrypted(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = from_xml(text).map(|v| writable(&v));
        let _ = from_yaml(text).map(|v| writable(&v));
    }
}

/// JSON: what is read is written as the same.
pub fn json(data: &[u8]) {
    if let Ok(value) = leftfold_event::json::parse(data) {
        writable(&value);
        let _ = value.pointer(&String::from_utf8_lossy(data));
    }
}

/// Times and points as people and stores write them.
pub fn time(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok((time, ..)) = Timestamp::parse_noting(&text) {
        same_moment(time);
    }
    let _ = Point::parse(&text);
    let number = text.trim().parse().unwrap_or_else(|_| {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(data).for_each(|(b, d)| *b = *d);
        i64::from_le_bytes(bytes)
    });
    for &format in TIMES {
        for read in [read_text_time(&text, format), read_integer_time(number, format)] {
            let _ = read.map(|read| same_moment(read.time));
        }
    }
}

fn same_moment(time: Timestamp) {
    assert!(time.digits <= 9, "{} digits of a second", time.digits);
    let unit = 10_i64.pow(9 - u32::from(time.digits));
    assert_eq!(time.nanos % unit, 0, "{time} is finer than it says");
    let written = time.to_string();
    let (read, _) =
        Timestamp::parse(&written).unwrap_or_else(|e| panic!("{written} cannot be read back: {e}"));
    assert_eq!(read, time, "{written}");
}

/// A line as an event, written and read again.
pub fn ndjson(data: &[u8]) {
    for line in data.split(|b| *b == b'\n') {
        let event = leftfold_source::ndjson::parse_line(line);
        let mut written = String::new();
        leftfold_source::ndjson::write_event(&event, "fuzz", &mut written);
        let written = written.trim_end();
        assert!(
            !written.contains('\n'),
            "more than one line for one event: {written}"
        );
        leftfold_event::json::parse(written.as_bytes())
            .unwrap_or_else(|e| panic!("an event is written as what is no JSON: {e}: {written}"));
        let again = leftfold_source::ndjson::parse_line(written.as_bytes());
        assert_eq!(again.stream, event.stream, "{written}");
        assert_eq!(again.kind, event.kind, "{written}");
        assert_eq!(again.version, event.version, "{written}");
        assert_eq!(
            again.time.map(|t| t.nanos),
            event.time.map(|t| t.nanos),
            "{written}"
        );
        // What could not be read goes out as bytes, which come back as bytes.
        if event.problems.is_empty() {
            assert_eq!(again.payload.value, event.payload.value, "{written}");
        } else {
            assert!(!again.problems.is_empty(), "a problem got lost: {written}");
        }
    }
}
