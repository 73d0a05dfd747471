//! `check --follow`: what grows is judged as it comes, and each finding is said once.
#![cfg(unix)]

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use crate::run::{folder, leftfold, program, write};

/// How long something that has to come is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A run that goes on, and what it says line by line.
struct Following {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

fn lines_of(pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

impl Following {
    /// Begins, and waits until so many sources or comparisons are read and followed.
    fn begin(folder: &Path, args: &[&str], followed: usize) -> Self {
        let args = [&["check", "--follow"], args].concat();
        let mut child = program(folder, &args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = lines_of(child.stdout.take().expect("a pipe"));
        let err = lines_of(child.stderr.take().expect("a pipe"));
        let following = Self { child, out, err };
        for _ in 0..followed {
            following.note("followed from here");
        }
        following
    }

    /// The next note with this in it.
    fn note(&self, part: &str) -> String {
        loop {
            let line = self.err.recv_timeout(PATIENCE).expect("it says so");
            if line.contains(part) {
                return line;
            }
        }
    }

    /// The next notes with these in them, in whichever order they come.
    fn notes<const N: usize>(&self, parts: [&str; N]) -> [String; N] {
        let mut found = parts.map(|_| String::new());
        while found.iter().any(String::is_empty) {
            let line = self.err.recv_timeout(PATIENCE).expect("it says so");
            for (note, part) in found.iter_mut().zip(parts) {
                if note.is_empty() && line.contains(part) {
                    note.clone_from(&line);
                }
            }
        }
        found
    }

    fn line(&self) -> String {
        self.out.recv_timeout(PATIENCE).expect("it says something")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.line()).expect("a line is JSON")
    }

    /// Presses Ctrl-C; the exit code, how long it took, and what was said after that.
    fn stop(self) -> (Option<i32>, Duration, Vec<String>) {
        let (code, took, said, _) = self.stop_with_notes();
        (code, took, said)
    }

    /// The same with what was noted.
    fn stop_with_notes(mut self) -> (Option<i32>, Duration, Vec<String>, Vec<String>) {
        let began = Instant::now();
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.expect("kill is there").success());
        let code = self.child.wait().expect("it ends").code();
        let took = began.elapsed();
        (code, took, self.out.iter().collect(), self.err.iter().collect())
    }
}

impl Drop for Following {
    /// A test that fails leaves no run behind.
    fn drop(&mut self) {
        drop(self.child.kill());
    }
}

fn append(folder: &Path, name: &str, text: &str) {
    let file = OpenOptions::new().append(true).open(folder.join(name));
    file.and_then(|mut f| f.write_all(text.as_bytes()))
        .expect("it can be written");
}

/// Writes a file anew in its place with as many bytes as it has: nobody sees it empty meanwhile.
fn overwrite(folder: &Path, name: &str, text: &str) {
    let file = OpenOptions::new().write(true).open(folder.join(name));
    file.and_then(|mut f| f.write_all(text.as_bytes()))
        .expect("it can be written");
}

fn event(stream: &str, kind: &str, second: u32, payload: &str) -> String {
    format!(
        "{{\"stream\":\"{stream}\",\"type\":\"{kind}\",\"time\":\"2026-01-01T00:{:02}:{:02}Z\",\"payload\":{payload}}}\n",
        second / 60,
        second % 60
    )
}

const RULES: &str = "[[rule]]\nname = 'stock'\nsource = 'h.ndjson'\ncheck = 'state.available >= 0'\n\
                     [[rule]]\nname = 'told'\nsource = 'h.ndjson'\nwhen = 'type == \"Paid\"'\nexpect = 'type == \"Told\"'\n\
                     by = 'payload.order'\nwithin = '30s'\n";

#[test]
fn lines_that_are_appended_are_judged_once_as_they_come() {
    let folder = folder();
    let path = folder.path();
    write(path, "leftfold.toml", RULES);
    write(
        path,
        "h.ndjson",
        event("stock-1", "Counted", 0, r#"{"available":-1}"#),
    );
    let run = Following::begin(path, &["--json"], 1);
    let first = run.json();
    assert_eq!(
        (&first["check"], &first["category"]),
        (&"stock".into(), &"rule".into())
    );
    assert_eq!(
        (&first["number"], &first["left"]["payload"]["available"]),
        (&1.into(), &(-1).into())
    );
    // The same violation goes on, and heals; another one begins, in two pieces of one line.
    append(
        path,
        "h.ndjson",
        &event("stock-1", "Counted", 1, r#"{"available":-2}"#),
    );
    append(
        path,
        "h.ndjson",
        &event("stock-1", "Counted", 2, r#"{"available":5}"#),
    );
    let half = event("stock-2", "Counted", 3, r#"{"available":-7}"#);
    append(path, "h.ndjson", &half[..40]);
    append(path, "h.ndjson", &half[40..]);
    let second = run.json();
    assert_eq!(
        (&second["stream"], &second["number"]),
        (&"stock-2".into(), &2.into())
    );
    // Paid, and told in time; paid, and told too late; paid, and never told.
    append(
        path,
        "h.ndjson",
        &event("payment-1", "Paid", 10, r#"{"order":1}"#),
    );
    append(
        path,
        "h.ndjson",
        &event("payment-2", "Paid", 11, r#"{"order":2}"#),
    );
    append(path, "h.ndjson", &event("order-1", "Told", 40, r#"{"order":1}"#));
    append(
        path,
        "h.ndjson",
        &event("payment-3", "Paid", 41, r#"{"order":3}"#),
    );
    append(path, "h.ndjson", &event("order-2", "Told", 50, r#"{"order":2}"#));
    let late = run.json();
    assert_eq!(
        (&late["check"], &late["status"], &late["stream"]),
        (&"told".into(), &"healed".into(), &"payment-2".into())
    );
    assert_eq!(late["right"]["stream"], "order-2");
    append(path, "h.ndjson", &event("clock-1", "Ticked", 72, "{}"));
    let never = run.json();
    assert_eq!(
        (&never["status"], &never["stream"]),
        (&"confirmed".into(), &"payment-3".into())
    );
    append(
        path,
        "h.ndjson",
        &event("payment-4", "Paid", 80, r#"{"order":4}"#),
    );
    append(
        path,
        "h.ndjson",
        &event("stock-3", "Counted", 81, r#"{"available":-1}"#),
    );
    assert_eq!(run.json()["stream"], "stock-3");
    let (code, _, rest) = run.stop();
    assert_eq!(code, Some(1));
    let rest: Vec<Value> = rest
        .iter()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    assert_eq!(rest.len(), 3, "{rest:?}");
    let (stock, told) = (&rest[0]["summary"], &rest[1]["summary"]);
    assert_eq!(
        (&stock["violations"], &stock["healed"], &stock["streams"]),
        (&3.into(), &1.into(), &3.into())
    );
    assert_eq!(
        (&told["violations"], &told["healed"], &told["pending"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!(rest[2]["summary"]["violated"], 2);
    // A check of the same file at rest finds the same.
    let at_rest = leftfold(path, &["check", "--json"]);
    let at_rest: Vec<Value> = at_rest
        .out
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    for of_check in &rest[..2] {
        let same = at_rest
            .iter()
            .find(|l| l["check"] == of_check["check"] && l["result"].is_string());
        for key in ["violations", "healed", "pending", "streams", "events", "judged"] {
            assert_eq!(
                same.expect("it is there")["summary"][key],
                of_check["summary"][key],
                "{key}"
            );
        }
    }
}

#[test]
fn ctrl_c_ends_it_at_once_with_what_was_found() {
    let folder = folder();
    let path = folder.path();
    write(path, "leftfold.toml", RULES);
    write(
        path,
        "h.ndjson",
        event("stock-1", "Counted", 0, r#"{"available":1}"#),
    );
    // 50 ms, and something for a machine that does other things too: of a few times the quickest counts.
    let mut took_each = Vec::new();
    for _ in 0..5 {
        let run = Following::begin(path, &[], 1);
        let (code, took, rest) = run.stop();
        assert_eq!(code, Some(0), "{rest:?}");
        assert_eq!(
            rest.last().map(String::as_str),
            Some("2 checks: everything holds")
        );
        took_each.push(took);
    }
    took_each.sort_unstable();
    assert!(took_each[0] < Duration::from_millis(500), "{took_each:?}");
    assert!(took_each[4] < Duration::from_secs(10), "{took_each:?}");
    append(
        path,
        "h.ndjson",
        &event("stock-1", "Counted", 1, r#"{"available":-1}"#),
    );
    let run = Following::begin(path, &["stock"], 1);
    let said = run.line();
    assert!(said.starts_with("stock: rule (confirmed) in stock-1, "), "{said}");
    assert_eq!(run.stop().0, Some(1));
}

/// A store in Emmett's layout, written as that library does: a transaction an event, with a write-ahead log.
fn store(path: &Path) -> Connection {
    let db = Connection::open(path).expect("a database");
    db.execute_batch(
        "PRAGMA journal_mode=WAL;
         CREATE TABLE events (global_position INTEGER PRIMARY KEY AUTOINCREMENT, stream_id TEXT NOT NULL, version INTEGER NOT NULL,
             type TEXT NOT NULL, data TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (stream_id, version));",
    )
    .expect("a table");
    db
}

fn insert(db: &Connection, stream: &str, version: i64, available: i64) {
    let sql =
        "INSERT INTO events (stream_id, version, type, data, created_at) VALUES (?1, ?2, 'Counted', ?3, ?4)";
    let data = format!("{{\"available\":{available}}}");
    let time = format!("2026-01-01T00:00:{version:02}Z");
    db.execute(sql, (stream, version, data, time)).expect("a row");
}

#[test]
fn rows_that_a_live_writer_adds_are_judged_as_they_are_committed_and_the_file_is_left_alone() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "leftfold.toml",
        "[[rule]]\nname = 'stock'\nsource = 's.db'\ncheck = 'state.available >= 0'\n",
    );
    let db = store(&path.join("s.db"));
    for version in 1..=3 {
        insert(&db, "stock-1", version, 5);
        insert(&db, "stock-2", version, 5);
    }
    let run = Following::begin(path, &["--json"], 1);
    insert(&db, "stock-2", 4, -1);
    assert_eq!(run.json()["left"]["version"], 4);
    insert(&db, "stock-2", 5, -2);
    insert(&db, "stock-1", 4, -3);
    assert_eq!(run.json()["stream"], "stock-1");
    // A writer may take the log away, and begin another one.
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("nobody is in the way");
    insert(&db, "stock-3", 1, -4);
    assert_eq!(run.json()["stream"], "stock-3");
    let (code, _, rest) = run.stop();
    assert_eq!(code, Some(1));
    assert!(rest[0].contains("\"events\":10"), "{rest:?}");
    drop(db);
    let mut names: Vec<_> = fs::read_dir(path)
        .expect("a folder")
        .map(|e| e.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["leftfold.toml", "s.db"]);
}

#[test]
fn a_file_that_is_written_anew_is_judged_anew_and_nothing_is_said_twice() {
    let folder = folder();
    let path = folder.path();
    write(path, "leftfold.toml", RULES);
    let one = event("stock-1", "Counted", 0, r#"{"available":-1}"#);
    write(
        path,
        "h.ndjson",
        [one.clone(), event("stock-2", "Counted", 1, r#"{"available":1}"#)].concat(),
    );
    let run = Following::begin(path, &["stock", "--json"], 1);
    assert_eq!(run.json()["stream"], "stock-1");
    write(
        path,
        "h.ndjson",
        [one, event("stock-3", "Counted", 2, r#"{"available":-9}"#)].concat(),
    );
    run.note("was written anew");
    assert_eq!(run.json()["stream"], "stock-3");
    let (code, _, rest) = run.stop();
    assert_eq!((code, rest.len()), (Some(1), 2), "{rest:?}");
}

#[test]
fn a_comparison_is_made_anew_when_a_side_grows_and_says_what_is_new() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "leftfold.toml",
        "[[comparison]]\nname = 'copy'\nleft = 'a.ndjson'\nright = 'b.ndjson'\nlag_tolerance = '5s'\n",
    );
    let at = |second| event("s-1", &format!("E{second}"), second, "{}");
    write(path, "a.ndjson", [at(0), at(1), at(10)].concat());
    write(path, "b.ndjson", [at(0), at(10)].concat());
    let run = Following::begin(path, &["--json"], 1);
    let first = run.json();
    assert_eq!(
        (&first["check"], &first["category"], &first["left"]["type"]),
        (&"copy".into(), &"missing".into(), &"E1".into())
    );
    append(path, "a.ndjson", &[at(11), at(12)].concat());
    append(path, "b.ndjson", &[at(12), at(20)].concat());
    append(path, "a.ndjson", &at(20));
    let second = run.json();
    assert_eq!(
        (&second["number"], &second["left"]["type"]),
        (&2.into(), &"E11".into())
    );
    let (code, _, rest) = run.stop();
    assert_eq!(code, Some(1));
    assert!(rest[0].contains("\"result\":\"violated\""), "{rest:?}");
}

#[test]
fn what_cannot_be_followed_is_told_before_one_waits_for_it() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "leftfold.toml",
        "[[rule]]\nname = 'r'\ncheck = 'true'\n[[rule]]\nname = 'm'\nchekc = 'true'\n",
    );
    let failed = |args: &[&str]| leftfold(path, &[&["check", "--follow"], args].concat()).failed();
    assert!(failed(&["r"]).contains("r: it names no source"));
    assert!(failed(&["r", "--source", "-"]).contains("cannot be followed"));
    assert!(failed(&["m"]).contains("line 6: unknown key `chekc`"));
    assert!(failed(&["r", "--source", "nowhere/gone.db"]).contains("gone.db"));
    write(path, "other.db", "something else\n");
    assert!(failed(&["r", "--source", "other.db"]).contains("other.db"));
    assert!(failed(&["r", "--format", "junit"]).contains("--follow goes on"));
}

const STOCK: &str = "[[rule]]\nname = 'stock'\nsource = 'h.ndjson'\ncheck = 'state.available >= 0'\n";

#[test]
fn a_violation_of_what_has_to_follow_that_heals_after_it_was_told_is_counted_as_healed() {
    let folder = folder();
    let path = folder.path();
    write(path, "leftfold.toml", RULES);
    let ticked = |second| event("clock-1", "Ticked", second, "{}");
    let paid = event("payment-1", "Paid", 0, r#"{"order":1}"#);
    write(path, "h.ndjson", [paid, ticked(31)].concat());
    let run = Following::begin(path, &["told", "--json"], 1);
    assert_eq!(run.json()["status"], "confirmed");
    append(path, "h.ndjson", &event("order-1", "Told", 40, r#"{"order":1}"#));
    // What comes after it is seen after it.
    append(
        path,
        "h.ndjson",
        &event("payment-2", "Paid", 50, r#"{"order":2}"#),
    );
    append(path, "h.ndjson", &ticked(81));
    assert_eq!(run.json()["stream"], "payment-2");
    let (code, _, rest) = run.stop();
    let of_check: Value = serde_json::from_str(&rest[0]).expect("JSON");
    let summary = &of_check["summary"];
    assert_eq!(
        (code, &summary["violations"], &summary["healed"]),
        (Some(1), &2.into(), &1.into())
    );
}

#[test]
fn what_was_told_and_is_gone_since_the_file_was_written_anew_is_not_called_holding() {
    let folder = folder();
    let path = folder.path();
    write(path, "leftfold.toml", STOCK);
    let good = event("stock-2", "Counted", 1, r#"{"available":1}"#);
    write(
        path,
        "h.ndjson",
        [
            event("stock-1", "Counted", 0, r#"{"available":-1}"#),
            good.clone(),
        ]
        .concat(),
    );
    let run = Following::begin(path, &[], 1);
    assert!(run.line().starts_with("stock: rule (confirmed) in stock-1"));
    write(path, "h.ndjson", &good);
    run.note("was written anew");
    run.note("followed from here");
    let (code, _, rest, notes) = run.stop_with_notes();
    assert_eq!(code, Some(1), "{rest:?}");
    assert!(
        rest.iter()
            .any(|l| l.contains("violated") && l.contains("0 and 1 gone")),
        "{rest:?}"
    );
    assert_eq!(rest.last().map(String::as_str), Some("1 check: 1 violated"));
    let gone = "stock: 1 finding that was said is not in what is there now: rule in stock-1";
    assert!(notes.iter().any(|n| n.contains(gone)), "{notes:?}");
}

#[test]
fn a_file_that_is_written_anew_with_the_same_length_is_noticed() {
    let folder = folder();
    let path = folder.path();
    write(path, "leftfold.toml", STOCK);
    let of = |available: &str| {
        let payload = format!(r#"{{"available":{available}}}"#);
        event("stock-1", "Counted", 0, &payload) + &event("stock-2", "Counted", 1, r#"{"available":1}"#)
    };
    write(path, "h.ndjson", of("-1"));
    let run = Following::begin(path, &[], 1);
    assert!(run.line().starts_with("stock: rule (confirmed) in stock-1"));
    // In place, and as editors do it: another file under the name.
    overwrite(path, "h.ndjson", &of("10"));
    run.note("was written anew");
    run.note("followed from here");
    write(path, "new.ndjson", of("-3"));
    fs::rename(path.join("new.ndjson"), path.join("h.ndjson")).expect("it is there");
    run.note("was written anew");
    run.note("followed from here");
    // It was gone meanwhile, so it is said once more.
    assert!(run.line().starts_with("stock: rule (confirmed) in stock-1"));
    append(
        path,
        "h.ndjson",
        &event("stock-3", "Counted", 2, r#"{"available":-9}"#),
    );
    assert!(run.line().starts_with("stock: rule (confirmed) in stock-3"));
    let (code, _, rest, _) = run.stop_with_notes();
    assert_eq!(code, Some(1));
    assert!(rest.iter().any(|l| l.contains("violated")), "{rest:?}");
}

#[test]
fn what_a_comparison_told_and_is_gone_is_not_called_holding_either() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "leftfold.toml",
        "[[comparison]]\nname = 'copy'\nleft = 'a.ndjson'\nright = 'b.ndjson'\nlag_tolerance = '5s'\n",
    );
    let at = |second| event("s-1", &format!("E{second}"), second, "{}");
    write(path, "a.ndjson", [at(0), at(1), at(10)].concat());
    write(path, "b.ndjson", [at(0), at(10)].concat());
    let run = Following::begin(path, &["--json"], 1);
    assert_eq!(run.json()["left"]["type"], "E1");
    write(path, "a.ndjson", [at(0), at(10), at(20), at(30), at(21)].concat());
    write(path, "b.ndjson", [at(0), at(10), at(20), at(30)].concat());
    assert_eq!(run.json()["left"]["type"], "E21");
    let (code, _, rest) = run.stop();
    let of_check: Value = serde_json::from_str(&rest[0]).expect("JSON");
    assert_eq!(
        (code, &of_check["result"], &of_check["summary"]["gone"]),
        (Some(1), &"violated".into(), &1.into())
    );
}

#[test]
fn lines_that_cannot_be_read_are_told_when_they_come() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "leftfold.toml",
        [
            STOCK,
            "[[comparison]]\nname = 'copy'\nleft = 'h.ndjson'\nright = 'h.ndjson'\n",
        ]
        .concat(),
    );
    write(
        path,
        "h.ndjson",
        event("stock-1", "Counted", 0, r#"{"available":1}"#),
    );
    let run = Following::begin(path, &[], 2);
    append(path, "h.ndjson", "{\"stream\":\"stock-1\",\"ty\n");
    // The rule and the comparison look at times of their own: either may be the first to tell.
    let [told, of_side] = run.notes(["h.ndjson: a row or line", "copy, left: "]);
    assert!(
        told.contains("h.ndjson: a row or line, which begins with") && told.contains("cannot be read"),
        "{told}"
    );
    assert!(of_side.contains("line 2"), "{of_side}");
    for n in 0..7 {
        append(path, "h.ndjson", &format!("broken {n}\n"));
    }
    append(
        path,
        "h.ndjson",
        &event("stock-1", "Counted", 1, r#"{"available":-1}"#),
    );
    assert!(run.line().contains("stock-1"));
    let (_, _, _, notes) = run.stop_with_notes();
    assert!(
        notes.iter().any(|n| n.contains("and 3 more that cannot be read")),
        "{notes:?}"
    );
}

#[test]
fn that_a_layout_is_a_guess_is_noted_once_however_often_its_comparison_is_made() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "leftfold.toml",
        "[[comparison]]\nname = 'copy'\nleft = 'a.db'\nright = 'b.ndjson'\nlag_tolerance = '5s'\n",
    );
    let db = Connection::open(path.join("a.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE events (n INTEGER PRIMARY KEY, stream TEXT, version INTEGER, kind TEXT, body TEXT, at TEXT);",
    )
    .expect("a table");
    let row = |version: u32| {
        let sql =
            "INSERT INTO events (stream, version, kind, body, at) VALUES ('s-1', ?1, 'E' || ?1, '{}', ?2)";
        let time = format!("2026-01-01T00:00:{version:02}Z");
        db.execute(sql, (version, time)).expect("a row");
    };
    (1..=20).for_each(row);
    let at = |second| event("s-1", &format!("E{second}"), second, "{}");
    write(path, "b.ndjson", (1..=20).map(at).collect::<String>());
    let run = Following::begin(path, &[], 0);
    run.note("is a guess");
    run.note("followed from here");
    for second in [30, 45] {
        row(second);
        row(second + 9);
        append(
            path,
            "b.ndjson",
            &[at(second), at(second + 1), at(second + 9)].concat(),
        );
        run.line();
    }
    let (_, _, _, notes) = run.stop_with_notes();
    assert!(!notes.iter().any(|n| n.contains("is a guess")), "{notes:?}");
}

#[test]
fn a_source_that_is_not_there_yet_is_waited_for_and_so_is_an_empty_one() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "leftfold.toml",
        [
            STOCK,
            "[[rule]]\nname = 'of_rows'\nsource = 's.db'\ncheck = 'state.available >= 0'\n",
            "[[comparison]]\nname = 'copy'\nleft = 'h.ndjson'\nright = 'h.ndjson'\n",
        ]
        .concat(),
    );
    let db = Connection::open(path.join("s.db")).expect("a database");
    db.execute_batch("PRAGMA user_version = 1").expect("a file");
    let run = Following::begin(path, &["--json"], 0);
    let waits = run.note("waiting: ");
    assert!(waits.contains("h.ndjson"), "{waits}");
    assert!(run.note("waiting: ").contains("s.db"));
    // An empty file is no history yet, and half a line is none.
    write(path, "h.ndjson", "");
    run.note("there is nothing in it yet");
    let line = event("stock-1", "Counted", 0, r#"{"available":-1}"#);
    append(path, "h.ndjson", &line[..30]);
    append(path, "h.ndjson", &line[30..]);
    assert_eq!(run.json()["stream"], "stock-1");
    // The comparison looks at times of its own: in the end it has to have been made.
    run.note("copy: compared, and followed from here");
    drop(db);
    fs::remove_file(path.join("s.db")).expect("it is there");
    let db = store(&path.join("s.db"));
    insert(&db, "stock-7", 1, -1);
    assert_eq!(run.json()["check"], "of_rows");
    // What is taken away may come back. The other file was away, too, for a moment.
    fs::remove_file(path.join("h.ndjson")).expect("it is there");
    while !run.note("waiting: ").contains("h.ndjson") {}
    write(
        path,
        "h.ndjson",
        [line, event("stock-5", "Counted", 1, r#"{"available":-1}"#)].concat(),
    );
    assert_eq!(run.json()["stream"], "stock-5");
    assert_eq!(run.stop().0, Some(1));
}

#[test]
fn what_ends_before_there_was_anything_to_read_has_not_been_checked() {
    let folder = folder();
    let path = folder.path();
    write(path, "leftfold.toml", STOCK);
    let run = Following::begin(path, &[], 0);
    run.note("waiting: ");
    let (code, _, rest, notes) = run.stop_with_notes();
    assert_eq!(code, Some(2), "{rest:?}");
    assert!(
        notes
            .iter()
            .any(|n| n.contains("before there was anything to read")),
        "{notes:?}"
    );
}
