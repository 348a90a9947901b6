//! When a quantity will reach its limit, if it goes on like this.
//!
//! A straight line (Theil-Sen) through the daily medians of the last week, taken seriously only if nearly
//! every day went the same way and the last one is the farthest of all that is remembered: a sawtooth that
//! is emptied every night, or a disk that log rotation frees, never goes beyond its own history.
//! A limit is in sight only if the flattest of the slopes reaches it within the horizon, too, between which the true one lies in nine of ten cases
//! (Sen 1968): memory that wanders climbs for six days now and then, and its limit may as well never come.
//! The date that is told has a wider interval. Days that hang together make that of the slopes too narrow, and how much they do so, the days before
//! the climb show: how far slopes over as many days strayed there, in nine of ten cases, is added to it. And since the first of the days may lie before
//! the climb began, the steepest slope is that of the latest four, if these are steeper.
//! It knows no seasons and no acceleration: a forecast, not a promise.

use crate::robust::{slope_between, theil_sen};

/// Days that are judged.
pub const DAYS: usize = 6;
/// History before the days that are judged.
pub const DAYS_BEFORE_MIN: usize = 7;
/// Beyond so many days a straight line says nothing.
const HORIZON_DAYS: f64 = 30.0;
/// And beyond so many it might as well say never.
const YEAR_DAYS: f64 = 366.0;
/// The latest days of a climb, of which one can be sure that it had begun.
const LATEST_DAYS: usize = 4;
const NINE_OF_TEN: f64 = 0.9;
/// How much farther than its usual day-to-day flutter it must have gone.
const FLUTTERS_MIN: f64 = 4.0;

/// A limit in sight.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Saturation {
    /// Days from now until the limit is reached at the present rate.
    pub left: DaysLeft,
    /// Units of the series a day.
    pub slope_per_day: f64,
    /// How many days the series has gone this way.
    pub days_since_onset: usize,
    /// How much sooner than the horizon, and how far beyond history: at 1 it is just noticed.
    pub score: f64,
}

/// Days until a limit is reached, if it goes on like this.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DaysLeft {
    /// At the slope that fits best.
    pub likely: f64,
    /// At the steepest that may be true.
    pub soonest: f64,
    /// At the flattest, if that reaches it within a year.
    pub latest: Option<f64>,
}

impl DaysLeft {
    /// By slopes, steepest and flattest last; `None` if the likely one does not lead there.
    fn by(away: f64, likely: f64, [steepest, flattest]: [f64; 2]) -> Option<Self> {
        let at = |slope: f64| Some(away / slope).filter(|days| days.is_finite() && *days >= 0.0);
        let likely = at(likely)?;
        Some(Self {
            likely,
            soonest: at(steepest).map_or(likely, |days| days.min(likely)),
            latest: at(flattest).filter(|days| *days <= YEAR_DAYS).map(|days| days.max(likely)),
        })
    }

    /// The same, if it was reckoned from where the series lay so many days ago.
    pub fn sooner_by(self, days: f64) -> Self {
        let sooner = |left: f64| (left - days).max(0.0);
        Self { likely: sooner(self.likely), soonest: sooner(self.soonest), latest: self.latest.map(sooner) }
    }

    /// The same, if the end may be reached so many days sooner or later for another reason, too.
    pub fn off_by(self, days: f64) -> Self {
        let latest = self.latest.map(|latest| latest + days).filter(|latest| *latest <= YEAR_DAYS);
        Self { soonest: (self.soonest - days).max(0.0), latest, ..self }
    }
}

/// A median over a day lies so many days back.
pub const MEDIAN_AGE_DAYS: f64 = 0.5;

/// How long until `limit` is reached from `last`, by the slope of points of (day, value) and what these alone tell of it; `None` if they
/// do not go that way.
pub fn days_left(points: &[(f64, f64)], last: f64, limit: f64) -> Option<DaysLeft> {
    let away = limit - last;
    let (low, high) = slope_between(points)?;
    DaysLeft::by(away, theil_sen(points)?, if away < 0.0 { [low, high] } else { [high, low] })
}

/// The same, with an interval that knows from the days before how far slopes stray.
pub fn days_left_beside(before: &[f64], points: &[(f64, f64)], last: f64, limit: f64) -> Option<DaysLeft> {
    let away = limit - last;
    let toward = away.signum();
    let slope = theil_sen(points)? * toward;
    let (low, high) = slope_between(points)?;
    let (flat, steep) = if away < 0.0 { (-high, -low) } else { (low, high) };
    // Where nothing is known before, they may stray as far as they seem to.
    let stray = stray(before, points.len().min(DAYS)).unwrap_or(0.5 * (steep - flat));
    let latest = &points[points.len().saturating_sub(LATEST_DAYS)..];
    let latest = theil_sen(latest).map_or(slope, |latest| (latest * toward).max(slope));
    let steepest = latest + (steep - slope).hypot(stray);
    let flattest = slope - (slope - flat).hypot(stray);
    DaysLeft::by(away.abs(), slope, [steepest, flattest])
}

/// How far slopes over so many days strayed from none, in nine of ten cases; `None` if there are not so many days.
fn stray(daily: &[f64], days: usize) -> Option<f64> {
    let mut slopes: Vec<f64> =
        daily.windows(days.max(1)).filter_map(|window| Some(theil_sen(&numbered(window))?.abs())).collect();
    slopes.sort_by(f64::total_cmp);
    let last = slopes.len().checked_sub(1)?;
    let rank = (NINE_OF_TEN * slopes.len() as f64).ceil() as usize;
    Some(slopes[rank.min(last)])
}

/// The measured days, with their numbers.
fn numbered(daily: &[f64]) -> Vec<(f64, f64)> {
    daily.iter().enumerate().filter(|(_, y)| y.is_finite()).map(|(x, &y)| (x as f64, y)).collect()
}

/// Looks whether daily medians (oldest first, `NaN` where not measured) are on their way to `limit`.
pub fn saturation(daily: &[f64], limit: f64) -> Option<Saturation> {
    if daily.len() < DAYS + DAYS_BEFORE_MIN || !limit.is_finite() {
        return None;
    }
    let recent = &daily[daily.len() - DAYS..];
    let last = *recent.last()?;
    let toward = (limit - last).signum();
    let steps: Vec<f64> = recent.windows(2).map(|pair| (pair[1] - pair[0]) * toward).collect();
    if steps.iter().filter(|&&step| step > 0.0).count() + 1
        < steps.len() + usize::from(steps.len() < DAYS - 1)
    {
        return None;
    }
    let points = numbered(recent);
    let slope = theil_sen(&points)?;
    if slope * toward <= 0.0 || points.len() < DAYS - 1 {
        return None;
    }
    let before = &daily[..daily.len() - 3];
    let farthest =
        before.iter().copied().filter(|day| day.is_finite()).map(|day| day * toward).fold(f64::MIN, f64::max);
    let calm = &daily[..daily.len() - DAYS];
    let usual = usual_step(calm);
    let flutter = flutter(calm);
    let beyond = last * toward - farthest;
    let by_itself = days_left(&points, last, limit)?;
    // Three days at this rate must lie beyond all that was seen, and the rate must be unusual for the series.
    if by_itself.latest.is_none_or(|latest| latest > HORIZON_DAYS)
        || beyond <= 0.0
        || slope.abs() < 1.5 * usual
    {
        return None;
    }
    if slope.abs() * (DAYS - 1) as f64 <= FLUTTERS_MIN * flutter {
        return None;
    }
    let days_since_onset =
        daily.windows(2).rev().take_while(|pair| (pair[1] - pair[0]) * toward > 0.0).count().max(1);
    let left = days_left_beside(calm, &points, last, limit)?.sooner_by(MEDIAN_AGE_DAYS);
    Some(Saturation {
        left,
        slope_per_day: slope,
        days_since_onset,
        score: (HORIZON_DAYS / by_itself.likely.max(1.0)).sqrt().max(1.0),
    })
}

/// The MAD-sigma of differences between neighbouring days.
fn flutter(daily: &[f64]) -> f64 {
    let steps: Vec<f64> =
        daily.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| step.is_finite()).collect();
    crate::robust::sigma(&steps, 0.0).unwrap_or(0.0)
}

/// By how much the series has moved per day over stretches as long as the one that is judged, those left out that one
/// day made: a step is no climb.
fn usual_step(daily: &[f64]) -> f64 {
    daily
        .windows(DAYS)
        .filter(|week| !is_a_step(week))
        .filter_map(|week| theil_sen(&numbered(week)))
        .map(f64::abs)
        .fold(0.0, f64::max)
}

fn is_a_step(week: &[f64]) -> bool {
    let measured = || week.iter().copied().filter(|day| day.is_finite());
    let range = measured().fold(f64::MIN, f64::max) - measured().fold(f64::MAX, f64::min);
    week.windows(2).any(|pair| (pair[1] - pair[0]).abs() > 0.5 * range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(flat_days: usize, rising_days: usize, per_day: f64) -> Vec<f64> {
        let texture = |day: usize| (day * 37 % 11) as f64 / 10.0;
        (0..flat_days)
            .map(|day| 50.0 + texture(day))
            .chain((1..=rising_days).map(|day| 50.0 + per_day * day as f64 + 0.2 * texture(day)))
            .collect()
    }

    #[test]
    fn a_disk_that_fills_is_dated() {
        let found = saturation(&disk(14, 6, 3.0), 100.0).expect("a forecast");
        assert!((8.0..14.0).contains(&found.left.likely), "{found:?}");
        let latest = found.left.latest.expect("it comes within a year");
        assert!(found.left.soonest < found.left.likely && found.left.likely < latest, "{found:?}");
    }

    #[test]
    fn a_straight_line_has_one_date_and_a_wild_one_may_never_arrive() {
        let line: Vec<(f64, f64)> = (0..6).map(|day| (f64::from(day), 50.0 + 5.0 * f64::from(day))).collect();
        let left = days_left(&line, 75.0, 100.0).expect("it goes there");
        assert_eq!(left, DaysLeft { likely: 5.0, soonest: 5.0, latest: Some(5.0) });
        assert_eq!(days_left(&line, 75.0, 0.0), None, "it goes the other way");
        let wild = [50.0, 58.0, 46.0, 61.0, 49.0, 60.0];
        let wild: Vec<(f64, f64)> = (0..).map(f64::from).zip(wild).collect();
        assert_eq!(days_left(&wild, 60.0, 100.0).expect("a guess").latest, None);
    }

    #[test]
    fn days_that_strayed_before_make_the_interval_wider_and_those_since_only_steeper() {
        let climb: Vec<(f64, f64)> =
            [0.0, 0.2, 2.0, 4.1, 5.9, 8.0].into_iter().enumerate().map(|(x, y)| (x as f64, y)).collect();
        let calm = [0.0; 20];
        let wandering: Vec<f64> = (0..20).map(|day| 2.0 * (f64::from(day) / 3.0).sin()).collect();
        let [alone, beside_calm, beside_wandering] = [
            days_left(&climb, 8.0, 28.0),
            days_left_beside(&calm, &climb, 8.0, 28.0),
            days_left_beside(&wandering, &climb, 8.0, 28.0),
        ]
        .map(|left| left.expect("it goes there"));
        assert_eq!(alone.likely, beside_wandering.likely);
        assert_eq!(alone.latest, beside_calm.latest);
        assert!(beside_calm.soonest < alone.soonest, "the latest four days are steeper");
        assert!(beside_wandering.soonest < beside_calm.soonest, "{beside_wandering:?}");
        assert!(beside_wandering.latest > beside_calm.latest, "{beside_wandering:?}");
        assert_eq!(beside_calm.sooner_by(0.5).likely, alone.likely - 0.5);
        let down: Vec<(f64, f64)> = climb.iter().map(|(x, y)| (*x, 40.0 - y)).collect();
        let fallen = days_left_beside(&wandering, &down, 32.0, 12.0).expect("it goes there, too");
        assert!((fallen.soonest - beside_wandering.soonest).abs() < 1e-9, "{fallen:?}");
    }

    #[test]
    fn neither_shift_nor_scale_moves_the_date() {
        let found = saturation(&disk(14, 6, 3.0), 100.0).expect("a forecast");
        for (times, plus) in [(8.0, 0.0), (0.5, 128.0), (-4.0, 16.0)] {
            let daily: Vec<f64> = disk(14, 6, 3.0).iter().map(|value| value * times + plus).collect();
            let other = saturation(&daily, 100.0 * times + plus).expect("the same forecast");
            assert!((other.left.soonest - found.left.soonest).abs() < 1e-6, "{other:?}");
            assert!((other.left.likely - found.left.likely).abs() < 1e-6, "{other:?}");
        }
    }

    #[test]
    fn a_disk_that_is_emptied_every_week_is_not() {
        let sawtooth: Vec<f64> = (0..28).map(|day| 40.0 + 5.0 * f64::from(day % 7)).collect();
        for until in 10..28 {
            assert_eq!(saturation(&sawtooth[..until], 100.0), None, "{until}");
        }
    }

    #[test]
    fn a_climb_of_which_it_is_not_known_whether_it_arrives_is_not() {
        let climb = |steps: [f64; 6]| disk(14, 0, 0.0).into_iter().chain(steps).collect::<Vec<f64>>();
        let even = climb([55.0, 60.0, 65.0, 70.0, 75.0, 80.0]);
        assert!(saturation(&even, 150.0).is_some());
        let fading = climb([53.0, 66.0, 76.0, 78.0, 79.5, 80.0]);
        assert_eq!(saturation(&fading, 150.0), None);
    }

    #[test]
    fn a_flat_disk_is_not() {
        assert_eq!(saturation(&disk(30, 0, 0.0), 100.0), None);
    }

    #[test]
    fn a_step_long_ago_does_not_hide_a_climb() {
        let stepped = (0..28).map(|day| {
            let texture = f64::from(day * 37 % 11) / 10.0;
            let climb = if day >= 20 { 1.5 * f64::from(day - 20) } else { 0.0 };
            50.0 + texture + climb + if day >= 9 { 12.0 } else { 0.0 }
        });
        assert!(saturation(&stepped.collect::<Vec<f64>>(), 90.0).is_some());
    }

    #[test]
    fn free_space_falls_to_zero() {
        let free: Vec<f64> = disk(14, 6, 3.0).iter().map(|used| 100.0 - used).collect();
        assert!(saturation(&free, 0.0).is_some());
    }
}
