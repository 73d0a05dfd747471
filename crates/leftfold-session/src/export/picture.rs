//! The timeline as it is seen, as a chart.

use leftfold_event::Cancel;
use leftfold_log::{Axis, LaneBy, Place};
use leftfold_report::{
    ChartError, Folds, Heights, Lane, Language, Mark, Theme, TimelineChart, ValueLane, Values, plot_columns,
};

use super::page::{Bookmark, shown};
use crate::dto::WatchDto;
use crate::error::SessionError;
use crate::view::View;

/// Pixels of the frame around the lanes, and of a lane.
const FRAME_HEIGHT: u32 = 96;
const LANE_HEIGHT: u32 = 44;

/// What of the timeline is drawn.
#[derive(Clone, Debug)]
pub struct Picture<'a> {
    /// What lies from left to right.
    pub axis: Axis,
    /// The first coordinate, and the last one; both are drawn.
    pub range: (i64, i64),
    /// Which gaps are drawn shorter than they are.
    pub folds: Folds,
    /// What makes a lane.
    pub by: LaneBy,
    /// The lanes from top to bottom.
    pub lanes: &'a [PictureLane],
    /// How high their counts are drawn.
    pub heights: Heights,
    /// The lanes of values below them.
    pub values: &'a [PictureValue],
    /// The projection of their states; `None`: the configured one of each stream.
    pub projection: Option<&'a str>,
    /// Marked places, with what is noted there.
    pub bookmarks: &'a [Bookmark],
    /// Where the playhead stands.
    pub playhead: Option<Place>,
    /// Dark or light.
    pub theme: Theme,
    /// What its words are in.
    pub language: Language,
    /// Pixels.
    pub width: u32,
}

/// A lane of a picture.
#[derive(Clone, Debug)]
pub struct PictureLane {
    /// What it is called.
    pub name: String,
    /// The keys of what it holds.
    pub keys: Vec<u32>,
    /// The number of its colour.
    pub colour: usize,
}

/// A lane of values of a picture.
#[derive(Clone, Debug)]
pub struct PictureValue {
    /// What it is called.
    pub name: String,
    /// Whose state the field is in.
    pub stream: u32,
    /// The field, as a JSON pointer.
    pub path: String,
}

/// The chart of a picture.
///
/// # Errors
/// What [`View::watch`] says of a lane of values; `output-failed` where the picture would be too large.
pub fn timeline_chart(
    view: &View,
    picture: &Picture<'_>,
    cancel: &Cancel,
) -> Result<TimelineChart, SessionError> {
    let (from, to) = picture.range;
    let to = to.max(from.saturating_add(1));
    let inside = |coord: &i64| (from..=to).contains(coord);
    let marks = picture.bookmarks.iter().filter(|b| b.place.axis == picture.axis);
    let playhead = picture.playhead.as_ref().filter(|p| p.axis == picture.axis);
    // What stands beside a curve is what it holds in sight: at the playhead, or where the picture ends.
    let end = Place {
        axis: picture.axis,
        coord: to,
        ordinal: None,
    };
    let held = playhead.filter(|p| inside(&p.coord)).unwrap_or(&end);
    let mut values = Vec::with_capacity(picture.values.len());
    for value in picture.values {
        let watched = view.watch(
            value.stream,
            &value.path,
            picture.axis,
            picture.projection,
            cancel,
        )?;
        values.push(ValueLane {
            name: shown(&value.name),
            stream: shown(view.log().names(LaneBy::Stream).get(value.stream)),
            here: shown(held_at(&watched, held).unwrap_or_default()),
            values: values_of(&watched),
        });
    }
    let words = picture.language.words();
    let rows = (picture.lanes.len() + picture.values.len()) as u32;
    let mut chart = TimelineChart {
        title: shown(&view.source().name()),
        lanes: picture
            .lanes
            .iter()
            .map(|lane| Lane {
                name: if lane.name.is_empty() {
                    words.no_name.to_owned()
                } else {
                    shown(&lane.name)
                },
                colour: lane.colour,
                counts: Vec::new(),
            })
            .collect(),
        values,
        axis: match picture.axis {
            Axis::Time => leftfold_report::Axis::Time { from, to },
            Axis::Log => leftfold_report::Axis::Log { from, to },
        },
        folds: picture.folds.clone(),
        heights: picture.heights,
        marks: marks
            .filter(|b| inside(&b.place.coord))
            .map(|b| Mark {
                at: b.place.coord,
                label: shown(&b.note),
            })
            .collect(),
        playhead: playhead.map(|p| p.coord).filter(inside),
        width: picture.width,
        height: FRAME_HEIGHT + LANE_HEIGHT * rows,
        theme: picture.theme,
        language: picture.language,
    };
    // What it adds up to is written beside a lane, and leaves the rest of the width for the columns.
    fill(view, picture, &mut chart, 1);
    let columns =
        plot_columns(&chart).map_err(|e: ChartError| SessionError::new("output-failed", e.to_string()))?;
    fill(view, picture, &mut chart, columns);
    Ok(chart)
}

/// Counts the events of each lane in so many bins of the drawn line.
fn fill(view: &View, picture: &Picture<'_>, chart: &mut TimelineChart, bins: u32) {
    let keys: Vec<u32> = picture
        .lanes
        .iter()
        .flat_map(|lane| lane.keys.iter().copied())
        .collect();
    let stretches = chart.stretches(bins);
    for lane in &mut chart.lanes {
        lane.counts = vec![0; bins as usize];
    }
    for stretch in stretches {
        let density = view.density(
            picture.axis,
            picture.by,
            &keys,
            stretch.from,
            stretch.to.saturating_add(1),
            stretch.columns,
        );
        let mut rows = density.counts.chunks(density.columns.max(1) as usize);
        for (lane, of) in chart.lanes.iter_mut().zip(picture.lanes) {
            let part = &mut lane.counts[stretch.first as usize..];
            for row in rows.by_ref().take(of.keys.len()) {
                for (sum, n) in part.iter_mut().zip(row) {
                    *sum = sum.saturating_add(*n);
                }
            }
        }
    }
}

/// What a field holds at a place; `None`: nothing yet, or not there.
fn held_at<'a>(watched: &'a WatchDto, place: &Place) -> Option<&'a str> {
    let known = watched.coords.iter().zip(&watched.places);
    let until = known
        .take_while(|(coord, ordinal)| {
            coord.0 < place.coord || (coord.0 == place.coord && place.ordinal.is_none_or(|o| **ordinal <= o))
        })
        .count();
    watched.values[..until].last()?.as_deref()
}

/// Numbers, and `null` now and then, make a curve; anything else bands.
fn values_of(watched: &WatchDto) -> Values {
    let coords = || watched.coords.iter().map(|c| c.0);
    let numbers: Vec<Option<f64>> = watched
        .values
        .iter()
        .map(|v| v.as_deref().and_then(number))
        .collect();
    let is_other = |(value, number): (&Option<String>, &Option<f64>)| {
        number.is_none() && value.as_deref().is_some_and(|v| v != "null")
    };
    let is_curve = numbers.iter().any(Option::is_some) && !watched.values.iter().zip(&numbers).any(is_other);
    if is_curve {
        Values::Numbers(coords().zip(numbers).collect())
    } else {
        let texts = watched.values.iter().map(|v| v.as_deref().map(shown));
        Values::Texts(coords().zip(texts).collect())
    }
}

/// A number, or a decimal that is written as text to keep its digits. Only the drawing rounds.
fn number(json: &str) -> Option<f64> {
    let digits = json
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(json);
    let is_number = digits.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit());
    digits.parse().ok().filter(|n: &f64| is_number && n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::Int;

    fn watched(values: &[(i64, Option<&str>)]) -> WatchDto {
        WatchDto {
            coords: values.iter().map(|v| Int(v.0)).collect(),
            places: (0..values.len() as u32).collect(),
            ordinals: (0..values.len() as u32).collect(),
            values: values.iter().map(|v| v.1.map(str::to_owned)).collect(),
            total: values.len() as u32,
        }
    }

    #[test]
    fn numbers_are_a_curve_also_where_they_are_texts_or_missing_now_and_then() {
        let values = values_of(&watched(&[
            (1, Some("2")),
            (2, Some("\"-2.50\"")),
            (3, Some("null")),
            (4, None),
        ]));
        assert_eq!(
            values,
            Values::Numbers(vec![(1, Some(2.0)), (2, Some(-2.5)), (3, None), (4, None)])
        );
        for other in ["true", "\"inf\"", "\"\"", "{}", "\"paid\"", "1e999"] {
            let values = values_of(&watched(&[(1, Some("2")), (2, Some(other))]));
            assert!(matches!(values, Values::Texts(_)), "{other}");
        }
    }

    #[test]
    fn what_is_held_is_what_the_place_includes() {
        let watched = watched(&[(5, Some("1")), (5, Some("2")), (9, None)]);
        let at = |coord, ordinal| {
            held_at(
                &watched,
                &Place {
                    axis: Axis::Time,
                    coord,
                    ordinal,
                },
            )
        };
        assert_eq!(at(4, None), None);
        assert_eq!(at(5, Some(0)), Some("1"));
        assert_eq!(at(5, None), Some("2"));
        assert_eq!(at(8, None), Some("2"));
        assert_eq!(at(9, None), None);
    }
}
