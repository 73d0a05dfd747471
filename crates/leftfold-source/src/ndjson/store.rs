//! An NDJSON file, or lines that were piped in, as an event history.

use std::fs::File;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bumpalo::Bump;
use leftfold_event::{Cancel, Event, Locator};

use super::line::{Fields, parse_line};
use super::mapped::LineMapping;
use crate::capture::Mark;
use crate::cell::Cell;
use crate::decode::Pointer;
use crate::dialect::mapping_by_guess;
use crate::mapping::Mapping;
use crate::shape::{ColumnShape, RowKey, Sample, TableShape};
use crate::spool::Spool;
use crate::{
    Certainty, EventStore, Header, HeaderSink, Identity, RawPayload, ScanSummary, SourceError, StoreInfo,
    Unreadable,
};

/// Lines between two looks at the cancel flag.
const CANCEL_EVERY: u64 = 512;

/// Lines looked at to tell what they are, and the most bytes of them.
const SAMPLED_LINES: usize = 64;
const SAMPLED_BYTES: u64 = 1 << 20;

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

/// An NDJSON file, or lines that were piped in, as an event history. An event's locator is its line's byte offset.
pub struct NdjsonStore {
    lines: Lines,
    info: StoreInfo,
    /// How lines are read; `None`: as the envelope, as kcat's records, or whole.
    mapping: Option<LineMapping>,
    /// Where the lines are foreign: a mapping to start from.
    start: Option<Mapping>,
}

#[derive(Clone)]
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
    NdjsonStore::of_spool(spool, name)
}

/// What is said where JSON seems to be written over several lines.
const SPREAD: &str = "It looks like JSON written over several lines: `jq -c .` writes one value a line.";

/// What is said of lines of this form.
fn info(form: Form) -> StoreInfo {
    let (title, certainty, reason) = match form {
        Form::Envelope => ("NDJSON", Certainty::Certain, "every line is a JSON object"),
        Form::Broken => (
            "NDJSON",
            Certainty::Likely,
            "some of the first lines are no JSON objects",
        ),
        Form::Hopeless => (
            "NDJSON",
            Certainty::Guess,
            "none of the first lines is a JSON object",
        ),
        Form::Empty => ("NDJSON", Certainty::Likely, "it is empty: there is not one line"),
        Form::Foreign => (
            "NDJSON (foreign lines)",
            Certainty::Guess,
            "the lines have none of the keys stream, type and payload: each is taken whole as the payload",
        ),
        Form::Mapped => (
            "Your mapping of the lines",
            Certainty::Certain,
            "the mapping says so",
        ),
    };
    StoreInfo {
        dialect: if form == Form::Mapped { "mapping" } else { "ndjson" }.to_owned(),
        title: title.to_owned(),
        certainty,
        reasons: vec![reason.to_owned()],
        tables: Vec::new(),
        notes: vec!["Events stand in the order of their lines.".to_owned()],
        warnings: Vec::new(),
        has_time: true,
        has_global_order: true,
        time_digits: None,
    }
}

/// What the first lines look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Envelope,
    Foreign,
    /// Some lines are objects.
    Broken,
    /// No line is one.
    Hopeless,
    Empty,
    Mapped,
}

impl NdjsonStore {
    /// The lines of a file. Only the first are looked at.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        Self::new(Lines::File(path.to_owned()))
    }

    /// Lines that were piped in, under the name they go by.
    pub(crate) fn of_spool(spool: Spool, name: &Path) -> Result<Self, SourceError> {
        Self::new(Lines::Spool(spool, name.to_owned()))
    }

    fn new(lines: Lines) -> Result<Self, SourceError> {
        let mut store = Self {
            lines,
            info: info(Form::Envelope),
            mapping: None,
            start: None,
        };
        let mut sampled: Vec<Vec<u8>> = Vec::new();
        let mut source = store.source()?;
        let mut line = Vec::new();
        let mut left = SAMPLED_BYTES;
        while sampled.len() < SAMPLED_LINES && left > 0 {
            line.clear();
            let n = (&mut source)
                .take(left)
                .read_until(b'\n', &mut line)
                .map_err(|e| store.error(&e))?;
            if n == 0 {
                break;
            }
            left -= n as u64;
            let text = strip(&line);
            if !text.is_empty() {
                sampled.push(text.to_vec());
            }
        }
        drop(source);
        if sampled.is_empty() {
            store.info = info(Form::Empty);
            return Ok(store);
        }
        let objects: Vec<Fields<'_>> = sampled.iter().filter_map(|l| Fields::read(l).ok()).collect();
        let foreign = objects.iter().filter(|f| f.is_foreign()).count();
        if foreign * 2 > objects.len() {
            store.info = info(Form::Foreign);
            store.start = Some(start_of_mapping(&objects));
        } else if objects.is_empty() {
            store.info = info(Form::Hopeless);
            let opens = |line: &Vec<u8>| matches!(line.trim_ascii(), b"{" | b"[");
            if sampled.first().is_some_and(opens) {
                store.info.notes.push(SPREAD.to_owned());
            }
        } else if objects.len() < sampled.len() {
            store.info = info(Form::Broken);
        }
        Ok(store)
    }

    /// The same lines, read through a mapping.
    pub(crate) fn mapped(&self, mapping: &Mapping) -> Result<Self, SourceError> {
        Ok(Self {
            lines: self.lines.clone(),
            info: StoreInfo {
                has_time: mapping.time.is_some(),
                ..info(Form::Mapped)
            },
            mapping: Some(LineMapping::new(mapping)?),
            start: None,
        })
    }

    /// Where the lines are foreign: a mapping to start from.
    pub(crate) fn start_of_mapping(&self) -> Option<&Mapping> {
        self.start.as_ref()
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

    /// Hands on the lines from an offset on, which the source stands at; of a line without its break only where `only_whole` is not asked for.
    /// Also says where the last of them ends.
    fn scan_from(
        &self,
        source: &mut dyn Source,
        from: u64,
        only_whole: bool,
        sink: &mut dyn HeaderSink,
        cancel: &Cancel,
    ) -> Result<(ScanSummary, u64), SourceError> {
        let mut summary = ScanSummary {
            complete: true,
            ..ScanSummary::default()
        };
        let mut line = Vec::new();
        let mut bump = Bump::new();
        let mut offset = from as i64;
        let mut lines = 0_u64;
        let mut broken = BrokenLines::default();
        loop {
            line.clear();
            let n = source.read_until(b'\n', &mut line).map_err(|e| self.error(&e))?;
            if n == 0 || only_whole && line.last() != Some(&b'\n') {
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
                Ok(fields) => match &self.mapping {
                    None => push(sink, &fields, locator, &bump),
                    Some(mapping) => {
                        if !mapping.takes(&fields, &bump) {
                            continue;
                        }
                        let mut also = Vec::new();
                        let header = mapping.header(&fields, &bump, &mut also);
                        sink.push(&Header { locator, ..header })
                    }
                },
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
        Ok((summary, offset as u64))
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

/// Bytes before a place that tell whether it is still the same file.
const BEFORE: u64 = 4096;

/// A digest of the bytes before a place, which the source stands at afterwards; `None`: it is shorter.
fn before(source: &mut dyn Source, end: u64) -> std::io::Result<Option<u64>> {
    let from = end.saturating_sub(BEFORE);
    source.seek(SeekFrom::Start(from))?;
    let mut bytes = vec![0; (end - from) as usize];
    match source.read_exact(&mut bytes) {
        Ok(()) => {
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes);
            Ok(Some(hasher.finish()))
        }
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(e),
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

/// Which file it is and when it was last written or put in its place, which nobody sets: a modification time can be kept by who changes a
/// file, and its length may be as before.
#[cfg(unix)]
fn written(meta: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!(
        "{}:{} {}.{}",
        meta.dev(),
        meta.ino(),
        meta.ctime(),
        meta.ctime_nsec()
    )
}

#[cfg(not(unix))]
fn written(_: &std::fs::Metadata) -> String {
    String::new()
}

impl EventStore for NdjsonStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn identity(&self) -> Result<Identity, SourceError> {
        let mapping = self.mapping.as_ref().map_or("", |m| &m.text);
        match &self.lines {
            Lines::Spool(spool, _) => Ok(Identity {
                path: None,
                fingerprint: format!("piped in, {} bytes {mapping}", spool.len()),
            }),
            Lines::File(path) => {
                let meta = std::fs::metadata(path).map_err(|e| self.error(&e))?;
                let modified = meta
                    .modified()
                    .ok()
                    .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
                let nanos = modified.map_or(0, |d| d.as_nanos());
                let fingerprint = format!("{} {nanos} {} {mapping}", meta.len(), written(&meta));
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
        Ok(self.scan_from(&mut *self.source()?, 0, false, sink, cancel)?.0)
    }

    /// Whole lines behind the place of the mark, or all of them. A line counts once its break is there.
    fn scan_since(
        &self,
        since: &Mark,
        sink: &mut dyn HeaderSink,
        cancel: &Cancel,
    ) -> Result<Option<ScanSummary>, SourceError> {
        let mut source = self.source()?;
        let from = match since.lines() {
            None => 0,
            Some((end, digest)) => {
                // What lies before the place may be another text by now.
                if before(&mut *source, end).map_err(|e| self.error(&e))? != Some(digest) {
                    return Ok(None);
                }
                end
            }
        };
        let (mut summary, end) = self.scan_from(&mut *source, from, true, sink, cancel)?;
        if summary.complete {
            let digest = before(&mut *source, end).map_err(|e| self.error(&e))?;
            summary.mark = digest.map(|digest| Mark::of_lines(end, digest));
        }
        Ok(Some(summary))
    }

    fn line_numbers(&self, locators: &[Locator], cancel: &Cancel) -> Result<Option<Vec<u64>>, SourceError> {
        let mut source = self.source()?;
        let mut numbers = Vec::with_capacity(locators.len());
        let mut line = Vec::new();
        let (mut offset, mut number) = (0_i64, 1_u64);
        for locator in locators {
            while offset < locator.row {
                line.clear();
                let n = source.read_until(b'\n', &mut line).map_err(|e| self.error(&e))?;
                if n == 0 {
                    break;
                }
                offset += n as i64;
                number += 1;
                if number.is_multiple_of(CANCEL_EVERY) && cancel.is_cancelled() {
                    return Err(SourceError::Cancelled);
                }
            }
            numbers.push(number);
        }
        Ok(Some(numbers))
    }

    fn fetch(
        &self,
        locators: &[Locator],
        cancel: &Cancel,
        visit: &mut dyn FnMut(usize, Event),
    ) -> Result<(), SourceError> {
        self.each_line(locators, cancel, &mut |i, line| {
            let line = line.unwrap_or_default();
            let event = match (&self.mapping, Fields::read(line)) {
                (Some(mapping), Ok(fields)) => mapping.event(&fields, &Bump::new()),
                _ => parse_line(line),
            };
            visit(i, event);
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
                    if let Some(mapping) = &self.mapping {
                        let (kind, payload) = mapping.raw(&fields, &bump);
                        visit(i, kind, payload);
                        return;
                    }
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

/// A mapping to start from: a guess at the keys of these lines, as at the columns of a table.
fn start_of_mapping(lines: &[Fields<'_>]) -> Mapping {
    let mut table = TableShape {
        key: RowKey::RowId("rowid"),
        ..TableShape::default()
    };
    let bump = Bump::new();
    for (row, line) in lines.iter().enumerate() {
        for (key, json) in line.pairs() {
            let at = table
                .columns
                .iter()
                .position(|c| c.name == key)
                .unwrap_or_else(|| {
                    table.columns.push(ColumnShape {
                        name: key.to_owned(),
                        ..ColumnShape::default()
                    });
                    table.columns.len() - 1
                });
            let sample = match Pointer::new("").cell(json, &bump) {
                Cell::Null => Sample::Null,
                Cell::Text(text) => Sample::Text(text.to_owned(), false),
                other => match (other.integer(), other.bytes()) {
                    (Some(n), _) => Sample::Integer(n),
                    (None, bytes) => {
                        let text = String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
                        text.parse().map_or(Sample::Text(text, false), Sample::Real)
                    }
                },
            };
            table.columns[at].samples.resize(row, Sample::Null);
            table.columns[at].samples.push(sample);
        }
    }
    for column in &mut table.columns {
        column.samples.resize(lines.len(), Sample::Null);
    }
    Mapping {
        order: Vec::new(),
        ..mapping_by_guess(&table).unwrap_or_default()
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
            marked: self.count,
        })
    }
}

fn push<'l>(
    sink: &mut dyn HeaderSink,
    fields: &Fields<'l>,
    locator: Locator,
    bump: &'l Bump,
) -> std::ops::ControlFlow<()> {
    let (time, valid_time) = (fields.time(bump), fields.valid_time(bump));
    let also_in = fields.also_in(bump);
    let (stream, kind) = (fields.stream(bump), fields.kind(bump));
    sink.push(&Header {
        locator,
        stream,
        category: fields.category(bump),
        kind,
        version: fields.version(bump),
        position: fields.position_number(bump),
        time: time.as_ref().ok().and_then(|t| t.map(|t| t.time)),
        also_in: &also_in,
        problem: time.is_err() || valid_time.is_err(),
        valid_time: valid_time.ok().flatten().map(|t| t.time),
    })
}
