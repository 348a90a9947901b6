//! What users reported: a JSON object `{ "time", "service", "report" }` per line.

use std::borrow::Cow;
use std::sync::Arc;

use hark_event::{Id, Place, UserReport};
use serde::Deserialize;

use crate::ear::Ear;
use crate::lines::Lines;
use crate::samples::KnownLines;
use crate::stamp::FieldReader;

#[derive(Deserialize)]
struct Reported<'a> {
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow, default)]
    service: Option<Cow<'a, str>>,
    #[serde(borrow)]
    report: Cow<'a, str>,
}

/// Reads the file to its end.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut known_lines = KnownLines::new();
    let mut times = FieldReader::default();
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { return known_lines.count(lines.tally.since(before), None, ear) };
        let is_empty = line.bytes.trim_ascii().is_empty();
        let number = line.number;
        let report = understand(line.bytes, number, &mut times, ear);
        let mut tally = lines.tally.since(before);
        if report.is_none() && !is_empty {
            tally.reject(number, "no report with `time` and `report`");
        }
        let is_known = report.map(|report| ear.report(report));
        known_lines.count(tally, is_known, ear);
    }
}

fn understand(line: &[u8], number: u64, times: &mut FieldReader, ear: &mut Ear<'_>) -> Option<UserReport> {
    let reported: Reported<'_> = serde_json::from_slice(line).ok()?;
    let time = ear.calendar.place(times.read(&reported.time)?)?;
    let service = reported.service.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let service = service.map(Arc::from).or(ear.service.clone());
    Some(UserReport {
        id: Id::of(&[&time.to_string(), service.as_deref().unwrap_or(""), &reported.report]),
        time,
        service,
        text: reported.report.into_owned(),
        place: Place { file: ear.file.clone(), line: number },
    })
}
