//! The fields that other people's scripts hold on to, in the JSON of the real binary.

use serde_json::Value;

use crate::world::world;

const HEARING: &str =
    "from to files bytes lines records samples spans undated truncated rejected masked subjects cut unread";
const SIGNAL: &str = "id kind service environment subject onset noticed_at strength summary evidence explained_by \
                      cluster base_rate code";

/// All these fields are there, `null` or not.
#[track_caller]
fn check_fields(value: &Value, names: &str) {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    for name in names.split_whitespace() {
        assert!(object.contains_key(name), "`{name}` is missing in {value}");
    }
}

#[track_caller]
fn check_all(list: &Value, names: &str) -> usize {
    let list = list.as_array().unwrap_or_else(|| panic!("no array: {list}"));
    list.iter().for_each(|value| check_fields(value, names));
    list.len()
}

#[track_caller]
fn check_signal(signal: &Value) {
    check_fields(signal, SIGNAL);
    check_fields(&signal["subject"], "kind name");
    check_all(&signal["evidence"], "time text source");
    check_all(&signal["code"], "repository path line commit note");
    if !signal["base_rate"].is_null() {
        check_fields(&signal["base_rate"], "quiet_windows occurred_in");
    }
    let strength = signal["strength"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&strength), "strength {strength}");
    for time in ["onset", "noticed_at"] {
        let time = signal[time].as_str().unwrap();
        assert!(time.len() == 20 && time.ends_with('Z'), "whole seconds in UTC: {time}");
    }
    assert!(signal["onset"].as_str() <= signal["noticed_at"].as_str(), "{signal}");
}

#[track_caller]
fn check_hearing(hearing: &Value) {
    check_fields(hearing, HEARING);
    check_all(&hearing["cut"], "what count");
    check_all(&hearing["unread"], "path reason");
    assert!(hearing["subjects"]["pattern"].as_u64().unwrap() > 0);
    assert!(hearing["samples"].as_u64().unwrap() > 0);
}

#[test]
fn listening_has_every_field_of_the_contract() {
    let world = world();
    let listening = world.place.json(&world.listen());
    check_fields(&listening, "as_of signals hearing");
    check_hearing(&listening["hearing"]);
    let signals = listening["signals"].as_array().unwrap();
    assert!(!signals.is_empty());
    signals.iter().for_each(check_signal);
}

#[test]
fn signals_stand_in_the_order_of_the_contract() {
    let world = world();
    let listening = world.place.json(&world.listen());
    let key = |signal: &Value| {
        let text = |name: &str| signal[name].as_str().unwrap().to_owned();
        (-signal["strength"].as_f64().unwrap(), text("noticed_at"), text("id"))
    };
    let keys: Vec<_> = listening["signals"].as_array().unwrap().iter().map(key).collect();
    assert!(keys.is_sorted(), "{keys:#?}");
}

#[test]
fn a_story_has_every_field_of_the_contract() {
    let world = world();
    let story = world.place.json(&world.back());
    check_fields(
        &story,
        "incident verdict first_signal lead_time_seconds chance signals unheeded changes notes questions blind_spots \
         timeline aftermath hearing",
    );
    check_fields(&story["incident"], "start end service title");
    assert!(["alerted", "whispered", "silent"].contains(&story["verdict"].as_str().unwrap()));
    check_fields(&story["chance"], "quiet_moments whispered");
    check_hearing(&story["hearing"]);
    let signals = story["signals"].as_array().unwrap();
    assert!(!signals.is_empty());
    for (at, signal) in signals.iter().enumerate() {
        check_signal(signal);
        check_fields(signal, "rank credible lead_time_seconds link");
        assert_eq!(signal["rank"], at + 1);
        assert!(signal["lead_time_seconds"].as_i64().unwrap() > 0, "noticed before the start: {signal}");
    }
    story["aftermath"].as_array().unwrap().iter().for_each(check_signal);
    let changes =
        check_all(&story["changes"], "time kind service summary commit path author_active approval link");
    let notes = check_all(&story["notes"], "path line text age_days author_active reached");
    assert!(changes > 0 && notes > 0, "the repository was asked");
    check_fields(&story["questions"], "why_possible why_not_visible why_allowed");
    for question in ["why_possible", "why_not_visible", "why_allowed"] {
        check_all(&story["questions"][question], "text evidence");
    }
    check_all(&story["blind_spots"], "where missing advice");
    assert!(check_all(&story["timeline"], "time what id text") > 0);
}

#[test]
fn a_story_is_consistent_with_itself() {
    let world = world();
    let story = world.place.json(&world.back());
    let signals = story["signals"].as_array().unwrap();
    let credible: Vec<&Value> = signals.iter().filter(|signal| signal["credible"] == true).collect();
    for signal in &credible {
        assert!(signal["explained_by"].is_null(), "what is explained is never credible: {signal}");
        let rate = &signal["base_rate"];
        let (windows, open) = (rate["quiet_windows"].as_u64(), rate["occurred_in"].as_u64());
        assert!(open.unwrap_or(0) * 10 <= windows.unwrap_or(0), "rare enough: {signal}");
        assert!(!signal["link"].as_str().unwrap().contains("coincident"), "{signal}");
    }
    let first = credible.iter().min_by_key(|signal| signal["noticed_at"].as_str());
    assert_eq!(story["first_signal"], first.map_or(Value::Null, |signal| signal["id"].clone()));
    let lead = first.map_or(Value::Null, |signal| signal["lead_time_seconds"].clone());
    assert_eq!(story["lead_time_seconds"], lead);
    if credible.is_empty() {
        assert_ne!(story["verdict"], "whispered");
    } else {
        assert_ne!(story["verdict"], "silent");
    }
    let times: Vec<_> =
        story["timeline"].as_array().unwrap().iter().map(|entry| entry["time"].as_str()).collect();
    assert!(times.is_sorted(), "the timeline is in order of time");
}

#[test]
fn the_budget_is_five_items_a_day_unless_lifted() {
    let world = world();
    let all = world.place.json(&world.listen())["signals"].as_array().unwrap().len();
    let budget = world.place.json(&["listen", "--since", "2026-01-01", "telemetry"]);
    let shown = budget["signals"].as_array().unwrap();
    assert!(shown.len() < all, "{} of {all}", shown.len());
    assert!(shown.iter().all(|signal| signal["explained_by"].is_null()));
}
