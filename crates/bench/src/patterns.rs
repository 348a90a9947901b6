//! `hark-bench patterns`: are log lines told apart as people tell them apart? Beside Drain3 on the same lines in the same run.
//!
//! Messages without their headers, one parameter set for all systems. `raw` is the grouping accuracy on the files as they were
//! written, headers and all: what a user gets. Drain3 is the package from PyPI with its own defaults, in a process of its own; it
//! reads messages only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::Gate;
use crate::error::BenchError;
use crate::floors;
use crate::grouping::Grouping;
use crate::hark::{Hark, text};
use crate::labelled::{self, Labelled};
use crate::options::Options;

/// The sets, as folder and what it is.
const SETS: [(&str, &str, [f64; 4]); 2] = [
    ("loghub-corrected", "with corrected templates", floors::PATTERNS),
    ("loghub", "with the templates as first published", floors::PATTERNS_FIRST),
];
/// The other miner.
const DRAIN3: &str = include_str!("drain3_templates.py");

/// What one miner said of each line, and the seconds that it took.
struct Said {
    of_each: Vec<(String, String)>,
    seconds: f64,
}

/// Prints a table for each set.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let data = options.data.clone().unwrap_or_else(|| PathBuf::from("../shared/data"));
    let python = options.python.clone().unwrap_or_else(|| PathBuf::from("python3"));
    let has_drain3 = !options.short && has_drain3(&python);
    if !has_drain3 && !options.short {
        println!("Drain3 could not be compared: `{}` has no package `drain3`.\n", python.display());
    }
    let (mut found, mut gates) = (0, Vec::new());
    for (folder, what, floors) in SETS {
        let systems = labelled::systems(&data.join(folder))?;
        if systems.is_empty() {
            println!(
                "There is no labelled system in `{}`; nothing was measured there.\n",
                data.join(folder).display()
            );
            continue;
        }
        found += systems.len();
        println!("{folder}, {} systems {what}\n", systems.len());
        let (page, mean) = table(&hark, &python, has_drain3, &systems)?;
        print!("{page}");
        if options.short {
            let names = ["GA", "FGA", "PA", "FTA"].into_iter().zip(mean.figures()).zip(floors);
            gates.extend(names.map(|((name, found), floor)| {
                Gate::say(&format!("{folder}, {name}"), found, ">=", floor, found >= floor)
            }));
        }
    }
    if found == 0 {
        return Err(BenchError::Request(format!(
            "nothing to measure in `{}`; name the folder with --data",
            data.display()
        )));
    }
    Ok(Gate::all(gates))
}

/// The table, and the mean of all systems.
fn table(
    hark: &Hark,
    python: &Path,
    has_drain3: bool,
    systems: &[Labelled],
) -> Result<(String, Grouping), BenchError> {
    let mut page = String::from("| system | lines | GA | FGA | PA | FTA | raw GA |");
    page.push_str(if has_drain3 { " Drain3 GA | FGA | PA | FTA |\n" } else { "\n" });
    page.push_str(&format!("|{}\n", "---|".repeat(if has_drain3 { 11 } else { 7 })));
    let (mut ours, mut theirs, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    let (mut our_seconds, mut their_seconds, mut lines) = (0.0, 0.0, 0);
    for system in systems {
        let said = by_hark(hark, &system.messages)?;
        our_seconds += said.seconds;
        lines += system.messages.len();
        ours.push(Grouping::of(&system.templates, &said.of_each));
        raw.extend(of_raw(hark, system)?);
        let mut row = format!("| {} | {} |{}", system.system, system.messages.len(), cells(ours.last()));
        write!(row, " {} |", raw.last().map_or_else(|| "none".to_owned(), |one| share(one.group_accuracy)))
            .expect("a string takes all that is written");
        if has_drain3 {
            let said = by_drain3(python, &system.messages, Drain3::Plain)?;
            their_seconds += said.seconds;
            theirs.push(Grouping::of(&system.templates, &said.of_each));
            row.push_str(&cells(theirs.last()));
        }
        page.push_str(&row);
        page.push('\n');
    }
    let mean = Grouping::mean(&ours);
    page.push_str(&format!(
        "| **mean** | {lines} |{} {} |",
        cells(Some(&mean)),
        share(Grouping::mean(&raw).group_accuracy)
    ));
    page.push_str(&if has_drain3 { cells(Some(&Grouping::mean(&theirs))) } else { String::new() });
    page.push_str(&format!("\n\nSeconds, processes and output included: hark {our_seconds:.2}"));
    page.push_str(&if has_drain3 {
        format!(", Drain3 {their_seconds:.2} (its import left out).\n\n")
    } else {
        ".\n\n".to_owned()
    });
    Ok((page, mean))
}

fn cells(grouping: Option<&Grouping>) -> String {
    let Some(one) = grouping else { return String::new() };
    one.figures().map(|value| format!(" {} |", share(value))).concat()
}

fn share(value: f64) -> String {
    format!("{value:.3}")
}

fn by_hark(hark: &Hark, messages: &[String]) -> Result<Said, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let path = folder.path().join("messages.log");
    std::fs::write(&path, messages.join("\n") + "\n").map_err(|source| BenchError::file(&path, source))?;
    assigned(hark, &path, messages.len())
}

/// The grouping of the file as it was written, if it is there and has as many lines.
fn of_raw(hark: &Hark, system: &Labelled) -> Result<Option<Grouping>, BenchError> {
    let Some(raw) = &system.raw else { return Ok(None) };
    let said = assigned(hark, raw, system.messages.len())?;
    Ok(Some(Grouping::of(&system.templates, &said.of_each)))
}

/// What `hark patterns --assign` says of each line; a line that is no record of its own is a group of its own.
fn assigned(hark: &Hark, path: &Path, lines: usize) -> Result<Said, BenchError> {
    let command = "hark patterns --assign --format json";
    let failed = |message: String| BenchError::Hark { command: command.to_owned(), message };
    let path = path.canonicalize().map_err(|source| BenchError::file(path, source))?;
    let start = Instant::now();
    let mut run = hark.command(Path::new("."), &["patterns", "--assign", "--format", "json", "--quiet"]);
    let output = run.arg(&path).output().map_err(|error| failed(error.to_string()))?;
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let mut by_line: BTreeMap<u64, (String, String)> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let said: Value = serde_json::from_str(line).map_err(|error| failed(error.to_string()))?;
        let number = said["line"].as_u64().ok_or_else(|| failed(format!("no line in {line}")))?;
        by_line.insert(number, (text(&said, "id").to_owned(), text(&said, "pattern").to_owned()));
    }
    let of_line =
        |number: u64| by_line.remove(&number).unwrap_or_else(|| (format!("line {number}"), String::new()));
    Ok(Said { of_each: (1..=lines as u64).map(of_line).collect(), seconds })
}

/// What Drain3 does before it looks for a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Drain3 {
    /// Nothing, which is its default.
    Plain,
    /// It masks identifiers, addresses and numbers, as its manual advises and as we do.
    Masked,
}

/// Seconds that Drain3 takes for these messages, its import left out; `None` if this Python has it not.
pub(crate) fn drain3_seconds(
    python: &Path,
    messages: &[String],
    drain3: Drain3,
) -> Result<Option<f64>, BenchError> {
    if !has_drain3(python) {
        return Ok(None);
    }
    by_drain3(python, messages, drain3).map(|said| Some(said.seconds))
}

fn has_drain3(python: &Path) -> bool {
    let import = Command::new(python).args(["-c", "import drain3"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

fn by_drain3(python: &Path, messages: &[String], drain3: Drain3) -> Result<Said, BenchError> {
    let failed = |message: String| BenchError::Hark { command: "drain3".to_owned(), message };
    let mut child = Command::new(python)
        .args(["-c", DRAIN3, if drain3 == Drain3::Masked { "masked" } else { "plain" }])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    // All is read before anything is written, so neither side waits for the other.
    let mut input = child.stdin.take().expect("its input is piped");
    input.write_all((messages.join("\n") + "\n").as_bytes()).map_err(|error| failed(error.to_string()))?;
    drop(input);
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let told = String::from_utf8_lossy(&output.stdout);
    let mut lines = told.lines();
    let seconds = lines.next().and_then(|line| line.parse().ok()).unwrap_or(0.0);
    let pair = |line: &str| line.split_once('\t').map(|(id, name)| (id.to_owned(), name.to_owned()));
    let of_each: Vec<_> = lines.filter_map(pair).collect();
    if of_each.len() != messages.len() {
        return Err(failed(format!("{} of {} lines were told", of_each.len(), messages.len())));
    }
    Ok(Said { of_each, seconds })
}
