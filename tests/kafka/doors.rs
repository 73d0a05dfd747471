//! Every way in, and what is said at each that stays shut.

use std::path::Path;

use crate::rig::{Run, captured, leftfold, rig};

#[test]
fn every_door_opens_with_librdkafkas_words_and_with_javas() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wanted = rig.truth("orders", true).len();
    let ways = [
        "plaintext",
        "ssl",
        "mtls-alice",
        "mtls-bob",
        "plain-alice",
        "plain-bob",
        "scram-sha-256-alice",
        "scram-sha-512-bob",
        "oauthbearer-alice",
    ];
    for way in ways {
        for form in ["conf", "properties"] {
            let file = rig.client(&format!("{way}.{form}"));
            let out = format!("{way}-{form}.leftfold");
            let run = leftfold(folder.path(), &["capture", "-F", &file, "-t", "orders", &out]);
            assert_eq!(run.code, Some(0), "{way}.{form}: {}", run.err);
            assert_eq!(captured(&folder.path().join(&out)).len(), wanted, "{way}.{form}");
        }
    }
}

#[test]
fn what_keeps_a_door_shut_is_told_apart_and_says_what_to_do() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str| rig.client(name);
    let (plain, sasl, ssl) = (rig.brokers(), rig.fact("sasl_ssl"), rig.fact("ssl"));
    let stranger = format!("ssl.ca.location={}", rig.fact("stranger_ca"));
    let (alice, carol, bob, tls) = (
        file("plain-alice.conf"),
        file("plain-carol.conf"),
        file("plain-bob.conf"),
        file("ssl.conf"),
    );
    let mtls = rig.fact("mtls");
    let cases: [(&str, &str, Vec<&str>); 14] = [
        (
            "kafka-unreachable",
            "127.0.0.1:1",
            vec!["-b", "127.0.0.1:1", "-t", "orders"],
        ),
        (
            "kafka-unreachable",
            "no-such-host.invalid",
            vec!["-b", "no-such-host.invalid:9092", "-t", "orders"],
        ),
        (
            "kafka-tls",
            "ssl.ca.location",
            vec!["-F", &tls, "-X", &stranger, "-t", "orders"],
        ),
        ("kafka-tls", "security.protocol", vec!["-b", ssl, "-t", "orders"]),
        (
            "kafka-tls",
            "PLAINTEXT",
            vec!["-b", plain, "-X", "security.protocol=SSL", "-t", "orders"],
        ),
        (
            "kafka-tls",
            "ssl.certificate.location",
            vec!["-F", &tls, "-b", mtls, "-t", "orders"],
        ),
        (
            "kafka-sasl",
            "sasl.password",
            vec!["-F", &alice, "-X", "sasl.password=wrong-secret", "-t", "orders"],
        ),
        (
            "kafka-sasl",
            "SASL_SSL",
            vec!["-F", &tls, "-b", sasl, "-t", "orders"],
        ),
        ("kafka-forbidden", "Describe", vec!["-F", &carol, "-t", "orders"]),
        ("kafka-forbidden", "Read", vec!["-F", &bob, "-t", "secret-orders"]),
        ("kafka-no-topic", "there is", vec!["-b", plain, "-t", "order"]),
        (
            "kafka-no-partition",
            "it has 3",
            vec!["-b", plain, "-t", "orders", "-p", "3"],
        ),
        (
            "kafka-property",
            "no.such.property",
            vec!["-b", plain, "-X", "no.such.property=1", "-t", "orders"],
        ),
        (
            "kafka-variable",
            "LEFTFOLD_NOT_SET",
            vec![
                "-b",
                sasl,
                "-X",
                "sasl.password=${LEFTFOLD_NOT_SET}",
                "-t",
                "orders",
            ],
        ),
    ];
    for (code, says, flags) in cases {
        let mut args = vec!["capture"];
        args.extend(&flags);
        args.push("never.leftfold");
        let run = leftfold(folder.path(), &args);
        assert_eq!(run.refused(), code, "{flags:?}: {}", run.err);
        assert!(run.err.contains(says), "{flags:?}: {}", run.err);
        assert!(
            !run.err.contains("secret\"") && !run.err.contains("wrong-secret"),
            "{}",
            run.err
        );
    }
}

#[test]
fn a_test_of_a_connection_reads_what_it_is_asked_to() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (alice, bob) = (rig.client("plain-alice.conf"), rig.client("plain-bob.conf"));
    let tried = |who: &str, topic: &str| {
        leftfold(
            folder.path(),
            &["topics", "-F", who, "-t", topic, "--test", "--json"],
        )
    };
    let works = tried(&alice, "orders");
    let said = String::from_utf8_lossy(&works.out).into_owned();
    assert!(said.contains("orders read"), "{said}{}", works.err);
    let refused = tried(&bob, "secret-orders");
    let said = String::from_utf8_lossy(&refused.out).into_owned();
    assert_eq!(refused.code, Some(2), "{said}{}", refused.err);
    assert!(said.contains("kafka-forbidden"), "{said}{}", refused.err);
}

#[test]
fn a_topic_that_may_not_be_read_keeps_no_other_from_being_sampled() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bob = rig.client("plain-bob.conf");
    let sampled = |pattern: &str| {
        let args = ["topics", "-F", &bob, "-t", pattern, "--sample", "1", "--json"];
        leftfold(folder.path(), &args)
    };
    let run = sampled("^(secret-orders|orders|odd)$");
    assert_eq!(run.code, Some(2), "{}", run.err);
    let out = String::from_utf8_lossy(&run.out).into_owned();
    let names: Vec<String> = out
        .lines()
        .map(|line| {
            let topic: serde_json::Value = serde_json::from_str(line).expect("a topic is JSON");
            assert!(
                topic["sample"].as_array().is_some_and(|s| !s.is_empty()),
                "{line}"
            );
            topic["topic"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(names, ["odd", "orders"]);
    assert!(run.err.contains("kafka-forbidden"), "{}", run.err);
    assert!(
        run.err
            .contains("1 of 3 topics could not be looked into: secret-orders"),
        "{}",
        run.err
    );
    // Where it is the only one, that is all there is to say.
    let run = sampled("^secret-orders$");
    assert!(
        run.err.contains("kafka-forbidden") && !run.err.contains("1 of 1"),
        "{}",
        run.err
    );
}

#[test]
fn a_secret_comes_from_the_environment_and_is_shown_nowhere() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let conf = rig.client("plain-alice.conf");
    let args = [
        "capture",
        "-F",
        &conf,
        "-X",
        "sasl.password=${RIG_SECRET}",
        "-t",
        "orders",
        "-c",
        "1",
        "o.leftfold",
    ];
    let run = crate::rig::program(folder.path(), &args)
        .env("RIG_SECRET", "alice-secret")
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let bytes = std::fs::read(folder.path().join("o.leftfold")).expect("the capture is there");
    let holds = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(!holds("alice-secret") && holds("${RIG_SECRET}"));
}

/// The program with these arguments, with the rig's realm and tickets of its own.
fn in_realm(rig: &crate::rig::Rig, folder: &Path, args: &[&str]) -> std::process::Command {
    let mut command = crate::rig::program(folder, args);
    command
        .env("KRB5_CONFIG", rig.fact("krb5_config"))
        .env("KRB5CCNAME", format!("FILE:{}", folder.join("tickets").display()));
    command
}

#[test]
fn kerberos_opens_its_door_by_a_keytab_and_by_tickets() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wanted = rig.truth("orders", true).len();
    for form in ["conf", "properties"] {
        let file = rig.client(&format!("gssapi-alice.{form}"));
        let out = format!("{form}.leftfold");
        let args = ["capture", "-F", &file, "-t", "orders", &out];
        let run = Run::from(
            in_realm(rig, folder.path(), &args)
                .output()
                .expect("the program runs"),
        );
        assert_eq!(run.code, Some(0), "{form}: {}", run.err);
        assert_eq!(captured(&folder.path().join(&out)).len(), wanted, "{form}");
    }
    // With tickets that are there, no keytab is needed; without them it is a login that fails.
    let door = |out: &str| {
        let args = [
            "capture",
            "-b",
            rig.fact("gssapi"),
            "-X",
            "security.protocol=SASL_PLAINTEXT",
            "-X",
            "sasl.mechanism=GSSAPI",
            "-t",
            "orders",
            out,
        ];
        Run::from(
            in_realm(rig, folder.path(), &args)
                .output()
                .expect("the program runs"),
        )
    };
    let run = door("tickets.leftfold");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(captured(&folder.path().join("tickets.leftfold")).len(), wanted);
    std::fs::remove_file(folder.path().join("tickets")).expect("the tickets are there");
    let run = door("never.leftfold");
    assert_eq!(run.refused(), "kafka-sasl", "{}", run.err);
    assert!(run.err.contains("kinit"), "{}", run.err);
}

#[test]
fn what_is_wrong_with_a_kerberos_login_is_told_and_no_command_of_a_file_runs() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let alice = rig.client("gssapi-alice.conf");
    for (property, code, says) in [
        (
            "sasl.kerberos.principal=nobody@RIG.TEST",
            "kafka-sasl",
            "sasl.kerberos.principal",
        ),
        (
            "sasl.kerberos.keytab=/no/such/keytab",
            "kafka-sasl",
            "sasl.kerberos.keytab",
        ),
        (
            "sasl.kerberos.service.name=nothere",
            "kafka-sasl",
            "sasl.kerberos.service.name",
        ),
        (
            "sasl.mechanism=PLAIN",
            "kafka-sasl",
            "choose another sasl.mechanism",
        ),
        (
            "sasl.kerberos.kinit.cmd=touch ran",
            "kafka-property",
            "sasl.kerberos.kinit.cmd",
        ),
        (
            "sasl.kerberos.principal=al'; touch ran; '",
            "kafka-property",
            "sasl.kerberos.principal",
        ),
    ] {
        let args = [
            "capture",
            "-F",
            &alice,
            "-X",
            property,
            "-X",
            "sasl.username=alice",
            "-X",
            "sasl.password=x",
            "-t",
            "orders",
            "never.leftfold",
        ];
        let run = Run::from(
            in_realm(rig, folder.path(), &args)
                .output()
                .expect("the program runs"),
        );
        assert_eq!(run.refused(), code, "{property}: {}", run.err);
        assert!(run.err.contains(says), "{property}: {}", run.err);
        let _ = std::fs::remove_file(folder.path().join("tickets"));
    }
    assert!(!folder.path().join("ran").exists());
    // bob is let in, and may not read what he may not.
    let bob = rig.client("gssapi-bob.conf");
    let args = ["capture", "-F", &bob, "-t", "secret-orders", "never.leftfold"];
    let run = Run::from(
        in_realm(rig, folder.path(), &args)
            .output()
            .expect("the program runs"),
    );
    assert_eq!(run.refused(), "kafka-forbidden", "{}", run.err);
}

/// Runs a script on a session bus of its own with an unlocked Secret Service, as a desktop has one.
fn with_keyring(folder: &Path, script: &str) -> Run {
    let whole =
        format!("printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && {script}");
    let mut command = std::process::Command::new("dbus-run-session");
    command
        .args(["--", "sh", "-c", &whole])
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env_remove("XDG_DATA_HOME")
        .env("LEFTFOLD", env!("CARGO_BIN_EXE_leftfold"));
    Run::from(command.output().expect("dbus-run-session is there"))
}

#[test]
fn a_secret_comes_from_the_keyring_and_is_shown_nowhere() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let conf = rig.client("scram-sha-256-alice.conf");
    let door = |reference: &str| {
        format!("\"$LEFTFOLD\" capture -F '{conf}' -X 'sasl.password={reference}' -t orders -c 1 o.leftfold")
    };
    let keep = "printf 'alice-secret\\n' | \"$LEFTFOLD\" secret shop";
    let script = format!("{keep} && {}", door("${keyring:shop}"));
    let run = with_keyring(folder.path(), &script);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("kept in the keyring"), "{}", run.err);
    assert!(!run.err.contains("alice-secret"), "{}", run.err);
    let bytes = std::fs::read(folder.path().join("o.leftfold")).expect("it is there");
    let holds = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(holds("${keyring:shop}") && !holds("alice-secret"));
    // What is not there, what is forgotten, and where no keyring answers.
    let lacking = with_keyring(folder.path(), &door("${keyring:nobody}"));
    assert!(
        lacking.err.contains("error[kafka-keyring]") && lacking.err.contains("leftfold secret nobody"),
        "{}",
        lacking.err
    );
    let forgotten = format!(
        "{keep} && \"$LEFTFOLD\" secret shop --forget && {}",
        door("${keyring:shop}")
    );
    let run = with_keyring(folder.path(), &forgotten);
    assert!(run.err.contains("no secret called"), "{}", run.err);
    let none = std::process::Command::new("sh")
        .args(["-c", &door("${keyring:shop}")])
        .current_dir(folder.path())
        .env("LEFTFOLD", env!("CARGO_BIN_EXE_leftfold"))
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .output()
        .map(Run::from)
        .expect("a shell is there");
    assert!(none.err.contains("it does not answer"), "{}", none.err);
}
