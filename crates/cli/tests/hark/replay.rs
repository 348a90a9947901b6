//! `hark replay`: the shapes of its output, and what it refuses.

use serde_json::Value;

use crate::place::Place;
use crate::world::world;

#[test]
fn the_past_is_held_against_incidents_as_the_contract_says() {
    let world = world();
    let story = world.place.json(&world.back());
    let (start, service) =
        (story["incident"]["start"].as_str().unwrap(), story["incident"]["service"].as_str().unwrap());
    let list = Place::new();
    list.write(
        "incidents.jsonl",
        format!(
            "{{\"start\":\"{start}\",\"service\":\"{service}\"}}\n{{\"start\":\"2099-01-01T00:00:00Z\"}}\n"
        ),
    );
    let path = list.path().join("incidents.jsonl");
    let replay = world.place.json(&["replay", "--incidents", path.to_str().unwrap(), "telemetry"]);
    let [incident] = &replay["incidents"].as_array().unwrap()[..] else {
        panic!("one that has been: {replay}")
    };
    assert_eq!(
        (&incident["start"], &incident["service"]),
        (&story["incident"]["start"], &story["incident"]["service"])
    );
    assert_eq!(incident["verdict"], story["verdict"]);
    assert_eq!(incident["lead_time_seconds"], story["lead_time_seconds"]);
    let kinds = replay["kinds"].as_array().unwrap();
    assert!(!kinds.is_empty());
    for kind in kinds {
        let number = |name: &str| kind[name].as_f64().unwrap_or_else(|| panic!("`{name}` in {kind}"));
        assert!(number("followed") <= number("said"), "{kind}");
        assert!(number("false_per_service_week") >= 0.0 && (0.0..=1.0).contains(&number("chance")), "{kind}");
        assert_eq!(kind["lead_seconds"].as_array().map(Vec::len), Some(3), "{kind}");
        assert_eq!(kind["lead_seconds"][1].is_null(), number("followed") < 1.0, "{kind}");
    }
    let followed: u64 = kinds.iter().filter_map(|kind| kind["followed"].as_u64()).sum();
    assert!(followed > 0 || incident["verdict"] == "silent", "{replay}");
    assert!(kinds.iter().all(|kind: &Value| kind["kind"].is_string()));
    // What moved together is one, in what was said as in what was false.
    let listened = world.place.json(&["listen", "--all", "--since", "2020-01-01", "telemetry"]);
    let signals = listened["signals"].as_array().unwrap().iter();
    let unexplained = signals.filter(|signal| signal["explained_by"].is_null());
    let leading = unexplained.filter(|signal| signal["cluster"] == signal["id"]).count() as u64;
    assert_eq!(kinds.iter().filter_map(|kind| kind["said"].as_u64()).sum::<u64>(), leading, "{replay}");
}

#[test]
fn a_list_without_an_incident_is_refused_by_name() {
    let place = Place::with_a_log();
    place.write("incidents.jsonl", "nonsense\n");
    let ran = place.hark(&["replay", "--incidents", "incidents.jsonl", "a.log"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("no incident can be read in `incidents.jsonl`: line 1"), "{}", ran.err);
    let ran = place.hark(&["replay", "--incidents", "none.jsonl", "a.log"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

#[test]
fn a_page_tells_of_each_incident() {
    let place = Place::with_a_log();
    let first = &place.json(&["patterns", "a.log"])["patterns"][0]["first_seen"];
    place.write("incidents.jsonl", format!("{{\"start\":{first},\"title\":\"shop stood still\"}}\n"));
    let ran = place.hark(&["replay", "--incidents", "incidents.jsonl", "--format", "html", "a.log"]);
    ran.says(0, &[]);
    assert!(ran.out.contains("<td>shop stood still</td>"), "{}", ran.out);
}

#[test]
fn incidents_of_services_that_nobody_heard_and_of_times_to_come_are_named() {
    let place = Place::with_a_log();
    let first = &place.json(&["patterns", "a.log"])["patterns"][0]["first_seen"];
    let lines = [
        format!("\u{feff}{{\"start\":{first},\"service\":\"ledgr\"}}"),
        "{\"start\":\"2999-01-01T00:00:00Z\"}".to_owned(),
    ];
    place.write("incidents.jsonl", lines.join("\n"));
    let ran = place.hark(&["replay", "--incidents", "incidents.jsonl", "--format", "json", "a.log"]);
    ran.says(
        0,
        &["an incident names the service `ledgr`, of which nothing was heard", "an incident is left out"],
    );
}

#[test]
fn samples_that_are_no_number_are_counted() {
    let place = Place::with_a_log();
    let csv = "time,series,value\n2026-03-01T00:00:00Z,queue_depth,1\n2026-03-01T00:01:00Z,queue_depth,NaN\n\
               2026-03-01T00:02:00Z,queue_depth,+Inf\n";
    place.write("metrics.csv", csv);
    let heard = place.json(&["listen", "metrics.csv"]);
    let cut = heard["hearing"]["cut"].as_array().expect("cuts");
    let counted = cut.iter().find(|cut| cut["what"] == "samples that are no number").expect("they are named");
    assert_eq!(counted["count"], 2);
}
