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
