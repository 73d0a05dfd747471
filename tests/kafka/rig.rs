//! What must be found in the rig's topics, and runs of the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

pub(crate) use crate::broker::{Rig, rig, rig_alone};

impl Rig {
    /// Every topic the rig wrote.
    pub(crate) fn topics(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join("truth")).expect("the truth is there");
        let mut names: Vec<String> = entries
            .filter_map(|e| e.expect("the folder can be read").file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".ndjson").map(str::to_owned))
            .collect();
        names.sort();
        assert!(names.len() > 10, "{names:?}");
        names
    }

    /// What lies in a topic; a reader of committed records sees fewer.
    pub(crate) fn truth(&self, topic: &str, committed: bool) -> Vec<Record> {
        let path = self.folder.join(format!("truth/{topic}.ndjson"));
        let text = fs::read_to_string(path).expect("the truth is there");
        // The decoded value comes last, and may hold numbers that no double holds.
        let record = |line: &str| match line.find(", \"decoded\": ") {
            Some(end) => serde_json::from_str::<Value>(&format!("{}}}", &line[..end])),
            None => serde_json::from_str(line),
        };
        let lines = text.lines().map(|line| record(line).expect("the truth is JSON"));
        lines
            .filter(|line| !committed || !(line["aborted"] == true || line["open"] == true))
            .map(|line| Record::of(&line))
            .collect()
    }
}

/// A record, every byte of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) topic: String,
    pub(crate) partition: i64,
    pub(crate) offset: i64,
    pub(crate) timestamp: i64,
    pub(crate) timestamp_type: String,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(String, Option<Vec<u8>>)>,
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    Some(STANDARD.decode(text).expect("the truth is base64"))
}

impl Record {
    fn of(line: &Value) -> Self {
        let number = |name: &str| {
            line[name]
                .as_i64()
                .unwrap_or_else(|| panic!("no {name} in {line}"))
        };
        let headers = line["headers"].as_array().expect("headers are a list");
        Self {
            topic: line["topic"].as_str().unwrap_or_default().to_owned(),
            partition: number("partition"),
            offset: number("offset"),
            timestamp: number("timestamp"),
            timestamp_type: line["timestamp_type"].as_str().unwrap_or_default().to_owned(),
            key: bytes(&line["key"]),
            value: bytes(&line["value"]),
            headers: headers
                .iter()
                .map(|h| (h[0].as_str().unwrap_or_default().to_owned(), bytes(&h[1])))
                .collect(),
        }
    }

    /// For a message: where it lies.
    pub(crate) fn place(&self) -> String {
        format!("{}[{}]@{}", self.topic, self.partition, self.offset)
    }
}

/// All records of a capture, by topic, partition and offset, read with SQL as anybody may.
pub(crate) fn captured(path: &Path) -> Vec<Record> {
    let connection = rusqlite::Connection::open(path).expect("a capture is a SQLite file");
    let sql = "SELECT topic, partition, \"offset\", timestamp, timestamp_type, key, value, headers FROM records ORDER BY 1, 2, 3";
    let mut select = connection.prepare(sql).expect("a capture has records");
    let rows = select
        .query_map([], |row| {
            let headers: Option<String> = row.get(7)?;
            Ok(Record {
                topic: row.get(0)?,
                partition: row.get(1)?,
                offset: row.get(2)?,
                timestamp: row.get(3)?,
                timestamp_type: row.get(4)?,
                key: row.get(5)?,
                value: row.get(6)?,
                headers: headers.as_deref().map(headers_of).unwrap_or_default(),
            })
        })
        .expect("records can be read");
    rows.map(|r| r.expect("a record can be read")).collect()
}

fn headers_of(text: &str) -> Vec<(String, Option<Vec<u8>>)> {
    let pairs: Vec<(Value, Value)> = serde_json::from_str(text).expect("headers are JSON");
    let bytes = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.into_bytes()),
        other => bytes(&other["base64"]),
    };
    let pair = |(name, value): (Value, Value)| {
        let name = bytes(name).expect("a header has a name");
        (String::from_utf8_lossy(&name).into_owned(), bytes(value))
    };
    pairs.into_iter().map(pair).collect()
}

/// Fails with the first difference, not with megabytes.
#[track_caller]
pub(crate) fn assert_same(found: &[Record], truth: &[Record]) {
    for (found, truth) in found.iter().zip(truth) {
        let short = |r: &Record| {
            let bytes = |b: &Option<Vec<u8>>| b.as_ref().map(|b| (b.len(), b[..b.len().min(60)].to_vec()));
            format!(
                "{} {} {} key {:?} value {:?} headers {:?}",
                r.place(),
                r.timestamp,
                r.timestamp_type,
                bytes(&r.key),
                bytes(&r.value),
                r.headers
            )
        };
        assert!(found == truth, "found {}\nwanted {}", short(found), short(truth));
    }
    assert_eq!(found.len(), truth.len(), "records");
}

/// What a run of the program said.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: output.stdout,
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Run {
    /// The output of a run that went well.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        String::from_utf8(self.out).expect("the output is text")
    }

    /// The code of a run that failed.
    #[track_caller]
    pub(crate) fn refused(&self) -> &str {
        assert_eq!(self.code, Some(2), "{}", self.err);
        let from = self
            .err
            .rfind("error[")
            .unwrap_or_else(|| panic!("no error: {}", self.err));
        self.err[from..].split(['[', ']']).nth(1).unwrap_or_default()
    }
}

/// The program with these arguments, with a home of its own.
pub(crate) fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leftfold"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command
        .env("HOME", folder)
        .env("LEFTFOLD_CACHE_DIR", folder.join("cache"));
    command
}

/// Runs the program in a folder.
pub(crate) fn leftfold(folder: &Path, args: &[&str]) -> Run {
    program(folder, args).output().expect("the program runs").into()
}
