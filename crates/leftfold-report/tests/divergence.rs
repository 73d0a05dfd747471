//! Pictures and pages of what differs, as they come out.

#![allow(clippy::expect_used, reason = "a test's own helpers may fail loudly")]

use std::io::Cursor;

use leftfold_report::{
    Axis, ChartError, Converging, Count, Disagreeing, DivergenceChart, Fact, FieldRow, FindingRow,
    HeadToHead, HeatBy, HeatMap, Page, Panel, Section, SideFacts, StreamRow, Strip, Theme, Tone,
    divergence_png_bytes, divergence_svg, html,
};

const DAY: i64 = 1_795_132_800_000_000_000;
const HOUR: i64 = 3_600_000_000_000;

const AXIS: Axis = Axis::Time {
    from: DAY,
    to: DAY + 12 * HOUR,
};

fn at(bins: &[usize]) -> Vec<u32> {
    (0..12).map(|bin| u32::from(bins.contains(&bin))).collect()
}

fn panels() -> Vec<Panel> {
    vec![
        Panel::HeadToHead(HeadToHead {
            axis: AXIS,
            names: ["shop.db".into(), "mirror <b>".into()],
            counts: [vec![2; 12], (0..12).map(|n| n % 3).collect()],
            strip: Strip {
                confirmed: at(&[1, 2]),
                pending: at(&[5, 6]),
                healed: at(&[9, 10]),
            },
        }),
        Panel::Disagreeing(Disagreeing {
            axis: AXIS,
            counts: vec![0, 1, 2, 3, 2, 1, 0, 0, 0, 5, 5, 5],
        }),
        Panel::Converging(Converging {
            bars: vec![("≤ 1s".into(), 20), ("≤ 10s".into(), 3)],
            open: 2,
        }),
        Panel::HeatMap(HeatMap {
            axis: AXIS,
            rows: vec![
                (
                    "order-1".into(),
                    Strip {
                        confirmed: at(&[1, 2]),
                        pending: at(&[2, 5, 6]),
                        healed: at(&[5, 9, 10]),
                    },
                ),
                (
                    "库存-2".into(),
                    Strip {
                        confirmed: at(&[3, 4, 11]),
                        ..Strip::of_bins(12)
                    },
                ),
            ],
            more: 7,
            by: HeatBy::Stream,
        }),
    ]
}

fn chart(theme: Theme) -> DivergenceChart {
    DivergenceChart {
        title: Some("shop.db against mirror".into()),
        panels: panels(),
        width: 640,
        theme,
    }
}

#[test]
fn the_picture_looks_like_this() {
    let svg = divergence_svg(&chart(Theme::Dark)).expect("it can be drawn");
    insta::assert_snapshot!("picture", svg);
    assert_eq!(divergence_svg(&chart(Theme::Dark)).expect("it can be drawn"), svg);
}

/// How much of the inner of a bin is filled, in percent, on a line of a panel's picture; lines are counted in points below the heading, and
/// `ground` is where the panel shows its own colour, or else what lies behind it.
fn filled(panel: &Panel, theme: Theme, (line, plain): (usize, usize)) -> impl Fn(usize) -> usize {
    let chart = DivergenceChart {
        title: None,
        panels: vec![panel.clone()],
        ..chart(theme)
    };
    let bytes = divergence_png_bytes(&chart).expect("it can be drawn");
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a frame");
    let width = info.width as usize;
    // Two pixels a point.
    let below = |points: usize| 2 * (16 + 26 + points);
    let grey = |x: usize, y: usize| {
        let at = (y * width + x) * 3;
        (u32::from(pixels[at]) * 299 + u32::from(pixels[at + 1]) * 587 + u32::from(pixels[at + 2]) * 114)
            / 1000
    };
    // Where the plot begins and ends, by its panel's colour.
    let of_panel = grey(width / 2, below(plain));
    let plot: Vec<usize> = (0..width)
        .filter(|x| grey(*x, below(plain)) == of_panel)
        .collect();
    let (left, right) = (plot[0], plot[plot.len() - 1]);
    // An empty bin.
    let ground = grey(left + (right - left) * 15 / 24, below(line));
    let row: Vec<bool> = (0..width)
        .map(|x| grey(x, below(line)).abs_diff(ground) > 24)
        .collect();
    move |bin| {
        let edge = |b: usize| left + (right - left) * b / 12;
        let inner = edge(bin) + 8..edge(bin + 1) - 8;
        let all = inner.len();
        inner.filter(|x| row[*x]).count() * 100 / all
    }
}

#[test]
fn confirmed_pending_and_healed_are_told_apart_without_colours() {
    let panels = panels();
    for theme in [Theme::Dark, Theme::Light] {
        // The strip: below the ruler and the upper density. The first row of the map; the line between rows shows no colour of the panel.
        for (panel, lines) in [(&panels[0], (20 + 56 + 9, 22)), (&panels[3], (20 + 9, 20))] {
            let filled = filled(panel, theme, lines);
            assert_eq!(filled(1), 100, "{theme:?}: confirmed is solid");
            assert_eq!(
                filled(2),
                100,
                "{theme:?}: and so is what is confirmed and pending"
            );
            assert!(
                (15..=70).contains(&filled(5)),
                "{theme:?}: pending is hatched: {}",
                filled(5)
            );
            assert_eq!(filled(9), 0, "{theme:?}: healed is an outline");
            assert_eq!(filled(7), 0, "{theme:?}: nothing is nothing");
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let narrow = DivergenceChart {
        width: 100,
        ..chart(Theme::Light)
    };
    assert!(matches!(
        divergence_svg(&narrow),
        Err(ChartError::Size { width: 100, .. })
    ));
    let empty = HeatMap {
        axis: AXIS,
        rows: Vec::new(),
        more: 0,
        by: HeatBy::Key,
    };
    let nothing = DivergenceChart {
        panels: vec![
            Panel::HeatMap(empty),
            Panel::Converging(Converging {
                bars: Vec::new(),
                open: 0,
            }),
            Panel::Disagreeing(Disagreeing {
                axis: AXIS,
                counts: Vec::new(),
            }),
        ],
        ..chart(Theme::Light)
    };
    assert!(divergence_svg(&nothing).is_ok());
}

#[test]
fn a_page_escapes_what_the_data_says() {
    let evil = "</td><script>alert('1')</script> \"&amp;";
    let fact = |name: &str| Fact {
        name: name.into(),
        value: evil.into(),
    };
    let section = Section {
        name: evil.into(),
        kind: "comparison",
        verdict: "Never equal.".into(),
        tone: Tone::Bad,
        known: "As known at 2026-11-20T23:09:41Z.".into(),
        sides: vec![SideFacts {
            hand: "left".into(),
            name: evil.into(),
            facts: vec![fact("path")],
        }],
        counts: vec![Count {
            category: "conflict".into(),
            by_status: [String::new(), "1".into(), String::new(), String::new()],
        }],
        streams: vec![StreamRow {
            name: evil.into(),
            status: "confirmed".into(),
            findings: "1".into(),
            common: "0".into(),
            first: "conflict v1".into(),
            since: String::new(),
        }],
        findings: vec![FindingRow {
            number: "1".into(),
            category: "conflict".into(),
            status: "confirmed".into(),
            stream: evil.into(),
            event: "v1".into(),
            fields: vec![FieldRow {
                path: evil.into(),
                left: Some(evil.into()),
                right: None,
                ..FieldRow::default()
            }],
            more_fields: 2,
            evidence: vec![fact("left")],
            ..FindingRow::default()
        }],
        findings_note: "3 more findings left out here; -c shows more.".into(),
        how: vec![fact("identity")],
        ..Section::default()
    };
    let page = Page {
        title: evil.into(),
        verdict: String::new(),
        tone: Tone::Bad,
        tool: "leftfold 0".into(),
        made: Some("2026-11-21T00:00:00Z".into()),
        sections: vec![section],
    };
    let text = html(&page).expect("it can be written");
    assert!(
        !text.contains("<script") && !text.contains("&amp;amp;\"&amp;"),
        "{text}"
    );
    let body = text.split("<body>").nth(1).expect("a body");
    insta::assert_snapshot!("page", body);
}
