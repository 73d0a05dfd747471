//! Takes compression off.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

/// The most one payload may become; a bomb stops here.
const MOST: u64 = 256 << 20;

/// The bytes under zlib (`78 01|5e|9c|da`) or gzip (`1f 8b`), and which it was; `None` when it is neither or broken.
pub fn unpack(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    let mut out = Vec::new();
    match bytes {
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            ZlibDecoder::new(bytes).take(MOST).read_to_end(&mut out).ok()?;
            Some((out, "zlib"))
        }
        [0x1f, 0x8b, ..] => {
            GzDecoder::new(bytes).take(MOST).read_to_end(&mut out).ok()?;
            Some((out, "gzip"))
        }
        _ => None,
    }
}
