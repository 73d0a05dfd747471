//! What a filter speaks of: fields of payload and metadata, and the names it compares `stream`, `category` and `type` with.

use cel::IdedExpr;
use cel::common::ast::operators;
use cel::common::ast::{Expr, LiteralValue};

use super::constant::parts;
use super::{EXTRA, Expression, Filter, Node, OF_RECORDS, PAYLOAD};
use crate::log::LaneBy;

/// The name of the metadata.
const METADATA: &str = "metadata";

/// What a filter speaks of, each once, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Fields, as the keys that lead to them: `payload`, `metadata`, `extra` or a name of Kafka's records first, then down to the field or to the first list item.
    pub fields: Vec<Vec<String>>,
    /// Names that something is compared with for being equal, or is looked for among (`in`).
    pub names: Vec<(LaneBy, String)>,
}

impl Filter {
    /// What it speaks of.
    pub fn mentions(&self) -> Mentions {
        let mut found = Mentions::default();
        found.of_node(&self.root);
        found
    }
}

impl Expression {
    /// What it speaks of; fields of the values that stand beside the event (`state.total`), too.
    pub fn mentions(&self) -> Mentions {
        let mut found = Mentions::default();
        found.of(&self.expr, &self.beside);
        found
    }
}

impl Mentions {
    fn of_node(&mut self, node: &Node) {
        match node {
            Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|n| self.of_node(n)),
            Node::Not(node) => self.of_node(node),
            Node::Name { expr, .. } => self.of(expr, &[]),
            Node::Cel(leaf) => self.of(&leaf.expr, &[]),
            Node::Constant(_)
            | Node::Time { .. }
            | Node::ValidTime { .. }
            | Node::Version { .. }
            | Node::Find(_) => {}
        }
    }

    /// Takes in an expression. The values that stand beside the event are roots of fields, too.
    fn of(&mut self, expr: &IdedExpr, beside: &[String]) {
        if let Some(way) = way(expr, beside) {
            let field: Vec<String> = way.keys.into_iter().map(str::to_owned).collect();
            let asked = field.len() > 1 || OF_RECORDS.contains(&field[0].as_str());
            if asked && !self.fields.contains(&field) {
                self.fields.push(field);
            }
            return;
        }
        match &expr.expr {
            Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::EQUALS, [left, right]) => {
                    self.name(left, right);
                    self.name(right, left);
                }
                (operators::IN, [left, right]) => {
                    if let Expr::List(list) = &right.expr {
                        list.elements.iter().for_each(|item| self.name(left, item));
                    }
                }
                _ => {}
            },
            // Inside, such a name means something else.
            Expr::Comprehension(c) if [&c.iter_var, &c.accu_var].iter().any(|v| is_root(v, beside)) => {
                return self.of(&c.iter_range, beside);
            }
            _ => {}
        }
        for part in parts(expr) {
            self.of(part, beside);
        }
    }

    /// Takes in `name == text`.
    fn name(&mut self, name: &IdedExpr, text: &IdedExpr) {
        let by = match &name.expr {
            Expr::Ident(name) if name == "stream" => LaneBy::Stream,
            Expr::Ident(name) if name == "category" => LaneBy::Category,
            Expr::Ident(name) if name == "type" => LaneBy::Type,
            _ => return,
        };
        let Some(text) = literal(text) else { return };
        let named = (by, text.to_owned());
        if !self.names.contains(&named) {
            self.names.push(named);
        }
    }
}

fn is_root(name: &str, beside: &[String]) -> bool {
    name == PAYLOAD
        || name == METADATA
        || name == EXTRA
        || OF_RECORDS.contains(&name)
        || beside.iter().any(|b| b == name)
}

fn literal(expr: &IdedExpr) -> Option<&str> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The keys from payload or metadata down to a field.
struct Way<'e> {
    keys: Vec<&'e str>,
    /// Whether it ends at a list's item, or at a key that is not written out: what lies below is not named.
    closed: bool,
}

impl<'e> Way<'e> {
    fn and(mut self, key: Option<&'e str>) -> Self {
        match key {
            Some(key) if !self.closed => self.keys.push(key),
            _ => self.closed = true,
        }
        self
    }
}

fn way<'e>(expr: &'e IdedExpr, beside: &[String]) -> Option<Way<'e>> {
    match &expr.expr {
        Expr::Ident(name) if is_root(name, beside) => Some(Way {
            keys: vec![name],
            closed: false,
        }),
        Expr::Select(select) => Some(way(&select.operand, beside)?.and(Some(&select.field))),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT, [of, key]) => {
                Some(way(of, beside)?.and(literal(key)))
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(text: &str) -> Mentions {
        match Filter::parse(text) {
            Ok(filter) => filter.mentions(),
            Err(error) => panic!("{text}: {error}"),
        }
    }

    fn fields(text: &str) -> Vec<String> {
        let fields = mentions(text).fields;
        fields.iter().map(|f| f.join(".")).collect()
    }

    #[test]
    fn a_filter_says_which_fields_it_speaks_of() {
        assert_eq!(
            fields("category == 'stock' && payload.available < 0 || !has(metadata.user)"),
            ["payload.available", "metadata.user"]
        );
        assert_eq!(
            fields("payload['a b'].c == payload.c"),
            ["payload.a b.c", "payload.c"]
        );
        assert_eq!(
            fields("payload.items[0].price > 1 && payload.items.exists(i, i.qty > payload.least)"),
            ["payload.items", "payload.least"]
        );
        assert_eq!(fields("payload != null && version > 1 && find('x')"), [""; 0]);
        assert_eq!(
            fields("payload.tags.exists(payload, payload.x == 1)"),
            ["payload.tags"]
        );
    }

    #[test]
    fn an_expression_says_which_fields_of_what_stands_beside_the_event_it_speaks_of() {
        let mentions = |text: &str| match Expression::parse(text, &["state"]) {
            Ok(expression) => expression.mentions(),
            Err(error) => panic!("{text}: {error}"),
        };
        let found = mentions("state.total.net >= payload.total && type == 'T'");
        let fields: Vec<String> = found.fields.iter().map(|f| f.join(".")).collect();
        assert_eq!(fields, ["state.total.net", "payload.total"]);
        assert_eq!(found.names, [(LaneBy::Type, "T".to_owned())]);
        assert_eq!(mentions("state != null").fields, [[""; 0]; 0]);
    }

    #[test]
    fn a_filter_says_which_names_it_looks_for() {
        let named = |by, name: &str| (by, name.to_owned());
        assert_eq!(
            mentions(
                "(category == 'stok' && 'T' == type) || stream in ['a-1', 'b-1'] || type.startsWith('U')"
            )
            .names,
            [
                named(LaneBy::Category, "stok"),
                named(LaneBy::Type, "T"),
                named(LaneBy::Stream, "a-1"),
                named(LaneBy::Stream, "b-1")
            ]
        );
        assert_eq!(
            mentions("type == 'T' && payload.stream == 'x'").names,
            [named(LaneBy::Type, "T")]
        );
    }
}
