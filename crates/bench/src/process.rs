//! Runs a command and says what it took.
//!
//! CPU time is that of waited-for children in `/proc/self/stat`, peak memory the last `VmHWM` seen in `/proc`: both
//! without `unsafe`, and on Linux alone.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::BenchError;
use crate::interval::median;

/// Ticks of a second in `/proc`, the same on every Linux that people run.
const TICKS_A_SECOND: f64 = 100.0;

/// One run.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) memory_megabytes: f64,
}

/// The medians of three runs, and the largest of their peaks of memory.
pub(crate) fn thrice(name: &str, command: impl Fn() -> Command) -> Result<Run, BenchError> {
    let runs: Vec<Run> = (0..3).map(|_| time(name, command())).collect::<Result<_, _>>()?;
    let middle = |of: fn(&Run) -> f64| median(runs.iter().map(of).collect()).unwrap_or(0.0);
    Ok(Run {
        seconds: middle(|run| run.seconds),
        cpu_seconds: middle(|run| run.cpu_seconds),
        memory_megabytes: runs.iter().map(|run| run.memory_megabytes).fold(0.0, f64::max),
    })
}

/// Runs it once. Its output is let go; to a pipe, since `grep` is done with the first match where it sees that nobody reads.
pub(crate) fn time(name: &str, mut command: Command) -> Result<Run, BenchError> {
    let failed = |message: String| BenchError::Hark { command: name.to_owned(), message };
    let before = children_cpu_seconds();
    let start = Instant::now();
    let mut child = command
        .stdout(if name == "grep" { Stdio::piped() } else { Stdio::null() })
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
    let mut peak: f64 = 0.0;
    loop {
        if let Some(ended) = child.try_wait()? {
            return Ok((ended, peak));
        }
        peak = peak.max(peak_megabytes_of(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The peak of a running process's memory so far, or 0 where it cannot be known.
pub(crate) fn peak_megabytes_of(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    status.ok().and_then(|text| peak_megabytes(&text)).unwrap_or(0.0)
}

/// CPU time that a running process has taken so far, or 0 where it cannot be known.
pub(crate) fn cpu_seconds_of(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    stat.ok().and_then(|text| ticks(&text, OWN)).unwrap_or(0.0) / TICKS_A_SECOND
}

fn peak_megabytes(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<f64>().ok().map(|kilobytes| kilobytes / 1_024.0)
}

/// CPU time of all children that have ended, or 0 where it cannot be known.
pub(crate) fn children_cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat");
    stat.ok().and_then(|text| ticks(&text, OF_CHILDREN)).unwrap_or(0.0) / TICKS_A_SECOND
}

/// Where user and system time stand behind the name in proc(5)'s `stat`: fields 14 and 15, of waited-for children 16 and 17.
const OWN: usize = 11;
const OF_CHILDREN: usize = 13;

fn ticks(stat: &str, place: usize) -> Option<f64> {
    // The second field is a name in brackets, which may hold spaces; the third begins behind it.
    let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace().skip(place);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_read_where_the_manual_says() {
        let stat = "12 (my (odd) name) S 1 2 3 4 5 6 7 8 9 10 111 222 30 40 20 0";
        assert_eq!((ticks(stat, OWN), ticks(stat, OF_CHILDREN)), (Some(333.0), Some(70.0)));
        assert_eq!(peak_megabytes("VmPeak:\t 9 kB\nVmHWM:\t  2048 kB\n"), Some(2.0));
        assert_eq!(ticks("nothing", OWN), None);
    }

    #[test]
    fn a_command_is_timed_and_its_failure_is_told() {
        assert!(time("true", Command::new("true")).is_ok_and(|run| run.seconds > 0.0));
        assert!(time("false", Command::new("false")).is_err());
    }
}
