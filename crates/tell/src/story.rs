//! A story in every format.

use hark_event::Zone;
use hark_story::Story;

use crate::{Screen, calendar::Calendar, draw, html, human, markdown, wire, words};

/// Why all of it may be worth little, a sentence each; usually there is no reason to doubt.
pub fn doubts(story: &Story, zone: &Zone) -> Vec<String> {
    words::doubt::all(story, &Calendar::around(story.incident.start, zone))
}

/// For a tired engineer at a terminal: the verdict at a glance, then the evidence.
pub fn human(story: &Story, screen: &Screen) -> String {
    human::story::tell(story, screen)
}

/// The contract's JSON object, indented, with a newline at the end.
pub fn json(story: &Story) -> String {
    wire::pretty(&wire::StoryWire::from(story))
}

/// The beginning of a post-mortem document, as GitHub renders it.
pub fn markdown(story: &Story, zone: &Zone) -> String {
    markdown::story::tell(story, zone)
}

/// One page that needs nothing but itself and asks nobody for anything.
pub fn html(story: &Story, zone: &Zone) -> String {
    html::story::tell(story, zone)
}

/// The weeks before as an SVG file of its own, for a document that shows pictures.
pub fn picture(story: &Story, zone: &Zone) -> String {
    draw::timeline::alone(story, &Calendar::around(story.incident.start, zone))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use std::collections::BTreeSet;

    use crate::fixture;

    #[test]
    fn every_id_that_the_json_points_at_can_be_opened_in_it() {
        let story: Value = serde_json::from_str(&super::json(&fixture::whispered())).unwrap();
        let ids = |list: &str| {
            story[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|thing| thing["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let known: BTreeSet<String> = ["signals", "changes", "notes", "alerts", "reports", "aftermath"]
            .into_iter()
            .flat_map(ids)
            .collect();
        let answers =
            story["questions"].as_object().unwrap().values().flat_map(|answers| answers.as_array().unwrap());
        let evidence = answers.flat_map(|answer| answer["evidence"].as_array().unwrap());
        let lines = story["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["what"] != "incident")
            .map(|line| &line["id"]);
        let pointed: Vec<&Value> = evidence
            .chain(lines)
            .chain(story["unheeded"].as_array().unwrap())
            .chain([&story["first_signal"]])
            .collect();
        assert!(pointed.len() > 20);
        for id in pointed {
            assert!(known.contains(id.as_str().unwrap()), "{id} is nowhere");
        }
    }

    #[test]
    fn the_json_has_the_fields_of_the_contract() {
        let story: Value = serde_json::from_str(&super::json(&fixture::whispered())).unwrap();
        let has = |object: &Value, fields: &str| {
            for field in fields.split(' ') {
                assert!(object.get(field).is_some(), "{field} is not in {object}");
            }
        };
        has(
            &story,
            "incident verdict first_signal lead_time_seconds chance signals unheeded changes notes questions blind_spots timeline aftermath hearing",
        );
        has(&story["incident"], "start end service title");
        has(&story["chance"], "quiet_moments whispered");
        let signal = "id kind service environment subject onset noticed_at strength summary evidence explained_by cluster base_rate code";
        has(&story["signals"][0], signal);
        has(&story["signals"][0], "rank credible lead_time_seconds link");
        has(&story["signals"][0]["evidence"][0], "time text source");
        has(&story["signals"][0]["code"][0], "repository path line commit note");
        has(&story["aftermath"][0], signal);
        has(&story["changes"][0], "time kind service summary commit path author_active approval link");
        has(&story["notes"][0], "path line text age_days author_active reached");
        has(&story["questions"], "why_possible why_not_visible why_allowed");
        has(&story["questions"]["why_possible"][0], "text evidence");
        has(&story["blind_spots"][0], "where missing advice");
        has(&story["timeline"][0], "time what id text");
        has(
            &story["hearing"],
            "from to files bytes lines records samples undated truncated rejected masked subjects cut unread",
        );
        assert_eq!(story["verdict"], "whispered");
        assert_eq!(story["signals"][0]["noticed_at"], "2026-02-26T09:00:00Z");
        assert_eq!(story["signals"][0]["strength"], 0.997);
    }

    #[test]
    fn what_is_unknown_is_null_and_lists_are_always_there() {
        let story: Value = serde_json::from_str(&super::json(&fixture::silent())).unwrap();
        assert_eq!(story["incident"]["service"], Value::Null);
        assert_eq!(story["first_signal"], Value::Null);
        assert_eq!(story["lead_time_seconds"], Value::Null);
        assert_eq!(story["questions"]["why_allowed"], Value::Array(Vec::new()));
        assert_eq!(story["changes"], Value::Array(Vec::new()));
    }
}
