//! One pattern of one service: its history, and what is to be said of it.
//!
//! Whether it comes, comes back and goes is in [`coming`]; how often it is said in [`amount`]. Of the kinds the first that fits is said, so that one episode
//! has one name. It knows counts by the hour and a few exemplars; what happens within an hour it cannot tell.

mod amount;
mod coming;

use std::collections::VecDeque;
use std::ops::Range;

use hark_detect::counts::Expectation;
use hark_detect::returned::{self, Dormant};
use hark_event::{Curve, Evidence, Hour, Level, Moment, SignalKind, Subject, SubjectKind};

use crate::candidate::Candidate;
use crate::cell::{Exemplar, LogCount};
use crate::history::History;
use crate::occurrences::Occurrences;
use crate::phase::Phase;

/// Until so many hours of a service have been heard, everything is new and nothing is news.
pub(crate) const WARM_UP_HOURS: i64 = 7 * 24;
pub(crate) const WARM_UP_LOUD_HOURS: i64 = 5 * 24;
const EXEMPLARS_MAX: usize = 4;
/// Counting over windows is done every so many hours: nothing that they see happens faster.
const JUDGED_EVERY_HOURS: i64 = 3;
const YOUNG_HOURS: i64 = 10 * 24;

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
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
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

    /// Whether it has heard the hours before this one and no others, after it was read back.
    pub(crate) fn is_sound(&self, next: Hour) -> bool {
        self.counts.are_sound(next)
            && self.dormant.is_none_or(|(before, _)| before.count <= self.total)
            && self.exemplars.len() <= EXEMPLARS_MAX
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

    /// Remembers that a signal was said, so that its end can be told.
    ///
    /// `may_settle` if an ordinary line is nothing but a new one, and will be what is usual when it stays as it is.
    pub(crate) fn open(&mut self, kind: SignalKind, episode: usize, may_settle: bool) {
        self.introduced = true;
        self.phase = Phase::Open(episode);
        self.open_kind = Some(kind);
        self.may_settle = may_settle && self.level < Level::Warn;
    }

    /// The phase after an episode that ended at the close of this hour.
    pub(crate) fn phase_after(&self, hour: Hour) -> Phase {
        // After weeks of silence silence is what is usual, and being back is news of its own.
        let is_back = self.open_kind == Some(SignalKind::PatternVanished) && self.dormant.is_some();
        if is_back { Phase::Quiet } else { Phase::ended_at(hour) }
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
