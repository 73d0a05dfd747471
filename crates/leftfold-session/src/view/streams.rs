//! Streams by name.

use leftfold_log::LaneBy;

use super::{MAX_ROWS, View};
use crate::alike::{did_you_mean, nearest};
use crate::dto::{StreamDto, StreamsDto};
use crate::error::SessionError;

/// Names proposed for one that is not there.
const PROPOSED: usize = 3;

impl View {
    /// Streams whose name holds a text, ignoring ASCII case: the exact name first, then prefixes, then the others.
    pub fn streams(&self, query: &str, offset: u32, limit: u32) -> StreamsDto {
        let names = self.log.names(LaneBy::Stream);
        let wanted = query.to_ascii_lowercase();
        let rank = |name: &str| {
            // Of names that differ by their letters' case alone the one that is said comes first.
            if name == query {
                return Some(0_u8);
            }
            let name = name.to_ascii_lowercase();
            match name.find(&wanted) {
                Some(0) if name.len() == wanted.len() => Some(1),
                Some(0) => Some(2),
                Some(_) => Some(3),
                None => None,
            }
        };
        let mut found: Vec<(u8, &str, u32)> = names
            .iter()
            .filter(|(_, name)| self.is_stream(name))
            .filter_map(|(key, name)| rank(name).map(|r| (r, name, key)))
            .collect();
        let total = found.len() as u32;
        let (from, to) = (
            offset as usize,
            offset.saturating_add(limit.min(MAX_ROWS)) as usize,
        );
        if found.len() > to {
            // Only the asked-for window needs an order.
            found.select_nth_unstable(to);
            found.truncate(to);
        }
        found.sort_unstable();
        let categories = self.log.names(LaneBy::Category);
        let dto = |&(_, name, key): &(u8, &str, u32)| StreamDto {
            key,
            name: name.to_owned(),
            category: self
                .log
                .category_of_stream(key)
                .map(|c| categories.get(c).to_owned())
                .filter(|c| !c.is_empty()),
            events: self.log.stream_events(key).len() as u32,
        };
        StreamsDto {
            streams: found.iter().skip(from).map(dto).collect(),
            total,
        }
    }

    /// Whether a name the log knows is a stream's. Events without a stream are no stream together, unless all are without.
    pub fn is_stream(&self, name: &str) -> bool {
        !name.is_empty() || self.log.names(LaneBy::Stream).len() == 1
    }

    /// The key of a stream by its full name.
    pub fn stream_key(&self, name: &str) -> Result<u32, SessionError> {
        let key = self.log.names(LaneBy::Stream).key(name);
        if key.is_some() && !self.is_stream(name) {
            let message =
                "events without a stream have no state together: `events -f 'stream == \"\"'` lists them";
            return Err(SessionError::new("no-such-stream", message).with("name", name));
        }
        key.ok_or_else(|| {
            let like = |text: &str| -> Vec<String> {
                self.streams(text, 0, PROPOSED as u32)
                    .streams
                    .into_iter()
                    .map(|s| s.name)
                    .collect()
            };
            let names = self.log.names(LaneBy::Stream).iter().map(|(_, n)| n);
            let near: Vec<String> = nearest(name, names, PROPOSED)
                .into_iter()
                .map(str::to_owned)
                .collect();
            let near = if near.is_empty() { like(name) } else { near };
            let kind = name.char_indices().find(|(_, c)| !c.is_alphanumeric());
            let alike = kind
                .map(|(at, c)| like(&name[..at + c.len_utf8()]))
                .unwrap_or_default();
            let hint = match () {
                () if !near.is_empty() => did_you_mean(&near),
                () if !alike.is_empty() => format!("; there are streams such as {}", alike.join(", ")),
                () => String::new(),
            };
            SessionError::new("no-such-stream", format!("there is no stream {name:?}{hint}"))
                .with("name", name)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use crate::Session;

    #[test]
    fn of_names_that_differ_by_case_alone_the_one_that_is_said_comes_first() {
        let session = Session::new(None, Arc::new(|_| ()));
        let lines: String = ["X-1", "x-1", "x-10", "ax-1"]
            .map(|name| format!("{{\"stream\":\"{name}\",\"type\":\"T\",\"payload\":{{}}}}\n"))
            .concat();
        let opened = session
            .open_lines(Path::new("-"), &mut lines.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        let view = source.view(None).expect("it can be looked at");
        let names = |query: &str| {
            let found = view.streams(query, 0, 9).streams;
            found.into_iter().map(|s| s.name).collect::<Vec<_>>()
        };
        assert_eq!(names("x-1"), ["x-1", "X-1", "x-10", "ax-1"]);
        assert_eq!(names("X-1"), ["X-1", "x-1", "x-10", "ax-1"]);
        assert_eq!(view.streams("x-1", 0, 1).streams[0].name, "x-1");
    }
}
