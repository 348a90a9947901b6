//! How long something took, as counts in buckets that are the same everywhere, so that sums reproduce and merge.
//!
//! Eight buckets for each doubling, found from the bits of the nanoseconds alone (as in HdrHistogram, Tene 2012): a
//! quantile is off by no more than a sixteenth, whatever the scale.

/// Bits of a duration that tell buckets of one doubling apart.
const FINE_BITS: u32 = 3;
const FINE: u64 = 1 << FINE_BITS;

/// Counts by bucket, in order of the buckets; buckets without a count are not there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Durations(Vec<(u16, u64)>);

impl Durations {
    /// From counts by bucket, which must be in rising order of buckets; `None` if they are not.
    pub fn of(counts: Vec<(u16, u64)>) -> Option<Self> {
        counts.windows(2).all(|pair| pair[0].0 < pair[1].0).then_some(Self(counts))
    }

    /// Counts by bucket, in order of the buckets.
    pub fn counts(&self) -> &[(u16, u64)] {
        &self.0
    }

    /// Adds one that took so long.
    pub fn add(&mut self, nanos: u64) {
        self.add_many(bucket(nanos), 1);
    }

    /// Adds another account.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(bucket, count)| self.add_many(*bucket, *count));
    }

    /// How many there were.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The duration below which a share `q` of all lies, in seconds; `None` if there were none.
    pub fn quantile_seconds(&self, q: f64) -> Option<f64> {
        let wanted = q * self.total() as f64;
        let mut below = 0.0;
        for &(bucket, count) in &self.0 {
            let count = count as f64;
            if below + count >= wanted {
                let share = ((wanted - below) / count).clamp(0.0, 1.0);
                let (from, to) = (first(bucket), first(bucket + 1));
                return Some((from + (to - from) * share) / 1e9);
            }
            below += count;
        }
        None
    }

    fn add_many(&mut self, bucket: u16, count: u64) {
        match self.0.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(found) => self.0[found].1 += count,
            Err(gap) => self.0.insert(gap, (bucket, count)),
        }
    }
}

/// The bucket: the place of the highest bit and those below it.
fn bucket(nanos: u64) -> u16 {
    if nanos < FINE {
        return nanos as u16;
    }
    let magnitude = u64::BITS - 1 - nanos.leading_zeros();
    let fine = nanos >> (magnitude - FINE_BITS) & (FINE - 1);
    (u64::from(magnitude - FINE_BITS + 1) * FINE + fine) as u16
}

/// The shortest duration of a bucket, in nanoseconds.
fn first(bucket: u16) -> f64 {
    let bucket = u64::from(bucket);
    if bucket < FINE {
        return bucket as f64;
    }
    let magnitude = (bucket / FINE - 1) as i32;
    (FINE + bucket % FINE) as f64 * f64::from(magnitude).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_lies_in_its_bucket() {
        for nanos in (0..64).flat_map(|bits| [(1_u64 << bits) - 1, 1 << bits, (1 << bits) + (1 << bits) / 3])
        {
            let at = bucket(nanos);
            assert!(first(at) <= nanos as f64, "{nanos} {at}");
            assert!((nanos as f64) < first(at + 1) || nanos > 1 << 53, "{nanos} {at}");
        }
    }

    #[test]
    fn quantiles_are_near_and_parts_merge_into_the_whole() {
        let (mut one, mut other, mut whole) =
            (Durations::default(), Durations::default(), Durations::default());
        for millis in 1..=1_000_u64 {
            let part = if millis % 3 == 0 { &mut one } else { &mut other };
            part.add(millis * 1_000_000);
            whole.add(millis * 1_000_000);
        }
        one.merge(&other);
        assert_eq!(one, whole);
        let near = whole.quantile_seconds(0.95).expect("there are some");
        assert!((near - 0.95).abs() < 0.95 / 16.0, "{near}");
        assert_eq!(Durations::default().quantile_seconds(0.5), None);
    }
}
