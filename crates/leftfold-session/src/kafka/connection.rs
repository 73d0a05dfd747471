//! A connection that can be asked. Its settings, secrets among them, never leave it but for librdkafka.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use leftfold_event::{Cancel, Event};
use leftfold_kafka::{
    Cluster, Decoders, Outcome, Reading, RecordMapping, Settings, Step, Topic, check, in_keyring, sample,
};

use crate::dto::{
    ErrorDto, Int, KafkaConnectionDto, KafkaOutcomeDto, KafkaPartitionDto, KafkaReadingDto,
    KafkaRememberedDto, KafkaSampleDto, KafkaStepDto, KafkaTopicDto, KafkaTopicFactsDto,
};
use crate::error::SessionError;
use crate::kafka::{KafkaProfile, record_mapping};
use crate::masks::Masks;
use crate::source::lock;
use crate::view::row_of;

/// How the names of a cluster's own topics begin.
const INTERNAL: &str = "__";

/// A cluster and how to reach it.
pub(crate) struct Connection {
    settings: Mutex<Settings>,
    decoders: Decoders,
    mapping: Option<Arc<RecordMapping>>,
    /// What was entered, without secrets.
    entered: Mutex<KafkaRememberedDto>,
    /// Properties whose values are to go into the keyring, with their names there.
    to_keep: Mutex<Vec<(String, String)>>,
    /// Made when first asked, and kept: to connect takes longer than to ask.
    cluster: Mutex<Option<Arc<Cluster>>>,
    all: Mutex<Vec<Cancel>>,
    facts: Mutex<Cancel>,
    sample: Mutex<Cancel>,
}

impl Connection {
    pub(crate) fn new(profile: KafkaProfile) -> Self {
        Self {
            settings: Mutex::new(profile.settings),
            decoders: profile.decoders,
            mapping: profile.mapping,
            entered: Mutex::new(KafkaRememberedDto::default()),
            to_keep: Mutex::default(),
            cluster: Mutex::default(),
            all: Mutex::default(),
            facts: Mutex::default(),
            sample: Mutex::default(),
        }
    }

    /// The same, with what may be remembered of it and what is to go into the keyring.
    pub(crate) fn keeping(self, entered: KafkaRememberedDto, keyring: &[(String, String)]) -> Self {
        Self {
            entered: Mutex::new(entered),
            to_keep: Mutex::new(keyring.to_vec()),
            ..self
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub(crate) fn remembered(&self) -> KafkaRememberedDto {
        lock(&self.entered).clone()
    }

    pub(crate) fn to_keep(&self) -> Vec<(String, String)> {
        lock(&self.to_keep).clone()
    }

    /// Puts the secrets that are to be kept into the keyring, and refers to them there from then on.
    pub(crate) fn keep_secrets(&self) -> Result<(), SessionError> {
        let mut settings = self.settings();
        let mut to_keep = lock(&self.to_keep);
        while let Some((property, name)) = to_keep.first() {
            settings.keep_in_keyring(property, name)?;
            let mut entered = lock(&self.entered);
            entered.properties.retain(|(other, _)| other != property);
            entered.properties.push((property.clone(), in_keyring(name)));
            drop(entered);
            *lock(&self.settings) = settings.clone();
            to_keep.remove(0);
        }
        Ok(())
    }

    /// How records are read: as the profile says and, before that, as is entered.
    pub(crate) fn reading(&self, entered: &KafkaReadingDto) -> Result<Reading, SessionError> {
        let lines = |lines: &[String]| -> Vec<String> {
            let lines = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
            lines.map(str::to_owned).collect()
        };
        let decoders = Decoders::of_flags(lines(&entered.decoders).iter().map(String::as_str))
            .map_err(|e| SessionError::new("decoder", e.to_string()))?;
        Ok(Reading {
            decoders: self.decoders.then(&decoders),
            mapping: record_mapping(lines(&entered.mapping).iter().map(String::as_str))?
                .or_else(|| self.mapping.clone()),
            ..Reading::default()
        })
    }

    pub(crate) fn dto(&self, id: u32) -> KafkaConnectionDto {
        let settings = self.settings();
        let shown = settings.shown();
        KafkaConnectionDto {
            id,
            servers: settings.get("bootstrap.servers").unwrap_or_default().to_owned(),
            properties: shown
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            left_out: settings.left_out().map(str::to_owned).collect(),
        }
    }

    /// Ends what is being asked.
    pub(crate) fn cancel(&self) {
        for cancel in lock(&self.all).drain(..) {
            cancel.cancel();
        }
        lock(&self.facts).cancel();
        lock(&self.sample).cancel();
    }

    /// A question that only [`Connection::cancel`] ends.
    fn question(&self) -> Cancel {
        let cancel = Cancel::new();
        let mut all = lock(&self.all);
        // Those that were answered need no ending; a few of them do no harm.
        if all.len() > 16 {
            all.remove(0);
        }
        all.push(cancel.clone());
        cancel
    }

    fn cluster(&self) -> Result<Arc<Cluster>, SessionError> {
        let mut cluster = lock(&self.cluster);
        if let Some(cluster) = &*cluster {
            return Ok(Arc::clone(cluster));
        }
        let made = Arc::new(Cluster::connect(&self.settings())?);
        *cluster = Some(Arc::clone(&made));
        Ok(made)
    }

    /// A connection that failed is made anew by the next question: what it heard is of the past.
    fn asked<T>(&self, answer: Result<T, SessionError>) -> Result<T, SessionError> {
        if answer.as_ref().is_err_and(|e| e.code != "cancelled") {
            *lock(&self.cluster) = None;
        }
        answer
    }

    pub(crate) fn check(&self) -> Vec<KafkaStepDto> {
        let steps = check(&self.settings(), &self.question());
        steps.into_iter().map(step_dto).collect()
    }

    pub(crate) fn topics(&self) -> Result<Vec<KafkaTopicDto>, SessionError> {
        let cancel = self.question();
        let topics = self.cluster().and_then(|c| Ok(c.all_topics(true, &cancel)?));
        let dto = |t: Topic| KafkaTopicDto {
            partitions: t.partitions.len() as u32,
            internal: t.name.starts_with(INTERNAL),
            name: t.name,
        };
        Ok(self.asked(topics)?.into_iter().map(dto).collect())
    }

    fn topic(cluster: &Cluster, name: &str, cancel: &Cancel) -> Result<Topic, SessionError> {
        let found = cluster.topics(&[name.to_owned()], cancel)?.pop();
        found.ok_or_else(|| SessionError::new("kafka-no-topic", format!("there is no topic {name:?}")))
    }

    /// What is known of a topic; ends the question for another one.
    pub(crate) fn facts(&self, topic: &str) -> Result<KafkaTopicFactsDto, SessionError> {
        let cancel = Cancel::new();
        std::mem::replace(&mut *lock(&self.facts), cancel.clone()).cancel();
        let facts = self.cluster().and_then(|cluster| {
            let topic = Self::topic(&cluster, topic, &cancel)?;
            Ok(cluster.describe(&topic, &cancel)?)
        });
        let facts = self.asked(facts)?;
        let number = |name: &str| facts.config(name)?.parse().ok().map(Int);
        Ok(KafkaTopicFactsDto {
            at_most: Int(i64::try_from(facts.at_most()).unwrap_or(i64::MAX)),
            cleanup: facts.config("cleanup.policy").map(str::to_owned),
            retention_ms: number("retention.ms"),
            retention_bytes: number("retention.bytes"),
            partitions: facts
                .partitions
                .iter()
                .map(|p| KafkaPartitionDto {
                    number: u32::try_from(p.number).unwrap_or(0),
                    low: Int(p.low),
                    high: Int(p.high),
                })
                .collect(),
            name: facts.topic.name,
        })
    }

    /// The latest records of a topic; ends the question for another one.
    pub(crate) fn sample(
        &self,
        topic: &str,
        limit: u32,
        reading: &KafkaReadingDto,
        masks: &Masks,
    ) -> Result<KafkaSampleDto, SessionError> {
        let reading = self.reading(reading)?;
        let cancel = Cancel::new();
        std::mem::replace(&mut *lock(&self.sample), cancel.clone()).cancel();
        let found = self.cluster().and_then(|cluster| {
            let topic = Self::topic(&cluster, topic, &cancel)?;
            Ok(sample(
                &self.settings(),
                &cluster,
                &topic,
                limit,
                reading,
                &cancel,
            )?)
        });
        let mut found = self.asked(found)?;
        for event in &mut found.events {
            masks.hide(event);
        }
        // The latest of all partitions; where times are alike, the later in the partition.
        found.events.reverse();
        found
            .events
            .sort_by_key(|e| std::cmp::Reverse(e.time.map(|t| t.nanos)));
        found.events.truncate(limit as usize);
        let rows = found.events.iter().zip(0..);
        Ok(KafkaSampleDto {
            rows: rows.map(|(event, i)| row_of(event, i)).collect(),
            decoded_by: found.events.iter().map(|e| fact(e, "decoded_by")).collect(),
            key_decoded_by: found.events.iter().map(|e| fact(e, "key_decoded_by")).collect(),
            problems: found.events.iter().map(problem).collect(),
            first: found.first.map(|t| t.to_string()),
            last: found.last.map(|t| t.to_string()),
            notes: found.notes,
        })
    }
}

/// What could not be read of an event, and why; empty where all could.
fn problem(event: &Event) -> String {
    let messages: Vec<&str> = event.problems.iter().map(|p| p.message.as_str()).collect();
    messages.join("; ")
}

/// In which form a part of an event was read, and why; empty where it was not.
fn fact(event: &Event, name: &str) -> String {
    let fact = event.extra.iter().find(|(n, _)| n == name);
    fact.and_then(|(_, why)| why.as_str())
        .unwrap_or_default()
        .to_owned()
}

fn step_dto(step: Step) -> KafkaStepDto {
    let (outcome, found, error) = match step.outcome {
        Outcome::Works(found) => (KafkaOutcomeDto::Works, found, None),
        Outcome::Fails { code, message } => {
            let error = ErrorDto {
                code,
                message,
                params: BTreeMap::new(),
            };
            (KafkaOutcomeDto::Fails, String::new(), Some(error))
        }
        Outcome::NotReached => (KafkaOutcomeDto::NotReached, String::new(), None),
        Outcome::None => (KafkaOutcomeDto::None, String::new(), None),
    };
    KafkaStepDto {
        part: step.part.name().to_owned(),
        outcome,
        found,
        error,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_question_that_nobody_answers_can_be_ended() {
        // Takes connections and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut settings = Settings::new();
        settings.set("bootstrap.servers", &silent.local_addr().unwrap().to_string());
        let connection = Arc::new(Connection::new(KafkaProfile {
            settings,
            ..KafkaProfile::default()
        }));
        let (asked, other) = (Arc::clone(&connection), Arc::clone(&connection));
        let topics = std::thread::spawn(move || asked.topics().map(|_| ()));
        let facts = std::thread::spawn(move || other.facts("t").map(|_| ()));
        while lock(&connection.all).is_empty() || Arc::strong_count(&connection) < 3 {
            std::thread::yield_now();
        }
        // Until both have begun to ask.
        while !topics.is_finished() || !facts.is_finished() {
            connection.cancel();
            std::thread::yield_now();
        }
        for answer in [topics.join(), facts.join()] {
            assert_eq!(answer.unwrap().unwrap_err().code, "cancelled");
        }
    }
}
