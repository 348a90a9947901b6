//! Medians and their kin, which a handful of wild values cannot move.
//!
//! `NaN` means "not measured" throughout and is left out. All of these look for a place in a copy: fine for the few
//! hundred values that they are given, wrong for millions. Medians of an hour and of a day are asked for all the time: so few
//! values are copied to where they need no memory, and single precision is compared as whole numbers.

/// The factor that makes the median absolute deviation of a normal distribution its standard deviation.
const MAD_TO_SIGMA: f64 = 1.4826;

/// The median of the measured values; `None` if there are none.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which a share `q` of the measured values lies, interpolated; `None` if there are none.
pub fn quantile(values: impl IntoIterator<Item = f64>, q: f64) -> Option<f64> {
    let mut few = [0; FEW];
    let mut count = 0;
    let mut measured = values.into_iter().filter(|value| value.is_finite()).map(rank);
    while let Some(value) = measured.next() {
        if count < FEW {
            few[count] = value;
            count += 1;
            continue;
        }
        let mut many = few.to_vec();
        many.push(value);
        many.extend(measured);
        return between(&mut many, q, of_rank);
    }
    between(&mut few[..count], q, of_rank)
}

/// The same of values in single precision, which are not asked for one by one.
pub fn quantile_of(values: &[f32], q: f64) -> Option<f64> {
    let mut few = [0; FEW];
    if values.len() > FEW {
        let mut many: Vec<i32> =
            values.iter().filter(|value| value.is_finite()).map(|&value| rank_of(value)).collect();
        return between(&mut many, q, of_rank_of);
    }
    let mut count = 0;
    for &value in values {
        few[count] = rank_of(value);
        count += usize::from(value.is_finite());
    }
    between(&mut few[..count], q, of_rank_of)
}

/// The median of the measured values in single precision; `None` if there are none.
pub fn median_of(values: &[f32]) -> Option<f64> {
    quantile_of(values, 0.5)
}

/// The median, if at least `needed` values were measured.
pub fn median_of_at_least(needed: usize, values: &[f32]) -> Option<f64> {
    let measured = values.iter().filter(|value| value.is_finite()).count();
    if measured < needed.max(1) { None } else { median_of(values) }
}

/// So many values are copied without asking for memory.
const FEW: usize = 64;
/// So many are sorted as a whole, which is quicker than to look for a place.
const SORTED_MAX: usize = 32;

/// The value at a place of values that are put in order by their ranks, between two of them if need be.
fn between<T: Copy + Ord>(ranks: &mut [T], q: f64, number: impl Fn(T) -> f64) -> Option<f64> {
    let last = ranks.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let share = place - below as f64;
    let (low, high) = if ranks.len() <= SORTED_MAX {
        ranks.sort_unstable();
        (ranks[below], ranks[(below + 1).min(last)])
    } else {
        let (_, &mut low, above) = ranks.select_nth_unstable(below);
        let high = if share == 0.0 { None } else { above.iter().copied().min() };
        (low, high.unwrap_or(low))
    };
    let (low, high) = (number(low), number(high));
    Some(if share == 0.0 { low } else { low + (high - low) * share })
}

/// A whole number that is larger where the value is: the order of IEEE 754 (`total_cmp`), compared in one step.
fn rank(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

fn of_rank(rank: i64) -> f64 {
    f64::from_bits((rank ^ ((rank >> 63) as u64 >> 1) as i64) as u64)
}

fn rank_of(value: f32) -> i32 {
    let bits = value.to_bits() as i32;
    bits ^ ((bits >> 31) as u32 >> 1) as i32
}

fn of_rank_of(rank: i32) -> f64 {
    f64::from(f32::from_bits((rank ^ ((rank >> 31) as u32 >> 1) as i32) as u32))
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
    fn in_single_precision_and_however_many_they_are_it_is_the_same() {
        for count in 0..200_u32 {
            let values: Vec<f32> = (0..count)
                .map(|at| if at % 13 == 5 { f32::NAN } else { (at * 7919 % 101) as f32 / 7.0 - 6.0 })
                .collect();
            let mut sorted: Vec<f64> =
                values.iter().filter(|value| value.is_finite()).map(|&value| f64::from(value)).collect();
            sorted.sort_by(f64::total_cmp);
            for q in [0.0, 0.05, 0.5, 0.95, 1.0] {
                let place = q * sorted.len().saturating_sub(1) as f64;
                let (low, share) = (place as usize, place.fract());
                let expected = sorted
                    .get(low)
                    .map(|&below| below + (sorted.get(low + 1).copied().unwrap_or(below) - below) * share);
                assert_eq!(quantile_of(&values, q), expected, "{count} values, {q}");
                assert_eq!(quantile(values.iter().map(|&value| f64::from(value)), q), expected);
            }
        }
        assert_eq!(median_of(&[-0.0, f32::MIN, -3.0, 5.0, f32::MAX]), Some(-0.0));
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
