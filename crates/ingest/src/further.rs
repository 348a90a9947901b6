//! Which lines go on with what stands before them, where every line has a time of its own, as containers' runtimes give it.
//!
//! Indented lines, causes and the rest of a traceback belong to the record that is open, and pieces to their line, but only
//! within seconds: a program does not print one thing for hours. So a record is the same whether the file ends
//! here or goes on later, and with `as_of` nothing that was not written by then is put into what was.

use hark_event::{Level, Moment};

use crate::ear::Ear;
use crate::traceback::Traceback;

/// The longest pause within one record, however slow its disk or its reader.
const PAUSE_NANOS_MAX: u64 = 5_000_000_000;

/// The record that is open, as far as it tells what goes on with it.
#[derive(Debug, Default)]
pub(crate) struct Further {
    traceback: Traceback,
    /// When its last line was written.
    last: Option<Moment>,
}

impl Further {
    /// After the first line of a record.
    pub(crate) fn beginning_with(text: &str, time: Option<Moment>) -> Self {
        Self { traceback: Traceback::beginning_with(text), last: time }
    }

    /// Whether a line goes on with the record that is open, which has this level; else it is the first of the next.
    pub(crate) fn takes(
        &mut self,
        text: &str,
        time: Option<Moment>,
        level: Level,
        ear: &mut Ear<'_>,
    ) -> bool {
        if !follows(self.last, time, ear) {
            *self = Self::beginning_with(text, time);
            return false;
        }
        self.last = time.or(self.last);
        self.traceback.takes(text, level) || is_continuation(text)
    }
}

/// Whether what was written then can go on with what was written last.
pub(crate) fn follows(last: Option<Moment>, time: Option<Moment>, ear: &mut Ear<'_>) -> bool {
    let (Some(last), Some(time)) = (last, time) else { return true };
    last.nanos().abs_diff(time.nanos()) <= PAUSE_NANOS_MAX && ear.knows(last) == ear.knows(time)
}

/// Whether a line goes on with the record before it, as stack traces do.
pub(crate) fn is_continuation(text: &str) -> bool {
    text.starts_with([' ', '\t']) || text.starts_with("Caused by: ")
}
