//! Clusters one is connected to, and the captures this run of the program takes from them.

mod capture;
mod connection;
#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test's own steps end it when they fail")]
mod growth_tests;
mod kept;
pub(crate) mod profile;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use leftfold_kafka::{Bound, KafkaError, Pause, Range, RecordMapping, Request};

pub(crate) use capture::CaptureTask;
pub(crate) use connection::Connection;
pub use profile::KafkaProfile;

use crate::Session;
use crate::contract::StartCaptureArgs;
use crate::dto::{CaptureDto, KafkaConnectionDto, KafkaProfileDto, KafkaRememberedDto, KafkaSettingsDto};
use crate::error::SessionError;
use crate::source::{OnChange, lock};

/// How the name of a capture ends.
const ENDING: &str = "leftfold";

/// Clusters and captures.
pub(crate) struct Kafka {
    connections: Mutex<BTreeMap<u32, Arc<Connection>>>,
    captures: Mutex<BTreeMap<u32, Arc<CaptureTask>>>,
    next: AtomicU32,
    on_change: OnChange,
}

impl From<KafkaError> for SessionError {
    fn from(e: KafkaError) -> Self {
        Self::new(e.code(), e.to_string())
    }
}

impl Kafka {
    pub(crate) fn new(on_change: OnChange) -> Self {
        Self {
            connections: Mutex::default(),
            captures: Mutex::default(),
            next: AtomicU32::new(1),
            on_change,
        }
    }

    fn id(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn connection(&self, id: u32) -> Result<Arc<Connection>, SessionError> {
        let found = lock(&self.connections).get(&id).cloned();
        found.ok_or_else(|| {
            SessionError::new("kafka-disconnected", "this connection was closed: connect again")
        })
    }

    pub(crate) fn disconnect(&self, id: u32) {
        if let Some(connection) = lock(&self.connections).remove(&id) {
            connection.cancel();
        }
    }

    pub(crate) fn capture(&self, id: u32) -> Result<Arc<CaptureTask>, SessionError> {
        let found = lock(&self.captures).get(&id).cloned();
        found.ok_or_else(|| SessionError::new("no-such-capture", format!("there is no capture {id}")))
    }

    /// The captures, latest first.
    pub(crate) fn captures(&self) -> Vec<CaptureDto> {
        lock(&self.captures).values().rev().map(|c| c.dto()).collect()
    }

    /// Forgets a capture that has ended.
    pub(crate) fn forget(&self, id: u32) {
        lock(&self.captures).retain(|other, c| *other != id || !c.has_ended());
    }

    /// The capture that is writing a file.
    pub(crate) fn writing(&self, path: &Path) -> Option<Arc<CaptureTask>> {
        let real = std::fs::canonicalize(path).ok()?;
        let captures = lock(&self.captures);
        let is_it = |c: &&Arc<CaptureTask>| {
            !c.has_ended() && std::fs::canonicalize(c.path()).is_ok_and(|p| p == real)
        };
        captures.values().find(is_it).cloned()
    }

    /// Ends all captures and waits until their files are whole.
    pub(crate) fn shut_down(&self) {
        let captures: Vec<_> = lock(&self.captures).values().cloned().collect();
        for capture in &captures {
            capture.leave();
        }
        for capture in captures {
            capture.join();
        }
    }
}

impl Session {
    /// Makes a connection from what was entered.
    pub(crate) fn kafka_connect(
        &self,
        entered: &KafkaSettingsDto,
    ) -> Result<KafkaConnectionDto, SessionError> {
        let profile = profile::profile_of(entered, self)?;
        if let Some((property, why)) = profile.settings.wanted_secret() {
            let error = SessionError::new("kafka-secret-wanted", format!("{why}: enter {property}"));
            return Err(error.with("property", property).with("reason", why));
        }
        let id = self.kafka().id();
        let connection = Connection::new(profile).keeping(kept::without_secrets(entered), &entered.keyring);
        let dto = connection.dto(id);
        lock(&self.kafka().connections).insert(id, Arc::new(connection));
        Ok(dto)
    }

    /// The profiles of all project files that are looked into.
    pub(crate) fn kafka_profiles(&self) -> Vec<KafkaProfileDto> {
        profile::all(self)
    }

    /// What to remember of a connection: all but its secrets.
    pub fn kafka_remembered(&self, connection: u32) -> Result<KafkaRememberedDto, SessionError> {
        Ok(self.kafka().connection(connection)?.remembered())
    }

    /// Starts a capture.
    pub(crate) fn start_capture(&self, args: &StartCaptureArgs) -> Result<CaptureDto, SessionError> {
        let connection = self.kafka().connection(args.connection)?;
        if args.topics.is_empty() {
            return Err(SessionError::new("kafka-no-topic", "no topic is chosen"));
        }
        let bounds: Vec<Bound> = args
            .range
            .iter()
            .map(|text| {
                text.parse()
                    .map_err(|e: leftfold_kafka::RangeError| SessionError::new("kafka-range", e.to_string()))
            })
            .collect::<Result<_, _>>()?;
        let path = PathBuf::from(&args.path);
        if !path.is_absolute() {
            let message = format!("{:?} says no folder: write the whole path", args.path);
            return Err(SessionError::new("capture-write", message));
        }
        if self.kafka().writing(&path).is_some() {
            let message = format!("{} is being written already", path.display());
            return Err(SessionError::new("capture-busy", message));
        }
        let reading = connection.reading(&args.reading)?;
        // What reads the file as it was must not hold it while it is written.
        self.close_file(&path);
        let request = Request {
            settings: connection.settings(),
            decoders: reading.decoders,
            mapping: reading.mapping,
            topics: args.topics.clone(),
            partitions: args
                .partitions
                .iter()
                .filter_map(|n| i32::try_from(*n).ok())
                .collect(),
            range: Range::of(&bounds),
            count: args.limit.and_then(|n| u64::try_from(n.0).ok()),
            follow: args.follow,
            tool: concat!("leftfold ", env!("CARGO_PKG_VERSION")).to_owned(),
            pause: Pause::new(),
        };
        let id = self.kafka().id();
        let capture = CaptureTask::start(id, path, request, Arc::clone(&self.kafka().on_change))?;
        let dto = capture.dto();
        lock(&self.kafka().captures).insert(id, capture);
        Ok(dto)
    }
}

/// Where flags say that streams, types, versions and ids of records are found: `FIELD=PLACE` each, with the field `stream`, `category`,
/// `type`, `version`, `id`, `valid_time`, `correlation_id` or `causation_id`, and the place `key`, `topic`, `payload/POINTER` or
/// `metadata/HEADER`. `None` without any.
pub fn record_mapping<'f>(
    flags: impl IntoIterator<Item = &'f str>,
) -> Result<Option<Arc<RecordMapping>>, SessionError> {
    let mapping = crate::mapping::of_flags(flags)?;
    Ok(mapping.map(|m| RecordMapping::new(&m)).transpose()?.map(Arc::new))
}

/// A path for a capture of these topics at which nothing is yet.
pub(crate) fn suggested_path(topics: &[String]) -> PathBuf {
    let user = directories::UserDirs::new();
    let folder = user.as_ref().and_then(|u| {
        let there = |p: Option<&Path>| p.filter(|p| p.is_dir()).map(Path::to_owned);
        there(u.document_dir())
            .or_else(|| there(u.download_dir()))
            .or_else(|| there(Some(u.home_dir())))
    });
    let folder = folder.unwrap_or_else(std::env::temp_dir);
    let plain = |c: char| {
        if c.is_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let first = topics.first().map_or("capture", String::as_str);
    let first: String = first.chars().map(plain).collect();
    let name = match topics.len() {
        0 | 1 => first,
        n => format!("{first}-and-{}-more", n - 1),
    };
    let free = |n: u32| {
        let path = match n {
            1 => folder.join(format!("{name}.{ENDING}")),
            n => folder.join(format!("{name}-{n}.{ENDING}")),
        };
        (!path.exists()).then_some(path)
    };
    (1..10_000)
        .find_map(free)
        .unwrap_or_else(|| folder.join(format!("{name}.{ENDING}")))
}
