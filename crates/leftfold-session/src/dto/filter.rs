//! What crosses the boundary of a filter.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

dto! {
    /// Whether a filter can be used.
    struct FilterCheckDto {
        /// `None`: it can.
        pub error: Option<FilterErrorDto>,
    }

    /// Where a filter is wrong.
    struct FilterErrorDto {
        /// Stable across releases: `filter-syntax`, `filter-name` or `filter-not-a-condition`.
        pub code: String,
        /// What is wrong and what to write instead.
        pub message: String,
        /// First wrong character (UTF-16 units, as JavaScript counts).
        pub start: u32,
        /// After the last wrong character.
        pub end: u32,
    }

    /// How far a filter is.
    struct FilterDto {
        /// Its handle; use it in other queries while it is still scanning: they see what matched so far.
        pub id: u32,
        /// Its text.
        pub text: String,
        /// Events that match so far.
        pub matched: u32,
        /// Events looked at so far.
        pub scanned: u32,
        /// Events to look at.
        pub total: u32,
        /// Whether it is done.
        pub done: bool,
        /// Events on which the expression failed (a missing field counts as no match, not as failure).
        pub failed: u32,
        /// The first failure, in a sentence.
        pub first_failure: Option<String>,
    }

    /// What a name in a filter is of.
    #[derive(Copy, Eq)]
    enum UnknownKindDto {
        /// An event type.
        Type,
        /// A category.
        Category,
        /// A stream.
        Stream,
        /// A field of payload, metadata or what the source has besides.
        Field,
    }

    /// A name in the place of one that is not there.
    struct ProposedNameDto {
        /// The name; a field as a filter writes it.
        pub name: String,
        /// The filter with this name in the place of the other; `None` where that place cannot be found.
        pub filter: Option<String>,
    }

    /// A name in a filter that nothing in the history has.
    struct UnknownNameDto {
        /// What it is of.
        pub kind: UnknownKindDto,
        /// The name; a field as a filter writes it.
        pub name: String,
        /// Names like it that are there, nearest first.
        pub near: Vec<ProposedNameDto>,
        /// Where none is like it: some of those that are there.
        pub others: Vec<ProposedNameDto>,
        /// Whether there are more of these.
        pub more: bool,
        /// A field: how many events were looked at; `None`: all.
        pub looked_at: Option<u32>,
        /// All of it in a sentence (English).
        pub message: String,
    }
}
