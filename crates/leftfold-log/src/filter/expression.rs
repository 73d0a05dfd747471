//! CEL expressions over one event and values beside it: what rules and keys of comparisons are written in.

use cel::common::ast::{Expr, LiteralValue};
use cel::objects::Key;
use cel::{Context, IdedExpr, Value as Cel};
use leftfold_event::Event;
use leftfold_event::json::{Number, Object, Value};

use super::{FilterError, VARIABLES, compile, eval, reason, values};

/// A compiled expression. It knows the names of a filter, and those of the values that are put beside the event.
#[derive(Debug)]
pub struct Expression {
    text: String,
    pub(super) expr: IdedExpr,
    /// The names of the values that stand beside the event.
    pub(super) beside: Vec<String>,
    /// The names it uses.
    variables: Vec<String>,
    /// The texts that it looks for, in lower case. Each `find` is a name that no text can state, and holds or not for each event.
    needles: Vec<Vec<u8>>,
    /// Where it only takes a field: the name, and the keys below it. Such a value keeps all its digits.
    plain: Option<(String, Vec<String>)>,
}

/// Evaluates expressions; one for each thread.
#[derive(Default)]
pub struct Evaluation(Context<'static, 'static>);

impl Evaluation {
    /// Nothing evaluated yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Values beside the event, by name.
pub type Beside<'a> = [(&'a str, Option<&'a Value>)];

impl Expression {
    /// Compiles a text that may use these names besides a filter's own.
    pub fn parse(text: &str, beside: &[&str]) -> Result<Self, FilterError> {
        let mut expr = compile::expression(text, beside)?;
        let mut variables = Vec::new();
        compile::names(&expr, &mut variables);
        let mut needles = Vec::new();
        if !take_finds(&mut expr, &mut needles) {
            let whole = 0..text.len();
            return Err(FilterError::at(
                "filter-syntax",
                text,
                whole,
                "find takes one text: find(\"refund\")",
            ));
        }
        Ok(Self {
            plain: plain(&expr),
            beside: beside.iter().map(|name| (*name).to_owned()).collect(),
            text: text.to_owned(),
            expr,
            variables,
            needles,
        })
    }

    /// The text it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it uses a name.
    pub fn uses(&self, name: &str) -> bool {
        self.variables.iter().any(|v| v == name)
    }

    /// Whether it holds; `None` where something it asks for is not there. An error says why it cannot be evaluated.
    pub fn holds(
        &self,
        evaluation: &Evaluation,
        event: &Event,
        beside: &Beside<'_>,
    ) -> Result<Option<bool>, String> {
        match self.resolve(evaluation, event, beside)? {
            Some(Cel::Bool(b)) => Ok(Some(b)),
            None | Some(Cel::Null) => Ok(None),
            Some(other) => Err(format!("it gives {}, not true or false", reason::kind(&other))),
        }
    }

    /// Its value; `None` where something it asks for is not there.
    pub fn value(
        &self,
        evaluation: &Evaluation,
        event: &Event,
        beside: &Beside<'_>,
    ) -> Result<Option<Value>, String> {
        if let Some((name, keys)) = &self.plain {
            let root = match name.as_str() {
                "payload" => event.payload.value.as_ref(),
                "metadata" => event.metadata.value.as_ref(),
                other => beside.iter().find(|(n, _)| *n == other).and_then(|(_, v)| *v),
            };
            let found = root.and_then(|root| keys.iter().try_fold(root, |value, key| value.get(key)));
            return Ok(found.filter(|v| **v != Value::Null).cloned());
        }
        match self.resolve(evaluation, event, beside)? {
            None | Some(Cel::Null) => Ok(None),
            Some(value) => json(&value).map(Some),
        }
    }

    fn resolve(
        &self,
        evaluation: &Evaluation,
        event: &Event,
        beside: &Beside<'_>,
    ) -> Result<Option<Cel>, String> {
        let mut context = evaluation.0.new_inner_scope();
        for name in &self.variables {
            let value = match beside.iter().find(|(n, _)| n == name) {
                Some((_, value)) => value.map_or(Cel::Null, values::json),
                None if VARIABLES.contains(&name.as_str()) => values::variable(name, event),
                // Bound within the expression.
                None => continue,
            };
            context.add_variable_from_value(name.as_str(), value);
        }
        for (number, needle) in self.needles.iter().enumerate() {
            context.add_variable_from_value(name_of_find(number), Cel::Bool(eval::finds(event, needle)));
        }
        match context.resolve(&self.expr) {
            Ok(value) => Ok(Some(value)),
            Err(e) if reason::is_absence(&e) => Ok(None),
            Err(e) => Err(reason::of(&e)),
        }
    }
}

/// What the `find` of a number is called: nothing that can be written.
fn name_of_find(number: usize) -> String {
    format!("find {number}")
}

/// Puts names in the place of each `find`, and takes what they look for. False: one looks for something that is no text.
fn take_finds(expr: &mut IdedExpr, needles: &mut Vec<Vec<u8>>) -> bool {
    if let Expr::Call(call) = &expr.expr
        && call.func_name == "find"
    {
        let needle = match (&call.target, call.args.as_slice()) {
            (None, [arg]) => match &arg.expr {
                Expr::Literal(LiteralValue::String(text)) => text.inner().to_ascii_lowercase().into_bytes(),
                _ => return false,
            },
            _ => return false,
        };
        expr.expr = Expr::Ident(name_of_find(needles.len()));
        needles.push(needle);
        return true;
    }
    compile::parts_mut(expr)
        .into_iter()
        .all(|part| take_finds(part, needles))
}

/// The name and keys of an expression that only takes a field of the payload, the metadata or a value beside the event.
fn plain(expr: &IdedExpr) -> Option<(String, Vec<String>)> {
    match &expr.expr {
        Expr::Ident(name)
            if name == "payload" || name == "metadata" || !VARIABLES.contains(&name.as_str()) =>
        {
            Some((name.clone(), Vec::new()))
        }
        Expr::Select(select) if !select.test => {
            let (name, mut keys) = plain(&select.operand)?;
            keys.push(select.field.clone());
            Some((name, keys))
        }
        _ => None,
    }
}

/// A value of CEL as JSON.
fn json(value: &Cel) -> Result<Value, String> {
    let number = |text: String| {
        Number::parse(&text)
            .map(Value::Number)
            .ok_or("it gives no number".to_owned())
    };
    Ok(match value {
        Cel::Null => Value::Null,
        Cel::Bool(b) => Value::Bool(*b),
        Cel::Int(n) => Value::from(*n),
        Cel::UInt(n) => Value::from(*n),
        Cel::Float(n) => number(format!("{n}"))?,
        Cel::String(text) => Value::from(text.as_str()),
        Cel::Timestamp(time) => Value::from(time.to_rfc3339().as_str()),
        Cel::List(items) => Value::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Cel::Map(map) => {
            let mut entries = map
                .map
                .iter()
                .map(|(key, value)| {
                    let key = match key {
                        Key::String(text) => text.to_string(),
                        Key::Int(n) => n.to_string(),
                        Key::Uint(n) => n.to_string(),
                        Key::Bool(b) => b.to_string(),
                    };
                    Ok((key, json(value)?))
                })
                .collect::<Result<Vec<_>, String>>()?;
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect::<Object>())
        }
        other => return Err(format!("it gives {}", reason::kind(other))),
    })
}

#[cfg(test)]
mod tests {
    use leftfold_event::Payload;
    use leftfold_event::json::parse;

    use super::*;

    fn event(payload: &str) -> Event {
        Event {
            stream: "order-1".to_owned(),
            kind: "Paid".to_owned(),
            version: Some(3),
            payload: Payload::from_json(payload.as_bytes().to_vec()).0,
            ..Event::default()
        }
    }

    #[test]
    fn a_text_is_found_as_filters_find_it() {
        let found = |text: &str| holds(text, r#"{"note":"Refunded by hand"}"#, "{}");
        assert_eq!(found("find('REFUND')"), Ok(Some(true)));
        assert_eq!(found("!find('refund') || find('nothing of it')"), Ok(Some(false)));
        assert_eq!(found("[1].exists(n, n == 1 && find('by hand'))"), Ok(Some(true)));
        for wrong in ["find(payload.note)", "find()", "'a'.find('b')"] {
            let error = Expression::parse(wrong, &[]).unwrap_err();
            assert!(
                error.to_string().contains("find takes one text"),
                "{wrong}: {error}"
            );
        }
    }

    fn holds(text: &str, payload: &str, state: &str) -> Result<Option<bool>, String> {
        let state = parse(state.as_bytes()).unwrap();
        Expression::parse(text, &["state"]).unwrap().holds(
            &Evaluation::new(),
            &event(payload),
            &[("state", Some(&state))],
        )
    }

    fn value(text: &str, payload: &str) -> Option<String> {
        Expression::parse(text, &[])
            .unwrap()
            .value(&Evaluation::new(), &event(payload), &[])
            .unwrap()
            .map(|v| v.to_string())
    }

    #[test]
    fn a_condition_sees_the_event_and_what_stands_beside_it() {
        assert_eq!(
            holds("state.available >= 0", "{}", r#"{"available":0}"#),
            Ok(Some(true))
        );
        assert_eq!(
            holds(
                "state.available >= payload.qty",
                r#"{"qty":2}"#,
                r#"{"available":1}"#
            ),
            Ok(Some(false))
        );
        assert_eq!(holds("state.gone > 0", "{}", "{}"), Ok(None));
        assert_eq!(holds("has(state.gone)", "{}", "{}"), Ok(Some(false)));
        assert_eq!(
            holds(
                "payload.lines.all(l, l.qty > 0)",
                r#"{"lines":[{"qty":1}]}"#,
                "{}"
            ),
            Ok(Some(true))
        );
        assert!(holds("payload.qty", r#"{"qty":2}"#, "{}").is_err());
        assert!(holds("1 / payload.qty == 1", r#"{"qty":0}"#, "{}").is_err());
    }

    #[test]
    fn a_field_alone_keeps_every_digit() {
        assert_eq!(
            value("payload.n", r#"{"n":12345678901234567890.10}"#).as_deref(),
            Some("12345678901234567890.10")
        );
        assert_eq!(
            value("payload.a.b", r#"{"a":{"b":"x"}}"#).as_deref(),
            Some("\"x\"")
        );
        assert_eq!(value("payload.a.c", r#"{"a":{"b":"x"}}"#), None);
        assert_eq!(
            value("stream + '/' + string(version)", "{}").as_deref(),
            Some("\"order-1/3\"")
        );
    }

    #[test]
    fn a_name_that_is_nowhere_is_refused_where_it_stands() {
        let error = Expression::parse("stat.available >= 0", &["state"]).unwrap_err();
        assert_eq!((error.code, error.start, error.end), ("filter-name", 0, 4));
        assert!(Expression::parse("state.x", &[]).is_err());
        assert!(Expression::parse("", &[]).is_err());
    }
}
