//! Drawing: where things stand in a picture, and the pictures themselves.
//!
//! The arithmetic (`window`, `sample`, `scale`, `ticks`, `rows`) is shared by terminal and SVG. It never fails:
//! hostile curves (NaN, steps of zero, times at the ends of the world) give an empty or a flat picture.

pub(crate) mod canvas;
pub(crate) mod curve;
pub(crate) mod glimpse;
pub(crate) mod pulse;
pub(crate) mod rows;
pub(crate) mod sample;
pub(crate) mod scale;
mod shape;
pub(crate) mod ticks;
pub(crate) mod timeline;
pub(crate) mod window;

/// How wide a picture is drawn. A page holds all three and shows the one that fits, so that letters keep their size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Size {
    /// A desk.
    Wide,
    /// A tablet, or paper.
    Medium,
    /// A phone.
    Narrow,
}

impl Size {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Wide, Self::Medium, Self::Narrow];

    /// The width of a picture that takes the whole page, in pixels of its own letters.
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Wide => 1_040.0,
            Self::Medium => 700.0,
            Self::Narrow => 360.0,
        }
    }

    /// The width of a picture that stands beside its text where there is room for that.
    pub(crate) fn width_beside(self) -> f64 {
        match self {
            Self::Wide => 560.0,
            Self::Medium | Self::Narrow => self.width(),
        }
    }

    /// The class by which the page's style shows it where it fits.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Medium => "medium",
            Self::Narrow => "narrow",
        }
    }

    /// Room for the names of lanes, left of the plot.
    fn gutter(self) -> f64 {
        match self {
            Self::Wide => 84.0,
            Self::Medium => 74.0,
            Self::Narrow => 0.0,
        }
    }

    /// The longest label beside a mark, in characters.
    fn label_max(self) -> usize {
        match self {
            Self::Wide => 44,
            Self::Medium => 32,
            Self::Narrow => 22,
        }
    }
}

/// The width of a label in 12-pixel letters of the widest usual sans-serif face: better a gap than an overlap.
fn label_width(label: &str) -> f64 {
    6.9 * crate::columns::width(label) as f64
}
