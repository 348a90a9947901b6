//! Files in, events and the account out: what a user of this crate sees, form by form and rule by rule.

mod answers;
mod carriers;
mod defects;
mod files;
mod folders;
mod forms;
mod losses;
mod matrix;
mod packed;
mod tables;

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

#[test]
fn undated_lines_belong_to_the_record_before_them() {
    let hearing = check(
        "payments/app.log",
        "2026-01-02 03:04:05,678 ERROR [main] Pay - failed\n\
         java.lang.IllegalStateException: no\n\
         \tat Pay.run(Pay.java:7)\n\
         Caused by: late since 2026-01-01 00:00:00\n\
         \n\
         2026-01-02 03:04:06,000 INFO [main] Pay - up\r\n",
        &[
            "2026-01-02T03:04:05.678Z payments ERROR \"[main] Pay - failed\\njava.lang.IllegalStateException: no\
             \\n\\tat Pay.run(Pay.java:7)\\nCaused by: late since 2026-01-01 00:00:00\" :1+5",
            "2026-01-02T03:04:06Z payments INFO \"[main] Pay - up\" :6+1",
        ],
    );
    assert_eq!((hearing.records, hearing.undated, hearing.rejected), (2, 0, 0));
}

#[test]
fn a_banner_arrives_with_the_first_stamp() {
    let hearing = check(
        "app.log",
        "\u{feff}Welcome\n  to the shop\n2026-01-02T00:00:00Z ready\n",
        &[
            "undated at 2026-01-02T00:00:00Z app  \"Welcome\\n  to the shop\" :1+2",
            "2026-01-02T00:00:00Z app  \"ready\" :3+1",
        ],
    );
    assert_eq!((hearing.records, hearing.undated), (2, 1));
}

#[test]
fn syslog_tells_the_service_and_leaves_out_the_year() {
    check(
        "auth.log",
        "Dec 10 06:55:46 host sshd[24200]: Invalid user webmaster\n\
         Jan  5 06:55:46 host cron[1]: (root) CMD\n",
        &[
            "2026-12-10T06:55:46Z sshd  \"Invalid user webmaster\" :1+1",
            "2027-01-05T06:55:46Z cron  \"(root) CMD\" :2+1",
        ],
    );
    check(
        "five.log",
        "<165>1 2026-01-02T00:00:00Z host shop 7 ID47 [ex@1 a=\"]\"] started\n",
        &["2026-01-02T00:00:00Z shop INFO \"started\" beside a=] :1+1"],
    );
}

#[test]
fn a_missing_year_does_not_lie_after_as_of() {
    check_as_of(
        "auth.log",
        "Dec 10 06:55:46 host sshd[1]: a\n",
        &as_of("2020-06-01T00:00:00Z"),
        &["2019-12-10T06:55:46Z sshd  \"a\" :1+1"],
    );
}

#[test]
fn zoneless_stamps_are_read_in_the_users_zone() {
    let zone = Zone::new(jiff::tz::TimeZone::get("America/New_York").unwrap());
    check_as_of(
        "app.log",
        "2026-07-01 00:00:00 a\n2026-07-01T04:00:01Z b\n",
        &Reading { zone, ..utc() },
        &["2026-07-01T04:00:00Z app  \"a\" :1+1", "2026-07-01T04:00:01Z app  \"b\" :2+1"],
    );
}

const CLOCK_LEAPS: &str = "2026-01-02T10:00:00Z a\n2099-01-01T00:00:00Z wrong\n2026-01-02T10:01:00Z b\n\
     2026-01-02T09:00:00Z back\n2026-01-02T10:02:00Z c\n2026-01-03T08:00:00Z morning\n2026-01-03T08:00:01Z d\n";

#[test]
fn records_arrive_at_the_greatest_time_so_far_and_outliers_move_no_clock() {
    let hearing = check(
        "app.log",
        CLOCK_LEAPS,
        &[
            "2026-01-02T10:00:00Z app  \"a\" :1+1",
            "2099-01-01T00:00:00Z at 2026-01-02T10:00:00Z app  \"wrong\" :2+1",
            "2026-01-02T10:01:00Z app  \"b\" :3+1",
            "2026-01-02T09:00:00Z at 2026-01-02T10:01:00Z app  \"back\" :4+1",
            "2026-01-02T10:02:00Z app  \"c\" :5+1",
            "2026-01-03T08:00:00Z app  \"morning\" :6+1",
            "2026-01-03T08:00:01Z app  \"d\" :7+1",
        ],
    );
    assert_eq!(hearing.to, Some(moment("2026-01-03T08:00:01Z")));
}

#[test]
fn a_first_stamp_that_all_others_contradict_is_an_outlier() {
    check(
        "app.log",
        "banner\n2099-01-01T00:00:00Z wrong\n2026-01-02T10:00:00Z a\n2026-01-02T10:01:00Z b\n",
        &[
            "undated at 2026-01-02T10:00:00Z app  \"banner\" :1+1",
            "2099-01-01T00:00:00Z at 2026-01-02T10:00:00Z app  \"wrong\" :2+1",
            "2026-01-02T10:00:00Z app  \"a\" :3+1",
            "2026-01-02T10:01:00Z app  \"b\" :4+1",
        ],
    );
}

#[test]
fn a_last_stamp_is_an_outlier_only_when_it_is_far_ahead() {
    let last = |stamp: &str| {
        let (events, _) = read("app.log", format!("2026-01-02T10:00:00Z a\n{stamp} z\n").as_bytes(), &utc());
        events[1].clone()
    };
    assert_eq!(last("2026-01-20T00:00:00Z"), "2026-01-20T00:00:00Z app  \"z\" :2+1");
    assert_eq!(last("2026-03-20T00:00:00Z"), "2026-03-20T00:00:00Z at 2026-01-02T10:00:00Z app  \"z\" :2+1");
}

#[test]
fn a_clock_that_is_off_by_years_for_some_records_moves_nothing() {
    let good = |hour: u32| (0..60).map(move |minute| format!("2026-01-02T{hour:02}:{minute:02}:00Z a\n"));
    let wrong = (0..9).map(|second| format!("2036-01-01T00:00:{second:02}Z b\n"));
    let log: String = good(10).chain(wrong).chain(good(11)).collect();
    let (events, hearing) = read("app.log", log.as_bytes(), &utc());
    assert_eq!((events.len(), hearing.to), (129, Some(moment("2026-01-02T11:59:00Z"))));
}

#[test]
fn reading_as_of_a_moment_equals_reading_the_file_cut_there() {
    let times = [
        "2026-01-02T09:59:59Z",
        "2026-01-02T10:00:00Z",
        "2026-01-02T10:00:59Z",
        "2026-01-02T10:01:00Z",
        "2026-01-02T10:02:00Z",
        "2026-01-02T23:00:00Z",
        "2026-01-03T08:00:00Z",
        "2026-01-03T09:00:00Z",
    ];
    for time in times {
        let (events, hearing) = read("app.log", CLOCK_LEAPS.as_bytes(), &as_of(time));
        let kept: String = CLOCK_LEAPS.split_inclusive('\n').take(hearing.lines as usize).collect();
        assert_eq!(hearing.bytes, kept.len() as u64, "{time}");
        if kept.is_empty() {
            assert_eq!((events.len(), hearing.records), (0, 0));
            continue;
        }
        assert_eq!(
            read("app.log", kept.as_bytes(), &as_of(time)),
            (events.clone(), hearing.clone()),
            "{time}"
        );
        assert_eq!(read("app.log", kept.as_bytes(), &utc()), (events, hearing), "{time}, without as-of");
    }
}

#[test]
fn what_is_known_at_a_moment_is_the_beginning_of_what_is_known_later() {
    let (all, _) = read("app.log", CLOCK_LEAPS.as_bytes(), &utc());
    let mut known = 0;
    for time in
        ["2026-01-02T10:00:00Z", "2026-01-02T10:01:30Z", "2026-01-03T08:00:00Z", "2026-02-01T00:00:00Z"]
    {
        let (events, _) = read("app.log", CLOCK_LEAPS.as_bytes(), &as_of(time));
        assert_eq!(events, all[..events.len()]);
        assert!(events.len() >= known);
        known = events.len();
    }
    assert_eq!(known, all.len());
}

#[test]
fn json_lines_are_read_by_the_names_of_their_fields() {
    check(
        "logs/x.jsonl",
        concat!(
            r#"{"ts":"2026-01-02T00:00:00Z","level":"warn","service":"pay","msg":"slow \"card\"","upstream":"bank","env":"staging","version":"1.2"}"#,
            "\n",
            r#"{"time":1767312001000,"level":50,"resource":{"service.name":"pay"},"message":"failed","error":"timeout","stack":"a\n  b"}"#,
            "\n",
            r#"{"timestamp":"2026-01-02 00:00:02","severity_text":"INFO","service":{"name":"pay"},"state":"PAID","count":3}"#,
            "\n",
            r#"{"time":"2026-01-02T00:00:03Z","log":"00:00:03.000 ERROR o.s.Pay no funds\n","stream":"stdout"}"#,
            "\n",
            r#"{"time":"2026-01-02T00:00:04Z","observed_time":"2026-01-02T00:00:09Z","msg":"late"}"#,
            "\n",
        ),
        &[
            "2026-01-02T00:00:00Z pay WARN \"slow \\\"card\\\"\" in staging version 1.2 beside upstream=bank peers bank :1+1",
            "2026-01-02T00:00:01Z pay ERROR \"failed error=timeout\\na\\n  b\" :2+1",
            "2026-01-02T00:00:02Z pay INFO \"count=3 state=PAID\" :3+1",
            "2026-01-02T00:00:03Z x ERROR \"o.s.Pay no funds\" :4+1",
            "2026-01-02T00:00:04Z at 2026-01-02T00:00:09Z x  \"late\" :5+1",
        ],
    );
}

#[test]
fn one_bad_line_of_json_costs_no_other() {
    let hearing = check(
        "x.json",
        "{\"time\":\"2026-01-02T00:00:00Z\",\"msg\":\"a\"}\n{\"time\":\nTraceback:\n  at x\n\
         {\"time\":\"2026-01-02T00:00:01Z\",\"msg\":\"b\"}\n{\"msg\":\"undated\"}\n",
        &[
            "2026-01-02T00:00:00Z x  \"a\\nTraceback:\\n  at x\" :1+3",
            "2026-01-02T00:00:01Z x  \"b\" :5+1",
            "undated at 2026-01-02T00:00:01Z x  \"undated\" :6+1",
        ],
    );
    assert_eq!((hearing.records, hearing.undated, hearing.rejected), (3, 1, 1));
}

#[test]
fn tables_of_log_records_may_hold_dockers_json() {
    let hearing = check(
        "09_14_log.csv",
        concat!(
            "Timestamp,TimeUnixNano,PodName,Container,Log\n",
            "2026-01-02T00:00:00.5Z,1767312000500000000,ts-order-6cdbf9b4cc-h7mqk,server,",
            "\"{\"\"log\"\":\"\"08:00:00.500 INFO  o.Order#7 got it\\n\"\",\"\"stream\"\":\"\"stdout\"\",\"\"time\"\":\"\"2026-01-02T00:00:00.5Z\"\"}\"\n",
            "2026-01-02T00:00:01Z,1767312001000000000,kafka-0,server,\"two\nlines\"\n",
            "broken,row\n",
        ),
        &[
            "2026-01-02T00:00:00.5Z ts-order INFO \"o.Order#7 got it\" :2+1",
            "2026-01-02T00:00:01Z kafka  \"two\\nlines\" :3+2",
        ],
    );
    assert_eq!((hearing.records, hearing.rejected), (2, 1));
}

#[test]
fn victoria_metrics_exports_are_read_with_all_their_odd_values() {
    let hearing = check(
        "shop/vm.jsonl",
        concat!(
            r#"{"metric":{"__name__":"mem","zone":"a\"b","job":"pay","env":"test"},"values":[1,null,"Infinity",2.5],"timestamps":[1767312000000,1767312060000,1767312120000,1767312180000]}"#,
            "\n",
            r#"{"metric":{"__name__":"up"},"values":[1,2],"timestamps":[1767312000000]}"#,
            "\n",
        ),
        &[
            "2026-01-02T00:00:00Z pay mem{zone=\"a\\\"b\"} 1.0 :1",
            "2026-01-02T00:01:00Z pay mem{zone=\"a\\\"b\"} NaN :1",
            "2026-01-02T00:02:00Z pay mem{zone=\"a\\\"b\"} inf :1",
            "2026-01-02T00:03:00Z pay mem{zone=\"a\\\"b\"} 2.5 :1",
            "2026-01-02T00:00:00Z shop up 1.0 :2",
        ],
    );
    assert_eq!((hearing.samples, hearing.rejected), (5, 1));
}

#[test]
fn tables_of_samples_are_long_or_wide() {
    let hearing = check(
        "long.csv",
        "time,series,value\n2026-01-02T00:00:00Z,\"mem{service=\"\"pay\"\",b=\"\"1\"\",a=\"\"2\"\"}\",1\n\
         1767312060,up,NaN\n2026-01-02T00:02:00Z,up,many\n2026-01-02T00:03:00Z,up,\n",
        &["2026-01-02T00:00:00Z pay mem{a=\"2\",b=\"1\"} 1.0 :2", "2026-01-02T00:01:00Z long up NaN :3"],
    );
    assert_eq!((hearing.samples, hearing.rejected), (2, 1));
    check(
        "wide.csv",
        "time,cpu,\"mem{service=\"\"pay\"\"}\"\n2026-01-02 00:00:00,1,2\n2026-01-02 00:01:00,,3\n",
        &[
            "2026-01-02T00:00:00Z wide cpu 1.0 :2",
            "2026-01-02T00:00:00Z pay mem 2.0 :2",
            "2026-01-02T00:01:00Z pay mem 3.0 :3",
        ],
    );
    check(
        "taxi.csv",
        "timestamp,value\n2014-07-01 00:00:00,10844\n",
        &["2014-07-01T00:00:00Z taxi taxi 10844.0 :2"],
    );
}

#[test]
fn samples_after_as_of_are_left_out_with_their_lines() {
    let table = "time,a\n2026-01-02T00:00:00Z,1\n2026-01-02T00:01:00Z,2\n2026-01-02T00:02:00Z,3\n";
    let (events, hearing) = read("a.csv", table.as_bytes(), &as_of("2026-01-02T00:01:00Z"));
    assert_eq!(events.len(), 2);
    let cut = &table[..hearing.bytes as usize];
    assert_eq!(hearing.lines, 3);
    assert_eq!(read("a.csv", cut.as_bytes(), &utc()), (events, hearing));
}

#[test]
fn alerts_are_told_each_time_and_end_only_when_they_have_ended() {
    let alerts = concat!(
        r#"{"status":"firing","alerts":[{"status":"firing","labels":{"alertname":"High","service":"pay"},"annotations":{"summary":"errors"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"0001-01-01T00:00:00Z"}]}"#,
        "\n",
        r#"{"status":"resolved","labels":{"alertname":"High","service":"pay"},"annotations":{},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-02T01:00:00Z"}"#,
        "\n",
    );
    check(
        "alerts.jsonl",
        alerts,
        &[
            "alert High pay 2026-01-02T00:00:00Z to - \"errors\" :1",
            "alert High pay 2026-01-02T00:00:00Z to 2026-01-02T01:00:00Z \"High\" :2",
        ],
    );
    check_as_of(
        "alerts.jsonl",
        alerts,
        &as_of("2026-01-02T00:30:00Z"),
        &[
            "alert High pay 2026-01-02T00:00:00Z to - \"errors\" :1",
            "alert High pay 2026-01-02T00:00:00Z to - \"High\" :2",
        ],
    );
    check_as_of("alerts.jsonl", alerts, &as_of("2026-01-01T23:59:59Z"), &[]);
}

#[test]
fn users_reports_are_read() {
    let hearing = check(
        "reports.jsonl",
        "{\"time\":\"2026-01-02T00:00:00Z\",\"service\":\"pay\",\"report\":\"cannot pay\"}\n\
         {\"time\":\"2026-01-02T00:01:00Z\",\"report\":\"nothing works\"}\n{\"time\":\"never\",\"report\":\"x\"}\n",
        &[
            "report 2026-01-02T00:00:00Z pay \"cannot pay\"",
            "report 2026-01-02T00:01:00Z - \"nothing works\"",
        ],
    );
    assert_eq!(hearing.rejected, 1);
}

#[test]
fn service_and_environment_of_what_names_none_are_the_users() {
    let reading =
        Reading { service: Some("named".to_owned()), environment: Some("staging".to_owned()), ..utc() };
    check_as_of(
        "pay/app.log",
        "2026-01-02T00:00:00Z a\n",
        &reading,
        &["2026-01-02T00:00:00Z named  \"a\" in staging :1+1"],
    );
}

#[test]
fn packed_files_are_unpacked_on_the_way() {
    let gzip = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let (first, second) = ("2026-01-02T00:00:00Z a\n", "2026-01-02T00:00:01Z b\n");
    let expected = ["2026-01-02T00:00:00Z app  \"a\" :1+1", "2026-01-02T00:00:01Z app  \"b\" :2+1"];
    let members = [gzip(first), gzip(second)].concat();
    assert_eq!(read("app.log.gz", &members, &utc()).0, expected);
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    let frames = [zstd(first), zstd(second)].concat();
    assert_eq!(read("app.log.zst", &frames, &utc()).0, expected);
}

#[test]
fn truncated_packing_is_named_and_what_was_before_it_is_read() {
    let mut text = String::new();
    for second in 0..50_000 {
        let time = moment("2026-01-02T00:00:00Z").plus_seconds(second);
        text += &format!("{time} request {} took {} ms\n", second * 7919 % 10_007, second * 31 % 977);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let gzip = encoder.finish().unwrap();
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    for (name, packed) in [("gzip", gzip), ("zstd", zstd)] {
        let (events, hearing) = read("app.log", &packed[..packed.len() / 2], &utc());
        assert!(events.len() > 1_000, "{name}: {} events", events.len());
        assert_eq!(hearing.files, 1);
        let reason = &hearing.unread[0].reason;
        assert!(
            reason.starts_with(&format!("truncated {name} after ")) && reason.contains("were read"),
            "{reason}"
        );
    }
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
fn files_are_found_in_order_of_name_and_twins_are_read_once() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("b/app.log", "same");
    write("a/app.log", "same");
    write("a/logs/2026-01-02/x.log", "other");
    write(".git/config", "hidden");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/circle")).unwrap();
    let missing = folder.path().join("missing");
    let found = discover(&[folder.path().to_owned(), folder.path().join("b"), missing.clone()]);
    let names: Vec<_> = found.sources.iter().map(|source| PathBuf::from(source.name())).collect();
    assert_eq!(names, [folder.path().join("a/app.log"), folder.path().join("a/logs/2026-01-02/x.log")]);
    assert_eq!(found.unread.len(), 1);
    assert_eq!(found.unread[0].path, missing.to_string_lossy());
    assert!(found.unread[0].reason.contains("no such file"));
    assert_eq!(found.remarks.len(), 1);
    assert!(found.remarks[0].contains("holds the same bytes as"), "{}", found.remarks[0]);
}

#[test]
fn a_source_can_be_read_from_any_thread() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Source>();
    is_shared::<Reading>();
}

#[test]
fn a_stream_that_passes_says_what_a_file_of_its_bytes_says_and_passes_once() {
    let plain = "2026-03-02 10:12:33 INFO up\n2026-03-02 10:12:34 WARN down\n\tat a.B\n".repeat(4_000);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(plain.as_bytes()).unwrap();
    for bytes in [plain.clone().into_bytes(), packed.finish().unwrap()] {
        let (told, account) = read("stdin.log", &bytes, &utc());
        let stream = Source::passing("stdin.log", std::io::Cursor::new(bytes));
        let mut events = Vec::new();
        let mut hearing = stream.read(&utc(), &AtomicU64::new(0), &mut |event| events.push(tell(&event)));
        hearing.zoneless_first.clone_from(&account.zoneless_first);
        assert!((events, hearing) == (told, account));
        let again = stream.read(&utc(), &AtomicU64::new(0), &mut |_| panic!("nothing is left"));
        assert_eq!(
            (again.files, again.unread[0].reason.as_str()),
            (0, "it is a stream, and was read already")
        );
    }
}

#[test]
fn time_and_node_before_a_line_of_syslog_are_the_collectors() {
    check(
        "all.log",
        "- 1767312001 2026.01.02 node7 Jan 2 00:00:01 node7/node7 crond(pam_unix)[2915]: session closed\n\
         - 1767312002 2026.01.02 node7 Jan 2 00:00:02 node7/node7 sshd[17]: ERROR: no route\n",
        &[
            "2026-01-02T00:00:01Z crond  \"session closed\" :1+1",
            "2026-01-02T00:00:02Z sshd ERROR \"no route\" :2+1",
        ],
    );
}

#[test]
fn traces_that_are_not_indented_are_one_record_where_no_stamps_tell_records_apart() {
    let timeless = Reading { hears_timeless: true, ..utc() };
    let text = "login failed\nTraceback (most recent call last):\n  File \"a.py\", line 1, in run\nValueError: no\n\
                logged out\njava.io.IOException: gone\n\tat a.B.c(B.java:1)\nCaused by: x.Y: z\nat a.B.d(B.java:2)\n\
                panic: boom\n\ngoroutine 1 [running]:\nmain.run(0x1)\n\t/src/main.go:7\nserved request 1767312001000\n";
    let (events, _) = read("out.log", text.as_bytes(), &timeless);
    let firsts: Vec<String> =
        events.iter().map(|event| event.rsplit_once(':').unwrap().1.to_owned()).collect();
    assert_eq!(firsts, ["1+1", "2+3", "5+1", "6+4", "10+4", "15+1"], "{events:#?}");
    assert!(events.iter().all(|event| event.starts_with("undated")), "{events:#?}");
}
