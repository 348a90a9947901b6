//! How often a pattern is said: bursts of an hour, growth over days, and growth of what a build brought.
//!
//! Each is held against the pattern's own history, in proportion to the traffic of its service or to the clock. What a burst added
//! is taken as usual where days are judged, so that nothing is said twice.

use std::borrow::Cow;
use std::ops::Range;

use hark_detect::counts::{self, Expectation, Rising};
use hark_detect::{burst, newcomer};
use hark_event::{Evidence, Hour, SignalKind};

use super::{Around, JUDGED_EVERY_HOURS, PatternSubject, YOUNG_HOURS};
use crate::candidate::{Candidate, Class, Explainable};
use crate::phase::Phase;
use crate::words::{hours, latest, quantity, quoted, times};

/// So long a line that a build explained is held against its own first days; after that it has a history as others have.
const NEWCOMER_HOURS: i64 = 28 * 24;

impl PatternSubject {
    /// What is to be said of the hour by itself.
    pub(super) fn judge_burst(&self, around: &Around<'_>) -> Option<Candidate> {
        let may_speak = self.burst_phase.may_speak(around.hour);
        let young = around.hour - self.first_seen.hour() < YOUNG_HOURS;
        if !may_speak || (young && !self.introduced) || self.counts.last()? < burst::COUNT_MIN {
            return None;
        }
        let (counts, traffic) = self.judged_window(around);
        let found = burst::burst(&counts, traffic)?;
        let summary = format!(
            "{} bursts: {} records in {} where {} were expected; never more than {} in an hour of the {} before.",
            quoted(&self.name),
            found.counted,
            hours(found.hours),
            quantity(found.expected),
            found.fullest_before,
            hours(counts.len() - 2),
        );
        let mut evidence = self.evidence();
        evidence.push(Evidence {
            time: around.hour.end(),
            text: format!("{} records, {} expected", found.counted, quantity(found.expected)),
            source: format!("{} over the last {}", quoted(&self.name), latest(found.hours)),
        });
        Some(Candidate {
            kind: SignalKind::PatternBurst,
            class: Class::Burst,
            subject: self.subject(),
            onset: (around.hour + 1 - found.hours as i64).start(),
            score: found.score,
            summary,
            evidence,
            explainable: Explainable::Never,
        })
    }

    pub(super) fn judge_rising(&mut self, around: &Around<'_>) -> Option<Candidate> {
        // Of a newcomer it is said that it is new, not that it rises from nothing.
        let young = around.hour - self.first_seen.hour() < YOUNG_HOURS;
        if around.hour.0 % JUDGED_EVERY_HOURS != 0 || (young && !self.introduced) {
            return None;
        }
        let (counts, traffic) = self.window_without_burst(around);
        let found = counts::rising(&counts, traffic)?;
        drop(counts);
        let ratio = found.counted as f64 / found.expected.max(0.5);
        let summary = format!(
            "{} is said {} as often as usual: {} records in {} where {} were expected.",
            quoted(&self.name),
            times(ratio),
            found.counted,
            hours(found.window_hours),
            quantity(found.expected),
        );
        Some(self.rising(around, found, summary))
    }

    /// A line that a build explained, and that grows since: what is no longer steady is no longer explained.
    pub(super) fn judge_newcomer(&mut self, around: &Around<'_>) -> Option<Candidate> {
        let since = self.usual_since?;
        if around.hour.0 % JUDGED_EVERY_HOURS != 0 || around.hour - since > NEWCOMER_HOURS {
            return None;
        }
        let (counts, traffic) = self.window_without_burst(around);
        let found = newcomer::growing(&counts, traffic)?;
        let days = hours(counts.len());
        drop(counts);
        let ratio = found.counted as f64 / found.expected.max(0.5);
        let summary = format!(
            "{} is said more from day to day since it came {days} ago: {} records in {} where {} would be as in its first days, {}.",
            quoted(&self.name),
            found.counted,
            hours(found.window_hours),
            quantity(found.expected),
            times(ratio),
        );
        Some(self.rising(around, found, summary))
    }

    fn rising(&mut self, around: &Around<'_>, found: Rising, summary: String) -> Candidate {
        self.risen_times = found.counted as f64 / found.expected.max(0.5);
        let mut evidence = self.evidence();
        evidence.push(Evidence {
            time: around.hour.end(),
            text: format!("{} records, {} expected", found.counted, quantity(found.expected)),
            source: format!("{} over the last {}", quoted(&self.name), latest(found.window_hours)),
        });
        Candidate {
            kind: SignalKind::PatternRising,
            class: Class::Rising,
            subject: self.subject(),
            onset: (around.hour + 1 - found.hours_since_onset as i64).start(),
            score: found.score,
            summary,
            evidence,
            // A known line that is said more often is a change in behaviour, whatever was deployed before it.
            explainable: Explainable::Never,
        }
    }

    /// The score that calibration is fed with on a quiet day, by class.
    pub(crate) fn quiet_scores(&self, around: &Around<'_>) -> impl Iterator<Item = (Class, f64)> {
        let (counts, traffic) = self.judged_window(around);
        let (even, _) = self.window_without_burst(around);
        let rising = counts::score_now(&even, traffic).map(|score| (Class::Rising, score));
        let is_calm = !matches!(self.burst_phase, Phase::Open(_));
        let burst =
            burst::score_of_day(&counts, traffic).filter(|_| is_calm).map(|score| (Class::Burst, score));
        rising.into_iter().chain(burst)
    }

    /// Remembers that a burst was said which began then.
    pub(crate) fn open_burst(&mut self, onset: Hour, hour: Hour, episode: usize) {
        self.burst_phase = Phase::Open(episode);
        self.burst_hours = Some(onset..hour + 1);
    }

    /// Whether an open burst is over at the close of this hour.
    pub(crate) fn burst_ends(&mut self, around: &Around<'_>) -> bool {
        let Some(burst) = self.burst_hours.clone() else { return true };
        let (counts, traffic) = self.judged_window(around);
        let is_calm = burst::is_calm(&counts, traffic, (around.hour + 1 - burst.start) as usize);
        drop(counts);
        self.burst_hours = Some(burst.start..around.hour + 1);
        is_calm
    }

    /// How often it was said in the remembered hours from one to another.
    pub(crate) fn count_within(&self, hours: Range<Hour>) -> u64 {
        let counts = self.counts.since(hours.start);
        let skipped = (self.counts.first() - hours.start).max(0);
        let until = (hours.end - hours.start - skipped).clamp(0, counts.len() as i64) as usize;
        counts[..until].iter().map(|&count| u64::from(count)).sum()
    }

    /// A risen pattern is over when three days together are near what they were before, or when the last day or two can
    /// hardly be told otherwise.
    pub(super) fn is_still_high(&self, around: &Around<'_>) -> bool {
        let (counts, traffic) = self.judged_window(around);
        let Some(split) = counts.len().checked_sub(72) else { return true };
        let usual = split.saturating_sub(14 * 24);
        let base = usual.max(counts::HISTORY_HOURS_MIN).min(split);
        let Some(expectation) = Expectation::learn(&counts[..base], &traffic[..base]) else { return true };
        let heard = |from: usize| {
            let counted: u64 = counts[from..].iter().map(|&count| u64::from(count)).sum();
            (counted, expectation.expected(&traffic[from..]))
        };
        let (counted, expected) = heard(split);
        let back = [24, 36, 48].map(|hours| heard(counts.len() - hours));
        counted as f64 > 1.2 * expected
            && !back.iter().any(|(counted, expected)| counts::is_back(*counted, *expected, self.risen_times))
    }

    /// The same as if its latest burst had been hours as usual: what was said of hours need not be said of days.
    pub(super) fn window_without_burst<'a>(&'a self, around: &Around<'a>) -> (Cow<'a, [u32]>, &'a [u32]) {
        let (mut counts, traffic) = self.judged_window(around);
        let first = around.hour + 1 - counts.len() as i64;
        let at = |hour: Hour| (hour - first).clamp(0, counts.len() as i64) as usize;
        let burst = self.burst_hours.as_ref().map(|burst| at(burst.start)..at(burst.end));
        if let Some(burst) = burst.filter(|burst| !burst.is_empty()) {
            let sum: u64 = counts[..burst.start].iter().map(|&count| u64::from(count)).sum();
            let usual = sum as f64 / burst.start.max(1) as f64;
            // Rounded so that the sum over its hours is right.
            let until = |hours: usize| (usual * hours as f64).round() as u32;
            for (hour, count) in counts.to_mut()[burst].iter_mut().enumerate() {
                *count = (*count).min(until(hour + 1) - until(hour));
            }
        }
        (counts, traffic)
    }

    pub(super) fn judged_window<'a>(&'a self, around: &Around<'a>) -> (Cow<'a, [u32]>, &'a [u32]) {
        let from = self
            .usual_since
            .unwrap_or(self.counts.first())
            .max(self.counts.first())
            .max(around.traffic.first());
        (self.counts.since(from), around.traffic.since(from))
    }
}
