//! OTLP, Jaeger and Zipkin from file to events: what OpenTelemetry's SDK wrote (`samples/otel-python`), and what nobody
//! should have written.

use hark_event::{Hearing, Span};
use insta::assert_snapshot;

use crate::tests::{as_of, read, utc};

/// A span as a line of text. Identifiers are hashes: of them it is told only whether there is a parent.
pub(crate) fn tell(span: &Span<'_>) -> String {
    let mut text = format!(
        "{} {} {:?} {:?} {} µs",
        span.end,
        span.origin.service,
        span.kind,
        span.operation,
        span.duration_nanos() / 1_000
    );
    if let Some(peer) = span.peer {
        text += &format!(" to {:?} {}", peer.kind, peer.name);
    }
    for (holds, word) in
        [(span.is_error, "failed"), (span.is_retry, "retry"), (span.parent.is_none(), "root")]
    {
        if holds {
            text += &format!(" {word}");
        }
    }
    if span.origin.environment.as_ref() != "production" {
        text += &format!(" in {}", span.origin.environment);
    }
    if let Some(version) = span.version {
        text += &format!(" version {version}");
    }
    text + &format!(" :{}", span.line)
}

const OTLP: &str = include_str!("../samples/otel-python/otlp.jsonl");
const PROTOBUF: &str = include_str!("../samples/otel-python/otlp-protobuf.json");
const ZIPKIN: &str = include_str!("../samples/otel-python/zipkin.json");

#[track_caller]
fn heard(name: &str, text: &str) -> (Vec<String>, Hearing) {
    let (events, hearing) = read(name, text.as_bytes(), &utc());
    assert_eq!(hearing.lines, text.lines().count() as u64, "all lines of the file are counted");
    assert_eq!(hearing.bytes, text.len() as u64, "all bytes of the file are counted");
    assert_eq!(hearing.unread, []);
    (events, hearing)
}

/// Events without their times and lines, by which forms of the same spans differ.
fn in_kind(events: &[String]) -> Vec<String> {
    let mut kinds: Vec<String> = events
        .iter()
        .map(|event| {
            event.split(' ').skip(1).filter(|word| !word.starts_with(':')).collect::<Vec<_>>().join(" ")
        })
        .collect();
    kinds.sort();
    kinds
}

#[test]
fn spans_logs_and_samples_of_one_otlp_file_are_heard() {
    let (events, hearing) = heard("otlp.jsonl", OTLP);
    assert_eq!((hearing.spans, hearing.records, hearing.rejected), (7, 2, 0));
    assert_snapshot!(events.join("\n"), @r#"
    2026-11-25T18:13:47.685758523Z payments Server "POST /charge" 8 µs failed in staging version 2.0.1 :1
    2026-11-25T18:13:47.686021906Z checkout Client "POST" 301 µs to Host payments.shop.svc failed in staging version 1.4.0 :2
    2026-11-25T18:13:47.686161204Z payments Server "POST /charge" 6 µs in staging version 2.0.1 :3
    2026-11-25T18:13:47.686242885Z checkout Client "POST" 111 µs to Host payments.shop.svc retry in staging version 1.4.0 :4
    2026-11-25T18:13:47.686335614Z checkout Client "INSERT orders" 4 µs to Database postgresql:orders in staging version 1.4.0 :5
    2026-11-25T18:13:47.686423685Z checkout Producer "send mails" 3 µs to Queue kafka:mails in staging version 1.4.0 :6
    2026-11-25T18:13:47.686605056Z at 2026-11-25T18:13:47.686682451Z checkout WARN "charging order 4711 took two attempts" in staging version 1.4.0 :7+1
    2026-11-25T18:13:47.686814208Z at 2026-11-25T18:13:47.686825074Z checkout ERROR "charge failed exception.message=payments did not answer\nTraceback (most recent call last):\n  File \"<stdin>\", line 63, in <module>\nTimeoutError: payments did not answer" in staging version 1.4.0 beside exception.type=TimeoutError :8+1
    2026-11-25T18:13:47.687853799Z checkout Server "POST /orders" 2176 µs root in staging version 1.4.0 :9
    2026-11-25T18:13:47.688045796Z checkout http.server.requests_total{http.route="/orders",instance="checkout-0"} 20.0 :10
    2026-11-25T18:13:47.688045796Z checkout http.server.request.duration_count{http.route="/orders",instance="checkout-0"} 20.0 :10
    2026-11-25T18:13:47.688045796Z checkout rpc.client.duration_count{instance="checkout-0"} 20.0 :10
    2026-11-25T18:13:47.688045796Z checkout http.server.active_requests{instance="checkout-0"} 3.0 :10
    2026-11-25T18:13:47.688045796Z checkout process.memory.usage{instance="checkout-0"} 52428800.0 :10
    2026-11-25T18:13:47.688593453Z checkout http.server.requests_total{http.route="/orders",instance="checkout-0"} 30.0 :11
    2026-11-25T18:13:47.688593453Z checkout http.server.request.duration_count{http.route="/orders",instance="checkout-0"} 30.0 :11
    2026-11-25T18:13:47.688593453Z checkout http.server.request.duration{http.route="/orders",instance="checkout-0",quantile="0.5"} 2.5 :11
    2026-11-25T18:13:47.688593453Z checkout http.server.request.duration{http.route="/orders",instance="checkout-0",quantile="0.9"} 4.5 :11
    2026-11-25T18:13:47.688593453Z checkout http.server.request.duration{http.route="/orders",instance="checkout-0",quantile="0.99"} 4.95 :11
    2026-11-25T18:13:47.688593453Z checkout rpc.client.duration_count{instance="checkout-0"} 30.0 :11
    2026-11-25T18:13:47.688593453Z checkout rpc.client.duration{instance="checkout-0",quantile="0.5"} 501.14643985883487 :11
    2026-11-25T18:13:47.688593453Z checkout rpc.client.duration{instance="checkout-0",quantile="0.9"} 509.829287971767 :11
    2026-11-25T18:13:47.688593453Z checkout rpc.client.duration{instance="checkout-0",quantile="0.99"} 511.7829287971767 :11
    2026-11-25T18:13:47.688593453Z checkout http.server.active_requests{instance="checkout-0"} 3.0 :11
    2026-11-25T18:13:47.688593453Z checkout process.memory.usage{instance="checkout-0"} 52428800.0 :11
    "#);
}

#[test]
fn what_protobufs_own_printer_and_zipkins_encoder_write_is_the_same() {
    let spans: Vec<String> =
        heard("otlp.jsonl", OTLP).0.into_iter().filter(|event| event.contains(" µs")).collect();
    assert_eq!(in_kind(&heard("protobuf.json", PROTOBUF).0), in_kind(&spans));
    assert_snapshot!(heard("zipkin.json", ZIPKIN).0.join("\n"), @r#"
    2026-11-25T18:13:47.685758Z payments Server "POST /charge" 8 µs failed in staging version 2.0.1 :1
    2026-11-25T18:13:47.686021Z checkout Client "POST" 301 µs to Host payments.shop.svc failed in staging version 1.4.0 :1
    2026-11-25T18:13:47.686161Z payments Server "POST /charge" 6 µs in staging version 2.0.1 :1
    2026-11-25T18:13:47.686243Z checkout Client "POST" 111 µs to Host payments.shop.svc retry in staging version 1.4.0 :1
    2026-11-25T18:13:47.686336Z checkout Client "INSERT orders" 5 µs to Database postgresql:orders in staging version 1.4.0 :1
    2026-11-25T18:13:47.686424Z checkout Producer "send mails" 4 µs to Queue kafka:mails in staging version 1.4.0 :1
    2026-11-25T18:13:47.687854Z checkout Server "POST /orders" 2177 µs root in staging version 1.4.0 :1
    "#);
}

#[test]
fn every_line_of_otlp_may_be_a_document_and_every_document_a_line() {
    let pretty = serde_json::to_string_pretty(
        &serde_json::from_str::<serde_json::Value>(OTLP.lines().next().unwrap()).unwrap(),
    )
    .unwrap();
    let both = format!("{pretty}\n{pretty}\n");
    assert_eq!(in_kind(&heard("x.json", &both).0).len(), 2);
    let one_line = PROTOBUF.lines().map(str::trim).collect::<String>();
    assert_eq!(in_kind(&heard("x.json", &one_line).0), in_kind(&heard("y.json", PROTOBUF).0));
}

const JAEGER: &str = r#"{
 "data": [{
  "traceID": "a5ca0ab6adad39d9",
  "spans": [
   {"traceID": "a5ca0ab6adad39d9", "spanID": "01", "operationName": "POST /orders", "references": [], "startTime": 1767322800000000, "duration": 2500,
    "tags": [{"key": "span.kind", "type": "string", "value": "server"}, {"key": "http.status_code", "type": "int64", "value": 500}], "processID": "p1"},
   {"traceID": "a5ca0ab6adad39d9", "spanID": "02", "operationName": "charge", "references": [{"refType": "CHILD_OF", "traceID": "a5ca0ab6adad39d9", "spanID": "01"}],
    "startTime": 1767322800000100, "duration": 2000, "tags": [{"key": "span.kind", "value": "client"}, {"key": "peer.service", "value": "payments"}, {"key": "error", "type": "bool", "value": true}], "processID": "p1"},
   {"traceID": "a5ca0ab6adad39d9", "spanID": "03", "operationName": "", "references": "none", "processID": "p2"},
   {"traceID": "a5ca0ab6adad39d9", "spanID": "04", "operationName": "charge", "references": [{"refType": "CHILD_OF", "spanID": "02"}],
    "startTime": 1767322800000200, "duration": 1900, "tags": [{"key": "span.kind", "value": "server"}], "processID": "p2"}
  ],
  "processes": {"p1": {"serviceName": "checkout", "tags": [{"key": "service.version", "value": "1.4.0"}]}, "p2": {"serviceName": "payments", "tags": [{"key": "env", "value": "staging"}]}}
 }],
 "total": 0, "errors": null
}
"#;

#[test]
fn jaegers_spans_wait_for_their_processes_and_a_bad_one_harms_no_other() {
    let (events, hearing) = heard("jaeger.json", JAEGER);
    assert_eq!((hearing.spans, hearing.rejected), (3, 1));
    assert_snapshot!(events.join("\n"), @r#"
    2026-01-02T03:00:00.0025Z checkout Server "POST /orders" 2500 µs failed root version 1.4.0 :5
    2026-01-02T03:00:00.0021Z checkout Client "charge" 2000 µs to Service payments failed version 1.4.0 :7
    2026-01-02T03:00:00.0021Z payments Server "charge" 1900 µs in staging :10
    "#);
}

#[test]
fn a_span_that_ended_later_is_not_known_yet() {
    let (whole, _) = heard("otlp.jsonl", OTLP);
    let (spans, _): (Vec<String>, Vec<String>) = whole.into_iter().partition(|event| event.contains(" µs"));
    let end = spans[2].split(' ').next().unwrap();
    let (events, hearing) = read("otlp.jsonl", OTLP.as_bytes(), &as_of(end));
    assert_eq!((events, hearing.spans), (spans[..3].to_vec(), 3));
    let (shorter, cut) =
        read("otlp.jsonl", OTLP.split_inclusive('\n').take(3).collect::<String>().as_bytes(), &utc());
    assert_eq!((shorter.len(), cut.lines, cut.bytes), (3, hearing.lines, hearing.bytes));
}

/// Reads one OTLP line with these records.
#[track_caller]
fn check_otlp(said: &str, scopes: &str, records: &str, expected: &[&str]) -> Hearing {
    let text = format!(
        "{{\"resource{said}\":[{{\"scope{said}\":[{{\"{scopes}\":[{records}]}}],\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"shop\"}}}}]}}}}]}}\n"
    );
    let (events, hearing) = heard("otlp.json", &text);
    assert_eq!(events, expected);
    hearing
}

#[test]
fn records_wait_for_a_resource_that_comes_after_them() {
    check_otlp(
        "Logs",
        "logRecords",
        r#"{"timeUnixNano":1767322800000000000,"severityNumber":"SEVERITY_NUMBER_ERROR2","body":{"kvlistValue":{"values":[{"key":"order","value":{"intValue":"7"}}]}}},
           {"timeUnixNano":"1767322801000000000","severityText":"warn","eventName":"stock.low","attributes":[{"key":"sku","value":{"stringValue":"a"}}]}"#
            .replace('\n', " ")
            .as_str(),
        &[
            "2026-01-02T03:00:00Z shop ERROR \"order=7\" :1+1",
            "2026-01-02T03:00:01Z shop WARN \"stock.low\" beside sku=a :1+1",
        ],
    );
}

#[test]
fn deltas_are_added_up_and_histograms_tell_what_came_between() {
    let point = |time: u64, rest: &str| format!("{{\"timeUnixNano\":\"{time}000000000\",{rest}}}");
    let (one, two) = (1_767_322_800, 1_767_322_860);
    let records = [
        format!(
            r#"{{"name":"jobs","sum":{{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{},{}]}}}}"#,
            point(one, "\"asInt\":\"5\""),
            point(two, "\"asDouble\":2")
        ),
        format!(
            r#"{{"name":"wait","histogram":{{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","dataPoints":[{},{}]}}}}"#,
            point(one, r#""count":"10","explicitBounds":[1,2],"bucketCounts":["10","0","0"]"#),
            point(two, r#""count":"14","explicitBounds":[1,2],"bucketCounts":["10","4","0"]"#)
        ),
        format!(
            r#"{{"name":"size","exponentialHistogram":{{"aggregationTemporality":1,"dataPoints":[{}]}}}}"#,
            point(one, r#""count":2,"scale":0,"positive":{"offset":3,"bucketCounts":[2]}"#)
        ),
        format!(
            r#"{{"name":"rtt","summary":{{"dataPoints":[{}]}}}}"#,
            point(one, r#""count":"3","quantileValues":[{"quantile":0.99,"value":"NaN"}]"#)
        ),
        r#"{"name":"broken","gauge":{"dataPoints":[{"timeUnixNano":"soon"}]}}"#.to_owned(),
    ];
    let hearing = check_otlp(
        "Metrics",
        "metrics",
        &records.join(","),
        &[
            "2026-01-02T03:00:00Z shop jobs_total 5.0 :1",
            "2026-01-02T03:01:00Z shop jobs_total 7.0 :1",
            "2026-01-02T03:00:00Z shop wait_count 10.0 :1",
            "2026-01-02T03:01:00Z shop wait_count 14.0 :1",
            "2026-01-02T03:01:00Z shop wait{quantile=\"0.5\"} 1.5 :1",
            "2026-01-02T03:01:00Z shop wait{quantile=\"0.9\"} 1.9 :1",
            "2026-01-02T03:01:00Z shop wait{quantile=\"0.99\"} 1.99 :1",
            "2026-01-02T03:00:00Z shop size_count 2.0 :1",
            "2026-01-02T03:00:00Z shop size{quantile=\"0.5\"} 12.0 :1",
            "2026-01-02T03:00:00Z shop size{quantile=\"0.9\"} 15.2 :1",
            "2026-01-02T03:00:00Z shop size{quantile=\"0.99\"} 15.92 :1",
            "2026-01-02T03:00:00Z shop rtt{quantile=\"0.99\"} NaN :1",
            "2026-01-02T03:00:00Z shop rtt_count 3.0 :1",
        ],
    );
    assert_eq!(hearing.rejected, 1);
}

#[test]
fn a_line_that_was_cut_off_and_a_bad_record_lose_nothing_else() {
    let lines: Vec<&str> = OTLP.lines().collect();
    let half = &lines[1][..lines[1].len() / 2];
    let bad = lines[2].replace("\"startTimeUnixNano\":\"", "\"startTimeUnixNano\":\"x");
    let text = format!("{}\n{half}\n{bad}\nnot JSON\n{}", lines[0], lines[3]);
    let (events, hearing) = heard("otlp.jsonl", &text);
    assert_eq!((events.len(), hearing.spans, hearing.rejected), (2, 2, 3));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    /// Whatever happens to a file on its way, nothing panics, every byte of it is accounted for, and lines that it did
    /// not happen to are read as before.
    #[test]
    fn damage_harms_no_more_than_what_it_hits(
        at in proptest::prelude::any::<proptest::sample::Index>(),
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..4),
        dropped in 0_usize..40,
        which in 0_usize..4,
    ) {
        let mut text = [OTLP, PROTOBUF, ZIPKIN, JAEGER][which].as_bytes().to_vec();
        let from = at.index(text.len());
        let to = (from + dropped).min(text.len());
        let lines_hit = text[from..to].iter().filter(|byte| **byte == b'\n').count() + 1;
        text.splice(from..to, bytes.iter().copied().filter(|byte| *byte != b'\n'));
        let (_, hearing) = read("telemetry", &text, &utc());
        if hearing.unread.is_empty() && hearing.files == 1 {
            proptest::prop_assert_eq!(hearing.bytes, text.len() as u64);
        }
        if which == 0 && hearing.unread.is_empty() {
            let heard = hearing.spans + hearing.records;
            // Of eleven lines nine are spans or records, two of them in one line; more than one line may be hit by what is dropped.
            proptest::prop_assert!(heard + lines_hit as u64 + 1 >= 9, "{} {}", heard, lines_hit);
        }
    }
}
