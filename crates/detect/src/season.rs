//! What is usual for a series at this hour of the day and day of the week, and how far it usually strays.
//!
//! The season is additive, in the logarithm for positive quantities that vary by more than a factor of
//! two: an hour-of-day profile from one week of history on, a day-of-week offset from two weeks on, and a
//! profile of the hour of the week (smoothed over its neighbours) from four weeks on. With less than four
//! weeks a full weekly profile would be a handful of values an hour, noisier than what it explains. Weeks are
//! believed only if a day is told better by the same days of other weeks than by all other days.
//!
//! Besides the profile it keeps the *reach*: how far medians over a third of a day, a day, strayed in the
//! history that it was fitted on. Parametric thresholds do not hold on real series (they are
//! autocorrelated and heavy-tailed), a multiple of what the series itself has done does. A short history has not
//! yet gone as far as a long one will, and a profile lies nearer to the days that it was fitted on than to others:
//! the reach is widened by as much as that makes of it.
//!
//! A quantity that has moved along a straight line for as long as it is known (a certificate that runs down, a
//! counter shown as a gauge) is expected to go on along it: only then is a trend part of what is usual.
//!
//! It cannot know holidays, nor seasons longer than a week: an hour that may stand at another place of the week is held
//! against both.

use crate::compact::Grid;
use crate::robust::{kendall_tau, median, median_of, median_of_at_least, quantile_of, sigma, theil_sen};

/// Hours of history below which no season is fitted.
pub const HOURS_MIN: usize = 8 * 24;
/// Weeks of history below which all days of the week are alike.
pub const WEEKS_MIN: usize = 2;
/// Weeks of history below which a day of the week is the usual day, as a whole higher or lower.
const WEEKS_BY_HOUR_MIN: usize = 4;
const WEEK: usize = 168;
/// Weeks are believed if they leave less than this share of what all days together leave.
const WEEK_MISS_MAX: f64 = 0.9;
/// The reach is told as if so many days were known.
const REACH_DAYS: f64 = 30.0;
/// How closely daily medians must follow a line to be taken for one.
const LINE_TAU_MIN: f64 = 0.9;
/// Where values vary in proportion, so small a share of a low one is as good as nothing: a queue that was empty for an hour has no
/// logarithm, and would not be heard at the very moment at which it stands still.
const NOTHING_SHARE: f32 = 0.1;
/// Values that are nothing more often than this do not vary in proportion.
const NOTHING_MAX: f64 = 0.05;

/// How far medians over windows of one length strayed from the profile, in sigmas, both as positive numbers.
#[derive(Clone, Copy, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Reach {
    /// Farthest above.
    pub up: f64,
    /// Farthest below.
    pub down: f64,
}

impl Reach {
    fn widened(self, factor: f64) -> Self {
        Self { up: self.up * factor, down: self.down * factor }
    }
}

/// How far a series strayed, by how long it is looked at.
#[derive(Clone, Copy, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Reaches {
    /// Medians over a day.
    pub day: Reach,
    /// Medians over three days.
    pub three_days: Reach,
}

/// A fitted season.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Season {
    /// If the profile is in the natural logarithm of the values: the value that all below it are taken for.
    least: Option<f32>,
    /// The expected value for each hour of the week, in the units of `logarithmic`.
    profile: Grid,
    /// How much is expected to be added for each hour since the first of the history; 0 for nearly all series.
    slope_per_hour: f64,
    /// The MAD-sigma of what the profile leaves unexplained.
    pub sigma: f64,
    /// How far eight-hour medians strayed.
    pub reach_shift: Reach,
    /// How far medians over days strayed.
    pub reaches: Reaches,
}

impl Season {
    /// Fits a season to hourly values; `slots` gives each hour's hour of the week (0 to 167, local time).
    ///
    /// `None` with fewer than [`HOURS_MIN`] measured hours.
    ///
    /// # Panics
    /// If the slices differ in length.
    pub fn fit(values: &[f32], slots: &[u8]) -> Option<Self> {
        assert_eq!(values.len(), slots.len(), "every value has its hour");
        let measured = values.iter().filter(|value| value.is_finite()).count();
        if measured < HOURS_MIN {
            return None;
        }
        let least = least_in_proportion(values);
        let logarithmic = least.is_some();
        let mut rest: Vec<f64> = values.iter().map(|&value| transform(value, least)).collect();
        let slope_per_hour = long_standing_slope(&rest);
        for (hour, value) in rest.iter_mut().enumerate() {
            *value -= slope_per_hour * hour as f64;
        }
        let center = median(rest.iter().copied())?;
        let mut profile = vec![0.0_f64; WEEK];
        let days = measured / 24;
        explain(&mut rest, slots, &mut profile, Kin::SameHour, 3);
        let weekly = days >= WEEKS_MIN * 7 && weeks_explain(&rest, slots);
        if weekly {
            explain(&mut rest, slots, &mut profile, Kin::SameDay, 2 * 16);
        }
        if weekly && days >= WEEKS_BY_HOUR_MIN * 7 {
            explain(&mut rest, slots, &mut profile, Kin::Neighbours, 9);
        }
        let sigma = spread(&rest, center, logarithmic);
        let scaled: Vec<f32> = rest.iter().map(|value| (value / sigma) as f32).collect();
        Some(Self {
            least,
            profile: Grid::of(&profile.into_iter().map(|value| value as f32).collect::<Vec<f32>>()),
            slope_per_hour,
            sigma,
            reach_shift: reach(&scaled, 8).widened(understated(days, weekly)),
            reaches: Reaches {
                day: reach(&scaled, 24).widened(understated(days, weekly)),
                three_days: reach(&scaled, 72).widened(understated(days, weekly)),
            },
        })
    }

    /// The same season of values that are all so many times as large.
    pub fn scale(&mut self, factor: f64) {
        match &mut self.least {
            Some(least) => {
                *least *= factor as f32;
                self.profile = self.profile.with(|expected| expected + factor.ln() as f32);
            }
            None => {
                self.profile = self.profile.with(|expected| expected * factor as f32);
                self.slope_per_hour *= factor;
                self.sigma *= factor;
            }
        }
    }

    /// Whether it can be used after it was read back.
    pub fn is_sound(&self) -> bool {
        self.profile.len() == WEEK
    }

    /// Whether the profile is in the natural logarithm of the values.
    pub fn is_logarithmic(&self) -> bool {
        self.least.is_some()
    }

    /// How many sigmas a value lies above what is usual for its hour of the week, so many hours after the first of
    /// the history that was learned from; `NaN` stays `NaN`.
    pub fn score(&self, value: f32, slot: u8, hours_since_first: i64) -> f32 {
        let expected =
            f64::from(self.profile.at(usize::from(slot))) + self.slope_per_hour * hours_since_first as f64;
        ((transform(value, self.least) - expected) / self.sigma) as f32
    }

    /// The same for an hour that may stand at either of two places of the week: nothing if the value lies between what is usual at
    /// both, else the smaller of the two.
    pub fn score_either(&self, value: f32, slots: [u8; 2], hours_since_first: i64) -> f32 {
        let one = self.score(value, slots[0], hours_since_first);
        if slots[0] == slots[1] {
            return one;
        }
        let other = self.score(value, slots[1], hours_since_first);
        if one * other < 0.0 {
            0.0
        } else if one.abs() <= other.abs() {
            one
        } else {
            other
        }
    }

    /// What is expected then, so many sigmas above the profile, in the units of the series.
    pub fn expected(&self, slot: u8, hours_since_first: i64, sigmas_above: f64) -> f64 {
        let trend = self.slope_per_hour * hours_since_first as f64;
        let value = f64::from(self.profile.at(usize::from(slot))) + trend + sigmas_above * self.sigma;
        if self.is_logarithmic() { value.exp() } else { value }
    }
}

/// What the hour of the day leaves of values: the sum of their distances from the median of their hour. Of two ways to place the same
/// hours in the week the one that leaves less is that of the clock which the values follow.
///
/// # Panics
/// If the slices differ in length.
pub fn unexplained_by_hour(values: &[f32], slots: &[u8]) -> f64 {
    assert_eq!(values.len(), slots.len(), "every value has its hour");
    let mut by_hour: Vec<Vec<f32>> = vec![Vec::new(); 24];
    for (&value, &slot) in values.iter().zip(slots).filter(|(value, _)| value.is_finite()) {
        by_hour[usize::from(slot) % 24].push(value);
    }
    let of_hour = |hour: &Vec<f32>| {
        let middle = median_of(hour).unwrap_or(0.0);
        hour.iter().map(|&value| (f64::from(value) - middle).abs()).sum::<f64>()
    };
    by_hour.iter().map(of_hour).sum()
}

/// The slope per hour of a line that the whole history follows, or 0.
fn long_standing_slope(values: &[f64]) -> f64 {
    let scaled: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    let daily: Vec<f64> =
        scaled.chunks(24).map(|day| median_of_at_least(12, day).unwrap_or(f64::NAN)).collect();
    if kendall_tau(&daily).is_none_or(|tau| tau.abs() < LINE_TAU_MIN) {
        return 0.0;
    }
    let points: Vec<(f64, f64)> = daily
        .iter()
        .enumerate()
        .filter(|(_, day)| day.is_finite())
        .map(|(x, &day)| (x as f64, day))
        .collect();
    let slope = theil_sen(&points).unwrap_or(0.0);
    let rest: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    let center = median(rest.iter().copied()).unwrap_or(0.0);
    let strayed = sigma(&rest, center).unwrap_or(0.0);
    // A line, and not a hill that happens to rise: it must explain nearly all of the movement.
    if strayed * 10.0 < slope.abs() * points.len() as f64 { slope / 24.0 } else { 0.0 }
}

/// Positive quantities whose ordinary range spans a factor of two vary in proportion, not by amounts: of those, the value
/// that is as good as nothing.
fn least_in_proportion(values: &[f32]) -> Option<f32> {
    let (mut nothing, mut count) = (0, 0);
    for value in values.iter().filter(|value| value.is_finite()) {
        if *value < 0.0 {
            return None;
        }
        nothing += u32::from(*value == 0.0);
        count += 1;
    }
    if f64::from(nothing) > NOTHING_MAX * f64::from(count) {
        return None;
    }
    let positive: Vec<f32> = values.iter().copied().filter(|value| *value > 0.0).collect();
    let (low, high) = (quantile_of(&positive, 0.05)?, quantile_of(&positive, 0.95)?);
    let least = low as f32 * NOTHING_SHARE;
    (high > 2.0 * low && least > 0.0).then_some(least)
}

fn transform(value: f32, least: Option<f32>) -> f64 {
    match least {
        Some(least) if value < least => f64::from(least).ln(),
        Some(_) => f64::from(value).ln(),
        None => f64::from(value),
    }
}

/// Hours of the week that belong together.
#[derive(Clone, Copy)]
enum Kin {
    SameHour,
    SameDay,
    Neighbours,
}

/// Moves into the profile what the hours that belong together have in common, if enough of them were measured.
fn explain(rest: &mut [f64], slots: &[u8], profile: &mut [f64], kin: Kin, needed: usize) {
    let by_slot = BySlot::of(rest, slots);
    let in_common = |kin: &mut dyn Iterator<Item = f64>, count: usize| {
        if count < needed { 0.0 } else { median(kin).unwrap_or(0.0) }
    };
    let common_to = |slots: &mut dyn Iterator<Item = usize>| {
        let slots: Vec<&[f64]> = slots.map(|slot| by_slot.at(slot)).collect();
        let count = slots.iter().map(|values| values.len()).sum();
        in_common(&mut slots.into_iter().flatten().copied(), count)
    };
    // What is the same for all hours of a day, or for all days of an hour, is asked for once.
    let mut common = [0.0; WEEK];
    match kin {
        Kin::SameHour => {
            for hour in 0..24 {
                let shared = common_to(&mut (hour..WEEK).step_by(24));
                common.iter_mut().skip(hour).step_by(24).for_each(|one| *one = shared);
            }
        }
        Kin::SameDay => {
            for (day, hours) in common.chunks_mut(24).enumerate() {
                hours.fill(common_to(&mut (day * 24..(day + 1) * 24)));
            }
        }
        Kin::Neighbours => {
            for (slot, one) in common.iter_mut().enumerate() {
                *one = common_to(&mut [slot + WEEK - 1, slot, slot + 1].into_iter().map(|near| near % WEEK));
            }
        }
    }
    for (value, &slot) in rest.iter_mut().zip(slots) {
        *value -= common[usize::from(slot)];
    }
    for (expected, common) in profile.iter_mut().zip(&common) {
        *expected += common;
    }
}

/// Measured values by their hour of the week.
struct BySlot {
    values: Vec<f64>,
    begins: [usize; WEEK + 1],
}

impl BySlot {
    fn of(values: &[f64], slots: &[u8]) -> Self {
        let measured = || values.iter().zip(slots).filter(|(value, _)| value.is_finite());
        let mut begins = [0; WEEK + 1];
        measured().for_each(|(_, slot)| begins[usize::from(*slot) + 1] += 1);
        (0..WEEK).for_each(|slot| begins[slot + 1] += begins[slot]);
        let (mut sorted, mut next) = (vec![0.0; begins[WEEK]], begins);
        for (&value, &slot) in measured() {
            let place = &mut next[usize::from(slot)];
            sorted[*place] = value;
            *place += 1;
        }
        Self { values: sorted, begins }
    }

    fn at(&self, slot: usize) -> &[f64] {
        &self.values[self.begins[slot]..self.begins[slot + 1]]
    }
}

/// Whether the level of a day is told better by the same days of other weeks than by all other days.
fn weeks_explain(rest: &[f64], slots: &[u8]) -> bool {
    let days: Vec<(u8, f64)> = rest
        .chunks(24)
        .zip(slots.chunks(24))
        .filter(|(day, _)| day.iter().filter(|value| value.is_finite()).count() >= 12)
        .filter_map(|(day, slots)| Some((slots[slots.len() / 2] / 24, median(day.iter().copied())?)))
        .collect();
    let mut all: Vec<f64> = days.iter().map(|(_, level)| *level).collect();
    all.sort_unstable_by(f64::total_cmp);
    let by_weekday: Vec<Vec<f64>> = (0..7)
        .map(|weekday| {
            let mut same: Vec<f64> =
                days.iter().filter(|(day, _)| *day == weekday).map(|(_, level)| *level).collect();
            same.sort_unstable_by(f64::total_cmp);
            same
        })
        .collect();
    let misses = days.iter().filter_map(|(weekday, level)| {
        let miss = |kin: &[f64]| median_of_others(kin, *level).map(|expected| (level - expected).abs());
        Some((miss(&by_weekday[usize::from(*weekday)])?, miss(&all)?))
    });
    let (by_week, by_all) = misses.fold((0.0, 0.0), |sum, miss| (sum.0 + miss.0, sum.1 + miss.1));
    by_week < WEEK_MISS_MAX * by_all
}

/// The median of sorted values without one of them.
fn median_of_others(sorted: &[f64], one: f64) -> Option<f64> {
    let without = sorted.partition_point(|value| value.total_cmp(&one).is_lt());
    let at = |place: usize| sorted[place + usize::from(place >= without)];
    let others = sorted.len().checked_sub(1).filter(|others| *others > 0)?;
    let (low, high) = (at((others - 1) / 2), at(others / 2));
    Some(if others % 2 == 1 { low } else { low + (high - low) * 0.5 })
}

/// How much farther a series is to be expected to go than it went in so many days that it was learned from.
///
/// The largest of n normal values grows with the root of 2 ln n (Fisher and Tippett 1928); a mean of k lies nearer
/// to its own k values than to the next one by the root of (1 + 1/k) / (1 - 1/k).
fn understated(days: usize, weekly: bool) -> f64 {
    let farther = (REACH_DAYS.ln() / (days.max(2) as f64).ln()).sqrt().max(1.0);
    let weeks = (days as f64 / 7.0).max(2.0);
    let nearer = if weekly { ((1.0 + 1.0 / weeks) / (1.0 - 1.0 / weeks)).sqrt() } else { 1.0 };
    farther * nearer
}

/// The MAD-sigma, with floors: a series that hardly ever moves must not make every flutter infinitely rare.
fn spread(rest: &[f64], center: f64, logarithmic: bool) -> f64 {
    let measured: Vec<f64> = rest.iter().copied().filter(|value| value.is_finite()).collect();
    let mad = sigma(&measured, 0.0).unwrap_or(0.0);
    let mean_deviation = measured.iter().map(|value| value.abs()).sum::<f64>() / measured.len().max(1) as f64;
    let floor = if logarithmic { 0.01 } else { (0.01 * center.abs()).max(1e-9) };
    // Half of the values may be equal (a pool that is mostly idle): then the mean deviation knows more.
    mad.max(0.6 * mean_deviation).max(floor)
}

/// The farthest medians over windows of so many hours, half of each window overlapping the next.
fn reach(scaled: &[f32], hours: usize) -> Reach {
    let mut reach = Reach::default();
    for window in scaled.windows(hours).step_by((hours / 4).max(1)) {
        // Most windows stray less than one before them, which is seen by counting.
        let may_stray = half_lie_beyond(window, reach);
        let level = if may_stray { median_of_at_least(hours * 2 / 3, window) } else { None };
        if let Some(level) = level {
            reach.up = reach.up.max(level);
            reach.down = reach.down.max(-level);
        }
    }
    reach
}

/// Whether half of the measured values lie above the reach, or half of them below: else their median lies within.
fn half_lie_beyond(window: &[f32], reach: Reach) -> bool {
    let (mut above, mut below, mut measured) = (0_u32, 0_u32, 0_u32);
    for value in window {
        above += u32::from(f64::from(*value) > reach.up);
        below += u32::from(-f64::from(*value) > reach.down);
        measured += u32::from(value.is_finite());
    }
    2 * above.max(below) >= measured
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_placed_by_the_clock_that_the_values_follow() {
        let wave = |hour: usize| ((hour % 24) as f32 - 12.0).abs();
        let values: Vec<f32> = (0..20 * 24).map(wave).collect();
        let changed = |hour: usize| ((hour + usize::from(hour >= 240)) % WEEK) as u8;
        let moved: Vec<u8> = (0..values.len()).map(changed).collect();
        let even = slots(values.len());
        assert_eq!(unexplained_by_hour(&values, &even), 0.0);
        assert!(unexplained_by_hour(&values, &moved) > 100.0);
    }

    fn slots(hours: usize) -> Vec<u8> {
        (0..hours).map(|hour| (hour % WEEK) as u8).collect()
    }

    #[test]
    fn a_queue_that_was_empty_for_an_hour_still_varies_in_proportion_and_is_heard_when_it_is() {
        let mut values: Vec<f32> = (0..14 * 24).map(|hour| 10.0 + (hour % 24) as f32 * 2.0).collect();
        values[100] = 0.0;
        let season = Season::fit(&values, &slots(values.len())).expect("two weeks");
        assert!(season.is_logarithmic());
        assert!(season.score(0.0, 12, 400) < -10.0);
        assert!(season.score(f32::NAN, 12, 400).is_nan());
        values.iter_mut().step_by(10).for_each(|value| *value = 0.0);
        let idle = Season::fit(&values, &slots(values.len())).expect("two weeks");
        assert!(!idle.is_logarithmic(), "what is nothing every now and then does not vary in proportion");
    }
}
