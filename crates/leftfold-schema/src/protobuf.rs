//! Protobuf messages, read by the file that declares them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use compact_str::CompactString;
use leftfold_event::json::{Object, Value};
use prost::bytes::Bytes;
use prost::encoding::WireType;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, FileDescriptor, Kind, MapKey, MessageDescriptor,
    UnknownField, Value as Proto,
};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use crate::framing::{unzigzag, varint};
use crate::number::{bytes, double, float};
use crate::schema::{Decoded, Use};

/// The name the schema itself goes by, which it does not say, unless another one has it.
const ITSELF: &str = "schema.proto";

/// Messages told where one is to be named, at most.
const TOLD: usize = 12;

/// A Protobuf schema: a file.
pub(crate) struct Protobuf {
    file: FileDescriptor,
}

/// Files by the names they are imported by.
struct Files(Vec<Use>);

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.iter().find(|u| u.name == name) {
            Some(used) => file(name, &used.text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// A file from its source, or from its descriptor in base64, as some clients register it.
fn file(name: &str, text: &str) -> Result<File, protox::Error> {
    let compact: String = text.split_ascii_whitespace().collect();
    if let Ok(raw) = STANDARD.decode(&compact)
        && let Ok(mut descriptor) =
            <prost_reflect::prost_types::FileDescriptorProto as prost::Message>::decode(&raw[..])
    {
        descriptor.name = Some(name.to_owned());
        return Ok(File::from_file_descriptor_proto(descriptor));
    }
    File::from_source(name, text)
}

/// The place of a message in its file, from the numbers in front of it, and the rest.
fn path_of(body: &[u8]) -> Result<(Vec<usize>, &[u8]), String> {
    let signed = |bytes| varint(bytes).map(|(n, rest)| (unzigzag(n), rest));
    let (count, mut rest) = signed(body).ok_or("which message it is, is cut short")?;
    let mut path = vec![];
    for _ in 0..count {
        let (place, behind) = signed(rest).ok_or("which message it is, is cut short")?;
        path.push(usize::try_from(place).map_err(|_| format!("there is no message {place}"))?);
        rest = behind;
    }
    if path.is_empty() {
        path.push(0);
    }
    Ok((path, rest))
}

impl Protobuf {
    pub(crate) fn new(text: &str, uses: &[Use]) -> Result<Self, String> {
        let mut files = uses.to_vec();
        let mut itself = ITSELF.to_owned();
        while uses.iter().any(|u| u.name == itself) {
            itself.insert(0, '_');
        }
        files.push(Use {
            name: itself.clone(),
            text: text.to_owned(),
        });
        let mut resolver = ChainFileResolver::new();
        resolver.add(Files(files));
        resolver.add(GoogleFileResolver::new());
        let mut compiler = protox::Compiler::with_file_resolver(resolver);
        compiler.include_imports(true);
        compiler.open_file(&itself).map_err(|e| e.to_string())?;
        let pool: DescriptorPool = compiler.descriptor_pool();
        let file = pool.get_file_by_name(&itself).ok_or("it declares nothing")?;
        Ok(Self { file })
    }

    /// A message behind the numbers that say which one it is: how many there are, then the place in the file, then the places among the
    /// messages inside; a single zero is short for the first.
    pub(crate) fn decode_framed(&self, body: &[u8]) -> Result<Decoded, String> {
        let (path, rest) = path_of(body)?;
        Self::decode_as(self.message_at(&path)?, rest)
    }

    /// The same where those numbers stood elsewhere; no numbers at all mean the first message, too.
    pub(crate) fn decode_apart(&self, which: &[u8], body: &[u8]) -> Result<Decoded, String> {
        let path = if which.is_empty() {
            vec![0]
        } else {
            path_of(which)?.0
        };
        Self::decode_as(self.message_at(&path)?, body)
    }

    /// A message by name: its full name, or its own where no other has the same.
    pub(crate) fn decode_named(&self, bytes: &[u8], message: Option<&str>) -> Result<Decoded, String> {
        let found = match message {
            None => self.message_at(&[0])?,
            Some(name) => self.named(name)?,
        };
        Self::decode_as(found, bytes)
    }

    fn named(&self, name: &str) -> Result<MessageDescriptor, String> {
        let pool = self.file.parent_pool();
        let by_own = || {
            let mut all = pool.all_messages().filter(|m| m.name() == name);
            all.next().filter(|_| all.next().is_none())
        };
        let found = pool.get_message_by_name(name).or_else(by_own);
        found.ok_or_else(|| format!("there is no message {name} in it; there are: {}", self.told()))
    }

    /// The full name of the message of this name, or of the only one that the file declares at its top.
    pub(crate) fn message(&self, named: Option<&str>) -> Result<String, String> {
        if let Some(name) = named {
            return Ok(self.named(name)?.full_name().to_owned());
        }
        let mut all = self.file.messages();
        match (all.next(), all.next()) {
            (Some(only), None) => Ok(only.full_name().to_owned()),
            (None, _) => Err("it declares no message".to_owned()),
            (Some(_), Some(_)) => Err(format!(
                "it declares several messages, say which: {}",
                self.told()
            )),
        }
    }

    fn told(&self) -> String {
        let names: Vec<String> = self.file.messages().map(|m| m.full_name().to_owned()).collect();
        let more = if names.len() > TOLD { ", …" } else { "" };
        format!("{}{more}", names[..names.len().min(TOLD)].join(", "))
    }

    fn message_at(&self, path: &[usize]) -> Result<MessageDescriptor, String> {
        let missing = || format!("the schema has no message {path:?}");
        let (first, inside) = path.split_first().ok_or_else(missing)?;
        let mut message = self.file.messages().nth(*first).ok_or_else(missing)?;
        for place in inside {
            // By the file's own count, in which a map's entries are messages, too.
            let child = message.child_messages().nth(*place).ok_or_else(missing)?;
            message = child;
        }
        Ok(message)
    }

    fn decode_as(descriptor: MessageDescriptor, raw: &[u8]) -> Result<Decoded, String> {
        let name = descriptor.full_name().to_owned();
        let message =
            DynamicMessage::decode(descriptor, Bytes::copy_from_slice(raw)).map_err(|e| e.to_string())?;
        Ok(Decoded {
            value: object(&message),
            name: Some(name),
        })
    }
}

/// A message's fields by the names in the file, in the order of their numbers. Those that are not set are absent; those that the schema does
/// not know go by their numbers.
fn object(message: &DynamicMessage) -> Value {
    let mut object = Object::new();
    for (field, value) in message.fields() {
        object.insert(field.name(), of_field(&field, value));
    }
    for (extension, value) in message.extensions() {
        let name = format!("[{}]", extension.full_name());
        object.insert(name.as_str(), single(&extension.kind(), value));
    }
    for field in message.unknown_fields() {
        let name = field.number().to_string();
        let value = unknown(field);
        match object.get_mut(&name) {
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![std::mem::take(first), value]),
            None => {
                object.insert(name.as_str(), value);
            }
        }
    }
    Value::Object(object)
}

fn of_field(field: &FieldDescriptor, value: &Proto) -> Value {
    match value {
        Proto::Map(map) => {
            let kind = match field.kind() {
                Kind::Message(entry) => entry.map_entry_value_field().kind(),
                other => other,
            };
            // A map has no order of its own.
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key_text(key), single(&kind, value)));
            Value::Object(entries.collect())
        }
        value => single(&field.kind(), value),
    }
}

fn key_text(key: &MapKey) -> CompactString {
    match key {
        MapKey::Bool(b) => b.to_string().into(),
        MapKey::I32(n) => n.to_string().into(),
        MapKey::I64(n) => n.to_string().into(),
        MapKey::U32(n) => n.to_string().into(),
        MapKey::U64(n) => n.to_string().into(),
        MapKey::String(text) => text.as_str().into(),
    }
}

fn single(kind: &Kind, value: &Proto) -> Value {
    match value {
        Proto::Bool(b) => Value::Bool(*b),
        Proto::I32(n) => Value::from(i64::from(*n)),
        Proto::I64(n) => Value::from(*n),
        Proto::U32(n) => Value::from(i64::from(*n)),
        Proto::U64(n) => Value::from(*n),
        Proto::F32(x) => float(*x),
        Proto::F64(x) => double(*x),
        Proto::String(text) => Value::from(text.as_str()),
        Proto::Bytes(raw) => bytes(raw),
        Proto::EnumNumber(n) => match kind {
            Kind::Enum(of) => match of.get_value(*n) {
                Some(symbol) => Value::from(symbol.name()),
                None => Value::from(i64::from(*n)),
            },
            _ => Value::from(i64::from(*n)),
        },
        Proto::Message(message) => object(message),
        Proto::List(items) => Value::Array(items.iter().map(|item| single(kind, item)).collect()),
        // Maps are fields, and no items of one.
        Proto::Map(_) => Value::Null,
    }
}

/// A field that the schema does not know: its number, or its bytes.
fn unknown(field: &UnknownField) -> Value {
    let mut raw = Vec::new();
    field.encode(&mut raw);
    let Some((_, body)) = varint(&raw) else {
        return Value::Null;
    };
    let number = || match field.wire_type() {
        WireType::Varint => varint(body).map(|(n, _)| n),
        WireType::ThirtyTwoBit => Some(u64::from(u32::from_le_bytes(body.try_into().ok()?))),
        WireType::SixtyFourBit => Some(u64::from_le_bytes(body.try_into().ok()?)),
        _ => None,
    };
    match (number(), field.wire_type()) {
        (Some(n), _) => Value::from(n),
        (None, WireType::LengthDelimited) => bytes(varint(body).map_or(body, |(_, rest)| rest)),
        (None, _) => bytes(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHOP: &str = r#"syntax = "proto3"; package shop; import "money.proto"; import "google/protobuf/timestamp.proto";
        enum Kind { NONE = 0; GOOD = 1; }
        message Order { message Line { uint64 n = 1; } string id = 1; Kind kind = 2; repeated Line lines = 3; map<int32, string> tags = 4;
          Money total = 5; google.protobuf.Timestamp at = 6; bytes raw = 7; double price = 8; }
        message Paid { sint64 cents = 1; }"#;
    const MONEY: &str = r#"syntax = "proto3"; package shop; message Money { int64 cents = 1; }"#;

    fn shop() -> Protobuf {
        let uses = [Use {
            name: "money.proto".to_owned(),
            text: MONEY.to_owned(),
        }];
        Protobuf::new(SHOP, &uses).unwrap()
    }

    fn read(body: &[u8]) -> (String, String) {
        let decoded = shop().decode_framed(body).unwrap();
        (decoded.name.unwrap(), decoded.value.to_string())
    }

    #[test]
    fn the_numbers_in_front_say_which_message_it_is() {
        assert_eq!(
            read(b"\x00\x0a\x01x"),
            ("shop.Order".into(), r#"{"id":"x"}"#.into())
        );
        assert_eq!(
            read(b"\x02\x02\x08\x03"),
            ("shop.Paid".into(), r#"{"cents":-2}"#.into())
        );
        let line = read(b"\x04\x00\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
        assert_eq!(
            line,
            ("shop.Order.Line".into(), r#"{"n":18446744073709551615}"#.into())
        );
        for (body, why) in [
            (&b"\x02\x08\x00"[..], "no message [4]"),
            (b"\x02", "cut short"),
            (b"\x02\x01", "no message -1"),
            (b"", "cut short"),
        ] {
            let said = shop().decode_framed(body).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn every_kind_of_field_is_shown_and_unset_ones_are_absent() {
        let body = b"\x00\x10\x01\x1a\x02\x08\x05\x1a\x00\x22\x05\x08\x09\x12\x01b\x22\x05\x08\x01\x12\x01a\x2a\x02\x08\x07\x32\x02\x08\x09\x3a\x01\xff\x41\0\0\0\0\0\0\xe0\x3f";
        assert_eq!(
            read(body).1,
            r#"{"kind":"GOOD","lines":[{"n":5},{}],"tags":{"1":"a","9":"b"},"total":{"cents":7},"at":{"seconds":9},"raw":"/w==","price":0.5}"#
        );
        // An enum's number without a name, fields of a later version.
        assert_eq!(
            read(b"\x00\x10\x63\x98\x06\x05\x98\x06\x06\xa2\x06\x01x\xa5\x06\x01\0\0\0").1,
            r#"{"kind":99,"99":[5,6],"100":["eA==",1]}"#
        );
    }

    #[test]
    fn a_message_may_be_named_instead() {
        let shop = shop();
        assert_eq!(
            shop.decode_named(b"\x08\x03", Some("Paid"))
                .unwrap()
                .value
                .to_string(),
            r#"{"cents":-2}"#
        );
        assert_eq!(
            shop.decode_named(b"\x08\x03", Some("shop.Money"))
                .unwrap()
                .value
                .to_string(),
            r#"{"cents":3}"#
        );
        assert_eq!(
            shop.decode_named(b"\x0a\x01x", None).unwrap().name.as_deref(),
            Some("shop.Order")
        );
        let unknown = shop.decode_named(b"", Some("Nothing")).unwrap_err();
        assert!(unknown.contains("shop.Order, shop.Paid"), "{unknown}");
        assert_eq!(shop.message(Some("Paid")).unwrap(), "shop.Paid");
        assert_eq!(shop.message(Some("Line")).unwrap(), "shop.Order.Line");
        assert!(shop.message(None).unwrap_err().contains("say which"));
        assert_eq!(
            Protobuf::new(MONEY, &[]).unwrap().message(None).unwrap(),
            "shop.Money"
        );
    }

    #[test]
    fn the_numbers_may_stand_apart_and_a_file_may_be_called_as_the_schema_is() {
        let decoded = |which: &[u8], body: &[u8]| shop().decode_apart(which, body).unwrap().name.unwrap();
        assert_eq!(decoded(b"\x02\x02", b"\x08\x03"), "shop.Paid");
        assert_eq!(decoded(b"\0", b""), "shop.Order");
        assert_eq!(decoded(b"", b""), "shop.Order");
        assert!(shop().decode_apart(b"\x02", b"").is_err());
        let uses = [Use {
            name: ITSELF.to_owned(),
            text: MONEY.to_owned(),
        }];
        let text = r#"syntax = "proto3"; import "schema.proto"; message A { shop.Money m = 1; }"#;
        let read = Protobuf::new(text, &uses)
            .unwrap()
            .decode_named(b"\x0a\x02\x08\x07", None);
        assert_eq!(read.unwrap().value.to_string(), r#"{"m":{"cents":7}}"#);
    }

    #[test]
    fn a_schema_may_be_a_descriptor_in_base64_and_a_broken_one_says_why() {
        use prost::Message as _;
        let descriptor = prost_reflect::prost_types::FileDescriptorProto::decode(
            &*protox::file::File::from_source("x", MONEY)
                .unwrap()
                .file_descriptor_proto()
                .encode_to_vec(),
        );
        let text = STANDARD.encode(descriptor.unwrap().encode_to_vec());
        let money = Protobuf::new(&text, &[]).unwrap();
        assert_eq!(
            money.decode_framed(b"\x00\x08\x03").unwrap().value.to_string(),
            r#"{"cents":3}"#
        );
        assert!(Protobuf::new(SHOP, &[]).err().unwrap().contains("money.proto"));
        assert!(Protobuf::new("syntax = \"proto3\"; message {", &[]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = shop().decode_framed(&bytes);
            let _ = shop().decode_named(&bytes, None);
        }
    }
}
