//! Shapes added to real series: is it heard when a series moves as it never did, within the values that are usual for it?
//!
//! The series are medians over five minutes of those that the drifts are added to (see `drift`), what people labelled left out. Once in the last twelve days, by day and by seed, a few hours of one series of
//! each host are replaced; nothing that is added goes beyond what nine in ten hours of the week before reached, so that no value, and no level of a day, is a
//! record. Most of the shapes were made while the method was sketched, on other hours of these hosts; [`Kind::Stairs`] and [`Kind::Switch`] when its main part had
//! been chosen. A mirrored stretch and one that stands still are there to say what is not heard.

use std::fmt::Write as _;
use std::path::Path;

use crate::draw::Chance;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::interval::{Share, median};
use crate::metrics::drift::moving;
use crate::metrics::hosts::{BEGIN, Host, hosts};
use crate::metrics::said::{self, Asked, Said};
use crate::metrics::table::Table;

const STEP_SECONDS: i64 = 300;
const HOUR: usize = 12;
const DAY: usize = 24 * HOUR;
const SEED: u64 = 71;
const LAST_DAYS: usize = 12;
const WARM_UP_DAYS: usize = 14;
/// After its end it may still be noticed, since hours close and some are judged over several.
const HEARD_WITHIN: usize = 6 * HOUR;
/// Hours around it in which nobody labelled anything.
const SOUND: usize = 6 * HOUR;

/// What a stretch is replaced by.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Saw,
    Wave,
    Stairs,
    Switch,
    Mirrored,
    Still,
}

const KINDS: [Kind; 6] = [Kind::Saw, Kind::Wave, Kind::Stairs, Kind::Switch, Kind::Mirrored, Kind::Still];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Saw => "a saw, a tooth an hour, four hours",
            Self::Wave => "a wave of half an hour, three hours",
            Self::Stairs => "stairs of half an hour, four hours",
            Self::Switch => "on and off every ten minutes, three hours",
            Self::Mirrored => "six hours mirrored",
            Self::Still => "four hours standing still",
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Saw | Self::Stairs | Self::Still => 4 * HOUR,
            Self::Wave | Self::Switch => 3 * HOUR,
            Self::Mirrored => 6 * HOUR,
        }
    }

    /// The value so many parts after the beginning, where `value` was, between what is usually `low` and `high`.
    fn at(self, part: usize, value: f64, low: f64, high: f64) -> f64 {
        let up = |share: f64| low + share * (high - low);
        match self {
            Self::Saw => up((part % HOUR) as f64 / (HOUR - 1) as f64),
            Self::Wave => up(0.5 + 0.5 * (part as f64 / 6.0 * std::f64::consts::TAU).sin()),
            Self::Stairs => up((part / 6 % 4) as f64 / 3.0),
            Self::Switch => up(if part % 4 < 2 { 0.2 } else { 0.8 }),
            Self::Mirrored => (low + high - value).clamp(low, high),
            Self::Still => up(0.5),
        }
    }
}

/// One series, in medians of five minutes.
struct Series {
    host: String,
    metric: usize,
    values: Vec<f64>,
    /// When it is changed, if one of its host is at a time.
    turn: usize,
    begin: usize,
    low: f64,
    high: f64,
}

/// The tables.
pub(crate) fn measure(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    let mut all = hosts(&data.join("asd"), 300)?;
    all.extend(hosts(&data.join("smd"), 60)?);
    let series: Vec<Series> = all.iter().flat_map(picked).collect();
    let Some(turns) = series.iter().map(|one| one.turn + 1).max() else { return Ok(None) };
    let hosts = series.chunk_by(|a, b| a.host == b.host).count();
    let mut page =
        format!("Shapes added within usual values, {} series of {hosts} hosts, seed {SEED}\n", series.len());
    let clean = heard(hark, &series, |_| None)?;
    let weeks: f64 = series.iter().map(|one| (one.values.len() / DAY - WARM_UP_DAYS) as f64 / 7.0).sum();
    let from = BEGIN + (WARM_UP_DAYS * DAY) as i64 * STEP_SECONDS;
    let false_alarms = clean.iter().filter(|one| one.leads && one.noticed_at >= from).count();
    let rate = false_alarms as f64 / weeks;
    writeln!(
        page,
        "\nAs shipped, where nothing was added {rate:.3} said in a series-week, one for each cluster ({false_alarms} in {weeks:.0}):\n"
    )
    .expect("a string takes all that is written");
    page.push_str("| what was added | heard | said there without it |\n|---|---|---|\n");
    for kind in KINDS {
        let mut found = Vec::new();
        for turn in 0..turns {
            let said = heard(hark, &series, |one| (one.turn == turn).then_some(kind))?;
            let those = series.iter().filter(|one| one.turn == turn);
            found.extend(those.map(|one| (one.is_heard(&said, kind), one.is_heard(&clean, kind))));
        }
        let (with, without) = (Share::count(&found, |one| one.0), Share::count(&found, |one| one.1));
        writeln!(page, "| {} | {with} | {without} |", kind.name())
            .expect("a string takes all that is written");
    }
    Ok(Some(page))
}

/// The same series that drifts are added to.
fn picked(host: &Host) -> Vec<Series> {
    let places = sound(host);
    let mut chance = Chance::of_small(SEED.wrapping_add(host.name.bytes().map(u64::from).sum::<u64>()));
    let picked = moving(host).into_iter().enumerate().filter(|_| !places.is_empty());
    picked
        .map(|(turn, (metric, _))| {
            let values = minutes(host, metric);
            let begin = places[chance.below(places.len() as u64) as usize];
            let (low, high) = ends(&values[begin - 7 * DAY..begin]);
            Series { host: host.name.clone(), metric, values, turn, begin, low, high }
        })
        .collect()
}

/// Where something may be added: by day, in the last days, far from what people labelled.
fn sound(host: &Host) -> Vec<usize> {
    let rows = (STEP_SECONDS / host.step_seconds) as usize;
    let parts = host.rows.len() / rows;
    let longest = KINDS.into_iter().map(Kind::length).max().expect("there are kinds");
    let is_sound = |part: &usize| {
        let around = (part - SOUND) * rows..(part + longest + SOUND) * rows;
        (6..15).contains(&(part % DAY / HOUR)) && !around.into_iter().any(|row| host.is_hurt(row))
    };
    (parts.saturating_sub(LAST_DAYS * DAY)..parts - DAY).step_by(HOUR).filter(is_sound).collect()
}

fn minutes(host: &Host, metric: usize) -> Vec<f64> {
    let rows = (STEP_SECONDS / host.step_seconds) as usize;
    let middle = |part: usize| {
        let sound = (part * rows..(part + 1) * rows).filter(|row| !host.is_hurt(*row));
        median(sound.map(|row| f64::from(host.rows[row][metric])).collect()).unwrap_or(f64::NAN)
    };
    (0..host.rows.len() / rows).map(middle).collect()
}

/// Between these lie nine in ten of the hours.
fn ends(values: &[f64]) -> (f64, f64) {
    let hour = |values: &[f64]| median(values.iter().copied().filter(|value| value.is_finite()).collect());
    let mut hours: Vec<f64> = values.chunks(HOUR).filter_map(hour).collect();
    hours.sort_by(f64::total_cmp);
    let at = |share: usize| hours.get(hours.len() * share / 100).copied().unwrap_or(f64::NAN);
    (at(5), at(95))
}

impl Series {
    fn name(&self) -> String {
        format!("m{:02}", self.metric)
    }

    fn value(&self, at: usize, kind: Option<Kind>) -> f64 {
        let value = self.values[at];
        match (kind, at.checked_sub(self.begin)) {
            (Some(kind), Some(part)) if part < kind.length() => kind.at(part, value, self.low, self.high),
            _ => value,
        }
    }

    fn is_heard(&self, said: &[Said], kind: Kind) -> bool {
        let at = |part: usize| BEGIN + part as i64 * STEP_SECONDS;
        let window = at(self.begin)..=at(self.begin + kind.length() + HEARD_WITHIN);
        let name = self.name();
        said.iter().any(|one| {
            one.service == self.host
                && one.subject == name
                && !one.explained
                && window.contains(&one.noticed_at)
        })
    }
}

/// What is said when those of which it names a kind are changed.
fn heard(
    hark: &Hark,
    series: &[Series],
    changed: impl Fn(&Series) -> Option<Kind>,
) -> Result<Vec<Said>, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    for of_host in series.chunk_by(|a, b| a.host == b.host) {
        let mut table = Table::new();
        for one in of_host {
            let kind = changed(one);
            let values = (0..one.values.len()).map(|at| (at, one.value(at, kind)));
            for (at, value) in values.filter(|(_, value)| value.is_finite()) {
                table.add(BEGIN + at as i64 * STEP_SECONDS, &one.name(), value);
            }
        }
        table.write(&folder.path().join(&of_host[0].host))?;
    }
    said::all(hark, folder.path(), Asked::Shipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_added_lies_beyond_the_usual_values() {
        for kind in KINDS {
            for part in 0..kind.length() {
                let value = kind.at(part, 40.0 * (part % 3) as f64 - 30.0, -2.0, 3.0);
                assert!((-2.0..=3.0).contains(&value), "{kind:?} {part} {value}");
            }
        }
    }

    #[test]
    fn only_the_stretch_is_changed() {
        let values = vec![1.0; 3 * DAY];
        let one =
            Series { host: "h".to_owned(), metric: 3, values, turn: 0, begin: DAY, low: 0.0, high: 1.0 };
        let changed: Vec<usize> =
            (0..3 * DAY).filter(|at| one.value(*at, Some(Kind::Still)) != one.value(*at, None)).collect();
        assert_eq!(changed, (DAY..DAY + 4 * HOUR).collect::<Vec<usize>>());
    }
}
