//! From CEL's syntax tree to a filter's.

use cel::common::ast::operators;
use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, SourceInfo};
use cel::{Env, IdedExpr};
use leftfold_event::Timestamp;

use super::{CelLeaf, Comparison, FilterError, MAX_TEXT, Node, VARIABLES};
use crate::log::LaneBy;

/// Functions and methods of CEL's standard library that make sense here, for telling a typing error early.
const FUNCTIONS: &[&str] = &[
    "find",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "has",
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "timestamp",
    "duration",
    "dyn",
    "type",
    "max",
    "min",
    "getFullYear",
    "getMonth",
    "getDayOfYear",
    "getDayOfMonth",
    "getDate",
    "getDayOfWeek",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
];

/// Compiles a text.
pub(super) fn compile(text: &str) -> Result<Node, FilterError> {
    if text.trim().is_empty() {
        return Ok(Node::Constant(true));
    }
    if text.len() > MAX_TEXT {
        let message = format!("a filter is at most {MAX_TEXT} bytes long");
        return Err(FilterError {
            message,
            start: MAX_TEXT,
            end: text.len(),
        });
    }
    if let Some(at) = nested_too_deep(text) {
        let message = format!("brackets nest deeper than {MAX_NESTING}");
        return Err(FilterError {
            message,
            start: at,
            end: at + 1,
        });
    }
    // The parser needs about 160 KiB of stack for a bracket in an unoptimised build, more than a thread has by itself.
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(PARSER_STACK);
        let failed = |message: &str| FilterError {
            message: message.to_owned(),
            start: 0,
            end: text.len(),
        };
        match parser.spawn_scoped(scope, || compile_here(text)) {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|_| Err(failed("the parser gave up on this filter"))),
            Err(_) => Err(failed("the system gives no thread to read the filter with")),
        }
    })
}

/// Brackets within brackets that a filter may have.
const MAX_NESTING: usize = 40;

/// Operators, calls and selections within one another that a filter may have; evaluating goes as deep.
const MAX_DEPTH: usize = 40;

/// Bytes of stack for the parser.
const PARSER_STACK: usize = 64 << 20;

/// The first bracket that stands too deep. Brackets in texts count as well: nobody writes forty of them.
fn nested_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_NESTING {
            return Some(i);
        }
    }
    None
}

fn compile_here(text: &str) -> Result<Node, FilterError> {
    let program = Env::stdlib()
        .compile(text)
        .map_err(|errors| syntax_error(text, &errors))?;
    if deeper_than(program.expression(), MAX_DEPTH) {
        let message = format!("the filter nests deeper than {MAX_DEPTH} operators");
        return Err(FilterError {
            message,
            start: 0,
            end: text.len(),
        });
    }
    let source = Source {
        text,
        info: program.source_info(),
    };
    source.check(program.expression(), &mut Vec::new())?;
    let mut slots = 0;
    source.node(program.expression(), &mut slots)
}

fn deeper_than(expr: &IdedExpr, levels: usize) -> bool {
    let Some(left) = levels.checked_sub(1) else {
        return true;
    };
    let entry = |e: &EntryExpr| match e {
        EntryExpr::StructField(field) => deeper_than(&field.value, left),
        EntryExpr::MapEntry(entry) => deeper_than(&entry.key, left) || deeper_than(&entry.value, left),
    };
    match &expr.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => false,
        Expr::Call(call) => {
            call.target.iter().any(|t| deeper_than(t, left)) || call.args.iter().any(|a| deeper_than(a, left))
        }
        Expr::Select(select) => deeper_than(&select.operand, left),
        Expr::List(list) => list.elements.iter().any(|e| deeper_than(e, left)),
        Expr::Map(map) => map.entries.iter().any(|e| entry(&e.expr)),
        Expr::Struct(s) => s.entries.iter().any(|e| entry(&e.expr)),
        Expr::Comprehension(c) => [&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result]
            .iter()
            .any(|e| deeper_than(e, left)),
    }
}

fn syntax_error(text: &str, errors: &cel::ParseErrors) -> FilterError {
    let Some(error) = errors.errors.first() else {
        return FilterError {
            message: "not a filter".to_owned(),
            start: 0,
            end: text.len(),
        };
    };
    let (line, column) = (error.pos.0.max(1) as usize, error.pos.1.max(0) as usize);
    let line_start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &text[line_start.min(text.len())..];
    // The parser counts columns in characters from 1.
    let offset: usize = rest
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    let start = (line_start + offset).min(text.len());
    let end = text[start..]
        .chars()
        .next()
        .map_or(text.len(), |c| start + c.len_utf8());
    let message = error.msg.lines().next().unwrap_or("not a filter").to_owned();
    FilterError {
        message: format!(
            "{message} (a filter is a CEL expression, such as type == \"OrderPlaced\" && payload.total > 100)"
        ),
        start,
        end,
    }
}

struct Source<'a> {
    text: &'a str,
    info: &'a SourceInfo,
}

impl Source<'_> {
    fn error(&self, id: u64, message: String) -> FilterError {
        // Stop is inclusive, in characters.
        let (start, end) = self.info.offset_for(id).map_or((0, self.text.len()), |(a, b)| {
            let byte = |n: u32| {
                self.text
                    .char_indices()
                    .nth(n as usize)
                    .map_or(self.text.len(), |(i, _)| i)
            };
            (byte(a), byte(b.saturating_add(1)))
        });
        FilterError {
            message,
            start,
            end: end.max(start),
        }
    }

    /// Refuses names and functions that no event will ever have.
    fn check<'e>(&self, expr: &'e IdedExpr, bound: &mut Vec<&'e str>) -> Result<(), FilterError> {
        match &expr.expr {
            Expr::Ident(name) => {
                let known = name.starts_with('@')
                    || VARIABLES.contains(&name.as_str())
                    || bound.contains(&name.as_str());
                if !known {
                    let names = VARIABLES.join(", ");
                    let message = format!(
                        "unknown name {name}; to look for a text write find(\"{name}\"); names are: {names}"
                    );
                    return Err(self.error(expr.id, message));
                }
            }
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                if name.chars().next().is_some_and(char::is_alphabetic) && !FUNCTIONS.contains(&name) {
                    let message = format!("unknown function {name}; functions are: {}", FUNCTIONS.join(", "));
                    let mut error = self.error(expr.id, message);
                    // The parser places a call at its parenthesis; the name stands before it.
                    if let Some(at) = self.text[..error.start].rfind(name) {
                        (error.start, error.end) = (at, at + name.len());
                    }
                    return Err(error);
                }
                for e in call.target.iter().map(|t| &**t).chain(&call.args) {
                    self.check(e, bound)?;
                }
            }
            Expr::Comprehension(c) => {
                self.check(&c.iter_range, bound)?;
                self.check(&c.accu_init, bound)?;
                let depth = bound.len();
                bound.push(&c.iter_var);
                bound.extend(c.iter_var2.as_deref());
                bound.push(&c.accu_var);
                for e in [&c.loop_cond, &c.loop_step, &c.result] {
                    self.check(e, bound)?;
                }
                bound.truncate(depth);
            }
            Expr::Select(select) => self.check(&select.operand, bound)?,
            Expr::List(list) => list.elements.iter().try_for_each(|e| self.check(e, bound))?,
            Expr::Map(map) => map
                .entries
                .iter()
                .try_for_each(|e| self.check_entry(&e.expr, bound))?,
            Expr::Struct(s) => s
                .entries
                .iter()
                .try_for_each(|e| self.check_entry(&e.expr, bound))?,
            Expr::Unspecified | Expr::Literal(_) => {}
        }
        Ok(())
    }

    fn check_entry<'e>(&self, entry: &'e EntryExpr, bound: &mut Vec<&'e str>) -> Result<(), FilterError> {
        match entry {
            EntryExpr::StructField(field) => self.check(&field.value, bound),
            EntryExpr::MapEntry(entry) => {
                self.check(&entry.key, bound)?;
                self.check(&entry.value, bound)
            }
        }
    }

    fn node(&self, expr: &IdedExpr, slots: &mut usize) -> Result<Node, FilterError> {
        if let Expr::Call(call) = &expr.expr {
            match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::LOGICAL_AND, args) => {
                    return args
                        .iter()
                        .map(|a| self.node(a, slots))
                        .collect::<Result<_, _>>()
                        .map(Node::And);
                }
                (operators::LOGICAL_OR, args) => {
                    return args
                        .iter()
                        .map(|a| self.node(a, slots))
                        .collect::<Result<_, _>>()
                        .map(Node::Or);
                }
                (operators::LOGICAL_NOT, [arg]) => return Ok(Node::Not(Box::new(self.node(arg, slots)?))),
                ("find", args) => return self.find(expr.id, call, args),
                (_, [left, right]) if call.target.is_none() => {
                    if let Some(node) = self.comparison(&call.func_name, left, right)? {
                        return Ok(node);
                    }
                }
                _ => {}
            }
        }
        if let Expr::Literal(LiteralValue::Boolean(b)) = &expr.expr {
            return Ok(Node::Constant(*b.inner()));
        }
        self.refuse_inner_find(expr)?;
        let mut variables: Vec<String> = expr
            .references()
            .variables()
            .into_iter()
            .filter(|v| VARIABLES.contains(v))
            .map(str::to_owned)
            .collect();
        variables.sort_unstable();
        let by = match variables.as_slice() {
            [one] if one == "stream" => Some(LaneBy::Stream),
            [one] if one == "category" => Some(LaneBy::Category),
            [one] if one == "type" => Some(LaneBy::Type),
            _ => None,
        };
        if let Some(by) = by {
            *slots += 1;
            return Ok(Node::Name {
                by,
                slot: *slots - 1,
                expr: Box::new(expr.clone()),
            });
        }
        Ok(Node::Cel(Box::new(CelLeaf {
            expr: expr.clone(),
            variables,
        })))
    }

    fn find(&self, id: u64, call: &CallExpr, args: &[IdedExpr]) -> Result<Node, FilterError> {
        match (&call.target, args) {
            (
                None,
                [
                    IdedExpr {
                        expr: Expr::Literal(LiteralValue::String(text)),
                        ..
                    },
                ],
            ) => Ok(Node::Find(text.inner().to_ascii_lowercase().into_bytes())),
            _ => Err(self.error(id, "find takes one text: find(\"refund\")".to_owned())),
        }
    }

    /// `find` is answered from bytes; inside another function there are none.
    fn refuse_inner_find(&self, expr: &IdedExpr) -> Result<(), FilterError> {
        if expr.references().functions().contains(&"find") {
            let message = "find(\"text\") stands by itself, joined by &&, || and ! only".to_owned();
            return Err(self.error(expr.id, message));
        }
        Ok(())
    }

    fn comparison(
        &self,
        operator: &str,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Option<Node>, FilterError> {
        let Some(comparison) = comparison_of(operator) else {
            return Ok(None);
        };
        let (name, value, comparison) = match (&left.expr, &right.expr) {
            (Expr::Ident(name), _) => (name, right, comparison),
            (_, Expr::Ident(name)) => (name, left, flipped(comparison)),
            _ => return Ok(None),
        };
        match name.as_str() {
            "time" => Ok(self.moment(value)?.map(|t| Node::Time {
                comparison,
                nanos: t.nanos,
            })),
            "version" => Ok(integer(value).map(|number| Node::Version { comparison, number })),
            _ => Ok(None),
        }
    }

    /// A literal time: a text, or `timestamp("…")`.
    fn moment(&self, expr: &IdedExpr) -> Result<Option<Timestamp>, FilterError> {
        let literal = match &expr.expr {
            Expr::Call(call) if call.func_name == "timestamp" && call.target.is_none() => call.args.first(),
            _ => Some(expr),
        };
        let Some(Expr::Literal(LiteralValue::String(text))) = literal.map(|l| &l.expr) else {
            return Ok(None);
        };
        match Timestamp::parse(text.inner()) {
            Ok((time, _)) => Ok(Some(time)),
            Err(e) => Err(self.error(
                expr.id,
                format!("{e}; write a time such as \"2026-11-20T14:32:07Z\""),
            )),
        }
    }
}

fn comparison_of(operator: &str) -> Option<Comparison> {
    Some(match operator {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::NotEqual,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::LessOrEqual,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// The same comparison with its sides exchanged.
fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

fn integer(expr: &IdedExpr) -> Option<i64> {
    match &expr.expr {
        Expr::Literal(LiteralValue::Int(n)) => Some(*n.inner()),
        Expr::Call(call) if call.func_name == operators::NEGATE => integer(call.args.first()?)?.checked_neg(),
        _ => None,
    }
}
