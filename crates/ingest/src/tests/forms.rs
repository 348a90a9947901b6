//! Every form, as the real thing wrote it (`samples/`; how each was made stands in `docs/formats/`) or as its
//! documentation has it, and what is heard of it.

use std::fs;

use super::*;

/// Every event of a file with these bytes, and what the account says besides.
pub(super) fn heard(name: &str, bytes: &[u8]) -> String {
    heard_as(name, bytes, &utc())
}

fn heard_as(name: &str, bytes: &[u8], reading: &Reading) -> String {
    let (mut events, hearing) = read(name, bytes, reading);
    events.extend((hearing.rejected > 0).then(|| format!("rejected {}", hearing.rejected)));
    events.extend(hearing.cut.iter().map(|cut| format!("cut {} {}", cut.count, cut.what)));
    events.extend(hearing.unread.iter().map(|unread| format!("unread {}", unread.reason)));
    if reading.as_of.is_none() && hearing.files > 0 && hearing.unread.is_empty() {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').count() as u64;
        assert_eq!((hearing.lines, hearing.bytes), (lines, bytes.len() as u64), "lines and bytes of {name}");
    }
    events.join("\n")
}

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
fn logfmt_is_read_by_the_names_of_its_pairs() {
    insta::assert_snapshot!(heard("app.log", concat!(
        "time=2026-01-02T00:00:00.000Z level=INFO msg=\"order placed\" order=17 service=checkout\n",
        "ts=1767312001.5 caller=main.go:7 level=warn component=cache err=\"dial tcp: \\\"bank\\\" refused\" env=staging\n",
        "goroutine 1 [running]:\n\tmain.main()\n",
        "time=\"2026-01-02T00:00:02Z\" level=error msg=\"cannot pay\" peer.service=bank\n",
    ).as_bytes()), @r##"
    2026-01-02T00:00:00Z checkout INFO "order placed" beside order=17 :1+1
    2026-01-02T00:00:01.5Z app WARN "dial tcp: \"bank\" refused\ngoroutine 1 [running]:\n\tmain.main()" in staging beside component=cache :2+3
    2026-01-02T00:00:02Z app ERROR "cannot pay" beside peer.service=bank peers bank :5+1
    "##);
}

#[test]
fn what_prometheus_says_of_itself_is_logfmt() {
    insta::assert_snapshot!(heard("prometheus.log", include_bytes!("../../samples/prometheus-logfmt.log")), @r##"
    2026-11-25T18:20:25.412Z prometheus INFO "No time or size retention was set so using the default time retention" beside duration=15d :1+1
    2026-11-25T18:20:25.413Z prometheus INFO "fd_limits=(soft=20000, hard=20000)" :2+1
    2026-11-25T18:20:25.414Z prometheus INFO "Start listening for connections" beside component=web,address=127.0.0.1:19090 :3+1
    2026-11-25T18:20:25.414Z prometheus INFO "Starting TSDB ..." :4+1
    2026-11-25T18:20:25.419Z prometheus INFO "Replaying on-disk memory mappable chunks if any" beside component=tsdb :5+1
    2026-11-25T18:20:25.419Z prometheus INFO "On-disk memory mappable chunks replay completed" beside component=tsdb,duration=1.472µs :6+1
    2026-11-25T18:20:25.419Z prometheus INFO "Replaying WAL, this may take a while" beside component=tsdb :7+1
    2026-11-25T18:20:25.42Z prometheus INFO "Listening on" beside component=web,address=127.0.0.1:19090 :8+1
    "##);
}

#[test]
fn containers_lines_are_put_together_again_and_read_as_what_they_are() {
    insta::assert_snapshot!(heard("shop_checkout-64469b5b48-25zj6_0a1b/checkout/0.log", concat!(
        "2026-01-02T00:00:00.000000001Z stdout F {\"level\":\"warn\",\"msg\":\"slow\",\"time\":\"2026-01-01T23:59:59Z\"}\n",
        "2026-01-02T00:00:01.1Z stdout P half a li\n",
        "2026-01-02T00:00:01.2Z stderr F ERROR not in between\n",
        "2026-01-02T00:00:01.3Z stdout F ne\n",
        "2026-01-02T00:00:02Z stderr F java.lang.IllegalStateException: no\n",
        "2026-01-02T00:00:02Z stderr F \tat Pay.run(Pay.java:7)\n",
        "2026-01-02T00:00:03Z stdout F level=info msg=\"logfmt inside\"\n",
        "2026-01-02T00:00:04Z stdout F 2026-01-02 00:00:03,900 WARN [main] own stamp\n",
        "2026-01-02T00:00:05Z stdout P never ended\n",
    ).as_bytes()), @r##"
    2026-01-01T23:59:59Z at 2026-01-02T00:00:00.000000001Z checkout WARN "slow" :1+1
    2026-01-02T00:00:01.2Z checkout ERROR "not in between" :3+1
    2026-01-02T00:00:01.1Z at 2026-01-02T00:00:01.2Z checkout  "half a line" :2+2
    2026-01-02T00:00:02Z checkout  "java.lang.IllegalStateException: no\n\tat Pay.run(Pay.java:7)" :5+2
    2026-01-02T00:00:03Z checkout INFO "logfmt inside" :7+1
    2026-01-02T00:00:03.9Z at 2026-01-02T00:00:04Z checkout WARN "[main] own stamp" :8+1
    2026-01-02T00:00:05Z checkout  "never ended" :9+1
    "##);
    insta::assert_snapshot!(heard("containers/0a/0a-json.log", concat!(
        r#"{"log":"00:00:03.000 ERROR o.s.Pay no funds\n","stream":"stdout","time":"2026-01-02T00:00:03.000000001Z"}"#, "\n",
        r#"{"log":"half a li","stream":"stdout","time":"2026-01-02T00:00:04Z"}"#, "\n",
        r#"{"log":"WARN errors\n","stream":"stderr","time":"2026-01-02T00:00:04.5Z"}"#, "\n",
        r#"{"log":"ne\n","stream":"stdout","time":"2026-01-02T00:00:05Z"}"#, "\n",
        r#"{"log":"\u001b[31mred\u001b[0m\r\n","stream":"stdout","attrs":{"com.docker.compose.service":"web","env":"test"},"time":"2026-01-02T00:00:06Z"}"#, "\n",
        r#"{"log":"cut"#, "\n",
        r#"{"log":"{\"level\":\"error\",\"message\":\"inner\"}\n","stream":"stdout","time":"2026-01-02T00:00:07Z"}"#, "\n",
    ).as_bytes()), @r##"
    2026-01-02T00:00:03.000000001Z 0a ERROR "o.s.Pay no funds" :1+1
    2026-01-02T00:00:04Z 0a  "half a li" :2+1
    2026-01-02T00:00:04.5Z 0a WARN "errors" :3+1
    2026-01-02T00:00:05Z 0a  "ne" :4+1
    2026-01-02T00:00:06Z web  "red" in test :5+1
    2026-01-02T00:00:07Z 0a ERROR "inner" :7+1
    rejected 1
    "##);
}

#[test]
fn a_container_of_a_pod_is_called_after_its_pod() {
    let line = b"2026-01-02T00:00:00Z stdout F up\n";
    let container = "checkout-64469b5b48-25zj6_shop_app-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.log";
    insta::assert_snapshot!(heard(container, line), @r##"
    2026-01-02T00:00:00Z checkout  "up" :1+1
    "##);
}

#[test]
fn open_metrics_are_read_with_histograms_as_quantiles() {
    insta::assert_snapshot!(heard("shop/x.prom", concat!(
        "# TYPE mem gauge\nmem{zone=\"a\\\"b\",env=\"test\"} 5e3 1767312000000\n",
        "# TYPE paid counter\npaid_total{job=\"pay\"} 7 1767312000.5 # {trace_id=\"x\"} 0.5 1767312000.1\n",
        "no_time 1\n",
        "# TYPE wait histogram\n",
        "wait_bucket{le=\"1\"} 5 1767312000\nwait_bucket{le=\"2\"} 9 1767312000\nwait_bucket{le=\"+Inf\"} 10 1767312000\n",
        "wait_bucket{le=\"1\"} 55 1767312060\nwait_bucket{le=\"2\"} 99 1767312060\nwait_bucket{le=\"+Inf\"} 110 1767312060\n",
        "wait_bucket{le=\"1\"} 2 1767312120\nwait_bucket{le=\"2\"} 2 1767312120\nwait_bucket{le=\"+Inf\"} 2 1767312120\n",
        "# TYPE rpc summary\nrpc{quantile=\"0.99\"} 0.2 1767312000\nrpc_count 9 1767312000\n",
        "size {count:12, sum:3.5, [-1,1]:4, (1,2]:8} 1767312000000\n",
        "size {count:22, sum:13.5, [-1,1]:4, (1,2]:18} 1767312060000\n",
        "{\"http.size\",dc=\"x\"} +Inf 1767312000\n",
        "broken{ 1 1767312000\n# EOF\n",
    ).as_bytes()), @r##"
    2026-01-02T00:00:00Z shop mem{zone="a\"b"} 5000.0 :2
    2026-01-02T00:00:00.5Z pay paid_total 7.0 :4
    2026-01-02T00:01:00Z shop wait{quantile="0.5"} 1.0 :12
    2026-01-02T00:01:00Z shop wait{quantile="0.9"} 2.0 :12
    2026-01-02T00:01:00Z shop wait{quantile="0.99"} 2.0 :12
    2026-01-02T00:02:00Z shop wait{quantile="0.5"} 0.5 :15
    2026-01-02T00:02:00Z shop wait{quantile="0.9"} 0.9 :15
    2026-01-02T00:02:00Z shop wait{quantile="0.99"} 0.99 :15
    2026-01-02T00:00:00Z shop rpc{quantile="0.99"} 0.2 :17
    2026-01-02T00:00:00Z shop rpc_count 9.0 :18
    2026-01-02T00:01:00Z shop size{quantile="0.5"} 1.5 :20
    2026-01-02T00:01:00Z shop size{quantile="0.9"} 1.9 :20
    2026-01-02T00:01:00Z shop size{quantile="0.99"} 1.99 :20
    2026-01-02T00:00:00Z shop http.size{dc="x"} inf :21
    rejected 2
    cut 1 exemplars of metrics, which are not read
    "##);
}

#[test]
fn what_promtool_dumps_and_federation_gives_is_read() {
    insta::assert_snapshot!(heard("dump.txt", include_bytes!("../../samples/promtool-dump.txt")), @r##"
    2026-11-25T18:20:40.332Z shop prometheus_http_request_duration_seconds_count{handler="/metrics",instance="127.0.0.1:19090"} 1.0 :31
    2026-11-25T18:20:45.332Z shop prometheus_http_request_duration_seconds_count{handler="/metrics",instance="127.0.0.1:19090"} 2.0 :32
    2026-11-25T18:20:50.328Z shop prometheus_http_request_duration_seconds_count{handler="/metrics",instance="127.0.0.1:19090"} 4.0 :33
    2026-11-25T18:20:40.332Z shop prometheus_http_request_duration_seconds_sum{handler="/metrics",instance="127.0.0.1:19090"} 0.001982959 :34
    2026-11-25T18:20:45.332Z shop prometheus_http_request_duration_seconds_sum{handler="/metrics",instance="127.0.0.1:19090"} 0.0034659219999999998 :35
    2026-11-25T18:20:50.328Z shop prometheus_http_request_duration_seconds_sum{handler="/metrics",instance="127.0.0.1:19090"} 0.006455202 :36
    2026-11-25T18:20:40.332Z shop prometheus_http_requests_total{code="200",handler="/metrics",instance="127.0.0.1:19090"} 1.0 :37
    2026-11-25T18:20:45.332Z shop prometheus_http_requests_total{code="200",handler="/metrics",instance="127.0.0.1:19090"} 2.0 :38
    2026-11-25T18:20:50.328Z shop prometheus_http_requests_total{code="200",handler="/metrics",instance="127.0.0.1:19090"} 4.0 :39
    2026-11-25T18:20:35.328Z shop up{instance="127.0.0.1:19090"} 1.0 :40
    2026-11-25T18:20:40.332Z shop up{instance="127.0.0.1:19090"} 1.0 :41
    2026-11-25T18:20:45.332Z shop up{instance="127.0.0.1:19090"} 1.0 :42
    2026-11-25T18:20:50.328Z shop up{instance="127.0.0.1:19090"} 1.0 :43
    2026-11-25T18:20:45.332Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.5"} 0.05 :29
    2026-11-25T18:20:45.332Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.9"} 0.09000000000000001 :29
    2026-11-25T18:20:45.332Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.99"} 0.099 :29
    2026-11-25T18:20:50.328Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.5"} 0.05 :30
    2026-11-25T18:20:50.328Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.9"} 0.09000000000000001 :30
    2026-11-25T18:20:50.328Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.99"} 0.099 :30
    "##);
    insta::assert_snapshot!(heard("federate.prom", include_bytes!("../../samples/federate.prom")), @r##"
    2026-11-25T18:20:45.332Z shop prometheus_http_requests_total{code="200",handler="/metrics",instance="127.0.0.1:19090"} 2.0 :2
    2026-11-25T18:20:45.332Z shop up{instance="127.0.0.1:19090"} 1.0 :4
    "##);
}

#[test]
fn answers_of_prometheus_are_read_as_whole_documents() {
    insta::assert_snapshot!(heard("rate.json", include_bytes!("../../samples/query-range.json")), @r##"
    2026-11-25T18:20:58Z shop rate{code="200",handler="/api/v1/query_range",instance="127.0.0.1:19090"} 0.0 :1
    2026-11-25T18:21:03Z shop rate{code="200",handler="/api/v1/query_range",instance="127.0.0.1:19090"} 0.0 :1
    2026-11-25T18:20:58Z shop rate{code="200",handler="/federate",instance="127.0.0.1:19090"} 0.0 :1
    2026-11-25T18:21:03Z shop rate{code="200",handler="/federate",instance="127.0.0.1:19090"} 0.0 :1
    2026-11-25T18:20:48Z shop rate{code="200",handler="/metrics",instance="127.0.0.1:19090"} 0.08445333333333332 :1
    2026-11-25T18:20:53Z shop rate{code="200",handler="/metrics",instance="127.0.0.1:19090"} 0.1600640256102441 :1
    2026-11-25T18:20:58Z shop rate{code="200",handler="/metrics",instance="127.0.0.1:19090"} 0.19042411309682583 :1
    2026-11-25T18:21:03Z shop rate{code="200",handler="/metrics",instance="127.0.0.1:19090"} 0.2222333333333333 :1
    "##);
    insta::assert_snapshot!(heard("b.json", include_bytes!("../../samples/query-range-buckets.json")), @r##"
    2026-11-25T18:20:48Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.5"} 0.05 :1
    2026-11-25T18:20:48Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.9"} 0.09000000000000001 :1
    2026-11-25T18:20:48Z shop prometheus_http_request_duration_seconds{handler="/metrics",instance="127.0.0.1:19090",quantile="0.99"} 0.099 :1
    "##);
    let pretty = "{\n \"status\": \"success\",\n \"data\": {\n  \"resultType\": \"matrix\",\n  \"result\": [\n   {\n    \"metric\": {\n     \
         \"__name__\": \"mem\"\n    },\n    \"values\": [\n     [1767312000, \"NaN\"],\n     [1767312060.5, \"2\"],\n     [0, \"3\"]\n    ]\n   },\n   \
         {\"metric\": {\"__name__\": \"size\"}, \"histograms\": [[1767312000, {\"count\": \"4\", \"sum\": \"9\", \
         \"buckets\": [[1, \"-0.5\", \"0.5\", \"1\"], [0, \"1\", \"2\", \"3\"]]}], [1767312060, {\"count\": \"8\", \"sum\": \"9\", \
         \"buckets\": [[0, \"1\", \"2\", \"7\"]]}]]}\n  ]\n }\n}\n";
    insta::assert_snapshot!(heard("pretty.json", pretty.as_bytes()), @r##"
    2026-01-02T00:00:00Z pretty mem NaN :6
    2026-01-02T00:01:00.5Z pretty mem 2.0 :6
    2026-01-02T00:01:00Z pretty size{quantile="0.5"} 1.3333333333333333 :16
    2026-01-02T00:01:00Z pretty size{quantile="0.9"} 2.0 :16
    2026-01-02T00:01:00Z pretty size{quantile="0.99"} 2.0 :16
    rejected 1
    "##);
    insta::assert_snapshot!(heard("cut.json", &pretty.as_bytes()[..220]), @r##"
    2026-01-02T00:00:00Z cut mem NaN :6
    2026-01-02T00:01:00.5Z cut mem 2.0 :6
    rejected 1
    unread the document ends after 220 bytes, in its midst; the records before it were read, fetch the file again for the rest
    "##);
}

#[test]
fn records_may_stand_in_one_array_or_over_several_lines() {
    insta::assert_snapshot!(heard("logs.json", concat!(
        "[{\"time\":\"2026-01-02T00:00:00Z\",\"msg\":\"a\",\"service\":\"pay\"},{\"time\":\"2026-01-02T00:00:01Z\",\"msg\":\"b\"},\n",
        " {\"time\":\"2026-01-02T00:00:02Z\",\"msg\":\"c}\n, {\"time\":\"2026-01-02T00:00:03Z\",\"msg\":\"d\"}]\n",
    ).as_bytes()), @r##"
    2026-01-02T00:00:00Z pay  "a" :1+1
    2026-01-02T00:00:01Z logs  "b" :1+1
    2026-01-02T00:00:03Z logs  "d" :3+1
    rejected 1
    "##);
    let whole = "{\n  \"version\": \"4\",\n  \"status\": \"firing\",\n  \"truncatedAlerts\": 2,\n  \"commonLabels\": {\"service\": \"pay\"},\n  \"commonAnnotations\": {\"summary\": \"too slow\"},\n  \"alerts\": [\n    {\n      \"status\": \"firing\",\n      \"labels\": {\n        \"alertname\": \"Slow\"\n      },\n      \"annotations\": {},\n      \"startsAt\": \"2026-01-02T00:00:00Z\",\n      \"endsAt\": \"0001-01-01T00:00:00Z\"\n    }\n  ]\n}\n";
    insta::assert_snapshot!(heard("alert.json", whole.as_bytes()), @r##"
    alert Slow pay 2026-01-02T00:00:00Z to - "too slow" :1
    cut 2 alerts that Alertmanager itself left out of its messages
    "##);
    insta::assert_snapshot!(heard("reports.json", b"[{\"time\":\"2026-01-02T00:00:00Z\",\"service\":\"pay\",\"report\":\"cannot pay\"}]"), @r##"
    report 2026-01-02T00:00:00Z pay "cannot pay"
    "##);
}

#[test]
fn events_and_annotations_tell_of_changes() {
    insta::assert_snapshot!(heard("events.jsonl", concat!(
        r#"{"context":{"version":"0.4.1","id":"1","source":"/ci","type":"dev.cdevents.service.deployed.0.1.1","timestamp":"2026-01-02T00:00:00Z"},"subject":{"id":"/shop/checkout","type":"service","content":{"environment":{"id":"prod"},"artifactId":"pkg:oci/checkout@sha256:1"}}}"#, "\n",
        r#"{"specversion":"1.0","id":"2","source":"/ci","type":"dev.cdevents.change.merged.0.1.2","time":"2026-01-02T00:01:00Z","data":{"context":{"version":"0.4.1","id":"2","source":"/ci","type":"dev.cdevents.change.merged.0.1.2","timestamp":"2026-01-02T00:01:00Z"},"subject":{"id":"mergeRequest7","type":"change","content":{}}}}"#, "\n",
        r#"{"specversion":"1.0","id":"3","source":"/flags","type":"com.example.flag.changed","subject":"checkout","time":"2026-01-02T00:02:00Z","data":{"service":"payments","message":"new-basket on"}}"#, "\n",
        r#"{"specversion":"1.0","id":"4","source":"/ci","type":"com.example.deployment.finished","time":"2026-01-02T00:03:00Z","data":{"app":"payments","commit":"33fbc9ce4d11","environment":"prod"}}"#, "\n",
        r#"{"context":{"version":"0.4.1","id":"5","source":"/ci","type":"dev.cdevents.testcaserun.finished.0.2.0","timestamp":"2026-01-02T00:04:00Z"},"subject":{"id":"t","content":{}}}"#, "\n",
        r#"{"specversion":"1.0","id":"6","source":"/ci","type":"com.example.deployed"}"#, "\n",
    ).as_bytes()), @r##"
    change deploy 2026-01-02T00:00:00Z checkout "service deployed checkout" ["artifact pkg:oci/checkout@sha256:1", "environment prod"]
    change commit 2026-01-02T00:01:00Z - "change merged mergeRequest7" []
    change flag 2026-01-02T00:02:00Z payments "new-basket on" []
    change deploy 2026-01-02T00:03:00Z payments "deployment finished payments" ["environment prod"] of 33fbc9ce4d11
    rejected 1
    cut 1 events that tell of no change
    "##);
    insta::assert_snapshot!(heard("annotations.json", concat!(
        r#"[{"id":1,"dashboardUID":"x","panelId":2,"time":1767312000000,"timeEnd":0,"text":"<b>Deployed</b> checkout v1.8.2\n<a href='x'>job</a>","tags":["deploy","service:checkout","env:prod"]},"#,
        r#"{"id":2,"alertId":7,"newState":"alerting","time":1767312060000,"text":"deploy too slow","tags":[]},"#,
        r#"{"id":3,"dashboardUID":"x","time":1767312120000,"text":"lunch","tags":null},"#,
        r#"{"id":4,"dashboardUID":"x","time":1767312180000,"text":"","tags":["config","checkout"]}]"#,
    ).as_bytes()), @r##"
    change deploy 2026-01-02T00:00:00Z checkout "Deployed checkout v1.8.2" ["environment prod"]
    change config 2026-01-02T00:03:00Z - "config, checkout" []
    cut 2 annotations that tell of no change
    "##);
}

#[test]
fn what_web_servers_and_python_write_is_read() {
    insta::assert_snapshot!(heard("nginx/access.log", include_bytes!("../../samples/nginx-access.log")), @r##"
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET / HTTP/1.1\" 403 153 \"-\" \"curl/7.88.1\"" :1+1
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET /missing HTTP/1.1\" 404 153 \"-\" \"curl/7.88.1\"" :2+1
    2026-11-25T18:20:27Z nginx ERROR "127.0.0.1 - - \"GET /api/pay HTTP/1.1\" 502 157 \"-\" \"curl/7.88.1\"" :3+1
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET /%22quoted HTTP/1.1\" 404 153 \"-\" \"curl/7.88.1\"" :4+1
    2026-11-25T18:20:27Z nginx  "127.0.0.1 - - \"GET /x HTTP/1.1\" 404 153 \"-\" \"bad\\x22agent\"" :5+1
    "##);
    insta::assert_snapshot!(heard("nginx/error.log", include_bytes!("../../samples/nginx-error.log")), @r##"
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *1 directory index of \"/usr/share/doc/\" is forbidden, client: 127.0.0.1, server: , request: \"GET / HTTP/1.1\", host: \"127.0.0.1:18080\"" :1+1
    2026-11-25T18:20:27Z nginx INFO "12736#12736: *1 client 127.0.0.1 closed keepalive connection" :2+1
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *2 open() \"/usr/share/doc/missing\" failed (2: No such file or directory), client: 127.0.0.1, server: , request: \"GET /missing HTTP/1.1\", host: \"127.0.0.1:18080\"" :3+1
    2026-11-25T18:20:27Z nginx INFO "12736#12736: *2 client 127.0.0.1 closed keepalive connection" :4+1
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *3 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: , request: \"GET /api/pay HTTP/1.1\", upstream: \"http://127.0.0.1:1/api/pay\", host: \"127.0.0.1:18080\"" :5+1
    2026-11-25T18:20:27Z nginx INFO "12736#12736: *3 client 127.0.0.1 closed keepalive connection" :6+1
    2026-11-25T18:20:27Z nginx ERROR "12736#12736: *5 open() \"/usr/share/doc/\"quoted\" failed (2: No such file or directory), client: 127.0.0.1, server: , request: \"GET /%22quoted HTTP/1.1\", host: \"127.0.0.1:18080\"" :7+1
    "##);
    insta::assert_snapshot!(heard("python.log", include_bytes!("../../samples/python.log")), @r##"
    2026-11-25T18:20:28.644Z python INFO "shop.basket basket 7 saved" :1+1
    2026-11-25T18:20:28.645Z python ERROR "shop.basket no such item\nTraceback (most recent call last):\n  File \"<stdin>\", line 5, in <module>\nKeyError: 'x'" :2+4
    2026-11-25T18:20:28.645Z python WARN "shop.basket slow" :6+1
    "##);
}

/// What is known at a moment is the beginning of what is known later, whatever the form.
#[test]
fn no_form_knows_what_has_not_arrived() {
    let samples: [(&str, &[u8]); 8] = [
        ("sys.log", include_bytes!("../../samples/rsyslog-5424.log")),
        ("sys.log", include_bytes!("../../samples/rsyslog-octet.log")),
        ("j", include_bytes!("../../samples/journal.export")),
        ("j", include_bytes!("../../samples/journal.json")),
        ("dump.txt", include_bytes!("../../samples/promtool-dump.txt")),
        ("b.json", include_bytes!("../../samples/query-range-buckets.json")),
        ("access.log", include_bytes!("../../samples/nginx-access.log")),
        ("python.log", include_bytes!("../../samples/python.log")),
    ];
    for (name, bytes) in samples {
        let (all, hearing) = read(name, bytes, &utc());
        let (from, to) = (hearing.from.unwrap(), hearing.to.unwrap());
        for step in -1..=8 {
            let at = Moment::from_nanos(from.nanos() + (to.nanos() - from.nanos()) / 8 * step);
            let (known, early) = read(name, bytes, &Reading { as_of: Some(at), ..utc() });
            assert!(early.to.is_none_or(|to| to <= at), "{name} at {at}");
            let mut rest = all.iter();
            assert!(known.iter().all(|event| rest.any(|other| other == event)), "{name} at {at}: {known:?}");
            assert!(at < from || early.records + early.samples > 0, "{name} at {at}");
            assert!(step < 8 || known.len() == all.len(), "{name} at {at}");
        }
    }
}

#[test]
fn files_of_one_rotated_log_are_read_oldest_first_as_one_service() {
    let folder = TempDir::new().unwrap();
    for (name, hour) in [("app.log", 3), ("app.log.1", 2), ("app.log.10", 0), ("app.log.2", 1)] {
        fs::write(folder.path().join(name), format!("2026-01-02T0{hour}:00:00Z {name}\n")).unwrap();
    }
    let (events, _) = read_folder(folder.path(), &utc());
    insta::assert_snapshot!(events.join("\n"), @r##"
    2026-01-02T00:00:00Z app  "app.log.10" :1+1
    2026-01-02T01:00:00Z app  "app.log.2" :1+1
    2026-01-02T02:00:00Z app  "app.log.1" :1+1
    2026-01-02T03:00:00Z app  "app.log" :1+1
    "##);
}

#[test]
fn a_traceback_in_a_container_is_one_record_though_each_of_its_lines_has_a_time() {
    let lines = [
        "ERROR cannot pay",
        "Traceback (most recent call last):",
        "  File \\\"a.py\\\", line 1",
        "ValueError: no",
        "ready",
    ];
    let text: String = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            format!(
                "{{\"log\":\"{line}\\n\",\"stream\":\"stderr\",\"time\":\"2026-03-01T10:00:0{at}.5Z\"}}\n"
            )
        })
        .collect();
    let (events, hearing) = read("app.log", text.as_bytes(), &utc());
    assert_eq!((hearing.records, hearing.lines), (2, 5));
    assert!(
        events[0].contains("cannot pay\\nTraceback") && events[0].contains("ValueError: no"),
        "{events:?}"
    );
    assert!(events[1].contains("ready"), "{events:?}");
}

#[test]
fn a_table_whose_columns_are_named_by_rows_says_a_series_for_each() {
    let text = "microservice,shop,till\nmetric,latency,errors\nunix_timestamp,,\n1681849920.0,0.02,3\n1681850220.0,0.03,\n";
    let (events, hearing) = read("metrics.csv", text.as_bytes(), &utc());
    assert_eq!((hearing.samples, hearing.rejected), (3, 0));
    assert_eq!(events[0], "2023-04-18T20:32:00Z shop latency 0.02 :4");
    assert_eq!(events[1], "2023-04-18T20:32:00Z till errors 3.0 :4");
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

#[test]
fn what_compose_shows_of_several_containers_is_a_service_each() {
    let text = "Attaching to shop-web-1, db-1\n\
        web-1     | 2026-01-02T00:00:00.000000001Z {\"level\":\"warn\",\"msg\":\"slow\",\"time\":\"2026-01-02T00:00:00Z\"}\n\
        db-1      | 2026-01-02T00:00:01.5Z LOG:  ready\n\
        web-2     | 2026-01-02T00:00:02.5Z ERROR no card\n\
        db-1      | 2026-01-02T00:00:02.7Z LOG:  checkpoint\n\
        web-2     | 2026-01-02T00:00:03.5Z \tat Pay.run(Pay.java:7)\n\
        web-2     | 2026-01-02T00:00:03.6Z Caused by: none\n\
        web-1 exited with code 137\n";
    insta::assert_snapshot!(heard("compose.log", text.as_bytes()), @r##"
    undated at 2026-01-02T00:00:01.5Z compose  "Attaching to shop-web-1, db-1" :1+1
    2026-01-02T00:00:00Z at 2026-01-02T00:00:00.000000001Z web WARN "slow" :2+1
    2026-01-02T00:00:01.5Z db  "LOG:  ready" :3+1
    2026-01-02T00:00:02.5Z web ERROR "no card" :4+1
    2026-01-02T00:00:02.7Z db  "LOG:  checkpoint" :5+1
    2026-01-02T00:00:03.5Z web  "at Pay.run(Pay.java:7)\nCaused by: none" :6+2
    undated at 2026-01-02T00:00:03.5Z web  "web-1 exited with code 137" :8+1
    "##);
    // Without the tool's times the programs' own count, where each has them.
    let text = "\u{1b}[36mweb-1  | \u{1b}[0m127.0.0.1 - - [02/Jan/2026:00:00:01 +0000] \"GET / HTTP/1.1\" 200 2 \"-\" \"curl\"\n\
        db-1   | 2026-01-02 00:00:02.000 UTC [1] LOG:  ready\n\
        db-1   | \tfor everything\n\
        api-1  | {\"time\":\"2026-01-02T00:00:03Z\",\"msg\":\"up\"}\n\
        api-1  | time=2026-01-02T00:00:04Z level=warn msg=slow\n";
    insta::assert_snapshot!(heard("compose.log", text.as_bytes()), @r##"
    2026-01-02T00:00:01Z web  "127.0.0.1 - - \"GET / HTTP/1.1\" 200 2 \"-\" \"curl\"" :1+1
    2026-01-02T00:00:02Z db  "[1] LOG:  ready\n\tfor everything" :2+2
    2026-01-02T00:00:03Z api  "up" :4+1
    2026-01-02T00:00:04Z api WARN "slow" :5+1
    "##);
    check_unread("compose.log", b"web-1  | ready\ndb-1   | ready\n", "docker compose logs --timestamps");
}

#[test]
fn what_kubectl_and_stern_show_of_several_pods_is_a_service_each() {
    let text = "[pod/checkout-64469b5b48-25zj6/app] 2026-01-02T00:00:00.5Z {\"level\":\"warn\",\"msg\":\"slow\"}\n\
        [pod/kafka-0/kafka] 2026-01-02T00:00:01.5Z [2026-01-02 00:00:01,400] INFO ready (kafka.Server)\n\
        [pod/checkout-64469b5b48-9hk2d/app] 2026-01-02T00:00:02Z Traceback (most recent call last):\n\
        [pod/checkout-64469b5b48-9hk2d/app] 2026-01-02T00:00:02Z   File \"a.py\", line 1\n\
        [pod/checkout-64469b5b48-9hk2d/app] 2026-01-02T00:00:02Z ValueError: no\n\
        [pod/checkout-64469b5b48-9hk2d/app] 2026-01-02T00:00:03Z ready\n";
    insta::assert_snapshot!(heard("pods.log", text.as_bytes()), @r##"
    2026-01-02T00:00:00.5Z checkout WARN "slow" :1+1
    2026-01-02T00:00:01.4Z at 2026-01-02T00:00:01.5Z kafka INFO "ready (kafka.Server)" :2+1
    2026-01-02T00:00:02Z checkout  "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no" :3+3
    2026-01-02T00:00:03Z checkout  "ready" :6+1
    "##);
    let text = "checkout-64469b5b48-25zj6 app 2026-01-02T00:00:00.5Z slow\n\
        payments-7c5d9f6b4d-x2x4q app 2026-01-02T00:00:01.5Z WARN no card\n";
    insta::assert_snapshot!(heard("stern.log", text.as_bytes()), @r##"
    2026-01-02T00:00:00.5Z checkout  "slow" :1+1
    2026-01-02T00:00:01.5Z payments WARN "no card" :2+1
    "##);
    // Of one container, without names.
    let text = "2026-01-02T00:00:00.5Z {\"level\":\"warn\",\"msg\":\"slow\",\"service\":\"pay\"}\n\
        2026-01-02T00:00:01.5Z starting up\n\
        2026-01-02T00:00:02.5Z {\"level\":\"info\",\"msg\":\"up\",\"service\":\"pay\"}\n";
    insta::assert_snapshot!(heard("checkout.log", text.as_bytes()), @r##"
    2026-01-02T00:00:00.5Z pay WARN "slow" :1+1
    2026-01-02T00:00:01.5Z checkout  "starting up" :2+1
    2026-01-02T00:00:02.5Z pay INFO "up" :3+1
    "##);
}

#[test]
fn what_a_containers_runtime_keeps_is_read() {
    insta::assert_snapshot!(heard("conmon.log", include_bytes!("../../samples/conmon.log")), @r##"
    2026-11-26T00:30:33.829386753Z conmon  "listening on 8080" :1+1
    2026-03-01T10:00:00.123Z at 2026-11-26T00:30:33.829386753Z conmon WARN "slow card" :2+1
    2026-11-26T00:30:33.829450158Z conmon  "cannot pay" :3+1
    2026-11-26T00:30:34.131979891Z conmon  "Traceback (most recent call last):\n  File \"<string>\", line 3, in <module>\n  File \"<string>\", line 2, in pay\nValueError: no card" :4+4
    2026-11-26T00:30:34.154708338Z conmon  "a line in two pieces" :11+2
    2026-11-26T00:30:34.363729231Z conmon  "no line end" :13+1
    "##);
}

#[test]
fn what_loggers_of_node_write_is_read() {
    insta::assert_snapshot!(heard("pino.log", include_bytes!("../../samples/pino.log")), @r##"
    2026-11-26T00:28:06.277Z pino INFO "listening on 8080" beside name=checkout :1+1
    2026-11-26T00:28:06.278Z pino WARN "slow card" beside name=checkout,order=17,upstream=bank peers bank :2+1
    2026-11-26T00:28:06.278Z pino ERROR "payment failed err.message=no card\nError: no card\n    at Object.<anonymous> (/srv/shop/log.js:4:9)\n    at Module._compile (node:internal/modules/cjs/loader:1521:14)\n    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)\n    at Module.load (node:internal/modules/cjs/loader:1266:32)\n    at Module._load (node:internal/modules/cjs/loader:1091:12)\n    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)\n    at node:internal/main/run_main_module:28:49" beside name=checkout,err.type=Error :3+1
    "##);
    insta::assert_snapshot!(heard("winston.log", include_bytes!("../../samples/winston.log")), @r##"
    2026-11-26T00:28:06.317Z checkout INFO "listening" beside port=8080 :1+1
    2026-11-26T00:28:06.341Z checkout WARN "slow card" beside order=17 :2+1
    2026-11-26T00:28:06.342Z checkout ERROR "no card\nError: no card\n    at Object.<anonymous> (/srv/shop/log.js:6:74)\n    at Module._compile (node:internal/modules/cjs/loader:1521:14)\n    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)\n    at Module.load (node:internal/modules/cjs/loader:1266:32)\n    at Module._load (node:internal/modules/cjs/loader:1091:12)\n    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)\n    at node:internal/main/run_main_module:28:49" :3+1
    "##);
    insta::assert_snapshot!(heard("bunyan.log", include_bytes!("../../samples/bunyan.log")), @r##"
    2026-11-26T00:28:06.356Z bunyan INFO "listening on 8080" beside name=checkout :1+1
    2026-11-26T00:28:06.357Z bunyan WARN "slow card" beside name=checkout,order=17 :2+1
    2026-11-26T00:28:06.357Z bunyan ERROR "payment failed err.message=no card\nError: no card\n    at Object.<anonymous> (/srv/shop/log.js:8:73)\n    at Module._compile (node:internal/modules/cjs/loader:1521:14)\n    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)\n    at Module.load (node:internal/modules/cjs/loader:1266:32)\n    at Module._load (node:internal/modules/cjs/loader:1091:12)\n    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)\n    at node:internal/main/run_main_module:28:49" beside name=checkout,err.name=Error :3+1
    "##);
}

#[test]
fn what_loggers_of_python_write_is_read() {
    insta::assert_snapshot!(heard("structlog.log", include_bytes!("../../samples/structlog-json.log")), @r##"
    2026-11-26T00:28:06.797881Z checkout INFO "listening" beside port=8080 :1+1
    2026-11-26T00:28:06.797938Z checkout WARN "slow card" beside order=17 :2+1
    2026-11-26T00:28:06.797962Z checkout ERROR "payment failed\nTraceback (most recent call last):\n  File \"/srv/shop/log.py\", line 12, in <module>\n    try: {}[\"card\"]\n         ~~^^^^^^^^\nKeyError: 'card'" :3+1
    "##);
    insta::assert_snapshot!(heard("structlog.log", include_bytes!("../../samples/structlog-console.log")), @r##"
    2026-11-26T00:28:06.798186Z structlog INFO "listening                      port=8080" :1+1
    2026-11-26T00:28:06.798229Z structlog WARN "slow card                      order=17" :2+1
    "##);
    insta::assert_snapshot!(heard("logger.log", include_bytes!("../../samples/python-json-logger.log")), @r##"
    2026-11-26T00:28:06.797Z logger INFO "listening on 8080" beside name=shop.checkout :1+1
    2026-11-26T00:28:06.797Z logger WARN "slow card" beside name=shop.checkout,order=17 :2+1
    2026-11-26T00:28:06.797Z logger ERROR "payment failed\nTraceback (most recent call last):\n  File \"/srv/shop/log.py\", line 6, in <module>\n    try: {}[\"card\"]\n         ~~^^^^^^^^\nKeyError: 'card'" beside name=shop.checkout :3+1
    "##);
    insta::assert_snapshot!(heard("loguru.log", include_bytes!("../../samples/loguru.log")), @r##"
    2026-11-26T00:28:06.831Z loguru INFO "__main__:<module>:23 - listening on 8080" :1+1
    2026-11-26T00:28:06.831Z loguru WARN "__main__:<module>:23 - slow card" :2+1
    2026-11-26T00:28:06.831Z loguru ERROR "__main__:<module>:25 - payment failed\nTraceback (most recent call last):\n\n> File \"/srv/shop/log.py\", line 24, in <module>\n    try: {}[\"card\"]\n\nKeyError: 'card'" :3+7
    "##);
    insta::assert_snapshot!(heard("loguru.log", include_bytes!("../../samples/loguru-json.log")), @r##"
    2026-11-26T00:28:06.831466Z loguru INFO "listening on 8080" beside text=2026-11-26 00:28:06.831 | INFO     | __main__:<module>:23 - listening on 8080
    ,exception=null,name=__main__ :1+1
    2026-11-26T00:28:06.831831Z loguru WARN "slow card" beside text=2026-11-26 00:28:06.831 | WARNING  | __main__:<module>:23 - slow card
    ,exception=null,order=17,name=__main__ :2+1
    2026-11-26T00:28:06.831927Z loguru ERROR "payment failed exception.value='card'" beside text=2026-11-26 00:28:06.831 | ERROR    | __main__:<module>:25 - payment failed
    Traceback (most recent call last):

    > File "/srv/shop/log.py", line 24, in <module>
        try: {}["card"]

    KeyError: 'card'
    ,exception.type=KeyError,exception.traceback=true,name=__main__ :3+1
    "##);
}

#[test]
fn what_loggers_of_rust_and_java_write_is_read() {
    insta::assert_snapshot!(heard("tracing.log", include_bytes!("../../samples/tracing-json.log")), @r##"
    2026-11-26T00:27:39.056759Z tracing INFO "listening" beside port=8080 :1+1
    2026-11-26T00:27:39.056909Z tracing WARN "slow card" beside upstream=bank,span.order=17,span.name=pay,spans=[...] peers bank :2+1
    2026-11-26T00:27:39.056955Z tracing ERROR "payment failed error=no card" beside span.order=17,span.name=pay,spans=[...] :3+1
    "##);
    insta::assert_snapshot!(heard("tracing.log", include_bytes!("../../samples/tracing-text.log")), @r##"
    2026-11-26T00:27:39.065724Z tracing INFO "tr: listening port=8080" :1+1
    2026-11-26T00:27:39.065779Z tracing WARN "pay{order=17}: tr: slow card upstream=\"bank\"" :2+1
    2026-11-26T00:27:39.065794Z tracing ERROR "pay{order=17}: tr: payment failed error=no card" :3+1
    "##);
    insta::assert_snapshot!(heard("log4j.log", include_bytes!("../../samples/log4j2-json.log")), @r##"
    2026-11-26T00:28:09Z log4j INFO "listening on 8080" :1+1
    2026-11-26T00:28:10Z log4j WARN "slow card" beside order=17 :2+1
    2026-11-26T00:28:10Z log4j ERROR "payment failed thrown.message=no card thrown.name=java.lang.IllegalStateException" beside thrown.commonElementCount=0,thrown.localizedMessage=no card,thrown.extendedStackTrace=[...],order=17 :3+1
    "##);
    insta::assert_snapshot!(heard("logback.log", include_bytes!("../../samples/logback.log")), @r##"
    2026-11-26T00:28:12.447Z logback INFO "[main] shop.checkout.OrderService - listening on 8080" :1+1
    2026-11-26T00:28:12.449Z logback WARN "[main] shop.checkout.OrderService - slow card" :2+1
    2026-11-26T00:28:12.451Z logback ERROR "[main] shop.checkout.OrderService - payment failed\njava.lang.IllegalStateException: no card\n\tat LB.main(LB.java:2)" :3+3
    "##);
}

#[test]
fn what_alertmanager_sends_and_answers_is_read() {
    insta::assert_snapshot!(heard("hook.jsonl", include_bytes!("../../samples/alertmanager-webhook.jsonl")), @r##"
    alert HighErrorRate checkout 2026-11-26T00:28:13.057259839Z to - "checkout answers one request in ten with an error" :1
    alert HighErrorRate checkout 2026-11-26T00:28:13.057259839Z to 2026-11-26T00:28:15Z "checkout answers one request in ten with an error" :2
    "##);
    insta::assert_snapshot!(heard("alerts.json", include_bytes!("../../samples/alertmanager-api.json")), @r##"
    alert HighErrorRate checkout 2026-11-26T00:28:13.057Z to - "checkout answers one request in ten with an error" :1
    "##);
}

#[test]
fn annotations_of_which_only_the_usual_was_picked_are_no_log() {
    let picked = br#"[{"id": 0, "time": 1785247201000, "text": "intake 2.1.0 deployed", "tags": ["deploy", "service:intake"]}]"#;
    insta::assert_snapshot!(heard("annotations.json", picked), @r##"
    change deploy 2026-07-28T14:00:01Z intake "intake 2.1.0 deployed" []
    "##);
}
