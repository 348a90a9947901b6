//! `hark-bench speed metrics`: samples a CPU second of `hark listen`, what a series takes of memory, beside `river` and `ruptures`.
//!
//! The series are made here: a daily wave, noise that remembers, now and then a spike; five minutes apart, for five weeks, of services with
//! a hundred series each. What `hark listen` takes contains reading the file; `hark patterns` reads the same into the same hours and
//! listens to none of them, so that the difference is what listening takes. The others get the values of one series at a time, as
//! numbers that are already parsed: `river`'s anomaly detector and its change detector value by value, `ruptures`' change points on
//! the whole of the hourly medians at once, as people use them.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Gate;
use crate::draw::Chance;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::options::Options;
use crate::process::{Run, thrice};

pub(crate) const SERIES_OF_SERVICE: usize = 100;
pub(crate) const SAMPLES: usize = 35 * 288;
const STEP_SECONDS: i64 = 300;
/// A Monday.
const BEGIN: i64 = 1_767_571_200;
/// Services of the small run and of the large one: what is between them is what series take.
const SERVICES: [usize; 2] = [1, 4];
/// Series that the others are given: the rest is a matter of patience.
const OTHERS_SERIES: usize = 3;
/// The other tools, as they are used.
const OTHERS: &str = include_str!("metrics_beside.py");

/// Times all of them.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let mut runs = Vec::new();
    for services in SERVICES {
        let place = folder.path().join(services.to_string());
        (0..services).try_for_each(|service| write(&place, service))?;
        let listen =
            || hark.command(&place, &["listen", "--format", "json", "--quiet", "--threads", "1", "."]);
        runs.push((services * SERIES_OF_SERVICE, thrice("hark", listen)?));
    }
    let place = folder.path().join(SERVICES[1].to_string());
    let read = || hark.command(&place, &["patterns", "--format", "json", "--quiet", "--threads", "1", "."]);
    let reading = thrice("hark", read)?;
    let (series, large) = runs[1];
    let samples = series * SAMPLES;
    let ours = samples as f64 / large.cpu_seconds.max(0.01);
    println!("{series} series, {samples} samples, {SAMPLES} each; median of three runs on warm files.\n");
    println!("| what | samples a CPU second | `hark listen` does so many times as many |\n|---|---|---|");
    println!("| `hark listen`, reading included | {ours:.0} | 1 |");
    let listening = (large.cpu_seconds - reading.cpu_seconds).max(0.01);
    println!(
        "| listening alone, without what `hark patterns` takes to read the same | {:.0} | |",
        samples as f64 / listening
    );
    let python = options.python.clone().unwrap_or_else(|| PathBuf::from("python3"));
    match others(&python)? {
        Some(rows) => {
            rows.iter().for_each(|(name, rate)| println!("| {name} | {rate:.0} | {:.2} |", ours / rate))
        }
        None => println!("\nNot measured: `river` and `ruptures`, which `{}` has not.", python.display()),
    }
    println!(
        "\nMemory: {:.1} KB for each more series, at the peak, the samples that were read included.",
        kilobytes_of_series(&runs)
    );
    Ok(Gate::Kept)
}

fn kilobytes_of_series(runs: &[(usize, Run)]) -> f64 {
    let [(few, small), (many, large)] = runs else { return f64::NAN };
    (large.memory_megabytes - small.memory_megabytes) * 1_024.0 / (many - few) as f64
}

/// One series, value by value.
fn series(number: usize) -> impl Iterator<Item = f64> {
    let mut chance = Chance::of(number as u64 * 7_919 + 17);
    let mut drifting = 0.0;
    (0..SAMPLES).map(move |at| {
        let noise = (0..4).map(|_| chance.below(1_000) as f64).sum::<f64>() / 1_000.0 - 2.0;
        drifting = 0.95 * drifting + noise;
        let wave = ((at % 288) as f64 / 288.0 * std::f64::consts::TAU).sin() * 10.0;
        let spike = if chance.below(3_000) == 0 { 30.0 } else { 0.0 };
        100.0 + wave + drifting + spike
    })
}

/// A service's series as a wide table in a folder of its own.
fn write(place: &Path, service: usize) -> Result<(), BenchError> {
    let folder = place.join(format!("service-{service}"));
    fs::create_dir_all(&folder).map_err(|source| BenchError::file(&folder, source))?;
    let path = folder.join("metrics.csv");
    fs::write(&path, table(service)).map_err(|source| BenchError::file(&path, source))
}

/// A wide table of a service's series.
pub(crate) fn table(service: usize) -> String {
    let columns: Vec<Vec<f64>> =
        (0..SERIES_OF_SERVICE).map(|one| series(service * SERIES_OF_SERVICE + one).collect()).collect();
    let mut text = String::from("time");
    (0..SERIES_OF_SERVICE).for_each(|one| text.push_str(&format!(",queue_depth_{one}")));
    for at in 0..SAMPLES {
        let time = crate::metrics::stamp::text(BEGIN + at as i64 * STEP_SECONDS);
        write!(text, "\n{time}").expect("a string takes all that is written");
        for column in &columns {
            write!(text, ",{:.3}", column[at]).expect("a string takes all that is written");
        }
    }
    text + "\n"
}

/// Names and samples a CPU second of the other tools; `None` if they are not there.
fn others(python: &Path) -> Result<Option<Vec<(String, f64)>>, BenchError> {
    let failed = |message: String| BenchError::Hark { command: "python".to_owned(), message };
    let child = Command::new(python)
        .args(["-c", OTHERS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return Ok(None) };
    let mut text = String::new();
    for one in 0..OTHERS_SERIES {
        let values: Vec<String> = series(one).map(|value| format!("{value:.3}")).collect();
        writeln!(text, "{}", values.join(" ")).expect("a string takes all that is written");
    }
    // Who has not the packages is gone before all is written.
    let written = child.stdin.take().expect("it is piped").write_all(text.as_bytes());
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() || written.is_err() {
        return Ok(None);
    }
    let rows = String::from_utf8_lossy(&output.stdout);
    Ok(Some(
        rows.lines()
            .filter_map(|line| line.rsplit_once('\t'))
            .filter_map(|(name, rate)| Some((name.to_owned(), rate.parse().ok()?)))
            .collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_the_same_every_time_and_another_one_is_another() {
        let first: Vec<f64> = series(1).collect();
        assert_eq!(first.len(), SAMPLES);
        assert!(first.iter().zip(series(1)).all(|(a, b)| *a == b));
        assert!(first.iter().zip(series(2)).any(|(a, b)| *a != b));
    }

    #[test]
    fn who_is_not_there_is_not_measured() {
        assert_eq!(others(Path::new("/nowhere/python")).expect("nothing is asked of it"), None);
    }
}
