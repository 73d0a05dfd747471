//! `demo`: a history to try things on.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use leftfold_demo::{
    DemoError, DemoOptions, DemoSummary, MirrorSummary, SCENARIOS, write_invoices, write_mirror,
    write_ndjson, write_read_model, write_sqlite,
};
use leftfold_event::{Cancel, Progress};

use crate::args::DemoArgs;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::style::{Tone, clean, counted, wrapped};
use crate::table::{Column, Table};

pub(crate) fn run(front: &mut Front, args: &DemoArgs) -> Outcome {
    if !SCENARIOS.iter().any(|s| s.name == args.name) {
        let known: Vec<&str> = SCENARIOS.iter().map(|s| s.name).collect();
        let (name, known) = (&args.name, known.join(", "));
        return Err(Failure::new(
            "no-such-demo",
            format!("there is no demo {name:?}; there are: {known}"),
        ));
    }
    let options = DemoOptions {
        seed: args.seed,
        events: args.events,
        overwrite: args.force,
        ..DemoOptions::default()
    };
    // A file called so is meant so.
    let named = |path: &PathBuf| path.extension().is_some_and(|e| e == "ndjson" || e == "jsonl");
    let ndjson = args.ndjson || args.output.as_ref().is_some_and(named);
    let extension = if ndjson { "ndjson" } else { "db" };
    let target = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.{extension}", args.name)));
    let cancel = front.interrupt.cancel.clone();
    if target.as_os_str() == "-" {
        if !ndjson {
            return Err(Failure::new(
                "usage",
                "a SQLite file cannot go to standard output: say --ndjson, or a file with -O",
            ));
        }
        let out = io::stdout().lock();
        write_ndjson(out, &options, &cancel, &Progress::new())?;
        return Ok(());
    }
    let stem = target
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let beside: Vec<(Beside, PathBuf)> = Beside::ALL
        .into_iter()
        .filter(|beside| beside.is_asked(args))
        .map(|beside| {
            (
                beside,
                target.with_file_name(format!("{stem}-{}", beside.ending())),
            )
        })
        .collect();
    if let Some((_, path)) = beside.iter().find(|(_, path)| !args.force && path.exists()) {
        return Err(Failure::exists(path));
    }
    let summary = front
        .interrupt
        .clone()
        .careful(|| write(front, &target, &options, ndjson))?;
    print(front, &target, &summary)?;
    for (beside, path) in beside {
        let written = front
            .interrupt
            .clone()
            .careful(|| beside.write(&path, &options, &cancel))?;
        print_beside(front, &target, (beside, &path), &written)?;
    }
    Ok(())
}

/// What is written beside the history.
#[derive(Clone, Copy)]
enum Beside {
    /// A copy of it with faults.
    Mirror,
    /// A table of its orders.
    ReadModel,
    /// Another service's invoices for them.
    Invoices,
}

impl Beside {
    const ALL: [Self; 3] = [Self::Mirror, Self::ReadModel, Self::Invoices];

    fn is_asked(self, args: &DemoArgs) -> bool {
        match self {
            Self::Mirror => args.mirror,
            Self::ReadModel => args.read_model,
            Self::Invoices => args.invoices,
        }
    }

    /// How its file's name ends.
    const fn ending(self) -> &'static str {
        match self {
            Self::Mirror => "mirror.ndjson",
            Self::ReadModel => "read.db",
            Self::Invoices => "billing.ndjson",
        }
    }

    /// What it is, in a few words.
    fn in_words(self, n: u64) -> String {
        match self {
            Self::Mirror => format!(
                "{}, the same day as a second data centre received it",
                counted(n, "event")
            ),
            Self::ReadModel => format!(
                "{} of orders, as a projector left them at eleven in the evening",
                counted(n, "row")
            ),
            Self::Invoices => format!(
                "{}, invoices that another service sent for the orders",
                counted(n, "event")
            ),
        }
    }

    /// How it is compared, behind the two files.
    const fn how(self) -> &'static str {
        match self {
            Self::Mirror => "",
            Self::ReadModel => " --mode projection --table orders --key order_id --map paid=/paidAmount",
            Self::Invoices => {
                " --mode correlated --within 30s \\\n    --left-when 'type == \"OrderPlaced\"' --left-key '$.orderId' \\\n    \
                 --right-when 'type == \"InvoiceSent\"' --right-key '/order/id' --equal '$.total = $.amount'"
            }
        }
    }

    fn write(self, path: &Path, options: &DemoOptions, cancel: &Cancel) -> Outcome<MirrorSummary> {
        let progress = Progress::new();
        match self {
            Self::ReadModel => Ok(write_read_model(path, options, cancel, &progress)?),
            Self::Mirror => write_lines_beside(path, |file| write_mirror(file, options, cancel, &progress)),
            Self::Invoices => {
                write_lines_beside(path, |file| write_invoices(file, options, cancel, &progress))
            }
        }
    }
}

/// Writes lines to a file that does not stay if that fails.
fn write_lines_beside(
    target: &Path,
    write: impl FnOnce(File) -> Result<MirrorSummary, DemoError>,
) -> Outcome<MirrorSummary> {
    let file = File::create(target).map_err(|e| Failure::unwritable(target, &e))?;
    let written = write(file);
    if written.is_err() {
        drop(std::fs::remove_file(target));
    }
    written.map_err(|e| match e {
        DemoError::Write(e) => Failure::unwritable(target, &e),
        e => e.into(),
    })
}

fn print_beside(
    front: &mut Front,
    target: &Path,
    (beside, path): (Beside, &Path),
    summary: &MirrorSummary,
) -> Outcome {
    let shown = path.display().to_string();
    writeln!(
        front.out,
        "\n{}  {}\n",
        front.paint.with(Tone::Title, &clean(&shown)),
        beside.in_words(summary.events)
    )?;
    let unit = if matches!(beside, Beside::ReadModel) {
        "row"
    } else {
        "event"
    };
    for fault in &summary.faults {
        let name = front.paint.with(Tone::Notice, fault.category).into_owned();
        let what = format!("{} ({})", fault.what, counted(fault.events, unit));
        let indent = fault.category.len() + 2;
        writeln!(front.out, "{name}: {}", wrapped(&what, front.width, indent))?;
    }
    let (left, right) = (quoted(&target.display().to_string()), quoted(&shown));
    writeln!(
        front.out,
        "\nTry:\n  leftfold compare {} {}{}",
        clean(&left),
        clean(&right),
        beside.how()
    )?;
    Ok(())
}

/// Writes the file on a thread of its own and shows how far it is.
fn write(front: &mut Front, target: &Path, options: &DemoOptions, ndjson: bool) -> Outcome<DemoSummary> {
    let (cancel, progress) = (front.interrupt.cancel.clone(), Progress::new());
    let mut bar = front.progress("writing");
    let written = std::thread::scope(|scope| {
        let (done, finished) = std::sync::mpsc::channel();
        let (cancel, progress) = (&cancel, &progress);
        let work = move || {
            let written = if ndjson {
                write_lines(target, options, cancel, progress)
            } else {
                write_sqlite(target, options, cancel, progress).map_err(|e| match e {
                    DemoError::Io { path, reason } | DemoError::Sqlite { path, reason } => {
                        Failure::about("output-failed", &path, reason)
                    }
                    e => e.into(),
                })
            };
            // The other end waits for exactly this.
            let _ = done.send(());
            written
        };
        let writer = scope.spawn(work);
        while finished.recv_timeout(Duration::from_millis(100))
            == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            bar.set(progress.done(), Some(options.events));
        }
        writer.join()
    });
    drop(bar);
    written.unwrap_or_else(|_| {
        Err(Failure::new(
            "internal",
            "the generator failed; please report how it was called",
        ))
    })
}

fn write_lines(
    target: &Path,
    options: &DemoOptions,
    cancel: &Cancel,
    progress: &Progress,
) -> Outcome<DemoSummary> {
    let failed = |e: io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => Failure::exists(target),
        _ => Failure::unwritable(target, &e),
    };
    let file = if options.overwrite {
        File::create(target)
    } else {
        File::create_new(target)
    };
    let written = write_ndjson(file.map_err(failed)?, options, cancel, progress);
    if written.is_err() {
        // Half a day is no demo.
        drop(std::fs::remove_file(target));
    }
    written.map_err(|e| match e {
        DemoError::Write(e) => failed(e),
        e => e.into(),
    })
}

fn print(front: &mut Front, target: &Path, summary: &DemoSummary) -> Outcome {
    let shown = target.display().to_string();
    let (events, streams) = (
        counted(summary.events, "event"),
        counted(summary.streams, "stream"),
    );
    writeln!(
        front.out,
        "{}  {events} in {streams}\n",
        front.paint.with(Tone::Title, &clean(&shown))
    )?;
    let mut table = Table::new(vec![
        Column::left("went wrong", Tone::Notice, usize::MAX),
        Column::left("stream", Tone::Key, 12),
        Column::right("v", Tone::Number),
        Column::right("position", Tone::Dim),
        Column::left("time", Tone::Plain, 19),
    ]);
    for incident in &summary.incidents {
        table.row(vec![
            incident.name.to_owned(),
            incident.stream.clone(),
            incident.version.to_string(),
            incident.position.to_string(),
            incident.time.to_string(),
        ]);
    }
    table.write(&mut front.out, front.paint, front.width)?;
    writeln!(front.out)?;
    for incident in &summary.incidents {
        let name = front.paint.with(Tone::Notice, incident.name).into_owned();
        let indent = incident.name.len() + 2;
        writeln!(
            front.out,
            "{name}: {}",
            wrapped(&incident.what, front.width, indent)
        )?;
    }
    let shown = clean(&quoted(&shown)).into_owned();
    let mut tries = vec![format!("inspect {shown}"), format!("timeline {shown}")];
    tries.extend(
        summary
            .incidents
            .first()
            .map(|lost| format!("state {shown} {}", lost.stream)),
    );
    let doubled = summary
        .incidents
        .iter()
        .find(|i| i.name == "doubled" && i.version > 1);
    tries.extend(doubled.map(|i| {
        format!(
            "diff {shown} {} --from v{} --to v{}",
            i.stream,
            i.version - 1,
            i.version
        )
    }));
    writeln!(front.out, "\nTry:")?;
    for line in tries {
        writeln!(front.out, "  leftfold {line}")?;
    }
    Ok(())
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ',' | '@' | ':');
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
