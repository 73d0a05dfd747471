//! What of an event an expression is judged by, so that nothing is judged by what is hidden: every chain of members, and every whole thing that may
//! hold more than is named. When in doubt it is the whole thing.

use cel::IdedExpr;
use cel::common::ast::operators;
use cel::common::ast::{Expr, LiteralValue};

use super::constant::parts;
use super::{EXTRA, Expression, Filter, Node, OF_RECORDS, PAYLOAD};

/// Names of an event that may hold what is hidden.
const ROOTS: &[&str] = &[PAYLOAD, "metadata", EXTRA, "correlation_id", "causation_id"];

/// A step to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadStep {
    /// The member of this name.
    Name(String),
    /// A member of a list.
    Item,
    /// A member of a list, or of an object, by a name that is not written out.
    Unnamed,
}

/// How a value is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFor {
    /// Whether it is there.
    Presence,
    /// As one value: a text, a number.
    Value,
    /// With whatever is in it.
    Whole,
}

/// A value that an expression reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// From `payload`, `metadata` or another name on.
    pub steps: Vec<ReadStep>,
    /// What for.
    pub used: ReadFor,
}

impl Read {
    /// Of a value that stands at these names; what stands at one name alone is read whole.
    pub fn at<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let name = |n: &str| ReadStep::Name(n.to_owned());
        let steps: Vec<ReadStep> = names.into_iter().map(name).collect();
        let used = if steps.len() > 1 {
            ReadFor::Value
        } else {
            ReadFor::Whole
        };
        Self { steps, used }
    }
}

impl Filter {
    /// What it reads of events, each once.
    pub fn reads(&self) -> Vec<Read> {
        let mut found = Found::default();
        found.of_node(&self.root);
        found.reads
    }
}

impl Expression {
    /// What it reads of events and of the values that stand beside them, each once.
    pub fn reads(&self) -> Vec<Read> {
        let mut found = Found {
            beside: self.beside.clone(),
            ..Found::default()
        };
        found.of(&self.expr, ReadFor::Value);
        found.reads
    }
}

#[derive(Default)]
struct Found {
    beside: Vec<String>,
    /// Names that something binds, the innermost last; what they stand for, where it is a member of a known list.
    bound: Vec<(String, Option<Vec<ReadStep>>)>,
    reads: Vec<Read>,
}

impl Found {
    fn of_node(&mut self, node: &Node) {
        match node {
            Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|n| self.of_node(n)),
            Node::Not(node) => self.of_node(node),
            Node::Name { expr, .. } => self.of(expr, ReadFor::Value),
            Node::Cel(leaf) => self.of(&leaf.expr, ReadFor::Value),
            Node::Constant(_)
            | Node::Time { .. }
            | Node::ValidTime { .. }
            | Node::Version { .. }
            | Node::Find(_) => {}
        }
    }

    fn add(&mut self, steps: Vec<ReadStep>, used: ReadFor) {
        // What stands at a root is never one value, but for texts and numbers of the envelope.
        let holds_more = match steps.as_slice() {
            [ReadStep::Name(root)] => {
                !matches!(root.as_str(), "correlation_id" | "causation_id" | "key")
                    && used != ReadFor::Presence
            }
            _ => false,
        };
        let used = if holds_more { ReadFor::Whole } else { used };
        let read = Read { steps, used };
        if !self.reads.contains(&read) {
            self.reads.push(read);
        }
    }

    fn is_root(&self, name: &str) -> bool {
        ROOTS.contains(&name) || OF_RECORDS.contains(&name) || self.beside.iter().any(|b| b == name)
    }

    /// The steps to a value, where it is a chain of members; what is asked for on the way, in brackets, is taken in.
    fn chain(&mut self, expr: &IdedExpr) -> Option<Vec<ReadStep>> {
        match &expr.expr {
            Expr::Ident(name) => {
                if let Some((_, bound)) = self.bound.iter().rev().find(|(n, _)| n == name) {
                    return bound.clone();
                }
                self.is_root(name).then(|| vec![ReadStep::Name(name.clone())])
            }
            Expr::Select(select) => {
                let mut steps = self.chain(&select.operand)?;
                steps.push(ReadStep::Name(select.field.clone()));
                Some(steps)
            }
            Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT, [of, key]) => {
                    let mut steps = self.chain(of)?;
                    steps.push(match &key.expr {
                        Expr::Literal(LiteralValue::String(text)) => ReadStep::Name(text.inner().to_owned()),
                        Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_)) => ReadStep::Item,
                        _ => {
                            self.of(key, ReadFor::Value);
                            ReadStep::Unnamed
                        }
                    });
                    Some(steps)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn of(&mut self, expr: &IdedExpr, used: ReadFor) {
        if let Some(steps) = self.chain(expr) {
            return self.add(steps, used);
        }
        match &expr.expr {
            Expr::Call(call) => {
                let args: Vec<&IdedExpr> = call.target.iter().map(|t| &**t).chain(&call.args).collect();
                match (call.func_name.as_str(), args.as_slice()) {
                    (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => {
                        self.of(left, beside(right));
                        self.of(right, beside(left));
                    }
                    (operators::IN, [name, of]) => match &name.expr {
                        Expr::Literal(LiteralValue::String(text)) => {
                            let steps = self.chain(of);
                            match steps {
                                Some(mut steps) => {
                                    steps.push(ReadStep::Name(text.inner().to_owned()));
                                    self.add(steps, ReadFor::Value);
                                }
                                None => self.of(of, ReadFor::Value),
                            }
                        }
                        // What is looked for among plain values is one; among anything else it may be an object.
                        _ => {
                            let used = if is_list_of_plain(of) {
                                ReadFor::Value
                            } else {
                                ReadFor::Whole
                            };
                            self.of(name, used);
                            self.of(of, used);
                        }
                    },
                    // How many there are is not hidden, unless the whole is.
                    ("size", [of]) => match self.chain(of) {
                        Some(steps) if steps.len() > 1 => self.add(steps, ReadFor::Presence),
                        _ => self.of(of, ReadFor::Value),
                    },
                    (operators::CONDITIONAL, [condition, yes, no]) => {
                        self.of(condition, ReadFor::Value);
                        self.of(yes, used);
                        self.of(no, used);
                    }
                    _ => args.iter().for_each(|arg| self.of(arg, ReadFor::Value)),
                }
            }
            // What is put into something else is taken along whole.
            Expr::List(_) | Expr::Map(_) | Expr::Struct(_) => {
                for part in parts(expr) {
                    self.of(part, ReadFor::Whole);
                }
            }
            Expr::Comprehension(c) => {
                let items = self.chain(&c.iter_range);
                match &items {
                    // The names in a root are as good as what it holds: they lead to all of it.
                    Some(steps) if steps.len() < 2 => self.add(steps.clone(), ReadFor::Whole),
                    Some(steps) => self.add(steps.clone(), ReadFor::Presence),
                    None => self.of(&c.iter_range, ReadFor::Whole),
                }
                let member = |step: ReadStep| {
                    let mut steps = items.clone()?;
                    steps.push(step);
                    Some(steps)
                };
                self.of(&c.accu_init, ReadFor::Value);
                let before = self.bound.len();
                // The members of a list, or the names in an object.
                self.bound.push((c.iter_var.clone(), member(ReadStep::Item)));
                if let Some(second) = &c.iter_var2 {
                    self.bound.push((second.clone(), member(ReadStep::Unnamed)));
                }
                self.bound.push((c.accu_var.clone(), None));
                for part in [&c.loop_cond, &c.loop_step, &c.result] {
                    self.of(part, ReadFor::Value);
                }
                self.bound.truncate(before);
            }
            Expr::Select(select) => self.of(&select.operand, ReadFor::Whole),
            Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
        }
    }
}

/// Whether it is a list of texts, numbers and the like that are written out.
fn is_list_of_plain(expr: &IdedExpr) -> bool {
    match &expr.expr {
        Expr::List(list) => list.elements.iter().all(|e| matches!(e.expr, Expr::Literal(_))),
        _ => false,
    }
}

/// What a value is used for that is compared with this one.
fn beside(other: &IdedExpr) -> ReadFor {
    match &other.expr {
        Expr::Literal(LiteralValue::Null) => ReadFor::Presence,
        Expr::List(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Comprehension(_) => ReadFor::Whole,
        _ => ReadFor::Value,
    }
}
