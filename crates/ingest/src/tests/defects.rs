//! Files as they lie on disks after bad days, and files that look like what they are not.

use super::*;

/// The remarks on the file, with its path left out.
fn remarks(name: &str, input: &str) -> Vec<String> {
    let (_, hearing) = read(name, input.as_bytes(), &utc());
    hearing.file_remarks.into_iter().map(|remark| remark.text).collect()
}

#[test]
fn the_order_of_day_and_month_is_one_for_the_whole_file() {
    check(
        "app.log",
        "[11/03/2026 10:00:00] a\n[12/03/2026 10:00:00] b\n[13/03/2026 10:00:00] c\n[03/14/2026 10:00:00] d\n\
         [14/03/2026 10:00:00] e\n",
        &[
            "2026-03-11T10:00:00Z app  \"a\" :1+1",
            "2026-03-12T10:00:00Z app  \"b\" :2+1",
            "2026-03-13T10:00:00Z app  \"c\" :3+1",
            "undated at 2026-03-13T10:00:00Z app  \"d\" :4+1",
            "2026-03-14T10:00:00Z app  \"e\" :5+1",
        ],
    );
    check(
        "app.csv",
        "time,message\n02/03/2026 10:00:00,a\n03/03/2026 10:00:00,b\n04/03/2026 10:00:00,c\n",
        &[
            "2026-03-02T10:00:00Z app  \"a\" :2+1",
            "2026-03-03T10:00:00Z app  \"b\" :3+1",
            "2026-03-04T10:00:00Z app  \"c\" :4+1",
        ],
    );
}

#[test]
fn a_head_of_one_day_is_read_in_the_order_that_the_rest_of_the_file_proves() {
    let day = |date: &str| format!("{date} 10:00:00 up\n").repeat(3_000);
    let (events, hearing) =
        read("app.log", format!("{}{}", day("12/03/2026"), day("13/03/2026")).as_bytes(), &utc());
    assert_eq!(events[0], "2026-03-12T10:00:00Z app  \"up\" :1+1");
    assert_eq!((events.len(), hearing.undated, hearing.file_remarks), (6_000, 0, vec![]));
}

#[test]
fn a_file_whose_order_nothing_tells_is_read_month_first_and_named() {
    let log = "03/04/2026 10:00:00 a\n03/04/2026 10:00:01 b\n";
    check("app.log", log, &["2026-03-04T10:00:00Z app  \"a\" :1+1", "2026-03-04T10:00:01Z app  \"b\" :2+1"]);
    assert_eq!(remarks("app.log", log).len(), 1);
    assert!(remarks("app.log", "2026-03-04 10:00:00 paid until 03/04/2026 10:00:00\n").is_empty());
}

#[test]
fn a_trace_with_empty_lines_belongs_to_its_stamp_also_where_text_without_stamps_is_wanted() {
    let call = "\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/app/a.go:1 +0x1\n";
    let log = format!("2026-03-01T10:00:00Z ERROR panic: boom\n{}", call.repeat(3));
    let timeless = Reading { hears_timeless: true, ..utc() };
    let (events, hearing) = read("min.log", log.as_bytes(), &timeless);
    assert_eq!((events.len(), hearing.undated), (1, 0));
    assert!(events[0].starts_with("2026-03-01T10:00:00Z min ERROR"), "{}", events[0]);
}

#[test]
fn nuls_in_the_midst_of_a_log_cost_no_other_line() {
    let mut log = "2026-03-01T10:00:00Z INFO order placed\n".repeat(600).into_bytes();
    log.splice(20_000..20_000, vec![0; 20_000]);
    let (events, hearing) = read("app.log", &log, &utc());
    assert_eq!((events.len(), hearing.undated, hearing.unread), (600, 0, vec![]));
    let (events, _) = read("app.log", &b"2026-03-01T10:00:00Z a\0\0\0b\n".repeat(9), &utc());
    assert_eq!(events.len(), 9);
}

#[test]
fn brackets_alone_make_no_json_and_seconds_since_boot_no_time() {
    check_unread("dmesg", b"[    0.000000] Linux version 6.1\n[    0.100000] x\n", "the kernel's messages");
    check_unread("a.log", b"[main] started\n[main] stopped\n", "no time stamp in its first 2 lines");
}

#[test]
fn a_number_that_an_address_asks_for_is_no_stamp() {
    check_unread(
        "README.md",
        b"# Shop\n\n![chart](https://example.org/chart?ts=1554392218500)\n\nSells things.\n",
        "no time stamp",
    );
}

#[test]
fn annotations_in_short_notation_are_changes() {
    check(
        "annotations.json",
        "[{\"time\":1772359920000,\"text\":\"Deployed cart\",\"tags\":[\"deploy\"]}]\n",
        &["change deploy 2026-03-01T10:12:00Z - \"Deployed cart\" []"],
    );
}

#[test]
fn no_record_of_two_hosts_in_one_file_arrives_before_it_happened() {
    let log: String = (0..30)
        .map(|minute| format!("2026-03-01T12:{minute:02}:00Z a\n2026-03-01T10:{:02}:00Z b\n", minute + 30))
        .collect();
    let (events, hearing) = read("app.log", log.as_bytes(), &utc());
    assert_eq!(hearing.outliers, 0);
    assert_eq!(events[0], "2026-03-01T12:00:00Z app  \"a\" :1+1");
    assert_eq!(events[1], "2026-03-01T10:30:00Z at 2026-03-01T12:00:00Z app  \"b\" :2+1");
}

#[test]
fn a_file_that_runs_backwards_is_named_with_the_remedy() {
    let log = |minutes: &mut dyn Iterator<Item = u32>| -> String {
        minutes.map(|minute| format!("2026-03-01T12:{minute:02}:00Z a\n")).collect()
    };
    let backwards = remarks("app.log", &log(&mut (0..30).rev()));
    assert!(backwards.len() == 1 && backwards[0].contains("`tac`"), "{backwards:?}");
    assert!(remarks("app.log", &log(&mut (0..30))).is_empty());
}

/// Tables as spreadsheets of several countries write them.
#[test]
fn tables_with_dates_of_any_country_are_read() {
    check(
        "queue.csv",
        "Datum;Tiefe;Dauer\n31.12.2025 23:59:59;3;1,5\n01.01.2026 00:00;4;-0,25\n",
        &[
            "2025-12-31T23:59:59Z queue Tiefe 3.0 :2",
            "2025-12-31T23:59:59Z queue Dauer 1.5 :2",
            "2026-01-01T00:00:00Z queue Tiefe 4.0 :3",
            "2026-01-01T00:00:00Z queue Dauer -0.25 :3",
        ],
    );
    check(
        "queue.csv",
        "time,depth\n30/12/2025 23:59:59,3\n01/01/2026 00:00:00,4\n",
        &["2025-12-30T23:59:59Z queue depth 3.0 :2", "2026-01-01T00:00:00Z queue depth 4.0 :3"],
    );
    check(
        "queue.csv",
        "date,depth\n1/2/2026 3:04 PM,3\n1/13/2026 12:30 AM,4\n",
        &["2026-01-02T15:04:00Z queue depth 3.0 :2", "2026-01-13T00:30:00Z queue depth 4.0 :3"],
    );
    check(
        "queue.csv",
        "date;depth\n3/4/2026;3\n4/4/2026;4\n",
        &["2026-04-03T00:00:00Z queue depth 3.0 :2", "2026-04-04T00:00:00Z queue depth 4.0 :3"],
    );
    check(
        "queue.csv",
        "time,depth\n\"2025-12-31 23:59:59,123\",3\n2026-01-01T00:00:00,4\n",
        &["2025-12-31T23:59:59.123Z queue depth 3.0 :2", "2026-01-01T00:00:00Z queue depth 4.0 :3"],
    );
    check(
        "queue.csv",
        "time;depth\n2025-12-31 23:59:59,123;3\n",
        &["2025-12-31T23:59:59.123Z queue depth 3.0 :2"],
    );
    check(
        "shop.csv",
        "Zeit;level;message\n31.12.2025 23:59:59;ERROR;no card\n",
        &["2025-12-31T23:59:59Z shop ERROR \"no card\" :2+1"],
    );
}

#[test]
fn a_table_of_one_day_in_slashes_is_named_in_a_remark() {
    let said = remarks("queue.csv", "time,depth\n03/04/2026 10:00:00,3\n03/04/2026 10:01:00,4\n");
    assert!(said.len() == 1 && said[0].contains("month first"), "{said:?}");
}

#[test]
fn years_of_two_digits_and_dashes_are_read_in_the_order_that_the_file_proves() {
    let days: String = (10..14).map(|day| format!("{day}/06/26 10:00:00 INFO up\n")).collect();
    let (events, hearing) = read("dmy.log", days.as_bytes(), &utc());
    assert_eq!(events[0], "2026-06-10T10:00:00Z dmy INFO \"up\" :1+1");
    assert_eq!(events[3], "2026-06-13T10:00:00Z dmy INFO \"up\" :4+1");
    assert_eq!(hearing.file_remarks, []);
    check(
        "mdy.log",
        "06-12-2026 10:00:00 a\n06-13-2026 10:00:00 b\n",
        &["2026-06-12T10:00:00Z mdy  \"a\" :1+1", "2026-06-13T10:00:00Z mdy  \"b\" :2+1"],
    );
    check(
        "ymd.log",
        "17/06/09 20:10:40 a\n17/06/10 20:10:40 b\n",
        &["2017-06-09T20:10:40Z ymd  \"a\" :1+1", "2017-06-10T20:10:40Z ymd  \"b\" :2+1"],
    );
    check(
        "short.log",
        "13.06.26 10:00:00 a\n14.06.26 10:00:00 b\n",
        &["2026-06-13T10:00:00Z short  \"a\" :1+1", "2026-06-14T10:00:00Z short  \"b\" :2+1"],
    );
    let said = remarks("one.log", "10/06/09 10:00:00 a\n10/06/09 10:00:01 b\n");
    assert!(said.len() == 1 && said[0].contains("year first"), "{said:?}");
    let said = remarks("one.log", "10-06-2009 10:00:00 a\n10-06-2009 10:00:01 b\n");
    assert!(said.len() == 1 && said[0].contains("day first"), "{said:?}");
}

#[test]
fn a_stream_whose_beginning_proves_no_order_is_named() {
    let said = |log: &str| {
        let source = Source::passing("-", std::io::Cursor::new(log.to_owned()));
        let hearing = source.read(&utc(), &AtomicU64::new(0), &mut |_| {});
        hearing.file_remarks.into_iter().map(|remark| remark.text).collect::<Vec<_>>()
    };
    let guessed = said("03/04/2026 10:00:00 a\n04/04/2026 10:00:00 b\n");
    assert!(guessed.len() == 1 && guessed[0].contains("stream"), "{guessed:?}");
    assert!(said("03/04/2026 10:00:00 a\n13/04/2026 10:00:00 b\n").is_empty());
}
