//! How rare a score is on quiet history of its class, by rank and never by an assumed distribution.
//!
//! Each class of series keeps a histogram of the scores that its subjects reached on days on which nothing was
//! said of them. The rarity of a new score is its rank there; beyond the largest score seen, the tail is
//! continued as a power law, because one cannot rank what has never happened and rarer must stay rarer.
//! Histograms of two listeners add up.

const BINS: usize = 160;
/// Bins per doubling of the score.
const BINS_PER_OCTAVE: f64 = 16.0;
/// The score at the middle of the histogram.
const CENTER: f64 = 1.0;
/// How fast rarity grows beyond all that was seen: doubling the score makes it sixteen times rarer.
const TAIL_POWER: f64 = 4.0;

/// Scores of one class on quiet days.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct QuietScores {
    bins: Vec<u64>,
    total: u64,
}

impl Default for QuietScores {
    fn default() -> Self {
        Self { bins: vec![0; BINS], total: 0 }
    }
}

impl QuietScores {
    /// Adds the score of one subject on one quiet day; scores at or below zero count as the lowest.
    pub fn add(&mut self, score: f64) {
        self.bins[bin(score)] += 1;
        self.total += 1;
    }

    /// Adds another listener's scores.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    /// Whether it can go on after it was read back.
    pub fn is_sound(&self) -> bool {
        let counted = self.bins.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        self.bins.len() == BINS && counted == Some(self.total)
    }

    /// How many subject-days have been seen.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether nothing has been seen yet.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The chance that a quiet subject-day reaches this score, between 0 and 1, never 0.
    pub fn rarity(&self, score: f64) -> f64 {
        let at = bin(score);
        let reached: u64 = self.bins[at..].iter().sum();
        let by_rank = (reached + 1) as f64 / (self.total + 1) as f64;
        if reached > 0 {
            return by_rank;
        }
        let largest = self.bins.iter().rposition(|&count| count > 0).map_or(CENTER, middle);
        by_rank * (largest / score.max(largest)).powf(TAIL_POWER)
    }
}

/// Strength from a chance: 0 for what happens daily, 1 for once in a million subject-days or rarer.
pub fn strength(chance: f64) -> f64 {
    (-chance.clamp(1e-12, 1.0).log10() / 6.0).clamp(0.0, 1.0)
}

/// The largest chance that is still so strong.
pub fn chance_of(strength: f64) -> f64 {
    10.0_f64.powf(-6.0 * strength.clamp(0.0, 1.0))
}

fn bin(score: f64) -> usize {
    if score.is_nan() || score <= 0.0 {
        return 0;
    }
    let place = (score / CENTER).log2() * BINS_PER_OCTAVE + BINS as f64 / 2.0;
    place.clamp(0.0, (BINS - 1) as f64) as usize
}

fn middle(bin: usize) -> f64 {
    CENTER * ((bin as f64 + 0.5 - BINS as f64 / 2.0) / BINS_PER_OCTAVE).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hundred_days() -> QuietScores {
        let mut scores = QuietScores::default();
        (1..=100).for_each(|day| scores.add(f64::from(day) / 100.0));
        scores
    }

    #[test]
    fn rarity_is_the_rank_among_quiet_days() {
        let rarity = hundred_days().rarity(0.9);
        assert!((0.08..0.16).contains(&rarity), "{rarity}");
    }

    #[test]
    fn beyond_all_that_was_seen_rarer_stays_rarer() {
        let scores = hundred_days();
        assert!(scores.rarity(4.0) < scores.rarity(2.0));
        assert!(scores.rarity(4.0) > 0.0);
    }

    #[test]
    fn two_halves_merge_into_the_whole() {
        let (mut first, mut second, mut whole) =
            (QuietScores::default(), QuietScores::default(), QuietScores::default());
        for day in 0..50 {
            let score = f64::from(day * 13 % 50) / 20.0;
            if day % 2 == 0 {
                first.add(score)
            } else {
                second.add(score)
            }
            whole.add(score);
        }
        first.merge(&second);
        assert_eq!(first, whole);
    }

    #[test]
    fn a_strength_and_its_chance_are_each_others_inverse() {
        for asked in [0.1, 0.5, 0.9] {
            assert!((strength(chance_of(asked)) - asked).abs() < 1e-9);
        }
    }

    #[test]
    fn without_history_nothing_is_rare() {
        assert_eq!(strength(QuietScores::default().rarity(0.5)), 0.0);
    }
}
