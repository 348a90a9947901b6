//! `hark-bench speed many`: five weeks of as many series as are listened to at most, five minutes apart.
//!
//! The series of `speed metrics`, a hundred to a service, each service a wide table in gzip, which is the most compact form that is read
//! fast: a billion samples are three gigabytes. `hark patterns` reads the same into the same hours and listens to none of them, which
//! tells reading apart. What it takes is told once, since it takes long; what a series takes of memory from a quarter of the
//! services beside all of them, at which both hold as many samples on their way as they ever do.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::Gate;
use crate::beside;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::metrics_speed::{SAMPLES, SERIES_OF_SERVICE, table};
use crate::options::Options;
use crate::process::{Run, time};

/// As many as are listened to.
const SERIES: usize = 100_000;
/// The part of the services beside which all are held.
const PART: usize = 4;

/// Writes them, reads them, listens to them, and says what each took.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let services = (options.series.unwrap_or(SERIES) / SERIES_OF_SERVICE).max(PART);
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let numbers: Vec<usize> = (0..services).collect();
    eprintln!("writing {services} services");
    let sizes = beside::each(&numbers, |service| write(folder.path(), *service));
    let bytes: u64 = sizes.into_iter().sum::<Result<u64, BenchError>>()?;
    let names: Vec<String> = numbers.iter().map(|service| name(*service)).collect();
    let took = |command: &str, services: &[String]| {
        let mut started = hark.command(folder.path(), &[command, "--format", "json", "--quiet"]);
        started.args(services);
        time("hark", started)
    };
    let part = took("listen", &names[..services / PART])?;
    let reading = took("patterns", &names)?;
    let listening = took("listen", &names)?;
    let series = services * SERIES_OF_SERVICE;
    println!(
        "{series} series of {services} services, {} samples, {:.2} GB in gzip; each once.\n",
        series * SAMPLES,
        bytes as f64 / 1e9
    );
    println!(
        "| what | seconds | CPU seconds | samples a second | samples a CPU second | peak MB |\n|---|---|---|---|---|---|"
    );
    row("`hark listen`, reading included", series, &listening);
    row("`hark patterns`: reading the same into the same hours", series, &reading);
    let more = (series - services / PART * SERIES_OF_SERVICE) as f64;
    println!(
        "\nMemory: {:.1} KB for each more series.",
        (listening.memory_megabytes - part.memory_megabytes) * 1_024.0 / more
    );
    if series < SERIES {
        let all = listening.seconds * SERIES as f64 / series as f64;
        println!("At this rate {SERIES} series would take {:.1} minutes; that was not run.", all / 60.0);
    }
    Ok(Gate::Kept)
}

fn row(what: &str, series: usize, run: &Run) {
    let samples = (series * SAMPLES) as f64;
    println!(
        "| {what} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |",
        run.seconds,
        run.cpu_seconds,
        samples / run.seconds,
        samples / run.cpu_seconds.max(0.01),
        run.memory_megabytes
    );
}

fn name(service: usize) -> String {
    format!("service-{service}.csv.gz")
}

/// Writes the table of a service; returns how many bytes it takes.
fn write(folder: &Path, service: usize) -> Result<u64, BenchError> {
    let path = folder.join(name(service));
    let failed = |source| BenchError::file(&path, source);
    let mut packed = GzEncoder::new(File::create(&path).map_err(failed)?, Compression::fast());
    packed.write_all(table(service).as_bytes()).map_err(failed)?;
    let file = packed.finish().map_err(failed)?;
    Ok(file.metadata().map_err(failed)?.len())
}
