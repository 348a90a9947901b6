//! Services that are heard in several environments, and calls between services that people declare.

use std::fmt::Write as _;

use serde_json::Value;

use crate::place::Place;

const DAYS: i64 = 24;

/// Three weeks and more of a service's log, with a warning that comes every hour of the last three days.
fn weeks(environment: &str, warns: bool) -> String {
    let mut lines = String::new();
    for hour in 0..DAYS * 24 {
        let (day, hour_of_day) = (hour / 24 + 1, hour % 24);
        let mut say = |minute: i64, level: &str, message: &str| {
            let time = format!("2026-03-{day:02}T{hour_of_day:02}:{minute:02}:00Z");
            writeln!(
                lines,
                r#"{{"time":"{time}","level":"{level}","environment":"{environment}","message":"{message}"}}"#
            )
            .unwrap();
        };
        for minute in [5, 20, 35, 50] {
            say(minute, "INFO", &format!("handled request {}", hour * 60 + minute));
        }
        if warns && hour >= (DAYS - 3) * 24 {
            say(40, "WARN", "ledger behind, serving stale balances");
        }
    }
    lines
}

fn story(place: &Place, on: &str) -> Value {
    place.json(&["back", "--at", "2026-03-25T00:00:00Z", "--on", on, "telemetry"])
}

#[track_caller]
fn check_link(story: &Value, verdict: &str, link: &str) {
    let signals = story["signals"].as_array().unwrap();
    assert_eq!((&story["verdict"], signals.len()), (&verdict.into(), 1), "{story}");
    assert_eq!(signals[0]["link"], link);
}

#[test]
fn what_staging_says_is_no_sign_of_what_hurt_users_in_production() {
    let place = Place::new();
    place.write("telemetry/pay/a.log", weeks("prod", false));
    place.write("telemetry/pay/b.log", weeks("staging", true));
    check_link(&story(&place, "pay"), "silent", "coincident: said in staging, where nobody was hurt");
    let told = place.hark(&["listen", "--since", "2026-03-01", "telemetry"]);
    assert!(told.out.contains("pay (staging): a log line never seen before"), "{}", told.out);
}

#[test]
fn where_production_is_not_heard_the_only_environment_is_meant() {
    let place = Place::new();
    place.write("telemetry/pay/a.log", weeks("staging", true));
    check_link(&story(&place, "pay"), "whispered", "same service");
}

#[test]
fn declared_calls_lead_to_those_behind_the_hurt_service() {
    let place = Place::new();
    for service in ["web", "cart", "stock"] {
        place.write(&format!("telemetry/{service}/a.log"), weeks("production", service == "stock"));
    }
    check_link(&story(&place, "web"), "silent", "coincident: near in time, no path known");
    place.write("hark.toml", "[services]\ncalls = [\"web -> cart\"]\ncalls_file = \"edges.csv\"\n");
    place.write("edges.csv", "source,target\ncart,stock\n");
    let link = "calls between services: web calls cart calls stock, as traces show or people declared";
    check_link(&story(&place, "web"), "whispered", link);
    place.write("edges.csv", "source,target\ncart\n");
    let refused = place.hark(&["back", "--at", "2026-03-25", "--on", "web", "telemetry"]);
    refused.says(2, &["edges.csv", "2", "is not `caller,callee`"]);
}
