//! A filter's text as tokens, for telling what is wrong with it; the parser itself reads the text anew.

/// A piece of a filter's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    /// Where it begins, in bytes.
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    /// A number or a text.
    Literal,
    /// Stands between two values.
    Operator,
    /// `-`: between two values or before one.
    Minus,
    /// `!`: before a value.
    Not,
    /// `(`, `[` or `{`.
    Open,
    Close,
    Dot,
    Comma,
    Question,
    Colon,
}

/// A piece of text that no filter can hold: its length, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: String,
}

/// What is no operator here, and what is.
const INSTEAD: &[(&str, &str)] = &[
    ("===", "=="),
    ("!==", "!="),
    ("<>", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("=~", "matches(\"…\")"),
];

const OPERATORS: &[&str] = &["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "*", "/", "%"];

/// The tokens up to the end or to the first piece that is wrong.
pub(super) fn tokens(text: &str) -> (Vec<Token<'_>>, Option<Wrong>) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        match token(rest, at) {
            Ok((kind, length)) => {
                found.push(Token {
                    kind,
                    text: &rest[..length],
                    start: at,
                });
                at += length;
            }
            Err(wrong) => return (found, Some(wrong)),
        }
    }
    (found, None)
}

/// The kind and length of the token a text begins with; the text stands at `at`.
fn token(rest: &str, at: usize) -> Result<(Kind, usize), Wrong> {
    let wrong = |length: usize, message: String| {
        Err(Wrong {
            start: at,
            end: at + length,
            message,
        })
    };
    if let Some((quote, raw)) = quoted(rest) {
        return string(rest, at, quote, raw).map(|length| (Kind::Literal, length));
    }
    if let Some((found, instead)) = INSTEAD.iter().find(|(wrong, _)| rest.starts_with(wrong)) {
        return wrong(found.len(), format!("write {instead} instead of {found}"));
    }
    if let Some(operator) = OPERATORS.iter().find(|o| rest.starts_with(*o)) {
        return Ok((Kind::Operator, operator.len()));
    }
    let Some(first) = rest.chars().next() else {
        return Ok((Kind::Name, 0));
    };
    let single = |kind| Ok((kind, 1));
    match first {
        '-' => single(Kind::Minus),
        '!' => single(Kind::Not),
        '(' | '[' | '{' => single(Kind::Open),
        ')' | ']' | '}' => single(Kind::Close),
        ',' => single(Kind::Comma),
        '?' => single(Kind::Question),
        ':' => single(Kind::Colon),
        '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => single(Kind::Dot),
        '=' => wrong(1, "write == to compare".to_owned()),
        '&' => wrong(1, "write && for \"and\"".to_owned()),
        '|' => wrong(1, "write || for \"or\"".to_owned()),
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' => wrong(
            first.len_utf8(),
            "a text stands between straight quotes: \"…\" or '…'".to_owned(),
        ),
        c if c.is_ascii_digit() || c == '.' => number(rest, at).map(|length| (Kind::Literal, length)),
        c if c.is_ascii_alphabetic() || c == '_' => {
            let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            Ok((Kind::Name, word.unwrap_or(rest.len())))
        }
        c => wrong(c.len_utf8(), format!("{c:?} means nothing here")),
    }
}

/// The quotes a text begins with and whether its escapes are taken as they stand (`r"…"`).
fn quoted(rest: &str) -> Option<(&str, bool)> {
    let prefix = rest.find(['"', '\'']).filter(|n| *n <= 2)?;
    let letters = rest[..prefix].to_ascii_lowercase();
    if !["", "r", "b", "rb", "br"].contains(&letters.as_str()) {
        return None;
    }
    let quote = &rest[prefix..];
    let length = if quote.starts_with("\"\"\"") || quote.starts_with("'''") {
        3
    } else {
        1
    };
    Some((&quote[..length], letters.contains('r')))
}

fn string(rest: &str, at: usize, quote: &str, raw: bool) -> Result<usize, Wrong> {
    let begin = rest.find(quote).unwrap_or(0) + quote.len();
    let mut i = begin;
    while let Some(c) = rest[i..].chars().next() {
        if rest[i..].starts_with(quote) {
            return Ok(i + quote.len());
        }
        if c == '\n' && quote.len() == 1 {
            break;
        }
        i += c.len_utf8();
        if c != '\\' || raw {
            continue;
        }
        let Some(escaped) = rest[i..].chars().next() else {
            break;
        };
        if !"abfnrtv\\?\"'`xXuU01234567".contains(escaped) {
            return Err(Wrong {
                start: at + i - 1,
                end: at + i + escaped.len_utf8(),
                message: format!(
                    "a text knows no \\{escaped}: write \\\\{escaped}, or r\"…\" for a text taken as it stands"
                ),
            });
        }
        i += escaped.len_utf8();
    }
    Err(Wrong {
        start: at,
        end: at + i,
        message: "the text that begins here has no closing quote".to_owned(),
    })
}

fn number(rest: &str, at: usize) -> Result<usize, Wrong> {
    let bytes = rest.as_bytes();
    let mut end = 0;
    while let Some(b) = bytes.get(end) {
        let in_exponent = end > 0 && bytes[end - 1].eq_ignore_ascii_case(&b'e') && !rest.starts_with("0x");
        let more = b.is_ascii_alphanumeric()
            || *b == b'_'
            || *b == b'.'
            || (matches!(b, b'+' | b'-') && in_exponent);
        if !more {
            break;
        }
        end += 1;
    }
    let text = &rest[..end];
    let digits = text.strip_suffix(['u', 'U']).unwrap_or(text);
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let fits = match hexadecimal {
        Some(hex) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => {
            digits.parse::<f64>().is_ok()
                && !digits.contains(|c: char| c.is_ascii_alphabetic() && !c.eq_ignore_ascii_case(&'e'))
        }
    };
    if fits {
        return Ok(end);
    }
    Err(Wrong {
        start: at,
        end: at + end,
        message: format!("{text} is no number; a time or another text stands between quotes"),
    })
}
