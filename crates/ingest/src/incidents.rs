//! Incidents as JSON lines of `{ "start", "end", "service", "title" }`; only `start` must be there.
//!
//! The list is written by people and short. A line that cannot be read is named, since a list that silently lost an
//! incident would make listening look better or worse than it is.

use std::sync::Arc;

use hark_event::{Moment, PastIncident};
use jiff::Timestamp;
use serde::Deserialize;

/// Incidents beyond this are not read.
const INCIDENTS_MAX: usize = 100_000;

#[derive(Deserialize)]
struct Written {
    start: String,
    end: Option<String>,
    service: Option<String>,
    title: Option<String>,
}

/// Reads a list of incidents: those that it has, in order of their start, and what is wrong with the other lines.
pub fn incidents(text: &str) -> (Vec<PastIncident>, Vec<String>) {
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    // Some editors begin a file with a mark of its encoding.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (at, line) in lines {
        if read.len() >= INCIDENTS_MAX {
            problems
                .push(format!("line {} and those behind it are beyond {INCIDENTS_MAX} incidents", at + 1));
            break;
        }
        match incident(line) {
            Ok(incident) => read.push(incident),
            Err(problem) => problems.push(format!("line {}: {problem}", at + 1)),
        }
    }
    read.sort_by(|a, b| a.start.cmp(&b.start).then_with(|| a.service.cmp(&b.service)));
    (read, problems)
}

fn incident(line: &str) -> Result<PastIncident, String> {
    let written: Written = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let start = moment(&written.start)?;
    let end = written.end.as_deref().map(moment).transpose()?;
    if end.is_some_and(|end| end < start) {
        return Err("it ends before it starts".to_owned());
    }
    Ok(PastIncident { start, end, service: written.service.map(Arc::from), title: written.title })
}

fn moment(text: &str) -> Result<Moment, String> {
    let stamp: Timestamp = text.parse().map_err(|_| format!("`{text}` is no RFC 3339 time"))?;
    Ok(Moment::from_seconds(stamp.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_come_in_order_and_broken_lines_are_named() {
        let (read, problems) = incidents(
            "{\"start\":\"2026-03-07T11:28:00Z\",\"service\":\"checkout\",\"more\":1}\n\n\
             {\"start\":\"2026-03-01T00:00:00+01:00\",\"end\":null}\nnot JSON\n\
             {\"start\":\"2026-03-02T00:00:00Z\",\"end\":\"2026-03-01T00:00:00Z\"}\n{\"end\":null}\n",
        );
        assert_eq!(
            read.iter().map(|one| one.service.as_deref()).collect::<Vec<_>>(),
            [None, Some("checkout")]
        );
        assert_eq!(read[0].start.to_string(), "2026-02-28T23:00:00Z");
        assert_eq!(problems.len(), 3);
        assert!(
            problems[0].starts_with("line 4") && problems[1].contains("ends before it starts"),
            "{problems:?}"
        );
    }
}
