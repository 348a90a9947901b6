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
