//! What stores of logs answer to queries: documents whose records stand in an array below the top, newest first.
//! Written after the makers' documentation, each in one line and over several.

use super::*;

/// The document as it is given (in one line), and pretty-printed, say the same, wherever their records stand.
#[track_caller]
fn heard_alike(document: &str) -> String {
    let said = |bytes: &[u8]| -> Vec<String> {
        let words = |line: &str| line.rsplit_once(" :").map_or(line, |(said, _)| said).to_owned();
        heard("shop.json", bytes).lines().map(words).collect()
    };
    assert_eq!(said(document.as_bytes()), said(pretty(document).as_bytes()));
    said(document.as_bytes()).join("\n")
}

/// Over several lines, with the names in their order.
fn pretty(document: &str) -> String {
    let (mut text, mut depth, mut is_text, mut is_escaped) = (String::new(), 0, false, false);
    let line = |text: &mut String, depth: usize| text.push_str(&format!("\n{}", "  ".repeat(depth)));
    for letter in document.chars() {
        if is_text {
            text.push(letter);
            (is_text, is_escaped) = (is_escaped || letter != '"', !is_escaped && letter == '\\');
            continue;
        }
        if matches!(letter, '}' | ']') {
            depth -= 1;
            line(&mut text, depth);
        }
        text.push(letter);
        match letter {
            '"' => is_text = true,
            '{' | '[' => depth += 1,
            _ => {}
        }
        if matches!(letter, '{' | '[' | ',') {
            line(&mut text, depth);
        }
    }
    text + "\n"
}

#[test]
fn hits_of_elasticsearch_are_read_as_what_is_in_them_each_arrived_at_its_own_time() {
    insta::assert_snapshot!(heard_alike(concat!(
        r#"{"took":5,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":2,"relation":"eq"},"max_score":null,"hits":["#,
        r#"{"_index":"logs-1","_id":"b","_score":null,"_source":{"@timestamp":"2026-10-30T23:50:01.000Z","message":"order 2 slow","log":{"level":"warn"},"service":{"name":"checkout"},"http":{"response":{"status_code":200}}},"sort":[2]},"#,
        r#"{"_index":"logs-1","_id":"a","_score":null,"_source":{"@timestamp":"2026-10-30T23:50:00.000Z","message":"order 1 placed","log":{"level":"info"},"service":{"name":"checkout"}},"sort":[1]}"#,
        r#"]}}"#,
    )), @r##"
    2026-10-30T23:50:01Z checkout WARN "order 2 slow" beside http.response.status_code=200,sort=[...]
    2026-10-30T23:50:00Z checkout INFO "order 1 placed" beside sort=[...]
    "##);
}

#[test]
fn events_of_cloudwatch_are_read_with_what_the_program_wrote_in_them() {
    insta::assert_snapshot!(heard_alike(concat!(
        r#"{"events":[{"logStreamName":"s","timestamp":1793404200000,"message":"START order 1","ingestionTime":1793404201000,"eventId":"1"},"#,
        r#"{"timestamp":1793404202000,"message":"{\"level\":\"error\",\"msg\":\"order 2 failed\"}\n","ingestionTime":1793404203000}],"#,
        r#""searchedLogStreams":[],"nextToken":"x"}"#,
    )), @r##"
    2026-10-30T23:50:00Z at 2026-10-30T23:50:01Z shop  "START order 1" beside eventId=1
    2026-10-30T23:50:02Z at 2026-10-30T23:50:03Z shop ERROR "order 2 failed"
    "##);
    let rows = r#"{"results":[[{"field":"@timestamp","value":"2026-10-30 23:50:00.000"},{"field":"@message","value":"x"}]],"status":"Complete"}"#;
    check_unread(
        "insights.json",
        rows.as_bytes(),
        "jq -c '.results[] | map({(.field | ltrimstr(\"@\")): .value}) | add'",
    );
}

#[test]
fn logs_of_datadog_and_splunk_are_read() {
    insta::assert_snapshot!(heard_alike(concat!(
        r#"{"data":[{"id":"AAA","type":"log","attributes":{"timestamp":"2026-10-30T23:50:00.123Z","status":"warn","service":"shop","message":"order 1 slow","host":"h","tags":["env:prod"],"attributes":{"duration":7}}},"#,
        r#"{"id":"AAB","type":"log","attributes":{"timestamp":"2026-10-30T23:49:00.123Z","status":"ok","service":"shop","message":"order 0 placed"}}],"meta":{"page":{"after":"x"}}}"#,
    )), @r##"
    2026-10-30T23:50:00.123Z shop WARN "order 1 slow" beside id=AAA,type=log,tags=[...],duration=7
    2026-10-30T23:49:00.123Z shop INFO "order 0 placed" beside id=AAB,type=log
    "##);
    insta::assert_snapshot!(heard_alike(concat!(
        r#"{"preview":false,"init_offset":0,"messages":[],"fields":[{"name":"_time"}],"results":["#,
        r#"{"_time":"2026-10-30T23:50:01.000+00:00","_raw":"2026-10-30 23:50:01 WARN order 1 slow","host":"h","sourcetype":"st","_bkt":"x"},"#,
        r#"{"_time":"2026-10-30T23:50:00.000+00:00","_raw":"level=error msg=\"order 0 failed\" order=0","host":"h"}]}"#,
    )), @r##"
    2026-10-30T23:50:01Z shop WARN "order 1 slow"
    2026-10-30T23:50:00Z shop ERROR "order 0 failed" beside order=0
    "##);
}

#[test]
fn streams_of_loki_are_read_with_their_labels() {
    insta::assert_snapshot!(heard_alike(concat!(
        r#"{"status":"success","data":{"resultType":"streams","result":["#,
        r#"{"stream":{"app":"shop","env":"staging","level":"warn"},"values":[["1793404202000000000","order 2 slow"],["1793404200000000000","order 1 slow",{"trace":"7"}]]},"#,
        r#"{"stream":{"job":"till"},"values":[["1793404201000000000","level=error msg=\"till broke\""],["x","no time"]]}],"stats":{"summary":{}}}}"#,
    )), @r##"
    2026-10-30T23:50:02Z shop WARN "order 2 slow" in staging
    2026-10-30T23:50:00Z shop WARN "order 1 slow" in staging
    2026-10-30T23:50:01Z till ERROR "till broke"
    rejected 1
    "##);
    let pushed = r#"{"streams":[{"stream":{"job":"till"},"values":[["1793404201000000000","up"]]}]}"#;
    assert_eq!(heard("a", pushed.as_bytes()), "2026-10-30T23:50:01Z till  \"up\" :1+1");
    let (events, hearing) =
        read("a", br#"{"status":"success","data":{"resultType":"streams","result":[]}}"#, &utc());
    assert_eq!((events.len(), hearing.files), (0, 1));
    assert!(hearing.unread[0].reason.contains("it has no records"), "{:?}", hearing.unread);
}

#[test]
fn what_logcli_and_google_write_by_line_is_read_too() {
    insta::assert_snapshot!(heard("a", concat!(
        r#"{"labels":{"app":"shop","level":"warn"},"line":"order 1 slow","timestamp":"2026-10-30T23:50:00Z"}"#, "\n",
        r#"{"timestamp":"2026-10-30T23:50:01Z","severity":"ERROR","insertId":"q","jsonPayload":{"message":"order 2 failed","code":7},"resource":{"type":"k8s_container","labels":{"pod_name":"x"}}}"#, "\n",
        r#"{"timestamp":"2026-10-30T23:50:02Z","severity":"INFO","textPayload":"up"}"#, "\n",
    ).as_bytes()), @r##"
    2026-10-30T23:50:00Z shop WARN "order 1 slow" :1+1
    2026-10-30T23:50:01Z a ERROR "order 2 failed" beside code=7 :2+1
    2026-10-30T23:50:02Z a INFO "up" :3+1
    "##);
}

#[test]
fn an_answer_is_known_up_to_a_moment_whatever_its_order() {
    let document = concat!(
        r#"{"logs":[{"time":"2026-10-30T23:50:02Z","msg":"c"},{"time":"2026-10-30T23:50:00Z","msg":"a"},"#,
        r#"{"time":"2026-10-30T23:50:01Z","msg":"b"}]}"#
    );
    let said = |time: &str| read("a", document.as_bytes(), &as_of(time)).0.len();
    assert_eq!(
        [said("2026-10-30T23:50:00Z"), said("2026-10-30T23:50:01Z"), said("2026-10-30T23:50:09Z")],
        [1, 2, 3]
    );
}

#[test]
fn an_answer_longer_than_what_is_looked_at_is_read_and_says_where_it_ends() {
    let hit = |number: usize| {
        format!(
            r#"{{"_index":"a","_source":{{"@timestamp":"2026-10-30T{:02}:{:02}:00Z","message":"order {number} placed {}"}}}}"#,
            number / 60,
            number % 60,
            "x".repeat(300)
        )
    };
    let hits: Vec<String> = (0..1_000).map(hit).collect();
    let whole = format!(r#"{{"took":5,"hits":{{"hits":[{}]}}}}"#, hits.join(","));
    let (events, hearing) = read("a", whole.as_bytes(), &utc());
    assert_eq!((events.len(), hearing.unread), (1_000, vec![]));
    let (events, hearing) = read("a", &whole.as_bytes()[..whole.len() - 1_000], &utc());
    assert!(events.len() > 990 && hearing.unread[0].reason.contains("in its midst"), "{:?}", hearing.unread);
}

#[test]
fn records_without_times_are_refused_by_their_place_and_their_names() {
    check_unread(
        "a",
        br#"{"ok":true,"items":[{"when":"soon","what":"x"}]}"#,
        "stand in `.items` and say no time (their names: when, what)",
    );
    check_unread(
        "a",
        b"{\n  \"ok\": true,\n  \"a\": {\"items\": [{\"b\": 1}]}\n}\n",
        "jq -c '.a.items[] | {time: .WHEN, msg: .WHAT}'",
    );
    // A record that has a list is a record.
    let (events, _) = read(
        "a",
        br#"{"time":"2026-10-30T23:50:00Z","msg":"x","items":[{"time":"2026-10-30T23:50:09Z"}]}"#,
        &utc(),
    );
    assert_eq!(events.len(), 1);
}
