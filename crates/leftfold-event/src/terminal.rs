//! What a terminal or an editor obeys instead of showing.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::json::{HALF, half_at};

/// Whether a character does something where it is printed: control characters (C0, DEL, C1), line and paragraph separators,
/// and what changes the direction of the text after it (Unicode Annex 9).
pub const fn is_obeyed(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// The text with what a terminal would obey (control characters, changes of direction) and what has no picture (half a surrogate pair)
/// written as escapes.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| c == HALF || is_obeyed(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut behind = 0;
    for (at, c) in text.char_indices() {
        if at < behind {
            continue;
        }
        match c {
            HALF if let Some((half, length)) = text.get(at..).and_then(half_at) => {
                let _ = write!(out, "\\u{half:04x}");
                behind = at + length;
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_obeyed(c) => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{is_obeyed, visible};
    use crate::json::parse;

    #[test]
    fn what_acts_is_told_from_what_is_shown() {
        assert!(
            "\0\t\n\x1b\x7f\u{9b}\u{61c}\u{200f}\u{2028}\u{202a}\u{202e}\u{2066}\u{2069}"
                .chars()
                .all(is_obeyed)
        );
        assert!(!" aé订🦀\u{a0}\u{200d}".chars().any(is_obeyed));
    }

    #[test]
    fn halves_of_surrogate_pairs_are_told_apart() {
        let shown = |json: &str| {
            let text = parse(json.as_bytes()).unwrap();
            visible(text.as_str().unwrap()).into_owned()
        };
        assert_eq!(shown(r#""order-\ud800""#), r"order-\ud800");
        assert_eq!(shown(r#""order-\udfff!""#), r"order-\udfff!");
        assert_eq!(shown(r#""\ud83e\udd80""#), "🦀");
        assert_eq!(visible("\u{10ffff}"), "\u{10ffff}");
    }
}
