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
    use hark_event::Forecast;
    use serde_json::{Value, json};

    use crate::{Screen, fixture};

    /// What is known now of a limit, of what is in the list and of what was said before.
    fn with_limits() -> super::Listening {
        let mut listening = fixture::listening();
        let forecast = |text: &str, days_left| Some(Forecast { text: text.to_owned(), days_left });
        listening.episodes[1].forecast = forecast("As of now it reaches its end on 9 Mar 2026.", 5.96);
        listening.nearing = vec![listening.episodes.pop().unwrap()];
        listening.nearing[0].forecast = forecast("As of now it reaches its end on 5 Mar 2026.", 1.23);
        listening.episodes[0].signal.explained_by = Some("version 1.8.2 at 3 Mar 2026 12:00 CET".to_owned());
        listening.explained = 2;
        listening
    }

    #[test]
    fn every_format_counts_what_is_explained_apart_and_says_when_limits_are_reached_as_of_now() {
        let listening = with_limits();
        let screen = Screen { columns: 200, ..Screen::plain(fixture::berlin()) };
        let pages = [
            super::human(&listening, &screen),
            super::markdown(&listening, &fixture::berlin()),
            super::html(&listening, &fixture::berlin()),
        ];
        for page in pages {
            for said in [
                "One thing that your system is saying.",
                "explained by version 1.8.2 at 3 Mar 2026 12:00 CET",
                "1 of these is explained by a known change: nothing to answer.",
                "1 more is explained by a known change",
                "As of now it reaches its end on 9 Mar 2026.",
                "Said before, and near its limit",
                "As of now it reaches its end on 5 Mar 2026.",
            ] {
                assert!(page.contains(said), "{said} in {page}");
            }
        }
        let told: Value = serde_json::from_str(&super::json(&listening)).unwrap();
        let days: Vec<&Value> =
            told["forecasts"].as_array().unwrap().iter().map(|one| &one["days_left"]).collect();
        assert_eq!(days, [&json!(6.0), &json!(1.2)]);
        assert_eq!(told["signals"].as_array().unwrap().len(), 2);
    }

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
