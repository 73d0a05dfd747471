//! Exports as the window asks for them: one at a time, with progress, and given up on demand.
#![allow(
    missing_docs,
    reason = "the commands are documented in the contract, one table for all"
)]
#![allow(
    clippy::needless_pass_by_value,
    reason = "arguments arrive owned, as the shell deserialised them"
)]

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use leftfold_event::Cancel;
use leftfold_log::{Axis, LaneBy, Place};
use leftfold_report::{Folds, Heights, Language, Theme, history_html, timeline_png_bytes, timeline_svg};

use super::{Bookmark, PageOf, Picture, PictureLane, PictureValue, timeline_chart};
use crate::Session;
use crate::contract::{CancelExportArgs, ExportProgressArgs, ExportViewArgs};
use crate::dto::{ExportDto, ExportFormDto, ExportProgressDto, ExportedDto, Int, LanguageDto};
use crate::error::SessionError;
use crate::lines::LinesError;
use crate::output;
use crate::view::View;

type Answer<T> = Result<T, SessionError>;

/// Events and streams of a page.
const PAGE_EVENTS: u32 = 5000;
const PAGE_STREAMS: u32 = 20;

/// Pixels of a picture.
const WIDTH: u32 = 1400;

/// An export under way.
#[derive(Default)]
pub(crate) struct Exporting {
    cancel: Cancel,
    done: AtomicU64,
    total: AtomicU64,
}

impl Exporting {
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
    }
}

pub fn export_view(session: &Session, args: ExportViewArgs) -> Answer<ExportedDto> {
    let view = session.source(args.source)?.view(args.filter)?;
    let path = Path::new(&args.path);
    output::refuse_source(path, &view.source().path)?;
    if path.is_file() && !args.what.replace {
        let why = format!(
            "{} exists: choose another name, or have it replaced",
            path.display()
        );
        return Err(SessionError::new("output-exists", why).with("path", path.display().to_string()));
    }
    let task = args
        .filter
        .map(|id| session.source(args.source)?.filter(id))
        .transpose()?;
    if task.as_ref().is_some_and(|t| !t.matches().done) || view.is_being_read() {
        let why = "not all events have been looked at yet: wait until they are, or stop it";
        return Err(SessionError::new("export-early", why));
    }
    let filter = task.map(|t| t.filter.text().to_owned());
    session.exporting(|exporting| write(&view, &args.what, filter.as_deref(), path, exporting))
}

pub fn export_progress(session: &Session, _: ExportProgressArgs) -> Answer<Option<ExportProgressDto>> {
    let far = |e: Arc<Exporting>| ExportProgressDto {
        done: Int(e.done.load(Ordering::Relaxed) as i64),
        total: Int(e.total.load(Ordering::Relaxed) as i64),
    };
    Ok(session.export_under_way().map(far))
}

pub fn cancel_export(session: &Session, _: CancelExportArgs) -> Answer<()> {
    if let Some(exporting) = session.export_under_way() {
        exporting.cancel();
    }
    Ok(())
}

/// The folded gaps, as a chart takes them: in order, none over another, and none longer than it is.
fn folds(what: &ExportDto) -> Folds {
    let mut gaps: Vec<(i64, i64)> = what.folds.iter().map(|g| (g.from.0, g.to.0)).collect();
    gaps.sort_unstable();
    let length = what.fold_length.0.max(1);
    let mut end = i64::MIN;
    gaps.retain(|&(from, to)| {
        let is_gap = from >= end && to.saturating_sub(from) > length;
        end = if is_gap { to } else { end };
        is_gap
    });
    Folds { gaps, length }
}

fn write(
    view: &View,
    what: &ExportDto,
    filter: Option<&str>,
    path: &Path,
    exporting: &Exporting,
) -> Answer<ExportedDto> {
    let of = |written| ExportedDto {
        written,
        whole: false,
    };
    let axis: Axis = what.axis.into();
    let (first, last) = view.log().extent(axis).unwrap_or((0, 0));
    let range = (what.from.map_or(first, |n| n.0), what.to.map_or(last, |n| n.0));
    let cancel = &exporting.cancel;
    let total = |n: usize| exporting.total.store(n as u64, Ordering::Relaxed);
    let mut tick = |done| exporting.done.store(done, Ordering::Relaxed);
    let projection = what.projection.as_deref();
    match what.form {
        ExportFormDto::EventsNdjson | ExportFormDto::EventsCsv => {
            let ordinals = view.ordinals_in(axis, range);
            total(ordinals.len());
            output::write_whole(path, |out| match what.form {
                ExportFormDto::EventsCsv => view.write_csv(&ordinals, out, cancel, &mut tick),
                _ => view.write_lines(&ordinals, out, cancel, &mut tick),
            })
            .map(of)
        }
        ExportFormDto::StatesNdjson | ExportFormDto::StatesCsv => {
            let place = Place::from(what.playhead);
            let streams = view.streams_until(&place);
            total(streams.len());
            let as_table = what.form == ExportFormDto::StatesCsv;
            output::write_whole(path, |out| {
                view.write_states((&streams, &place), projection, as_table, out, cancel, &mut tick)
            })
            .map(|written| ExportedDto {
                written: written.states,
                whole: written.whole,
            })
        }
        ExportFormDto::Svg | ExportFormDto::Png | ExportFormDto::Page => {
            let bookmarks: Vec<Bookmark> = what
                .bookmarks
                .iter()
                .map(|b| Bookmark {
                    place: b.place.into(),
                    stream: b.stream,
                    note: b.note.clone(),
                })
                .collect();
            let by: LaneBy = what.by.into();
            let names = view.log().names(by);
            let known = |keys: &[u32]| {
                keys.iter()
                    .copied()
                    .filter(|k| (*k as usize) < names.len())
                    .collect()
            };
            let lanes: Vec<PictureLane> = what
                .lanes
                .iter()
                .map(|lane| PictureLane {
                    name: lane.name.clone(),
                    keys: known(&lane.keys),
                    colour: lane.colour as usize,
                })
                .collect();
            let values: Vec<PictureValue> = what
                .values
                .iter()
                .map(|value| PictureValue {
                    name: value.name.clone(),
                    stream: value.stream,
                    path: value.path.clone(),
                })
                .collect();
            let language = match what.language {
                LanguageDto::En => Language::English,
                LanguageDto::Zh => Language::SimplifiedChinese,
            };
            let picture = Picture {
                axis,
                range,
                folds: folds(what),
                by,
                lanes: &lanes,
                heights: if what.linear {
                    Heights::Linear
                } else {
                    Heights::Root
                },
                values: &values,
                projection,
                bookmarks: &bookmarks,
                playhead: Some(what.playhead.into()),
                theme: if what.dark { Theme::Dark } else { Theme::Light },
                language,
                width: WIDTH,
            };
            let chart = timeline_chart(view, &picture, cancel)?;
            let drawn = |e: &dyn std::fmt::Display| SessionError::new("output-failed", e.to_string());
            let (bytes, shown) = match what.form {
                ExportFormDto::Svg => (timeline_svg(&chart).map_err(|e| drawn(&e))?.into_bytes(), 0),
                ExportFormDto::Png => (timeline_png_bytes(&chart).map_err(|e| drawn(&e))?, 0),
                _ => {
                    let page_of = PageOf {
                        axis,
                        range,
                        bookmarks: &bookmarks,
                        projection,
                        events: PAGE_EVENTS,
                        streams: PAGE_STREAMS,
                        filter,
                        language,
                    };
                    let mut page = view.page(&page_of, cancel)?;
                    page.chart = Some(chart).filter(|c| !c.lanes.is_empty());
                    let shown = page.events.len() as u32;
                    (history_html(&page).map_err(|e| drawn(&e))?.into_bytes(), shown)
                }
            };
            output::write_whole(path, |out: &mut dyn Write| {
                out.write_all(&bytes).map_err(LinesError::from)
            })?;
            Ok(of(shown))
        }
    }
}
