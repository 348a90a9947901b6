//! How well we heard, in one line, with a remark for everything that was cut or could not be understood.

use hark_event::{Extent, Hearing, Reject, Unread};

use super::{bytes, count, number};
use crate::calendar::Calendar;

/// Rejected lines whose places are told.
const REJECTS_SHOWN_MAX: usize = 3;

/// `Heard 2,013,442 log records and 180,000 samples in 14 files (1.3 GB), 1 Feb to 7 Mar.`
pub(crate) fn sentence(hearing: &Hearing, calendar: &Calendar) -> String {
    let records = count(hearing.records, "log record", "log records");
    let samples = count(hearing.samples, "sample", "samples");
    let mut said = format!(
        "Heard {} in {} ({})",
        match hearing.spans {
            0 => format!("{records} and {samples}"),
            spans => format!("{records}, {samples} and {}", count(spans, "span", "spans")),
        },
        count(hearing.files, "file", "files"),
        bytes(hearing.bytes),
    );
    if let (Some(from), Some(to)) = (hearing.from, hearing.to) {
        said.push_str(&format!(", {} to {}", calendar.day_and_time(from), calendar.dated_time(to)));
    }
    if hearing.masked > 0 {
        said.push_str(&format!("; {} masked", count(hearing.masked, "secret", "secrets")));
    }
    said.push('.');
    said
}

/// What was lost on the way, worst first; empty if all was heard.
pub(crate) fn losses(hearing: &Hearing) -> Vec<String> {
    let counted = [
        (
            hearing.rejected,
            "could not be understood and",
            "was rejected",
            "were rejected",
            "line or sample",
            "lines or samples",
        ),
        (hearing.truncated, "longer than the limit", "was cut", "were cut", "record", "records"),
        (
            hearing.undated,
            "without a time stamp",
            "stands at the time of its neighbour",
            "stand at the time of their neighbours",
            "record",
            "records",
        ),
    ];
    let mut said: Vec<String> = counted
        .into_iter()
        .filter(|(times, ..)| *times > 0)
        .map(|(times, which, one, many, noun, nouns)| {
            format!("{} {which} {}.", count(times, noun, nouns), if times == 1 { one } else { many })
        })
        .enumerate()
        .map(|(at, said)| match at {
            0 if hearing.rejected > 0 => format!("{said}{}", rejected_first(hearing)),
            _ => said,
        })
        .collect();
    said.extend(hearing.cut.iter().map(|cut| match cut.count {
        1 => format!("Cut once: {}.", cut.what),
        times => format!("Cut {} times: {}.", number(times), cut.what),
    }));
    said
}

/// Where to look for what was rejected.
fn rejected_first(hearing: &Hearing) -> String {
    let place = |reject: &Reject| format!("{}:{} ({})", reject.path, reject.line, reject.reason);
    let places: Vec<String> = hearing.rejects.iter().take(REJECTS_SHOWN_MAX).map(place).collect();
    match places.len() {
        0 => String::new(),
        1 if hearing.rejected == 1 => format!(" It is {}.", places[0]),
        1 => format!(" One of them: {}.", places[0]),
        _ => format!(" Among them: {}.", places.join("; ")),
    }
}

/// Files that could not be understood, once for each kind of reason.
pub(crate) fn unread(hearing: &Hearing) -> impl Iterator<Item = String> {
    hearing.unread_alike().into_iter().map(|alike| {
        let Unread { path, reason, extent } = alike.first;
        let more = match alike.others.len() {
            0 => String::new(),
            others => format!(" (and so {})", count(others as u64, "other file", "other files")),
        };
        let what = match extent {
            Extent::Nothing => "Not understood",
            Extent::Part => "Read in part",
            Extent::Empty => "Empty",
        };
        format!("{what}: {path}{more}: {reason}")
    })
}
