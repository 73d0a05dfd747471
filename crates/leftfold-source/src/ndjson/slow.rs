//! Takes a line apart whose values the parser has no room for: nested too deep, numbers too long, half surrogates.

use leftfold_event::json::{self, Value};

/// The top-level fields of an object as JSON texts. The values are only told apart, not checked; `None` when the line is no
/// object.
pub(super) fn fields(line: &[u8]) -> Option<Vec<(String, &[u8])>> {
    let mut at = skip_space(line, 0);
    let mut fields = Vec::new();
    if line.get(at) != Some(&b'{') {
        return None;
    }
    at = skip_space(line, at + 1);
    if line.get(at) == Some(&b'}') {
        return (skip_space(line, at + 1) == line.len()).then_some(fields);
    }
    loop {
        let end = string_end(line, at)?;
        let Ok(Value::String(key)) = json::parse(&line[at..end]) else {
            return None;
        };
        at = skip_space(line, end);
        if line.get(at) != Some(&b':') {
            return None;
        }
        let start = skip_space(line, at + 1);
        let end = value_end(line, start)?;
        fields.push((key.to_string(), &line[start..end]));
        at = skip_space(line, end);
        match line.get(at)? {
            b',' => at = skip_space(line, at + 1),
            b'}' => return (skip_space(line, at + 1) == line.len()).then_some(fields),
            _ => return None,
        }
    }
}

fn skip_space(text: &[u8], at: usize) -> usize {
    let space = |b: &&u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    at + text
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take_while(space)
        .count()
}

/// Behind the string that begins here.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    if text.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Behind the value that begins here, however deep it nests.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let mut depth = 0_usize;
    loop {
        match text.get(at)? {
            b'"' => at = string_end(text, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            _ if depth > 0 => at += 1,
            b',' | b':' => return None,
            _ => {
                let inside = |b: &&u8| !matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
                at += text[at..].iter().take_while(inside).count();
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_told_apart_however_deep() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        let line = format!(r#" {{"a": {deep} , "b":"x\"}}" ,"c":1{}}} "#, "0".repeat(5000));
        let found = fields(line.as_bytes()).unwrap_or_default();
        let names: Vec<&str> = found.iter().map(|(k, _)| k.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(found[0].1, deep.as_bytes());
        assert_eq!(found[1].1, br#""x\"}""#);
        assert_eq!(found[2].1.len(), 5001);
    }

    proptest! {
        #[test]
        fn taking_apart_never_panics(text in r#"[{}\[\]",:\\ 1a]{0,40}"#) {
            let _ = fields(text.as_bytes());
        }
    }
}
