//! A connection tried step by step, so that whoever set it up sees how far it gets.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use leftfold_event::Cancel;
use leftfold_source::capture::Reading;

use crate::browse::sample;
use crate::cluster::Cluster;
use crate::error::KafkaError;
use crate::registry;
use crate::settings::Settings;

/// How long a port may take to open.
const PATIENCE: Duration = Duration::from_secs(5);

/// A part of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The properties themselves.
    Properties,
    /// Names and ports of the brokers.
    Network,
    /// The encrypted connection.
    Tls,
    /// The login.
    Login,
    /// Which topics may be seen.
    Topics,
    /// The schema registry.
    Registry,
}

impl Part {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Properties => "properties",
            Self::Network => "network",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Topics => "topics",
            Self::Registry => "registry",
        }
    }
}

/// How a part of a connection went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It works; what was found.
    Works(String),
    /// It fails: the error's code, and what to do.
    Fails {
        /// The code.
        code: String,
        /// The message.
        message: String,
    },
    /// Something before it failed.
    NotReached,
    /// This connection has no such part.
    None,
}

/// A part of a connection, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The part.
    pub part: Part,
    /// How it went.
    pub outcome: Outcome,
}

/// Tries a connection. The steps come in the order in which a connection takes them; behind one that fails none was reached, but for the
/// registry, which is a connection of its own.
pub fn check(settings: &Settings, cancel: &Cancel) -> Vec<Step> {
    check_with(settings, &[], cancel)
}

/// The same, trying to read these topics, too.
pub fn check_with(settings: &Settings, named: &[String], cancel: &Cancel) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |part, outcome| steps.push(Step { part, outcome });
    let protocol = settings
        .get("security.protocol")
        .unwrap_or("PLAINTEXT")
        .to_ascii_uppercase();
    let (with_tls, with_login) = (protocol.contains("SSL"), protocol.starts_with("SASL"));
    let cluster = Cluster::connect(settings);
    let servers = servers(settings);
    match &cluster {
        Err(e) => step(Part::Properties, fails(e)),
        Ok(_) => step(
            Part::Properties,
            Outcome::Works(format!("{protocol}, {}", servers.join(", "))),
        ),
    }
    let reached = cluster.as_ref().ok().map(|_| network(&servers));
    match &reached {
        None => step(Part::Network, Outcome::NotReached),
        Some(Ok(found)) => step(Part::Network, Outcome::Works(found.clone())),
        Some(Err(e)) => step(Part::Network, fails(e)),
    }
    let cluster = cluster.ok().filter(|_| matches!(reached, Some(Ok(_))));
    let seen = cluster.as_ref().map(|cluster| cluster.all_topics(true, cancel));
    let read = || match &cluster {
        Some(cluster) => read_of_each(settings, cluster, named, cancel),
        None => Ok(()),
    };
    let works = |there: bool, what: &str| {
        if there {
            Outcome::Works(what.to_owned())
        } else {
            Outcome::None
        }
    };
    // How far it got is told by what it failed at.
    let (tls, login, topics) = match &seen {
        None => (Outcome::NotReached, Outcome::NotReached, Outcome::NotReached),
        Some(Err(e @ KafkaError::Tls(..))) => (fails(e), Outcome::NotReached, Outcome::NotReached),
        Some(Err(e @ KafkaError::Sasl(..))) => (works(with_tls, "encrypted"), fails(e), Outcome::NotReached),
        Some(Err(e)) => (
            works(with_tls, "encrypted"),
            works(with_login, "accepted"),
            fails(e),
        ),
        Some(Ok(topics)) => (
            works(with_tls, "encrypted"),
            works(with_login, "accepted"),
            match (
                read(),
                topics.iter().filter(|t| !t.name.starts_with("__")).count(),
            ) {
                (Err(e), _) => fails(&e),
                (Ok(()), n) if !named.is_empty() => {
                    Outcome::Works(format!("{n} topics may be seen, and {} read", named.join(", ")))
                }
                (_, 0) => Outcome::Works(
                    "no topic may be seen: there is none, or the right Describe is missing".to_owned(),
                ),
                (_, n) => Outcome::Works(format!("{n} topics may be seen")),
            },
        ),
    };
    step(Part::Tls, tls);
    step(Part::Login, login);
    step(Part::Topics, topics);
    step(
        Part::Registry,
        match settings.registry() {
            Ok(None) => Outcome::None,
            Ok(Some(named)) => match registry::check(&named) {
                Ok(found) => Outcome::Works(found),
                Err(e) => fails(&e),
            },
            Err(e) => fails(&e),
        },
    );
    steps
}

/// Whether a record of each of these topics may be read.
fn read_of_each(
    settings: &Settings,
    cluster: &Cluster,
    named: &[String],
    cancel: &Cancel,
) -> Result<(), KafkaError> {
    if named.is_empty() {
        return Ok(());
    }
    for topic in cluster.topics(named, cancel)? {
        sample(settings, cluster, &topic, 1, Reading::default(), cancel)?;
    }
    Ok(())
}

fn fails(e: &KafkaError) -> Outcome {
    Outcome::Fails {
        code: e.code().to_owned(),
        message: e.to_string(),
    }
}

/// The brokers to begin with.
fn servers(settings: &Settings) -> Vec<String> {
    let named = settings
        .get("bootstrap.servers")
        .or_else(|| settings.get("metadata.broker.list"))
        .unwrap_or_default();
    named
        .split(',')
        .map(|s| s.trim().to_owned())
        .filter(|s| !s.is_empty())
        .collect()
}

/// Whether a port of any of them is open.
fn network(servers: &[String]) -> Result<String, KafkaError> {
    let mut wrong = Vec::new();
    for server in servers {
        // librdkafka takes a protocol in front, and knows a port where there is none.
        let place = server.rsplit("://").next().unwrap_or(server);
        let place = if place.contains(':') {
            place.to_owned()
        } else {
            format!("{place}:9092")
        };
        match place.to_socket_addrs() {
            Err(e) => wrong.push(format!("{place}: the name is not known: {e}")),
            Ok(addresses) => {
                for address in addresses {
                    match TcpStream::connect_timeout(&address, PATIENCE) {
                        Ok(_) => return Ok(format!("{place} is open")),
                        Err(e) => wrong.push(format!("{place} ({address}): {e}")),
                    }
                }
            }
        }
    }
    wrong.dedup();
    Err(KafkaError::Unreachable(wrong.join("; ")))
}
