//! Charts as they come out: to be looked at in the snapshots.

#![allow(clippy::expect_used, reason = "a test's own helpers may fail loudly")]

use leftfold_report::{
    Axis, ChartError, Folds, Heights, Lane, Language, Mark, Theme, TimelineChart, ValueLane, Values,
    plot_columns, timeline_png, timeline_png_bytes, timeline_svg, timeline_text,
};

const DAY: i64 = 1_795_132_800_000_000_000;
const HOUR: i64 = 3_600_000_000_000;

/// A day in bins of four minutes: nothing at night, a slow lunch, a burst at seven.
fn day(width: u32) -> TimelineChart {
    let shape = |bin: u32| match bin / 15 {
        1..=5 => 0,
        0 => 3,
        12 | 13 => 40 + bin % 7,
        19 if bin % 15 < 4 => 400 + bin % 31 * 3,
        22.. => 15 + bin % 5,
        hour => 60 + hour * 2 + bin * 7 % 13,
    };
    let lane = |name: &str, colour: usize, share: u32| Lane {
        name: name.into(),
        colour,
        counts: (0..360).map(|bin| shape(bin) * share / 100).collect(),
    };
    let mut sparse = lane("review", 3, 0);
    for i in [150, 151, 170, 201, 250, 288, 331] {
        sparse.counts[i] = 1;
    }
    TimelineChart {
        title: "shop.db".into(),
        lanes: vec![
            lane("order", 0, 100),
            lane("payment", 1, 80),
            lane("stock 库存", 2, 160),
            sparse,
        ],
        values: Vec::new(),
        folds: Folds::default(),
        heights: Heights::OfLane,
        language: Language::English,
        axis: Axis::Time {
            from: DAY,
            to: DAY + 24 * HOUR,
        },
        marks: vec![
            Mark {
                at: DAY + 19 * HOUR + 180_000_000_000,
                label: "lost".into(),
            },
            Mark {
                at: DAY + 19 * HOUR + 425_246_522_000,
                label: "oversold".into(),
            },
        ],
        playhead: Some(DAY + 20 * HOUR + 7_482_113_204),
        width,
        height: 300,
        theme: Theme::Dark,
    }
}

#[test]
fn a_day_in_a_terminal_reads_well() {
    insta::assert_snapshot!(timeline_text(&day(960), 96, false));
}

#[test]
fn a_log_in_a_narrow_terminal_with_colours() {
    let mut chart = day(960);
    chart.axis = Axis::Log { from: 1, to: 24_001 };
    chart.playhead = Some(12_000);
    chart.marks.clear();
    insta::assert_snapshot!(timeline_text(&chart, 48, true).replace('\x1b', "␛"));
}

#[test]
fn every_line_of_text_fits_the_columns() {
    use unicode_width::UnicodeWidthStr;
    let mut chart = day(960);
    chart.lanes[1].name = "一个非常长的名字，超过二十四列宽度的限制".into();
    for columns in [40, 57, 80, 132] {
        let text = timeline_text(&chart, columns, false);
        for line in text.lines().skip(3).take(6) {
            assert!(line.width() <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn a_day_as_svg_never_changes_unseen() {
    let svg = timeline_svg(&day(640)).expect("drawn");
    insta::assert_snapshot!(svg);
}

/// The night is folded, a lane is drawn by roots, and two fields have lanes of their own.
fn folded() -> TimelineChart {
    let numbers = (0..400).map(|i| {
        let at = DAY + 12 * HOUR + i64::from(i) * 60_000_000_000;
        (at, (i % 97 != 0).then(|| f64::from(i % 40) - 7.0))
    });
    let texts = [
        (DAY - HOUR, Some("\"open\"")),
        (DAY + 14 * HOUR, Some("\"reserved\"")),
        (DAY + 19 * HOUR, Some("\"paid\"")),
        (DAY + 19 * HOUR + 1, Some("\"open\"")),
        (DAY + 23 * HOUR, None),
    ];
    let lane = |name: &str, here: &str, values| ValueLane {
        name: name.into(),
        stream: "stock-SKU-0007".into(),
        values,
        here: here.into(),
    };
    TimelineChart {
        folds: Folds {
            gaps: vec![(DAY + 55 * 60_000_000_000, DAY + 6 * HOUR)],
            length: HOUR / 2,
        },
        heights: Heights::Root,
        values: vec![
            lane("onHand", "-7", Values::Numbers(numbers.collect())),
            lane(
                "status",
                "\"open\"",
                Values::Texts(texts.map(|(at, v)| (at, v.map(str::to_owned))).to_vec()),
            ),
        ],
        ..day(960)
    }
}

#[test]
fn a_folded_day_with_lanes_of_values_never_changes_unseen() {
    insta::assert_snapshot!(timeline_svg(&folded()).expect("drawn"));
}

#[test]
fn what_is_as_wide_as_its_columns_is_drawn_bin_by_bin() {
    let mut chart = folded();
    let columns = plot_columns(&chart).expect("it fits");
    let totals = chart.lanes.iter().map(Lane::total).collect::<Vec<_>>();
    for (lane, total) in chart.lanes.iter_mut().zip(totals) {
        lane.counts = vec![total as u32];
    }
    assert_eq!(plot_columns(&chart).expect("it fits"), columns);
    let stretches = chart.stretches(columns);
    assert_eq!(stretches.len(), 2);
    assert_eq!(stretches[1].first + stretches[1].columns, columns);
    // What is drawn to scale keeps its proportion: 55 minutes to 18 hours.
    let share = f64::from(stretches[0].columns) / f64::from(stretches[1].columns);
    assert!((share * 18.0 * 60.0 - 55.0).abs() < 1.0, "{share}");
}

#[test]
fn a_picture_that_scales_speaks_its_language() {
    let mut chart = folded();
    chart.language = Language::SimplifiedChinese;
    let svg = timeline_svg(&chart).expect("drawn");
    assert!(svg.contains("个事件 · 2026-11-20 00:00:00 至 "), "{svg}");
    assert!(svg.contains("5 小时 5 分钟"));
    // The font that pixels are made with has no such letters.
    let pixels = timeline_png_bytes(&chart).expect("drawn");
    assert_eq!(pixels, timeline_png_bytes(&folded()).expect("drawn"));
}

#[test]
fn svg_is_the_same_each_time_and_holds_every_count() {
    let chart = day(960);
    let svg = timeline_svg(&chart).expect("drawn");
    assert_eq!(timeline_svg(&chart).expect("drawn"), svg);
    for lane in &chart.lanes {
        assert!(svg.contains(&lane.name), "{}", lane.name);
    }
    assert!(svg.contains("UTC"));
    assert!(
        svg.contains("2026-11-20 20:00:07.482113204"),
        "the playhead shows all its digits"
    );
}

#[test]
fn titles_are_text_not_markup() {
    let mut chart = day(960);
    chart.title = "<script>alert(1)</script> & \"co\"".into();
    chart.lanes[0].name = "a<b".into();
    let svg = timeline_svg(&chart).expect("drawn");
    assert!(!svg.contains("<script>") && !svg.contains("a<b"));
    assert!(svg.contains("&lt;script&gt;"));
}

#[test]
fn a_png_is_twice_as_dense_and_the_same_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("timeline.png");
    timeline_png(&day(640), &path).expect("written");
    let bytes = std::fs::read(&path).expect("a file");
    assert_eq!(bytes, timeline_png_bytes(&day(640)).expect("drawn"));
    let reader = png::Decoder::new(std::io::Cursor::new(&bytes))
        .read_info()
        .expect("a PNG");
    assert_eq!((reader.info().width, reader.info().height), (1280, 600));
}

#[test]
fn many_lanes_make_the_chart_higher_and_too_many_are_refused() {
    let mut chart = day(640);
    chart.lanes = vec![chart.lanes[0].clone(); 40];
    let svg = timeline_svg(&chart).expect("drawn");
    assert!(!svg.contains("height=\"300\""));
    chart.lanes = vec![chart.lanes[0].clone(); 701];
    assert!(matches!(timeline_svg(&chart), Err(ChartError::Size { .. })));
    chart.width = 100;
    assert!(matches!(
        timeline_svg(&chart),
        Err(ChartError::Size { width: 100, .. })
    ));
}

#[test]
fn nothing_to_show_is_drawn_as_nothing() {
    let chart = TimelineChart {
        lanes: Vec::new(),
        axis: Axis::Time { from: 0, to: 0 },
        ..day(640)
    };
    assert!(timeline_svg(&chart).expect("drawn").contains("0 events"));
    assert!(timeline_text(&chart, 80, false).contains("0 events"));
}
