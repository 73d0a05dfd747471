//! Protobuf schemas in files of one's own: what they import, and compiled ones.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};
use protox::file::File;

use crate::schema::{Kind, SchemaError, Use, Written};

fn refused(reason: &(impl ToString + ?Sized)) -> SchemaError {
    SchemaError::Schema {
        kind: Kind::Protobuf,
        reason: reason.to_string(),
    }
}

/// The names of the files that a Protobuf file imports, as it writes them.
pub fn imports(name: &str, text: &str) -> Result<Vec<String>, SchemaError> {
    let file = File::from_source(name, text).map_err(|e| refused(&e))?;
    Ok(file.file_descriptor_proto().dependency.clone())
}

/// The schema of a compiled descriptor set, as `protoc --include_imports --descriptor_set_out` writes it: the file that declares the
/// message, or the last one, which is the one that was compiled.
pub fn of_descriptor_set(bytes: &[u8], message: Option<&str>) -> Result<Written, SchemaError> {
    let set =
        FileDescriptorSet::decode(bytes).map_err(|e| refused(&format!("it is no descriptor set: {e}")))?;
    let declares = |file: &&FileDescriptorProto| message.is_some_and(|wanted| declares(file, wanted));
    let main = set.file.iter().find(declares).or(set.file.last());
    let main = main.ok_or_else(|| refused("the descriptor set is empty"))?;
    let text = |file: &FileDescriptorProto| STANDARD.encode(file.encode_to_vec());
    let uses = set.file.iter().filter(|file| file.name() != main.name());
    Ok(Written {
        kind: Kind::Protobuf,
        text: text(main),
        uses: uses
            .map(|file| Use {
                name: file.name().to_owned(),
                text: text(file),
            })
            .collect(),
    })
}

/// Whether a file declares a message of this full or own name, at its top or inside another one.
fn declares(file: &FileDescriptorProto, wanted: &str) -> bool {
    file.message_type.iter().any(|message| {
        let full = match file.package() {
            "" => message.name().to_owned(),
            package => format!("{package}.{}", message.name()),
        };
        let inside = wanted
            .strip_prefix(&full)
            .is_some_and(|rest| rest.starts_with('.'));
        inside || wanted == full || wanted == message.name()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schema;

    const MONEY: &str = r#"syntax = "proto3"; package shop; message Money { int64 cents = 1; }"#;
    const ORDER: &str =
        r#"syntax = "proto3"; package shop; import "shop/money.proto"; message Order { Money total = 1; }"#;

    #[test]
    fn imports_are_told_as_they_are_written() {
        assert_eq!(imports("order.proto", ORDER).unwrap(), ["shop/money.proto"]);
        assert!(imports("order.proto", "message {").is_err());
    }

    #[test]
    fn a_descriptor_set_is_read_by_its_last_file_or_the_one_that_declares_the_message() {
        let file = |name: &str, text: &str| {
            File::from_source(name, text)
                .unwrap()
                .file_descriptor_proto()
                .clone()
        };
        let set = FileDescriptorSet {
            file: vec![file("shop/money.proto", MONEY), file("shop/order.proto", ORDER)],
        }
        .encode_to_vec();
        let order = Schema::new(&of_descriptor_set(&set, None).unwrap()).unwrap();
        let read = order.decode_bare(b"\x0a\x02\x08\x07", None).unwrap();
        assert_eq!(read.value.to_string(), r#"{"total":{"cents":7}}"#);
        let money = Schema::new(&of_descriptor_set(&set, Some("shop.Money")).unwrap()).unwrap();
        assert_eq!(money.message(None).unwrap().as_deref(), Some("shop.Money"));
        assert!(of_descriptor_set(b"", None).is_err());
        assert!(of_descriptor_set(b"\xff\xff", None).is_err());
    }
}
