//! The category in a stream's name: the part shared by its kind.

/// Separators that stand between a kind and an id by themselves, whatever the id looks like: Akka's `Order|1002`,
/// Rails Event Store's `Order$1002`.
const TYPED: &[char] = &['|', '$'];

/// Separators that also stand inside names: what follows them must hold a digit to be an id.
const LOOSE: &[char] = &['/', ':'];

/// Separators that stand inside plain words: what follows them must be nothing but an id.
const STRICT: &[char] = &['_', '.', '#', '@'];

/// The part of a stream's name shared by its kind (`order` in `order-42`); `None` when the name has no such part, as
/// a UUID alone or a word alone has none.
///
/// - A UUID, a number or a long hexadecimal number is an id and no kind.
/// - Before a UUID at the end everything is the kind: `order-line-6f1c0b1e-…` is of `order-line`.
/// - Else the kind is the text before the first `-`, as Message DB and KurrentDB have it.
/// - Without a `-`, other separators count where an id follows: `order/1002`, `order:1002`, `Order|1002`, `order_1002`.
pub fn category_of(stream: &str) -> Option<&str> {
    let name = stream.trim();
    if is_id(name) {
        return None;
    }
    if let Some(kind) = before_uuid(name) {
        return Some(kind).filter(|k| is_kind(k));
    }
    let (head, dashed) = match name.split_once('-') {
        Some((head, _)) => (head, true),
        None => (name, false),
    };
    if let Some((kind, _)) = head
        .split_once(TYPED)
        .filter(|(k, id)| is_kind(k) && (dashed || !id.is_empty()))
    {
        return Some(kind);
    }
    if dashed {
        let inner = before_id(head, &is_id);
        return Some(inner.unwrap_or(head)).filter(|k| is_kind(k));
    }
    before_id(head, &|id| is_id(id) || holds_number(id))
}

/// The text before the last separator that an id follows; `loosely` judges what follows a separator that says much.
fn before_id<'n>(name: &'n str, loosely: &dyn Fn(&str) -> bool) -> Option<&'n str> {
    let cut = |separators: &[char], id: &dyn Fn(&str) -> bool| {
        let (kind, tail) = name.rsplit_once(separators)?;
        (id(tail) && is_kind(kind) && !kind.ends_with(separators)).then_some(kind)
    };
    cut(LOOSE, loosely).or_else(|| cut(STRICT, &is_id))
}

/// The text before a UUID at the end of a name and the separator between them.
fn before_uuid(name: &str) -> Option<&str> {
    for length in [36, 32] {
        let Some(at) = name
            .len()
            .checked_sub(length)
            .filter(|at| name.is_char_boundary(*at))
        else {
            continue;
        };
        let (head, id) = name.split_at(at);
        let separated = head.ends_with(|c: char| c == '-' || [TYPED, LOOSE, STRICT].concat().contains(&c));
        if separated && is_uuid(id) {
            // The separator is one ASCII character.
            return Some(&head[..head.len() - 1]);
        }
    }
    None
}

/// Whether a text can name a kind: it is there, and it is no id.
fn is_kind(text: &str) -> bool {
    !text.is_empty() && !is_id(text)
}

/// Whether a text is nothing but an id: a number, a UUID, a long hexadecimal number, a ULID.
fn is_id(text: &str) -> bool {
    let text = text
        .strip_prefix('{')
        .and_then(|t| t.strip_suffix('}'))
        .unwrap_or(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        // A UUID of letters alone is not to be expected, but no word either.
        return is_uuid(text);
    }
    digits == text.len()
        || is_uuid(text)
        || text.len() >= 8 && text.bytes().all(|b| b.is_ascii_hexdigit())
        || is_ulid(text)
        || is_dashed_number(text)
}

/// `8-4-4-4-12` hexadecimal digits, or 32 in a row.
fn is_uuid(text: &str) -> bool {
    match text.len() {
        32 => text.bytes().all(|b| b.is_ascii_hexdigit()),
        36 => text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        }),
        _ => false,
    }
}

/// 26 characters of Crockford's base 32, the first at most 7.
fn is_ulid(text: &str) -> bool {
    let base_32 =
        |b: u8| b.is_ascii_alphanumeric() && !matches!(b.to_ascii_uppercase(), b'I' | b'L' | b'O' | b'U');
    text.len() == 26 && text.starts_with(|c: char| ('0'..='7').contains(&c)) && text.bytes().all(base_32)
}

/// Numbers with dashes between them: `2026-01-17`, `42-7`.
fn is_dashed_number(text: &str) -> bool {
    text.split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a text holds a digit and is no version of a name (`v2`).
fn holds_number(text: &str) -> bool {
    let version = text
        .strip_prefix(['v', 'V'])
        .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    !version && text.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "6f1c0b1e-0000-4000-8000-0123456789ab";

    #[test]
    fn a_category_is_what_stands_before_the_first_dash() {
        assert_eq!(category_of("order-42-b"), Some("order"));
        assert_eq!(category_of("account:command-123"), Some("account:command"));
        assert_eq!(category_of("shop/order-1"), Some("shop/order"));
        assert_eq!(category_of("$ce-order"), Some("$ce"));
    }

    #[test]
    fn a_name_that_is_an_id_or_a_word_alone_has_no_category() {
        for name in [
            "",
            UUID,
            "6F1C0B1E0000400080000123456789AB",
            "abcdefab-cdef-abcd-efab-cdefabcdefab",
            "1002",
            "2026-01-17",
            "0123abcdef",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "shopping_cart",
            "order",
            "Ordering::Order",
            "user.profile",
            "-42",
            "|42",
        ] {
            assert_eq!(category_of(name), None, "{name}");
        }
        assert_eq!(category_of(&format!("{UUID}/{UUID}")), None);
    }

    #[test]
    fn a_uuid_is_cut_off_whole() {
        for separator in ["-", "/", ":", "|", "_", "$", "."] {
            assert_eq!(
                category_of(&format!("order{separator}{UUID}")),
                Some("order"),
                "{separator}"
            );
        }
        assert_eq!(
            category_of(&format!("shopping-cart-{UUID}")),
            Some("shopping-cart")
        );
        assert_eq!(
            category_of(&format!("Ordering::Order${UUID}")),
            Some("Ordering::Order")
        );
    }

    #[test]
    fn other_separators_count_where_an_id_follows() {
        for name in [
            "order/1002",
            "order:1002",
            "order|1002",
            "order_1002",
            "order/A1002",
            "order|paris",
            "order$7",
        ] {
            assert_eq!(category_of(name), Some("order"), "{name}");
        }
        for name in ["order/paris", "order:v2", "order_v2", "oauth_app2", "order|"] {
            assert_eq!(category_of(name), None, "{name}");
        }
        assert_eq!(category_of("shop/order/1002"), Some("shop/order"));
        assert_eq!(category_of("order/2026-0007"), Some("order"));
    }
}
