//! What a stream lacks: versions that are passed over, and what cannot be read and may be its own.

use std::sync::Arc;

use leftfold_log::{LaneBy, Log};

use super::View;
use crate::dto::ErrorDto;
use crate::source::lock;

/// Gaps named one by one.
const NAMED: usize = 5;

/// Events of which it is not said whether their versions count them.
const FEW: usize = 4;

/// Versions of a stream that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The place in the stream's events of the one behind them.
    before: usize,
    first: i64,
    last: i64,
}

/// The versions missing of a stream; `None`: its versions do not count its events.
pub(crate) type Gaps = Option<Arc<[Gap]>>;

impl View {
    /// What a stream lacks of what its first `included` events should be.
    pub(super) fn missing(&self, stream: u32, included: usize) -> Vec<ErrorDto> {
        let counted = self.gaps(stream);
        let gaps = counted.as_deref().unwrap_or_default();
        let mut found = Vec::new();
        let here = &gaps[..gaps.partition_point(|g| g.before < included)];
        let (late, between) = here.split_at(usize::from(here.first().is_some_and(|g| g.before == 0)));
        if let [gap] = late {
            found.push(ErrorDto {
                code: "version-late-start".to_owned(),
                message: format!(
                    "the stream begins at v{}: what was before is not here",
                    gap.last + 1
                ),
                params: [("version".to_owned(), (gap.last + 1).to_string())].into(),
            });
        }
        if !between.is_empty() {
            let versions = versions(between);
            let are = if between.len() == 1 && between[0].first == between[0].last {
                "is"
            } else {
                "are"
            };
            found.push(ErrorDto {
                code: "version-gap".to_owned(),
                message: format!("{versions} {are} missing"),
                params: [("versions".to_owned(), in_signs(between))].into(),
            });
        }
        if self.source.is_stale() {
            found.push(ErrorDto {
                code: "source-changed".to_owned(),
                message: "the file was written to since it was read: what was changed or deleted may be as it was before or as it is now; \
                          read it again"
                    .to_owned(),
                params: [].into(),
            });
        }
        if self.may_have_lost(stream, included, counted.as_deref()) {
            let lost = self.snapshot.unreadable.iter().filter(|u| u.events > 0);
            found.extend(lost.map(|what| ErrorDto {
                code: "row-unreadable".to_owned(),
                message: format!("of what cannot be read some may be this stream's: {what}"),
                params: [].into(),
            }));
        }
        found
    }

    /// The versions missing of a stream.
    fn gaps(&self, stream: u32) -> Gaps {
        let mut slot = lock(&self.snapshot.gaps);
        if let Some((_, gaps)) = slot.as_ref().filter(|(of, _)| *of == stream) {
            return gaps.clone();
        }
        let gaps: Gaps = gaps_of(&self.log, stream).map(Arc::from);
        *slot = Some((stream, gaps.clone()));
        gaps
    }

    /// Whether something that cannot be read may be of a stream, before what comes behind its first `included` events.
    fn may_have_lost(&self, stream: u32, included: usize, gaps: Option<&[Gap]>) -> bool {
        let log = &self.log;
        let events = log.stream_events(stream);
        if log.names(LaneBy::Stream).get(stream).is_empty() {
            return false;
        }
        let versioned = |i: usize| log.version_in(stream, events[i]).is_some();
        log.problems().iter().any(|&lost| {
            if !is_lost(log, lost) {
                return false;
            }
            let behind = events.partition_point(|o| *o < lost);
            // Between two versions that follow each other there was none.
            let whole = behind < events.len()
                && versioned(behind)
                && (behind == 0 || versioned(behind - 1))
                && gaps.is_some_and(|g| g.binary_search_by_key(&behind, |g| g.before).is_err());
            behind <= included && !whole
        })
    }
}

/// Whether an event of the log stands for rows or lines of which nothing can be read.
fn is_lost(log: &Log, ordinal: u32) -> bool {
    let mut names = [LaneBy::Stream, LaneBy::Type].into_iter();
    names.all(|by| log.names(by).get(log.lane(by, ordinal)).is_empty()) && log.version(ordinal).is_none()
}

fn gaps_of(log: &Log, stream: u32) -> Option<Vec<Gap>> {
    let mut gaps = Vec::new();
    let mut highest: Option<i64> = None;
    let events = log.stream_events(stream);
    for (i, &ordinal) in events.iter().enumerate() {
        let Some(version) = log.version_in(stream, ordinal) else {
            continue;
        };
        // Streams begin at 0 or at 1.
        let next = highest.map_or(1, |h| h.saturating_add(1));
        if version > next {
            gaps.push(Gap {
                before: if highest.is_none() { 0 } else { i },
                first: next,
                last: version - 1,
            });
        }
        highest = Some(highest.map_or(version, |h| h.max(version)));
    }
    // Numbers that mostly do not follow each other count something else than this stream's events.
    let counts = events.len() <= FEW || gaps.len() <= events.len() / 2;
    counts.then_some(gaps)
}

/// The first gaps, each as `v3` or, of several versions, as `v7` and `v9` with `to` between.
fn named(gaps: &[Gap], to: &str) -> Vec<String> {
    let name = |g: &Gap| {
        if g.first == g.last {
            format!("v{}", g.first)
        } else {
            format!("v{}{to}v{}", g.first, g.last)
        }
    };
    gaps.iter().take(NAMED).map(name).collect()
}

/// `v3, v7–v9, …`, which needs no words of any language.
fn in_signs(gaps: &[Gap]) -> String {
    let mut named = named(gaps, "–");
    if gaps.len() > NAMED {
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// `v3, v7 to v9 and 4 more stretches`.
fn versions(gaps: &[Gap]) -> String {
    let mut named = named(gaps, " to ");
    if let Some(more) = gaps.len().checked_sub(NAMED).filter(|n| *n > 0) {
        named.push(format!("{more} more stretches"));
    }
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => named.concat(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;
    use std::sync::Arc;

    use leftfold_event::Cancel;
    use leftfold_log::{Axis, Place};

    use crate::Session;

    /// What the state of stream `a` after the event in line `at` (the last one, if none is given) is told to lack. A line is a version
    /// of `a`, `b` an event of another stream, `?` is no event.
    fn missing(lines: &str, at: Option<u32>) -> Vec<String> {
        let mut text = String::new();
        for line in lines.split(' ') {
            let _ = match line {
                "?" => writeln!(text, "{{\"stream\":"),
                "b" => writeln!(text, "{{\"stream\":\"b\",\"type\":\"T\"}}"),
                v => writeln!(text, "{{\"stream\":\"a\",\"type\":\"T\",\"version\":{v}}}"),
            };
        }
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session
            .open_lines(Path::new("-"), &mut text.as_bytes())
            .expect("lines in memory can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        let view = source.view(None).expect("it can be looked at");
        let ordinal = at.unwrap_or(view.log().events() - 1);
        let place = Place {
            axis: Axis::Log,
            coord: ordinal.into(),
            ordinal: Some(ordinal),
        };
        let stream = view.stream_key("a").expect("it is there");
        let state = view
            .state(stream, &place, None, &Cancel::new())
            .expect("it can be folded");
        state.missing.into_iter().map(|m| m.message).collect()
    }

    #[test]
    fn a_whole_stream_lacks_nothing() {
        assert_eq!(missing("1 2 b 3", None), [""; 0]);
        assert_eq!(missing("0 1 b 2 3", None), [""; 0]);
    }

    #[test]
    fn versions_passed_over_are_told_from_where_they_should_have_been() {
        assert_eq!(missing("1 2 4 5 9 10", None), ["v3 and v6 to v8 are missing"]);
        assert_eq!(missing("1 2 4 5 9 10", Some(2)), ["v3 is missing"]);
        assert_eq!(missing("1 2 4 5 9 10", Some(1)), [""; 0]);
        assert_eq!(
            missing("1 2 2 4", None),
            ["v3 is missing"],
            "a double makes up for none"
        );
        assert_eq!(
            missing("5 6 8", None),
            [
                "the stream begins at v5: what was before is not here",
                "v7 is missing"
            ]
        );
    }

    #[test]
    fn numbers_that_do_not_count_a_streams_events_miss_none() {
        assert_eq!(missing("10 25 31 48 77 90", None), [""; 0]);
    }

    #[test]
    fn what_cannot_be_read_may_be_a_streams_where_its_versions_do_not_exclude_it() {
        let lost = |lines: &str, at: Option<u32>| {
            let told = missing(lines, at);
            told.iter().any(|m| m.starts_with("of what cannot be read"))
        };
        assert!(lost("1 2 ? b", None), "it may have been v3");
        assert!(!lost("1 2 ? 3", None), "v3 follows v2");
        assert!(lost("1 2 ? 4", None));
        assert!(!lost("1 2 ? 4", Some(0)), "it comes later");
        assert!(lost("1 2 ? 4", Some(1)), "it may come before v4");
        assert!(lost("10 25 31 ? 48 77 90", None), "such numbers do not say");
    }

    #[test]
    fn a_file_that_was_written_to_since_it_was_read_is_told() {
        use std::io::Write as _;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.ndjson");
        let line = "{\"stream\":\"a\",\"type\":\"T\",\"version\":1}\n";
        std::fs::write(&path, line).expect("it can be written");
        let session = Session::new(None, Arc::new(|_| ()));
        let opened = session.open(&path, 0, None).expect("it can be opened");
        let source = session.source(opened.id).expect("it is open");
        source.wait_ready(&mut |_| ()).expect("it can be indexed");
        let told = || {
            let view = source.view(None).expect("it can be looked at");
            let stream = view.stream_key("a").expect("it is there");
            let codes = view.missing(stream, 1).into_iter().map(|m| m.code);
            codes.collect::<Vec<_>>()
        };
        assert_eq!(told(), [""; 0]);
        let mut file = std::fs::File::options()
            .append(true)
            .open(&path)
            .expect("it is there");
        file.write_all(line.as_bytes()).expect("it can be written");
        assert_eq!(told(), ["source-changed"]);
    }
}
