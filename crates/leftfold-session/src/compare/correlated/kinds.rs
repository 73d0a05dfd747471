//! What takes part by its type and category alone, so that nothing else has to be fetched.

use std::collections::HashMap;

use leftfold_event::{Event, category_of};
use leftfold_log::{Evaluation, Expression, VARIABLES};
use leftfold_source::Header;

/// Whether an expression asks for nothing but types and categories, of which there are few.
fn uses_names_alone(expression: &Expression) -> bool {
    let mut used = VARIABLES.iter().filter(|name| expression.uses(name));
    used.all(|name| ["type", "category"].contains(name))
}

/// What takes part by type and category: asked once for each pair of these.
pub(super) struct Kinds<'t> {
    when: &'t Expression,
    evaluation: Evaluation,
    /// By type: categories, and whether events of both may take part.
    known: HashMap<String, Vec<(String, bool)>>,
}

impl<'t> Kinds<'t> {
    /// `None` where it takes more than types and categories to say it.
    pub(super) fn of(when: &'t Expression) -> Option<Self> {
        uses_names_alone(when).then(|| Self {
            when,
            evaluation: Evaluation::new(),
            known: HashMap::new(),
        })
    }

    /// Whether an event may take part, by its header; what cannot be judged is looked at.
    pub(super) fn may_take_part(&mut self, header: &Header<'_>) -> bool {
        let category = header.category.or_else(|| category_of(header.stream));
        let named = category.unwrap_or_default();
        let of_kind = self.known.get(header.kind);
        if let Some((_, is)) = of_kind.and_then(|known| known.iter().find(|(c, _)| c == named)) {
            return *is;
        }
        let event = Event {
            stream: header.stream.to_owned(),
            category: category.map(str::to_owned),
            kind: header.kind.to_owned(),
            ..Event::default()
        };
        let held = self.when.holds(&self.evaluation, &event, &[]);
        let may = held.map_or(true, |held| held == Some(true));
        let of_kind = self.known.entry(header.kind.to_owned()).or_default();
        of_kind.push((named.to_owned(), may));
        may
    }
}

#[cfg(test)]
mod tests {
    use leftfold_event::Locator;

    use super::*;

    #[test]
    fn types_and_categories_are_asked_once_each() {
        let when = Expression::parse("type == 'A' && category == 'order'", &[]).unwrap();
        let mut kinds = Kinds::of(&when).unwrap();
        let at = Locator { row: 0, item: 0 };
        let mut may = |stream, kind, category| {
            let header = Header::at(at);
            kinds.may_take_part(&Header {
                stream,
                kind,
                category,
                ..header
            })
        };
        assert!(may("order-1", "A", None) && may("x", "A", Some("order")));
        assert!(!may("order-1", "B", None) && !may("cart-1", "A", None));
        assert!(may("order-2", "A", None));
        assert_eq!(kinds.known["A"].len(), 2);
        let more = Expression::parse("type == 'A' && payload.n > 1", &[]).unwrap();
        assert!(Kinds::of(&more).is_none());
    }
}
