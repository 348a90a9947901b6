//! What containers write, as their runtimes keep it and as tools show it of several at once.

use super::*;

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
    insta::assert_snapshot!(heard(container, line), @r##"2026-01-02T00:00:00Z checkout  "up" :1+1"##);
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
