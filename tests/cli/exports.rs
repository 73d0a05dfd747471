//! What is handed over: events and states as tables and lines, a part of a history as a page.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{folder, leftfold, write};

fn demo() -> tempfile::TempDir {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "3000"]).ok();
    folder
}

/// What the `sqlite3` shell answers of a table that it imported.
fn asked_of_sqlite(folder: &Path, csv: &str, question: &str) -> String {
    let answer = Command::new("sqlite3")
        .current_dir(folder)
        .args([":memory:", "-cmd", &format!(".import --csv {csv} t"), question])
        .output()
        .expect("sqlite3 is there");
    assert!(
        answer.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&answer.stderr)
    );
    String::from_utf8(answer.stdout)
        .expect("the answer is UTF-8")
        .trim_end()
        .to_owned()
}

#[test]
fn a_table_of_events_holds_what_the_lines_hold_as_another_program_reads_it() {
    let demo = demo();
    let table = leftfold(demo.path(), &["export", "shop.db", "--csv", "-O", "events.csv"]);
    assert_eq!(table.err, "leftfold: 3,000 events written to events.csv\n");
    // The lines, read by sqlite3, too.
    leftfold(demo.path(), &["export", "shop.db", "-O", "events.ndjson"]).ok();
    let lines = fs::read_to_string(demo.path().join("events.ndjson")).expect("the lines");
    assert_eq!(lines.lines().count(), 3000);
    let question = "select count(*), count(distinct id), sum(json_valid(payload)), \
                    min(json_extract(payload, '$.orderId')) from t where type = 'OrderPlaced'";
    let placed: Vec<&str> = lines
        .lines()
        .filter(|l| l.contains("\"type\":\"OrderPlaced\""))
        .collect();
    let n = placed.len();
    let first = placed
        .iter()
        .filter_map(|l| l.split("\"orderId\":\"").nth(1)?.split('"').next())
        .min()
        .expect("an order");
    assert_eq!(
        asked_of_sqlite(demo.path(), "events.csv", question),
        format!("{n}|{n}|{n}|{first}")
    );
    // Whatever a payload holds, quotes, commas and line ends, it comes back as it was.
    let payload = asked_of_sqlite(
        demo.path(),
        "events.csv",
        "select payload from t where position = '41'",
    );
    let line = lines
        .lines()
        .find(|l| l.contains("\"position\":41,"))
        .expect("that event");
    assert!(
        line.contains(&format!("\"payload\":{payload},")),
        "{payload}\n{line}"
    );
}

#[test]
fn what_cannot_be_read_is_in_the_table_by_its_bytes_with_the_reason() {
    let folder = folder();
    let lines = "{\"stream\":\"a-1\",\"type\":\"T\",\"payload_base64\":\"/wD+\"}\n{\"stream\":\"a-1\",\"type\":\"U\",\"payload\":\"two\\nlines, \\\"quoted\\\"\"}\nno json\n";
    write(folder.path(), "odd.ndjson", lines);
    leftfold(folder.path(), &["export", "odd.ndjson", "--csv", "-O", "odd.csv"]).ok();
    let question = "select type, payload, payload_base64, problem <> '' from t order by rowid";
    assert_eq!(
        asked_of_sqlite(folder.path(), "odd.csv", question),
        "T||/wD+|1\nU|\"two\\nlines, \\\"quoted\\\"\"||0\n||bm8ganNvbg==|1"
    );
}

#[test]
fn states_at_a_point_are_those_that_state_says_as_lines_and_as_a_table() {
    let demo = demo();
    let at = "2026-11-20T14:00:00Z";
    let args = ["export", "shop.db", "--category", "order", "--states", "--at", at];
    let lines = leftfold(demo.path(), &args).ok();
    let every = lines.lines().count();
    assert!(every > 50, "{every}");
    for line in lines.lines().step_by(17) {
        let stream = line.split('"').nth(3).expect("a stream");
        let alone = leftfold(demo.path(), &["state", "shop.db", stream, "--at", at, "--json"]).ok();
        assert_eq!(alone.trim_end(), line);
    }
    leftfold(demo.path(), &[&args[..], &["--csv", "-O", "states.csv"]].concat()).ok();
    let counted = asked_of_sqlite(
        demo.path(),
        "states.csv",
        "select count(*), count(distinct stream) from t",
    );
    assert_eq!(counted, format!("{every}|{every}"));
    // A stream that begins later has no state then.
    assert!(
        leftfold(
            demo.path(),
            &["export", "shop.db", "--category", "order", "--states"]
        )
        .ok()
        .lines()
        .count()
            > every
    );
    let folded = leftfold(demo.path(), &[&args[..], &["--projection", "nope"]].concat());
    assert_eq!(folded.code_told(), "no-such-projection");
}

#[test]
fn states_are_a_table_with_a_column_for_each_field_whichever_has_it() {
    let folder = folder();
    let line = |stream: &str, payload: &str| {
        format!("{{\"stream\":\"{stream}\",\"type\":\"E\",\"payload\":{payload}}}\n")
    };
    let lines = [
        line(
            "a-1",
            r#"{"total":9007199254740993,"to":{"name":"Ada, \"x\"","tags":["a",{"b":1}]}}"#,
        ),
        line(
            "b-1",
            r#"{"to":{"name":null,"zip":"00100"},"a.b":1.10,"a":{"b":2},"empty":{}}"#,
        ),
        line("c-1", r"[1]"),
    ];
    write(folder.path(), "h.ndjson", lines.concat());
    let table = |extra: &[&str]| {
        leftfold(
            folder.path(),
            &[&["export", "h.ndjson", "--states", "--csv"], extra].concat(),
        )
        .ok()
    };
    let all = table(&[]);
    assert_eq!(all, table(&[]), "the same each time");
    assert_eq!(
        all.lines().next(),
        Some(
            "stream,version,position,time,projection,state.total,state.to.name,state.to.tags,state.to.zip,\"state[\"\"a.b\"\"]\",state.a.b,state.empty,state,problems"
        )
    );
    table(&["-O", "s.csv"]);
    let said = |column: &str, stream: &str| {
        asked_of_sqlite(
            folder.path(),
            "s.csv",
            &format!("select {column} from t where stream = '{stream}'"),
        )
    };
    assert_eq!(said("\"state.total\"", "a-1"), "9007199254740993");
    assert_eq!(said("\"state.to.name\"", "a-1"), "Ada, \"x\"");
    assert_eq!(said("\"state.to.tags\"", "a-1"), r#"["a",{"b":1}]"#);
    assert_eq!(
        said(
            "\"state.to.zip\" || '|' || \"state.a.b\" || '|' || \"state.total\"",
            "b-1"
        ),
        "00100|2|"
    );
    assert_eq!(said("\"state[\"\"a.b\"\"]\" || \"state.empty\"", "b-1"), "1.10{}");
    assert_eq!(said("state", "c-1"), "[1]");
    // Where there are more fields than anybody reads in a table, the state stands whole.
    let many: Vec<String> = (0..201).map(|n| format!("\"f{n}\":{n}")).collect();
    write(
        folder.path(),
        "h.ndjson",
        line("m-1", &format!("{{{}}}", many.join(","))),
    );
    let run = leftfold(folder.path(), &["export", "h.ndjson", "--states", "--csv"]);
    assert!(run.err.contains("too many fields"), "{}", run.err);
    let head = run.out.lines().next().map(str::to_owned);
    assert_eq!(
        head.as_deref(),
        Some("stream,version,position,time,projection,state,problems")
    );
    assert!(run.out.contains("\"\"f200\"\":200"), "{}", run.out);
}

#[test]
fn a_part_of_a_history_is_a_page_that_loads_nothing_with_the_states_at_what_was_marked() {
    let demo = demo();
    let args = [
        "timeline",
        "shop.db",
        "--from",
        "2026-11-20T18:00:00Z",
        "--to",
        "2026-11-20T20:00:00Z",
        "--bookmark",
        "stock-SKU-0007@v1=first <b>look</b>",
        "--bookmark",
        "2026-11-20T19:00:00Z=the alert",
        "--count",
        "100",
    ];
    let page = |name: &str| {
        leftfold(demo.path(), &[&args[..], &["--html", name]].concat()).ok();
        fs::read_to_string(demo.path().join(name)).expect("the page")
    };
    let html = page("page.html");
    assert_eq!(html, page("again.html"), "the same each time");
    for part in [
        "first &#60;b&#62;look&#60;/b&#62;",
        "<h3>2. the alert</h3>\n<p><code>2026-11-20T19:00:00.000000Z</code> the last event before it: ",
        "stock-SKU-0007 v1 ProductListed",
        "<td><code>/sku</code></td><td><span class=\"dim\">nothing</span></td><td><code>&#34;SKU-0007&#34;</code></td><td>v1 ProductListed",
        "after these left out",
        "Events by type",
        "The source was only read.",
    ] {
        assert!(html.contains(part), "{part}");
    }
    for loads in ["<script", "<link", "<img", "@import", "url(", " src=", "<b>"] {
        assert!(!html.contains(loads), "{loads}");
    }
    assert_eq!(html.matches("<svg").count(), 2);
    let part = [
        "export",
        "shop.db",
        "--order",
        "time",
        "--from",
        "2026-11-20T18:00:00Z",
        "--to",
        "2026-11-20T20:00:00Z",
    ];
    let events = leftfold(demo.path(), &part).ok().lines().count();
    assert!(
        html.contains(&format!("<dt>events</dt><dd>{events}</dd>")),
        "{events}"
    );
}

#[test]
fn what_is_handed_over_never_takes_the_place_of_the_source() {
    let demo = demo();
    let before = fs::read(demo.path().join("shop.db")).expect("the demo");
    for args in [
        &["export", "shop.db", "--csv", "-O", "shop.db", "--force"][..],
        &["export", "shop.db", "--states", "-O", "shop.db", "--force"],
        &["timeline", "shop.db", "--html", "shop.db", "--force"],
    ] {
        assert_eq!(leftfold(demo.path(), args).code_told(), "output-is-source");
    }
    assert_eq!(fs::read(demo.path().join("shop.db")).expect("the demo"), before);
    let wrong = leftfold(
        demo.path(),
        &["timeline", "shop.db", "--html", "x.html", "--bookmark", "nowhere"],
    );
    assert!(wrong.failed().contains("nowhere"));
}
