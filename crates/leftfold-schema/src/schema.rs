//! Schemas as a registry or a file has them, and made ready to decode with.

use leftfold_event::json::Value;

use crate::avro::Avro;
use crate::protobuf::Protobuf;

/// The language a schema is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Apache Avro.
    Avro,
    /// Protocol Buffers.
    Protobuf,
    /// JSON Schema.
    Json,
}

impl Kind {
    /// Its name in a registry: `AVRO`, `PROTOBUF`, `JSON`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avro => "AVRO",
            Self::Protobuf => "PROTOBUF",
            Self::Json => "JSON",
        }
    }

    /// By its name in a registry.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Avro, Self::Protobuf, Self::Json]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// What a payload decoded with it is called.
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Avro => "avro",
            Self::Protobuf => "protobuf",
            // The schema describes the JSON; it is not needed to read it.
            Self::Json => "json",
        }
    }
}

/// A schema as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its language.
    pub kind: Kind,
    /// Its text. A Protobuf one may be a file's descriptor in base64.
    pub text: String,
    /// The schemas it refers to, with those that must be known first standing first.
    pub uses: Vec<Use>,
}

/// A schema that another one refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name it is referred to by: Avro's full name, or the path that Protobuf imports.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What is wrong with a schema, or with a payload in its eyes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// The schema itself cannot be used.
    #[error("the {} schema cannot be used: {reason}", .kind.name())]
    Schema {
        /// Its language.
        kind: Kind,
        /// Why.
        reason: String,
    },
    /// The payload is not what the schema says.
    #[error("it is not what its schema says: {0}")]
    Payload(String),
}

/// A decoded payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Its value. Bytes are base64, enums their names, times the stored integers, a union's value stands without its branch.
    pub value: Value,
    /// The full name of the record or message, where the schema gives one.
    pub name: Option<String>,
}

enum Ready {
    Avro(Avro),
    Protobuf(Protobuf),
    Json,
}

/// A schema made ready to decode with.
pub struct Schema {
    kind: Kind,
    ready: Ready,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Schema {
    /// Makes a schema ready.
    pub fn new(written: &Written) -> Result<Self, SchemaError> {
        let refused = |reason| SchemaError::Schema {
            kind: written.kind,
            reason,
        };
        let ready = match written.kind {
            Kind::Avro => Ready::Avro(Avro::new(&written.text, &written.uses).map_err(refused)?),
            Kind::Protobuf => Ready::Protobuf(Protobuf::new(&written.text, &written.uses).map_err(refused)?),
            Kind::Json => Ready::Json,
        };
        Ok(Self {
            kind: written.kind,
            ready,
        })
    }

    /// Its language.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Decodes what stands behind a registry's framing: of Protobuf that is which of the file's messages it is, and then the message.
    pub fn decode(&self, body: &[u8]) -> Result<Decoded, SchemaError> {
        let decoded = match &self.ready {
            Ready::Avro(avro) => avro.decode(body),
            Ready::Protobuf(protobuf) => protobuf.decode_framed(body),
            Ready::Json => json(body),
        };
        decoded.map_err(SchemaError::Payload)
    }

    /// Decodes a payload whose framing stood elsewhere: `which` is what came behind the schema's id there, of Protobuf which of the file's
    /// messages it is.
    pub fn decode_apart(&self, which: &[u8], bytes: &[u8]) -> Result<Decoded, SchemaError> {
        match &self.ready {
            Ready::Protobuf(protobuf) => protobuf.decode_apart(which, bytes).map_err(SchemaError::Payload),
            _ => self.decode(bytes),
        }
    }

    /// The full name of the Protobuf message that payloads without framing are to be read as: the one that is named, or the only one of
    /// the file. `None`: the schema is in another language.
    pub fn message(&self, named: Option<&str>) -> Result<Option<String>, SchemaError> {
        match &self.ready {
            Ready::Protobuf(protobuf) => {
                protobuf
                    .message(named)
                    .map(Some)
                    .map_err(|reason| SchemaError::Schema {
                        kind: self.kind,
                        reason,
                    })
            }
            _ => Ok(None),
        }
    }

    /// Decodes a payload without framing. `message` names the Protobuf message; without it, it is the file's first.
    pub fn decode_bare(&self, bytes: &[u8], message: Option<&str>) -> Result<Decoded, SchemaError> {
        let decoded = match &self.ready {
            Ready::Avro(avro) => avro.decode(bytes),
            Ready::Protobuf(protobuf) => protobuf.decode_named(bytes, message),
            Ready::Json => json(bytes),
        };
        decoded.map_err(SchemaError::Payload)
    }
}

fn json(body: &[u8]) -> Result<Decoded, String> {
    let value = leftfold_event::json::parse(body).map_err(|e| e.to_string())?;
    Ok(Decoded { value, name: None })
}
