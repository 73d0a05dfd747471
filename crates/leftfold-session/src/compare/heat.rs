//! Findings by stream and time.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use leftfold_compare::Status;
use leftfold_log::Axis;

use super::found::Found;
use crate::dto::{FindingListDto, HeatCellDto, HeatDto, HeatRowDto, Int};
use crate::error::SessionError;

/// Most streams of one answer.
const MOST_ROWS: u32 = 200;

/// Most columns.
const MOST_COLUMNS: u32 = 2_000;

/// The findings of one stream while they are counted.
struct Row {
    stream: u32,
    by_status: [u32; 4],
    first: u32,
    first_at: Option<i64>,
    cells: BTreeMap<u32, HeatCellDto>,
}

impl Row {
    fn total(&self) -> u32 {
        self.by_status.iter().sum()
    }
}

/// Statuses by how bad they are, the worst first.
const WORST: [Status; 4] = [
    Status::Confirmed,
    Status::Pending,
    Status::Healed,
    Status::OutOfCoverage,
];

fn worse(a: Status, b: Status) -> Status {
    WORST
        .into_iter()
        .find(|status| *status == a || *status == b)
        .unwrap_or(a)
}

impl Found {
    /// The findings of a list by stream and column; the streams with the most of them first.
    pub(crate) fn heat(
        &self,
        list: &FindingListDto,
        axis: Axis,
        columns: u32,
        (offset, limit): (u32, u32),
    ) -> Result<HeatDto, SessionError> {
        let columns = columns.clamp(1, MOST_COLUMNS);
        let kept = self.kept(list);
        let known = self.known_as_of(list.known_at);
        let places = self.places()?;
        let on_axis = places.on(axis);
        // The whole stretch with findings, whichever are listed: the map stays where it is while one narrows the list.
        let under_way = self.under_way_on(axis, &known)?;
        let reach = if on_axis.is_empty() { &under_way } else { on_axis };
        let from = reach.first().map_or(0, |(c, _)| *c);
        let to = reach.last().map_or(0, |(c, _)| *c).saturating_add(1);
        let length = (i128::from(to) - i128::from(from)).max(1);
        let column_of =
            |coord: i64| ((i128::from(coord) - i128::from(from)) * i128::from(columns) / length) as u32;

        let listed = self.numbers(list);
        let mut rows: Vec<Row> = Vec::new();
        let mut row_of: HashMap<u32, usize> = HashMap::new();
        let mut count = |number: u32, coord: Option<i64>| {
            let Some((finding, status)) = known.finding(number) else {
                return;
            };
            if !self.is_kept(&kept, number, (finding, status)) {
                return;
            }
            let at = *row_of.entry(finding.stream).or_insert_with(|| {
                rows.push(Row {
                    stream: finding.stream,
                    by_status: [0; 4],
                    first: number,
                    first_at: coord,
                    cells: BTreeMap::new(),
                });
                rows.len() - 1
            });
            rows[at].by_status[status as usize] += 1;
        };
        // What was under way stands among the findings.
        let all: Cow<'_, [(i64, u32)]> = if under_way.is_empty() {
            Cow::Borrowed(on_axis)
        } else {
            let mut all = [on_axis, &under_way].concat();
            all.sort_unstable();
            Cow::Owned(all)
        };
        for (coord, number) in &*all {
            count(*number, Some(*coord));
        }
        let mut without_place = 0;
        if on_axis.len() < self.made.of().findings().len() {
            let mut placed = vec![false; self.made.of().findings().len()];
            for (_, number) in on_axis {
                placed[*number as usize] = true;
            }
            let is_placed = |n: &&u32| placed.get(**n as usize).is_none_or(|placed| *placed);
            for number in listed.iter().filter(|n| !is_placed(n)) {
                count(*number, None);
                without_place += 1;
            }
        }

        // The order of first occurrence settles what is as many.
        rows.sort_by_key(|row| std::cmp::Reverse(row.total()));
        let streams = rows.len() as u32;
        let mut rows: Vec<Row> = rows
            .into_iter()
            .skip(offset as usize)
            .take(limit.min(MOST_ROWS) as usize)
            .collect();
        let row_of: HashMap<u32, usize> = rows.iter().enumerate().map(|(i, row)| (row.stream, i)).collect();
        for (coord, number) in &*all {
            let Some((finding, status)) = known.finding(*number) else {
                continue;
            };
            let Some(at) = row_of.get(&finding.stream) else {
                continue;
            };
            if !self.is_kept(&kept, *number, (finding, status)) {
                continue;
            }
            // What was under way may stand before or behind all findings.
            let column = column_of((*coord).clamp(from, to.saturating_sub(1).max(from)));
            let cell = rows[*at].cells.entry(column).or_insert(HeatCellDto {
                column,
                count: 0,
                status: status.into(),
                first: *number,
            });
            cell.count += 1;
            cell.status = worse(cell.status.into(), status).into();
        }
        let n = |row: &Row, status: Status| row.by_status[status as usize];
        Ok(HeatDto {
            from: Int(from),
            to: Int(to),
            columns,
            streams,
            without_place,
            rows: rows
                .into_iter()
                .map(|row| HeatRowDto {
                    stream: self
                        .made
                        .finding(row.first)
                        .map_or_else(String::new, |f| self.made.name(&f).to_owned()),
                    pending: n(&row, Status::Pending),
                    confirmed: n(&row, Status::Confirmed),
                    healed: n(&row, Status::Healed),
                    out_of_coverage: n(&row, Status::OutOfCoverage),
                    first: row.first,
                    first_at: row.first_at.map(Int),
                    cells: row.cells.into_values().collect(),
                })
                .collect(),
        })
    }
}
