//! `hark-bench speed many`: five weeks of as many series as are listened to at most, five minutes apart.
//!
//! The series of `speed metrics`, a hundred to a service, each service a wide table in gzip, which is the most compact form that is read
//! fast: a billion samples are three gigabytes and a half. Every twentieth service has the values of the first under names of its own: who listens cannot know, and
//! no time is lost making them. `hark patterns` reads the same into the same hours and listens to none of them, which
//! tells reading apart. What it takes is told once, since it takes long; what a series takes of memory from a quarter of the
//! services beside all of them, at which both hold as many samples on their way as they ever do.

use std::fs;
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
/// Services whose values are made.
const BODIES: usize = 20;
/// The part of the services beside which all are held.
const PART: usize = 4;

/// Writes them, reads them, listens to them, and says what each took.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let services = (options.series.unwrap_or(SERIES) / SERIES_OF_SERVICE).max(PART);
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let numbers: Vec<usize> = (0..services).collect();
    eprintln!("writing {services} services");
    let bodies = beside::each(&numbers[..services.min(BODIES)], |service| packed(body(&table(*service))));
    let write = |service: &usize| write(folder.path(), *service, &bodies[service % BODIES]);
    let bytes: u64 = numbers.iter().map(write).sum::<Result<u64, BenchError>>()?;
    let names: Vec<String> = numbers.iter().map(|service| name(*service)).collect();
    let took = |command: &str, services: &[String]| {
        let mut started = hark.command(folder.path(), &[command, "--format", "json", "--quiet"]);
        started.args(services);
        time("hark", started)
    };
    let series = services * SERIES_OF_SERVICE;
    println!(
        "{series} series of {services} services, {} samples, {:.2} GB in gzip; each once.\n",
        series * SAMPLES,
        bytes as f64 / 1e9
    );
    println!(
        "| what | seconds | CPU seconds | samples a second | samples a CPU second | peak MB |\n|---|---|---|---|---|---|"
    );
    let listening = took("listen", &names)?;
    row("`hark listen`, reading included", series, &listening);
    row("`hark patterns`: reading the same into the same hours", series, &took("patterns", &names)?);
    let part = took("listen", &names[..services / PART])?;
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

/// Writes the table of a service, its header before a body that is packed already; returns how many bytes it takes.
fn write(folder: &Path, service: usize, body: &[u8]) -> Result<u64, BenchError> {
    let path = folder.join(name(service));
    let names = (0..SERIES_OF_SERVICE).map(|one| format!(",queue_depth_{service}_{one}"));
    // Packed pieces one behind the other are one packed file.
    let mut bytes = packed(&format!("time{}\n", names.collect::<String>()));
    bytes.extend_from_slice(body);
    fs::write(&path, &bytes).map_err(|source| BenchError::file(&path, source))?;
    Ok(bytes.len() as u64)
}

/// What stands below the header of a table.
fn body(table: &str) -> &str {
    table.split_once('\n').map_or("", |(_, body)| body)
}

fn packed(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).expect("memory takes all that is written");
    packed.finish().expect("memory takes all that is written")
}
