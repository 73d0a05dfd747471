//! Rules of one history that were checked one after the other, as findings among which one walks.

use std::sync::Arc;

use leftfold_compare::{Category, Finding, Status, Verdict};
use leftfold_event::{Cancel, Names, Progress};
use leftfold_log::{LaneBy, Log};
use leftfold_source::Unreadable;

use super::findings::{Findings, verdict_of};
use super::rule::{History, KnownUntil, Rule, RuleKind, check_rule, told_of_rule};
use super::shown::Shown;
use crate::error::SessionError;
use crate::source::{OpenSource, Snapshot};

/// A rule that is to be checked: its name, and what it says or why it cannot be used.
pub(crate) type RuleAsked = (String, Result<Arc<Rule>, String>);

/// What a rule came to.
#[derive(Clone, Debug)]
pub(crate) struct CheckedRule {
    /// Its name.
    pub(super) name: String,
    /// What its violations are listed under.
    pub(super) category: String,
    /// What it says.
    pub(super) text: String,
    pub(super) violations: u64,
    pub(super) pending: u64,
    pub(super) streams: u64,
    pub(super) listed: u32,
    pub(super) since: Option<i64>,
    /// What makes its outcome worth little.
    pub(super) notes: Vec<String>,
    /// Why it could not be checked.
    pub(super) error: Option<SessionError>,
}

/// Rules that were checked.
pub(crate) struct Checked {
    name: String,
    rules: Vec<CheckedRule>,
    findings: Vec<Finding>,
    /// In the findings' order.
    shown: Vec<Shown>,
    of_rule: Vec<u32>,
    names: Names,
    events: u32,
    streams: u32,
    log: Arc<Log>,
    known: KnownUntil,
}

/// What a rule says, as it was written.
fn text_of(rule: &Rule) -> String {
    match &rule.kind {
        RuleKind::Check { when: None, check } => check.text().to_owned(),
        RuleKind::Check {
            when: Some(when),
            check,
        } => format!("{} → {}", when.text(), check.text()),
        RuleKind::Expect { when, expect, .. } => format!("{} → {}", when.text(), expect.text()),
    }
}

/// Checks rules over a history. One that cannot be checked breaks no other. `progress` is told of the events of the rule at work, and of
/// rules.
pub(crate) fn check_rules(
    source: &Arc<OpenSource>,
    snapshot: &Snapshot,
    asked: Vec<RuleAsked>,
    cancel: &Cancel,
    [events, rules]: [&Progress; 2],
) -> Result<Checked, SessionError> {
    let history = History {
        log: &snapshot.log,
        store: &*source.store,
        projections: snapshot.replay.projections(),
    };
    rules.set_total(asked.len() as u64);
    let mut checked = Checked {
        name: source.name(),
        rules: Vec::with_capacity(asked.len()),
        findings: Vec::new(),
        shown: Vec::new(),
        of_rule: Vec::new(),
        names: Names::new(),
        events: history.log.events(),
        streams: history.log.names(LaneBy::Stream).len() as u32,
        log: Arc::clone(&snapshot.log),
        known: KnownUntil::of(history)?,
    };
    let end = checked.known_as_of(i64::MAX);
    let mut found: Vec<(u32, Finding, Shown)> = Vec::new();
    for (number, (name, rule)) in (0_u32..).zip(asked) {
        let mut one = CheckedRule {
            category: format!("rule:{name}"),
            text: rule.as_ref().map(|r| text_of(r)).unwrap_or_default(),
            name,
            violations: 0,
            pending: 0,
            streams: 0,
            listed: 0,
            since: None,
            notes: Vec::new(),
            error: None,
        };
        let outcome = match &rule {
            Ok(rule) => judge(rule, history, cancel, events, &mut one),
            Err(why) => Err(SessionError::new("project-file", why.clone())),
        };
        match outcome {
            Ok(shown) => {
                let within = match rule.as_ref().map(|r| &r.kind) {
                    Ok(RuleKind::Expect { within, .. }) => *within,
                    _ => None,
                };
                found.extend(shown.into_iter().map(|shown| {
                    let stream = checked.names.intern(&shown.stream).0;
                    (number, finding_of(&shown, stream, within, end), shown)
                }));
            }
            Err(e) if e.code == "cancelled" => return Err(e),
            Err(e) => one.error = Some(e),
        }
        checked.rules.push(one);
        rules.set_done(u64::from(number) + 1);
    }
    found.sort_by_key(|(rule, f, _)| (f.since.is_none(), f.since, f.left, *rule));
    for (rule, finding, shown) in found {
        checked.of_rule.push(rule);
        checked.findings.push(finding);
        checked.shown.push(shown);
    }
    Ok(checked)
}

fn judge(
    rule: &Rule,
    history: History<'_>,
    cancel: &Cancel,
    progress: &Progress,
    one: &mut CheckedRule,
) -> Result<Vec<Shown>, SessionError> {
    let mut ruled = check_rule(rule, history, cancel, progress)?;
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    if let Some(why) = &ruled.first_failure {
        if ruled.is_unusable() {
            return Err(SessionError::new(
                "filter-fails",
                format!("it could not be judged for any event: {why}"),
            ));
        }
        one.notes.push(format!(
            "it could not be judged for {} events: {why}",
            ruled.failed
        ));
    }
    let told = told_of_rule(rule, history, &ruled, cancel)?;
    if let Some(why) = told.error {
        return Err(SessionError::new("filter-fails", why));
    }
    one.notes.extend(told.idle.map(|what| format!("there is {what}")));
    one.notes.extend(told.notes);
    let shown = std::mem::take(&mut ruled.shown);
    one.violations = ruled.violations;
    one.pending = ruled.pending;
    one.streams = ruled.streams;
    one.listed = shown.len() as u32;
    one.since = shown.iter().filter_map(|s| s.since).min();
    Ok(shown)
}

/// `end`: up to when the history is known in the end.
fn finding_of(shown: &Shown, stream: u32, within: Option<i64>, end: Option<i64>) -> Finding {
    let [left, right] = shown.at;
    let waits = matches!(shown.category, Category::Deadline | Category::Missing);
    // What has to follow may follow until then. Of a history that is complete nothing is awaited at its end, though a deadline would lie behind it.
    let complete = end.filter(|_| shown.status == Status::Confirmed);
    let due = match (shown.status, within) {
        _ if !waits => None,
        // Without a deadline it may as long as the history goes on.
        (Status::Pending, None) => Some(i64::MAX),
        (_, None) => complete,
        (_, Some(within)) => {
            let due = shown.since.and_then(|since| since.checked_add(within));
            due.map(|due| complete.map_or(due, |end| due.min(end)))
        }
    };
    Finding {
        left,
        right,
        since: shown.since,
        due,
        healed: shown.healed.or_else(|| {
            // It healed at an event without a time.
            (shown.status == Status::Healed).then_some(shown.since).flatten()
        }),
        ..Finding::new(Category::Rule, stream)
    }
}

impl Checked {
    /// What each rule came to.
    pub(super) fn rules(&self) -> &[CheckedRule] {
        &self.rules
    }

    /// The number of the rule that a finding violates.
    pub(super) fn rule_of(&self, number: u32) -> usize {
        self.of_rule.get(number as usize).map_or(0, |r| *r as usize)
    }

    pub(super) fn stream_name(&self, stream: u32) -> &str {
        self.names.get(stream)
    }

    /// Streams of the history.
    pub(super) fn streams(&self) -> u32 {
        self.streams
    }

    /// Up to when everything has come, as of a moment in nanoseconds.
    pub(super) fn known_as_of(&self, moment: i64) -> Option<i64> {
        self.known.as_of(&self.log, moment)
    }

    /// Events of the history.
    pub(super) fn events(&self) -> u32 {
        self.events
    }
}

impl Findings for Checked {
    fn mode(&self) -> &'static str {
        "rules"
    }

    fn names(&self) -> [&str; 2] {
        [&self.name, ""]
    }

    fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn known_until(&self) -> Option<i64> {
        self.known_as_of(i64::MAX)
    }

    fn verdict(&self) -> Verdict {
        verdict_of(&self.findings, self.known_until())
    }

    fn shown(&self, numbers: &[u32], _: &Cancel) -> Result<Vec<Shown>, SessionError> {
        let shown = |n: &u32| self.shown.get(*n as usize).cloned();
        Ok(numbers.iter().filter_map(shown).collect())
    }

    fn unreadable(&self) -> [&[Unreadable]; 2] {
        // What the index could not read is told where the source is opened.
        [&[], &[]]
    }
}
