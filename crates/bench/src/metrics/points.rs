//! Series in which several people marked where they change (TCPD, van den Burg and Williams 2020), as an observation an hour.
//!
//! The onsets of what is said, drifts, steps and surprises, are taken for change points, and scored as the set's makers do: F1 with a
//! margin of five observations against all annotators, and how well the segments between the points cover theirs. Harkback listens to systems:
//! it knows an hour as an hour of the day, waits for days before it judges, and says a series no more than once a week and manner. Most
//! of these series have a few hundred observations, of years or months.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::error::BenchError;
use crate::hark::{Hark, array, text};
use crate::metrics::hosts::BEGIN;
use crate::metrics::stamp;
use crate::metrics::table::Table;

const MARGIN: usize = 5;
const HOUR_SECONDS: i64 = 3_600;

/// One series with what each annotator marked.
struct Marked {
    name: String,
    /// Observations of each dimension.
    dimensions: Vec<Vec<Option<f64>>>,
    marks: Vec<BTreeSet<usize>>,
}

/// The table, or nothing if the set is not there.
pub(crate) fn measure(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    let marked = read(&data.join("tcpd"))?;
    if marked.is_empty() {
        return Ok(None);
    }
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    marked.iter().try_for_each(|series| series.write(folder.path()))?;
    let asked = ["listen", "--all", "--since", "1971-01-01T00:00:00Z", "--format", "json", "--quiet", "."];
    let listening = hark.json(folder.path(), &asked)?;
    let mut points: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for signal in array(&listening, "signals") {
        let onset = stamp::seconds(text(signal, "onset")).unwrap_or(BEGIN);
        let at = usize::try_from((onset - BEGIN) / HOUR_SECONDS).unwrap_or(0);
        points.entry(text(signal, "service")).or_default().insert(at);
    }
    Ok(Some(page(&marked, &points)))
}

fn page(marked: &[Marked], points: &BTreeMap<&str, BTreeSet<usize>>) -> String {
    let mut page = format!(
        "TCPD, {} series\n\n| series | observations | points said | F1 | cover | F1 of saying nothing | cover of saying nothing |\n|---|---|---|---|---|---|---|\n",
        marked.len()
    );
    let mut sums = [0.0; 4];
    for series in marked {
        let none = BTreeSet::new();
        let said = points.get(series.name.as_str()).unwrap_or(&none);
        let count = series.dimensions[0].len();
        let said: BTreeSet<usize> = said.iter().copied().filter(|at| *at > 0 && *at < count).collect();
        let figures = [
            f1(&series.marks, &said),
            cover(&series.marks, &said, count),
            f1(&series.marks, &none),
            cover(&series.marks, &none, count),
        ];
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        let [f1, cover, f1_none, cover_none] = figures;
        writeln!(
            page,
            "| {} | {count} | {} | {f1:.3} | {cover:.3} | {f1_none:.3} | {cover_none:.3} |",
            series.name,
            said.len()
        )
        .expect("a string takes all that is written");
    }
    let [f1, cover, f1_none, cover_none] = sums.map(|sum| sum / marked.len() as f64);
    writeln!(page, "| **mean** | | | {f1:.3} | {cover:.3} | {f1_none:.3} | {cover_none:.3} |")
        .expect("a string takes all that is written");
    page
}

/// Precision against what any annotator marked, recall as the mean over annotators; the first observation counts as marked and said.
fn f1(marks: &[BTreeSet<usize>], said: &BTreeSet<usize>) -> f64 {
    let with_first =
        |points: &BTreeSet<usize>| -> BTreeSet<usize> { points.iter().copied().chain([0]).collect() };
    let said = with_first(said);
    let all: BTreeSet<usize> = marks.iter().flat_map(with_first).collect();
    let precision = hits(&all, &said) as f64 / said.len() as f64;
    let recalls = marks.iter().map(|one| {
        let one = with_first(one);
        hits(&one, &said) as f64 / one.len() as f64
    });
    let recall = recalls.sum::<f64>() / marks.len() as f64;
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

/// True points that a said one is near to; each said one counts for one.
fn hits(truth: &BTreeSet<usize>, said: &BTreeSet<usize>) -> usize {
    let mut left = said.clone();
    let mut hits = 0;
    for point in truth {
        let near = left.range(point.saturating_sub(MARGIN)..=point + MARGIN);
        if let Some(nearest) = near.min_by_key(|one| one.abs_diff(*point)).copied() {
            left.remove(&nearest);
            hits += 1;
        }
    }
    hits
}

/// The mean over annotators of how well the best segment covers each of theirs, weighted by length.
fn cover(marks: &[BTreeSet<usize>], said: &BTreeSet<usize>, count: usize) -> f64 {
    let ours = segments(said, count);
    let of_one = |one: &BTreeSet<usize>| {
        let theirs = segments(one, count).into_iter().map(|(from, to)| {
            let overlap = |&(a, b): &(usize, usize)| {
                let common = to.min(b).saturating_sub(from.max(a)) as f64;
                common / (to.max(b) - from.min(a)) as f64
            };
            (to - from) as f64 * ours.iter().map(overlap).fold(0.0, f64::max)
        });
        theirs.sum::<f64>() / count as f64
    };
    marks.iter().map(of_one).sum::<f64>() / marks.len() as f64
}

fn segments(points: &BTreeSet<usize>, count: usize) -> Vec<(usize, usize)> {
    let bounds: Vec<usize> = [0]
        .into_iter()
        .chain(points.iter().copied().filter(|at| *at > 0 && *at < count))
        .chain([count])
        .collect();
    bounds.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

impl Marked {
    fn write(&self, folder: &Path) -> Result<(), BenchError> {
        let mut table = Table::new();
        for (number, values) in self.dimensions.iter().enumerate() {
            for (at, value) in values.iter().enumerate() {
                if let Some(value) = value {
                    table.add(BEGIN + at as i64 * HOUR_SECONDS, &format!("value_{number}"), *value);
                }
            }
        }
        table.write(&folder.join(&self.name))
    }
}

fn read(folder: &Path) -> Result<Vec<Marked>, BenchError> {
    let Ok(annotations) = fs::read_to_string(folder.join("annotations.json")) else { return Ok(Vec::new()) };
    let annotations: Value = serde_json::from_str(&annotations).unwrap_or_default();
    let mut marked = Vec::new();
    for (name, annotators) in annotations.as_object().into_iter().flatten() {
        let path = folder.join(format!("datasets/{name}/{name}.json"));
        let Ok(series) = fs::read_to_string(&path) else { continue };
        let series: Value = serde_json::from_str(&series).unwrap_or_default();
        let dimension = |one: &Value| array(one, "raw").iter().map(Value::as_f64).collect();
        let points = |marks: &Value| -> BTreeSet<usize> {
            marks.as_array().into_iter().flatten().filter_map(|at| Some(at.as_u64()? as usize)).collect()
        };
        marked.push(Marked {
            name: name.clone(),
            dimensions: array(&series, "series").iter().map(dimension).collect(),
            marks: annotators.as_object().into_iter().flatten().map(|(_, marks)| points(marks)).collect(),
        });
    }
    Ok(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(points: &[usize]) -> BTreeSet<usize> {
        points.iter().copied().collect()
    }

    #[test]
    fn points_near_those_that_were_marked_count_once() {
        let marks = [set(&[50]), set(&[])];
        assert!((f1(&marks, &set(&[])) - 2.0 * 0.75 / 1.75).abs() < 1e-9);
        assert!((f1(&marks, &set(&[52])) - 1.0).abs() < 1e-9);
        assert_eq!(hits(&set(&[0, 50, 54]), &set(&[0, 52])), 2);
    }

    #[test]
    fn segments_that_are_the_same_cover_wholly() {
        let marks = [set(&[50])];
        assert!((cover(&marks, &set(&[50]), 100) - 1.0).abs() < 1e-9);
        assert!((cover(&marks, &set(&[]), 100) - 0.5).abs() < 1e-9);
    }
}
