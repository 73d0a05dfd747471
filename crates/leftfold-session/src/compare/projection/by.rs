//! How rows are the states of streams, as it is stated.

use leftfold_event::json::Value;
use leftfold_replay::Path;
use leftfold_source::{Expression as ColumnTemplate, Piece};

use crate::error::SessionError;

/// How the rows of the right side are states of the left side's streams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectionBy {
    /// The projection that makes the states; `None`: each stream's own.
    pub projection: Option<String>,
    /// The table whose rows are compared.
    pub table: Option<String>,
    /// What says whose state a row is: a column, or a template of columns (`cart-{cart_id}`).
    pub key: Option<String>,
    /// The columns (or places) that are compared; empty: all that both sides have.
    pub fields: Vec<String>,
    /// Where columns are in the state, where it is not a field of their name.
    pub map: Vec<(String, Path)>,
    /// How far the place of the log that the rows are as of may be behind its end, in nanoseconds; `None`: however far.
    pub within: Option<i64>,
}

/// A place in a state, as `/total`, `$.total` or `total`; `$` is all of it.
pub(super) fn place(text: &str) -> Result<Path, SessionError> {
    let text = text.trim();
    let pointer = match text.strip_prefix('$') {
        Some(below) => below.replace('.', "/"),
        None if text.starts_with('/') || text.is_empty() => text.to_owned(),
        None => format!("/{text}"),
    };
    Path::parse(&pointer)
        .filter(|p| (!p.tokens().is_empty() || text == "$") && !pointer.contains('['))
        .ok_or_else(|| {
            SessionError::new(
                "path-syntax",
                format!("{text:?} is no place in a state: write /total, or /items/0/qty"),
            )
        })
}

impl ProjectionBy {
    /// Reads what was stated; a column's place as `/total` or `$.total`. An error has the project file's key for it as its parameter
    /// `key`.
    pub fn read(
        projection: Option<String>,
        table: Option<String>,
        key: Option<String>,
        fields: Vec<String>,
        map: Vec<(String, String)>,
    ) -> Result<Self, SessionError> {
        let about = |name: &str, e: SessionError| {
            SessionError::new(e.code, format!("{name}: {}", e.message)).with("key", name)
        };
        if let Some((column, _)) = (1..map.len()).find_map(|i| map[..i].iter().find(|(c, _)| *c == map[i].0))
        {
            let why = format!("{column:?} is placed twice");
            return Err(about("map", SessionError::new("path-syntax", why)));
        }
        let by = Self {
            projection,
            table,
            key,
            fields,
            map: map
                .into_iter()
                .map(|(column, at)| Ok((column, place(&at)?)))
                .collect::<Result<_, _>>()
                .map_err(|e| about("map", e))?,
            within: None,
        };
        by.key_template().map_err(|e| about("key", e))?;
        Ok(by)
    }

    /// Where columns are, as it is written.
    pub fn map_texts(&self) -> Vec<(String, String)> {
        let text = |at: &Path| {
            if at.tokens().is_empty() {
                "$".to_owned()
            } else {
                at.to_string()
            }
        };
        self.map
            .iter()
            .map(|(column, at)| (column.clone(), text(at)))
            .collect()
    }

    /// The key's template, if one is stated.
    pub(super) fn key_template(&self) -> Result<Option<KeyTemplate>, SessionError> {
        self.key.as_deref().map(KeyTemplate::parse).transpose()
    }
}

/// What says whose state a row is.
pub(super) struct KeyTemplate(Vec<Piece>);

impl KeyTemplate {
    fn parse(text: &str) -> Result<Self, SessionError> {
        let refused = |why: String| SessionError::new("path-syntax", why);
        match ColumnTemplate::of_text(text.to_owned()).map_err(|e| refused(e.to_string()))? {
            ColumnTemplate::Column(column) => Ok(Self(vec![Piece::Column {
                column: column.column,
                at: column.at,
            }])),
            ColumnTemplate::Template { pieces, .. } => Ok(Self(pieces)),
            _ => Err(refused(format!(
                "{text:?} is neither a column nor a template of columns"
            ))),
        }
    }

    /// These columns, the parts of one key.
    pub(super) fn of_columns(names: &[&str]) -> Self {
        let column = |name: &&str| Piece::Column {
            column: (*name).to_owned(),
            at: None,
        };
        Self(names.iter().map(column).collect())
    }

    /// The columns it uses.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Column { column, .. } => Some(column.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The one column that it uses, and what that says where this is the key.
    pub(super) fn column_of<'k>(&self, key: &'k str) -> Option<(&str, &'k str)> {
        let [before @ .., Piece::Column { column, at: None }] = &self.0[..] else {
            return None;
        };
        let mut rest = key;
        for piece in before {
            let Piece::Text(text) = piece else { return None };
            rest = rest.strip_prefix(text.as_str())?;
        }
        Some((column, rest))
    }

    /// The key of a row; `None` where one of its columns is null.
    pub(super) fn of(&self, row: &Value) -> Option<String> {
        let mut key = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => key.push_str(text),
                Piece::Column { column, at } => {
                    let value = row.get(column)?;
                    let parsed = match (at, value.as_str()) {
                        (Some(_), Some(text)) => leftfold_event::json::parse(text.as_bytes()).ok(),
                        _ => None,
                    };
                    let value = parsed.as_ref().unwrap_or(value);
                    let value = at.as_deref().map_or(Some(value), |at| value.pointer(at))?;
                    if *value == Value::Null {
                        return None;
                    }
                    key.push_str(&crate::compare::field::key_text(value));
                }
            }
        }
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use leftfold_event::json;

    use super::*;

    #[test]
    fn a_key_is_a_column_or_made_of_columns() {
        let row = json::parse(br#"{"id":17,"kind":"cart","doc":"{\"n\":\"x\"}","none":null}"#).unwrap();
        let key = |text: &str| KeyTemplate::parse(text).unwrap().of(&row);
        assert_eq!(key("id").as_deref(), Some("17"));
        assert_eq!(key("{kind}-{id}").as_deref(), Some("cart-17"));
        assert_eq!(key("cart/{doc@/n}").as_deref(), Some("cart/x"));
        assert_eq!((key("none"), key("gone")), (None, None));
    }

    #[test]
    fn of_a_key_of_one_column_that_column_is_told() {
        let column = |text: &str, key: &'static str| {
            let template = KeyTemplate::parse(text).unwrap();
            template.column_of(key).map(|(c, v)| (c.to_owned(), v))
        };
        let of = |c: &str, v| Some((c.to_owned(), v));
        assert_eq!(column("id", "17"), of("id", "17"));
        assert_eq!(column("cart-{id}", "cart-17"), of("id", "17"));
        assert_eq!(column("cart-{id}", "order-17"), None);
        assert_eq!(column("{kind}-{id}", "cart-17"), None);
        assert_eq!(column("{doc@/n}", "17"), None);
    }

    #[test]
    fn a_place_is_written_in_three_ways_and_a_wrong_one_is_told() {
        let text = |t: &str| place(t).map(|p| p.to_string());
        for written in ["/a/b", "$.a.b", "a/b"] {
            assert_eq!(text(written).as_deref(), Ok("/a/b"), "{written}");
        }
        let wrong = |t: &str| place(t).is_err();
        assert!(wrong("") && wrong("$.a[0]") && wrong("/a~3"));
        let whole = vec![("data".to_owned(), "$".to_owned())];
        let by = ProjectionBy::read(None, None, None, Vec::new(), whole.clone()).unwrap();
        assert_eq!((by.map[0].1.clone(), by.map_texts()), (Path::root(), whole));
        let map = vec![("total".to_owned(), "$.a[0]".to_owned())];
        let e = ProjectionBy::read(None, None, None, Vec::new(), map).unwrap_err();
        assert_eq!(e.params["key"], "map");
    }
}
