//! Times as people type them, in the zone that they name.

use crate::place::Place;

#[track_caller]
fn check(typed: &str, more: &[&str], expected: &str) {
    let place = Place::with_a_log();
    let story = place.json(&[&["back", "--at", typed, "a.log"][..], more].concat());
    assert_eq!(story["incident"]["start"], expected, "`{typed}` {more:?}");
}

#[test]
fn a_moment_is_read_in_utc_unless_a_zone_is_named() {
    check("2026-03-01T10:05:00Z", &[], "2026-03-01T10:05:00Z");
    check("2026-03-01 10:05", &[], "2026-03-01T10:05:00Z");
    check("2026-03-01T12:05:00+02:00", &[], "2026-03-01T10:05:00Z");
    check("2026-03-01 11:05", &["--tz", "Europe/Berlin"], "2026-03-01T10:05:00Z");
    check("2026-03-01 12:05", &["--tz", "+02:00"], "2026-03-01T10:05:00Z");
}

#[test]
fn yesterday_counts_from_as_of_in_the_zone() {
    check("yesterday 14:02", &["--as-of", "2026-03-02 09:00"], "2026-03-01T14:02:00Z");
    check("today 08:02", &["--as-of", "2026-03-02 09:00"], "2026-03-02T08:02:00Z");
    // In Tokyo it is already the third.
    let tokyo = ["--as-of", "2026-03-02T20:00:00Z", "--tz", "Asia/Tokyo"];
    check("yesterday 14:02", &tokyo, "2026-03-02T05:02:00Z");
}

#[test]
fn stamps_without_a_zone_are_read_in_the_one_that_was_named() {
    let place = Place::new();
    place.write("a.log", "2026-03-01 10:00:00 INFO a\n2026-03-01 10:00:01 INFO b\n");
    for (zone, expected) in [("UTC", "2026-03-01T10:00:00Z"), ("America/New_York", "2026-03-01T15:00:00Z")] {
        let listening = place.json(&["listen", "a.log", "--tz", zone]);
        assert_eq!(listening["hearing"]["from"], expected, "{zone}");
    }
}

#[test]
fn now_is_the_latest_record_and_never_the_wall_clock() {
    let place = Place::with_a_log();
    assert_eq!(place.json(&["listen", "a.log"])["as_of"], "2026-03-01T10:06:39Z");
    let listening = place.json(&["listen", "a.log", "--as-of", "2026-03-01 10:01"]);
    assert_eq!(listening["as_of"], "2026-03-01T10:01:00Z");
    assert_eq!(listening["hearing"]["records"], 61, "what came later is not read");
}
