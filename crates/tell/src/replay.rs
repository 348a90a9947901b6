//! The answer of `hark replay`.

use hark_event::Zone;
use hark_story::Replay;

use crate::{Screen, html, human, markdown, wire};

/// The contract's JSON object, indented, with a newline at the end.
pub fn json(replay: &Replay) -> String {
    wire::pretty(&wire::ReplayWire::from(replay))
}

/// For the terminal: two tables, or lines where they have no room.
pub fn human(replay: &Replay, screen: &Screen) -> String {
    human::replay::tell(replay, screen)
}

/// As a page: two tables.
pub fn html(replay: &Replay, zone: &Zone) -> String {
    html::replay::tell(replay, zone)
}

/// For an issue: two tables.
pub fn markdown(replay: &Replay, zone: &Zone) -> String {
    markdown::replay::tell(replay, zone)
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
        insta::assert_snapshot!(markdown(&replay(), &hark_event::Zone::utc()));
    }

    #[test]
    fn a_page_has_the_same_tables() {
        let page = html(&replay(), &hark_event::Zone::utc());
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("<tr>")).collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        <tr><td>metric-drift</td><td>4</td><td>1</td><td>0.8</td><td>1 d, 1 d 1 h, 2 d</td><td>0.125</td></tr>
        <tr><td>metric-anomaly</td><td>2</td><td>0</td><td>0.0</td><td>–</td><td>0.083</td></tr>
        <tr><td>pay | twice␛[31m</td><td>Tue 24 Feb 2026 02:26</td><td>whispered</td><td>1 d 1 h</td></tr>
        ");
    }

    #[test]
    fn a_terminal_gets_tables_where_they_have_room() {
        let told =
            |columns| human(&replay(), &Screen { columns, color: false, zone: hark_event::Zone::utc() });
        insta::assert_snapshot!(told(100), @r"
        Of 1 incident the system knew 1 before. It said 6 signals in 24.0 service-weeks.

        What it said  what followed, and how often nothing did in a week of one service
          kind                   said  followed  by chance  false a week lead: quartiles
          metric-drift              4         1        0.8         0.125 1 d, 1 d 1 h, 2 d
          metric-anomaly            2         0        0.0         0.083 –

        Your incidents  times in UTC
          whispered 1 d 1 h before, pay | twice␛[31m, Tue 24 Feb 2026 02:26
        ");
        insta::assert_snapshot!(told(60), @r"
        Of 1 incident the system knew 1 before. It said 6 signals in
        24.0 service-weeks.

        What it said  what followed, and how often nothing did in a…
          metric-drift
            said 4, followed 1 (by chance 0.8), lead 1 d, 1 d 1 h, 2
            d, false 0.125 per service-week
          metric-anomaly
            said 2, followed 0 (by chance 0.0), lead –, false 0.083
            per service-week

        Your incidents  times in UTC
          whispered 1 d 1 h before, pay | twice␛[31m, Tue 24 Feb
                    2026 02:26
        ");
    }

    #[test]
    fn json_has_null_where_nothing_followed() {
        let told: serde_json::Value = serde_json::from_str(&json(&replay())).unwrap();
        assert_eq!(told["kinds"][0]["lead_seconds"], serde_json::json!([86_400, 90_000, 172_800]));
        assert_eq!(told["kinds"][1]["lead_seconds"], serde_json::json!([null, null, null]));
        assert_eq!(told["incidents"][0]["verdict"], "whispered");
    }
}
