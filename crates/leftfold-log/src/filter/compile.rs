//! From CEL's syntax tree to a filter's.

use std::ops::Range;

use cel::common::ast::operators;
use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, SelectExpr, SourceInfo};
use cel::{Env, IdedExpr};
use leftfold_event::Timestamp;

use super::constant::parts;
use super::known::{FUNCTIONS, unknown_function, unknown_name};
use super::{CelLeaf, Comparison, FilterError, MAX_TEXT, Node, PAYLOAD, VARIABLES, reason, syntax};
use crate::log::LaneBy;

/// Compiles a text.
pub(super) fn compile(text: &str) -> Result<Node, FilterError> {
    if text.trim().is_empty() {
        return Ok(Node::Constant(true));
    }
    with_a_large_stack(text, || {
        let program = parsed(text)?;
        let source = Source {
            text,
            info: program.source_info(),
            beside: &[],
        };
        source.check(program.expression(), &mut Vec::new())?;
        let mut slots = 0;
        source.node(program.expression(), &mut slots)
    })
}

/// Compiles a text to an expression that may use these names besides a filter's own.
pub(super) fn expression(text: &str, beside: &[&str]) -> Result<IdedExpr, FilterError> {
    if text.trim().is_empty() {
        return Err(FilterError::at(
            "filter-syntax",
            text,
            0..text.len(),
            "there is no expression",
        ));
    }
    with_a_large_stack(text, || {
        let program = parsed(text)?;
        let source = Source {
            text,
            info: program.source_info(),
            beside,
        };
        source.check(program.expression(), &mut Vec::new())?;
        Ok(with_total_has(program.expression()))
    })
}

/// The names an expression uses, each once, bound ones too.
pub(super) fn names(expr: &IdedExpr, found: &mut Vec<String>) {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.expr {
            Expr::Ident(name) if !found.contains(name) => found.push(name.clone()),
            Expr::Comprehension(c) => {
                open.extend([&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result]);
            }
            Expr::Map(map) => open.extend(map.entries.iter().flat_map(|e| of_entry(&e.expr))),
            Expr::Struct(s) => open.extend(s.entries.iter().flat_map(|e| of_entry(&e.expr))),
            Expr::List(list) => open.extend(&list.elements),
            Expr::Select(select) => open.push(&select.operand),
            Expr::Call(call) => {
                open.extend(call.target.as_deref());
                open.extend(&call.args);
            }
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }
}

fn of_entry(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// Runs the parser on a text that is not too long or nested too deep.
fn with_a_large_stack<T: Send>(
    text: &str,
    run: impl FnOnce() -> Result<T, FilterError> + Send,
) -> Result<T, FilterError> {
    if text.len() > MAX_TEXT {
        let message = format!("a filter is at most {MAX_TEXT} bytes long");
        return Err(FilterError::at(
            "filter-syntax",
            text,
            text.len()..text.len(),
            &message,
        ));
    }
    if let Some(at) = nested_too_deep(text) {
        let message = format!("brackets nest deeper than {MAX_NESTING}");
        return Err(FilterError::at("filter-syntax", text, at..at + 1, &message));
    }
    // The parser needs about 160 KiB of stack for a bracket in an unoptimised build, more than a thread has by itself.
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(PARSER_STACK);
        let failed = |message: &str| FilterError::at("filter-syntax", text, 0..text.len(), message);
        match parser.spawn_scoped(scope, run) {
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

fn parsed(text: &str) -> Result<cel::Program, FilterError> {
    let program = Env::stdlib()
        .compile(text)
        .map_err(|errors| syntax::error(text, refused_at(text, &errors)))?;
    if deeper_than(program.expression(), MAX_DEPTH) {
        let message = format!("the filter nests deeper than {MAX_DEPTH} operators");
        return Err(FilterError::at("filter-syntax", text, 0..text.len(), &message));
    }
    Ok(program)
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

/// Where the parser refuses a text, in bytes.
fn refused_at(text: &str, errors: &cel::ParseErrors) -> usize {
    let Some(error) = errors.errors.first() else {
        return 0;
    };
    let (line, column) = (error.pos.0.max(1) as usize, error.pos.1.max(0) as usize);
    let line_start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    // The parser counts columns in characters from 1.
    let rest = &text[line_start.min(text.len())..];
    let offset: usize = rest
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    (line_start + offset).min(text.len())
}

/// Whether an expression uses the payload otherwise than by its members; those it uses are added to the list.
fn uses_whole_payload(expr: &IdedExpr, members: &mut Vec<String>) -> bool {
    let mut any = |e: &IdedExpr| uses_whole_payload(e, members);
    match &expr.expr {
        Expr::Ident(name) => name == PAYLOAD,
        Expr::Select(select) if matches!(&select.operand.expr, Expr::Ident(name) if name == PAYLOAD) => {
            if !members.contains(&select.field) {
                members.push(select.field.clone());
            }
            false
        }
        Expr::Select(select) => any(&select.operand),
        Expr::Call(call) => call.target.iter().any(|t| any(t)) || call.args.iter().any(any),
        Expr::List(list) => list.elements.iter().any(any),
        Expr::Unspecified | Expr::Literal(_) => false,
        // A name bound inside may be the payload's; what is left is rare enough to take the payload whole.
        Expr::Comprehension(c) => {
            [&c.iter_var, &c.accu_var].iter().any(|v| *v == PAYLOAD)
                || c.iter_var2.as_deref() == Some(PAYLOAD)
                || [&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result]
                    .iter()
                    .any(|e| any(e))
        }
        Expr::Map(_) | Expr::Struct(_) => true,
    }
}

/// The same expression where `has(a.b.c)` is false, and no failure, also where `a.b` is null or is not there.
fn with_total_has(expr: &IdedExpr) -> IdedExpr {
    let mut expr = expr.clone();
    make_has_total(&mut expr);
    expr
}

fn make_has_total(expr: &mut IdedExpr) {
    if let Expr::Select(select) = &expr.expr
        && select.test
    {
        *expr = guarded(select.clone(), expr.id);
        return;
    }
    parts_mut(expr).into_iter().for_each(make_has_total);
}

/// The expressions that one is made of.
pub(super) fn parts_mut(expr: &mut IdedExpr) -> Vec<&mut IdedExpr> {
    match &mut expr.expr {
        Expr::Call(call) => {
            let target = call.target.iter_mut().map(|target| &mut **target);
            target.chain(&mut call.args).collect()
        }
        Expr::Select(select) => vec![&mut select.operand],
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => map
            .entries
            .iter_mut()
            .flat_map(|e| entry_mut(&mut e.expr))
            .collect(),
        Expr::Struct(s) => s
            .entries
            .iter_mut()
            .flat_map(|e| entry_mut(&mut e.expr))
            .collect(),
        Expr::Comprehension(c) => vec![
            &mut c.iter_range,
            &mut c.accu_init,
            &mut c.loop_cond,
            &mut c.loop_step,
            &mut c.result,
        ],
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
    }
}

fn entry_mut(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&mut field.value],
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
    }
}

/// `has(a.b.c)` as `has(a.b) && a.b != null && has(a.b.c)`, and so on down: `&&` goes no further than the first that is false.
fn guarded(select: SelectExpr, id: u64) -> IdedExpr {
    let ided = |expr| IdedExpr { id, expr };
    let call = |name: &str, left, right| {
        ided(Expr::Call(CallExpr {
            func_name: name.to_owned(),
            target: None,
            args: vec![left, right],
        }))
    };
    let operand = (*select.operand).clone();
    let null = ided(Expr::Literal(LiteralValue::Null));
    let there = call(operators::NOT_EQUALS, operand.clone(), null);
    let there = match operand.expr {
        Expr::Select(inner) if !inner.test => {
            let inner = SelectExpr { test: true, ..inner };
            call(operators::LOGICAL_AND, guarded(inner, operand.id), there)
        }
        _ => there,
    };
    call(operators::LOGICAL_AND, there, ided(Expr::Select(select)))
}

pub(super) struct Source<'a> {
    text: &'a str,
    info: &'a SourceInfo,
    /// Names that stand beside a filter's own.
    beside: &'a [&'a str],
}

impl Source<'_> {
    /// An error at an expression.
    pub(super) fn error(&self, code: &'static str, expr: &IdedExpr, message: &str) -> FilterError {
        let place = self.range(expr).unwrap_or(0..self.text.len());
        FilterError::at(code, self.text, place, message)
    }

    /// Where an expression with all its parts stands, in bytes.
    fn range(&self, expr: &IdedExpr) -> Option<Range<usize>> {
        let parts = parts(expr).into_iter().filter_map(|part| self.range(part));
        let own = self.own_range(expr).into_iter();
        let mut range = own
            .chain(parts)
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))?;
        if let Expr::Call(call) = &expr.expr
            && is_named(call)
        {
            // The parser places a call at its opening parenthesis; the name stands before it.
            let own = self.own_range(expr).map_or(range.start, |own| own.start);
            let name = self.text[..own].rfind(&call.func_name);
            range.start = range.start.min(name.unwrap_or(own));
            let rest = &self.text[range.end..];
            if rest.trim_start().starts_with(')') {
                range.end += rest.len() - rest.trim_start().len() + 1;
            }
        }
        Some(range)
    }

    /// Where the parser places an expression: at its operator, its parenthesis, its name.
    fn own_range(&self, expr: &IdedExpr) -> Option<Range<usize>> {
        // In bytes; stop is inclusive.
        let byte = |n: u32| self.text.floor_char_boundary(n as usize);
        self.info
            .offset_for(expr.id)
            .map(|(a, b)| byte(a)..byte(b.saturating_add(1)).max(byte(a)))
    }

    /// Refuses names and functions that no event will ever have.
    fn check<'e>(&self, expr: &'e IdedExpr, bound: &mut Vec<&'e str>) -> Result<(), FilterError> {
        match &expr.expr {
            Expr::Ident(name) => {
                let known = name.starts_with('@')
                    || VARIABLES.contains(&name.as_str())
                    || self.beside.contains(&name.as_str())
                    || bound.contains(&name.as_str());
                if !known {
                    return Err(self.error("filter-name", expr, &unknown_name(name)));
                }
            }
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                if is_named(call) && !FUNCTIONS.contains(&name) {
                    let place = self.own_range(expr).unwrap_or(0..self.text.len());
                    let place = self.text[..place.start]
                        .rfind(name)
                        .map_or(place, |at| at..at + name.len());
                    return Err(FilterError::at(
                        "filter-name",
                        self.text,
                        place,
                        &unknown_function(name),
                    ));
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
                ("find", args) => return self.find(expr, call, args),
                (_, [left, right]) if call.target.is_none() => {
                    if let Some(node) = self.comparison(&call.func_name, left, right)? {
                        return Ok(node);
                    }
                }
                _ => {}
            }
        }
        self.refuse_inner_find(expr)?;
        if let Some(node) = self.constant(expr)? {
            return Ok(node);
        }
        self.refuse_impossible(expr)?;
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
                expr: Box::new(with_total_has(expr)),
            });
        }
        let mut members = Vec::new();
        let all = uses_whole_payload(expr, &mut members);
        Ok(Node::Cel(Box::new(CelLeaf {
            expr: with_total_has(expr),
            variables,
            members: (!all).then_some(members),
        })))
    }

    fn find(&self, expr: &IdedExpr, call: &CallExpr, args: &[IdedExpr]) -> Result<Node, FilterError> {
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
            _ => Err(self.error("filter-syntax", expr, "find takes one text: find(\"refund\")")),
        }
    }

    /// `find` is answered from bytes; inside another function there are none.
    fn refuse_inner_find(&self, expr: &IdedExpr) -> Result<(), FilterError> {
        if expr.references().functions().contains(&"find") {
            let message = "find(\"text\") stands by itself, joined by &&, || and ! only";
            return Err(self.error("filter-syntax", expr, message));
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
            "time" | "valid_time" => {
                let moment = self.moment(value)?;
                if moment.is_none() && value.references().variables().is_empty() && plain(value) {
                    let message = "a time is compared with a time, such as \"2026-11-20T14:32:07Z\"";
                    return Err(self.error("filter-fails", value, message));
                }
                let recorded = name == "time";
                Ok(moment.map(|Timestamp { nanos, .. }| {
                    if recorded {
                        Node::Time { comparison, nanos }
                    } else {
                        Node::ValidTime { comparison, nanos }
                    }
                }))
            }
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
            Err(e) => Err(self.error("filter-fails", expr, &reason::time(&e))),
        }
    }
}

/// Whether this is a number or arithmetic, as an unquoted date is.
fn plain(expr: &IdedExpr) -> bool {
    match &expr.expr {
        Expr::Literal(_) => true,
        Expr::Call(call) => call.func_name.starts_with(['_', '-']) && call.args.iter().all(plain),
        _ => false,
    }
}

/// Whether a call is of a function by name, not of an operator.
fn is_named(call: &CallExpr) -> bool {
    call.func_name.starts_with(char::is_alphabetic)
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
