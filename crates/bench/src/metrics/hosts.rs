//! Hosts whose metrics people have labelled with incidents: the sets ASD (six hosts) and SMD (ten machines).
//!
//! A host is one service with all its metrics. An incident is heard if anything unexplained is said of the host within it
//! or until an hour after it, since an hour must close. What leads a cluster outside of all incidents is a false alarm.
//! Only the labelled half is scored; the first half is history.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::error::BenchError;
use crate::hark::Hark;
use crate::interval::Share;
use crate::metrics::folds::cross_fitted;
use crate::metrics::said::{self, Asked, Said};
use crate::metrics::{STRENGTHS, stamp};

/// A Monday.
pub(crate) const BEGIN: i64 = 1_767_571_200;
/// False alarms a host-week with which one can live.
const RATE_MAX: f64 = 0.2;
const HOUR_SECONDS: i64 = 3_600;
const WEEK_SECONDS: f64 = 7.0 * 86_400.0;

/// One host.
pub(crate) struct Host {
    pub(crate) name: String,
    /// Values of all metrics, row by row, history and labelled part together.
    pub(crate) rows: Vec<Vec<f32>>,
    pub(crate) step_seconds: i64,
    /// Rows of the history.
    judged_from: usize,
    /// First and last row of each incident.
    incidents: Vec<(usize, usize)>,
}

/// Server metrics at five minutes.
pub(crate) fn asd(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    measure(hark, "ASD", hosts(&data.join("asd"), 300)?)
}

/// Server metrics at one minute.
pub(crate) fn smd(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    measure(hark, "SMD", hosts(&data.join("smd"), 60)?)
}

/// Incidents of ASD that are heard as shipped, and false alarms a host-week.
pub(crate) fn asd_shipped(hark: &Hark, data: &Path) -> Result<Option<(Share, f64)>, BenchError> {
    let hosts = hosts(&data.join("asd"), 300)?;
    if hosts.is_empty() {
        return Ok(None);
    }
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    hosts.iter().try_for_each(|host| host.write(folder.path()))?;
    let said = said::all(hark, folder.path(), Asked::Shipped)?;
    let all = sum(&hosts.iter().map(|host| host.score(&said)).collect::<Vec<Fared>>());
    Ok(Some((all.incidents, all.false_alarms as f64 / all.weeks)))
}

/// All hosts of a set, by name; nothing if it is not there.
pub(crate) fn hosts(folder: &Path, step_seconds: i64) -> Result<Vec<Host>, BenchError> {
    let Ok(entries) = fs::read_dir(folder.join("train")) else { return Ok(Vec::new()) };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".csv.gz").map(str::to_owned))
        .collect();
    names.sort();
    names.into_iter().map(|name| host(folder, name, step_seconds)).collect()
}

fn host(folder: &Path, name: String, step_seconds: i64) -> Result<Host, BenchError> {
    let mut rows = values(&folder.join(format!("train/{name}.csv.gz")))?;
    let judged_from = rows.len();
    rows.extend(values(&folder.join(format!("test/{name}.csv.gz")))?);
    let path = folder.join(format!("test_label/{name}.txt"));
    let labels = fs::read_to_string(&path).map_err(|source| BenchError::file(&path, source))?;
    let labels: Vec<bool> =
        labels.lines().map(|line| line.trim().parse::<f32>().is_ok_and(|label| label > 0.0)).collect();
    Ok(Host { name, rows, step_seconds, judged_from, incidents: incidents(&labels, judged_from) })
}

fn values(path: &Path) -> Result<Vec<Vec<f32>>, BenchError> {
    let mut text = String::new();
    let file = File::open(path).map_err(|source| BenchError::file(path, source))?;
    GzDecoder::new(file).read_to_string(&mut text).map_err(|source| BenchError::file(path, source))?;
    let numbers = |line: &str| line.split(',').map(|cell| cell.trim().parse().unwrap_or(f32::NAN)).collect();
    Ok(text.lines().map(numbers).collect())
}

/// Stretches of labelled rows, as rows of the whole.
fn incidents(labels: &[bool], offset: usize) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in labels.iter().enumerate().filter(|(_, label)| **label) {
        match found.last_mut() {
            Some(last) if last.1 + 1 == at + offset => last.1 = at + offset,
            _ => found.push((at + offset, at + offset)),
        }
    }
    found
}

/// How the hosts fared at one strength.
#[derive(Clone, Copy, Default)]
struct Fared {
    incidents: Share,
    false_alarms: usize,
    weeks: f64,
    by_chance: f64,
}

fn measure(hark: &Hark, set: &str, hosts: Vec<Host>) -> Result<Option<String>, BenchError> {
    if hosts.is_empty() {
        return Ok(None);
    }
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    hosts.iter().try_for_each(|host| host.write(folder.path()))?;
    let mut page = format!("{set}, {} hosts, {} metrics each\n\n", hosts.len(), hosts[0].rows[0].len());
    page.push_str("| strength at least | incidents heard | by chance | false alarms per host-week |\n|---|---|---|---|\n");
    let mut curve = Vec::new();
    for asked in STRENGTHS.into_iter().map(Asked::From).chain([Asked::Shipped]) {
        let said = said::all(hark, folder.path(), asked)?;
        let fared: Vec<Fared> = hosts.iter().map(|host| host.score(&said)).collect();
        page.push_str(&row(asked.name(), &sum(&fared)));
        if asked != Asked::Shipped {
            curve.push(fared);
        }
    }
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    let worth = |fared: &[Fared]| {
        let all = sum(fared);
        let beyond = (all.false_alarms as f64 / all.weeks - RATE_MAX).max(0.0);
        all.incidents.hits as f64 - 1e6 * beyond
    };
    let chosen: Vec<Fared> = cross_fitted(&curve, &names, worth).into_iter().map(|(_, one)| one).collect();
    page.push_str(&row("cross-fitted, most incidents at 0.20", &sum(&chosen)));
    Ok(Some(page))
}

fn row(name: &str, all: &Fared) -> String {
    format!(
        "| {name} | {} | {:.2} | {:.3} ({} in {:.0}) |\n",
        all.incidents,
        all.by_chance / all.incidents.of.max(1) as f64,
        all.false_alarms as f64 / all.weeks,
        all.false_alarms,
        all.weeks
    )
}

fn sum(fared: &[Fared]) -> Fared {
    fared.iter().fold(Fared::default(), |sum, one| sum.plus(*one))
}

impl Fared {
    fn plus(self, other: Self) -> Self {
        Self {
            incidents: Share {
                hits: self.incidents.hits + other.incidents.hits,
                of: self.incidents.of + other.incidents.of,
            },
            false_alarms: self.false_alarms + other.false_alarms,
            weeks: self.weeks + other.weeks,
            by_chance: self.by_chance + other.by_chance,
        }
    }
}

impl Host {
    /// Writes it as a wide table, in a folder of its name.
    fn write(&self, folder: &Path) -> Result<(), BenchError> {
        let folder = folder.join(&self.name);
        fs::create_dir_all(&folder).map_err(|source| BenchError::file(&folder, source))?;
        let mut text = String::from("time");
        (0..self.rows[0].len()).for_each(|at| text.push_str(&format!(",m{at:02}")));
        for (at, row) in self.rows.iter().enumerate() {
            text.push('\n');
            text.push_str(&stamp::text(self.time(at)));
            row.iter().for_each(|value| text.push_str(&format!(",{value}")));
        }
        let path = folder.join("metrics.csv");
        fs::write(&path, text + "\n").map_err(|source| BenchError::file(&path, source))
    }

    pub(crate) fn time(&self, row: usize) -> i64 {
        BEGIN + row as i64 * self.step_seconds
    }

    /// Whether people saw an incident in this row.
    pub(crate) fn is_hurt(&self, row: usize) -> bool {
        self.incidents.iter().any(|incident| (incident.0..=incident.1).contains(&row))
    }

    fn score(&self, said: &[Said]) -> Fared {
        let from = self.time(self.judged_from);
        let here =
            said.iter().filter(|one| one.service == self.name && one.noticed_at >= from && !one.explained);
        let windows: Vec<(i64, i64)> = self
            .incidents
            .iter()
            .map(|incident| (self.time(incident.0), self.time(incident.1 + 1) + HOUR_SECONDS))
            .collect();
        let within = |one: &Said, window: &(i64, i64)| (window.0..=window.1).contains(&one.noticed_at);
        let weeks = (self.time(self.rows.len()) - from) as f64 / WEEK_SECONDS;
        let false_alarms =
            here.clone().filter(|one| one.leads && !windows.iter().any(|window| within(one, window))).count();
        let heard = windows.iter().filter(|window| here.clone().any(|one| within(one, window))).count();
        let rate = false_alarms as f64 / weeks;
        let chance = |window: &(i64, i64)| 1.0 - (-rate * (window.1 - window.0) as f64 / WEEK_SECONDS).exp();
        Fared {
            incidents: Share { hits: heard, of: windows.len() },
            false_alarms,
            weeks,
            by_chance: windows.iter().map(chance).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_are_stretches_of_labels_and_heard_until_an_hour_after() {
        assert_eq!(incidents(&[false, true, true, false, true], 10), [(11, 12), (14, 14)]);
        let host = Host {
            name: "h".to_owned(),
            rows: vec![vec![0.0]; 2_016],
            step_seconds: 300,
            judged_from: 1_000,
            incidents: vec![(1_200, 1_205), (1_800, 1_801)],
        };
        let said = |row: usize, leads: bool| Said {
            service: "h".to_owned(),
            subject: "m00".to_owned(),
            kind: "metric-anomaly".to_owned(),
            noticed_at: host.time(row),
            explained: false,
            leads,
        };
        let fared = host.score(&[said(10, true), said(1_211, false), said(1_500, true), said(1_600, false)]);
        assert_eq!((fared.incidents, fared.false_alarms), (Share { hits: 1, of: 2 }, 1));
    }
}
