//! An NDJSON file, or lines that were piped in, as an event history.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bumpalo::Bump;
use leftfold_event::{Cancel, Event, Locator};

use super::line::{Fields, parse_line};
use crate::spool::Spool;
use crate::{
    Certainty, EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo,
    Unreadable,
};

/// Lines between two looks at the cancel flag.
const CANCEL_EVERY: u64 = 512;

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

/// An NDJSON file, or lines that were piped in, as an event history. An event's locator is its line's byte offset.
pub struct NdjsonStore {
    lines: Lines,
    info: StoreInfo,
}

enum Lines {
    File(PathBuf),
    /// Lines that could be read only once, under the name they go by.
    Spool(Spool, PathBuf),
}

trait Source: BufRead + Seek {}
impl<T: BufRead + Seek> Source for T {}

/// All lines of a reader, kept in a temporary file without a name.
pub fn from_reader(reader: &mut dyn Read) -> Result<NdjsonStore, SourceError> {
    let name = Path::new("-");
    let spool = Spool::fill(name, reader, &Cancel::new(), &mut |_| ())?;
    Ok(NdjsonStore::of_spool(spool, name))
}

fn info() -> StoreInfo {
    StoreInfo {
        dialect: "ndjson".to_owned(),
        title: "NDJSON".to_owned(),
        certainty: Certainty::Certain,
        reasons: vec!["every line is a JSON object".to_owned()],
        tables: Vec::new(),
        notes: vec!["Events stand in the order of their lines.".to_owned()],
        warnings: Vec::new(),
        has_time: true,
        has_global_order: true,
        time_digits: None,
    }
}

impl NdjsonStore {
    /// The lines of a file. Nothing is read yet.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let store = Self {
            lines: Lines::File(path.to_owned()),
            info: info(),
        };
        store.source()?;
        Ok(store)
    }

    /// Lines that were piped in, under the name they go by.
    pub(crate) fn of_spool(spool: Spool, name: &Path) -> Self {
        Self {
            lines: Lines::Spool(spool, name.to_owned()),
            info: info(),
        }
    }

    fn path(&self) -> PathBuf {
        match &self.lines {
            Lines::File(path) | Lines::Spool(_, path) => path.clone(),
        }
    }

    fn error(&self, e: &std::io::Error) -> SourceError {
        SourceError::Read {
            path: self.path(),
            reason: e.to_string(),
        }
    }

    fn source(&self) -> Result<Box<dyn Source + '_>, SourceError> {
        match &self.lines {
            Lines::File(path) => {
                let file = File::open(path).map_err(|e| SourceError::Unopenable {
                    path: path.clone(),
                    reason: e.to_string(),
                })?;
                Ok(Box::new(BufReader::with_capacity(BUFFER, file)))
            }
            Lines::Spool(spool, _) => Ok(Box::new(BufReader::with_capacity(BUFFER, spool.reader()))),
        }
    }

    /// Visits the lines at these offsets, in the slice's order.
    fn each_line(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Option<&[u8]>),
    ) -> Result<(), SourceError> {
        let mut source = self.source()?;
        let mut here = 0_u64;
        let mut line = Vec::new();
        for (i, locator) in locators.iter().enumerate() {
            if (i as u64).is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            let Ok(offset) = u64::try_from(locator.row) else {
                visit(i, None);
                continue;
            };
            if offset != here {
                skip_to(&mut *source, here, offset).map_err(|e| self.error(&e))?;
            }
            line.clear();
            let n = source.read_until(b'\n', &mut line).map_err(|e| self.error(&e))?;
            here = offset + n as u64;
            visit(i, Some(strip(&line)).filter(|l| !l.is_empty()));
        }
        Ok(())
    }
}

/// Moves on within the buffer where that is possible.
fn skip_to(source: &mut dyn Source, here: u64, offset: u64) -> std::io::Result<()> {
    if offset > here && offset - here < BUFFER as u64 {
        let mut left = (offset - here) as usize;
        while left > 0 {
            let n = source.fill_buf()?.len().min(left);
            if n == 0 {
                return Ok(());
            }
            source.consume(n);
            left -= n;
        }
        return Ok(());
    }
    source.seek(SeekFrom::Start(offset)).map(|_| ())
}

/// A line without its break and a byte order mark.
fn strip(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii()
}

impl EventStore for NdjsonStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        match &self.lines {
            Lines::Spool(spool, _) => Ok(Identity {
                path: None,
                fingerprint: format!("piped in, {} bytes", spool.len()),
            }),
            Lines::File(path) => {
                let meta = std::fs::metadata(path).map_err(|e| self.error(&e))?;
                let modified = meta
                    .modified()
                    .ok()
                    .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
                let fingerprint = format!("{} {}", meta.len(), modified.map_or(0, |d| d.as_nanos()));
                Ok(Identity {
                    path: Some(path.clone()),
                    fingerprint,
                })
            }
        }
    }

    fn estimate(&self) -> Option<u64> {
        None
    }

    fn scan(&self, sink: &mut dyn HeaderSink, cancel: &Cancel) -> Result<ScanSummary, SourceError> {
        let mut source = self.source()?;
        let mut summary = ScanSummary {
            complete: true,
            ..ScanSummary::default()
        };
        let mut line = Vec::new();
        let mut bump = Bump::new();
        let mut offset = 0_i64;
        let mut lines = 0_u64;
        let mut broken = BrokenLines::default();
        loop {
            line.clear();
            let n = source.read_until(b'\n', &mut line).map_err(|e| self.error(&e))?;
            if n == 0 {
                break;
            }
            let locator = Locator { row: offset, item: 0 };
            offset += n as i64;
            lines += 1;
            if lines.is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled() {
                summary.complete = false;
                break;
            }
            let text = strip(&line);
            if text.is_empty() {
                continue;
            }
            let flow = match Fields::read(text) {
                Ok(fields) => push(sink, &fields, locator, &bump),
                Err(why) => {
                    broken.push(lines, why);
                    sink.push(&Header {
                        problem: true,
                        ..Header::at(locator)
                    })
                }
            };
            summary.events += 1;
            bump.reset();
            if flow.is_break() {
                summary.complete = false;
                break;
            }
        }
        summary.unreadable.extend(broken.summary());
        Ok(summary)
    }

    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        self.each_line(locators, cancel, &mut |i, line| {
            visit(i, parse_line(line.unwrap_or_default()));
        })
    }

    fn fetch_raw(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, &str, RawPayload<'_>),
    ) -> Result<(), SourceError> {
        self.each_line(locators, cancel, &mut |i, line| {
            let bump = Bump::new();
            match line.and_then(|l| Fields::read(l).ok()) {
                Some(fields) => {
                    let kind = fields.kind(&bump);
                    let payload = match fields.plain_payload() {
                        Ok(Some(json)) => RawPayload::Json(json),
                        Ok(None) => RawPayload::Absent,
                        Err(()) => RawPayload::Other,
                    };
                    visit(i, kind, payload);
                }
                None => visit(i, "", RawPayload::Other),
            }
        })
    }
}

/// Lines that are no events.
#[derive(Default)]
struct BrokenLines {
    count: u64,
    first: Option<(u64, String)>,
    last: u64,
}

impl BrokenLines {
    fn push(&mut self, line: u64, why: String) {
        self.count += 1;
        self.first.get_or_insert((line, why));
        self.last = line;
    }

    fn summary(self) -> Option<Unreadable> {
        let (first, why) = self.first?;
        let message = match self.count {
            1 => format!("line {first} is no event: {why}"),
            n => format!(
                "{n} lines are no events; the first is line {first} ({why}), the last line {}",
                self.last
            ),
        };
        Some(Unreadable {
            message,
            rows: self.count,
            events: self.count,
        })
    }
}

fn push<'l>(
    sink: &mut dyn HeaderSink,
    fields: &Fields<'l>,
    locator: Locator,
    bump: &'l Bump,
) -> std::ops::ControlFlow<()> {
    let time = fields.time(bump);
    let also_in = fields.also_in(bump);
    let (stream, kind) = (fields.stream(bump), fields.kind(bump));
    sink.push(&Header {
        locator,
        stream,
        category: fields.category(bump),
        kind,
        version: fields.version(bump),
        position: fields.position_number(bump),
        time: time.as_ref().ok().and_then(|t| t.map(|(t, _)| t)),
        valid_time: fields.valid_time(bump),
        also_in: &also_in,
        problem: time.is_err(),
    })
}
