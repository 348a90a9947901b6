//! The sentences of `hark patterns`.

use hark_event::{Pattern, Patterns};

use super::{count, number};
use crate::calendar::Calendar;

/// How many patterns there are, and of how many records.
pub(crate) fn headline(patterns: &Patterns) -> String {
    let heard = count(patterns.heard as u64, "pattern", "patterns");
    let records = count(patterns.hearing.records, "log record", "log records");
    match patterns.patterns.len() {
        shown if shown == patterns.heard => format!("{heard} in {records}."),
        shown => format!("{heard} in {records}; {} of them here.", number(shown as u64)),
    }
}

/// Its part of all records: `12.3 %`.
pub(crate) fn share(pattern: &Pattern, patterns: &Patterns) -> String {
    let share = 100.0 * pattern.count as f64 / patterns.hearing.records.max(1) as f64;
    match share {
        share if share > 0.0 && share < 0.1 => "<0.1 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

/// When it was heard first and last.
pub(crate) fn seen(pattern: &Pattern, calendar: &Calendar) -> String {
    match (pattern.first_seen, pattern.last_seen) {
        (Some(first), Some(last)) if first != last => {
            format!("{} to {}", calendar.day_and_time(first), calendar.dated_time(last))
        }
        (Some(only), _) | (_, Some(only)) => calendar.dated_time(only),
        (None, None) => "at an unknown time".to_owned(),
    }
}
