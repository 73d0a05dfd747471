//! A filter with another name in the place of one of its own, for a proposal that can be taken up.

use std::fmt::Write as _;

use super::Filter;
use super::tokens::{Kind, Token, tokens};
use crate::log::LaneBy;

impl Filter {
    /// The filter's text with another name wherever it compares `by` with this one. `None` where that place cannot be found.
    pub fn with_name(&self, by: LaneBy, name: &str, other: &str) -> Option<String> {
        let (tokens, _) = tokens(self.text());
        let strings = tokens
            .iter()
            .filter(|t| t.kind == Kind::Literal && value(t).as_deref() == Some(name));
        // The same text may be a value of something else: so what the filter compares with another text in its place is asked.
        let stand_in = quoted("\u{1}");
        let places = strings
            .map(|t| (t.start, t.end()))
            .filter(|place| {
                Self::parse(&put(self.text(), &[*place], &stand_in))
                    .is_ok_and(|f| f.mentions().names.contains(&(by, "\u{1}".to_owned())))
            })
            .collect::<Vec<_>>();
        self.put_checked(&places, &quoted(other))
    }

    /// The filter's text with `other`, as a filter writes it, wherever it names this field. `None` where that place cannot be found.
    pub fn with_field(&self, way: &[String], other: &str) -> Option<String> {
        let (tokens, _) = tokens(self.text());
        let places: Vec<_> = (0..tokens.len())
            .filter_map(|at| {
                let end = field_at(&tokens, at, way)?;
                Some((tokens[at].start, tokens[end - 1].end()))
            })
            .collect();
        self.put_checked(&places, other)
    }

    fn put_checked(&self, places: &[(usize, usize)], text: &str) -> Option<String> {
        let changed = put(self.text(), places, text);
        (!places.is_empty() && Self::parse(&changed).is_ok()).then_some(changed)
    }
}

/// A text with another one at these places, which are in order.
fn put(text: &str, places: &[(usize, usize)], other: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in places {
        out.push_str(&text[at..*start]);
        out.push_str(other);
        at = *end;
    }
    out.push_str(&text[at..]);
    out
}

/// What a literal says, if it is a text.
fn value(token: &Token<'_>) -> Option<String> {
    let alone = Filter::parse(&format!("type == {}", token.text)).ok()?;
    alone.mentions().names.pop().map(|(_, text)| text)
}

/// After the last token of exactly this field, if it is named at this token.
fn field_at(tokens: &[Token<'_>], at: usize, way: &[String]) -> Option<usize> {
    let is = |i: usize, kind: Kind, text: &str| {
        tokens
            .get(i)
            .is_some_and(|t| t.kind == kind && (text.is_empty() || t.text == text))
    };
    let (root, keys) = way.split_first()?;
    if !is(at, Kind::Name, root) || at.checked_sub(1).is_some_and(|i| is(i, Kind::Dot, "")) {
        return None;
    }
    let mut next = at + 1;
    for key in keys {
        if is(next, Kind::Dot, "") && is(next + 1, Kind::Name, key) {
            next += 2;
        } else if is(next, Kind::Open, "[")
            && is(next + 2, Kind::Close, "]")
            && value(tokens.get(next + 1)?).as_deref() == Some(key)
        {
            next += 3;
        } else {
            return None;
        }
    }
    // What goes on to a key names another field; a call's name is none.
    let goes_on = is(next, Kind::Dot, "") && !is(next + 2, Kind::Open, "(")
        || is(next, Kind::Open, "[") && tokens.get(next + 1).and_then(value).is_some();
    (!goes_on).then_some(next)
}

/// A text as a filter writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_name(text: &str, by: LaneBy, name: &str, other: &str) -> Option<String> {
        Filter::parse(text)
            .expect("the filter can be read")
            .with_name(by, name, other)
    }

    fn with_field(text: &str, way: &[&str], other: &str) -> Option<String> {
        let way: Vec<String> = way.iter().map(|k| (*k).to_owned()).collect();
        Filter::parse(text)
            .expect("the filter can be read")
            .with_field(&way, other)
    }

    #[test]
    fn a_name_is_put_where_it_is_compared_with_and_nowhere_else() {
        let changed = |text| with_name(text, LaneBy::Type, "Plcaed", "Placed").unwrap_or_default();
        assert_eq!(changed("type == 'Plcaed'"), "type == \"Placed\"");
        assert_eq!(
            changed("payload.x == \"Plcaed\" && (\"Plcaed\" == type)"),
            "payload.x == \"Plcaed\" && (\"Placed\" == type)"
        );
        assert_eq!(
            changed("type in ['Plcaed', 'Placed'] && stream == 'Plcaed'"),
            "type in [\"Placed\", 'Placed'] && stream == 'Plcaed'"
        );
        assert_eq!(
            changed("type == r'Plcaed' // 'Plcaed'"),
            "type == \"Placed\" // 'Plcaed'"
        );
        assert_eq!(with_name("version > 3", LaneBy::Type, "Plcaed", "Placed"), None);
    }

    #[test]
    fn what_a_name_holds_is_written_as_text() {
        let odd = "a \"b\" \\ c\n\u{7}é";
        let changed = with_name("stream == 'x'", LaneBy::Stream, "x", odd).unwrap_or_default();
        let names = Filter::parse(&changed).map(|f| f.mentions().names);
        assert_eq!(
            names.ok(),
            Some(vec![(LaneBy::Stream, odd.to_owned())]),
            "{changed}"
        );
    }

    #[test]
    fn a_field_is_put_where_it_is_named_and_not_where_it_leads_on() {
        assert_eq!(
            with_field(
                "payload.totl > 3 && has(payload.totl)",
                &["payload", "totl"],
                "payload.total"
            )
            .as_deref(),
            Some("payload.total > 3 && has(payload.total)")
        );
        assert_eq!(
            with_field(
                "payload['a b'].d == 1",
                &["payload", "a b", "d"],
                "payload[\"a b\"].c"
            )
            .as_deref(),
            Some("payload[\"a b\"].c == 1")
        );
        assert_eq!(
            with_field(
                "payload.a.b == 1 || payload.a.size() == 2",
                &["payload", "a"],
                "payload.z"
            )
            .as_deref(),
            Some("payload.a.b == 1 || payload.z.size() == 2")
        );
        assert_eq!(
            with_field(
                "payload.itmes[0].sku == 's'",
                &["payload", "itmes"],
                "payload.items"
            )
            .as_deref(),
            Some("payload.items[0].sku == 's'")
        );
        assert_eq!(
            with_field("metadata.payload.a == 1", &["payload", "a"], "payload.b"),
            None
        );
    }
}
