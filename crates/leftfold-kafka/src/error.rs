//! What goes wrong with a cluster, told apart by what one can do about it.

use std::path::PathBuf;

use leftfold_source::capture::CaptureError;
use rdkafka::types::RDKafkaErrorCode as Code;

/// Why a topic cannot be read. Secrets never stand in a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KafkaError {
    /// A property is unknown or has a value that cannot be used.
    #[error("{0}")]
    Property(String),
    /// A file of properties cannot be read.
    #[error("{path}: {reason}")]
    PropertiesFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An environment variable that a property's value names is not set.
    #[error("the property {property} names the environment variable {variable}, which is not set")]
    Variable {
        /// The property.
        property: String,
        /// The variable.
        variable: String,
    },
    /// A secret in the system's keyring cannot be had.
    #[error("the keyring: {0}")]
    Keyring(String),
    /// No broker answers: name resolution, the network, a port.
    #[error("no broker answers: {0}; check bootstrap.servers (-b), the network and whether the broker runs")]
    Unreachable(String),
    /// The encrypted connection cannot be made.
    #[error("the TLS connection fails: {0}; {1}")]
    Tls(String, &'static str),
    /// The broker does not accept who we say we are.
    #[error("the broker refuses the login: {0}; {1}")]
    Sasl(String, &'static str),
    /// The broker knows us and forbids it.
    #[error("not allowed: {0}; ask for the rights Describe and Read on the topic")]
    Forbidden(String),
    /// The schema registry cannot be asked.
    #[error(
        "the schema registry: {0}; check its URL (-r), its login (schema.registry.basic.auth.user.info) and, over TLS, its authority \
         (schema.registry.ssl.ca.location)"
    )]
    Registry(String),
    /// There is no such topic.
    #[error("there is no topic {topic:?}{near}")]
    NoTopic {
        /// The topic.
        topic: String,
        /// Names much like it.
        near: String,
    },
    /// The topic has no such partition.
    #[error("the topic {topic:?} has no partition {partition}: it has {count}")]
    NoPartition {
        /// The topic.
        topic: String,
        /// The partition asked for.
        partition: i32,
        /// How many it has, from 0 on.
        count: usize,
    },
    /// The capture holds records of another cluster.
    #[error(
        "{path} holds records of the cluster {theirs}, and this is {ours}: choose another name for the capture"
    )]
    OtherCluster {
        /// The capture.
        path: PathBuf,
        /// The cluster it was taken from.
        theirs: String,
        /// The one connected to.
        ours: String,
    },
    /// The topic is not the one it was: deleted, and perhaps made anew under the same name.
    #[error("{topic}: {what}; what was captured before is kept as it is")]
    TopicChanged {
        /// The topic.
        topic: String,
        /// What tells so.
        what: String,
    },
    /// Reading failed on the way.
    #[error("{place}: {reason}")]
    Read {
        /// Topic and partition.
        place: String,
        /// What librdkafka says.
        reason: String,
    },
    /// The capture cannot be written.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// Whoever takes the records failed or has had enough.
    #[error("{0}")]
    Taker(String),
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl KafkaError {
    /// Whether it is about one topic, so that others may do.
    pub const fn is_of_topic(&self) -> bool {
        matches!(
            self,
            Self::Forbidden(_) | Self::NoTopic { .. } | Self::TopicChanged { .. } | Self::Read { .. }
        )
    }

    /// The code at the boundary, stable across releases.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Property(_) => "kafka-property",
            Self::PropertiesFile { .. } => "kafka-properties-file",
            Self::Variable { .. } => "kafka-variable",
            Self::Keyring(_) => "kafka-keyring",
            Self::Unreachable(_) => "kafka-unreachable",
            Self::Tls(..) => "kafka-tls",
            Self::Sasl(..) => "kafka-sasl",
            Self::Forbidden(_) => "kafka-forbidden",
            Self::Registry(_) => "kafka-registry",
            Self::NoTopic { .. } => "kafka-no-topic",
            Self::NoPartition { .. } => "kafka-no-partition",
            Self::OtherCluster { .. } => "kafka-other-cluster",
            Self::TopicChanged { .. } => "kafka-topic-changed",
            Self::Read { .. } => "kafka-read",
            Self::Capture(e) => e.code(),
            Self::Taker(_) => "output-failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a message of librdkafka is about, the more telling the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Something else.
    Other,
    /// Name resolution, the network, a port.
    Network,
    /// TLS.
    Tls,
    /// The login.
    Sasl,
    /// Rights.
    Rights,
}

/// What an error code and its text are about.
pub(crate) fn class_of(code: Code, text: &str) -> Class {
    match code {
        Code::Authentication
        | Code::SaslAuthenticationFailed
        | Code::UnsupportedSASLMechanism
        | Code::IllegalSASLState => Class::Sasl,
        Code::SSL => Class::Tls,
        Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed => Class::Rights,
        // A door of the wrong kind is closed without a word; librdkafka guesses what was behind it.
        _ if [
            "connecting to a SSL listener",
            "SSL handshake failed",
            "SSL routines",
        ]
        .iter()
        .any(|sign| text.contains(sign)) =>
        {
            Class::Tls
        }
        _ if text.contains("SASL authentication") || text.contains("might require SASL") => Class::Sasl,
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::Resolve
        | Code::OperationTimedOut
        | Code::RequestTimedOut => Class::Network,
        _ => Class::Other,
    }
}

/// What a connection that the broker closed without a word was most likely about.
pub(crate) fn class_of_closing(text: &str) -> Class {
    let closed = text.contains("Disconnected");
    if closed && text.contains(AT_FIRST) {
        // The very first request was no request to the other side: it speaks TLS.
        Class::Tls
    } else if closed && text.contains("in state UP") {
        // The first request behind the greeting was not allowed without a login.
        Class::Sasl
    } else {
        class_of(Code::BrokerTransportFailure, text)
    }
}

/// librdkafka's name for a connection on which nothing was answered yet.
const AT_FIRST: &str = "APIVERSION_QUERY";

/// The error of a class, with what to do about this text.
pub(crate) fn of_class(class: Class, text: String) -> KafkaError {
    match class {
        Class::Rights => KafkaError::Forbidden(text),
        Class::Sasl => {
            let advice = if text.contains("might require SASL") || text.contains("in state UP") {
                "set security.protocol to SASL_SSL or SASL_PLAINTEXT, and sasl.mechanism"
            } else if text.contains("not supported") || text.contains("Unsupported") {
                "choose another sasl.mechanism"
            } else if text.contains("No worthy mechs") {
                "the module for GSSAPI is not installed (Debian: libsasl2-modules-gssapi-mit, Fedora: cyrus-sasl-gssapi)"
            } else if text.contains("(Server ") && text.contains("not found in Kerberos database") {
                "set sasl.kerberos.service.name to the name the broker goes by (most often kafka)"
            } else if text.contains("GSSAPI") || text.contains("Kerberos") {
                "get a ticket with kinit, or set sasl.kerberos.keytab and sasl.kerberos.principal to ones that belong together"
            } else {
                "check sasl.mechanism, sasl.username and sasl.password"
            };
            KafkaError::Sasl(text, advice)
        }
        Class::Tls => {
            let advice = if text.contains("non-SSL") || text.contains("wrong version number") {
                "this port does not speak TLS: set security.protocol to PLAINTEXT or choose another port"
            } else if text.contains("verify failed") || text.contains("certificate could not be verified") {
                "set ssl.ca.location to the certificate of the authority that signed the broker's"
            } else if text.contains("certificate required") || text.contains("bad certificate") {
                "the broker wants a client certificate: set ssl.certificate.location and ssl.key.location"
            } else if text.contains("connecting to a SSL listener") || text.contains(AT_FIRST) {
                "this port may speak TLS: set security.protocol to SSL or SASL_SSL"
            } else {
                "check security.protocol and the ssl.* properties"
            };
            KafkaError::Tls(text, advice)
        }
        Class::Network | Class::Other => KafkaError::Unreachable(text),
    }
}
