//! Running a filter over a log: first on the index, then on what is left.

use cel::{Context, Value as Cel};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_source::{RawPayload, SourceError};

use super::{Comparison, Filter, Node, PAYLOAD, Store, reason, values};
use crate::log::{LaneBy, Log};

/// Events looked at between two looks at the cancel flag.
const CHUNK: u32 = 2048;

/// What a leaf or a tree says of an event; CEL's logic with failures, and "not known without the payload".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    True,
    False,
    Failed,
    Unknown,
}

impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Self::True } else { Self::False }
    }
}

/// What the tree may look at beyond the index.
enum Data<'a> {
    IndexOnly,
    Raw(RawPayload<'a>),
    Whole(&'a Event),
}

/// A filter over one log, running in steps. Not tied to a thread: the caller drives it.
pub struct FilterRun<'a> {
    filter: &'a Filter,
    log: &'a Log,
    /// By slot: what the expression says of each name.
    names: Vec<NameTable>,
    context: Context<'static, 'static>,
    next: u32,
    /// Ordinals kept so far, ascending.
    kept: Vec<u32>,
    /// Events on which the expression failed for another reason than a missing field.
    failed: u32,
    first_failure: Option<String>,
}

/// What a look at some events found.
#[derive(Default)]
struct Judged {
    kept: Vec<u32>,
    failed: u32,
    first_failure: Option<String>,
}

/// What an expression over one name says of each name there is.
struct NameTable {
    /// By key.
    truth: Vec<Truth>,
    /// Keys of the names it fails on, ascending.
    failed: Vec<u32>,
    /// The first failure.
    reason: Option<String>,
}

impl<'a> FilterRun<'a> {
    /// Prepares a filter for a log.
    pub fn new(filter: &'a Filter, log: &'a Log) -> Self {
        Self::resume(filter, log, Vec::new(), 0)
    }

    /// Goes on where a run over an earlier snapshot of the same log stopped: `kept` of the first `scanned` events.
    pub fn resume(filter: &'a Filter, log: &'a Log, kept: Vec<u32>, scanned: u32) -> Self {
        Self::prepare(filter, log, None, kept, scanned)
    }

    /// Prepares a filter for these events (all, when none are named), which decide what names it looks at.
    fn prepare(
        filter: &'a Filter,
        log: &'a Log,
        ordinals: Option<&[u32]>,
        kept: Vec<u32>,
        scanned: u32,
    ) -> Self {
        let context = Context::default();
        let mut names = Vec::new();
        name_tables(&filter.root, log, ordinals, &context, &mut names);
        Self {
            filter,
            log,
            names,
            context,
            next: scanned,
            kept,
            failed: 0,
            first_failure: None,
        }
    }

    /// Looks at the next events; false when all have been looked at.
    pub fn step(&mut self, store: Store<'_>, cancel: &Cancel) -> Result<bool, SourceError> {
        let end = self.log.events().min(self.next.saturating_add(CHUNK));
        let (mut unknown, mut judged) = (Vec::new(), Judged::default());
        for ordinal in self.next..end {
            if !self.judge(ordinal, &Data::IndexOnly, &mut judged) {
                unknown.push(ordinal);
            }
        }
        self.take(judged);
        if !unknown.is_empty() {
            self.look_into(store, &unknown, cancel)?;
        }
        self.next = end;
        Ok(end < self.log.events())
    }

    /// Looks at these events alone, ascending: in time that grows with their number, whatever else the log holds.
    pub fn over(
        filter: &'a Filter,
        log: &'a Log,
        ordinals: &[u32],
        store: Store<'_>,
        cancel: &Cancel,
    ) -> Result<Self, SourceError> {
        let mut run = Self::prepare(filter, log, Some(ordinals), Vec::new(), 0);
        for some in ordinals.chunks(CHUNK as usize) {
            if cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            run.next = some[0];
            let (mut unknown, mut judged) = (Vec::new(), Judged::default());
            for ordinal in some {
                if !run.judge(*ordinal, &Data::IndexOnly, &mut judged) {
                    unknown.push(*ordinal);
                }
            }
            run.take(judged);
            if !unknown.is_empty() {
                run.look_into(store, &unknown, cancel)?;
            }
        }
        run.next = log.events();
        Ok(run)
    }

    /// Runs to the end; `progress` counts events.
    pub fn run(
        mut self,
        store: Store<'_>,
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<Vec<u32>, SourceError> {
        progress.set_total(u64::from(self.log.events()));
        loop {
            if cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            let more = self.step(store, cancel)?;
            progress.set_done(u64::from(self.next));
            if !more {
                return Ok(self.kept);
            }
        }
    }

    /// Ordinals kept so far, ascending.
    pub fn kept(&self) -> &[u32] {
        &self.kept
    }

    /// Events looked at so far.
    pub fn scanned(&self) -> u32 {
        self.next
    }

    /// Events on which the expression failed for another reason than a missing field, and the first such reason.
    pub fn failures(&self) -> (u32, Option<&str>) {
        (self.failed, self.first_failure.as_deref())
    }

    fn look_into(&mut self, store: Store<'_>, ordinals: &[u32], cancel: &Cancel) -> Result<(), SourceError> {
        let locators: Vec<_> = ordinals.iter().map(|o| self.log.locator(*o)).collect();
        let mut judged = Judged::default();
        let mut whole: Vec<usize> = Vec::new();
        if self.filter.root.needs_event() {
            whole.extend(0..ordinals.len());
        } else {
            store.fetch_raw(&locators, cancel, &mut |i, _, raw| {
                if raw == RawPayload::Other || !self.judge(ordinals[i], &Data::Raw(raw), &mut judged) {
                    whole.push(i);
                }
            })?;
        }
        let rest: Vec<_> = whole.iter().map(|i| locators[*i]).collect();
        if !rest.is_empty() {
            store.fetch(&rest, cancel, &mut |i, mut event| {
                // Where the store states none, the index has counted.
                event.version = event.version.or_else(|| self.log.version(ordinals[whole[i]]));
                self.judge(ordinals[whole[i]], &Data::Whole(&event), &mut judged);
            })?;
        }
        self.take(judged);
        Ok(())
    }

    /// Looks at one event; false when the answer needs more than this data.
    fn judge(&self, ordinal: u32, data: &Data<'_>, judged: &mut Judged) -> bool {
        let mut failure = None;
        match self.truth(&self.filter.root, ordinal, data, &mut failure) {
            Truth::True => judged.kept.push(ordinal),
            Truth::Failed if failure.is_some() => {
                judged.failed += 1;
                judged.first_failure = judged.first_failure.take().or(failure);
            }
            Truth::Unknown => return false,
            Truth::False | Truth::Failed => {}
        }
        true
    }

    /// Takes in what was found among the events from `next` on.
    fn take(&mut self, judged: Judged) {
        let from = self.kept.partition_point(|o| *o < self.next);
        self.kept.extend(judged.kept);
        self.kept[from..].sort_unstable();
        self.failed += judged.failed;
        self.first_failure = self.first_failure.take().or(judged.first_failure);
    }

    fn truth(&self, node: &Node, ordinal: u32, data: &Data<'_>, failure: &mut Option<String>) -> Truth {
        match node {
            Node::Constant(b) => (*b).into(),
            Node::And(nodes) => self.join(nodes, Truth::False, Truth::True, ordinal, data, failure),
            Node::Or(nodes) => self.join(nodes, Truth::True, Truth::False, ordinal, data, failure),
            Node::Not(node) => match self.truth(node, ordinal, data, failure) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                other => other,
            },
            Node::Name { by, slot, .. } => {
                let (table, name) = (&self.names[*slot], self.log.lane(*by, ordinal));
                if table.failed.binary_search(&name).is_ok() {
                    failure.clone_from(&table.reason);
                }
                table.truth[name as usize]
            }
            Node::Time { comparison, nanos } => compare(*comparison, self.log.time(ordinal), *nanos),
            Node::ValidTime { comparison, nanos } => match data {
                Data::Whole(event) => compare(*comparison, values::valid_time(event), *nanos),
                Data::IndexOnly | Data::Raw(_) => Truth::Unknown,
            },
            Node::Version { comparison, number } => compare(*comparison, self.log.version(ordinal), *number),
            Node::Find(needle) => match data {
                Data::IndexOnly => Truth::Unknown,
                Data::Raw(RawPayload::Json(bytes)) => contains(bytes, needle).into(),
                Data::Raw(_) => Truth::False,
                Data::Whole(event) => finds(event, needle).into(),
            },
            Node::Cel(leaf) => {
                let mut context = self.context.new_inner_scope();
                for name in &leaf.variables {
                    let value = match data {
                        Data::Whole(event) => Some(values::variable(name, event)),
                        Data::Raw(raw) if name == PAYLOAD => {
                            values::raw_payload(*raw, leaf.members.as_deref())
                        }
                        Data::Raw(_) | Data::IndexOnly => values::of_log(name, self.log, ordinal),
                    };
                    let Some(value) = value else { return Truth::Unknown };
                    context.add_variable_from_value(name.as_str(), value);
                }
                verdict(context.resolve(&leaf.expr), failure)
            }
        }
    }

    /// `&&` (decided by False) or `||` (decided by True): a decision beats a failure, a failure beats the neutral value.
    fn join(
        &self,
        nodes: &[Node],
        decisive: Truth,
        neutral: Truth,
        ordinal: u32,
        data: &Data<'_>,
        failure: &mut Option<String>,
    ) -> Truth {
        let mut answer = neutral;
        for node in nodes {
            match self.truth(node, ordinal, data, failure) {
                t if t == decisive => return decisive,
                Truth::Unknown => answer = Truth::Unknown,
                Truth::Failed if answer != Truth::Unknown => answer = Truth::Failed,
                _ => {}
            }
        }
        answer
    }
}

fn name_tables(
    node: &Node,
    log: &Log,
    ordinals: Option<&[u32]>,
    context: &Context<'static, 'static>,
    tables: &mut Vec<NameTable>,
) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => {
            for node in nodes {
                name_tables(node, log, ordinals, context, tables);
            }
        }
        Node::Not(node) => name_tables(node, log, ordinals, context, tables),
        Node::Name { by, slot, expr } => {
            let variable = match by {
                LaneBy::Stream => "stream",
                LaneBy::Category => "category",
                LaneBy::Type => "type",
            };
            let mut table = NameTable {
                truth: Vec::with_capacity(log.names(*by).len()),
                failed: Vec::new(),
                reason: None,
            };
            let asked = ordinals.map(|ordinals| {
                let mut asked = vec![false; log.names(*by).len()];
                for ordinal in ordinals {
                    asked[log.lane(*by, *ordinal) as usize] = true;
                }
                asked
            });
            for (key, name) in log.names(*by).iter() {
                if asked.as_ref().is_some_and(|asked| !asked[key as usize]) {
                    // Nobody asks.
                    table.truth.push(Truth::Unknown);
                    continue;
                }
                let mut scope = context.new_inner_scope();
                match by {
                    LaneBy::Category => scope.add_variable_from_value(variable, values::category(Some(name))),
                    _ => scope.add_variable_from_value(variable, name.to_owned()),
                }
                let mut failure = None;
                table.truth.push(verdict(scope.resolve(expr), &mut failure));
                if failure.is_some() {
                    table.failed.push(key);
                    table.reason = table.reason.take().or(failure);
                }
            }
            // Slots are numbered in this same walk's order.
            debug_assert_eq!(*slot, tables.len());
            tables.push(table);
        }
        _ => {}
    }
}

fn verdict(result: Result<Cel, cel::ExecutionError>, failure: &mut Option<String>) -> Truth {
    match result {
        Ok(Cel::Bool(b)) => b.into(),
        Ok(Cel::Null) => Truth::Failed,
        Ok(other) => {
            *failure = Some(format!(
                "the filter gives {}, not true or false",
                reason::kind(&other)
            ));
            Truth::Failed
        }
        // What is not there is no failure of the filter, only no match.
        Err(e) if reason::is_absence(&e) => Truth::Failed,
        Err(e) => {
            *failure = Some(reason::of(&e));
            Truth::Failed
        }
    }
}

fn compare(comparison: Comparison, value: Option<i64>, other: i64) -> Truth {
    let Some(value) = value else { return Truth::Failed };
    match comparison {
        Comparison::Equal => value == other,
        Comparison::NotEqual => value != other,
        Comparison::Less => value < other,
        Comparison::LessOrEqual => value <= other,
        Comparison::Greater => value > other,
        Comparison::GreaterOrEqual => value >= other,
    }
    .into()
}

/// Whether an event's payload holds a text, in lower case, as `find` asks.
pub(super) fn finds(event: &Event, needle: &[u8]) -> bool {
    if contains(&event.payload.raw, needle) {
        return true;
    }
    // Stored compressed or in another form: look through the decoded text too.
    event.payload.encoding != "json"
        && event
            .payload
            .value
            .as_ref()
            .is_some_and(|v| contains(v.to_string().as_bytes(), needle))
}

/// Whether `text` holds `needle` (lower case), ignoring ASCII case.
fn contains(text: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else {
        return true;
    };
    let Some(last_start) = text.len().checked_sub(needle.len()) else {
        return false;
    };
    let hits = |i: usize| text[i + 1..=i + rest.len()].eq_ignore_ascii_case(rest);
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), &text[..=last_start]).any(hits)
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn finding_ignores_ascii_case_only() {
        assert!(contains(b"Order Refunded", b"refund"));
        assert!(contains(
            "MÜNCHEN".as_bytes(),
            "Ünchen".to_ascii_lowercase().as_bytes()
        ));
        assert!(contains(b"x", b"") && contains(b"abc", b"c") && contains(b"abc", b"abc"));
        assert!(!contains(b"ab", b"abc") && !contains(b"", b"a"));
    }
}
