//! The Numenta Anomaly Benchmark: 31 series, one each, with windows that people drew.
//!
//! Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms", 2015. A signal counts at the first row at or after
//! its `noticed_at`, which is later than the row that caused it. Points of a curve are cross-fitted: the strength is chosen on
//! one half of the files and scored on the other, and the halves are added up.
//!
//! False alarms are counted as the benchmark does, each by itself, and beside that one for each cluster, as they are everywhere else: what is said together is
//! one thing to whoever listens.
//!
//! There are two curves. What ships says an episode of a series once and then rests for a week, which the benchmark's score
//! punishes: a quarter of its windows lie within a week of another one. So the score is also told for the detectors without
//! that rest (`--rest-hours 0`), which nobody is served.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::beside;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::interval::Share;
use crate::metrics::folds::cross_fitted;
use crate::metrics::others::{self, Heard};
use crate::metrics::said::{self, Asked, Said};
use crate::metrics::{STRENGTHS, stamp};

const WEEK_SECONDS: f64 = 7.0 * 86_400.0;

/// One series and its windows.
struct File {
    name: String,
    bytes: Vec<u8>,
    rows: Vec<i64>,
    /// First and last row of each window.
    windows: Vec<(usize, usize)>,
}

/// What a miss and a false positive cost.
#[derive(Clone, Copy)]
struct Weights {
    missed: f64,
    false_positive: f64,
}

const STANDARD: Weights = Weights { missed: 1.0, false_positive: 0.11 };
const LOW_FALSE: Weights = Weights { missed: 1.0, false_positive: 0.22 };

/// How one file fared at one strength.
#[derive(Clone, Copy, Default)]
struct Fared {
    windows: Share,
    false_alarms: usize,
    /// Those of them that lead what is said together.
    clusters: usize,
    weeks: f64,
    standard: f64,
    low_false: f64,
    /// Windows that false alarms at this rate would hit by chance.
    by_chance: f64,
}

/// False alarms a series-week with which one can live.
const RATE_MAX: f64 = 0.1;

/// The curves, the point that ships, and what is cross-fitted.
pub(crate) fn measure(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    let files = files(&data.join("nab"))?;
    if files.is_empty() {
        return Ok(None);
    }
    let windows: usize = files.iter().map(|file| file.windows.len()).sum();
    let mut page = format!("NAB, {} files, {windows} windows\n", files.len());
    page.push_str("\nWith a week of rest after an episode, as it ships:\n\n");
    let ships = fare(hark, &files, Asked::Shipped)?;
    page.push_str(&curve(hark, &files, windows, Asked::From, Some(&ships))?);
    page.push_str("\nThe detectors by themselves, which say it again as soon as an episode is over:\n\n");
    page.push_str(&curve(hark, &files, windows, Asked::AgainFrom, None)?);
    Ok(Some(page))
}

/// Windows that are heard as shipped, and false alarms a series-week.
pub(crate) fn shipped(hark: &Hark, data: &Path) -> Result<Option<(Share, f64)>, BenchError> {
    let files = files(&data.join("nab"))?;
    let all = sum(&fare(hark, &files, Asked::Shipped)?);
    Ok((!files.is_empty()).then(|| (all.windows, all.false_alarms as f64 / all.weeks)))
}

/// What other tools hear at as many false alarms, each with the threshold that is best on the other half of the files.
pub(crate) fn beside(hark: &Hark, data: &Path, python: &Path) -> Result<Option<String>, BenchError> {
    let files = files(&data.join("nab"))?;
    let series: Vec<Heard> = files.iter().map(File::heard).collect();
    let Some(alarms) = (if files.is_empty() { None } else { others::alarms(python, &series)? }) else {
        return Ok(None);
    };
    let windows: usize = files.iter().map(|file| file.windows.len()).sum();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let ours = STRENGTHS.into_iter().map(|strength| fare(hark, &files, Asked::From(strength)));
    let ours = ours.collect::<Result<Vec<_>, BenchError>>()?;
    let shipped = sum(&fare(hark, &files, Asked::Shipped)?);
    let rate = shipped.false_alarms as f64 / shipped.weeks;
    let mut page = format!(
        "NAB beside other tools, each at the threshold that hears most on the other half of the files at so many false alarms\n\n\
         | tool | windows heard | by chance | false alarms per series-week | one for each cluster | standard | low-FP |\n|---|---|---|---|---|---|---|\n{}",
        row("`hark listen`, as shipped", &shipped, windows)
    );
    let scored =
        |rows: &Vec<Vec<usize>>| files.iter().zip(rows).map(|(file, rows)| file.score(rows)).collect();
    let theirs = alarms.into_iter().map(|(tool, points)| (tool, points.iter().map(scored).collect()));
    for (tool, points) in std::iter::once(("`hark listen`".to_owned(), ours)).chain(theirs) {
        for most in [rate, 1.0] {
            let worth = |fared: &[Fared]| most_windows_at(most, fared);
            let fared: Vec<Fared> =
                cross_fitted(&points, &names, worth).into_iter().map(|(_, one)| one).collect();
            page.push_str(&row(&format!("{tool}, at {most:.3}"), &sum(&fared), windows));
        }
    }
    Ok(Some(page))
}

fn most_windows_at(rate_max: f64, fared: &[Fared]) -> f64 {
    let all = sum(fared);
    let beyond = (all.false_alarms as f64 / all.weeks - rate_max).max(0.0);
    all.windows.hits as f64 - 1e6 * beyond
}

fn curve(
    hark: &Hark,
    files: &[File],
    windows: usize,
    asked: fn(&'static str) -> Asked,
    ships: Option<&[Fared]>,
) -> Result<String, BenchError> {
    let mut page = String::from(
        "| strength at least | windows heard | by chance | false alarms per series-week | one for each cluster | standard | low-FP |\n|---|---|---|---|---|---|---|\n",
    );
    let mut points = Vec::new();
    for strength in STRENGTHS {
        let fared = fare(hark, files, asked(strength))?;
        page.push_str(&row(strength, &sum(&fared), windows));
        points.push(fared);
    }
    if let Some(ships) = ships {
        page.push_str(&row(Asked::Shipped.name(), &sum(ships), windows));
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let mut chosen = |name: &str, worth: fn(&[Fared]) -> f64| {
        let fared: Vec<Fared> =
            cross_fitted(&points, &names, worth).into_iter().map(|(_, one)| one).collect();
        page.push_str(&row(name, &sum(&fared), windows));
    };
    chosen("cross-fitted, standard", |fared| sum(fared).standard);
    chosen("cross-fitted, low-FP", |fared| sum(fared).low_false);
    chosen("cross-fitted, most windows at 0.10", |fared| most_windows_at(RATE_MAX, fared));
    Ok(page)
}

fn row(name: &str, all: &Fared, windows: usize) -> String {
    format!(
        "| {name} | {} | {:.2} | {:.3} ({} in {:.0}) | {:.3} ({}) | {:.1} | {:.1} |\n",
        all.windows,
        all.by_chance / windows.max(1) as f64,
        all.false_alarms as f64 / all.weeks,
        all.false_alarms,
        all.weeks,
        all.clusters as f64 / all.weeks,
        all.clusters,
        normal(all.standard, windows),
        normal(all.low_false, windows),
    )
}

/// 0 for saying nothing, 100 for saying everything at once and nothing else; weights for a miss of 1.
fn normal(raw: f64, windows: usize) -> f64 {
    let windows = windows.max(1) as f64;
    100.0 * (raw + windows) / (2.0 * windows)
}

fn sum(fared: &[Fared]) -> Fared {
    fared.iter().fold(Fared::default(), |sum, one| Fared {
        windows: Share { hits: sum.windows.hits + one.windows.hits, of: sum.windows.of + one.windows.of },
        false_alarms: sum.false_alarms + one.false_alarms,
        clusters: sum.clusters + one.clusters,
        weeks: sum.weeks + one.weeks,
        standard: sum.standard + one.standard,
        low_false: sum.low_false + one.low_false,
        by_chance: sum.by_chance + one.by_chance,
    })
}

fn fare(hark: &Hark, files: &[File], asked: Asked) -> Result<Vec<Fared>, BenchError> {
    beside::each(files, |file| file.fare(hark, asked)).into_iter().collect()
}

impl File {
    fn heard(&self) -> Heard {
        let text = String::from_utf8_lossy(&self.bytes);
        let value = |line: &str| line.split(',').nth(1).and_then(|cell| cell.trim().parse().ok());
        // As many as there are rows.
        let values = text
            .lines()
            .skip(1)
            .filter(|line| stamp::seconds(line.split(',').next().unwrap_or("")).is_some());
        let values = values.map(|line| value(line).unwrap_or(0.0)).collect();
        Heard { times: self.rows.clone(), values, drifts: false }
    }

    fn fare(&self, hark: &Hark, asked: Asked) -> Result<Fared, BenchError> {
        let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
        let path = folder.path().join("series.csv");
        fs::write(&path, &self.bytes).map_err(|source| BenchError::file(&path, source))?;
        let said = said::all(hark, folder.path(), asked)?;
        let row = |one: &Said| self.rows.partition_point(|row| *row < one.noticed_at);
        let leading = said.iter().filter(|one| one.leads).map(row).collect::<Vec<usize>>();
        let fared = self.score(&said.iter().map(row).collect::<Vec<usize>>());
        Ok(Fared { clusters: self.score(&leading).false_alarms, ..fared })
    }

    /// Rows that do not count, at the beginning.
    fn probation(&self) -> usize {
        (self.rows.len() * 15 / 100).min(750)
    }

    fn score(&self, rows: &[usize]) -> Fared {
        let probation = self.probation();
        let last = self.rows.len() - 1;
        let judged: Vec<usize> =
            rows.iter().map(|row| *row.min(&last)).filter(|row| *row >= probation).collect();
        let weeks = (self.rows[last] - self.rows[probation]) as f64 / WEEK_SECONDS;
        let mut fared = Fared { weeks, ..Fared::default() };
        for window in &self.windows {
            let hit = judged.iter().find(|row| (window.0..=window.1).contains(row));
            fared.windows.of += 1;
            fared.windows.hits += usize::from(hit.is_some());
            let worth =
                |row: &usize| sigmoid(-((window.1 - row + 1) as f64) / width(*window)) / sigmoid(-1.0);
            fared.standard += hit.map_or(-STANDARD.missed, worth);
            fared.low_false += hit.map_or(-LOW_FALSE.missed, worth);
        }
        let is_false = |row: &&usize| !self.windows.iter().any(|window| (window.0..=window.1).contains(*row));
        for row in judged.iter().filter(is_false) {
            let cost = self.false_cost(*row);
            fared.false_alarms += 1;
            fared.clusters += 1;
            fared.standard += STANDARD.false_positive * cost;
            fared.low_false += LOW_FALSE.false_positive * cost;
        }
        let rate = fared.false_alarms as f64 / weeks;
        fared.by_chance =
            self.windows.iter().map(|window| 1.0 - (-rate * self.weeks_of(*window)).exp()).sum();
        fared
    }

    fn weeks_of(&self, window: (usize, usize)) -> f64 {
        (self.rows[window.1] - self.rows[window.0]) as f64 / WEEK_SECONDS
    }

    /// Less just behind a window, which it may still have been about.
    fn false_cost(&self, row: usize) -> f64 {
        let Some(window) = self.windows.iter().rev().find(|window| window.1 < row) else { return -1.0 };
        let behind = (row - window.1) as f64 / (width(*window) - 1.0).max(1.0);
        if behind > 3.0 { -1.0 } else { sigmoid(behind) }
    }
}

fn width(window: (usize, usize)) -> f64 {
    (window.1 - window.0 + 1) as f64
}

fn sigmoid(x: f64) -> f64 {
    2.0 / (1.0 + (5.0 * x).exp()) - 1.0
}

fn files(folder: &Path) -> Result<Vec<File>, BenchError> {
    let path = folder.join("labels/combined_windows.json");
    let Ok(bytes) = fs::read(&path) else { return Ok(Vec::new()) };
    let labels: Value = serde_json::from_slice(&bytes)
        .map_err(|error| BenchError::Request(format!("`{}` is no JSON: {error}", path.display())))?;
    let names = labels.as_object().into_iter().flatten();
    names.filter_map(|(name, windows)| file(&folder.join("data"), name, windows)).collect()
}

/// `None` if the file is not there.
fn file(folder: &Path, name: &str, windows: &Value) -> Option<Result<File, BenchError>> {
    let path = folder.join(name);
    let bytes = fs::read(&path).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let rows: Vec<i64> =
        text.lines().skip(1).filter_map(|line| stamp::seconds(line.split(',').next()?)).collect();
    if rows.len() < 2 {
        return Some(Err(BenchError::Request(format!("`{}` has no rows", path.display()))));
    }
    let window = |pair: &Value| {
        let edge = |at: usize| pair[at].as_str().and_then(stamp::seconds);
        let first = rows.partition_point(|row| *row < edge(0).unwrap_or(i64::MAX));
        let behind = rows.partition_point(|row| *row <= edge(1).unwrap_or(i64::MIN));
        (first < behind).then(|| (first, behind - 1))
    };
    let windows = windows.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(window).collect();
    Some(Ok(File { name: name.to_owned(), rows, windows, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hundred_rows() -> File {
        File {
            name: "h".to_owned(),
            bytes: Vec::new(),
            rows: (0..100).map(|at| at * 3_600).collect(),
            windows: vec![(40, 49)],
        }
    }

    #[test]
    fn an_early_hit_is_worth_more_and_silence_is_worth_nothing() {
        let at = |rows: &[usize]| normal(hundred_rows().score(rows).standard, 1);
        assert!((at(&[]) - 0.0).abs() < 1e-9);
        assert!((at(&[40]) - 100.0).abs() < 1e-9);
        assert!(at(&[40]) > at(&[47]) && at(&[47]) > at(&[]));
        assert!((at(&[40, 44]) - 100.0).abs() < 1e-9, "one window is heard once");
    }

    #[test]
    fn a_false_alarm_costs_most_far_from_a_window_and_nothing_in_the_beginning() {
        let at = |row: usize| hundred_rows().score(&[row]).standard;
        assert!((at(20) + 1.11).abs() < 1e-9, "before any window");
        assert!(at(50) > at(60) && at(60) > at(99) - 1e-9);
        assert!((at(3) + 1.0).abs() < 1e-9, "probation");
    }
}
