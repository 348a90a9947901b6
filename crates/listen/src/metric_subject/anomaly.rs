//! What went farther than ever: when it is said, and when it is over.
//!
//! It has a phase of its own beside that of drifts and steps, since a spike of minutes must not keep a drift of days from
//! being said. A step is not said again if the hour in which it came was surprising already: that is one episode.

use hark_detect::Direction;
use hark_detect::anomaly::{Anomaly, What};
use hark_event::{Hour, SignalKind};

use super::findings::Found;
use super::{Calendar, MetricSubject, without_holidays};
use crate::candidate::{Candidate, Class};
use crate::metric_name::Meaning;
use crate::phase::Phase;
use crate::season_clock::Slot;
use crate::words::{hours, quantity, times};

/// Hours in a row without a surprise after which it is over.
const CALM_HOURS: u8 = 3;
/// An hour that reaches less than this share of the threshold is calm.
const CALM_SCORE_MAX: f64 = 0.5;
/// Below this share of the threshold nothing is weighed, however much is asked for.
const SCORE_MIN: f64 = 0.4;
/// A step that began at most so long before a surprise is what was surprising.
const SAME_HOURS: i64 = 24;

impl MetricSubject {
    /// Takes the values of the hour, a few minutes apart.
    pub(super) fn hear_minutes(&mut self, minutes: &[f32], calendar: &Calendar<'_>) {
        let of_day = |slot: Slot| slot.hours_of_day()[0];
        let slot = calendar.slots.at(calendar.hour).expect("the calendar knows the hour that closes");
        if calendar.hour.0 % 24 == 0 {
            self.anomaly_score_today = 0.0;
            self.memory.get_or_insert_default();
        }
        let Some(memory) = &mut self.memory else { return };
        let found = memory.hear(minutes, memory.nearer(minutes, slot.hours_of_day()));
        // On a holiday no hour is like others, and a mean over hours knows a holiday until it is past.
        let hours = found.map_or(1, |found| found.hours) as i64;
        let with_holiday = calendar.slots.since(calendar.hour + 1 - hours).iter().any(|slot| slot.is_holiday);
        self.anomaly = found.filter(|_| !with_holiday);
        let score = self.anomaly.map_or(0.0, |anomaly| anomaly.score);
        self.anomaly_score_today = self.anomaly_score_today.max(score);
        self.calm_hours = if score < CALM_SCORE_MAX { self.calm_hours.saturating_add(1) } else { 0 };
        if calendar.hour.0 % 24 == 23 {
            let from = self
                .values
                .first()
                .max(calendar.slots.first())
                .max(self.usual_since.unwrap_or(Hour(i64::MIN)));
            let slots = calendar.slots.since(from);
            let ordinary = without_holidays(self.values.since(from), slots);
            memory.close_day(&ordinary, slots.iter().copied().map(of_day));
        }
    }

    /// Whether it has been heard long enough for anything to be surprising.
    pub(crate) fn can_surprise(&self) -> bool {
        self.memory.as_ref().is_some_and(|memory| memory.is_ready()) && !self.is_mute()
    }

    /// What is to be said of the hour by itself.
    pub(crate) fn judge_anomaly(&self, calendar: &Calendar<'_>) -> Option<Candidate> {
        let found = self.anomaly?;
        let may_speak = self.phase.may_speak(calendar.hour) && self.anomaly_phase.may_speak(calendar.hour);
        if found.score < SCORE_MIN || !may_speak || self.is_mute() || !self.matters(&found) {
            return None;
        }
        let onset = (calendar.hour + 1 - found.hours as i64).start();
        let kind = match self.meaning {
            Meaning::TailLatency => SignalKind::TailLatency,
            _ => SignalKind::MetricAnomaly,
        };
        let text = format!("{} where {} is usual", quantity(found.now), quantity(found.usual));
        let summary = format!(
            "{} {}, {} as far as on any of the {} days before.",
            self.name,
            self.in_words(&found),
            times(found.times_farthest),
            found.days,
        );
        let score = found.score;
        let window_hours = found.hours;
        let found = Found { kind, class: Class::Anomaly, onset, score, summary, text, window_hours };
        Some(self.candidate(found, calendar))
    }

    /// A limit says nothing by itself, and what ticks a few times an hour is heard as counts.
    fn is_mute(&self) -> bool {
        matches!(self.meaning, Meaning::Limit | Meaning::Part | Meaning::Expiry) || self.is_counted()
    }

    /// Less movement, and movement to the harmless side, is no news for what has one.
    fn matters(&self, found: &Anomaly) -> bool {
        match found.what {
            What::Extreme | What::Level => self.meaning.matters(found.direction),
            What::Jump | What::Roughness => {
                self.meaning != Meaning::Countdown || found.direction == Direction::Up
            }
        }
    }

    fn in_words(&self, found: &Anomaly) -> String {
        let (now, usual) = (quantity(found.now), quantity(found.usual));
        match (found.what, found.direction) {
            (What::Extreme, _) => format!("went to {now} where {usual} is usual"),
            (What::Level, _) => format!("was {now} over {} where {usual} is usual", hours(found.hours)),
            (What::Jump, _) => format!("jumped by {now} at once"),
            (What::Roughness, Direction::Up) => {
                format!(
                    "moved by {now} from one value to the next over {} where {usual} is usual",
                    hours(found.hours)
                )
            }
            (What::Roughness, Direction::Down) => {
                format!(
                    "hardly moved over {}, by {now} from one value to the next where {usual} is usual",
                    hours(found.hours)
                )
            }
        }
    }

    /// Remembers that a surprise was said.
    pub(crate) fn open_anomaly(&mut self, hour: Hour, episode: usize) {
        self.anomaly_phase = Phase::Open(episode);
        self.anomaly_since = hour;
        self.calm_hours = 0;
    }

    /// Whether an open surprise is over at the close of this hour.
    pub(crate) fn anomaly_ends(&self) -> bool {
        self.calm_hours >= CALM_HOURS
    }

    /// Whether a step that began then is what was surprising already.
    pub(super) fn was_surprising(&self, onset: Hour) -> bool {
        self.anomaly_phase != Phase::Quiet && (self.anomaly_since - onset).abs() <= SAME_HOURS
    }
}
