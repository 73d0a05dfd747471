//! A connection to a cluster: what topics there are, where they begin and end, and what goes wrong on the way.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use rdkafka::client::{Client, ClientContext};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode as Code};
use rdkafka::metadata::MetadataPartition;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::{RDKafka, RDKafkaType};

use crate::error::{Class, KafkaError, class_of, class_of_closing, of_class};
use crate::native;
use crate::settings::{Secrets, Settings};

/// How long a broker may take to answer before we look at what went wrong meanwhile.
const SLICE: Duration = Duration::from_millis(500);

/// How long the first answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The same where records may come meanwhile.
const SHORT: Duration = Duration::from_secs(2);

/// How long something may look like a door of the wrong kind before it is called that.
const SUSPICIOUS: Duration = Duration::from_secs(2);

/// How long no broker at all may be there before a connection is given up: one may be restarting.
const ALL_DOWN: Duration = Duration::from_secs(4);

/// Signs that a connection was cut off.
const CUT_OFF: &[&str] = &[
    "Disconnected",
    "Broker transport failure",
    "in state DOWN",
    "reset by peer",
    "closed by peer",
    "Connection refused",
    "timed out",
    "Broken pipe",
];

/// What librdkafka tells besides its answers.
#[derive(Default)]
struct Troubles {
    /// The last of each class.
    told: Vec<(Class, String)>,
    /// What a log line suspects, while nothing else is known: a door of the wrong kind is closed without a word.
    suspected: Option<(Class, String)>,
    all_down_since: Option<Instant>,
    /// Whether a broker has answered at all: the door is the right one, then, and what closes it is that the broker goes away.
    opened: bool,
}

/// Takes what librdkafka tells besides its answers.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    troubles: Arc<Mutex<Troubles>>,
    secrets: Secrets,
}

impl Troubles {
    /// What a trouble is about. Through a door that was open before, a connection that is cut off while it greets is a broker that goes away
    /// or comes back, whatever the greeting was; only what the other side says in words is about TLS or the login.
    fn heard_as(&self, class: Class, text: &str) -> Class {
        let cut = CUT_OFF.iter().any(|sign| text.contains(sign));
        if self.opened && cut && matches!(class, Class::Tls | Class::Sasl) {
            Class::Network
        } else {
            class
        }
    }
}

impl Listener {
    pub(crate) fn hear(&self, code: Code, text: &str) {
        let class = class_of(code, text);
        let text = self.secrets.mask(text);
        tracing::debug!(?code, ?class, text, "librdkafka");
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let class = troubles.heard_as(class, &text);
        if code == Code::UnknownPartition {
            // A topic that was made anew has fewer of them: the look at the topics tells that.
            return;
        }
        if code == Code::AllBrokersDown {
            // Says nothing that the others have not said.
            troubles.all_down_since.get_or_insert_with(Instant::now);
            return;
        }
        match troubles.told.iter_mut().find(|(c, _)| *c == class) {
            Some(told) => told.1 = text,
            None => troubles.told.push((class, text)),
        }
    }

    pub(crate) fn log(&self, facility: &str, line: &str) {
        let line = self.secrets.mask(line);
        tracing::debug!(facility, line, "librdkafka");
        if facility == "FAIL" {
            // Behind the name of the thread.
            let text = line.split_once("]: ").map_or(line.as_str(), |(_, text)| text);
            let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
            let class = troubles.heard_as(class_of_closing(text), text);
            if class > Class::Network {
                troubles.suspected = Some((class, text.to_owned()));
            }
        }
    }

    fn suspected(&self) -> Option<KafkaError> {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles
            .suspected
            .take()
            .map(|(class, text)| of_class(class, text))
    }

    /// What is known to be wrong, the more telling first; forgets it.
    fn take(&self) -> Option<(Class, String)> {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.told.sort_by_key(|(class, _)| *class);
        let worst = troubles.told.pop();
        troubles.told.clear();
        worst
    }

    /// The error that waiting will not mend, if there is one.
    fn lasting(&self) -> Option<KafkaError> {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let worst = troubles.told.iter().max_by_key(|(class, _)| *class)?;
        (worst.0 >= Class::Tls).then(|| of_class(worst.0, worst.1.clone()))
    }

    fn all_down(&self) -> Option<Duration> {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.all_down_since.map(|since| since.elapsed())
    }

    fn know_open(&self) {
        self.troubles
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .opened = true;
    }

    fn answered(&self) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.opened = true;
        troubles.all_down_since = None;
        troubles.told.clear();
        troubles.suspected = None;
    }
}

impl ClientContext for Listener {}

/// A topic and its partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// The broker's identity of it, where it tells one: another one after it was deleted and made anew.
    pub id: Option<String>,
    /// The numbers of its partitions.
    pub partitions: Vec<i32>,
    /// The brokers that lead them, as far as they are led.
    pub leaders: BTreeMap<i32, i32>,
}

/// A topic as the metadata has it.
fn topic_of(name: String, partitions: &[MetadataPartition]) -> Topic {
    let mut numbers: Vec<i32> = partitions.iter().map(MetadataPartition::id).collect();
    numbers.sort_unstable();
    Topic {
        name,
        id: None,
        partitions: numbers,
        leaders: partitions
            .iter()
            .filter(|p| p.leader() >= 0)
            .map(|p| (p.id(), p.leader()))
            .collect(),
    }
}

/// A partition and where it begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its number.
    pub number: i32,
    /// The first offset there.
    pub low: i64,
    /// The one after the last. The difference is an upper bound of the records, never their count.
    pub high: i64,
}

/// A connection to a cluster. It joins no group.
pub struct Cluster {
    client: Client<Listener>,
    listener: Listener,
    /// Whom to ask first, as the user wrote it.
    bootstrap: String,
    settings: Settings,
    /// Whether answers are waited for only shortly now.
    short: AtomicBool,
}

impl Cluster {
    /// Makes ready to connect; the first question finds out whether a broker answers.
    pub fn connect(settings: &Settings) -> Result<Self, KafkaError> {
        let (mut config, secrets) = settings.client_config()?;
        let bootstrap = config
            .get("bootstrap.servers")
            .or_else(|| config.get("metadata.broker.list"));
        let Some(bootstrap) = bootstrap.map(str::to_owned) else {
            return Err(KafkaError::Property(
                "no broker is named: say -b HOST:PORT, or bootstrap.servers in a file of properties"
                    .to_owned(),
            ));
        };
        // Some causes are told in log lines of this level alone.
        config.set_log_level(RDKafkaLogLevel::Info);
        let listener = Listener {
            secrets: secrets.clone(),
            ..Listener::default()
        };
        let created = config.create_native_config().and_then(|native| {
            native::listen(&native);
            Client::new(&config, native, RDKafkaType::RD_KAFKA_CONSUMER, listener.clone())
        });
        let client = created.map_err(|e| refused(&e, &secrets))?;
        Ok(Self {
            client,
            listener,
            bootstrap,
            settings: settings.clone(),
            short: AtomicBool::new(false),
        })
    }

    /// Another connection to the same cluster, which knows of this one only that its door is the right one.
    pub(crate) fn again(&self) -> Result<Self, KafkaError> {
        let again = Self::connect(&self.settings)?;
        // The door is the same one.
        again.listener.know_open();
        Ok(again)
    }

    /// Sees to it that there is a broker to ask. A broker that comes back after a long silence may at first name no brokers at all; then
    /// librdkafka gives up all it knew, and asks nobody any more (<https://github.com/confluentinc/librdkafka/issues/5301>).
    pub(crate) fn look_after(&self, topic: &str) {
        if self.client.fetch_metadata(Some(topic), SLICE).is_err() {
            self.revive();
        }
        self.serve();
    }

    fn revive(&self) {
        tracing::debug!("asking the brokers named first again");
        native::add_brokers(self.native(), &self.bootstrap);
    }

    /// The cluster's id, where the broker tells one.
    pub fn id(&self) -> Option<String> {
        self.client.fetch_cluster_id(SLICE * 4)
    }

    pub(crate) fn native(&self) -> *mut RDKafka {
        self.client.native_ptr()
    }

    /// What went wrong lately and is not mended by itself, in words; forgets it.
    pub(crate) fn trouble(&self) -> Option<KafkaError> {
        self.serve();
        self.listener.take().map(|(class, text)| of_class(class, text))
    }

    pub(crate) fn lasting_trouble(&self) -> Option<KafkaError> {
        self.serve();
        self.listener.lasting()
    }

    pub(crate) fn mask(&self, text: &str) -> String {
        self.listener.secrets.mask(text)
    }

    /// Lets librdkafka tell what it has to tell.
    pub(crate) fn serve(&self) {
        native::serve(self.native());
    }

    /// Asks something of a broker that may be silent, while records that came before it fell silent wait to be taken.
    pub(crate) fn shortly<T>(&self, ask: impl FnOnce(&Self) -> T) -> T {
        self.short.store(true, Ordering::Relaxed);
        let answer = ask(self);
        self.short.store(false, Ordering::Relaxed);
        answer
    }

    /// Asks until a broker answers, waiting will not help, or patience ends.
    fn ask<T>(
        &self,
        cancel: &Cancel,
        question: impl Fn(&Self) -> Result<T, ClientError>,
    ) -> Result<T, KafkaError> {
        let since = Instant::now();
        let mut revived = false;
        let short = self.short.load(Ordering::Relaxed);
        let patience = if short { SHORT } else { PATIENCE };
        loop {
            if cancel.is_cancelled() {
                return Err(KafkaError::Cancelled);
            }
            if !revived && since.elapsed() > SUSPICIOUS {
                self.revive();
                revived = true;
            }
            let answer = question(self);
            self.serve();
            let error = match answer {
                Ok(answer) => {
                    self.listener.answered();
                    return Ok(answer);
                }
                Err(e) => e,
            };
            let code = error.rdkafka_error_code();
            let waits = matches!(
                code,
                Some(
                    Code::BrokerTransportFailure
                        | Code::OperationTimedOut
                        | Code::RequestTimedOut
                        | Code::AllBrokersDown
                        | Code::WaitingForCoordinator
                        | Code::LeaderNotAvailable
                        | Code::NotLeaderForPartition
                        | Code::NetworkException
                        | Code::BrokerNotAvailable
                        | Code::Resolve
                        | Code::Authentication
                        | Code::SSL
                )
            );
            if let Some(lasting) = self.listener.lasting() {
                return Err(lasting);
            }
            // A broker that is just starting may look so for a moment.
            if since.elapsed() > SUSPICIOUS
                && let Some(suspected) = self.listener.suspected()
            {
                return Err(suspected);
            }
            let gone = self.listener.all_down().is_some_and(|down| down > ALL_DOWN);
            if waits && !gone && since.elapsed() < patience {
                continue;
            }
            let (class, text) = self.listener.take().unwrap_or_else(|| {
                let text = self.mask(&error.to_string());
                (code.map_or(Class::Other, |c| class_of(c, &text)), text)
            });
            return Err(of_class(class, text));
        }
    }

    /// Every topic that may be seen, the broker's own among them.
    pub(crate) fn every_topic(&self, cancel: &Cancel) -> Result<Vec<Topic>, KafkaError> {
        let metadata = self.ask(cancel, |c| c.client.fetch_metadata(None, SLICE * 4))?;
        let topics = metadata.topics().iter().map(|t| {
            let name = t.name().to_owned();
            topic_of(name, t.partitions())
        });
        Ok(topics.collect())
    }

    /// Names in place of patterns: what begins with `^` stands for every topic it fits, as librdkafka has it.
    fn named(&self, asked: &[String], cancel: &Cancel) -> Result<Vec<String>, KafkaError> {
        let mut names = Vec::new();
        for name in asked {
            if !name.starts_with('^') {
                names.push(name.clone());
                continue;
            }
            let pattern = regex::Regex::new(name)
                .map_err(|e| KafkaError::Property(format!("{name:?} is no pattern: {e}")))?;
            let mut fitting: Vec<String> = self
                .all_topics(false, cancel)?
                .into_iter()
                .map(|t| t.name)
                .filter(|n| pattern.is_match(n))
                .collect();
            if fitting.is_empty() {
                return Err(KafkaError::NoTopic {
                    topic: name.clone(),
                    near: ": the pattern fits none of those that may be seen".to_owned(),
                });
            }
            names.append(&mut fitting);
        }
        Ok(names)
    }

    /// The topics of these names, or that fit these patterns (`^…`).
    pub fn topics(&self, names: &[String], cancel: &Cancel) -> Result<Vec<Topic>, KafkaError> {
        let names = self.named(names, cancel)?;
        self.topics_of(&names, Err, cancel)
    }

    /// Those of them that are there.
    pub(crate) fn topics_there(&self, names: &[String], cancel: &Cancel) -> Result<Vec<Topic>, KafkaError> {
        let skip = |lacking: KafkaError| match lacking {
            KafkaError::NoTopic { .. } => Ok(()),
            other => Err(other),
        };
        let mut there = Vec::new();
        for name in names {
            match self.named(std::slice::from_ref(name), cancel) {
                Ok(fitting) => there.extend(fitting),
                Err(lacking) => skip(lacking)?,
            }
        }
        self.topics_of(&there, skip, cancel)
    }

    /// The broker's identities of topics, as far as it tells them soon.
    pub(crate) fn topic_ids(&self, names: &[String]) -> Vec<Option<String>> {
        native::topic_ids(self.native(), names, SLICE)
    }

    /// The topics of these names; `lacking` hears of those that are not there.
    fn topics_of(
        &self,
        names: &[String],
        lacking: impl Fn(KafkaError) -> Result<(), KafkaError>,
        cancel: &Cancel,
    ) -> Result<Vec<Topic>, KafkaError> {
        let mut found: Vec<Topic> = Vec::new();
        for name in names {
            let metadata = self.ask(cancel, |c| c.client.fetch_metadata(Some(name), SLICE))?;
            let Some(topic) = metadata.topics().iter().find(|t| t.name() == name) else {
                lacking(self.no_topic(name))?;
                continue;
            };
            match topic.error().map(Code::from) {
                None => {}
                Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::InvalidTopic) => {
                    lacking(self.no_topic(name))?;
                    continue;
                }
                Some(Code::TopicAuthorizationFailed) => {
                    return Err(KafkaError::Forbidden(format!(
                        "the broker does not let us see the topic {name:?}"
                    )));
                }
                Some(code) => {
                    return Err(KafkaError::Read {
                        place: name.clone(),
                        reason: code.to_string(),
                    });
                }
            }
            if !found.iter().any(|t| t.name == *name) {
                found.push(topic_of(name.clone(), topic.partitions()));
            }
        }
        let names: Vec<String> = found.iter().map(|t| t.name.clone()).collect();
        for (topic, id) in found
            .iter_mut()
            .zip(native::topic_ids(self.native(), &names, SLICE * 4))
        {
            topic.id = id;
        }
        Ok(found)
    }

    /// There is no such topic; names much like it are named, where all may be seen.
    fn no_topic(&self, name: &str) -> KafkaError {
        let like = |other: &str| {
            let (a, b) = (other.to_lowercase(), name.to_lowercase());
            a.contains(&b)
                || b.contains(&a)
                || a.split(['-', '_', '.'])
                    .any(|part| part.len() > 3 && b.contains(part))
        };
        let mut near = String::new();
        if let Ok(all) = self.client.fetch_metadata(None, SLICE * 4) {
            let mut names: Vec<&str> = all
                .topics()
                .iter()
                .map(rdkafka::metadata::MetadataTopic::name)
                .collect();
            names.retain(|n| like(n) && !n.starts_with("__"));
            names.sort_unstable();
            names.truncate(5);
            if !names.is_empty() {
                near = format!("; there is {}", names.join(", "));
            }
        }
        KafkaError::NoTopic {
            topic: name.to_owned(),
            near,
        }
    }

    /// Where a partition begins and ends.
    pub fn partition(&self, topic: &str, number: i32, cancel: &Cancel) -> Result<Partition, KafkaError> {
        let (low, high) = self.ask(cancel, |c| c.client.fetch_watermarks(topic, number, SLICE))?;
        Ok(Partition { number, low, high })
    }

    /// The first offset whose record is of this time (milliseconds since 1970) or later; `None`: there is none.
    pub(crate) fn offset_at(
        &self,
        topic: &str,
        number: i32,
        ms: i64,
        cancel: &Cancel,
    ) -> Result<Option<i64>, KafkaError> {
        let found = self.ask(cancel, |c| {
            let mut asked = TopicPartitionList::new();
            asked.add_partition_offset(topic, number, Offset::Offset(ms))?;
            native::offsets_for_times(c.native(), &asked, SLICE).map_err(ClientError::MetadataFetch)?;
            Ok(asked)
        })?;
        let place = found.find_partition(topic, number).map(|p| p.offset());
        Ok(match place {
            Some(Offset::Offset(offset)) => Some(offset),
            _ => None,
        })
    }
}

/// What librdkafka says of properties it does not take; the value of a secret is left out.
fn refused(error: &ClientError, secrets: &Secrets) -> KafkaError {
    let text = match error {
        ClientError::ClientConfig(_, reason, ..) | ClientError::ClientCreation(reason) => reason.clone(),
        other => other.to_string(),
    };
    KafkaError::Property(secrets.mask(&text))
}
