//! Worlds as files: the same every time, large enough, and true to the truth that stands beside them.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Rehearsal, RehearsalError, Tale, TrueWhisper, Truth};

fn small(tale: Tale, seed: u64) -> Rehearsal {
    Rehearsal { traffic: 0.02, ..Rehearsal::new(tale, seed) }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    text
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(directory).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The stamp of a log line, without its fraction, in the form of the truth's moments; `None` for a line of a trace.
fn stamp(line: &str) -> Option<String> {
    let start = line.find("2026-")?;
    let stamp = line.get(start..start + 19).filter(|_| start < 16)?;
    Some(stamp.replace(' ', "T"))
}

/// Stamps of all log lines of a service that hold one text and none of others.
fn said(world: &Path, service: &str, holds: &[String], lacks: &[String]) -> Vec<String> {
    let mut stamps = Vec::new();
    for path in files(&world.join("telemetry/logs").join(service)) {
        for line in read(&path).lines() {
            if holds.iter().all(|text| line.contains(text.as_str()))
                && !lacks.iter().any(|text| line.contains(text.as_str()))
            {
                stamps.extend(stamp(line));
            }
        }
    }
    stamps.sort();
    stamps
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_commits_and_another_gives_others() {
    let world = |seed| {
        let directory = tempfile::tempdir().unwrap();
        small(Tale::TimeoutEdit, seed).write(directory.path()).unwrap();
        let contents: BTreeMap<_, _> = files(&directory.path().join("telemetry"))
            .into_iter()
            .map(|path| {
                (path.strip_prefix(directory.path()).unwrap().to_owned(), std::fs::read(&path).unwrap())
            })
            .collect();
        let truth = read(&directory.path().join("truth.json"));
        (contents, truth, git(&directory.path().join("repository"), &["rev-parse", "HEAD"]))
    };
    let first = world(1);
    assert!(first == world(1), "the same seed gave other bytes");
    let other = world(2);
    assert!(first.0 != other.0 && first.2 != other.2);
}

#[test]
fn every_tale_is_told_in_the_files_as_its_truth_says() {
    for tale in Tale::ALL {
        for seed in [11, 12] {
            let directory = tempfile::tempdir().unwrap();
            let rehearsal = Rehearsal { weeks: 2, ..small(tale, seed) };
            let truth = rehearsal.write(directory.path()).unwrap();
            for whisper in &truth.whispers {
                check_whisper(directory.path(), tale, whisper);
            }
            check_cause(directory.path(), &truth);
            check_incident(directory.path(), &truth);
        }
    }
}

#[track_caller]
fn check_whisper(world: &Path, tale: Tale, whisper: &TrueWhisper) {
    let onset = whisper.onset.to_string();
    if whisper.kind == "metric" {
        let export = read(&world.join(format!("telemetry/metrics/export-{}.jsonl", whisper.service)));
        let found = export.lines().any(|line| {
            let labels = &line[..line.find("\"values\"").unwrap()];
            let labels = labels.replace("\":\"", "=\"");
            whisper.contains.iter().all(|text| labels.contains(text.as_str()))
        });
        assert!(found, "{tale}: no series {whisper:?}");
        return;
    }
    if matches!(whisper.kind, "flow" | "operation") {
        return check_spans(world, tale, whisper);
    }
    let stamps = said(world, whisper.service, &whisper.contains, &whisper.lacks);
    let (before, after): (Vec<_>, Vec<_>) = stamps.iter().partition(|stamp| **stamp < onset);
    match (tale, whisper.never_before) {
        (Tale::VanishedHeartbeat, _) => {
            assert!(before.len() > 500 && after.is_empty(), "{tale}: {whisper:?}")
        }
        (_, true) => assert!(before.is_empty() && after.len() >= 10, "{tale}: {whisper:?} {}", after.len()),
        (_, false) => assert!(!before.is_empty() && after.len() > before.len(), "{tale}: {whisper:?}"),
    }
}

/// Traces tell more of what the whisper is about after its onset than before, day for day.
#[track_caller]
fn check_spans(world: &Path, tale: Tale, whisper: &TrueWhisper) {
    let spans = read(&world.join("telemetry/traces/spans.jsonl.gz"));
    let onset = whisper.onset.nanos();
    let (mut before, mut after) = ((0_u64, 0_u64), (0_u64, 0_u64));
    for span in spans.split("{\"traceId\"").skip(1) {
        let number = |name: &str| {
            let from = span.find(name).unwrap() + name.len();
            span[from..].split('"').next().unwrap().parse::<i64>().unwrap()
        };
        let (start, end) = (number("\"startTimeUnixNano\":\""), number("\"endTimeUnixNano\":\""));
        let tells = match tale {
            Tale::SpanRetries => span.contains("\"kind\":3") && span.contains("\"code\":2"),
            _ => span.contains(&whisper.contains[0]) && end - start > 400_000_000,
        };
        let side = if end < onset { &mut before } else { &mut after };
        side.0 += 1;
        side.1 += u64::from(tells);
    }
    let share = |(spans, telling): (u64, u64)| telling as f64 / spans as f64;
    assert!(before.0 > 10_000 && after.0 > 10_000, "{tale}: {before:?} {after:?}");
    assert!(share(after) > 1.5 * share(before), "{tale}: {before:?} {after:?}");
}

#[track_caller]
fn check_cause(world: &Path, truth: &Truth) {
    let repository = world.join("repository");
    let Some(cause) = &truth.cause else {
        assert!(truth.whispers.is_empty());
        return;
    };
    let grep = format!("--grep={}", cause.commit_summary_contains);
    let log = git(&repository, &["log", "--fixed-strings", &grep, "--format=%at %ct %ae", "--name-only"]);
    let mut lines = log.lines();
    let dates: Vec<&str> = lines.next().unwrap().split(' ').collect();
    assert!(lines.any(|line| line == cause.path), "{}: {log}", truth.tale);
    let (authored, committed): (i64, i64) = (dates[0].parse().unwrap(), dates[1].parse().unwrap());
    let onset = truth.onset.unwrap().seconds();
    assert!(committed < onset && onset - committed < 86_400);
    let ninety_days = 90 * 86_400;
    assert_eq!(cause.author_active, truth.now.seconds() - authored < ninety_days);
    let note = cause.note.as_ref().expect("every cause has a note");
    assert!(read(&repository.join(&note.path)).contains(&note.text_contains), "{}: {note:?}", truth.tale);
}

#[track_caller]
fn check_incident(world: &Path, truth: &Truth) {
    let Some(incident) = &truth.incident else {
        assert_eq!(truth.tale, "quiet");
        assert_eq!(truth.verdict, None);
        return;
    };
    let (start, end) = (incident.start.to_string(), incident.end.to_string());
    let errors = said(world, incident.service, &["ERROR".to_owned()], &[]);
    let errors = if errors.is_empty() {
        said(world, incident.service, &["\"error\"".to_owned()], &[])
    } else {
        errors
    };
    assert!(errors.len() > 50, "{}: {} errors", truth.tale, errors.len());
    assert!(errors.iter().all(|stamp| stamp.as_str() >= &start[..19] && stamp.as_str() < &end[..19]));
    let alerts = read(&world.join("telemetry/alerts.jsonl"));
    let told = alerts.lines().filter(|line| line.contains("\"critical\"")).count();
    assert_eq!(told, 4, "two alerts, each with its end");
    assert_eq!(truth.verdict, Some(if truth.whispers.is_empty() { "silent" } else { "whispered" }));
}

#[test]
fn the_effects_stay_within_four_lines_a_day_for_each_day() {
    let directory = tempfile::tempdir().unwrap();
    let truth = small(Tale::RetryCreep, 12).write(directory.path()).unwrap();
    let retries = truth.whispers.iter().find(|whisper| whisper.kind == "pattern").unwrap();
    let mut days = BTreeMap::<String, i64>::new();
    for stamp in said(directory.path(), retries.service, &retries.contains, &retries.lacks) {
        *days.entry(stamp[..10].to_owned()).or_default() += 1;
    }
    let onset = truth.onset.unwrap().to_string();
    let incident_day = truth.incident.unwrap().start.to_string()[..10].to_owned();
    for (number, (day, count)) in days.range(onset[..10].to_owned()..incident_day).enumerate() {
        // The usual five, twice the load on a Saturday, and three deviations of chance.
        let most = 5.0 + 4.0 * (number as f64 + 1.0);
        assert!((*count as f64) < 1.4 * most + 4.0 * most.sqrt(), "{day}: {count}");
    }
}

#[test]
fn a_world_is_as_large_as_promised_and_counts_its_lines_rightly() {
    let directory = tempfile::tempdir().unwrap();
    let truth = Rehearsal { traffic: 0.1, ..Rehearsal::demo() }.write(directory.path()).unwrap();
    let lines: usize =
        files(&directory.path().join("telemetry/logs")).iter().map(|path| read(path).lines().count()).sum();
    assert_eq!(truth.lines, lines as u64);
    assert!(truth.lines > 200_000, "{}", truth.lines);
    assert!(truth.series >= 200, "{}", truth.series);
    assert_eq!(truth.services.len(), 8);
    let commits: usize =
        git(&directory.path().join("repository"), &["rev-list", "--count", "HEAD"]).trim().parse().unwrap();
    assert!((150..=250).contains(&commits), "{commits}");
    assert_eq!(git(&directory.path().join("repository"), &["status", "--porcelain"]), "");
}

#[test]
fn people_sleep_at_night_and_shop_on_saturdays() {
    let directory = tempfile::tempdir().unwrap();
    Rehearsal { traffic: 0.1, ..Rehearsal::new(Tale::Quiet, 5) }.write(directory.path()).unwrap();
    let mut hours = BTreeMap::<(String, String), usize>::new();
    for stamp in said(directory.path(), "storefront", &["GET /products".to_owned()], &[]) {
        *hours.entry((stamp[..10].to_owned(), stamp[11..13].to_owned())).or_default() += 1;
    }
    let count = |day: &str, hour: &str| *hours.get(&(day.to_owned(), hour.to_owned())).unwrap_or(&0);
    // 2026-02-14 is a Saturday, 2026-02-10 a Tuesday.
    assert!(count("2026-02-10", "12") > 3 * count("2026-02-10", "03"));
    assert!(2 * count("2026-02-14", "13") > 3 * count("2026-02-10", "13"));
}

#[test]
fn what_is_no_earlier_world_is_never_removed_and_an_earlier_world_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let precious = directory.path().join("telemetry");
    std::fs::create_dir(&precious).unwrap();
    std::fs::write(precious.join("mine.log"), "mine").unwrap();
    let error = small(Tale::Quiet, 1).write(directory.path()).unwrap_err();
    assert!(matches!(&error, RehearsalError::Occupied { path } if *path == precious), "{error}");
    assert!(precious.join("mine.log").exists());

    let other = tempfile::tempdir().unwrap();
    small(Tale::Quiet, 1).write(other.path()).unwrap();
    small(Tale::Leak, 1).write(other.path()).unwrap();
    assert!(read(&other.path().join("truth.json")).contains("\"leak\""));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = small(Tale::Quiet, 1).write(&file.join("world")).unwrap_err();
    assert!(matches!(&error, RehearsalError::Write { path, .. } if path.starts_with(&file)), "{error}");
    let size = Rehearsal { weeks: 0, ..small(Tale::Quiet, 1) }.write(directory.path()).unwrap_err();
    assert!(matches!(size, RehearsalError::Size));
}
