//! From observations to findings: one method per file, each over plain slices.
//!
//! A detector is told what was observed and answers with a finding or nothing. It reads no clock and
//! knows no service, no file and no label; hours are indices, `NaN` is an hour in which nothing was
//! measured, and the last element is the hour that has just closed. Whoever calls (see `hark-listen`)
//! decides what the slices mean and when a finding becomes a signal.
//!
//! None of these methods knows the future: each looks only backward from the end of its slice.

pub mod anomaly;
pub mod burst;
pub mod compact;
pub mod company;
pub mod counts;
pub mod drift;
mod farthest;
pub mod flaps;
pub mod form;
pub mod gone;
pub mod jolt;
pub mod line;
pub mod lives;
pub mod missed;
pub mod movement;
pub mod newcomer;
pub mod novelty;
pub mod onset;
pub mod outage;
pub mod rank;
pub mod returned;
pub mod robust;
pub mod rush;
pub mod saturation;
pub mod season;
pub mod shape;
pub mod shift;
pub mod spread;
pub mod standstill;
mod surprise;
pub mod vanished;

/// Which way a quantity went.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Direction {
    /// Above what was expected.
    Up,
    /// Below what was expected.
    Down,
}

impl Direction {
    /// `1.0` for up, `-1.0` for down.
    pub fn sign(self) -> f64 {
        match self {
            Self::Up => 1.0,
            Self::Down => -1.0,
        }
    }

    /// The direction of a number.
    pub fn of(value: f64) -> Self {
        if value < 0.0 { Self::Down } else { Self::Up }
    }
}
