//! What quiet days look like for each class of subject, and how strong a score is against them.

use std::collections::BTreeMap;

use hark_detect::rank::{QuietScores, chance_of, strength};
use hark_detect::{anomaly, company, shape};

use crate::candidate::{Candidate, Class};

/// What happens more often than this on a quiet subject-day is not worth a word, unless somebody asks for more.
const CHANCE_MAX: f64 = 0.001;
/// Quiet subject-days that the thresholds of the detectors themselves are worth.
const DAYS_BEFOREHAND: f64 = 1_000.0;
/// And those that the chances of companies and of scatter are worth: each is measured by its own wildest days.
const OWN_DAYS_BEFOREHAND: f64 = 200.0;
/// And those of surprises: a series that goes beyond itself every month does so after a few months.
const SURPRISE_DAYS_BEFOREHAND: f64 = 100.0;
/// How often a quiet series passes the threshold of drifts in a day, and that of steps, measured on real series; and how
/// fast that falls with the score.
const DRIFT_BEFOREHAND: f64 = 0.004;
const SHIFT_BEFOREHAND: f64 = 0.02;
const DRIFT_POWER: i32 = 2;
/// The same for scatter: in 5,218 quiet days of real series it begins five times.
const SPREAD_BEFOREHAND: f64 = 0.001;
/// So many surprises a service may have in a week, however many series it has.
const SURPRISES_A_SERVICE_WEEK: f64 = 0.125;
/// And so often one of them may move as it never did.
const SHAPES_A_SERVICE_WEEK: f64 = 0.05;
/// And so often one of them may leave the others.
const APARTS_A_SERVICE_WEEK: f64 = 0.1;
/// And so many drifts, and so many steps.
const DRIFTS_A_SERVICE_WEEK: f64 = 0.25;
const SHIFTS_A_SERVICE_WEEK: f64 = 0.1;
const SPREADS_A_SERVICE_WEEK: f64 = 0.05;
/// And so many first movements of what was at rest.
const AWAKENINGS_A_SERVICE_WEEK: f64 = 0.02;

/// Quiet scores of all classes; those of two listeners add up.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Calibration {
    quiet: BTreeMap<Class, QuietScores>,
    #[serde(skip)]
    chance_max: f64,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { quiet: BTreeMap::new(), chance_max: CHANCE_MAX }
    }
}

impl Calibration {
    /// Lets pass what is at least so strong.
    pub(crate) fn from_strength(strength_min: f64) -> Self {
        Self { chance_max: chance_of(strength_min), ..Self::default() }
    }

    /// Lets pass what another lets pass.
    pub(crate) fn take_settings(&mut self, other: &Self) {
        self.chance_max = other.chance_max;
    }

    /// Whether it can go on after it was read back.
    pub(crate) fn is_sound(&self) -> bool {
        self.quiet.values().all(QuietScores::is_sound)
    }

    /// Adds the score of one subject on one quiet day.
    pub(crate) fn add(&mut self, class: Class, score: f64) {
        self.quiet.entry(class).or_default().add(score);
    }

    /// The strength of a finding, or `None` if such scores are nothing rare here. `series` is the number of series of its
    /// service that are judged (of first movements: that rest): they share a budget. `pressure` says how many times rarer than usual it has to be.
    pub(crate) fn strength(&self, candidate: &Candidate, series: usize, pressure: f64) -> Option<f64> {
        let (chance, chance_max) = match candidate.class {
            Class::Anomaly => (
                self.chance(candidate, SURPRISE_DAYS_BEFOREHAND, anomaly::chance_beforehand(candidate.score)),
                share(SURPRISES_A_SERVICE_WEEK, series),
            ),
            // A series by itself would have all of the budget, and moves in a new way more often than that is worth a word.
            Class::Shape => (
                self.chance(candidate, SURPRISE_DAYS_BEFOREHAND, shape::chance_beforehand(candidate.score)),
                share(SHAPES_A_SERVICE_WEEK, series).min(CHANCE_MAX),
            ),
            // Its score is how many days of rest there are for each movement, among all that bear its name.
            Class::Awoken => {
                (1.0 / candidate.score.max(1.0), share(AWAKENINGS_A_SERVICE_WEEK, series).min(CHANCE_MAX))
            }
            // Of a service there is one company, however many series it has.
            Class::Apart => (
                self.chance(candidate, OWN_DAYS_BEFOREHAND, company::chance_beforehand(candidate.score)),
                share(APARTS_A_SERVICE_WEEK, 1),
            ),
            Class::Drift | Class::TailDrift => (
                self.chance(candidate, DAYS_BEFOREHAND, DRIFT_BEFOREHAND / falling(candidate.score)),
                share(DRIFTS_A_SERVICE_WEEK, series),
            ),
            Class::Spread => (
                self.chance(candidate, OWN_DAYS_BEFOREHAND, SPREAD_BEFOREHAND / falling(candidate.score)),
                share(SPREADS_A_SERVICE_WEEK, series),
            ),
            Class::Shift => (
                self.chance(candidate, DAYS_BEFOREHAND, SHIFT_BEFOREHAND / falling(candidate.score)),
                share(SHIFTS_A_SERVICE_WEEK, series),
            ),
            // A unit has changed or it has not: how rare that is, is how many changed here.
            Class::Unit => {
                (self.rank(candidate).max(1.0) / (self.days(candidate) + DAYS_BEFOREHAND), CHANCE_MAX)
            }
            // Detectors pass their own thresholds about once in so many quiet subject-days: what is known before any
            // history is there, and what history soon outweighs.
            _ => (self.rank(candidate) / (self.days(candidate) + DAYS_BEFOREHAND), CHANCE_MAX),
        };
        // Of what was told of a service in vain nothing follows for the unit of a series.
        let pressure = if candidate.class == Class::Unit { 1.0 } else { pressure };
        // Three decimals are what is told: what looks equal must rank as equal.
        let is_rare = chance * pressure <= chance_max * self.more_than_usual();
        is_rare.then(|| (strength(chance) * 1_000.0).round() / 1_000.0)
    }

    /// How many times as much as usual is asked for.
    pub(crate) fn more_than_usual(&self) -> f64 {
        self.chance_max / CHANCE_MAX
    }

    /// How rare a finding is among the quiet days of its class, in words.
    pub(crate) fn rarity(&self, candidate: &Candidate) -> String {
        if candidate.class == Class::Awoken {
            return format!(
                "those of its name move for the first time once in {:.0} days of rest",
                candidate.score
            );
        }
        let weeks = self.days(candidate) / 7.0;
        if weeks < 1.0 {
            return "no quiet weeks to compare with yet".to_owned();
        }
        let reached = (self.rank(candidate) - 1.0).max(0.0);
        format!("such a score in {reached:.0} of {weeks:.0} quiet weeks of {}", candidate.class.subjects())
    }

    /// The chance that a quiet subject-day reaches the score, from those that did and from what is known beforehand, which
    /// is worth so many days.
    fn chance(&self, candidate: &Candidate, days_beforehand: f64, beforehand: f64) -> f64 {
        let reached = (self.rank(candidate) - 1.0).max(0.0);
        (reached + days_beforehand * beforehand) / (self.days(candidate) + days_beforehand)
    }

    /// One more than the quiet subject-days that reached the score; less than one if it lies beyond all of them.
    fn rank(&self, candidate: &Candidate) -> f64 {
        let quiet = self.quiet.get(&candidate.class);
        quiet.map_or(1.0, |quiet| quiet.rarity(candidate.score) * (quiet.len() + 1) as f64)
    }

    fn days(&self, candidate: &Candidate) -> f64 {
        self.quiet.get(&candidate.class).map_or(0, QuietScores::len) as f64
    }
}

/// How many times rarer than the threshold itself a score is beforehand.
fn falling(score: f64) -> f64 {
    score.max(1.0).powi(DRIFT_POWER)
}

/// What each of a service's series may take of its weekly budget in a day.
fn share(a_service_week: f64, series: usize) -> f64 {
    a_service_week / 7.0 / series.max(1) as f64
}
