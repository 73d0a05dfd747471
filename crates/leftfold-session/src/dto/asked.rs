//! What crosses the boundary of how comparisons and rules are asked for, and of those that the project file states.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::CompareOptionsDto;

dto! {
    /// How two sides relate.
    #[derive(Copy, Eq)]
    enum ModeDto {
        /// They hold the same events.
        Mirror,
        /// Their events belong together by a key.
        Correlated,
        /// The right one holds states of the left one's streams.
        Projection,
        /// There is one side, and rules that it should keep.
        Rules,
    }

    /// How events of two sides belong together, as it is written in the project file.
    #[derive(Eq)]
    struct CorrelatedOptionsDto {
        /// Which events of the left side take part (CEL); empty: all.
        pub left_when: String,
        /// Which of the right side.
        pub right_when: String,
        /// What an event of the left side shares with its partners: `payload.orderId`, `stream`, `correlation_id`, …
        pub left_key: String,
        /// What one of the right side does.
        pub right_key: String,
        /// How many belong to one: `1:1`, `1:0..1`, `1:1..`; empty: one.
        pub cardinality: String,
        /// How long after the left event its partners may take (`30s`); empty: however long.
        pub within: String,
        /// How far before the left event its partners may be stamped; empty: not at all.
        pub skew: String,
        /// What is equal: `payload.total = payload.amount`, or one field that both sides have.
        pub equal: Vec<String>,
    }

    /// How rows are states, as it is written in the project file.
    #[derive(Eq)]
    struct ProjectionOptionsDto {
        /// The projection that makes the states; empty: each stream's own.
        pub projection: String,
        /// The table whose rows are compared; empty: the file's only one, or its lines of states, or its history.
        pub table: String,
        /// What says whose state a row is: a column, or a template of columns; empty: the primary key.
        pub key: String,
        /// The columns that are compared; empty: all that both sides have.
        pub fields: Vec<String>,
        /// Where columns are in the state, where that is not a field of their name: column and place.
        pub map: Vec<(String, String)>,
        /// How far the rows may be behind the end (`5m`); empty: however far.
        pub within: String,
    }

    /// A comparison that the project file states.
    struct SavedComparisonDto {
        /// Its name.
        pub name: String,
        /// Its mode.
        pub mode: ModeDto,
        /// Its left side, as it is written.
        pub left: String,
        /// Its right side as a path that can be opened.
        pub right: String,
        /// How it compares; `None`: it cannot be used here.
        pub options: Option<CompareOptionsDto>,
        /// Why it cannot be used, in a sentence.
        pub problem: Option<String>,
        /// Whether its left side is the open source.
        pub is_here: bool,
    }

    /// A comparison or a rule that is to be saved: one of the two.
    struct CheckToSaveDto {
        /// Its name.
        pub name: String,
        /// The right side of a comparison, as a path.
        pub right: String,
        /// How it compares.
        pub options: Option<CompareOptionsDto>,
        /// The rule.
        pub rule: Option<RuleDto>,
    }

    /// What saving a comparison or a rule would write.
    struct CheckPlanDto {
        /// The project file.
        pub path: String,
        /// The lines.
        pub text: String,
        /// Whether one of the same name is there and is replaced.
        pub replaces: bool,
    }

    /// The rules of the project file that speaks for a source.
    struct RulesDto {
        /// The project file; `None`: there is none.
        pub path: Option<String>,
        /// Its rules.
        pub rules: Vec<StatedRuleDto>,
    }

    /// A rule that the project file states.
    struct StatedRuleDto {
        /// Its name.
        pub name: String,
        /// What it says; `None`: it cannot be read.
        pub rule: Option<RuleDto>,
        /// Why it cannot be used, in a sentence.
        pub problem: Option<String>,
        /// The source that it names where that is not the open one.
        pub elsewhere: Option<String>,
    }

    /// A rule as it is written. It has `check`, or `when`, `expect` and `by`.
    #[derive(Eq)]
    struct RuleDto {
        /// What it is called.
        pub name: String,
        /// Which events it is about (CEL); empty: all.
        pub when: String,
        /// What has to hold at each of them, over the event, `state` after it and `before` it.
        pub check: String,
        /// Or what has to follow each of them,
        pub expect: String,
        /// with which it shares this,
        pub by: String,
        /// and how soon (`30s`); empty: some time.
        pub within: String,
        /// Whether the history is complete: what has not followed by its end never will.
        pub settled: bool,
        /// Only streams of these names (`*` is any text); empty: all.
        pub streams: Vec<String>,
        /// Only streams of these categories; empty: all.
        pub categories: Vec<String>,
        /// Only events of these types; empty: all.
        pub types: Vec<String>,
        /// The projection whose states it sees; empty: each stream's own.
        pub projection: String,
    }
}
