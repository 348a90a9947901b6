//! Causal, frozen, deterministic: the laws that make a finding worth believing, on a small world.
//!
//! `hark-bench laws` tries them at many more moments.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use hark_event::Moment;
use serde_json::Value;

use crate::place::Place;
use crate::world::world;

const DAY_SECONDS: i64 = 86_400;

fn listen(place: &Place, paths: &[&str], more: &[&str]) -> String {
    let asked = ["listen", "--all", "--since", "2026-01-01", "--format", "json"];
    let ran = place.hark(&[&asked[..], more, paths].concat());
    ran.says(0, &[]);
    ran.out
}

/// The signals noticed by then, as bytes, without what may be learned later.
fn frozen(listening: &str, by: &str) -> Vec<String> {
    let listening: Value = serde_json::from_str(listening).unwrap();
    let signals = listening["signals"].as_array().unwrap().iter();
    signals
        .filter(|signal| signal["noticed_at"].as_str().unwrap() <= by)
        .map(|signal| {
            let mut signal = signal.clone();
            for later in ["base_rate", "code", "members", "ended_at"] {
                signal.as_object_mut().unwrap().remove(later);
            }
            signal.to_string()
        })
        .collect()
}

#[test]
fn the_order_of_paths_and_the_number_of_threads_change_no_byte() {
    let world = world();
    let parts = ["telemetry/logs", "telemetry/metrics", "telemetry/alerts.jsonl", "telemetry/reports.jsonl"];
    let mut turned = parts;
    turned.reverse();
    let whole = listen(&world.place, &parts, &["--threads", "2"]);
    assert!(!frozen(&whole, "9").is_empty());
    for (paths, threads) in [(turned, "2"), (parts, "1"), (turned, "5")] {
        assert!(
            listen(&world.place, &paths, &["--threads", threads]) == whole,
            "{paths:?}, {threads} threads"
        );
    }
}

#[test]
fn a_signal_is_shown_from_the_second_at_which_it_was_noticed() {
    let world = world();
    let whole = listen(&world.place, &["telemetry"], &[]);
    let signals: Value = serde_json::from_str(&whole).unwrap();
    let signals = signals["signals"].as_array().unwrap();
    // The strongest and the weakest.
    for signal in [signals.first().unwrap(), signals.last().unwrap()] {
        let noticed: Moment =
            signal["noticed_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().into();
        for (at, expected) in [(noticed, true), (noticed.plus_seconds(-1), false)] {
            let then = listen(&world.place, &["telemetry"], &["--as-of", &at.to_string()]);
            let then: Value = serde_json::from_str(&then).unwrap();
            let shown = then["signals"].as_array().unwrap().iter().any(|other| other["id"] == signal["id"]);
            assert_eq!(shown, expected, "as of {at}: {signal}");
        }
    }
}

#[test]
fn cutting_the_files_leaves_earlier_signals_as_they_were() {
    let world = world();
    let whole = listen(&world.place, &["telemetry/logs"], &[]);
    // Odd moments, none of them on an hour.
    for seconds in [DAY_SECONDS + 12_345, 5 * DAY_SECONDS + 77] {
        let at = world.now.plus_seconds(-seconds);
        assert!(at > world.begin);
        let earlier = frozen(&whole, &at.to_string());
        assert!(!earlier.is_empty(), "something had been noticed by {at}");
        let place = Place::new();
        cut(&world.place.path().join("telemetry/logs"), &place.path().join("telemetry/logs"), at);
        for files in [&place, &world.place] {
            let told = listen(files, &["telemetry/logs"], &["--as-of", &at.to_string()]);
            assert_eq!(frozen(&told, "9"), earlier, "at {at}");
        }
    }
}

/// Copies logs up to the first record of each that is later.
fn cut(from: &Path, to: &Path, at: Moment) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            cut(&path, &target, at);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let packed = path.extension().is_some_and(|extension| extension == "gz");
        let mut text = Vec::new();
        if packed {
            GzDecoder::new(&bytes[..]).read_to_end(&mut text).unwrap();
        } else {
            text = bytes;
        }
        let text = String::from_utf8(text).unwrap();
        let kept: String = text.split_inclusive('\n').take_while(|line| !is_later(line, at)).collect();
        let mut written = kept.into_bytes();
        if packed {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&written).unwrap();
            written = encoder.finish().unwrap();
        }
        if !written.is_empty() {
            fs::write(target, written).unwrap();
        }
    }
}

/// Whether the line bears a later stamp; one without a stamp belongs to the record before it.
fn is_later(line: &str, at: Moment) -> bool {
    let Some(start) = line.find("2026-") else { return false };
    let rest = &line[start..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || "-:., T".contains(c))).unwrap_or(rest.len());
    let stamp = rest[..end].trim_end().replacen(' ', "T", 1).replace(',', ".") + "Z";
    stamp.parse::<jiff::Timestamp>().is_ok_and(|stamp| Moment::from(stamp) > at)
}
