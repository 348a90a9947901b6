//! Slow drifts added to real series: how soon are they heard, and how often is a drift heard where none was added?
//!
//! Series are hourly medians of ASD and SMD metrics, picked by a rule that looks at no answer: those that move (more than
//! fifty different hourly values, and none that half of the hours share), up to [`METRICS_OF_HOST_MAX`] a host, spread
//! evenly. What people labelled as incidents is left out: it is no quiet. 8 % of the hours and one stretch of twelve are taken out, by seed. σ is the MAD-sigma of what the median of
//! each hour of the day leaves, before the onset, fourteen days before the end. Every second series drifts down.
//!
//! One series of a host drifts at a time, and of the others nothing is changed: how often something is said is kept by a budget
//! for each class, and a fleet of which every series drifts on the same day takes it away from each other. Both are told.
//!
//! A step at a known deploy is the other half: it must not be called anything but a step that is tied to the deploy.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::draw::Chance;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::interval::{Share, median};
use crate::metrics::folds::cross_fitted;
use crate::metrics::hosts::{BEGIN, Host, hosts};
use crate::metrics::others::{self, Heard};
use crate::metrics::said::{self, Asked, Said};
use crate::metrics::stamp;
use crate::metrics::table::Table;

const METRICS_OF_HOST_MAX: usize = 8;
const DAY: usize = 24;
const DRIFT_HOURS: usize = 14 * DAY;
const WARM_UP_HOURS: usize = 14 * DAY;
const MISSING_PER_CENT: u64 = 8;
const GAP_HOURS: usize = 12;
const SEED: u64 = 52;
const SLOPES: [f64; 3] = [1.0, 0.5, 0.25];
const STEP_SIGMAS: f64 = 2.0;

/// One hourly series.
struct Series {
    host: String,
    metric: usize,
    values: Vec<f64>,
    sigma: f64,
    sign: f64,
    /// When it drifts, if one of its host does at a time.
    turn: usize,
}

/// The tables of drifts and of deploys.
pub(crate) fn measure(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    let series = all_series(data)?;
    if series.is_empty() {
        return Ok(None);
    }
    let clean = heard(hark, &series, |_, _| 0.0, false)?;
    let mut page = format!(
        "Injected drift, {} series of {} hosts, seed {SEED}\n\n",
        series.len(),
        series.chunk_by(|a, b| a.host == b.host).count()
    );
    page.push_str(&quiet_rows(&series, &clean));
    page.push_str(
        "\n| σ a day | days to be heard, median | within 7 days | within 14 days | by chance in 14 days |\n",
    );
    page.push_str("|---|---|---|---|---|\n");
    for slope in SLOPES {
        let found = found_one_by_one(hark, &series, slope)?;
        page.push_str(&drift_row(&slope.to_string(), &found, &series, &clean));
    }
    for slope in SLOPES {
        let said = heard(hark, &series, |one, since| drifted(one, slope, since), false)?;
        let found: Vec<f64> = series.iter().map(|one| one.days(&said)).collect();
        page.push_str(&drift_row(&format!("{slope}, all on the same day"), &found, &series, &clean));
    }
    let step = |one: &Series, since: f64| if since > 0.0 { one.sign * one.sigma * STEP_SIGMAS } else { 0.0 };
    let speaks = |one: &Series, said: &[Said]| one.days(said) <= DRIFT_HOURS as f64 / DAY as f64;
    let untied = |said: &[Said]| Share::count(&series, |one| speaks(one, said));
    page.push_str(
        "\n| step of 2 σ | series with a signal in 14 days that is not tied to it | where nothing was added | only with the step | only without |\n|---|---|---|---|---|\n",
    );
    for (name, deploys) in [("at a known deploy", true), ("without one", false)] {
        let said = heard(hark, &series, step, deploys)?;
        // Most of these series say something of their own in two weeks: what the step adds is told by pairs.
        let only = |with: bool| {
            series.iter().filter(|one| speaks(one, &said) == with && speaks(one, &clean) != with).count()
        };
        let (more, fewer) = (only(true), only(false));
        writeln!(page, "| {name} | {} | {} | {more} | {fewer} |", untied(&said), untied(&clean))
            .expect("a string takes all that is written");
    }
    Ok(Some(page))
}

/// Drifts of one sigma a day, all on the same day, that are heard within fourteen days, and what is said in a series-week without them, one for each cluster.
pub(crate) fn shipped(hark: &Hark, data: &Path) -> Result<Option<(Share, f64)>, BenchError> {
    let series = all_series(data)?;
    if series.is_empty() {
        return Ok(None);
    }
    let clean = heard(hark, &series, |_, _| 0.0, false)?;
    let said = heard(hark, &series, |one, since| drifted(one, 1.0, since), false)?;
    let leads = clean.iter().filter(is_after_warm_up).filter(|one| one.leads).count();
    Ok(Some((Share::count(&series, |one| one.days(&said) <= 14.0), leads as f64 / weeks(&series))))
}

/// What other tools hear of drifts of one series of a host at a time, at as many alarms where nothing was added; each with the threshold that is best on the
/// other half of the hosts. They get what the season leaves, by the median of each hour of the day in the first two weeks.
pub(crate) fn beside(hark: &Hark, data: &Path, python: &Path) -> Result<Option<String>, BenchError> {
    let series = all_series(data)?;
    let added: Vec<f64> = std::iter::once(0.0).chain(SLOPES).collect();
    let heard_of = |slope: &f64| series.iter().map(|one| one.heard_beside(*slope)).collect::<Vec<Heard>>();
    let asked: Vec<Heard> = added.iter().flat_map(heard_of).collect();
    let Some(alarms) = (if series.is_empty() { None } else { others::alarms(python, &asked)? }) else {
        return Ok(None);
    };
    let clean = heard(hark, &series, |_, _| 0.0, false)?;
    let rate = clean.iter().filter(is_after_warm_up).count() as f64 / weeks(&series);
    let names: Vec<&str> = series.iter().map(|one| one.host.as_str()).collect();
    let mut page = format!(
        "Injected drift beside other tools, at {rate:.3} alarms a series-week where nothing was added (all that `hark listen` says there)\n\n\
         | tool | σ a day | days to be heard, median | within 14 days | alarms per series-week where nothing was added |\n|---|---|---|---|---|\n"
    );
    for slope in SLOPES {
        let found = found_one_by_one(hark, &series, slope)?;
        page.push_str(&beside_row("`hark listen`, as shipped", slope, &found, rate));
    }
    for (tool, points) in &alarms {
        for (at, slope) in (1..).zip(SLOPES) {
            let curve: Vec<Vec<Fared>> = points
                .iter()
                .map(|rows| {
                    let of_each = series.iter().enumerate();
                    of_each
                        .map(|(one, series)| series.fare(&asked, rows, one, at * names.len() + one))
                        .collect()
                })
                .collect();
            let worth = |fared: &[Fared]| {
                let weeks: f64 = fared.iter().map(|one| one.weeks).sum();
                let alarms = fared.iter().map(|one| one.alarms).sum::<usize>() as f64;
                let found = fared.iter().filter(|one| one.days <= 14.0).count() as f64;
                found - 1e6 * (alarms / weeks - rate).max(0.0)
            };
            let fared: Vec<Fared> =
                cross_fitted(&curve, &names, worth).into_iter().map(|(_, one)| one).collect();
            let alarms = fared.iter().map(|one| one.alarms).sum::<usize>() as f64;
            let found: Vec<f64> = fared.iter().map(|one| one.days).collect();
            page.push_str(&beside_row(tool, slope, &found, alarms / weeks(&series)));
        }
    }
    Ok(Some(page))
}

fn beside_row(tool: &str, slope: f64, found: &[f64], rate: f64) -> String {
    let middle = median(found.to_vec()).filter(|days| days.is_finite());
    format!(
        "| {tool} | {slope} | {} | {} | {rate:.3} |\n",
        middle.map_or_else(|| "never".to_owned(), |days| format!("{days:.1}")),
        Share::count(found, |days| **days <= 14.0),
    )
}

/// How another tool fared on one series.
#[derive(Clone, Copy)]
struct Fared {
    /// Until it alarmed after the onset.
    days: f64,
    /// Where nothing was added, from the third week on.
    alarms: usize,
    weeks: f64,
}

/// The series of all hosts that are there.
fn all_series(data: &Path) -> Result<Vec<Series>, BenchError> {
    let mut all = hosts(&data.join("asd"), 300)?;
    all.extend(hosts(&data.join("smd"), 60)?);
    Ok(all.iter().flat_map(picked).collect())
}

/// Weeks of all series from the third one on.
fn weeks(series: &[Series]) -> f64 {
    series.iter().map(|one| (one.values.len() - WARM_UP_HOURS) as f64 / (7 * DAY) as f64).sum()
}

fn is_after_warm_up(one: &&Said) -> bool {
    one.noticed_at >= BEGIN + (WARM_UP_HOURS * 3_600) as i64
}

fn drifted(one: &Series, slope: f64, since_hours: f64) -> f64 {
    one.sign * one.sigma * slope * since_hours / DAY as f64
}

/// Days until each series was heard, if it is the only one of its host that drifts.
fn found_one_by_one(hark: &Hark, series: &[Series], slope: f64) -> Result<Vec<f64>, BenchError> {
    let mut found = vec![f64::INFINITY; series.len()];
    for turn in 0..METRICS_OF_HOST_MAX {
        let added =
            |one: &Series, since: f64| if one.turn == turn { drifted(one, slope, since) } else { 0.0 };
        let said = heard(hark, series, added, false)?;
        for (days, one) in found.iter_mut().zip(series).filter(|(_, one)| one.turn == turn) {
            *days = one.days(&said);
        }
    }
    Ok(found)
}

fn quiet_rows(series: &[Series], clean: &[Said]) -> String {
    let weeks = weeks(series);
    let mut page = String::from(
        "| said where nothing was added, from the third week on | per series-week | one for each cluster |\n|---|---|---|\n",
    );
    let mut kinds: Vec<&str> = clean.iter().map(|one| one.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let row = |name: &str, is_of: &dyn Fn(&Said) -> bool| {
        let said: Vec<&Said> = clean.iter().filter(is_after_warm_up).filter(|one| is_of(one)).collect();
        let lead = said.iter().filter(|one| one.leads).count();
        let rate = |count: usize| format!("{:.3} ({count} in {weeks:.0})", count as f64 / weeks);
        format!("| {name} | {} | {} |\n", rate(said.len()), rate(lead))
    };
    for kind in kinds {
        page.push_str(&row(kind, &|one| one.kind == kind));
    }
    page + &row("all", &|_| true)
}

fn drift_row(name: &str, found: &[f64], series: &[Series], clean: &[Said]) -> String {
    let chance = Share::count(series, |one| one.days(clean) <= 14.0);
    let middle = median(found.to_vec()).filter(|days| days.is_finite());
    format!(
        "| {name} | {} | {} | {} | {:.2} |\n",
        middle.map_or_else(|| "never".to_owned(), |days| format!("{days:.1}")),
        Share::count(found, |days| **days <= 7.0),
        Share::count(found, |days| **days <= 14.0),
        chance.value(),
    )
}

/// Metrics that move, spread evenly over those of the host.
fn picked(host: &Host) -> Vec<Series> {
    moving(host)
        .into_iter()
        .enumerate()
        .map(|(at, (metric, values))| {
            let sigma = sigma(&values[..values.len() - DRIFT_HOURS]);
            let sign = if at % 2 == 0 { 1.0 } else { -1.0 };
            let seed = SEED
                .wrapping_add((metric * 1_000) as u64)
                .wrapping_add(host.name.bytes().map(u64::from).sum::<u64>());
            let values = holed(values, seed);
            Series { host: host.name.clone(), metric, values, sigma, sign, turn: at }
        })
        .filter(|one| one.sigma > 0.0)
        .collect()
}

/// Hourly medians of metrics that move, spread evenly over those of the host, by their numbers.
pub(crate) fn moving(host: &Host) -> Vec<(usize, Vec<f64>)> {
    let moving: Vec<(usize, Vec<f64>)> = (0..host.rows[0].len())
        .map(|metric| (metric, hourly(host, metric)))
        .filter(|(_, values)| moves(values))
        .collect();
    let step = moving.len().div_ceil(METRICS_OF_HOST_MAX).max(1);
    moving.into_iter().step_by(step).collect()
}

fn hourly(host: &Host, metric: usize) -> Vec<f64> {
    let rows = (3_600 / host.step_seconds) as usize;
    let middle = |hour: usize| {
        let sound = (hour * rows..(hour + 1) * rows).filter(|row| !host.is_hurt(*row));
        median(sound.map(|row| f64::from(host.rows[row][metric])).collect()).unwrap_or(f64::NAN)
    };
    (0..host.rows.len() / rows).map(middle).collect()
}

fn moves(values: &[f64]) -> bool {
    let before = &values[..values.len().saturating_sub(DRIFT_HOURS)];
    let mut sorted: Vec<f64> = before.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let most = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
    let different = sorted.chunk_by(|a, b| a == b).count();
    different > 50 && most * 2 < sorted.len()
}

/// The median of each hour of the day.
fn usual(values: &[f64]) -> Vec<f64> {
    (0..DAY)
        .map(|hour| {
            median(values.iter().skip(hour).step_by(DAY).copied().filter(|value| value.is_finite()).collect())
                .unwrap_or(0.0)
        })
        .collect()
}

/// The MAD-sigma around the median of each hour of the day.
fn sigma(values: &[f64]) -> f64 {
    let usual = usual(values);
    let rest = values.iter().enumerate().map(|(at, value)| (value - usual[at % DAY]).abs());
    1.4826 * median(rest.filter(|rest| rest.is_finite()).collect()).unwrap_or(0.0)
}

/// With hours taken out, as `NaN`.
fn holed(mut values: Vec<f64>, seed: u64) -> Vec<f64> {
    let mut chance = Chance::of_small(seed);
    for value in &mut values {
        if chance.below(100) < MISSING_PER_CENT {
            *value = f64::NAN;
        }
    }
    let gap = chance.below((values.len() - GAP_HOURS) as u64) as usize;
    values[gap..gap + GAP_HOURS].fill(f64::NAN);
    values
}

impl Series {
    fn name(&self) -> String {
        format!("m{:02}", self.metric)
    }

    /// What the season of its first weeks leaves of it, with a drift added.
    fn heard_beside(&self, slope: f64) -> Heard {
        let usual = usual(&self.values[..WARM_UP_HOURS]);
        let onset = self.onset_row();
        let drift = |at: usize| if at < onset { 0.0 } else { drifted(self, slope, (at - onset + 1) as f64) };
        let measured = self.values.iter().enumerate().filter(|(_, value)| value.is_finite());
        let left =
            measured.map(|(at, value)| (BEGIN + (at * 3_600) as i64, value - usual[at % DAY] + drift(at)));
        let (times, values) = left.unzip();
        Heard { times, values, drifts: true }
    }

    /// `rows` are alarms in each of the series that were `asked` about: this one as it is, and this one drifting.
    fn fare(&self, asked: &[Heard], rows: &[Vec<usize>], clean: usize, drifting: usize) -> Fared {
        let alarms = |at: usize| rows[at].iter().map(move |row| asked[at].times[*row]);
        let first = alarms(drifting).find(|time| *time > self.onset());
        Fared {
            days: first.map_or(f64::INFINITY, |time| (time - self.onset()) as f64 / 86_400.0),
            alarms: alarms(clean).filter(|time| *time >= BEGIN + (WARM_UP_HOURS * 3_600) as i64).count(),
            weeks: (self.values.len() - WARM_UP_HOURS) as f64 / (7 * DAY) as f64,
        }
    }

    fn onset_row(&self) -> usize {
        self.values.len() - DRIFT_HOURS
    }

    fn onset(&self) -> i64 {
        BEGIN + (self.onset_row() * 3_600) as i64
    }

    /// Days from the onset until something is said of it that no change explains.
    fn days(&self, said: &[Said]) -> f64 {
        let first = self.heard(said).find(|signal| signal.noticed_at > self.onset() && !signal.explained);
        first.map_or(f64::INFINITY, |signal| (signal.noticed_at - self.onset()) as f64 / 86_400.0)
    }

    fn heard<'a>(&'a self, said: &'a [Said]) -> impl Iterator<Item = &'a Said> {
        let name = self.name();
        said.iter().filter(move |one| one.service == self.host && one.subject == name)
    }
}

/// What is said when this is added, so many hours after the onset.
fn heard(
    hark: &Hark,
    series: &[Series],
    added: impl Fn(&Series, f64) -> f64,
    deploys: bool,
) -> Result<Vec<Said>, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    for of_host in series.chunk_by(|a, b| a.host == b.host) {
        let place = folder.path().join(&of_host[0].host);
        let mut table = Table::new();
        for one in of_host {
            let onset = one.onset_row();
            for (at, value) in one.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
                let value = value + if at < onset { 0.0 } else { added(one, (at - onset + 1) as f64) };
                table.add(BEGIN + (at * 3_600) as i64, &one.name(), value);
            }
        }
        table.write(&place)?;
        if deploys {
            let path = place.join("app.log");
            fs::write(&path, versions(&of_host[0])).map_err(|source| BenchError::file(&path, source))?;
        }
    }
    said::all(hark, folder.path(), Asked::Shipped)
}

/// A line an hour that names its version, another one from the onset on.
fn versions(one: &Series) -> String {
    (0..one.values.len()).fold(String::new(), |mut log, at| {
        let version = if at < one.onset_row() { "1.0" } else { "1.1" };
        let time = stamp::text(BEGIN + (at * 3_600) as i64 + 60);
        writeln!(
            log,
            r#"{{"time":"{time}","level":"INFO","message":"still here","service.name":"{}","service.version":"{version}"}}"#,
            one.host
        )
        .expect("a string takes all that is written");
        log
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_what_the_hours_of_the_day_leave() {
        let wave: Vec<f64> = (0..240).map(|at| f64::from(at % 24) * 100.0 + f64::from(at / 24 % 2)).collect();
        assert!((sigma(&wave) - 1.4826 * 0.5).abs() < 1e-9);
    }

    #[test]
    fn what_stands_still_is_not_picked_and_holes_are_the_same_every_time() {
        assert!(!moves(&vec![1.0; 1_000]));
        assert!(moves(&(0..1_000).map(f64::from).collect::<Vec<f64>>()));
        let holes = |seed| holed(vec![1.0; 1_000], seed).iter().filter(|value| value.is_nan()).count();
        assert_eq!(holes(1), holes(1));
        assert!((60..=130).contains(&holes(1)), "{}", holes(1));
    }
}
