//! Which row is of which stream, and which of its columns is which field of a state.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use leftfold_compare::{Column, RowFields};
use leftfold_event::json::Value;
use leftfold_log::LaneBy;
use leftfold_replay::Path;

use super::by::{ProjectionBy, place};
use super::near::{hint, places_in};
use super::rows::{Rows, RowsFrom};
use crate::compare::Equality;
use crate::compare::rule::History;
use crate::compare::side::Only;
use crate::error::SessionError;

/// Which row is of which stream.
#[derive(Clone, Debug, Default)]
pub struct Matching {
    /// The stream of each row.
    pub streams: Vec<Option<u32>>,
    /// Streams that are expected to have rows.
    pub scope: Vec<u32>,
    /// The categories of these.
    pub categories: Vec<String>,
    /// Whether rows are known by what stands behind the category in a stream's name (`17` in `cart-17`), not by the whole name.
    pub by_id: bool,
    /// Rows that are left out, because their streams are not compared.
    pub outside: u64,
}

/// What stands behind the category in a stream's name.
pub(crate) fn id_in<'n>(name: &'n str, category: &str) -> Option<&'n str> {
    let mut rest = name.strip_prefix(category)?.chars();
    rest.next().filter(|c| !c.is_alphanumeric())?;
    Some(rest.as_str()).filter(|id| !id.is_empty())
}

/// Finds the streams of rows: by their whole names, or by what stands behind their category, whichever finds more.
pub(super) fn match_rows(rows: &Rows, history: History<'_>, only: &Only) -> Result<Matching, SessionError> {
    let log = history.log;
    let (names, categories) = (log.names(LaneBy::Stream), log.names(LaneBy::Category));
    let category = |stream: u32| log.category_of_stream(stream);
    let called = |c: Option<u32>| c.map_or("", |c| categories.get(c));
    let allowed: BTreeSet<u32> = history.streams(only).into_iter().collect();
    if rows.rows.is_empty() && only.is_all() {
        return Err(SessionError::new(
            "no-such-lane",
            format!(
                "{} holds no row to compare: say which streams should have one (--only-category, --only-stream)",
                rows.name
            ),
        ));
    }
    let by_name: Vec<Option<u32>> = rows.rows.iter().map(|row| names.key(&row.key)).collect();
    let found = by_name.iter().flatten().count();
    let mut by_id: BTreeMap<u32, HashMap<&str, u32>> = BTreeMap::new();
    if found < rows.rows.len() {
        for stream in allowed.iter().copied() {
            if let Some(c) = category(stream)
                && let Some(id) = id_in(names.get(stream), categories.get(c))
            {
                by_id.entry(c).or_default().insert(id, stream);
            }
        }
    }
    let fitting = |ids: &HashMap<&str, u32>| {
        let known = |row: &&super::Row| ids.contains_key(row.key.as_str());
        rows.rows.iter().filter(known).count()
    };
    let mut best: Vec<(usize, u32)> = by_id.iter().map(|(c, ids)| (fitting(ids), *c)).collect();
    best.sort_by_key(|(n, c)| (std::cmp::Reverse(*n), *c));
    let most = best.first().map_or(0, |(n, _)| *n);
    best.retain(|(n, _)| *n == most);
    // A table of orders is of the category order, whichever ids are those of payments, too.
    if let (RowsFrom::Table { name, .. }, true) = (&rows.from, best.len() > 1) {
        let table = plain(name);
        let named = |c: u32| Some(plain(categories.get(c))).filter(|c| !c.is_empty() && table.contains(c));
        if best.iter().filter(|(_, c)| named(*c).is_some()).count() == 1 {
            best.retain(|(_, c)| named(*c).is_some());
        }
    }
    let matching = match best[..] {
        [(n, first), _, ..] if n > found => {
            let tied: Vec<&str> = best.iter().map(|(_, c)| categories.get(*c)).collect();
            return Err(SessionError::new(
                "no-such-lane",
                format!(
                    "the rows' keys are those of streams of several categories ({}): say which one (--only-category {}), or make them whole \
                     names (--key '{}-{{COLUMN}}')",
                    tied.join(", "),
                    categories.get(first),
                    categories.get(first)
                ),
            ));
        }
        [(n, c), ..] if n > found => {
            let ids = by_id.remove(&c).unwrap_or_default();
            Matching {
                streams: rows
                    .rows
                    .iter()
                    .map(|row| ids.get(row.key.as_str()).copied())
                    .collect(),
                categories: vec![categories.get(c).to_owned()],
                by_id: true,
                ..Matching::default()
            }
        }
        _ => {
            let of = by_name.iter().flatten().map(|s| called(category(*s)));
            Matching {
                categories: of
                    .collect::<BTreeSet<&str>>()
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                streams: by_name,
                ..Matching::default()
            }
        }
    };
    if matching.streams.iter().all(Option::is_none) && !rows.rows.is_empty() && !allowed.is_empty() {
        let row = rows.rows.first().map_or("", |r| r.key.as_str());
        let stream = allowed.first().map_or("", |s| names.get(*s));
        return Err(SessionError::new(
            "no-such-stream",
            format!(
                "no row's key is a stream's name, or the part behind its category: keys are like {row:?}, streams like {stream:?}; --key makes \
                 them from columns (--key 'cart-{{cart_id}}')"
            ),
        ));
    }
    let in_scope = |stream: &u32| {
        let own = called(category(*stream));
        matching.categories.iter().any(|c| c == own) || !only.is_all() && !matching.by_id
    };
    let scope: Vec<u32> = allowed.iter().copied().filter(in_scope).collect();
    let mut outside = 0;
    let streams = matching
        .streams
        .iter()
        .map(|stream| {
            let out = stream.is_some_and(|s| !allowed.contains(&s));
            outside += u64::from(out);
            stream.filter(|_| !out)
        })
        .collect();
    Ok(Matching {
        streams,
        scope,
        outside,
        ..matching
    })
}

/// What is told of the columns that are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Columns with their places in the state; empty where all of both is compared.
    pub compared: Vec<(String, String)>,
    /// Columns that are no field of a state.
    pub left_out: Vec<String>,
    /// Columns that masks hide, or whose fields they hide.
    pub hidden: Vec<String>,
    /// Whether there are more states than were looked at for these.
    pub some_unseen: bool,
}

/// A name without what differs between `total_cents` and `totalCents`.
pub(crate) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What states other than those of the sample have, or any had once.
#[derive(Debug, Default)]
pub(super) struct Had<'p> {
    /// Places that were asked for.
    pub places: Vec<&'p Path>,
    /// Fields that states had on their way, of the columns that are none of the sample's in the end.
    pub fields: BTreeSet<String>,
    /// Whether there are states that were not looked at for these.
    pub some_unseen: bool,
}

/// The places in states that are stated: those of `--map` and `--fields`.
pub(super) fn places_asked(rows: &Rows, by: &ProjectionBy) -> Result<Vec<Path>, SessionError> {
    let mapped = by.map.iter().map(|(_, at)| Ok(at.clone()));
    let of_table = matches!(rows.from, RowsFrom::Table { .. });
    let unmapped = by.fields.iter().filter(|f| !by.map.iter().any(|(c, _)| c == *f));
    let named = unmapped.map(|name| {
        if of_table {
            Ok(Path::from(vec![name.as_str().into()]))
        } else {
            place(name)
        }
    });
    mapped.chain(named).collect()
}

/// The columns of a table that are to be compared and are no field of any of these states, without what is spelled this way or that.
pub(super) fn unknown_columns(rows: &Rows, by: &ProjectionBy, states: &[Value]) -> BTreeSet<String> {
    let RowsFrom::Table { columns, .. } = &rows.from else {
        return BTreeSet::new();
    };
    if states.is_empty() {
        return BTreeSet::new();
    }
    let mut known: BTreeSet<String> = BTreeSet::new();
    for object in states.iter().filter_map(Value::as_object) {
        known.extend(object.iter().map(|(key, _)| plain(key)));
    }
    let chosen = if by.fields.is_empty() { columns } else { &by.fields };
    let unmapped = chosen.iter().filter(|c| !by.map.iter().any(|(m, _)| m == *c));
    unmapped
        .map(|c| plain(c))
        .filter(|c| !known.contains(c))
        .collect()
}

/// The field of a column: of its name, or of one that is spelled another way.
fn field_of<'k>(name: &str, mut fields: impl Iterator<Item = &'k str> + Clone) -> Option<Path> {
    let own = plain(name);
    let itself = fields.clone().find(|k| *k == name);
    let field = itself.or_else(|| fields.find(|k| plain(k) == own))?;
    Some(Path::from(vec![field.into()]))
}

/// Which columns are which fields, by the states of the sample; then by what other states have, or any had once.
pub(super) fn choose_fields(
    rows: &Rows,
    by: &ProjectionBy,
    equality: &Equality,
    states: &[Value],
    had: &Had<'_>,
) -> Result<(RowFields, Told), SessionError> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for object in states.iter().filter_map(Value::as_object) {
        known.extend(object.iter().map(|(key, _)| key));
    }
    let is_there = |path: &Path| states.iter().any(|s| path.find(s).is_some());
    let fields = |columns, of_table| RowFields {
        columns,
        of_table,
        equality: equality.clone(),
    };
    let names = || known.iter().copied().collect::<Vec<_>>().join(", ");
    let (all, of_table): (Vec<String>, bool) = match &rows.from {
        RowsFrom::Table { columns, .. } => (columns.clone(), true),
        _ if by.fields.is_empty() && by.map.is_empty() => {
            return Ok((fields(None, false), Told::default()));
        }
        _ => (by.map.iter().map(|(column, _)| column.clone()).collect(), false),
    };
    if states.is_empty() {
        // No row has a stream: what is in them does not matter.
        return Ok((fields(Some(Vec::new()), of_table), Told::default()));
    }
    let chosen = if by.fields.is_empty() {
        all
    } else {
        by.fields.clone()
    };
    let (mut columns, mut told) = (Vec::new(), Told::default());
    for name in chosen {
        let mapped = by
            .map
            .iter()
            .find(|(column, _)| *column == name)
            .map(|(_, at)| at.clone());
        let own = if of_table {
            let itself = Path::from(vec![name.as_str().into()]);
            field_of(&name, known.iter().copied())
                .or_else(|| field_of(&name, had.fields.iter().map(String::as_str)))
                .or_else(|| Some(itself).filter(|at| had.places.contains(&at)))
        } else {
            Some(place(&name)?).filter(|at| is_there(at) || had.places.contains(&at))
        };
        if let Some(at) = mapped
            .as_ref()
            .filter(|at| !is_there(at) && !had.places.contains(at))
        {
            let hint = hint(at, &places_in(states.iter()));
            let why = format!(
                "map: no state has {at}, where {name:?} should be; they have {}{hint}",
                names()
            );
            return Err(SessionError::new("path-syntax", why).with("key", "map"));
        }
        let stated = mapped.is_some() || by.fields.contains(&name);
        match mapped.or(own) {
            Some(in_state) => {
                told.compared.push((name.clone(), in_state.to_string()));
                let in_row = if of_table {
                    Path::from(vec![name.as_str().into()])
                } else {
                    place(&name)?
                };
                columns.push(Column { in_state, in_row });
            }
            None if stated => {
                let hint = place(&name).map(|at| hint(&at, &places_in(states.iter())));
                let why = format!(
                    "no state has a field {name:?}: they have {}{}; --map says where a column is",
                    names(),
                    hint.unwrap_or_default()
                );
                return Err(SessionError::new("path-syntax", why));
            }
            None => {
                told.left_out.push(name);
                told.some_unseen = had.some_unseen;
            }
        }
    }
    if columns.is_empty() {
        return Err(SessionError::new(
            "path-syntax",
            format!(
                "none of the columns {} is a field of the states, which have {}: --map says where one is (--map total=/sum/total)",
                told.left_out.join(", "),
                names()
            ),
        ));
    }
    Ok((fields(Some(columns), of_table), told))
}

/// States that are told whether they have a field; spread over all.
pub(super) fn spread(all: &[u32], most: usize) -> Vec<u32> {
    let step = all.len().div_ceil(most).max(1);
    all.iter().copied().step_by(step).collect()
}
