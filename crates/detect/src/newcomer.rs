//! A newcomer that was taken for the work of a build and does not stay as it came.
//!
//! What a build brings is there from the first day on, in proportion to traffic. What grows from day to day since it came is
//! something else, and its first days are all that it can be held against: there is no history before them. Whole days are held
//! against a straight line of logarithms (a Poisson regression on traffic, McCullagh and Nelder, "Generalized Linear Models", 1989),
//! whose slope is measured in units of how far the days stray from it; and growth has to show in each third of the days, by the clock,
//! too. It cannot tell a build that is rolled out slowly, or a feature that people take up, from trouble that grows.

use crate::counts::Rising;

/// Whole days since it came, below which nothing is said of growth.
const DAYS_MIN: usize = 7;
const DAY: usize = 24;
/// How many times as many the last third of the days has as the first.
const RATIO_MIN: f64 = 2.0;
const EXCESS_MIN: f64 = 6.0;
/// Slopes are news from so many sigmas on: a newcomer is looked at on each of the days of some weeks.
const SIGMAS_MIN: f64 = 4.0;
/// Counts of days vary by at least this beyond chance, as [`crate::counts`] has it.
const DISPERSION_MIN: f64 = 0.03;
/// Nothing grows more steeply in a day: `e` to this.
const SLOPE_MAX: f64 = 3.0;

/// Whole days of a newcomer.
struct Days {
    counts: Vec<f64>,
    loads: Vec<f64>,
}

/// Looks for growth in hourly counts since a newcomer came; `traffic` is what its service said in the same hours.
///
/// # Panics
/// If the slices differ in length.
pub fn growing(counts: &[u32], traffic: &[u32]) -> Option<Rising> {
    assert_eq!(counts.len(), traffic.len(), "every hour of counts has its traffic");
    if counts.len() / DAY < DAYS_MIN {
        return None;
    }
    let days = Days::of(counts, traffic);
    let third = days.counts.len() / 3;
    let (first, last) = (0..third, days.counts.len() - third..days.counts.len());
    let middle = first.end..last.start;
    let rate = |days_of: &std::ops::Range<usize>, loads: &[f64]| {
        let counted: f64 = days.counts[days_of.clone()].iter().sum();
        counted / loads[days_of.clone()].iter().sum::<f64>().max(f64::MIN_POSITIVE)
    };
    let even = vec![1.0; days.counts.len()];
    let grows = [&days.loads, &even].into_iter().all(|loads| {
        let (before, between, now) = (rate(&first, loads), rate(&middle, loads), rate(&last, loads));
        now >= RATIO_MIN * before && now > between && between >= before
    });
    let counted: f64 = days.counts[last.clone()].iter().sum();
    let expected = rate(&first, &days.loads) * days.loads[last.clone()].iter().sum::<f64>();
    let sigmas = days.sigmas();
    // Where the days between lie above the first ones already, it has grown ever since it came.
    let ever = rate(&middle, &days.loads) >= RATIO_MIN.sqrt() * rate(&first, &days.loads);
    let found = grows && counted - expected >= EXCESS_MIN && sigmas >= SIGMAS_MIN;
    found.then(|| Rising {
        window_hours: third * DAY,
        counted: counted as u64,
        expected,
        hours_since_onset: if ever { counts.len() } else { third * DAY },
        score: sigmas / SIGMAS_MIN,
    })
}

impl Days {
    fn of(counts: &[u32], traffic: &[u32]) -> Self {
        let daily = |hours: &[u32]| {
            let mut days: Vec<f64> =
                hours.rchunks_exact(DAY).map(|day| day.iter().map(|&count| f64::from(count)).sum()).collect();
            days.reverse();
            days
        };
        Self { counts: daily(counts), loads: daily(traffic) }
    }

    /// The slope of the logarithm of counts over traffic, in units of what it may be by chance.
    fn sigmas(&self) -> f64 {
        let all: f64 = self.counts.iter().sum();
        let centre =
            self.counts.iter().zip(0..).map(|(count, day)| count * f64::from(day)).sum::<f64>() / all;
        // The likeliest slope is the one under which the mean day is the mean day of the records; that mean only grows with it.
        let (mut low, mut high) = (-SLOPE_MAX, SLOPE_MAX);
        for _ in 0..60 {
            let slope = (low + high) / 2.0;
            if self.mean_and_variance(slope).0 < centre { low = slope } else { high = slope }
        }
        let slope = (low + high) / 2.0;
        let fitted = self.weights(slope);
        let scale = all / fitted.iter().sum::<f64>();
        let strayed = self.counts.iter().zip(&fitted).map(|(count, weight)| {
            let usual = (scale * weight).max(f64::MIN_POSITIVE);
            (count - usual).powi(2) / usual
        });
        let days = self.counts.len() as f64;
        let dispersion = (strayed.sum::<f64>() / (days - 2.0)).max(1.0 + DISPERSION_MIN * all / days);
        let (_, variance) = self.mean_and_variance(0.0);
        slope * (all * variance / dispersion).sqrt()
    }

    /// Loads of the days, more of them from day to day.
    fn weights(&self, slope: f64) -> Vec<f64> {
        let last = self.loads.len() as f64;
        self.loads.iter().zip(1..).map(|(load, day)| load * (slope * (f64::from(day) - last)).exp()).collect()
    }

    fn mean_and_variance(&self, slope: f64) -> (f64, f64) {
        let weights = self.weights(slope);
        let all = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let moment = |power: i32| {
            weights.iter().zip(0..).map(|(weight, day)| weight * f64::from(day).powi(power)).sum::<f64>()
                / all
        };
        let mean = moment(1);
        (mean, moment(2) - mean * mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many on each day, one in every some hours.
    fn daily(rates: &[u32]) -> Vec<u32> {
        let hourly = |rate: u32| (0..24).map(move |hour| (rate * (hour + 1)) / 24 - (rate * hour) / 24);
        rates.iter().flat_map(|&rate| hourly(rate)).collect()
    }

    fn says(rates: &[u32], traffic: &[u32]) -> bool {
        growing(&daily(rates), &daily(traffic)).is_some()
    }

    #[test]
    fn what_grows_fourfold_in_ten_days_does_not_stay_as_it_came() {
        assert!(says(&[5, 4, 7, 6, 9, 8, 12, 15, 14, 21], &[9_000; 10]));
    }

    #[test]
    fn what_comes_evenly_or_with_traffic_stays_as_it_came() {
        let uneven = [11, 6, 14, 9, 17, 8, 12, 19, 7, 13, 16, 10];
        assert!(!says(&uneven, &[9_000; 12]));
        let growing = [5, 4, 7, 6, 9, 8, 12, 15, 14, 21];
        assert!(!says(&growing, &growing.map(|count| 1_000 * count)));
        assert!(!says(&[0; 12], &[0; 12]));
    }

    #[test]
    fn under_less_traffic_as_many_as_before_are_no_growth() {
        let traffic: Vec<u32> = (0..12).map(|day| 12_000 - 900 * day).collect();
        assert!(!says(&[40; 12], &traffic));
    }

    #[test]
    fn chance_seldom_looks_like_growth() {
        let mut state = 7_u32;
        let mut draw = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let mut said = 0;
        for _ in 0..2_000 {
            let days: Vec<u32> = (0..14).map(|_| 3 + draw(18)).collect();
            said += u32::from((DAYS_MIN..=14).any(|until| says(&days[..until], &vec![9_000; until])));
        }
        assert!(said <= 10, "{said} of 2,000 newcomers");
    }
}
