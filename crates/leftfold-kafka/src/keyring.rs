//! Secrets in the system's keyring: the Secret Service, the macOS Keychain, the Windows Credential Manager.

use keyring::{Entry, Error};

use crate::error::KafkaError;

/// What our secrets go by there.
const SERVICE: &str = "leftfold";

/// A secret by its name.
pub(crate) fn secret(name: &str) -> Result<String, KafkaError> {
    entry(name)?.get_password().map_err(|e| told(name, &e))
}

/// Keeps a secret under a name, in place of one that is there.
pub fn keep_secret(name: &str, secret: &str) -> Result<(), KafkaError> {
    entry(name)?.set_password(secret).map_err(|e| told(name, &e))
}

/// Removes a secret.
pub fn forget_secret(name: &str) -> Result<(), KafkaError> {
    entry(name)?.delete_credential().map_err(|e| told(name, &e))
}

fn entry(name: &str) -> Result<Entry, KafkaError> {
    if name.is_empty() {
        return Err(KafkaError::Keyring("a secret needs a name".to_owned()));
    }
    Entry::new(SERVICE, name).map_err(|e| told(name, &e))
}

/// What went wrong. The errors' own texts may hold a secret's bytes; only of those that cannot are they told.
fn told(name: &str, error: &Error) -> KafkaError {
    const WHAT_TO_DO: &str = "unlock it, or start a Secret Service (GNOME Keyring, KWallet); without one, set an environment variable and write \
                              ${VARIABLE}";
    KafkaError::Keyring(match error {
        Error::NoEntry => {
            format!("it has no secret called {name:?}: `leftfold secret {name}` keeps one there")
        }
        Error::PlatformFailure(why) | Error::NoStorageAccess(why) => {
            format!("it does not answer ({why}): {WHAT_TO_DO}")
        }
        // The store is looked for when it is first asked for; what failed then is not told again.
        Error::NoDefaultStore => format!("it does not answer: {WHAT_TO_DO}"),
        Error::BadEncoding(_) => format!("the secret called {name:?} is no text"),
        _ => format!("the secret called {name:?} cannot be had"),
    })
}
