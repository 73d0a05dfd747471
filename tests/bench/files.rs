//! The files measured on: made once below `target/bench`, and kept.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use leftfold_demo::{DemoOptions, write_sqlite};
use leftfold_event::{Cancel, Progress};
use leftfold_replay::Projections;
use leftfold_session::{Changed, IndexState, OpenOptions, OpenSource, Snapshot};
use leftfold_source::SourceFile;

use crate::Outcome;

/// Events of the files that other libraries write.
const PEER_EVENTS: u32 = 200_000;

/// Where everything is.
pub(crate) struct Files {
    /// The repository.
    pub(crate) root: PathBuf,
    folder: PathBuf,
    /// Events of the large file.
    pub(crate) events: u64,
}

/// A library that writes and replays event files itself.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// What the target promises, as a multiple of the peer's speed.
    pub(crate) target: f64,
    scripts: &'static str,
    program: &'static str,
    suffix: &'static str,
}

pub(crate) const PEERS: &[Peer] = &[
    Peer {
        name: "Emmett",
        target: 40.0,
        scripts: "emmett",
        program: "node",
        suffix: "mjs",
    },
    Peer {
        name: "Python eventsourcing",
        target: 100.0,
        scripts: "python-eventsourcing",
        program: "target/fixture-writers/venv/bin/python",
        suffix: "py",
    },
];

impl Files {
    pub(crate) fn new() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()?;
        let folder = root.join("target/bench");
        fs::create_dir_all(&folder)?;
        let events = match std::env::var("LEFTFOLD_BENCH_EVENTS") {
            Ok(text) => text.parse()?,
            Err(_) => 10_000_000,
        };
        Ok(Self { root, folder, events })
    }

    /// The demo with so many events, in the page cache.
    pub(crate) fn demo(&self, events: u64) -> Outcome<PathBuf> {
        let path = self.folder.join(format!("shop-{events}.db"));
        if !path.exists() {
            eprintln!("bench: writing {}", path.display());
            let options = DemoOptions {
                events,
                ..DemoOptions::default()
            };
            write_sqlite(&path, &options, &Cancel::new(), &Progress::new())?;
        }
        io::copy(&mut File::open(&path)?, &mut io::sink())?;
        Ok(path)
    }

    /// Where the measurements keep their files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// A folder for cached indexes.
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    fn script(&self, peer: &Peer, what: &str) -> Command {
        let program = match peer.program {
            path if path.contains('/') => self.root.join(path),
            name => name.into(),
        };
        let mut command = Command::new(program);
        command.arg(
            self.root
                .join(format!("tests/fixtures/{}/{what}.{}", peer.scripts, peer.suffix)),
        );
        command
    }

    /// A file written by a peer.
    pub(crate) fn of_peer(&self, peer: &Peer) -> Outcome<PathBuf> {
        let path = self.folder.join(format!("{}-{PEER_EVENTS}.db", peer.scripts));
        if !path.exists() {
            eprintln!("bench: {} writes {}", peer.name, path.display());
            let partial = path.with_extension("partial");
            let status = self
                .script(peer, "write")
                .arg(&partial)
                .arg(PEER_EVENTS.to_string())
                .output()?;
            if !status.status.success() {
                let said = String::from_utf8_lossy(&status.stderr).into_owned();
                return Err(format!(
                    "{} cannot write (has tests/fixtures/make.sh run?): {said}",
                    peer.name
                )
                .into());
            }
            fs::rename(&partial, &path)?;
        }
        Ok(path)
    }

    /// Has a peer replay its file: events and seconds, as it says itself.
    pub(crate) fn peer_replays(&self, peer: &Peer, path: &Path) -> Outcome<(f64, f64)> {
        let output = self.script(peer, "replay").arg(path).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let words: Vec<&str> = said.split_whitespace().collect();
        match words.as_slice() {
            ["events", events, "seconds", seconds] => Ok((events.parse()?, seconds.parse()?)),
            _ => Err(format!(
                "{} does not replay: {said} {}",
                peer.name,
                String::from_utf8_lossy(&output.stderr)
            )
            .into()),
        }
    }
}

/// A source that is being opened, and what it says of its growth.
pub(crate) struct Opening {
    pub(crate) source: Arc<OpenSource>,
    pub(crate) changes: Receiver<Changed>,
}

/// Opens a file's first history and starts to index it.
pub(crate) fn open(path: &Path, cache_folder: Option<&Path>) -> Outcome<Opening> {
    let (sender, changes) = channel();
    let source = OpenSource::open(OpenOptions {
        growing: false,
        warnings: Vec::new(),
        id: 1,
        path: path.to_owned(),
        store: SourceFile::open_unmapped(path)?.store(0)?,
        projections: Projections::default(),
        cache_folder: cache_folder.map(Path::to_owned),
        // Nobody listening any more is no trouble.
        on_change: Arc::new(move |changed| {
            let _ = sender.send(changed);
        }),
    });
    Ok(Opening { source, changes })
}

impl Opening {
    /// The next snapshots, until one fits.
    pub(crate) fn until(&self, fits: impl Fn(&Snapshot) -> bool) -> Outcome<Arc<Snapshot>> {
        loop {
            let snapshot = self.source.snapshot();
            if fits(&snapshot) {
                return Ok(snapshot);
            }
            if let IndexState::Failed(e) = &snapshot.state {
                return Err(e.message.clone().into());
            }
            self.changes.recv()?;
        }
    }

    pub(crate) fn until_ready(&self) -> Outcome<Arc<Snapshot>> {
        self.until(|s| s.state == IndexState::Ready)
    }
}
