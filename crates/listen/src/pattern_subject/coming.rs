//! A pattern that comes for the first time, comes back after weeks, or goes.
//!
//! A build explains the coming and going of ordinary lines as long as they stay as they came. A line that comes less often
//! than once in days is known too late to be told from chance; what is dropped on purpose looks like what fell silent.

use hark_detect::novelty::{self, Appearances};
use hark_detect::{returned, vanished};
use hark_event::{Hour, Level, Moment, SignalKind};

use super::{Around, JUDGED_EVERY_HOURS, PatternSubject, WARM_UP_HOURS, WARM_UP_LOUD_HOURS};
use crate::candidate::{Candidate, Class, Explainable};
use crate::kin::speaks_of_trouble;
use crate::words::{hours, quantity, quoted};

/// Records that it takes to say that something comes in proportion to traffic.
const STEADY_COUNT_MIN: u64 = 12;
/// How long is waited for them.
const FEW_WAIT_HOURS: i64 = 44;
/// A line is put down to a build at most so long before it was first heard, beyond the hours that any is given.
const LATE_SECONDS_MAX: i64 = 36 * 3_600;
/// A new line that has been steady for so long is one of the usual ones.
const SETTLED_HOURS: i64 = 8 * 24;
/// A line that has not come to stay so long after it was back only came by.
const RETURN_SEEN_HOURS: i64 = 7 * 24;

/// What grows by less between the halves of a window is steady.
const GROWTH_MIN: f64 = 2.5;
/// And so is what grows by less than chance makes of a steady rate.
const GROWTH_SIGMAS_MIN: f64 = 2.5;

/// By how much the share of traffic has grown from the first half of a window to the second.
struct Growth {
    times: f64,
    /// In binomial sigmas.
    sigmas: f64,
}

impl PatternSubject {
    pub(super) fn judge_returned(&mut self, around: &Around<'_>) -> Option<Candidate> {
        let (before, back_at) = self.dormant?;
        if around.hour - back_at.hour() > RETURN_SEEN_HOURS {
            self.dormant = None;
            return None;
        }
        let loud = self.level >= Level::Warn;
        let since = Appearances {
            count: self.total - before.count,
            hours_before: before.silent_hours,
            ..self.appearances_since(back_at, around.hour)
        };
        let found = returned::returned(before, since, loud)?;
        let summary = format!(
            "{} is said again after {} of silence: {} records in {} so far.",
            quoted(&self.name),
            hours(found.silent_hours as usize),
            since.count,
            hours((since.span_hours + 1) as usize),
        );
        Some(Candidate {
            kind: SignalKind::PatternReturned,
            class: Class::Returned,
            subject: self.subject(),
            onset: back_at,
            score: found.score,
            summary,
            evidence: self.evidence(),
            // A build may bring an ordinary line back as it may drop it.
            explainable: if loud {
                Explainable::Never
            } else {
                Explainable::ByDeploy { uncertain_seconds: 0 }
            },
        })
    }

    pub(super) fn judge_new(&mut self, around: &Around<'_>) -> Option<Candidate> {
        if self.introduced {
            return None;
        }
        let loud = self.level >= Level::Warn;
        let warm_up = if loud { WARM_UP_LOUD_HOURS } else { WARM_UP_HOURS };
        if self.first_seen.hour() - around.heard_from < warm_up {
            self.introduced = true;
            return None;
        }
        let seen = self.appearances(around.hour, around.heard_from);
        let stays =
            if loud { novelty::has_come_to_stay_loudly(seen) } else { novelty::has_come_to_stay(seen) };
        // A handful of records cannot be said to be steady: a build is not yet seen to explain them, nor not to.
        let few = seen.count < STEADY_COUNT_MIN;
        if !stays || (few && !loud && around.hour - self.first_seen.hour() < FEW_WAIT_HOURS) {
            return None;
        }
        let days = (around.hour - around.heard_from) / 24;
        let level = if loud { format!(" at {}", self.level.name()) } else { String::new() };
        let summary = format!(
            "{} is said{level} for the first time in {days} days of listening: {} records in {} so far.",
            quoted(&self.name),
            seen.count,
            hours((seen.span_hours + 1) as usize),
        );
        let steady = self.seems_steady_since(around, self.first_seen.hour());
        Some(Candidate {
            kind: SignalKind::PatternNew,
            class: if loud { Class::NewLoud } else { Class::New },
            subject: self.subject(),
            onset: self.first_seen,
            score: 1.0,
            summary,
            evidence: self.evidence(),
            explainable: if loud || !steady {
                Explainable::Never
            } else {
                Explainable::NewByDeploy { late_seconds: self.late_seconds(), few }
            },
        })
    }

    /// How long before its first record it may have begun: three of its usual pauses.
    pub(crate) fn late_seconds(&self) -> i64 {
        let span = self.last_seen.seconds_since(self.first_seen);
        (3 * span / (self.total as i64 - 1).max(1)).min(LATE_SECONDS_MAX)
    }

    pub(super) fn judge_vanished(&self, around: &Around<'_>) -> Option<Candidate> {
        let last = self.counts.last()?;
        if last > 0 || self.total < 24 || self.dropped {
            return None;
        }
        let from = self.counts.first().max(around.traffic.first());
        let found = vanished::vanished(&self.counts.since(from), around.traffic.since(from))?;
        // Trouble that came now and then and is spoken of no more is good news; a heartbeat is missed at whatever level.
        if !found.regular && (self.level >= Level::Warn || speaks_of_trouble(&self.name)) {
            return None;
        }
        // Between its last record and the build that dropped it lies one of its usual pauses at most.
        let pause = found.longest_hours_before.min(24) as i64;
        let summary = format!(
            "{} has stopped: nothing for {}, where {} records were due; its longest silence before was worth {}.",
            quoted(&self.name),
            hours(found.silent_hours),
            quantity(found.due),
            quantity(found.longest_due_before),
        );
        Some(Candidate {
            kind: SignalKind::PatternVanished,
            class: Class::Vanished,
            subject: self.subject(),
            onset: self.last_seen,
            score: found.score,
            summary,
            evidence: self.evidence(),
            // A new build may drop or rename a line that comes with requests; it has no business with a heartbeat.
            explainable: if found.regular {
                Explainable::Never
            } else {
                Explainable::ByDeploySince { patience_seconds: 3_600 * pause.max(6) }
            },
        })
    }

    /// Remembers that a build dropped it, or brought it back: nothing is said of that.
    pub(crate) fn take_as_built(&mut self) {
        self.dropped = self.dormant.take().is_none();
    }

    /// Remembers that it is one more of a known family: nothing is said of its coming.
    pub(crate) fn take_as_kin(&mut self) {
        self.explained(self.first_seen.hour());
    }

    /// Remembers that its coming was explained: from here on this is what is usual.
    pub(crate) fn explained(&mut self, onset: Hour) {
        self.introduced = true;
        self.usual_since = Some(onset);
    }

    /// Whether a newcomer has been steady for so long that it is one of the usual lines.
    pub(super) fn has_settled(&self, around: &Around<'_>) -> bool {
        let since = around.hour + -SETTLED_HOURS;
        self.may_settle
            && around.hour.0 % JUDGED_EVERY_HOURS == 0
            && since >= self.first_seen.hour()
            && self.seems_steady_since(around, since)
    }

    /// How many hours of silence end a newcomer's episode: three days, or thrice its longest pause.
    pub(super) fn patience(&self) -> usize {
        let mut longest = 0;
        let mut pause = 0;
        for &count in self.counts.since(self.first_seen.hour()).iter() {
            pause = if count > 0 { 0 } else { pause + 1 };
            if count > 0 {
                continue;
            }
            longest = longest.max(pause);
        }
        let current = self.counts.hours_silent();
        let before = if longest == current { 0 } else { longest };
        (3 * before).max(72)
    }

    fn appearances(&self, hour: Hour, heard_from: Hour) -> Appearances {
        Appearances {
            hours_before: self.first_seen.hour() - heard_from,
            ..self.appearances_since(self.first_seen, hour)
        }
    }

    fn appearances_since(&self, first: Moment, hour: Hour) -> Appearances {
        let since = self.counts.since(first.hour());
        let active = |hours: &[u32]| hours.iter().any(|&count| count > 0);
        Appearances {
            count: self.total,
            hours_active: since.iter().filter(|&&count| count > 0).count() as u32,
            blocks_active: since.chunks(novelty::BLOCK_HOURS).filter(|block| active(block)).count() as u32,
            span_hours: self.last_seen.hour() - first.hour(),
            hours_since_last: hour - self.last_seen.hour(),
            hours_before: 0,
        }
    }

    /// Whether a newcomer's records do not show that it grows: a dozen may fall unevenly by chance.
    fn seems_steady_since(&self, around: &Around<'_>, onset: Hour) -> bool {
        self.growth_since(around, onset)
            .is_none_or(|growth| growth.times < GROWTH_MIN || growth.sigmas < GROWTH_SIGMAS_MIN)
    }

    fn growth_since(&self, around: &Around<'_>, onset: Hour) -> Option<Growth> {
        let counts = self.counts.since(onset);
        let traffic = around.traffic.since(onset);
        let half = counts.len() / 2;
        if half == 0 || counts.len() != traffic.len() {
            return None;
        }
        let sum = |values: &[u32]| values.iter().map(|&value| u64::from(value)).sum::<u64>() as f64;
        let (before, after) = (sum(&counts[..half]), sum(&counts[half..]));
        let (load_before, load_after) = (sum(&traffic[..half]) + 1.0, sum(&traffic[half..]) + 1.0);
        let share = load_after / (load_before + load_after);
        let all = before + after;
        let spread = (all * share * (1.0 - share)).sqrt().max(0.5);
        Some(Growth {
            times: (after + 1.0) / load_after / ((before + 1.0) / load_before),
            sigmas: (after - all * share) / spread,
        })
    }
}
