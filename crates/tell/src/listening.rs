//! The answer of `hark listen` in every format.

use hark_event::{Listening, Zone};

use crate::{Screen, html, human, markdown, wire};

/// The few lines that a team reads every week.
pub fn human(listening: &Listening, screen: &Screen) -> String {
    human::listening::tell(listening, screen)
}

/// The contract's JSON object, indented, with a newline at the end.
pub fn json(listening: &Listening) -> String {
    wire::pretty(&wire::ListeningWire::from(listening))
}

/// The same lines for an issue or a chat.
pub fn markdown(listening: &Listening, zone: &Zone) -> String {
    markdown::listening::tell(listening, zone)
}

/// One page that needs nothing but itself, each line with its curve.
pub fn html(listening: &Listening, zone: &Zone) -> String {
    html::listening::tell(listening, zone)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture;

    #[test]
    fn the_end_of_an_episode_stands_beside_the_frozen_signals() {
        let listening: Value = serde_json::from_str(&super::json(&fixture::listening())).unwrap();
        assert_eq!(listening["signals"].as_array().unwrap().len(), 3);
        assert_eq!(
            listening["ended"],
            json!([{ "id": listening["signals"][2]["id"], "at": "2026-03-03T13:00:00Z" }])
        );
        assert!(listening["signals"][2].get("ended_at").is_none());
        assert_eq!(
            (&listening["as_of"], &listening["held_back"]),
            (&json!("2026-03-03T23:00:00Z"), &json!(2))
        );
        assert_eq!(listening["hearing"]["subjects"], json!({ "pattern": 212, "metric": 240 }));
    }
}
