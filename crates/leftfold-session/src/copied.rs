//! Events of a list as one text, to be copied.

use std::collections::HashMap;

use leftfold_event::Cancel;
use leftfold_event::json::{Object, Value, parse};
use leftfold_log::Axis;

use crate::dto::{CopiedDto, CopyFormDto, RankRangeDto};
use crate::error::SessionError;
use crate::lines::LinesError;
use crate::view::View;

/// The most events that are copied at once. More is an export's work.
const MOST_EVENTS: u32 = 100_000;

/// The most bytes of text that are.
const MOST_BYTES: usize = 32 << 20;

/// Events fetched at a time.
const CHUNK: usize = 4096;

/// The envelope's names, in the order of columns; what else events have follows as it is met.
const COLUMNS: [&str; 10] = [
    "source", "position", "stream", "category", "version", "id", "type", "time", "payload", "metadata",
];

/// Cells under names: a table whose columns become known row by row.
struct Table {
    names: Vec<String>,
    places: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
    bytes: usize,
}

impl Table {
    fn new() -> Self {
        let mut table = Self {
            names: Vec::new(),
            places: HashMap::new(),
            rows: Vec::new(),
            bytes: 0,
        };
        for name in COLUMNS {
            table.place(name);
        }
        table
    }

    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.names.len();
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    /// Takes an event's envelope; a text stands as itself, anything else as JSON.
    fn take(&mut self, envelope: &Value) {
        let mut row = Vec::new();
        for (name, value) in envelope.as_object().into_iter().flat_map(Object::iter) {
            let place = self.place(name);
            if row.len() <= place {
                row.resize(place + 1, String::new());
            }
            row[place] = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.bytes += row[place].len() + 1;
        }
        self.rows.push(row);
    }

    /// The text (RFC 4180), without columns that no event has.
    fn text(&self) -> Result<String, SessionError> {
        let used: Vec<usize> = (0..self.names.len())
            .filter(|at| {
                self.rows
                    .iter()
                    .any(|row| row.get(*at).is_some_and(|c| !c.is_empty()))
            })
            .collect();
        let cells = |row: &[String]| -> Vec<String> {
            used.iter()
                .map(|at| row.get(*at).cloned().unwrap_or_default())
                .collect()
        };
        let mut table = csv::Writer::from_writer(Vec::with_capacity(self.bytes));
        let failed = |e: &dyn std::fmt::Display| SessionError::new("internal", e.to_string());
        for row in std::iter::once(&self.names).chain(&self.rows) {
            table.write_record(cells(row)).map_err(|e| failed(&e))?;
        }
        let bytes = table.into_inner().map_err(|e| failed(&e))?;
        String::from_utf8(bytes).map_err(|e| failed(&e))
    }
}

impl View {
    /// The events of these stretches of the list as a text, as many as may be copied at once, and how many that are.
    pub fn copied(
        &self,
        axis: Axis,
        ranges: &[RankRangeDto],
        form: CopyFormDto,
        cancel: &Cancel,
    ) -> Result<(String, CopiedDto), SessionError> {
        self.copied_within(axis, ranges, form, (MOST_EVENTS, MOST_BYTES), cancel)
    }

    fn copied_within(
        &self,
        axis: Axis,
        ranges: &[RankRangeDto],
        form: CopyFormDto,
        (most, bytes): (u32, usize),
        cancel: &Cancel,
    ) -> Result<(String, CopiedDto), SessionError> {
        let order = self.order(axis);
        let (mut ordinals, mut asked) = (Vec::new(), 0_u32);
        for range in ranges {
            let (from, to) = (range.from.min(order.len()), range.to.min(order.len()));
            asked += to.saturating_sub(from);
            let room = most.saturating_sub(ordinals.len() as u32);
            ordinals.extend(order.range(from, to.min(from.saturating_add(room)).max(from)));
        }
        let (mut lines, mut table, mut events) = (Vec::new(), Table::new(), 0);
        for chunk in ordinals.chunks(CHUNK) {
            let start = lines.len();
            let written = self.write_lines(chunk, &mut lines, cancel, &mut |_| ());
            written.map_err(|e| match e {
                LinesError::Session(e) => e,
                LinesError::Write(e) => SessionError::new("internal", e.to_string()),
            })?;
            let mut end = start;
            for line in lines[start..].split_inclusive(|b| *b == b'\n') {
                let held = if form == CopyFormDto::Csv {
                    table.bytes
                } else {
                    end
                };
                if events > 0 && held + line.len() > bytes {
                    break;
                }
                end += line.len();
                events += 1;
                if form == CopyFormDto::Csv {
                    let envelope = parse(line).map_err(|e| SessionError::new("internal", e.to_string()))?;
                    table.take(&envelope);
                }
            }
            let full = end < lines.len();
            lines.truncate(end);
            if form == CopyFormDto::Csv {
                lines.clear();
            }
            if full {
                break;
            }
        }
        let text = match form {
            CopyFormDto::Csv => table.text()?,
            CopyFormDto::Json => {
                String::from_utf8(lines).map_err(|e| SessionError::new("internal", e.to_string()))?
            }
        };
        Ok((text, CopiedDto { events, asked }))
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test's own steps end it when they fail")]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::Session;

    fn view(lines: &str) -> View {
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut lines.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        source.view(None).expect("it can be looked at")
    }

    const LINES: &str = "{\"stream\":\"a-1\",\"type\":\"T\",\"payload\":{\"n\":9007199254740993,\"s\":\"x, \\\"y\\\"\"}}\n\
                         {\"stream\":\"a-2\",\"type\":\"T\",\"payload\":10.10,\"tenant\":\"acme\"}\n\
                         {\"stream\":\"a-3\",\"type\":\"T\"}\n";

    fn copied(ranges: &[(u32, u32)], form: CopyFormDto, most: (u32, usize)) -> (String, u32, u32) {
        let ranges: Vec<RankRangeDto> = ranges
            .iter()
            .map(|&(from, to)| RankRangeDto { from, to })
            .collect();
        let (text, copied) = view(LINES)
            .copied_within(Axis::Log, &ranges, form, most, &Cancel::new())
            .expect("lines in memory can be read");
        (text, copied.events, copied.asked)
    }

    const ALL: (u32, usize) = (100, 1 << 20);

    #[test]
    fn events_are_copied_as_the_lines_that_every_export_has() {
        let (text, events, asked) = copied(&[(0, 1), (2, 9)], CopyFormDto::Json, ALL);
        assert_eq!((events, asked), (2, 2));
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].contains("\"payload\":{\"n\":9007199254740993,"),
            "{text}"
        );
        assert!(lines[1].contains("\"stream\":\"a-3\""), "{text}");
    }

    #[test]
    fn a_table_has_every_name_that_an_event_has_and_keeps_all_digits() {
        let (text, ..) = copied(&[(0, 3)], CopyFormDto::Csv, ALL);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(
            lines[0].contains("stream,") && lines[0].ends_with(",tenant"),
            "{text}"
        );
        assert!(
            lines[1].contains("\"{\"\"n\"\":9007199254740993,\"\"s\"\":\"\"x, \\\"\"y\\\"\"\"\"}\""),
            "{text}"
        );
        assert!(
            lines[2].contains(",10.10,") && lines[2].ends_with(",acme"),
            "{text}"
        );
    }

    #[test]
    fn more_than_may_be_copied_is_told() {
        for form in [CopyFormDto::Json, CopyFormDto::Csv] {
            let (text, events, asked) = copied(&[(0, 2), (2, 3)], form, (2, 1 << 20));
            assert_eq!((events, asked), (2, 3));
            assert!(!text.contains("a-3"), "{text}");
            // One event is copied however long it is.
            let (text, events, asked) = copied(&[(0, 3)], form, (100, 10));
            assert_eq!((events, asked), (1, 3));
            assert!(text.contains("a-1") && !text.contains("a-2"), "{text}");
        }
    }
}
