//! Signals and stories for people and machines: terminal, Markdown, one-file HTML with drawings, JSON.
//!
//! Everything here turns a noun into text and nothing else: no clock, no file, no network, no terminal is
//! asked for anything; how wide it is and whether it has colours is told in a [`Screen`]. All formats take
//! their sentences from `words`, so that they say the same. Foreign text is made harmless where it enters a
//! format (`clean`, `markup`, `markdown::escape`, `wire::print`), never by whoever writes a sentence.

mod calendar;
mod clean;
mod columns;
mod draw;
mod html;
mod human;
mod markdown;
mod markup;
mod reference;
mod selection;
mod wire;
mod words;

pub mod listening;
pub mod patterns;
pub mod replay;
pub mod story;
pub mod survey;

#[cfg(test)]
mod fixture;

pub use wire::schemas;

use hark_event::Zone;

/// What people look at.
#[derive(Clone, Debug)]
pub struct Screen {
    /// How many columns a line may take; less than 40 and more than 200 are read as these.
    pub columns: usize,
    /// Whether escape sequences for colour and weight may be written.
    pub color: bool,
    /// The zone in whose local time people read.
    pub zone: Zone,
}

impl Screen {
    /// What is written where nobody looks at a terminal: no colours, 100 columns.
    pub fn plain(zone: Zone) -> Self {
        Self { columns: 100, color: false, zone }
    }
}
