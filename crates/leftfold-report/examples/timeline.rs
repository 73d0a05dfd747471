//! Draws NDJSON events from standard input by category: `timeline FILE.png|FILE.svg [light]`, and as text.

use std::collections::BTreeMap;
use std::io::BufRead;

use leftfold_report::{
    Axis, ChartError, Folds, Heights, Lane, Language, Mark, Theme, TimelineChart, timeline_png, timeline_svg,
    timeline_text,
};

const BINS: usize = 1440;

/// The text between `"key":"` and the next quote.
fn field<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let start = line.find(&format!("\"{key}\":\""))? + key.len() + 4;
    line[start..].split('"').next()
}

fn main() -> Result<(), ChartError> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "timeline.png".into());
    let light = std::env::args().nth(2).is_some_and(|a| a == "light");
    let mut lanes: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut day = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let time = field(&line, "time").and_then(|t| chrono::DateTime::parse_from_rfc3339(t).ok());
        let (Some(category), Some(nanos)) = (
            field(&line, "category"),
            time.and_then(|t| t.timestamp_nanos_opt()),
        ) else {
            continue;
        };
        let start = *day.get_or_insert(nanos.div_euclid(86_400_000_000_000) * 86_400_000_000_000);
        let bin = ((nanos - start) / (86_400_000_000_000 / BINS as i64)).clamp(0, BINS as i64 - 1) as usize;
        lanes.entry(category.to_owned()).or_insert_with(|| vec![0; BINS])[bin] += 1;
    }
    let from = day.unwrap_or(0);
    let minute = 60_000_000_000;
    let mark = |minutes: i64, label: &str| Mark {
        at: from + minutes * minute,
        label: label.into(),
    };
    let chart = TimelineChart {
        title: "shop, one day".into(),
        lanes: lanes
            .into_iter()
            .enumerate()
            .map(|(colour, (name, counts))| Lane { name, colour, counts })
            .collect(),
        values: Vec::new(),
        folds: Folds::default(),
        heights: Heights::OfLane,
        language: Language::English,
        axis: Axis::Time {
            from,
            to: from + 1440 * minute,
        },
        marks: vec![
            mark(1143, "lost"),
            mark(1144, "late"),
            mark(1145, "doubled"),
            mark(1147, "oversold"),
        ],
        playhead: Some(from + 1215 * minute + 7_482_113_204),
        width: 1200,
        height: 340,
        theme: if light { Theme::Light } else { Theme::Dark },
    };
    if std::path::Path::new(&file)
        .extension()
        .is_some_and(|e| e == "svg")
    {
        std::fs::write(&file, timeline_svg(&chart)?).map_err(|e| ChartError::Draw(e.to_string()))?;
    } else {
        timeline_png(&chart, file.as_ref())?;
    }
    print!("{}", timeline_text(&chart, 100, true));
    Ok(())
}
