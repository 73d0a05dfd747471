//! What a comparison came to, by its mode, and the evidence of rows: as a front end takes them.

use leftfold_compare::{Category, Hand};
use leftfold_event::{Cancel, Event};

use super::checked::CheckedRule;
use super::correlated::Took;
use super::made::Made;
use super::projection::{AsOf, RowsFrom};
use super::shown::Shown;
use crate::dto::{
    AsOfDto, CorrelatedSummaryDto, FieldDifferenceDto, Int, ProjectionSummaryDto, RowEvidenceDto,
    RuleSummaryDto, SetByDto, TookDto,
};
use crate::error::SessionError;

fn int(n: u64) -> Int {
    Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// An event in a few words.
pub(super) fn set_by(event: &Event, ordinal: Option<u32>) -> SetByDto {
    SetByDto {
        kind: event.kind.clone(),
        version: event.version.map(Int),
        position: event.position.clone(),
        time: event.time.map(|t| t.to_string()),
        ordinal,
    }
}

impl From<&Took> for TookDto {
    fn from(took: &Took) -> Self {
        Self {
            taking_part: int(took.taking_part),
            keyless: int(took.keyless),
            failed: int(took.failed),
            first_failure: took.first_failure.clone(),
        }
    }
}

fn as_of_dto(as_of: &AsOf, within: Option<i64>) -> AsOfDto {
    AsOfDto {
        after: as_of.after,
        is_end: as_of.is_end,
        time: as_of.time.map(Int),
        fitting: count(as_of.fitting),
        of: count(as_of.of),
        events_behind: count(as_of.events_behind),
        time_behind: as_of.time_behind.map(Int),
        is_too_far: as_of.is_behind_by_more(within),
    }
}

impl From<&CheckedRule> for RuleSummaryDto {
    fn from(rule: &CheckedRule) -> Self {
        Self {
            name: rule.name.clone(),
            category: rule.category.clone(),
            violations: count(rule.violations),
            pending: count(rule.pending),
            streams: count(rule.streams),
            listed: rule.listed,
            since: rule.since.map(Int),
            text: rule.text.clone(),
            notes: rule.notes.clone(),
            error: rule.error.clone().map(Into::into),
        }
    }
}

impl Made {
    pub(super) fn correlated_summary(&self) -> Option<CorrelatedSummaryDto> {
        let Self::Correlated(correlated) = self else {
            return None;
        };
        let [keys_both, keys_left, keys_right] = correlated.keys();
        Some(CorrelatedSummaryDto {
            keys_both,
            keys_left,
            keys_right,
            left: correlated.took(Hand::Left).into(),
            right: correlated.took(Hand::Right).into(),
        })
    }

    pub(super) fn projection_summary(&self) -> Option<ProjectionSummaryDto> {
        let Self::Projection(projected) = self else {
            return None;
        };
        let (rows, told) = (projected.rows(), projected.told());
        Some(ProjectionSummaryDto {
            table: match &rows.from {
                RowsFrom::Table { name, .. } => Some(name.clone()),
                RowsFrom::States | RowsFrom::History => None,
            },
            of_history: rows.from == RowsFrom::History,
            rows: rows.rows.len() as u32,
            streams: count(projected.compared()[0]),
            columns: told.compared.clone(),
            left_out: told.left_out.iter().chain(&told.hidden).cloned().collect(),
            keyless: count(rows.keyless),
            outside: count(projected.matching().outside),
            as_of: projected.as_of().map(|a| as_of_dto(a, projected.within())),
        })
    }

    pub(super) fn rule_summaries(&self) -> Vec<RuleSummaryDto> {
        match self {
            Self::Rules(checked) => checked.rules().iter().map(RuleSummaryDto::from).collect(),
            _ => Vec::new(),
        }
    }

    /// What is to be known of the row of a finding, where there are rows.
    pub(super) fn row_evidence(
        &self,
        number: u32,
        shown: &Shown,
        cancel: &Cancel,
    ) -> Result<Option<RowEvidenceDto>, SessionError> {
        let (Self::Projection(projected), Some(of_row)) = (self, &shown.of_row) else {
            return Ok(None);
        };
        let state = match self.of().findings().get(number as usize) {
            Some(finding) if finding.category != Category::Duplicate => projected.state(finding, cancel)?,
            _ => None,
        };
        let blame = of_row.blame.iter().zip(&of_row.blamed_at);
        Ok(Some(RowEvidenceDto {
            row: of_row.row.as_ref().map(ToString::to_string),
            state: state.map(|s| s.to_string()),
            behind: of_row.behind.map(count),
            blame: blame
                .map(|(event, at)| event.as_ref().map(|e| set_by(e, *at)))
                .collect(),
            blame_right: of_row
                .blame_right
                .iter()
                .map(|event| event.as_ref().map(|e| set_by(e, None)))
                .collect(),
            at_place: of_row
                .at_place
                .as_ref()
                .map(|fields| fields.iter().map(FieldDifferenceDto::from).collect()),
        }))
    }
}
