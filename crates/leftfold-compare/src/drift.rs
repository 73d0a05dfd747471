//! How the shape of events changes over a history: fields that become of another kind, that come, and that go.

use hashbrown::HashMap;
use jiter::{Jiter, JiterError, Peek};
use leftfold_event::json::{self, JsonError, MAX_DEPTH, Value, unmarked};

/// Fields of one object from which on its keys are taken for data, not for names: they are one field then, `*`.
const MOST_FIELDS: usize = 256;

/// Events that must be on each side of a change for a field to have come or gone: of fewer, one may be an exception.
const ENOUGH: u64 = 5;

/// What a JSON value is. Null is none: a field may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldKind {
    /// True or false.
    Boolean,
    /// Any number.
    Number,
    /// A text.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
}

impl FieldKind {
    const ALL: [Self; 5] = [Self::Boolean, Self::Number, Self::Text, Self::List, Self::Object];

    /// With its article, as it stands in a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "a truth value",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// How a field changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is of another kind. Where the kinds do not part in time, both go on.
    Kind {
        /// What it was.
        from: FieldKind,
        /// What it became.
        to: FieldKind,
    },
    /// No event of the type had it before, and all have it since.
    Added,
    /// All events of the type had it before, and none has it since.
    Removed,
}

/// A change of shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The event type.
    pub kind: String,
    /// A pointer into the payload; `*` stands for any element of a list, or any key of an object with very many.
    pub path: String,
    /// What changed.
    pub change: Change,
    /// The last event, by ordinal, that was as before; where both go on, the first one.
    pub before: u32,
    /// The first event that is as since.
    pub since: u32,
    /// Values as before.
    pub count_before: u64,
    /// Values as since.
    pub count_since: u64,
    /// Whether all that is as before came before all that is as since.
    pub parts: bool,
}

/// Where an event stands: by time, then by place in the log, so that partitions may be read one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    time: Option<i64>,
    ordinal: u32,
}

/// The first and the last of some events, and how many there are.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    ends: Option<(At, At)>,
    count: u64,
}

impl Span {
    fn extend(&mut self, more: &Self) {
        self.count += more.count;
        self.ends = match (self.ends, more.ends) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    }

    fn add(&mut self, at: At) {
        self.count += 1;
        self.ends = Some(match self.ends {
            Some((first, last)) => (first.min(at), last.max(at)),
            None => (at, at),
        });
    }
}

#[derive(Debug, Default)]
struct Field {
    /// Members by name; of a list, and of an object with very many keys, `*` alone.
    members: HashMap<String, usize>,
    /// In the order in which they were found.
    in_order: Vec<usize>,
    kinds: [Span; FieldKind::ALL.len()],
    /// Its values that are objects, as far as their keys are names.
    objects: Span,
    /// Objects above it that have it, and that have it not.
    there: Span,
    lacking: Span,
    /// The latest object above that has it, by its number.
    seen: u64,
    /// Whether its keys are data.
    any_key: bool,
}

/// The shapes of a history's events by type. Events may come in any order; the same ones give the same result.
#[derive(Debug, Default)]
pub struct Shapes {
    fields: Vec<Field>,
    /// The roots of the types.
    types: HashMap<String, usize>,
    objects: u64,
}

impl Shapes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the payload of an event from its JSON text. `time` is in nanoseconds.
    pub fn take_json(
        &mut self,
        kind: &str,
        ordinal: u32,
        time: Option<i64>,
        text: &[u8],
    ) -> Result<(), JsonError> {
        let root = self.root(kind);
        let at = At { time, ordinal };
        // What is broken in the middle must leave no half: it is looked through before.
        let whole = Jiter::new(unmarked(text)).next_skip().is_ok();
        if whole && self.text(root, at, text).is_ok() {
            return Ok(());
        }
        json::parse(text).map(|value| self.value(root, at, &value, 0))
    }

    /// Takes the payload of an event.
    pub fn take_value(&mut self, kind: &str, ordinal: u32, time: Option<i64>, value: &Value) {
        let root = self.root(kind);
        self.value(root, At { time, ordinal }, value, 0);
    }

    fn root(&mut self, kind: &str) -> usize {
        if let Some(root) = self.types.get(kind) {
            return *root;
        }
        self.fields.push(Field::default());
        let root = self.fields.len() - 1;
        self.types.insert(kind.to_owned(), root);
        root
    }

    fn text(&mut self, root: usize, at: At, text: &[u8]) -> Result<(), JiterError> {
        let mut jiter = Jiter::new(unmarked(text));
        let peek = jiter.peek()?;
        self.of_text(root, at, &mut jiter, peek, 0)?;
        jiter.finish()
    }

    fn of_text(
        &mut self,
        field: usize,
        at: At,
        jiter: &mut Jiter<'_>,
        peek: Peek,
        depth: usize,
    ) -> Result<(), JiterError> {
        if depth > MAX_DEPTH {
            return jiter.known_skip(peek);
        }
        let kind = match peek {
            Peek::Null => return jiter.known_null(),
            Peek::True | Peek::False => FieldKind::Boolean,
            Peek::String => FieldKind::Text,
            Peek::Array => FieldKind::List,
            Peek::Object => FieldKind::Object,
            _ => FieldKind::Number,
        };
        self.fields[field].kinds[kind as usize].add(at);
        match kind {
            FieldKind::List => {
                let mut next = jiter.known_array()?;
                while let Some(peek) = next {
                    let element = self.any(field);
                    self.of_text(element, at, jiter, peek, depth + 1)?;
                    next = jiter.array_step()?;
                }
            }
            FieldKind::Object => {
                let number = self.open();
                let mut next = jiter
                    .known_object()?
                    .map(|key| self.member(field, key, number, at));
                while let Some(member) = next {
                    let peek = jiter.peek()?;
                    self.of_text(member, at, jiter, peek, depth + 1)?;
                    next = jiter.next_key()?.map(|key| self.member(field, key, number, at));
                }
                self.close(field, number, at);
            }
            _ => jiter.known_skip(peek)?,
        }
        Ok(())
    }

    fn value(&mut self, field: usize, at: At, value: &Value, depth: usize) {
        let kind = match value {
            Value::Null => return,
            Value::Bool(_) => FieldKind::Boolean,
            Value::Number(_) => FieldKind::Number,
            Value::String(_) => FieldKind::Text,
            Value::Array(_) => FieldKind::List,
            Value::Object(_) => FieldKind::Object,
        };
        self.fields[field].kinds[kind as usize].add(at);
        if depth >= MAX_DEPTH {
            return;
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    let element = self.any(field);
                    self.value(element, at, item, depth + 1);
                }
            }
            Value::Object(members) => {
                let number = self.open();
                for (key, value) in members.iter() {
                    let member = self.member(field, key, number, at);
                    self.value(member, at, value, depth + 1);
                }
                self.close(field, number, at);
            }
            _ => {}
        }
    }

    /// The number of an object that begins.
    fn open(&mut self) -> u64 {
        self.objects += 1;
        self.objects
    }

    /// An object ends: what it has not, it lacks.
    fn close(&mut self, field: usize, number: u64, at: At) {
        if self.fields[field].any_key {
            return;
        }
        self.fields[field].objects.add(at);
        for i in 0..self.fields[field].in_order.len() {
            let member = self.fields[field].in_order[i];
            let member = &mut self.fields[member];
            if member.seen != number {
                member.lacking.add(at);
            }
        }
    }

    /// What all elements are.
    fn any(&mut self, field: usize) -> usize {
        match self.fields[field].members.get("*") {
            Some(member) => *member,
            None => self.add(field, "*"),
        }
    }

    fn add(&mut self, field: usize, name: &str) -> usize {
        self.fields.push(Field::default());
        let member = self.fields.len() - 1;
        self.fields[field].members.insert(name.to_owned(), member);
        member
    }

    fn member(&mut self, field: usize, key: &str, number: u64, at: At) -> usize {
        if self.fields[field].any_key {
            return self.any(field);
        }
        let member = match self.fields[field].members.get(key) {
            Some(member) => *member,
            None if self.fields[field].in_order.len() >= MOST_FIELDS => {
                self.take_keys_for_data(field);
                return self.any(field);
            }
            None => {
                let member = self.add(field, key);
                // All objects before lacked it.
                self.fields[member].lacking = self.fields[field].objects;
                self.fields[field].in_order.push(member);
                member
            }
        };
        let of = &mut self.fields[member];
        if of.seen != number {
            of.seen = number;
            of.there.add(at);
        }
        member
    }

    /// There are too many keys to be names: what their values are is told of one field.
    fn take_keys_for_data(&mut self, field: usize) {
        let of = &mut self.fields[field];
        of.any_key = true;
        of.members.clear();
        let members = std::mem::take(&mut of.in_order);
        let any = self.any(field);
        for member in members {
            self.merge(member, any);
        }
    }

    /// Puts what was seen of one field into another.
    fn merge(&mut self, from: usize, into: usize) {
        let from = std::mem::take(&mut self.fields[from]);
        let of = &mut self.fields[into];
        for (kind, more) in of.kinds.iter_mut().zip(&from.kinds) {
            kind.extend(more);
        }
        if from.any_key && !of.any_key {
            self.take_keys_for_data(into);
        }
        let mut members: Vec<(String, usize)> = from.members.into_iter().collect();
        members.sort_unstable();
        for (name, member) in members {
            let of = &self.fields[into];
            // The elements of a list are no key.
            let target = match of.members.get(&name) {
                Some(target) => *target,
                None if of.any_key => self.any(into),
                None => {
                    let target = self.add(into, &name);
                    if from.in_order.contains(&member) {
                        self.fields[into].in_order.push(target);
                    }
                    target
                }
            };
            self.merge(member, target);
            if !self.fields[into].any_key && self.fields[into].in_order.len() > MOST_FIELDS {
                self.take_keys_for_data(into);
            }
        }
    }

    /// What changed, by the time and place of the change, then by type and path.
    pub fn drifts(&self) -> Vec<Drift> {
        let mut found: Vec<(At, Drift)> = Vec::new();
        for (kind, root) in &self.types {
            self.below(*root, kind, &mut String::new(), true, &mut found);
        }
        found.sort_by(|(a, x), (b, y)| (a, &x.kind, &x.path, x.change).cmp(&(b, &y.kind, &y.path, y.change)));
        found.into_iter().map(|(_, drift)| drift).collect()
    }

    /// `named`: whether no key above is data, where objects that lack a field prove nothing.
    fn below(&self, field: usize, kind: &str, path: &mut String, named: bool, found: &mut Vec<(At, Drift)>) {
        let of = &self.fields[field];
        let mut drift = |change: Change, before: &Span, since: &Span, path: &str| {
            let (Some((first, last)), Some((begin, _))) = (before.ends, since.ends) else {
                return;
            };
            let parts = last < begin;
            found.push((
                begin,
                Drift {
                    kind: kind.to_owned(),
                    path: path.to_owned(),
                    change,
                    before: if parts { last.ordinal } else { first.ordinal },
                    since: begin.ordinal,
                    count_before: before.count,
                    count_since: since.count,
                    parts,
                },
            ));
        };
        let mut kinds: Vec<(At, FieldKind)> = FieldKind::ALL
            .into_iter()
            .filter_map(|k| Some((of.kinds[k as usize].ends?.0, k)))
            .collect();
        kinds.sort_unstable();
        for pair in kinds.windows(2) {
            let ((_, from), (_, to)) = (pair[0], pair[1]);
            let change = Change::Kind { from, to };
            drift(change, &of.kinds[from as usize], &of.kinds[to as usize], path);
        }
        let enough = named && of.there.count >= ENOUGH && of.lacking.count >= ENOUGH;
        if let (Some((there_first, there_last)), Some((lacking_first, lacking_last)), true) =
            (of.there.ends, of.lacking.ends, enough)
        {
            if lacking_last < there_first {
                drift(Change::Added, &of.lacking, &of.there, path);
            } else if there_last < lacking_first {
                drift(Change::Removed, &of.there, &of.lacking, path);
            }
        }
        let mut members: Vec<(&str, usize)> = of.members.iter().map(|(k, m)| (k.as_str(), *m)).collect();
        members.sort_unstable();
        for (name, member) in members {
            let length = path.len();
            path.push('/');
            path.push_str(&name.replace('~', "~0").replace('/', "~1"));
            self.below(member, kind, path, named && !of.any_key, found);
            path.truncate(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shapes(events: &[(&str, &str)]) -> Vec<Drift> {
        let mut shapes = Shapes::new();
        for (ordinal, (kind, text)) in (0..).zip(events) {
            shapes
                .take_json(kind, ordinal, Some(i64::from(ordinal)), text.as_bytes())
                .unwrap();
        }
        shapes.drifts()
    }

    #[test]
    fn a_field_that_becomes_a_text_is_told_with_the_events_around() {
        let found = shapes(&[
            ("Paid", r#"{"cents":1,"to":{"iban":null}}"#),
            ("Paid", r#"{"cents":2.5,"to":{"iban":"x"}}"#),
            ("Other", r#"{"cents":"of another type"}"#),
            ("Paid", r#"{"cents":"3"}"#),
        ]);
        let [drift] = &found[..] else { panic!("{found:?}") };
        assert_eq!(
            (
                drift.kind.as_str(),
                drift.path.as_str(),
                drift.before,
                drift.since
            ),
            ("Paid", "/cents", 1, 3)
        );
        let (from, to) = (FieldKind::Number, FieldKind::Text);
        assert_eq!(drift.change, Change::Kind { from, to });
        assert_eq!((drift.count_before, drift.count_since, drift.parts), (2, 1, true));
    }

    #[test]
    fn a_field_of_two_kinds_all_along_is_told_once() {
        let found = shapes(&[
            ("A", r#"[{"n":1}]"#),
            ("A", r#"[{"n":"1"}]"#),
            ("A", r#"[{"n":1},{"n":"1"}]"#),
        ]);
        let [drift] = &found[..] else { panic!("{found:?}") };
        assert_eq!(
            (drift.path.as_str(), drift.parts, drift.before, drift.since),
            ("/*/n", false, 0, 1)
        );
    }

    #[test]
    fn fields_come_and_go_for_good_and_optional_ones_do_neither() {
        let with = |i: u32| match (i < 6, i % 2) {
            (true, 0) => r#"{"old":1,"maybe":1}"#,
            (true, _) => r#"{"old":1}"#,
            (false, 0) => r#"{"a/new":null,"maybe":1}"#,
            (false, _) => r#"{"a/new":2}"#,
        };
        let events: Vec<(&str, &str)> = (0..12).map(|i| ("A", with(i))).collect();
        let found: Vec<(String, Change, u32, u32)> = shapes(&events)
            .into_iter()
            .map(|d| (d.path, d.change, d.before, d.since))
            .collect();
        assert_eq!(
            found,
            [
                ("/a~1new".to_owned(), Change::Added, 5, 6),
                ("/old".to_owned(), Change::Removed, 5, 6)
            ]
        );
        // The last event alone proves nothing.
        assert_eq!(shapes(&events[..7]), []);
    }

    #[test]
    fn keys_that_are_data_are_one_field() {
        let mut shapes = Shapes::new();
        for ordinal in 0..1_000_u32 {
            let value = if ordinal < 900 { "1" } else { "\"1\"" };
            let text = format!(r#"{{"by":{{"sku-{ordinal}":{value}}}}}"#);
            shapes.take_json("A", ordinal, None, text.as_bytes()).unwrap();
        }
        let found = shapes.drifts();
        let [drift] = &found[..] else { panic!("{found:?}") };
        assert_eq!(
            (drift.path.as_str(), drift.since, drift.count_before),
            ("/by/*", 900, 900)
        );
        let used = shapes
            .fields
            .iter()
            .filter(|f| f.kinds.iter().any(|k| k.count > 0));
        assert_eq!(used.count(), 3);
    }

    #[test]
    fn broken_json_is_an_error_and_leaves_nothing_behind() {
        let mut shapes = Shapes::new();
        assert!(shapes.take_json("A", 0, None, br#"{"a":1,"b":[{"#).is_err());
        shapes.take_json("A", 1, None, br#"{"a":"1"}"#).unwrap();
        assert_eq!(shapes.drifts(), []);
    }

    proptest! {
        #[test]
        fn the_order_in_which_events_are_taken_does_not_count(
            events in prop::collection::vec((0_usize..3, 0_usize..4, 0_i64..20), 0..30),
            turn in 0_usize..30,
        ) {
            let values = ["1", "\"x\"", "null", "[true,{\"deep\":1}]"];
            let all: Vec<(u32, String, i64)> = (0..).zip(&events)
                .map(|(o, (field, value, time))| (o, format!("{{\"f{field}\":{}}}", values[*value]), *time))
                .collect();
            let take = |events: &[(u32, String, i64)], by_value: bool| {
                let mut shapes = Shapes::new();
                for (ordinal, text, time) in events {
                    if by_value {
                        let value = json::parse(text.as_bytes()).unwrap();
                        shapes.take_value("A", *ordinal, Some(*time), &value);
                    } else {
                        shapes.take_json("A", *ordinal, Some(*time), text.as_bytes()).unwrap();
                    }
                }
                shapes.drifts()
            };
            let mut turned = all.clone();
            if !turned.is_empty() {
                let by = turn % turned.len();
                turned.rotate_left(by);
            }
            prop_assert_eq!(take(&all, false), take(&turned, true));
        }
    }
}
