//! `event`: one event, whole.

use std::io::{IsTerminal as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leftfold_event::{Cancel, Event, Payload, Point, TimeZoneOrigin};
use leftfold_session::dto::{CauseEndDto, CausesDto, EffectDto, EffectsDto, EventDto, RowDto};
use leftfold_session::{View, resolution};

use crate::args::{EventArgs, Part};
use crate::document::{Document, list, number, pretty, stated, value};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::state::event_line;
use crate::style::{Tone, clean, counted, named};
use crate::{input, place};

/// Columns of the names at the left.
const LABEL: usize = 16;

/// Bytes shown of a payload that is neither JSON nor text.
const DUMPED: usize = 1024;

/// Bytes on a line of a dump.
const LINE: usize = 16;

/// An event with what ties it to others.
struct Whole {
    event: Event,
    dto: EventDto,
    /// The event it names as its cause, where that is stored here.
    cause: Option<RowDto>,
    /// The events that name it as their cause, where that was asked for.
    effects: Option<Vec<RowDto>>,
    /// All that led to it and all it led to, where that was asked for.
    causes: Option<(CausesDto, EffectsDto)>,
}

pub(crate) fn run(front: &mut Front, args: &EventArgs) -> Outcome {
    let opened = input::open(front, &args.source)?;
    let view = opened.view()?;
    let cancel = front.interrupt.cancel.clone();
    let stream = args.stream.as_deref().map(|s| view.stream_key(s)).transpose()?;
    let ordinal = at(&view, stream, &args.point, &cancel)?;
    let mut event = Event::default();
    view.events(&[ordinal], &cancel, &mut |_, found| event = found)?;
    if let Some(part) = args.raw {
        return raw(front, part, &event);
    }
    let mut bar = front.progress("looking for effects");
    let total = u64::from(view.log().events());
    let mut causes = || -> Outcome<_> {
        let causes = view.causes_of(ordinal, &cancel)?;
        let below = view.effects_below(ordinal, &cancel, &mut |n| bar.set(n.into(), Some(total)))?;
        Ok((causes, below))
    };
    let causes = args.causes.then(&mut causes).transpose()?;
    let mut effects = || view.effects_of(ordinal, &cancel, &mut |n| bar.set(n.into(), Some(total)));
    let whole = Whole {
        causes,
        effects: args.effects.then(&mut effects).transpose()?,
        cause: view.cause_of(ordinal, &cancel)?,
        dto: view.event_dto(ordinal, &cancel)?,
        event,
    };
    drop(bar);
    if args.json {
        return Ok(whole.document()?.print(&mut front.out)?);
    }
    whole.print(front)
}

/// The event a point names: at a moment, the last one recorded by then, of the stream if one is given.
fn at(view: &View, stream: Option<u32>, point: &Point, cancel: &Cancel) -> Outcome<u32> {
    if let (Point::Version(version), None) = (point, stream) {
        let message = format!("v{version} is a version of some stream: say --stream NAME, or #1234 or e1234");
        return Err(Failure::new("no-such-point", message));
    }
    let place = view.place(stream, point, cancel)?;
    let log = view.log();
    let found = place.ordinal.or_else(|| match stream {
        Some(stream) => {
            let last = log.included(stream, &place).checked_sub(1)?;
            log.stream_events(stream).get(last).copied()
        }
        None => view.order(place.axis).get(view.rank(&place).checked_sub(1)?),
    });
    found.ok_or_else(|| Failure::new("no-such-event", "no event was recorded by then"))
}

/// The stored bytes as they are; on a terminal, what can be shown of them.
fn raw(front: &mut Front, part: Part, event: &Event) -> Outcome {
    let (what, bytes) = match part {
        Part::Payload => ("payload", &event.payload.raw),
        Part::Metadata => ("metadata", &event.metadata.raw),
    };
    if bytes.is_empty() {
        front.note(format!("the event has no {what}"));
    } else if !std::io::stdout().is_terminal() {
        front.out.write_all(bytes)?;
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        for line in text.lines() {
            writeln!(front.out, "{}", clean(line))?;
        }
    } else {
        write!(front.out, "{}", dump(bytes))?;
    }
    Ok(())
}

/// Bytes as hexadecimal numbers and as what of them is ASCII.
fn dump(bytes: &[u8]) -> String {
    let line = |(i, part): (usize, &[u8])| {
        let hex: Vec<String> = part.iter().map(|b| format!("{b:02x}")).collect();
        let text = part.iter().map(|b| match b {
            b' '..=b'~' => char::from(*b),
            _ => '.',
        });
        let (hex, text) = (hex.join(" "), text.collect::<String>());
        format!("{:06x}  {hex:<width$}  {text}\n", i * LINE, width = LINE * 3 - 1)
    };
    bytes.chunks(LINE).enumerate().map(line).collect()
}

/// Another event, for machines.
fn other(row: &RowDto) -> Document {
    Document::new()
        .maybe("stream", stated(&row.stream))
        .maybe("version", row.version.map(|v| number(v.0)))
        .maybe("position", place::value(row))
        .maybe("time", row.time.as_deref())
        .maybe("type", stated(&row.kind))
}

/// Why a chain of causes ends, for machines.
fn ending(end: &CauseEndDto) -> Document {
    let why = |why: &str| Document::new().with("why", why);
    match end {
        CauseEndDto::Root => why("root"),
        CauseEndDto::Itself => why("itself"),
        CauseEndDto::Missing { id } => why("missing").with("id", id.as_str()),
        CauseEndDto::Cycle { ordinal } => why("cycle").with("place", number(*ordinal)),
        CauseEndDto::Bounded => why("bounded"),
    }
}

/// What an event led to, with how many steps that is from it and the place of what caused it.
fn effect(effect: &EffectDto, root: u32, all: &EffectsDto) -> Document {
    other(&effect.row)
        .with("place", number(effect.row.ordinal))
        .with("cause", number(effect.parent))
        .with("steps", number(steps(effect, root, all)))
        .maybe("again", effect.again.then_some(true))
}

/// How many steps lead from an event to one it led to. Each effect stands behind its cause.
fn steps(effect: &EffectDto, root: u32, all: &EffectsDto) -> u32 {
    let (mut at, mut steps) = (effect.parent, 1);
    while at != root {
        let Some(cause) = all.effects.iter().find(|e| e.row.ordinal == at && !e.again) else {
            break;
        };
        at = cause.parent;
        steps += 1;
    }
    steps
}

impl Whole {
    fn zone(&self) -> &'static str {
        match self.event.time_origin {
            TimeZoneOrigin::AssumedUtc => "assumed UTC",
            TimeZoneOrigin::Stated => "stated",
        }
    }

    fn document(&self) -> Outcome<Document> {
        let payload = &self.event.payload;
        let bytes = |part: &Payload| (!part.raw.is_empty()).then(|| STANDARD.encode(&part.raw));
        let document = Document::new()
            .with("event", value(&self.dto.json)?)
            .with("place", number(self.dto.row.ordinal))
            .maybe("time_zone", self.event.time.map(|_| self.zone()))
            .maybe("time_resolution", self.event.time.map(|t| resolution(t.digits)))
            .maybe("payload_encoding", stated(payload.encoding))
            .with("payload_bytes", number(payload.raw.len() as u64))
            .maybe("payload_stored_base64", bytes(payload))
            .maybe("cause", self.cause.as_ref().map(other));
        let document = match &self.effects {
            Some(effects) => document.with("effects", list(effects.iter().map(other))),
            None => document,
        };
        Ok(match &self.causes {
            Some((causes, below)) => document
                .with("causes", list(causes.chain.iter().map(other)))
                .with("causes_end", ending(&causes.end))
                .with(
                    "led_to",
                    list(
                        below
                            .effects
                            .iter()
                            .map(|e| effect(e, self.dto.row.ordinal, below)),
                    ),
                )
                .with("led_to_more", below.more),
            None => document,
        })
    }

    /// The facts about it: a name and a text each.
    fn facts(&self) -> Vec<(String, String)> {
        let (event, dto) = (&self.event, &self.dto);
        let line = |row: &RowDto| format!("{} · {}", named(&row.stream), event_line(row));
        let mut facts = Vec::new();
        let mut fact = |name: &str, text: Option<String>| {
            facts.extend(text.map(|text| (name.to_owned(), text)));
        };
        let zoned = |t: &leftfold_event::Timestamp| {
            format!("{t} (zone {}, resolution {})", self.zone(), resolution(t.digits))
        };
        fact("id", dto.id.clone());
        fact("category", event.category.clone());
        for stream in &event.also_in {
            fact("also in", Some(stream.clone()));
        }
        fact("place", Some(format!("e{} in log order", dto.row.ordinal)));
        fact("time", event.time.as_ref().map(zoned));
        fact("valid time", event.valid_time.map(|t| t.to_string()));
        fact("correlation id", event.correlation_id.clone());
        fact("causation id", event.causation_id.clone());
        let named_cause = event.causation_id.is_some();
        let elsewhere = || "no event with that id is stored here".to_owned();
        fact(
            "cause",
            self.cause
                .as_ref()
                .map(line)
                .or_else(|| named_cause.then(elsewhere)),
        );
        if let Some(effects) = &self.effects {
            fact("effects", effects.is_empty().then(|| "none".to_owned()));
            for effect in effects {
                fact("effect", Some(line(effect)));
            }
        }
        if let Some((causes, below)) = &self.causes {
            for (i, cause) in causes.chain.iter().enumerate() {
                fact(
                    "led to by",
                    Some(format!("{}{}", "← ".repeat(i + 1), line(cause))),
                );
            }
            fact(
                "began",
                Some(match &causes.end {
                    CauseEndDto::Root => "the first one names no cause".to_owned(),
                    CauseEndDto::Itself => "the first one names itself as its cause".to_owned(),
                    CauseEndDto::Missing { id } => {
                        format!("no event here has the id that is named as its cause: {id}")
                    }
                    CauseEndDto::Cycle { ordinal } => {
                        format!("its cause is e{ordinal}, which it led to: they cause each other")
                    }
                    CauseEndDto::Bounded => format!("the nearest {} are shown", causes.chain.len()),
                }),
            );
            fact(
                "led to",
                below
                    .effects
                    .is_empty()
                    .then(|| "nothing that is stored here".to_owned()),
            );
            for found in &below.effects {
                let indent = "→ ".repeat(steps(found, dto.row.ordinal, below) as usize);
                let again = if found.again { " (again)" } else { "" };
                fact("led to", Some(format!("{indent}{}{again}", line(&found.row))));
            }
            fact("led to", below.more.then(|| "… and more".to_owned()));
        }
        for (name, value) in &dto.extra {
            fact(name, Some(value.clone()));
        }
        facts
    }

    fn print(&self, front: &mut Front) -> Outcome {
        let (event, paint) = (&self.event, front.paint);
        writeln!(
            front.out,
            "{}  {}",
            paint.with(Tone::Title, &clean(named(&event.stream))),
            paint.with(Tone::Dim, &event_line(&self.dto.row))
        )?;
        for (name, text) in self.facts() {
            let name = format!("{:<LABEL$}", clean(&name));
            writeln!(front.out, "{} {}", paint.with(Tone::Dim, &name), clean(&text))?;
        }
        for problem in &event.problems {
            let name = format!("{:<LABEL$}", "! problem");
            let line = format!("{name} {}: {}", problem.code.as_str(), clean(&problem.message));
            writeln!(front.out, "{}", paint.with(Tone::Bad, &line))?;
        }
        print_part(front, "metadata", &event.metadata)?;
        print_part(front, "payload", &event.payload)
    }
}

fn print_part(front: &mut Front, name: &str, part: &Payload) -> Outcome {
    let paint = front.paint;
    if part.value.is_none() && part.raw.is_empty() {
        return Ok(());
    }
    let size = counted(part.raw.len() as u64, "byte");
    let about = format!("{}, {size}", part.encoding);
    writeln!(
        front.out,
        "\n{}  {}",
        paint.with(Tone::Title, name),
        paint.with(Tone::Dim, &about)
    )?;
    if let Some(value) = &part.value {
        let mut text = String::new();
        pretty(value, paint, 0, &mut text);
        writeln!(front.out, "{text}")?;
    } else if let Ok(text) = std::str::from_utf8(&part.raw) {
        for line in text.lines() {
            writeln!(front.out, "{}", clean(line))?;
        }
    } else {
        let shown = part.raw.len().min(DUMPED);
        write!(front.out, "{}", dump(&part.raw[..shown]))?;
        if shown < part.raw.len() {
            let more = counted((part.raw.len() - shown) as u64, "byte");
            let line = format!("and {more} more; --raw={name} writes them all");
            writeln!(front.out, "{}", paint.with(Tone::Dim, &line))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::dump;

    #[test]
    fn bytes_are_shown_as_numbers_and_letters() {
        let bytes: Vec<u8> = (0x30..0x41).chain([0, 0xff]).collect();
        let expected = "000000  30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f  0123456789:;<=>?\n\
                        000010  40 00 ff                                         @..\n";
        assert_eq!(dump(&bytes), expected);
    }
}
