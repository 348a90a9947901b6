//! `hark-bench speed`: lines a second, beside what people would use otherwise, on the same warm files in the same run.
//!
//! CPU time is that of waited-for children in `/proc/self/stat`, peak memory the last `VmHWM` seen in `/proc`: both
//! without `unsafe`, and on Linux alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hark_rehearsal::Tale;

use crate::Gate;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::interval::median;
use crate::options::Options;
use crate::world::World;

/// Bytes of unpacked log files that a world has at a traffic of 1.
const BYTES_AT_FULL_TRAFFIC: f64 = 2.2e8;
/// Ticks of a second in `/proc`, the same on every Linux that people run.
const TICKS_A_SECOND: f64 = 100.0;

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

/// One run.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) memory_megabytes: f64,
}

/// The median of three runs, with the peak memory of all.
pub(crate) fn thrice(name: &str, command: impl Fn() -> Command) -> Result<Run, BenchError> {
    let runs: Vec<Run> = (0..3).map(|_| time(name, command())).collect::<Result<_, _>>()?;
    let middle = |of: fn(&Run) -> f64| median(runs.iter().map(of).collect()).unwrap_or(0.0);
    Ok(Run {
        seconds: middle(|run| run.seconds),
        cpu_seconds: middle(|run| run.cpu_seconds),
        memory_megabytes: runs.iter().map(|run| run.memory_megabytes).fold(0.0, f64::max),
    })
}

fn time(name: &str, mut command: Command) -> Result<Run, BenchError> {
    let failed = |message: String| BenchError::Hark { command: name.to_owned(), message };
    let before = children_cpu_seconds();
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let (status, memory_megabytes) = watch(&mut child).map_err(|error| failed(error.to_string()))?;
    let seconds = start.elapsed().as_secs_f64();
    // `grep -c` that counts nothing exits with 1, which is a result.
    let counted_nothing = name == "grep" && status.code() == Some(1);
    if !(status.success() || counted_nothing) {
        return Err(failed(status.to_string()));
    }
    Ok(Run { seconds, cpu_seconds: children_cpu_seconds() - before, memory_megabytes })
}

/// Waits, and looks at the peak of its memory as long as it lives.
fn watch(child: &mut Child) -> std::io::Result<(std::process::ExitStatus, f64)> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak: f64 = 0.0;
    loop {
        if let Some(ended) = child.try_wait()? {
            return Ok((ended, peak));
        }
        peak =
            peak.max(fs::read_to_string(&status).ok().and_then(|text| peak_megabytes(&text)).unwrap_or(0.0));
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn peak_megabytes(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<f64>().ok().map(|kilobytes| kilobytes / 1_024.0)
}

/// CPU time of all children that have ended, or 0 where it cannot be known.
fn children_cpu_seconds() -> f64 {
    fs::read_to_string("/proc/self/stat").ok().and_then(|text| children_ticks(&text)).unwrap_or(0.0)
        / TICKS_A_SECOND
}

/// Fields 16 and 17 of proc(5)'s `stat`: user and system time of waited-for children.
fn children_ticks(stat: &str) -> Option<f64> {
    // The second field is a name in brackets, which may hold spaces; the third begins behind it.
    let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace().skip(13);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(user + system)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_read_where_the_manual_says() {
        let stat = "12 (my (odd) name) S 1 2 3 4 5 6 7 8 9 10 111 222 30 40 20 0";
        assert_eq!(children_ticks(stat), Some(70.0));
        assert_eq!(peak_megabytes("VmPeak:\t 9 kB\nVmHWM:\t  2048 kB\n"), Some(2.0));
        assert_eq!(children_ticks("nothing"), None);
    }

    #[test]
    fn a_command_is_timed_and_its_failure_is_told() {
        assert!(time("true", Command::new("true")).is_ok_and(|run| run.seconds > 0.0));
        assert!(time("false", Command::new("false")).is_err());
    }
}
