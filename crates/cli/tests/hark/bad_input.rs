//! Input that is broken: a remark that names the file, the rest still read, and no panic.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::place::{Place, log};

/// A file from which nothing can be had.
#[track_caller]
fn check_unread(name: &str, content: impl AsRef<[u8]>, word: &str) {
    let place = Place::with_a_log();
    place.write(name, content);
    place.hark(&["listen", name]).says(2, &[&format!("remark: {name}: "), word, "hint: "]);
    // Beside a good file it is a remark, and the good one is heard.
    let ran = place.hark(&["listen", name, "a.log", "--format", "json"]);
    ran.says(0, &[&format!("remark: {name}: "), word]);
    let hearing = &serde_json::from_str::<Value>(&ran.out).unwrap()["hearing"];
    assert_eq!(hearing["records"], 400);
    assert_eq!(hearing["unread"][0]["path"], name);
}

/// A log that is heard, with its account.
#[track_caller]
fn check_heard(content: impl AsRef<[u8]>, expected: &[(&str, u64)]) -> Value {
    let place = Place::new();
    place.write("x.log", content);
    let hearing = place.hearing("x.log");
    for (what, count) in expected {
        assert_eq!(hearing[what], *count, "{what} in {hearing}");
    }
    hearing
}

#[test]
fn an_empty_file_is_named() {
    check_unread("empty.log", "", "empty");
    check_unread("blank.log", "\n\n  \n", "");
}

#[test]
fn a_binary_file_is_named() {
    check_unread("hark.bin", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0", "program");
    let noise: Vec<u8> = (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    check_unread("noise.bin", noise, "");
}

#[test]
fn prose_without_a_single_time_is_named() {
    check_unread("prose.txt", "It was a dark night.\nNothing happened.\n", "");
}

#[test]
fn files_that_fail_for_like_reasons_are_all_named_in_one_remark() {
    let place = Place::with_a_log();
    (0..30).for_each(|number| {
        place.write(&format!("docs/{number:02}.md"), format!("# Page {number}\n\nProse.\n"))
    });
    let ran = place.hark(&["listen", "."]);
    ran.says(0, &["remark: ", "no time stamp", "for a like reason not read: "]);
    (0..30).for_each(|number| assert!(ran.err.contains(&format!("docs/{number:02}.md")), "{}", ran.err));
    assert_eq!(ran.err.matches("no time stamp").count(), 1, "{}", ran.err);
    assert_eq!(ran.out.matches("Not understood").count(), 1, "{}", ran.out);
}

#[test]
fn of_a_truncated_gzip_the_records_before_the_damage_are_heard() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(log(3000).as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    let place = Place::new();
    place.write("cut.log.gz", &whole[..whole.len() / 2]);
    let ran = place.hark(&["listen", "cut.log.gz", "--format", "json"]);
    ran.says(0, &["remark: cut.log.gz: truncated gzip"]);
    let hearing = &serde_json::from_str::<Value>(&ran.out).unwrap()["hearing"];
    let records = hearing["records"].as_u64().unwrap();
    assert!((500..3000).contains(&records), "{hearing}");
    assert_eq!(hearing["unread"][0]["path"], "cut.log.gz");
}

#[test]
fn where_nothing_is_heard_there_is_no_now() {
    let place = Place::new();
    place.write("empty.json", br#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#);
    let ran = place.hark(&["listen", "empty.json", "--format", "json"]);
    ran.says(0, &["remark: empty.json: understood (Prometheus query_range), but the answer has no series"]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&said["as_of"], &said["since"]), (&Value::Null, &Value::Null), "{said}");
    let ran = place.hark(&["listen", "empty.json", "--format", "json", "--as-of", "2026-03-01T00:00:00Z"]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&said["as_of"], &said["since"]),
        (&json!("2026-03-01T00:00:00Z"), &json!("2026-02-28T00:00:00Z"))
    );
}

#[test]
fn a_damaged_zstd_is_named() {
    check_unread("bad.log.zst", b"\x28\xb5\x2f\xfd\x04\x00\xff\xff\xff\xff\xff\xff", "");
}

#[test]
fn invalid_utf_8_loses_no_record() {
    let log = b"2026-03-01T10:00:00Z INFO caf\xff\xfe\n2026-03-01T10:00:01Z INFO ok\n\xc3\x28 joined\n";
    check_heard(log, &[("records", 2), ("lines", 3)]);
}

#[test]
fn a_line_of_twenty_megabytes_is_cut_counted_and_alone_in_its_fate() {
    let huge = "x".repeat(20_000_000);
    let log = format!(
        "2026-03-01T10:00:00Z INFO a\n2026-03-01T10:00:01Z INFO {huge}\n2026-03-01T10:00:02Z INFO b\n"
    );
    let hearing = check_heard(log, &[("records", 3), ("lines", 3), ("truncated", 1)]);
    assert_eq!(hearing["to"], "2026-03-01T10:00:02Z");
}

#[test]
fn a_clock_that_jumps_back_or_ahead_loses_no_record_and_moves_no_now() {
    let log = "2026-03-01T10:00:00Z INFO a\n2026-03-01T08:00:00Z INFO b\n2026-03-01T10:00:02Z INFO c\n";
    check_heard(log, &[("records", 3)]);
    let log = "2026-03-01T10:00:00Z INFO a\n2036-03-01T10:00:00Z INFO b\n2026-03-01T10:00:02Z INFO c\n";
    let hearing = check_heard(log, &[("records", 3)]);
    assert_eq!(hearing["to"], "2026-03-01T10:00:02Z");
}

#[test]
fn a_few_samples_stamped_years_ahead_are_counted_and_move_no_now() {
    let place = Place::new();
    let mut rows = "time,a\n".to_owned();
    for minute in 0..2_000 {
        rows +=
            &format!("2026-03-{:02}T{:02}:{:02}:00Z,1\n", 1 + minute / 1_440, minute / 60 % 24, minute % 60);
    }
    place.write("a.csv", rows.clone() + "2038-01-19T03:14:07Z,1\n2038-01-19T03:14:08Z,1\n");
    let listening = place.json(&["listen", "a.csv"]);
    assert_eq!(listening["as_of"], "2026-03-02T09:19:00Z");
    let cut = serde_json::json!([{ "what": "records and samples stamped more than a year after all others", "count": 2 }]);
    assert_eq!((&listening["hearing"]["samples"], &listening["hearing"]["cut"]), (&2_002.into(), &cut));
    place.write("b.csv", rows + "2026-03-05T00:00:00Z,1\n");
    let remarks = place.hark(&["listen", "b.csv"]).err;
    assert!(remarks.contains("if a clock was wrong, go on with --as-of 2026-03-02T09:19:00Z"), "{remarks}");
    let asked = place.json(&["listen", "a.csv", "--as-of", "2039-01-01"]);
    assert_eq!(asked["hearing"]["to"], "2038-01-19T03:14:08Z");
}

#[test]
fn records_out_of_order_and_repeated_all_count() {
    let (line, earlier) = ("2026-03-01T10:00:00Z INFO a\n", "2026-03-01T09:59:59Z INFO b\n");
    check_heard([line, line, earlier, line].concat(), &[("records", 4), ("lines", 4)]);
}

#[test]
fn a_missing_year_is_the_latest_that_does_not_lie_ahead() {
    let place = Place::new();
    place.write("sys.log", "Mar  1 10:00:00 host app[1]: hello\nMar  1 10:00:01 host app[1]: again\n");
    for (as_of, expected) in [("2026-03-05", "2026-03-01T10:00:00Z"), ("2026-02-05", "2025-03-01T10:00:00Z")]
    {
        let listening = place.json(&["listen", "sys.log", "--as-of", as_of]);
        assert_eq!(listening["hearing"]["from"], expected, "as of {as_of}");
    }
}

#[test]
fn a_sample_that_is_no_number_is_no_fault() {
    let place = Place::new();
    let rows =
        "time,a,b\n2026-03-01T10:00:00Z,1,NaN\n2026-03-01T10:01:00Z,NaN,2\n2026-03-01T10:02:00Z,inf,3\n";
    place.write("nan.csv", rows);
    let hearing = place.hearing("nan.csv");
    assert_eq!(hearing["lines"], 4);
    assert!(hearing["samples"].as_u64().unwrap() >= 3, "{hearing}");
    assert_eq!(hearing["unread"], serde_json::json!([]));
}

#[test]
fn a_table_that_says_no_time_is_named_with_what_to_do() {
    check_unread("table.csv", "a,b\n1,2\n3,4\n", "time");
}

#[test]
fn byte_identical_files_are_read_once_with_a_remark() {
    let place = Place::with_a_log();
    place.write("b.log", log(400));
    let ran = place.hark(&["listen", "a.log", "b.log", "--format", "json"]);
    ran.says(0, &["remark: ", "b.log"]);
    let listening: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(listening["hearing"]["records"], 400);
}

#[test]
fn the_account_of_lines_is_that_of_wc() {
    let place = Place::new();
    place.write("logs/a.log", log(321));
    place.write(
        "logs/b.log",
        "no stamp here\n2026-03-01T10:00:00Z ERROR x\n\tat y\n\tat z\n\n2026-03-01T10:00:01Z INFO w\n",
    );
    place.write("logs/c.jsonl", "{\"time\":\"2026-03-01T10:00:00Z\",\"msg\":\"a\"}\n{broken\n\n");
    place.write("m.csv", "time,series,value\n2026-03-01T10:00:00Z,up,1\n2026-03-01T10:01:00Z,up,x\n");
    let wc: usize = ["logs/a.log", "logs/b.log", "logs/c.jsonl", "m.csv"]
        .iter()
        .map(|name| {
            std::fs::read(place.path().join(name)).unwrap().iter().filter(|byte| **byte == b'\n').count()
        })
        .sum();
    assert_eq!(place.hearing(".")["lines"], wc);
}
