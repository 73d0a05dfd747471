//! Files of properties: librdkafka's, and Java's put into librdkafka's words.

/// Java's properties that mean nothing to a reader in librdkafka.
const OF_JAVA_ALONE: &[&str] = &[
    "key.deserializer",
    "value.deserializer",
    "key.serializer",
    "value.serializer",
    "max.poll.records",
    "default.api.timeout.ms",
    "request.timeout.ms",
    "ssl.enabled.protocols",
    "ssl.protocol",
    "ssl.secure.random.implementation",
    "ssl.keymanager.algorithm",
    "ssl.trustmanager.algorithm",
    "ssl.truststore.password",
    "sasl.login.callback.handler.class",
    "sasl.client.callback.handler.class",
    "interceptor.classes",
    "exclude.internal.topics",
];

/// The names and values of a file's lines: `name=value` or `name: value`, comments with `#` or `!`, a line that ends in `\` goes on.
pub(crate) fn lines(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let mut line = line.trim().to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while line.ends_with('\\') {
            line.pop();
            match lines.next() {
                Some((_, more)) => line.push_str(more.trim()),
                None => break,
            }
        }
        // The line itself may hold a secret and is not shown.
        let Some((name, value)) = line.split_once('=').or_else(|| line.split_once(':')) else {
            return Err(format!("line {} is no NAME=VALUE", number + 1));
        };
        found.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    Ok(found)
}

/// The same in librdkafka's words.
pub(crate) fn translated(lines: &[(String, String)]) -> Result<Vec<(String, String)>, String> {
    let get = |name: &str| {
        let found = lines.iter().rfind(|(n, _)| n == name);
        found.map(|(_, v)| v.clone())
    };
    let is_pem = |of: &str| get(of).is_some_and(|t| t.eq_ignore_ascii_case("PEM"));
    let mut out = Vec::new();
    let mut put = |name: &str, value: String| out.push((name.to_owned(), value));
    for (name, value) in lines {
        match name.as_str() {
            "ssl.truststore.location" => {
                if !is_pem("ssl.truststore.type") {
                    return Err(
                        "ssl.truststore.location names a Java keystore, which librdkafka cannot read: write its certificates as PEM \
                         (keytool -exportcert -rfc) and set ssl.ca.location"
                            .to_owned(),
                    );
                }
                put("ssl.ca.location", value.clone());
            }
            "ssl.truststore.certificates" => put("ssl.ca.pem", value.clone()),
            "ssl.keystore.location" if is_pem("ssl.keystore.type") => {
                // Java keeps both in one file.
                put("ssl.certificate.location", value.clone());
                put("ssl.key.location", value.clone());
            }
            "ssl.keystore.location"
                if get("ssl.keystore.type").is_some_and(|t| t.eq_ignore_ascii_case("JKS")) =>
            {
                return Err(
                    "ssl.keystore.location names a Java keystore, which librdkafka cannot read: turn it into PKCS#12 (keytool \
                     -importkeystore -deststoretype pkcs12) or PEM"
                        .to_owned(),
                );
            }
            "ssl.keystore.certificate.chain" => put("ssl.certificate.pem", value.clone()),
            "ssl.keystore.key" => put("ssl.key.pem", value.clone()),
            "sasl.jaas.config" => {
                for (name, value) in login(value)? {
                    put(name, value);
                }
            }
            "ssl.truststore.type" | "ssl.keystore.type" => {}
            // Empty means "do not look at the host's name" to Java, and that is what librdkafka calls none.
            "ssl.endpoint.identification.algorithm" if value.is_empty() => put(name, "none".to_owned()),
            name if OF_JAVA_ALONE.contains(&name) => {}
            name => put(name, value.clone()),
        }
    }
    Ok(out)
}

/// What a JAAS line says: `MODULE required name="value" …;`.
fn login(line: &str) -> Result<Vec<(&'static str, String)>, String> {
    let module = line.split_whitespace().next().unwrap_or_default();
    let options = options(line);
    let get = |name: &str| options.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let module = module.rsplit('.').next().unwrap_or_default();
    match module {
        "PlainLoginModule" | "ScramLoginModule" => {
            let (Some(user), Some(password)) = (get("username"), get("password")) else {
                return Err("sasl.jaas.config names no username and password".to_owned());
            };
            Ok(vec![("sasl.username", user), ("sasl.password", password)])
        }
        "OAuthBearerLoginModule" => match get("unsecuredLoginStringClaim_sub") {
            Some(principal) => Ok(vec![
                ("enable.sasl.oauthbearer.unsecure.jwt", "true".to_owned()),
                ("sasl.oauthbearer.config", format!("principal={principal}")),
            ]),
            None => {
                let mut found = vec![("sasl.oauthbearer.method", "oidc".to_owned())];
                for (theirs, ours) in [
                    ("clientId", "sasl.oauthbearer.client.id"),
                    ("clientSecret", "sasl.oauthbearer.client.secret"),
                    ("scope", "sasl.oauthbearer.scope"),
                ] {
                    found.extend(get(theirs).map(|v| (ours, v)));
                }
                Ok(found)
            }
        },
        "Krb5LoginModule" => Ok(get("principal")
            .map(|p| ("sasl.kerberos.principal", p))
            .into_iter()
            .chain(get("keyTab").map(|k| ("sasl.kerberos.keytab", k)))
            .collect()),
        other => Err(format!(
            "sasl.jaas.config names {other}, which librdkafka does not know: set its properties by librdkafka's names"
        )),
    }
}

/// `name="value"` pairs; `\"` and `\\` inside a value.
fn options(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before
            .split([' ', '\t', ';'])
            .next_back()
            .unwrap_or_default()
            .to_owned();
        let after = after.trim_start();
        let mut value = String::new();
        let mut used = 0;
        if let Some(quoted) = after.strip_prefix('"') {
            let mut chars = quoted.char_indices();
            used = after.len();
            while let Some((i, c)) = chars.next() {
                match c {
                    '"' => {
                        used = i + 2;
                        break;
                    }
                    '\\' => value.extend(chars.next().map(|(_, c)| c)),
                    c => value.push(c),
                }
            }
        } else {
            let end = after.find([' ', '\t', ';']).unwrap_or(after.len());
            value.push_str(&after[..end]);
            used += end;
        }
        found.push((name, value));
        rest = &after[used..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let translated = translated(&lines(text).unwrap()).unwrap();
        translated.into_iter().map(|(n, v)| format!("{n}={v}")).collect()
    }

    #[test]
    fn a_java_file_is_put_into_librdkafkas_words() {
        assert_eq!(
            of(
                "# a comment\nbootstrap.servers = h:1\nsasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule \\\n  required username=\"al\\\"ice\" password=\"a=b;c\";\nkey.deserializer=x\n"
            ),
            [
                "bootstrap.servers=h:1",
                "sasl.username=al\"ice",
                "sasl.password=a=b;c"
            ]
        );
        assert_eq!(
            of(
                "ssl.truststore.type=PEM\nssl.truststore.location=/ca.pem\nssl.keystore.type=PEM\nssl.keystore.location=/me.pem\n"
            ),
            [
                "ssl.ca.location=/ca.pem",
                "ssl.certificate.location=/me.pem",
                "ssl.key.location=/me.pem"
            ]
        );
        assert_eq!(
            of("sasl.jaas.config=o.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"bob\";"),
            [
                "enable.sasl.oauthbearer.unsecure.jwt=true",
                "sasl.oauthbearer.config=principal=bob"
            ]
        );
    }

    #[test]
    fn a_java_keystore_is_refused_with_what_to_do() {
        let refused = translated(&lines("ssl.truststore.location=/x.jks").unwrap()).unwrap_err();
        assert!(refused.contains("keytool"), "{refused}");
    }

    #[test]
    fn a_broken_line_is_told_by_its_number_alone() {
        assert_eq!(lines("a=b\nsecret").unwrap_err(), "line 2 is no NAME=VALUE");
    }
}
