//! The recipes of `docs/cookbook.md`, on files that the real programs wrote: each is laid out as its recipe says, and the
//! services are heard that it promises. What the recipes' other programs (`jq`, `promtool`) write is laid out ready-made.

use super::place::Place;

/// Samples of the crate that reads them.
macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../../ingest/samples/", $name))
    };
}

/// What `hark check` of these paths says of who speaks, with what.
#[track_caller]
fn check(place: &Place, paths: &[&str], expected: &[&str]) {
    let survey = place.json(&[&["check"], paths].concat());
    let services = survey["services"].as_array().expect("services are listed");
    let heard: Vec<String> = services
        .iter()
        .map(|service| {
            let what: Vec<&str> =
                ["logs", "metrics", "traces"].into_iter().filter(|what| !service[what].is_null()).collect();
            format!("{} {}", service["service"].as_str().unwrap_or("?"), what.join(" "))
        })
        .collect();
    assert_eq!(heard, expected, "{survey:#}");
}

#[test]
fn nginx_and_prometheus() {
    let place = Place::new();
    place.write("incident/nginx/access.log", sample!("nginx-access.log"));
    place.write("incident/nginx/error.log", sample!("nginx-error.log"));
    place.write("incident/metrics/dump.txt", sample!("promtool-dump.txt"));
    place.write("incident/metrics/requests.json", sample!("query-range.json"));
    check(&place, &["incident"], &["nginx logs", "shop metrics"]);
    let ran = place.hark(&["back", "--at", "2026-11-25 18:30", "--on", "nginx", "incident"]);
    ran.says(0, &[]);
}

#[test]
fn a_folder_of_syslogs() {
    let place = Place::new();
    place.write("log/syslog", sample!("rsyslog-traditional.log"));
    place.write("log/syslog.1", sample!("rsyslog-file.log"));
    place.write("log/lastlog", [0; 292]);
    let ran = place.hark(&["listen", "log", "--tz", "Europe/Berlin"]);
    ran.says(0, &["remark: log/lastlog: empty"]);
    assert!(ran.out.contains("Nothing spoke"), "{}", ran.out);
}

#[test]
fn only_journald() {
    let place = Place::new();
    place.write("journal.json", sample!("journal.json"));
    let from_file = place.hark(&["listen", "journal.json", "--format", "markdown"]);
    let from_pipe = place.with_input(&["listen", "-", "--format", "markdown"], sample!("journal.json"));
    assert_eq!((from_file.code, from_pipe.code), (Some(0), Some(0)), "{} {}", from_file.err, from_pipe.err);
}

#[test]
fn containers_shown_together() {
    let place = Place::new();
    place.write(
        "shop.log",
        "web-1  | 2026-01-02T00:00:00.5Z {\"level\":\"warn\",\"msg\":\"slow\"}\ndb-1   | 2026-01-02T00:00:01.5Z ready\n",
    );
    check(&place, &["shop.log"], &["db logs", "web logs"]);
    place.write(
        "pods.log",
        "[pod/checkout-64469b5b48-25zj6/app] 2026-01-02T00:00:00.5Z slow\n[pod/kafka-0/kafka] 2026-01-02T00:00:01Z up\n",
    );
    check(&place, &["pods.log"], &["checkout logs", "kafka logs"]);
    place.write("pods/shop_checkout-64469b5b48-25zj6_uid/app/0.log", sample!("conmon.log"));
    check(&place, &["pods"], &["app logs"]);
}

#[test]
fn exports_of_stores_of_logs() {
    let place = Place::new();
    place.write(
        "export/loki.json",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{\"stream\":{\"app\":\"checkout\"},\
         \"values\":[[\"1767312000000000000\",\"slow card\"]]}]}}\n",
    );
    place.write(
        "export/elastic.json",
        "{\"took\":1,\"hits\":{\"hits\":[{\"_source\":{\"@timestamp\":\"2026-01-02T00:00:00Z\",\"message\":\"slow card\",\
         \"service\":{\"name\":\"till\"}}}]}}\n",
    );
    place.write(
        "export/datadog.jsonl",
        "{\"data\":[{\"attributes\":{\"timestamp\":\"2026-01-02T00:00:00Z\",\"status\":\"warn\",\"service\":\"pay\",\"message\":\"slow card\"}}]}\n",
    );
    check(&place, &["export"], &["checkout logs", "pay logs", "till logs"]);
    // Who hands over another shape is told the recipe, and not that there is no file.
    place.write("other.json", "{\"ok\":true,\"items\":[{\"when\":\"soon\",\"what\":\"slow card\"}]}\n");
    for command in ["check", "listen"] {
        place.hark(&[command, "other.json"]).says(2, &["jq -c '.items[]", "the remarks above say why"]);
    }
}

#[test]
fn traces() {
    let place = Place::new();
    place.write("traces/otlp.jsonl", sample!("otel-python/otlp.jsonl"));
    place.write("traces/zipkin.json", sample!("otel-python/zipkin.json"));
    check(&place, &["traces"], &["checkout logs metrics traces", "payments traces"]);
}
