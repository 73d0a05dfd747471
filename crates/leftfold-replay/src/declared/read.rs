//! Reading declarations from TOML, with the key and the place of everything that is wrong.

use std::ops::Range;

use compact_str::CompactString;
use leftfold_event::json::{Number, Object, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::action::{Action, Place, PlaceStep, Source, Verb};
use super::{Declared, Handler};
use crate::path::Path;
use crate::set::Scope;

/// One `[[projection]]` of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// The streams it is for.
    pub scope: Scope,
    /// What folds them.
    pub folds: Folds,
}

/// What a declaration folds with.
#[derive(Clone, Debug, PartialEq)]
pub enum Folds {
    /// A built-in projection of this name.
    Builtin(String),
    /// Declared handlers.
    Handlers(Declared),
}

/// What is wrong in a declaration, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {}{fault}", self.prefix())]
pub struct DeclarationError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The key, like `projection[0].on[1].do[0].from`; empty when the file is no TOML.
    pub key: String,
    /// What is wrong.
    pub fault: DeclarationFault,
}

impl DeclarationError {
    fn prefix(&self) -> String {
        if self.key.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.key)
        }
    }
}

/// What is wrong in a declaration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeclarationFault {
    /// The text is no TOML.
    #[error("{0}")]
    NotToml(String),
    /// A key nobody knows.
    #[error("unknown key; known are {0}")]
    UnknownKey(&'static str),
    /// A needed key is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The value is of the wrong kind.
    #[error("{expected} is expected, not {found}")]
    WrongKind {
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// Keys that exclude each other.
    #[error("only one of {0} may be given")]
    Several(&'static str),
    /// The key means nothing with this verb.
    #[error("means nothing with {0:?}")]
    Pointless(&'static str),
    /// The text is no place in a state.
    #[error("{0:?} is no place: write a pointer like /total, /counts/{{/sku}} or /lines/[sku=/sku]/qty")]
    BadPlace(String),
    /// The text is no pointer into the payload.
    #[error("{0:?} is no JSON pointer: write \"\" for the whole payload or like \"/item/price\"")]
    BadPointer(String),
    /// There is no such fact of an event.
    #[error("{0:?} is no fact of an event: write type, version or time")]
    BadFact(String),
    /// There is no built-in fold of this name.
    #[error("there is no fold {0:?}: write merge, latest, json-patch or debezium")]
    UnknownFold(String),
    /// JSON has no such number.
    #[error("{0} is no JSON number")]
    NotANumber(String),
    /// Two projections of one name.
    #[error("another projection is named {0:?}")]
    NameTaken(String),
}

const PROJECTION_KEYS: &str = "name, categories, streams, fold, initial, on";
const HANDLER_KEYS: &str = "type, do";
const ACTION_KEYS: &str =
    "set, increment, decrement, append, merge, remove, move; to, from, value, event, optional";
const VERBS: [&str; 7] = [
    "set",
    "increment",
    "decrement",
    "append",
    "merge",
    "remove",
    "move",
];
const BUILTIN: [&str; 4] = ["merge", "latest", "json-patch", "debezium"];

/// Reads the `[[projection]]` tables of a project file; its other tables are left alone.
pub fn from_toml(text: &str) -> Result<Vec<Declaration>, DeclarationError> {
    let doc = DeTable::parse(text).map_err(|e| {
        let at = e.span().unwrap_or_default();
        error(text, &at, "", DeclarationFault::NotToml(e.message().to_owned()))
    })?;
    let Some(list) = doc.get_ref().get("projection") else {
        return Ok(Vec::new());
    };
    let reader = Reader { text };
    let mut out: Vec<Declaration> = Vec::new();
    for (i, item) in reader.array(list, "projection")?.iter().enumerate() {
        let (key, table) = (format!("projection[{i}]"), item);
        let declaration = reader.projection(table, &key)?;
        if out.iter().any(|d| d.name == declaration.name) || BUILTIN.contains(&declaration.name.as_str()) {
            return Err(error(
                text,
                &table.span(),
                &key,
                DeclarationFault::NameTaken(declaration.name),
            ));
        }
        out.push(declaration);
    }
    Ok(out)
}

fn error(text: &str, at: &Range<usize>, key: &str, fault: DeclarationFault) -> DeclarationError {
    let before = text.get(..at.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    DeclarationError {
        line,
        column: before[line_start..].chars().count() + 1,
        key: key.to_owned(),
        fault,
    }
}

type Item<'i> = Spanned<DeValue<'i>>;
type Result<T, E = DeclarationError> = std::result::Result<T, E>;

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn fail<T>(&self, item: &Item<'_>, key: &str, fault: DeclarationFault) -> Result<T> {
        Err(error(self.text, &item.span(), key, fault))
    }

    fn wrong<T>(&self, item: &Item<'_>, key: &str, expected: &'static str) -> Result<T> {
        let found = match item.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.fail(item, key, DeclarationFault::WrongKind { expected, found })
    }

    fn array<'v, 'i>(&self, item: &'v Item<'i>, key: &str) -> Result<Vec<&'v Item<'i>>> {
        match item.get_ref() {
            DeValue::Array(a) => Ok(a.iter().collect()),
            _ => self.wrong(item, key, "an array"),
        }
    }

    fn string<'v>(&self, item: &'v Item<'_>, key: &str) -> Result<&'v str> {
        match item.get_ref() {
            DeValue::String(s) => Ok(s),
            _ => self.wrong(item, key, "a string"),
        }
    }

    /// The table, after its keys are found to be known.
    fn table<'v, 'i>(&self, item: &'v Item<'i>, key: &str, known: &'static str) -> Result<&'v DeTable<'i>> {
        let DeValue::Table(table) = item.get_ref() else {
            return self.wrong(item, key, "a table");
        };
        for name in table.keys() {
            if !known
                .split([',', ';'])
                .any(|k| k.trim() == name.get_ref().as_ref())
            {
                let key = format!("{key}.{}", name.get_ref());
                return Err(error(
                    self.text,
                    &name.span(),
                    &key,
                    DeclarationFault::UnknownKey(known),
                ));
            }
        }
        Ok(table)
    }

    fn patterns(&self, table: &DeTable<'_>, name: &str, key: &str) -> Result<Vec<String>> {
        let Some(item) = table.get(name) else {
            return Ok(Vec::new());
        };
        let key = format!("{key}.{name}");
        if let DeValue::String(s) = item.get_ref() {
            return Ok(vec![s.to_string()]);
        }
        self.array(item, &key)?
            .into_iter()
            .map(|i| self.string(i, &key).map(str::to_owned))
            .collect()
    }

    fn projection(&self, item: &Item<'_>, key: &str) -> Result<Declaration> {
        let table = self.table(item, key, PROJECTION_KEYS)?;
        let Some(name) = table.get("name") else {
            return self.fail(item, key, DeclarationFault::Missing("name"));
        };
        let name = self.string(name, &format!("{key}.name"))?.to_owned();
        let scope = Scope {
            categories: self.patterns(table, "categories", key)?,
            streams: self.patterns(table, "streams", key)?,
        };
        if let Some(fold) = table.get("fold") {
            let fold_key = format!("{key}.fold");
            if table.contains_key("on") || table.contains_key("initial") {
                return self.fail(
                    fold,
                    &fold_key,
                    DeclarationFault::Several("fold, and on with initial,"),
                );
            }
            let text = self.string(fold, &fold_key)?;
            if !BUILTIN.contains(&text) {
                return self.fail(fold, &fold_key, DeclarationFault::UnknownFold(text.to_owned()));
            }
            return Ok(Declaration {
                name,
                scope,
                folds: Folds::Builtin(text.to_owned()),
            });
        }
        let initial = match table.get("initial") {
            Some(item) => self.value(item, &format!("{key}.initial"))?,
            None => Value::Object(Object::new()),
        };
        let Some(on) = table.get("on") else {
            return self.fail(item, key, DeclarationFault::Missing("on (or fold)"));
        };
        let mut handlers = Vec::new();
        for (i, item) in self.array(on, &format!("{key}.on"))?.into_iter().enumerate() {
            handlers.push(self.handler(item, &format!("{key}.on[{i}]"))?);
        }
        let declared = Declared {
            name: name.clone(),
            initial,
            handlers,
        };
        Ok(Declaration {
            name,
            scope,
            folds: Folds::Handlers(declared),
        })
    }

    fn handler(&self, item: &Item<'_>, key: &str) -> Result<Handler> {
        let table = self.table(item, key, HANDLER_KEYS)?;
        let types = self.patterns(table, "type", key)?;
        if types.is_empty() {
            return self.fail(item, key, DeclarationFault::Missing("type"));
        }
        let Some(list) = table.get("do") else {
            return self.fail(item, key, DeclarationFault::Missing("do"));
        };
        let mut actions = Vec::new();
        for (i, item) in self.array(list, &format!("{key}.do"))?.into_iter().enumerate() {
            actions.push(self.action(item, &format!("{key}.do[{i}]"))?);
        }
        Ok(Handler { types, actions })
    }

    fn action(&self, item: &Item<'_>, key: &str) -> Result<Action> {
        let table = self.table(item, key, ACTION_KEYS)?;
        let mut verbs = VERBS
            .iter()
            .filter_map(|v| table.get(*v).map(|place| (*v, place)));
        let (verb, place) = match (verbs.next(), verbs.next()) {
            (Some(one), None) => one,
            (None, _) => {
                return self.fail(item, key, DeclarationFault::Missing("a verb (set, increment, …)"));
            }
            (_, Some((other, second))) => {
                let verbs = "set, increment, decrement, append, merge, remove and move";
                return self.fail(
                    second,
                    &format!("{key}.{other}"),
                    DeclarationFault::Several(verbs),
                );
            }
        };
        let target = self.place(place, &format!("{key}.{verb}"))?;
        let optional = match table.get("optional") {
            None => false,
            Some(item) => match item.get_ref() {
                DeValue::Boolean(b) => *b,
                _ => return self.wrong(item, &format!("{key}.optional"), "true or false"),
            },
        };
        let source = self.source(table, key)?;
        let needed = |source: Option<Source>| match source {
            Some(source) => Ok(source),
            None => self.fail(item, key, DeclarationFault::Missing("from, value or event")),
        };
        if let Some(to) = table.get("to").filter(|_| verb != "move") {
            return self.fail(to, &format!("{key}.to"), DeclarationFault::Pointless(verb));
        }
        let verb = match verb {
            "set" => Verb::Set(needed(source)?),
            "append" => Verb::Append(needed(source)?),
            "merge" => Verb::Merge(needed(source)?),
            "increment" | "decrement" => {
                let by = source.unwrap_or_else(|| Source::Constant(1.into()));
                Verb::Increment {
                    by,
                    minus: verb == "decrement",
                }
            }
            _ if source.is_some() => {
                let given = ["from", "value", "event"]
                    .into_iter()
                    .find_map(|n| table.get(n).map(|i| (n, i)));
                let (name, item) = given.unwrap_or(("from", item));
                return self.fail(item, &format!("{key}.{name}"), DeclarationFault::Pointless(verb));
            }
            "remove" => Verb::Remove,
            _ => match table.get("to") {
                Some(to) => Verb::Move {
                    to: self.place(to, &format!("{key}.to"))?,
                },
                None => return self.fail(item, key, DeclarationFault::Missing("to")),
            },
        };
        Ok(Action {
            verb,
            target,
            optional,
        })
    }

    fn source(&self, table: &DeTable<'_>, key: &str) -> Result<Option<Source>> {
        let mut found = None;
        for name in ["from", "value", "event"] {
            let Some(item) = table.get(name) else { continue };
            let key = format!("{key}.{name}");
            if found.is_some() {
                return self.fail(item, &key, DeclarationFault::Several("from, value and event"));
            }
            found = Some(match name {
                "value" => Source::Constant(self.value(item, &key)?),
                "from" => {
                    let text = self.string(item, &key)?;
                    match Path::parse(text) {
                        Some(path) => Source::Payload(path),
                        None => return self.fail(item, &key, DeclarationFault::BadPointer(text.to_owned())),
                    }
                }
                _ => match self.string(item, &key)? {
                    "type" => Source::Type,
                    "version" => Source::Version,
                    "time" => Source::Time,
                    other => return self.fail(item, &key, DeclarationFault::BadFact(other.to_owned())),
                },
            });
        }
        Ok(found)
    }

    fn place(&self, item: &Item<'_>, key: &str) -> Result<Place> {
        let text = self.string(item, key)?;
        match place_steps(text) {
            Some(steps) => Ok(Place {
                text: text.to_owned(),
                steps,
            }),
            None => self.fail(item, key, DeclarationFault::BadPlace(text.to_owned())),
        }
    }

    /// A TOML value as JSON: numbers with their digits, keys in the order they are written, dates as text.
    fn value(&self, item: &Item<'_>, key: &str) -> Result<Value> {
        Ok(match item.get_ref() {
            DeValue::String(s) => Value::String(CompactString::from(s.as_ref())),
            DeValue::Boolean(b) => Value::Bool(*b),
            DeValue::Datetime(d) => Value::String(CompactString::from(d.to_string())),
            DeValue::Integer(n) => {
                let decimal = match n.radix() {
                    10 => Some(n.as_str().to_owned()),
                    radix => i64::from_str_radix(n.as_str(), radix).ok().map(|n| n.to_string()),
                };
                self.number(item, key, decimal.as_deref().unwrap_or(n.as_str()))?
            }
            DeValue::Float(n) => self.number(item, key, n.as_str())?,
            DeValue::Array(items) => {
                let item = |(i, item)| self.value(item, &format!("{key}[{i}]"));
                Value::Array(items.iter().enumerate().map(item).collect::<Result<_>>()?)
            }
            DeValue::Table(table) => {
                let mut entries: Vec<_> = table.iter().collect();
                entries.sort_by_key(|(name, _)| name.span().start);
                let mut object = Object::new();
                for (name, item) in entries {
                    let name = name.get_ref();
                    object.insert(name.as_ref(), self.value(item, &format!("{key}.{name}"))?);
                }
                Value::Object(object)
            }
        })
    }

    fn number(&self, item: &Item<'_>, key: &str, text: &str) -> Result<Value> {
        let plain = text.trim_start_matches('+').replace('_', "");
        match Number::parse(&plain) {
            Some(n) => Ok(Value::Number(n)),
            None => self.fail(item, key, DeclarationFault::NotANumber(text.to_owned())),
        }
    }
}

/// Splits a place at the slashes outside of braces and brackets.
fn place_steps(text: &str) -> Option<Vec<PlaceStep>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.strip_prefix('/')?;
        if let Some(inner) = rest.strip_prefix('{') {
            let (pointer, after) = inner.split_once('}')?;
            steps.push(PlaceStep::Payload(Path::parse(pointer)?));
            rest = after;
        } else if let Some(inner) = rest.strip_prefix('[') {
            let (condition, after) = inner.split_once(']')?;
            let (member, pointer) = condition.split_once('=')?;
            steps.push(PlaceStep::Element {
                member: member.into(),
                is: Path::parse(pointer)?,
            });
            rest = after;
        } else {
            let end = rest.find('/').unwrap_or(rest.len());
            let path = Path::parse(&format!("/{}", &rest[..end]))?;
            steps.push(PlaceStep::Key(path.tokens().first()?.clone()));
            rest = &rest[end..];
        }
    }
    Some(steps)
}
