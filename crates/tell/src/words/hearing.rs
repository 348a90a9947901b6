//! How well we heard, in one line, with a remark for everything that was cut or could not be understood.

use hark_event::{Extent, Hearing, Reject, Unread};

use super::{bytes, count, number};
use crate::calendar::Calendar;

/// Rejected lines whose places are told.
const REJECTS_SHOWN_MAX: usize = 3;

/// `Heard 2,013,442 log records and 180,000 samples in 14 files (1.3 GB), 1 Feb to 7 Mar.`
pub(crate) fn sentence(hearing: &Hearing, calendar: &Calendar) -> String {
    let mut said = format!(
        "Heard {} in {} ({})",
        heard(hearing),
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

/// What there was to hear; of what there was none nobody wants to read.
fn heard(hearing: &Hearing) -> String {
    let counts = [
        (hearing.records, "log record", "log records"),
        (hearing.samples, "sample", "samples"),
        (hearing.spans, "span", "spans"),
    ];
    let there = counts.into_iter().filter(|(heard, ..)| *heard > 0);
    let there: Vec<String> = there.map(|(heard, one, many)| count(heard, one, many)).collect();
    match &there[..] {
        [] => "no log record and no sample".to_owned(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
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
    said.extend(hearing.cut.iter().map(|cut| format!("Left out {}: {}.", number(cut.count), cut.what)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_was_to_hear_is_told() {
        let said =
            |records, samples, spans| heard(&Hearing { records, samples, spans, ..Hearing::default() });
        assert_eq!(said(1, 2, 3_000), "1 log record, 2 samples and 3,000 spans");
        assert_eq!(said(5, 0, 1), "5 log records and 1 span");
        assert_eq!(said(0, 0, 7), "7 spans");
        assert_eq!(said(0, 0, 0), "no log record and no sample");
    }
}
