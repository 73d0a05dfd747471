//! Running a filter over a log: first on the index, then on what is left.

use cel::{Context, Value as Cel};
use leftfold_event::{Cancel, Event, Progress};
use leftfold_source::{RawPayload, SourceError};

use super::{Comparison, Filter, Node, Store, values};
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
    names: Vec<Vec<Truth>>,
    context: Context<'static, 'static>,
    next: u32,
    /// Ordinals kept so far, ascending.
    kept: Vec<u32>,
    /// Events on which the expression failed for another reason than a missing field.
    failed: u32,
    first_failure: Option<String>,
}

impl<'a> FilterRun<'a> {
    /// Prepares a filter for a log.
    pub fn new(filter: &'a Filter, log: &'a Log) -> Self {
        Self::resume(filter, log, Vec::new(), 0)
    }

    /// Goes on where a run over an earlier snapshot of the same log stopped: `kept` of the first `scanned` events.
    pub fn resume(filter: &'a Filter, log: &'a Log, kept: Vec<u32>, scanned: u32) -> Self {
        let context = Context::default();
        let mut names = Vec::new();
        name_tables(&filter.root, log, &context, &mut names);
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
        let mut unknown = Vec::new();
        for ordinal in self.next..end {
            match self.truth(&self.filter.root, ordinal, &Data::IndexOnly, &mut None) {
                Truth::True => self.kept.push(ordinal),
                Truth::Unknown => unknown.push(ordinal),
                Truth::False | Truth::Failed => {}
            }
        }
        if !unknown.is_empty() {
            self.look_into(store, &unknown, cancel)?;
        }
        self.next = end;
        Ok(end < self.log.events())
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
        let mut found: Vec<u32> = Vec::new();
        let mut failed = 0;
        let mut first: Option<String> = None;
        let mut whole: Vec<usize> = Vec::new();
        if self.filter.root.needs_event() {
            whole.extend(0..ordinals.len());
        } else {
            store.fetch_raw(&locators, cancel, &mut |i, _, raw| {
                if raw == RawPayload::Other {
                    whole.push(i);
                } else if self.truth(&self.filter.root, ordinals[i], &Data::Raw(raw), &mut None)
                    == Truth::True
                {
                    found.push(ordinals[i]);
                }
            })?;
        }
        let rest: Vec<_> = whole.iter().map(|i| locators[*i]).collect();
        if !rest.is_empty() {
            store.fetch(&rest, cancel, &mut |i, event| {
                let ordinal = ordinals[whole[i]];
                let mut failure = None;
                match self.truth(&self.filter.root, ordinal, &Data::Whole(&event), &mut failure) {
                    Truth::True => found.push(ordinal),
                    Truth::Failed if failure.is_some() => {
                        failed += 1;
                        first = first.take().or(failure);
                    }
                    _ => {}
                }
            })?;
        }
        found.sort_unstable();
        let from = self.kept.partition_point(|o| *o < self.next);
        self.kept.extend(found);
        self.kept[from..].sort_unstable();
        self.failed += failed;
        self.first_failure = self.first_failure.take().or(first);
        Ok(())
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
            Node::Name { by, slot, .. } => self.names[*slot][self.log.lane(*by, ordinal) as usize],
            Node::Time { comparison, nanos } => compare(*comparison, self.log.time(ordinal), *nanos),
            Node::Version { comparison, number } => compare(*comparison, self.log.version(ordinal), *number),
            Node::Find(needle) => match data {
                Data::IndexOnly => Truth::Unknown,
                Data::Raw(RawPayload::Json(bytes)) => contains(bytes, needle).into(),
                Data::Raw(_) => Truth::False,
                Data::Whole(event) => finds(event, needle).into(),
            },
            Node::Cel(leaf) => match data {
                Data::Whole(event) => {
                    let mut context = self.context.new_inner_scope();
                    for name in &leaf.variables {
                        context.add_variable_from_value(name.as_str(), values::variable(name, event));
                    }
                    verdict(context.resolve(&leaf.expr), failure)
                }
                _ => Truth::Unknown,
            },
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

fn name_tables(node: &Node, log: &Log, context: &Context<'static, 'static>, tables: &mut Vec<Vec<Truth>>) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|n| name_tables(n, log, context, tables)),
        Node::Not(node) => name_tables(node, log, context, tables),
        Node::Name { by, slot, expr } => {
            let variable = match by {
                LaneBy::Stream => "stream",
                LaneBy::Category => "category",
                LaneBy::Type => "type",
            };
            let table = log.names(*by).iter().map(|(_, name)| {
                let mut scope = context.new_inner_scope();
                scope.add_variable_from_value(variable, name.to_owned());
                verdict(scope.resolve(expr), &mut None)
            });
            // Slots are numbered in this same walk's order.
            debug_assert_eq!(*slot, tables.len());
            tables.push(table.collect());
        }
        _ => {}
    }
}

fn verdict(result: Result<Cel, cel::ExecutionError>, failure: &mut Option<String>) -> Truth {
    match result {
        Ok(Cel::Bool(b)) => b.into(),
        Ok(other) => {
            *failure = Some(format!(
                "the filter gives a {}, not true or false",
                other.type_of()
            ));
            Truth::Failed
        }
        // A field that is not there is no failure of the filter, only no match.
        Err(cel::ExecutionError::NoSuchKey(_)) => Truth::Failed,
        Err(e) => {
            *failure = Some(e.to_string());
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

fn finds(event: &Event, needle: &[u8]) -> bool {
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
