//! Chance that is the same on every machine and in every version.
//!
//! SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014), written here because
//! a world must not change when a library does. Every part of a world draws from its own stream, named by a label, so
//! that a new part moves no other. Not for secrets.

/// One stream of chance.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of this seed with this label.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        // FNV-1a spreads the label over the state; the first draws are thrown away to mix it with the seed.
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let mut random = Self(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random.next();
        random
    }

    /// Sixty-four bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `0..bound`; 0 if the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Uniform in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// Uniform in `[low, high)`.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of these, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }

    /// Mean 0, deviation 1: four uniform draws from one number, whose sum is near enough to normal (and has no
    /// transcendental function in it, which would differ between machines). Never beyond 3.5; heavy tails are
    /// added where the world wants them.
    pub(crate) fn normal(&mut self) -> f64 {
        let bits = self.next();
        let sum: f64 = (0..4).map(|part| ((bits >> (16 * part)) & 0xffff) as f64).sum();
        (sum / 65_535.0 - 2.0) * 1.732_050_807_568_877_2
    }

    /// How many times something happens that happens this often on average.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u64;
        }
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one_and_labels_part_it() {
        // The first output of SplitMix64 with state 0, as its authors' reference code prints it.
        assert_eq!(Random(0).next(), 0xe220_a839_7b1d_cdaf);
        assert_ne!(Random::new(1, "logs").next(), Random::new(1, "metrics").next());
    }

    #[test]
    fn draws_have_the_mean_and_spread_that_they_promise() {
        let mut random = Random::new(7, "test");
        let normals: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let mean = normals.iter().sum::<f64>() / 20_000.0;
        let variance = normals.iter().map(|z| z * z).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        for rate in [0.3, 5.0, 80.0] {
            let total: u64 = (0..5_000).map(|_| random.poisson(rate)).sum();
            assert!((total as f64 / 5_000.0 / rate - 1.0).abs() < 0.07, "{rate} {total}");
        }
    }
}
