//! A mapping made ready: the SQL that reads its columns, and what to do with each row.

use std::fmt::Write as _;

use rusqlite::types::Value as SqlValue;

use super::select::{Joined, Select};
use super::sql::quote;
use crate::SourceError;
use crate::decode::{PayloadReader, Pointer};
use crate::expression::{ColumnExpression, Expression, Piece};
use crate::mapping::{Condition, Explode, Join, Mapping, PayloadMapping, Scalar, TimeFormat, TimeMapping};
use crate::shape::{RowKey, TableShape};

/// An expression over the columns of one statement.
#[derive(Clone, Debug)]
pub(super) enum Compiled {
    /// A column as it is.
    Plain(usize),
    /// A column, or a part of it.
    Column {
        index: usize,
        at: Option<Pointer>,
        after: Option<String>,
        before: Option<String>,
        when: Vec<Test>,
    },
    /// Text with columns in it.
    Template {
        pieces: Vec<CompiledPiece>,
        when: Vec<Test>,
    },
    /// Always the same.
    Constant(String),
    /// The first that is not NULL.
    FirstOf(Vec<Compiled>),
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub(super) enum CompiledPiece {
    Text(String),
    Column(usize, Option<Pointer>),
}

/// A condition over the columns of one statement.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) index: usize,
    pub(super) is: Option<Scalar>,
    pub(super) not: Option<Scalar>,
    pub(super) null: Option<bool>,
}

/// A time over the columns of one statement.
#[derive(Clone, Debug)]
pub(super) struct CompiledTime {
    pub(super) from: Compiled,
    pub(super) format: TimeFormat,
    /// Column and digits of the part below the second.
    pub(super) fraction: Option<(usize, u8)>,
}

impl CompiledTime {
    /// Whether the time has a column of its own, which should hold one; inside a payload it is there or not.
    pub(super) fn is_own_column(&self) -> bool {
        matches!(self.from, Compiled::Plain(_))
    }
}

/// What the log wants of a row.
#[derive(Clone, Debug)]
pub(super) struct HeaderColumns {
    pub(super) stream: Option<Compiled>,
    pub(super) stream_optional: bool,
    pub(super) category: Option<Compiled>,
    pub(super) kind: Option<Compiled>,
    pub(super) version: Option<Compiled>,
    pub(super) position: Option<Compiled>,
    pub(super) time: Option<CompiledTime>,
    pub(super) valid_time: Option<CompiledTime>,
    pub(super) also_in: Vec<Compiled>,
    pub(super) explode: Option<CompiledExplode>,
}

/// Rows that hold several events.
#[derive(Clone, Debug)]
pub(super) struct CompiledExplode {
    pub(super) index: usize,
    pub(super) items: Vec<Pointer>,
    pub(super) payload: Vec<Pointer>,
    pub(super) metadata: Vec<Pointer>,
    pub(super) kind: Vec<Pointer>,
    pub(super) version_is_last: bool,
}

/// Everything of a row.
#[derive(Clone, Debug)]
pub(super) struct EventColumns {
    pub(super) header: HeaderColumns,
    pub(super) id: Option<Compiled>,
    pub(super) payload: Option<(usize, PayloadReader)>,
    pub(super) metadata: Option<(usize, PayloadReader)>,
    pub(super) correlation: Option<Compiled>,
    pub(super) causation: Option<Compiled>,
    pub(super) extra: Vec<(String, Compiled)>,
}

/// What replay wants of a row.
#[derive(Clone, Debug)]
pub(super) struct RawColumns {
    pub(super) kind: Option<Compiled>,
    pub(super) payload: Option<(usize, PayloadReader)>,
    pub(super) explode: Option<CompiledExplode>,
}

/// What comparing wants of a row.
#[derive(Clone, Debug)]
pub(super) struct WholeColumns {
    pub(super) header: HeaderColumns,
    pub(super) id: Option<Compiled>,
    pub(super) payload: Option<(usize, PayloadReader)>,
}

/// The statements of a store.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) header: (Select, HeaderColumns),
    pub(super) event: (Select, EventColumns),
    pub(super) raw: (Select, RawColumns),
    pub(super) whole: (Select, WholeColumns),
    pub(super) hidden: Vec<String>,
    /// Each once joined after those before it.
    pub(super) joins: Vec<Joined>,
    /// Whether several joined rows may make one event.
    pub(super) many: bool,
    /// Whether the log order is the row order.
    pub(super) row_order: bool,
}

/// Compiles a mapping against the tables of a file.
pub(super) fn compile(mapping: &Mapping, tables: &[TableShape]) -> Result<Plan, SourceError> {
    let mut header = Compiler::new(mapping, tables)?;
    let header_columns = header.header()?;
    let mut event = Compiler::new(mapping, tables)?;
    let event_columns = event.event()?;
    let mut raw = Compiler::new(mapping, tables)?;
    let raw_columns = RawColumns {
        kind: if mapping.explode.is_some() {
            None
        } else {
            raw.optional(mapping.kind.as_ref())?
        },
        payload: raw.payload(mapping.payload.as_ref())?,
        explode: raw.explode()?,
    };
    let mut whole = Compiler::new(mapping, tables)?;
    let whole_columns = WholeColumns {
        header: whole.header()?,
        id: whole.optional(mapping.id.as_ref())?,
        payload: whole.payload(mapping.payload.as_ref())?,
    };
    Ok(Plan {
        row_order: header.order.is_empty(),
        joins: header.joins(),
        header: (header.select(), header_columns),
        event: (event.select(), event_columns),
        raw: (raw.select(), raw_columns),
        whole: (whole.select(), whole_columns),
        hidden: mapping.hidden_streams.clone(),
        many: mapping.joins.iter().any(|j| j.many),
    })
}

struct Compiler<'m> {
    mapping: &'m Mapping,
    main: &'m TableShape,
    joined: Vec<(&'m str, &'m TableShape)>,
    keys: Vec<String>,
    columns: Vec<String>,
    order: Vec<String>,
}

fn misfit(text: impl Into<String>) -> SourceError {
    SourceError::Mapping(text.into())
}

/// The same error with the mapping's key it is about before it.
fn at_key<T>(key: &str, read: Result<T, SourceError>) -> Result<T, SourceError> {
    read.map_err(|e| match e {
        SourceError::Mapping(text) => misfit(format!("{key}: {text}")),
        other => other,
    })
}

/// That a column is not there, and which are.
fn no_column(table: &TableShape, name: &str) -> SourceError {
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    misfit(format!(
        "the table {} has no column {name}; it has {}",
        table.name,
        columns.join(", ")
    ))
}

impl<'m> Compiler<'m> {
    fn new(mapping: &'m Mapping, tables: &'m [TableShape]) -> Result<Self, SourceError> {
        let find = |name: &str| {
            tables.iter().find(|t| t.name == name).ok_or_else(|| {
                let names: Vec<&str> = tables.iter().map(|t| t.name.as_str()).collect();
                let missing = if name.is_empty() {
                    "table: it is missing".to_owned()
                } else {
                    format!("table: there is no table {name}")
                };
                misfit(format!("{missing}; the file has {}", names.join(", ")))
            })
        };
        let main = find(&mapping.table)?;
        let keys = match &main.key {
            RowKey::RowId(id) => vec![format!("t.{id}")],
            RowKey::Columns(names) => names.iter().map(|n| format!("t.{}", quote(n))).collect(),
            RowKey::None => {
                return Err(misfit(format!(
                    "the rows of {} have no key to find them by",
                    main.name
                )));
            }
        };
        let joined = mapping
            .joins
            .iter()
            .map(|j| find(&j.table).map(|t| (j.alias.as_str(), t)))
            .collect::<Result<Vec<_>, _>>()?;
        let mut compiler = Self {
            mapping,
            main,
            joined,
            keys,
            columns: Vec::new(),
            order: Vec::new(),
        };
        compiler.order = compiler.log_order()?;
        Ok(compiler)
    }

    /// Empty when the log order is the row order. A table without row numbers is read in key order alone: its rows are
    /// found again by their number in that order.
    fn log_order(&self) -> Result<Vec<String>, SourceError> {
        let RowKey::RowId(id) = self.main.key else {
            return Ok(Vec::new());
        };
        let mut order = Vec::new();
        for name in &self.mapping.order {
            if order.is_empty() && Some(name.as_str()) == self.main.integer_key() {
                return Ok(Vec::new());
            }
            order.push(at_key("order", self.address(name))?);
        }
        if !order.is_empty() {
            order.push(format!("t.{id}"));
        }
        Ok(order)
    }

    /// The quoted address of a column: of the main table, or `alias.column`.
    fn address(&self, name: &str) -> Result<String, SourceError> {
        if let RowKey::RowId(id) = self.main.key
            && name == "rowid"
            && !self.main.columns.iter().any(|c| c.name == name)
        {
            return Ok(format!("t.{id}"));
        }
        let (prefix, table, column) = if self.main.columns.iter().any(|c| c.name == name) {
            ("t".to_owned(), self.main, name)
        } else {
            let joined = name.split_once('.').and_then(|(alias, column)| {
                let i = self.joined.iter().position(|(a, _)| *a == alias)?;
                Some((format!("j{i}"), self.joined[i].1, column))
            });
            joined.ok_or_else(|| no_column(self.main, name))?
        };
        match table.columns.iter().find(|c| c.name == column) {
            None => Err(no_column(table, column)),
            Some(c) if c.computed => Err(misfit(format!(
                "the column {column} of {} is computed when read, which could run code of the file's author: map what it is computed from",
                table.name
            ))),
            Some(_) => Ok(format!("{prefix}.{}", quote(column))),
        }
    }

    /// The place of a column in the statement.
    fn index(&mut self, name: &str) -> Result<usize, SourceError> {
        let address = self.address(name)?;
        let at = self
            .columns
            .iter()
            .position(|c| *c == address)
            .unwrap_or_else(|| {
                self.columns.push(address);
                self.columns.len() - 1
            });
        Ok(self.keys.len() + at)
    }

    fn optional(&mut self, expression: Option<&Expression>) -> Result<Option<Compiled>, SourceError> {
        expression.map(|e| self.expression(e)).transpose()
    }

    fn expression(&mut self, expression: &Expression) -> Result<Compiled, SourceError> {
        Ok(match expression {
            Expression::Column(ColumnExpression {
                column,
                at,
                after,
                before,
                when,
            }) => {
                let index = self.index(column)?;
                if at.is_none() && after.is_none() && before.is_none() && when.is_empty() {
                    return Ok(Compiled::Plain(index));
                }
                Compiled::Column {
                    index,
                    at: at.as_deref().map(Pointer::new),
                    after: after.clone(),
                    before: before.clone(),
                    when: self.tests(when)?,
                }
            }
            Expression::Template { pieces, when } => Compiled::Template {
                pieces: pieces
                    .iter()
                    .map(|p| match p {
                        Piece::Text(t) => Ok(CompiledPiece::Text(t.clone())),
                        Piece::Column { column, at } => Ok(CompiledPiece::Column(
                            self.index(column)?,
                            at.as_deref().map(Pointer::new),
                        )),
                    })
                    .collect::<Result<_, SourceError>>()?,
                when: self.tests(when)?,
            },
            Expression::Constant(c) => Compiled::Constant(c.clone()),
            Expression::FirstOf(all) => {
                Compiled::FirstOf(all.iter().map(|e| self.expression(e)).collect::<Result<_, _>>()?)
            }
        })
    }

    fn tests(&mut self, when: &[Condition]) -> Result<Vec<Test>, SourceError> {
        when.iter()
            .map(|c| {
                let index = self.index(&c.column)?;
                Ok(Test {
                    index,
                    is: c.is.clone(),
                    not: c.not.clone(),
                    null: c.null,
                })
            })
            .collect()
    }

    fn time(&mut self, time: Option<&TimeMapping>) -> Result<Option<CompiledTime>, SourceError> {
        let Some(time) = time else { return Ok(None) };
        let from = self.expression(&time.from)?;
        let fraction = match &time.fraction {
            Some(f) if f.digits <= 9 => Some((self.index(&f.column)?, f.digits)),
            Some(f) => return Err(misfit(format!("a fraction of {} digits: at most 9", f.digits))),
            None => None,
        };
        Ok(Some(CompiledTime {
            from,
            format: time.format,
            fraction,
        }))
    }

    fn payload(
        &mut self,
        payload: Option<&PayloadMapping>,
    ) -> Result<Option<(usize, PayloadReader)>, SourceError> {
        payload
            .map(|p| Ok((self.index(&p.column)?, PayloadReader::new(p))))
            .transpose()
    }

    fn explode(&mut self) -> Result<Option<CompiledExplode>, SourceError> {
        let Some(Explode {
            items,
            payload,
            metadata,
            kind,
            version_is_last,
        }) = &self.mapping.explode
        else {
            return Ok(None);
        };
        let Some(column) = &self.mapping.payload else {
            return Err(misfit("rows that hold several events need a payload column"));
        };
        let pointers = |texts: &[String]| texts.iter().map(|t| Pointer::new(t)).collect();
        Ok(Some(CompiledExplode {
            index: self.index(&column.column)?,
            items: pointers(items),
            payload: pointers(payload),
            metadata: pointers(metadata),
            kind: pointers(kind),
            version_is_last: *version_is_last,
        }))
    }

    fn header(&mut self) -> Result<HeaderColumns, SourceError> {
        let m = self.mapping;
        Ok(HeaderColumns {
            stream: at_key("stream", self.optional(m.stream.as_ref()))?,
            stream_optional: m.stream_optional,
            category: at_key("category", self.optional(m.category.as_ref()))?,
            kind: at_key("type", self.optional(m.kind.as_ref()))?,
            version: at_key("version", self.optional(m.version.as_ref()))?,
            position: at_key("position", self.optional(m.position.as_ref()))?,
            time: at_key("time", self.time(m.time.as_ref()))?,
            valid_time: at_key("valid_time", self.time(m.valid_time.as_ref()))?,
            also_in: at_key(
                "also_in",
                m.also_in
                    .iter()
                    .map(|e| self.expression(e))
                    .collect::<Result<_, _>>(),
            )?,
            explode: at_key("explode", self.explode())?,
        })
    }

    fn event(&mut self) -> Result<EventColumns, SourceError> {
        let m = self.mapping;
        let header = self.header()?;
        let mut columns = EventColumns {
            header,
            id: at_key("id", self.optional(m.id.as_ref()))?,
            payload: at_key("payload", self.payload(m.payload.as_ref()))?,
            metadata: at_key("metadata", self.payload(m.metadata.as_ref()))?,
            correlation: at_key("correlation", self.optional(m.correlation.as_ref()))?,
            causation: at_key("causation", self.optional(m.causation.as_ref()))?,
            extra: Vec::new(),
        };
        for (name, expression) in &m.extra {
            let read = at_key(&format!("extra.{name}"), self.expression(expression));
            columns.extra.push((name.clone(), read?));
        }
        // What the mapping does not speak of is not lost.
        let filtered: Vec<&str> = m.filters.iter().map(|f| f.column.as_str()).collect();
        for column in self.main.columns.iter().filter(|c| !c.computed) {
            let address = self.address(&column.name)?;
            let used = self.columns.contains(&address) || filtered.contains(&column.name.as_str());
            if !used && self.main.integer_key() != Some(&column.name) {
                columns
                    .extra
                    .push((column.name.clone(), Compiled::Plain(self.index(&column.name)?)));
            }
        }
        Ok(columns)
    }

    /// The table with so many of its joins.
    fn from(&self, joins: usize) -> String {
        let mut from = format!("main.{} AS t", quote(&self.main.name));
        for (i, join) in self.mapping.joins.iter().take(joins).enumerate() {
            let right = quote(&join.right);
            // The left side was checked by `joins_fit`.
            let left = self.address(&join.left).unwrap_or_default();
            let table = quote(&join.table);
            // Writing to a String cannot fail.
            let _ = write!(from, " LEFT JOIN main.{table} AS j{i} ON j{i}.{right} = {left}");
        }
        from
    }

    fn joins(&self) -> Vec<Joined> {
        let joins = self.mapping.joins.iter().enumerate();
        let joined = |(i, join): (usize, &Join)| {
            let left = self.address(&join.left).unwrap_or_default();
            let from = self.from(i);
            let key = self.keys.first().map_or("NULL", String::as_str);
            Joined {
                table: join.table.clone(),
                right: join.right.clone(),
                lefts: format!("SELECT DISTINCT {left} FROM {from}"),
                concerned: format!("SELECT DISTINCT {key} FROM {from} WHERE {left} = ?1"),
            }
        };
        joins.map(joined).collect()
    }

    fn select(&self) -> Select {
        let from = self.from(self.mapping.joins.len());
        let mut many_order = Vec::new();
        for (i, join) in self.mapping.joins.iter().enumerate() {
            many_order.extend(join.order.iter().map(|c| format!("j{i}.{}", quote(c))));
        }
        let mut params = Vec::new();
        let mut tests = Vec::new();
        for filter in &self.mapping.filters {
            let Ok(column) = self.address(&filter.column) else {
                continue;
            };
            for (value, operator) in [(&filter.is, "IS"), (&filter.not, "IS NOT")] {
                if let Some(value) = value {
                    params.push(match value {
                        Scalar::Bool(b) => SqlValue::Integer(i64::from(*b)),
                        Scalar::Integer(n) => SqlValue::Integer(*n),
                        Scalar::Text(t) => SqlValue::Text(t.clone()),
                    });
                    tests.push(format!("{column} {operator} ?{}", params.len()));
                }
            }
            if let Some(null) = filter.null {
                tests.push(format!("{column} IS {}NULL", if null { "" } else { "NOT " }));
            }
        }
        let filter = if tests.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", tests.join(" AND "))
        };
        Select {
            keys: self.keys.clone(),
            columns: self.columns.clone(),
            from,
            filter,
            params,
            order: self.order.clone(),
            many_order,
        }
    }
}

/// Checks what compiling would otherwise pass over: the columns of joins and filters.
pub(super) fn check(mapping: &Mapping, tables: &[TableShape]) -> Result<(), SourceError> {
    let compiler = Compiler::new(mapping, tables)?;
    for (join, (_, table)) in mapping.joins.iter().zip(&compiler.joined) {
        at_key("joins", compiler.address(&join.left))?;
        for column in join.order.iter().chain([&join.right]) {
            if !table.columns.iter().any(|c| c.name == *column && !c.computed) {
                return at_key("joins", Err(no_column(table, column)));
            }
        }
    }
    for filter in &mapping.filters {
        at_key("filters", compiler.address(&filter.column))?;
    }
    if mapping.stream.is_none() && mapping.kind.is_none() {
        return Err(misfit("neither stream nor type is given"));
    }
    Ok(())
}
