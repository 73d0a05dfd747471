//! Why a filter keeps nothing: names in it that nothing here has.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use leftfold_event::json::Value;
use leftfold_event::{Cancel, Event};
use leftfold_log::{EXTRA, Filter, LaneBy, Log, Mentions, OF_RECORDS, record_value};

use super::{View, spread};
use crate::alike::{did_you_mean, nearest};
use crate::dto::{ProposedNameDto, UnknownKindDto, UnknownNameDto};
use crate::error::SessionError;

/// Events looked at for their fields, spread over the log.
const LOOKED_AT: u32 = 4000;

/// Events fetched at a time.
const CHUNK: usize = 500;

/// Fields remembered of them.
const FIELDS: usize = 20_000;

/// Names told where none is near.
const NAMED: usize = 8;

/// Names proposed for one that is not there.
const PROPOSED: usize = 3;

/// What stands for a list's item in a way to a field.
const ITEM: &str = "[0]";

impl View {
    /// What a filter names that this history has not: event types, categories, streams and fields that are most likely
    /// mistyped. None where everything it names is here.
    ///
    /// Fields are looked for in at most four thousand events spread over the log.
    pub fn unknown_names(
        &self,
        filter: &Filter,
        cancel: &Cancel,
    ) -> Result<Vec<UnknownNameDto>, SessionError> {
        let mentions = filter.mentions();
        let mut told: Vec<UnknownNameDto> = mentions
            .names
            .iter()
            .filter(|(by, name)| self.log.names(*by).key(name).is_none())
            .map(|(by, name)| self.unknown_name(filter, *by, name))
            .collect();
        told.extend(self.unknown_fields(filter, &mentions, cancel)?);
        Ok(told)
    }

    fn unknown_name(&self, filter: &Filter, by: LaneBy, name: &str) -> UnknownNameDto {
        let absent = absent_name(&self.log, by, name);
        let proposed = |other: &&str| ProposedNameDto {
            name: (*other).to_owned(),
            filter: filter.with_name(by, name, other),
        };
        UnknownNameDto {
            kind: match by {
                LaneBy::Type => UnknownKindDto::Type,
                LaneBy::Category => UnknownKindDto::Category,
                LaneBy::Stream => UnknownKindDto::Stream,
            },
            name: name.to_owned(),
            near: absent.near.iter().map(proposed).collect(),
            others: absent.others.iter().map(proposed).collect(),
            more: absent.more,
            looked_at: None,
            message: absent.message,
        }
    }

    fn unknown_fields(
        &self,
        filter: &Filter,
        mentions: &Mentions,
        cancel: &Cancel,
    ) -> Result<Vec<UnknownNameDto>, SessionError> {
        if mentions.fields.is_empty() || self.log.events() == 0 {
            return Ok(Vec::new());
        }
        let total = self.log.events();
        let n = total.min(LOOKED_AT);
        let spread = spread(total, LOOKED_AT);
        let mut seen = Fields::default();
        for chunk in spread.chunks(CHUNK) {
            self.events(chunk, cancel, &mut |_, event| {
                seen.take_event(&event);
            })?;
        }
        let which = if n == total {
            "no event has".to_owned()
        } else {
            format!("none of {n} events looked at has")
        };
        let unknown = mentions.fields.iter().filter(|way| !seen.has(way));
        Ok(unknown
            .map(|way| {
                let near = seen.near(way);
                let message = format!("{which} {}{}", written(way), did_you_mean(&near));
                let proposed = |name: String| ProposedNameDto {
                    filter: filter.with_field(way, &name),
                    name,
                };
                UnknownNameDto {
                    kind: UnknownKindDto::Field,
                    name: written(way),
                    near: near.into_iter().map(proposed).collect(),
                    others: Vec::new(),
                    more: false,
                    looked_at: (n < total).then_some(n),
                    message,
                }
            })
            .collect())
    }
}

/// A name that no event of a log has.
struct Absent<'l> {
    /// Those most like it, best first.
    near: Vec<&'l str>,
    /// Where none is near, some that there are.
    others: Vec<&'l str>,
    /// Whether there are more than these.
    more: bool,
    message: String,
}

/// What is told of a type, category or stream that is nowhere in a log, and whether there is a name like it; `None`: it is there.
pub(crate) fn told_of_name(log: &Log, by: LaneBy, name: &str) -> Option<(String, bool)> {
    if log.names(by).key(name).is_some() {
        return None;
    }
    let absent = absent_name(log, by, name);
    Some((absent.message, !absent.near.is_empty()))
}

fn absent_name<'l>(log: &'l Log, by: LaneBy, name: &str) -> Absent<'l> {
    let names = log.names(by);
    let near = nearest(name, names.iter().map(|(_, n)| n), PROPOSED);
    let mut others: Vec<&str> = Vec::new();
    if near.is_empty() && by != LaneBy::Stream {
        others = names.iter().map(|(_, n)| n).filter(|n| !n.is_empty()).collect();
        others.sort_unstable();
    }
    let more = others.len() > NAMED;
    others.truncate(NAMED);
    let hint = if others.is_empty() {
        did_you_mean(&near.iter().map(|n| format!("{n:?}")).collect::<Vec<_>>())
    } else {
        let more = if more { ", …" } else { "" };
        format!("; there are {}{more}", others.join(", "))
    };
    let message = match by {
        LaneBy::Type => format!("no event is of type {name:?}{hint}"),
        LaneBy::Category => format!("there is no category {name:?}{hint}"),
        LaneBy::Stream => format!("there is no stream {name:?}{hint}"),
    };
    Absent {
        near,
        others,
        more,
        message,
    }
}

/// The ways to all fields that were seen, from their roots (`payload`, `state`, …) on.
#[derive(Default)]
pub(crate) struct Fields(BTreeSet<Vec<String>>);

impl Fields {
    /// Takes in what of an event fields can be asked for.
    pub(crate) fn take_event(&mut self, event: &Event) {
        for (root, part) in [("payload", &event.payload), ("metadata", &event.metadata)] {
            if let Some(value) = &part.value {
                self.take(value, &mut vec![root.to_owned()]);
            }
        }
        for name in OF_RECORDS.iter().copied().chain([EXTRA]) {
            if let Some(value) = record_value(name, event) {
                self.0.insert(vec![name.to_owned()]);
                self.take(&value, &mut vec![name.to_owned()]);
            }
        }
    }

    /// Whether there is a field.
    pub(crate) fn has(&self, way: &[String]) -> bool {
        self.0.contains(way)
    }

    /// The fields of a root itself, as an expression writes them.
    pub(crate) fn below(&self, root: &str) -> Vec<String> {
        let own = self.0.iter().filter(|way| way.len() == 2 && way[0] == root);
        own.map(|way| written(way)).collect()
    }

    /// Takes in a value and all below it.
    pub(crate) fn take(&mut self, value: &Value, way: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, value) in object.iter() {
                    way.push(key.to_owned());
                    if self.0.len() < FIELDS && !self.0.contains(way) {
                        self.0.insert(way.clone());
                    }
                    self.take(value, way);
                    way.pop();
                }
            }
            Value::Array(items) => {
                way.push(ITEM.to_owned());
                for item in items {
                    self.take(item, way);
                }
                way.pop();
            }
            _ => {}
        }
    }

    /// Those most like one that is not there: of a like name, or of the same name at another place.
    pub(crate) fn near(&self, way: &[String]) -> Vec<String> {
        let root = &way[0];
        let same_part: Vec<(String, &Vec<String>)> = self
            .0
            .iter()
            // A field there is what holds the one that is not there.
            .filter(|w| w[0] == *root && !way.starts_with(w))
            .map(|w| (written(w), w))
            .collect();
        let rest = |text: &str| text[root.len()..].to_owned();
        let texts: Vec<String> = same_part.iter().map(|(text, _)| rest(text)).collect();
        let mut near: Vec<String> = nearest(&rest(&written(way)), texts.iter().map(String::as_str), PROPOSED)
            .into_iter()
            .map(|found| format!("{root}{found}"))
            .collect();
        let moved = same_part
            .iter()
            .filter(|(text, w)| w.last() == way.last() && !near.contains(text))
            .map(|(text, _)| text.clone())
            .take(PROPOSED - near.len().min(PROPOSED))
            .collect::<Vec<_>>();
        near.extend(moved);
        near
    }
}

/// A way to a field as a filter writes it.
pub(crate) fn written(way: &[String]) -> String {
    let mut text = String::new();
    for (i, key) in way.iter().enumerate() {
        let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match () {
            () if i == 0 => text.push_str(key),
            () if key == ITEM => text.push_str(ITEM),
            () if plain => text.extend([".", key]),
            () => drop(write!(text, "[{key:?}]")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use leftfold_event::Cancel;
    use leftfold_log::Filter;

    use crate::Session;
    use crate::commands;
    use crate::contract::{ApplyFilterArgs, FilterHintsArgs};
    use crate::dto::{FilterDto, UnknownKindDto, UnknownNameDto};

    const LINES: &str = r#"{"stream":"stock-1","type":"StockReserved","payload":{"available":3,"items":[{"sku":"a"}],"a b":{"c":1}},"metadata":{"user":"u"}}
{"stream":"order-1","type":"OrderPlaced","payload":{"total":1},"metadata":{"user":"u"},"tenant":"acme"}
"#;

    fn told(filter: &str) -> Vec<String> {
        unknown(filter).into_iter().map(|name| name.message).collect()
    }

    fn unknown(filter: &str) -> Vec<UnknownNameDto> {
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut LINES.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        let view = source.view(None).expect("it can be looked at");
        let filter = Filter::parse(filter).expect("the filter can be read");
        view.unknown_names(&filter, &Cancel::new())
            .expect("the lines can be read")
    }

    #[test]
    fn a_mistyped_field_is_told_with_the_one_that_was_meant() {
        assert_eq!(
            told("payload.avaliable < 0"),
            ["no event has payload.avaliable; did you mean payload.available?"]
        );
        assert_eq!(
            told("metadata.usre == 'u' && payload['a b'].d == 1"),
            [
                "no event has metadata.usre; did you mean metadata.user?",
                "no event has payload[\"a b\"].d; did you mean payload[\"a b\"].c?"
            ]
        );
        assert_eq!(
            told("payload.sku == 'a'"),
            ["no event has payload.sku; did you mean payload.items[0].sku?"]
        );
        assert_eq!(told("payload.zzz == 1"), ["no event has payload.zzz"]);
        assert_eq!(
            told("extra.tenat == 'acme'"),
            ["no event has extra.tenat; did you mean extra.tenant?"]
        );
        assert_eq!(told("topic == 'orders'"), ["no event has topic"]);
        assert_eq!(told("extra.tenant == 'other'"), [""; 0]);
    }

    #[test]
    fn a_mistyped_name_is_told_with_the_one_that_was_meant() {
        assert_eq!(
            told("type == 'OrderPlcaed' || stream == 'ordre-1'"),
            [
                "no event is of type \"OrderPlcaed\"; did you mean \"OrderPlaced\"?",
                "there is no stream \"ordre-1\"; did you mean \"order-1\"?"
            ]
        );
        assert_eq!(
            told("type == 'Zebra'"),
            ["no event is of type \"Zebra\"; there are OrderPlaced, StockReserved"]
        );
    }

    #[test]
    fn what_is_here_is_not_told_of() {
        let all = "payload.available < 0 && type == 'OrderPlaced' && stream == 'stock-1' && metadata.user == 'x' && payload['a b'].c == 2";
        assert_eq!(told(all), [""; 0]);
    }

    #[test]
    fn what_is_proposed_comes_with_the_filter_that_has_it() {
        let found = unknown("type == 'OrderPlcaed' && payload.totl == 1");
        let proposed: Vec<_> = found
            .iter()
            .map(|u| {
                (
                    u.kind,
                    u.name.as_str(),
                    u.near[0].name.as_str(),
                    u.near[0].filter.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            proposed,
            [
                (
                    UnknownKindDto::Type,
                    "OrderPlcaed",
                    "OrderPlaced",
                    Some("type == \"OrderPlaced\" && payload.totl == 1")
                ),
                (
                    UnknownKindDto::Field,
                    "payload.totl",
                    "payload.total",
                    Some("type == 'OrderPlcaed' && payload.total == 1")
                ),
            ]
        );
        let others = &unknown("type == 'Zebra'")[0].others;
        assert_eq!(others[1].filter.as_deref(), Some("type == \"StockReserved\""));
    }

    #[test]
    fn the_window_is_told_only_of_a_filter_that_has_ended_and_keeps_nothing() {
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut LINES.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        let hints = |text: &str| {
            let FilterDto { id: filter, .. } = commands::apply_filter(
                &session,
                ApplyFilterArgs {
                    source: opened.id,
                    text: text.to_owned(),
                },
            )
            .expect("it can be started");
            let task = source.filter(filter).expect("it was started");
            task.wait_done(&mut |_| std::ops::ControlFlow::Continue(()))
                .expect("the lines can be read");
            let args = FilterHintsArgs {
                source: opened.id,
                filter,
            };
            commands::filter_hints(&session, args)
                .expect("the lines can be read")
                .len()
        };
        assert_eq!(hints("type == 'OrderPlcaed'"), 1);
        assert_eq!(hints("type == 'OrderPlcaed' || version >= 0 || true"), 0);
        assert_eq!(hints("type == 'OrderPlaced' && stream == 'stock-1'"), 0);
    }
}
