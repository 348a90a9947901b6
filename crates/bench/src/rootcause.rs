//! `hark-bench rootcause`: is the service where it began ranked first, and not one of its victims?
//!
//! PetShop (Hardt et al. 2023): metrics of a real application in microservices, five minutes apart, two days without an issue
//! and 25 minutes with each of those that were injected. Its tables have four rows of headers, which are no form that
//! `hark` reads, so that they are written anew as one table for each service; who calls whom becomes a label of the callers'
//! requests, as clients count them. What is scored is the order of services in the JSON of `hark back`, with the symptom's
//! service and time, as a user would ask. The truth stays here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Gate;
use crate::error::BenchError;
use crate::hark::{Hark, array, text};
use crate::interval::Share;
use crate::metrics::stamp;
use crate::options::Options;

/// How long an incident is looked at after its alarm: so long its files go on.
const SEEN_SECONDS: i64 = 1_500;

/// One issue.
struct Case {
    traffic: String,
    folder: PathBuf,
    symptom: String,
    at: i64,
    cause: String,
}

/// Series of one service: name, time, value.
type Samples = BTreeMap<String, Vec<(String, i64, String)>>;

/// Asks about each issue and prints a table.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let data = options.data.clone().unwrap_or_else(|| PathBuf::from("../shared/data")).join("petshop");
    let cases = cases(&data)?;
    if cases.is_empty() {
        return Err(BenchError::Request(format!("there are no issues in `{}`", data.display())));
    }
    let callees = callees(&data.join("low_traffic/graph.csv"))?;
    println!("PetShop, {} issues\n", cases.len());
    println!(
        "| traffic | issues | cause first | cause among three | any service ranked |\n|---|---|---|---|---|"
    );
    let mut traffics: Vec<&str> = cases.iter().map(|case| case.traffic.as_str()).collect();
    traffics.dedup();
    for traffic in traffics {
        let mut places = Vec::new();
        for case in cases.iter().filter(|case| case.traffic == traffic) {
            places.push((case, ranked(&hark, &data, case, &callees)?));
        }
        let within = |first: usize| {
            Share::count(&places, |(case, ranked)| ranked.iter().take(first).any(|one| *one == case.cause))
        };
        let any = Share::count(&places, |(_, ranked)| !ranked.is_empty());
        println!("| {traffic} | {} | {} | {} | {any} |", places.len(), within(1), within(3));
    }
    Ok(Gate::Kept)
}

/// The services that the story names, best first.
fn ranked(
    hark: &Hark,
    data: &Path,
    case: &Case,
    callees: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<String>, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let mut samples = Samples::new();
    read(&data.join(&case.traffic).join("noissue/metrics.csv"), &mut samples)?;
    read(&case.folder.join("metrics.csv"), &mut samples)?;
    for (service, samples) in &samples {
        let place = folder.path().join(plain(service));
        fs::create_dir_all(&place).map_err(|source| BenchError::file(&place, source))?;
        let path = place.join("metrics.csv");
        fs::write(&path, table(service, samples, callees))
            .map_err(|source| BenchError::file(&path, source))?;
    }
    let (at, now) = (stamp::text(case.at), stamp::text(case.at + SEEN_SECONDS));
    let on = plain(&case.symptom);
    let story = hark.json(
        folder.path(),
        &["back", "--at", &at, "--as-of", &now, "--on", &on, "--format", "json", "--quiet", "."],
    )?;
    Ok(order(&story).into_iter().map(|name| unplain(&name, samples.keys())).collect())
}

/// Services in the order of the signals before the start, and then of those after it.
fn order(story: &Value) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    for signal in array(story, "signals").iter().chain(array(story, "aftermath")) {
        let service = text(signal, "service").to_owned();
        if !order.contains(&service) {
            order.push(service);
        }
    }
    order
}

fn table(
    service: &str,
    samples: &[(String, i64, String)],
    callees: &BTreeMap<String, BTreeSet<String>>,
) -> String {
    let mut table = String::from("time,series,value\n");
    for (series, time, value) in samples {
        let time = stamp::text(*time);
        writeln!(table, "{time},{series},{value}").expect("a string takes all that is written");
        for callee in callees.get(service).into_iter().flatten().filter(|_| series == "requests") {
            let name = format!("\"client_requests{{upstream=\"\"{}\"\"}}\"", plain(callee));
            writeln!(table, "{time},{name},{value}").expect("a string takes all that is written");
        }
    }
    table
}

/// A name that a folder and a label can have.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}

fn unplain<'a>(name: &str, mut services: impl Iterator<Item = &'a String>) -> String {
    services.find(|service| plain(service) == name).cloned().unwrap_or_else(|| name.to_owned())
}

/// Columns are services, metrics and statistics, in three rows of headers; a fourth names the times.
fn read(path: &Path, samples: &mut Samples) -> Result<(), BenchError> {
    let table = fs::read_to_string(path).map_err(|source| BenchError::file(path, source))?;
    let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<&str>>());
    let (Some(services), Some(metrics), Some(statistics)) = (rows.next(), rows.next(), rows.next()) else {
        return Ok(());
    };
    for row in rows.skip(1) {
        let Some(time) = row[0].parse::<f64>().ok().map(|seconds| seconds as i64) else { continue };
        for (column, value) in row.iter().enumerate().skip(1).filter(|(_, value)| !value.is_empty()) {
            let (Some(service), Some(metric), Some(statistic)) =
                (services.get(column), metrics.get(column), statistics.get(column))
            else {
                continue;
            };
            let series = match (*metric, *statistic) {
                ("latency", "Average") => "latency_mean_seconds".to_owned(),
                ("latency", statistic) => format!("latency_{statistic}_seconds"),
                (metric, _) => metric.to_owned(),
            };
            samples.entry((*service).to_owned()).or_default().push((series, time, (*value).to_owned()));
        }
    }
    Ok(())
}

/// Who calls whom, from a square table of noughts and ones.
fn callees(path: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, BenchError> {
    let table = fs::read_to_string(path).map_err(|source| BenchError::file(path, source))?;
    let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<&str>>());
    let names = rows.next().unwrap_or_default();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let called = row.iter().zip(&names).skip(1).filter(|(cell, _)| cell.parse() == Ok(1.0));
        found.entry(row[0].to_owned()).or_default().extend(called.map(|(_, name)| (*name).to_owned()));
    }
    Ok(found)
}

fn cases(data: &Path) -> Result<Vec<Case>, BenchError> {
    let mut cases = Vec::new();
    for (traffic, part) in [("high_traffic", "train"), ("low_traffic", "train"), ("low_traffic", "test")] {
        let Ok(entries) = fs::read_dir(data.join(traffic).join(part)) else { continue };
        let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders {
            let path = folder.join("target.json");
            let target = fs::read_to_string(&path).map_err(|source| BenchError::file(&path, source))?;
            let target: Value = serde_json::from_str(&target).unwrap_or_default();
            cases.push(Case {
                traffic: traffic.to_owned(),
                symptom: text(&target["target"], "node").to_owned(),
                at: target["target"]["timestamp"].as_i64().unwrap_or_default(),
                cause: text(&target["root_cause"], "node").to_owned(),
                folder,
            });
        }
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_are_ranked_by_their_first_signal_and_those_after_the_start_come_last() {
        let signal = |service| json!({ "service": service });
        let story = json!({
            "signals": [signal("cart"), signal("web"), signal("cart")],
            "aftermath": [signal("web"), signal("mail")],
        });
        assert_eq!(order(&story), ["cart", "web", "mail"]);
    }

    #[test]
    fn headers_of_three_rows_and_calls_are_read_and_written_as_one_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let text = "microservice,a::b,a::b\nmetric,latency,requests\nstatistic,p99,Sum\nunix_timestamp,,\n0.0,0.5,\n300.0,0.7,9\n";
        fs::write(&path, text).unwrap();
        let mut samples = Samples::new();
        read(&path, &mut samples).unwrap();
        fs::write(&path, ",a::b,c\na::b,0.0,1.0\nc,0.0,0.0\n").unwrap();
        let callees = callees(&path).unwrap();
        let expected = [
            "time,series,value",
            "1970-01-01T00:00:00Z,latency_p99_seconds,0.5",
            "1970-01-01T00:05:00Z,latency_p99_seconds,0.7",
            "1970-01-01T00:05:00Z,requests,9",
            "1970-01-01T00:05:00Z,\"client_requests{upstream=\"\"c\"\"}\",9",
        ];
        let written = table("a::b", &samples["a::b"], &callees);
        assert_eq!(written.lines().collect::<Vec<&str>>(), expected);
        assert_eq!(unplain("a--b", samples.keys()), "a::b");
    }
}
