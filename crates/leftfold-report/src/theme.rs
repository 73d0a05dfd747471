//! Colours: data.

use plotters::style::RGBColor;

/// Which of the two palettes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
}

pub(crate) struct Palette {
    pub(crate) ground: RGBColor,
    pub(crate) panel: RGBColor,
    pub(crate) line: RGBColor,
    pub(crate) text: RGBColor,
    pub(crate) dim: RGBColor,
    pub(crate) accent: RGBColor,
    pub(crate) playhead: RGBColor,
    pub(crate) on_playhead: RGBColor,
    pub(crate) mark: RGBColor,
    pub(crate) bad: RGBColor,
    /// The same, in the same order, as the window has.
    pub(crate) lanes: [RGBColor; 8],
}

const fn rgb(hex: u32) -> RGBColor {
    RGBColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Palette = Palette {
    ground: rgb(0x0f_1216),
    panel: rgb(0x15_1a20),
    line: rgb(0x26_2e38),
    text: rgb(0xd9_e0e8),
    dim: rgb(0x87_94a3),
    accent: rgb(0x7d_b3ff),
    playhead: rgb(0xff_cf5c),
    on_playhead: rgb(0x1c_1600),
    // Bookmarks are green, as in the window.
    mark: rgb(0x5f_d0a5),
    bad: rgb(0xff_6b6b),
    lanes: [
        rgb(0x6a_a9ff),
        rgb(0x5f_d0a5),
        rgb(0xe6_a85c),
        rgb(0xc7_9bf2),
        rgb(0x6f_c7d6),
        rgb(0xe5_8bb0),
        rgb(0xb3_c464),
        rgb(0xd9_9a86),
    ],
};

const LIGHT: Palette = Palette {
    ground: rgb(0xf6_f7f9),
    panel: rgb(0xff_ffff),
    line: rgb(0xdd_e3ea),
    text: rgb(0x1b_2430),
    dim: rgb(0x5d_6a79),
    accent: rgb(0x15_5cc9),
    playhead: rgb(0xb8_7d00),
    on_playhead: rgb(0x1c_1600),
    mark: rgb(0x0f_7a52),
    bad: rgb(0xcf_2f2f),
    lanes: [
        rgb(0x2f_74d0),
        rgb(0x14_855f),
        rgb(0xb3_6b12),
        rgb(0x7d_4bc2),
        rgb(0x17_7f92),
        rgb(0xb8_417a),
        rgb(0x66_7a12),
        rgb(0xa9_543b),
    ],
};

impl Palette {
    /// A lane's colour by its number.
    pub(crate) const fn lane(&self, number: usize) -> RGBColor {
        self.lanes[number % self.lanes.len()]
    }
}

impl Theme {
    pub(crate) const fn palette(self) -> &'static Palette {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }
}

/// `share` hundredths of a colour over another.
pub(crate) fn mix(top: RGBColor, bottom: RGBColor, share: u32) -> RGBColor {
    let part = |a: u8, b: u8| ((u32::from(a) * share + u32::from(b) * (100 - share)) / 100) as u8;
    RGBColor(
        part(top.0, bottom.0),
        part(top.1, bottom.1),
        part(top.2, bottom.2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(c: RGBColor) -> f64 {
        let part = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(c.0) + 0.7152 * part(c.1) + 0.0722 * part(c.2)
    }

    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn texts_can_be_read_and_lanes_be_seen() {
        for theme in [Theme::Dark, Theme::Light] {
            let p = theme.palette();
            for text in [p.text, p.dim, p.mark, p.bad] {
                assert!(contrast(text, p.ground) >= 4.5, "{theme:?} {text:?}");
            }
            assert!(contrast(p.on_playhead, p.playhead) >= 4.5, "{theme:?}");
            for lane in p.lanes.into_iter().chain([p.accent]) {
                assert!(contrast(lane, p.panel) >= 3.0, "{theme:?} {lane:?}");
            }
        }
    }
}
