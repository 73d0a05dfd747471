//! Sources, stores, tables and filters as front ends get them.

use leftfold_log::filter::Filter;
use leftfold_source::{Certainty, StoreInfo};

use super::Opened;
use crate::dto::{
    CertaintyDto, ColumnDto, FilterCheckDto, FilterDto, FilterErrorDto, IndexDto, IndexStateDto, Int,
    MappingDto, SourceDto, StoreDto, TableDto,
};
use crate::filter::FilterTask;
use crate::mapping;
use crate::masks::Masks;
use crate::source::IndexState;

/// Whether a filter can be used.
pub fn check_filter(text: &str) -> FilterCheckDto {
    let error = Filter::parse(text).err().map(|e| {
        let utf16 = |byte: usize| text.get(..byte).unwrap_or(text).encode_utf16().count() as u32;
        FilterErrorDto {
            code: e.code.to_owned(),
            start: utf16(e.start),
            end: utf16(e.end),
            message: e.message,
        }
    });
    FilterCheckDto { error }
}

/// How far a filter is.
pub fn filter_dto(task: &FilterTask) -> FilterDto {
    let matches = task.matches();
    FilterDto {
        id: task.id,
        text: task.filter.text().to_owned(),
        matched: matches.selection.len(),
        scanned: matches.scanned,
        total: matches.log.events(),
        done: matches.done,
        failed: matches.failed,
        first_failure: matches
            .error
            .as_ref()
            .map(ToString::to_string)
            .or_else(|| matches.first_failure.clone()),
    }
}

pub(super) fn store_dto(
    info: &StoreInfo,
    index: usize,
    mapped: Option<&leftfold_source::Mapping>,
) -> StoreDto {
    StoreDto {
        index: index as u32,
        dialect: info.dialect.clone(),
        title: info.title.clone(),
        certainty: match info.certainty {
            Certainty::Guess => CertaintyDto::Guess,
            Certainty::Likely => CertaintyDto::Likely,
            Certainty::Certain => CertaintyDto::Certain,
        },
        reasons: info.reasons.clone(),
        tables: info.tables.clone(),
        notes: info.notes.clone(),
        mapping: mapped.map_or_else(
            || MappingDto {
                table: String::new(),
                fields: Vec::new(),
                toml: String::new(),
            },
            mapping::to_dto,
        ),
    }
}

pub(super) fn table_dto(table: &leftfold_source::TableShape, masks: &Masks) -> TableDto {
    TableDto {
        name: table.name.clone(),
        columns: table
            .columns
            .iter()
            .map(|c| ColumnDto {
                name: c.name.clone(),
                declared: c.declared.clone(),
                // A sample may hold what is hidden in some part of it.
                samples: if masks.is_empty() {
                    c.samples.iter().map(ToString::to_string).collect()
                } else {
                    Vec::new()
                },
            })
            .collect(),
        rows: table.rows_at_most.and_then(|n| i64::try_from(n).ok()).map(Int),
    }
}

pub(super) fn source_dto(opened: &Opened) -> SourceDto {
    let source = &opened.source;
    let snapshot = source.snapshot();
    let log = &snapshot.log;
    let (time_extent, without_time) = {
        let on_axis = log.order(leftfold_log::Axis::Time).len();
        (log.extent(leftfold_log::Axis::Time), log.events() - on_axis)
    };
    let at = |nanos: i64| {
        leftfold_event::Timestamp {
            nanos,
            digits: log.time_digits(),
        }
        .to_string()
    };
    let (state, error) = match &snapshot.state {
        IndexState::Reading => (IndexStateDto::Reading, None),
        IndexState::Ready => (IndexStateDto::Ready, None),
        IndexState::Cancelled => (IndexStateDto::Cancelled, None),
        IndexState::Failed(e) => (IndexStateDto::Failed, Some(e.clone().into())),
    };
    let count = |by| log.names(by).len() as u32;
    SourceDto {
        id: source.id,
        path: source.path.display().to_string(),
        name: source.name(),
        store: opened.store.clone(),
        masks: source.store.hidden().to_vec(),
        index: IndexDto {
            generation: snapshot.generation,
            events: log.events(),
            total: source.progress().total().and_then(|n| u32::try_from(n).ok()),
            streams: count(leftfold_log::LaneBy::Stream),
            types: count(leftfold_log::LaneBy::Type),
            categories: count(leftfold_log::LaneBy::Category),
            bytes: Int(log.heap_bytes() as i64),
            state,
            error,
            problems: log.problems().len() as u32,
            unreadable: snapshot.unreadable.iter().map(ToString::to_string).collect(),
            has_time: time_extent.is_some(),
            without_time,
            time_disorder: !log.is_time_ordered(),
            first_time: time_extent.map(|(a, _)| at(a)),
            last_time: time_extent.map(|(_, b)| at(b)),
            stale: source.is_stale(),
            growing: source.is_growing(),
        },
    }
}
