//! Noise as metrics have it: it remembers for a few hours, wanders over days, and jumps now and then.

use crate::random::Random;

/// A noise of deviation about 1.
pub(super) struct Noise {
    random: Random,
    hours: f64,
    days: f64,
}

impl Noise {
    pub(super) fn new(seed: u64, label: &str) -> Self {
        let mut random = Random::new(seed ^ 0x0015e, label);
        let hours = random.normal();
        let days = 0.3 * random.normal();
        Self { random, hours, days }
    }

    /// The noise at the next step of five minutes.
    pub(super) fn next(&mut self) -> f64 {
        // Half of it is forgotten within an hour and a half; the slow part within a day.
        self.hours = 0.96 * self.hours + 0.224 * self.random.normal();
        self.days = 0.997 * self.days + 0.0232 * self.random.normal();
        let jump = if self.random.chance(0.008) { 3.5 * self.random.normal() } else { 0.0 };
        self.hours + self.days + 0.4 * self.random.normal() + jump
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_deviation_is_about_one_and_it_remembers() {
        let mut noise = Noise::new(3, "test");
        let drawn: Vec<f64> = (0..50_000).map(|_| noise.next()).collect();
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / drawn.len() as f64;
        let together =
            drawn.windows(13).map(|x| (x[0] - mean) * (x[12] - mean)).sum::<f64>() / drawn.len() as f64;
        assert!((0.8..1.35).contains(&variance.sqrt()), "{variance}");
        assert!(together / variance > 0.3, "an hour later: {}", together / variance);
    }
}
