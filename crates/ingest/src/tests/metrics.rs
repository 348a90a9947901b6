//! Metrics of Prometheus and its kin: exposed, dumped, federated and answered.

use super::*;

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
