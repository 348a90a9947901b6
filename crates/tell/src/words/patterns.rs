//! The sentences of `hark patterns`.

use hark_event::{Level, Pattern, Patterns};

use super::{count, number};
use crate::calendar::Calendar;

/// How many patterns there are, and of how many records.
pub(crate) fn headline(patterns: &Patterns) -> String {
    let heard = count(patterns.heard as u64, "pattern", "patterns");
    let records = count(patterns.hearing.records, "log record", "log records");
    match patterns.patterns.len() {
        shown if shown == patterns.heard => format!("{heard} in {records}."),
        shown => {
            format!("{heard} in {records}; {} of them here{}.", number(shown as u64), said_loudly(patterns))
        }
    }
}

fn said_loudly(patterns: &Patterns) -> String {
    let least = patterns.level_min.map(Level::name).filter(|name| !name.is_empty());
    least.map_or_else(String::new, |name| format!(", each with records at {name} or above"))
}

/// What was said louder than usually: `9 at ERROR (10.0 %)`; nothing if nothing was.
pub(crate) fn louder(pattern: &Pattern) -> Option<String> {
    let usual = pattern.levels.usual();
    let louder = pattern.levels.said().rev().filter(|(level, _)| *level > usual);
    let said: Vec<String> = louder
        .map(|(level, count)| {
            format!("{} at {} ({})", number(count), level.name(), part(count, pattern.count))
        })
        .collect();
    (!said.is_empty()).then(|| format!("of them {}", said.join(", ")))
}

/// What a page has to say once, so that each of its lines can do without.
pub(crate) fn how_to_read(patterns: &Patterns, shown: &str, calendar: &Calendar) -> String {
    let mut said = String::new();
    if !shown.is_empty() {
        said.push_str(&format!("{shown} "));
    }
    said.push_str("<*> is what varies.");
    if let (Some(from), Some(to)) = (patterns.hearing.from, patterns.hearing.to) {
        let (from, to) = (calendar.day_and_time(from), calendar.dated_time(to));
        said.push_str(&format!(
            " Bars are records over time, {from} to {to} ({}), each row to its own height.",
            calendar.zone_name()
        ));
    }
    said
}

/// Its part of all records: `12.3 %`.
pub(crate) fn share(pattern: &Pattern, patterns: &Patterns) -> String {
    part(pattern.count, patterns.hearing.records)
}

fn part(count: u64, of: u64) -> String {
    let share = 100.0 * count as f64 / of.max(1) as f64;
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
