//! Files in, events and the account out: what a user of this crate sees, form by form and rule by rule.

mod answers;
mod as_of;
mod carriers;
mod containers;
mod defects;
mod files;
mod folders;
mod forms;
mod loggers;
mod losses;
mod matrix;
mod metrics;
mod packed;
mod syslog;
mod tables;
mod times;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::{Reading, Source, discover};
use flate2::Compression;
use flate2::write::GzEncoder;
use hark_event::{Event, Hearing, Moment, Zone};
use tempfile::TempDir;

pub(crate) fn utc() -> Reading {
    Reading::in_zone(Zone::utc())
}

pub(crate) fn as_of(time: &str) -> Reading {
    Reading { as_of: Some(moment(time)), ..utc() }
}

fn moment(time: &str) -> Moment {
    Moment::from(time.parse::<jiff::Timestamp>().unwrap())
}

/// Reads one file with these bytes; every event as a line of text.
pub(crate) fn read(name: &str, bytes: &[u8], reading: &Reading) -> (Vec<String>, Hearing) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    // Yearless stamps are placed by it.
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    fs::File::options().append(true).open(&path).unwrap().set_modified(modified).unwrap();
    read_folder(folder.path(), reading)
}

fn read_folder(folder: &Path, reading: &Reading) -> (Vec<String>, Hearing) {
    let found = discover(&[folder.to_owned()]);
    assert_eq!(found.unread, []);
    let (mut events, mut hearing) = (Vec::new(), Hearing::default());
    for source in found.sources {
        let progress = AtomicU64::new(0);
        hearing.add(&source.read(reading, &progress, &mut |event| events.push(tell(&event))));
        assert_eq!(progress.load(Ordering::Relaxed), source.bytes_on_disk(), "progress reaches the size");
    }
    (events, hearing)
}

/// Every event of a file with these bytes, and what the account says besides.
fn heard(name: &str, bytes: &[u8]) -> String {
    heard_as(name, bytes, &utc())
}

fn heard_as(name: &str, bytes: &[u8], reading: &Reading) -> String {
    let (mut events, hearing) = read(name, bytes, reading);
    events.extend((hearing.rejected > 0).then(|| format!("rejected {}", hearing.rejected)));
    events.extend(hearing.cut.iter().map(|cut| format!("cut {} {}", cut.count, cut.what)));
    events.extend(hearing.unread.iter().map(|unread| format!("unread {}", unread.reason)));
    if reading.as_of.is_none() && hearing.files > 0 && hearing.unread.is_empty() {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').count() as u64;
        assert_eq!((hearing.lines, hearing.bytes), (lines, bytes.len() as u64), "lines and bytes of {name}");
    }
    events.join("\n")
}

fn tell(event: &Event<'_>) -> String {
    match event {
        Event::Log(log) => {
            let time = match log.time {
                Some(time) if time != log.arrival => format!("{time} at {}", log.arrival),
                Some(_) => log.arrival.to_string(),
                None => format!("undated at {}", log.arrival),
            };
            let mut text = format!("{time} {} {} {:?}", log.origin.service, log.level.name(), log.message);
            if log.origin.environment.as_ref() != "production" {
                text += &format!(" in {}", log.origin.environment);
            }
            if let Some(version) = log.version {
                text += &format!(" version {version}");
            }
            if !log.fields.is_empty() && !log.fields.are_message() {
                let fields: Vec<_> =
                    log.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                text += &format!(" beside {}", fields.join(","));
            }
            if !log.peers.is_empty() {
                text += &format!(" peers {}", log.peers.join(","));
            }
            text + &format!(" :{}+{}", log.line, log.lines)
        }
        Event::Sample(sample) => format!(
            "{} {} {} {:?} :{}",
            sample.time, sample.origin.service, sample.series, sample.value, sample.line
        ),
        Event::Alert(alert) => format!(
            "alert {} {} {} to {} {:?}{} :{}",
            alert.name,
            alert.service.as_deref().unwrap_or("-"),
            alert.starts_at,
            alert.ends_at.map_or("-".to_owned(), |end| end.to_string()),
            alert.summary,
            if alert.answered { " answered" } else { "" },
            alert.place.line
        ),
        Event::Report(report) => {
            format!("report {} {} {:?}", report.time, report.service.as_deref().unwrap_or("-"), report.text)
        }
        Event::Span(span) => crate::document_tests::tell(span),
        Event::Change(change) => format!(
            "change {} {} {} {:?} {:?}{}",
            change.kind.name(),
            change.time,
            change.service.as_deref().unwrap_or("-"),
            change.summary,
            change.details,
            change.commit.as_deref().map_or(String::new(), |commit| format!(" of {commit}"))
        ),
    }
}

#[track_caller]
fn check(name: &str, input: &str, expected: &[&str]) -> Hearing {
    check_as_of(name, input, &utc(), expected)
}

#[track_caller]
fn check_as_of(name: &str, input: &str, reading: &Reading, expected: &[&str]) -> Hearing {
    let (events, hearing) = read(name, input.as_bytes(), reading);
    assert_eq!(events, expected);
    if reading.as_of.is_none() && hearing.unread.is_empty() {
        assert_eq!(hearing.lines, input.lines().count() as u64, "all lines of the file are counted");
        assert_eq!(hearing.bytes, input.len() as u64, "all bytes of the file are counted");
    }
    hearing
}

#[track_caller]
fn check_unread(name: &str, bytes: &[u8], expected: &str) {
    let (events, hearing) = read(name, bytes, &utc());
    let reasons: Vec<&str> = hearing.unread.iter().map(|unread| unread.reason.as_str()).collect();
    assert!(
        events.is_empty() && reasons.len() == 1 && reasons[0].contains(expected),
        "{events:?} {reasons:?}"
    );
    assert_eq!((hearing.files, hearing.lines), (0, 0));
}
