//! What partners are that stand elsewhere or cannot be read, and what events are known by.
#![allow(clippy::unwrap_used, reason = "a test's own steps end it when they fail")]

use leftfold_compare::{
    Category, CompareError, Comparison, Content, Coverage, Digester, Equality, Evidence, Facts, Hand,
    IdentityBy, Ignored, MirrorSettings, Side, SideBuilder, mirror,
};
use leftfold_event::{Cancel, Event, Payload, Timestamp};

const SECOND: i64 = 1_000_000_000;

/// An event of one stream: its number, which is its id and its second, its part and its payload; its type lies in that.
#[derive(Clone, Copy)]
struct Made {
    number: i64,
    part: u32,
    payload: &'static str,
}

fn made(number: i64, part: u32) -> Made {
    Made {
        number,
        part,
        payload: r#"{"type":"E"}"#,
    }
}

impl Made {
    fn is_read(&self) -> bool {
        self.payload.ends_with('}')
    }

    fn kind(&self) -> &'static str {
        if self.is_read() { "E" } else { "" }
    }
}

struct Both([Vec<Made>; 2]);

impl Both {
    fn side(&self, hand: Hand, id: impl Fn(i64) -> Option<String>) -> Side {
        let mut builder =
            SideBuilder::new(Digester::new(Ignored::default()), false).with_parts(vec![0, 1, 2]);
        for made in &self.0[hand as usize] {
            let id = id(made.number);
            builder.take(&Facts {
                stream: "s",
                kind: made.kind(),
                id: id.as_deref().map(str::as_bytes),
                version: None,
                time: Some(made.number * SECOND),
                lane: made.part,
                content: if made.is_read() {
                    Content::Json(made.payload.as_bytes())
                } else {
                    Content::Bytes(made.payload.as_bytes())
                },
            });
        }
        builder.finish()
    }

    fn compared(&self, id: impl Fn(i64) -> Option<String>) -> Comparison {
        let (left, right) = (self.side(Hand::Left, &id), self.side(Hand::Right, &id));
        let settings = MirrorSettings {
            by: IdentityBy::Auto,
            equality: Equality::default(),
            lag_tolerance: SECOND,
            settled: true,
            coverage: [Coverage::default(); 2],
        };
        mirror(&left, &right, &settings, self, &Cancel::new()).unwrap()
    }
}

impl Evidence for Both {
    fn read(
        &self,
        hand: Hand,
        ordinals: &[u32],
        _: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), CompareError> {
        for (i, ordinal) in ordinals.iter().enumerate() {
            let made = self.0[hand as usize][*ordinal as usize];
            let bytes = made.payload.as_bytes().to_vec();
            visit(
                i,
                Event {
                    stream: "s".to_owned(),
                    kind: made.kind().to_owned(),
                    time: Some(Timestamp::from_nanos(made.number * SECOND)),
                    payload: if made.is_read() {
                        Payload::from_json(bytes).0
                    } else {
                        Payload::undecoded(bytes)
                    },
                    ..Event::default()
                },
            );
        }
        Ok(())
    }
}

fn named(number: i64) -> String {
    format!("event-number-{number}")
}

/// Categories with the numbers of their left events.
fn told(both: &Both, comparison: &Comparison) -> Vec<(Category, i64)> {
    let number = |at: u32| both.0[0][at as usize].number;
    let findings = comparison.findings.iter();
    findings.map(|f| (f.category, f.left.map_or(0, number))).collect()
}

#[test]
fn what_is_in_another_part_is_placed_elsewhere_and_says_nothing_of_the_order() {
    let left: Vec<Made> = (1..=5).map(|n| made(n, 1)).collect();
    for alone in [1, 3, 4, 5] {
        for part in [0, 2] {
            // The log of a topic is partition by partition.
            let mut right: Vec<Made> = (1..=5)
                .map(|n| made(n, if n == alone { part } else { 1 }))
                .collect();
            right.sort_by_key(|e| e.part);
            let both = Both([left.clone(), right]);
            let comparison = both.compared(|n| Some(named(n)));
            assert_eq!(
                told(&both, &comparison),
                [(Category::Placement, alone)],
                "{alone} in {part}"
            );
        }
    }
    // What has another place in its part is reordered all the same.
    let right = [(4, 0), (2, 1), (1, 1), (3, 1), (5, 1)].map(|(n, part)| made(n, part));
    let both = Both([left, right.to_vec()]);
    let comparison = both.compared(|n| Some(named(n)));
    let categories: Vec<Category> = told(&both, &comparison).into_iter().map(|(c, _)| c).collect();
    assert_eq!(categories, [Category::Reordered, Category::Placement]);
}

#[test]
fn a_payload_that_says_the_type_and_cannot_be_read_is_no_other_event() {
    let payloads = [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#];
    let left: Vec<Made> = (1..)
        .zip(payloads)
        .map(|(n, payload)| Made {
            payload,
            ..made(n, 0)
        })
        .collect();
    let mut right = left.clone();
    right[1].payload = r#"{"n"#;
    for both in [
        Both([left.clone(), right.clone()]),
        Both([right.clone(), left.clone()]),
    ] {
        let comparison = both.compared(|_| None);
        assert_eq!(told(&both, &comparison), [(Category::Undecodable, 2)]);
    }
}

#[test]
fn ids_that_are_small_numbers_are_told_not_to_be_trusted() {
    let both = Both([vec![made(1, 0), made(2, 0)], vec![made(1, 0), made(2, 0)]]);
    let why = |id: &dyn Fn(i64) -> Option<String>| both.compared(id).identity_reason;
    let counted = why(&|n| Some(n.to_string()));
    assert!(
        counted.starts_with("ids that are small numbers are not trusted, "),
        "{counted}"
    );
    let none = why(&|_| None);
    assert!(none.starts_with("events have no ids on both sides, "), "{none}");
}
