//! Disks with daily counters, some of which failed (Backblaze, 2013 to 2016): is one flagged before it fails, and how many that do not?
//!
//! A disk is a service with its nine SMART counters as gauges, one value a day; one disk in twenty-four of the set, so that failures
//! are as rare as they are. The set tells power-on hours; they are laid out from each disk's first date on. Everything is listened to at once and as shipped; a
//! disk is flagged by the first unexplained signal of at least some strength within its days, and that strength is
//! chosen on one half of the disks for the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::error::BenchError;
use crate::hark::{Hark, array, text};
use crate::interval::Share;
use crate::metrics::stamp;

/// One disk in so many is looked at.
const EVERY: usize = 24;
/// What may be flagged of healthy disks.
const HEALTHY_MAX: f64 = 0.05;
/// Strengths from which a signal flags.
const STRENGTHS: [f64; 9] = [0.0, 0.5, 0.525, 0.55, 0.575, 0.6, 0.65, 0.7, 0.8];
const DAY_SECONDS: i64 = 86_400;
const COUNTERS: std::ops::Range<usize> = 12..21;

/// One disk.
#[derive(Default)]
struct Disk {
    /// Seconds since 1970 on its first day, and after its last.
    from: i64,
    to: i64,
    fails: bool,
    /// From which power-on hour on the counters stood so; they stay until the next.
    rows: Vec<(i64, i64, Vec<String>)>,
    /// Signals within its days: when, and how strong.
    said: Vec<(i64, f64)>,
}

/// The table, or nothing if the set is not there.
pub(crate) fn measure(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    let path = data.join("backblaze/hds.csv.gz");
    let Ok(file) = File::open(&path) else { return Ok(None) };
    let mut table = String::new();
    GzDecoder::new(file).read_to_string(&mut table).map_err(|source| BenchError::file(&path, source))?;
    let mut disks = disks(&table);
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    for (name, disk) in &disks {
        let place = folder.path().join(name);
        fs::create_dir_all(&place).map_err(|source| BenchError::file(&place, source))?;
        let path = place.join("smart.csv");
        fs::write(&path, disk.table(&table)).map_err(|source| BenchError::file(&path, source))?;
    }
    listen(hark, folder.path(), &mut disks)?;
    Ok(Some(page(&disks.into_values().collect::<Vec<Disk>>())))
}

/// Every so manieth disk, by serial number.
fn disks(table: &str) -> BTreeMap<String, Disk> {
    let mut disks: BTreeMap<String, Disk> = BTreeMap::new();
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let hour = |at: usize| cells[at].parse::<f64>().unwrap_or_default() as i64;
        let Some(begins) = stamp::seconds(&format!("{} 00:00:00", cells[5])) else { continue };
        let disk = disks.entry(cells[0].to_owned()).or_default();
        let at = |power_on: i64| begins + (power_on - hour(7)) * 3_600;
        if disk.rows.is_empty() {
            disk.from = at(hour(9));
        }
        disk.to = at(hour(10));
        disk.fails |= cells[11] == "1";
        disk.rows.push((
            at(hour(9)),
            at(hour(10)),
            cells[COUNTERS].iter().map(|cell| (*cell).to_owned()).collect(),
        ));
    }
    let all = disks.into_iter().enumerate();
    all.filter(|(at, _)| at % EVERY == 0).map(|(_, disk)| disk).collect()
}

impl Disk {
    /// A row a day.
    fn table(&self, all: &str) -> String {
        let names: Vec<&str> = all.lines().next().unwrap_or_default().split(',').collect();
        let mut table = format!("time,{}\n", names[COUNTERS].join(","));
        let mut now = self.from;
        for (_, to, counters) in &self.rows {
            while now < *to {
                writeln!(table, "{},{}", stamp::text(now), counters.join(","))
                    .expect("a string takes all that is written");
                now += DAY_SECONDS;
            }
        }
        table
    }

    /// When it was flagged first.
    fn flagged(&self, strength_min: f64) -> Option<i64> {
        self.said.iter().filter(|(_, strength)| *strength >= strength_min).map(|(at, _)| *at).min()
    }
}

fn listen(hark: &Hark, folder: &Path, disks: &mut BTreeMap<String, Disk>) -> Result<(), BenchError> {
    let asked = ["listen", "--all", "--since", "1971-01-01T00:00:00Z", "--format", "json", "--quiet", "."];
    let listening = hark.json(folder, &asked)?;
    for signal in array(&listening, "signals").iter().filter(|signal| signal["explained_by"].is_null()) {
        let Some(disk) = disks.get_mut(text(signal, "service")) else { continue };
        let noticed_at = stamp::seconds(text(signal, "noticed_at")).unwrap_or_default();
        // A disk that is taken out is gone; what is said after its days is no warning.
        if noticed_at < disk.to {
            disk.said.push((noticed_at, signal["strength"].as_f64().unwrap_or_default()));
        }
    }
    Ok(())
}

/// How disks fared at one strength.
struct Fared {
    failed: Share,
    healthy: Share,
    leads_hours: Vec<f64>,
}

fn fared<'a>(disks: impl Iterator<Item = &'a Disk> + Clone, strength_min: f64) -> Fared {
    let flagged = |disk: &&Disk| disk.flagged(strength_min).is_some();
    let failed = disks.clone().filter(|disk| disk.fails);
    let lead = |disk: &Disk| Some((disk.to - disk.flagged(strength_min)?) as f64 / 3_600.0);
    let mut leads_hours: Vec<f64> = failed.clone().filter_map(lead).collect();
    leads_hours.sort_by(f64::total_cmp);
    Fared {
        failed: Share::count(failed, flagged),
        healthy: Share::count(disks.filter(|disk| !disk.fails), flagged),
        leads_hours,
    }
}

fn page(disks: &[Disk]) -> String {
    let mut page = format!("Backblaze, {} disks, a value a day of each of nine counters\n\n", disks.len());
    page.push_str("| strength at least | failed disks flagged before | healthy disks flagged | lead in hours, quartiles |\n|---|---|---|---|\n");
    for strength in STRENGTHS {
        let name = if strength > 0.0 { format!("{strength}") } else { "all that is said".to_owned() };
        page.push_str(&row(&name, &fared(disks.iter(), strength)));
    }
    let half = |from: usize| disks.iter().skip(from).step_by(2);
    let (even, odd) = (fared(half(0), chosen(half(1))), fared(half(1), chosen(half(0))));
    let plus = |a: Share, b: Share| Share { hits: a.hits + b.hits, of: a.of + b.of };
    let mut leads_hours = [even.leads_hours, odd.leads_hours].concat();
    leads_hours.sort_by(f64::total_cmp);
    let both = Fared {
        failed: plus(even.failed, odd.failed),
        healthy: plus(even.healthy, odd.healthy),
        leads_hours,
    };
    page.push_str(&row("chosen on the other half, most at 0.05", &both));
    page
}

/// The strength that flags most of the failed disks, and no more of the healthy ones than may be.
fn chosen<'a>(disks: impl Iterator<Item = &'a Disk> + Clone) -> f64 {
    let fits =
        STRENGTHS.iter().filter(|strength| fared(disks.clone(), **strength).healthy.value() <= HEALTHY_MAX);
    let most = fits.max_by_key(|strength| fared(disks.clone(), **strength).failed.hits);
    most.copied().unwrap_or(STRENGTHS[STRENGTHS.len() - 1])
}

fn row(name: &str, fared: &Fared) -> String {
    let quartile = |share: f64| {
        let at = (fared.leads_hours.len().saturating_sub(1) as f64 * share).round() as usize;
        fared.leads_hours.get(at).map_or("".to_owned(), |hours| format!("{hours:.0}"))
    };
    format!(
        "| {name} | {} | {} | {}, {}, {} |\n",
        fared.failed,
        fared.healthy,
        quartile(0.25),
        quartile(0.5),
        quartile(0.75)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "serial_number,model,manufacturer,size_tb,n_records,min_date,max_date,min_hours,max_hours,tstart,tstop,fails,smart_5,smart_10,smart_12,smart_187,smart_188,smart_189,smart_196,smart_197,smart_198\n\
        A,m,m,4,3,2015-01-01,2015-01-03,100,172,100,148,0,0,0,1,,,,0,0,0\n\
        A,m,m,4,3,2015-01-01,2015-01-03,100,172,148,172,1,8,0,1,,,,0,0,0\n";

    #[test]
    fn a_disk_is_a_row_a_day_until_it_fails() {
        let disks = disks(TABLE);
        let disk = &disks["A"];
        assert!(disk.fails);
        let table = disk.table(TABLE);
        let rows: Vec<&str> = table.lines().skip(1).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2], "2015-01-03T00:00:00Z,8,0,1,,,,0,0,0");
    }

    #[test]
    fn who_is_said_at_a_strength_is_flagged_with_the_hours_that_were_left() {
        let disk =
            |fails, said: &[(i64, f64)]| Disk { to: 36_000, fails, said: said.to_vec(), ..Disk::default() };
        let disks = [disk(true, &[(18_000, 0.6), (7_200, 0.5)]), disk(false, &[(0, 0.5)]), disk(false, &[])];
        let fared = fared(disks.iter(), 0.55);
        assert_eq!((fared.failed.hits, fared.healthy.hits, fared.leads_hours), (1, 0, vec![5.0]));
        assert_eq!(super::fared(disks.iter(), 0.5).leads_hours, [8.0]);
    }
}
