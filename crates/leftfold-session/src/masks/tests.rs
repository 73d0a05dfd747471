//! What is hidden, and what is told of it.

use super::*;

fn masks(names: &[&str]) -> Masks {
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    Masks::parse(&names).unwrap()
}

fn event(payload: &str) -> Event {
    let (payload, problem) = Payload::from_json(payload.as_bytes().to_vec());
    Event {
        payload,
        metadata: Payload::from_json(br#"{"ip":"10.0.0.1","user":{"Email":"a@b"}}"#.to_vec()).0,
        correlation_id: Some("c-1".into()),
        extra: vec![
            ("key".into(), Value::from("k-1")),
            (
                "headers".into(),
                parse(br#"["authorization","Basic x","trace","t","authorization","y"]"#).unwrap(),
            ),
            ("doc".into(), parse(br#"{"email":"c@d"}"#).unwrap()),
        ],
        problems: problem.into_iter().collect(),
        ..Event::default()
    }
}

fn hidden(names: &[&str], payload: &str) -> String {
    let mut event = event(payload);
    masks(names).hide(&mut event);
    let raw = String::from_utf8(event.payload.raw.clone()).unwrap();
    assert_eq!(
        raw,
        event
            .payload
            .value
            .as_ref()
            .map_or(raw.clone(), ToString::to_string)
    );
    raw
}

#[test]
fn a_path_hides_what_stands_there_and_a_name_what_is_called_so_anywhere() {
    let payload = r#"{"card":{"number":"4111","exp":"12/30"},"lines":[{"price":10.10},{"price":null}],"total":5,"Email":"e","x":{"y":[{"email":[1]}]}}"#;
    for (names, shown) in [
        (
            &["payload.card.number"][..],
            r#"{"card":{"number":"•••text","exp":"12/30"},"lines":[{"price":10.10},{"price":null}],"total":5,"Email":"e","x":{"y":[{"email":[1]}]}}"#,
        ),
        (
            &["payload.card", "payload.lines.price"],
            r#"{"card":"•••object","lines":[{"price":"•••number"},{"price":null}],"total":5,"Email":"e","x":{"y":[{"email":[1]}]}}"#,
        ),
        (
            &["payload.lines.*.price", "*.email"],
            r#"{"card":{"number":"4111","exp":"12/30"},"lines":[{"price":"•••number"},{"price":null}],"total":5,"Email":"•••text","x":{"y":[{"email":"•••list"}]}}"#,
        ),
        (
            &["*.card.number", "payload.*.y"],
            r#"{"card":{"number":"•••text","exp":"12/30"},"lines":[{"price":10.10},{"price":null}],"total":5,"Email":"e","x":{"y":"•••list"}}"#,
        ),
        (&["payload"], r#""•••object""#),
        (&["metadata.ip"], payload),
    ] {
        assert_eq!(hidden(names, payload), shown, "{names:?}");
    }
}

#[test]
fn every_part_of_an_event_is_reached_and_says_that_it_is_masked() {
    let mut all = event("{}");
    masks(&[
        "*.email",
        "headers.Authorization",
        "key",
        "correlation_id",
        "metadata.ip",
    ])
    .hide(&mut all);
    assert_eq!(
        all.metadata.value.unwrap().to_string(),
        r#"{"ip":"•••text","user":{"Email":"•••text"}}"#
    );
    assert_eq!(all.correlation_id.as_deref(), Some("•••text"));
    let facts: Vec<String> = all.extra.iter().map(|(n, v)| format!("{n}={v}")).collect();
    assert_eq!(
        facts[..3],
        [
            r#"key="•••text""#,
            r#"headers=["authorization","•••text","trace","t","authorization","•••text"]"#,
            r#"doc={"email":"•••text"}"#
        ]
    );
    assert!(facts[3].starts_with(r#"masked=["*.email","#), "{facts:?}");
}

#[test]
fn nothing_is_left_in_bytes_that_are_shown_raw() {
    // The first of two keys that are alike is in the bytes alone.
    let raw = hidden(
        &["payload.card.number"],
        r#"{"card":{"number":"4111"},"card":{}}"#,
    );
    assert!(!raw.contains("4111"), "{raw}");
    let raw = hidden(&["payload.a"], r#"{"a":"4111","a":null}"#);
    assert!(!raw.contains("4111"), "{raw}");
    // What cannot be read may hold anything.
    let mut broken = event("{\"card\":{\"number\":\"4111\"");
    masks(&["payload.card.number"]).hide(&mut broken);
    assert_eq!(String::from_utf8(broken.payload.raw).unwrap(), "•••24 bytes");
    let mut other = event("{\"card\":{\"number\":\"4111\"");
    masks(&["metadata.ip"]).hide(&mut other);
    assert!(other.payload.raw.ends_with(b"4111\""));
}

#[test]
fn what_cannot_be_hidden_or_read_is_refused() {
    for name in [
        "stream",
        "time",
        "",
        "payload..a",
        "*",
        "*.*",
        "payload.em*l",
        "id",
    ] {
        let error = Masks::parse(&[name.to_owned()]).unwrap_err();
        assert_eq!(error.code, "project-file", "{name}");
        assert!(error.message.contains(&format!("{name:?}")), "{error}");
    }
}

#[test]
fn what_would_hide_nothing_is_refused_and_the_right_way_is_said() {
    for (name, write) in [
        ("/p/email", "payload.p.email"),
        ("$.p.email", "payload.p.email"),
        ("$.payload.email", "payload.email"),
        ("email", "*.email, or extra.email"),
        ("payload[\"p\"]", "payload.p"),
        ("payload.lines[0].price", "payload.lines.price"),
        ("payload/p", "payload.p"),
        ("'email'", "*.email"),
        ("state.p.email", "payload.p.email"),
        ("data.email", "payload.email"),
        ("paylod.email", "payload.email"),
        ("card.number", "payload.card.number or *.card.number"),
        ("extra", "extra.tenant"),
        ("extra.payload.email", "payload.email"),
    ] {
        let error = Masks::parse(&[name.to_owned()]).unwrap_err();
        assert!(
            error.message.contains(&format!(": write {write}")),
            "{name}: {error}"
        );
    }
    for name in [
        "Payload.card",
        "*.payload.a",
        "extra.*",
        "payload.@type",
        "headers",
        "topic",
        "payload.a b",
    ] {
        assert!(Masks::parse(&[name.to_owned()]).is_ok(), "{name}");
    }
}

#[test]
fn a_mask_of_several_names_begins_at_a_root_too() {
    let payload = r#"{"card":{"number":"4111"}}"#;
    let shown = r#"{"card":{"number":"•••text"}}"#;
    assert_eq!(hidden(&["*.payload.card.number"], payload), shown);
    let mut all = event(payload);
    masks(&["*.doc.email", "extra.headers.trace"]).hide(&mut all);
    let facts: Vec<String> = all.extra.iter().map(|(n, v)| format!("{n}={v}")).collect();
    assert_eq!(facts[2], r#"doc={"email":"•••text"}"#);
    assert!(facts[1].contains(r#""trace","•••text""#), "{facts:?}");
}

#[test]
fn of_a_payload_that_is_a_part_the_rest_is_not_left_in_its_bytes() {
    for (raw, encoding) in [
        (&br#"{"card":{"number":"4111"},"email":"e"}"#[..], "json"),
        (b"card:\n  number: '4111'\nemail: e\n", "yaml"),
    ] {
        let part = parse(br#"{"number":"4111"}"#).unwrap();
        let mut all = Event {
            payload: Payload {
                raw: raw.to_vec(),
                value: Some(part),
                encoding,
            },
            ..Event::default()
        };
        masks(&["*.email"]).hide(&mut all);
        assert_eq!(all.payload.raw, br#"{"number":"4111"}"#);
        assert!(all.extra.is_empty());
    }
    // What is all of it stays as it was stored.
    let raw = br#"{ "number" : "4111" }"#;
    let mut all = event(std::str::from_utf8(raw).unwrap());
    masks(&["*.nowhere"]).hide(&mut all);
    assert_eq!(all.payload.raw, raw);
}

/// The mask for which an expression over an event and its state is refused.
fn refused(masks: &Masks, text: &str) -> Option<String> {
    let expression = leftfold_log::Expression::parse(text, &["state", "before"]).unwrap();
    let reads = expression.reads();
    let as_rule = reads
        .iter()
        .find_map(|read| masks.touching(read))
        .map(str::to_owned);
    if !text.contains("state") && !text.contains("before") {
        let filter = Filter::parse(text).unwrap();
        assert_eq!(masks.refuse_filter(&filter).is_err(), as_rule.is_some(), "{text}");
    }
    as_rule
}

#[test]
fn what_is_judged_by_hidden_fields_is_refused_however_it_is_written() {
    let masks = masks(&[
        "payload.card.number",
        "metadata.ip",
        "headers.authorization",
        "correlation_id",
        "extra.tenant",
    ]);
    for text in [
        "payload.card.number == 'x'",
        "payload['card']['number'] == 'x'",
        "payload['card'].number == 'x'",
        "payload.Card.NUMBER == 'x'",
        "payload.card == {'number': 'x'}",
        "payload.card.number.startsWith('4')",
        "has(payload.card.number)",
        "'number' in payload.card && payload.card.number == 'x'",
        "[payload][0].card.number == 'x'",
        "[payload.card][0].number == 'x'",
        "{'a': payload}.a.card.number == 'x'",
        "{'a': payload}['a']['card']['number'] == 'x'",
        "{'a': {'b': [payload]}}.a.b[0].card.number == 'x'",
        "payload.map(k, payload[k]).exists(v, v == 'x')",
        "payload.exists(k, payload[k] == {'number': 'x'})",
        "payload.all(k, k != 'card')",
        "payload.filter(k, k == 'card').size() > 0",
        "[payload].exists(p, p.card.number == 'x')",
        "[payload].map(p, p.card).exists(c, c.number == 'x')",
        "[1].exists(i, payload.card.number == 'x')",
        "[1].map(i, payload).exists(p, p.card.number == 'x')",
        "[[payload]].exists(a, a.exists(p, p.card.number == 'x'))",
        "payload.card.exists(k, k == 'number')",
        "payload[type].number == 'x'",
        "payload['ca' + 'rd'].number == 'x'",
        "payload.card['num' + 'ber'] == 'x'",
        "payload[payload.which] == 'x'",
        "(type == 'T' ? payload : metadata).card.number == 'x'",
        "(type == 'T' ? payload.card : payload.other).number == 'x'",
        "payload == {'card': {'number': 'x'}}",
        "payload in [{'card': {'number': 'x'}}]",
        "[payload] == [{'card': {'number': 'x'}}]",
        "string(payload) == 'x'",
        "payload == metadata",
        "size(payload) > 3",
        "state.card.number == 'x'",
        "[state][0].card.number == 'x'",
        "before == state",
        "{'s': before}.s.card.number == 'x'",
        "metadata.ip == 'x'",
        "[metadata][0].ip == 'x'",
        "headers.authorization == 'x'",
        "headers['Authorization'] == 'x'",
        "headers.exists(h, h == 'x')",
        "correlation_id == 'x'",
        "[correlation_id][0] == 'x'",
        "extra.tenant == 'x'",
        "extra.exists(k, extra[k] == 'x')",
    ] {
        assert!(refused(&masks, text).is_some(), "{text}");
    }
    for text in [
        "payload.card.exp == 'x'",
        "payload.total > 5 && type == 'T'",
        "payload != null",
        "null == payload",
        "has(payload.total)",
        "'total' in payload",
        "payload.items[0].price > 1",
        "payload.items.exists(i, i.price > payload.least)",
        "payload.items.map(i, i.price).exists(p, p > 1)",
        "payload.items.filter(i, i.price > 1).size() > 2",
        "[payload.total][0] > 1",
        "payload.tags.exists(payload, payload.card.number == 'x')",
        "metadata.user == 'x'",
        "headers.trace == 'x'",
        "causation_id == 'x'",
        "key == 'x'",
        "extra.region == 'x'",
        "state.total >= before.total",
        "stream == 'payload' && version > 1",
    ] {
        assert_eq!(refused(&masks, text), None, "{text}");
    }
}

#[test]
fn what_a_mask_by_name_hides_is_refused_where_it_may_be() {
    let masks = masks(&["*.email", "*.card.number", "payload.lines.*.price"]);
    for text in [
        "payload.customer.email == 'x'",
        "payload.items.exists(i, i.email == 'x')",
        "payload.items[0].email == 'x'",
        "payload.customer[type] == 'x'",
        "[payload.customer][0].email == 'x'",
        "payload.customer == {'email': 'x'}",
        "payload.items.map(i, {'a': i}).exists(a, a.a.email == 'x')",
        "payload.card == null || payload.card == payload.other",
        "state.a.b.card.number == 'x'",
        "payload.lines[0].price > 1",
        "payload.lines.exists(l, l.price > 1)",
        "payload.lines.first.price > 1",
        "metadata.email == 'x'",
        "[payload][0].total > 1",
        "extra == {}",
        "payload.user in [{'id': 1}]",
        "payload.user in payload.users",
        "payload.user in [payload.other]",
    ] {
        assert!(refused(&masks, text).is_some(), "{text}");
    }
    for text in [
        "payload.total > 1",
        "payload.customer.name == 'x'",
        "payload.customer == null",
        "payload.items.exists(i, i.qty > 1)",
        "'order-' + string(payload.orderId) == stream",
        "payload.amount == payload.total",
        "payload.items.size() > 1",
        "size(payload.items) > 1",
        "payload.state in ['a', 'b', null]",
        "key == 'x'",
        "correlation_id == 'x'",
    ] {
        assert_eq!(refused(&masks, text), None, "{text}");
    }
    let whole = Masks::parse(&["payload".to_owned()]).unwrap();
    assert!(refused(&whole, "payload.total > 1").is_some() && refused(&whole, "payload != null").is_some());
    assert_eq!(refused(&whole, "metadata.user == 'x'"), None);
}

#[test]
fn of_a_field_that_differs_the_values_are_hidden_and_the_place_is_told() {
    let masks = masks(&[
        "payload.lines.price",
        "payload.*.ip",
        "metadata.ip",
        "correlation_id",
        "*.email",
    ]);
    let value = |json: &str| Some(parse(json.as_bytes()).unwrap());
    for (path, left, shown) in [
        ("/lines/0/price", "10.10", "\"•••number\""),
        (
            "/lines/0",
            r#"{"price":1,"n":2}"#,
            r#"{"price":"•••number","n":2}"#,
        ),
        ("/a/ip", "\"x\"", "\"•••text\""),
        ("metadata/ip", "\"x\"", "\"•••text\""),
        ("correlation_id", "\"x\"", "\"•••text\""),
        ("", r#"{"email":"x"}"#, r#"{"email":"•••text"}"#),
        ("/to/Email/0", "\"x\"", "\"•••text\""),
        ("/total", "5", "5"),
        ("time", "\"x\"", "\"x\""),
    ] {
        let mut field = FieldDifference {
            path: path.to_owned(),
            left: value(left),
            right: None,
        };
        masks.hide_difference(&mut field);
        assert_eq!(
            field.left.map(|v| v.to_string()).as_deref(),
            Some(shown),
            "{path}"
        );
    }
}

#[test]
fn columns_that_may_hold_a_field_are_known_by_its_name() {
    let masks = masks(&["payload.customer.eMail", "*.card.*.number"]);
    for (column, covered) in [
        ("email", true),
        ("customer_email", true),
        ("CustomerEmail", true),
        ("card_number", true),
        ("number", true),
        ("customer", false),
        ("total", false),
    ] {
        assert_eq!(masks.covers_column(column), covered, "{column}");
    }
}
