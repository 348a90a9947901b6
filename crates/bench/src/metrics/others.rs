//! When tools that people would use otherwise alarm on a series, for each of their thresholds.
//!
//! They run in a process of their own, in the Python that has them (`river`, `ruptures`), value by value or once a day on what was known by then,
//! and rest for a week after an alarm, as `hark` does: left to themselves they say the same thing for days. None of their
//! thresholds is chosen here; they know no labels.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::beside;
use crate::error::BenchError;

const OTHERS: &str = include_str!("../metrics_others.py");

/// A series to be listened to.
pub(crate) struct Heard {
    /// In seconds since 1970.
    pub(crate) times: Vec<i64>,
    pub(crate) values: Vec<f64>,
    /// Only what looks for changes that stay is asked.
    pub(crate) drifts: bool,
}

/// By tool and threshold, the rows at which it alarmed in each series.
pub(crate) type Alarms = BTreeMap<String, Vec<Vec<Vec<usize>>>>;

/// What each tool says of the series; `None` if this Python has them not.
pub(crate) fn alarms(python: &Path, series: &[Heard]) -> Result<Option<Alarms>, BenchError> {
    let import = Command::new(python).args(["-c", "import river, ruptures"]).stderr(Stdio::null()).status();
    if !import.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let halves: Vec<&[Heard]> = series.chunks(series.len().div_ceil(2).max(1)).collect();
    let mut alarms = Alarms::new();
    let mut before = 0;
    for (half, said) in halves.iter().zip(beside::each(&halves, |half| said(python, half))) {
        for line in said?.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [tool, threshold, number, rows] = fields[..] else { return Err(failed(line)) };
            let (Ok(threshold), Ok(number)) = (threshold.parse::<usize>(), number.parse::<usize>()) else {
                return Err(failed(line));
            };
            let points = alarms.entry(tool.to_owned()).or_default();
            points.resize_with(points.len().max(threshold + 1), || vec![Vec::new(); series.len()]);
            points[threshold][before + number] = rows.split(',').filter_map(|row| row.parse().ok()).collect();
        }
        before += half.len();
    }
    Ok(Some(alarms))
}

fn failed(what: &str) -> BenchError {
    BenchError::Hark { command: "python".to_owned(), message: what.to_owned() }
}

fn said(python: &Path, series: &[Heard]) -> Result<String, BenchError> {
    let mut child = Command::new(python)
        .args(["-c", OTHERS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error.to_string()))?;
    let mut input = child.stdin.take().expect("it is piped");
    let lines: String = series
        .iter()
        .map(|one| {
            json!({ "times": one.times, "values": one.values, "drifts": one.drifts }).to_string() + "\n"
        })
        .collect();
    // What is said may fill its pipe before all is asked.
    let written = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
    written.join().expect("who writes does not panic").map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return Err(failed(&output.status.to_string()));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_not_the_packages_says_nothing() {
        assert!(alarms(Path::new("/nowhere/python"), &[]).expect("nothing is asked of it").is_none());
    }
}
