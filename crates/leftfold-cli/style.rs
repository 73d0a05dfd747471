//! Colours and text for a terminal: the terminal's own palette, and nothing in it that the data could turn into commands.

use std::borrow::Cow;

pub(crate) use leftfold_event::terminal::visible as clean;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a piece of text is, so that it looks the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Title,
    Dim,
    Key,
    Text,
    Number,
    Good,
    Bad,
    Notice,
}

/// Colours text, or does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    pub(crate) colour: bool,
}

impl Paint {
    pub(crate) const fn new(colour: bool) -> Self {
        Self { colour }
    }

    pub(crate) fn with(self, tone: Tone, text: &str) -> Cow<'_, str> {
        let code = match tone {
            Tone::Plain => return Cow::Borrowed(text),
            _ if !self.colour || text.is_empty() => return Cow::Borrowed(text),
            Tone::Title => "1",
            Tone::Dim => "2",
            Tone::Key => "34",
            Tone::Text | Tone::Good => "32",
            Tone::Number => "36",
            Tone::Bad => "31",
            Tone::Notice => "33",
        };
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
    }
}

/// A name or, where there is none, a dash.
pub(crate) fn named(name: &str) -> &str {
    if name.is_empty() { "–" } else { name }
}

/// The text, or its beginning and an ellipsis, in at most `room` columns.
pub(crate) fn shorten(text: &str, room: usize) -> Cow<'_, str> {
    if text.width() <= room {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= room
    };
    Cow::Owned(text.chars().take_while(fits).chain(['…']).collect())
}

/// The text in lines of at most `width` columns, broken at blanks; lines after the first are indented. Without a width, one
/// line.
pub(crate) fn wrapped(text: &str, width: Option<usize>, indent: usize) -> String {
    let Some(room) = width.filter(|w| *w > indent + 20) else {
        return text.to_owned();
    };
    let (mut out, mut used) = (String::new(), indent);
    for word in text.split(' ') {
        if used > indent && used + 1 + word.width() > room {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if used > indent {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += word.width();
    }
    out
}

/// A number with a comma between groups of three digits.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 event`, `2 events`.
pub(crate) fn counted(n: u64, what: &str) -> String {
    let plural = match what {
        w if n == 1 => w.to_owned(),
        w if w.ends_with("ry") => format!("{}ies", &w[..w.len() - 1]),
        w => format!("{w}s"),
    };
    format!("{} {plural}", grouped(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_command_the_terminal() {
        assert_eq!(
            clean("a\x1b[31mb\nc\u{9b}d\u{202e}e"),
            "a\\u{1b}[31mb\\nc\\u{9b}d\\u{202e}e"
        );
        assert_eq!(clean("größe 订单 🦀"), "größe 订单 🦀");
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        assert_eq!(shorten("订单订单", 5), "订单…");
        assert_eq!(shorten("订单", 4), "订单");
    }

    #[test]
    fn long_lines_break_at_blanks() {
        let text = "eins zwei drei vier fünf sechs sieben acht";
        assert_eq!(
            wrapped(text, Some(26), 4),
            "eins zwei drei vier\n    fünf sechs sieben acht"
        );
        assert_eq!(wrapped(text, None, 4), text);
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(
            [
                counted(1, "history"),
                counted(2, "history"),
                counted(1_204_331, "event")
            ],
            ["1 history", "2 histories", "1,204,331 events"]
        );
    }
}
