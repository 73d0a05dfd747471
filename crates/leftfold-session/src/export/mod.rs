//! What is seen, written to files: events and states as lines and tables, the timeline as a picture, a part of a history as a page.

pub(crate) mod command;
mod csv;
mod page;
mod picture;
mod states;

pub use page::{Bookmark, PageOf};
pub use picture::{Picture, PictureLane, PictureValue, timeline_chart};
pub use states::StatesWritten;
