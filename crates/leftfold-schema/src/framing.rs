//! The framing of Confluent's schema registry, in front of a payload or in a header beside it.

use std::fmt;

/// What a schema is called by its registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemaId {
    /// Its number, which is this registry's alone.
    Number(u32),
    /// Its GUID, which is the same in every registry.
    Guid(u128),
}

impl fmt::Display for SchemaId {
    /// The number as it is, a GUID as `8-4-4-4-12` hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Guid(guid) => {
                let hex = format!("{guid:032x}");
                let (a, rest) = hex.split_at(8);
                let (b, rest) = rest.split_at(4);
                let (c, rest) = rest.split_at(4);
                let (d, e) = rest.split_at(4);
                write!(f, "{a}-{b}-{c}-{d}-{e}")
            }
        }
    }
}

impl SchemaId {
    /// A GUID as [`SchemaId`] writes it.
    pub fn of_guid(text: &str) -> Option<Self> {
        let hex: String = text.chars().filter(|c| *c != '-').collect();
        let plain = hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let guid = u128::from_str_radix(&hex, 16).ok().filter(|_| plain)?;
        Some(Self::Guid(guid))
    }
}

/// The header that names the schema of a record's key.
pub const KEY_HEADER: &str = "__key_schema_id";

/// The header that names the schema of a record's value.
pub const VALUE_HEADER: &str = "__value_schema_id";

/// The schema that a header names, and what stands behind it: a zero byte and its number in four bytes, or a one and its GUID in sixteen.
/// Of Protobuf the numbers that say which of the file's messages it is come behind.
pub fn of_header(bytes: &[u8]) -> Option<(SchemaId, &[u8])> {
    if let Some((number, rest)) = framed(bytes) {
        return Some((SchemaId::Number(number), rest));
    }
    let (head, rest) = bytes.split_first_chunk::<17>()?;
    let [1, guid @ ..] = head else { return None };
    Some((SchemaId::Guid(u128::from_be_bytes(*guid)), rest))
}

/// The schema's number and what stands behind it, if bytes look framed: a zero byte, then four bytes, the highest first
/// (Confluent's "wire format"). No registry calls a schema 0; what begins with five zero bytes is rather a number.
pub fn framed(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, body) = bytes.split_first_chunk::<5>()?;
    let [0, number @ ..] = head else { return None };
    let number = u32::from_be_bytes(*number);
    (number > 0).then_some((number, body))
}

/// A number of up to 64 bits in sevens, the lowest first, and the rest; `None`: cut short, or too long.
pub(crate) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (i, byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if i == 9 && bits > 1 {
            return None;
        }
        value |= bits << (7 * i);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

/// The signed number that Avro's and Protobuf's zigzag stands for.
pub(crate) fn unzigzag(n: u64) -> i64 {
    (n >> 1).cast_signed() ^ -(n & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_a_number_and_a_body_which_may_be_empty() {
        assert_eq!(framed(b"\0\0\0\x01\x02x"), Some((258, &b"x"[..])));
        assert_eq!(framed(b"\0\xff\xff\xff\xff"), Some((u32::MAX, &b""[..])));
        for other in [&b""[..], b"\0\0\0\x01", b"\x01\0\0\0\x01x", b"{\"a\":1}"] {
            assert_eq!(framed(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_header_names_a_schema_by_number_or_guid() {
        assert_eq!(
            of_header(b"\0\0\0\x01\x02\x02\x02"),
            Some((SchemaId::Number(258), &b"\x02\x02"[..]))
        );
        let bytes = b"\x01\x89\x79\x1b\x62\x00\x34\x4d\x7e\x8f\x11\xa2\xb3\xc4\xd5\xe6\xf7\0";
        let (guid, rest) = of_header(bytes).unwrap();
        assert_eq!(guid.to_string(), "89791b62-0034-4d7e-8f11-a2b3c4d5e6f7");
        assert_eq!(
            (SchemaId::of_guid(&guid.to_string()), rest),
            (Some(guid), &b"\0"[..])
        );
        for other in [&b""[..], b"\0\0\0", b"\x01\x89", b"\x02\0\0\0\0", b"3"] {
            assert_eq!(of_header(other), None, "{other:?}");
        }
        assert_eq!(SchemaId::of_guid("3"), None);
    }

    #[test]
    fn a_varint_is_read_to_64_bits_and_no_further() {
        assert_eq!(varint(b"\x80\x01rest"), Some((128, &b"rest"[..])));
        assert_eq!(
            varint(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            Some((u64::MAX, &b""[..]))
        );
        for bad in [
            &b""[..],
            b"\x80",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            &[0x80; 11],
        ] {
            assert_eq!(varint(bad), None, "{bad:?}");
        }
        assert_eq!([0, 1, 2, 3, u64::MAX].map(unzigzag), [0, -1, 1, -2, i64::MIN]);
    }
}
