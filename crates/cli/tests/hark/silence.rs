//! Services that fall silent: said once for each, with when, and a blind spot of the story.

use std::fmt::Write;

use serde_json::Value;

use crate::place::Place;

const DAYS: usize = 12;

/// Twelve days of three services, of which `payments` writes no log from the tenth on, at noon, and, if `with_metrics` too, measures nothing.
fn place_where_payments_stops(with_metrics: bool) -> Place {
    let place = Place::new();
    for service in ["checkout", "payments", "search"] {
        let (mut log, mut metrics) = (String::new(), "time,series,value\n".to_owned());
        for minute in (0..DAYS * 1_440).step_by(20) {
            let (day, hour, minute) = (1 + minute / 1_440, minute / 60 % 24, minute % 60);
            let stamp = format!("2026-02-{day:02}T{hour:02}:{minute:02}:00Z");
            let is_silent = service == "payments" && (day, hour) >= (10, 12);
            if !is_silent {
                writeln!(log, "{stamp} INFO {service} request {day}{hour}{minute} served").unwrap();
            }
            if !is_silent || !with_metrics {
                for (series, value) in [
                    ("queue_depth", hour % 7),
                    ("sessions", minute % 11 + usize::from(service.as_bytes()[0])),
                ] {
                    writeln!(metrics, "{stamp},{series},{value}").unwrap();
                }
            }
        }
        place.write(&format!("{service}/app.log"), log);
        place.write(&format!("{service}/metrics.csv"), metrics);
    }
    place
}

#[track_caller]
fn only_signal(place: &Place, more: &[&str]) -> Value {
    let listen = ["listen", "--all", "--since", "2026-02-01", "."];
    let listening = place.json(&[&listen[..], more].concat());
    let [signal] = &listening["signals"].as_array().unwrap()[..] else {
        panic!("one signal: {}", listening["signals"])
    };
    assert_eq!(
        (&signal["subject"]["kind"], &signal["subject"]["name"]),
        (&"service".into(), &"payments".into())
    );
    assert_eq!(
        (&signal["onset"], &signal["noticed_at"]),
        (&"2026-02-10T12:00:00Z".into(), &"2026-02-11T12:00:00Z".into())
    );
    signal.clone()
}

#[test]
fn a_service_that_stops_altogether_is_one_signal_and_no_guess_why() {
    let place = place_where_payments_stops(true);
    let signal = only_signal(&place, &["--tz", "Europe/Berlin"]);
    assert_eq!(signal["kind"], "metric-gone");
    assert_eq!(
        signal["summary"],
        "Nothing was heard from payments since 10 Feb 2026 13:00 CET (a day), while 2 other services went on; it had never been silent for an hour before."
    );
    let utc = only_signal(&place, &[]);
    assert_eq!(utc["id"], signal["id"], "a zone changes words alone");
}

#[test]
fn logs_that_stop_while_metrics_go_on_are_one_signal() {
    let signal = only_signal(&place_where_payments_stops(false), &[]);
    assert_eq!(signal["kind"], "pattern-vanished");
    let summary = signal["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("No log record of payments was heard since 10 Feb 2026 12:00 UTC"),
        "{summary}"
    );
    assert!(summary.contains("while its metrics go on"), "{summary}");
}

#[test]
fn the_story_of_a_silent_service_says_when_it_was_last_heard() {
    let place = place_where_payments_stops(true);
    let silent = |at: &str, on: &str| -> Vec<String> {
        let story = place.json(&["back", "--at", at, "--on", on, "--tz", "Europe/Berlin", "."]);
        let spots = story["blind_spots"].as_array().unwrap().clone();
        let missing = spots.iter().map(|spot| spot["missing"].as_str().unwrap().to_owned());
        missing.filter(|missing| missing.contains("last heard")).collect()
    };
    let expected = ["all telemetry, last heard in the hour before 10 Feb 2026 13:00 CET"];
    assert_eq!(silent("2026-02-10 15:10", "payments"), expected);
    assert_eq!(silent("2026-02-10 15:10", "search"), [""; 0]);
    assert_eq!(silent("2026-02-10 12:40", "payments"), [""; 0], "it was heard until then");
}
