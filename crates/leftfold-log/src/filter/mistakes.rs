//! Filters as they are mistyped, and what one is told.

use super::Filter;

const MISTAKES: &[&str] = &[
    // Quotes.
    r#"type == "OrderPlaced"#,
    "type == 'OrderPlaced\" && version > 1",
    "type == “OrderPlaced”",
    "type == OrderPlaced",
    r#"type.matches("\d+")"#,
    // Operators of other languages.
    "type = 'OrderPlaced'",
    "type === 'OrderPlaced'",
    "type <> 'OrderPlaced'",
    "version => 3",
    "type == 'A' and version > 1",
    "type == 'A' OR type == 'B'",
    "not (version > 1)",
    "type like 'Order%'",
    "version > 1 & version < 5",
    "version > 1 | version < 5",
    // Something missing or too much.
    "type ==",
    "type == 'A' &&",
    "== 'A'",
    "type == == 'A'",
    "type 'A'",
    "(version > 1 && (version < 5)",
    "version > 1)",
    "payload.items[0 == 1",
    "payload.items[0)",
    "size() > ()",
    "payload. == 1",
    "type == 'A', version > 1",
    "version > 1 ? true",
    "version > 1 : true",
    "version >\n  && type == 'A'",
    // Values.
    "payload.age > 5m",
    "time > 2026-11-20T14:32:07Z",
    "time > 2026-11-20",
    "time > 'yesterday'",
    "payload.price == 12€",
    "if (version > 1) true",
    "payload.n == 18446744073709551615",
    "payload.n == 18446744073709551616",
    "payload.n < 18446744073709551616u",
    "has(problem)",
    "version > 1 && has(causation_id)",
    "has(type)",
    // Names.
    "tpye == 'A'",
    "amount > 500",
    "payload.name.startWith('A')",
    "upper(type) == 'A'",
    "size(find('a')) > 0",
    "find(type)",
    // What can never be judged.
    "1",
    "'OrderPlaced'",
    "type",
    "version + 1",
    "size(payload.items)",
    "[type]",
    "type == 'A' && version",
    "!stream",
    "1/0 == 1",
    "payload.n == 1 / 0",
    "type.matches('(')",
    "time > timestamp('noon')",
    "time > '2026-13-01'",
    "valid_time < timestamp('2026-02-30T00:00:00Z')",
    "valid_time > 2026-11-20",
    "'yesterday' >= valid_time",
    "time - timestamp('2026-11-20T25:00:00Z') > duration('1h')",
    "time - timestamp('2026-11-20T00:00:00Z') > duration('2d')",
    "time - timestamp('2026-11-20T00:00:00Z') > duration('3w')",
    "offset > null",
    "headers",
    "'a' < 1",
];

#[test]
fn each_mistake_is_told_in_one_sentence_with_its_place() {
    let mut told = String::new();
    for text in MISTAKES {
        let error = Filter::parse(text).expect_err(text);
        assert!(
            error.start <= error.end && error.end <= text.len(),
            "{text}: {error:?}"
        );
        assert!(!error.message.contains('\n'), "{text}: {error:?}");
        let before = text[..error.start]
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        let marked = text[error.start..error.end].chars().count().max(1);
        let line = text[..error.start].matches('\n').count();
        for (i, shown) in text.lines().enumerate() {
            told.extend([shown, "\n"]);
            if i == line {
                told.extend([" ".repeat(before), "^".repeat(marked), "\n".to_owned()]);
            }
        }
        told.extend([error.code, ": ", &error.message, "\n\n"]);
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_is_no_mistake_is_taken() {
    for text in [
        "type == 'A' // the first",
        "payload.items.exists(i, i.price * 2 > 10)",
        r#"type.matches(r"\d+") || type.matches("\\d+")"#,
        "payload.paid",
        "payload",
        "problem",
        "'a' in payload.tags && !(type in ['A', 'B',])",
        "payload['a b'] == -1.5e-3",
        "version == 0x1F || position > 12u",
        "has(payload.x) ? payload.x > 1 : false",
        "{'a': true}[type]",
        "'''it's''' == type",
        "time - timestamp('2026-11-20T00:00:00Z') > duration('1h')",
        "true || 1 == 1",
        "payload.and == 1 && payload.or == 2",
        "[1, 2].all(n, n > 0)",
        "payload.n == 18446744073709551615u",
        "problem && causation_id != null && type != ''",
    ] {
        if let Err(error) = Filter::parse(text) {
            panic!("{text}: {error}");
        }
    }
}
