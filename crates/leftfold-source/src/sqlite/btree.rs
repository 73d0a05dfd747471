//! The pages of a database file, read past SQLite: only for what its trees no longer lead to.
//! <https://sqlite.org/fileformat2.html> says how they are laid out.

use crate::held::Held;
use std::path::Path;

use rusqlite::types::Value;

/// The largest payload believed: what SQLite reads of ours, too.
const MOST_PAYLOAD: u64 = 512 << 20;

/// How texts are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A database file as numbered pages, from 1.
#[derive(Debug)]
pub(super) struct Pages {
    file: Held,
    size: usize,
    /// Bytes of a page that are in use.
    pub(super) usable: usize,
    /// Pages that are there whole.
    pub(super) count: u32,
    /// Pages the header says there are; 0 where it does not say.
    pub(super) promised: u32,
    /// The first page of the list of free pages, and how many pages are free.
    pub(super) free: (u32, u32),
    /// Whether some pages are maps of the others.
    pub(super) mapped: bool,
    encoding: Encoding,
}

pub(super) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(four))
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    let two: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(usize::from(u16::from_be_bytes(two)))
}

/// SQLite's number of one to nine bytes, and what follows it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (i, &b) in bytes.iter().take(9).enumerate() {
        if i == 8 {
            return Some((value << 8 | u64::from(b), &bytes[9..]));
        }
        value = value << 7 | u64::from(b & 0x7f);
        if b < 0x80 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

impl Pages {
    /// `None`: there is no header to go by.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = Held::open(path).ok()?;
        let mut head = [0_u8; 100];
        file.read_exact(&mut head, 0).ok()?;
        let size = match half(&head, 16)? {
            1 => 65_536,
            n if n >= 512 && n.is_power_of_two() => n,
            _ => return None,
        };
        let usable = size.checked_sub(usize::from(head[20])).filter(|n| *n >= 480)?;
        let count = file.metadata().ok()?.len() / size as u64;
        let promised = if word(&head, 92) == word(&head, 24) {
            word(&head, 28)?
        } else {
            0
        };
        Some(Self {
            file,
            size,
            usable,
            count: u32::try_from(count).ok()?,
            promised,
            free: (word(&head, 32)?, word(&head, 36)?),
            mapped: word(&head, 52)? != 0,
            encoding: match word(&head, 56)? {
                2 => Encoding::Utf16Le,
                3 => Encoding::Utf16Be,
                _ => Encoding::Utf8,
            },
        })
    }

    /// The content of a page; `None`: it is not there, or cannot be read.
    pub(super) fn read<'b>(&self, page: u32, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
        if page == 0 || page > self.count {
            return None;
        }
        buffer.resize(self.size, 0);
        self.file
            .read_exact(buffer, u64::from(page - 1) * self.size as u64)
            .ok()?;
        buffer.get(..self.usable)
    }

    /// The page in which file locks live; nothing else does.
    pub(super) fn lock_page(&self) -> u32 {
        (0x4000_0000 / self.size) as u32 + 1
    }

    /// The pages a payload goes on in, each shown to `visit`. Whether they are as many as it needs, and `visit` agreed to all.
    pub(super) fn chain(&self, cell: &Cell<'_>, visit: &mut dyn FnMut(u32, &[u8]) -> bool) -> bool {
        let mut left = cell.payload.saturating_sub(cell.local.len());
        let mut next = cell.overflow;
        let mut buffer = Vec::new();
        while left > 0 {
            let Some(bytes) = self.read(next, &mut buffer) else {
                return false;
            };
            let part = left.min(self.usable - 4);
            if !visit(next, &bytes[4..4 + part]) {
                return false;
            }
            next = word(bytes, 0).unwrap_or_default();
            left -= part;
        }
        next == 0
    }

    /// The values of a row; `None`: they do not fit together, or their pages do not.
    pub(super) fn values(&self, cell: &Cell<'_>) -> Option<Vec<Value>> {
        let mut whole = cell.local.to_vec();
        let complete = self.chain(cell, &mut |_, bytes| {
            whole.extend_from_slice(bytes);
            true
        });
        if !complete || whole.len() != cell.payload {
            return None;
        }
        let (types, mut body) = serial_types(&whole)?;
        if types.iter().map(|t| t.bytes()).sum::<usize>() != body.len() {
            return None;
        }
        let mut values = Vec::with_capacity(types.len());
        for serial in types {
            let (bytes, rest) = body.split_at_checked(serial.bytes())?;
            values.push(self.value(serial, bytes));
            body = rest;
        }
        Some(values)
    }

    fn value(&self, serial: Serial, bytes: &[u8]) -> Value {
        match serial {
            Serial::Null => Value::Null,
            Serial::Zero => Value::Integer(0),
            Serial::One => Value::Integer(1),
            Serial::Integer(_) => {
                let sign = bytes.first().is_some_and(|b| *b >= 0x80);
                let start = if sign { -1_i64 } else { 0 };
                Value::Integer(bytes.iter().fold(start, |n, b| n << 8 | i64::from(*b)))
            }
            Serial::Real => {
                let bits = bytes.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
                Value::Real(f64::from_bits(bits))
            }
            Serial::Blob(_) => Value::Blob(bytes.to_vec()),
            Serial::Text(_) => self.text(bytes),
        }
    }

    /// What is no text in its encoding comes as the bytes it is.
    fn text(&self, bytes: &[u8]) -> Value {
        let units = |from: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|c| from([c[0], c[1]])).collect();
            String::from_utf16(&units).ok()
        };
        let text = match self.encoding {
            Encoding::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
            Encoding::Utf16Le => units(u16::from_le_bytes),
            Encoding::Utf16Be => units(u16::from_be_bytes),
        };
        text.map_or_else(|| Value::Blob(bytes.to_vec()), Value::Text)
    }
}

/// What a page of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    TableInner,
    TableLeaf,
    IndexInner,
    IndexLeaf,
}

/// An entry of a page. Which of its parts mean something depends on the page's kind.
#[derive(Debug)]
pub(super) struct Cell<'b> {
    /// Of inner pages: the page below.
    pub(super) child: u32,
    /// The row's number; of an inner page: the largest below.
    pub(super) row: i64,
    /// Bytes of the payload, and those of them that stand in this page.
    payload: usize,
    pub(super) local: &'b [u8],
    /// The first further page; 0 when there is none.
    overflow: u32,
}

/// A page whose parts fit together without a byte left over.
#[derive(Debug)]
pub(super) struct Node<'b> {
    pub(super) kind: Kind,
    pub(super) cells: Vec<Cell<'b>>,
    /// Of inner pages: the page below that comes last.
    pub(super) right: u32,
}

/// Reads a page of a tree. `None`: it is none, or not an undamaged one.
pub(super) fn node(bytes: &[u8], is_first: bool) -> Option<Node<'_>> {
    let head = if is_first { 100 } else { 0 };
    let kind = match bytes.get(head)? {
        0x02 => Kind::IndexInner,
        0x05 => Kind::TableInner,
        0x0a => Kind::IndexLeaf,
        0x0d => Kind::TableLeaf,
        _ => return None,
    };
    let inner = matches!(kind, Kind::IndexInner | Kind::TableInner);
    let (free, number) = (half(bytes, head + 1)?, half(bytes, head + 3)?);
    let content = match half(bytes, head + 5)? {
        0 => 65_536,
        n => n,
    };
    let fragments = usize::from(*bytes.get(head + 7)?);
    let array = head + if inner { 12 } else { 8 };
    let array_end = array + 2 * number;
    if array_end > content || content > bytes.len() {
        return None;
    }
    let right = if inner { word(bytes, head + 8)? } else { 0 };
    let mut taken = Vec::with_capacity(number + 4);
    let mut cells = Vec::with_capacity(number);
    for i in 0..number {
        let at = half(bytes, array + 2 * i)?;
        if at < content {
            return None;
        }
        let (cell, len) = cell(bytes.get(at..)?, kind, bytes.len())?;
        taken.push((at, len.max(4)));
        cells.push(cell);
    }
    let mut next = free;
    while next != 0 {
        let (after, len) = (half(bytes, next)?, half(bytes, next + 2)?);
        if next < content || len < 4 || (after != 0 && after <= next) {
            return None;
        }
        taken.push((next, len));
        next = after;
    }
    // Cells, free blocks and fragments fill what is not the gap in the middle, and nothing stands in two of them.
    taken.sort_unstable();
    let used: usize = taken.iter().map(|(_, len)| len).sum();
    let apart = taken.windows(2).all(|w| w[0].0 + w[0].1 <= w[1].0);
    let ends = taken.last().is_none_or(|(at, len)| at + len <= bytes.len());
    if !apart || !ends || used + fragments != bytes.len() - content {
        return None;
    }
    let ascending = match kind {
        Kind::TableInner | Kind::TableLeaf => cells.is_sorted_by(|a, b| a.row < b.row),
        Kind::IndexInner | Kind::IndexLeaf => true,
    };
    ascending.then_some(Node { kind, cells, right })
}

/// One entry, and its length in the page.
fn cell(bytes: &[u8], kind: Kind, usable: usize) -> Option<(Cell<'_>, usize)> {
    let mut rest = bytes;
    let mut cell = Cell {
        child: 0,
        row: 0,
        payload: 0,
        local: &[],
        overflow: 0,
    };
    if matches!(kind, Kind::IndexInner | Kind::TableInner) {
        cell.child = word(rest, 0)?;
        rest = rest.get(4..)?;
    }
    if kind == Kind::TableInner {
        let (row, after) = varint(rest)?;
        cell.row = row.cast_signed();
        return Some((cell, bytes.len() - after.len()));
    }
    let (payload, after) = varint(rest)?;
    rest = after;
    if payload > MOST_PAYLOAD {
        return None;
    }
    cell.payload = payload as usize;
    let most = if kind == Kind::TableLeaf {
        let (row, after) = varint(rest)?;
        cell.row = row.cast_signed();
        rest = after;
        usable - 35
    } else {
        (usable - 12) * 64 / 255 - 23
    };
    let least = (usable - 12) * 32 / 255 - 23;
    let local = if cell.payload <= most {
        cell.payload
    } else {
        let spread = least + (cell.payload - least) % (usable - 4);
        if spread <= most { spread } else { least }
    };
    (cell.local, rest) = rest.split_at_checked(local)?;
    if local < cell.payload {
        cell.overflow = word(rest, 0)?;
        rest = rest.get(4..)?;
    }
    Some((cell, bytes.len() - rest.len()))
}

/// What a value of a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Serial {
    Null,
    Zero,
    One,
    Integer(usize),
    Real,
    Blob(usize),
    Text(usize),
}

impl Serial {
    fn new(number: u64) -> Option<Self> {
        Some(match number {
            0 => Self::Null,
            1..=4 => Self::Integer(number as usize),
            5 => Self::Integer(6),
            6 => Self::Integer(8),
            7 => Self::Real,
            8 => Self::Zero,
            9 => Self::One,
            10 | 11 => return None,
            n if n / 2 > MOST_PAYLOAD => return None,
            n if n % 2 == 0 => Self::Blob((n as usize - 12) / 2),
            n => Self::Text((n as usize - 13) / 2),
        })
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Null | Self::Zero | Self::One => 0,
            Self::Integer(n) | Self::Blob(n) | Self::Text(n) => n,
            Self::Real => 8,
        }
    }
}

/// The kinds of a record's values, and its values' bytes; `None` where it begins otherwise than a record does.
pub(super) fn serial_types(record: &[u8]) -> Option<(Vec<Serial>, &[u8])> {
    let (length, after) = varint(record)?;
    let length = usize::try_from(length).ok()?;
    let before = record.len() - after.len();
    let mut head = after.get(..length.checked_sub(before)?)?;
    let mut types = Vec::new();
    while !head.is_empty() {
        let (number, rest) = varint(head)?;
        types.push(Serial::new(number)?);
        head = rest;
    }
    Some((types, &record[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_are_read() {
        for (bytes, number) in [
            (&[0x00][..], 0),
            (&[0x7f], 127),
            (&[0x81, 0x00], 128),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], u64::MAX),
        ] {
            assert_eq!(varint(bytes), Some((number, &[][..])));
            assert_eq!(varint(&bytes[..bytes.len() - 1]), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_fall(mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 512..1024), kind in 0..4_usize) {
            bytes[0] = [0x02, 0x05, 0x0a, 0x0d][kind];
            let _ = node(&bytes, false);
            let _ = node(&bytes, true);
            let _ = serial_types(&bytes);
        }
    }
}
