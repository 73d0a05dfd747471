//! Fields that are hidden wherever events are shown, copied or written: by path or by name, as the project file says.
//!
//! ```toml
//! masks = ["payload.card.number", "payload.lines.*.price", "metadata.ip", "headers.authorization", "key", "*.email"]
//! ```
//!
//! A path leads from `payload`, `metadata`, `headers` or a fact of the source (`key`, `extra.tenant`), and whatever begins otherwise is refused; `*` stands for any one name or place in a
//! list, and lists need not be named. `*.email` is every field called so, however deep. Letters' sizes do not matter. What is hidden is replaced
//! before anything folds, compares, filters or writes it, by a text that says its kind: `•••text`.

mod signs;
mod store;

use leftfold_compare::FieldDifference;
use leftfold_event::json::{Object, Value, parse, unescape_token};
use leftfold_event::{Event, Payload, ProblemCode};
use leftfold_log::Filter;
use leftfold_log::filter::{Read, ReadFor, ReadStep};
use leftfold_source::PayloadFormat;
use leftfold_source::decode::decode;

use crate::error::SessionError;

pub(crate) use signs::{holds_sign, is_masked, met, refuse_met};
pub(crate) use store::Masked;

/// What stands in place of what is hidden, before its kind.
const SIGN: &str = "•••";

/// The fact by which an event says that something of it is hidden.
const MARK: &str = "masked";

/// What events are found by: hiding these would hide nothing, since lanes and lists are made of them.
const FOUND_BY: &[&str] = &[
    "stream", "category", "type", "time", "version", "position", "id", "source", "also_in",
];

/// Parts of the envelope that are texts of their own.
const OWN_TEXTS: &[&str] = &["correlation_id", "causation_id"];

/// What a path may begin with: the parts of events, and the facts that are called by their names alone; any other fact is one of `extra`.
const ROOTS: &[&str] = &[
    "payload",
    "metadata",
    "headers",
    "correlation_id",
    "causation_id",
    "key",
    "topic",
    "partition",
    "offset",
    EXTRA,
];

/// All facts of the source.
const EXTRA: &str = "extra";

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A field of this name, in small letters.
    Name(String),
    /// Any field, any member of a list.
    Any,
}

impl Step {
    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Name(own) => name.eq_ignore_ascii_case(own) || name.to_lowercase() == *own,
        }
    }
}

/// One of the masks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mask {
    /// `payload`, `metadata`, `headers`, a fact's name; `None`: everywhere.
    root: Option<String>,
    steps: Vec<Step>,
}

impl Mask {
    /// Whether it hides what these steps lead to below its root, or a part of it that counts for what it is used for; `deep`: it may begin at any step.
    fn hides(&self, steps: &[ReadStep], deep: bool, used: ReadFor) -> bool {
        if self.steps.is_empty() {
            return true;
        }
        // How far it may have come: places in its own steps.
        let mut at = vec![0];
        for step in steps {
            let mut next: Vec<usize> = Vec::new();
            for place in &at {
                let own = self.steps.get(*place);
                let goes_on = match step {
                    ReadStep::Name(name) => own.is_some_and(|own| own.fits(name)),
                    ReadStep::Item => own == Some(&Step::Any),
                    ReadStep::Unnamed => own.is_some(),
                };
                if goes_on {
                    next.push(place + 1);
                }
                // Lists need not be named.
                if matches!(step, ReadStep::Item | ReadStep::Unnamed) {
                    next.push(*place);
                }
            }
            if deep {
                next.push(0);
            }
            next.sort_unstable();
            next.dedup();
            if next.contains(&self.steps.len()) {
                return true;
            }
            at = next;
        }
        match used {
            ReadFor::Presence => false,
            // A mask that may begin anywhere hides nothing of a text or a number.
            ReadFor::Value if deep => at.iter().any(|place| *place > 0),
            ReadFor::Value | ReadFor::Whole => !at.is_empty(),
        }
    }
}

/// How one would write where a value stands.
fn called(steps: &[ReadStep]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            ReadStep::Name(name) if text.is_empty() => text.push_str(name),
            ReadStep::Name(name) => {
                text.push('.');
                text.push_str(name);
            }
            ReadStep::Item | ReadStep::Unnamed => text.push_str("[…]"),
        }
    }
    text
}

/// A value that is still to be looked through: which masks may begin in it, and how far others have come.
type Below<'v> = (&'v mut Value, Vec<usize>, Vec<(usize, usize)>);

/// What is hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    names: Vec<String>,
    masks: Vec<Mask>,
}

impl Masks {
    /// Reads masks as they stand in a project file. Twice the same one is one.
    pub fn parse(names: &[String]) -> Result<Self, SessionError> {
        let mut all = Self::default();
        for name in names {
            if all.names.contains(name) {
                continue;
            }
            all.masks.push(mask(name)?);
            all.names.push(name.clone());
        }
        Ok(all)
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.masks.is_empty()
    }

    /// The masks as they were written.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether anything of a part of events may be hidden.
    fn reach(&self, root: &str) -> bool {
        let of_root = |m: &Mask| m.root.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(root));
        self.masks.iter().any(of_root)
    }

    /// These and those.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        for (name, mask) in other.names.iter().zip(&other.masks) {
            if !self.names.contains(name) {
                self.names.push(name.clone());
                self.masks.push(mask.clone());
            }
        }
        self
    }

    /// Hides what is to be hidden of an event.
    pub fn hide(&self, event: &mut Event) {
        if self.is_empty() {
            return;
        }
        let twice = event.problems.iter().any(|p| p.code == ProblemCode::DuplicateKey);
        let mut hidden = false;
        hidden |= self.hide_part("payload", &mut event.payload, twice);
        hidden |= self.hide_part("metadata", &mut event.metadata, twice);
        for (own, text) in OWN_TEXTS
            .iter()
            .zip([&mut event.correlation_id, &mut event.causation_id])
        {
            if let Some(text) = text
                && self.covers(&[own])
            {
                *text = format!("{SIGN}text");
                hidden = true;
            }
        }
        for (name, value) in &mut event.extra {
            hidden |= self.hide_fact(name, value);
        }
        if hidden {
            // A sign that whoever takes the event along cannot overlook.
            let names = self.names.iter().map(|n| Value::from(n.as_str())).collect();
            event.extra.push((MARK.to_owned(), Value::Array(names)));
        }
    }

    fn hide_fact(&self, name: &str, value: &mut Value) -> bool {
        if name == "headers"
            && let Value::Array(flat) = value
        {
            let mut hidden = false;
            for pair in flat.chunks_mut(2) {
                if let [Value::String(name), value] = pair
                    && (self.covers(&["headers", name])
                        || self.covers(&["headers"])
                        || self.covers(&["extra", "headers", name]))
                {
                    *value = sign(value);
                    hidden = true;
                }
            }
            return hidden;
        }
        if self.covers(&[name]) || self.covers(&["extra", name]) {
            *value = sign(value);
            return true;
        }
        let below = self.walk(&[name], value);
        self.walk(&["extra", name], value) || below
    }

    fn hide_part(&self, root: &str, part: &mut Payload, twice: bool) -> bool {
        let Some(value) = &mut part.value else {
            if part.raw.is_empty() || !self.reach(root) {
                return false;
            }
            *part = Payload::undecoded(hidden_bytes(&part.raw));
            return true;
        };
        let whole = self.covers(&[root]);
        if whole {
            *value = sign(value);
        }
        // Of a key that stands twice the first value is in the bytes alone.
        let shadowed = twice && self.reach(root);
        if !(whole || self.walk(&[root], value) || shadowed) {
            // A mapping may take a part of what is stored, or a wrapping off: what is beside that was not looked through.
            if !is_all_of(&part.raw, part.encoding, value) {
                part.raw = value.to_string().into_bytes();
                part.encoding = "json";
            }
            return false;
        }
        part.raw = value.to_string().into_bytes();
        part.encoding = "json";
        true
    }

    /// Hides what is covered below a value that stands at a way; whether anything is.
    fn walk(&self, way: &[&str], value: &mut Value) -> bool {
        let mut hidden = false;
        // By hand: values are as deep as the data say.
        let mut rest: Vec<Below<'_>> = Vec::new();
        let deep: Vec<usize> = (0..self.masks.len())
            .filter(|i| self.masks[*i].root.is_none())
            .collect();
        let mut started: Vec<(usize, usize)> = Vec::new();
        for (i, mask) in self.masks.iter().enumerate() {
            let begun = |names: &[&str]| {
                mask.steps.len() > names.len() && mask.steps.iter().zip(names).all(|(s, name)| s.fits(name))
            };
            match (&mask.root, way.split_first()) {
                (Some(root), Some((first, below))) if root.eq_ignore_ascii_case(first) && begun(below) => {
                    started.push((i, below.len()));
                }
                // One that may begin anywhere may have begun on the way.
                (None, _) => {
                    let ends = (0..way.len()).map(|from| way.get(from..).unwrap_or_default());
                    started.extend(ends.filter(|end| begun(end)).map(|end| (i, end.len())));
                }
                _ => {}
            }
        }
        if deep.is_empty() && started.is_empty() {
            return false;
        }
        rest.push((value, deep, started));
        while let Some((value, deep, at)) = rest.pop() {
            match value {
                Value::Array(items) => {
                    for item in items {
                        // A list may be passed over, or be what `*` stands for.
                        let mut next = at.clone();
                        let mut all = false;
                        for (i, step) in &at {
                            if self.masks[*i].steps[*step] == Step::Any {
                                all |= self.masks[*i].steps.len() == step + 1;
                                next.push((*i, step + 1));
                            }
                        }
                        next.retain(|(i, step)| *step < self.masks[*i].steps.len());
                        if all {
                            *item = sign(item);
                            hidden = true;
                        } else {
                            rest.push((item, deep.clone(), next));
                        }
                    }
                }
                Value::Object(object) => {
                    for (name, item) in object.iter_mut() {
                        let mut next = Vec::new();
                        let mut all = false;
                        let begun = deep.iter().map(|i| (*i, 0)).chain(at.iter().copied());
                        for (i, step) in begun {
                            let steps = &self.masks[i].steps;
                            if steps[step].fits(name) {
                                all |= steps.len() == step + 1;
                                if steps.len() > step + 1 {
                                    next.push((i, step + 1));
                                }
                            }
                        }
                        if all {
                            *item = sign(item);
                            hidden = true;
                        } else {
                            rest.push((item, deep.clone(), next));
                        }
                    }
                }
                _ => {}
            }
        }
        hidden
    }

    /// Whether what stands at a way is hidden whole.
    fn covers(&self, way: &[&str]) -> bool {
        self.masks.iter().any(|mask| match &mask.root {
            Some(root) => {
                root.eq_ignore_ascii_case(way[0])
                    && mask.steps.len() < way.len()
                    && mask.steps.iter().zip(&way[1..]).all(|(s, name)| s.fits(name))
            }
            None => (1..=way.len()).any(|from| {
                let rest = &way[way.len() - from..];
                rest.len() >= mask.steps.len() && mask.steps.iter().zip(rest).all(|(s, name)| s.fits(name))
            }),
        })
    }

    /// The first of the masks that hides a value an expression reads, or a part of it that counts. `state` is a payload that was folded.
    pub(crate) fn touching(&self, read: &Read) -> Option<&str> {
        let (first, below) = read.steps.split_first()?;
        let ReadStep::Name(root) = first else { return None };
        let root = if ["state", "before"].contains(&root.as_str()) {
            "payload"
        } else {
            root
        };
        // A fact is called by its name alone, or as one of `extra`.
        let of_extra = match below {
            [ReadStep::Name(name), below @ ..] if root == "extra" => Some((name.as_str(), below)),
            _ => None,
        };
        let named: Vec<ReadStep> = std::iter::once(ReadStep::Name(root.to_owned()))
            .chain(below.iter().cloned())
            .collect();
        let hides = |mask: &Mask| match &mask.root {
            None => mask.hides(&named, true, read.used),
            Some(own) if own.eq_ignore_ascii_case(root) => mask.hides(below, false, read.used),
            Some(own) if own.eq_ignore_ascii_case("extra") => mask.hides(&named, false, read.used),
            Some(own) if root == "extra" => match of_extra {
                Some((name, below)) => own.eq_ignore_ascii_case(name) && mask.hides(below, false, read.used),
                // All facts of the source, of which it is one, unless it is a part of events.
                None => read.used == ReadFor::Whole && !["payload", "metadata"].contains(&own.as_str()),
            },
            Some(_) => false,
        };
        let both = self.masks.iter().zip(&self.names);
        both.filter(|(mask, _)| hides(mask))
            .map(|(_, name)| name.as_str())
            .next()
    }

    /// Refuses to judge by what is hidden.
    pub(crate) fn refuse(names: &[String], reads: &[Read], what: &str) -> Result<(), SessionError> {
        if names.is_empty() {
            return Ok(());
        }
        let masks = Self::parse(names)?;
        match reads.iter().find_map(|read| Some((read, masks.touching(read)?))) {
            None => Ok(()),
            Some((read, mask)) => {
                let way = called(&read.steps);
                Err(SessionError::new(
                    "masked",
                    format!("{what} asks for {way}, which is hidden by the mask {mask:?} or may hold what is: lift the masks (--no-masks), or ask for something else"),
                )
                .with("field", way)
                .with("mask", mask))
            }
        }
    }

    /// Refuses a filter that asks for what is hidden.
    pub fn refuse_filter(&self, filter: &Filter) -> Result<(), SessionError> {
        Self::refuse(self.names(), &filter.reads(), "the filter")
    }

    /// Whether a column of a table may hold what a mask hides: by the end of its path, however the words are put together.
    pub(crate) fn covers_column(&self, column: &str) -> bool {
        let plain = |text: &str| -> String {
            text.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect()
        };
        let column = plain(column);
        self.masks.iter().any(|mask| {
            let words: Vec<String> = mask
                .steps
                .iter()
                .map(|step| match step {
                    Step::Name(name) => plain(name),
                    Step::Any => String::new(),
                })
                .collect();
            (0..words.len()).any(|from| words[from..].concat() == column)
        })
    }

    /// Hides what is to be hidden of a field that differs.
    pub(crate) fn hide_difference(&self, field: &mut FieldDifference) {
        if self.is_empty() {
            return;
        }
        let (root, pointer) = match field.path.split_once('/') {
            Some(("", pointer)) => ("payload", pointer),
            Some((root, pointer)) => (root, pointer),
            None => (
                if field.path.is_empty() {
                    "payload"
                } else {
                    field.path.as_str()
                },
                "",
            ),
        };
        let below = pointer.split('/').filter(|t| !t.is_empty()).map(unescape_token);
        let way: Vec<String> = std::iter::once(root.to_owned()).chain(below).collect();
        // Places in a list need not be named.
        let short = way.iter().filter(|t| t.parse::<usize>().is_err());
        let ways: [Vec<&str>; 2] = [
            way.iter().map(String::as_str).collect(),
            short.map(String::as_str).collect(),
        ];
        for value in [&mut field.left, &mut field.right].into_iter().flatten() {
            for way in &ways {
                if self.covers(way) {
                    *value = sign(value);
                } else {
                    self.walk(way, value);
                }
            }
        }
    }

    /// Hides what is to be hidden of a state that did not come from events.
    pub(crate) fn hide_state(&self, state: &mut Value) {
        if self.covers(&["payload"]) {
            *state = sign(state);
        } else {
            self.walk(&["payload"], state);
        }
    }

    /// Hides what is to be hidden of a row of a table: columns are left out.
    pub(crate) fn hide_row(&self, row: Value) -> Value {
        let Value::Object(row) = row else { return row };
        if self.is_empty() {
            return Value::Object(row);
        }
        let mut kept: Object = row
            .into_iter()
            .filter(|(name, _)| !self.covers_column(name))
            .collect();
        for (_, value) in kept.iter_mut() {
            // A column may hold a document as text.
            let inner = value.as_str().filter(|t| t.trim_start().starts_with(['{', '[']));
            if let Some(mut document) = inner.and_then(|t| parse(t.as_bytes()).ok()) {
                if self.walk(&["payload"], &mut document) {
                    *value = Value::from(document.to_string().as_str());
                }
            } else {
                self.walk(&["payload"], value);
            }
        }
        Value::Object(kept)
    }
}

/// What stands in place of bytes that are not understood: in these no field can be told from another.
fn hidden_bytes(raw: &[u8]) -> Vec<u8> {
    format!("{SIGN}{} bytes", raw.len()).into_bytes()
}

/// What stands in place of a value; null says nothing that would have to be hidden.
fn sign(value: &Value) -> Value {
    let kind = match value {
        Value::Null => return Value::Null,
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    Value::from(format!("{SIGN}{kind}").as_str())
}

/// Whether a value is all that these bytes say.
fn is_all_of(raw: &[u8], encoding: &str, value: &Value) -> bool {
    // What a schema decodes is decoded whole, and of a text there is no part.
    let of_parts = ["json", "yaml", "xml", "msgpack", "cbor"];
    if !of_parts.iter().any(|form| encoding.ends_with(form)) {
        return true;
    }
    let whole = match encoding {
        "json" => parse(raw).ok(),
        _ => decode(raw, PayloadFormat::Auto).0,
    };
    whole.as_ref() == Some(value)
}

fn mask(name: &str) -> Result<Mask, SessionError> {
    let wrong = |why: &str| {
        let write = meant(name).unwrap_or_else(|| {
            "payload.card.number, metadata.ip, headers.authorization or *.email".to_owned()
        });
        SessionError::new("project-file", format!("masks: {name:?} {why}: write {write}"))
    };
    let parts: Vec<&str> = name.split('.').map(str::trim).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err(wrong("is no path"));
    }
    if parts.iter().any(|part| part.contains('*') && *part != "*") {
        return Err(wrong(
            "has a * within a name, and it stands for whole names alone",
        ));
    }
    // Other ways to write a path would be names that no field has.
    let other_way =
        |part: &&str| *part == "$" || part.starts_with(['/', '"', '\'', '`']) || part.contains(['[', ']']);
    if parts.iter().any(other_way) || parts.first().is_some_and(|first| first.contains('/')) {
        return Err(wrong("is no path of names with dots between them"));
    }
    let step = |part: &&str| match *part {
        "*" => Step::Any,
        name => Step::Name(name.to_lowercase()),
    };
    let (first, rest) = parts.split_first().ok_or_else(|| wrong("is no path"))?;
    if *first == "*" {
        if rest.is_empty() {
            return Err(wrong("hides everything"));
        }
        if rest.iter().all(|part| *part == "*") {
            return Err(wrong("names no field"));
        }
        return Ok(Mask {
            root: None,
            steps: rest.iter().map(step).collect(),
        });
    }
    let root = first.to_lowercase();
    if FOUND_BY.contains(&root.as_str()) {
        return Err(wrong("is what events are found by, and cannot be hidden"));
    }
    if !ROOTS.contains(&root.as_str()) {
        return Err(wrong("does not begin with a part of an event"));
    }
    let of_envelope = |part: &&str| ["payload", "metadata"].contains(&part.to_lowercase().as_str());
    if root == EXTRA && rest.first().is_none_or(of_envelope) {
        return Err(wrong("does not say which fact of the source"));
    }
    Ok(Mask {
        root: Some(root),
        steps: rest.iter().map(step).collect(),
    })
}

/// The mask that was meant by something that is none; `None`: who knows.
fn meant(name: &str) -> Option<String> {
    let split = |c: char| ['.', '/', '[', ']', '"', '\'', '`'].contains(&c);
    // Lists need not be named.
    let counts = |part: &&str| !part.is_empty() && *part != "$" && part.parse::<usize>().is_err();
    let parts: Vec<&str> = name.split(split).map(str::trim).filter(counts).collect();
    let plain = |part: &&str| *part == "*" || !part.contains('*');
    let (first, rest) = parts.split_first().filter(|_| parts.iter().all(plain))?;
    let below = rest.join(".");
    if rest.iter().chain([first]).all(|part| *part == "*") {
        return None;
    }
    let root = first.to_lowercase();
    match (root.as_str(), rest) {
        ("extra", [only, ..]) if ["payload", "metadata"].contains(&only.to_lowercase().as_str()) => {
            Some(below)
        }
        ("extra", []) => Some("extra.tenant, with the name of a fact".to_owned()),
        (root, _) if FOUND_BY.contains(&root) && name.trim().eq_ignore_ascii_case(root) => None,
        ("state" | "before" | "data", [_, ..]) => Some(format!("payload.{below}")),
        ("*", [_, ..]) => Some(format!("*.{below}")),
        (root, _) if ROOTS.contains(&root) => Some(parts.join(".")),
        _ if name.trim_start().starts_with(['/', '$']) => Some(format!("payload.{}", parts.join("."))),
        (_, []) => Some(format!(
            "*.{first}, or extra.{first} where it is a fact of the source"
        )),
        (root, _) => Some(
            match crate::alike::nearest(root, ROOTS.iter().copied(), 1).first() {
                Some(near) => format!("{near}.{below}"),
                None => format!("payload.{0} or *.{0}", parts.join(".")),
            },
        ),
    }
}

#[cfg(test)]
mod tests;
