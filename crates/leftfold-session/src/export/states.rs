//! The states of a view's streams at a place, as lines or as a table.

use std::collections::HashMap;
use std::io::Write;

use leftfold_event::Cancel;
use leftfold_event::json::Value;
use leftfold_log::{Axis, LaneBy, Place};
use serde_json::json;

use super::csv::failed;
use crate::lines::LinesError;
use crate::view::{StateAlone, View};

/// The columns beside those of the state, by the names that the fields of a state's line have.
const COLUMNS: [&str; 5] = ["stream", "version", "position", "time", "projection"];

/// The column of a state that is no object, or of whole states, and what the names of the others begin with.
const STATE: &str = "state";

/// The last column.
const PROBLEMS: &str = "problems";

/// Columns of states at most: past that a table is read by nobody, and the whole state stands in one.
const MOST_COLUMNS: usize = 200;

/// What was written of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatesWritten {
    /// How many.
    pub states: u32,
    /// Whether they have so many fields that each stands whole in one column.
    pub whole: bool,
}

/// The fields of all states, each of which is a column: what is no object, by the names that lead there. In the order in which they are found.
#[derive(Default)]
struct Columns {
    numbers: HashMap<Vec<String>, usize>,
    ways: Vec<Vec<String>>,
}

impl Columns {
    /// Takes in the fields of a state; false where there are too many.
    fn take(&mut self, state: &Value) -> bool {
        let mut fits = true;
        each_leaf(state, &mut |way, _| {
            if fits && !self.numbers.contains_key(way) {
                fits = self.ways.len() < MOST_COLUMNS;
                if fits {
                    self.numbers.insert(way.to_vec(), self.ways.len());
                    self.ways.push(way.to_vec());
                }
            }
        });
        fits
    }

    fn names(&self) -> Vec<String> {
        self.ways.iter().map(|way| column(way)).collect()
    }

    /// What a state says in each of them.
    fn cells(&self, state: &Value) -> Vec<String> {
        let mut cells = vec![String::new(); self.ways.len()];
        each_leaf(state, &mut |way, value| {
            if let Some(cell) = self.numbers.get(way).and_then(|n| cells.get_mut(*n)) {
                *cell = text(value);
            }
        });
        cells
    }
}

/// A value as a cell has it: a text as it is, anything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    }
}

/// What a column is called: `state.customer.name`; names that hold a dot or begin a bracket stand in brackets, so that no two are alike.
fn column(way: &[String]) -> String {
    let mut name = STATE.to_owned();
    for key in way {
        if key.is_empty() || key.contains(['.', '[', ']', '"']) {
            name.push('[');
            Value::from(key.as_str()).write(&mut name);
            name.push(']');
        } else {
            name.push('.');
            name.push_str(key);
        }
    }
    name
}

/// Hands on whatever is no object with members, and the names that lead to it. By hand: states are as deep as the data say.
fn each_leaf(state: &Value, take: &mut dyn FnMut(&[String], &Value)) {
    let mut rest: Vec<(Vec<String>, &Value)> = vec![(Vec::new(), state)];
    while let Some((way, value)) = rest.pop() {
        match value {
            Value::Object(object) if object.iter().next().is_some() => {
                let below: Vec<_> = object
                    .iter()
                    .map(|(key, value)| {
                        let mut way = way.clone();
                        way.push(key.to_string());
                        (way, value)
                    })
                    .collect();
                rest.extend(below.into_iter().rev());
            }
            _ => take(&way, value),
        }
    }
}

/// A state as `leftfold state --json` says it.
fn line(state: &StateAlone) -> String {
    let last = state.last.as_ref();
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let position = |position: &str| match position.parse::<i64>() {
        // Only what reads back as the same text.
        Ok(n) if n.to_string() == position => position.to_owned(),
        _ => text(position),
    };
    let problems: Vec<serde_json::Value> = state
        .problems
        .iter()
        .map(|p| json!({ "code": p.code, "message": p.message }))
        .collect();
    let fields = [
        (
            "stream",
            Some(&state.stream).filter(|s| !s.is_empty()).map(|s| text(s)),
        ),
        ("version", last.and_then(|l| l.version).map(|v| v.0.to_string())),
        ("position", last.and_then(|l| l.position.as_deref()).map(position)),
        ("time", last.and_then(|l| l.time.as_deref()).map(text)),
        ("projection", Some(text(&state.projection))),
        // As it is: no digit of its numbers is touched.
        ("state", Some(state.state.to_string())),
        ("problems", Some(serde_json::Value::from(problems).to_string())),
    ];
    let fields: Vec<String> = fields
        .into_iter()
        .filter_map(|(name, value)| Some(format!("\"{name}\":{}", value?)))
        .collect();
    format!("{{{}}}\n", fields.join(","))
}

/// A state as a row, with these cells in the middle.
fn row(state: &StateAlone, cells: Vec<String>) -> Vec<String> {
    let last = state.last.as_ref();
    let problems = state.problems.iter();
    let problems: Vec<String> = problems.map(|p| format!("{}: {}", p.code, p.message)).collect();
    let mut row = vec![
        state.stream.clone(),
        last.and_then(|l| l.version)
            .map(|v| v.0.to_string())
            .unwrap_or_default(),
        last.and_then(|l| l.position.clone()).unwrap_or_default(),
        last.and_then(|l| l.time.clone()).unwrap_or_default(),
        state.projection.clone(),
    ];
    row.extend(cells);
    row.push(problems.join("; "));
    row
}

impl View {
    /// The streams that have events of this view up to a place, by their names.
    pub fn streams_until(&self, place: &Place) -> Vec<u32> {
        let names = self.log().names(LaneBy::Stream);
        let mut streams: Vec<u32> = self
            .lane_counts(LaneBy::Stream)
            .into_iter()
            .filter(|(stream, n)| *n > 0 && self.log().included(*stream, place) > 0)
            .map(|(stream, _)| stream)
            .collect();
        streams.sort_by(|a, b| names.get(*a).cmp(names.get(*b)));
        streams
    }

    /// Writes the states of streams at a place, a line each in the shape of `leftfold state --json`, or as a table with a column for each field that
    /// any of them has. For the table they are folded twice, so that no more than one is in memory.
    ///
    /// # Errors
    /// An unknown projection, events that cannot be read, a cancel, or a failed write.
    pub fn write_states(
        &self,
        (streams, place): (&[u32], &Place),
        projection: Option<&str>,
        as_table: bool,
        out: &mut dyn Write,
        cancel: &Cancel,
        tick: &mut dyn FnMut(u64),
    ) -> Result<StatesWritten, LinesError> {
        let states = streams.len() as u32;
        if !as_table {
            let take = &mut |state: &StateAlone| {
                out.write_all(line(state).as_bytes())?;
                Ok(true)
            };
            self.each_state((streams, place), projection, (cancel, tick), take)?;
            return Ok(StatesWritten { states, whole: false });
        }
        let mut columns = Columns::default();
        let mut fits = true;
        let looks = &mut |done| tick(done / 2);
        self.each_state((streams, place), projection, (cancel, looks), &mut |state| {
            fits = columns.take(&state.state);
            Ok(fits)
        })?;
        let of_state = if fits {
            columns.names()
        } else {
            vec![STATE.to_owned()]
        };
        let mut table = csv::Writer::from_writer(out);
        let names = COLUMNS.iter().copied().chain(of_state.iter().map(String::as_str));
        table.write_record(names.chain([PROBLEMS])).map_err(failed)?;
        let writes = &mut |done| tick(u64::midpoint(u64::from(states), done));
        self.each_state((streams, place), projection, (cancel, writes), &mut |state| {
            let cells = if fits {
                columns.cells(&state.state)
            } else {
                vec![state.state.to_string()]
            };
            table.write_record(row(state, cells)).map_err(failed)?;
            Ok(true)
        })?;
        table.flush()?;
        Ok(StatesWritten { states, whole: !fits })
    }

    /// Hands on the states of streams until it is told to stop.
    fn each_state(
        &self,
        (streams, place): (&[u32], &Place),
        projection: Option<&str>,
        (cancel, tick): (&Cancel, &mut dyn FnMut(u64)),
        take: &mut dyn FnMut(&StateAlone) -> Result<bool, LinesError>,
    ) -> Result<(), LinesError> {
        for (i, stream) in streams.iter().enumerate() {
            if !take(&self.state_alone(*stream, place, projection, cancel)?)? {
                break;
            }
            tick(i as u64 + 1);
        }
        Ok(())
    }

    /// The end of an axis, as a place.
    pub fn end_of(&self, axis: Axis) -> Place {
        let coord = self.log().extent(axis).map_or(0, |(_, last)| last);
        Place {
            axis,
            coord,
            ordinal: None,
        }
    }
}
