//! When records arrive: by their stamps, by those around them, and never by one that all others contradict.

use super::*;

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
