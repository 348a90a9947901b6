//! Quantiles of histograms, explicit and exponential: where in the bucket, by a straight line through it.
//!
//! How wrong they are depends on the buckets, which are not ours; that they move when the quantity moves is what counts.

/// A bucket with a count: from, to, how many.
pub(crate) type Bucket = (f64, f64, f64);

/// The value below which a share `q` of what the buckets hold lies; `None` if they hold nothing.
///
/// Buckets are in rising order. An end that is not finite counts as the other one.
pub(crate) fn quantile(buckets: &[Bucket], q: f64) -> Option<f64> {
    let total: f64 = buckets.iter().map(|(.., count)| count).sum();
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let wanted = q * total;
    let mut below = 0.0;
    let mut last = None;
    for &(from, to, count) in buckets.iter().filter(|(.., count)| *count > 0.0) {
        let (from, to) = match (from.is_finite(), to.is_finite()) {
            (true, true) => (from, to),
            (true, false) => (from, from),
            (false, _) => (to, to),
        };
        last = Some(to);
        if below + count >= wanted {
            return Some(from + (to - from) * ((wanted - below) / count).clamp(0.0, 1.0));
        }
        below += count;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_within_its_bucket() {
        let buckets =
            [(f64::NEG_INFINITY, 1.0, 0.0), (1.0, 2.0, 90.0), (2.0, 4.0, 10.0), (4.0, f64::INFINITY, 0.0)];
        assert_eq!(quantile(&buckets, 0.5), Some(1.0 + 50.0 / 90.0));
        assert_eq!(quantile(&buckets, 0.95), Some(3.0));
        assert_eq!(quantile(&[(4.0, f64::INFINITY, 3.0)], 0.99), Some(4.0));
        assert_eq!(quantile(&[(0.0, 1.0, 0.0)], 0.5), None);
    }
}
