//! What quiet days look like for each class of subject, and how strong a score is against them.

use std::collections::BTreeMap;

use hark_detect::rank::{QuietScores, strength};

use crate::candidate::{Candidate, Class};

/// What happens more often than this on a quiet subject-day is not worth a word.
const CHANCE_MAX: f64 = 0.001;

/// Quiet subject-days that the thresholds of the detectors themselves are worth.
const DAYS_BEFOREHAND: u64 = 1_000;

/// Quiet scores of all classes; those of two listeners add up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calibration(BTreeMap<Class, QuietScores>);

impl Calibration {
    /// Adds the score of one subject on one quiet day.
    pub(crate) fn add(&mut self, class: Class, score: f64) {
        self.0.entry(class).or_default().add(score);
    }

    /// The strength of a finding, or `None` if such scores are nothing rare here.
    pub(crate) fn strength(&self, candidate: &Candidate) -> Option<f64> {
        let (days, rarity) = self
            .0
            .get(&candidate.class)
            .map_or((0, 1.0), |quiet| (quiet.len(), quiet.rarity(candidate.score)));
        // Detectors pass their own thresholds about once in so many quiet subject-days: what is known before any
        // history is there, and what history soon outweighs.
        let chance = rarity * (days + 1) as f64 / (days + DAYS_BEFOREHAND) as f64;
        // Three decimals are what is told: what looks equal must rank as equal.
        (chance <= CHANCE_MAX).then(|| (strength(chance) * 1_000.0).round() / 1_000.0)
    }
}
