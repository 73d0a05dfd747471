//! What a terminal or an editor obeys instead of showing.

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

#[cfg(test)]
mod tests {
    use super::is_obeyed;

    #[test]
    fn what_acts_is_told_from_what_is_shown() {
        assert!(
            "\0\t\n\x1b\x7f\u{9b}\u{61c}\u{200f}\u{2028}\u{202a}\u{202e}\u{2066}\u{2069}"
                .chars()
                .all(is_obeyed)
        );
        assert!(!" aé订🦀\u{a0}\u{200d}".chars().any(is_obeyed));
    }
}
