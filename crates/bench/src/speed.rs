//! `hark-bench speed`: lines a second, beside what people would use otherwise, on the same warm files in the same run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hark_rehearsal::Tale;

use crate::Gate;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::options::Options;
use crate::process::{Run, thrice, time};
use crate::world::World;

/// Bytes of unpacked log files that a world has at a traffic of 1.
const BYTES_AT_FULL_TRAFFIC: f64 = 2.2e8;

/// Times `hark listen`, `wc -l` and `grep`, three times each.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let wanted = options.bytes.unwrap_or(1 << 30);
    eprintln!("writing {wanted} bytes of logs");
    let world = World::new(Tale::Quiet, 401, wanted as f64 / BYTES_AT_FULL_TRAFFIC * 1.08)?;
    let logs = world.directory.path().join("telemetry/logs");
    let files = plain_files(&logs)?;
    let size = size(&files)?;
    let hark_run = || hark.command(world.directory.path(), &["listen", "--format", "json", "telemetry/logs"]);
    let wc = || {
        let mut command = Command::new("wc");
        command.arg("-l").args(&files);
        command
    };
    let grep = || {
        let mut command = Command::new("grep");
        command.env("LC_ALL", "C").args(["-cE", "error|timeout"]).args(&files);
        command
    };
    // Once for nothing: the files are warm for everybody then.
    time("wc", wc())?;
    println!(
        "{:.2} GB, {} lines, plain text and JSON mixed; median of three runs on warm files.\n",
        size.bytes as f64 / 1e9,
        size.lines
    );
    println!(
        "| command | seconds | lines/s | MB/s | lines/s and core | peak memory MB |\n|---|---|---|---|---|---|"
    );
    row("hark listen", &size, &thrice("hark", hark_run)?);
    row("wc -l", &size, &thrice("wc", wc)?);
    row("LC_ALL=C grep -cE 'error\\|timeout'", &size, &thrice("grep", grep)?);
    Ok(Gate::Kept)
}

struct Size {
    bytes: u64,
    lines: u64,
}

/// All log files; the packed ones are removed, since `wc` and `grep` cannot read them.
fn plain_files(logs: &Path) -> Result<Vec<PathBuf>, BenchError> {
    let mut files = Vec::new();
    let mut open = vec![logs.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).map_err(|source| BenchError::file(&directory, source))? {
            let path = entry.map_err(|source| BenchError::file(&directory, source))?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "gz") {
                fs::remove_file(&path).map_err(|source| BenchError::file(&path, source))?;
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn size(files: &[PathBuf]) -> Result<Size, BenchError> {
    let mut size = Size { bytes: 0, lines: 0 };
    for path in files {
        let text = fs::read(path).map_err(|source| BenchError::file(path, source))?;
        size.bytes += text.len() as u64;
        size.lines += text.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Ok(size)
}

fn row(name: &str, size: &Size, run: &Run) {
    println!(
        "| `{name}` | {:.2} | {:.0} | {:.0} | {:.0} | {:.0} |",
        run.seconds,
        size.lines as f64 / run.seconds,
        size.bytes as f64 / 1e6 / run.seconds,
        size.lines as f64 / run.cpu_seconds.max(0.01),
        run.memory_megabytes,
    );
}
