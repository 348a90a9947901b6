//! A series that stopped doing what it did: it is down, flaps, stands still, or misses its peak.
//!
//! Each is held against what the series itself did before, and none needs a season: a series of two values has no spread, a
//! counter of a nightly job no rate, and a peak of an hour moves no median of a day. What stands still on a day off stands as on
//! other such days only if these were heard. Counters of errors are not missed.

use hark_detect::{Direction, flaps, missed, outage, standstill};
use hark_event::{Hour, SignalKind};

use super::findings::Found;
use super::{Calendar, HOURS_PER_DAY, MetricSubject};
use crate::candidate::{Candidate, Class, Explainable};
use crate::metric_name::{Meaning, words};
use crate::siblings::plain;
use crate::words::{hours, quantity};

/// Samples, and days, from which the level of what is measured at longer steps than [`STEP_HOURS_MAX`] is known.
const SAMPLES_MIN: usize = 21;
const SELDOM_DAYS_MIN: usize = 21;
/// What is measured at longer steps has too few samples in the eight hours of a step and in a day of scatter.
const STEP_HOURS_MAX: usize = 2;
/// How often a standstill is looked for.
const STANDSTILL_EVERY_HOURS: i64 = 3;
/// An hour without its peak lies so many sigmas below what is usual at it, at least.
const LOW_BELOW: f32 = -2.0;
/// Less than this share of it is no movement of what never falls.
const HARDLY: f32 = 1e-6;
/// What is told as how long ago it was has not come again in an hour in which it aged by so much.
const AGED_SECONDS_MIN: f32 = 1_800.0;
/// How far back up a missed peak comes when it comes again.
const PEAK_BACK_MIN: f32 = 0.5;

/// What a series stopped doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Halt {
    /// Something is not up.
    Down,
    /// It stands at neither of its two values.
    Flaps,
    /// It moves on no more.
    Still,
    /// A peak of the day did not come.
    Missed,
}

/// Last words of names that tell whether something is up.
const LIFE: &[&str] =
    &["up", "healthy", "health", "ready", "alive", "live", "success", "reachable", "serving", "online"];

/// Whether the name of a series says that it tells whether something is up: by its last word, or the one before its state.
pub(super) fn tells_of_life(series: &str) -> bool {
    let words = words(plain(series));
    let last = words.iter().rfind(|word| !["status", "state", "condition"].contains(&word.as_str()));
    last.is_some_and(|last| LIFE.contains(&last.as_str()))
}

impl MetricSubject {
    /// Whether its level is known as far as its interval goes: not in the first days at another one, and of what is measured less than hourly only
    /// after some samples. What flaps stands at none.
    pub(super) fn has_level(&self) -> bool {
        let is_known = || match self.cadence.slow_hours() {
            Some(hours) if !self.has_hours() => {
                let stood = self.values.values().iter().filter(|value| value.is_finite()).count();
                stood >= SAMPLES_MIN * hours && self.values.len() >= SELDOM_DAYS_MIN * HOURS_PER_DAY
            }
            _ => true,
        };
        self.other_interval_since.is_none() && !self.flaps.is_flapping() && is_known()
    }

    /// Whether hours of it are more than what was measured once and stands.
    pub(super) fn has_hours(&self) -> bool {
        self.cadence.slow_hours().is_none_or(|hours| hours <= STEP_HOURS_MAX)
    }

    /// What is to be said of what it stopped doing.
    pub(super) fn judge_halt(&mut self, calendar: &Calendar<'_>) -> Option<Candidate> {
        // What was surprising already is one episode.
        if self.surprises.open_episode().is_some() || matches!(self.meaning, Meaning::Limit | Meaning::Part) {
            return None;
        }
        let (halt, found) = self
            .found_down(calendar)
            .map(|found| (Halt::Down, found))
            .or_else(|| Some((Halt::Flaps, self.found_flaps(calendar)?)))
            .or_else(|| Some((Halt::Still, self.found_still(calendar)?)))
            .or_else(|| Some((Halt::Missed, self.found_missed(calendar)?)))?;
        self.halt = Some(halt);
        let mut candidate = self.candidate(found, calendar);
        candidate.explainable = Explainable::Never;
        Some(candidate)
    }

    fn found_down(&self, calendar: &Calendar<'_>) -> Option<Found> {
        let mut measured = self.minutes.iter().filter(|value| value.is_finite()).peekable();
        if !self.tells_of_life || measured.peek().is_none() || measured.any(|value| *value != 0.0) {
            return None;
        }
        let found = outage::outage(&self.values.values())?;
        let down = hours(found.down_hours);
        let before = match found.longest_hours_before {
            0 => format!("it had never been so for an hour in the {} before", hours(found.hours_before)),
            longest => format!("the longest such stretch before took {}", hours(longest)),
        };
        Some(self.halted(
            calendar,
            found.down_hours,
            found.score,
            format!("{} has been 0 for {down}: {before}.", self.name),
            format!("0 for {down}; {before}"),
        ))
    }

    fn found_flaps(&self, calendar: &Calendar<'_>) -> Option<Found> {
        let found = self.flaps.found()?;
        let (last, other) = self.flaps.values()?;
        let (low, high) = (quantity(f64::from(last.min(other))), quantity(f64::from(last.max(other))));
        let within = hours(found.hours_since_onset);
        let before = match found.most_before {
            0 => format!("it had never changed on the {} days before", found.days),
            most => format!(
                "never more than {most} times within {} h on the {} days before",
                flaps::HOURS,
                found.days
            ),
        };
        Some(self.halted(
            calendar,
            found.hours_since_onset,
            found.score,
            format!(
                "{} flaps: it changed {} times between {low} and {high} within {within}; {before}.",
                self.name, found.changes
            ),
            format!("{} changes within {within}; {before}", found.changes),
        ))
    }

    fn found_still(&self, calendar: &Calendar<'_>) -> Option<Found> {
        if calendar.hour.0 % STANDSTILL_EVERY_HOURS != 0
            || self.meaning == Meaning::ErrorCounter
            || self.meaning == Meaning::Expiry
            || !self.is_measured()
        {
            return None;
        }
        let moved = match self.meaning {
            Meaning::Moment => self.came_again(),
            meaning if meaning.is_cumulative() => self.ticked()?,
            _ => self.rose()?,
        };
        let found = standstill::standstill(&moved)?;
        let still = self.values.latest(found.still_hours);
        if 4 * still.iter().filter(|value| value.is_finite()).count() < 3 * still.len() {
            return None;
        }
        let (stood, longest) = (hours(found.still_hours), hours(found.longest_hours_before));
        Some(self.halted(
            calendar,
            found.still_hours,
            found.score,
            format!(
                "{} has stood still for {stood}: before, it moved on in {} hours, and never later than {longest} after the last time.",
                self.name, found.moves
            ),
            format!("no movement for {stood}; {longest} at most before"),
        ))
    }

    /// In which hours a counter counted something; nothing is told while it does.
    fn ticked(&self) -> Option<Vec<bool>> {
        let ticks = self.ticks.values();
        (*ticks.last()? == 0).then(|| ticks.iter().map(|ticks| *ticks > 0).collect())
    }

    /// In which hours that came again of which it tells how long ago it was: it is then not an hour more.
    pub(super) fn came_again(&self) -> Vec<bool> {
        let ages = self.values.values();
        let has_grown = |pair: &[f32]| pair[1] - pair[0] > AGED_SECONDS_MIN;
        let later = ages.windows(2).map(|pair| pair[1].is_finite() && !has_grown(pair));
        std::iter::once(false).chain(later).take(ages.len()).collect()
    }

    /// In which hours a gauge rose, if it never falls; nothing is told while it moves.
    fn rose(&self) -> Option<Vec<bool>> {
        let latest = self.values.latest(standstill::HOURS_MIN + 1);
        let moves = latest.windows(2).any(|pair| pair[0] != pair[1] && pair[1].is_finite());
        if moves { None } else { rises_of(&self.values.values()) }
    }

    /// Whether the hour lies below what is usual at it.
    fn lies_below(&self, hour: Hour) -> bool {
        self.scores.at(hour).is_some_and(|score| score.get() < LOW_BELOW)
    }

    fn found_missed(&self, calendar: &Calendar<'_>) -> Option<Found> {
        let hour = calendar.hour + -(missed::HOURS_LATE as i64);
        let may_lack_it = self.lies_below(hour) && self.lies_below(hour + -(HOURS_PER_DAY as i64));
        if !may_lack_it || !self.meaning.matters(Direction::Down) || !self.has_hours() {
            return None;
        }
        let found = missed::missed(&self.values.values())?;
        let (now, usual, lowest) =
            (self.said(found.now), self.said(found.usual), self.said(found.lowest_before));
        Some(self.halted(
            calendar,
            HOURS_PER_DAY + 1 + missed::HOURS_LATE,
            found.score,
            format!(
                "{} lacks its daily peak for the second time: {now} at an hour at which {usual} is usual, and {lowest} was the least on the {} days before.",
                self.name, found.days
            ),
            format!("{now} where {usual} is usual at this hour"),
        ))
    }

    fn halted(
        &self,
        calendar: &Calendar<'_>,
        since_hours: usize,
        score: f64,
        summary: String,
        text: String,
    ) -> Found {
        Found {
            kind: SignalKind::MetricAnomaly,
            class: Class::Halted,
            onset: (calendar.hour + 1 - since_hours as i64).start(),
            score,
            summary,
            text,
            window_hours: since_hours,
        }
    }

    /// Whether it does again what it had stopped doing.
    pub(super) fn goes_again(&self, hour: Hour) -> bool {
        let last = self.values.last().unwrap_or(f32::NAN);
        match self.halt {
            None => true,
            Some(Halt::Down) => last > 0.0,
            Some(Halt::Flaps) => self.flaps.is_still(),
            Some(Halt::Still) if self.meaning.is_cumulative() => {
                self.ticks.values().last().is_some_and(|ticks| *ticks > 0)
            }
            Some(Halt::Still) => self
                .values
                .at(self.open_onset)
                .is_none_or(|stood| last.is_finite() && (last - stood).abs() > HARDLY * stood.abs()),
            Some(Halt::Missed) => {
                let before = self.open_onset + -(HOURS_PER_DAY as i64);
                let (Some(peak), Some(without)) = (self.values.at(before), self.values.at(self.open_onset))
                else {
                    return true;
                };
                let is_its_hour = (hour - self.open_onset) % HOURS_PER_DAY as i64 == 0;
                is_its_hour && last > without + PEAK_BACK_MIN * (peak - without)
            }
        }
    }
}

/// In which hours a quantity that never falls rose; nothing is told of any other.
fn rises_of(values: &[f32]) -> Option<Vec<bool>> {
    let mut stands = f32::NAN;
    let mut rose = Vec::with_capacity(values.len());
    for &value in values {
        let hardly = HARDLY * value.abs();
        if value < stands - hardly {
            return None;
        }
        rose.push(value > stands + hardly);
        stands = if value.is_finite() { value } else { stands };
    }
    Some(rose)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_of_what_is_up() {
        for name in [
            "up",
            "up{job=\"shop\"}",
            "probe_success",
            "mysql_up",
            "kube_pod_status_ready{pod=\"a\"}",
            "backend_health_status",
        ] {
            assert!(tells_of_life(name), "{name}");
        }
        for name in ["uptime_seconds", "feature_on", "ready_replicas", "status", "", "setup"] {
            assert!(!tells_of_life(name), "{name}");
        }
    }

    #[test]
    fn only_what_never_falls_can_stand_still() {
        assert_eq!(rises_of(&[1.0, 2.0, f32::NAN, 5.0, 5.0]), Some(vec![false, true, false, true, false]));
        assert_eq!(rises_of(&[1.0, 3.0, 2.0, 2.0]), None);
    }
}
