//! Compares two histories whose events are not the same but belong together: an order and its invoice, a payment and what it reserves.

use leftfold_event::json::Value;

use crate::equality::Equality;
use crate::finding::{Category, Finding, Status, in_order};

/// An event of one side, as far as it takes part: those that do not are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which events of the other side it belongs to, as a number that both sides share.
    pub key: u32,
    /// Its recorded time in nanoseconds.
    pub time: Option<i64>,
    /// Its place in its side's log.
    pub ordinal: u32,
    /// What is compared with the partner's values, in the order in which they are declared.
    pub values: Vec<Option<Value>>,
}

/// How many events of the right side belong to one of the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cardinality {
    /// At least so many.
    pub least: u32,
    /// At most so many; `None`: any number.
    pub most: Option<u32>,
    /// Whether an event of the right side may have no one on the left.
    pub orphans: bool,
}

impl Default for Cardinality {
    /// One to one.
    fn default() -> Self {
        Self {
            least: 1,
            most: Some(1),
            orphans: false,
        }
    }
}

impl Cardinality {
    /// Reads `1:1`, `1:0..1`, `1:1..`, `1:0..`, `1:2..5`; with `0..1:…` on the left, events of the right side may stand alone.
    pub fn parse(text: &str) -> Option<Self> {
        let (left, right) = text.split_once(':')?;
        let orphans = match left.trim() {
            "1" => false,
            "0..1" => true,
            _ => return None,
        };
        let right = right.trim();
        let (least, most) = match right.split_once("..") {
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
            None => {
                let n = right.parse().ok()?;
                (n, Some(n))
            }
        };
        (most.is_none_or(|most| most >= least && most > 0)).then_some(Self { least, most, orphans })
    }
}

/// How the two sides belong together.
#[derive(Clone, Debug, Default)]
pub struct CorrelatedSettings {
    /// How many partners an event has.
    pub cardinality: Cardinality,
    /// How long after the left event its partners may take, in nanoseconds; `None`: they are to come some time.
    pub deadline: Option<i64>,
    /// How far before its cause an effect may be stamped, in nanoseconds.
    pub skew: i64,
    /// How much later than it happened an event may be in its side's log, in nanoseconds: who waits for one without a deadline waits so long.
    pub lag_tolerance: i64,
    /// From when on the left and the right side hold everything, in nanoseconds; `None`: they do not say.
    pub since: [Option<i64>; 2],
    /// When two values are equal.
    pub equality: Equality,
    /// The names of the values that are compared, as a finding tells them.
    pub fields: Vec<String>,
}

/// What was found between two correlated sides.
#[derive(Clone, Debug, Default)]
pub struct Correlation {
    /// By beginning (what has no time last), then by key and place. The `stream` of a finding is the key; `fields` is a range of
    /// `differing`.
    pub findings: Vec<Finding>,
    /// Numbers of [`CorrelatedSettings::fields`].
    pub differing: Vec<u32>,
    /// Pairs, by their ordinals: left, right.
    pub pairs: Vec<(u32, u32)>,
    /// How much later the right one of two partners is stamped, where it is the later one, ascending, in nanoseconds.
    pub lags: Vec<i64>,
    /// How many keys there are: on both sides, on the left alone, on the right alone.
    pub keys: [u32; 3],
}

impl Correlation {
    /// How many findings have this status when both sides are known up to `known`.
    pub fn count(&self, status: Status, known: Option<i64>) -> usize {
        self.findings.iter().filter(|f| f.status(known) == status).count()
    }
}

/// Pairs events by key, in the order of time, and tells what has no partner in time, too many, or one that says something else. Both
/// sides are put into the order of keys and times.
pub fn correlate(left: &mut [Part], right: &mut [Part], settings: &CorrelatedSettings) -> Correlation {
    let by_key = |p: &Part| (p.key, p.time.is_none(), p.time, p.ordinal);
    left.sort_by_key(by_key);
    right.sort_by_key(by_key);
    let mut found = Correlation::default();
    let (mut l, mut r): (&[Part], &[Part]) = (left, right);
    loop {
        let key = match (l.first(), r.first()) {
            (Some(a), Some(b)) => a.key.min(b.key),
            (Some(one), None) | (None, Some(one)) => one.key,
            (None, None) => break,
        };
        let (ours, rest) = l.split_at(l.partition_point(|p| p.key == key));
        l = rest;
        let (theirs, rest) = r.split_at(r.partition_point(|p| p.key == key));
        r = rest;
        found.keys[match (ours.is_empty(), theirs.is_empty()) {
            (false, false) => 0,
            (false, true) => 1,
            (true, _) => 2,
        }] += 1;
        of_key(key, ours, theirs, settings, &mut found);
    }
    in_order(&mut found.findings);
    found.pairs.sort_unstable();
    found.lags.sort_unstable();
    found
}

impl CorrelatedSettings {
    /// From when on an event that is awaited since a moment is late for certain.
    fn due(&self, since: Option<i64>) -> Option<i64> {
        since.map(|t| t.saturating_add(self.deadline.unwrap_or(self.lag_tolerance)))
    }

    /// Whether the left side is expected to hold what an event of the right one follows.
    fn covers_cause(&self, effect: Option<i64>) -> bool {
        match (self.since[0], effect) {
            (Some(since), Some(time)) => time.saturating_sub(self.deadline.unwrap_or(0)) >= since,
            _ => true,
        }
    }

    /// Whether the right side is expected to hold what follows an event of the left one.
    fn covers_effect(&self, cause: Option<i64>) -> bool {
        !matches!((self.since[1], cause), (Some(since), Some(time)) if time < since)
    }
}

fn of_key(key: u32, left: &[Part], right: &[Part], settings: &CorrelatedSettings, found: &mut Correlation) {
    let cardinality = settings.cardinality;
    let none = Finding::new(Category::Missing, key);
    let mut partners = right.iter();
    let mut still = left.len() as u64;
    for ours in left {
        // Whoever comes later needs its partners, too: only what is over goes to the first ones.
        still -= 1;
        let over = (partners.len() as u64).saturating_sub(still * u64::from(cardinality.least));
        let take = match cardinality.most {
            Some(most) => over.min(u64::from(most)),
            None if still == 0 => over,
            None => over.min(u64::from(cardinality.least.max(1))),
        };
        for n in 0..take.max(u64::from(cardinality.least)) {
            let due = ours.time.and_then(|t| t.checked_add(settings.deadline?));
            let Some(theirs) = partners.next() else {
                found.findings.push(Finding {
                    category: if settings.deadline.is_some() {
                        Category::Deadline
                    } else if n > 0 {
                        Category::Cardinality
                    } else {
                        Category::Missing
                    },
                    left: Some(ours.ordinal),
                    since: ours.time,
                    due: settings.due(ours.time),
                    covered: settings.covers_effect(ours.time),
                    ..none
                });
                continue;
            };
            found.pairs.push((ours.ordinal, theirs.ordinal));
            pair(&none, ours, theirs, due, settings, found);
        }
    }
    for surplus in partners {
        if left.is_empty() && cardinality.orphans {
            continue;
        }
        found.findings.push(Finding {
            category: if left.is_empty() {
                Category::Extra
            } else {
                Category::Cardinality
            },
            right: Some(surplus.ordinal),
            left: left.first().map(|p| p.ordinal),
            since: surplus.time,
            // What it follows may be later in its log.
            due: surplus.time.map(|t| t.saturating_add(settings.lag_tolerance)),
            covered: settings.covers_cause(surplus.time),
            ..none
        });
    }
}

fn pair(
    none: &Finding,
    ours: &Part,
    theirs: &Part,
    due: Option<i64>,
    settings: &CorrelatedSettings,
    found: &mut Correlation,
) {
    let both = Finding {
        left: Some(ours.ordinal),
        right: Some(theirs.ordinal),
        since: ours.time.max(theirs.time),
        ..*none
    };
    if let (Some(l), Some(r)) = (ours.time, theirs.time) {
        if r >= l {
            found.lags.push(r.saturating_sub(l));
        }
        if due.is_some_and(|due| r > due) {
            found.findings.push(Finding {
                category: Category::Deadline,
                since: Some(l),
                due,
                healed: Some(r),
                ..both
            });
        }
        if r < l.saturating_sub(settings.skew) {
            found.findings.push(Finding {
                category: Category::ClockSkew,
                since: Some(r),
                ..both
            });
        }
    }
    let from = found.differing.len() as u32;
    for (i, (l, r)) in ours.values.iter().zip(&theirs.values).enumerate() {
        let equal = match (l, r) {
            (Some(l), Some(r)) => settings.equality.value_differences(l, r).is_empty(),
            (None, None) => true,
            _ => false,
        };
        if !equal {
            found.differing.push(i as u32);
        }
    }
    let to = found.differing.len() as u32;
    if to > from {
        found.findings.push(Finding {
            category: Category::Conflict,
            fields: (from, to),
            ..both
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(events: &[(u32, i64, i64)]) -> Vec<Part> {
        events
            .iter()
            .enumerate()
            .map(|(i, &(key, time, value))| Part {
                key,
                time: Some(time),
                ordinal: i as u32,
                values: vec![Some(Value::from(value))],
            })
            .collect()
    }

    fn told(
        left: &[(u32, i64, i64)],
        right: &[(u32, i64, i64)],
        cardinality: &str,
        deadline: Option<i64>,
    ) -> Vec<String> {
        let settings = CorrelatedSettings {
            cardinality: Cardinality::parse(cardinality).unwrap(),
            deadline,
            fields: vec!["amount".to_owned()],
            ..CorrelatedSettings::default()
        };
        correlate(&mut parts(left), &mut parts(right), &settings)
            .findings
            .iter()
            .map(|f| {
                let side = |o: Option<u32>| o.map_or("-".to_owned(), |o| o.to_string());
                format!(
                    "{} {}/{} {}",
                    f.category.as_str(),
                    side(f.left),
                    side(f.right),
                    f.status(Some(100)).as_str()
                )
            })
            .collect()
    }

    #[test]
    fn what_belongs_together_is_paired_in_the_order_of_time() {
        assert!(
            told(
                &[(1, 0, 5), (1, 10, 6), (2, 0, 7)],
                &[(1, 12, 6), (2, 1, 7), (1, 3, 5)],
                "1:1",
                None
            )
            .is_empty()
        );
        assert_eq!(
            told(&[(1, 0, 5)], &[(1, 1, 6)], "1:1", None),
            ["conflict 0/0 confirmed"]
        );
    }

    #[test]
    fn a_partner_that_does_not_come_in_time_is_told_and_may_come_later() {
        assert_eq!(
            told(&[(1, 0, 5)], &[], "1:1", Some(30)),
            ["deadline 0/- confirmed"]
        );
        assert_eq!(
            told(&[(1, 80, 5)], &[], "1:1", Some(30)),
            ["deadline 0/- pending"]
        );
        assert_eq!(
            told(&[(1, 0, 5)], &[(1, 31, 5)], "1:1", Some(30)),
            ["deadline 0/0 healed"]
        );
        assert!(told(&[(1, 0, 5)], &[(1, 30, 5)], "1:1", Some(30)).is_empty());
        assert_eq!(told(&[(1, 0, 5)], &[], "1:1", None), ["missing 0/- confirmed"]);
    }

    #[test]
    fn too_many_too_few_and_orphans_are_told_apart() {
        assert_eq!(
            told(&[(1, 0, 5)], &[(1, 1, 5), (1, 2, 5)], "1:1", None),
            ["cardinality 0/1 confirmed"]
        );
        assert_eq!(told(&[], &[(1, 1, 5)], "1:1", None), ["extra -/0 confirmed"]);
        assert!(told(&[], &[(1, 1, 5)], "0..1:1", None).is_empty());
        assert!(told(&[(1, 0, 5)], &[], "1:0..1", None).is_empty());
        assert!(told(&[(1, 0, 5)], &[(1, 1, 5), (1, 2, 5), (1, 3, 5)], "1:1..", None).is_empty());
        assert_eq!(
            told(&[(1, 0, 5)], &[(1, 1, 5)], "1:2..5", None),
            ["cardinality 0/- confirmed"]
        );
        assert_eq!(
            told(&[(1, 0, 5), (1, 1, 5)], &[(1, 2, 5)], "1:1", None),
            ["missing 1/- confirmed"]
        );
    }

    #[test]
    fn what_waits_without_a_deadline_waits_for_the_lag() {
        let settings = CorrelatedSettings {
            lag_tolerance: 30,
            ..CorrelatedSettings::default()
        };
        let statuses = |left: &[(u32, i64, i64)], right: &[(u32, i64, i64)]| {
            let found = correlate(&mut parts(left), &mut parts(right), &settings);
            let told = found.findings.iter();
            told.map(|f| (f.category.as_str(), f.status(Some(100)).as_str()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            statuses(&[(1, 70, 5), (2, 71, 5)], &[]),
            [("missing", "confirmed"), ("missing", "pending")]
        );
        assert_eq!(
            statuses(&[], &[(1, 70, 5), (2, 71, 5)]),
            [("extra", "confirmed"), ("extra", "pending")]
        );
    }

    #[test]
    fn what_is_older_than_the_other_side_is_no_divergence() {
        let settings = CorrelatedSettings {
            deadline: Some(10),
            since: [Some(50), Some(50)],
            ..CorrelatedSettings::default()
        };
        let found = correlate(
            &mut parts(&[(1, 49, 5), (2, 50, 5)]),
            &mut parts(&[(3, 59, 5), (4, 60, 5)]),
            &settings,
        );
        let told: Vec<(u32, &str)> = found
            .findings
            .iter()
            .map(|f| (f.stream, f.status(Some(100)).as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (1, "out-of-coverage"),
                (2, "confirmed"),
                (3, "out-of-coverage"),
                (4, "confirmed")
            ]
        );
        assert_eq!(found.keys, [0, 2, 2]);
    }

    #[test]
    fn an_effect_before_its_cause_is_skew() {
        assert_eq!(
            told(&[(1, 10, 5)], &[(1, 3, 5)], "1:1", None),
            ["clock-skew 0/0 confirmed"]
        );
    }

    #[test]
    fn a_cardinality_is_read_as_it_is_written() {
        assert!(
            ["1:1", "1:0..1", "1:1..", "0..1:0..", "1:2..5"]
                .iter()
                .all(|t| Cardinality::parse(t).is_some())
        );
        assert!(
            ["1", "2:1", "1:5..2", "1:0", "1:x", "n:m"]
                .iter()
                .all(|t| Cardinality::parse(t).is_none())
        );
    }
}
