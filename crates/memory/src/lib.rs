//! Hours of tallies, kept in memory while they fit and on disk when they do not, and given back in order.
//!
//! One-shot commands read files whose events come in any order: rotated logs, exports with one series after
//! the other. Each reader hands over what it has counted; here these parts merge, hour by hour. When they
//! outgrow their share of memory they are written to a temporary file as a sorted run, and at the end all runs
//! are read side by side. What is written is masked already, and the folder goes away with its owner.
//!
//! This is a temporary memory: it keeps nothing from one command to the next.

mod codec;
mod sample_codec;
mod sorter;
mod span_codec;

pub use sorter::{Hours, MemoryError, Sorter};
