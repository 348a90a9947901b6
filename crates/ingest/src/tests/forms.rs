//! Lines of JSON, and what is told once: alerts, reports, changes. As the real thing wrote it (`samples/`; how each was made stands in
//! `docs/formats/`) or as its documentation has it.

use super::*;

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
    insta::assert_snapshot!(heard("reports.json", b"[{\"time\":\"2026-01-02T00:00:00Z\",\"service\":\"pay\",\"report\":\"cannot pay\"}]"), @r##"report 2026-01-02T00:00:00Z pay "cannot pay""##);
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
fn what_alertmanager_sends_and_answers_is_read() {
    insta::assert_snapshot!(heard("hook.jsonl", include_bytes!("../../samples/alertmanager-webhook.jsonl")), @r##"
    alert HighErrorRate checkout 2026-11-26T00:28:13.057259839Z to - "checkout answers one request in ten with an error" :1
    alert HighErrorRate checkout 2026-11-26T00:28:13.057259839Z to 2026-11-26T00:28:15Z "checkout answers one request in ten with an error" :2
    "##);
    insta::assert_snapshot!(heard("alerts.json", include_bytes!("../../samples/alertmanager-api.json")), @r##"alert HighErrorRate checkout 2026-11-26T00:28:13.057Z to - "checkout answers one request in ten with an error" :1"##);
}

#[test]
fn annotations_of_which_only_the_usual_was_picked_are_no_log() {
    let picked = br#"[{"id": 0, "time": 1785247201000, "text": "intake 2.1.0 deployed", "tags": ["deploy", "service:intake"]}]"#;
    insta::assert_snapshot!(heard("annotations.json", picked), @r##"change deploy 2026-07-28T14:00:01Z intake "intake 2.1.0 deployed" []"##);
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
fn samples_after_as_of_are_left_out_with_their_lines() {
    let table = "time,a\n2026-01-02T00:00:00Z,1\n2026-01-02T00:01:00Z,2\n2026-01-02T00:02:00Z,3\n";
    let (events, hearing) = read("a.csv", table.as_bytes(), &as_of("2026-01-02T00:01:00Z"));
    assert_eq!(events.len(), 2);
    let cut = &table[..hearing.bytes as usize];
    assert_eq!(hearing.lines, 3);
    assert_eq!(read("a.csv", cut.as_bytes(), &utc()), (events, hearing));
}
