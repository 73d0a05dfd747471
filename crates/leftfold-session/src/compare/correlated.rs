//! Two histories whose events are not the same but belong together.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use leftfold_compare::{
    Category, CorrelatedSettings, Correlation, FieldDifference, Finding, Hand, Part, correlate,
};
use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event, Locator, Names, Progress};
use leftfold_log::{Evaluation, Expression};
use leftfold_source::{EventStore, Header};
use rayon::prelude::*;

use super::shown::Shown;
use crate::error::SessionError;

/// Events read at a time.
const CHUNK: usize = 8 * 1024;

/// Which events of a side take part, and by what.
#[derive(Debug)]
pub struct SideOf {
    /// Which events; `None`: all.
    pub when: Option<Expression>,
    /// What says to which events of the other side it belongs.
    pub key: Expression,
}

/// A value that both partners state.
#[derive(Debug)]
pub struct EqualField {
    /// What it is called in findings.
    pub name: String,
    /// On the left.
    pub left: Expression,
    /// On the right.
    pub right: Expression,
}

/// How two histories belong together.
#[derive(Debug)]
pub struct CorrelatedOptions {
    /// Left and right.
    pub sides: [SideOf; 2],
    /// What has to be equal.
    pub fields: Vec<EqualField>,
    /// Partners, deadline, skew and tolerances.
    pub settings: CorrelatedSettings,
    /// Whether both sides are complete, so that nothing is pending.
    pub settled: bool,
}

impl CorrelatedOptions {
    /// An expression of one of its parts; `key` names the part in an error.
    pub fn expression(key: &str, text: &str) -> Result<Expression, SessionError> {
        Expression::parse(text, &[]).map_err(|e| SessionError::new(e.code, format!("{key}: {}", e.message)))
    }
}

/// A side that was read.
pub struct ReadSide {
    /// What it is called: its file's name.
    pub name: String,
    /// Events that take part.
    pub taking: u32,
    /// Events looked at.
    pub events: u64,
    /// Events that could not be judged, and why the first could not.
    pub failed: (u64, Option<String>),
    store: Arc<dyn EventStore>,
    locators: Vec<Locator>,
    keys: Vec<String>,
    parts: Vec<Part>,
    latest: Option<i64>,
}

/// What was found between two histories that belong together.
pub struct Correlated {
    /// Left and right.
    pub sides: [ReadSide; 2],
    /// The findings.
    pub correlation: Correlation,
    /// Up to when both sides are known, in nanoseconds; `None`: everything is.
    pub known_until: Option<i64>,
    options: CorrelatedOptions,
    keys: Names,
}

/// Reads both sides at once and pairs what belongs together. `progress` is told of events: of the left side, of the right.
pub fn compare_correlated(
    left: (&Path, Arc<dyn EventStore>),
    right: (&Path, Arc<dyn EventStore>),
    mut options: CorrelatedOptions,
    cancel: &Cancel,
    progress: [&Progress; 2],
) -> Result<Correlated, SessionError> {
    options.settings.fields = options.fields.iter().map(|f| f.name.clone()).collect();
    let read = |hand: Hand, (path, store): (&Path, Arc<dyn EventStore>)| {
        let values: Vec<&Expression> = options
            .fields
            .iter()
            .map(|f| match hand {
                Hand::Left => &f.left,
                Hand::Right => &f.right,
            })
            .collect();
        ReadSide::read(
            path,
            store,
            &options.sides[hand as usize],
            &values,
            cancel,
            progress[hand as usize],
        )
    };
    let (left, right) = thread::scope(|scope| {
        let other = scope.spawn(|| read(Hand::Right, right));
        let left = read(Hand::Left, left);
        (
            left,
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    let mut sides = [left?, right?];
    let mut keys = Names::new();
    let parts = sides.each_mut().map(|side| {
        for (part, key) in side.parts.iter_mut().zip(std::mem::take(&mut side.keys)) {
            part.key = keys.intern(&key).0;
        }
        std::mem::take(&mut side.parts)
    });
    let [l, r] = parts;
    let correlation = correlate(l, r, &options.settings);
    let known_until = match (options.settled, sides[0].latest, sides[1].latest) {
        (false, Some(l), Some(r)) => Some(l.min(r)),
        _ => None,
    };
    Ok(Correlated {
        sides,
        correlation,
        known_until,
        options,
        keys,
    })
}

impl ReadSide {
    fn read(
        path: &Path,
        store: Arc<dyn EventStore>,
        of: &SideOf,
        values: &[&Expression],
        cancel: &Cancel,
        progress: &Progress,
    ) -> Result<Self, SessionError> {
        let mut all = Vec::new();
        progress.set_total(store.estimate().unwrap_or(0));
        store.scan(
            &mut |header: &Header<'_>| {
                all.push(header.locator);
                std::ops::ControlFlow::Continue(())
            },
            cancel,
        )?;
        let mut side = Self {
            name: path.file_name().map_or_else(
                || path.display().to_string(),
                |n| n.to_string_lossy().into_owned(),
            ),
            taking: 0,
            events: 0,
            failed: (0, None),
            store: Arc::clone(&store),
            locators: Vec::new(),
            keys: Vec::new(),
            parts: Vec::new(),
            latest: None,
        };
        for chunk in all.chunks(CHUNK) {
            if cancel.is_cancelled() {
                return Err(SessionError::cancelled());
            }
            let mut events = Vec::with_capacity(chunk.len());
            store.fetch(chunk, cancel, &mut |_, event| events.push(event))?;
            let judged: Vec<Result<Option<(String, Vec<Option<Value>>)>, String>> = events
                .par_iter()
                .map_init(Evaluation::new, |evaluation, event| {
                    taking(evaluation, event, of, values)
                })
                .collect();
            for ((event, judged), locator) in events.iter().zip(judged).zip(chunk) {
                side.events += 1;
                let time = event.time.map(|t| t.nanos);
                side.latest = side.latest.max(time);
                match judged {
                    Ok(Some((key, values))) => {
                        side.parts.push(Part {
                            key: 0,
                            time,
                            ordinal: side.taking,
                            values,
                        });
                        side.keys.push(key);
                        side.locators.push(*locator);
                        side.taking += 1;
                    }
                    Ok(None) => {}
                    Err(why) => {
                        side.failed.0 += 1;
                        side.failed.1.get_or_insert(why);
                    }
                }
            }
            progress.set_done(side.events);
        }
        Ok(side)
    }
}

/// The key and the values of an event that takes part.
fn taking(
    evaluation: &Evaluation,
    event: &Event,
    of: &SideOf,
    values: &[&Expression],
) -> Result<Option<(String, Vec<Option<Value>>)>, String> {
    if let Some(when) = &of.when
        && when.holds(evaluation, event, &[])? != Some(true)
    {
        return Ok(None);
    }
    let Some(key) = of.key.value(evaluation, event, &[])? else {
        return Ok(None);
    };
    let values = values
        .iter()
        .map(|v| v.value(evaluation, event, &[]))
        .collect::<Result<_, _>>()?;
    let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    Ok(Some((key, values)))
}

impl Correlated {
    /// A side.
    pub fn side(&self, hand: Hand) -> &ReadSide {
        &self.sides[hand as usize]
    }

    /// What a finding's events share.
    pub fn key(&self, finding: &Finding) -> &str {
        self.keys.get(finding.stream)
    }

    /// Findings with their evidence, in the order of these numbers. The stream is the left event's, else the right one's.
    pub fn shown(&self, numbers: &[u32], cancel: &Cancel) -> Result<Vec<Shown>, SessionError> {
        let evaluation = Evaluation::new();
        let read = |hand: Hand, ordinal: Option<u32>| -> Result<Option<Event>, SessionError> {
            let side = self.side(hand);
            let Some(locator) = ordinal.and_then(|o| side.locators.get(o as usize)) else {
                return Ok(None);
            };
            let mut found = None;
            side.store
                .fetch(&[*locator], cancel, &mut |_, event| found = Some(event))?;
            Ok(found)
        };
        numbers
            .iter()
            .filter_map(|n| self.correlation.findings.get(*n as usize))
            .map(|finding| {
                let (left, right) = (read(Hand::Left, finding.left)?, read(Hand::Right, finding.right)?);
                let (from, to) = finding.fields;
                let mut fields = Vec::new();
                for number in &self.correlation.differing[from as usize..to as usize] {
                    let field = &self.options.fields[*number as usize];
                    let value = |expression: &Expression, event: &Option<Event>| {
                        let event = event.as_ref()?;
                        expression.value(&evaluation, event, &[]).ok().flatten()
                    };
                    fields.push(FieldDifference {
                        path: field.name.clone(),
                        left: value(&field.left, &left),
                        right: value(&field.right, &right),
                    });
                }
                let stream = left.as_ref().or(right.as_ref()).map(|e| e.stream.clone());
                Ok(Shown {
                    category: finding.category,
                    status: finding.status(self.known_until),
                    stream: stream.unwrap_or_default(),
                    message: Some(self.in_words(finding)),
                    left,
                    right,
                    of: None,
                    fields,
                    since: finding.since,
                    healed: finding.healed,
                })
            })
            .collect()
    }

    fn in_words(&self, finding: &Finding) -> String {
        let key = self.key(finding);
        match finding.category {
            Category::Deadline if finding.right.is_some() => {
                format!("{key}: its partner came after the deadline")
            }
            Category::Deadline => format!("{key}: no partner by the deadline"),
            Category::Missing => format!("{key}: no partner on the right"),
            Category::Extra => format!("{key}: no partner on the left"),
            Category::Cardinality if finding.right.is_some() => format!("{key}: one partner too many"),
            Category::Cardinality => format!("{key}: a partner too few"),
            Category::ClockSkew => format!("{key}: the right event is stamped before the left one"),
            _ => format!("{key}: the partners say different things"),
        }
    }
}
