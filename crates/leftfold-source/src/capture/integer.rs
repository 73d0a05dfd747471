//! Whole numbers as Kafka's own serialisers write them: 4 or 8 bytes, the highest first.

use super::decoders::ReadAs;

/// Keys looked at before something is said of them.
const ENOUGH: usize = 3;

/// What bytes say as such a number, or why they say none.
pub(super) fn integer(read_as: ReadAs, bytes: &[u8]) -> Result<i64, String> {
    let (wanted, read) = match read_as {
        ReadAs::Int => (4, bytes.try_into().ok().map(|b| i64::from(i32::from_be_bytes(b)))),
        _ => (8, bytes.try_into().ok().map(i64::from_be_bytes)),
    };
    read.ok_or_else(|| {
        let has = bytes.len();
        format!("no {}: it has {has} bytes, not {wanted}", read_as.name())
    })
}

/// What keys look like that nobody said how to read: small numbers that are not negative, all of one length, and different ones. Text does not
/// begin with zero bytes, and no registry gives a schema the number 0, which is what the frame of such an 8-byte key would name.
pub fn keys_like_integers<'k>(keys: impl Iterator<Item = &'k [u8]>) -> Option<ReadAs> {
    let mut different: Vec<&[u8]> = Vec::new();
    for key in keys {
        if !different.contains(&key) && different.len() < ENOUGH {
            different.push(key);
        }
        let like = match key.len() {
            4 => key.starts_with(&[0]),
            8 => key.starts_with(&[0; 5]),
            _ => false,
        };
        if !like || different.first().is_some_and(|first| first.len() != key.len()) {
            return None;
        }
    }
    let first = different.first().filter(|_| different.len() >= ENOUGH)?;
    Some(if first.len() == 4 {
        ReadAs::Int
    } else {
        ReadAs::Long
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_javas_serialisers() {
        assert_eq!(integer(ReadAs::Int, &42_i32.to_be_bytes()), Ok(42));
        assert_eq!(integer(ReadAs::Int, &(-1_i32).to_be_bytes()), Ok(-1));
        assert_eq!(integer(ReadAs::Long, &i64::MIN.to_be_bytes()), Ok(i64::MIN));
        assert_eq!(
            integer(ReadAs::Long, b"1234"),
            Err("no long: it has 4 bytes, not 8".to_owned())
        );
        assert!(integer(ReadAs::Int, b"").is_err());
    }

    #[test]
    fn only_keys_that_are_hardly_anything_else_look_like_numbers() {
        let like = |keys: &[&[u8]]| keys_like_integers(keys.iter().copied());
        let long = |n: i64| n.to_be_bytes();
        assert_eq!(like(&[&long(1), &long(70_000), &long(3)]), Some(ReadAs::Long));
        assert_eq!(
            like(&[&[0, 0, 0, 1], &[0, 0, 1, 2], &[0, 9, 9, 9]]),
            Some(ReadAs::Int)
        );
        // Too few, text, a frame of a registry, two lengths, one that is none.
        assert_eq!(like(&[&long(1), &long(2), &long(2)]), None);
        assert_eq!(like(&[b"abcd", b"abce", b"abcf"]), None);
        assert_eq!(
            like(&[b"\0\0\0\0\x07abc", b"\0\0\0\0\x07abd", b"\0\0\0\0\x07abe"]),
            None
        );
        assert_eq!(like(&[&long(1), &long(2), &[0, 0, 0, 1]]), None);
        assert_eq!(like(&[&long(1), &long(2), &long(3), b"other"]), None);
        assert_eq!(like(&[]), None);
    }
}
