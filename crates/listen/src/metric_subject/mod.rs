//! One metric series of one service: its hourly values and its season.
//!
//! What is to be said of it is decided in `findings`, how long that holds in `episode`. It knows no other series but
//! the one that names its limit.

mod anomaly;
pub(crate) mod by_name;
mod cadence;
mod conduct;
mod episode;
mod findings;
mod gone;
mod halted;
mod hourly;
mod level;
#[cfg(test)]
mod life_tests;
mod limits;
mod lives;
mod onslaught;
#[cfg(test)]
mod rare_tests;
mod rest;
#[cfg(test)]
mod season_tests;
mod shape;
#[cfg(test)]
mod tests;
mod unit;
mod young;

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_detect::anomaly::{Anomaly, Memory};
use hark_detect::compact::Half;
use hark_detect::flaps::Flaps;
use hark_detect::jolt::{MINUTES, Minutes};
use hark_detect::robust::{median, median_of, theil_sen};
use hark_detect::season::{HOURS_MIN, Season};
use hark_detect::spread;
use hark_event::{Curve, Hour, Moment, Place, SignalKind, Zone};

pub(crate) use anomaly::FAR_FROM_USUAL;
use anomaly::Surprises;
use cadence::Cadence;
use conduct::Conduct;
pub(crate) use findings::SeriesAround;
use halted::Halt;
use hourly::Hourly;
use level::level_at;
use limits::{EPOCH_MILLISECONDS_MIN, EPOCH_SECONDS_MIN, Way};
pub(crate) use onslaught::in_words;

use crate::history::History;
use crate::metric_name::{Meaning, counts_bytes, natural_limit, seconds_of_one};
use crate::phase::Phase;
use crate::season_clock::{Clock, Slot};
use crate::words::{bytes, quantity, span};

/// The latest days are kept out of what is usual, or a slow drift would teach the series to expect itself.
const GUARD_HOURS: usize = 10 * 24;
/// As many as are spared while history is short.
const GUARD_HOURS_SHORT: usize = 4 * 24;
const WEEKS_HOURS: usize = 14 * 24;
pub(crate) const GUARD_HOURS_MIN: usize = 2 * 24;
const HOURS_PER_DAY: usize = 24;
/// So far back it is known how hours lay beside what is usual now; with the day to come three weeks. No judge of what goes on asks about earlier hours.
const SCORED_HOURS: i64 = 20 * 24 + 1;
/// Days whose scatter is remembered.
const SCATTER_DAYS_MAX: usize = 42;
/// What is surprising is looked for in medians over so long.
const PART_SECONDS: i64 = 300;
pub(crate) const PARTS_PER_HOUR: usize = 12;
/// So long after another interval of scraping began it is known what is usual at it.
const OTHER_INTERVAL_HOURS: i64 = 2 * 24;
/// Days at the end of a climb that say whether it goes on.
const CLIMB_DAYS: usize = 6;

/// The clock that all series share: the place in the week of each remembered hour.
pub(crate) struct Calendar<'a> {
    /// The hour that has closed.
    pub(crate) hour: Hour,
    /// One for each hour.
    pub(crate) slots: &'a History<Slot>,
    /// In whose local time people read dates.
    pub(crate) zone: &'a Zone,
}

/// A series' state.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct MetricSubject {
    pub(crate) name: Arc<str>,
    pub(crate) meaning: Meaning,
    pub(crate) phase: Phase,
    pub(crate) first_heard: Hour,
    values: Hourly,
    ticks: History<u32>,
    last_sample: Option<(Moment, f64)>,
    season: Option<Box<Season>>,
    season_from: Hour,
    /// The clock by which the season was learned.
    season_clock: Clock,
    scores: History<Half>,
    /// After a step that was explained: the new level, in sigmas from the season.
    offset: f32,
    usual_since: Option<Hour>,
    pub(crate) limit: Option<f64>,
    /// Whether its name says that it has one as long as it does not go beyond it.
    may_have_natural_limit: bool,
    place: Place,
    open_level: f64,
    open_kind: Option<SignalKind>,
    open_onset: Hour,
    open_slope: f64,
    /// Whether what was said last was a life faster than those before.
    said_a_life: bool,
    /// The latest hour of a holiday.
    last_holiday: Option<Hour>,
    /// How that goes which was found last.
    way: Way,
    /// What stopped, if that was found last.
    halt: Option<Halt>,
    /// Whether its name says that it tells whether something is up.
    tells_of_life: bool,
    flaps: Flaps,
    /// Scatter of the days since there is a season, as it was when they closed.
    days: Vec<spread::Day>,
    cadence: Cadence,
    /// Since when it has been scraped at another interval, while its level at that is not known.
    other_interval_since: Option<Hour>,
    /// What it does where its name leaves open whether it counts up.
    conduct: Conduct,
    /// From its first whole day on: most of what comes and goes within one is never worth two kilobytes.
    memory: Option<Box<Memory>>,
    /// The clock by which that was learned.
    memory_clock: Clock,
    anomaly: Option<Anomaly>,
    /// Medians over five minutes of the latest hour.
    minutes: [f32; PARTS_PER_HOUR],
    /// Whether its service hears it together with others, minute by minute.
    pub(crate) has_companions: bool,
    /// The values of the minutes of the hour that closes, until its service has heard them.
    #[serde(skip)]
    by_minute: Option<Box<Minutes>>,
    /// The score of the most surprising hour of the day so far.
    anomaly_score_today: f64,
    movement: shape::Movement,
    /// Whether it has ever moved.
    rest: rest::Rest,
    /// What was surprising, which may pass while a drift goes on.
    pub(crate) surprises: Surprises,
}

/// All series of a service by name. Each lies by itself: a tree keeps nearly half of its places free.
pub(crate) type SeriesByName = BTreeMap<Arc<str>, Box<MetricSubject>>;

impl MetricSubject {
    pub(crate) fn new(name: Arc<str>, first: Hour, place: Place) -> Self {
        let meaning = Meaning::of(&name);
        Self::of_meaning(meaning, name, first, place)
    }

    /// A series of which more is known than its name says.
    pub(crate) fn of_meaning(meaning: Meaning, name: Arc<str>, first: Hour, place: Place) -> Self {
        Self {
            meaning,
            may_have_natural_limit: natural_limit(&name, 0.0).is_some(),
            tells_of_life: halted::tells_of_life(&name),
            name,
            phase: Phase::Quiet,
            first_heard: first,
            values: Hourly::from(first),
            ticks: History::from(first),
            last_sample: None,
            season: None,
            season_from: first,
            season_clock: Clock::default(),
            scores: History::from(first),
            offset: 0.0,
            usual_since: None,
            limit: None,
            place,
            open_level: 0.0,
            open_kind: None,
            open_onset: first,
            open_slope: 0.0,
            said_a_life: false,
            last_holiday: None,
            way: Way::Free,
            halt: None,
            flaps: Flaps::default(),
            days: Vec::new(),
            cadence: Cadence::UNKNOWN,
            other_interval_since: None,
            conduct: Conduct::UNKNOWN,
            memory: None,
            memory_clock: Clock::default(),
            anomaly: None,
            minutes: [f32::NAN; PARTS_PER_HOUR],
            has_companions: false,
            by_minute: None,
            anomaly_score_today: 0.0,
            movement: shape::Movement::default(),
            rest: rest::Rest::UNKNOWN,
            surprises: Surprises::none_since(first),
        }
    }

    /// Whether it has heard the hours before this one and no others, after it was read back.
    pub(crate) fn is_sound(&self, next: Hour) -> bool {
        self.values.are_sound(next)
            && self.scores.ends_before(next)
            && (self.ticks.values().is_empty() || self.ticks.ends_before(next))
            && self.days.len() <= SCATTER_DAYS_MAX
            && self.season.as_ref().is_none_or(|season| season.is_sound())
            && self.memory.as_ref().is_none_or(|memory| memory.is_sound())
            && self.movement.is_sound()
            && self.flaps.is_sound()
            && self.cadence.is_sound(next)
            && self.conduct.is_sound()
            && self.last_sample.is_none_or(|(time, value)| time.hour() < next && value.is_finite())
    }

    /// Takes the samples of the hour, in order of time; none if nothing was measured.
    ///
    /// `starts` are the hours in which its service started.
    pub(crate) fn hear(&mut self, samples: &[(Moment, f64)], calendar: &Calendar<'_>, starts: &[Hour]) {
        let finite: Vec<(Moment, f64)> =
            samples.iter().copied().filter(|(_, value)| value.is_finite()).collect();
        let finite = if self.meaning == Meaning::Moment { ages(finite) } else { finite };
        self.follow_conduct(&finite, calendar.hour);
        self.rest.hear(&finite, calendar.hour, self.meaning.is_cumulative());
        let is_as_often = self.cadence.hear(&finite);
        let (value, rates) = if self.meaning.is_cumulative() {
            let (value, rates) = self.rate(&finite);
            (value, Some(rates))
        } else {
            (median(finite.iter().map(|sample| sample.1)), None)
        };
        let measured = rates.as_deref().unwrap_or(&finite);
        let minutes = by_minutes(measured);
        self.by_minute = (self.has_companions && !measured.is_empty()).then(|| by_minute(measured));
        let held = || self.values.last().filter(|_| self.cadence.is_between(calendar.hour));
        let value = value.map(|value| value as f32).or_else(held).unwrap_or(f32::NAN);
        self.values.push(value);
        self.flaps.hear(finite.iter().map(|sample| sample.1 as f32));
        self.hear_minutes(minutes, is_as_often, calendar);
        let slot = calendar.slots.at(calendar.hour).expect("the calendar knows the hour that closes");
        if slot.is_holiday {
            self.last_holiday = Some(calendar.hour);
        }
        let since = calendar.hour - self.season_from;
        let places = self.season_clock.places(slot);
        let score =
            self.season.as_ref().map(|season| season.score_either(value, places, since) - self.offset);
        self.scores.push(Half::of(score.unwrap_or(f32::NAN)));
        if calendar.hour.0 % 24 == 23 {
            self.close_day(calendar.hour);
        }
        self.settle_interval(calendar.hour);
        if calendar.hour.0 % 24 == 0 && !matches!(self.phase, Phase::Open(_)) {
            self.learn_season(calendar, starts);
        }
    }

    /// Remembers how the day scattered around what was usual before it: a season lies nearer to the days that it was learned
    /// from than to others, so that days are only comparable as they were when nobody had learned from them.
    fn close_day(&mut self, hour: Hour) {
        self.flaps.close_day();
        if self.cadence.close_day() {
            // What was learned at another interval is no measure of this one.
            self.days.clear();
            self.memory = None;
            self.movement = shape::Movement::default();
            self.other_interval_since = Some(hour + 1 - HOURS_PER_DAY as i64);
        }
        let Some(season) = &self.season else { return };
        let Some(day) = spread::Day::of(&self.scores.latest(HOURS_PER_DAY), season.sigma) else {
            return;
        };
        if self.days.len() >= SCATTER_DAYS_MAX {
            self.days.remove(0);
        }
        if self.days.len() == self.days.capacity() {
            self.days.reserve_exact(7);
        }
        self.days.push(day);
    }

    /// Few samples have another median than many have if they lie unevenly around it: two days after another interval began, their level is what is usual.
    fn settle_interval(&mut self, hour: Hour) {
        let Some(since) = self.other_interval_since.filter(|since| hour - *since >= OTHER_INTERVAL_HOURS)
        else {
            return;
        };
        self.other_interval_since = None;
        if self.season.is_some() && !matches!(self.phase, Phase::Open(_)) {
            self.explained(since);
        }
    }

    /// Increase per second within the hour, as a whole and from sample to sample; resets begin anew from zero.
    fn rate(&mut self, samples: &[(Moment, f64)]) -> (Option<f64>, Vec<(Moment, f64)>) {
        let mut rates = Vec::with_capacity(samples.len());
        let mut increase = 0.0;
        let mut seconds = 0.0;
        let patience = self.cadence.increase_seconds_max();
        for &(time, value) in samples {
            if let Some((before, last)) = self.last_sample {
                let apart = time.seconds_since(before);
                // After a long gap one cannot tell how much of the increase belongs to this hour.
                if apart <= patience {
                    let more = if value >= last { value - last } else { value };
                    increase += more;
                    seconds += apart as f64;
                    // What was counted before a reset and after the last sample is not known: that is no low rate.
                    if apart > 0 && value >= last {
                        rates.push((time, more / apart as f64));
                    }
                }
            }
            self.last_sample = Some((time, value));
        }
        self.ticks.push(increase.round().clamp(0.0, f64::from(u32::MAX)) as u32);
        ((seconds > 0.0).then(|| increase / seconds), rates)
    }

    fn learn_season(&mut self, calendar: &Calendar<'_>, starts: &[Hour]) {
        if self.usual_since.is_some_and(|since| calendar.hour - since < 14 * 24) {
            return;
        }
        // Histories are cut at different hours: only what all of them remember can be compared.
        let known = self.values.first().max(calendar.slots.first());
        let from = self.usual_since.take().unwrap_or(known).max(known);
        let usual = self.values.since(from);
        // Two weeks are learned from first, so that weeks are known as soon as they can be.
        let spare = usual.len().saturating_sub(WEEKS_HOURS).clamp(GUARD_HOURS_SHORT, GUARD_HOURS);
        let guard = usual.len().saturating_sub(HOURS_MIN).min(spare);
        if guard < GUARD_HOURS_MIN {
            return;
        }
        let usual = if self.meaning.may_be_explained() {
            level_at(&usual, starts.iter().map(|start| *start - from), self.harm())
        } else {
            usual
        };
        let slots = &calendar.slots.since(from)[..usual.len() - guard];
        let ordinary = without_holidays(&usual, slots);
        let (mut slots, clock) = Clock::followed(&ordinary, slots);
        if !self.has_hours() {
            // Of what is measured a few times a day, two weeks of a weekday are a handful of samples, which stand for hours.
            slots.iter_mut().for_each(|slot| *slot %= HOURS_PER_DAY as u8);
        }
        let Some(season) = Season::fit(&ordinary, &slots) else { return };
        if self.season.as_ref().is_some_and(|known| known.is_logarithmic() != season.is_logarithmic()) {
            self.days.clear();
        }
        self.offset = 0.0;
        self.season_from = from;
        let first = from.max(calendar.hour + 1 - SCORED_HOURS);
        let mut scores = History::from(first);
        let scored = usual[(first - from) as usize..].iter().zip(calendar.slots.since(first));
        for (since, (&value, &slot)) in (first - from..).zip(scored) {
            scores.push(Half::of(season.score_either(value, clock.places(slot), since)));
        }
        self.scores = scores;
        self.season = Some(Box::new(season));
        self.season_clock = clock;
    }

    /// Medians of the days up to now, oldest first; `NaN` where nothing was measured.
    fn daily(&self) -> Vec<f64> {
        let values = self.values.values();
        let days = values.rchunks(HOURS_PER_DAY).rev();
        days.map(|day| median_of(day).unwrap_or(f64::NAN)).collect()
    }

    /// Its limit; how far it went is asked for only where that decides.
    fn limit_of(&self, largest: impl FnOnce() -> f32) -> Option<f64> {
        let natural = || natural_limit(&self.name, f64::from(largest()));
        self.limit.or_else(|| if self.may_have_natural_limit { natural() } else { None })
    }

    /// The same, whatever else it was than a number.
    fn limit_of_finite(&self) -> Option<f64> {
        let finite = || self.values.values().into_iter().filter(|value| value.is_finite());
        self.limit_of(|| finite().fold(0.0, f32::max))
    }

    /// The slope of its latest daily medians.
    fn slope_per_day(&self, days: usize) -> Option<f64> {
        theil_sen(&self.latest_days(days))
    }

    /// Its latest daily medians, with their days.
    fn latest_days(&self, days: usize) -> Vec<(f64, f64)> {
        let daily = self.daily();
        let last = daily[daily.len().saturating_sub(days)..].iter().enumerate();
        last.filter(|(_, day)| day.is_finite()).map(|(at, &day)| (at as f64, day)).collect()
    }

    /// What it cannot fall below, as far as is known: a quantity that was never negative is not expected to be.
    fn least(&self) -> f64 {
        if self.values.values().iter().any(|value| *value < 0.0) { f64::NEG_INFINITY } else { 0.0 }
    }

    /// Hands over the values of the minutes of the hour that closes, if any were measured.
    pub(crate) fn take_minutes(&mut self) -> Option<Box<Minutes>> {
        self.by_minute.take()
    }

    /// Whether the series has been silent so long that it is forgotten.
    pub(crate) fn is_forgotten(&self) -> bool {
        let silent = || (self.values.next() - self.measured_last() - 1) as usize;
        !self.is_measured() && silent() > 28 * HOURS_PER_DAY
    }

    /// The hour that the next value will belong to.
    pub(crate) fn next_hour(&self) -> Hour {
        self.values.next()
    }

    /// Its values, hour by hour.
    pub(crate) fn hourly(&self) -> &Hourly {
        &self.values
    }

    /// The last hour in which it was measured.
    pub(crate) fn measured_last(&self) -> Hour {
        let silent = self.values.values().iter().rev().take_while(|value| value.is_nan()).count();
        self.values.next() + -1 - silent as i64
    }

    /// The last value, for limits.
    pub(crate) fn last_value(&self) -> Option<f64> {
        let last = self.values.last().filter(|value| value.is_finite());
        let before = || self.values.values().into_iter().rfind(|value| value.is_finite());
        last.or_else(before).map(f64::from)
    }

    /// Its values over time, in steps of three hours, with what was usual.
    pub(crate) fn curve(&self, calendar: &Calendar<'_>) -> Curve {
        const STEP: usize = 3;
        let first = self.values.first().max(calendar.slots.first());
        let values = self.values.since(first);
        let slots: Vec<(i64, Slot)> =
            (first - self.season_from..).zip(calendar.slots.since(first).iter().copied()).collect();
        let block = |block: &[f32]| median_of(block);
        let least = self.least();
        let usual = |block: &[(i64, Slot)]| {
            let season = self.season.as_ref()?;
            let offset = f64::from(self.offset);
            let expected = |&(since, slot): &(i64, Slot)| {
                season.expected(self.season_clock.places(slot)[1], since, offset).max(least)
            };
            median(block.iter().map(expected))
        };
        Curve {
            from: first.start(),
            step_seconds: STEP as i64 * 3_600,
            values: values.chunks(STEP).map(block).collect(),
            baseline: slots.chunks(STEP).map(usual).take(values.chunks(STEP).len()).collect(),
            unit: if self.meaning.is_cumulative() {
                format!("{} per second", self.name)
            } else {
                self.name.to_string()
            },
        }
    }
}

impl MetricSubject {
    /// A value of this series as people say it: in bytes or as a time where its name says that it counts these, moments as how long ago they were,
    /// and what counts up by how much it does in a second.
    pub(crate) fn said(&self, value: f64) -> String {
        match self.meaning {
            Meaning::Moment if value < 0.0 => format!("{} ahead", span(-value)),
            Meaning::Moment => format!("{} ago", span(value)),
            meaning if meaning.is_cumulative() => format!("{} a second", self.amount(value)),
            _ => seconds_of_one(&self.name).map_or_else(|| self.amount(value), |one| span(value * one)),
        }
    }

    fn amount(&self, value: f64) -> String {
        if counts_bytes(&self.name) { bytes(value) } else { quantity(value) }
    }
}

/// Holidays are no such days of the week, and teach nothing about them.
fn without_holidays(values: &[f32], slots: &[Slot]) -> Vec<f32> {
    let ordinary = |(&value, slot): (&f32, &Slot)| if slot.is_holiday { f32::NAN } else { value };
    values.iter().zip(slots).map(ordinary).collect()
}

/// How long ago the moments lay that were measured, in seconds; what is too small to be one stays what it is.
fn ages(samples: Vec<(Moment, f64)>) -> Vec<(Moment, f64)> {
    let age = |(time, value): (Moment, f64)| {
        let age = match value {
            EPOCH_MILLISECONDS_MIN.. => time.seconds() as f64 - value / 1_000.0,
            EPOCH_SECONDS_MIN.. => time.seconds() as f64 - value,
            _ => value,
        };
        (time, age)
    };
    samples.into_iter().map(age).collect()
}

/// Medians over five minutes of the samples of an hour, in order of time: a single wild sample among many is no news.
fn by_minutes(samples: &[(Moment, f64)]) -> [f32; PARTS_PER_HOUR] {
    let part = |sample: &(Moment, f64)| sample.0.seconds().rem_euclid(3_600) / PART_SECONDS;
    let mut minutes = [f32::NAN; PARTS_PER_HOUR];
    for of_part in samples.chunk_by(|a, b| part(a) == part(b)) {
        // Most are measured once in five minutes.
        let middle = match of_part {
            [(_, only)] => Some(*only),
            several => median(several.iter().map(|sample| sample.1)),
        };
        minutes[part(&of_part[0]) as usize] = middle.map_or(f32::NAN, |value| value as f32);
    }
    minutes
}

/// The latest sample of each minute.
fn by_minute(samples: &[(Moment, f64)]) -> Box<Minutes> {
    let mut minutes = Box::new([f32::NAN; MINUTES]);
    for (time, value) in samples {
        minutes[(time.seconds().rem_euclid(3_600) / 60) as usize] = *value as f32;
    }
    minutes
}
