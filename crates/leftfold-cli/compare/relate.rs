//! How the sides of a comparison relate, as the arguments say it.

use std::sync::Arc;

use clap::{Args, ValueEnum};
use leftfold_session::Mode;
use leftfold_session::compare::{CorrelatedTexts, ProjectionBy};

use crate::failure::{Failure, Outcome};

/// How two sides relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    /// The same events on both sides
    Mirror,
    /// Different events that belong together by a key
    Correlated,
    /// The left side's states against the right side's rows, or states
    Projection,
}

const CORRELATED: &str = "With --mode correlated";
const EITHER: &str = "With --mode correlated or projection";
const PROJECTION: &str = "With --mode projection";

/// How the sides relate, beside what every comparison asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct RelateArgs {
    /// How the sides relate (default: mirror)
    #[arg(long, value_name = "MODE")]
    mode: Option<ModeArg>,
    /// Which left events take part: CEL, as in filters (default: all)
    #[arg(long, value_name = "CEL", help_heading = CORRELATED)]
    left_when: Option<String>,
    /// What left events share with their partners: an expression (correlation_id, payload.orderId) or a place in the payload (/orderId,
    /// $.orderId)
    #[arg(long, value_name = "FIELD", help_heading = CORRELATED)]
    left_key: Option<String>,
    /// Which right events take part
    #[arg(long, value_name = "CEL", help_heading = CORRELATED)]
    right_when: Option<String>,
    /// What right events share with their partners
    #[arg(long, value_name = "FIELD", help_heading = CORRELATED)]
    right_key: Option<String>,
    /// Correlated: the key of both sides. Projection: the column that says whose state a row is, or a template (cart-{cart_id})
    #[arg(
        long,
        value_name = "FIELD",
        help_heading = EITHER
    )]
    key: Option<String>,
    /// How many right events belong to a left one: 1:1, 1:0..1, 1:1.., 1:2..5; with 0..1: right ones may stand alone (default: 1:1)
    #[arg(long, value_name = "N:M", help_heading = CORRELATED)]
    cardinality: Option<String>,
    /// Correlated: how soon after the left event its partners have to come. Projection: how far the place that the rows are as of may be
    /// behind the end of the history, counted from the first event that it lacks; rows that are behind are late beyond that
    #[arg(long, value_name = "TIME", value_parser = leftfold_session::duration, help_heading = EITHER)]
    within: Option<i64>,
    /// How far before the left event its partners may be stamped without being told as a skew of clocks (default: 0s)
    #[arg(long, value_name = "TIME", value_parser = leftfold_session::duration, help_heading = CORRELATED)]
    skew: Option<i64>,
    /// What partners agree in: 'LEFT = RIGHT', two fields, or one that both have; may be repeated
    #[arg(long, value_name = "FIELDS", help_heading = CORRELATED)]
    equal: Vec<String>,
    /// The projection that folds the left side's events (default: each stream's own)
    #[arg(long, value_name = "NAME", help_heading = PROJECTION)]
    projection: Option<String>,
    /// The table of the right side whose rows are compared
    #[arg(long, value_name = "NAME", help_heading = PROJECTION)]
    table: Option<String>,
    /// Compare only these columns (default: those that are in the states, too); may be repeated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', help_heading = PROJECTION)]
    fields: Vec<String>,
    /// Where a column is in the state, if not under its name: COLUMN=/place ($: it holds the whole state); may be repeated
    #[arg(long, value_name = "COLUMN=PATH", value_parser = mapped, help_heading = PROJECTION)]
    map: Vec<(String, String)>,
}

fn mapped(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, place)) if !column.trim().is_empty() => {
            Ok((column.trim().to_owned(), place.trim().to_owned()))
        }
        _ => Err(format!("{text:?} maps no column: write total=/sum/total")),
    }
}

impl RelateArgs {
    /// The table of the right side that is named.
    pub(super) fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// How the sides relate: as the arguments say, and where they say nothing as it was stated.
    pub(crate) fn over(&self, stated: Mode) -> Outcome<Mode> {
        let mode = self.mode.unwrap_or(match stated {
            Mode::Mirror => ModeArg::Mirror,
            Mode::Correlated(_) => ModeArg::Correlated,
            Mode::Projection(_) => ModeArg::Projection,
        });
        self.refuse_others(mode)?;
        Ok(match mode {
            ModeArg::Mirror => Mode::Mirror,
            ModeArg::Correlated => {
                let texts = match stated {
                    Mode::Correlated(by) => by.texts.clone(),
                    _ => CorrelatedTexts::default(),
                };
                Mode::Correlated(Arc::new(self.correlated(texts).read().map_err(told)?))
            }
            ModeArg::Projection => {
                let by = match stated {
                    Mode::Projection(by) => (*by).clone(),
                    _ => ProjectionBy::default(),
                };
                Mode::Projection(Arc::new(self.projection(by)?))
            }
        })
    }

    fn correlated(&self, stated: CorrelatedTexts) -> CorrelatedTexts {
        let or = |own: &Option<String>, stated: Option<String>| own.clone().or(stated);
        let [left_when, right_when] = stated.when;
        let [left_key, right_key] = stated.key;
        CorrelatedTexts {
            when: [or(&self.left_when, left_when), or(&self.right_when, right_when)],
            key: [
                or(&self.left_key, or(&self.key, left_key)),
                or(&self.right_key, or(&self.key, right_key)),
            ],
            cardinality: or(&self.cardinality, stated.cardinality),
            within: self.within.or(stated.within),
            skew: self.skew.or(stated.skew),
            equal: if self.equal.is_empty() {
                stated.equal
            } else {
                self.equal.clone()
            },
        }
    }

    fn projection(&self, stated: ProjectionBy) -> Outcome<ProjectionBy> {
        let or = |own: &Option<String>, stated: Option<String>| own.clone().or(stated);
        let mut map: Vec<(String, String)> = stated
            .map_texts()
            .into_iter()
            .filter(|(column, _)| !self.map.iter().any(|(own, _)| own == column))
            .collect();
        map.extend(self.map.iter().cloned());
        let fields = if self.fields.is_empty() {
            stated.fields
        } else {
            self.fields.clone()
        };
        let within = self.within.or(stated.within);
        let by = ProjectionBy::read(
            or(&self.projection, stated.projection),
            or(&self.table, stated.table),
            or(&self.key, stated.key),
            fields,
            map,
        )
        .map_err(told)?;
        Ok(ProjectionBy { within, ..by })
    }

    /// An option of another mode is a mistake.
    fn refuse_others(&self, mode: ModeArg) -> Outcome {
        let of_correlated = [
            ("--left-when", self.left_when.is_some()),
            ("--left-key", self.left_key.is_some()),
            ("--right-when", self.right_when.is_some()),
            ("--right-key", self.right_key.is_some()),
            ("--cardinality", self.cardinality.is_some()),
            ("--skew", self.skew.is_some()),
            ("--equal", !self.equal.is_empty()),
        ];
        let of_projection = [
            ("--projection", self.projection.is_some()),
            ("--table", self.table.is_some()),
            ("--fields", !self.fields.is_empty()),
            ("--map", !self.map.is_empty()),
        ];
        let of_either = [("--key", self.key.is_some()), ("--within", self.within.is_some())];
        let given = |of: &[(&'static str, bool)]| of.iter().find(|(_, is)| *is).map(|(name, _)| *name);
        let wrong = match mode {
            ModeArg::Mirror => given(&of_correlated)
                .map(|n| (n, "correlated"))
                .or_else(|| given(&of_projection).map(|n| (n, "projection")))
                .or_else(|| given(&of_either).map(|n| (n, "correlated or projection"))),
            ModeArg::Correlated => given(&of_projection).map(|n| (n, "projection")),
            ModeArg::Projection => given(&of_correlated).map(|n| (n, "correlated")),
        };
        match wrong {
            Some((name, of)) => Err(Failure::new("usage", format!("{name} belongs to --mode {of}"))),
            None => Ok(()),
        }
    }
}

/// An error about what a project file would state by a key, in the options' names.
fn told(e: leftfold_session::SessionError) -> Failure {
    let message = match e.params.get("key") {
        Some(key) => {
            let why = e.message.strip_prefix(key.as_str()).unwrap_or(&e.message);
            format!("--{}{why}", key.replace('_', "-"))
        }
        None => e.message,
    };
    Failure::new(e.code, message)
}
