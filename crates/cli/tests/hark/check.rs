//! `hark check`: what would be heard is told in every format, and what would not with its place and reason.

use crate::place::{Place, log};

const BROKEN: &str = "{\"time\":\"2026-03-01T10:00:00Z\",\"msg\":\"up\"}\n{\"time\":\"2026-03-01T10:00:01Z\",\"ms\n{\"time\":\"2026-03-01T10:00:02Z\",\"msg\":\"down\"}\n";

fn place() -> Place {
    let place = Place::with_a_log();
    place.write("till/broken.jsonl", BROKEN);
    place.write("till/zoneless.log", "2026-03-01 10:00:00 INFO one\n2026-03-01 10:00:01 INFO two\n");
    place.write("notes.bin", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0");
    place
}

#[test]
fn forms_services_and_what_was_not_understood_are_told_with_their_places() {
    let told = place().json(&["check", "."]);
    let forms: Vec<&str> =
        told["forms"].as_array().unwrap().iter().map(|form| form["form"].as_str().unwrap()).collect();
    assert_eq!(forms, ["JSON lines log", "plain text log"]);
    let services: Vec<&str> =
        told["services"].as_array().unwrap().iter().map(|one| one["service"].as_str().unwrap()).collect();
    assert_eq!(services, ["a", "till"]);
    assert_eq!(told["services"][1]["logs"]["count"], 4);
    assert_eq!((&told["rejects"][0]["line"], &told["hearing"]["rejected"]), (&2.into(), &1.into()));
    assert_eq!(told["clocks"][0]["what"], "zoneless");
    assert_eq!(told["sampled"], serde_json::Value::Null);
    assert!(told["hearing"]["unread"][0]["reason"].as_str().unwrap().contains("program"));
}

#[test]
fn what_can_be_judged_is_told_by_the_days_that_it_needs() {
    let told = place().json(&["check", "."]);
    let prospect = &told["services"][0]["prospects"][0];
    assert_eq!((&prospect["what"], &prospect["ready"]), (&"new-loud-lines".into(), &false.into()));
    let ran = place().hark(&["check", "."]);
    ran.says(0, &[]);
    for said in ["What that is enough for", "not yet, needs 5 days", "till/broken.jsonl:2"] {
        assert!(ran.out.contains(said), "{said} is not in:\n{}", ran.out);
    }
}

#[test]
fn it_is_told_as_markdown_and_as_a_page_too() {
    let place = place();
    assert!(place.hark(&["check", ".", "--format", "markdown"]).out.starts_with("# 2 services can be heard"));
    assert!(place.hark(&["check", ".", "--format", "html"]).out.starts_with("<!doctype html>"));
}

#[test]
fn nothing_that_can_be_read_is_a_fault_of_the_request() {
    let place = Place::new();
    place.write("a.bin", b"\x7fELF\x02\x01");
    place.hark(&["check", "a.bin"]).says(2, &["remark: a.bin: ", "hint: "]);
    place.hark(&["check"]).says(2, &["no PATH", "hint: "]);
}

#[test]
fn standard_input_can_be_checked() {
    let place = Place::new();
    let ran = place.with_input(&["check", "-"], log(60).as_bytes());
    ran.says(0, &[]);
    assert!(ran.out.starts_with("1 service can be heard"), "{}", ran.out);
}

const EMPTY: [(&str, &str, &str); 4] = [
    ("otlp.json", "{\"resourceLogs\":[]}", "it has no log records"),
    (
        "answer.json",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
        "the answer has no series",
    ),
    ("alerts.jsonl", "{\"status\":\"firing\",\"alerts\":[]}\n", "it has no alerts"),
    ("list.json", "[]\n", "nothing is in it"),
];

#[test]
fn what_was_understood_and_holds_nothing_is_named_and_is_no_fault() {
    for (name, content, lacks) in EMPTY {
        let place = Place::new();
        place.write(name, content);
        let at = ["back", "--at", "2026-03-01 10:00", name];
        for arguments in [&["check", name][..], &["listen", name], &["patterns", name], &at] {
            let ran = place.hark(arguments);
            ran.says(0, &[]);
            // What is checked is told as the answer; beside any other answer it is a remark.
            let told = format!("{} {}", ran.err, ran.out);
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(told.contains(&format!("{name}: understood")) && told.contains(lacks), "{told}");
            assert!(
                !ran.err.contains("1970") && !ran.out.contains("1970"),
                "{arguments:?}: {}{}",
                ran.out,
                ran.err
            );
        }
        place.write("a.log", log(3));
        for command in ["listen", "patterns"] {
            place.hark(&[command, "."]).says(0, &[name, lacks]);
        }
    }
}

#[test]
fn what_prometheus_answered_instead_of_series_is_quoted_with_a_remedy() {
    let place = Place::new();
    let error = "exceeded maximum resolution of 11,000 points per timeseries";
    place.write(
        "answer.json",
        format!("{{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"{error}\"}}\n"),
    );
    for command in ["check", "listen", "patterns"] {
        place.hark(&[command, "answer.json"]).says(2, &["(bad_data)", error, "larger `step`", "hint: "]);
    }
}

#[test]
fn nothing_by_the_moment_that_was_asked_for_is_said_with_what_came_first_after_it() {
    let place = Place::with_a_log();
    for command in ["check", "listen", "patterns"] {
        place.hark(&[command, "a.log", "--as-of", "2020-01-01"]).says(
            0,
            &["nothing arrived by 1 Jan 2020 00:00 UTC; the first record is of 1 Mar 2026 10:00 UTC"],
        );
    }
}

#[test]
fn too_little_history_to_speak_is_told_beside_that_nothing_spoke() {
    let place = Place::with_a_log();
    for format in ["human", "markdown", "html"] {
        let ran = place.hark(&["listen", "a.log", "--format", format]);
        ran.says(0, &[]);
        let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["Nothing spoke, with little history.", "new lines of WARN and above, 5 days"] {
            assert!(said.contains(words), "{words} is not in:\n{}", ran.out);
        }
    }
}

#[test]
fn a_secret_in_a_name_is_told_nowhere() {
    let place = Place::new();
    let tokens = [["ghp", "_16C7e42F292c6912E7710c838347Ae178B4a"], ["glpat", "-aB3dE5fG7hJ9kL2mN4pQ"]]
        .map(|parts| parts.concat());
    place.write(
        "telemetry/a.jsonl",
        format!("{{\"time\":\"2026-03-01T10:00:00Z\",\"service\":\"{}\",\"environment\":\"{}\",\"msg\":\"up\"}}\n", tokens[0], tokens[0]),
    );
    place.write(&format!("telemetry/{}.log", tokens[1]), "2026-03-01 10:00:00 INFO one\nno stamp\n");
    place.write(&format!("telemetry/{}.jsonl", tokens[1]), BROKEN);
    place.write(&format!("telemetry/{}.bin", tokens[1]), b"\x7fELF\x02\x01");
    for command in ["check", "listen", "patterns"] {
        for format in ["human", "json", "markdown", "html"] {
            let ran = place.hark(&[command, "telemetry", "--format", format]);
            ran.says(0, &[]);
            for token in &tokens {
                assert!(
                    !ran.out.contains(token) && !ran.err.contains(token),
                    "{command}: {}{}",
                    ran.out,
                    ran.err
                );
            }
        }
    }
}
