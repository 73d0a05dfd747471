//! What `compare --mode projection` finds between a history's states and rows that should hold them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::run::{Run, folder, leftfold, shop, write};

mod rows;

/// Carts over a quarter of a minute: stream, type, payload; event n happens at second n.
const EVENTS: &[(&str, &str, &str)] = &[
    (
        "cart-1",
        "Opened",
        r#"{"status":"open","totalCents":0,"gift":false,"customer":{"name":"Ada"}}"#,
    ),
    (
        "cart-2",
        "Opened",
        r#"{"status":"open","totalCents":0,"gift":true,"customer":{"name":"Bob"}}"#,
    ),
    (
        "cart-1",
        "ItemAdded",
        r#"{"totalCents":550,"items":[{"sku":"x","qty":1}]}"#,
    ),
    ("order-1", "Placed", r#"{"status":"placed"}"#),
    (
        "cart-3",
        "Opened",
        r#"{"status":"open","totalCents":0,"gift":false,"customer":{"name":"Eve"}}"#,
    ),
    (
        "cart-2",
        "ItemAdded",
        r#"{"totalCents":120,"items":[{"sku":"y","qty":2}]}"#,
    ),
    ("cart-1", "Closed", r#"{"status":"closed"}"#),
    ("cart-3", "ItemAdded", r#"{"totalCents":70,"items":[]}"#),
    (
        "cart-4",
        "Opened",
        r#"{"status":"open","totalCents":0,"gift":false,"customer":{"name":"Kim"}}"#,
    ),
];

pub(crate) fn history(folder: &Path) {
    let lines = EVENTS.iter().enumerate().map(|(n, (stream, kind, payload))| {
        format!(
            "{{\"stream\":\"{stream}\",\"type\":\"{kind}\",\"position\":{},\"time\":\"2026-01-01T00:00:{n:02}Z\",\"payload\":{payload}}}\n",
            n + 1
        )
    });
    write(folder, "log.ndjson", lines.collect::<String>());
}

/// Rows: id, status, total, gift, items as JSON.
pub(crate) fn table(folder: &Path, rows: &[(i64, &str, i64, i64, Option<&str>)]) -> Connection {
    let db = Connection::open(folder.join("read.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE carts(cart_id INTEGER PRIMARY KEY, status TEXT, total_cents INTEGER, gift INTEGER, items TEXT, seen_at TEXT)",
    )
    .expect("a table");
    for (id, status, total, gift, items) in rows {
        db.execute(
            "INSERT INTO carts VALUES (?1, ?2, ?3, ?4, ?5, 'now')",
            rusqlite::params![id, status, total, gift, items],
        )
        .expect("a row");
    }
    db
}

/// The table as it was after the sixth event.
pub(crate) const AS_OF_SIX: [(i64, &str, i64, i64, Option<&str>); 3] = [
    (1, "open", 550, 0, Some(r#"[{"qty": 1.0, "sku": "x"}]"#)),
    (2, "open", 120, 1, Some(r#"[{"sku":"y","qty":2}]"#)),
    (3, "open", 0, 0, None),
];

fn lines(run: &Run) -> (Vec<Value>, Value) {
    let mut all: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert!(!all.is_empty(), "{}", run.err);
    let summary = all.pop().expect("a summary")["summary"].take();
    (all, summary)
}

fn run(folder: &Path, args: &[&str]) -> Run {
    leftfold(
        folder,
        &[&["compare", "log.ndjson"], args, &["--mode", "projection"]].concat(),
    )
}

fn compared(folder: &Path, args: &[&str]) -> (Vec<Value>, Value, Option<i32>) {
    let run = run(folder, &[args, &["--json"]].concat());
    let (found, summary) = lines(&run);
    (found, summary, run.code)
}

/// Findings in words: what, how certain, where, how far behind.
fn told(found: &[Value]) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    found
        .iter()
        .map(|f| {
            let behind = f["behind"]
                .as_u64()
                .map_or_else(String::new, |n| format!(" {n} behind"));
            format!(
                "{} {} {}{behind}",
                text(&f["category"]),
                text(&f["status"]),
                text(&f["stream"])
            )
        })
        .collect()
}

#[test]
fn a_table_that_is_only_behind_is_as_of_a_place_and_undecided() {
    let folder = folder();
    history(folder.path());
    table(folder.path(), &AS_OF_SIX);
    let (found, summary, code) = compared(folder.path(), &["read.db"]);
    assert_eq!(
        told(&found),
        [
            "field-mismatch pending cart-1 1 behind",
            "field-mismatch pending cart-3 1 behind",
            "missing pending cart-4 1 behind"
        ]
    );
    assert_eq!((code, &summary["verdict"]), (Some(0), &"undecided".into()));
    let as_of = &summary["as_of"];
    assert_eq!(
        (&as_of["after"]["position"], &as_of["fitting"], &as_of["of"]),
        (&6.into(), &4.into(), &4.into())
    );
    assert_eq!(summary["known_until"], "2026-01-01T00:00:05Z");
    let columns: Vec<&str> = summary["columns"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|c| c["path"].as_str())
        .collect();
    assert_eq!(columns, ["/status", "/totalCents", "/gift", "/items"]);
    assert_eq!(summary["not_compared"], serde_json::json!(["seen_at"]));
    // The same is no excuse where the table should be up to date.
    let (found, summary, code) = compared(folder.path(), &["read.db", "--settled"]);
    assert_eq!(
        told(&found),
        [
            "late confirmed cart-1 1 behind",
            "late confirmed cart-3 1 behind",
            "missing confirmed cart-4 1 behind"
        ]
    );
    assert_eq!((code, &summary["verdict"]), (Some(1), &"never".into()));
    // And it is what the states were then.
    let (found, summary, code) = compared(folder.path(), &["read.db", "--at", "2026-01-01T00:00:05Z"]);
    assert_eq!((told(&found).len(), code), (0, Some(0)), "{found:?}");
    assert_eq!(
        (&summary["verdict"], &summary["as_of"]["end"]),
        (&"always-equal".into(), &true.into())
    );
    let text = run(folder.path(), &["read.db"]).ok();
    assert!(
        text.contains(
            "the table is as of event #6 (2026-01-01T00:00:05Z), 3 events and 2.0 s behind the end: 4 of 4 fit"
        ),
        "{text}"
    );
}

#[test]
fn a_table_whose_own_place_is_too_far_behind_has_stopped_and_is_late() {
    let folder = folder();
    history(folder.path());
    table(folder.path(), &AS_OF_SIX);
    // The first event that it lacks has been there for two seconds.
    let (found, summary, code) = compared(folder.path(), &["read.db", "--within", "2s"]);
    assert_eq!((told(&found).len(), code), (3, Some(0)), "{found:?}");
    assert_eq!(
        summary["as_of"]["behind"],
        serde_json::json!({"events": 3, "seconds": 2})
    );
    assert_eq!(summary["allowed_behind"], 2);
    let (found, summary, code) = compared(folder.path(), &["read.db", "--within", "1s"]);
    assert_eq!(
        told(&found),
        [
            "late confirmed cart-1 1 behind",
            "late confirmed cart-3 1 behind",
            "missing confirmed cart-4 1 behind"
        ]
    );
    assert_eq!((code, &summary["verdict"]), (Some(1), &"never".into()));
    let text = run(folder.path(), &["read.db", "--within", "1s"]);
    assert!(
        text.out
            .contains("(2026-01-01T00:00:05Z), 3 events and 2.0 s behind the end, more than 1s: 4 of 4 fit"),
        "{}",
        text.out
    );
    // Who is up to date then has not stopped.
    let (found, summary, code) = compared(
        folder.path(),
        &["read.db", "--within", "0s", "--at", "2026-01-01T00:00:05Z"],
    );
    assert_eq!((found.len(), code), (0, Some(0)), "{found:?}");
    assert_eq!(summary["as_of"].get("behind"), None);
    // It is saved, and `check` goes by it.
    let saved = run(folder.path(), &["read.db", "--within", "1s", "--save", "carts"]);
    assert_eq!(saved.code, Some(1), "{}", saved.err);
    let file = fs::read_to_string(folder.path().join("leftfold.toml")).expect("it is written");
    assert!(file.contains("within = \"1s\""), "{file}");
    assert_eq!(leftfold(folder.path(), &["check"]).code, Some(1));
    let mirror = leftfold(
        folder.path(),
        &["compare", "log.ndjson", "log.ndjson", "--within", "1s"],
    )
    .failed();
    assert!(
        mirror.contains("--within belongs to --mode correlated or projection"),
        "{mirror}"
    );
}

#[test]
fn a_place_that_no_state_has_is_an_error_with_the_places_near_to_it() {
    let folder = folder();
    history(folder.path());
    table(folder.path(), &AS_OF_SIX);
    let wrong = |args: &[&str]| run(folder.path(), &[&["read.db"], args].concat()).failed();
    let told = wrong(&["--map", "total_cents=/totalCent"]);
    assert!(
        told.contains("no state has /totalCent, where \"total_cents\" should be")
            && told.contains("did you mean /totalCents?"),
        "{told}"
    );
    let told = wrong(&["--map", "status=$.name"]);
    assert!(told.contains("did you mean /customer/name?"), "{told}");
    let told = wrong(&["--map", "gift=/gift", "--map", "gift=/gifted"]);
    assert!(told.contains("--map: \"gift\" is placed twice"), "{told}");
    let told = wrong(&["--fields", "total_cent"]);
    assert!(told.contains("did you mean total_cents?"), "{told}");
    let told = wrong(&["--map", "statsu=/status"]);
    assert!(
        told.contains("\"statsu\" of carts is not there") && told.contains("did you mean status?"),
        "{told}"
    );
    // The states of lines have places on both sides.
    let state = r#"{"stream":"cart-1","state":{"paid":1,"status":"closed"}}"#;
    write(folder.path(), "states.ndjson", format!("{state}\n"));
    let of_lines = |args: &[&str]| run(folder.path(), &[&["states.ndjson"], args].concat()).failed();
    let told = of_lines(&["--map", "/paied=/totalCents"]);
    assert!(
        told.contains("no row of states.ndjson has /paied; did you mean /paid?"),
        "{told}"
    );
    let told = of_lines(&["--fields", "statuss"]);
    assert!(told.contains("did you mean /status?"), "{told}");
    // What was there once, and is not in the end, is no mistake.
    let line = r#"{"stream":"cart-1","type":"Noted","position":10,"time":"2026-01-01T00:00:09Z","payload":{"note":"x"}}"#;
    let gone = line
        .replace("\"x\"", "null")
        .replace("10", "11")
        .replace("09Z", "10Z");
    let log = fs::read_to_string(folder.path().join("log.ndjson")).expect("it is there");
    write(folder.path(), "log.ndjson", format!("{log}{line}\n{gone}\n"));
    let (found, ..) = compared(folder.path(), &["read.db", "--map", "seen_at=/note"]);
    assert!(!found.is_empty());
}

#[test]
fn a_row_that_its_stream_never_was_is_told_with_both_values_and_who_set_them() {
    let folder = folder();
    history(folder.path());
    let mut rows = AS_OF_SIX.to_vec();
    rows[1].2 = 121;
    rows.push((9, "open", 0, 0, None));
    table(folder.path(), &rows);
    let (found, summary, code) = compared(folder.path(), &["read.db", "--category", "field-mismatch,extra"]);
    assert_eq!(code, Some(1));
    let wrong = found.iter().find(|f| f["key"] == "2").expect("cart 2 is told");
    assert_eq!(
        (&wrong["category"], &wrong["status"], &wrong["stream"]),
        (&"field-mismatch".into(), &"confirmed".into(), &"cart-2".into())
    );
    assert_eq!(
        wrong["fields"],
        serde_json::json!([{
            "path": "/totalCents", "left": 120, "right": 121,
            "blame": {"type": "ItemAdded", "time": "2026-01-01T00:00:05Z", "position": 6}
        }])
    );
    assert_eq!(
        (&wrong["left"]["position"], &wrong["row"]["total_cents"]),
        (&6.into(), &121.into())
    );
    assert_eq!(wrong["since"], "2026-01-01T00:00:05Z");
    let text = run(folder.path(), &["read.db", "--category", "field-mismatch"]).out;
    assert!(
        text.contains("/totalCents 120 → 121 (left set by ItemAdded #6)"),
        "{text}"
    );
    let extra = found
        .iter()
        .find(|f| f["category"] == "extra")
        .expect("the row of no stream is told");
    assert_eq!(
        (&extra["key"], &extra["status"]),
        (&"9".into(), &"confirmed".into())
    );
    assert_eq!(
        summary["rows"],
        serde_json::json!({"all": 4, "without_stream": 1, "differing": 2})
    );
}

#[test]
fn a_row_that_stopped_following_is_late_though_the_table_went_on() {
    let folder = folder();
    history(folder.path());
    // As of the eighth event, but cart 1 was never told of what was put into it.
    table(
        folder.path(),
        &[
            (1, "open", 0, 0, None),
            (2, "open", 120, 1, Some(r#"[{"sku":"y","qty":2}]"#)),
            (3, "open", 70, 0, Some("[]")),
        ],
    );
    let (found, summary, _) = compared(folder.path(), &["read.db", "--lag-tolerance", "2s"]);
    assert_eq!(
        told(&found),
        [
            "late confirmed cart-1 2 behind",
            "missing pending cart-4 1 behind"
        ]
    );
    assert_eq!(summary["as_of"]["after"]["position"], 8);
    let late = &found[0];
    assert_eq!(
        (&late["left"]["position"], &late["left"]["type"]),
        (&3.into(), &"ItemAdded".into())
    );
    let (found, ..) = compared(folder.path(), &["read.db", "--lag-tolerance", "30s"]);
    assert_eq!(told(&found)[0], "field-mismatch pending cart-1 2 behind");
}

#[test]
fn what_differs_at_the_tables_own_place_is_told_beside_what_differs_in_the_end() {
    let folder = folder();
    history(folder.path());
    let mut rows = AS_OF_SIX.to_vec();
    rows[0].2 = 1;
    table(folder.path(), &rows);
    let (found, ..) = compared(folder.path(), &["read.db"]);
    let wrong = found
        .iter()
        .find(|f| f["stream"] == "cart-1")
        .expect("it is told");
    let paths = |fields: &Value| -> Vec<String> {
        let all = fields.as_array().into_iter().flatten();
        all.filter_map(|f| Some(f["path"].as_str()?.to_owned())).collect()
    };
    assert_eq!(paths(&wrong["fields"]), ["/status", "/totalCents"]);
    assert_eq!(paths(&wrong["at_place"]), ["/totalCents"]);
}

#[test]
fn a_table_that_was_emptied_is_not_taken_for_an_old_one() {
    let folder = folder();
    history(folder.path());
    table(
        folder.path(),
        &[(1, "closed", 550, 0, Some(r#"[{"sku":"x","qty":1}]"#))],
    );
    let (found, summary, code) = compared(folder.path(), &["read.db", "--lag-tolerance", "2s"]);
    assert_eq!(
        told(&found),
        [
            "missing confirmed cart-2 2 behind",
            "missing confirmed cart-3 2 behind",
            "missing pending cart-4 1 behind"
        ]
    );
    assert_eq!(
        (&summary["as_of"]["after"]["position"], code),
        (&7.into(), Some(1))
    );
}

#[test]
fn who_compares_events_with_a_table_of_states_is_told_the_way() {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "1000", "--read-model"]).ok();
    let told = leftfold(folder.path(), &["compare", "shop.db", "shop-read.db"]).failed();
    assert!(
        told.contains("no table that looks like events")
            && told.contains("--mode projection")
            && told.contains("--suggest"),
        "{told}"
    );
}

/// Every file of a folder with its content.
fn listing(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|e| e.expect("an entry").path())
        .map(|p| {
            let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read(&p).expect("a file"))
        })
        .collect()
}

#[test]
fn a_table_that_another_program_writes_is_read_without_a_trace() {
    let folder = folder();
    history(folder.path());
    let writer = table(folder.path(), &AS_OF_SIX);
    writer
        .pragma_update(None, "journal_mode", "WAL")
        .expect("it can log ahead");
    writer
        .execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE carts SET status = 'closed' WHERE cart_id = 1")
        .expect("it can be written");
    let before = listing(folder.path());
    assert!(before.contains_key("read.db-wal"));
    let (found, summary, _) = compared(folder.path(), &["read.db", "--table", "carts"]);
    assert_eq!(listing(folder.path()), before);
    assert_eq!(summary["as_of"]["after"]["position"], 7, "{found:?}");
    drop(writer);
    let before = listing(folder.path());
    assert_eq!(before.keys().filter(|k| k.starts_with("read.db")).count(), 1);
    compared(folder.path(), &["read.db"]);
    assert_eq!(listing(folder.path()), before);
}

#[test]
fn what_cannot_be_compared_is_told_with_what_there_is() {
    let folder = folder();
    history(folder.path());
    let db = table(folder.path(), &AS_OF_SIX);
    let wrong = |args: &[&str]| run(folder.path(), args).failed();
    let told = wrong(&["read.db", "--table", "cart"]);
    assert!(told.contains("did you mean carts?"), "{told}");
    let told = wrong(&["read.db", "--key", "id"]);
    assert!(
        told.contains("\"id\"") && told.contains("cart_id, status"),
        "{told}"
    );
    let told = wrong(&["read.db", "--key", "status"]);
    assert!(
        told.contains("keys are like \"open\", streams like \"cart-1\""),
        "{told}"
    );
    let told = wrong(&["read.db", "--fields", "seen_at"]);
    assert!(
        told.contains("no state has a field \"seen_at\"") && told.contains("totalCents"),
        "{told}"
    );
    let told = wrong(&["read.db", "--projection", "cart"]);
    assert!(told.contains("merge, latest"), "{told}");
    let told = wrong(&["read.db", "--cardinality", "1:1"]);
    assert!(
        told.contains("--cardinality belongs to --mode correlated"),
        "{told}"
    );
    for args in [&["--identity", "id"][..], &["--only-type", "Opened"]] {
        let told = wrong(&[&["read.db"], args].concat());
        assert!(told.contains("means nothing with --mode projection"), "{told}");
    }
    db.execute_batch("DELETE FROM carts").expect("it is emptied");
    let told = wrong(&["read.db"]);
    assert!(
        told.contains("holds no row") && told.contains("--only-category"),
        "{told}"
    );
    let (found, ..) = compared(
        folder.path(),
        &["read.db", "--only-category", "cart", "--settled"],
    );
    assert_eq!(
        found.iter().filter(|f| f["category"] == "missing").count(),
        4,
        "{found:?}"
    );
    db.execute_batch("ALTER TABLE carts RENAME TO things; INSERT INTO things VALUES (1, 'open', 0, 0, NULL, NULL); CREATE TABLE more(x)")
        .expect("it is renamed");
    let told = wrong(&["read.db"]);
    assert!(told.contains("things, more"), "{told}");
    let told = wrong(&["read.db", "--table", "things"]);
    assert!(
        told.contains("(cart, order)") && told.contains("--only-category cart"),
        "{told}"
    );
    let of_shop = leftfold(shop(), &["compare", "shop.db", "shop.db", "--table", "carts"]).failed();
    assert!(
        of_shop.contains("--table belongs to --mode projection"),
        "{of_shop}"
    );
}

#[test]
fn a_project_file_states_it_and_check_runs_it() {
    let folder = folder();
    history(folder.path());
    let mut rows = AS_OF_SIX.to_vec();
    rows[1].1 = "shut";
    table(folder.path(), &rows);
    write(
        folder.path(),
        "leftfold.toml",
        "[[projection]]\nname = \"cart\"\ncategories = [\"cart\"]\nfold = \"merge\"\n\n\
         [[comparison]]\nname = \"carts table\"\nmode = \"projection\"\nleft = \"log.ndjson\"\nright = \"read.db\"\n\
         table = \"carts\"\nkey = \"cart_id\"\nprojection = \"cart\"\nmap = { total_cents = \"/totalCents\" }\n",
    );
    let check = leftfold(folder.path(), &["check", "--json"]);
    assert_eq!(check.code, Some(1), "{}{}", check.out, check.err);
    let all: Vec<Value> = check
        .out
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    let wrong = all.iter().find(|l| l["key"] == "2").expect("cart 2 is told");
    assert_eq!(
        (&wrong["check"], &wrong["fields"][0]["right"]),
        (&"carts table".into(), &"shut".into())
    );
    let line = all
        .iter()
        .find(|l| l["result"] == "violated")
        .expect("the check's line");
    assert_eq!(
        (&line["summary"]["mode"], &line["summary"]["projection"]),
        (&"projection".into(), &"cart".into())
    );
    let named = leftfold(folder.path(), &["compare", "carts table", "--ignore", "/status"]).ok();
    assert!(named.contains("undecided"), "{named}");
}
