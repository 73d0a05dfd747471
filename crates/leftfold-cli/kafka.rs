//! What kcat's flags say: a connection, topics, a range.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;

use clap::Args;
use leftfold_kafka::{Bound, Decoders, KafkaError, Pause, Range, Reading, Request, Settings, Until};
use leftfold_session::{KafkaProfile, Session, record_mapping};

use crate::failure::{Failure, Outcome};
use crate::style::clean;

/// A connection, topics and a range, in kcat's flags.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct KafkaArgs {
    /// Brokers to begin with: HOST:PORT, several with commas; or the name of a connection in leftfold.toml
    #[arg(short, long, value_name = "HOST:PORT")]
    pub(crate) brokers: Option<String>,
    /// A topic (may be repeated)
    #[arg(short, long = "topic", value_name = "TOPIC")]
    pub(crate) topics: Vec<String>,
    /// Only this partition (may be repeated)
    #[arg(short, long = "partition", value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    pub(crate) partitions: Vec<i32>,
    /// The schema registry, for values in Avro, Protobuf or JSON Schema: http://HOST:PORT. The schemas that records name are kept with
    /// them
    #[arg(short, long, value_name = "URL")]
    pub(crate) registry: Option<String>,
    /// How keys or values are to be read: key=FORM, value=FORM, or of one topic TOPIC:value=FORM, with FORM one of auto, json, text, hex, int, long (4 or 8
    /// bytes, as Kafka's serialisers write numbers), msgpack, cbor, avro, protobuf (by a registry), avro:FILE.avsc, protobuf:FILE.proto#MESSAGE (may be repeated)
    #[arg(short = 's', long = "decode", value_name = "[TOPIC:]PART=FORM")]
    pub(crate) decoders: Vec<String>,
    /// Where a fact of the events is found in the records: FIELD=PLACE, with the field stream, category, type, version, id, valid_time,
    /// correlation_id or causation_id, and the place key, topic, payload/POINTER or metadata/HEADER, as in stream=payload/orderId,
    /// version=metadata/seq, stream='order-{payload@/id}' (may be repeated). Where nothing is there, the record's own counts
    #[arg(long = "map", value_name = "FIELD=PLACE")]
    pub(crate) mapping: Vec<String>,
    /// A property by librdkafka's name; ${NAME} in the value stands for an environment variable, ${keyring:NAME} for a secret of the
    /// system's keyring (may be repeated). A password that is not given is asked for
    #[arg(short = 'X', long = "property", value_name = "NAME=VALUE")]
    pub(crate) properties: Vec<String>,
    /// A file of properties, librdkafka's or Java's (may be repeated)
    #[arg(short = 'F', long = "properties", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// One `-o`.
pub(crate) fn bound(text: &str) -> Result<Bound, String> {
    Bound::from_str(text).map_err(|e| e.to_string())
}

impl KafkaArgs {
    /// Whether a topic is to be read.
    pub(crate) fn is_given(&self) -> bool {
        self.brokers.is_some()
            || !self.files.is_empty()
            || !self.properties.is_empty()
            || !self.topics.is_empty()
            || !self.decoders.is_empty()
            || !self.mapping.is_empty()
    }

    /// Something that only a topic can be asked: the flag.
    pub(crate) fn of_topics(&self) -> Option<&'static str> {
        [
            ("-t", !self.topics.is_empty()),
            ("-p", !self.partitions.is_empty()),
            ("-r", self.registry.is_some()),
            ("-s", !self.decoders.is_empty()),
            ("--map", !self.mapping.is_empty()),
            ("-X", !self.properties.is_empty()),
            ("-F", !self.files.is_empty()),
        ]
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
    }

    /// The connection of leftfold.toml that the brokers name, if they name one.
    fn profile(&self) -> Outcome<KafkaProfile> {
        let Some(name) = self.brokers.as_ref().filter(|b| !b.contains([':', ','])) else {
            return Ok(KafkaProfile::default());
        };
        let mut session = Session::new(None, Arc::new(|_| ()));
        if let Ok(folder) = std::env::current_dir() {
            session = session.in_project(folder);
        }
        match session.kafka_profile(name)? {
            Some(profile) => Ok(profile),
            None => {
                let known = session.kafka_profile_names();
                // Without any it is a host; one with dots is no name anybody gave a profile.
                if known.is_empty() || name.contains('.') || name == "localhost" {
                    return Ok(KafkaProfile::default());
                }
                Err(Failure::new(
                    "kafka-no-profile",
                    format!(
                        "no connection is called {name:?}: leftfold.toml has {}; a broker is HOST:PORT",
                        known.join(", ")
                    ),
                ))
            }
        }
    }

    /// The connection: the profile first, then files, then single properties, then the brokers.
    pub(crate) fn settings(&self) -> Outcome<Settings> {
        let mut settings = self.profile()?.settings;
        let named = settings.get("bootstrap.servers").is_some();
        for file in &self.files {
            settings.read_file(file)?;
        }
        for pair in &self.properties {
            settings.set_pair(pair)?;
        }
        if let Some(brokers) = self.brokers.as_ref().filter(|_| !named) {
            settings.set("bootstrap.servers", brokers);
        }
        if let Some(url) = &self.registry {
            settings.set_registry(url);
        }
        ask_for_password(&mut settings);
        Ok(settings)
    }

    /// How records are to be read, and where their facts are found.
    pub(crate) fn reading(&self) -> Outcome<Reading> {
        let profile = self.profile()?;
        let decoders = self.decoders.iter().map(String::as_str);
        let decoders = Decoders::of_flags(decoders).map_err(|e| Failure::new("decoder", e.to_string()))?;
        self.is_read(&decoders)?;
        Ok(Reading {
            decoders: profile.decoders.then(&decoders),
            mapping: record_mapping(self.mapping.iter().map(String::as_str))?.or(profile.mapping),
            ..Reading::default()
        })
    }

    /// Whether every topic of which something is said is one that is read.
    fn is_read(&self, decoders: &Decoders) -> Outcome {
        if self.topics.is_empty() || self.topics.iter().any(|t| t.starts_with('^')) {
            return Ok(());
        }
        let mut named = decoders.iter().filter_map(|d| d.topic.as_ref().map(|t| (t, d)));
        match named.find(|(topic, _)| !self.topics.contains(topic)) {
            Some((topic, decoder)) => Err(Failure::new(
                "usage",
                format!("-s {decoder}: the topic {topic:?} is not among those that are read (-t)"),
            )),
            None => Ok(()),
        }
    }

    /// What is to be read.
    pub(crate) fn request(&self, bounds: &[Bound], count: Option<u64>, follow: bool) -> Outcome<Request> {
        if self.topics.is_empty() {
            return Err(Failure::new("usage", "no topic is named: say -t TOPIC"));
        }
        let reading = self.reading()?;
        let range = Range::of(bounds);
        if follow && matches!(range.until, Some(Until::Time(_))) {
            return Err(Failure::new(
                "usage",
                "--follow goes on until it is stopped: leave the end (e@…) out, or leave --follow out",
            ));
        }
        Ok(Request {
            decoders: reading.decoders,
            mapping: reading.mapping,
            settings: self.settings()?,
            topics: self.topics.clone(),
            partitions: self.partitions.clone(),
            range,
            count,
            follow,
            pause: Pause::new(),
            tool: concat!("leftfold ", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }
}

/// Asks for a secret that neither the environment nor the keyring has, where somebody is there to be asked.
pub(crate) fn ask_for_password(settings: &mut Settings) {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return;
    }
    while let Some((property, why)) = settings.wanted_secret() {
        // What cannot be asked for is missed by whoever needs it, who says so.
        match rpassword::prompt_password(format!("{}; {}: ", clean(&why), clean(&property))) {
            Ok(secret) if !secret.is_empty() => settings.set(&property, &secret),
            _ => return,
        }
    }
}

impl From<KafkaError> for Failure {
    fn from(e: KafkaError) -> Self {
        match e {
            KafkaError::Cancelled => Self::Cancelled,
            e => Self::new(e.code(), e.to_string()),
        }
    }
}
