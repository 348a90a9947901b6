//! Ten thousand services, a hundred thousand series, fifty thousand patterns: is `hark listen` bounded, and does it say what it cut?
//!
//! A few hours of each, since what is asked is room and not judgement.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::Gate;
use crate::error::BenchError;
use crate::flood::{Flood, Noise};
use crate::floors;
use crate::hark::Hark;
use crate::process::{children_cpu_seconds, peak_megabytes_of};

const SERVICES: usize = 10_000;
const SERIES: u64 = 100_000;
const PATTERNS: usize = 50_000;
const LINES: u64 = 400_000;
const HOURS: u64 = 4;
/// 2026-03-08 00:00:00 UTC, in the last hours of the lines.
const FIRST_SECOND: u64 = 1_772_928_000;

/// Writes them, listens, and says what it took and what was cut.
pub(crate) fn run(hark: &Hark) -> Result<Gate, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let failed = |message: String| BenchError::Hark { command: "hark listen".to_owned(), message };
    let written = |source| BenchError::file(folder.path(), source);
    write_lines(&folder.path().join("all.log")).map_err(written)?;
    write_series(&folder.path().join("all.csv")).map_err(written)?;
    let output = folder.path().join("said.json");
    let before = children_cpu_seconds();
    let mut child = hark
        .command(folder.path(), &["listen", "--all", "--format", "json", "--quiet", "all.log", "all.csv"])
        .stdout(Stdio::from(File::create(&output).map_err(written)?))
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let mut peak: f64 = 0.0;
    let status = loop {
        peak = peak.max(peak_megabytes_of(child.id()));
        if let Some(status) = child.try_wait().map_err(|error| failed(error.to_string()))? {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    let said: Value = serde_json::from_str(&fs::read_to_string(&output).map_err(written)?)
        .map_err(|error| failed(error.to_string()))?;
    println!(
        "\n{SERVICES} services, {SERIES} series, {PATTERNS} patterns in {LINES} lines: `hark listen` took {:.1} CPU seconds and {peak:.0} MB at its peak.",
        children_cpu_seconds() - before
    );
    println!("Known: {}. Cut: {}.", said["hearing"]["subjects"], said["hearing"]["cut"]);
    let is_told = said["hearing"]["cut"].as_array().is_some_and(|cut| !cut.is_empty());
    Ok(Gate::all([
        Gate::say(
            "peak MB of listening",
            peak,
            "<=",
            floors::CARDINALITY_MEGABYTES,
            peak <= floors::CARDINALITY_MEGABYTES,
        ),
        Gate::say("kinds of cuts told", f64::from(u8::from(is_told)), ">=", 1.0, is_told),
    ]))
}

fn write_lines(path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut flood = Flood::new(SERVICES, PATTERNS, Noise::None, LINES);
    let mut line = Vec::new();
    for _ in 0..LINES {
        line.clear();
        flood.line(&mut line);
        file.write_all(&line)?;
    }
    file.flush()
}

fn write_series(path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "time,series,value")?;
    for hour in 0..HOURS {
        for series in 0..SERIES {
            let service = series % SERVICES as u64;
            writeln!(
                file,
                "{},\"queue_depth{{service=\"\"service-{service:02}\"\",queue=\"\"q{}\"\"}}\",{}",
                FIRST_SECOND + hour * 3_600,
                series / SERVICES as u64,
                series % 91 + hour
            )?;
        }
    }
    file.flush()
}
