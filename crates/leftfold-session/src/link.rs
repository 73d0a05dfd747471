//! Links to a moment of a history: `leftfold://open?source=…&stream=…&at=…`.
//!
//! | name | what |
//! |---|---|
//! | `source` | a file's path, or `demo:NAME`; always there |
//! | `table` | the history's table, where the file may hold several |
//! | `stream` | the stream that is inspected |
//! | `at` | a point, as `--at` takes it |
//! | `axis` | `time` or `log` |
//! | `filter` | a filter, as `-f` takes it |
//! | `projection` | a projection's name |
//!
//! Values are percent-encoded UTF-8, and `+` is a plus sign. A link holds nothing else: no connection, and so no secret.

use leftfold_event::Point;
use leftfold_event::terminal::is_obeyed;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::dto::{AxisDto, OpenAtStart};
use crate::error::SessionError;

/// What every link begins with.
const START: &str = "leftfold:";

/// What stands between that and the values.
const OPEN: &str = "//open";

/// What stands as itself in a value.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':');

/// A longer link is none that was made here.
const LONGEST: usize = 64 << 10;

/// The names, in the order in which a link is written.
const NAMES: [&str; 7] = ["source", "table", "stream", "at", "axis", "filter", "projection"];

/// Whether a text is meant as a link, right or wrong.
pub fn is_link(text: &str) -> bool {
    text.get(..START.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(START))
}

/// The link that opens something.
pub fn write(open: &OpenAtStart) -> String {
    let axis = open.axis.map(|axis| match axis {
        AxisDto::Time => "time",
        AxisDto::Log => "log",
    });
    let values = [
        Some(open.path.as_str()),
        open.table.as_deref(),
        open.stream.as_deref(),
        open.at.as_deref(),
        axis,
        open.filter.as_deref(),
        open.projection.as_deref(),
    ];
    let said: Vec<String> = NAMES
        .iter()
        .zip(values)
        .filter_map(|(name, value)| Some(format!("{name}={}", utf8_percent_encode(value?, KEPT))))
        .collect();
    format!("{START}{OPEN}?{}", said.join("&"))
}

/// What a link asks to open. What is wrong with one is said with the name it is about, never with a value.
pub fn read(link: &str) -> Result<OpenAtStart, SessionError> {
    let link = link.trim();
    if link.len() > LONGEST {
        return Err(wrong("it is longer than 64 KiB"));
    }
    let rest = link
        .get(START.len()..)
        .filter(|_| is_link(link))
        .ok_or_else(|| wrong("it does not begin with leftfold:"))?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    // A desktop may put a slash behind a host.
    if !place.trim_end_matches('/').eq_ignore_ascii_case(OPEN) {
        return Err(wrong("only leftfold://open?source=… is known"));
    }
    let query = query.split('#').next().unwrap_or_default();
    let mut values: [Option<String>; NAMES.len()] = Default::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(at) = NAMES.iter().position(|known| *known == name) else {
            let known = NAMES.join(", ");
            let shown: String = name.chars().filter(|c| !is_obeyed(*c)).take(40).collect();
            return Err(wrong(&format!("{shown:?} is not known: there are {known}")));
        };
        let name = NAMES[at];
        if values[at].is_some() {
            return Err(wrong(&format!("{name} stands twice")));
        }
        let value = percent_decode_str(value)
            .decode_utf8()
            .map_err(|_| wrong(&format!("{name} is no UTF-8")))?;
        if value.contains('\0') || (name != "filter" && value.contains(char::is_control)) {
            return Err(wrong(&format!("{name} holds control characters")));
        }
        values[at] = Some(value.into_owned());
    }
    let [path, table, stream, at, axis, filter, projection] = values;
    let path = path
        .filter(|p| !p.is_empty())
        .ok_or_else(|| wrong("it names no source"))?;
    if let Some(at) = &at {
        Point::parse(at).map_err(|e| wrong(&format!("at: {e}")))?;
    }
    let axis = match axis.as_deref() {
        None => None,
        Some("time") => Some(AxisDto::Time),
        Some("log") => Some(AxisDto::Log),
        Some(_) => return Err(wrong("axis is neither time nor log")),
    };
    Ok(OpenAtStart {
        path,
        table,
        at,
        stream,
        axis,
        filter,
        projection,
    })
}

fn wrong(why: &str) -> SessionError {
    SessionError::new(
        "link-syntax",
        format!("the link cannot be used: {why}; a link is leftfold://open?source=PATH&stream=NAME&at=POINT"),
    )
    .with("reason", why)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_is_written_in_one_order_with_all_that_could_be_misread_encoded() {
        let open = OpenAtStart {
            path: "/home/ada/my data/shop.db".into(),
            at: Some("#orders[3]@17".into()),
            stream: Some("order-1+1&x=y".into()),
            axis: Some(AxisDto::Time),
            filter: Some("payload.total > 10 && type == \"Paid\"".into()),
            ..OpenAtStart::default()
        };
        let link = write(&open);
        assert_eq!(
            link,
            "leftfold://open?source=/home/ada/my%20data/shop.db&stream=order-1%2B1%26x%3Dy&at=%23orders%5B3%5D%4017&axis=time\
             &filter=payload.total%20%3E%2010%20%26%26%20type%20%3D%3D%20%22Paid%22"
        );
        assert_eq!(read(&link), Ok(open));
    }

    #[test]
    fn what_desktops_make_of_a_link_is_still_read() {
        for link in [
            "LEFTFOLD://open?source=/a.db",
            "leftfold://open/?source=/a.db",
            " leftfold://OPEN?source=/a.db&#top\n",
        ] {
            assert_eq!(read(link).map(|o| o.path), Ok("/a.db".to_owned()), "{link}");
        }
    }

    #[test]
    fn a_bad_link_says_what_is_wrong_and_repeats_no_value() {
        for (link, why) in [
            ("leftfold://open", "names no source"),
            ("leftfold://open?source=", "names no source"),
            ("leftfold://delete?source=/a.db", "only leftfold://open"),
            ("http://open?source=/a.db", "does not begin"),
            ("leftfold://open?source=/a.db&source=/b.db", "source stands twice"),
            (
                "leftfold://open?source=/a.db&colour=hush",
                "\"colour\" is not known",
            ),
            ("leftfold://open?source=/a.db&stream=%ff", "stream is no UTF-8"),
            (
                "leftfold://open?source=/a.db&stream=%1b[2Jhush",
                "control characters",
            ),
            ("leftfold://open?source=/a.db&at=yesterday", "at: "),
            ("leftfold://open?source=/a.db&axis=hush", "neither time nor log"),
        ] {
            let error = read(link).unwrap_err();
            assert_eq!(error.code, "link-syntax");
            assert!(error.message.contains(why), "{link}: {error}");
            assert!(!error.message.contains("hush"), "{link}: {error}");
        }
        assert!(read(&format!("leftfold://open?source=/{}", "a".repeat(70_000))).is_err());
    }

    proptest! {
        #[test]
        fn whatever_a_link_is_made_of_is_read_back(
            path in "[^\\p{C}]{1,40}", stream in proptest::option::of("[^\\p{C}]{0,20}"), filter in proptest::option::of("[^\\x00]{0,40}"),
        ) {
            let open = OpenAtStart { path, stream, filter, axis: Some(AxisDto::Log), ..OpenAtStart::default() };
            prop_assert_eq!(read(&write(&open)), Ok(open));
        }

        #[test]
        fn no_text_makes_a_reader_of_links_fall(text in ".{0,200}") {
            let _ = read(&text);
            let _ = read(&format!("leftfold://open?{text}"));
        }
    }
}
