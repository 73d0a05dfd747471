//! Reports on one history: how the shape of its events drifts, which versions are missing or claimed twice, and whose clocks are wrong.

use std::collections::{BTreeMap, HashMap};

use leftfold_compare::{Category, Change, Drift, Equality, FieldDifference, Shapes, Status};
use leftfold_event::{Cancel, Event, Locator, Progress};
use leftfold_log::{LaneBy, Log};
use leftfold_source::{EventStore, RawPayload};

use crate::compare::Shown;
use crate::error::SessionError;
use crate::source::OpenSource;

/// Events read at a time.
const AT_ONCE: usize = 1_024;

/// Events read to see whether any names its cause.
const TRIED: u32 = 256;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditOptions {
    /// Fields that change their kind, come or go.
    pub drift: bool,
    /// Versions that are missing or claimed twice.
    pub versions: bool,
    /// Effects that are stamped before their causes.
    pub clocks: bool,
    /// How far before its cause an effect may be stamped, in nanoseconds.
    pub skew: i64,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            drift: true,
            versions: true,
            clocks: true,
            skew: 0,
        }
    }
}

/// Something that a report tells. Events are named by their ordinals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFinding {
    /// `schema-drift`, `version-gap`, `version-collision`, `duplicate` or `clock-skew`.
    pub category: Category,
    /// The event that shows it.
    pub event: u32,
    /// The event before it: of the shape it had, before the gap, of the same version, or its cause.
    pub of: Option<u32>,
    /// Where a field changed, a pointer into the payload.
    pub path: Option<String>,
    /// Of clocks: how much too early the event is stamped, in nanoseconds.
    pub early: Option<i64>,
    /// Whether it is a failing: not of a field that came or went, nor of clocks.
    pub fails: bool,
    /// What it is, in a sentence.
    pub message: String,
}

/// What the reports tell of a history.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// By category, then by place in the log; drift by time, where an event without one stands at the time of the one before it in the log.
    pub findings: Vec<AuditFinding>,
    /// How many events were looked at.
    pub events: u32,
    /// Events whose payloads are no JSON or cannot be read: their shape is not known.
    pub shapeless: u64,
    /// Whether events name their causes, so that those were looked at.
    pub names_causes: bool,
}

impl Audit {
    /// How many findings there are of each category, in its order.
    pub fn counts(&self) -> Vec<(Category, u64)> {
        let mut counts: BTreeMap<Category, u64> = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.category).or_default() += 1;
        }
        counts.into_iter().collect()
    }

    /// Whether anything fails.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|f| f.fails)
    }
}

impl OpenSource {
    /// Looks through a history whose index is complete.
    pub fn audit(
        &self,
        options: AuditOptions,
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<Audit, SessionError> {
        let log = &*self.snapshot().log;
        progress.set_total(u64::from(log.events()));
        let names_causes = options.clocks && self.names_causes(log, cancel)?;
        let mut audit = Audit {
            events: log.events(),
            names_causes,
            ..Audit::default()
        };
        let mut read = Read::default();
        if options.drift || names_causes {
            read.all(&*self.store, log, (options.drift, names_causes), cancel, progress)?;
        }
        audit.shapeless = read.shapeless;
        if options.versions {
            audit.findings.extend(self.versions(log, cancel)?);
        }
        if options.drift {
            audit
                .findings
                .extend(read.shapes.drifts().into_iter().map(of_drift));
        }
        if options.clocks {
            let mut skewed = within_streams(log, options.skew);
            skewed.extend(read.after_effects(log, options.skew));
            skewed.sort_by_key(|f| (f.event, f.of));
            audit.findings.extend(skewed);
        }
        // The sort is stable: drift stays in the order of time.
        audit.findings.sort_by_key(|f| f.category);
        if cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        Ok(audit)
    }

    /// Findings with their events, whole.
    pub fn audit_shown(
        &self,
        findings: &[AuditFinding],
        cancel: &Cancel,
    ) -> Result<Vec<Shown>, SessionError> {
        let log = &*self.snapshot().log;
        let ordinals: Vec<u32> = findings
            .iter()
            .flat_map(|f| [Some(f.event), f.of])
            .flatten()
            .collect();
        let mut sorted = ordinals;
        sorted.sort_unstable();
        sorted.dedup();
        let locators: Vec<Locator> = sorted.iter().map(|o| log.locator(*o)).collect();
        let mut events: HashMap<u32, Event> = HashMap::with_capacity(sorted.len());
        self.store.fetch(&locators, cancel, &mut |i, mut event| {
            // The index counts versions where the store states none.
            event.version = event.version.or_else(|| log.version(sorted[i]));
            events.insert(sorted[i], event);
        })?;
        let name = |ordinal: u32| log.names(LaneBy::Stream).get(log.lane(LaneBy::Stream, ordinal));
        Ok(findings
            .iter()
            .map(|finding| {
                let (event, of) = (
                    events.get(&finding.event).cloned(),
                    finding.of.and_then(|o| events.get(&o).cloned()),
                );
                let value = |event: &Option<Event>, path: &str| {
                    event.as_ref()?.payload.value.as_ref()?.pointer(path).cloned()
                };
                // A path to any element leads to none.
                let path = finding.path.iter().filter(|path| !path.contains('*'));
                let fields = path.map(|path| FieldDifference {
                    path: path.clone(),
                    left: value(&of, path),
                    right: value(&event, path),
                });
                Shown {
                    category: finding.category,
                    status: Status::Confirmed,
                    stream: name(finding.event).to_owned(),
                    fields: fields.collect(),
                    since: log.time(finding.event),
                    left: event,
                    right: None,
                    of,
                    healed: None,
                    message: Some(finding.message.clone()),
                    key: None,
                    of_row: None,
                    at: [None; 2],
                }
            })
            .collect())
    }

    /// Whether events name their causes, by the first ones and some spread over the rest.
    fn names_causes(&self, log: &Log, cancel: &Cancel) -> Result<bool, SessionError> {
        let step = (log.events() / TRIED).max(1);
        let tried = (0..log.events()).step_by(step as usize);
        let locators: Vec<Locator> = tried.map(|o| log.locator(o)).collect();
        let mut named = false;
        self.store.fetch(&locators, cancel, &mut |_, event| {
            named |= event.causation_id.is_some();
        })?;
        Ok(named)
    }

    /// Versions that streams skip, and those that two events claim.
    fn versions(&self, log: &Log, cancel: &Cancel) -> Result<Vec<AuditFinding>, SessionError> {
        let mut gaps = Vec::new();
        let mut twice: Vec<(u32, u32)> = Vec::new();
        let mut versions: Vec<(i64, u32)> = Vec::new();
        for stream in 0..log.names(LaneBy::Stream).len() as u32 {
            if stream.is_multiple_of(1_024) && cancel.is_cancelled() {
                return Err(SessionError::cancelled());
            }
            let events = log.stream_events(stream);
            versions.clear();
            versions.extend(events.iter().filter_map(|&o| {
                // An event that belongs to several streams counts its version in its own.
                let own = log.lane(LaneBy::Stream, o) == stream;
                Some((log.version(o).filter(|_| own)?, o))
            }));
            if versions.len() < events.len() {
                continue;
            }
            versions.sort_unstable();
            for pair in versions.windows(2) {
                let ((a, before), (b, event)) = (pair[0], pair[1]);
                if a == b {
                    twice.push((before, event));
                } else if b.saturating_sub(a) > 1 {
                    let missing = if b - a == 2 {
                        format!("version {} is missing", a + 1)
                    } else {
                        format!("versions {} to {} are missing", a + 1, b - 1)
                    };
                    gaps.push(AuditFinding {
                        category: Category::VersionGap,
                        event,
                        of: Some(before),
                        path: None,
                        early: None,
                        fails: true,
                        message: missing,
                    });
                }
            }
        }
        gaps.sort_by_key(|f| f.event);
        twice.sort_unstable_by_key(|(before, event)| (*event, *before));
        for some in twice.chunks(AT_ONCE / 2) {
            let locators: Vec<Locator> = some
                .iter()
                .flat_map(|(before, event)| [log.locator(*before), log.locator(*event)])
                .collect();
            let mut first: Option<Event> = None;
            self.store.fetch(&locators, cancel, &mut |i, event| {
                if i.is_multiple_of(2) {
                    first = Some(event);
                    return;
                }
                let same = first
                    .take()
                    .is_some_and(|first| Equality::default().differences(&first, &event).is_empty());
                let (before, ordinal) = some[i / 2];
                let version = log.version(ordinal).unwrap_or_default();
                gaps.push(AuditFinding {
                    category: if same {
                        Category::Duplicate
                    } else {
                        Category::VersionCollision
                    },
                    event: ordinal,
                    of: Some(before),
                    path: None,
                    early: None,
                    fails: true,
                    message: if same {
                        format!("version {version} is there twice, and both say the same")
                    } else {
                        format!("two events claim version {version}, and they say different things")
                    },
                });
            })?;
        }
        Ok(gaps)
    }
}

/// What reading all events gives.
#[derive(Default)]
struct Read {
    shapes: Shapes,
    shapeless: u64,
    /// Ordinals by id.
    ids: HashMap<String, u32>,
    /// Effects with the ids of their causes.
    effects: Vec<(u32, String)>,
    /// When the events at hand were, and the last time before: what states no time stands where the log has it.
    times: Vec<Option<i64>>,
    last_time: Option<i64>,
}

impl Read {
    fn all(
        &mut self,
        store: &dyn EventStore,
        log: &Log,
        (drift, causes): (bool, bool),
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<(), SessionError> {
        let mut ordinals: Vec<u32> = Vec::with_capacity(AT_ONCE);
        let mut others: Vec<u32> = Vec::new();
        let mut from = 0;
        while from < log.events() {
            if cancel.is_cancelled() {
                return Err(SessionError::cancelled());
            }
            let to = log.events().min(from + AT_ONCE as u32);
            ordinals.clear();
            ordinals.extend(from..to);
            self.times.clear();
            for ordinal in from..to {
                self.last_time = log.time(ordinal).or(self.last_time);
                self.times.push(self.last_time);
            }
            let locators: Vec<Locator> = ordinals.iter().map(|o| log.locator(*o)).collect();
            others.clear();
            if causes {
                others.extend_from_slice(&ordinals);
            } else {
                store.fetch_raw(&locators, cancel, &mut |i, kind, payload| {
                    let ordinal = ordinals[i];
                    match payload {
                        RawPayload::Json(text) => {
                            let time = self.times.get(i).copied().flatten();
                            let taken = self.shapes.take_json(kind, ordinal, time, text);
                            self.shapeless += u64::from(taken.is_err());
                        }
                        RawPayload::Absent => {}
                        RawPayload::Other => others.push(ordinal),
                    }
                })?;
            }
            let locators: Vec<Locator> = others.iter().map(|o| log.locator(*o)).collect();
            store.fetch(&locators, cancel, &mut |i, event| {
                let time = self.times.get((others[i] - from) as usize).copied().flatten();
                self.take_whole(&event, (others[i], time), drift, causes);
            })?;
            from = to;
            progress.set_done(u64::from(from));
        }
        Ok(())
    }

    fn take_whole(&mut self, event: &Event, (ordinal, time): (u32, Option<i64>), drift: bool, causes: bool) {
        if drift {
            match &event.payload.value {
                Some(value) => self.shapes.take_value(&event.kind, ordinal, time, value),
                None => self.shapeless += u64::from(!event.payload.encoding.is_empty()),
            }
        }
        if causes {
            if let Some(id) = &event.id {
                // Of an id that stands twice the first one counts.
                self.ids.entry(id.to_string()).or_insert(ordinal);
            }
            if let Some(cause) = &event.causation_id {
                self.effects.push((ordinal, cause.clone()));
            }
        }
    }

    /// Effects that are stamped before their causes.
    fn after_effects(&self, log: &Log, skew: i64) -> Vec<AuditFinding> {
        let found = self.effects.iter().filter_map(|(effect, cause)| {
            let cause = *self.ids.get(cause)?;
            let early = earlier_by(log, *effect, cause, skew)?;
            let stream = log.names(LaneBy::Stream).get(log.lane(LaneBy::Stream, cause));
            Some(AuditFinding {
                category: Category::ClockSkew,
                event: *effect,
                of: Some(cause),
                path: None,
                early: Some(early),
                fails: false,
                message: format!("stamped {} before its cause in {stream}", length(early)),
            })
        });
        found.collect()
    }
}

/// How much earlier one event is stamped than another one, in nanoseconds, where that is more than may be.
fn earlier_by(log: &Log, event: u32, than: u32, skew: i64) -> Option<i64> {
    let early = log.time(than)?.saturating_sub(log.time(event)?);
    (early > skew).then_some(early)
}

/// Events stamped before the one they follow in their stream: by version where all have one, else by place.
fn within_streams(log: &Log, skew: i64) -> Vec<AuditFinding> {
    let mut found = Vec::new();
    let mut order: Vec<(Option<i64>, u32)> = Vec::new();
    for stream in 0..log.names(LaneBy::Stream).len() as u32 {
        // Records of no key are in no stream: none follows another.
        if log.names(LaneBy::Stream).get(stream).is_empty() {
            continue;
        }
        order.clear();
        let own = log
            .stream_events(stream)
            .iter()
            .filter(|o| log.lane(LaneBy::Stream, **o) == stream);
        order.extend(own.map(|o| (log.version(*o), *o)));
        if order.iter().all(|(version, _)| version.is_some()) {
            order.sort_unstable();
            // Whoever takes a version that is taken follows none of those behind it: that is told as a collision.
            order.dedup_by_key(|(version, _)| *version);
        }
        let mut latest: Option<u32> = None;
        for (_, event) in &order {
            if let Some(before) = latest
                && let Some(early) = earlier_by(log, *event, before, skew)
            {
                found.push(AuditFinding {
                    category: Category::ClockSkew,
                    event: *event,
                    of: Some(before),
                    path: None,
                    early: Some(early),
                    fails: false,
                    message: format!(
                        "stamped {} before one that it follows in its stream",
                        length(early)
                    ),
                });
            }
            if log.time(*event) > latest.and_then(|l| log.time(l)) {
                latest = Some(*event);
            }
        }
    }
    found
}

/// Seconds, every digit of them.
fn length(nanos: i64) -> String {
    let text = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

fn times(n: u64) -> String {
    if n == 1 {
        "once".to_owned()
    } else {
        format!("{n} times")
    }
}

fn of_drift(drift: Drift) -> AuditFinding {
    let Drift {
        kind,
        path,
        change,
        before,
        since,
        count_before,
        count_since,
        parts,
    } = drift;
    let place = if path.is_empty() { "the payload" } else { &path };
    let (what, fails) = match change {
        Change::Kind { from, to } => {
            let (from, to) = (from.as_str(), to.as_str());
            let what = if parts {
                format!(
                    "{place} becomes {to}; before it was {from}, {}",
                    times(count_before)
                )
            } else {
                format!(
                    "{place} is {from} ({}) and {to} ({})",
                    times(count_before),
                    times(count_since)
                )
            };
            (what, true)
        }
        Change::Added => (
            format!("{place} is there from here on; {count_before} before had none"),
            false,
        ),
        Change::Removed => (
            format!("{place} is there no more; {count_before} before had it"),
            false,
        ),
    };
    let of_type = if kind.is_empty() {
        String::new()
    } else {
        format!("{kind}: ")
    };
    AuditFinding {
        category: Category::SchemaDrift,
        event: since,
        of: Some(before),
        path: Some(path),
        early: None,
        fails,
        message: format!("{of_type}{what}"),
    }
}
