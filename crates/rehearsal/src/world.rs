//! Writes a whole world: every service on a thread of its own, the repository beside them.

use std::path::Path;
use std::thread;

use hark_event::Moment;

use crate::plan::Plan;
use crate::season::Season;
use crate::shop::Service;
use crate::truth::Truth;
use crate::{Rehearsal, RehearsalError, alerts, history, logs, metrics, shop, traces};

/// Writes it, and the truth last: a directory with a truth is a whole world.
pub(crate) fn write(rehearsal: &Rehearsal, directory: &Path) -> Result<Truth, RehearsalError> {
    if !(1..=52).contains(&rehearsal.weeks) || !(0.0..=100.0).contains(&rehearsal.traffic) {
        return Err(RehearsalError::Size);
    }
    clear(directory)?;
    let shop = shop::services();
    let plan = Plan::new(rehearsal, &shop);
    let telemetry = directory.join("telemetry");
    make(&telemetry.join("metrics"))?;
    make(&telemetry.join("logs"))?;
    let totals = everything(&plan, &shop, directory)?;
    let truth = truth(&plan, &shop, totals);
    let path = directory.join("truth.json");
    let json = serde_json::to_string_pretty(&truth).expect("a truth has string keys and finite numbers");
    std::fs::write(&path, json + "\n").map_err(|source| RehearsalError::write(&path, source))?;
    Ok(truth)
}

#[derive(Clone, Copy, Default)]
struct Totals {
    lines: u64,
    series: u64,
    spans: u64,
    /// Milliseconds since 1970.
    last: i64,
}

/// Removes an earlier world, which is known by its truth, and nothing else.
fn clear(directory: &Path) -> Result<(), RehearsalError> {
    let truth = directory.join("truth.json");
    for part in ["telemetry", "repository"] {
        let path = directory.join(part);
        if path.symlink_metadata().is_err() {
            continue;
        }
        if !truth.is_file() {
            return Err(RehearsalError::Occupied { path });
        }
        std::fs::remove_dir_all(&path).map_err(|source| RehearsalError::write(&path, source))?;
    }
    match std::fs::remove_file(&truth) {
        Err(source) if truth.exists() => Err(RehearsalError::write(&truth, source)),
        _ => make(directory),
    }
}

fn make(path: &Path) -> Result<(), RehearsalError> {
    std::fs::create_dir_all(path).map_err(|source| RehearsalError::write(path, source))
}

fn everything(plan: &Plan, shop: &[Service], directory: &Path) -> Result<Totals, RehearsalError> {
    let telemetry = directory.join("telemetry");
    thread::scope(|scope| {
        let repository = scope.spawn(|| history::write(plan, shop, &directory.join("repository")));
        let services: Vec<_> = (0..shop.len())
            .map(|index| {
                let telemetry = &telemetry;
                scope.spawn(move || service(plan, &shop[index], index, telemetry))
            })
            .collect();
        let mut totals = beside(plan, shop, &telemetry)?;
        for service in services {
            let one = service.join().expect("a service's thread does not panic")?;
            totals.lines += one.lines;
            totals.series += one.series;
            totals.spans += one.spans;
            totals.last = totals.last.max(one.last);
        }
        repository.join().expect("the repository's thread does not panic")?;
        Ok(totals)
    })
}

fn service(plan: &Plan, service: &Service, index: usize, telemetry: &Path) -> Result<Totals, RehearsalError> {
    let season = Season::new(plan, index, service.name);
    let logs = logs::write(plan, service, index, &season, &telemetry.join("logs").join(service.name))?;
    let path = telemetry.join("metrics").join(format!("export-{}.jsonl", service.name));
    let (series, last) = metrics::write(plan, service, index, &season, &path)?;
    Ok(Totals { lines: logs.lines, series, spans: 0, last: logs.last.max(last) })
}

/// What no service writes itself.
fn beside(plan: &Plan, shop: &[Service], telemetry: &Path) -> Result<Totals, RehearsalError> {
    let series = metrics::write_hosts(plan, shop, &telemetry.join("metrics").join("hosts.csv"))?;
    let alerts = alerts::write_alerts(plan, &telemetry.join("alerts.jsonl"))?;
    let reports = alerts::write_reports(plan, &telemetry.join("reports.jsonl"))?;
    let spans = match plan.story.as_ref().filter(|story| story.has_traces()) {
        Some(story) => {
            make(&telemetry.join("traces"))?;
            traces::write(plan, shop, story, &telemetry.join("traces").join("spans.jsonl.gz"))?
        }
        None => 0,
    };
    Ok(Totals { lines: 0, series, spans, last: alerts.max(reports) })
}

fn truth(plan: &Plan, shop: &[Service], totals: Totals) -> Truth {
    let story = plan.story.as_ref();
    let whispers = story.map_or_else(Vec::new, |story| story.whispers(shop));
    Truth {
        tale: plan.tale.name(),
        seed: plan.seed,
        incident: story.map(|story| story.incident(shop)),
        verdict: story.map(|_| if whispers.is_empty() { "silent" } else { "whispered" }),
        onset: story.filter(|_| !whispers.is_empty()).map(|story| Moment::from_seconds(story.onset)),
        whispers,
        cause: story.and_then(|story| story.cause(shop)),
        begin: Moment::from_seconds(plan.start),
        now: Moment::from_millis(totals.last),
        services: shop.iter().map(|service| service.name).collect(),
        lines: totals.lines,
        series: totals.series,
        spans: totals.spans,
    }
}
