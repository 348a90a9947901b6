//! The pipeline and its state: tallies, closed hours, patterns, episodes, signals.
//!
//! [`Tally`] counts events where they are read; its [`HourCells`] merge in any order; [`Listener`] is told one
//! closed hour after the other and says signals; [`Heard`] is what is known at a moment. No part of it reads
//! a clock, a file or the network: whoever calls tells the time.

mod accounted;
#[cfg(test)]
mod accounted_tests;
mod alarms;
mod awakenings;
mod budget;
mod calibration;
mod candidate;
mod cell;
mod clusters;
mod cut_names;
mod durations;
mod flows;
mod heard;
mod hearing_loss;
mod history;
mod kin;
mod ledger;
mod limit_index;
mod listener;
mod metric_name;
mod metric_subject;
mod names;
mod occurrences;
mod open_series;
mod pattern_subject;
#[cfg(test)]
mod pattern_tests;
mod phase;
mod picks;
#[cfg(test)]
mod plain_log;
mod rates;
mod requests;
mod room;
#[cfg(test)]
mod saved_tests;
mod season_clock;
mod service;
mod service_company;
mod service_errors;
mod service_jolts;
mod service_spans;
mod siblings;
mod silence;
mod span_cells;
mod span_subject;
mod span_tally;
#[cfg(test)]
mod span_tests;
mod starts;
mod survey;
mod tally;
mod told;
mod vicinity;
mod words;

pub use budget::{Attention, ITEMS_A_DAY, Selection, nearing, select};
pub use cell::{Exemplar, HourCells, LogCount, LogKey, SAMPLES_PER_HOUR_MAX, Samples};
pub use durations::Durations;
pub use flows::{DeclaredCalls, Ends, Flow, measures, names};
pub use heard::{Heard, HeardPattern, HeardService};
pub use ledger::{Fields, Ledger};
pub use listener::Listener;
pub use listener::closing::{SideBySide, Task};
pub use listener::saved::NotRestored;
pub use picks::{Pick, Picks};
pub use silence::{FellSilent, Medium};
pub use span_cells::{Called, Outline, Sighting, SpanCells, SpanCount};
pub use starts::Start;
pub use survey::{Surveyor, waiting};
pub use tally::Tally;
pub use told::Told;
pub use vicinity::{Course, Followed, Measure, Minute, Traced, Vicinity, Visit, Visits};
