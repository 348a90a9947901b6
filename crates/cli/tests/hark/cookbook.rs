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
fn exports_of_loki_and_datadog() {
    let place = Place::new();
    place.write(
        "loki.jsonl",
        "{\"time\":\"1767312000000000000\",\"msg\":\"slow card\",\"app\":\"checkout\",\"level\":\"warn\"}\n",
    );
    check(&place, &["loki.jsonl"], &["checkout logs"]);
    place.write(
        "datadog.jsonl",
        "{\"time\":\"2026-01-02T00:00:00Z\",\"level\":\"warn\",\"service\":\"pay\",\"msg\":\"slow card\"}\n",
    );
    check(&place, &["datadog.jsonl"], &["pay logs"]);
    let answer = "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[]}}";
    place.write("loki.json", answer);
    // Who hands over the answer itself is told the recipe.
    place.hark(&["check", "loki.json"]).says(2, &["jq -c '.data.result[]"]);
}

#[test]
fn traces() {
    let place = Place::new();
    place.write("traces/otlp.jsonl", sample!("otel-python/otlp.jsonl"));
    place.write("traces/zipkin.json", sample!("otel-python/zipkin.json"));
    check(&place, &["traces"], &["checkout logs metrics traces", "payments traces"]);
}
