//! `[[compensate]]` and `[[partner]]` of a project file: what undoes events of which type, and what belongs to them.

use leftfold_compare::Template;
use leftfold_event::json::{Number, Value};
use serde::Deserialize;
use toml::Spanned;

use crate::project::{line_of, toml_error};

/// How templates stand in TOML, among other things.
#[derive(Deserialize)]
struct Stated {
    #[serde(default)]
    compensate: Vec<Spanned<Entry>>,
    #[serde(default)]
    partner: Vec<Spanned<PartnerEntry>>,
}

/// What a project file states for repair plans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Templates {
    /// What undoes events, in the order in which it is stated.
    pub compensate: Vec<Template>,
    /// What belongs to events.
    pub partner: Vec<Template>,
}

impl Templates {
    /// Whether none is stated.
    pub fn is_empty(&self) -> bool {
        self.compensate.is_empty() && self.partner.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with type, with and payload")]
struct Entry {
    #[serde(rename = "type")]
    of: String,
    with: String,
    #[serde(default)]
    payload: Option<toml::Value>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with type, with, stream and payload"
)]
struct PartnerEntry {
    #[serde(rename = "type")]
    of: String,
    with: String,
    #[serde(default)]
    stream: Option<String>,
    #[serde(default)]
    payload: Option<toml::Value>,
}

/// The templates that a TOML text states as `[[compensate]]` and `[[partner]]`, in its order; or what is wrong, with the line.
pub fn templates(text: &str) -> Result<Templates, String> {
    let stated: Stated = toml::from_str(text).map_err(|e| toml_error(&e, text))?;
    let compensate = stated.compensate.into_iter().map(|entry| {
        let line = line_of(text, entry.span().start);
        let Entry { of, with, payload } = entry.into_inner();
        template((of, with), None, payload, &|of, why| {
            format!("line {line}: [[compensate]] of {of:?}: {why}")
        })
    });
    let partner = stated.partner.into_iter().map(|entry| {
        let line = line_of(text, entry.span().start);
        let PartnerEntry {
            of,
            with,
            stream,
            payload,
        } = entry.into_inner();
        template((of, with), stream, payload, &|of, why| {
            format!("line {line}: [[partner]] of {of:?}: {why}")
        })
    });
    Ok(Templates {
        compensate: compensate.collect::<Result<_, _>>()?,
        partner: partner.collect::<Result<_, _>>()?,
    })
}

fn template(
    (of, with): (String, String),
    stream: Option<String>,
    payload: Option<toml::Value>,
    wrong: &dyn Fn(&str, String) -> String,
) -> Result<Template, String> {
    if with.is_empty() || of.is_empty() {
        return Err(wrong(&of, "type and with are types of events".to_owned()));
    }
    let payload = payload
        .map_or(Ok(Value::Null), value)
        .map_err(|why| wrong(&of, why))?;
    let made = Template::new(of.clone(), with, payload).map_err(|e| wrong(&of, e.to_string()))?;
    match stream {
        Some(stream) => made.in_stream(&stream).map_err(|e| wrong(&of, e.to_string())),
        None => Ok(made),
    }
}

fn value(stated: toml::Value) -> Result<Value, String> {
    Ok(match stated {
        toml::Value::String(text) => Value::from(text),
        toml::Value::Integer(n) => Value::from(n),
        toml::Value::Float(n) => {
            let number = Number::parse(&n.to_string());
            Value::Number(number.ok_or_else(|| format!("{n} is no number in JSON"))?)
        }
        toml::Value::Boolean(is) => Value::from(is),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(value).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => {
            let entries = table.into_iter().map(|(k, v)| Ok((k, value(v)?)));
            Value::Object(entries.collect::<Result<_, String>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use leftfold_event::Event;

    use super::*;

    #[test]
    fn templates_are_read_beside_everything_else() {
        let text = "[[source]]\nname = 'x'\n[[compensate]]\ntype = 'Paid'\nwith = 'Refunded'\n\
                    payload = { of = '{stream}', n = 1, x = 0.5, list = [true] }\n";
        let all = templates(text).unwrap().compensate;
        let paid = Event {
            stream: "order-1".to_owned(),
            ..Event::default()
        };
        assert_eq!((all[0].of.as_str(), all[0].with.as_str()), ("Paid", "Refunded"));
        let mut filled = all[0].fill(&paid).unwrap();
        assert_eq!(filled.pointer("/of"), Some(&Value::from("order-1")));
        assert_eq!(
            filled.pointer("/x").map(ToString::to_string).as_deref(),
            Some("0.5")
        );
        filled = filled.pointer("/list/0").cloned().unwrap();
        assert_eq!(filled, Value::from(true));
    }

    #[test]
    fn a_partner_has_a_stream_of_its_own() {
        let text = "[[partner]]\ntype = 'Placed'\nwith = 'Invoiced'\nstream = 'invoice-{payload@/n}'\n";
        let all = templates(text).unwrap();
        assert!(all.compensate.is_empty());
        let placed = Event {
            stream: "order-1".to_owned(),
            payload: leftfold_event::Payload::from_json(br#"{"n":10.50}"#.to_vec()).0,
            ..Event::default()
        };
        assert_eq!(all.partner[0].stream_for(&placed).unwrap(), "invoice-10.50");
        let bad = templates(&text.replace("payload@", "payload.")).unwrap_err();
        assert!(bad.contains("[[partner]]") && bad.contains("line 1"), "{bad}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (bad, part) in [
            ("with = 'R'\npayload = '{nowhere}'", "is no place of an event"),
            ("with = ''", "types of events"),
            ("with = 'R'\npaylod = 1", "paylod"),
            ("payload = 1", "with"),
        ] {
            let text = format!("# ours\n[[compensate]]\ntype = 'P'\n{bad}\n");
            let told = templates(&text).unwrap_err();
            assert!(told.contains(part) && told.contains("line "), "{told}");
        }
    }
}
