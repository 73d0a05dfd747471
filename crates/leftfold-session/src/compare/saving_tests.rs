//! What a form says, saved in the project file, as the window asks for it.

use std::fs;

use super::task_tests::{Two, line, options};
use crate::commands;
use crate::contract::{PlanCheckArgs, RulesArgs, SaveCheckArgs, SavedComparisonsArgs};
use crate::dto::{CheckToSaveDto, CompareOptionsDto, CorrelatedOptionsDto, Int, RuleDto};

fn left() -> Two {
    Two::of(&[line("order-1", 1, 0, "1")])
}

fn comparison(two: &Two, name: &str, options: CompareOptionsDto) -> CheckToSaveDto {
    let right = two.file("right.ndjson", &[line("order-1", 1, 0, "1")]);
    CheckToSaveDto {
        name: name.to_owned(),
        right: right.display().to_string(),
        options: Some(options),
        rule: None,
    }
}

fn rule(name: &str) -> CheckToSaveDto {
    CheckToSaveDto {
        name: name.to_owned(),
        right: String::new(),
        options: None,
        rule: Some(RuleDto {
            name: "as it was called in the form".to_owned(),
            when: "type == 'OrderPlaced'".to_owned(),
            check: String::new(),
            expect: "type == 'OrderPaid'".to_owned(),
            by: "payload.id".to_owned(),
            within: "30s".to_owned(),
            settled: false,
            streams: Vec::new(),
            categories: vec!["order".to_owned()],
            types: Vec::new(),
            projection: String::new(),
        }),
    }
}

/// What the plan says will be written, and what the file then holds.
fn save(two: &Two, check: &CheckToSaveDto) -> (String, bool, String) {
    let (source, check) = (two.source, check.clone());
    let plan = PlanCheckArgs {
        source,
        check: check.clone(),
    };
    let plan = commands::plan_check(&two.session, plan).unwrap();
    let path = commands::save_check(&two.session, SaveCheckArgs { source, check }).unwrap();
    assert_eq!(path, plan.path);
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(&plan.text), "{text}\ndoes not hold\n{}", plan.text);
    (plan.text, plan.replaces, text)
}

#[test]
fn a_comparison_of_a_form_is_saved_beside_the_data_and_fills_the_form_again() {
    let two = left();
    let correlated = CompareOptionsDto {
        lag_tolerance_ms: Int(1_500),
        ignore: vec!["/updatedAt".to_owned()],
        known_at: Some("-15m".to_owned()),
        correlated: Some(CorrelatedOptionsDto {
            left_when: String::new(),
            right_when: String::new(),
            left_key: "payload.total".to_owned(),
            right_key: "payload.total".to_owned(),
            cardinality: "1:0..1".to_owned(),
            within: "5s".to_owned(),
            skew: String::new(),
            equal: vec!["$.total".to_owned()],
        }),
        ..options()
    };
    let (text, replaces, _) = save(&two, &comparison(&two, "bills", correlated.clone()));
    // Paths below the project file's folder are named from there.
    assert!(
        text.contains("left = \"left.ndjson\"") && text.contains("right = \"right.ndjson\""),
        "{text}"
    );
    assert!(!replaces);
    let listed = SavedComparisonsArgs { source: two.source };
    let saved = commands::saved_comparisons(&two.session, listed).unwrap();
    // The moment is a question of one time, not of the comparison.
    let asked = CompareOptionsDto {
        known_at: None,
        ..correlated
    };
    assert_eq!(saved[0].options.as_ref(), Some(&asked));
    // Again under the same name it takes its place.
    let (_, replaces, text) = save(&two, &comparison(&two, "bills", options()));
    assert!(replaces && text.matches("[[comparison]]").count() == 1, "{text}");
}

#[test]
fn a_rule_of_a_form_is_saved_and_is_one_of_the_project_files_then() {
    let two = left();
    two.file("leftfold.toml", &["# ours".to_owned()]);
    let (_, _, text) = save(&two, &rule("paid soon"));
    assert!(text.starts_with("# ours\n"), "{text}");
    let listed = commands::rules(&two.session, RulesArgs { source: two.source }).unwrap();
    let kept = listed.rules[0].rule.as_ref().unwrap();
    let asked = RuleDto {
        name: "paid soon".to_owned(),
        ..rule("").rule.unwrap()
    };
    assert_eq!(kept, &asked);
    assert_eq!(
        (listed.rules.len(), listed.rules[0].elsewhere.as_deref()),
        (1, None)
    );
}

#[test]
fn what_cannot_be_saved_is_refused_before_anything_is_written() {
    let two = left();
    let code = |check: CheckToSaveDto| {
        let args = SaveCheckArgs {
            source: two.source,
            check,
        };
        commands::save_check(&two.session, args).unwrap_err().code
    };
    assert_eq!(code(rule("  ")), "check-name");
    let mut wrong = rule("r");
    if let Some(rule) = &mut wrong.rule {
        rule.expect = "type ==".to_owned();
    }
    assert_eq!(code(wrong), "filter-syntax");
    let folder = two.file("nothing", &[]);
    assert!(!folder.with_file_name("leftfold.toml").exists());
    save(&two, &rule("taken"));
    assert_eq!(code(comparison(&two, "taken", options())), "check-name");
}
