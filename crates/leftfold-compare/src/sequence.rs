//! Versions that a stream skips, and versions that two of its events claim.

use crate::side::Side;

/// Versions missing between two events of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The stream's key in its side.
    pub stream: u32,
    /// The first version that is missing.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// The event behind the gap, by ordinal.
    pub before: u32,
}

/// Versions that streams skip, stream by stream. The versions before a stream's first event are no gap: a history may begin late. A
/// stream of which some event states no version is passed over.
pub fn gaps(side: &Side) -> Vec<Gap> {
    let mut found = Vec::new();
    let mut versions: Vec<(i64, u32)> = Vec::new();
    for (stream, _) in side.streams().iter() {
        let events = side.stream_events(stream);
        let plain = events
            .windows(2)
            .all(|w| match (side.version(w[0]), side.version(w[1])) {
                (Some(a), Some(b)) => b == a.wrapping_add(1),
                _ => false,
            });
        if plain {
            continue;
        }
        versions.clear();
        versions.extend(events.iter().filter_map(|&o| Some((side.version(o)?, o))));
        if versions.len() < events.len() {
            continue;
        }
        versions.sort_unstable();
        for pair in versions.windows(2) {
            let ((a, _), (b, before)) = (pair[0], pair[1]);
            if b.saturating_sub(a) > 1 {
                found.push(Gap {
                    stream,
                    from: a + 1,
                    to: b - 1,
                    before,
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::side::{Content, Facts, SideBuilder};

    fn side(events: &[(&str, Option<i64>)]) -> Side {
        let mut builder = SideBuilder::default();
        for (stream, version) in events {
            builder.take(&Facts {
                stream,
                kind: "E",
                id: None,
                version: *version,
                time: None,
                lane: 0,
                content: Content::Absent,
            });
        }
        builder.finish()
    }

    #[test]
    fn skipped_versions_are_told_with_the_event_behind_them() {
        let side = side(&[
            ("a", Some(3)),
            ("b", Some(0)),
            ("a", Some(4)),
            ("a", Some(8)),
            ("b", Some(1)),
        ]);
        let found: Vec<_> = gaps(&side)
            .iter()
            .map(|g| (g.stream, g.from, g.to, g.before))
            .collect();
        assert_eq!(found, [(0, 5, 7, 3)]);
    }

    #[test]
    fn disorder_is_no_gap_and_a_stream_without_versions_has_none() {
        assert!(gaps(&side(&[("a", Some(2)), ("a", Some(1)), ("a", Some(3))])).is_empty());
        assert!(gaps(&side(&[("a", Some(1)), ("a", None), ("a", Some(9))])).is_empty());
        assert!(gaps(&side(&[("a", Some(i64::MIN)), ("a", Some(i64::MIN))])).is_empty());
    }
}
