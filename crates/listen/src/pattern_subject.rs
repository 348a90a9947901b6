//! One pattern of one service: its history, and what is to be said of it.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use hark_detect::counts::{self, Expectation, Rising};
use hark_detect::novelty::{self, Appearances};
use hark_detect::returned::{self, Dormant};
use hark_detect::{burst, newcomer, vanished};
use hark_event::{Curve, Evidence, Hour, Level, Moment, SignalKind, Subject, SubjectKind};

use crate::candidate::{Candidate, Class, Explainable};
use crate::cell::{Exemplar, LogCount};
use crate::history::History;
use crate::kin::speaks_of_trouble;
use crate::occurrences::Occurrences;
use crate::phase::Phase;
use crate::words::{hours, latest, quantity, quoted, times};

/// Until so many hours of a service have been heard, everything is new and nothing is news.
pub(crate) const WARM_UP_HOURS: i64 = 7 * 24;
pub(crate) const WARM_UP_LOUD_HOURS: i64 = 5 * 24;
const EXEMPLARS_MAX: usize = 4;
/// Counting over windows is done every so many hours: nothing that they see happens faster.
const JUDGED_EVERY_HOURS: i64 = 3;
const YOUNG_HOURS: i64 = 10 * 24;
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
/// So long a line that a build explained is held against its own first days; after that it has a history as others have.
const NEWCOMER_HOURS: i64 = 28 * 24;

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

/// What a subject knows about its service at the close of an hour.
pub(crate) struct Around<'a> {
    /// The hour that has closed.
    pub(crate) hour: Hour,
    /// When the service was first heard.
    pub(crate) heard_from: Hour,
    /// Records of the service per hour.
    pub(crate) traffic: &'a History<u32>,
}

/// A pattern's state.
#[derive(Clone, Debug)]
pub(crate) struct PatternSubject {
    pub(crate) name: String,
    pub(crate) level: Level,
    pub(crate) first_seen: Moment,
    pub(crate) last_seen: Moment,
    pub(crate) total: u64,
    pub(crate) counts: Occurrences,
    pub(crate) phase: Phase,
    /// Set when its coming was explained by a deploy: what was before says nothing about what is usual.
    pub(crate) usual_since: Option<Hour>,
    /// Whether its coming has been said, or was before anything could be said.
    pub(crate) introduced: bool,
    /// Of bursts, which may pass while it rises slowly.
    pub(crate) burst_phase: Phase,
    /// The hours of its latest burst, as far as they are known.
    burst_hours: Option<Range<Hour>>,
    /// What was before its latest silence of weeks, and since when it is back.
    dormant: Option<(Dormant, Moment)>,
    longest_silence_hours: i64,
    /// Whether a build dropped it; until it speaks again nobody misses it.
    dropped: bool,
    exemplars: VecDeque<Exemplar>,
    open_kind: Option<SignalKind>,
    may_settle: bool,
    /// How many times as often as usual it was said when it was last found to rise.
    risen_times: f64,
}

impl PatternSubject {
    pub(crate) fn new(name: String, around: &Around<'_>, seen: &LogCount, level: Level) -> Self {
        Self {
            name,
            level,
            first_seen: seen.exemplar.time,
            last_seen: seen.last,
            total: 0,
            counts: Occurrences::none(around.heard_from, around.hour),
            phase: Phase::Quiet,
            usual_since: None,
            introduced: false,
            burst_phase: Phase::Quiet,
            burst_hours: None,
            dormant: None,
            longest_silence_hours: 0,
            dropped: false,
            exemplars: VecDeque::new(),
            open_kind: None,
            may_settle: false,
            risen_times: 1.0,
        }
    }

    /// Takes what one shape of this pattern added in the hour; the count itself is pushed at the close.
    pub(crate) fn hear(&mut self, seen: &LogCount, level: Level, traffic: &History<u32>) {
        self.level = self.level.max(level);
        self.end_silence(seen.exemplar.time, traffic);
        self.first_seen = self.first_seen.min(seen.exemplar.time);
        self.last_seen = self.last_seen.max(seen.last);
        self.total += seen.count;
        if self.exemplars.len() >= EXEMPLARS_MAX {
            // The first stays: it shows how it began.
            self.exemplars.remove(1);
        }
        self.exemplars.push_back(seen.exemplar.clone());
    }

    /// Remembers the silence that ends with a record, if there was one.
    fn end_silence(&mut self, at: Moment, traffic: &History<u32>) {
        self.dropped = false;
        let silent_hours = at.hour() - self.last_seen.hour();
        if silent_hours < returned::SILENT_HOURS_MIN {
            self.longest_silence_hours = self.longest_silence_hours.max(silent_hours);
            return;
        }
        let others = traffic.since(self.last_seen.hour() + 1);
        let before = Dormant {
            count: self.total,
            known_hours: self.last_seen.hour() - self.first_seen.hour(),
            longest_hours_before: self.longest_silence_hours,
            silent_hours,
            heard_hours: others.iter().filter(|&&records| records > 0).count(),
            remembered_hours: others.len(),
        };
        self.dormant = Some((before, at));
        self.longest_silence_hours = silent_hours;
    }

    /// Takes over the history of a pattern that turned out to be the same; returns episodes of the other that nobody can end any more, since of two
    /// that are open one goes on.
    pub(crate) fn absorb(&mut self, other: PatternSubject) -> Vec<usize> {
        self.level = self.level.max(other.level);
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.total += other.total;
        self.counts.add(&other.counts);
        self.introduced |= other.introduced;
        self.usual_since = self.usual_since.max(other.usual_since);
        // What two lines did by turns, one line did without a pause.
        self.dormant = None;
        self.longest_silence_hours = self.longest_silence_hours.min(other.longest_silence_hours);
        let mut orphaned = Vec::new();
        match (self.burst_phase, other.burst_phase) {
            (Phase::Open(_), Phase::Open(place)) => orphaned.push(place),
            (Phase::Quiet, _) | (_, Phase::Open(_)) => {
                (self.burst_phase, self.burst_hours) = (other.burst_phase, other.burst_hours);
            }
            _ => {}
        }
        let mut exemplars: Vec<Exemplar> = self.exemplars.drain(..).chain(other.exemplars).collect();
        exemplars.sort();
        exemplars.truncate(EXEMPLARS_MAX);
        self.exemplars = exemplars.into();
        match (self.phase, other.phase) {
            (Phase::Open(_), Phase::Open(place)) => orphaned.push(place),
            (Phase::Quiet, _) | (_, Phase::Open(_)) => {
                (self.phase, self.open_kind) = (other.phase, other.open_kind);
            }
            _ => {}
        }
        orphaned
    }

    /// What is to be said at the close of the hour, the first kind that fits.
    pub(crate) fn judge(&mut self, around: &Around<'_>) -> Option<Candidate> {
        if !self.phase.may_speak(around.hour) {
            return None;
        }
        self.judge_new(around)
            .or_else(|| self.judge_returned(around))
            .or_else(|| self.judge_vanished(around))
            .or_else(|| self.judge_burst(around))
            .or_else(|| self.judge_rising(around))
            .or_else(|| self.judge_newcomer(around))
    }

    /// What is to be said of the hour by itself.
    fn judge_burst(&self, around: &Around<'_>) -> Option<Candidate> {
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

    fn judge_returned(&mut self, around: &Around<'_>) -> Option<Candidate> {
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

    fn judge_new(&mut self, around: &Around<'_>) -> Option<Candidate> {
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

    fn judge_vanished(&self, around: &Around<'_>) -> Option<Candidate> {
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

    fn judge_rising(&mut self, around: &Around<'_>) -> Option<Candidate> {
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
    fn judge_newcomer(&mut self, around: &Around<'_>) -> Option<Candidate> {
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

    /// Remembers that a signal was said, so that its end can be told.
    ///
    /// `may_settle` if an ordinary line is nothing but a new one, and will be what is usual when it stays as it is.
    pub(crate) fn open(&mut self, kind: SignalKind, episode: usize, may_settle: bool) {
        self.introduced = true;
        self.phase = Phase::Open(episode);
        self.open_kind = Some(kind);
        self.may_settle = may_settle && self.level < Level::Warn;
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

    /// Remembers that a build dropped it, or brought it back: nothing is said of that.
    pub(crate) fn take_as_built(&mut self) {
        self.dropped = self.dormant.take().is_none();
    }

    /// The phase after an episode that ended at the close of this hour.
    pub(crate) fn phase_after(&self, hour: Hour) -> Phase {
        // After weeks of silence silence is what is usual, and being back is news of its own.
        let is_back = self.open_kind == Some(SignalKind::PatternVanished) && self.dormant.is_some();
        if is_back { Phase::Quiet } else { Phase::ended_at(hour) }
    }

    /// Remembers that it is one more of a known family: nothing is said of its coming.
    pub(crate) fn take_as_kin(&mut self) {
        self.explained(self.first_seen.hour());
    }

    /// How often it was said in the remembered hours from one to another.
    pub(crate) fn count_within(&self, hours: Range<Hour>) -> u64 {
        let counts = self.counts.since(hours.start);
        let skipped = (self.counts.first() - hours.start).max(0);
        let until = (hours.end - hours.start - skipped).clamp(0, counts.len() as i64) as usize;
        counts[..until].iter().map(|&count| u64::from(count)).sum()
    }

    /// Remembers that its coming was explained: from here on this is what is usual.
    pub(crate) fn explained(&mut self, onset: Hour) {
        self.introduced = true;
        self.usual_since = Some(onset);
    }

    /// Whether an open episode is over at the close of this hour.
    pub(crate) fn has_ended(&self, around: &Around<'_>) -> bool {
        let silent = self.counts.hours_silent();
        match self.open_kind {
            Some(SignalKind::PatternNew | SignalKind::PatternReturned) => {
                silent >= self.patience() || self.has_settled(around)
            }
            Some(SignalKind::PatternVanished) => silent == 0,
            _ => !self.is_still_high(around),
        }
    }

    /// Whether a newcomer has been steady for so long that it is one of the usual lines.
    fn has_settled(&self, around: &Around<'_>) -> bool {
        let since = around.hour + -SETTLED_HOURS;
        self.may_settle
            && around.hour.0 % JUDGED_EVERY_HOURS == 0
            && since >= self.first_seen.hour()
            && self.seems_steady_since(around, since)
    }

    /// How many hours of silence end a newcomer's episode: three days, or thrice its longest pause.
    fn patience(&self) -> usize {
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

    /// A risen pattern is over when three days together are near what they were before, or when the last day or two can
    /// hardly be told otherwise.
    fn is_still_high(&self, around: &Around<'_>) -> bool {
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
    fn window_without_burst<'a>(&'a self, around: &Around<'a>) -> (Cow<'a, [u32]>, &'a [u32]) {
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

    fn judged_window<'a>(&'a self, around: &Around<'a>) -> (Cow<'a, [u32]>, &'a [u32]) {
        let from = self
            .usual_since
            .unwrap_or(self.counts.first())
            .max(self.counts.first())
            .max(around.traffic.first());
        (self.counts.since(from), around.traffic.since(from))
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

    /// The example that was heard last.
    pub(crate) fn latest_exemplar(&self) -> Option<&Exemplar> {
        self.exemplars.back()
    }

    fn subject(&self) -> Subject {
        Subject { kind: SubjectKind::Pattern, name: self.name.clone() }
    }

    fn evidence(&self) -> Vec<Evidence> {
        let said = |exemplar: &Exemplar| Evidence {
            time: exemplar.time,
            text: exemplar.text.to_string(),
            source: exemplar.place.to_string(),
        };
        self.exemplars.iter().map(said).collect()
    }

    /// Its counts over time, in steps of six hours.
    pub(crate) fn curve(&self, around: &Around<'_>) -> Curve {
        const STEP: usize = 6;
        let from = self.counts.first().max(around.traffic.first());
        let (counts, traffic) = (self.counts.since(from), around.traffic.since(from));
        let learned = counts.len().min(traffic.len()).min(14 * 24);
        let expectation = Expectation::learn(&counts[..learned], &traffic[..learned]);
        let sum = |block: &[u32]| block.iter().map(|&count| f64::from(count)).sum::<f64>();
        Curve {
            from: from.start(),
            step_seconds: STEP as i64 * 3_600,
            values: counts.chunks(STEP).map(|block| Some(sum(block))).collect(),
            baseline: expectation.map_or(Vec::new(), |usual| {
                let mut expected: Vec<_> =
                    traffic.chunks(STEP).map(|block| Some(usual.expected(block))).collect();
                expected.resize(counts.chunks(STEP).len(), None);
                expected
            }),
            unit: "records per 6 h".to_owned(),
        }
    }
}
