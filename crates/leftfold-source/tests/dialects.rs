//! Every dialect reads a file with its own schema, its traps included.

mod common;

use common::{Seen, read};

fn seen(name: &str) -> Seen {
    read(name, include_dir(name))
}

fn include_dir(name: &str) -> String {
    let path = format!("{}/tests/schema-faithful/{name}.sql", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn every_dialect_is_recognised_and_reads_its_rows() {
    let folder = format!("{}/tests/schema-faithful", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| {
            e.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    for name in names {
        let seen = seen(&name);
        let expected = format!(
            "{}/tests/schema-faithful/{name}.expected",
            env!("CARGO_MANIFEST_DIR")
        );
        let expected = expected.replace("schema-faithful", "expected");
        if std::env::var_os("LEFTFOLD_BLESS").is_some() {
            std::fs::write(&expected, &seen.text).unwrap();
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(
            seen.text, wanted,
            "{name}: set LEFTFOLD_BLESS to accept after reading the difference"
        );
        assert_eq!(seen.dialect, name);
    }
}
