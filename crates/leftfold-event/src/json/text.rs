//! The text of strings, of one-line JSON and of pointers.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Appends a JSON string literal, quotes included. Half of a surrogate pair that was read is written as it was.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut clean = 0;
    for (i, b) in text.bytes().enumerate() {
        let escape = match b {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            // The first byte of a half's mark, and of little else.
            0xf4 => match text.get(i..).and_then(half_at) {
                Some((half, length)) => {
                    out.push_str(&text[clean..i]);
                    clean = i + length;
                    let _ = write!(out, "\\u{half:04x}");
                    continue;
                }
                None => continue,
            },
            _ => continue,
        };
        out.push_str(&text[clean..i]);
        clean = i + 1;
        if escape.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{b:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[clean..]);
    out.push('"');
}

/// A text without the byte order mark that .NET serializers and editors of Windows begin UTF-8 with.
pub fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// A JSON text on one line and without a byte order mark: as it is, or without the white space outside strings if it has line breaks. Keys that stand twice, the
/// order of keys and the spelling of numbers and strings stay. The text is taken to be well-formed.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii();
    if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut inside, mut escaped) = (false, false);
    let kept = text.chars().filter(|c| {
        if inside {
            (inside, escaped) = (escaped || *c != '"', !escaped && *c == '\\');
            return true;
        }
        inside = *c == '"';
        !matches!(c, ' ' | '\t' | '\n' | '\r')
    });
    Cow::Owned(kept.collect())
}

/// A pointer token as RFC 6901 escapes it: `~` is `~0`, `/` is `~1`.
pub fn escape_token(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The key behind an RFC 6901 token.
pub fn unescape_token(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// An array index as RFC 6901 allows it: no sign, no leading zero.
pub fn array_index(token: &str) -> Option<usize> {
    if token.len() > 1 && token.starts_with('0') || !token.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    token.parse().ok()
}

/// What stands in a decoded text before the mark of half a surrogate pair: no text holds it, as it is no character and never will be one.
pub(crate) const HALF: char = '\u{10ffff}';

/// The first of the marks: that of U+D800; there is one for each half.
const MARKS: u32 = 0xe000;

/// The first half there is.
const HALVES: u32 = 0xd800;

/// Half a surrogate pair that is marked where this text begins, and how many bytes the mark takes.
pub(crate) fn half_at(text: &str) -> Option<(u32, usize)> {
    let mark = u32::from(text.strip_prefix(HALF)?.chars().next()?);
    let half = mark.checked_sub(MARKS)? + HALVES;
    // Marks take three bytes.
    (half < 0xe000).then_some((half, HALF.len_utf8() + 3))
}

/// The text with every half of a surrogate pair that stands alone written as a mark, which [`write_string`] writes as that half again; `None`
/// when there is none. With `in_place` it is U+FFFD in as many bytes, so that places in the text stay what they are.
pub(super) fn with_halves_marked(text: &[u8], in_place: bool) -> Option<Vec<u8>> {
    let unit = |at: usize| -> Option<u32> {
        let escape = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let hex = std::str::from_utf8(escape).ok()?;
        u16::from_str_radix(hex, 16).ok().map(u32::from)
    };
    let (mut mended, mut kept, mut at) = (Vec::new(), 0, 0);
    while let Some(found) = memchr::memchr(b'\\', text.get(at..).unwrap_or_default()) {
        at += found;
        match unit(at) {
            Some(0xd800..0xdc00) if matches!(unit(at + 6), Some(0xdc00..0xe000)) => at += 12,
            Some(half @ 0xd800..0xe000) => {
                mended.extend_from_slice(&text[kept..at]);
                at += 6;
                kept = at;
                if in_place {
                    mended.extend_from_slice(b"\\ufffd");
                } else {
                    let mark = char::from_u32(half - HALVES + MARKS).unwrap_or(char::REPLACEMENT_CHARACTER);
                    mended.extend_from_slice(String::from_iter([HALF, mark]).as_bytes());
                }
            }
            Some(_) => at += 6,
            None => at += 2,
        }
    }
    if kept == 0 {
        return None;
    }
    mended.extend_from_slice(&text[kept..]);
    Some(mended)
}
