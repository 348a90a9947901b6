//! Medians and their kin, which a handful of wild values cannot move.
//!
//! `NaN` means "not measured" throughout and is left out. All of these sort a copy: fine for the few
//! hundred values that they are given, wrong for millions.

/// The factor that makes the median absolute deviation of a normal distribution its standard deviation.
const MAD_TO_SIGMA: f64 = 1.4826;

/// The median of the measured values; `None` if there are none.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which a share `q` of the measured values lies, interpolated; `None` if there are none.
pub fn quantile(values: impl IntoIterator<Item = f64>, q: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    if sorted.is_empty() {
        return None;
    }
    let place = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let (_, &mut low, above) = sorted.select_nth_unstable_by(below, f64::total_cmp);
    let share = place - below as f64;
    if share == 0.0 {
        return Some(low);
    }
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (high - low) * share)
}

/// The median, if at least `needed` values were measured.
pub fn median_of_at_least(needed: usize, values: &[f32]) -> Option<f64> {
    let measured = values.iter().filter(|value| value.is_finite()).count();
    if measured < needed.max(1) { None } else { median(values.iter().map(|&value| f64::from(value))) }
}

/// A standard deviation from the median absolute deviation around `center`; `None` without values.
pub fn sigma(values: &[f64], center: f64) -> Option<f64> {
    median(values.iter().map(|value| (value - center).abs())).map(|mad| mad * MAD_TO_SIGMA)
}

/// The median of all pairwise slopes, in units of `y` per unit of `x` (Theil 1950, Sen 1968).
///
/// `None` with fewer than three points. The work grows with the square of the points: give it days, not hours.
pub fn theil_sen(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < 3 { None } else { median(slopes(points)) }
}

/// The slopes between which the true one lies in nine of ten cases, from the ranks of the pairwise slopes (Sen 1968, "Estimates
/// of the regression coefficient based on Kendall's tau"); with few points the least and the largest of them.
///
/// Days that depend on each other make it too narrow: how far off it then is, it cannot know. `None` as for [`theil_sen`].
pub fn slope_between(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    if points.len() < 3 {
        return None;
    }
    let mut slopes: Vec<f64> = slopes(points).filter(|slope| slope.is_finite()).collect();
    slopes.sort_by(f64::total_cmp);
    let count = points.len() as f64;
    let variance = count * (count - 1.0) * (2.0 * count + 5.0) / 18.0;
    let apart = (NINE_OF_TEN * variance.sqrt() / 2.0).round() as usize;
    let middle = slopes.len() / 2;
    let low = *slopes.get(middle.saturating_sub(apart))?;
    let high = *slopes.get((slopes.len() - 1 - middle + apart).min(slopes.len() - 1))?;
    Some((low, high))
}

/// So many standard deviations to both sides of a normal distribution hold nine of ten of it.
const NINE_OF_TEN: f64 = 1.645;

/// The slope between each two points.
fn slopes(points: &[(f64, f64)]) -> impl Iterator<Item = f64> {
    points.iter().enumerate().flat_map(|(later, &(x2, y2))| {
        points[..later].iter().filter(move |(x1, _)| *x1 != x2).map(move |&(x1, y1)| (y2 - y1) / (x2 - x1))
    })
}

/// Kendall's rank correlation of values with their order: 1 if they only rise, -1 if they only fall.
///
/// `None` with fewer than four measured values.
pub fn kendall_tau(values: &[f64]) -> Option<f64> {
    let measured: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if measured.len() < 4 {
        return None;
    }
    let mut balance = 0_i64;
    for (later, value) in measured.iter().enumerate() {
        for earlier in &measured[..later] {
            balance += match value.total_cmp(earlier) {
                std::cmp::Ordering::Greater => 1,
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
            };
        }
    }
    let pairs = (measured.len() * (measured.len() - 1) / 2) as f64;
    Some(balance as f64 / pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_ignores_what_was_not_measured() {
        assert_eq!(median([3.0, f64::NAN, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([f64::NAN]), None);
        assert_eq!(median([4.0, 1.0]), Some(2.5));
    }

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        assert_eq!(quantile([10.0, 20.0, 30.0, 40.0, 50.0], 0.9), Some(46.0));
        assert_eq!(quantile([10.0], 0.99), Some(10.0));
    }

    #[test]
    fn one_wild_value_does_not_move_the_slope() {
        let mut points: Vec<(f64, f64)> = (0..9).map(|day| (f64::from(day), 2.0 * f64::from(day))).collect();
        points[4].1 = 1e9;
        assert_eq!(theil_sen(&points), Some(2.0));
    }

    #[test]
    fn a_slope_is_known_the_better_the_more_days_there_are_and_exactly_on_a_line() {
        let line: Vec<(f64, f64)> = (0..8).map(|day| (f64::from(day), 3.0 * f64::from(day))).collect();
        assert_eq!(slope_between(&line), Some((3.0, 3.0)));
        assert_eq!(slope_between(&line[..2]), None);
        let noisy = |days: i32| -> Vec<(f64, f64)> {
            (0..days).map(|day| (f64::from(day), f64::from(day) + f64::from(day * 37 % 11) / 5.0)).collect()
        };
        let width = |days| slope_between(&noisy(days)).map_or(0.0, |(low, high)| high - low);
        assert!(width(6) > width(12) && width(12) > width(24), "{} {} {}", width(6), width(12), width(24));
        let (low, high) = slope_between(&noisy(12)).unwrap();
        assert!(low < 1.0 && 1.0 < high, "{low} {high}");
    }

    #[test]
    fn nine_of_ten_true_slopes_lie_between() {
        let mut state = 11_u32;
        let mut noise = || {
            let mut sum = 0.0;
            for _ in 0..6 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                sum += f64::from(state >> 8) / f64::from(1 << 24) - 0.5;
            }
            sum
        };
        let held = (0..2_000).filter(|_| {
            let points: Vec<(f64, f64)> =
                (0..9).map(|day| (f64::from(day), 0.5 * f64::from(day) + noise())).collect();
            slope_between(&points).is_some_and(|(low, high)| low <= 0.5 && 0.5 <= high)
        });
        let held = held.count();
        assert!((1_740..=1_960).contains(&held), "{held} of 2000");
    }

    #[test]
    fn what_only_rises_correlates_fully_with_time() {
        assert_eq!(kendall_tau(&[1.0, 2.0, 3.0, 4.0]), Some(1.0));
        assert_eq!(kendall_tau(&[4.0, 3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(kendall_tau(&[1.0, f64::NAN, 3.0]), None);
    }
}
