//! Table shapes, written in lines, through the detection of dialects and the guess.

use leftfold_source::{ColumnShape, Mapping, RowKey, Sample, TableShape};

/// Detects what tables hold. The input names them line by line:
/// `table NAME [row|none|COLUMN…]`, `column NAME DECLARED…`, then samples of that column: `null`, `int N`, `real X`, `text T`,
/// `cut T`, `blob HEX`, and the facts `key N`, `required`, `computed`.
pub fn detect(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let tables = tables(&text);
    let found = leftfold_source::detect(&tables);
    assert_eq!(
        found,
        leftfold_source::detect(&tables),
        "the same tables give the same answer"
    );
    for detected in &found {
        let mapping = &detected.mapping;
        assert!(
            tables.iter().any(|t| t.name == mapping.table),
            "{} is no table",
            mapping.table
        );
        assert!(
            !detected.info.reasons.is_empty(),
            "no reason is given for {}",
            detected.info.dialect
        );
        let written = toml::to_string(mapping)
            .unwrap_or_else(|e| panic!("a mapping cannot be written: {e}: {mapping:?}"));
        let read: Mapping = toml::from_str(&written)
            .unwrap_or_else(|e| panic!("a mapping cannot be read back: {e}\n{written}"));
        assert_eq!(read, *mapping, "a mapping changes when it is saved");
    }
}

fn tables(text: &str) -> Vec<TableShape> {
    let mut tables: Vec<TableShape> = Vec::new();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "table" {
            let mut words = rest.split(' ');
            let name = words.next().unwrap_or_default().to_owned();
            // A file has one table of a name, whatever its case.
            if tables.iter().any(|t| t.name.eq_ignore_ascii_case(&name)) {
                return tables;
            }
            let names: Vec<String> = words.map(str::to_owned).collect();
            let key = match names.first().map(String::as_str) {
                None | Some("row") => RowKey::RowId("rowid"),
                Some("none") => RowKey::None,
                Some(_) => RowKey::Columns(names),
            };
            tables.push(TableShape {
                name,
                key,
                rows_at_most: Some(1 << 20),
                ..TableShape::default()
            });
            continue;
        }
        let Some(table) = tables.last_mut() else { continue };
        if word == "column" {
            let (name, declared) = rest.split_once(' ').unwrap_or((rest, ""));
            if !table.columns.iter().any(|c| c.name.eq_ignore_ascii_case(name)) {
                let (name, declared) = (name.to_owned(), declared.to_owned());
                table.columns.push(ColumnShape {
                    name,
                    declared,
                    ..ColumnShape::default()
                });
            }
            continue;
        }
        if let Some(column) = table.columns.last_mut() {
            fact(column, word, rest);
        }
    }
    tables
}

fn fact(column: &mut ColumnShape, word: &str, rest: &str) {
    let sample = match word {
        "null" => Some(Sample::Null),
        "int" => rest.parse().ok().map(Sample::Integer),
        // SQLite has no NaN: it stores NULL in its place.
        "real" => rest.parse().ok().filter(|x: &f64| !x.is_nan()).map(Sample::Real),
        "text" => Some(Sample::Text(rest.to_owned(), false)),
        "cut" => Some(Sample::Text(rest.to_owned(), true)),
        "blob" => Some(Sample::Blob(from_hex(rest), false)),
        _ => None,
    };
    column.samples.extend(sample);
    match word {
        "key" => column.primary_key = rest.parse().unwrap_or(0),
        "required" => column.not_null = true,
        "computed" => column.computed = true,
        _ => {}
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|d| d as u8)
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
