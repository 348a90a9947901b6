//! Worlds for the benchmarks: in a temporary directory, or where somebody wants to look at one.

use hark_rehearsal::{Rehearsal, Tale};
use tempfile::TempDir;

use crate::Gate;
use crate::error::BenchError;
use crate::options::Options;
use crate::truth::Truth;

/// A world that is gone when it is dropped.
pub(crate) struct World {
    pub(crate) directory: TempDir,
    pub(crate) truth: Truth,
}

impl World {
    pub(crate) fn new(tale: Tale, seed: u64, traffic: f64) -> Result<Self, BenchError> {
        let directory = TempDir::new().map_err(BenchError::Temporary)?;
        Rehearsal { traffic, ..Rehearsal::new(tale, seed) }.write(directory.path())?;
        let truth = Truth::read(&directory.path().join("truth.json"))?;
        Ok(Self { directory, truth })
    }
}

/// `hark-bench world`: writes one to look at.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let missing = |what: &str| BenchError::Request(format!("`world` wants {what}"));
    let to = options.to.as_ref().ok_or_else(|| missing("`--to DIR`"))?;
    let tale =
        *options.tales.as_ref().and_then(|tales| tales.first()).ok_or_else(|| missing("`--tales NAME`"))?;
    let seed = options.seeds.map_or(1, |(first, _)| first);
    let truth =
        Rehearsal { traffic: options.traffic.unwrap_or(1.0), ..Rehearsal::new(tale, seed) }.write(to)?;
    println!(
        "{} lines, {} series; the truth is in `{}`",
        truth.lines,
        truth.series,
        to.join("truth.json").display()
    );
    Ok(Gate::Kept)
}
