//! What is heard as of a moment is what the file said then, whatever its form and however odd its records.

use std::collections::BTreeSet;

use super::matrix::{RECORDS, cells, cells_of, resource};
use super::*;

/// What anything as of a moment says is what the file said then.
#[test]
fn every_form_as_of_a_moment_is_the_file_as_it_stood_then() {
    let whole = cells();
    // With fewer rows some tables cannot be told from text.
    for records in 3..=RECORDS {
        for (cell, cut) in whole.iter().zip(cells_of(records)) {
            let (expected, told) = read("app.log", cut.text.as_bytes(), &utc());
            assert_eq!((expected.len(), told.undated), (records, 0), "{}", cell.form);
            let last = told.to.unwrap();
            for at in [last, last.plus_seconds(30)] {
                let reading = Reading { as_of: Some(at), ..utc() };
                let (events, hearing) = read("app.log", cell.text.as_bytes(), &reading);
                assert_eq!(events, expected, "{} as of {at}", cell.form);
                assert_eq!(hearing.to, told.to, "{} as of {at}", cell.form);
            }
        }
    }
}

/// The lines of a file, each with the second at which it was written; the cut needs no understanding of them.
struct Written {
    form: &'static str,
    lines: Vec<(i64, String)>,
}

impl Written {
    fn until(&self, second: i64) -> String {
        self.lines.iter().filter(|(at, _)| *at <= second).map(|(_, line)| line.clone() + "\n").collect()
    }
}

fn at(second: i64) -> Moment {
    moment("2026-01-02T00:00:00Z").plus_seconds(second)
}

/// Records of several lines, lines of several pieces, and records that are odd in themselves.
fn written() -> Vec<Written> {
    let of = |form, lines: &[(i64, &str)], line: &dyn Fn(i64, &str) -> String| Written {
        form,
        lines: lines.iter().map(|(second, text)| (*second, line(*second, text))).collect(),
    };
    let cri = |second: i64, text: &str| format!("{} {text}", at(second));
    let further = [
        (0, "worker busy"),
        (1, "\tat a"),
        (3, "\tat b"),
        (600, "  cause: disk is full"),
        (601, "Caused by: disk"),
        (602, "Traceback (most recent call last):"),
        (603, "  File x"),
        (604, "ValueError: no"),
        (605, "up"),
    ];
    let environment = [
        (0, r#"{"level":"warn","env":"staging","msg":"slow"}"#),
        (60, "up"),
        (61, r#"{"service":"pay","msg":"slow"}"#),
        (62, "up"),
    ];
    let long = "x".repeat(16 << 10);
    let otlp = |second: i64, inner: &str| {
        let nanos = at(second).nanos();
        resource(
            "resourceLogs",
            "scopeLogs",
            "logRecords",
            &format!(r#"{{"timeUnixNano":"{nanos}","body":{{"stringValue":"said"}},{inner}}}"#),
        )
    };
    let jaeger = |second: i64, tags: &str| {
        let micros = at(second).nanos() / 1_000;
        format!(
            r#"{{"traceID":"1","spans":[{{"traceID":"1","spanID":"a","operationName":"op","startTime":{micros},"duration":0,"tags":{tags},"processID":"p"}}],"processes":{{"p":{{"serviceName":"app"}}}}}}"#
        )
    };
    let bucket = |second: i64, text: &str| format!("wait_bucket{{le=\"{text} {}", at(second).seconds());
    let alert = |second: i64, text: &str| {
        let (name, start, more) = (&text[..1], &text[1..3], &text[3..]);
        assert!(start.parse::<i64>().unwrap() * 60 <= second);
        format!(
            r#"{{"status":"firing","labels":{{"alertname":"{name}"}},{more}"startsAt":"2026-01-02T00:{start}:00Z"}}"#
        )
    };
    vec![
        of("cri of several lines", &further, &|second, text| cri(second, &format!("stdout F {text}"))),
        of("compose of several lines", &further, &|second, text| format!("web-1  | {} {text}", at(second))),
        of(
            "compose of two containers",
            &[
                (0, "web-1 | up"),
                (1, "db-1 | up"),
                (2, "db-1 |   more"),
                (3, "web-1 |   more"),
                (900, "db-1 |   late"),
            ],
            &|second, text| text.replacen("| ", &format!("| {} ", at(second)), 1),
        ),
        of(
            "cri in pieces",
            &[
                (0, "stdout P one "),
                (1, "stderr P two "),
                (2, "stdout P and "),
                (3, "stdout F whole"),
                (4, "stderr F whole"),
                (600, "stdout P worker is "),
                (601, "stderr F up"),
                (700, "stdout F broken"),
                (800, "stderr P never "),
                (5_000, "stdout F later"),
                (5_001, "stdout F last"),
            ],
            &cri,
        ),
        of(
            "docker in pieces",
            &[(0, &long), (1, "end\\n"), (2, "killed"), (3, "up\\n"), (4, &long), (90, "x\\n")],
            &|second, text| format!(r#"{{"log":"{text}","stream":"stdout","time":"{}"}}"#, at(second)),
        ),
        of("compose with environments", &environment, &|second, text| {
            format!("web-1  | {} {text}", at(second))
        }),
        of("journal with environments", &environment, &|second, text| {
            format!(
                r#"{{"__REALTIME_TIMESTAMP":"{}","SYSLOG_IDENTIFIER":"node","MESSAGE":"{}"}}"#,
                at(second).nanos() / 1_000,
                text.replace('"', "\\\"")
            )
        }),
        of(
            "otlp with odd attributes",
            &[
                (0, r#""attributes":null"#),
                (
                    1,
                    r#""attributes":[{"key":"user","value":null},{"key":"share","value":{"doubleValue":0.5}}]"#,
                ),
                (2, r#""attributes":[null,{"key":"share","value":{"stringValue":0.5}}]"#),
            ],
            &otlp,
        ),
        of(
            "jaeger with odd tags",
            &[
                (0, "null"),
                (1, r#"[{"key":"sampler.param","type":"float64","value":0.001}]"#),
                (2, "[null,[]]"),
            ],
            &jaeger,
        ),
        of(
            "histograms with a lost line",
            &[
                (0, "1\"} 1"),
                (0, "2\"} 2"),
                (0, "+Inf\"} 2"),
                (60, "1\"} 2"),
                (60, "2\"} 4"),
                (60, "+Inf\"} 4"),
                (120, "2\"} 8"),
                (120, "+Inf\"} 8"),
                (180, "1\"} 6"),
                (180, "2\"} 12"),
                (180, "+Inf\"} 12"),
            ],
            &bucket,
        ),
        of("alerts told again", &[(0, "A00"), (120, "B02"), (180, r#"C03"acknowledged":true,"#)], &alert),
    ]
}

#[test]
fn what_is_joined_or_odd_as_of_a_moment_is_the_file_as_it_stood_then() {
    for file in written() {
        let text = file.until(i64::MAX);
        let (all, hearing) = read("app.log", text.as_bytes(), &utc());
        assert!(all.len() > 1 && hearing.rejected == 0, "{}: {all:?} {hearing:?}", file.form);
        let seconds: BTreeSet<i64> =
            file.lines.iter().flat_map(|(second, _)| [*second, second + 1]).collect();
        for second in seconds {
            let cut = file.until(second);
            // One line alone may be told for another form.
            if cut.lines().count() < 2 {
                continue;
            }
            let (expected, _) = read("app.log", cut.as_bytes(), &utc());
            let (events, _) = read("app.log", text.as_bytes(), &Reading { as_of: Some(at(second)), ..utc() });
            assert_eq!(events, expected, "{} as of {second}", file.form);
            assert!(!events.is_empty() || file.form.starts_with("hist"), "{} as of {second}", file.form);
        }
    }
}
