//! How well a told story matches the truth: pure, over the JSON of the contract.

use hark_event::Moment;
use serde_json::Value;

use crate::hark::{array, text};
use crate::truth::{Cause, Truth};

/// How well one story was told.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Score {
    pub(crate) tale: String,
    pub(crate) seed: u64,
    /// Rank of the first signal that is a true whisper, from 1; `None` if there is none, or nothing to be heard.
    pub(crate) rank: Option<usize>,
    /// Whether there was something to be heard.
    pub(crate) audible: bool,
    /// How far from onset to incident that signal was noticed, 0 to 1.
    pub(crate) noticed: Option<f64>,
    pub(crate) verdict: String,
    pub(crate) verdict_right: bool,
    /// Rank of the true cause among the changes, or of its note among the notes, whichever is better.
    pub(crate) cause: Option<usize>,
    /// How often the same procedure said `whispered` at quiet moments.
    pub(crate) chance: Option<f64>,
    /// What was ranked first, for those who ask why.
    pub(crate) ranked_first: String,
}

impl Score {
    /// Of a story that could not be told at all.
    pub(crate) fn failed(truth: &Truth, why: &str) -> Self {
        Self {
            tale: truth.tale.clone(),
            seed: truth.seed,
            rank: None,
            audible: !truth.whispers.is_empty(),
            noticed: None,
            verdict: "failed".to_owned(),
            verdict_right: false,
            cause: None,
            chance: None,
            ranked_first: why.to_owned(),
        }
    }

    /// Of this story.
    pub(crate) fn of(truth: &Truth, story: &Value) -> Self {
        let signals = array(story, "signals");
        let heard = signals.iter().position(|signal| is_true(truth, signal));
        let verdict = text(story, "verdict").to_owned();
        Self {
            rank: heard.map(|at| at + 1),
            noticed: heard.and_then(|at| noticed(truth, &signals[at])),
            verdict_right: truth.verdict.as_deref() == Some(verdict.as_str()),
            verdict,
            cause: truth.cause.as_ref().and_then(|cause| cause_rank(truth, cause, story)),
            chance: chance(story),
            ranked_first: signals.first().map_or_else(String::new, describe),
            ..Self::failed(truth, "")
        }
    }
}

fn is_true(truth: &Truth, signal: &Value) -> bool {
    let subject = &signal["subject"];
    truth
        .whispers
        .iter()
        .any(|whisper| whisper.is(text(signal, "service"), text(subject, "kind"), text(subject, "name")))
}

/// Where between onset and incident the signal was noticed. Below 0 it was noticed before there was anything to hear.
fn noticed(truth: &Truth, signal: &Value) -> Option<f64> {
    let onset = truth.onset?;
    let start = truth.incident.as_ref()?.start;
    let noticed = moment(text(signal, "noticed_at"))?;
    Some(noticed.seconds_since(onset) as f64 / start.seconds_since(onset) as f64)
}

fn cause_rank(truth: &Truth, cause: &Cause, story: &Value) -> Option<usize> {
    let change = array(story, "changes").iter().position(|change| is_cause(truth, cause, change));
    let note = array(story, "notes").iter().position(|note| {
        cause.note.as_ref().is_some_and(|truth| {
            text(note, "path").ends_with(&truth.path) && text(note, "text").contains(&truth.text_contains)
        })
    });
    [change, note].into_iter().flatten().min().map(|at| at + 1)
}

/// By its summary; or, where a config edit is told in words of its own, by file and day.
fn is_cause(truth: &Truth, cause: &Cause, change: &Value) -> bool {
    if text(change, "summary").contains(&cause.commit_summary_contains) {
        return true;
    }
    let near = truth.onset.zip(moment(text(change, "time")));
    let same_day = near.is_some_and(|(onset, time)| (0..86_400).contains(&onset.seconds_since(time)));
    same_day && text(change, "path") == cause.path
}

fn chance(story: &Value) -> Option<f64> {
    let chance = &story["chance"];
    let moments = chance["quiet_moments"].as_f64().filter(|moments| *moments > 0.0)?;
    Some(chance["whispered"].as_f64()? / moments)
}

/// Kind, service and subject of a signal, in one line.
pub(crate) fn describe(signal: &Value) -> String {
    let subject = text(&signal["subject"], "name");
    format!(
        "{} of {}: {subject} (noticed {})",
        text(signal, "kind"),
        text(signal, "service"),
        text(signal, "noticed_at")
    )
}

/// An RFC 3339 moment.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    text.parse::<jiff::Timestamp>().ok().map(Moment::from)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::truth::{Incident, Note, Whisper};
    use serde_json::json;

    pub(crate) fn truth() -> Truth {
        let at = |text| moment(text).unwrap();
        Truth {
            tale: "timeout-edit".to_owned(),
            seed: 1,
            incident: Some(Incident { start: at("2026-03-07T12:00:00Z"), service: "checkout".to_owned() }),
            verdict: Some("whispered".to_owned()),
            onset: Some(at("2026-02-25T12:00:00Z")),
            whispers: vec![Whisper {
                service: "checkout".to_owned(),
                kind: "pattern".to_owned(),
                contains: vec!["retrying upstream".to_owned()],
                lacks: vec!["upstream inventory".to_owned()],
            }],
            cause: Some(Cause {
                commit_summary_contains: "checkout: fail fast".to_owned(),
                path: "checkout/config/application.yaml".to_owned(),
                note: Some(Note {
                    path: "checkout/A.java".to_owned(),
                    text_contains: "remove after".to_owned(),
                }),
            }),
            begin: at("2026-02-01T00:00:00Z"),
            now: at("2026-03-07T23:59:59Z"),
            services: vec!["checkout".to_owned()],
        }
    }

    pub(crate) fn signal(service: &str, name: &str) -> Value {
        json!({ "kind": "pattern-rising", "service": service, "noticed_at": "2026-02-28T00:00:00Z",
                "subject": { "kind": "pattern", "name": name } })
    }

    #[test]
    fn the_first_true_whisper_gives_rank_and_earliness() {
        let story = json!({
            "verdict": "whispered",
            "chance": { "quiet_moments": 40, "whispered": 2 },
            "signals": [
                signal("checkout", "retrying upstream inventory attempt <*>"),
                signal("payments", "retrying upstream payments attempt <*>"),
                signal("checkout", "retrying upstream payments attempt <*> of <*>"),
            ],
        });
        let score = Score::of(&truth(), &story);
        assert_eq!((score.rank, score.verdict_right, score.chance), (Some(3), true, Some(0.05)));
        assert_eq!(score.noticed, Some(0.25));
        assert_eq!(
            score.ranked_first,
            "pattern-rising of checkout: retrying upstream inventory attempt <*> (noticed 2026-02-28T00:00:00Z)"
        );
    }

    #[test]
    fn a_story_without_the_whisper_has_no_rank_and_a_wrong_verdict_is_wrong() {
        let score = Score::of(&truth(), &json!({ "verdict": "silent", "signals": [] }));
        assert_eq!((score.rank, score.noticed, score.verdict_right, score.chance), (None, None, false, None));
        assert!(score.audible);
    }

    #[track_caller]
    fn check_cause(changes: Value, notes: Value, expected: Option<usize>) {
        let story = json!({ "changes": changes, "notes": notes });
        assert_eq!(Score::of(&truth(), &story).cause, expected);
    }

    #[test]
    fn the_cause_is_known_by_its_summary_its_file_and_day_or_its_note() {
        let other = json!({ "time": "2026-03-01T00:00:00Z", "summary": "tidy up", "path": "checkout/config/application.yaml" });
        let named =
            json!({ "time": "2026-02-25T09:00:00Z", "summary": "checkout: fail fast when payments is slow" });
        let told = json!({ "time": "2026-02-25T09:00:00Z", "summary": "timeout-ms 3000 -> 800", "path": "checkout/config/application.yaml" });
        let note = json!({ "path": "checkout/A.java", "text": "HACK: remove after the migration" });
        check_cause(json!([other, named]), json!([]), Some(2));
        check_cause(json!([told]), json!([]), Some(1));
        check_cause(json!([other]), json!([note]), Some(1));
        check_cause(json!([other]), json!([]), None);
    }
}
