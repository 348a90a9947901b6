//! Where a series goes from where it is: how rarely it moved so within the values that are usual for it.
//!
//! The values that are usual (nine in ten hours of the last weeks) are cut into eight parts, and what lies below and above are two
//! more. From quarter of an hour to quarter of an hour a series goes from part to part; how often it went from each to each
//! is counted, and what the counts foretell of the next step is mixed with where it is most of the time. How surprised the counts were over
//! three hours, as a mean of logarithms, is how strange the movement was: a saw where there was a slow wave, a switch between two states
//! where there was noise. It is told as one in how many: the perplexity of the movement.
//!
//! Steps to and from what lies outside of the usual values surprise nobody here. How high, how far or how rough is the matter of other traits, and
//! what these hear already would only be said once more.
//!
//! That an anomaly is what no known context foretold is the idea of contextual detectors (Smirnov, "CAD OSE", 2016) and of sequence memories
//! (Ahmad et al., "Unsupervised real-time anomaly detection for streaming data", 2017); unlike theirs the scale is learned from the past alone. It knows one
//! step: not the order of a day, nor that a movement came at another hour than usual. Mirrored, reversed or
//! shifted days are made of known steps, and it does not hear them.
//!
//! The strangest hours of each day are kept, and how rare a movement is comes from those, as for surprises (see `farthest`). It is no sort of
//! surprise that adds up with the others: what is strange within usual values is in none of them, and what is in them is strange for a reason that they
//! name better.

use crate::anomaly::{BEFOREHAND, WEEK_DAYS};
use crate::farthest::{Farthest, farther};
use crate::robust::quantile_of;

/// Parts of the usual values; two more lie outside.
const INNER: usize = 8;
const PARTS: usize = INNER + 2;
/// Steps of an hour.
const STEPS: usize = 4;
/// Hours over which a movement is judged.
pub const HOURS: usize = 3;
/// Days that must be known before anything is strange: of each day of the week one is no measure of what never was.
const DAYS_MIN: usize = 2 * WEEK_DAYS;
/// At this rarity, in powers of ten, it is just noticed.
const RARITY_MIN: f64 = 2.0;
/// So often a quiet day of a real series is just noticed, and a score twice as high is so many times doubly as rare: measured on 8,227 days of ASD and
/// SMD without their labels, alike in both halves of their hosts.
const NOTICED: f64 = 0.0035;
const RARER_POWER: f64 = 1.8;
/// The ends of the usual values, as shares of the hours.
const LOW: f64 = 0.05;
const HIGH: f64 = 0.95;
/// Fewer steps in an hour are no shape.
const STEPS_MIN: u32 = 2;
/// So many steps is what is assumed beforehand worth.
const STEPS_BEFOREHAND: f64 = 2.0;
/// A row of counts is halved before one of them is full: what was long ago counts less and less.
const COUNT_MAX: u8 = 250;
/// Steps without a value after which nobody knows where it came from.
const GAP_MAX: u8 = STEPS as u8;
/// Nowhere that is known.
const NOWHERE: u8 = u8::MAX;

/// A movement that is stranger than those before.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Strange {
    /// One in how many of its steps leads from where it was to where it went.
    pub one_in: f64,
    /// How many times as rare as the rarest movement of the days before.
    pub times_rarest: f64,
    /// Days that were compared with.
    pub days: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// The chance beforehand that a quiet day reaches a score, before any quiet days are known.
pub fn chance_beforehand(score: f64) -> f64 {
    (NOTICED * score.max(f64::MIN_POSITIVE).powf(-RARER_POWER)).min(1.0)
}

/// What is remembered of the movements of one series.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Shape {
    steps: Steps,
    strangest: Farthest,
    today: f32,
}

impl Shape {
    /// Takes the values of an hour, evenly spread over it, and tells how strange the movement of the last hours was; `None` if that is not
    /// known, or nothing beside the days before.
    pub fn hear(&mut self, values: &[f32]) -> Option<Strange> {
        let one_in = self.steps.hear(values);
        if !one_in.is_finite() {
            return None;
        }
        self.today = farther(self.today, one_in);
        let rarity = if self.is_ready() { self.strangest.surprise(one_in) } else { 0.0 };
        (rarity > 0.0).then(|| Strange {
            one_in,
            times_rarest: one_in / self.strangest.record().max(f64::MIN_POSITIVE),
            days: self.strangest.days(),
            score: rarity / RARITY_MIN,
        })
    }

    /// Closes a day, of which the strangest hours join those of the days before, and learns from the hourly values of the last weeks where it usually lies.
    pub fn close_day(&mut self, hourly: &[f32]) {
        self.strangest.close_day(std::mem::take(&mut self.today), BEFOREHAND);
        self.steps.learn(hourly);
    }

    /// One in how many its steps are usually: asked for only when something is said.
    pub fn usual(&self) -> f64 {
        self.steps.usual()
    }

    /// Whether it can go on after it was read back.
    pub fn is_sound(&self) -> bool {
        self.strangest.is_sound() && self.steps.are_sound()
    }

    /// Whether anything could be strange.
    pub fn is_ready(&self) -> bool {
        self.strangest.days() >= DAYS_MIN
    }
}

/// The steps of one series.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Steps {
    low: f32,
    width: f32,
    /// How often it went from each part to each.
    counts: [[u8; PARTS]; PARTS],
    /// How often it went to each.
    arrivals: [u16; PARTS],
    place: u8,
    gap: u8,
    /// The mean surprise of the latest hours, in powers of two, the latest first; `NaN` where nothing was judged.
    latest: [f32; HOURS],
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            low: f32::NAN,
            width: f32::NAN,
            counts: [[0; PARTS]; PARTS],
            arrivals: [0; PARTS],
            place: NOWHERE,
            gap: 0,
            latest: [f32::NAN; HOURS],
        }
    }
}

impl Steps {
    /// Whether they can be counted on after they were read back.
    fn are_sound(&self) -> bool {
        let arrived = |part: usize| self.counts.iter().map(|row| u16::from(row[part])).sum::<u16>();
        (self.place == NOWHERE || usize::from(self.place) < PARTS)
            && self.counts.iter().flatten().all(|&count| count <= COUNT_MAX)
            && (0..PARTS).all(|part| self.arrivals[part] == arrived(part))
    }

    /// Takes the values of an hour, evenly spread over it, and says one in how many the movement of the last hours was; `NaN` if not all of
    /// them are known.
    fn hear(&mut self, values: &[f32]) -> f64 {
        let (mut sum, mut steps) = (0.0, 0_u32);
        for part in values.chunks(values.len().div_ceil(STEPS).max(1)) {
            if let Some(surprise) = self.part_of(part).and_then(|part| self.step_to(part)) {
                sum += surprise;
                steps += 1;
            }
        }
        self.latest.rotate_right(1);
        self.latest[0] = if steps >= STEPS_MIN { (sum / f64::from(steps)) as f32 } else { f32::NAN };
        let mean = self.latest.iter().map(|&hour| f64::from(hour)).sum::<f64>() / HOURS as f64;
        mean.exp2()
    }

    /// One in how many its steps are usually.
    fn usual(&self) -> f64 {
        let (mut sum, mut steps) = (0.0, 0.0);
        for from in 0..PARTS {
            for to in 0..PARTS {
                let count = f64::from(self.counts[from][to]);
                steps += count;
                sum += if count > 0.0 { count * self.surprise(from, to) } else { 0.0 };
            }
        }
        if steps > 0.0 { (sum / steps).exp2() } else { f64::NAN }
    }

    /// Learns from the hourly values of the last weeks where it usually lies.
    fn learn(&mut self, hourly: &[f32]) {
        let at = |share| quantile_of(hourly, share).unwrap_or(f64::NAN);
        let low = at(LOW);
        self.low = low as f32;
        self.width = (at(HIGH) - low) as f32;
    }

    /// Where the middle of some values lies. What stands still all the time goes nowhere.
    fn part_of(&mut self, values: &[f32]) -> Option<usize> {
        let place = (middle(values) - self.low) / self.width * INNER as f32;
        if place.is_finite() && self.width > 0.0 {
            self.gap = 0;
            return Some((place.floor() + 1.0).clamp(0.0, (PARTS - 1) as f32) as usize);
        }
        self.gap = self.gap.saturating_add(1);
        if self.gap > GAP_MAX {
            self.place = NOWHERE;
        }
        None
    }

    /// How surprising a step is, in powers of two, before it is learned; `None` if it is not known where it came from.
    fn step_to(&mut self, to: usize) -> Option<f64> {
        let from = usize::from(std::mem::replace(&mut self.place, to as u8));
        if from == usize::from(NOWHERE) {
            return None;
        }
        let surprise = self.surprise(from, to);
        self.count(from, to);
        Some(surprise)
    }

    fn surprise(&self, from: usize, to: usize) -> f64 {
        let is_inner = |part: usize| (1..=INNER).contains(&part);
        if !is_inner(from) || !is_inner(to) {
            return 0.0;
        }
        let mixed = |count: f64, all: f64, beforehand: f64| {
            (count + STEPS_BEFOREHAND * beforehand) / (all + STEPS_BEFOREHAND)
        };
        let arrivals = f64::from(self.arrivals.iter().map(|&count| u32::from(count)).sum::<u32>());
        let anyway = mixed(f64::from(self.arrivals[to]), arrivals, 1.0 / PARTS as f64);
        let row = &self.counts[from];
        let steps = f64::from(row.iter().map(|&count| u32::from(count)).sum::<u32>());
        -mixed(f64::from(row[to]), steps, anyway).log2()
    }

    fn count(&mut self, from: usize, to: usize) {
        if self.counts[from][to] == COUNT_MAX {
            self.counts[from].iter_mut().for_each(|count| *count /= 2);
            for part in 0..PARTS {
                self.arrivals[part] = self.counts.iter().map(|row| u16::from(row[part])).sum();
            }
        }
        self.counts[from][to] += 1;
        self.arrivals[to] += 1;
    }
}

/// The median of few values; `NaN` of none.
fn middle(values: &[f32]) -> f32 {
    match *values {
        [one, two, three] if (one + two + three).is_finite() => one.min(two).max(one.max(two).min(three)),
        _ => quantile_of(values, 0.5).map_or(f32::NAN, |middle| middle as f32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it says of each hour.
    fn heard(hours: usize, value: impl Fn(usize, usize) -> f32) -> Vec<f64> {
        let (mut steps, mut hourly) = (Steps::default(), Vec::new());
        let hours = 0..hours;
        hours
            .map(|hour| {
                let values: Vec<f32> = (0..12).map(|part| value(hour, part)).collect();
                let strange = steps.hear(&values);
                hourly.push(middle(&values));
                if hour % 24 == 23 {
                    steps.learn(&hourly);
                }
                strange
            })
            .collect()
    }

    /// A slow wave, never the same twice.
    fn wave(hour: usize, part: usize) -> f32 {
        let at = (hour * 12 + part) as f32 / 144.0;
        (at * std::f32::consts::TAU).sin() + ((hour * 12 + part) * 7919 % 101) as f32 / 1_000.0
    }

    #[test]
    fn a_saw_where_there_was_a_slow_wave_is_stranger_than_all_before() {
        let sawed = heard(600, |hour, part| {
            if (500..503).contains(&hour) { [-0.8, -0.3, 0.3, 0.8][part / 3] } else { wave(hour, part) }
        });
        let before = sawed[100..500].iter().copied().fold(0.0, f64::max);
        assert!(sawed[502] > 2.0 * before, "{} {before}", sawed[502]);
        let again = sawed[510..].iter().copied().fold(0.0, f64::max);
        assert!(again < 1.2 * before, "what comes behind it is as usual: {again}");
    }

    #[test]
    fn what_it_does_every_day_becomes_usual() {
        let daily = heard(900, |hour, part| {
            if (9..12).contains(&(hour % 24)) { [-0.8, -0.3, 0.3, 0.8][part / 3] } else { wave(hour, part) }
        });
        let most = |days: std::ops::Range<usize>| {
            daily[days.start * 24..days.end * 24].iter().copied().fold(0.0, f64::max)
        };
        assert!(most(30..37) < 0.6 * most(2..4), "{} {}", most(30..37), most(2..4));
    }

    #[test]
    fn a_value_beyond_all_is_not_its_matter() {
        let plain = heard(400, wave);
        let spiked =
            heard(400, |hour, part| wave(hour, part) + if (hour, part / 3) == (300, 1) { 90.0 } else { 0.0 });
        assert!(spiked[300] <= plain[300], "{} {}", spiked[300], plain[300]);
    }

    #[test]
    fn a_gap_has_no_shape_and_nothing_is_taken_for_a_step_over_it() {
        let gap =
            heard(400, |hour, part| if (300..310).contains(&hour) { f32::NAN } else { wave(hour, part) });
        assert!(gap[300..313].iter().all(|strange| strange.is_nan() || *strange >= 1.0));
        assert!(gap[305].is_nan() && gap[311].is_nan() && gap[313].is_finite());
    }

    #[test]
    fn what_stands_still_or_is_not_a_number_has_no_shape() {
        assert!(heard(100, |_, _| 7.0).iter().all(|strange| strange.is_nan()));
        let mut steps = Steps::default();
        steps.learn(&[f32::NAN, f32::INFINITY, f32::MAX, -f32::MAX]);
        assert!(steps.hear(&[f32::NAN, f32::INFINITY, f32::MAX]).is_nan());
        assert!(steps.hear(&[]).is_nan() && steps.usual().is_nan());
    }

    #[test]
    fn counts_never_overflow() {
        let mut steps = Steps::default();
        steps.learn(&(0..100).map(|at| at as f32).collect::<Vec<f32>>());
        (0..5_000).for_each(|_| {
            steps.hear(&[50.0; 12]);
        });
        assert!(steps.usual() < 1.1, "{}", steps.usual());
    }

    #[test]
    fn it_is_noticed_beside_the_strangest_of_the_days_before_and_not_in_the_first_weeks() {
        let scores = |saw_on: usize| -> Vec<f64> {
            let (mut shape, mut hourly) = (Shape::default(), Vec::new());
            (0..30 * 24)
                .map(|hour| {
                    let sawed = (saw_on * 24 + 9..saw_on * 24 + 12).contains(&hour);
                    let values: Vec<f32> = (0..12)
                        .map(|part| if sawed { [-0.8, -0.3, 0.3, 0.8][part / 3] } else { wave(hour, part) })
                        .collect();
                    let found = shape.hear(&values);
                    hourly.push(middle(&values));
                    if hour % 24 == 23 {
                        shape.close_day(&hourly);
                    }
                    found.map_or(0.0, |found| found.score)
                })
                .collect()
        };
        let first = |scores: &[f64]| scores.iter().position(|score| *score >= 1.0);
        assert_eq!(first(&scores(20)), Some(20 * 24 + 11));
        assert_eq!(first(&scores(12)), None);
    }

    #[test]
    fn twice_the_score_is_rarer_beforehand() {
        assert!(chance_beforehand(2.0) < chance_beforehand(1.0) && chance_beforehand(0.0) <= 1.0);
    }
}
