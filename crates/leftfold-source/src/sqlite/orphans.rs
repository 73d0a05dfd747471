//! The leaves of one table that its damaged tree no longer leads to.

use super::btree::{Cell, Kind, Serial, node, serial_types};
use super::survey::{Gap, Stray, Survey};
use crate::shape::{RowKey, TableShape};

/// How SQLite turns values into what a column is declared to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Text,
    Numeric,
    Integer,
    Real,
    Blob,
}

impl Affinity {
    /// By the rules of <https://sqlite.org/datatype3.html>.
    pub(super) fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |parts: &[&str]| parts.iter().any(|p| declared.contains(p));
        if has(&["INT"]) {
            Self::Integer
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Self::Text
        } else if declared.is_empty() || has(&["BLOB"]) {
            Self::Blob
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Self::Real
        } else {
            Self::Numeric
        }
    }

    pub(super) const fn as_sql(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Numeric => "NUMERIC",
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Blob => "BLOB",
        }
    }
}

/// What a table's records look like.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) table: String,
    /// The name of its row number.
    pub(super) row_id: &'static str,
    /// The column its row number stands for.
    pub(super) integer_key: Option<String>,
    columns: Vec<Rule>,
}

#[derive(Clone, Copy, Debug)]
struct Rule {
    affinity: Affinity,
    not_null: bool,
    /// Whether the row number stands for it.
    is_row: bool,
}

impl Layout {
    /// `None`: its rows are not found by numbers.
    pub(super) fn of(table: &TableShape) -> Option<Self> {
        let RowKey::RowId(row_id) = table.key else {
            return None;
        };
        let columns = table.columns.iter().filter(|c| !c.computed).map(|c| Rule {
            affinity: Affinity::of(&c.declared),
            not_null: c.not_null,
            is_row: table.integer_key() == Some(&c.name),
        });
        Some(Self {
            table: table.name.clone(),
            row_id,
            integer_key: table.integer_key().map(str::to_owned),
            columns: columns.collect(),
        })
    }

    /// Whether an entry begins like a row of this table.
    fn takes(&self, cell: &Cell<'_>) -> bool {
        serial_types(cell.local).is_some_and(|(types, _)| self.fits(&types))
    }

    /// Whether a record may be of this table. A shorter one was written before columns were added.
    fn fits(&self, types: &[Serial]) -> bool {
        types.len() <= self.columns.len()
            && types
                .iter()
                .zip(&self.columns)
                .all(|(serial, rule)| match serial {
                    Serial::Null => rule.is_row || !rule.not_null,
                    Serial::Text(_) | Serial::Blob(_) => true,
                    _ => rule.affinity != Affinity::Text,
                })
    }
}

/// The rows of a table that SQLite cannot reach, though they are there.
#[derive(Debug, Default)]
pub(super) struct Orphans {
    /// Leaves in the order of their rows, none over another.
    pub(super) leaves: Vec<Stray>,
    /// Stretches of rows that were below damaged pages.
    gaps: Vec<Gap>,
    /// Whether nothing else can have been in the gaps that hold leaves.
    all_accounted: bool,
    /// Leaves with rows of which it is not certain that they are of this table, or not deleted.
    pub(super) passed_over: usize,
}

impl Orphans {
    /// Picks a table's leaves: their rows fit its columns and one of its gaps, and those of no other table.
    pub(super) fn pick(survey: &Survey, root: u32, layout: &Layout, others: &[(u32, Layout)]) -> Self {
        let mut gaps: Vec<Gap> = survey.gaps.iter().filter(|g| g.root == root).copied().collect();
        gaps.sort_by_key(|g| g.first);
        let mut picked = Self {
            gaps,
            all_accounted: survey.all_accounted,
            ..Self::default()
        };
        let mut buffer = Vec::new();
        for stray in &survey.strays {
            let within = |root: u32| {
                let mut gaps = survey.gaps.iter().filter(|g| g.root == root);
                gaps.any(|g| g.first <= stray.first && stray.last <= g.last)
            };
            if !within(root) {
                continue;
            }
            let Some(bytes) = survey.pages.read(stray.page, &mut buffer) else {
                continue;
            };
            let Some(leaf) = node(bytes, false).filter(|n| n.kind == Kind::TableLeaf) else {
                continue;
            };
            let rows = leaf.cells.len();
            let fitting = |layout: &Layout| leaf.cells.iter().filter(|c| layout.takes(c)).count();
            // A row whose own beginning is damaged fits nothing; most must.
            let fits = |layout: &Layout| 2 * fitting(layout) > rows;
            let others = others.iter().any(|(r, l)| *r != root && within(*r) && fits(l));
            match (fits(layout), others) {
                (true, false) if survey.certain => {
                    let mut stray = stray.clone();
                    let odd = leaf.cells.iter().filter(|c| !layout.takes(c));
                    stray.torn.extend(odd.map(|c| c.row));
                    picked.leaves.push(stray);
                }
                (true, _) => picked.passed_over += 1,
                (false, true) => {}
                (false, false) => picked.all_accounted = false,
            }
        }
        picked.leaves.sort_by_key(|l| (l.first, l.page));
        let mut last = None;
        let before = picked.leaves.len();
        picked.leaves.retain(|l| {
            let apart = last.is_none_or(|last| l.first > last);
            if apart {
                last = Some(l.last);
            }
            apart
        });
        picked.passed_over += before - picked.leaves.len();
        picked.all_accounted &= picked.passed_over == 0;
        picked
    }

    /// The gaps that reach into a stretch and end before its last row, in order.
    pub(super) fn gaps_before(&self, first: i64, last: i64) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(move |g| first <= g.last && g.last < last)
    }

    /// The gap this row is in.
    pub(super) fn gap_of(&self, row: i64) -> Option<&Gap> {
        self.gaps.iter().find(|g| g.first <= row && row <= g.last)
    }

    /// The first gap behind this row.
    pub(super) fn next_gap(&self, row: i64) -> Option<&Gap> {
        self.gaps.iter().find(|g| g.first > row)
    }

    /// The last row of the gap this one is in, if leaves of it were found.
    pub(super) fn end_of_gap(&self, row: i64) -> Option<i64> {
        let gap = self.gap_of(row)?;
        (!self.within(gap.first, gap.last).is_empty()).then_some(gap.last)
    }

    /// Whether some row of this stretch was lost for certain: nothing was found of a gap in it, and a leaf has a row. `within` is all
    /// that SQLite could not read; if there is no gap in that, its damage is of another kind.
    pub(super) fn is_missing(&self, [first, last]: [i64; 2], within: [i64; 2]) -> bool {
        let gaps = |first: i64, last: i64| {
            self.gaps
                .iter()
                .filter(move |g| first <= g.last && g.first <= last)
        };
        gaps(within[0], within[1]).next().is_none()
            || gaps(first, last).any(|g| self.within(g.first, g.last).is_empty())
    }

    /// Whether no row of this stretch was lost: all leaves of its gaps were found.
    pub(super) fn is_whole(&self, stretch: [i64; 2], within: [i64; 2]) -> bool {
        self.all_accounted && !self.is_missing(stretch, within)
    }

    /// The leaves that hold rows of this stretch.
    pub(super) fn within(&self, first: i64, last: i64) -> &[Stray] {
        let begin = self.leaves.partition_point(|l| l.last < first);
        let end = self.leaves.partition_point(|l| l.first <= last);
        self.leaves.get(begin..end).unwrap_or_default()
    }

    /// The leaf that may hold this row.
    pub(super) fn leaf_of(&self, row: i64) -> Option<&Stray> {
        self.within(row, row).first()
    }
}
