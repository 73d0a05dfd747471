//! The table: what was measured, beside its peer and its target.

use std::fmt::Write as _;

/// One line of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    /// The value.
    pub(crate) value: String,
    /// The peer's value in the same run.
    pub(crate) peer: String,
    /// How they relate.
    pub(crate) ratio: String,
    /// What was promised.
    pub(crate) target: String,
    /// Whether that is kept; `None` where nothing was promised.
    pub(crate) met: Option<bool>,
    /// How often it was measured, and how.
    pub(crate) runs: String,
}

/// Lines, said on standard error as they come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn add(&mut self, row: Row) {
        eprintln!("bench: {}: {} {} {}", row.what, row.value, row.peer, row.ratio);
        self.rows.push(row);
    }

    /// A sentence below the table.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn markdown(&self) -> String {
        let mut out = String::from(
            "| what | measured | peer | ratio | target | met | runs |\n|---|---|---|---|---|---|---|\n",
        );
        for row in &self.rows {
            let met = match row.met {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "",
            };
            let cells = [
                &row.what,
                &row.value,
                &row.peer,
                &row.ratio,
                &row.target,
                met,
                &row.runs,
            ];
            let cells: Vec<String> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
        for note in &self.notes {
            let _ = write!(out, "\n{note}\n");
        }
        out
    }
}
