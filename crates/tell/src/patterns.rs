//! The answer of `hark patterns` in every format.

use hark_event::{Explained, Id, Patterns, Zone};

use crate::{Screen, clean, html, human, markdown, wire};

/// A table with a curve beside each pattern.
pub fn human(patterns: &Patterns, screen: &Screen) -> String {
    human::patterns::tell(patterns, screen)
}

/// The contract's JSON object, indented, with a newline at the end.
pub fn json(patterns: &Patterns) -> String {
    wire::pretty(&wire::PatternsWire::from(patterns))
}

/// The table for an issue or a chat.
pub fn markdown(patterns: &Patterns, zone: &Zone) -> String {
    markdown::patterns::tell(patterns, zone)
}

/// One page that needs nothing but itself.
pub fn html(patterns: &Patterns, zone: &Zone) -> String {
    html::patterns::tell(patterns, zone)
}

/// Why patterns are what they are, place by place.
pub fn explained_human(explained: &Explained, screen: &Screen) -> String {
    human::explanation::tell(explained, screen)
}

/// The same as one JSON object, indented, with a newline at the end.
pub fn explained_json(explained: &Explained) -> String {
    wire::pretty(&wire::ExplainedWire::from(explained))
}

/// Which pattern the record in this line belongs to, as the contract's JSON line without its end.
pub fn assigned_json(line: u64, id: &Id, pattern: &str, file: Option<&str>) -> String {
    wire::line(&wire::AssignedWire::of(line, id, pattern, file))
}

/// The same for people: file and line, identity, pattern.
pub fn assigned_human(line: u64, id: &Id, pattern: &str, file: Option<&str>) -> String {
    let place = file.map_or_else(String::new, |file| format!("{}:", clean::line(file)));
    format!("{place}{line:<7} {id} {}", clean::line(pattern))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture;

    #[test]
    fn a_pattern_has_every_field_of_the_contract() {
        let told: Value = serde_json::from_str(&super::json(&fixture::patterns())).unwrap();
        assert_eq!(
            told["patterns"][0],
            json!({
                "id": "00000000000000a1", "pattern": "retrying upstream <*> attempt <*>", "wildcards": ["word", "num"],
                "service": "payments", "environment": "production", "level": "WARN",
                "levels": [{ "level": "WARN", "count": 81 }, { "level": "ERROR", "count": 9 }], "count": 90, "share": 0.9,
                "first_seen": "2026-03-01T10:00:00Z", "last_seen": "2026-03-02T10:00:00Z",
                "sample": "retrying upstream bank attempt 2", "picked": 1,
                "fields": [{
                    "key": "amount", "beside": true, "wildcard": "num", "count": 1, "distinct": 1, "exact": false,
                    "top": [{ "value": "7", "count": 1 }], "numbers": null
                }]
            })
        );
        assert_eq!(told["patterns"][1]["first_seen"], Value::Null);
        assert_eq!(told["patterns"][1]["level"], Value::Null);
        assert_eq!(told["hearing"]["records"], 100);
    }

    #[test]
    fn an_explanation_has_reasons_values_and_lineage() {
        let told: Value = serde_json::from_str(&explained_json(&fixture::explained())).unwrap();
        let explained = &told["explained"][0];
        assert_eq!(explained["pattern"]["id"], "00000000000000a1");
        let reasons: Vec<&Value> =
            explained["places"].as_array().unwrap().iter().map(|place| &place["reason"]).collect();
        assert_eq!(reasons, ["constant", "kept", "evidence", "form"]);
        assert_eq!(
            explained["places"][0]["siblings"][1],
            json!({ "id": "00000000000000d4", "text": "leaving" })
        );
        assert_eq!(explained["fields"][1]["numbers"]["median"], 2.0);
        assert_eq!(explained["former"][0]["merged_at"], "2026-03-01T11:00:00Z");
    }

    #[test]
    fn a_line_of_an_assignment_is_one_line_that_steers_nothing() {
        let told = assigned_json(7, &Id::known("a1"), "x\u{9b}\n<*>", None);
        assert_eq!(told, r#"{"line":7,"id":"a1","pattern":"x\u009b\n<*>"}"#);
        assert_eq!(assigned_human(7, &Id::known("a1"), "x\n<*>", Some("a.log")), "a.log:7       a1 x <*>");
    }
}
