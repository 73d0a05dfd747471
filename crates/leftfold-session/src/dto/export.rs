//! What crosses the boundary of what is seen written to files.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AxisDto, GapDto, Int, LaneByDto, PlaceDto};

dto! {
    /// What is written.
    #[derive(Copy, Eq)]
    enum ExportFormDto {
        /// Events, a line of JSON each.
        EventsNdjson,
        /// Events as a table.
        EventsCsv,
        /// The states of their streams at the playhead, a line of JSON each.
        StatesNdjson,
        /// The states as a table.
        StatesCsv,
        /// The timeline as a picture that scales.
        Svg,
        /// The timeline as a picture of pixels.
        Png,
        /// A page to hand over: the timeline, bookmarks with the states there, what became of which stream, and the events.
        Page,
    }

    /// A marked place.
    struct BookmarkDto {
        /// Where.
        pub place: PlaceDto,
        /// Whose state is shown there; `None`: that of the stream of the last event up to there.
        pub stream: Option<u32>,
        /// What was noted.
        pub note: String,
    }

    /// A lane of the picture, which may be several of the log's in one.
    struct ExportLaneDto {
        /// What it is called.
        pub name: String,
        /// The keys of what it holds.
        pub keys: Vec<u32>,
        /// The number of its colour.
        pub colour: u32,
    }

    /// A lane of values.
    struct ExportValueDto {
        /// What it is called.
        pub name: String,
        /// Whose state the field is in.
        pub stream: u32,
        /// The field, as a JSON pointer.
        pub path: String,
    }

    /// The language of what is written, where it has words of its own.
    #[derive(Copy, Eq)]
    enum LanguageDto {
        /// English.
        En,
        /// Simplified Chinese.
        Zh,
    }

    /// What of a source is written.
    struct ExportDto {
        /// As what.
        pub form: ExportFormDto,
        /// Along which timeline.
        pub axis: AxisDto,
        /// The first coordinate; `None`: from the beginning.
        pub from: Option<Int>,
        /// The last coordinate, itself included; `None`: to the end.
        pub to: Option<Int>,
        /// What makes a lane of the picture.
        pub by: LaneByDto,
        /// Its lanes, from top to bottom.
        pub lanes: Vec<ExportLaneDto>,
        /// Its lanes of values, below them.
        pub values: Vec<ExportValueDto>,
        /// The gaps that are folded.
        pub folds: Vec<GapDto>,
        /// What each of them takes of the axis.
        pub fold_length: Int,
        /// Whether counts are as high as they are great, and not by their roots.
        pub linear: bool,
        /// The playhead: where the states are taken, and drawn in the picture.
        pub playhead: PlaceDto,
        /// Marked places.
        pub bookmarks: Vec<BookmarkDto>,
        /// The projection; `None`: the configured one of each stream.
        pub projection: Option<String>,
        /// The language of a page, and of a picture that scales.
        pub language: LanguageDto,
        /// Whether the picture is dark.
        pub dark: bool,
        /// Whether a file that is there may be replaced. The source never is.
        pub replace: bool,
    }

    /// What was written.
    #[derive(Copy, Eq)]
    struct ExportedDto {
        /// How many events or states.
        pub written: u32,
        /// Whether each state stands whole in one column, because all of them have too many fields for a table.
        pub whole: bool,
    }

    /// How far an export is.
    #[derive(Copy, Eq)]
    struct ExportProgressDto {
        /// Events or states written.
        pub done: Int,
        /// Of so many; 0: not known.
        pub total: Int,
    }
}
