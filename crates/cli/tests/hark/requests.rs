//! A request that cannot be met: exit code 2, what failed, and what to do.

use crate::place::{Place, log};

#[track_caller]
fn check_refused(arguments: &[&str], words: &[&str]) {
    let ran = Place::with_a_log().hark(arguments);
    ran.says(2, words);
    assert_eq!(ran.out, "", "nothing is a result");
}

#[test]
fn no_arguments_print_the_help_as_a_fault() {
    check_refused(&[], &["Usage: hark <COMMAND>", "listen", "back", "demo"]);
}

#[test]
fn asking_for_help_or_version_is_no_fault() {
    for (arguments, expected) in [
        (&["--help"][..], "Usage: hark <COMMAND>"),
        (&["listen", "--help"], "--as-of"),
        (&["back", "--help"], "--at"),
        (&["--version"], "hark 0."),
    ] {
        let ran = Place::new().hark(arguments);
        ran.says(0, &[]);
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
}

#[test]
fn an_unknown_option_or_command_is_named() {
    check_refused(&["listen", "--loud", "a.log"], &["--loud", "Usage"]);
    check_refused(&["hear", "a.log"], &["hear", "Usage"]);
    check_refused(&["listen", "--format", "pdf", "a.log"], &["pdf", "markdown"]);
    check_refused(&["listen"], &["no PATH was given", "hark.toml"]);
    check_refused(&["back", "a.log"], &["--at"]);
    check_refused(&["demo", "--tale", "loud"], &["loud"]);
}

#[test]
fn a_path_that_is_not_there_is_named_with_a_hint() {
    check_refused(&["listen", "no/such.log"], &["`no/such.log`", "no such file", "hint: "]);
}

#[test]
fn a_missing_path_beside_a_good_one_is_a_remark_and_loses_nothing() {
    let ran = Place::with_a_log().hark(&["listen", "a.log", "no/such.log", "--format", "json"]);
    ran.says(0, &["remark: no/such.log: "]);
    let listening: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(listening["hearing"]["records"], 400);
    assert_eq!(listening["hearing"]["unread"][0]["path"], "no/such.log");
}

#[test]
fn a_time_or_zone_that_cannot_be_read_is_named_with_what_can() {
    check_refused(&["back", "--at", "soon", "a.log"], &["`soon`", "hint: ", "2026-03-01T10:12:00Z"]);
    check_refused(&["listen", "--since", "later", "a.log"], &["`later`", "hint: "]);
    check_refused(&["listen", "--as-of", "2026-13-01", "a.log"], &["`2026-13-01`", "hint: "]);
    check_refused(&["listen", "--tz", "Mars/Base", "a.log"], &["`Mars/Base`", "hint: ", "Europe/Berlin"]);
}

#[test]
fn signals_that_are_yet_to_come_are_refused() {
    check_refused(
        &["listen", "--since", "2199-01-01", "a.log"],
        &["`--since` lies after now", "hint: ", "--as-of"],
    );
}

#[test]
fn a_crash_file_that_cannot_be_read_is_named() {
    let at = ["back", "--at", "2026-03-01 10:05", "a.log"];
    check_refused(&[&at[..], &["--crash", "crash.txt"]].concat(), &["`crash.txt`", "hint: "]);
    // A directory can be read by nobody, not even by root.
    check_refused(&[&at[..], &["--crash", "."]].concat(), &["`.`", "hint: "]);
    let place = Place::new();
    place.write("a.log", log(3));
    place.write("core", "\u{7f}ELF\0\0");
    place
        .hark(&[&at[..], &["--crash", "core"]].concat())
        .says(2, &["`core`", "binary", "hint: give it as text"]);
}

#[test]
fn the_demo_never_writes_over_what_it_did_not_make() {
    let place = Place::new();
    place.write("mine/telemetry/a.log", "precious");
    place.hark(&["demo", "mine"]).says(2, &["mine/telemetry", "hint: ", "hark demo DIR"]);
    let kept = std::fs::read(place.path().join("mine/telemetry/a.log")).unwrap();
    assert_eq!(kept, b"precious");
}

#[test]
fn an_incident_cannot_end_before_it_starts() {
    let times = ["--at", "2026-03-01 10:05", "--until", "2026-03-01 09:05"];
    check_refused(&[&["back"][..], &times, &["a.log"]].concat(), &["`--until`", "`--at`", "hint: "]);
}

#[test]
fn of_a_moment_or_a_service_of_which_nothing_was_heard_the_story_says_so_at_once() {
    let place = Place::new();
    let lines = (0..5).map(|hour| format!("2026-03-01T0{hour}:00:00Z INFO order placed\n"));
    place.write("checkout/a.log", lines.collect::<String>());
    for (at, on, words) in [
        (
            "2026-02-01",
            "checkout",
            "Nothing was heard before it began: the first that was heard is of Sun 1 Mar 2026 00:00.",
        ),
        (
            "2026-04-01",
            "checkout",
            "What was heard ends 30 days 20 h before it began, at Sun 1 Mar 2026 04:00",
        ),
        (
            "2026-03-01 03:00",
            "chekout",
            "Nothing was heard from a service called chekout; heard were checkout.",
        ),
    ] {
        let asked = ["back", "--at", at, "--on", on, "--quiet", "."];
        // A terminal breaks lines.
        let told = place.hark(&asked).out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(words), "{told}");
        let story = place.json(&asked);
        assert!(story["doubts"].to_string().contains(words), "{}", story["doubts"]);
        for format in ["markdown", "html"] {
            let told = place.hark(&[&asked[..], &["--format", format]].concat()).out;
            assert!(told.contains(words), "{told}");
        }
    }
    let ran = place.hark(&["back", "--at", "2026-03-01 03:00", "--on", "checkout", "."]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

#[test]
fn what_lies_behind_the_last_record_is_not_quiet_but_unknown() {
    let place = Place::new();
    place.write("a.log", log(3_600) + "2026-03-01T11:00:00Z INFO order 3600 placed\n");
    let story = place.json(&["back", "--at", "2030-01-01T00:00:00Z", "a.log"]);
    assert_eq!(story["chance"]["quiet_moments"], 0, "{}", story["chance"]);
    assert!(story["blind_spots"].to_string().contains("history: only 0 days were given"), "{story}");
}
