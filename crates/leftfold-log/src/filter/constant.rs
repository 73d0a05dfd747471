//! What of a filter is the same for every event: evaluated once, refused when it fails or can never be true or false.

use cel::common::ast::operators;
use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue};
use cel::{Context, IdedExpr, Program, Value};
use leftfold_event::Timestamp;

use super::compile::Source;
use super::{FilterError, Node, reason};

/// Evaluates an expression that names nothing of an event; `None` when it does, or when evaluating could take long.
fn value(expr: &IdedExpr) -> Option<Result<Value, cel::ExecutionError>> {
    (expr.references().variables().is_empty() && !has_loop(expr)).then(|| Context::default().resolve(expr))
}

/// Whether an expression goes through a list or a map.
fn has_loop(expr: &IdedExpr) -> bool {
    matches!(expr.expr, Expr::Comprehension(_)) || parts(expr).into_iter().any(has_loop)
}

/// The expressions an expression is made of.
pub(super) fn parts(expr: &IdedExpr) -> Vec<&IdedExpr> {
    match &expr.expr {
        Expr::Call(call) => call.target.iter().map(|t| &**t).chain(&call.args).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|e| of_entry(&e.expr)).collect(),
        Expr::Struct(s) => s.entries.iter().flat_map(|e| of_entry(&e.expr)).collect(),
        Expr::Comprehension(c) => vec![&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result],
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
    }
}

fn of_entry(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

impl Source<'_> {
    /// A condition that is the same for every event, as what it says.
    pub(super) fn constant(&self, expr: &IdedExpr) -> Result<Option<Node>, FilterError> {
        match value(expr) {
            None => Ok(None),
            Some(Ok(Value::Bool(b))) => Ok(Some(Node::Constant(b))),
            Some(Ok(other)) => Err(self.no_condition(expr, reason::kind(&other))),
            Some(Err(e)) => Err(self.fails(expr, &e)),
        }
    }

    /// Refuses a condition whose answer is never true or false, and one with a part that fails for every event.
    pub(super) fn refuse_impossible(&self, expr: &IdedExpr) -> Result<(), FilterError> {
        if let Some(kind) = never_a_condition(expr) {
            return Err(self.no_condition(expr, kind));
        }
        self.refuse_failing(expr)
    }

    fn refuse_failing(&self, expr: &IdedExpr) -> Result<(), FilterError> {
        if let Expr::Comprehension(c) = &expr.expr {
            // What it does with each item speaks of names that are bound only then.
            return self.refuse_failing(&c.iter_range);
        }
        for part in parts(expr) {
            self.refuse_failing(part)?;
        }
        let Expr::Call(call) = &expr.expr else {
            return Ok(());
        };
        if let Some(Err(e)) = value(expr) {
            return Err(self.fails(expr, &e));
        }
        if let Some(null) = ordered_null(call) {
            let message = "nothing is more or less than null; == and != ask whether something is there";
            return Err(self.error("filter-fails", null, message));
        }
        if let Some(pattern) = pattern(call)
            && let Some(why) = broken(pattern)
        {
            return Err(self.fails(expr, &why));
        }
        Ok(())
    }

    fn no_condition(&self, expr: &IdedExpr, kind: &str) -> FilterError {
        let example = match &expr.expr {
            Expr::Ident(name) if kind == "a text" => format!("{name} == \"…\""),
            Expr::Ident(name) if kind == "an object" => format!("{name}.tenant == \"…\""),
            Expr::Ident(name) if kind == "a number" => format!("{name} > 1"),
            Expr::Ident(name) => format!("{name} > \"2026-11-20T14:32:07Z\""),
            _ => "payload.total > 100".to_owned(),
        };
        let message = format!("this is {kind}, not true or false; compare it, as in {example}");
        self.error("filter-not-a-condition", expr, &message)
    }

    fn fails(&self, expr: &IdedExpr, why: &cel::ExecutionError) -> FilterError {
        if let Some(message) = of_literal(expr) {
            return self.error("filter-fails", expr, &message);
        }
        self.error(
            "filter-fails",
            expr,
            &format!("this fails for every event: {}", reason::of(why)),
        )
    }
}

/// What an expression gives, where that is never true or false.
fn never_a_condition(expr: &IdedExpr) -> Option<&'static str> {
    match &expr.expr {
        Expr::Ident(name) => match name.as_str() {
            "id" | "stream" | "category" | "type" | "correlation_id" | "causation_id" | "key" | "topic" => {
                Some("a text")
            }
            "time" | "valid_time" => Some("a time"),
            "version" | "position" | "partition" | "offset" => Some("a number"),
            "extra" | "headers" => Some("an object"),
            _ => None,
        },
        Expr::List(_) => Some("a list"),
        Expr::Map(_) | Expr::Struct(_) => Some("an object"),
        Expr::Call(call) => match call.func_name.as_str() {
            operators::ADD | operators::SUBSTRACT => Some("a sum"),
            operators::MULTIPLY
            | operators::DIVIDE
            | operators::MODULO
            | operators::NEGATE
            | "size"
            | "int"
            | "uint"
            | "double" => Some("a number"),
            "string" => Some("a text"),
            "bytes" => Some("bytes"),
            "timestamp" => Some("a time"),
            "duration" => Some("a duration"),
            name if name.starts_with("get") => Some("a number"),
            _ => None,
        },
        _ => None,
    }
}

/// What is wrong with a time or a length of time that is written out.
fn of_literal(expr: &IdedExpr) -> Option<String> {
    let Expr::Call(call) = &expr.expr else { return None };
    let [
        IdedExpr {
            expr: Expr::Literal(LiteralValue::String(text)),
            ..
        },
    ] = call.args.as_slice()
    else {
        return parts(expr).into_iter().find_map(of_literal);
    };
    match call.func_name.as_str() {
        "timestamp" => Timestamp::parse(text.inner()).err().map(|e| reason::time(&e)),
        "duration" => reason::duration(text.inner()),
        _ => None,
    }
}

/// A `null` that something is ordered by.
fn ordered_null(call: &CallExpr) -> Option<&IdedExpr> {
    let orders = [
        operators::LESS,
        operators::LESS_EQUALS,
        operators::GREATER,
        operators::GREATER_EQUALS,
    ];
    let mut args = call.args.iter();
    orders
        .contains(&call.func_name.as_str())
        .then(|| args.find(|a| matches!(a.expr, Expr::Literal(LiteralValue::Null))))?
}

/// The regular expression of a `matches`, where it is written out.
fn pattern(call: &CallExpr) -> Option<&str> {
    match call.args.last().map(|a| &a.expr) {
        Some(Expr::Literal(LiteralValue::String(text))) if call.func_name == "matches" => Some(text.inner()),
        _ => None,
    }
}

/// Why a regular expression cannot be used.
fn broken(pattern: &str) -> Option<cel::ExecutionError> {
    let probe = Program::compile("''.matches(pattern)").ok()?;
    let mut context = Context::default();
    context.add_variable_from_value("pattern", pattern.to_owned());
    probe.execute(&context).err()
}
