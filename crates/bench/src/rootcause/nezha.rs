//! Nezha Train Ticket (Yu et al. 2023): 23 faults injected into a booking system of some forty services, one minute apart.
//!
//! Metrics of each pod become a table of its service, with the time that is not off by hours. Spans become Zipkin's JSON: who is
//! called by another service answers, whose child is another service's asks. They exist for three minutes at each fault and one normal
//! minute a day. Logs are read as they come. Users are hurt at the gateway; the fault's service is the truth. What is asked of one fault has
//! all of the day before it, the faults that came earlier included, as somebody would have it who asks on that day.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::order;
use crate::error::BenchError;
use crate::hark::{Hark, text};
use crate::interval::Share;
use crate::metrics::stamp;

/// Where users are hurt.
const FRONT: &str = "ts-gateway-service";
/// So long after a fault its files go on.
const SEEN_SECONDS: i64 = 180;

/// What was named for one fault.
struct Named {
    kind: String,
    /// The place of the fault's service, from 1.
    place: Option<usize>,
    /// Quiet moments, and those at which as much would have been named.
    quiet: (u64, u64),
    /// Whether people would have been told.
    stands_out: bool,
}

/// Days with faults, and what is said of each.
pub(super) fn measure(hark: &Hark, data: &Path) -> Result<Option<String>, BenchError> {
    let data = data.join("nezha-trainticket");
    let Ok(entries) = fs::read_dir(&data) else { return Ok(None) };
    let mut days: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    days.sort();
    let mut named: Vec<Named> = Vec::new();
    for day in days {
        let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
        write_metrics(&day.join("metric"), folder.path())?;
        write_spans(&day, folder.path())?;
        copy_logs(&day, folder.path())?;
        for fault in faults(&day)? {
            let at = stamp::seconds(text(&fault, "inject_time")).unwrap_or_default();
            let (start, now) = (stamp::text(at), stamp::text(at + SEEN_SECONDS));
            let asked =
                ["back", "--at", &start, "--as-of", &now, "--on", FRONT, "--format", "json", "--quiet", "."];
            let cause = service(text(&fault, "inject_pod"));
            let story = hark.json(folder.path(), &asked)?;
            let order = order(&story);
            eprintln!(
                "{start} {} {cause}: {order:?} by {}",
                text(&fault, "inject_type"),
                story["beginnings"]["basis"]
            );
            let place = order.iter().position(|name| *name == cause).map(|at| at + 1);
            let count = |name: &str| story["beginnings"][name].as_u64().unwrap_or(0);
            let quiet = (count("quiet_moments"), count("quiet_as_much"));
            let kind = text(&fault, "inject_type").to_owned();
            named.push(Named { kind, place, quiet, stands_out: story["beginnings"]["stands_out"] == true });
        }
    }
    Ok(Some(page(&named)))
}

fn page(named: &[Named]) -> String {
    let mut page = format!(
        "Nezha Train Ticket, {} faults, logs, metrics and spans\n\n| faults | cases | cause first | cause among three | quiet moments at which as much is named | people are told |\n|---|---|---|---|---|---|\n",
        named.len()
    );
    let kinds: BTreeSet<&str> = named.iter().map(|one| one.kind.as_str()).collect();
    for kind in kinds {
        row(&mut page, kind, named.iter().filter(|one| one.kind == kind));
    }
    // The method was made on the first, third, … fault.
    row(&mut page, "every other, the method's own", named.iter().step_by(2));
    row(&mut page, "every other, kept apart", named.iter().skip(1).step_by(2));
    row(&mut page, "**all**", named.iter());
    page
}

fn row<'a>(page: &mut String, name: &str, named: impl Iterator<Item = &'a Named>) {
    let named: Vec<&Named> = named.collect();
    let within = |most: usize| Share::count(&named, |one| one.place.is_some_and(|place| place <= most));
    let quiet: u64 = named.iter().map(|one| one.quiet.0).sum();
    let as_much: u64 = named.iter().map(|one| one.quiet.1).sum();
    let told = named.iter().filter(|one| one.stands_out).count();
    writeln!(
        page,
        "| {name} | {} | {} | {} | {as_much} of {quiet} | {told} |",
        named.len(),
        within(1),
        within(3)
    )
    .expect("a string takes all that is written");
}

fn faults(day: &Path) -> Result<Vec<Value>, BenchError> {
    let path = day.join("faults.json");
    let faults = fs::read_to_string(&path).map_err(|source| BenchError::file(&path, source))?;
    Ok(serde_json::from_str(&faults).unwrap_or_default())
}

/// The service of a pod: its name without the two parts that are made anew with each.
fn service(pod: &str) -> &str {
    let mut parts = pod.rsplitn(3, '-');
    let made = (parts.next(), parts.next());
    match (made, parts.next()) {
        ((Some(_), Some(hash)), Some(name)) if hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => pod,
    }
}

/// One table for each service, in its own folder.
fn write_metrics(metrics: &Path, folder: &Path) -> Result<(), BenchError> {
    for path in files(metrics) {
        let table = unpacked(&path)?;
        let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<&str>>());
        let Some(names) = rows.next().filter(|names| names.get(2) == Some(&"PodName")) else { continue };
        let mut written = format!("time,{}\n", names[3..].join(","));
        let mut pod = "";
        for row in rows.filter(|row| row.len() == names.len()) {
            pod = row[2];
            let Some(time) = row[0].get(..19).and_then(stamp::seconds) else { continue };
            writeln!(written, "{},{}", stamp::text(time), row[3..].join(","))
                .expect("a string takes all that is written");
        }
        write(&folder.join(service(pod)).join("metrics.csv"), &written)?;
    }
    Ok(())
}

/// One span as the set tells it.
struct Told {
    parent: String,
    service: String,
    span: Value,
}

/// All spans of a day, as one list.
fn write_spans(day: &Path, folder: &Path) -> Result<(), BenchError> {
    let mut spans: BTreeMap<String, Told> = BTreeMap::new();
    for path in files(&day.join("trace")).into_iter().chain(files(&day.join("normal/trace"))) {
        for row in unpacked(&path)?.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let [trace, id, parent, pod, operation, begins, ends, ..] = cells[..] else { continue };
            let micros = |nanos: &str| nanos.parse::<u64>().unwrap_or_default() / 1_000;
            let service = service(pod).to_owned();
            let span = json!({
                "traceId": trace, "id": id, "name": operation, "timestamp": micros(begins),
                "duration": micros(ends).saturating_sub(micros(begins)).max(1), "localEndpoint": { "serviceName": service },
            });
            spans.insert(id.to_owned(), Told { parent: parent.to_owned(), service, span });
        }
    }
    let service_of = |id: &str| spans.get(id).map(|told| told.service.clone());
    let crossing: BTreeSet<String> = spans
        .values()
        .filter(|told| service_of(&told.parent).is_some_and(|parent| parent != told.service))
        .map(|told| told.parent.clone())
        .collect();
    let all: Vec<Value> = spans
        .iter()
        .map(|(id, told)| {
            let mut span = told.span.clone();
            let parent = service_of(&told.parent);
            if parent.is_some() {
                span["parentId"] = json!(told.parent);
            }
            if parent.is_none_or(|parent| parent != told.service) {
                span["kind"] = json!("SERVER");
            } else if crossing.contains(id) {
                span["kind"] = json!("CLIENT");
            }
            span
        })
        .collect();
    write(&folder.join("spans.json"), &Value::from(all).to_string())
}

/// The logs as they come.
fn copy_logs(day: &Path, folder: &Path) -> Result<(), BenchError> {
    for path in files(&day.join("log")).into_iter().chain(files(&day.join("normal/log"))) {
        let part = if path.starts_with(day.join("normal")) { "normal/log" } else { "log" };
        let to = folder.join(part).join(path.file_name().unwrap_or_default());
        fs::create_dir_all(folder.join(part)).map_err(|source| BenchError::file(folder, source))?;
        fs::copy(&path, &to).map_err(|source| BenchError::file(&path, source))?;
    }
    Ok(())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn unpacked(path: &Path) -> Result<String, BenchError> {
    let mut unpacked = String::new();
    let file = File::open(path).map_err(|source| BenchError::file(path, source))?;
    GzDecoder::new(file).read_to_string(&mut unpacked).map_err(|source| BenchError::file(path, source))?;
    Ok(unpacked)
}

fn write(path: &Path, written: &str) -> Result<(), BenchError> {
    let folder = path.parent().expect("it lies in a folder");
    fs::create_dir_all(folder).map_err(|source| BenchError::file(folder, source))?;
    fs::write(path, written).map_err(|source| BenchError::file(path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_named_after_its_service() {
        assert_eq!(service("ts-order-service-5b67c48447-mv5hb"), "ts-order-service");
        assert_eq!(service("ts-order-service"), "ts-order-service");
    }

    #[test]
    fn faults_are_told_by_kind_and_together() {
        let one =
            |kind: &str, place, stands_out| Named { kind: kind.to_owned(), place, quiet: (9, 1), stands_out };
        let page =
            page(&[one("delay", Some(1), true), one("delay", Some(3), false), one("return", None, false)]);
        assert!(page.contains("| delay | 2 | 1/2 = 0.50"), "{page}");
        assert!(page.contains("| **all** | 3 | 1/3 = 0.33"), "{page}");
    }
}
