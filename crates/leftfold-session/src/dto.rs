//! What crosses the boundary to a front end: plain data, 64-bit numbers and JSON as text.
//!
//! The window's TypeScript types are generated from these (see [`crate::contract`]).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A 64-bit integer as decimal text, because JavaScript's numbers stop at 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, TS)]
#[ts(as = "String")]
pub struct Int(pub i64);

impl Serialize for Int {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// A text that may be a secret: on its way in, and never out again.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(transparent)]
#[ts(as = "String")]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

macro_rules! dto {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(rename_all = "camelCase")]
        pub $kind $name $body
    )*};
}

mod asked;
mod compare;
mod divergence;
mod events;
mod export;
mod filter;
mod findings;
mod kafka;
mod shell;
mod source;
mod state;

pub use asked::*;
pub use compare::*;
pub use divergence::*;
pub use events::*;
pub use export::*;
pub use filter::*;
pub use findings::*;
pub use kafka::*;
pub use shell::*;
pub use source::*;
pub use state::*;
