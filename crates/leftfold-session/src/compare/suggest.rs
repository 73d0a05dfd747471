//! What two histories have in common: ids, streams, types, and the fields by which their events may belong together.

mod rows;
mod sketch;

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;

use leftfold_compare::quantile;
use leftfold_event::json::{self, Value};
use leftfold_event::{Cancel, Progress, category_of};
use leftfold_source::{EventStore, Whole, WholePayload, WholeSink};

pub use rows::{RowsSuggestion, TableSuggestion};
use sketch::Sketch;

use super::field::{key_text, shared as one_form};
use crate::error::SessionError;

/// Event types of a side that are looked at, fields of each, and how deep they may lie.
const TYPES: usize = 256;
const FIELDS: usize = 64;
const DEEP: usize = 3;

/// The longest text that may be a key, in bytes.
const LONGEST: usize = 128;

/// Values that two fields have in common at least, and the share of those of the smaller one, in percent.
const FEWEST: usize = 3;
const SHARE: usize = 30;

/// The place of a stream's name among the fields.
const STREAM: &str = "stream";

/// Events between two looks at the cancel flag.
const LOOK_EVERY: u64 = 1024;

/// What two histories have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The left and the right side.
    pub sides: [SideSpan; 2],
    /// Ids that both have, of those of the side with fewer.
    pub ids: Overlap,
    /// The same of streams.
    pub streams: Overlap,
    /// The same of event types.
    pub types: Overlap,
    /// Fields that have values in common, the likeliest keys first.
    pub keys: Vec<KeyPair>,
}

/// How many events a side has, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideSpan {
    /// Its events.
    pub events: u64,
    /// The first and the last time, in nanoseconds.
    pub times: Option<(i64, i64)>,
}

/// How many of some are on both sides. Of large sets it is an estimate by a sample of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// On both.
    pub shared: usize,
    /// Of so many looked at.
    pub of: usize,
    /// How many there are on the side with fewer: about, where not all were looked at.
    pub all: u64,
}

impl Overlap {
    /// Whether not all were looked at.
    pub fn is_sample(&self) -> bool {
        self.all > self.of as u64
    }

    /// The share in percent.
    pub fn percent(&self) -> usize {
        (self.shared * 100).checked_div(self.of).unwrap_or(0)
    }
}

/// Two fields by which events may belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// The event types.
    pub types: [String; 2],
    /// Where the values are: a JSON pointer into the payload, or `stream`; or an expression that makes one side's values those of the other, as
    /// `'order-' + string(payload.orderId)`.
    pub keys: [String; 2],
    /// Values in common.
    pub values: Overlap,
    /// How much later what they belong to was there first on the right side; `None`: no times tell.
    pub delays: Option<Delays>,
}

/// How much later values are there on the other side, in nanoseconds, as far as they were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delays {
    /// How many were looked at.
    pub of: usize,
    /// What half of them do not exceed.
    pub median: i64,
    /// What all but one in a thousand do not exceed.
    pub most: i64,
}

/// Lengths that somebody would write as a deadline, in nanoseconds; longer ones are whole days.
const ROUND: [i64; 14] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    6 * HOUR,
    DAY,
];
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Delays {
    /// Of ascending lengths. What comes before what it belongs to tells of no deadline: of the others alone, if they are most.
    fn of(ascending: &[i64]) -> Option<Self> {
        let later = &ascending[ascending.partition_point(|length| *length < 0)..];
        if later.len() < FEWEST || later.len() * 2 < ascending.len() {
            return None;
        }
        Some(Self {
            of: ascending.len(),
            median: quantile(later, 0.5)?,
            most: quantile(later, 0.999)?,
        })
    }

    /// A deadline that nearly all of them meet: rounded up to a length that somebody would write.
    pub fn deadline(&self) -> i64 {
        let round = ROUND.iter().copied().find(|length| *length >= self.most);
        round.unwrap_or_else(|| (self.most / DAY).saturating_add(1).saturating_mul(DAY))
    }
}

impl Suggestion {
    /// Whether the two seem to hold the same events.
    pub fn is_mirror(&self) -> bool {
        self.ids.shared >= FEWEST && self.ids.percent() >= 5
            || self.streams.percent() >= 50 && self.types.percent() >= 50
    }
}

/// What stands before the id in all values of a field.
#[derive(Default)]
enum Before {
    /// There was no value yet.
    #[default]
    Unknown,
    /// This (`order-` in `order-1000`).
    Always(String),
    /// Nothing, or not always the same.
    Varies,
}

/// The values of a field.
#[derive(Default)]
struct Values {
    whole: Sketch,
    before: Before,
    /// What stands behind that.
    ids: Sketch,
    /// Whether a value holds a letter: names tell more than numbers, which may be anything's.
    named: bool,
    /// Whether a value is a fraction: amounts and measures are nobody's key.
    measured: bool,
}

impl Values {
    fn add(&mut self, value: &str, time: Option<i64>) {
        self.whole.add(value, time);
        self.named = self.named || value.bytes().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
        self.measured = self.measured || is_fraction(value);
        let own = prefix_of(value);
        match (&self.before, own) {
            (Before::Varies, _) => return,
            (Before::Unknown, Some(own)) => self.before = Before::Always(own.to_owned()),
            (Before::Always(before), Some(own)) if before == own => {}
            _ => {
                self.before = Before::Varies;
                self.ids = Sketch::default();
                return;
            }
        }
        let behind = own.map_or(0, str::len);
        self.ids.add(&one_form(value[behind..].to_owned()), time);
    }

    fn prefix(&self) -> Option<&str> {
        match &self.before {
            Before::Always(before) => Some(before),
            Before::Unknown | Before::Varies => None,
        }
    }
}

/// Whether a text is a number with a fraction.
fn is_fraction(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.split_once('.').is_some_and(|(whole, part)| {
        [whole, part]
            .iter()
            .all(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// What stands before the id in a text that begins with a kind: `order-` in `order-1000`.
fn prefix_of(text: &str) -> Option<&str> {
    let kind = category_of(text)?;
    let separator = text[kind.len()..].chars().next()?;
    let end = kind.len() + separator.len_utf8();
    (end < text.len()).then(|| &text[..end])
}

/// Events of one type.
#[derive(Default)]
struct OfType {
    events: u64,
    fields: HashMap<String, Values>,
}

impl OfType {
    fn add(&mut self, place: &str, value: &str, time: Option<i64>) {
        if let Some(sketch) = self.fields.get_mut(place) {
            sketch.add(value, time);
        } else if self.fields.len() < FIELDS {
            self.fields.entry(place.to_owned()).or_default().add(value, time);
        }
    }

    fn walk(&mut self, value: &Value, time: Option<i64>, place: &mut String, depth: usize) {
        match value {
            Value::Object(members) if depth < DEEP => {
                for (key, value) in members.iter() {
                    let before = place.len();
                    place.push('/');
                    place.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    self.walk(value, time, place, depth + 1);
                    place.truncate(before);
                }
            }
            Value::Number(_) | Value::String(_) if depth > 0 => {
                let text = key_text(value);
                if !text.is_empty() && text.len() <= LONGEST {
                    self.add(place, &one_form(text), time);
                }
            }
            _ => {}
        }
    }
}

/// A side, while it is looked through.
struct Looked<'a> {
    span: SideSpan,
    ids: Sketch,
    streams: Sketch,
    types: BTreeMap<String, OfType>,
    progress: &'a Progress,
    cancel: &'a Cancel,
}

impl<'a> Looked<'a> {
    fn new(progress: &'a Progress, cancel: &'a Cancel) -> Self {
        Self {
            span: SideSpan::default(),
            ids: Sketch::default(),
            streams: Sketch::default(),
            types: BTreeMap::new(),
            progress,
            cancel,
        }
    }
}

impl WholeSink for Looked<'_> {
    fn push(&mut self, whole: &Whole<'_>) -> ControlFlow<()> {
        self.span.events += 1;
        if self.span.events.is_multiple_of(LOOK_EVERY) {
            self.progress.set_done(self.span.events);
            if self.cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
        }
        let at = whole.time.map(|t| t.nanos);
        if let Some(time) = at {
            let (first, last) = self.span.times.get_or_insert((time, time));
            (*first, *last) = ((*first).min(time), (*last).max(time));
        }
        if !whole.stream.is_empty() {
            self.streams.add(whole.stream, None);
        }
        // A row's number says nothing of the event elsewhere.
        let counted = |id: &&str| id.len() <= 12 && id.bytes().all(|b| b.is_ascii_digit());
        if let Some(id) = whole.id.filter(|id| !counted(id)) {
            self.ids.add(&one_form(id.to_owned()), None);
        }
        if !self.types.contains_key(whole.kind) {
            if self.types.len() >= TYPES {
                return ControlFlow::Continue(());
            }
            self.types.insert(whole.kind.to_owned(), OfType::default());
        }
        let Some(of_type) = self.types.get_mut(whole.kind) else {
            return ControlFlow::Continue(());
        };
        of_type.events += 1;
        if !whole.stream.is_empty() {
            of_type.add(STREAM, whole.stream, at);
        }
        match whole.payload {
            WholePayload::Json(text) => {
                if let Ok(value) = json::parse(text) {
                    of_type.walk(&value, at, &mut String::new(), 0);
                }
            }
            WholePayload::Value(value) => of_type.walk(value, at, &mut String::new(), 0),
            WholePayload::Bytes(_) | WholePayload::Absent => {}
        }
        ControlFlow::Continue(())
    }

    fn start_over(&mut self) {
        *self = Self::new(self.progress, self.cancel);
    }
}

/// Reads both sides once, and says what they have in common. `progress` is told of events: of the left side, of the right.
pub fn suggest(
    left: Arc<dyn EventStore>,
    right: Arc<dyn EventStore>,
    cancel: &Cancel,
    progress: [&Progress; 2],
) -> Result<Suggestion, SessionError> {
    let look = |store: Arc<dyn EventStore>, progress| {
        let mut looked = Looked::new(progress, cancel);
        let summary = store.scan_whole(&mut looked, cancel)?;
        if cancel.is_cancelled() || !summary.complete {
            return Err(SessionError::cancelled());
        }
        Ok::<_, SessionError>(looked)
    };
    let (left, right) = thread::scope(|scope| {
        let other = scope.spawn(|| look(right, progress[1]));
        let left = look(left, progress[0]);
        let right = other
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (left, right)
    });
    let (left, right) = (left?, right?);
    let of_types = {
        let shared = left
            .types
            .keys()
            .filter(|kind| right.types.contains_key(*kind))
            .count();
        Overlap {
            shared,
            of: left.types.len().min(right.types.len()),
            all: left.types.len().min(right.types.len()) as u64,
        }
    };
    let mut suggestion = Suggestion {
        ids: left.ids.overlap(&right.ids),
        streams: left.streams.overlap(&right.streams),
        types: of_types,
        keys: Vec::new(),
        sides: [left.span.clone(), right.span.clone()],
    };
    suggestion.keys = keys(&left, &right, suggestion.is_mirror());
    Ok(suggestion)
}

/// A field that may be a key, or the ids in one: its type, its place, its values, and whether most events have one of their own.
#[derive(Clone, Copy)]
struct KeyField<'l> {
    kind: &'l str,
    place: &'l str,
    values: &'l Sketch,
    telling: bool,
    /// What stands before these ids in the field.
    before: Option<&'l str>,
    /// Whether its values are names rather than numbers.
    named: bool,
}

/// The fields of a side that may be keys: of each type those that have many values, whole and as the ids in them.
fn fields<'l>(looked: &'l Looked<'_>) -> Vec<KeyField<'l>> {
    let mut all = Vec::new();
    for (kind, of_type) in &looked.types {
        for (place, values) in of_type.fields.iter().filter(|(_, values)| !values.measured) {
            let named = values.named;
            let ids = values.prefix().map(|prefix| (&values.ids, Some(prefix)));
            for (values, before) in std::iter::once((&values.whole, None)).chain(ids) {
                if values.len() >= FEWEST {
                    all.push(KeyField {
                        kind,
                        place,
                        values,
                        telling: values.distinct() * 2 >= of_type.events,
                        before,
                        named: named && before.is_none(),
                    });
                }
            }
        }
    }
    all.sort_unstable_by_key(|field| (field.kind, field.place, field.before));
    all
}

/// Where two fields have their values in common, and by what expression where only one of them says what its ids are of.
fn keys_of(left: KeyField<'_>, right: KeyField<'_>) -> Option<[String; 2]> {
    let plain = |field: KeyField<'_>| field.place.to_owned();
    match (left.before, right.before) {
        (None, None) => Some([plain(left), plain(right)]),
        (Some(before), None) => Some([plain(left), prefixed(before, right.place)]),
        (None, Some(before)) => Some([prefixed(before, left.place), plain(right)]),
        // The ids of two kinds: a number of the one is not the other's.
        (Some(_), Some(_)) => None,
    }
}

/// The expression for a field's values with something before them.
fn prefixed(before: &str, place: &str) -> String {
    let quoted = before.replace('\\', "\\\\").replace('\'', "\\'");
    if place == STREAM {
        return format!("'{quoted}' + stream");
    }
    let mut field = "payload".to_owned();
    for key in place.split('/').skip(1) {
        let key = key.replace("~1", "/").replace("~0", "~");
        let is_name = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && key.bytes().next().is_some_and(|b| !b.is_ascii_digit());
        if is_name {
            field.push('.');
            field.push_str(&key);
        } else {
            field.extend(["[", &format!("{key:?}"), "]"]);
        }
    }
    format!("'{quoted}' + string({field})")
}

/// How good a pair is: of names, how much of both sides it covers, how many values, and whether they are equal as they stand.
type Weight = (bool, u64, u64, bool);

fn keys(left: &Looked<'_>, right: &Looked<'_>, is_mirror: bool) -> Vec<KeyPair> {
    let (ours, theirs) = (fields(left), fields(right));
    // Which fields of the right side have a value.
    let mut having: HashMap<u64, Vec<u32>> = HashMap::new();
    for (i, field) in theirs.iter().enumerate() {
        for hash in field.values.hashes() {
            having.entry(hash).or_default().push(i as u32);
        }
    }
    let mut best: BTreeMap<(&str, &str), (Weight, KeyPair)> = BTreeMap::new();
    for our in ours {
        let mut met: BTreeMap<u32, usize> = BTreeMap::new();
        for hash in our.values.hashes() {
            for i in having.get(&hash).into_iter().flatten() {
                *met.entry(*i).or_default() += 1;
            }
        }
        for (i, _) in met.into_iter().filter(|(_, hits)| *hits >= FEWEST) {
            let their = theirs[i as usize];
            let same = our.kind == their.kind && our.place == their.place;
            if !(our.telling && their.telling) || is_mirror && same {
                continue;
            }
            let Some(keys) = keys_of(our, their) else { continue };
            let values = our.values.overlap(their.values);
            if values.shared < FEWEST || values.percent() < SHARE {
                continue;
            }
            // First names that both sides have as they stand, then those of which most of both sides have a partner, then those with many values; values as
            // they stand before those that have to be made.
            let [few, many] = {
                let both = [our.values.distinct(), their.values.distinct()];
                [both[0].min(both[1]), both[0].max(both[1])]
            };
            let of_both = values.percent() as u64 * few / many.max(1);
            let as_they_stand = our.before.is_none() && their.before.is_none();
            let weight = (our.named && their.named, of_both, few, as_they_stand);
            let pair = || KeyPair {
                types: [our.kind, their.kind].map(str::to_owned),
                keys: keys.clone(),
                values,
                delays: Delays::of(&our.values.later_in(their.values)),
            };
            let of_types = best
                .entry((our.kind, their.kind))
                .or_insert_with(|| (weight, pair()));
            if of_types.0 < weight {
                *of_types = (weight, pair());
            }
        }
    }
    let mut all: Vec<(Weight, KeyPair)> = best.into_values().collect();
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.types.cmp(&b.1.types)));
    all.into_iter().map(|(_, pair)| pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_what_nearly_all_delays_are_within_rounded_up() {
        let mut delays = vec![3 * SECOND; 2000];
        delays.push(4000 * SECOND);
        let found = Delays::of(&delays).unwrap();
        assert_eq!(
            (found.most, found.deadline(), found.of),
            (3 * SECOND, 5 * SECOND, 2001)
        );
        let of = |delays: &[i64]| Delays::of(delays).map(|d| d.deadline());
        assert_eq!(of(&[0, 0, 0]), Some(SECOND));
        assert_eq!(of(&[HOUR, HOUR, 31 * HOUR]), Some(2 * DAY));
        // What belongs together the other way round has no deadline.
        assert_eq!(of(&[-SECOND, -SECOND, -SECOND, -SECOND, 1, 2, 3]), None);
        assert_eq!(of(&[1, 2]), None);
    }

    #[test]
    fn what_stands_before_an_id_is_put_before_the_other_sides() {
        assert_eq!(prefix_of("order-1000"), Some("order-"));
        assert_eq!(prefix_of("order/1000"), Some("order/"));
        assert_eq!((prefix_of("1000"), prefix_of("order")), (None, None));
        assert_eq!(
            prefixed("it's-", "/order/id"),
            "'it\\'s-' + string(payload.order.id)"
        );
        assert_eq!(
            prefixed("a-", "/b c/~1d"),
            "'a-' + string(payload[\"b c\"][\"/d\"])"
        );
        assert_eq!(prefixed("a-", "stream"), "'a-' + stream");
        let mut values = Values::default();
        for value in ["order-1", "order-2"] {
            values.add(value, None);
        }
        assert_eq!((values.prefix(), values.ids.len()), (Some("order-"), 2));
        values.add("cart-1", None);
        assert_eq!((values.prefix(), values.ids.len()), (None, 0));
    }
}
