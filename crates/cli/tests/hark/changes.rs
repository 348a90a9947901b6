//! Changes that files announce: they reach what is listened to, as starts, and the story, as changes.

use std::fmt::Write;

use crate::place::Place;

/// Four weeks of a service that says one thing every ten minutes, and another from the 26th day on, after a deploy.
fn place_with_a_deploy() -> Place {
    let place = Place::new();
    let mut log = String::new();
    for minute in (0..28 * 24 * 60).step_by(10) {
        let (day, hour, minute) = (1 + minute / 1_440, minute / 60 % 24, minute % 60);
        let stamp = format!("2026-02-{day:02}T{hour:02}:{minute:02}:00Z");
        writeln!(log, "{stamp} INFO order {day}{hour}{minute} placed").unwrap();
        if day >= 26 {
            writeln!(log, "{stamp} INFO basket cache warmed in {hour} ms").unwrap();
        }
    }
    place.write("logs/checkout/app.log", log);
    place.write(
        "events.jsonl",
        concat!(
            r#"{"specversion":"1.0","id":"4","source":"/ci","type":"com.example.deployed","time":"2026-02-25T23:50:00Z","#,
            r#""data":{"service":"checkout","message":"checkout 1.8.2 password=hunter2secret"}}"#,
            "\n"
        ),
    );
    place.write(
        "annotations.json",
        r#"[{"id":1,"dashboardUID":"x","time":1772064600000,"text":"timeout of checkout 3000 -> 800","tags":["config","service:checkout"]}]"#,
    );
    place
}

#[test]
fn what_begins_after_an_announced_deploy_is_explained_by_it() {
    let place = place_with_a_deploy();
    let all = ["listen", "--all", "--since", "2026-02-01"];
    let explained = |paths: &[&str]| -> Vec<String> {
        let listening = place.json(&[&all[..], paths].concat());
        let signals = listening["signals"].as_array().unwrap().clone();
        let new = signals.iter().filter(|signal| signal["kind"] == "pattern-new");
        new.map(|signal| signal["explained_by"].as_str().unwrap_or("nothing").to_owned()).collect()
    };
    assert_eq!(explained(&["logs"]), ["nothing"]);
    let said = explained(&["logs", "events.jsonl"]);
    assert!(said.len() == 1 && said[0].starts_with("deploy checkout 1.8.2"), "{said:?}");
}

#[test]
fn announced_changes_are_told_in_the_story_without_their_secrets() {
    let place = place_with_a_deploy();
    let story = place.json(&["back", "--at", "2026-02-27 12:00", "--on", "checkout", "."]);
    let changes: Vec<String> = story["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!("{} {} {} {}", change["time"], change["kind"], change["service"], change["summary"])
        })
        .collect();
    assert!(
        changes.iter().any(|change| change.contains("deploy") && change.contains("checkout 1.8.2")),
        "{changes:?}"
    );
    assert!(
        changes.iter().any(|change| change.contains("config") && change.contains("3000 -> 800")),
        "{changes:?}"
    );
    assert!(!story.to_string().contains("hunter2secret"));
}

#[test]
fn changes_are_the_same_however_many_threads_read_them() {
    let place = place_with_a_deploy();
    place.write("again/events.jsonl", std::fs::read(place.path().join("events.jsonl")).unwrap());
    let back = |threads: &str| {
        let ran = place.hark(&[
            "back",
            "--at",
            "2026-02-27 12:00",
            "--on",
            "checkout",
            "--threads",
            threads,
            "--format",
            "json",
            ".",
        ]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran.out
    };
    assert_eq!(back("1"), back("4"));
}
