//! Syslog on the wire and in files, and the journal, as the real programs wrote them (`samples/`; how each was made stands in
//! `docs/formats/`).

use super::*;

#[test]
fn syslog_messages_of_rfc_5424_are_read_with_their_structured_data() {
    let by_line = heard("sys.log", include_bytes!("../../samples/rsyslog-5424.log"));
    insta::assert_snapshot!(by_line, @r##"
    2026-11-25T18:20:00.533002Z checkout INFO "order 1 placed" :1+1
    2026-11-25T18:20:00.538549Z checkout ERROR "payment failed: card declined" :2+1
    2026-11-25T18:20:00.55093Z pay-core WARN "slow bank answer" in staging :3+1
    2026-11-25T18:20:00Z at 2026-11-25T18:20:00.55093Z kernel FATAL "Out of memory" :4+1
    2026-11-25T18:20:00.56046Z app ERROR "cannot pay" beside retry=3 :5+1
    2026-11-25T18:20:00.566338Z basket WARN "basket lost" :6+1
    "##);
    assert_eq!(heard("sys.log", include_bytes!("../../samples/rsyslog-octet.log")), by_line, "counted, too");
    insta::assert_snapshot!(heard("sys.log", concat!(
        "<165>1 2026-01-02T00:00:00Z host shop 7 ID47 [ex@1 a=\"1\"][ex2 b=\"x\\]y\"] started\n",
        "<13>1 - host shop - - - no time of its own\n  and a further line\n",
        "<131>1 2026-01-02T00:00:01Z host - - ID48 [state from=\"PAID\" to=\"NEW\"]\n",
    ).as_bytes()), @r##"
    2026-01-02T00:00:00Z shop INFO "started" beside a=1,b=x]y :1+1
    undated at 2026-01-02T00:00:00Z shop INFO "no time of its own\n  and a further line" :2+2
    2026-01-02T00:00:01Z sys ERROR "from=PAID to=NEW" :4+1
    "##);
}

#[test]
fn syslog_messages_of_rfc_3164_are_read_with_or_without_a_host() {
    insta::assert_snapshot!(heard("sys.log", concat!(
        "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8\n",
        "<13>Oct 11 22:14:16 app[7]: {\"level\":\"error\",\"msg\":\"lost\"}\n",
        "<30>2026-10-11T22:14:17.123456+02:00 host cron[1]: level=warn msg=\"late job\"\n",
        "<165>Oct 11 22:14:18 host some text without a tag\n",
    ).as_bytes()), @r##"
    2026-10-11T22:14:15Z su FATAL "'su root' failed for lonvick on /dev/pts/8" :1+1
    2026-10-11T22:14:16Z app ERROR "lost" :2+1
    2026-10-11T20:14:17.123456Z at 2026-10-11T22:14:16Z cron WARN "late job" :3+1
    2026-10-11T22:14:18Z sys INFO "host some text without a tag" :4+1
    "##);
}

#[test]
fn counted_messages_may_hold_line_ends_and_a_lost_count_costs_a_line() {
    let message = |text: &str| format!("{} {text}", text.len());
    let counted = [
        message("<11>1 2026-01-02T00:00:00Z h app - - - first\n\tat Line.two"),
        message("<11>1 2026-01-02T00:00:01Z h app - - - second"),
        "\nno count at all\n".to_owned(),
        message("<11>1 2026-01-02T00:00:02Z h app - - - third"),
    ];
    insta::assert_snapshot!(heard("sys.log", counted.concat().as_bytes()), @r##"
    2026-01-02T00:00:00Z app ERROR "first\n\tat Line.two" :1+2
    2026-01-02T00:00:01Z app ERROR "second" :2+1
    2026-01-02T00:00:02Z app ERROR "third" :4+1
    rejected 1
    "##);
}

#[test]
fn files_that_syslog_wrote_name_their_programs() {
    insta::assert_snapshot!(heard("syslog", concat!(
        "2026-11-25T18:20:00.000001+00:00 vm sshd: before any process is numbered\n",
        "2026-11-25T18:20:00.538549+00:00 vm checkout[42]: payment failed\n",
        "2026-11-25T18:20:00.560460+00:00 vm app: cannot pay\n",
        "2026-11-25T18:20:00.560461+00:00 WARN shop.basket: of no syslog\n",
    ).as_bytes()), @r##"
    2026-11-25T18:20:00.000001Z syslog  "vm sshd: before any process is numbered" :1+1
    2026-11-25T18:20:00.538549Z checkout  "payment failed" :2+1
    2026-11-25T18:20:00.56046Z app  "cannot pay" :3+1
    2026-11-25T18:20:00.560461Z syslog WARN "shop.basket: of no syslog" :4+1
    "##);
    insta::assert_snapshot!(heard("syslog", include_bytes!("../../samples/rsyslog-traditional.log")), @r##"
    2026-11-25T18:20:00Z checkout  "order 1 placed" :1+1
    2026-11-25T18:20:00Z checkout  "payment failed: card declined" :2+1
    2026-11-25T18:20:00Z syslog  "vm payments slow bank answer" :3+1
    2026-11-25T18:20:00Z kernel  "Out of memory" :4+1
    2026-11-25T18:20:00Z app ERROR "msg=\"cannot pay\" retry=3" :5+1
    2026-11-25T18:20:00Z app  "{\"level\":\"warn\",\"msg\":\"basket lost\",\"service\":\"basket\"}" :6+1
    "##);
    insta::assert_snapshot!(heard("syslog", include_bytes!("../../samples/rsyslog-file.log")), @r##"
    2026-11-25T18:20:00.533002Z syslog  "vm checkout: order 1 placed" :1+1
    2026-11-25T18:20:00.538549Z checkout  "payment failed: card declined" :2+1
    2026-11-25T18:20:00.55093Z syslog  "vm payments slow bank answer" :3+1
    2026-11-25T18:20:00Z at 2026-11-25T18:20:00.55093Z kernel  "Out of memory" :4+1
    2026-11-25T18:20:00.56046Z app ERROR "msg=\"cannot pay\" retry=3" :5+1
    2026-11-25T18:20:00.566338Z app  "{\"level\":\"warn\",\"msg\":\"basket lost\",\"service\":\"basket\"}" :6+1
    "##);
}

#[test]
fn the_journal_is_read_in_all_its_notations_alike() {
    let export = heard("j", include_bytes!("../../samples/journal.export"));
    insta::assert_snapshot!(export, @r##"
    2026-03-02T10:12:00Z at 2026-03-02T10:12:00.25Z systemd INFO "Started checkout.service - Shop checkout." :1+11
    2026-03-02T10:12:01Z at 2026-03-02T10:12:01.25Z checkout ERROR "payment 17 failed: timeout after 800 ms" :13+11
    2026-03-02T10:12:02Z at 2026-03-02T10:12:02.25Z checkout ERROR "java.lang.IllegalStateException: no basket\n\tat shop.Basket.get(Basket.java:7)\n\tat shop.Main.run(Main.java:3)" :25+13
    2026-03-02T10:12:03Z at 2026-03-02T10:12:03.25Z cafe INFO "caf� closed" :39+11
    2026-03-02T10:12:04Z at 2026-03-02T10:12:04.25Z payments WARN "slow bank" :51+10
    "##);
    let words = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.rsplit_once(" :").map_or(line, |(said, _)| said).to_owned()).collect()
    };
    for json in [
        &include_bytes!("../../samples/journal.json")[..],
        include_bytes!("../../samples/journal-pretty.json"),
        include_bytes!("../../samples/journal.sse"),
        include_bytes!("../../samples/journal-seq.json"),
    ] {
        assert_eq!(words(&heard("j", json)), words(&export));
    }
}

#[test]
fn a_journal_with_a_damaged_entry_keeps_the_others() {
    let export = include_bytes!("../../samples/journal.export");
    let at = export.windows(10).position(|window| window == b"PRIORITY=3").unwrap();
    let damaged = [&export[..at], b"\xff\xfe garbage without a name\n", &export[at..]].concat();
    let said = heard("j", &damaged);
    assert_eq!(said.lines().filter(|line| !line.starts_with("rejected")).count(), 5, "{said}");
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
