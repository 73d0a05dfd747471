//! Where the members of a JSON object lie in its text, without building them.
//!
//! The scanner is sure or it is not: what it accepts, [`leftfold_event::json::parse`] accepts with the same result;
//! what it is not sure of (escaped keys, surrogates, deep nesting, very long numbers, anything wrong) the caller gives
//! to the parser, which has the last word.

use std::ops::Range;

/// Deeper nesting is left to the parser.
const MAX_DEPTH: u32 = 64;
/// Longer numbers are left to the parser, which has its own limit.
const MAX_NUMBER: usize = 64;

/// What a member's value is, as far as a merge cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Null,
    Object,
    Other,
}

/// One member of the top-level object: its key without quotes and its value, in bytes of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) key: (u32, u32),
    pub(crate) value: (u32, u32),
    pub(crate) shape: Shape,
}

impl Member {
    pub(crate) const fn key_range(&self) -> Range<usize> {
        self.key.0 as usize..self.key.1 as usize
    }

    pub(crate) const fn value_range(&self) -> Range<usize> {
        self.value.0 as usize..self.value.1 as usize
    }
}

/// What the whole text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Top {
    /// An object; its members are in the list, duplicates included.
    Object,
    /// Any other value.
    Other,
}

/// Scans one JSON text. `None`: ask the parser.
pub(crate) fn scan(text: &[u8], members: &mut Vec<Member>) -> Option<Top> {
    members.clear();
    u32::try_from(text.len()).ok()?;
    let mut s = Scanner {
        text,
        at: 0,
        not_ascii: false,
    };
    s.white_space();
    let top = if s.byte()? == b'{' {
        s.members(members)?;
        Top::Object
    } else {
        s.value(0)?;
        Top::Other
    };
    s.white_space();
    // Outside of strings only ASCII is accepted, so the strings are UTF-8 exactly when the whole is.
    let ends = s.at == text.len() && (!s.not_ascii || std::str::from_utf8(text).is_ok());
    ends.then_some(top)
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    not_ascii: bool,
}

impl Scanner<'_> {
    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn white_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        if self.byte()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }

    fn members(&mut self, members: &mut Vec<Member>) -> Option<()> {
        self.at += 1;
        self.white_space();
        if self.byte()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let key = self.key()?;
            self.white_space();
            self.expect(b':')?;
            self.white_space();
            let start = self.at as u32;
            let shape = match self.byte()? {
                b'n' => Shape::Null,
                b'{' => Shape::Object,
                _ => Shape::Other,
            };
            self.value(1)?;
            members.push(Member {
                key,
                value: (start, self.at as u32),
                shape,
            });
            self.white_space();
            let next = self.byte()?;
            self.at += 1;
            match next {
                b',' => self.white_space(),
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A key without escapes, so that its bytes are its text.
    #[inline]
    fn key(&mut self) -> Option<(u32, u32)> {
        self.expect(b'"')?;
        let start = self.at;
        self.plain();
        self.expect(b'"')?;
        Some((start as u32, self.at as u32 - 1))
    }

    /// Skips the bytes that stand for themselves in a string.
    #[inline]
    fn plain(&mut self) {
        let rest = &self.text[self.at..];
        let mut high = 0;
        let mut n = 0;
        // Eight bytes at a time; stops at the first word that holds a quote, a backslash or a control character.
        for chunk in rest.chunks_exact(8) {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            let w = u64::from_le_bytes(word);
            let special = special_bytes(w);
            if special != 0 {
                let before = (special.trailing_zeros() / 8) as usize;
                high |= w & (0x8080_8080_8080_8080 & ((1_u64 << (before * 8)) - 1));
                self.not_ascii |= high != 0;
                self.at += n + before;
                return;
            }
            high |= w & 0x8080_8080_8080_8080;
            n += 8;
        }
        self.not_ascii |= high != 0;
        for &b in &rest[n..] {
            if b < 0x20 || b == b'"' || b == b'\\' {
                break;
            }
            self.not_ascii |= b >= 0x80;
            n += 1;
        }
        self.at += n;
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            self.plain();
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match *self.text.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.text.get(self.at + 2..self.at + 6)?;
                // Surrogates need their other half: left to the parser.
                if !digits.iter().all(u8::is_ascii_hexdigit) || matches!(digits[0], b'd' | b'D') {
                    return None;
                }
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }

    fn value(&mut self, depth: u32) -> Option<()> {
        match self.byte()? {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'{' => self.container(b'}', depth),
            b'[' => self.container(b']', depth),
            _ => None,
        }
    }

    #[inline]
    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.at..]
            .starts_with(word)
            .then(|| self.at += word.len())
    }

    #[inline]
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        if self.byte()? == b'-' {
            self.at += 1;
        }
        if self.byte()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        (self.at - start <= MAX_NUMBER).then_some(())
    }

    fn container(&mut self, close: u8, depth: u32) -> Option<()> {
        if depth >= MAX_DEPTH {
            return None;
        }
        self.at += 1;
        self.white_space();
        if self.byte()? == close {
            self.at += 1;
            return Some(());
        }
        loop {
            if close == b'}' {
                // A key inside may be escaped: nothing here depends on its text.
                if self.byte()? != b'"' {
                    return None;
                }
                self.string()?;
                self.white_space();
                self.expect(b':')?;
                self.white_space();
            }
            self.value(depth + 1)?;
            self.white_space();
            let next = self.byte()?;
            self.at += 1;
            match next {
                b',' => self.white_space(),
                c if c == close => return Some(()),
                _ => return None,
            }
        }
    }
}

/// The high bit of the lowest byte that is a quote, a backslash or below 0x20 (higher bytes may be marked wrongly).
#[inline]
const fn special_bytes(w: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let quote = w ^ (ONES * b'"' as u64);
    let backslash = w ^ (ONES * b'\\' as u64);
    let zero_quote = quote.wrapping_sub(ONES) & !quote;
    let zero_backslash = backslash.wrapping_sub(ONES) & !backslash;
    let control = w.wrapping_sub(ONES * 0x20) & !w;
    (zero_quote | zero_backslash | control) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use leftfold_event::json::{self, Object, Value};
    use proptest::prelude::*;

    /// What the scanner accepts has to be what the parser reads.
    fn check(text: &[u8]) {
        let mut members = Vec::new();
        let parsed = json::parse(text);
        match scan(text, &mut members) {
            None => {}
            Some(Top::Other) => assert!(!matches!(parsed.unwrap(), Value::Object(_))),
            Some(Top::Object) => {
                let member = |m: &Member| {
                    let key = std::str::from_utf8(&text[m.key_range()]).unwrap().to_owned();
                    let value = json::parse(&text[m.value_range()]).unwrap();
                    assert_eq!(m.shape == Shape::Null, value == Value::Null);
                    assert_eq!(m.shape == Shape::Object, matches!(value, Value::Object(_)));
                    (key, value)
                };
                let object: Object = members.iter().map(member).collect();
                assert_eq!(Value::Object(object).to_string(), parsed.unwrap().to_string());
            }
        }
    }

    #[test]
    fn everyday_texts_need_no_parser() {
        for text in [
            "{}",
            " { \"a\" : 1 , \"b\" : [ 1 , {\"x\\n\":null} ] } ",
            r#"{"größe":"10 µm","e":-0.10e+5,"t":true,"f":false,"n":null,"s":"\u00e9\\\""}"#,
            "12",
            "[[],{}]",
        ] {
            assert!(scan(text.as_bytes(), &mut Vec::new()).is_some(), "{text}");
            check(text.as_bytes());
        }
    }

    #[test]
    fn what_is_wrong_or_unusual_is_left_to_the_parser() {
        for text in [
            "",
            "{",
            "{}x",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":+1}",
            "{\"a\" 1}",
            "{\"a\":1,}",
            "{,}",
            "{\"a\":NaN}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\t\"}",
            "{\"\\u0061\":1}",
            "[1,]",
            "tru",
            "nullx",
            "-",
            "{\"a\":nul}",
            "{\"a\":\"",
            "{\"a\":{\"b\":1]}",
            "[1}",
        ] {
            assert_eq!(scan(text.as_bytes(), &mut Vec::new()), None, "{text}");
        }
        assert_eq!(scan(b"{\"a\":\"\xff\"}", &mut Vec::new()), None);
        assert_eq!(scan(&b"[".repeat(100_000), &mut Vec::new()), None);
        assert_eq!(scan("1".repeat(5000).as_bytes(), &mut Vec::new()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn nothing_is_accepted_that_the_parser_refuses(
            text in "[\\{\\}\\[\\]:, \"\\\\a0-2.eE+tnu\u{e9}\\n-]{0,24}",
        ) {
            check(text.as_bytes());
            check(format!("{{\"a\":{text}}}").as_bytes());
            check(format!("{{\"a\":\"{text}\"}}").as_bytes());
        }

        #[test]
        fn a_damaged_text_is_never_accepted_wrongly(at in 0_usize..95, byte in any::<u8>()) {
            let mut text = r#"{"id":"o-1","n":-1.5e3,"l":[1,{"k":"\u00e9\n"},true],"x":null,"y":"größe und mehr","z":{"a":{}}}"#
                .as_bytes().to_vec();
            text[at] = byte;
            check(&text);
        }
    }
}
