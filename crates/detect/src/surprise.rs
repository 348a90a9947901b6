//! How far a count lies from what was expected, where counts are over-dispersed: on real ones a Poisson test cries thirty times a week.

/// Fewer are never expected, or one record in a year would be beyond all measure.
const EXPECTED_MIN: f64 = 0.05;

/// The signed root of the negative binomial deviance of a count, in units of its usual scatter (McCullagh and Nelder, "Generalized Linear Models",
/// 1989); the variance of a count is its mean times one plus `dispersion` times its mean. `dispersion` is above 0.
pub(crate) fn surprise(counted: f64, expected: f64, dispersion: f64) -> f64 {
    let expected = expected.max(EXPECTED_MIN);
    let shrink = (1.0 + dispersion * counted) / (1.0 + dispersion * expected);
    let fit = if counted > 0.0 { counted * (counted / expected).ln() } else { 0.0 };
    let deviance = 2.0 * (fit - (counted + 1.0 / dispersion) * shrink.ln());
    deviance.max(0.0).sqrt() * (counted - expected).signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_no_surprise_and_more_scatter_makes_a_smaller_one() {
        assert!(surprise(20.0, 20.0, 0.03).abs() < 1e-6);
        assert!(surprise(40.0, 20.0, 0.03) > surprise(40.0, 20.0, 0.3));
        assert!(surprise(0.0, 20.0, 0.03) < -3.0);
    }
}
