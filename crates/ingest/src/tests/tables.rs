//! Tables as people have them: of spreadsheets in any country, of log stores, in an encoding of before.

use super::*;

#[test]
fn date_and_time_of_day_may_stand_in_two_columns() {
    insta::assert_snapshot!(heard("cpu.csv", "Datum;Uhrzeit;CPU\n30.10.2026;23:50:00;1,5\n30.10.2026;23:51:00;2,5\n".as_bytes()), @r##"
    2026-10-30T23:50:00Z cpu CPU 1.5 :2
    2026-10-30T23:51:00Z cpu CPU 2.5 :3
    "##);
    insta::assert_snapshot!(heard("app.csv", "level,date,time,message\nWARN,2026-10-30,23:50,\"order 1, slow\"\nINFO,2026-10-30,23:51,up\n".as_bytes()), @r##"
    2026-10-30T23:50:00Z app WARN "order 1, slow" :2+1
    2026-10-30T23:51:00Z app INFO "up" :3+1
    "##);
    insta::assert_snapshot!(heard("x.csv", "Time,Date,series,value\n23:50:00,10/30/2026,up,1\n23:51:00,10/30/2026,up,0\n".as_bytes()), @r##"
    2026-10-30T23:50:00Z x up 1.0 :2
    2026-10-30T23:51:00Z x up 0.0 :3
    "##);
}

#[test]
fn a_first_line_that_says_what_separates_cells_is_followed_and_is_no_row() {
    let expected = ["2026-10-30T23:50:00Z cpu CPU % 1.5 :3", "2026-10-30T23:51:00Z cpu CPU % 2.5 :4"];
    for (first, line) in [("sep=,", "\r\n"), ("\"sep=,\"", "\n")] {
        let table = [first, "Date,CPU %", "10/30/2026 23:50,1.5", "10/30/2026 23:51,2.5", ""].join(line);
        assert_eq!(heard("cpu.csv", table.as_bytes()).lines().collect::<Vec<_>>(), expected);
    }
    insta::assert_snapshot!(heard("a.csv", b"sep=;\ntime;message\n2026-10-30 23:50:00;a, b\n2026-10-30 23:51:00;c\n"), @r##"
    2026-10-30T23:50:00Z a  "a, b" :3+1
    2026-10-30T23:51:00Z a  "c" :4+1
    "##);
}

#[test]
fn the_only_column_of_dates_is_the_time_whatever_it_is_called() {
    insta::assert_snapshot!(heard("a.csv", b"Wert;Gemessen\n1,5;30.10.2026 23:50:00\n2,5;30.10.2026 23:51:00\n"), @r##"
    2026-10-30T23:50:00Z a Wert 1.5 :2
    2026-10-30T23:51:00Z a Wert 2.5 :3
    "##);
    insta::assert_snapshot!(heard("a.csv", b"host,Zeitstempel,n\nx,1793404200,1\nx,1793404260,2\n"), @r##"
    2026-10-30T23:50:00Z a n{host="x"} 1.0 :2
    2026-10-30T23:51:00Z a n{host="x"} 2.0 :3
    "##);
}

#[test]
fn exports_of_kibana_and_datadog_are_logs_newest_first() {
    let row = |number: usize| {
        format!("\"Oct 30, 2026 @ 23:{:02}:00.000\",\"order {number}, slow\",warn\n", 30 - number)
    };
    let table = format!("\"@timestamp\",message,\"log.level\"\n{}", (0..12).map(row).collect::<String>());
    let (events, hearing) = read("shop.csv", table.as_bytes(), &utc());
    assert_eq!(events[0], "2026-10-30T23:30:00Z shop WARN \"order 0, slow\" :2+1");
    assert_eq!(events[11], "2026-10-30T23:19:00Z shop WARN \"order 11, slow\" :13+1");
    assert_eq!(hearing.file_remarks, []);
    insta::assert_snapshot!(heard("a.csv", concat!(
        "Date,Host,Service,Status,Content\n",
        "\"2026-10-30T23:50:00.000Z\",h1,shop,error,\"order 1, slow\"\n",
        "\"2026-10-30T23:50:01.000Z\",h1,till,info,up\n",
    ).as_bytes()), @r##"
    2026-10-30T23:50:00Z shop ERROR "order 1, slow" :2+1
    2026-10-30T23:50:01Z till INFO "up" :3+1
    "##);
}

#[test]
fn a_table_whose_times_cannot_be_read_is_refused_with_one_of_them() {
    check_unread(
        "a.csv",
        b"time,x,y\nsoon,1,2\nlater,2,3\n",
        "a table whose column `time` holds no times that can be read, such as `soon`",
    );
}

#[test]
fn text_in_windows_1252_is_read_and_said_to_be() {
    let (events, hearing) = read(
        "app.log",
        b"2026-10-30 23:50:00 WARN Bestellung f\xFCr M\xFCller versp\xE4tet, 5 \x80\n2026-10-30 23:50:01 INFO gr\xFC\xDFe\n",
        &utc(),
    );
    assert_eq!(events[0], "2026-10-30T23:50:00Z app WARN \"Bestellung für Müller verspätet, 5 €\" :1+1");
    assert!(hearing.file_remarks[0].text.contains("was read as Windows-1252"), "{:?}", hearing.file_remarks);
    let (events, _) = read(
        "a.csv",
        b"Zeit;Gr\xF6\xDFe;Ort\n30.10.2026 23:50;1,5;B\xE4rn\n30.10.2026 23:51;2;B\xE4rn\n",
        &utc(),
    );
    assert_eq!(
        events,
        [
            "2026-10-30T23:50:00Z a Größe{Ort=\"Bärn\"} 1.5 :2",
            "2026-10-30T23:51:00Z a Größe{Ort=\"Bärn\"} 2.0 :3"
        ]
    );
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
fn a_table_whose_columns_are_named_by_rows_says_a_series_for_each() {
    let text = "microservice,shop,till\nmetric,latency,errors\nunix_timestamp,,\n1681849920.0,0.02,3\n1681850220.0,0.03,\n";
    let (events, hearing) = read("metrics.csv", text.as_bytes(), &utc());
    assert_eq!((hearing.samples, hearing.rejected), (3, 0));
    assert_eq!(events[0], "2023-04-18T20:32:00Z shop latency 0.02 :4");
    assert_eq!(events[1], "2023-04-18T20:32:00Z till errors 3.0 :4");
}
