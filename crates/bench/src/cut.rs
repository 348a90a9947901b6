//! Cuts the files of a world at a moment, as if the rest had not been written yet.
//!
//! Written against the contract's rule of arrival and knowing nothing of how `hark` reads: a log ends before its first
//! record that is later, a metric keeps its samples up to the moment, traces the spans that had ended, alerts and reports what had been posted by then.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use hark_event::Moment;
use serde_json::Value;

use crate::error::BenchError;
use crate::score::moment;

/// Copies `from` to `to`, cut at this moment. A file of which nothing is left is left out.
pub(crate) fn directory(from: &Path, to: &Path, at: Moment) -> Result<(), BenchError> {
    fs::create_dir_all(to).map_err(|source| BenchError::file(to, source))?;
    let failed = |source| BenchError::file(from, source);
    let mut entries: Vec<_> =
        fs::read_dir(from).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    // Reversed, so that no reader can lean on the order in which the file system lists them.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
    for entry in entries {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            directory(&path, &target, at)?;
        } else {
            file(&path, &target, at)?;
        }
    }
    Ok(())
}

fn file(from: &Path, to: &Path, at: Moment) -> Result<(), BenchError> {
    let bytes = fs::read(from).map_err(|source| BenchError::file(from, source))?;
    let packed = from.extension().is_some_and(|extension| extension == "gz");
    let mut text = Vec::new();
    if packed {
        GzDecoder::new(&bytes[..]).read_to_end(&mut text).map_err(|source| BenchError::file(from, source))?;
    } else {
        text = bytes;
    }
    let kept = content(from, &String::from_utf8_lossy(&text), at);
    if kept.is_empty() {
        return Ok(());
    }
    let written = if packed {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder
            .write_all(kept.as_bytes())
            .and_then(|()| encoder.finish())
            .and_then(|bytes| fs::write(to, bytes))
    } else {
        fs::write(to, kept)
    };
    written.map_err(|source| BenchError::file(to, source))
}

fn content(path: &Path, text: &str, at: Moment) -> String {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if name.starts_with("alerts") {
        lines(text, |line| posted(line).is_none_or(|posted| posted <= at))
    } else if name.starts_with("reports") {
        lines(text, |line| {
            let report: Value = serde_json::from_str(line).unwrap_or_default();
            moment(report["time"].as_str().unwrap_or("")).is_none_or(|time| time <= at)
        })
    } else if name.ends_with(".csv") {
        let table =
            lines(text, |line| moment(line.split(',').next().unwrap_or("")).is_none_or(|time| time <= at));
        if table.lines().count() > 1 { table } else { String::new() }
    } else if name.starts_with("spans") {
        text.lines().filter_map(|line| spans(line, at)).collect()
    } else if name.ends_with(".jsonl") {
        text.lines().filter_map(|line| samples(line, at)).collect()
    } else {
        log(text, at).to_owned()
    }
}

fn lines(text: &str, keep: impl Fn(&str) -> bool) -> String {
    text.lines().filter(|line| keep(line)).flat_map(|line| [line, "\n"]).collect()
}

/// When an alert was posted: at its start, or at its end.
fn posted(line: &str) -> Option<Moment> {
    let post: Value = serde_json::from_str(line).ok()?;
    let alert = &post["alerts"][0];
    let field = if post["status"] == "resolved" { "endsAt" } else { "startsAt" };
    moment(alert[field].as_str()?)
}

/// A batch of spans without those that end later; `None` if none is left.
fn spans(line: &str, at: Moment) -> Option<String> {
    let mut batch: Value = serde_json::from_str(line).ok()?;
    let list = batch.pointer_mut("/resourceSpans/0/scopeSpans/0/spans")?.as_array_mut()?;
    let ended = |span: &Value| span["endTimeUnixNano"].as_str()?.parse::<i64>().ok();
    list.retain(|span| ended(span).is_none_or(|ended| ended <= at.nanos()));
    (!list.is_empty()).then(|| format!("{batch}\n"))
}

/// A block of samples without those that are later; `None` if none is left. The samples of a block are in order.
fn samples(line: &str, at: Moment) -> Option<String> {
    let (head, rest) = line.split_once("\"values\":[")?;
    let (values, rest) = rest.split_once("],\"timestamps\":[")?;
    let times = rest.trim_end_matches("]}");
    let limit = at.nanos() / 1_000_000;
    let kept = times.split(',').filter(|time| time.parse::<i64>().is_ok_and(|time| time <= limit)).count();
    if kept == 0 {
        return None;
    }
    let first = |list: &str| list.split(',').take(kept).collect::<Vec<_>>().join(",");
    Some(format!("{head}\"values\":[{}],\"timestamps\":[{}]}}\n", first(values), first(times)))
}

/// Up to the first record that is later. Lines without a stamp belong to the record before them.
fn log(text: &str, at: Moment) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if stamp(line).is_some_and(|stamp| stamp > at) {
            return &text[..end];
        }
        end += line.len();
    }
    text
}

/// The stamp of a line in any of the shop's house styles.
fn stamp(line: &str) -> Option<Moment> {
    let head = line.get(..line.len().min(48).min(line.floor_char_boundary(48)))?;
    let start = head.find("2026-")?;
    let rest = &head[start..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || "-:., T".contains(c))).unwrap_or(rest.len());
    let stamp = rest[..end].trim_end().replacen(' ', "T", 1).replace(',', ".");
    moment(&format!("{stamp}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, at: &str, expected: &str) {
        assert_eq!(content(Path::new(name), text, moment(at).unwrap()), expected);
    }

    #[test]
    fn a_log_ends_before_its_first_later_record_and_keeps_the_trace_of_the_one_before() {
        let text = "2026-02-03 10:11:12.500 ERROR [x] a - failed\n\tat b\n2026-02-03 10:11:13.000 INFO  [x] a - ok\n";
        check("a.log", text, "2026-02-03T10:11:12.999Z", &text[..text.find("2026-02-03 10:11:13").unwrap()]);
        check("a.log", text, "2026-02-03T10:11:13Z", text);
        check("a.log", text, "2026-02-03T10:11:12Z", "");
    }

    #[test]
    fn every_house_style_is_understood() {
        for line in [
            "{\"time\":\"2026-02-03T10:11:12.250Z\",\"level\":\"info\"}",
            "{\"timestamp\":\"2026-02-03T10:11:12.250Z\",\"severity\":\"INFO\"}",
            "2026-02-03 10:11:12,250 INFO inventory.reserve: stock",
            "2026-02-03T10:11:12.250000Z  INFO accounts::login: user",
            "2026-02-03 10:11:12.250 INFO  [http-nio-8080-exec-4] shop - ok",
        ] {
            assert_eq!(stamp(line), moment("2026-02-03T10:11:12.25Z"), "{line}");
        }
        assert_eq!(stamp("[2026-02-03 10:11:12 +0000] [17] [INFO] label"), moment("2026-02-03T10:11:12Z"));
        assert_eq!(stamp("\tat shop.payments.ChargeService.call(ChargeService.java:64)"), None);
    }

    #[test]
    fn samples_rows_alerts_and_reports_are_kept_up_to_the_moment() {
        let block =
            "{\"metric\":{\"__name__\":\"x\"},\"values\":[1,2.5,3],\"timestamps\":[1000,2000,3000]}\n";
        let cut = "{\"metric\":{\"__name__\":\"x\"},\"values\":[1,2.5],\"timestamps\":[1000,2000]}\n";
        check("export-x.jsonl", block, "1970-01-01T00:00:02Z", cut);
        check("export-x.jsonl", block, "1970-01-01T00:00:00Z", "");
        check(
            "hosts.csv",
            "time,series,value\n1970-01-01T00:00:01Z,a,1\n1970-01-01T00:00:03Z,a,2\n",
            "1970-01-01T00:00:02Z",
            "time,series,value\n1970-01-01T00:00:01Z,a,1\n",
        );
        let firing = "{\"status\":\"firing\",\"alerts\":[{\"startsAt\":\"1970-01-01T00:00:01Z\",\"endsAt\":\"0001-01-01T00:00:00Z\"}]}\n";
        let resolved =
            firing.replace("firing", "resolved").replace("0001-01-01T00:00:00Z", "1970-01-01T00:00:03Z");
        check("alerts.jsonl", &(firing.to_owned() + &resolved), "1970-01-01T00:00:02Z", firing);
        check("reports.jsonl", "{\"time\":\"1970-01-01T00:00:03Z\"}\n", "1970-01-01T00:00:02Z", "");
    }
}
