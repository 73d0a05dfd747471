//! Events that are nowhere yet: what undoes another one, what belongs to another one.

use leftfold_compare::Template;
use leftfold_event::{Event, EventId, Payload};
use uuid::Uuid;

/// Under this, the ids of events that are made are made: the same plan gives the same ids, so that it can be sent twice.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c65_6674_666f_6c64_2d63_6f6d_7065_6e73);

/// The event that undoes another one, by the first template that fits.
pub(in crate::compare) fn undoing(templates: &[Template], wrong: &Event) -> Option<Event> {
    let event = made(templates, wrong, 0)?;
    Some(Event {
        category: wrong.category.clone(),
        ..event
    })
}

/// The event that belongs to another one, by the first template that fits; `n` tells several of them apart.
pub(in crate::compare) fn partner_of(templates: &[Template], cause: &Event, n: usize) -> Option<Event> {
    made(templates, cause, n)
}

fn made(templates: &[Template], of: &Event, n: usize) -> Option<Event> {
    let (template, stream, value) = templates
        .iter()
        .filter(|t| t.of == of.kind)
        .find_map(|t| Some((t, t.stream_for(of).ok()?, t.fill(of).ok()?)))?;
    let id = of.id.as_ref().map(EventId::to_string);
    let several = if n > 0 { format!("\n{n}") } else { String::new() };
    let place = format!(
        "{}\n{}\n{}\n{}{several}",
        id.as_deref().unwrap_or_default(),
        of.stream,
        of.position.as_deref().unwrap_or_default(),
        template.with
    );
    let raw = value.to_string().into_bytes();
    Some(Event {
        stream,
        id: Some(EventId::Text(
            Uuid::new_v5(&NAMESPACE, place.as_bytes()).to_string(),
        )),
        kind: template.with.clone(),
        payload: Payload {
            raw,
            value: Some(value),
            encoding: "json",
        },
        correlation_id: of.correlation_id.clone(),
        causation_id: id,
        ..Event::default()
    })
}
