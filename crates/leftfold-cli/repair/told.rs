//! What a plan comes to, for a person and for machines.

use std::io::Write as _;
use std::path::Path;

use leftfold_event::json::Value;
use leftfold_session::compare::{After, Category, EventPlan, Remaining, RowAction, RowsRepair, Unfit};

use crate::document::{Document, list, number};
use crate::failure::Outcome;
use crate::front::Front;
use crate::style::{Tone, clean, counted, grouped};
use crate::table::{Column, Table};

/// What a plan comes to.
pub(super) struct Outline {
    /// What it is for, in a sentence.
    pub(super) title: String,
    /// The same for machines.
    pub(super) facts: Document,
    /// What may be done, each with the findings because of which it is.
    pub(super) actions: Vec<(&'static str, Vec<(Category, u64)>)>,
    /// How many steps there are.
    pub(super) steps: u64,
    pub(super) unrepaired: Vec<Remaining>,
    /// Templates that do not fit.
    pub(super) unfit: Vec<Unfit>,
    /// Findings there are before it, and their summary.
    pub(super) before: (u64, Document),
    pub(super) after: After,
}

/// How many there are of each kind that there is.
fn by_category(all: &(impl Iterator<Item = Category> + Clone)) -> Vec<(Category, u64)> {
    let of = |category| (category, all.clone().filter(|c| *c == category).count() as u64);
    Category::ALL
        .into_iter()
        .map(of)
        .filter(|(_, n)| *n > 0)
        .collect()
}

impl Outline {
    pub(super) fn of_events(&mut self, plan: &dyn EventPlan) {
        let planned = plan.planned();
        self.steps = planned.len() as u64;
        self.unrepaired = plan.unrepaired();
        self.unfit = plan.unfit();
        let actions = plan.actions().iter();
        self.actions = actions
            .map(|action| {
                let own = planned.iter().filter(|(a, _)| a == action).map(|(_, c)| *c);
                (action.as_str(), by_category(&own))
            })
            .collect();
    }

    pub(super) fn of_rows(&mut self, plan: &RowsRepair<'_>) {
        self.steps = plan.steps.len() as u64;
        self.unrepaired = plan.unrepaired();
        self.actions = RowAction::ALL
            .into_iter()
            .map(|action| {
                let own = plan.steps.iter().filter(|s| s.action == action);
                (action.as_str(), by_category(&own.map(|s| s.about.category)))
            })
            .collect();
    }

    pub(super) fn print_json(self, front: &mut Front) -> Outcome {
        let mut actions = Document::new();
        for (name, parts) in &self.actions {
            actions = actions.with(name, number(parts.iter().map(|(_, n)| n).sum::<u64>()));
        }
        let summary = self
            .facts
            .with("actions", actions)
            .with("unrepaired", remaining(&self.unrepaired))
            .maybe("unfit", (!self.unfit.is_empty()).then(|| unfit(&self.unfit)))
            .with("before", self.before.1)
            .with(
                "after",
                Document::new()
                    .with("findings", number(self.after.findings))
                    .with("remaining", remaining(&self.after.remaining)),
            );
        Ok(Document::new().with("summary", summary).print(&mut front.out)?)
    }

    pub(super) fn print_text(self, front: &mut Front, target: Option<&Path>) -> Outcome {
        let (paint, width) = (front.paint, front.width);
        writeln!(front.out, "{}", paint.with(Tone::Title, &self.title))?;
        let of_rows = self
            .actions
            .iter()
            .any(|(name, _)| *name == RowAction::Upsert.as_str());
        if self.steps == 0 {
            writeln!(front.out, "nothing")?;
        } else {
            let mut table = Table::new(vec![
                Column::left("action", Tone::Notice, usize::MAX),
                Column::right(if of_rows { "rows" } else { "events" }, Tone::Number),
                Column::left("because of", Tone::Plain, 12),
            ]);
            for (name, parts) in self.actions.iter().filter(|(_, parts)| !parts.is_empty()) {
                let told: Vec<String> = parts
                    .iter()
                    .map(|(category, n)| format!("{} {}", grouped(*n), category.as_str()))
                    .collect();
                table.row(vec![
                    (*name).to_owned(),
                    grouped(parts.iter().map(|(_, n)| n).sum()),
                    told.join(", "),
                ]);
            }
            table.write(&mut front.out, paint, width)?;
        }
        if !self.unrepaired.is_empty() {
            writeln!(front.out)?;
            writeln!(front.out, "{}", paint.with(Tone::Title, "Left as it is"))?;
            why_table(&self.unrepaired).write(&mut front.out, paint, width)?;
        }
        if !self.unfit.is_empty() {
            writeln!(front.out)?;
            writeln!(
                front.out,
                "{}",
                paint.with(Tone::Title, "Templates that do not fit")
            )?;
            let mut table = Table::new(vec![
                Column::left("template", Tone::Notice, usize::MAX),
                Column::left("why", Tone::Plain, 20),
            ]);
            for one in &self.unfit {
                table.row(vec![
                    format!("[[{}]] {} → {}", one.kind, clean(&one.of), clean(&one.with)),
                    clean(&one.why).into_owned(),
                ]);
            }
            table.write(&mut front.out, paint, width)?;
        }
        writeln!(front.out)?;
        let line = format!(
            "Applied to a copy in memory: {} before, {} after",
            counted(self.before.0, "finding"),
            grouped(self.after.findings)
        );
        writeln!(front.out, "{}", paint.with(Tone::Title, &line))?;
        if !self.after.remaining.is_empty() {
            why_table(&self.after.remaining).write(&mut front.out, paint, width)?;
        }
        let steps = counted(self.steps, "step");
        let done = if of_rows { "written" } else { "sent" };
        match target {
            Some(target) => front.note(format!("{}: {steps}; nothing was {done}", target.display())),
            None if self.steps == 0 => {}
            None => {
                writeln!(front.out)?;
                let line = format!("{steps}; -O plan.ndjson writes the plan");
                writeln!(front.out, "{}", paint.with(Tone::Dim, &line))?;
            }
        }
        Ok(())
    }
}

fn remaining(all: &[Remaining]) -> Value {
    list(all.iter().map(|r| {
        Document::new()
            .with("category", r.category.as_str())
            .with("findings", number(r.findings))
            .with("why", r.why.as_str())
    }))
}

fn unfit(all: &[Unfit]) -> Value {
    list(all.iter().map(|one| {
        Document::new()
            .with("template", one.kind)
            .with("type", one.of.as_str())
            .with("with", one.with.as_str())
            .with("why", one.why.as_str())
    }))
}

fn why_table(rows: &[Remaining]) -> Table {
    let mut table = Table::new(vec![
        Column::left("finding", Tone::Notice, usize::MAX),
        Column::right("n", Tone::Number),
        Column::left("why", Tone::Plain, 20),
    ]);
    for row in rows {
        table.row(vec![
            row.category.as_str().to_owned(),
            grouped(row.findings),
            row.why.in_words().to_owned(),
        ]);
    }
    table
}
