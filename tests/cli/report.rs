//! Reports and pictures of what differs.

use std::fs;
use std::path::Path;

use crate::run::{folder, leftfold, write};

fn demo() -> tempfile::TempDir {
    let folder = folder();
    leftfold(folder.path(), &["demo", "--events", "3000", "--mirror"]).ok();
    write(folder.path(), "leftfold.toml", crate::check::of_readme());
    folder
}

fn made(folder: &Path, args: &[&str], name: &str) -> Vec<u8> {
    let run = leftfold(folder, &[&["report"], args, &["-O", name, "--force"]].concat());
    assert_eq!(run.code, Some(1), "{}", run.err);
    fs::read(folder.join(name)).expect("the report is written")
}

/// The text of a document that is well-formed XML.
fn is_xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    while reader.read_event().expect("it is well-formed") != quick_xml::events::Event::Eof {}
}

const SIDES: [&str; 2] = ["shop.db", "shop-mirror.ndjson"];

#[test]
fn a_report_is_one_file_that_loads_nothing_and_is_the_same_each_time() {
    let demo = demo();
    let html = made(demo.path(), &SIDES, "report.html");
    assert_eq!(made(demo.path(), &SIDES, "again.html"), html);
    let html = String::from_utf8(html).expect("it is text");
    for part in [
        "<title>shop.db against shop-mirror.ndjson</title>",
        "Never equal: they differ in 21 of 632 streams",
        "As known at 2026-11-20T23:09:41.437739Z",
        "2954 of 3000 ids looked at on the left are on the right, too",
        "event-sourcery (Python)",
        "46 min 31 s later on the right",
        "prefers-color-scheme: dark",
        "leftfold 0.",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let start = html.find("<tbody>").expect("a table");
    assert!(html[start..].contains("<tr><td>missing</td><td class=\"n\">46</td>"));
    for loads in ["<script", "<link", "<img", "@import", "url(", " src=", "on on"] {
        assert!(!html.contains(loads), "{loads}");
    }
    assert_eq!(html.matches("<svg").count(), 8);
    for svg in html.split("<svg").skip(1) {
        is_xml(&format!(
            "<svg{}</svg>",
            svg.split("</svg>").next().unwrap_or_default()
        ));
    }
    // Everything is on it, unless it is asked for less.
    assert_eq!(html.matches("whole events").count(), 106);
    let short = made(
        demo.path(),
        &[&SIDES[..], &["-c", "3", "--made", "2026-11-21T00:00:00Z"]].concat(),
        "short.html",
    );
    let short = String::from_utf8(short).expect("it is text");
    assert_eq!(short.matches("whole events").count(), 3);
    assert!(short.contains("103 more findings left out here"), "{short}");
    assert!(short.contains("on 2026-11-21T00:00:00Z"));
}

#[test]
fn a_picture_has_the_form_that_its_name_says() {
    let demo = demo();
    let svg = String::from_utf8(made(demo.path(), &SIDES, "picture.svg")).expect("it is text");
    is_xml(&svg);
    for part in [
        "Streams in disagreement",
        "How long streams disagreed",
        "Findings by stream and time",
        "confirmed",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    let png = made(demo.path(), &SIDES, "picture.png");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let dark = made(
        demo.path(),
        &[&SIDES[..], &["--theme", "dark"]].concat(),
        "picture.png",
    );
    assert_ne!(png, dark);
    let told = leftfold(
        demo.path(),
        &["report", "shop.db", "shop.db", "-O", "picture.pdf"],
    )
    .failed();
    assert!(told.contains(".html, .svg or .png"), "{told}");
    let own = ["report", "shop.db", "shop-mirror.ndjson", "-O", "shop.db"];
    assert_eq!(leftfold(demo.path(), &own).code, Some(2));
    let equal = leftfold(demo.path(), &["report", "shop.db", "shop.db", "-O", "-"]).ok();
    assert!(
        equal.contains("Always equal.") && !equal.contains("<h3>Findings"),
        "{equal}"
    );
}

#[test]
fn a_projects_report_has_a_section_for_each_check() {
    let demo = demo();
    let html = String::from_utf8(made(demo.path(), &["--project", "."], "all.html")).expect("it is text");
    for part in [
        "1 of 4 checks hold",
        "<h2>copy</h2>",
        "<h2>stock never below zero</h2>",
        "Violated: 1 finding in 1 stream.",
        "It holds for ",
        "stock-SKU-0007",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let one = ["--project", "leftfold.toml", "--check", "stock never below zero"];
    let html = String::from_utf8(made(demo.path(), &one, "one.html")).expect("it is text");
    assert!(!html.contains("<h2>"), "one section needs no heading");
    // One that cannot be checked does not hide the others.
    write(
        demo.path(),
        "leftfold.toml",
        format!(
            "{}\n[[rule]]\nname = 'lost'\nsource = 'gone.db'\ncheck = 'true'\n",
            crate::check::of_readme()
        ),
    );
    let run = leftfold(demo.path(), &["report", "--project", ".", "-O", "some.html"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    let html = fs::read_to_string(demo.path().join("some.html")).expect("it is written");
    assert!(html.contains("could not be checked: gone.db") && html.contains("<h2>copy</h2>"));
    let picture = ["report", "--project", ".", "-O", "some.svg"];
    assert_eq!(leftfold(demo.path(), &picture).code_told(), "usage");
}

#[test]
fn what_the_data_says_is_text_in_the_report() {
    let folder = folder();
    let evil = "</td><script>alert(1)</script>\\u0000\\u202e\\u001b[2J\\\"'&amp;<!--";
    let event = |n: u32| {
        format!(
            "{{\"stream\":\"{evil}\",\"version\":1,\"type\":\"{evil}\",\"time\":\"2026-01-01T00:00:01Z\",\"payload\":{{\"{evil}\":\"{n}{evil}\"}}}}\n"
        )
    };
    write(folder.path(), "<b>a&amp;.ndjson", event(1));
    write(folder.path(), "b.ndjson", event(2));
    let html = made(
        folder.path(),
        &["<b>a&amp;.ndjson", "b.ndjson", "--settled"],
        "evil.html",
    );
    let html = String::from_utf8(html).expect("it is text");
    assert!(
        !html.contains("<script") && !html.contains("<!--") && !html.contains("<b>"),
        "{html}"
    );
    assert!(!html.contains(|c: char| c == '\u{202e}' || c.is_control() && c != '\n'));
    assert!(html.contains("alert(1)"));
    let svg = String::from_utf8(made(
        folder.path(),
        &["<b>a&amp;.ndjson", "b.ndjson", "--settled"],
        "evil.svg",
    ));
    is_xml(&svg.expect("it is text"));
}
