//! Quiet series with a week of their own, over changed clocks and holidays: is more said there than in ordinary weeks?
//!
//! Each series is made from a real one (hourly medians of ASD and SMD metrics that move, labelled incidents left out): its
//! median week, and days of what that week leaves, drawn by seed. It is laid out anew over fourteen weeks in the winter and
//! spring of a zone whose clocks change after nine. Nothing happens in it. It is listened to four times: as it is in universal
//! time; by people who change their clocks; by machines that do not, where people do; and with three Mondays that are like Sundays
//! and stand in `hark.toml`. What is said in the weeks after the change, or with holidays, stands beside what is said in the same
//! weeks of the first world.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;

use crate::draw::Chance;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::interval::median;
use crate::metrics::drift::moving;
use crate::metrics::hosts::hosts;
use crate::metrics::said::{self, Said};
use crate::metrics::stamp;
use crate::metrics::table::Table;

const ZONE: &str = "America/New_York";
/// 2026-01-05T05:00:00Z, a Monday's midnight there.
const FIRST: i64 = 1_767_589_200;
const WEEKS: i64 = 14;
/// From the fifth week on.
const JUDGED_FROM_WEEK: i64 = 4;
/// Clocks change on the Sunday that ends the ninth week.
const CHANGED_WEEK: i64 = 9;
const CHANGED_WEEKS: i64 = 3;
/// Days from the first.
const HOLIDAYS: [i64; 3] = [42, 63, 91];
const HOUR_SECONDS: i64 = 3_600;
const WEEK_HOURS: usize = 168;
const SEED: u64 = 77;

/// A real series, taken apart.
struct Source {
    host: String,
    metric: usize,
    /// By hour of the week, from Monday on.
    week: Vec<f64>,
    /// What it leaves, day by day.
    days: Vec<Vec<f64>>,
}

/// How a world differs from an ordinary one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Plain,
    People,
    Machines,
    Holidays,
}

/// The table of the four worlds.
pub(crate) fn measure(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    let mut all = hosts(&data.join("asd"), 300)?;
    all.extend(hosts(&data.join("smd"), 60)?);
    let sources: Vec<Source> = all
        .iter()
        .flat_map(|host| {
            moving(host).into_iter().map(|(metric, values)| taken_apart(&host.name, metric, &values))
        })
        .collect();
    if sources.is_empty() {
        return Ok(None);
    }
    let mut page = format!("Quiet weeks, {} series of {} hosts, seed {SEED}\n\n", sources.len(), all.len());
    page.push_str("| world | signals a series-week, from the fifth week on | in the three weeks after the change | in weeks with a holiday |\n|---|---|---|---|\n");
    let worlds = [
        ("ordinary, universal time", World::Plain),
        ("people who change their clocks", World::People),
        ("machines that do not, where people do", World::Machines),
        ("three holidays, known", World::Holidays),
    ];
    for (name, world) in worlds {
        let said = heard(hark, &sources, world)?;
        let rate = |weeks: Vec<i64>| {
            let count = said.iter().filter(|one| one.leads && weeks.contains(&week_of(one))).count();
            let of = weeks.len() * sources.len();
            format!("{:.4} ({count} in {of})", count as f64 / of as f64)
        };
        let after = (CHANGED_WEEK..CHANGED_WEEK + CHANGED_WEEKS).collect();
        let with_holiday = HOLIDAYS.iter().map(|day| day / 7).collect();
        writeln!(
            page,
            "| {name} | {} | {} | {} |",
            rate((JUDGED_FROM_WEEK..WEEKS).collect()),
            rate(after),
            rate(with_holiday)
        )
        .expect("a string takes all that is written");
    }
    Ok(Some(page))
}

fn week_of(said: &Said) -> i64 {
    // What is noticed when an hour closes belongs to that hour.
    (said.noticed_at - 1 - FIRST).div_euclid(WEEK_HOURS as i64 * HOUR_SECONDS)
}

fn taken_apart(host: &str, metric: usize, values: &[f64]) -> Source {
    let known = |values: Vec<f64>| median(values.into_iter().filter(|value| value.is_finite()).collect());
    let all = known(values.to_vec()).unwrap_or(0.0);
    let week: Vec<f64> = (0..WEEK_HOURS)
        .map(|slot| known(values.iter().skip(slot).step_by(WEEK_HOURS).copied().collect()).unwrap_or(all))
        .collect();
    let rest: Vec<f64> = values.iter().enumerate().map(|(at, value)| value - week[at % WEEK_HOURS]).collect();
    let days =
        rest.chunks_exact(24).map(<[f64]>::to_vec).filter(|day| day.iter().all(|rest| rest.is_finite()));
    Source { host: host.to_owned(), metric, week, days: days.collect() }
}

impl Source {
    /// The value of each hour of the world.
    fn values(&self, world: World, zone: &TimeZone) -> Vec<f64> {
        let seed = SEED + self.metric as u64 * 1_000 + self.host.bytes().map(u64::from).sum::<u64>();
        let mut chance = Chance::of_small(seed);
        let days: Vec<usize> =
            (0..=WEEKS * 7).map(|_| chance.below(self.days.len().max(1) as u64) as usize).collect();
        let follows_clocks = matches!(world, World::People | World::Holidays);
        (0..WEEKS * WEEK_HOURS as i64)
            .map(|hour| {
                let time = FIRST + hour * HOUR_SECONDS;
                let moved = if follows_clocks { offset(zone, time) - offset(zone, FIRST) } else { 0 };
                let local = hour + moved / HOUR_SECONDS;
                let day = local.div_euclid(24);
                let is_holiday = world == World::Holidays && HOLIDAYS.contains(&day);
                let weekday = if is_holiday { 6 } else { day.rem_euclid(7) };
                let of_day = local.rem_euclid(24) as usize;
                let rest = self.days.get(days[day as usize % days.len()]).map_or(0.0, |day| day[of_day]);
                self.week[weekday as usize * 24 + of_day] + rest
            })
            .collect()
    }
}

fn offset(zone: &TimeZone, seconds: i64) -> i64 {
    let time = jiff::Timestamp::from_second(seconds).expect("a time of this century");
    i64::from(zone.to_offset(time).seconds())
}

fn heard(hark: &Hark, sources: &[Source], world: World) -> Result<Vec<Said>, BenchError> {
    let zone = TimeZone::get(ZONE).map_err(|error| BenchError::Request(error.to_string()))?;
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    for of_host in sources.chunk_by(|a, b| a.host == b.host) {
        let mut table = Table::new();
        for one in of_host {
            for (hour, value) in one.values(world, &zone).into_iter().enumerate() {
                table.add(FIRST + hour as i64 * HOUR_SECONDS, &format!("m{:02}", one.metric), value);
            }
        }
        table.write(&folder.path().join(&of_host[0].host))?;
    }
    let day = |day: i64| stamp::text(FIRST + (day * 24 + 12) * HOUR_SECONDS)[..10].to_owned();
    let holidays: Vec<String> = HOLIDAYS.map(|at| format!("\"{}\"", day(at))).into();
    let settings = match world {
        World::Plain => String::new(),
        World::People | World::Machines => format!("[sources]\ntz = \"{ZONE}\"\n"),
        World::Holidays => {
            format!("[sources]\ntz = \"{ZONE}\"\n[season]\nholidays = [{}]\n", holidays.join(", "))
        }
    };
    let path = folder.path().join("hark.toml");
    fs::write(&path, settings).map_err(|source| BenchError::file(&path, source))?;
    said::all(hark, folder.path(), said::Asked::Shipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each hour of the week has a value of its own, and no day leaves anything.
    fn source() -> Source {
        let values: Vec<f64> = (0..4 * WEEK_HOURS).map(|at| (at % WEEK_HOURS) as f64).collect();
        taken_apart("h", 0, &values)
    }

    #[test]
    fn clocks_move_people_and_not_machines_and_holidays_are_sundays() {
        let zone = TimeZone::get(ZONE).unwrap();
        let at = |world, day: usize, hour: usize| source().values(world, &zone)[day * 24 + hour];
        assert_eq!([at(World::People, 0, 9), at(World::Machines, 0, 9)], [9.0, 9.0]);
        // The first Monday after the change: what began at nine begins an hour earlier by universal time.
        assert_eq!([at(World::People, 63, 9), at(World::Machines, 63, 9)], [10.0, 9.0]);
        assert_eq!([at(World::Plain, 42, 9), at(World::Holidays, 42, 9)], [9.0, 6.0 * 24.0 + 9.0]);
    }

    #[test]
    fn the_first_day_is_a_monday_there_and_holidays_are_mondays() {
        let zone = TimeZone::get(ZONE).unwrap();
        let first = zone.to_datetime(jiff::Timestamp::from_second(FIRST).unwrap());
        assert_eq!((first.weekday(), first.hour()), (jiff::civil::Weekday::Monday, 0));
        assert!(HOLIDAYS.iter().all(|day| day % 7 == 0));
    }
}
