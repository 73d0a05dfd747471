//! Connections by name, from the project file.

use std::fs;

use crate::rig::{leftfold, program, rig};

#[test]
fn a_topic_is_read_by_the_name_of_a_profile() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let profile = format!(
        "[kafka.shop]\nbootstrap.servers = '{}'\nsecurity.protocol = 'SASL_SSL'\nsasl.mechanism = 'PLAIN'\nssl.ca.location = '{}'\n\
         sasl.username = 'alice'\nsasl.password = '${{SHOP_PASSWORD}}'\n",
        rig.fact("sasl_ssl"),
        rig.fact("ca")
    );
    fs::write(folder.path().join("leftfold.toml"), &profile).expect("it can be written");
    let state = |password: &str| {
        let mut command = program(
            folder.path(),
            &["state", "kafka://shop/orders", "order-189", "--json"],
        );
        let output = command.env("SHOP_PASSWORD", password).output();
        crate::rig::Run::from(output.expect("the program runs"))
    };
    let told = state("alice-secret").ok();
    assert!(
        told.contains("OrderShipped") || told.contains("order-189"),
        "{told}"
    );
    let refused = state("wrong-secret");
    assert!(
        refused.err.contains("kafka-sasl") && !refused.err.contains("wrong-secret"),
        "{}",
        refused.err
    );
    let unset = leftfold(folder.path(), &["inspect", "kafka://shop/orders"]);
    assert_eq!(unset.refused(), "kafka-variable");
    // A secret in the file is refused, and not repeated.
    let literal = profile.replace("${SHOP_PASSWORD}", "alice-secret");
    fs::write(folder.path().join("leftfold.toml"), literal).expect("it can be written");
    let refused = leftfold(folder.path(), &["inspect", "kafka://shop/orders"]);
    assert_eq!(refused.refused(), "project-file");
    assert!(
        refused.err.contains("sasl.password holds a secret") && !refused.err.contains("alice-secret"),
        "{}",
        refused.err
    );
}

#[test]
fn a_profile_serves_every_verb_that_reads_topics() {
    let (rig, _calm) = rig();
    let folder = tempfile::tempdir().expect("a folder");
    let profile = format!(
        "[kafka.shop]\nbootstrap.servers = '{}'\n[[kafka.shop.decode]]\npart = 'value'\nas = 'json'\n",
        rig.brokers()
    );
    fs::write(folder.path().join("leftfold.toml"), &profile).expect("it can be written");
    let run = |args: &[&str]| leftfold(folder.path(), args);
    assert!(
        run(&["topics", "-b", "shop", "-t", "orders"])
            .ok()
            .contains("orders")
    );
    run(&["capture", "-b", "shop", "-t", "orders", "-c", "20", "o.leftfold"]).ok();
    let line = run(&["events", "o.leftfold", "--json", "-c", "1"]).ok();
    assert!(line.contains("your choice value=json"), "{line}");
    // What is said beside a topic's name counts as it does in kcat's flags.
    let some = ["events", "kafka://shop/orders", "-p", "1", "-o", "-2", "--json"];
    let told = run(&some).ok();
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(told.lines().all(|l| l.contains("\"partition\":1")), "{told}");
    let follow = [
        "events",
        "kafka://shop/orders",
        "-o",
        "beginning",
        "--follow",
        "-c",
        "3",
    ];
    assert!(run(&follow).ok().contains("orders["));

    let mistyped = run(&["events", "-b", "shpo", "-t", "orders"]);
    assert_eq!(mistyped.refused(), "kafka-no-profile");
    assert!(
        mistyped.err.contains("leftfold.toml has shop"),
        "{}",
        mistyped.err
    );
    for flags in [
        &["-p", "1"][..],
        &["-s", "key=text"],
        &["--follow"],
        &["-r", "http://r"],
    ] {
        let refused = run(&[&["events", "o.leftfold"], flags].concat());
        assert_eq!(refused.refused(), "usage");
        assert!(
            refused.err.contains(flags[0]) && refused.err.contains("is for topics"),
            "{}",
            refused.err
        );
    }
}
