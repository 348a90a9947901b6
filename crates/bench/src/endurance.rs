//! `hark-bench endurance`: does it stay as fast and as small, however long it listens and whatever it hears?
//!
//! Lines are made on the way and go to `hark` through its standard input, so that no disk has to hold them. How fast they were
//! taken is told by the CPU time of `hark` itself, in `/proc`, at marks on the way: neither the maker of the lines nor other
//! work on the machine is counted. On Linux alone.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::Gate;
use crate::error::BenchError;
use crate::flood::{Flood, Noise};
use crate::floors;
use crate::hark::Hark;
use crate::options::Options;
use crate::process::{children_cpu_seconds, cpu_seconds_of, peak_megabytes_of};

/// Lines that are made before they are handed over.
const LINES_AT_ONCE: u64 = 4_096;
/// With fewer lines there are no stretches to compare.
const LINES_MIN: u64 = 8 * LINES_AT_ONCE;
/// Fewer lines are divided into fewer stretches.
const LINES_LONG: u64 = 30_000_000;
/// Services that speak at once, and what each of them has to say.
const SERVICES: usize = 25;
const STATEMENTS: usize = 50_000;

/// All trials; the long ones take an hour on two cores.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    if let Some(lines) = options.lines.filter(|lines| *lines < LINES_MIN) {
        return Err(BenchError::Request(format!("`--lines` wants {LINES_MIN} at least, not {lines}")));
    }
    let hark = Hark::at(&options.hark)?;
    let steady = options.lines.unwrap_or(if options.short { 6_000_000 } else { 300_000_000 });
    let flooded = options.lines.unwrap_or(if options.short { 3_000_000 } else { 100_000_000 });
    println!(
        "| lines | noise | lines a CPU second, first | last | ratio | CPU s to read | to tell | peak MB | patterns | records kept apart |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut gates = Vec::new();
    for (lines, noise) in [(steady, Noise::None), (flooded, Noise::Half)] {
        let run = trial(&hark, "patterns", lines, noise)?;
        run.print(noise);
        gates.push(Gate::say(
            "last stretch beside the first",
            run.ratio(),
            ">=",
            floors::ENDURANCE,
            run.ratio() >= floors::ENDURANCE,
        ));
        gates.push(Gate::say(
            "peak MB",
            run.peak_megabytes,
            "<=",
            floors::MEGABYTES,
            run.peak_megabytes <= floors::MEGABYTES,
        ));
        gates.push(Gate::say("records counted", run.counted as f64, "=", lines as f64, run.counted == lines));
        if noise == Noise::Half {
            gates.push(Gate::say("records beyond the limits", run.beyond as f64, ">=", 1.0, run.beyond > 0));
        }
    }
    gates.push(crate::cardinality::run(&hark)?);
    Ok(Gate::all(gates))
}

/// What was seen of one run.
struct Run {
    lines: u64,
    /// Lines that a second of CPU took in the first and in the last stretch.
    first: f64,
    last: f64,
    peak_megabytes: f64,
    /// CPU seconds up to the last line, and from there to the end.
    reading_seconds: f64,
    telling_seconds: f64,
    counted: u64,
    patterns: u64,
    beyond: u64,
}

impl Run {
    fn ratio(&self) -> f64 {
        self.last / self.first
    }

    fn print(&self, noise: Noise) {
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.3} | {:.0} | {:.0} | {:.0} | {} | {:.3} |",
            self.lines,
            noise.name(),
            self.first,
            self.last,
            self.ratio(),
            self.reading_seconds,
            self.telling_seconds,
            self.peak_megabytes,
            self.patterns,
            1.0 - self.beyond as f64 / self.counted.max(1) as f64,
        );
    }
}

fn trial(hark: &Hark, command: &'static str, lines: u64, noise: Noise) -> Result<Run, BenchError> {
    let failed = |message: String| BenchError::Hark { command: command.to_owned(), message };
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let output = folder.path().join("said.json");
    let file = fs::File::create(&output).map_err(|source| BenchError::file(&output, source))?;
    let before = children_cpu_seconds();
    let arguments = [command, "--format", "json", "--quiet", "--threads", "1", "-"];
    let mut child = hark
        .command(folder.path(), &arguments)
        .stdin(Stdio::piped())
        .stdout(file)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let Fed { first, last, reading_seconds, peak_megabytes } =
        feed(&mut child, lines, noise).map_err(|error| failed(error.to_string()))?;
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    let telling_seconds = children_cpu_seconds() - before - reading_seconds;
    let said = fs::read_to_string(&output).map_err(|source| BenchError::file(&output, source))?;
    let said: Value = serde_json::from_str(&said).map_err(|error| failed(error.to_string()))?;
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let patterns = said["patterns"].as_array().map_or(&[][..], Vec::as_slice);
    let cut = said["hearing"]["cut"].as_array().map_or(&[][..], Vec::as_slice);
    Ok(Run {
        lines,
        first,
        last,
        peak_megabytes,
        reading_seconds,
        telling_seconds,
        counted: patterns.iter().map(|pattern| number(&pattern["count"])).sum(),
        patterns: patterns.len() as u64,
        beyond: cut.iter().map(|cut| number(&cut["count"])).sum(),
    })
}

/// What was seen while lines were written.
struct Fed {
    first: f64,
    last: f64,
    reading_seconds: f64,
    peak_megabytes: f64,
}

/// Writes the lines, and waits for the end.
///
/// A stretch is a thirtieth of all, so that 10 million of 300 million are one, and a quarter of few, for CPU time is told in hundredths of a second. The very first lines open files and learn the
/// patterns, which is part of the work.
fn feed(child: &mut Child, lines: u64, noise: Noise) -> std::io::Result<Fed> {
    let mut input = child.stdin.take().expect("its input is piped");
    let id = child.id();
    let stretch = (lines / if lines < LINES_LONG { 4 } else { 30 }).max(1);
    let mut flood = Flood::new(SERVICES, STATEMENTS, noise, lines);
    let mut marks = Vec::new();
    let mut peak: f64 = 0.0;
    let mut batch = Vec::new();
    let mut written = 0;
    while written < lines {
        if written >= marks.len() as u64 * stretch {
            marks.push((written, cpu_seconds_of(id)));
        }
        let count = LINES_AT_ONCE.min(lines - written);
        batch.clear();
        (0..count).for_each(|_| flood.line(&mut batch));
        input.write_all(&batch)?;
        written += count;
        peak = peak.max(peak_megabytes_of(id));
    }
    marks.push((written, cpu_seconds_of(id)));
    drop(input);
    while child.try_wait()?.is_none() {
        peak = peak.max(peak_megabytes_of(id));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let rate =
        |(from, before): (u64, f64), (to, after): (u64, f64)| (to - from) as f64 / (after - before).max(0.01);
    let end = marks.len() - 1;
    // The stretch before the last mark is a whole one; what follows the mark is the rest of the division.
    Ok(Fed {
        first: rate(marks[0], marks[1]),
        last: rate(marks[end - 2], marks[end]),
        reading_seconds: marks[end].1,
        peak_megabytes: peak,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_lines_than_have_stretches_are_a_fault_of_the_request() {
        let options =
            Options::parse("endurance", ["--lines", "1000"].map(str::to_owned).into_iter()).unwrap();
        assert_eq!(run(&options).unwrap_err().to_string(), "`--lines` wants 32768 at least, not 1000");
    }
}
