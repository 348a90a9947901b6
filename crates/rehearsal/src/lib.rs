//! Small worlds with a written truth, for the demo, the tests and the benchmarks.
//!
//! A world is what a user of Harkback would have after five weeks of running a shop of eight services: logs in several
//! house styles, metrics, alerts, what users reported, and a Git repository; in some tales also a sample of traces; beside them `truth.json`, which no user has.
//! Most of it is noise that means nothing (deploys that bring lines, jobs, flapping providers, spikes, autoscaling, gaps),
//! as large as the signs of the story that one of the [`Tale`]s hides in it.
//!
//! Invariant: this crate knows no detector and shares no constant with one; what can be heard in a world is decided here
//! alone. Invariant: the same [`Rehearsal`] gives the same bytes, commit identifiers included; nothing reads a clock.
//!
//! What it cannot do: be the world. A method that does well here has shown that it is not broken, not that it is good.

mod alerts;
mod error;
mod history;
mod house;
mod logs;
mod metrics;
mod plan;
mod random;
mod season;
mod shop;
mod stamp;
mod story;
mod tale;
#[cfg(test)]
mod tests;
mod traces;
mod truth;
mod words;
mod world;

pub use error::RehearsalError;
pub use tale::{Tale, UnknownTale};
pub use truth::{TrueCause, TrueIncident, TrueNote, TrueWhisper, Truth};

use std::path::Path;

/// One world: which tale, by which chance, for how long and how busy.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rehearsal {
    /// What happens.
    pub tale: Tale,
    /// Chooses scene, times and noise.
    pub seed: u64,
    /// How many weeks the world lasts; it always ends on the same Sunday. From 1 to 52.
    pub weeks: u32,
    /// How many lines the traffic logs: at 1.0 more than two million in five weeks. What is rare stays as it is.
    pub traffic: f64,
}

impl Rehearsal {
    /// Five weeks at full traffic.
    pub fn new(tale: Tale, seed: u64) -> Self {
        Self { tale, seed, weeks: 5, traffic: 1.0 }
    }

    /// The world of `hark demo`.
    pub fn demo() -> Self {
        Self::new(Tale::TimeoutEdit, 28)
    }

    /// Writes the world into `directory`, which is created: `telemetry`, `repository`, and `truth.json`.
    ///
    /// # Errors
    /// [`RehearsalError::Occupied`] if something else than an earlier world stands there, which is never removed;
    /// [`RehearsalError::Write`] names the file that could not be written; [`RehearsalError::Git`] says what Git said.
    pub fn write(&self, directory: &Path) -> Result<Truth, RehearsalError> {
        world::write(self, directory)
    }
}
