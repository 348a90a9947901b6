//! Deploys and starts of a service: from changes, from `service.version`, from its own start-up lines, and from the gauge in which its
//! process says since when it has run (`process_start_time_seconds`).
//!
//! A start-up line is a line that speaks of starting *and* of the process (its name, a version, a port), and
//! that comes at most a few times a week: "Starting nightly reconciliation" starts a job, not a service.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use hark_event::{Hour, Moment};

use crate::occurrences::Occurrences;

/// How long after a start what begins is put down to it.
const EXPLAINS_SECONDS: i64 = 4 * 3_600;
/// A new build may speak before its start-up line is written.
const SLACK_SECONDS: i64 = 600;
const STARTS_MAX: usize = 2_000;
/// A line that comes in more hours of a week than this announces something else.
const HOURS_A_WEEK_MAX: usize = 6;

/// What a process says of its start is believed if it was measured within so long after it: an older one was heard, or is history.
const FRESH_SECONDS: f64 = 2.0 * 3_600.0;

/// One start of a service.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct Start {
    /// When.
    pub at: Moment,
    /// What told of it, in words: `version 1.8.2`, `start-up line`, `deploy payments-v1.8.2`.
    pub what: String,
}

/// The starts of one service, in order of time.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Starts {
    all: Vec<Start>,
    /// The hours in which they were: asked for by every series in every hour.
    hours: Vec<Hour>,
}

impl Starts {
    /// Remembers a start; the same start told twice within minutes is one, and keeps the better words.
    pub(crate) fn add(&mut self, at: Moment, what: String) {
        self.insert(at, what);
        self.hours = self.all.iter().map(|start| start.at.hour()).collect();
    }

    fn insert(&mut self, at: Moment, what: String) {
        let near = self.all.iter_mut().rev().take(8).find(|start| (start.at.seconds_since(at)).abs() <= 900);
        if let Some(known) = near {
            known.at = known.at.min(at);
            let is_line = known.what.starts_with("start-up");
            if known.what == OF_PROCESS || (is_line && what != OF_PROCESS) {
                known.what = what;
            }
            return;
        }
        if self.all.len() >= STARTS_MAX {
            self.all.remove(0);
        }
        self.all.push(Start { at, what });
        self.all.sort();
    }

    /// Remembers the start of a process, measured `at` as seconds since 1970. Where processes come and go every few hours, theirs
    /// are no starts of the service.
    pub(crate) fn add_of_process(&mut self, at: Moment, started: f64) {
        let age = at.seconds() as f64 - started;
        if !(0.0..=FRESH_SECONDS).contains(&age) {
            return;
        }
        let started = Moment::from_seconds(started as i64);
        let hours: BTreeSet<Hour> = self
            .all
            .iter()
            .filter(|start| start.what == OF_PROCESS && started.seconds_since(start.at).abs() <= WEEK_SECONDS)
            .map(|start| start.at.hour())
            .collect();
        if hours.len() < HOURS_A_WEEK_MAX {
            self.add(started, OF_PROCESS.to_owned());
        }
    }

    /// The start that can explain what began at `onset`, known to within `uncertain_seconds`.
    pub(crate) fn explaining(&self, onset: Moment, uncertain_seconds: i64) -> Option<&Start> {
        self.within(onset, -SLACK_SECONDS - uncertain_seconds..=EXPLAINS_SECONDS)
    }

    /// The same, unless there are so many in the two weeks around it that one of them would explain whatever begins.
    pub(crate) fn few_explaining(&self, onset: Moment, uncertain_seconds: i64) -> Option<&Start> {
        let near = |start: &&Start| start.at.seconds_since(onset).abs() <= WEEK_SECONDS;
        let few = self.all.iter().filter(near).count() <= HOURS_A_WEEK_MAX;
        self.explaining(onset, uncertain_seconds).filter(|_| few)
    }

    /// The start that can explain what was first heard at `heard` and may have begun `late_seconds` before.
    pub(crate) fn explaining_late(&self, heard: Moment, late_seconds: i64) -> Option<&Start> {
        self.within(heard, -SLACK_SECONDS..=EXPLAINS_SECONDS + late_seconds)
    }

    fn within(&self, onset: Moment, after: RangeInclusive<i64>) -> Option<&Start> {
        self.all.iter().rev().find(|start| after.contains(&onset.seconds_since(start.at)))
    }

    /// The first start within so many seconds after something was last said (or minutes before).
    pub(crate) fn ending(&self, last_said: Moment, patience_seconds: i64) -> Option<&Start> {
        self.all.iter().find(|start| {
            let after = start.at.seconds_since(last_said);
            (-EXPLAINS_SECONDS..=patience_seconds).contains(&after)
        })
    }

    /// The hours in which they were.
    pub(crate) fn hours(&self) -> &[Hour] {
        &self.hours
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Start] {
        &self.all
    }
}

/// How the start of a process is called; other words for the same start are better.
const OF_PROCESS: &str = "process start";
const WEEK_SECONDS: i64 = 7 * 86_400;

/// Whether a series says since when its process has run.
pub(crate) fn is_start_of_process(series: &str) -> bool {
    series.split('{').next().is_some_and(|name| name.ends_with("process_start_time_seconds"))
}

/// Whether a pattern reads like a service's start-up line.
pub(crate) fn reads_like_a_start(name: &str, service: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').collect();
    let says = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let starts =
        says(&["starting", "started", "startup", "booting", "booted", "launching", "launched", "serving"])
            || lower.contains("listening on")
            || lower.contains("ready to");
    let itself = says(&[
        "server",
        "application",
        "app",
        "service",
        "version",
        "listening",
        "port",
        "pid",
        "build",
        "worker",
    ]) || lower.contains(&service.to_ascii_lowercase())
        || lower.contains("v<*>");
    starts && itself
}

/// Whether a line comes rarely enough to announce starts.
pub(crate) fn comes_like_a_start(counts: &Occurrences) -> bool {
    let values = counts.values();
    let week = &values[values.len().saturating_sub(168)..];
    week.iter().filter(|&&count| count > 0).count() <= HOURS_A_WEEK_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_up_lines_speak_of_the_process() {
        let check = |name, expected| assert_eq!(reads_like_a_start(name, "payments"), expected, "{name}");
        check("payments <*> started in <*> seconds", true);
        check("Server listening on <*>", true);
        check("Starting application version <*>", true);
        check("starting nightly reconciliation", false);
        check("order <*> was started by user <*>", false);
    }

    #[test]
    fn a_process_says_when_it_started_and_once() {
        let mut starts = Starts::default();
        for minute in 0..300 {
            starts.add_of_process(Moment::from_seconds(1_000_000 + 60 * minute), 1_000_000.0);
        }
        starts.add_of_process(Moment::from_seconds(2_000_000), 1_900_000.0);
        starts.add_of_process(Moment::from_seconds(2_000_000), f64::NAN);
        assert_eq!(starts.all().len(), 1, "{starts:?}");
        starts.add(Moment::from_seconds(1_000_030), "version 2".to_owned());
        assert_eq!(starts.all()[0].what, "version 2");
    }

    #[test]
    fn where_processes_come_and_go_none_is_a_start_of_the_service() {
        let mut starts = Starts::default();
        for hour in 0..100 {
            let at = 1_000_000 + 3_600 * hour;
            starts.add_of_process(Moment::from_seconds(at + 30), at as f64);
        }
        assert!(starts.all().len() <= HOURS_A_WEEK_MAX, "{starts:?}");
    }

    #[test]
    fn where_something_is_changed_every_day_no_change_explains_what_begins() {
        let explains = |apart_hours: i64| {
            let mut turns = Starts::default();
            for change in 0..30 {
                turns.add(Moment::from_seconds(3_600 * apart_hours * change), format!("flag {change}"));
            }
            turns.few_explaining(Moment::from_seconds(3_600 * (apart_hours * 15 + 1)), 0).is_some()
        };
        assert!(explains(72) && !explains(24));
    }

    #[test]
    fn what_begins_within_four_hours_is_put_down_to_the_start() {
        let mut starts = Starts::default();
        starts.add(Moment::from_seconds(100_000), "version 2".to_owned());
        let explained = |seconds| starts.explaining(Moment::from_seconds(seconds), 0).is_some();
        assert!(explained(100_000) && explained(100_000 + 4 * 3_600) && explained(99_500));
        assert!(!explained(100_001 + 4 * 3_600) && !explained(99_000));
    }
}
