//! Filter expressions: compiled, and run over a few events.

use std::sync::OnceLock;

use leftfold_event::{Cancel, Progress};
use leftfold_log::{Filter, FilterRun, Log, index};
use leftfold_source::ndjson::{NdjsonStore, from_reader};

/// A little of everything a filter can ask about.
const EVENTS: &str = r#"{"stream":"order-1","version":1,"type":"Placed","time":"2026-11-20T10:00:00Z","payload":{"total":19.90,"n":9007199254740993,"lines":[{"sku":"a"},null]}}
{"stream":"order-1","version":2,"type":"Paid","time":"2026-11-20T10:00:01.5Z","payload":{"amount":"19.90"},"metadata":{"user":"x"},"correlation_id":"c"}
{"stream":"stock-ü","type":"Counted","payload":"text"}
not a line
"#;

fn events() -> &'static (NdjsonStore, Log) {
    static EVENTS_READ: OnceLock<(NdjsonStore, Log)> = OnceLock::new();
    EVENTS_READ.get_or_init(|| {
        let store = from_reader(&mut EVENTS.as_bytes()).expect("lines in memory can be read");
        let (log, end) = index(&store, &Cancel::new(), &Progress::new(), &mut |_| ());
        end.expect("lines in memory can be indexed");
        (store, log)
    })
}

/// Compiles a filter and runs it.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Filter::parse(text) {
        Ok(filter) => {
            assert_eq!(filter.text(), text);
            let (store, log) = events();
            let kept = FilterRun::new(&filter, log)
                .run(store, &Cancel::new(), &Progress::new())
                .expect("events in memory can be read");
            assert!(
                kept.is_sorted() && kept.iter().all(|o| *o < log.events()),
                "{kept:?}"
            );
        }
        Err(e) => {
            assert!(
                e.start <= e.end && e.end <= text.len(),
                "the error lies outside: {e:?}"
            );
            assert!(
                text.is_char_boundary(e.start) && text.is_char_boundary(e.end),
                "the error cuts a character: {e:?}"
            );
            assert!(!e.message.is_empty(), "an error without words");
        }
    }
}
