//! What is cut, refused or too odd to be read is counted and named, and is never heard as something else.

use super::*;

fn cuts(hearing: &Hearing) -> Vec<(String, u64)> {
    hearing.cut.iter().map(|cut| (cut.what.clone(), cut.count)).collect()
}

#[test]
fn what_services_beyond_the_limit_say_is_cut_and_not_told_of_another() {
    let samples: String =
        (0..10_002).map(|number| format!("up{{service=\"s{number}\"}} 1 1767312000\n")).collect();
    let (events, hearing) = read("m.prom", (samples + "up 1 1767312000\n").as_bytes(), &utc());
    assert_eq!((events.len(), hearing.samples), (10_001, 10_001));
    assert_eq!(events.last().map(String::as_str), Some("2026-01-02T00:00:00Z m up 1.0 :10003"));
    let cut = "records, samples and spans of services beyond the first 10,000 of a file";
    assert_eq!(cuts(&hearing), [(cut.to_owned(), 2)]);
    let logs: String = (0..10_002)
        .map(|number| {
            format!("{{\"time\":\"2026-01-02T00:00:00Z\",\"service\":\"s{number}\",\"msg\":\"a\"}}\n")
        })
        .collect();
    let (events, hearing) = read("a.json", logs.as_bytes(), &utc());
    assert_eq!((events.len(), hearing.records, hearing.lines), (10_000, 10_000, 10_002));
    assert_eq!(cuts(&hearing), [(cut.to_owned(), 2)]);
}

#[test]
fn an_odd_tag_costs_the_tag_and_null_costs_nothing() {
    let jaeger = r#"{"data":[{"traceID":"1","processes":{"p":{"serviceName":"app","tags":null}},"spans":[
{"traceID":"1","spanID":"a","operationName":"op","references":null,"startTime":1767312000000000,"duration":5000,
 "tags":[{"key":"sampler.param","type":"float64","value":0.001},{"key":"x","value":[1]},null],"processID":"p"}]}]}
"#;
    let (events, hearing) = read("j.json", jaeger.as_bytes(), &utc());
    assert_eq!((events.len(), hearing.rejected), (1, 0), "{events:?}");
    let log = |inner: &str| {
        format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":null}},"scopeLogs":[{{"logRecords":[{{"timeUnixNano":"1767312000000000000","body":{{"stringValue":"a"}},{inner}}}]}}]}}]}}"#
        ) + "\n"
    };
    let logs = log(r#""attributes":null"#)
        + &log(
            r#""attributes":[{"key":"user","value":null},{"key":"k","value":{"intValue":"odd"}},{"key":"n","value":{"intValue":7}}]"#,
        )
        + &log(r#""attributes":[{"key":"user","value":"text"},7],"severityText":null"#);
    let hearing = check(
        "o.json",
        &logs,
        &[
            "2026-01-02T00:00:00Z o  \"a\" :1+1",
            "2026-01-02T00:00:00Z o  \"a\" beside user=,k=,n=7 :2+1",
            "2026-01-02T00:00:00Z o  \"a\" beside user= :3+1",
        ],
    );
    assert_eq!(hearing.rejected, 0);
    let zipkin = concat!(
        r#"[{"traceId":"1","id":"a","name":"op","timestamp":1767312000000000,"duration":5000,"#,
        r#""localEndpoint":null,"shared":null,"tags":{"load":0.5,"more":{"a":1}}},"#,
        r#"{"traceId":"1","id":"b","name":"op","timestamp":1767312000000000,"duration":5000,"localEndpoint":{},"tags":null}]"#,
        "\n"
    );
    let (events, hearing) = read("z.json", zipkin.as_bytes(), &utc());
    assert_eq!((events.len(), hearing.rejected), (2, 0), "{events:?}");
}

fn otlp_metric(metric: &str) -> String {
    format!(r#"{{"resourceMetrics":[{{"resource":{{}},"scopeMetrics":[{{"metrics":[{metric}]}}]}}]}}"#) + "\n"
}

#[test]
fn points_without_a_time_are_rejected_and_those_with_too_many_labels_cut() {
    let text = otlp_metric(
        r#"{"name":"mem","gauge":{"dataPoints":[{"asInt":1},{"asInt":2,"flags":1},{"timeUnixNano":"1767312000000000000","asInt":3}]}}"#,
    );
    let hearing = check("o.json", &text, &["2026-01-02T00:00:00Z o mem 3.0 :1"]);
    assert_eq!((hearing.rejected, hearing.rejects[0].reason.as_str()), (1, "a point without a time"));
    let labels: Vec<String> =
        (0..33).map(|n| format!(r#"{{"key":"k{n}","value":{{"intValue":{n}}}}}"#)).collect();
    let text = otlp_metric(&format!(
        r#"{{"name":"mem","gauge":{{"dataPoints":[{{"timeUnixNano":"1767312000000000000","asInt":3,"attributes":[{}]}}]}}}}"#,
        labels.join(",")
    ));
    let hearing = check("o.json", &text, &[]);
    assert_eq!(cuts(&hearing), [("points of OTLP series with more than 32 labels".to_owned(), 1)]);
}

#[test]
fn a_record_that_is_too_long_to_be_read_is_rejected_by_name() {
    let point = r#"{"timeUnixNano":"1767312000000000000","asInt":3},"#.repeat(100_000);
    let text = otlp_metric(&format!(r#"{{"name":"mem","gauge":{{"dataPoints":[{point}{{}}]}}}}"#));
    let hearing = check("o.json", &text, &[]);
    assert_eq!((hearing.truncated, hearing.rejected), (0, 1));
    assert_eq!(hearing.rejects[0].reason, "a record longer than 4 MiB");
}

#[test]
fn rows_of_another_width_than_the_header_are_no_samples() {
    let good: String = (0..8).map(|minute| format!("2026-01-02T00:0{minute}:00Z,1,2\n")).collect();
    let text = format!(
        "time,a,b\n{good}2026-01-02T00:08:00Z,3,4,,\n2026-01-02T00:08:30Z,5,6,7\n2026-01-02T00:09:00Z,77"
    );
    let (events, hearing) = read("w.csv", text.as_bytes(), &utc());
    assert_eq!(events[16..], ["2026-01-02T00:08:00Z w a 3.0 :10", "2026-01-02T00:08:00Z w b 4.0 :10"]);
    assert_eq!(hearing.rejected, 2);
    let good = "2026-01-02T00:00:00Z,mem,1\n".repeat(8);
    let (events, hearing) =
        read("l.csv", format!("time,series,value\n{good}2026-01-02T00:01:00Z,mem\n").as_bytes(), &utc());
    assert_eq!(events.len(), 8);
    assert_eq!(hearing.rejected, 1);
}

#[test]
fn times_in_seconds_are_told_by_their_size() {
    let hearing = check(
        "vm.jsonl",
        r#"{"metric":{"__name__":"up"},"values":[1,2,3],"timestamps":[1767312000000,1767312060,5]}"#,
        &["2026-01-02T00:00:00Z vm up 1.0 :1", "2026-01-02T00:01:00Z vm up 2.0 :1"],
    );
    assert_eq!(hearing.rejected, 1);
    check(
        "ann.json",
        "[{\"time\":1767312000,\"text\":\"Deployed cart\",\"tags\":[\"deploy\"]}]\n",
        &["change deploy 2026-01-02T00:00:00Z - \"Deployed cart\" []"],
    );
}

#[test]
fn a_wrong_size_in_the_journal_costs_its_entry_and_no_other() {
    let entry = |n: u64| {
        format!("__CURSOR=c{n}\n__REALTIME_TIMESTAMP={}\nMESSAGE=export {n}\n\n", 1_767_312_000_000_000 + n)
    };
    let binary = |size: u64| {
        let begin = format!("__CURSOR=b\n__REALTIME_TIMESTAMP={}\nMESSAGE\n", 1_767_312_000_000_000_u64);
        [begin.as_bytes(), &size.to_le_bytes(), b"two\nlines\n\n"].concat()
    };
    let rest: String = (1..5).map(entry).collect();
    for (size, rejected, unread) in [(9, 0, 0), (61, 1, 0), (5_000, 1, 0), (1 << 40, 1, 0)] {
        let (events, hearing) =
            read("j.export", &[&entry(0).into_bytes(), &binary(size), rest.as_bytes()].concat(), &utc());
        let heard = events.iter().filter(|event| event.contains("\"export ")).count();
        assert_eq!(heard, 5, "{size}: {events:?}");
        assert_eq!((hearing.rejected > 0, hearing.unread.len()), (rejected > 0, unread), "{size}");
        assert_eq!(events.iter().any(|event| event.contains("two\\nlines")), size == 9, "{events:?}");
    }
    let (events, hearing) = read("j.export", &[entry(0).as_bytes(), &binary(61)].concat(), &utc());
    assert_eq!((events.len(), hearing.unread.len()), (2, 1));
    assert!(hearing.unread[0].reason.contains("in the midst of the field"), "{:?}", hearing.unread);
}

#[test]
fn a_record_that_is_not_known_yet_moves_no_clock() {
    let late = r#"{"time":"2026-01-02T00:30:00Z","observed_time":"2026-01-02T09:00:00Z","msg":"late"}"#;
    let text = format!(
        "{{\"time\":\"2026-01-02T00:00:00Z\",\"msg\":\"a\"}}\n{late}\n{{\"time\":\"2026-01-02T00:10:00Z\",\"msg\":\"b\"}}\n"
    );
    let (events, _) = read("a.json", text.as_bytes(), &as_of("2026-01-02T01:00:00Z"));
    assert_eq!(events, ["2026-01-02T00:00:00Z a  \"a\" :1+1", "2026-01-02T00:10:00Z a  \"b\" :3+1"]);
}

#[test]
fn a_lost_bucket_costs_no_later_moment_of_its_histogram() {
    let moment = |n: u64, lost: bool| {
        let (time, all) = (1_767_312_000 + n * 60, 10 * (n + 1));
        let one = if lost { String::new() } else { format!("wait_bucket{{le=\"1\"}} {} {time}\n", all / 2) };
        one + &format!("wait_bucket{{le=\"2\"}} {all} {time}\nwait_bucket{{le=\"+Inf\"}} {all} {time}\n")
    };
    let text: String = (0..5).map(|n| moment(n, n == 2)).collect();
    let (whole, _) = read("x.prom", text.as_bytes(), &utc());
    let medians: Vec<&String> = whole.iter().filter(|event| event.contains("0.5")).collect();
    assert_eq!(medians.len(), 4);
    // Each is handed on when its moment, or the one after it, is whole.
    for (nth, median) in medians.iter().enumerate() {
        let line: usize = median.rsplit_once(':').unwrap().1.parse().unwrap();
        let end = text.lines().take(line).last().unwrap();
        assert!(end.starts_with("wait_bucket{le=\"+Inf\"}"), "{nth}: {median}");
    }
    // One bucket's whole history after the other gives the same.
    let mut sorted: Vec<&str> = text.lines().collect();
    sorted.sort_by_key(|line| line.split(' ').next());
    let (by_bucket, _) = read("x.prom", (sorted.join("\n") + "\n").as_bytes(), &utc());
    let said = |events: &[String]| -> Vec<String> {
        events.iter().map(|event| event.rsplit_once(" :").unwrap().0.to_owned()).collect()
    };
    assert_eq!(said(&by_bucket), said(&whole));
}

#[test]
fn histograms_beyond_the_limit_are_cut_and_named() {
    let text: String = (0..20_001)
        .map(|n| format!("wait_bucket{{n=\"{n}\",le=\"1\"}} 1 1767312000\nwait_bucket{{n=\"{n}\",le=\"+Inf\"}} 1 1767312000\n"))
        .collect();
    let (_, hearing) = read("x.prom", text.as_bytes(), &utc());
    let cut = "samples of histograms beyond 20,000 of a file, 1,000 buckets of one, or 400,000 of all";
    assert_eq!(cuts(&hearing), [(cut.to_owned(), 2)]);
}

#[test]
fn a_histogram_that_halves_its_resolution_is_not_all_new() {
    let point = |minute: u64, scale: i32, offset: i64, counts: &str, count: u64| {
        format!(
            r#"{{"timeUnixNano":"{}","count":"{count}","scale":{scale},"positive":{{"offset":{offset},"bucketCounts":[{counts}]}}}}"#,
            1_767_312_000_000_000_000 + minute * 60_000_000_000
        )
    };
    // Of a thousand values from 2 to 4 none is new, ten from 32 to 64 are.
    let text = otlp_metric(&format!(
        r#"{{"name":"wait","exponentialHistogram":{{"aggregationTemporality":2,"dataPoints":[{},{}]}}}}"#,
        point(0, 1, 2, "500,500", 1_000),
        point(1, 0, 1, "1000,0,0,0,10", 1_010)
    ));
    let (events, _) = read("o.json", text.as_bytes(), &utc());
    assert_eq!(
        events,
        [
            "2026-01-02T00:00:00Z o wait_count 1000.0 :1",
            "2026-01-02T00:01:00Z o wait_count 1010.0 :1",
            "2026-01-02T00:01:00Z o wait{quantile=\"0.5\"} 48.0 :1",
            "2026-01-02T00:01:00Z o wait{quantile=\"0.9\"} 60.8 :1",
            "2026-01-02T00:01:00Z o wait{quantile=\"0.99\"} 63.68 :1",
        ]
    );
}

#[test]
fn structured_data_without_end_takes_no_longer_than_its_length() {
    let data = "a=".repeat(400_000);
    let log = format!("<34>1 2026-01-02T00:00:00Z host app 7 - [x {data} b=\"c\"] said\n").repeat(2);
    let (events, _) = read("sys.log", log.as_bytes(), &utc());
    assert_eq!(events.len(), 2);
}

#[test]
fn an_answer_is_known_only_when_it_was_told() {
    let alert = |name: &str, hour: u32, more: &str| {
        format!(
            "{{\"status\":\"firing\",\"labels\":{{\"alertname\":\"{name}\"}},{more}\"startsAt\":\"2026-01-02T{hour}:00:00Z\"}}\n"
        )
    };
    let text = alert("A", 10, "") + &alert("B", 12, "") + &alert("A", 10, "\"acknowledged\":true,");
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.json"), text).unwrap();
    let found = discover(&[folder.path().to_owned()]);
    let answered = |reading: &Reading| {
        let mut answered = Vec::new();
        found.sources[0].read(reading, &AtomicU64::new(0), &mut |event| {
            if let Event::Alert(alert) = event {
                answered.push((alert.name.clone(), alert.answered));
            }
        });
        answered
    };
    assert!(answered(&as_of("2026-01-02T11:00:00Z")).iter().all(|(_, answered)| !answered));
    assert!(answered(&as_of("2026-01-02T12:00:00Z")).contains(&("A".to_owned(), true)));
}

#[test]
fn a_version_that_is_no_version_is_cut() {
    let text = format!(
        "{{\"time\":\"2026-01-02T00:00:00Z\",\"msg\":\"a\",\"version\":\"{}\"}}\n",
        "x".repeat(900_000)
    );
    check("a.json", &text, &[&format!("2026-01-02T00:00:00Z a  \"a\" version {} :1+1", "x".repeat(200))]);
}

#[test]
fn what_cannot_be_read_is_named_with_the_reason() {
    check_unread("a", b"", "empty");
    check_unread("a", b"\n\n", "empty");
    check_unread("a", b"hello\nworld\n", "no time stamp in its first 2 lines");
    check_unread("a", &[0x1F, 0x8B, 0x08], "damaged or empty gzip");
    check_unread("a", b"BZh91AY", "damaged or empty bzip2");
    check_unread("a", b"\xFD7zXZ\0rest", "damaged or empty xz");
    check_unread("a", b"\xFF\xFEh\0i\0", "UTF-16");
    check_unread("a", &(0..=255).cycle().take(10_000).collect::<Vec<u8>>(), "binary");
    check_unread("a", b"0.1,0.2\n0.3,0.4\n", "without a header and without a time column");
    check_unread("a", b"[[1],[2]]\n", "neither one object per line nor a document");
    check_unread(
        "a",
        b"{\n  \"name\": \"x\"\n}\n",
        "a JSON document, but none of the first records says a time",
    );
    check_unread("a", b"# TYPE up gauge\nup 1\n", "Prometheus text without time stamps");
    check_unread("a", b"{\"msg\":\"x\"}\n", "none of the first records says a time");
}

#[test]
fn long_lines_and_long_records_are_cut_and_counted() {
    let mut input = b"2026-01-02T00:00:00Z a\n2026-01-02T00:00:01Z ".to_vec();
    input.resize(input.len() + (5 << 20), b'x');
    input.extend_from_slice(b"\n2026-01-02T00:00:02Z b\n");
    for line in 0..2_000 {
        input.extend_from_slice(format!("  at frame {line}\n").as_bytes());
    }
    let (events, hearing) = read("app.log", &input, &utc());
    assert_eq!(events.len(), 3);
    assert!(events[1].len() < 66 << 10);
    assert!(
        events[2].ends_with(":3+2001")
            && events[2].contains("frame 998")
            && !events[2].contains("frame 1000")
    );
    assert_eq!((hearing.lines, hearing.truncated, hearing.bytes), (2_003, 2, input.len() as u64));
}

#[test]
fn broken_bytes_colours_and_nuls_do_not_stop_the_reading() {
    let input = b"2026-01-02T00:00:00Z caf\xe9\n\x1b[32m2026-01-02T00:00:01Z\x1b[0m \x1b[1mINFO\x1b[0m up\n\x00\x00\x00\x002026-01-02T00:00:02Z a\x00b\n";
    let (events, _) = read("app.log", input, &utc());
    assert_eq!(
        events,
        [
            "2026-01-02T00:00:00Z app  \"caf\u{fffd}\" :1+1",
            "2026-01-02T00:00:01Z app INFO \"up\" :2+1",
            "2026-01-02T00:00:02Z app  \"ab\" :3+1",
        ]
    );
}

#[test]
fn rejected_lines_and_stamps_without_a_zone_are_told_with_their_file() {
    let text = "2026-03-01 10:00:00 INFO one\n2026-03-01 10:00:01 INFO two\n";
    let (_, hearing) = read("app.log", text.as_bytes(), &utc());
    assert!(hearing.zoneless == 1 && hearing.zoneless_first.is_some_and(|path| path.ends_with("app.log")));
    let text = "{\"time\":\"2026-03-01T10:00:00Z\",\"msg\":\"a\"}\n{\"time\":\n{\"time\":\"2026-03-01T10:00:02Z\",\"msg\":\"b\"}\n";
    let (_, hearing) = read("app.jsonl", text.as_bytes(), &utc());
    assert_eq!((hearing.zoneless, hearing.rejects.len(), hearing.rejects[0].line), (0, 1, 2));
    // What lies behind now is not known, and neither is what is wrong with it.
    let (_, early) = read("app.jsonl", text.as_bytes(), &as_of("2026-03-01T10:00:00Z"));
    assert_eq!(early.rejects.len() as u64, early.rejected);
}
