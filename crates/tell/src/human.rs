//! For people at a terminal: aligned, sparingly coloured, as wide as the terminal and never wider.
//!
//! Colour only repeats what words and shapes say, so plain output loses nothing.

mod beginnings;
pub(crate) mod explanation;
pub(crate) mod listening;
pub(crate) mod patterns;
mod picture;
pub(crate) mod replay;
mod sheet;
mod spark;
pub(crate) mod story;
pub(crate) mod survey;
