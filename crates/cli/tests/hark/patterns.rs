//! `hark patterns`: counts that add up, assignments in file order, files without any time.

use serde_json::{Value, json};

use crate::place::Place;
use crate::world::world;

fn assigned(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let ran = place.hark(&[&["patterns", "--assign", "--format", "json"], arguments].concat());
    ran.says(0, &[]);
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn counted(told: &Value) -> u64 {
    told["patterns"].as_array().unwrap().iter().map(|pattern| pattern["count"].as_u64().unwrap()).sum()
}

#[test]
fn counts_add_up_to_all_records_whoever_reads_which_file() {
    let place = &world().place;
    let told = place.json(&["patterns", "telemetry", "--threads", "1"]);
    assert!(told["hearing"]["records"].as_u64().unwrap() > 1000);
    assert_eq!(told["hearing"]["records"], counted(&told));
    assert!(told["patterns"].as_array().unwrap().len() > 5);
    assert_eq!(place.json(&["patterns", "telemetry", "--threads", "3"]), told);
}

#[test]
fn every_record_is_assigned_to_a_pattern_of_the_table() {
    let place = &world().place;
    let told = place.json(&["patterns", "telemetry"]);
    let mut by_id = std::collections::BTreeMap::<String, u64>::new();
    for record in assigned(place, &["telemetry"]) {
        *by_id.entry(record["id"].as_str().unwrap().to_owned()).or_default() += 1;
        assert!(record["file"].is_string(), "with several files each line says which");
    }
    let mut of_table = std::collections::BTreeMap::<String, u64>::new();
    for pattern in told["patterns"].as_array().unwrap() {
        *of_table.entry(pattern["id"].as_str().unwrap().to_owned()).or_default() +=
            pattern["count"].as_u64().unwrap();
    }
    assert_eq!(by_id, of_table);
}

#[test]
fn lines_without_any_time_are_records_without_one() {
    let place = Place::new();
    place.write("a.log", "user 1 came in\nVM Started\nuser 2 came in\nVM Paused\n");
    let told = assigned(&place, &["a.log"]);
    let lines: Vec<_> = told.iter().map(|record| (&record["line"], &record["pattern"])).collect();
    let expected =
        [json!("user <*> came in"), json!("VM Started"), json!("user <*> came in"), json!("VM Paused")];
    let numbers: Vec<Value> = (1..=4).map(|line| json!(line)).collect();
    assert_eq!(lines, numbers.iter().zip(&expected).collect::<Vec<_>>());
    assert_eq!(told[0].as_object().unwrap().len(), 3, "nothing but what the contract names");
    let table = place.json(&["patterns", "a.log"]);
    assert_eq!((counted(&table), &table["patterns"][0]["count"]), (4, &json!(2)));
    assert_eq!(table["patterns"][0]["first_seen"], Value::Null);
    assert_eq!(table["hearing"]["from"], Value::Null);
}

#[test]
fn a_record_of_several_lines_is_told_by_its_first() {
    let place = Place::new();
    place.write(
        "a.log",
        "2026-03-01T10:00:00Z ERROR failed\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n\
         2026-03-01T10:00:01Z INFO fine\n",
    );
    let told = assigned(&place, &["a.log"]);
    assert_eq!((told.len(), &told[0]["line"], &told[1]["line"]), (2, &json!(1), &json!(4)));
    let table = place.json(&["patterns", "a.log", "--level", "error"]);
    assert_eq!(table["patterns"].as_array().unwrap().len(), 1);
    assert_eq!(table["patterns"][0]["first_seen"], "2026-03-01T10:00:00Z");
    assert_eq!(table["hearing"]["lines"], 4);
}

#[test]
fn what_is_shown_can_be_chosen() {
    let place = Place::new();
    place.write(
        "a.log",
        "2026-03-01T10:00:00Z INFO fine\n2026-03-01T10:00:00Z INFO fine\n2026-03-01T12:00:00Z WARN odd thing\n",
    );
    let names = |arguments: &[&str]| -> Vec<String> {
        let told = place.json(&[&["patterns", "a.log"], arguments].concat());
        let patterns = told["patterns"].as_array().unwrap().clone();
        patterns.iter().map(|pattern| pattern["pattern"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&[]), ["fine", "odd thing"]);
    assert_eq!(names(&["--sort", "last"]), ["odd thing", "fine"]);
    assert_eq!(names(&["--top", "1"]), ["fine"]);
    assert_eq!(names(&["--containing", "ODD"]), ["odd thing"]);
    assert_eq!(names(&["--new-since", "2026-03-01T11:00:00Z"]), ["odd thing"]);
    place.hark(&["patterns", "a.log", "--assign", "--format", "html"]).says(2, &["--assign", "hint: "]);
    place.hark(&["patterns", "a.log"]).says(0, &[]);
    place.hark(&["patterns", "missing.log"]).says(2, &["missing.log"]);
}
