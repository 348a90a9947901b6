//! What the short runs must reach, in one place: they guard every change, they do not measure.
//!
//! A short run has a seed or two and thin traffic, so that each figure has a wide interval. The floors lie below what
//! the goals of the full runs ask for, and above what a broken detector would reach.

/// Share of audible stories whose true whisper is ranked first.
pub(crate) const FIRST: f64 = 0.70;
/// Share of audible stories whose true whisper is among the first three.
pub(crate) const AMONG_THREE: f64 = 0.80;
/// Share of right verdicts.
pub(crate) const VERDICT: f64 = 0.80;
/// Share of audible stories whose cause, or its note, is among the first three.
pub(crate) const CAUSE: f64 = 0.70;
/// Where between onset and incident the true whisper is noticed at the median, at most.
pub(crate) const NOTICED: f64 = 0.40;
/// Signals per service-week where nothing happens, at most.
pub(crate) const QUIET_RATE: f64 = 0.3;
/// Share of random quiet moments at which `whispered` is said, at most.
pub(crate) const QUIET_WHISPERED: f64 = 0.35;
/// Lines a CPU second at the end of a run, beside its beginning. A short one says 0.85 to 1.04 by chance, so this is there for what collapses;
/// the goal of the long one is .95.
pub(crate) const ENDURANCE: f64 = 0.80;
/// Memory of a long run, whatever it hears.
pub(crate) const MEGABYTES: f64 = 256.0;
/// Memory of listening to ten thousand services and a hundred thousand series.
pub(crate) const CARDINALITY_MEGABYTES: f64 = 350.0;
/// Incidents at which people are told of a service as where it began, though it had nothing to do with it.
pub(crate) const TOLD_WRONGLY: f64 = 0.0;
/// Share of incidents of our own worlds at which the service of the change, or the one that it hurt, is told first.
pub(crate) const CAUSE_TOLD: f64 = 0.8;
/// Fewer trials of a law than these have shown nothing.
pub(crate) const LAW_TRIALS: usize = 3;
