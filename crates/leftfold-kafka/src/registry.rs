//! A schema registry with Confluent's API: schemas by their numbers or GUIDs, fetched on a thread of its own, so that nothing waits for it.
//!
//! Source: Confluent Schema Registry API reference, `GET /schemas/ids/{id}`, `GET /schemas/guids/{guid}` and `GET /subjects/{subject}/versions/{version}`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use leftfold_event::json::{self, Value};
use leftfold_schema::{Kind, SchemaId, Use, Written};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::error::KafkaError;
use crate::settings::Secrets;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a registry that could not be reached is left alone.
const DOWN_FOR: Duration = Duration::from_secs(5);

/// The largest schema read.
const MAX_BYTES: u64 = 64 << 20;

/// Schemas that one may refer to, near and far.
const MAX_USES: usize = 1_000;

/// How to reach a registry.
#[derive(Clone, Default)]
pub(crate) struct RegistrySettings {
    /// Where it is, without name and password; several are tried in turn.
    pub(crate) urls: Vec<String>,
    /// The `Authorization` header.
    pub(crate) authorization: Option<String>,
    /// A file of certificates to trust instead of the system's.
    pub(crate) ca: Option<PathBuf>,
    /// Our own certificate and its key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
    /// What must never be shown.
    pub(crate) secrets: Secrets,
}

/// What a registry has for a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The schema.
    Schema(Written),
    /// Why there is none.
    Lacking(String),
}

/// A registry being asked.
pub(crate) struct Registry {
    asks: Sender<SchemaId>,
    answers: Receiver<(SchemaId, Answer)>,
    waiting: BTreeSet<SchemaId>,
}

impl Registry {
    /// Makes ready to ask. Nothing is asked yet.
    pub(crate) fn new(settings: RegistrySettings) -> Result<Self, KafkaError> {
        let agent = agent(&settings)?;
        let (asks, asked) = channel::<SchemaId>();
        let (answered, answers) = channel();
        let mut client = Client {
            agent,
            settings,
            down: None,
        };
        let spawned = thread::Builder::new().name("registry".to_owned()).spawn(move || {
            // Ends when nobody asks or listens any more.
            while let Ok(id) = asked.recv() {
                let answer = client.schema(id);
                if answered.send((id, answer)).is_err() {
                    break;
                }
            }
        });
        spawned.map_err(|e| KafkaError::Taker(format!("no thread can be started: {e}")))?;
        Ok(Self {
            asks,
            answers,
            waiting: BTreeSet::new(),
        })
    }

    /// Asks for a schema, unless it was asked for.
    pub(crate) fn ask(&mut self, id: SchemaId) {
        if self.waiting.insert(id) && self.asks.send(id).is_err() {
            self.waiting.remove(&id);
        }
    }

    /// Whether an answer is outstanding.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The next answer, if one comes within this time.
    pub(crate) fn answer(&mut self, within: Duration) -> Option<(SchemaId, Answer)> {
        match self.answers.recv_timeout(within) {
            Ok((id, answer)) => {
                self.waiting.remove(&id);
                Some((id, answer))
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.waiting.clear();
                None
            }
        }
    }
}

/// Whether a registry answers as one: which languages it knows.
pub(crate) fn check(settings: &RegistrySettings) -> Result<String, KafkaError> {
    let client = Client {
        agent: agent(settings)?,
        settings: settings.clone(),
        down: None,
    };
    let mut last = KafkaError::Registry("no registry is named".to_owned());
    for url in &settings.urls {
        match client.get(&format!("{url}/schemas/types")) {
            Ok(Value::Array(kinds)) => {
                let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
                return Ok(format!("{url} knows {}", kinds.join(", ")));
            }
            Ok(_) => last = KafkaError::Registry(format!("{url} answers as no schema registry does")),
            Err(Trouble::Answered(why) | Trouble::Silent(why)) => {
                last = KafkaError::Registry(settings.secrets.mask(&why));
            }
        }
    }
    Err(last)
}

fn agent(settings: &RegistrySettings) -> Result<ureq::Agent, KafkaError> {
    let pem = |path: &PathBuf| {
        let failed = |reason: String| KafkaError::PropertiesFile {
            path: path.clone(),
            reason,
        };
        let bytes = std::fs::read(path).map_err(|e| failed(e.to_string()))?;
        let items = parse_pem(&bytes).collect::<Result<Vec<_>, _>>();
        items.map_err(|e| failed(format!("it holds no PEM: {e}")))
    };
    let certificates = |items: Vec<PemItem<'static>>| -> Vec<Certificate<'static>> {
        let certificates = items.into_iter().filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        });
        certificates.collect()
    };
    let roots = match &settings.ca {
        Some(path) => RootCerts::Specific(Arc::new(certificates(pem(path)?))),
        None => RootCerts::PlatformVerifier,
    };
    let mut tls = TlsConfig::builder().root_certs(roots);
    if let Some((certificate, key)) = &settings.identity {
        let found = pem(key)?.into_iter().find_map(|item| match item {
            PemItem::PrivateKey(key) => Some(key),
            _ => None,
        });
        let key: PrivateKey<'static> = found.ok_or_else(|| KafkaError::PropertiesFile {
            path: key.clone(),
            reason: "it holds no private key in PEM".to_owned(),
        })?;
        let chain = certificates(pem(certificate)?);
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .user_agent("leftfold")
        .tls_config(tls.build())
        .build();
    Ok(config.into())
}

/// Asks one thing after another.
struct Client {
    agent: ureq::Agent,
    settings: RegistrySettings,
    /// When it could last not be reached, and why.
    down: Option<(Instant, String)>,
}

/// Why there is no answer.
enum Trouble {
    /// Another registry would say the same.
    Answered(String),
    /// It could not be reached.
    Silent(String),
}

impl Client {
    fn schema(&mut self, id: SchemaId) -> Answer {
        if let Some((since, why)) = &self.down
            && since.elapsed() < DOWN_FOR
        {
            return Answer::Lacking(why.clone());
        }
        let mut last = "no registry is named".to_owned();
        for url in self.settings.urls.clone() {
            match self.written(&url, id) {
                Ok(written) => {
                    self.down = None;
                    return Answer::Schema(written);
                }
                Err(Trouble::Answered(why)) => return Answer::Lacking(self.settings.secrets.mask(&why)),
                Err(Trouble::Silent(why)) => last = self.settings.secrets.mask(&why),
            }
        }
        self.down = Some((Instant::now(), last.clone()));
        Answer::Lacking(last)
    }

    fn written(&self, url: &str, id: SchemaId) -> Result<Written, Trouble> {
        let by = match id {
            SchemaId::Number(_) => "ids",
            SchemaId::Guid(_) => "guids",
        };
        let found = self
            .get(&format!("{url}/schemas/{by}/{id}"))
            .map_err(|e| match (e, id) {
                (Trouble::Answered(why), SchemaId::Guid(_)) => {
                    Trouble::Answered(format!("{why} (only newer registries look schemas up by GUID)"))
                }
                (e, _) => e,
            })?;
        let text = text_of(&found)?;
        // A registry that says nothing means Avro.
        let kind = found.get("schemaType").and_then(Value::as_str).unwrap_or("AVRO");
        let Some(kind) = Kind::of_name(kind) else {
            return Err(Trouble::Answered(format!(
                "it is written in {kind}, which cannot be read"
            )));
        };
        let mut uses = Vec::new();
        self.uses(url, &found, &mut uses, 0)?;
        Ok(Written { kind, text, uses })
    }

    /// The schemas that one refers to, those that they refer to first.
    fn uses(&self, url: &str, of: &Value, uses: &mut Vec<Use>, depth: usize) -> Result<(), Trouble> {
        let Some(Value::Array(references)) = of.get("references") else {
            return Ok(());
        };
        for reference in references {
            let text = |name: &str| reference.get(name).and_then(Value::as_str);
            let (Some(name), Some(subject)) = (text("name"), text("subject")) else {
                continue;
            };
            if uses.iter().any(|u| u.name == name) {
                continue;
            }
            if uses.len() >= MAX_USES || depth > 64 {
                return Err(Trouble::Answered(
                    "it refers to too many other schemas".to_owned(),
                ));
            }
            let version = match reference.get("version") {
                Some(Value::Number(version)) => version.as_str().to_owned(),
                _ => "latest".to_owned(),
            };
            let found = self.get(&format!("{url}/subjects/{}/versions/{version}", escaped(subject)))?;
            self.uses(url, &found, uses, depth + 1)?;
            uses.push(Use {
                name: name.to_owned(),
                text: text_of(&found)?,
            });
        }
        Ok(())
    }

    fn get(&self, url: &str) -> Result<Value, Trouble> {
        let mut request = self.agent.get(url).header(
            "Accept",
            "application/vnd.schemaregistry.v1+json, application/json",
        );
        if let Some(authorization) = &self.settings.authorization {
            request = request.header("Authorization", authorization);
        }
        let silent = |e: ureq::Error| Trouble::Silent(format!("the registry cannot be reached: {e}"));
        let mut response = request.call().map_err(silent)?;
        let status = response.status().as_u16();
        let body = response
            .body_mut()
            .with_config()
            .limit(MAX_BYTES)
            .read_to_vec()
            .map_err(silent)?;
        let value = json::parse(&body).ok();
        let message = || {
            let said = value.as_ref().and_then(|v| v.get("message")?.as_str());
            said.map(|m| format!(": {m}")).unwrap_or_default()
        };
        match (status, &value) {
            (200, Some(_)) => Ok(value.unwrap_or_default()),
            (200, None) => Err(Trouble::Answered(
                "what the registry answers is no JSON: is the URL that of its API?".to_owned(),
            )),
            (401 | 403, _) => Err(Trouble::Answered(format!(
                "the registry refuses the login ({status}{})",
                message()
            ))),
            (404, _) => Err(Trouble::Answered("the registry does not have it".to_owned())),
            (500.., _) => Err(Trouble::Silent(format!(
                "the registry fails ({status}{})",
                message()
            ))),
            _ => Err(Trouble::Answered(format!(
                "the registry answers {status}{}",
                message()
            ))),
        }
    }
}

fn text_of(found: &Value) -> Result<String, Trouble> {
    let text = found.get("schema").and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| Trouble::Answered("the registry's answer holds no schema".to_owned()))
}

/// A name as a part of a URL's path.
fn escaped(name: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_may_hold_anything() {
        assert_eq!(escaped("a/b ü-value"), "a%2Fb%20%C3%BC-value");
    }

    #[test]
    fn a_schema_is_asked_for_by_its_number_or_its_guid() {
        use std::io::{BufRead as _, BufReader, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let settings = RegistrySettings {
            urls: vec![format!("http://{}", listener.local_addr().unwrap())],
            ..RegistrySettings::default()
        };
        let guid = SchemaId::of_guid("89791b62-0034-4d7e-8f11-a2b3c4d5e6f7").unwrap();
        let unknown = SchemaId::Guid(1);
        let mut registry = Registry::new(settings).unwrap();
        for id in [SchemaId::Number(3), guid, unknown] {
            registry.ask(id);
        }
        let answers = std::thread::spawn(move || {
            let mut asked = Vec::new();
            for _ in 0..3 {
                let (mut stream, _) = listener.accept().unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = lines.next().unwrap().unwrap();
                while lines.next().is_some_and(|l| !l.unwrap().is_empty()) {}
                let (status, body) = if first.contains("00000000-") {
                    ("404 Not Found", "{}")
                } else {
                    ("200 OK", r#"{"schema":"\"int\""}"#)
                };
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                )
                .unwrap();
                asked.push(first.split(' ').nth(1).unwrap_or_default().to_owned());
            }
            asked
        });
        let mut found = Vec::new();
        while registry.is_waiting() {
            found.extend(registry.answer(PATIENCE));
        }
        assert_eq!(
            answers.join().unwrap(),
            [
                "/schemas/ids/3",
                "/schemas/guids/89791b62-0034-4d7e-8f11-a2b3c4d5e6f7",
                "/schemas/guids/00000000-0000-0000-0000-000000000001"
            ]
        );
        assert!(matches!(&found[..2], [(_, Answer::Schema(_)), (id, Answer::Schema(_))] if *id == guid));
        assert!(
            matches!(&found[2].1, Answer::Lacking(why) if why.contains("by GUID")),
            "{found:?}"
        );
    }

    #[test]
    fn a_registry_that_is_not_there_says_so_once_for_all() {
        let settings = RegistrySettings {
            // Nothing listens on the discard port.
            urls: vec!["http://127.0.0.1:9".to_owned()],
            ..RegistrySettings::default()
        };
        let mut registry = Registry::new(settings).unwrap();
        registry.ask(SchemaId::Number(1));
        registry.ask(SchemaId::Number(1));
        registry.ask(SchemaId::Number(2));
        for _ in 0..2 {
            let (_, answer) = registry.answer(PATIENCE * 2).unwrap();
            assert!(
                matches!(&answer, Answer::Lacking(why) if why.contains("cannot be reached")),
                "{answer:?}"
            );
        }
        assert!(!registry.is_waiting());
    }
}
