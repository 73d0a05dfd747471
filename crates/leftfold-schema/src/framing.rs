//! The framing of Confluent's schema registry.

/// The schema's number and what stands behind it, if bytes look framed: a zero byte, then four bytes, the highest first
/// (Confluent's "wire format").
pub fn framed(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, body) = bytes.split_first_chunk::<5>()?;
    let [0, number @ ..] = head else { return None };
    Some((u32::from_be_bytes(*number), body))
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
