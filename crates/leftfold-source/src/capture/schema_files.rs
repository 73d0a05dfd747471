//! Schemas in the user's files: Avro's, Protobuf's with what they import, and compiled descriptor sets.

use std::fs;
use std::path::Path;

use leftfold_schema::{Kind, Use, Written, imports, of_descriptor_set};

use super::decoders::DecoderError;

/// Files that one may import, near and far.
const MAX_FILES: usize = 1_000;

/// The largest file read.
const MAX_BYTES: u64 = 64 << 20;

/// The schema in a file. What is no text is taken for a compiled descriptor set of Protobuf.
pub(super) fn written_of(kind: Kind, path: &Path, message: Option<&str>) -> Result<Written, DecoderError> {
    let bytes = read(path)?;
    let wrong = |error| DecoderError::Schema {
        path: path.to_owned(),
        error,
    };
    match (kind, String::from_utf8(bytes)) {
        (Kind::Protobuf, Ok(text)) if !is_compiled(text.as_bytes()) => {
            let uses = uses_of(path, &text)?;
            Ok(Written { kind, text, uses })
        }
        (Kind::Protobuf, Ok(text)) => of_descriptor_set(text.as_bytes(), message).map_err(wrong),
        (Kind::Protobuf, Err(e)) => of_descriptor_set(e.as_bytes(), message).map_err(wrong),
        (kind, Ok(text)) => Ok(Written {
            kind,
            text,
            uses: Vec::new(),
        }),
        (_, Err(e)) => Err(DecoderError::File {
            path: path.to_owned(),
            reason: format!("it is no text: {}", e.utf8_error()),
        }),
    }
}

/// Whether bytes hold what no source does: control characters, as every descriptor set has.
fn is_compiled(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .any(|b| b.is_ascii_control() && !b.is_ascii_whitespace() && *b != 0x0b)
}

fn read(path: &Path) -> Result<Vec<u8>, DecoderError> {
    let failed = |reason: String| DecoderError::File {
        path: path.to_owned(),
        reason,
    };
    let meta = fs::metadata(path).map_err(|e| failed(e.to_string()))?;
    if !meta.is_file() {
        return Err(failed("it is no file".to_owned()));
    }
    if meta.len() > MAX_BYTES {
        return Err(failed(format!(
            "it is too large for a schema: {} bytes",
            meta.len()
        )));
    }
    fs::read(path).map_err(|e| failed(e.to_string()))
}

/// What a Protobuf file imports, near and far: each looked for beside the file and in the folders above it. Google's own need not lie
/// there.
fn uses_of(path: &Path, text: &str) -> Result<Vec<Use>, DecoderError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Only a whole path has all the folders above it.
    let folder = fs::canonicalize(folder).map_err(|e| DecoderError::File {
        path: folder.to_owned(),
        reason: e.to_string(),
    })?;
    let wanted = |path: &Path, text: &str| {
        let name = path.to_string_lossy();
        imports(&name, text).map_err(|error| DecoderError::Schema {
            path: path.to_owned(),
            error,
        })
    };
    let mut uses: Vec<Use> = Vec::new();
    let mut waiting = wanted(path, text)?;
    while let Some(name) = waiting.pop() {
        if uses.iter().any(|u| u.name == name) {
            continue;
        }
        let there = |folder: &Path| Some(folder.join(&name)).filter(|p| p.is_file());
        let Some(found) = folder.ancestors().find_map(there) else {
            if name.starts_with("google/protobuf/") {
                continue;
            }
            return Err(DecoderError::File {
                path: path.to_owned(),
                reason: format!("it imports {name:?}, which lies neither beside it nor in a folder above it"),
            });
        };
        if uses.len() >= MAX_FILES {
            return Err(DecoderError::File {
                path: path.to_owned(),
                reason: "it imports too many files".to_owned(),
            });
        }
        let text = String::from_utf8_lossy(&read(&found)?).into_owned();
        waiting.extend(wanted(&found, &text)?);
        uses.push(Use { name, text });
    }
    uses.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(uses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_beside_the_file_and_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let shop = folder.path().join("shop");
        fs::create_dir(&shop).unwrap();
        let order = shop.join("order.proto");
        fs::write(
            &order,
            "syntax = 'proto3'; package shop; import 'shop/money.proto'; import 'google/protobuf/timestamp.proto'; message Order {}",
        )
        .unwrap();
        let missing = written_of(Kind::Protobuf, &order, None).unwrap_err().to_string();
        assert!(missing.contains("imports \"shop/money.proto\""), "{missing}");
        fs::write(
            shop.join("money.proto"),
            "syntax = 'proto3'; import 'base.proto'; message Money {}",
        )
        .unwrap();
        fs::write(
            folder.path().join("base.proto"),
            "syntax = 'proto3'; message Base {}",
        )
        .unwrap();
        let written = written_of(Kind::Protobuf, &order, None).unwrap();
        let names: Vec<&str> = written.uses.iter().map(|u| u.name.as_str()).collect();
        assert_eq!(names, ["base.proto", "shop/money.proto"]);
        leftfold_schema::Schema::new(&written).unwrap();
    }

    #[test]
    fn a_folder_and_what_is_no_schema_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(written_of(Kind::Avro, folder.path(), None).is_err());
        let bytes = folder.path().join("b");
        fs::write(&bytes, b"\xff\xfe").unwrap();
        assert!(
            written_of(Kind::Avro, &bytes, None)
                .unwrap_err()
                .to_string()
                .contains("no text")
        );
        assert!(
            written_of(Kind::Protobuf, &bytes, None)
                .unwrap_err()
                .to_string()
                .contains("descriptor set")
        );
    }
}
