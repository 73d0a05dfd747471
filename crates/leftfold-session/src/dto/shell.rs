//! What crosses the boundary of the program itself: errors, what it was started with, what was opened before, the demos.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::AxisDto;

dto! {
    /// An error as a front end sees it. The UI acts on `code`, a person reads `message`.
    struct ErrorDto {
        /// Stable across releases (`source-locked`, `filter-syntax`, `cancelled`, …).
        pub code: String,
        /// What, where and what to do, in English.
        pub message: String,
        /// The names and texts in it (`path`, `reason`, `name`, …), for a front end that says it in another language.
        pub params: std::collections::BTreeMap<String, String>,
    }

    /// What the shell knows at start.
    struct AppInfo {
        /// The program's version.
        pub version: String,
        /// The system's locale (`en-GB`, `zh-CN`).
        pub locale: String,
        /// What was asked for on the command line: a path, or nothing.
        pub open: Option<OpenAtStart>,
        /// Preferences as the UI last saved them (JSON text), if ever.
        pub preferences: Option<String>,
    }

    /// What a link or the command line asks the window to open, and where to stand in it.
    #[derive(Default, Eq)]
    struct OpenAtStart {
        /// A file's path; `demo:NAME` for a demo scenario.
        pub path: String,
        /// The table of the history, where the file may hold several.
        pub table: Option<String>,
        /// A point (`v7`, `#12`, `e12`, a time, `end`), if given.
        pub at: Option<String>,
        /// A stream to select, if given.
        pub stream: Option<String>,
        /// The axis, if given.
        pub axis: Option<AxisDto>,
        /// A filter, if given.
        pub filter: Option<String>,
        /// A projection, if given.
        pub projection: Option<String>,
    }

    /// A file opened before.
    struct RecentDto {
        /// Its path.
        pub path: String,
        /// Its file name.
        pub name: String,
        /// Whether it is still there.
        pub exists: bool,
        /// When it was last opened, RFC 3339.
        pub opened: String,
    }

    /// A demo scenario.
    struct DemoDto {
        /// Its name.
        pub name: String,
        /// Its title.
        pub title: String,
        /// What it shows.
        pub description: String,
    }
}
