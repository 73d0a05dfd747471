//! What is wrong with a filter that cannot be parsed, in one sentence with its place.

use super::tokens::{Kind, Token, Wrong, tokens};
use super::{FilterError, VARIABLES};

/// What other languages call CEL's operators.
const WORDS: &[(&str, &str)] = &[
    ("and", "&&"),
    ("or", "||"),
    ("not", "!"),
    ("is", "=="),
    ("eq", "=="),
    ("equals", "=="),
    ("like", ".contains(\"…\")"),
    ("contains", ".contains(\"…\")"),
    ("matches", ".matches(\"…\")"),
];

/// Words that CEL keeps for itself.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// What to write instead of a word of another language.
pub(super) fn instead(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    WORDS
        .iter()
        .find(|(w, _)| *w == lower)
        .map(|(_, instead)| *instead)
}

/// The error for a text the parser refused at a byte.
pub(super) fn error(text: &str, refused_at: usize) -> FilterError {
    let (tokens, wrong) = tokens(text);
    let mut walk = Walk::default();
    let found = walk
        .over(&tokens)
        .or(wrong)
        .or_else(|| walk.at_end())
        .or_else(|| has_of_a_name(&tokens))
        .or_else(|| too_large(&tokens));
    let found = found.unwrap_or_else(|| {
        let start = refused_at.min(text.len());
        let length = text[start..].chars().next().map_or(0, char::len_utf8);
        Wrong {
            start,
            end: start + length,
            message: "the filter cannot be read from here on".to_owned(),
        }
    });
    FilterError::at("filter-syntax", text, found.start..found.end, &found.message)
}

/// What an open bracket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Group,
    Call,
    Index,
    List,
    Map,
}

/// A walk over the tokens that knows whether a value or an operator comes next.
#[derive(Default)]
struct Walk<'t> {
    before: Option<Token<'t>>,
    /// Whether a value was read, so that an operator comes next.
    after_value: bool,
    /// The brackets that are open, and the `?` in each that wait for their `:`.
    open: Vec<(Token<'t>, Inside, usize)>,
    /// The `?` outside all brackets.
    asked: usize,
}

impl<'t> Walk<'t> {
    fn over(&mut self, tokens: &[Token<'t>]) -> Option<Wrong> {
        for (i, token) in tokens.iter().enumerate() {
            let next = tokens.get(i + 1);
            if let Some(wrong) = self.step(token, next) {
                return Some(wrong);
            }
            self.before = Some(*token);
        }
        None
    }

    fn step(&mut self, token: &Token<'t>, next: Option<&Token<'t>>) -> Option<Wrong> {
        match token.kind {
            Kind::Name => return self.name(token, next),
            Kind::Literal | Kind::Not if self.after_value => return Some(operator_missing(token)),
            Kind::Literal => self.after_value = true,
            Kind::Not => {}
            Kind::Operator | Kind::Dot if !self.after_value => return Some(self.value_missing(token)),
            Kind::Dot if !next.is_some_and(|n| matches!(n.kind, Kind::Name | Kind::Question)) => {
                return Some(wrong(token, "expected a name after \".\"".to_owned()));
            }
            Kind::Minus | Kind::Operator | Kind::Dot => self.after_value = false,
            Kind::Open => return self.opened(token),
            Kind::Close => return self.closed(token),
            Kind::Comma | Kind::Colon | Kind::Question => return self.divided(token),
        }
        None
    }

    fn name(&mut self, token: &Token<'t>, next: Option<&Token<'t>>) -> Option<Wrong> {
        let after_dot = self.before.is_some_and(|b| b.kind == Kind::Dot);
        let called = next.is_some_and(|n| n.text == "(");
        let word = token.text.to_ascii_lowercase();
        if token.text == "in" && !after_dot {
            if !self.after_value {
                return Some(self.value_missing(token));
            }
            self.after_value = false;
            return None;
        }
        if let Some(instead) = instead(&word)
            && (self.after_value || (!after_dot && !called && matches!(word.as_str(), "and" | "or" | "not")))
        {
            return Some(wrong(token, format!("write {instead} instead of {}", token.text)));
        }
        if self.after_value {
            return Some(operator_missing(token));
        }
        if RESERVED.contains(&token.text) && !after_dot {
            let message = format!("{:?} is a word CEL keeps for itself", token.text);
            return Some(wrong(token, message));
        }
        self.after_value = true;
        None
    }

    fn opened(&mut self, token: &Token<'t>) -> Option<Wrong> {
        let after_name = self.before.is_some_and(|b| b.kind == Kind::Name);
        let inside = match (token.text, self.after_value) {
            ("(", true) if after_name => Inside::Call,
            ("(", false) => Inside::Group,
            ("[", true) => Inside::Index,
            ("[", false) => Inside::List,
            ("{", false) => Inside::Map,
            _ => return Some(operator_missing(token)),
        };
        self.open.push((*token, inside, 0));
        self.after_value = false;
        None
    }

    fn closed(&mut self, token: &Token<'t>) -> Option<Wrong> {
        let Some((opener, inside, asked)) = self.open.pop() else {
            return Some(wrong(token, format!("{:?} closes nothing", token.text)));
        };
        let closer = closer(opener.text);
        if closer != token.text {
            return Some(wrong(
                token,
                format!("expected {closer:?} before {:?}", token.text),
            ));
        }
        let empty = self.before.is_some_and(|b| b.start == opener.start);
        let ends_list = self.before.is_some_and(|b| b.kind == Kind::Comma);
        let may_end = match inside {
            Inside::Group | Inside::Index => false,
            Inside::Call => empty,
            Inside::List | Inside::Map => empty || ends_list,
        };
        if !self.after_value && !may_end {
            return Some(self.value_missing(token));
        }
        if asked > 0 {
            return Some(unanswered(token));
        }
        self.after_value = true;
        None
    }

    fn divided(&mut self, token: &Token<'t>) -> Option<Wrong> {
        // `a.?b` and `a[?b]` ask for what may be missing.
        let optional = self.before.is_some_and(|b| b.kind == Kind::Dot || b.text == "[");
        if token.kind == Kind::Question && optional {
            return None;
        }
        if !self.after_value {
            return Some(self.value_missing(token));
        }
        let inside = self.open.last().map(|(_, inside, _)| *inside);
        let asked = self
            .open
            .last_mut()
            .map_or(&mut self.asked, |(_, _, asked)| asked);
        match token.kind {
            Kind::Question => *asked += 1,
            Kind::Colon if *asked > 0 => *asked -= 1,
            Kind::Colon if inside != Some(Inside::Map) => {
                return Some(wrong(token, "\":\" answers no \"?\"".to_owned()));
            }
            Kind::Comma if matches!(inside, None | Some(Inside::Group | Inside::Index)) => {
                return Some(wrong(
                    token,
                    "a comma means nothing here: join conditions by && or ||".to_owned(),
                ));
            }
            _ => {}
        }
        self.after_value = false;
        None
    }

    /// What is missing where the text ends.
    fn at_end(&self) -> Option<Wrong> {
        let last = self.before.as_ref()?;
        if let Some((opener, ..)) = self.open.last() {
            return Some(wrong(opener, format!("{:?} is never closed", opener.text)));
        }
        if !self.after_value {
            return Some(wrong(last, format!("expected a value after {:?}", last.text)));
        }
        (self.asked > 0).then(|| unanswered(last))
    }

    /// A value is missing before a token.
    fn value_missing(&self, token: &Token<'_>) -> Wrong {
        match &self.before {
            Some(before) => wrong(before, format!("expected a value after {:?}", before.text)),
            None => wrong(token, format!("expected a value before {:?}", token.text)),
        }
    }
}

fn wrong(token: &Token<'_>, message: String) -> Wrong {
    Wrong {
        start: token.start,
        end: token.end(),
        message,
    }
}

fn operator_missing(token: &Token<'_>) -> Wrong {
    let shown = if token.kind == Kind::Literal && token.text.starts_with(['"', '\'']) {
        token.text.to_owned()
    } else {
        format!("{:?}", token.text)
    };
    wrong(
        token,
        format!("expected an operator such as == or && before {shown}"),
    )
}

/// `has(problem)`: only a field can be asked for.
fn has_of_a_name(tokens: &[Token<'_>]) -> Option<Wrong> {
    let [has, _, name, close] = tokens
        .windows(4)
        .find(|w| w[0].text == "has" && w[1].text == "(" && w[2].kind == Kind::Name && w[3].text == ")")?
    else {
        return None;
    };
    let instead = match name.text {
        "problem" => "; problem is true or false by itself: write problem".to_owned(),
        "stream" | "category" | "type" => format!("; write {} != \"\"", name.text),
        "time" => String::new(),
        name if VARIABLES.contains(&name) => format!("; write {name} != null"),
        _ => String::new(),
    };
    Some(Wrong {
        start: has.start,
        end: close.end(),
        message: format!("has asks for a field, as in has(payload.total){instead}"),
    })
}

/// A whole number that needs more than 63 bits.
fn too_large(tokens: &[Token<'_>]) -> Option<Wrong> {
    let large = |token: &&Token<'_>| {
        let digits = token.text.trim_end_matches(['u', 'U']);
        let whole = token.kind == Kind::Literal && digits.bytes().all(|b| b.is_ascii_digit());
        whole && digits.parse::<i64>().is_err()
    };
    let token = tokens.iter().find(large)?;
    let message = if token.text.parse::<u64>().is_ok() {
        format!(
            "a whole number past {} is written with u: {}u",
            i64::MAX,
            token.text
        )
    } else {
        let digits = token.text.trim_end_matches(['u', 'U']);
        format!(
            "a whole number past {} is written as a decimal: {digits}.0",
            u64::MAX
        )
    };
    Some(wrong(token, message))
}

fn unanswered(token: &Token<'_>) -> Wrong {
    wrong(token, "\"?\" needs \":\" and a second value".to_owned())
}

fn closer(opener: &str) -> &'static str {
    match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}
