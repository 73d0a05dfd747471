//! What the project file hides is in nothing that any verb says or writes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::run::{Run, folder, leftfold, leftfold_reading, write};

mod judged;

/// Values of hidden fields: a text, a number, a name that has the mask anywhere, one in metadata, one in a header's place.
const SECRETS: &[&str] = &[
    "4111-hush-1111",
    "4222-hush-2222",
    "987654321987",
    "hush@example.org",
    "10.20.30.40",
    "Basic-hush",
    "key-hush",
];

const MASKS: &str = "masks = [\"payload.card.number\", \"payload.pin\", \"*.email\", \"metadata.ip\", \"headers.authorization\", \"key\"]\n";

/// An order over three events: one says the card, one its payment, one is broken JSON with the card in it.
fn line(n: u32, card: &str, kind: &str) -> String {
    format!(
        "{{\"stream\":\"order-{}\",\"type\":\"{kind}\",\"id\":\"i{n}\",\"causation_id\":\"i{}\",\"position\":{n},\"time\":\"2026-01-01T00:00:{n:02}Z\",\
         \"payload\":{{\"total\":{n},\"card\":{{\"number\":\"{card}\",\"exp\":\"12/30\"}},\"pin\":987654321987,\
         \"buyer\":[{{\"Email\":\"hush@example.org\",\"name\":\"Ada\"}}]}},\"metadata\":{{\"ip\":\"10.20.30.40\"}},\
         \"key\":\"key-hush\",\"headers\":[\"authorization\",\"Basic-hush\",\"trace\",\"t-1\"]}}\n",
        n % 3,
        n.saturating_sub(1),
    )
}

fn files(folder: &Path) {
    let kind = |n: u32| if n < 4 { "Placed" } else { "Paid" };
    let card = |n: u32| {
        if n == 7 {
            "4222-hush-2222"
        } else {
            "4111-hush-1111"
        }
    };
    let left: String = (1..=12).map(|n| line(n, "4111-hush-1111", kind(n))).collect();
    // One is missing, one says another card, one another total.
    let right: String = (1..=12)
        .filter(|n| *n != 5)
        .map(|n| {
            let line = line(n, card(n), kind(n));
            if n == 9 {
                line.replace("\"total\":9", "\"total\":90")
            } else {
                line
            }
        })
        .collect();
    let broken = "{\"stream\":\"order-1\",\"type\":\"Broken\",\"id\":\"ib\",\"position\":13,\"time\":\"2026-01-01T00:00:13Z\",\"payload_base64\":\"NDExMS1odXNoLTExMTE=\"}\n";
    write(folder, "left.ndjson", format!("{left}{broken}"));
    write(folder, "right.ndjson", format!("{right}{broken}"));
    write(folder, "leftfold.toml", project(MASKS));
    // The same events by one of the layouts that are known, and a table that should hold the orders' states.
    let database = Connection::open(folder.join("store.db")).expect("a database");
    database
        .execute_batch(
            "CREATE TABLE events(aggregate_type TEXT, aggregate_id TEXT, sequence INTEGER, event_type TEXT, event_version TEXT,
                 payload TEXT, metadata TEXT, PRIMARY KEY(aggregate_type, aggregate_id, sequence));
             CREATE TABLE orders(id TEXT PRIMARY KEY, total INTEGER, card_number TEXT, pin INTEGER, email TEXT, buyer TEXT);",
        )
        .expect("tables");
    for n in 1..=6_u32 {
        let payload = format!(
            "{{\"total\":{n},\"card\":{{\"number\":\"4111-hush-1111\"}},\"pin\":987654321987,\"email\":\"hush@example.org\"}}"
        );
        database
            .execute(
                "INSERT INTO events VALUES ('order', ?1, ?2, 'Placed', '1.0', ?3, '{\"ip\":\"10.20.30.40\"}')",
                (format!("{}", n % 2), n / 2 + 1, payload),
            )
            .expect("a row");
    }
    for id in ["order-0", "order-1"] {
        database
            .execute(
                "INSERT INTO orders VALUES (?1, 99, '4222-hush-2222', 987654321987, 'hush@example.org', '{\"email\":\"hush@example.org\"}')",
                [id],
            )
            .expect("a row");
    }
}

fn project(masks: &str) -> String {
    format!(
        "{masks}\n[[comparison]]\nname = \"copy\"\nmode = \"mirror\"\nleft = \"left.ndjson\"\nright = \"right.ndjson\"\n\n\
         [[rule]]\nname = \"small\"\nsource = \"left.ndjson\"\ncheck = \"payload.total < 6\"\n"
    )
}

/// What a run says and whatever it leaves in the folder.
fn all_of(folder: &Path, run: &Run, before: &BTreeSet<String>) -> String {
    let mut text = format!("{}\n{}", run.out, run.err);
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.display().to_string();
            if path.is_dir() {
                waiting.push(path);
            } else if !before.contains(&name) {
                text.push_str(&String::from_utf8_lossy(&fs::read(&path).expect("a file")));
            }
        }
    }
    text
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").path().display().to_string())
        .collect()
}

/// Runs whose output shows something of events, and a part of it that says they did.
const RUNS: &[(&[&str], &str)] = &[
    (&["inspect", "left.ndjson"], "order"),
    (&["inspect", "store.db", "--json"], "cqrs"),
    (&["streams", "left.ndjson"], "order-1"),
    (
        &["streams", "left.ndjson", "--json", "-f", "payload.total > 3"],
        "order-1",
    ),
    (&["events", "left.ndjson"], "•••"),
    (&["events", "left.ndjson", "--json"], "•••number"),
    (
        &[
            "events",
            "left.ndjson",
            "--json",
            "-f",
            "find(\"hush\") || payload.total > 0",
        ],
        "•••text",
    ),
    (&["events", "store.db", "--json"], "•••text"),
    (&["event", "left.ndjson", "#7", "--effects"], "•••text"),
    (&["event", "left.ndjson", "#7", "--effects", "--json"], "•••text"),
    (&["event", "left.ndjson", "#7", "--raw"], "•••text"),
    (&["event", "left.ndjson", "#7", "--causes"], "led to"),
    (&["event", "left.ndjson", "#7", "--raw=metadata"], "•••text"),
    (&["event", "left.ndjson", "#13"], "•••14 bytes"),
    (&["event", "left.ndjson", "#13", "--raw"], "•••14 bytes"),
    (
        &["event", "store.db", "v2", "--stream", "order-1", "--json"],
        "•••text",
    ),
    (&["timeline", "left.ndjson"], "order"),
    (&["timeline", "left.ndjson", "--svg", "t.svg"], "<svg"),
    (&["state", "left.ndjson", "order-1"], "•••text"),
    (&["state", "left.ndjson", "order-1", "--json"], "•••number"),
    (
        &["state", "store.db", "order-1", "--path", "/card/number"],
        "•••text",
    ),
    (&["diff", "left.ndjson", "order-1", "--from", "start"], "•••"),
    (
        &["diff", "left.ndjson", "order-1", "--from", "start", "--json"],
        "•••",
    ),
    (&["blame", "left.ndjson", "order-1"], "•••"),
    (&["blame", "left.ndjson", "order-1", "--json"], "•••"),
    (&["history", "left.ndjson", "order-1", ""], "•••text"),
    (
        &["history", "left.ndjson", "order-1", "/total", "--json"],
        "changes",
    ),
    (&["export", "left.ndjson"], "•••text"),
    (&["export", "left.ndjson", "-O", "out.ndjson"], "•••text"),
    (&["audit", "left.ndjson"], "13 events"),
    (&["audit", "left.ndjson", "--json"], "{"),
    (
        &["compare", "left.ndjson", "right.ndjson", "-c", "100"],
        "missing",
    ),
    (&["compare", "left.ndjson", "right.ndjson", "--json"], "conflict"),
    (&["compare", "copy"], "missing"),
    (
        &[
            "compare",
            "left.ndjson",
            "right.ndjson",
            "--mode",
            "correlated",
            "--left-key",
            "id",
            "--right-key",
            "id",
            "--equal",
            "payload.total",
            "--json",
        ],
        "missing",
    ),
    (
        &[
            "compare",
            "store.db",
            "store.db",
            "--mode",
            "projection",
            "--table",
            "orders",
            "--key",
            "id",
            "--fields",
            "total",
            "--json",
        ],
        "total",
    ),
    (
        &[
            "compare",
            "store.db",
            "store.db",
            "--mode",
            "projection",
            "--table",
            "orders",
            "--key",
            "id",
            "--fields",
            "total",
        ],
        "total",
    ),
    (&["compare", "left.ndjson", "right.ndjson", "--suggest"], "id"),
    (&["check"], "small"),
    (&["check", "--json"], "small"),
    (&["check", "--format", "junit"], "small"),
    (&["check", "--format", "sarif"], "small"),
    (
        &["report", "left.ndjson", "right.ndjson", "-O", "r.html"],
        "<html",
    ),
    (&["report", "--project", ".", "-O", "p.html"], "<html"),
    (&["report", "left.ndjson", "right.ndjson", "-O", "r.svg"], "<svg"),
    (
        &[
            "witness",
            "left.ndjson",
            "right.ndjson",
            "--finding",
            "1",
            "-O",
            "w",
        ],
        "•••text",
    ),
    (
        &["witness", "--rule", "small", "--finding", "1", "-O", "wr"],
        "•••text",
    ),
    (&["repair", "left.ndjson", "right.ndjson"], "no-masks"),
    (&["mapping", "show", "store.db", "--table", "events"], "events"),
];

#[test]
fn no_verb_says_what_is_hidden() {
    let mut wrong: Vec<String> = Vec::new();
    for (args, part) in RUNS {
        let folder = folder();
        files(folder.path());
        let before = names(folder.path());
        let run = leftfold(folder.path(), args);
        let said = all_of(folder.path(), &run, &before);
        if !said.contains(part) {
            wrong.push(format!("{args:?} does not say {part:?}: {said}"));
        }
        for secret in SECRETS.iter().filter(|secret| said.contains(**secret)) {
            wrong.push(format!("{args:?} says {secret}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_same_runs_say_it_where_masks_are_lifted() {
    // Else the test above could not fail.
    let folder = folder();
    files(folder.path());
    for (args, secret) in [
        (
            &["events", "left.ndjson", "--json", "--no-masks"][..],
            "4111-hush-1111",
        ),
        (&["events", "left.ndjson", "--json", "--no-masks"], "key-hush"),
        (&["events", "left.ndjson", "--json", "--no-masks"], "Basic-hush"),
        (&["event", "left.ndjson", "#13", "--no-masks"], "4111-hush-1111"),
        (&["state", "left.ndjson", "order-1", "--no-masks"], "987654321987"),
        (
            &["compare", "left.ndjson", "right.ndjson", "--json", "--no-masks"],
            "4222-hush-2222",
        ),
        (
            &[
                "compare",
                "store.db",
                "store.db",
                "--mode",
                "projection",
                "--table",
                "orders",
                "--key",
                "id",
                "--json",
                "--no-masks",
            ],
            "4222-hush-2222",
        ),
        (
            &["repair", "left.ndjson", "right.ndjson", "--json", "--no-masks"],
            "4111-hush-1111",
        ),
    ] {
        let run = leftfold(folder.path(), args);
        assert!(run.out.contains(secret), "{args:?}: {}{}", run.out, run.err);
        assert!(!run.err.contains("hidden by masks"), "{}", run.err);
    }
}

#[test]
fn what_is_hidden_is_told_and_stands_beside_the_events() {
    let folder = folder();
    files(folder.path());
    let run = leftfold(folder.path(), &["events", "left.ndjson", "--json", "-c", "1"]);
    assert!(
        run.err
            .contains("hidden by masks: payload.card.number, payload.pin"),
        "{}",
        run.err
    );
    let event: serde_json::Value = serde_json::from_str(&run.out).expect("a line of JSON");
    assert_eq!(event["masked"][2], "*.email");
    assert_eq!(
        event["payload"]["card"],
        serde_json::json!({ "number": "•••text", "exp": "12/30" })
    );
    assert_eq!(
        event["payload"]["buyer"][0],
        serde_json::json!({ "Email": "•••text", "name": "Ada" })
    );
    let quiet = leftfold(
        folder.path(),
        &["events", "left.ndjson", "--json", "-c", "1", "-q"],
    );
    assert_eq!(quiet.err, "");
}

#[test]
fn a_mask_that_cannot_be_read_shows_nothing_rather_than_too_much() {
    let folder = folder();
    files(folder.path());
    for (masks, why) in [
        ("masks = [\"payload..card\"]\n", "is no path"),
        ("masks = [\"stream\"]\n", "found by"),
        ("masks = \"payload.card\"\n", "expected a list"),
        ("masks = [\"/card/number\"]\n", "write payload.card.number"),
        ("masks = [\"$.card.number\"]\n", "write payload.card.number"),
        ("masks = ['payload[\"card\"]']\n", "write payload.card"),
        ("masks = [\"email\"]\n", "write *.email"),
        ("masks = [\"extra\"]\n", "write extra."),
    ] {
        write(folder.path(), "leftfold.toml", project(masks));
        let failed = leftfold(folder.path(), &["events", "left.ndjson"]).failed();
        assert!(
            failed.contains("leftfold.toml") && failed.contains(why),
            "{failed}"
        );
    }
}

#[test]
fn masks_of_the_folder_a_run_is_in_hold_for_what_lies_elsewhere_and_for_what_is_piped_in() {
    let (here, there) = (folder(), folder());
    files(there.path());
    fs::remove_file(there.path().join("leftfold.toml")).expect("it was there");
    write(here.path(), "leftfold.toml", MASKS);
    let path = there.path().join("left.ndjson");
    let path = path.to_str().expect("a path of text");
    let elsewhere = leftfold(here.path(), &["events", path, "--json"]).ok();
    let text = fs::read(path).expect("the file");
    let piped = leftfold_reading(here.path(), &["events", "-", "--json"], &text).ok();
    for said in [elsewhere, piped] {
        assert!(said.contains("•••text"), "{said}");
        for secret in SECRETS {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }
}

#[cfg(unix)]
#[test]
fn masks_beside_the_data_hold_through_a_link_that_stands_elsewhere() {
    let (here, there, between) = (folder(), folder(), folder());
    files(there.path());
    let link = |to: &Path, name: &Path| std::os::unix::fs::symlink(to, name).expect("a link");
    link(
        &there.path().join("left.ndjson"),
        &between.path().join("second.ndjson"),
    );
    link(
        &between.path().join("second.ndjson"),
        &here.path().join("first.ndjson"),
    );
    let said = leftfold(here.path(), &["events", "first.ndjson", "--json"]).ok();
    assert!(said.contains("•••text"), "{said}");
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
    // So do those that stand beside the link.
    fs::remove_file(there.path().join("leftfold.toml")).expect("it was there");
    write(here.path(), "leftfold.toml", MASKS);
    let path = here.path().join("first.ndjson");
    let said = leftfold(
        between.path(),
        &["events", path.to_str().expect("text"), "--json"],
    )
    .ok();
    assert!(said.contains("•••text") && !said.contains("hush"), "{said}");
}
