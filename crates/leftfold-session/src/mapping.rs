//! A mapping as the mapping screen edits it: one line a field, beside the whole as TOML.

use leftfold_source::{
    ColumnExpression, Expression, Mapping, PayloadFormat, PayloadMapping, Piece, TimeFormat, TimeMapping,
};

use crate::dto::{MappingDto, MappingFieldDto};
use crate::error::SessionError;

/// Shown for an expression that one line cannot say; left as it is, it stays as it is.
const AS_IS: &str = "(as in the TOML)";

/// Formats of a time: as the screen names them, and as the mapping does.
const TIMES: &[(&str, TimeFormat)] = &[
    ("auto", TimeFormat::Auto),
    ("iso", TimeFormat::Iso),
    ("s", TimeFormat::Seconds),
    ("ms", TimeFormat::Milliseconds),
    ("us", TimeFormat::Microseconds),
    ("ns", TimeFormat::Nanoseconds),
    ("ticks", TimeFormat::DotnetTicks),
    ("julian", TimeFormat::JulianDay),
];

/// Formats of a payload, likewise.
const PAYLOADS: &[(&str, PayloadFormat)] = &[
    ("auto", PayloadFormat::Auto),
    ("json", PayloadFormat::Json),
    ("text", PayloadFormat::Text),
    ("zlib", PayloadFormat::Zlib),
    ("yaml", PayloadFormat::Yaml),
    ("xml", PayloadFormat::Xml),
    ("msgpack", PayloadFormat::Msgpack),
    ("cbor", PayloadFormat::Cbor),
    ("bytes", PayloadFormat::Bytes),
];

fn name_of<T: PartialEq>(table: &[(&'static str, T)], format: &T) -> &'static str {
    table.iter().find(|(_, f)| f == format).map_or("auto", |(n, _)| n)
}

fn format_of<T: Copy>(table: &[(&'static str, T)], name: &str) -> Result<T, SessionError> {
    let known = || table.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ");
    table
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, f)| *f)
        .ok_or_else(|| {
            SessionError::new(
                "source-mapping",
                format!("unknown format {name:?}; there are: {}", known()),
            )
        })
}

/// The screen's form of a mapping.
pub fn to_dto(mapping: &Mapping) -> MappingDto {
    let field = |name: &str, expression: String, format: &str| MappingFieldDto {
        field: name.to_owned(),
        expression,
        format: format.to_owned(),
    };
    let plain = |name: &str, e: Option<&Expression>| field(name, e.map(one_line).unwrap_or_default(), "auto");
    let time = |name: &str, t: Option<&TimeMapping>| {
        field(
            name,
            t.map(|t| one_line(&t.from)).unwrap_or_default(),
            t.map_or("auto", |t| name_of(TIMES, &t.format)),
        )
    };
    let payload = |name: &str, p: Option<&PayloadMapping>| {
        let expression = p.map(|p| joined(&p.column, p.at.as_deref())).unwrap_or_default();
        field(
            name,
            expression,
            p.map_or("auto", |p| name_of(PAYLOADS, &p.format)),
        )
    };
    MappingDto {
        table: mapping.table.clone(),
        fields: vec![
            plain("stream", mapping.stream.as_ref()),
            plain("category", mapping.category.as_ref()),
            plain("version", mapping.version.as_ref()),
            plain("position", mapping.position.as_ref()),
            plain("id", mapping.id.as_ref()),
            plain("type", mapping.kind.as_ref()),
            time("time", mapping.time.as_ref()),
            time("valid_time", mapping.valid_time.as_ref()),
            payload("payload", mapping.payload.as_ref()),
            payload("metadata", mapping.metadata.as_ref()),
            plain("correlation_id", mapping.correlation.as_ref()),
            plain("causation_id", mapping.causation.as_ref()),
        ],
        toml: toml::to_string(mapping).unwrap_or_default(),
    }
}

/// The mapping a screen's form stands for: its TOML, with the fields that were edited set to what they say now.
pub fn from_dto(dto: &MappingDto) -> Result<Mapping, SessionError> {
    let wrong = |e: toml::de::Error| {
        let why = crate::project::toml_error(&e, &dto.toml);
        SessionError::new("source-mapping", format!("the mapping's TOML is wrong: {why}"))
    };
    let mut mapping: Mapping = if dto.toml.trim().is_empty() {
        Mapping::default()
    } else {
        toml::from_str(&dto.toml).map_err(wrong)?
    };
    let before = to_dto(&mapping);
    if mapping.table != dto.table {
        // Another table: what was said about the first one's joins and order does not hold.
        mapping = Mapping {
            table: dto.table.clone(),
            ..Mapping::default()
        };
    }
    for field in &dto.fields {
        let unchanged = mapping.table == before.table && before.fields.contains(field);
        if !unchanged {
            set_field(&mut mapping, field)?;
        }
    }
    Ok(mapping)
}

/// The mapping that flags state, `FIELD=EXPRESSION` each, as the fields of the screen have them; `None` without any.
pub fn of_flags<'f>(flags: impl IntoIterator<Item = &'f str>) -> Result<Option<Mapping>, SessionError> {
    let mut mapping = None;
    for flag in flags {
        let wrong = |why: &str| SessionError::new("source-mapping", format!("{flag:?}: {why}"));
        let (field, expression) = flag
            .split_once('=')
            .map(|(field, expression)| (field.trim(), expression.trim()))
            .filter(|(_, expression)| !expression.is_empty())
            .ok_or_else(|| wrong("write FIELD=PLACE, such as stream=payload/orderId"))?;
        let field = MappingFieldDto {
            field: field.to_owned(),
            expression: expression.to_owned(),
            format: "auto".to_owned(),
        };
        set_field(mapping.get_or_insert_with(Mapping::default), &field)?;
    }
    Ok(mapping)
}

fn set_field(mapping: &mut Mapping, field: &MappingFieldDto) -> Result<(), SessionError> {
    let text = field.expression.trim();
    if text == AS_IS {
        return Ok(());
    }
    let plain = || {
        if text.is_empty() {
            Ok(None)
        } else {
            expression(text).map(Some)
        }
    };
    let time = |kept: Option<&TimeMapping>| -> Result<Option<TimeMapping>, SessionError> {
        let format = format_of(TIMES, &field.format)?;
        let fraction = kept.and_then(|t| t.fraction.clone());
        Ok(plain()?.map(|from| TimeMapping {
            from,
            format,
            fraction,
        }))
    };
    let payload = |kept: Option<&PayloadMapping>| -> Result<Option<PayloadMapping>, SessionError> {
        if text.is_empty() {
            return Ok(None);
        }
        let (column, at) = split(text);
        let base = kept.cloned().unwrap_or_else(|| PayloadMapping::column(column));
        let format = format_of(PAYLOADS, &field.format)?;
        Ok(Some(PayloadMapping {
            column: column.to_owned(),
            at: at.map(str::to_owned),
            format,
            ..base
        }))
    };
    match field.field.as_str() {
        "stream" => mapping.stream = plain()?,
        "category" => mapping.category = plain()?,
        "version" => mapping.version = plain()?,
        "position" => mapping.position = plain()?,
        "id" => mapping.id = plain()?,
        "type" => mapping.kind = plain()?,
        "time" => mapping.time = time(mapping.time.as_ref())?,
        "valid_time" => mapping.valid_time = time(mapping.valid_time.as_ref())?,
        "payload" => mapping.payload = payload(mapping.payload.as_ref())?,
        "metadata" => mapping.metadata = payload(mapping.metadata.as_ref())?,
        "correlation_id" => mapping.correlation = plain()?,
        "causation_id" => mapping.causation = plain()?,
        other => {
            return Err(SessionError::new(
                "source-mapping",
                format!("there is no field {other:?}"),
            ));
        }
    }
    Ok(())
}

/// A column and a pointer as one text.
fn joined(column: &str, at: Option<&str>) -> String {
    format!("{column}{}", at.unwrap_or_default())
}

/// The reverse of [`joined`].
fn split(text: &str) -> (&str, Option<&str>) {
    match text.find('/') {
        Some(i) if i > 0 => (&text[..i], Some(&text[i..])),
        _ => (text, None),
    }
}

/// What stands between alternatives: the first that is there counts.
const OR: &str = " | ";

/// An expression in one line: a column, a template, alternatives of these, or else as the TOML has it.
fn one_line(expression: &Expression) -> String {
    let simple = simple(expression).filter(|text| self::expression(text).as_ref() == Ok(expression));
    simple
        .or_else(|| in_toml(expression))
        .unwrap_or_else(|| AS_IS.to_owned())
}

fn simple(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Column(ColumnExpression {
            column,
            at,
            after: None,
            before: None,
            when,
        }) if when.is_empty() => Some(joined(column, at.as_deref())),
        Expression::Template { pieces, when } if when.is_empty() => {
            let pieces = pieces.iter().map(|p| match p {
                Piece::Text(t) => t.replace('{', "{{").replace('}', "}}"),
                Piece::Column { column, at: None } => format!("{{{column}}}"),
                Piece::Column { column, at: Some(at) } => format!("{{{column}@{at}}}"),
            });
            Some(pieces.collect())
        }
        Expression::FirstOf(all) => {
            let all: Option<Vec<String>> = all.iter().map(simple).collect();
            Some(all?.join(OR))
        }
        _ => None,
    }
}

/// As the TOML has it, in one line: `{ column = "name", after = "-" }`.
fn in_toml(expression: &Expression) -> Option<String> {
    use serde::Serialize as _;

    let mut text = String::new();
    expression
        .serialize(toml::ser::ValueSerializer::new(&mut text))
        .ok()?;
    Some(text)
}

fn expression(text: &str) -> Result<Expression, SessionError> {
    if text.starts_with("{ ") {
        let value = toml::de::ValueDeserializer::parse(text).and_then(serde::Deserialize::deserialize);
        return value.map_err(|e| {
            let why = crate::project::toml_error(&e, text);
            SessionError::new("source-mapping", format!("{text}: {why}"))
        });
    }
    if text.contains(OR) {
        let all = text.split(OR).map(|one| expression(one.trim()));
        return Ok(Expression::FirstOf(all.collect::<Result<_, _>>()?));
    }
    if text.contains('{') {
        return Expression::template(text).map_err(|e| SessionError::new("source-mapping", e.to_string()));
    }
    let (column, at) = split(text);
    Ok(Expression::Column(ColumnExpression {
        column: column.to_owned(),
        at: at.map(str::to_owned),
        ..ColumnExpression::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_survives_the_screen_and_edits_change_only_their_field() {
        let text = r#"
            table = "log"
            stream = "{kind}-{key}"
            type = { column = "body", at = "/type" }
            version = { first-of = ["v", "w"] }
            time = { from = "at", format = "milliseconds" }
            payload = { column = "body", at = "/data", format = "json" }
        "#;
        let mapping: Mapping = toml::from_str(text).unwrap();
        let mut dto = to_dto(&mapping);
        assert_eq!(from_dto(&dto), Ok(mapping.clone()));
        let stream = dto.fields.iter_mut().find(|f| f.field == "stream").unwrap();
        assert_eq!(stream.expression, "{kind}-{key}");
        stream.expression = "key".into();
        let edited = from_dto(&dto).unwrap();
        assert_eq!(
            edited,
            Mapping {
                stream: Some(Expression::column("key")),
                ..mapping
            }
        );
    }

    #[test]
    fn what_is_no_format_says_which_there_are() {
        let mut dto = to_dto(&Mapping {
            table: "t".into(),
            ..Mapping::default()
        });
        let time = dto.fields.iter_mut().find(|f| f.field == "time").unwrap();
        (time.expression, time.format) = ("at".into(), "fortnights".into());
        assert!(from_dto(&dto).is_err_and(|e| e.message.contains("auto, iso, s, ms")));
    }

    #[test]
    fn every_expression_can_be_seen_and_edited_in_one_line() {
        let text = r#"
            table = "log"
            stream = { first-of = ["{kind}-{key}", "key"] }
            type = { column = "name", after = "-" }
            version = { first-of = [{ column = "v", when = [{ column = "kind", is = "x" }] }, "w"] }
            category = { constant = "order" }
        "#;
        let mapping: Mapping = toml::from_str(text).unwrap();
        let dto = to_dto(&mapping);
        let shown = |name: &str| {
            let field = dto.fields.iter().find(|f| f.field == name).unwrap();
            field.expression.clone()
        };
        assert_eq!(shown("stream"), "{kind}-{key} | key");
        assert_eq!(shown("type"), r#"{ column = "name", after = "-" }"#);
        assert_eq!(shown("category"), r#"{ constant = "order" }"#);
        // Written anew from what is shown, it is the same.
        let fresh = MappingDto {
            toml: String::new(),
            ..dto
        };
        assert_eq!(from_dto(&fresh), Ok(mapping));
    }
}
