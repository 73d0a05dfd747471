//! Takes the parts of an event out of one row, borrowing wherever it can.

use std::fmt::Write as _;

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use leftfold_event::Timestamp;
use rusqlite::Row;

use super::compile::{Compiled, CompiledExplode, CompiledPiece, CompiledTime, HeaderColumns, Test};
use crate::cell::Cell;
use crate::decode::{Pointer, ReadTime, TimeRead, elements, inflated, read_time};
use crate::expression::cut;
use crate::mapping::Scalar;

/// A column's value; NULL should the index be wrong.
pub(super) fn cell<'a>(row: &'a Row<'_>, index: usize) -> Cell<'a> {
    row.get_ref(index).map_or(Cell::Null, Cell::from)
}

/// An expression's value.
pub(super) fn eval<'a>(expression: &'a Compiled, row: &'a Row<'_>, bump: &'a Bump) -> Cell<'a> {
    match expression {
        Compiled::Plain(index) => cell(row, *index),
        Compiled::Constant(text) => Cell::Text(text),
        Compiled::Column {
            index,
            at,
            after,
            before,
            when,
        } => {
            if !hold(when, row) {
                return Cell::Null;
            }
            let value = part(cell(row, *index), at.as_ref(), bump);
            if after.is_none() && before.is_none() {
                return value;
            }
            value
                .name(bump)
                .and_then(|t| cut(t, after.as_deref(), before.as_deref()))
                .map_or(Cell::Null, Cell::Text)
        }
        Compiled::Template { pieces, when } => {
            if !hold(when, row) {
                return Cell::Null;
            }
            let mut out = BumpString::new_in(bump);
            for piece in pieces {
                match piece {
                    CompiledPiece::Text(text) => out.push_str(text),
                    CompiledPiece::Column(index, at) => match part(cell(row, *index), at.as_ref(), bump) {
                        Cell::Null => return Cell::Null,
                        // Writing to a string cannot fail.
                        Cell::Integer(n) => _ = write!(out, "{n}"),
                        other => out.push_str(other.stream_name(bump).unwrap_or_default()),
                    },
                }
            }
            Cell::Text(out.into_bump_str())
        }
        Compiled::FirstOf(all) => all
            .iter()
            .map(|e| eval(e, row, bump))
            .find(|c| !c.is_null())
            .unwrap_or(Cell::Null),
    }
}

fn part<'a>(value: Cell<'a>, at: Option<&Pointer>, bump: &'a Bump) -> Cell<'a> {
    let Some(pointer) = at else { return value };
    value
        .bytes()
        .and_then(|b| plain_json(b, bump))
        .map_or(Cell::Null, |json| pointer.cell(json, bump))
}

/// JSON bytes, taken out of zlib or gzip if need be.
fn plain_json<'a>(bytes: &'a [u8], bump: &'a Bump) -> Option<&'a [u8]> {
    match bytes.first() {
        Some(0x78 | 0x1f) => inflated(bytes, bump),
        _ => Some(bytes),
    }
}

fn hold(when: &[Test], row: &Row<'_>) -> bool {
    when.iter().all(|test| {
        let value = cell(row, test.index);
        test.is.as_ref().is_none_or(|s| same(value, s))
            && test.not.as_ref().is_none_or(|s| !same(value, s))
            && test.null.is_none_or(|null| value.is_null() == null)
    })
}

fn same(cell: Cell<'_>, scalar: &Scalar) -> bool {
    match (cell, scalar) {
        (Cell::Integer(n), Scalar::Integer(m)) => n == *m,
        (Cell::Integer(n), Scalar::Bool(b)) => n == i64::from(*b),
        (Cell::Text(t), Scalar::Text(u)) => t == u,
        _ => false,
    }
}

pub(super) fn time(columns: &CompiledTime, row: &Row<'_>, bump: &Bump) -> TimeRead {
    // The cell may borrow from the row or from `bump`; both outlive this call.
    let value = eval(&columns.from, row, bump);
    let read = read_time(value, columns.format)?;
    let Some((index, digits)) = columns.fraction else {
        return Ok(read);
    };
    let Some(whole) = read else {
        return Ok(None);
    };
    let Some(part) = cell(row, index).integer() else {
        return Ok(Some(whole));
    };
    let joined = Timestamp::from_units(part, digits).and_then(|p| whole.time.nanos.checked_add(p.nanos));
    let nanos = joined.ok_or_else(|| format!("{part} is no part of a second"))?;
    let time = Timestamp { nanos, digits };
    Ok(Some(ReadTime { time, ..whole }))
}

/// The header of a row, before it is known which of several events or streams it is for.
pub(super) struct HeaderRead<'a> {
    pub(super) stream: &'a str,
    pub(super) category: Option<&'a str>,
    pub(super) kind: &'a str,
    pub(super) version: Option<i64>,
    pub(super) position: Option<i64>,
    pub(super) time: Option<Timestamp>,
    pub(super) valid_time: Option<Timestamp>,
    pub(super) problem: bool,
}

pub(super) fn header<'a>(columns: &'a HeaderColumns, row: &'a Row<'_>, bump: &'a Bump) -> HeaderRead<'a> {
    let mut problem = false;
    let stream = stream_named(columns.stream.as_ref(), row, bump);
    problem |= stream.is_none() && columns.stream.is_some() && !columns.stream_optional;
    let kind = named(columns.kind.as_ref(), row, bump);
    problem |= kind.is_none() && columns.kind.is_some();
    let mut number = |expression: Option<&'a Compiled>, strict: bool| {
        let value = eval(expression?, row, bump);
        let number = value.integer();
        problem |= strict && number.is_none() && !value.is_null();
        number
    };
    let version = number(columns.version.as_ref(), true);
    let position = number(columns.position.as_ref(), false);
    let mut moment = |columns: Option<&'a CompiledTime>, missing: bool| match time(columns?, row, bump) {
        Ok(read) => {
            problem |= missing && read.is_none() && columns.is_some_and(CompiledTime::is_own_column);
            read.map(|r| r.time)
        }
        Err(_) => {
            problem = true;
            None
        }
    };
    let time = moment(columns.time.as_ref(), true);
    let valid_time =
        moment(columns.valid_time.as_ref(), false).filter(|v| time.is_none_or(|t| t.nanos != v.nanos));
    HeaderRead {
        stream: stream.unwrap_or_default(),
        category: named(columns.category.as_ref(), row, bump),
        kind: kind.unwrap_or_default(),
        version,
        position,
        time,
        valid_time,
        problem,
    }
}

/// A name, where there is an expression for it and it is not NULL.
pub(super) fn named<'a>(
    expression: Option<&'a Compiled>,
    row: &'a Row<'_>,
    bump: &'a Bump,
) -> Option<&'a str> {
    eval(expression?, row, bump).name(bump)
}

/// The same for a stream's name.
pub(super) fn stream_named<'a>(
    expression: Option<&'a Compiled>,
    row: &'a Row<'_>,
    bump: &'a Bump,
) -> Option<&'a str> {
    eval(expression?, row, bump).stream_name(bump)
}

/// The further streams of a row, without the one it is already in.
pub(super) fn further(columns: &[Compiled], row: &Row<'_>, bump: &Bump, stream: &str, out: &mut Vec<String>) {
    out.clear();
    for expression in columns {
        if let Some(name) = eval(expression, row, bump).stream_name(bump)
            && name != stream
            && !out.iter().any(|o| o == name)
        {
            out.push(name.to_owned());
        }
    }
}

/// One of several events in a row, as JSON texts.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) kind: Cell<'a>,
    pub(super) payload: Option<&'a [u8]>,
    pub(super) metadata: Option<&'a [u8]>,
}

/// The events of a row; `None` when its payload is no array that can be read.
pub(super) fn items<'a>(
    explode: &CompiledExplode,
    row: &'a Row<'_>,
    bump: &'a Bump,
) -> Option<Vec<Item<'a>>> {
    let json = plain_json(cell(row, explode.index).bytes()?, bump)?;
    let array = explode.items.iter().find_map(|p| elements(p.slice(json)?))?;
    let first = |pointers: &[Pointer], item: &'a [u8]| pointers.iter().find_map(|p| p.slice(item));
    Some(
        array
            .into_iter()
            .map(|item| Item {
                kind: explode
                    .kind
                    .iter()
                    .map(|p| p.cell(item, bump))
                    .find(|c| !c.is_null())
                    .unwrap_or(Cell::Null),
                payload: first(&explode.payload, item),
                metadata: first(&explode.metadata, item),
            })
            .collect(),
    )
}

impl CompiledExplode {
    /// The version of item `i` of `n`, from the row's.
    pub(super) fn version(&self, row: Option<i64>, i: usize, n: usize) -> Option<i64> {
        let last = if self.version_is_last { n as i64 - 1 } else { 0 };
        row.and_then(|v| v.checked_add(i as i64 - last))
    }
}

/// Whether a stream is one of those not shown.
pub(super) fn is_hidden(hidden: &[String], stream: &str) -> bool {
    hidden.iter().any(|h| match h.strip_suffix('*') {
        Some(prefix) => stream.starts_with(prefix),
        None => h == stream,
    })
}
