//! The properties of a connection: librdkafka's own names, with secrets kept out of everything that is shown or stored.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use rdkafka::ClientConfig;

use crate::error::KafkaError;
use crate::keyring;
use crate::registry::RegistrySettings;
use crate::translate;

/// What stands for a secret wherever one would be shown.
const MASK: &str = "***";

/// Parts of names of properties whose values are secrets.
const SECRET: &[&str] = &[
    "password",
    "secret",
    ".pem",
    "jaas",
    "oauthbearer.config",
    "token",
    "private",
    "user.info",
];

/// Properties that would leave a trace or lose records, with what they are to us whatever a file says.
const OURS: &[(&str, &str)] = &[
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("allow.auto.create.topics", "false"),
    ("enable.partition.eof", "true"),
    // What is gone is to be told, not passed over.
    ("auto.offset.reset", "error"),
];

/// Properties by which librdkafka would run a command or load a library. Profiles and files of properties are handed around; none of them may
/// decide what runs here.
const RUN_CODE: &[&str] = &[
    "sasl.kerberos.kinit.cmd",
    "plugin.library.paths",
    "ssl.engine.location",
];

/// How a ticket is had by a keytab, and had anew. librdkafka gives this to a shell; both values are looked through before.
const KINIT: &str = "kinit -R -t '%{sasl.kerberos.keytab}' -k '%{sasl.kerberos.principal}' >/dev/null 2>&1 || \
                     kinit -t '%{sasl.kerberos.keytab}' -k '%{sasl.kerberos.principal}' >/dev/null 2>&1";

/// Properties of a group, which files made for other programs often have; we join none.
const OF_GROUPS: &[&str] = &[
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.remote.assignor",
    "partition.assignment.strategy",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "auto.commit.interval.ms",
    "auto.commit.enable",
    "offset.store.method",
];

/// What serves reading a whole topic best; a user's own value goes before.
const DEFAULTS: &[(&str, &str)] = &[
    ("client.id", "leftfold"),
    ("isolation.level", "read_committed"),
    ("queued.min.messages", "1000000"),
    ("queued.max.messages.kbytes", "65536"),
    ("fetch.queue.backoff.ms", "5"),
    ("fetch.wait.max.ms", "100"),
    ("fetch.message.max.bytes", "4194304"),
    ("socket.keepalive.enable", "true"),
    ("reconnect.backoff.max.ms", "2000"),
];

/// Where the schema registry is.
const REGISTRY_URL: &str = "schema.registry.url";

/// How the names of properties begin that are about the schema registry and not about brokers.
const OF_REGISTRY: &str = "schema.registry.";

/// The registry's names without that beginning, as Java has them.
const OF_REGISTRY_IN_JAVA: &[&str] = &[
    "basic.auth.user.info",
    "basic.auth.credentials.source",
    "bearer.auth.token",
    "bearer.auth.credentials.source",
    "auto.register.schemas",
    "use.latest.version",
    "use.schema.id",
    "normalize.schemas",
    "latest.compatibility.strict",
    "specific.avro.reader",
    "key.subject.name.strategy",
    "value.subject.name.strategy",
];

/// Properties by name, with the environment's values in place.
type Values<'s> = Vec<(&'s str, String)>;

/// The properties of a connection.
#[derive(Clone, Default)]
pub struct Settings {
    /// As written: `${NAME}` stands for an environment variable, `${keyring:NAME}` for a secret in the system's keyring.
    written: BTreeMap<String, String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.shown()).finish()
    }
}

impl Settings {
    /// No properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one property; a later value goes before an earlier one.
    pub fn set(&mut self, name: &str, value: &str) {
        let name = name.trim();
        if name == REGISTRY_URL
            && let Some((scheme, rest)) = value.split_once("://")
            && let Some((login, place)) = rest.split_once('@')
        {
            // A login in a URL would be shown with it.
            self.set("basic.auth.user.info", login);
            return self.set(name, &format!("{scheme}://{place}"));
        }
        self.written.insert(name.to_owned(), value.to_owned());
    }

    /// Names the schema registry.
    pub fn set_registry(&mut self, url: &str) {
        self.set(REGISTRY_URL, url);
    }

    /// Sets `name=value`, as `-X` has it.
    pub fn set_pair(&mut self, pair: &str) -> Result<(), KafkaError> {
        match pair.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                self.set(name, value);
                Ok(())
            }
            // The text may hold a secret.
            _ => Err(KafkaError::Property(
                "a property is written NAME=VALUE, for example -X security.protocol=SSL".to_owned(),
            )),
        }
    }

    /// Takes in a file of properties, librdkafka's or Java's.
    pub fn read_file(&mut self, path: &Path) -> Result<(), KafkaError> {
        let failed = |reason: String| KafkaError::PropertiesFile {
            path: path.to_owned(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
        let lines = translate::lines(&text).map_err(failed)?;
        for (name, value) in translate::translated(&lines).map_err(failed)? {
            self.set(&name, &value);
        }
        Ok(())
    }

    /// A property as it was written.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.written.get(name).map(String::as_str)
    }

    /// The user whose password a login wants that is not given.
    pub fn lacks_password(&self) -> Option<&str> {
        let protocol = self.get("security.protocol")?;
        let mechanism = self
            .get("sasl.mechanism")
            .or_else(|| self.get("sasl.mechanisms"))
            .unwrap_or("PLAIN");
        let by_password = mechanism == "PLAIN" || mechanism.starts_with("SCRAM-");
        let wanted = protocol.to_ascii_uppercase().starts_with("SASL_") && by_password;
        self.get("sasl.username")
            .filter(|_| wanted && self.get("sasl.password").is_none_or(str::is_empty))
    }

    /// A secret that is wanted and cannot be had from the environment or the keyring: its property, and why. Who is there can be asked for it.
    pub fn wanted_secret(&self) -> Option<(String, String)> {
        if let Some(user) = self.lacks_password() {
            return Some((
                "sasl.password".to_owned(),
                format!("no password of {user} is given"),
            ));
        }
        let secrets = self.written.iter().filter(|(name, _)| is_secret(name));
        let mut lacking = secrets.filter_map(|(name, value)| Some((name, resolve(name, value).err()?)));
        lacking.next().map(|(name, why)| (name.clone(), why.to_string()))
    }

    /// Keeps the value of a property in the system's keyring under a name; from then on the property refers to it there.
    pub fn keep_in_keyring(&mut self, property: &str, name: &str) -> Result<(), KafkaError> {
        let Some(value) = self.written.get_mut(property).filter(|v| !is_reference(v)) else {
            return Ok(());
        };
        keyring::keep_secret(name, value)?;
        *value = in_keyring(name);
        Ok(())
    }

    /// Whether records of open and aborted transactions are read, too.
    pub fn is_uncommitted(&self) -> bool {
        self.get("isolation.level") == Some("read_uncommitted")
    }

    /// Properties that are left out because they are about consumer groups, which we never join.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let names = self.written.keys().map(String::as_str);
        names.filter(|n| OF_GROUPS.contains(n))
    }

    /// What may be shown and stored: no secrets, and references to the environment as they were written.
    pub fn shown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.written
            .iter()
            .filter(|(name, _)| !OF_GROUPS.contains(&name.as_str()))
            .map(|(name, value)| {
                let hidden = is_secret(name) && !is_reference(value);
                (name.as_str(), if hidden { MASK } else { value.as_str() })
            })
    }

    /// The values behind `${NAME}`, and all of them that must never be shown.
    fn resolved(&self) -> Result<(Values<'_>, Secrets), KafkaError> {
        let mut values = Vec::new();
        let mut secrets = Secrets::default();
        for (name, written) in &self.written {
            let (value, referred) = resolve(name, written)?;
            if is_secret(name) || referred {
                secrets.add(&value);
            }
            values.push((name.as_str(), value));
        }
        Ok((values, secrets))
    }

    /// How to reach the schema registry, if one is named.
    pub(crate) fn registry(&self) -> Result<Option<RegistrySettings>, KafkaError> {
        let (values, secrets) = self.resolved()?;
        let get = |name: &str| {
            let long = name.strip_prefix(OF_REGISTRY).unwrap_or(name);
            let found = values
                .iter()
                .find(|(n, _)| *n == name || (OF_REGISTRY_IN_JAVA.contains(&long) && *n == long));
            found.map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
        };
        let Some(urls) = get(REGISTRY_URL) else {
            return Ok(None);
        };
        let urls: Vec<String> = urls
            .split(',')
            .map(|url| url.trim().trim_end_matches('/').to_owned())
            .collect();
        for url in &urls {
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(KafkaError::Property(format!(
                    "{url:?} is no registry's URL: it begins with http:// or https://, for example http://localhost:8081"
                )));
            }
        }
        let basic = get("schema.registry.basic.auth.user.info").map(|login| {
            use base64::Engine as _;
            format!(
                "Basic {}",
                base64::engine::general_purpose::STANDARD.encode(login)
            )
        });
        let bearer = get("schema.registry.bearer.auth.token").map(|token| format!("Bearer {token}"));
        let path = |name: &str| get(name).map(PathBuf::from);
        let truststore = path("schema.registry.ssl.truststore.location");
        if truststore.is_some()
            && !get("schema.registry.ssl.truststore.type").is_some_and(|t| t.eq_ignore_ascii_case("PEM"))
        {
            return Err(KafkaError::Property(
                "schema.registry.ssl.truststore.location names a Java keystore, which cannot be read here: write its certificates as \
                 PEM (keytool -exportcert -rfc) and set schema.registry.ssl.ca.location"
                    .to_owned(),
            ));
        }
        let identity = path("schema.registry.ssl.certificate.location");
        let key = path("schema.registry.ssl.key.location").or_else(|| identity.clone());
        Ok(Some(RegistrySettings {
            urls,
            authorization: basic.or(bearer),
            ca: path("schema.registry.ssl.ca.location").or(truststore),
            identity: identity.zip(key),
            secrets,
        }))
    }

    /// What librdkafka is to be made with, and what must be masked in what it says.
    pub(crate) fn client_config(&self) -> Result<(ClientConfig, Secrets), KafkaError> {
        let (values, secrets) = self.resolved()?;
        let mut config = ClientConfig::new();
        for (name, value) in DEFAULTS {
            config.set(*name, *value);
        }
        let get = |name: &str| {
            let found = values.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
        };
        if let Some(name) = RUN_CODE.iter().find(|name| get(name).is_some()) {
            return Err(KafkaError::Property(format!(
                "{name} would have a command run or a library loaded, which Leftfold does for nobody's file: leave it out{}",
                if name.contains("kinit") {
                    "; with a keytab and a principal kinit is run, without a keytab your tickets are used"
                } else {
                    ""
                }
            )));
        }
        for (name, value) in &values {
            let (name, value) = (*name, value.as_str());
            if RUN_CODE.contains(&name) {
                continue;
            }
            if !OF_GROUPS.contains(&name) && !is_of_registry(name) {
                config.set(name, value);
            }
        }
        for (name, value) in OURS {
            config.set(*name, *value);
        }
        #[cfg(not(windows))]
        kerberos(get, &mut config)?;
        Ok((config, secrets))
    }
}

/// How tickets are had: by the keytab that is named, else whatever tickets there are. Not on Windows, where the system knows who is logged in.
#[cfg(not(windows))]
fn kerberos<'v>(get: impl Fn(&str) -> Option<&'v str>, config: &mut ClientConfig) -> Result<(), KafkaError> {
    let login = get("security.protocol").is_some_and(|p| p.to_ascii_uppercase().starts_with("SASL_"));
    let said = [get("sasl.mechanism"), get("sasl.mechanisms")];
    // It is librdkafka's mechanism where none is said.
    if !login || !(said.contains(&Some("GSSAPI")) || said == [None, None]) {
        return Ok(());
    }
    for name in ["sasl.kerberos.keytab", "sasl.kerberos.principal"] {
        let value = get(name).unwrap_or_default();
        if value.starts_with('-') || value.contains(|c: char| c == '\'' || c.is_control()) {
            return Err(KafkaError::Property(format!(
                "{name} cannot be given to kinit: it begins with - or holds a quote or a control character"
            )));
        }
    }
    config.set("sasl.kerberos.kinit.cmd", KINIT);
    if get("sasl.kerberos.keytab").is_none() {
        config.set("sasl.kerberos.min.time.before.relogin", "0");
    }
    Ok(())
}

fn is_of_registry(name: &str) -> bool {
    name.starts_with(OF_REGISTRY) || OF_REGISTRY_IN_JAVA.contains(&name)
}

fn is_secret(name: &str) -> bool {
    // What says where something is, is none: sasl.oauthbearer.token.endpoint.url.
    let says_where = [".url", ".location", ".file"]
        .iter()
        .any(|end| name.ends_with(end));
    !says_where && SECRET.iter().any(|part| name.contains(part))
}

/// Whether a property may be written to a file as it is: it is no secret, or refers to one that is elsewhere.
pub fn may_be_written(name: &str, value: &str) -> bool {
    let login = value
        .split_once("://")
        .is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|place| place.contains('@')));
    !login && (value.is_empty() || !is_secret(name) || is_reference(value))
}

/// The reference to a secret in the system's keyring.
pub fn in_keyring(name: &str) -> String {
    format!("${{{IN_KEYRING}{name}}}")
}

/// How a reference to the keyring begins.
const IN_KEYRING: &str = "keyring:";

/// Whether a value is nothing but a reference to the environment or the keyring.
fn is_reference(value: &str) -> bool {
    value.starts_with("${") && value.ends_with('}') && !value[2..value.len() - 1].contains(['{', '}', '$'])
}

/// The value with the environment's in place of `${NAME}` and the keyring's in place of `${keyring:NAME}`, and whether there was one.
fn resolve(property: &str, written: &str) -> Result<(String, bool), KafkaError> {
    let mut value = String::with_capacity(written.len());
    let mut rest = written;
    let mut referred = false;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((variable, behind)) = after.split_once('}') else {
            break;
        };
        referred = true;
        value.push_str(before);
        let found = match variable.strip_prefix(IN_KEYRING) {
            Some(name) => keyring::secret(name)?,
            None => std::env::var(variable).map_err(|_| KafkaError::Variable {
                property: property.to_owned(),
                variable: variable.to_owned(),
            })?,
        };
        value.push_str(&found);
        rest = behind;
    }
    value.push_str(rest);
    Ok((value, referred))
}

/// Values that must not be shown.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    fn add(&mut self, value: &str) {
        // One letter would mask every text.
        if value.len() > 2 {
            self.0.push(value.to_owned());
        }
    }

    /// A text with every secret in it masked.
    pub(crate) fn mask(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[&str]) -> Settings {
        let mut settings = Settings::new();
        for pair in pairs {
            settings.set_pair(pair).unwrap();
        }
        settings
    }

    #[test]
    fn secrets_are_never_shown() {
        let settings = settings(&[
            "bootstrap.servers=h:1",
            "sasl.password=hunter22",
            "ssl.key.password=${HOME}",
            "group.id=g",
        ]);
        let shown: Vec<_> = settings.shown().collect();
        assert_eq!(
            shown,
            [
                ("bootstrap.servers", "h:1"),
                ("sasl.password", "***"),
                ("ssl.key.password", "${HOME}"),
            ]
        );
        assert!(!format!("{settings:?}").contains("hunter22"));
        let (_, secrets) = settings.client_config().unwrap();
        let home = std::env::var("HOME").unwrap();
        assert_eq!(
            secrets.mask(&format!("login hunter22 failed for {home}")),
            "login *** failed for ***"
        );
    }

    #[test]
    fn what_would_leave_a_trace_cannot_be_set() {
        let settings = settings(&[
            "enable.auto.commit=true",
            "group.id=g",
            "auto.offset.reset=latest",
        ]);
        let (config, _) = settings.client_config().unwrap();
        assert_eq!(config.get("enable.auto.commit"), Some("false"));
        assert_eq!(config.get("auto.offset.reset"), Some("error"));
        assert_eq!(config.get("group.id"), None);
        assert_eq!(settings.left_out().collect::<Vec<_>>(), ["group.id"]);
    }

    #[test]
    fn a_registry_is_none_of_librdkafkas_business_and_its_login_no_ones() {
        let settings = settings(&[
            "bootstrap.servers=h:1",
            "schema.registry.url=https://al:pass word@r:8081/,http://r2",
            "specific.avro.reader=true",
        ]);
        let shown: Vec<_> = settings.shown().collect();
        assert_eq!(shown[0], ("basic.auth.user.info", "***"));
        let (config, _) = settings.client_config().unwrap();
        assert_eq!(config.get("schema.registry.url"), None);
        assert_eq!(config.get("specific.avro.reader"), None);
        let registry = settings.registry().unwrap().unwrap();
        assert_eq!(registry.urls, ["https://r:8081", "http://r2"]);
        assert_eq!(registry.authorization.as_deref(), Some("Basic YWw6cGFzcyB3b3Jk"));
        assert_eq!(registry.secrets.mask("it was al:pass word"), "it was ***");
        let mut java = Settings::new();
        java.set("schema.registry.url", "http://r");
        java.set("schema.registry.bearer.auth.token", "abc");
        assert_eq!(
            java.registry().unwrap().unwrap().authorization.as_deref(),
            Some("Bearer abc")
        );
        java.set("schema.registry.ssl.truststore.location", "/x.jks");
        assert!(java.registry().err().unwrap().to_string().contains("keytool"));
        java.set("schema.registry.url", "r:8081");
        assert!(java.registry().err().unwrap().to_string().contains("http://"));
    }

    #[test]
    fn no_property_has_a_command_run() {
        for name in RUN_CODE {
            let error = settings(&[&format!("{name}=touch /tmp/x")])
                .client_config()
                .map(|_| ());
            assert!(error.unwrap_err().to_string().contains(name));
            let (config, _) = settings(&[&format!("{name}=")]).client_config().unwrap();
            assert_eq!(config.get(name), None);
        }
        let with = |keytab: &str, principal: &str| {
            settings(&[
                "security.protocol=sasl_plaintext",
                "sasl.mechanisms=GSSAPI",
                "sasl.kerberos.min.time.before.relogin=60000",
                &format!("sasl.kerberos.keytab={keytab}"),
                &format!("sasl.kerberos.principal={principal}"),
            ])
            .client_config()
            .map(|(config, _)| config)
        };
        assert_eq!(
            with("/k", "al@R").unwrap().get("sasl.kerberos.kinit.cmd"),
            Some(KINIT)
        );
        for (keytab, principal) in [
            ("/k'; touch /tmp/x; '", "al"),
            ("/k", "al'`touch /tmp/x`'"),
            ("/k", "-X"),
        ] {
            assert_eq!(with(keytab, principal).unwrap_err().code(), "kafka-property");
        }
        let tickets = with("", "").unwrap();
        assert_eq!(tickets.get("sasl.kerberos.min.time.before.relogin"), Some("0"));
    }

    #[test]
    fn what_lacks_is_asked_for_and_what_says_where_is_no_secret() {
        let mut login = settings(&["security.protocol=SASL_SSL", "sasl.username=al"]);
        let wanted = login.wanted_secret();
        assert_eq!(wanted.map(|w| w.0).as_deref(), Some("sasl.password"));
        login.set("sasl.password", "${LEFTFOLD_NO_SUCH_VARIABLE}");
        let (property, why) = login.wanted_secret().unwrap();
        assert_eq!(property, "sasl.password");
        assert!(why.contains("LEFTFOLD_NO_SUCH_VARIABLE"), "{why}");
        login.set("sasl.password", "hunter22");
        assert_eq!(login.wanted_secret(), None);
        for (name, value, may) in [
            ("sasl.username", "al", true),
            ("sasl.password", "hunter22", false),
            ("sasl.password", "${NAME}", true),
            ("sasl.password", "${keyring:al@b:1}", true),
            ("sasl.oauthbearer.token.endpoint.url", "https://t/token", true),
            ("schema.registry.url", "https://al:pw@r:8081", false),
            ("ssl.ca.location", "/a@b/ca.pem", true),
        ] {
            assert_eq!(may_be_written(name, value), may, "{name}={value}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_an_error_by_its_name() {
        let settings = settings(&["sasl.password=${LEFTFOLD_NO_SUCH_VARIABLE}"]);
        let error = settings.client_config().map(|_| ()).unwrap_err();
        assert_eq!(error.code(), "kafka-variable");
        assert!(error.to_string().contains("LEFTFOLD_NO_SUCH_VARIABLE"), "{error}");
    }
}
