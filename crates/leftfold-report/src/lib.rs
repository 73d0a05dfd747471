//! Charts: a history's density over time, as SVG, as PNG and as text for a terminal.
//!
//! Takes plain numbers and knows nothing of where they come from. The same chart gives the same bytes everywhere: the font is
//! part of the program.

mod chart;
mod density;
mod drawing;
mod ruler;
mod text;
mod theme;

pub use chart::{Axis, ChartError, Lane, Mark, TimelineChart};
pub use drawing::{timeline_png, timeline_png_bytes, timeline_svg};
pub use text::timeline_text;
pub use theme::Theme;
