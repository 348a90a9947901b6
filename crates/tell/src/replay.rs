//! The answer of `hark replay`.

use hark_story::Replay;

use crate::{markdown, wire};

/// The contract's JSON object, indented, with a newline at the end.
pub fn json(replay: &Replay) -> String {
    wire::pretty(&wire::ReplayWire::from(replay))
}

/// For the terminal and for an issue alike: two tables, which read the same in both.
pub fn markdown(replay: &Replay) -> String {
    markdown::replay::tell(replay)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{Moment, PastIncident, SignalKind};
    use hark_story::{ReplayedIncident, ReplayedKind, Verdict};

    use super::*;

    fn replay() -> Replay {
        Replay {
            as_of: Moment::from_seconds(1_772_000_000),
            service_weeks: 24.0,
            kinds: vec![
                ReplayedKind {
                    kind: SignalKind::MetricDrift,
                    said: 4,
                    followed: 1,
                    lead_seconds: Some([86_400, 90_000, 172_800]),
                    false_per_service_week: 0.125,
                    chance: 0.2,
                },
                ReplayedKind {
                    kind: SignalKind::MetricAnomaly,
                    said: 2,
                    followed: 0,
                    lead_seconds: None,
                    false_per_service_week: 0.083,
                    chance: 0.0,
                },
            ],
            incidents: vec![ReplayedIncident {
                incident: PastIncident {
                    start: Moment::from_seconds(1_771_900_000),
                    end: None,
                    service: Some(Arc::from("checkout")),
                    title: Some("pay | twice\u{1b}[31m".to_owned()),
                },
                verdict: Verdict::Whispered,
                lead_time_seconds: Some(90_000),
            }],
        }
    }

    #[test]
    fn what_was_said_stands_beside_what_followed_and_what_chance_gives() {
        insta::assert_snapshot!(markdown(&replay()));
    }

    #[test]
    fn json_has_null_where_nothing_followed() {
        let told: serde_json::Value = serde_json::from_str(&json(&replay())).unwrap();
        assert_eq!(told["kinds"][0]["lead_seconds"], serde_json::json!([86_400, 90_000, 172_800]));
        assert!(told["kinds"][1]["lead_seconds"].is_null());
        assert_eq!(told["incidents"][0]["verdict"], "whispered");
    }
}
