//! What the program says to shells, and how it starts the window.

use std::fs;

use crate::run::{folder, leftfold, program, shop};

const VERBS: &[&str] = &[
    "inspect",
    "streams",
    "events",
    "event",
    "timeline",
    "state",
    "diff",
    "compare",
    "check",
    "audit",
    "report",
    "repair",
    "witness",
    "blame",
    "history",
    "export",
    "capture",
    "topics",
    "secret",
    "demo",
    "open",
    "mapping",
    "completions",
    "man",
];

#[test]
fn help_names_every_verb_and_each_has_examples() {
    let help = leftfold(shop(), &["--help"]).ok();
    for verb in VERBS {
        assert!(help.contains(&format!("  {verb} ")), "{verb}");
        let own = leftfold(shop(), &[verb, "--help"]).ok();
        assert!(
            own.contains(&format!("  leftfold {verb}")),
            "{verb} shows no example: {own}"
        );
    }
    assert!(leftfold(shop(), &["--version"]).ok().starts_with("leftfold "));
}

/// The examples that a verb's help shows, without what stands beside them to explain them.
fn examples(verb: &str) -> Vec<String> {
    let mut help = leftfold(shop(), &[verb, "--help"]).ok();
    if verb == "mapping" {
        help += &leftfold(shop(), &["mapping", "show", "--help"]).ok();
    }
    let example = |line: &str| {
        let line = line.strip_prefix("  leftfold ")?;
        let end = line.find("   ").unwrap_or(line.len());
        Some(format!("leftfold {}", &line[..end]))
    };
    help.lines().filter_map(example).collect()
}

/// What the demo writes.
const DEMO_FILES: [&str; 4] = [
    "shop.db",
    "shop-mirror.ndjson",
    "shop-read.db",
    "shop-billing.ndjson",
];

/// A comparison of orders and the invoices for them, and a template for one that is lacking.
const INVOICES: &str = r#"
[[comparison]]
name = "invoices"
left = "shop.db"
right = "shop-billing.ndjson"
mode = "correlated"
left_when = 'type == "OrderPlaced"'
left_key = "$.orderId"
right_when = 'type == "InvoiceSent"'
right_key = "/order/id"
within = "30s"
"#;
const PARTNER: &str = r#"
[[partner]]
type = "OrderPlaced"
with = "InvoiceSent"
stream = "invoice-{payload@/orderId}"
payload = { order = { id = "{payload@/orderId}" }, amount = "{payload@/total}" }
"#;

#[test]
#[cfg(unix)]
fn each_example_in_the_help_works_on_the_demo_as_it_is_printed() {
    let demo = folder();
    leftfold(demo.path(), &["demo", "--mirror", "--read-model", "--invoices"]).ok();
    let mut ran = 0;
    // The window has a test of its own, and so have brokers and the keyring.
    let elsewhere = ["open", "capture", "topics", "secret"];
    for verb in VERBS.iter().filter(|v| !elsewhere.contains(v)) {
        for example in examples(verb).iter().filter(|e| !e.contains("localhost:9092")) {
            let folder = folder();
            fs::create_dir_all(folder.path().join(".local/share/bash-completion/completions"))
                .expect("a folder");
            if *verb != "demo" {
                for file in DEMO_FILES {
                    fs::hard_link(demo.path().join(file), folder.path().join(file)).expect("a link");
                }
            }
            if ["compare", "check", "report", "repair", "witness"].contains(verb) {
                let project = format!("{}\n{INVOICES}", crate::check::of_readme());
                crate::run::write(folder.path(), "leftfold.toml", project);
                crate::run::write(folder.path(), "repair.toml", PARTNER);
            }
            // Other people's programs may not be here, and a million events take their time.
            let command = example.split(" | jq").next().unwrap_or_default();
            let command = command
                .split(" | man")
                .next()
                .unwrap_or_default()
                .replace("1000000", "2000");
            let run = crate::run::shell(folder.path(), &command);
            let fine: &[i32] = if command.contains("--suggest") {
                &[0]
            } else if ["diff", "compare", "check", "report", "repair"].contains(verb) {
                &[1]
            } else {
                &[0]
            };
            assert!(
                run.code.is_some_and(|c| fine.contains(&c)),
                "{command}: {}",
                run.err
            );
            assert!(!run.err.contains("no event matches"), "{command}: {}", run.err);
            let wrote = command.contains(" > ") || command.contains(" >> ") || command.contains(" -O ");
            let drew =
                command.contains("--svg") || command.contains("--html") || command.contains("--folder");
            assert!(wrote || drew || !run.out.is_empty(), "{command} says nothing");
            ran += 1;
        }
    }
    assert!(ran > 30, "only {ran} examples were found");
}

#[test]
fn help_can_be_asked_for_as_a_verb() {
    let asked = leftfold(shop(), &["help", "state"]).ok();
    assert_eq!(asked, leftfold(shop(), &["state", "--help"]).ok());
    let wrong = leftfold(shop(), &["help", "stat"]).failed();
    assert!(wrong.contains("stat"), "{wrong}");
}

#[test]
fn help_explains_points_ranges_and_filters() {
    let help = leftfold(shop(), &["--help"]).ok();
    for part in [
        "units are ns, us, ms, s, m, h, d",
        "@7",
        "e1234",
        "#1234",
        "--from and --to include",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let events = leftfold(shop(), &["events", "--help"]).ok();
    for part in [
        "problem",
        "has(payload",
        "18446744073709551615u",
        "itself included",
        "`!`",
    ] {
        assert!(events.contains(part), "{part}: {events}");
    }
    let blame = leftfold(shop(), &["blame", "--help"]).ok();
    assert!(blame.contains("last changed"), "{blame}");
}

#[test]
fn shells_get_completions_and_man_gets_pages() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            leftfold(shop(), &["completions", shell]).ok().contains("blame"),
            "{shell}"
        );
    }
    let page = leftfold(shop(), &["man"]).ok();
    assert!(
        page.contains(".TH leftfold 1") && page.contains("leftfold\\-blame"),
        "{}",
        &page[..400]
    );
    let folder = folder();
    leftfold(folder.path(), &["man", "--folder", "."]).ok();
    for verb in VERBS {
        assert!(
            folder.path().join(format!("leftfold-{verb}.1")).exists(),
            "{verb}"
        );
    }
}

/// The program in a folder of its own, so that no window stands beside it. Another program copies it: a file this one had open
/// for writing could not be started while any of its other tests starts something.
fn alone(folder: &std::path::Path) -> std::path::PathBuf {
    let path = folder.join("leftfold");
    let copied = std::process::Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_leftfold"))
        .arg(&path)
        .status();
    assert!(copied.expect("cp(1) is there").success());
    path
}

#[test]
#[cfg(unix)]
fn open_hands_everything_to_the_window_beside_it() {
    let folder = folder();
    let own = alone(folder.path());
    fs::copy(shop().join("shop.db"), folder.path().join("shop.db")).expect("a copy");
    let open = |args: &[&str], display: bool| {
        let template = program(folder.path(), &[]);
        let mut command = std::process::Command::new(&own);
        command
            .arg("open")
            .args(args)
            .current_dir(folder.path())
            // A window that is installed on this machine is none of ours.
            .env("PATH", folder.path().join("nowhere"));
        for (name, value) in template.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if display {
            command.env("DISPLAY", ":99");
        }
        crate::run::Run::from(command.output().expect("it starts"))
    };
    let missing = open(&["shop.db"], true).failed();
    assert!(
        missing.contains("leftfold-desktop") && missing.contains("PATH"),
        "{missing}"
    );
    let script =
        r#"printf '#!/bin/sh\nprintf "%%s|" "$@"\n' > leftfold-desktop && chmod 755 leftfold-desktop"#;
    let written = std::process::Command::new("sh")
        .args(["-c", script])
        .current_dir(folder.path())
        .status();
    assert!(written.expect("sh(1) is there").success());
    let blind = open(&["shop.db"], false).failed();
    assert!(blind.contains("no display"), "{blind}");
    let (order, _) = crate::run::doubled();
    let opened = open(&["shop.db", "--at", "-5m", "--stream", &order], true).ok();
    let path = folder.path().join("shop.db");
    assert_eq!(opened, format!("{}|--at|-5m|--stream|{order}|", path.display()));
    let mistyped = order.replace("order", "ordre");
    let nobody = open(&["shop.db", "--stream", &mistyped], true);
    assert_eq!(nobody.code, Some(2), "{}", nobody.err);
    assert!(
        nobody.err.contains(&format!("did you mean {order}")),
        "{}",
        nobody.err
    );
    let nowhere = open(&["shop.db", "--stream", &order, "--at", "v999"], true);
    assert!(nowhere.err.contains("no version 999"), "{}", nowhere.err);
    assert_eq!(open(&["demo:shop"], true).ok(), "demo:shop|");
    let wrong = open(&["shop.db", "--at", "noon"], true).failed();
    assert!(wrong.contains("noon"), "{wrong}");
    let unreadable = open(&["nothing.db"], true).failed();
    assert!(unreadable.contains("nothing.db"), "{unreadable}");
    // A link: its source is found and made absolute, what it asks for is looked for here, and what is said beside it goes before it.
    let link = |rest: &str| format!("leftfold://open?source=shop.db{rest}");
    let linked = open(
        &[
            &link(&format!("&stream={order}&at=v1&axis=log&projection=latest")),
            "--at",
            "v2",
        ],
        true,
    )
    .ok();
    let expected = format!(
        "leftfold://open?source={}&stream={order}&at=v2&axis=log&projection=latest|",
        path.display()
    );
    assert_eq!(linked, expected);
    for (rest, told) in [
        ("&stream=nobody", "nobody"),
        (&*format!("&stream={order}&at=v999"), "no version 999"),
        (&*format!("&stream={order}&projection=gone"), "gone"),
        ("&filter=payload.", "filter"),
        ("&table=nowhere&at=end", "nowhere"),
        ("&sauce=1", "\"sauce\" is not known"),
        ("&at=noon", "at: "),
    ] {
        let failed = open(&[&link(rest)], true).failed();
        assert!(failed.contains(told), "{rest}: {failed}");
    }
}
