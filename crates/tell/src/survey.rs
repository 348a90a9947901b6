//! The answer of `hark check` in every format.

use hark_event::{Survey, Zone};

use crate::{Screen, html, human, markdown, wire};

/// What can be heard, in blocks.
pub fn human(survey: &Survey, screen: &Screen) -> String {
    human::survey::tell(survey, screen)
}

/// One JSON object, indented, with a newline at the end.
pub fn json(survey: &Survey) -> String {
    wire::pretty(&wire::SurveyWire::from(survey))
}

/// The same blocks for an issue.
pub fn markdown(survey: &Survey, zone: &Zone) -> String {
    markdown::survey::tell(survey, zone)
}

/// One page that needs nothing but itself.
pub fn html(survey: &Survey, zone: &Zone) -> String {
    html::survey::tell(survey, zone)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture;

    #[test]
    fn what_can_be_judged_stands_beside_what_cannot_yet() {
        let told: Value = serde_json::from_str(&super::json(&fixture::survey())).unwrap();
        let cart = &told["services"][0];
        assert_eq!(cart["blind_to"], json!(["metrics", "traces"]));
        assert_eq!(
            cart["prospects"][1],
            json!({ "what": "new-lines", "of": "logs", "needs_days": 7, "has_days": 6, "ready": false })
        );
        assert_eq!(told["clocks"][0]["what"], "zoneless");
        assert_eq!(told["sampled"]["bytes_there"], 30_000_000_000_u64);
        assert_eq!(told["rejects"][0]["line"], 812);
    }
}
