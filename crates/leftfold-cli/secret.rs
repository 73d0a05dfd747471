//! `secret`: keeps a secret in the system's keyring, for connections that refer to it.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Args;
use leftfold_kafka::{forget_secret, keep_secret};

use crate::failure::{Failure, Outcome};
use crate::front::Front;

#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    /// What it goes by: ${keyring:NAME} in a property stands for it
    #[arg(value_name = "NAME")]
    name: String,
    /// Remove it
    #[arg(long)]
    forget: bool,
}

pub(crate) fn run(front: &mut Front, args: &SecretArgs) -> Outcome {
    let name = &args.name;
    if args.forget {
        forget_secret(name)?;
        front.note(format!("forgot {name}"));
        return Ok(());
    }
    let secret = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("secret {name}: "))?
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if secret.is_empty() {
        return Err(Failure::new("usage", "nothing was entered: nothing is kept"));
    }
    keep_secret(name, &secret)?;
    front.note(format!(
        "kept in the keyring: ${{keyring:{name}}} in a property stands for it"
    ));
    Ok(())
}
