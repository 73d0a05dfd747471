//! Faults are planted in a copy of a history by a seeded generator; a comparison has to find all of them, name them rightly, and nothing
//! else.
#![allow(clippy::unwrap_used, reason = "a test's own steps end it when they fail")]

use leftfold_compare::{
    Action, Category, CompareError, Comparison, Conflicts, Content, Coverage, Digester, Equality, Evidence,
    Facts, Hand, Identity, IdentityBy, Ignored, MirrorSettings, Side, SideBuilder, Status, Unrepaired,
    Verdict, mirror, plan, wrong_events,
};
use leftfold_event::{Cancel, Event, EventId, Payload, Timestamp};
use proptest::prelude::*;

const SECOND: i64 = 1_000_000_000;
const LAG: i64 = 30 * SECOND;

/// A small generator with a seed (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % n.max(1)
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

#[derive(Clone, Debug)]
struct Made {
    stream: String,
    id: String,
    version: Option<i64>,
    time: i64,
    kind: &'static str,
    payload: String,
}

#[derive(Default)]
struct History(Vec<Made>);

impl History {
    fn side(&self, by: Identity) -> Side {
        let mut builder = SideBuilder::new(Digester::new(Ignored::default()), false);
        for made in &self.0 {
            builder.take(&Facts {
                stream: &made.stream,
                kind: made.kind,
                id: (by == Identity::Id).then_some(made.id.as_bytes()),
                version: made.version.filter(|_| by != Identity::Content),
                time: Some(made.time),
                lane: 0,
                content: Content::Json(made.payload.as_bytes()),
            });
        }
        builder.finish()
    }
}

struct Both(History, History);

impl Evidence for Both {
    fn read(
        &self,
        hand: Hand,
        ordinals: &[u32],
        _: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), CompareError> {
        let history = if hand == Hand::Left { &self.0 } else { &self.1 };
        for (i, ordinal) in ordinals.iter().enumerate() {
            let made = &history.0[*ordinal as usize];
            visit(
                i,
                Event {
                    stream: made.stream.clone(),
                    id: Some(EventId::Text(made.id.clone())),
                    kind: made.kind.to_owned(),
                    version: made.version,
                    time: Some(Timestamp::from_nanos(made.time)),
                    payload: Payload::from_json(made.payload.clone().into_bytes()).0,
                    ..Event::default()
                },
            );
        }
        Ok(())
    }
}

fn settings(by: IdentityBy, settled: bool) -> MirrorSettings {
    MirrorSettings {
        by,
        equality: Equality::default(),
        lag_tolerance: LAG,
        settled,
        coverage: [Coverage::default(); 2],
    }
}

/// A fault as it was planted: its category and the events it is about, as places in the two histories.
type Label = (Category, Option<u32>, Option<u32>);

struct Planted {
    both: Both,
    labels: Vec<Label>,
}

/// An event of the right side before the streams are mixed: the left one it is a copy of, and what was done to it.
#[derive(Clone)]
struct Copied {
    made: Made,
    of: Option<u32>,
    fault: Option<Category>,
}

/// The same JSON in another spelling: other key order, spacing and number form.
fn respelt(payload: &str, random: &mut Random) -> String {
    match random.below(3) {
        0 => payload.to_owned(),
        1 => payload.replace(',', " ,\n ").replace(':', " : "),
        _ => {
            let inner = &payload[1..payload.len() - 1];
            let (n, text) = inner.split_once(',').unwrap();
            format!("{{{text},{n}.0}}")
        }
    }
}

fn plant(seed: u64, streams: u64, longest: u64, percent: u64, by: Identity) -> Planted {
    let mut random = Random(seed | 1);
    let of_streams: Vec<Vec<Made>> = (0..streams)
        .map(|s| {
            let mut time = 1_800_000_000 * SECOND;
            (0..random.below(longest + 1))
                .map(|i| {
                    time += random.below(20) as i64 * SECOND;
                    Made {
                        stream: format!("order-{s}"),
                        id: format!("{s}/{i}"),
                        version: Some(i as i64),
                        time,
                        kind: ["Placed", "Paid", "Shipped"][random.below(3) as usize],
                        payload: format!("{{\"n\":{},\"text\":\"{s}.{i}\"}}", random.below(3)),
                    }
                })
                .collect()
        })
        .collect();
    let left = mixed(
        &mut of_streams.iter().map(|s| s.iter().collect()).collect::<Vec<_>>(),
        &mut random,
    );
    let place = |made: &Made| left.iter().position(|m| m.id == made.id).unwrap() as u32;
    let mut labels = Vec::new();
    let mut copies: Vec<Vec<Copied>> = Vec::new();
    let mut placed: Vec<Copied> = Vec::new();
    for (s, events) in of_streams.iter().enumerate() {
        let mut copy: Vec<Copied> = Vec::new();
        let mut extra = 0;
        for made in events {
            let of = Some(place(made));
            let mut right = made.clone();
            right.time += random.below(LAG as u64 + 1) as i64;
            right.payload = respelt(&right.payload, &mut random);
            let plain = |made: Made, fault| Copied { made, of, fault };
            if !random.happens(percent) {
                copy.push(plain(right, None));
                continue;
            }
            let mut another = |mut made: Made, version, fault| {
                extra += 1;
                made.id = format!("extra {s}/{extra}");
                made.version = version;
                Copied {
                    made,
                    of: None,
                    fault: Some(fault),
                }
            };
            // Without ids nothing but its version tells what is another event.
            match random.below(if by == Identity::Id { 9 } else { 6 }) {
                0 => labels.push((Category::Missing, of, None)),
                1 => {
                    copy.push(plain(right.clone(), None));
                    right.time += SECOND;
                    copy.push(plain(right, Some(Category::Duplicate)));
                }
                2 => {
                    right.payload = format!("{{\"n\":{},\"text\":\"changed\"}}", random.below(9));
                    copy.push(plain(right, Some(Category::Conflict)));
                }
                3 => {
                    right.time = made.time + LAG + 1 + random.below(100) as i64 * SECOND;
                    copy.push(plain(right, Some(Category::Late)));
                }
                4 => {
                    right.payload = format!("{{\"n\":{}", random.below(9));
                    copy.push(plain(right, Some(Category::Undecodable)));
                }
                5 => {
                    right.stream = format!("elsewhere-{s}");
                    placed.push(plain(right, Some(Category::Placement)));
                }
                6 => {
                    copy.push(plain(right.clone(), None));
                    copy.push(another(right, None, Category::Extra));
                }
                // Two on the right side claim its version, one says the same once more or another thing; or one on each side.
                7 => {
                    copy.push(plain(right.clone(), None));
                    let again = random.happens(50);
                    let mut other = right.clone();
                    if !again {
                        other.payload = format!("{{\"n\":{},\"text\":\"changed\"}}", random.below(9));
                    }
                    let fault = if again {
                        Category::Duplicate
                    } else {
                        Category::VersionCollision
                    };
                    copy.push(another(other, right.version, fault));
                }
                _ => {
                    labels.push((Category::Missing, of, None));
                    copy.push(another(right.clone(), right.version, Category::VersionCollision));
                }
            }
        }
        // One event of the stream jumps over at least two that are as they were.
        let plain: Vec<usize> = (0..copy.len()).filter(|i| copy[*i].fault.is_none()).collect();
        if plain.len() >= 3 && random.happens(percent) {
            let from = random.below(plain.len() as u64 - 2) as usize;
            let over = from + 2 + random.below((plain.len() - from - 2) as u64) as usize;
            // What is doubled right behind an event stays behind its like.
            let doubled = copy
                .get(plain[from] + 1)
                .is_some_and(|c| c.fault == Some(Category::Duplicate));
            if !doubled {
                let mut moved = copy[plain[from]].clone();
                moved.fault = Some(Category::Reordered);
                copy.insert(plain[over] + 1, moved);
                copy.remove(plain[from]);
            }
        }
        copies.push(copy);
    }
    copies.push(placed);
    let mut borrowed: Vec<Vec<&Copied>> = copies.iter().map(|s| s.iter().collect()).collect();
    let right = mixed(&mut borrowed, &mut random);
    for (i, copied) in right.iter().enumerate() {
        let right = Some(i as u32);
        match copied.fault {
            None => {}
            Some(fault @ (Category::Extra | Category::Duplicate | Category::VersionCollision)) => {
                labels.push((fault, None, right));
            }
            Some(fault) => labels.push((fault, copied.of, right)),
        }
    }
    labels.sort_unstable();
    Planted {
        labels,
        both: Both(
            History(left.into_iter().cloned().collect()),
            History(right.into_iter().map(|c| c.made.clone()).collect()),
        ),
    }
}

/// Streams run together in a random order that keeps each stream's own.
fn mixed<'m, T>(streams: &mut [Vec<&'m T>], random: &mut Random) -> Vec<&'m T> {
    let mut all = Vec::new();
    for stream in streams.iter_mut() {
        stream.reverse();
    }
    loop {
        let open: Vec<usize> = (0..streams.len()).filter(|i| !streams[*i].is_empty()).collect();
        if open.is_empty() {
            return all;
        }
        let next = open[random.below(open.len() as u64) as usize];
        all.extend(streams[next].pop());
    }
}

fn compared(planted: &Planted, by: Identity, settled: bool) -> Comparison {
    let (left, right) = (planted.both.0.side(by), planted.both.1.side(by));
    let settings = settings(IdentityBy::Fixed(by), settled);
    mirror(&left, &right, &settings, &planted.both, &Cancel::new()).unwrap()
}

fn labels(comparison: &Comparison) -> Vec<Label> {
    let mut found: Vec<Label> = comparison
        .findings
        .iter()
        .map(|f| (f.category, f.left, f.right))
        .collect();
    found.sort_unstable();
    found
}

fn in_a_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_planted_fault_is_found_and_named_and_nothing_else(
        seed in any::<u64>(), streams in 1_u64..6, longest in 0_u64..20, percent in 0_u64..45,
    ) {
        for by in [Identity::Id, Identity::Version] {
            let planted = plant(seed, streams, longest, percent, by);
            let comparison = compared(&planted, by, true);
            prop_assert_eq!(labels(&comparison), &planted.labels[..], "by {:?}", by);
            let late = |f: &leftfold_compare::Finding| f.category == Category::Late;
            for finding in &comparison.findings {
                let expected = if late(finding) { Status::Healed } else { Status::Confirmed };
                prop_assert_eq!(comparison.status(finding), expected);
            }
            let verdict = comparison.verdict();
            prop_assert_eq!(
                verdict == Verdict::Never,
                comparison.findings.iter().any(|f| !late(f)),
                "{:?}", verdict
            );
        }
    }

    #[test]
    fn nothing_is_confirmed_before_its_time(seed in any::<u64>(), streams in 1_u64..5, longest in 0_u64..16) {
        let planted = plant(seed, streams, longest, 30, Identity::Id);
        let comparison = compared(&planted, Identity::Id, false);
        let latest = |history: &History| history.0.iter().map(|m| m.time).max();
        let known = match (latest(&planted.both.0), latest(&planted.both.1)) {
            (Some(l), Some(r)) => Some(l.min(r)),
            // An empty side is as far as the other one is.
            (one, other) => one.or(other),
        };
        prop_assert_eq!(comparison.known_until, known);
        for finding in &comparison.findings {
            let awaited = matches!(finding.category, Category::Missing | Category::Extra);
            if let (true, Some(known), Some(since)) = (awaited, known, finding.since) {
                let pending = since + LAG > known;
                prop_assert_eq!(comparison.status(finding) == Status::Pending, pending);
            }
            prop_assert!(finding.had_begun(finding.since.unwrap()));
        }
    }

    #[test]
    fn what_was_under_way_at_a_moment_is_pending_where_one_goes_back_to_it(
        seed in any::<u64>(), streams in 1_u64..5, longest in 1_u64..16, which in any::<prop::sample::Index>(),
    ) {
        let by = Identity::Id;
        let planted = plant(seed, streams, longest, 30, by);
        let times: Vec<i64> = planted.both.0.0.iter().chain(&planted.both.1.0).map(|m| m.time).collect();
        let moment = if times.is_empty() { 0 } else { times[which.index(times.len())] };
        let mut comparison = compared(&planted, by, false);
        let (left, right) = (planted.both.0.side(by), planted.both.1.side(by));
        let begun = comparison.findings.iter().filter(|f| f.had_begun(moment)).count();
        let pairs = comparison.under_way.pairs();
        let under_way: Vec<_> = comparison.under_way.at(moment).map(|place| {
            let pair = pairs[place];
            let first = if right.time(pair.right) < left.time(pair.left) { Hand::Right } else { Hand::Left };
            pair.late(left.stream_of(pair.left), LAG).at(moment, first)
        }).collect();
        comparison.go_back_to(moment, (&left, &right), (IdentityBy::Fixed(by), LAG, false));
        prop_assert_eq!(comparison.findings.len(), begun + under_way.len());
        for finding in under_way {
            let finding = finding.unwrap();
            prop_assert_eq!(comparison.status(&finding), Status::Pending);
            prop_assert!(comparison.findings.contains(&finding));
        }
    }

    #[test]
    fn after_a_plan_nothing_remains_but_what_it_said(
        seed in any::<u64>(), streams in 1_u64..6, longest in 0_u64..20, percent in 0_u64..45,
        settled in any::<bool>(), to_left in any::<bool>(), undone in 0_u64..3,
    ) {
        let right = if to_left { Hand::Right } else { Hand::Left };
        for by in [Identity::Id, Identity::Version] {
            let planted = plant(seed, streams, longest, percent, by);
            let comparison = compared(&planted, by, settled);
            let sides = [planted.both.0.side(by), planted.both.1.side(by)];
            let fits = |event: u32| match undone { 0 => false, 1 => true, _ => event.is_multiple_of(2) };
            let conflicts = [Conflicts::Auto, Conflicts::ReSend, Conflicts::Compensate][(seed % 3) as usize];
            let plan = plan(&comparison, (right, [&sides[0], &sides[1]]), conflicts, &fits);
            // Every finding is spoken of: something is done about it, or it is said why not.
            let mut spoken: Vec<u32> = plan.steps.iter().map(|s| s.finding).chain(plan.unrepaired.iter().map(|u| u.0)).collect();
            spoken.sort_unstable();
            spoken.dedup();
            prop_assert_eq!(spoken.len(), comparison.findings.len());
            let wrong = wrong_events(&comparison, right);
            for step in &plan.steps {
                prop_assert!(step.action == Action::ReSend || wrong.contains(&step.event));
                prop_assert!(step.action != Action::Compensate || fits(step.event));
            }
            let (source, target) = match right {
                Hand::Left => (&planted.both.0, &planted.both.1),
                Hand::Right => (&planted.both.1, &planted.both.0),
            };
            let repaired = plan.repaired();
            let mut now: Vec<Made> = Vec::new();
            for (i, made) in target.0.iter().enumerate() {
                let i = i as u32;
                if repaired.without.contains(&i) {
                    continue;
                }
                let by_other = repaired.replaced.iter().find(|(place, _)| *place == i);
                now.push(by_other.map_or(made, |(_, other)| &source.0[*other as usize]).clone());
            }
            now.extend(repaired.appended.iter().map(|o| source.0[*o as usize].clone()));
            let again = match right {
                Hand::Left => Both(History(source.0.clone()), History(now)),
                Hand::Right => Both(History(now), History(source.0.clone())),
            };
            let again = Planted { both: again, labels: Vec::new() };
            let after = compared(&again, by, settled);
            let name = |both: &Both, stream: u32, of: &Comparison| {
                let pair = of.streams[stream as usize];
                let key = |history: &History, key: u32| history.side(by).streams().get(key).to_owned();
                pair.left.map_or_else(|| key(&both.1, pair.right.unwrap_or_default()), |k| key(&both.0, k))
            };
            // What may remain, by category and stream.
            let mut foreseen: Vec<(Category, String)> = Vec::new();
            for (number, why) in &plan.unrepaired {
                let finding = comparison.findings[*number as usize];
                if *why == Unrepaired::NoTemplate {
                    prop_assert!(matches!(finding.category, Category::Conflict | Category::Undecodable));
                }
                foreseen.push((finding.category, name(&planted.both, finding.stream, &comparison)));
            }
            for step in plan.steps.iter().filter(|s| s.behind) {
                let finding = comparison.findings[step.finding as usize];
                foreseen.push((Category::Reordered, name(&planted.both, finding.stream, &comparison)));
            }
            for finding in &after.findings {
                let found = (finding.category, name(&again.both, finding.stream, &after));
                prop_assert!(foreseen.contains(&found), "by {:?}: {:?} is left, foreseen {:?}", by, found, foreseen);
            }
            // What is repaired and not only moved is gone.
            if plan.unrepaired.is_empty() && plan.steps.iter().all(|s| !s.behind) {
                prop_assert_eq!(after.findings.len(), 0);
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing(seed in any::<u64>(), percent in 0_u64..45) {
        let planted = plant(seed, 5, 12, percent, Identity::Id);
        let run = |threads| in_a_pool(threads, || {
            let comparison = compared(&planted, Identity::Id, false);
            (comparison.findings, comparison.streams, comparison.paths, comparison.fields, comparison.convergence)
        });
        prop_assert_eq!(run(1), run(3));
    }

    #[test]
    fn known_by_content_alone_the_numbers_of_each_content_come_out(seed in any::<u64>(), percent in 0_u64..40) {
        let mut random = Random(seed | 1);
        let made = |n: u64| Made {
            stream: "s".to_owned(),
            id: String::new(),
            version: None,
            time: 0,
            kind: "E",
            payload: format!("{{\"n\":{n}}}"),
        };
        let left: Vec<u64> = (0..random.below(30)).map(|_| random.below(4)).collect();
        let mut right = Vec::new();
        for n in &left {
            if !random.happens(percent) { right.push(*n); }
            if random.happens(percent / 2) { right.push(random.below(4)); }
        }
        let history = |events: &[u64]| History(events.iter().map(|n| made(*n)).collect());
        let planted = Planted { both: Both(history(&left), history(&right)), labels: Vec::new() };
        let comparison = compared(&planted, Identity::Content, true);
        let count = |category| comparison.findings.iter().filter(|f| f.category == category).count();
        let lone_left = comparison.findings.iter().filter(|f| f.left.is_some() && f.right.is_none()).count();
        let lone_right = comparison.findings.iter().filter(|f| f.right.is_some() && f.left.is_none()).count();
        let paired = comparison.paired as usize + count(Category::Conflict);
        prop_assert_eq!(paired + lone_left, left.len());
        prop_assert_eq!(paired + lone_right, right.len());
        let of = |events: &[u64], n| events.iter().filter(|e| **e == n).count();
        let common: usize = (0..4).map(|n| of(&left, n).min(of(&right, n))).sum();
        prop_assert_eq!(comparison.paired as usize, common);
    }
}

#[test]
fn what_a_side_no_longer_holds_is_no_divergence() {
    let made = |version: i64, time: i64| Made {
        stream: "order-1".to_owned(),
        id: format!("e{version}"),
        version: Some(version),
        time: time * SECOND,
        kind: "Placed",
        payload: format!("{{\"n\":{version}}}"),
    };
    let all: Vec<Made> = (1..=4).map(|v| made(v, v * 100)).collect();
    let both = Both(History(all.clone()), History(all[2..].to_vec()));
    let (left, right) = (both.0.side(Identity::Id), both.1.side(Identity::Id));
    let statuses = |coverage: Coverage| {
        let settings = MirrorSettings {
            coverage: [Coverage::default(), coverage],
            ..settings(IdentityBy::Fixed(Identity::Id), true)
        };
        let found = mirror(&left, &right, &settings, &both, &Cancel::new()).unwrap();
        let statuses: Vec<Status> = found.findings.iter().map(|f| found.status(f)).collect();
        (statuses, found.verdict() == Verdict::Never)
    };
    assert_eq!(
        statuses(Coverage::default()),
        (vec![Status::Confirmed, Status::Confirmed], true)
    );
    let since = |seconds: i64| Coverage {
        since: Some(seconds * SECOND),
        compacted: false,
    };
    assert_eq!(
        statuses(since(200)),
        (vec![Status::OutOfCoverage, Status::Confirmed], true)
    );
    assert_eq!(
        statuses(since(300)),
        (vec![Status::OutOfCoverage, Status::OutOfCoverage], false)
    );
    let compacted = Coverage {
        since: None,
        compacted: true,
    };
    assert_eq!(
        statuses(compacted),
        (vec![Status::OutOfCoverage, Status::OutOfCoverage], false)
    );
}
