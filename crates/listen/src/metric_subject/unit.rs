//! A series of which the unit has changed: bytes that are told in kilobytes, seconds in milliseconds.
//!
//! At one moment all of its values are a thousandth of what they were, or 1,024 times as much, and nothing about them has changed. It is said
//! once, in those words, and what is remembered of the series is taken over into the new unit, so that it goes on to be judged by its own
//! past. A level at which the series has often been, if only for minutes, is no other unit: half of the way there must be new to it. What falls to
//! a thousandth for the first time is told in the same words: the values cannot tell. How rare it is, is how rarely units change at all: a
//! ratio has no more and less.

use hark_detect::Direction;
use hark_detect::compact::Half;
use hark_detect::robust::{median, median_of, sigma};
use hark_event::{Hour, Moment, SignalKind};

use super::findings::Found;
use super::{Calendar, HOURS_PER_DAY, MetricSubject, PART_SECONDS, PARTS_PER_HOUR};
use crate::candidate::{Candidate, Class};

/// So many times as much is another unit, or as little.
const FACTORS: [(f64, &str); 6] = [
    (1e3, "1,000"),
    (1_024.0, "1,024"),
    (1e6, "1,000,000"),
    (1_048_576.0, "1,048,576"),
    (1e9, "1,000,000,000"),
    (1_073_741_824.0, "1,073,741,824"),
];
/// What is not so many times as much, or as little, need not be looked at.
const TIMES_MIN: f64 = 500.0;
/// How near to the factor values must lie, in logarithms: as near as they usually lie to what is expected, within these bounds.
const APART_SIGMAS: f64 = 2.0;
const APART: (f64, f64) = (0.04, 0.3);
/// So many values in a row, or all that the hour has.
const VALUES_MIN: usize = 3;
/// Where it has been once in so many hours, and on so many days, it has often been.
const OFTEN_HOURS: usize = OFTEN_DAYS * HOURS_PER_DAY;
const OFTEN_DAYS: usize = 14;
/// The latest hours, which may be told in both units.
const MIXED_HOURS: usize = 2;
/// It changed or it did not.
const SCORE: f64 = 1.0;

/// Another unit.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Unit {
    /// What is to be multiplied with values from before.
    factor: f64,
    words: (&'static str, &'static str, &'static str),
    /// The first part of the hour that is told in it.
    from_part: usize,
    expected: f64,
}

impl MetricSubject {
    /// Goes on in another unit if that has changed in the hour that closed, and tells of it.
    pub(super) fn judge_unit(&mut self, calendar: &Calendar<'_>) -> Option<Candidate> {
        let unit = self.other_unit(calendar)?;
        let Unit { words: (over, factor, times), from_part, expected, .. } = unit;
        let now = median_of(&self.minutes[from_part..]).unwrap_or(f64::NAN);
        let summary = format!(
            "{} is told as if its unit had changed: {over}{factor}{times} what it was, {} where {} is usual at these hours.",
            self.name,
            self.said(now),
            self.said(expected),
        );
        let text = format!("{} where {} is usual", self.said(now), self.said(expected));
        let onset = calendar.hour.start().plus_seconds(from_part as i64 * PART_SECONDS);
        let found = Found {
            kind: SignalKind::MetricShift,
            class: Class::Unit,
            onset: Moment::min(onset, calendar.hour.end()),
            score: SCORE,
            summary,
            text,
            window_hours: 1,
        };
        let candidate = self.candidate(found, calendar);
        self.go_on_in(unit, calendar);
        Some(candidate)
    }

    fn other_unit(&self, calendar: &Calendar<'_>) -> Option<Unit> {
        let last = self.minutes.iter().rev().copied().find(|value| value.is_finite())?;
        let expected = self.usually(calendar.hour, calendar)?;
        let ratio = f64::from(last) / expected;
        if !(ratio >= TIMES_MIN || (ratio > 0.0 && ratio <= 1.0 / TIMES_MIN)) || !ratio.is_finite() {
            return None;
        }
        let apart_max = self.apart_usually(calendar)?;
        let apart = |value: f32, factor: f64| (f64::from(value) / expected / factor).ln().abs();
        let measured: Vec<usize> =
            (0..PARTS_PER_HOUR).filter(|&part| self.minutes[part].is_finite()).collect();
        let fits = |part: &usize, factor: f64| apart(self.minutes[*part], factor) <= 2.0 * apart_max;
        let of_factor = |factor: f64, words: (&'static str, &'static str, &'static str)| {
            let since: Vec<usize> =
                measured.iter().rev().take_while(|part| fits(part, factor)).copied().collect();
            let middle = median(since.iter().map(|&part| f64::from(self.minutes[part])))? as f32;
            let is_so = since.len() >= VALUES_MIN.min(measured.len()) && apart(middle, factor) <= apart_max;
            let unit = Unit { factor, words, from_part: *since.last()?, expected };
            is_so.then(|| (apart(middle, factor), unit))
        };
        let more = FACTORS.iter().filter_map(|&(factor, words)| of_factor(factor, ("", words, " times")));
        let less = FACTORS.iter().filter_map(|&(factor, words)| of_factor(1.0 / factor, ("1/", words, "")));
        let nearest = more.chain(less).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, unit)| unit);
        nearest.filter(|unit| !self.has_often_been_there(unit))
    }

    /// Whether the series has often gone half of the way to where it would stand in that unit.
    fn has_often_been_there(&self, unit: &Unit) -> bool {
        let half_way = unit.expected * unit.factor.sqrt();
        let direction = Direction::of(unit.factor.ln());
        let hours = self.values.values();
        let known = &hours[..hours.len().saturating_sub(MIXED_HOURS)];
        let beyond = |value: &&f32| (f64::from(**value) - half_way) * direction.sign() >= 0.0;
        let often = |times: usize, of: usize, once_in: usize| times > 0 && times * once_in >= of;
        let days = || self.memory.as_ref().map(|memory| memory.days_at(direction, half_way));
        often(known.iter().filter(beyond).count(), known.len(), OFTEN_HOURS)
            || days().is_some_and(|(times, of)| often(times, of, OFTEN_DAYS))
    }

    /// What is usual in an hour, if that is positive.
    fn usually(&self, hour: Hour, calendar: &Calendar<'_>) -> Option<f64> {
        let season = self.season.as_ref()?;
        let slot = calendar.slots.at(hour)?;
        let place = self.season_clock.places(slot)[1];
        let expected = season.expected(place, hour - self.season_from, f64::from(self.offset));
        (expected > 0.0).then_some(expected)
    }

    /// How far values of the week before lay from what is usual, in logarithms; `None` if that is no measure of anything.
    fn apart_usually(&self, calendar: &Calendar<'_>) -> Option<f64> {
        let hours = (1..=7 * HOURS_PER_DAY as i64).map(|ago| calendar.hour + -ago);
        let apart = hours.filter_map(|hour| {
            let value = f64::from(self.values.at(hour)?);
            Some((value / self.usually(hour, calendar)?).ln()).filter(|apart| apart.is_finite())
        });
        let strayed = APART_SIGMAS * sigma(&apart.collect::<Vec<f64>>(), 0.0)?;
        (strayed <= APART.1).then(|| strayed.max(APART.0))
    }

    /// Takes what is remembered over into the unit.
    fn go_on_in(&mut self, unit: Unit, calendar: &Calendar<'_>) {
        let factor = unit.factor as f32;
        let now = median_of(&self.minutes[unit.from_part..]).map_or(f32::NAN, |now| now as f32);
        self.values.replace(|value| value * factor, now);
        self.ticks.replace_all(|ticks| (f64::from(ticks) * unit.factor).min(f64::from(u32::MAX)) as u32);
        let Some(season) = &mut self.season else { return };
        season.scale(unit.factor);
        let slot = calendar.slots.at(calendar.hour).expect("the calendar knows the hour that closes");
        let since = calendar.hour - self.season_from;
        let score = season.score_either(now, self.season_clock.places(slot), since) - self.offset;
        self.scores.replace(|score| score, Half::of(score));
        self.days.clear();
        self.memory = None;
        self.anomaly = None;
    }
}
