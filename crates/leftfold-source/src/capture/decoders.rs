//! How keys and values are to be read where the user says so: by topic and part.
//!
//! A choice is written `[TOPIC:]PART=FORM[:FILE[#MESSAGE]]`, as in `key=text`, `value=avro:orders.avsc` or
//! `orders:value=protobuf:order.proto#shop.Order`; without a part, as in `avro`, it is of both.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use leftfold_schema::{Decoded, Kind, Schema, SchemaError, Schemas, Written};

use super::mapped::RecordMapping;
use super::schema_files::written_of;

/// A part of a record that is read by a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The key.
    Key,
    /// The value.
    Value,
}

impl Part {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::Key, Self::Value];

    /// What it is called: `key`, `value`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
        }
    }

    /// By its name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// What a part is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadAs {
    /// By what is found, as where nothing was chosen.
    Auto,
    /// JSON.
    Json,
    /// UTF-8 text.
    Text,
    /// Bytes, shown in hexadecimal digits.
    Hex,
    /// A whole number of 4 bytes, the highest first, as Kafka's `IntegerSerializer` writes it.
    Int,
    /// The same of 8 bytes, as its `LongSerializer` does.
    Long,
    /// MessagePack.
    Msgpack,
    /// CBOR.
    Cbor,
    /// Avro, by the schema of a file, or by those of a registry.
    Avro,
    /// Protobuf, by the schema of a file, or by those of a registry.
    Protobuf,
}

impl ReadAs {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Auto,
        Self::Json,
        Self::Text,
        Self::Hex,
        Self::Int,
        Self::Long,
        Self::Msgpack,
        Self::Cbor,
        Self::Avro,
        Self::Protobuf,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Json => "json",
            Self::Text => "text",
            Self::Hex => "hex",
            Self::Int => "int",
            Self::Long => "long",
            Self::Msgpack => "msgpack",
            Self::Cbor => "cbor",
            Self::Avro => "avro",
            Self::Protobuf => "protobuf",
        }
    }

    /// By its name; `bytes` is hex, too.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "bytes" => Some(Self::Hex),
            _ => Self::ALL.into_iter().find(|form| form.name() == name),
        }
    }

    /// The language of the schemas it needs.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Avro => Some(Kind::Avro),
            Self::Protobuf => Some(Kind::Protobuf),
            _ => None,
        }
    }
}

/// Why a choice cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecoderError {
    /// It has none of the forms.
    #[error(
        "{said:?} chooses no decoder ({why}): write [TOPIC:]key=FORM or [TOPIC:]value=FORM, with FORM one of auto, json, text, hex, \
         int, long (4 or 8 bytes, as Kafka's serialisers write numbers), msgpack, cbor, avro, protobuf (by a registry), avro:FILE.avsc, protobuf:FILE.proto#MESSAGE"
    )]
    Unreadable {
        /// What was said.
        said: String,
        /// What is wrong with it.
        why: String,
    },
    /// The schema's file, or one that it imports, cannot be read.
    #[error("{}: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The schema in the file cannot be used.
    #[error("{}: {error}", .path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Why.
        error: SchemaError,
    },
}

/// A schema of a file, bound to what has no framing.
#[derive(Debug)]
pub struct Bound {
    /// The file's name, without its folder.
    pub file: String,
    /// The full name of the Protobuf message.
    pub message: Option<String>,
    /// The schema.
    pub written: Written,
    ready: OnceLock<Result<Schema, SchemaError>>,
}

impl Bound {
    pub(super) fn new(file: String, message: Option<String>, written: Written) -> Self {
        Self {
            file,
            message,
            written,
            ready: OnceLock::new(),
        }
    }

    fn schema(&self) -> Result<&Schema, &SchemaError> {
        self.ready.get_or_init(|| Schema::new(&self.written)).as_ref()
    }

    /// What bytes without framing say, or why they say nothing.
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Decoded, String> {
        let schema = self.schema().map_err(ToString::to_string)?;
        let decoded = schema.decode_bare(bytes, self.message.as_deref());
        decoded.map_err(|e| e.to_string())
    }
}

/// How one part is to be read, of the records of one topic or of all.
#[derive(Debug)]
pub struct Decoder {
    /// The topic; `None`: all of them.
    pub topic: Option<String>,
    /// The part.
    pub part: Part,
    /// What it is read as.
    pub read_as: ReadAs,
    /// The schema, where it is of a file.
    pub bound: Option<Bound>,
}

impl fmt::Display for Decoder {
    /// As it is written, the file without its folder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(topic) = &self.topic {
            write!(f, "{topic}:")?;
        }
        write!(f, "{}={}", self.part.name(), self.read_as.name())?;
        if let Some(bound) = &self.bound {
            write!(f, ":{}", bound.file)?;
            if let Some(message) = &bound.message {
                write!(f, "#{message}")?;
            }
        }
        Ok(())
    }
}

/// Which decoder is meant, before its schema is read.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'c> {
    /// The topic; `None`: all of them.
    pub topic: Option<&'c str>,
    /// The part.
    pub part: Part,
    /// What it is to be read as, by its name.
    pub read_as: &'c str,
    /// The schema's file, for Avro and Protobuf without framing.
    pub file: Option<&'c Path>,
    /// The Protobuf message.
    pub message: Option<&'c str>,
}

impl Decoder {
    /// The decoder that is meant; reads its schema's file, which lies relative to `folder`.
    pub fn new(choice: &Choice<'_>, folder: &Path) -> Result<Self, DecoderError> {
        let wrong = |why: String| {
            let topic = choice.topic.map(|t| format!("{t}:")).unwrap_or_default();
            DecoderError::Unreadable {
                said: format!("{topic}{}={}", choice.part.name(), choice.read_as),
                why,
            }
        };
        let read_as = ReadAs::of_name(choice.read_as)
            .ok_or_else(|| wrong(format!("there is no form {:?}", choice.read_as)))?;
        let bound = match (choice.file, read_as.kind()) {
            (Some(file), Some(kind)) => Some(bound(kind, &folder.join(file), choice.message)?),
            (Some(_), None) => return Err(wrong("only avro and protobuf have a schema's file".to_owned())),
            (None, _) if choice.message.is_some() => {
                return Err(wrong("a message is one of a schema's file".to_owned()));
            }
            (None, _) => None,
        };
        Ok(Self {
            topic: choice.topic.map(str::to_owned),
            part: choice.part,
            read_as,
            bound,
        })
    }

    /// What a flag says: one decoder, or one of each part.
    pub fn of_flag(said: &str) -> Result<Vec<Self>, DecoderError> {
        let (topic, parts, form) = match said
            .split_once('=')
            .and_then(|(to, form)| Some((target(to)?, form)))
        {
            Some(((topic, part), form)) => (topic, vec![part], form),
            None => (None, Part::ALL.to_vec(), said),
        };
        let (read_as, file) = match form.split_once(':') {
            Some((read_as, file)) => (read_as, Some(file)),
            None => (form, None),
        };
        let (file, message) = match file.and_then(|f| f.rsplit_once('#')) {
            Some((file, message)) => (Some(file), Some(message)),
            None => (file, None),
        };
        let wrong = |why: &str| DecoderError::Unreadable {
            said: said.to_owned(),
            why: why.to_owned(),
        };
        if file == Some("") || message == Some("") {
            return Err(wrong("a name is missing"));
        }
        let one = |part: Part| {
            let choice = Choice {
                topic,
                part,
                read_as,
                file: file.map(Path::new),
                message,
            };
            Self::new(&choice, Path::new("")).map_err(|e| match e {
                DecoderError::Unreadable { why, .. } => wrong(&why),
                e => e,
            })
        };
        parts.into_iter().map(one).collect()
    }
}

/// `key`, `value`, `TOPIC:key` or `TOPIC:value`.
fn target(text: &str) -> Option<(Option<&str>, Part)> {
    match text.rsplit_once(':') {
        Some((topic, part)) if !topic.is_empty() => Some((Some(topic), Part::of_name(part)?)),
        Some(_) => None,
        None => Some((None, Part::of_name(text)?)),
    }
}

/// A schema's file, made sure that it can be used.
fn bound(kind: Kind, path: &Path, message: Option<&str>) -> Result<Bound, DecoderError> {
    let written = written_of(kind, path, message)?;
    let wrong = |error: SchemaError| DecoderError::Schema {
        path: path.to_owned(),
        error,
    };
    let schema = Schema::new(&written).map_err(wrong)?;
    let full = schema.message(message).map_err(wrong)?;
    if let (Some(named), None) = (message, &full) {
        return Err(wrong(SchemaError::Schema {
            kind,
            reason: format!("only Protobuf has messages to choose from; leave #{named} out"),
        }));
    }
    let file = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let bound = Bound::new(file, full, written);
    // It is ready; were it set already, it would be the same one.
    let _ = bound.ready.set(Ok(schema));
    Ok(bound)
}

/// How the records of topics are to be read. What is said of one topic goes before what is said of all, and what is said later before
/// what is said earlier. What another one says goes before all of it.
#[derive(Clone, Debug, Default)]
pub struct Decoders {
    /// Who says it, the later the stronger.
    layers: Vec<Vec<Arc<Decoder>>>,
}

impl Decoders {
    /// Nothing chosen.
    pub fn new() -> Self {
        Self::default()
    }

    /// What flags say, each as [`Decoder::of_flag`] reads it.
    pub fn of_flags<'f>(flags: impl IntoIterator<Item = &'f str>) -> Result<Self, DecoderError> {
        let mut decoders = Self::new();
        for flag in flags {
            for decoder in Decoder::of_flag(flag)? {
                decoders.push(decoder);
            }
        }
        Ok(decoders)
    }

    /// Adds a choice.
    pub fn push(&mut self, decoder: Decoder) {
        match self.layers.last_mut() {
            Some(layer) => layer.push(Arc::new(decoder)),
            None => self.layers.push(vec![Arc::new(decoder)]),
        }
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The choices, the later the stronger.
    pub fn iter(&self) -> impl Iterator<Item = &Decoder> {
        self.layers.iter().flatten().map(|decoder| &**decoder)
    }

    /// These, and before them what another one says.
    #[must_use]
    pub fn then(&self, others: &Self) -> Self {
        Self {
            layers: self.layers.iter().chain(&others.layers).cloned().collect(),
        }
    }

    /// How a part is to be read; `None`: by what is found.
    pub fn of(&self, topic: &str, part: Part) -> Option<&Decoder> {
        let of_layer = |layer: &'_ [Arc<Decoder>], of: Option<&str>| {
            layer
                .iter()
                .rposition(|d| d.part == part && d.topic.as_deref() == of)
        };
        let found = self.layers.iter().rev().find_map(|layer| {
            let at = of_layer(layer, Some(topic)).or_else(|| of_layer(layer, None))?;
            layer.get(at)
        })?;
        (found.read_as != ReadAs::Auto).then_some(&**found)
    }

    /// Whether a part may name a schema of a registry.
    pub fn may_name_schemas(&self, topic: &str, part: Part) -> bool {
        self.of(topic, part)
            .is_none_or(|d| d.bound.is_none() && d.read_as.kind().is_some())
    }

    /// All of it, schemas too: another text is another reading of the same records.
    pub(super) fn text(&self) -> String {
        use fmt::Write as _;
        let mut text = String::new();
        for decoder in self.iter() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{decoder};");
            if let Some(bound) = &decoder.bound {
                let _ = write!(text, "{:?};", bound.written);
            }
        }
        text
    }
}

/// What records are read by: the schemas they name, and what the user says of them.
#[derive(Debug, Default)]
pub struct Reading {
    /// Schemas of a registry.
    pub schemas: Schemas,
    /// What the user chose.
    pub decoders: Decoders,
    /// Where the user finds streams, types, versions and ids in them; `None`: where they are by themselves.
    pub mapping: Option<Arc<RecordMapping>>,
}

impl Reading {
    /// What the user says, as text: another one makes another history.
    pub(super) fn text(&self) -> String {
        let mapping = self.mapping.as_ref().map_or("", |m| m.text());
        format!("{mapping} | {}", self.decoders.text())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PAID: &str = r#"{"type":"record","name":"Paid","fields":[{"name":"cents","type":"long"}]}"#;

    fn said(flag: &str) -> Vec<String> {
        Decoder::of_flag(flag)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_flag_is_read_as_it_is_shown() {
        for flag in [
            "key=text",
            "key=long",
            "value=int",
            "value=avro",
            "orders:value=cbor",
            "a.b-c_d:key=auto",
        ] {
            assert_eq!(said(flag), [flag]);
        }
        assert_eq!(said("avro"), ["key=avro", "value=avro"]);
        assert_eq!(said("value=bytes"), ["value=hex"]);
        for (flag, why) in [
            ("value=avroo", "no form \"avroo\""),
            ("values=avro", "no form \"values=avro\""),
            (":value=avro", "no form"),
            ("value=text:a.avsc", "only avro and protobuf"),
            ("value=avro:", "a name is missing"),
            ("value=protobuf:a.proto#", "a name is missing"),
            ("", "no form \"\""),
        ] {
            let error = Decoder::of_flag(flag).unwrap_err().to_string();
            assert!(
                error.contains(why) && error.contains(&format!("{flag:?}")),
                "{flag}: {error}"
            );
        }
    }

    #[test]
    fn a_schemas_file_is_read_at_once_and_says_what_is_wrong_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let paid = file("paid.avsc", PAID);
        assert_eq!(said(&format!("t:value=avro:{paid}")), ["t:value=avro:paid.avsc"]);
        let two = file(
            "two.proto",
            "syntax = 'proto3'; package p; message A { int32 a = 1; } message B {}",
        );
        assert_eq!(
            said(&format!("value=protobuf:{two}#A")),
            ["value=protobuf:two.proto#p.A"]
        );
        let one = file(
            "one.proto",
            "syntax = 'proto3'; import 'two.proto'; message C { p.A a = 1; }",
        );
        assert_eq!(
            said(&format!("value=protobuf:{one}")),
            ["value=protobuf:one.proto#C"]
        );
        for (flag, why) in [
            (format!("value=avro:{paid}x"), "paid.avscx: "),
            (format!("value=protobuf:{two}"), "say which: p.A, p.B"),
            (format!("value=protobuf:{two}#D"), "there is no message D in it"),
            (format!("value=avro:{paid}#Paid"), "leave #Paid out"),
            (format!("value=avro:{two}"), "AVRO schema cannot be used"),
        ] {
            let error = Decoder::of_flag(&flag).unwrap_err().to_string();
            assert!(error.contains(why), "{flag}: {error}");
        }
    }

    #[test]
    fn what_is_said_of_a_topic_and_what_is_said_later_goes_before() {
        let decoders = Decoders::of_flags([
            "value=json",
            "a:value=text",
            "value=cbor",
            "b:value=auto",
            "key=hex",
        ])
        .unwrap();
        let of = |topic: &str, part| decoders.of(topic, part).map(|d| d.read_as);
        assert_eq!(of("a", Part::Value), Some(ReadAs::Text));
        assert_eq!(of("b", Part::Value), None);
        assert_eq!(of("c", Part::Value), Some(ReadAs::Cbor));
        assert_eq!(of("c", Part::Key), Some(ReadAs::Hex));
        let later = decoders.then(&Decoders::of_flags(["a:value=auto"]).unwrap());
        assert!(later.of("a", Part::Value).is_none());
        let other = decoders.then(&Decoders::of_flags(["value=hex"]).unwrap());
        assert_eq!(other.of("a", Part::Value).map(|d| d.read_as), Some(ReadAs::Hex));
        assert!(later.may_name_schemas("a", Part::Value) && !later.may_name_schemas("c", Part::Value));
    }
}
