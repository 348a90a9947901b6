//! The three questions, each answered with evidence or not at all.
//!
//! Why was this state possible? Why was this path not visible earlier? Why was this combination of inputs
//! allowed? A sentence is only written where something that was read supports it; there is no filler.

use hark_event::{Alert, ChangeKind, Id, Level, Moment, SignalKind};

use crate::told::{Answer, Incident, LinkedSignal, Questions, ReachedNote, StoryChange, Verdict};
use crate::wording::{cut, duration};

const ANSWERS_MAX: usize = 4;
/// Words with which code says that it did not expect to come here.
const NEVER: &[&str] = &[
    "never happen",
    "never be",
    "unexpected",
    "impossible",
    "can't happen",
    "cannot happen",
    "not expected",
    "unreachable",
    "illegal",
    "invalid state",
];

/// What the answers are drawn from.
pub(crate) struct Evidence<'a> {
    pub(crate) incident: &'a Incident,
    pub(crate) verdict: Verdict,
    pub(crate) signals: &'a [LinkedSignal],
    pub(crate) changes: &'a [StoryChange],
    pub(crate) notes: &'a [ReachedNote],
    pub(crate) alerts: &'a [Alert],
    pub(crate) levels: &'a dyn Fn(&LinkedSignal) -> Level,
}

/// Answers what can be answered.
pub(crate) fn answer(evidence: &Evidence<'_>) -> Questions {
    let mut questions = Questions {
        why_possible: why_possible(evidence),
        why_not_visible: why_not_visible(evidence),
        why_allowed: why_allowed(evidence),
    };
    for answers in [&mut questions.why_possible, &mut questions.why_not_visible, &mut questions.why_allowed] {
        answers.truncate(ANSWERS_MAX);
    }
    questions
}

fn credible<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = &'a LinkedSignal> {
    evidence.signals.iter().filter(|signal| signal.credible)
}

/// Changes that may have to do with it, best first.
fn tied<'a>(evidence: &'a Evidence<'_>) -> impl Iterator<Item = &'a StoryChange> {
    evidence.changes.iter().filter(|changed| !changed.is_elsewhere)
}

/// How much of what was heard began after a change; what had begun before it was not made possible by it.
fn begun_after(change: Moment, onsets: &[Moment]) -> Option<&'static str> {
    match onsets.iter().filter(|onset| change <= **onset).count() {
        0 => None,
        after if after == onsets.len() => Some("what was heard"),
        _ => Some("a part of what was heard"),
    }
}

fn why_possible(evidence: &Evidence<'_>) -> Vec<Answer> {
    let mut answers = Vec::new();
    let onsets: Vec<Moment> = credible(evidence).map(|signal| signal.episode.signal.onset).collect();
    if onsets.is_empty() {
        return answers;
    }
    let deciding =
        |change: &&StoryChange| matches!(change.change.kind, ChangeKind::Config | ChangeKind::Flag);
    for changed in tied(evidence).take(3).filter(deciding) {
        let change = &changed.change;
        let Some(heard) = begun_after(change.time, &onsets) else { continue };
        let what = change.details.first().map_or_else(|| change.summary.clone(), |detail| cut(detail, 100));
        let when = duration(evidence.incident.start.seconds_since(change.time));
        let text =
            format!("A setting was changed {when} before the start ({what}), and {heard} began after it.");
        answers.push(Answer { text, evidence: vec![change.id.clone()] });
    }
    for reached in evidence.notes.iter().filter(|reached| reached.reached > 0).take(2) {
        let age = reached.age_days.map_or(String::new(), |days| format!(", written {days} days before,"));
        let text = format!(
            "Code beside {}:{}{age} says “{}”; production took that path {} times before the start.",
            reached.note.path,
            reached.note.line,
            cut(&reached.note.text, 120),
            reached.reached,
        );
        answers.push(Answer { text, evidence: vec![reached.note.id()] });
    }
    answers
}

fn why_not_visible(evidence: &Evidence<'_>) -> Vec<Answer> {
    let mut answers = Vec::new();
    let quiet: Vec<&LinkedSignal> = credible(evidence)
        .filter(|signal| {
            matches!(signal.episode.signal.kind, SignalKind::PatternNew | SignalKind::PatternRising)
                && (evidence.levels)(signal) < Level::Warn
        })
        .collect();
    if !quiet.is_empty() {
        let text = format!(
            "{} spoke below WARN, where few alert rules look.",
            if quiet.len() == 1 {
                "The signal".to_owned()
            } else {
                format!("{} of the signals", quiet.len())
            }
        );
        answers.push(Answer { text, evidence: ids(&quiet) });
    }
    let slow: Vec<&LinkedSignal> =
        credible(evidence).filter(|signal| signal.episode.signal.kind == SignalKind::MetricDrift).collect();
    if !slow.is_empty() {
        let text = "The metric moved too slowly for a threshold on its value: on no day did it stand out from the day before.";
        answers.push(Answer { text: text.to_owned(), evidence: ids(&slow) });
    }
    let first_alert = evidence.alerts.iter().find(|alert| alert.starts_at >= evidence.incident.start);
    if let (Verdict::Whispered, Some(alert)) = (evidence.verdict, first_alert) {
        let after = duration(alert.starts_at.seconds_since(evidence.incident.start));
        let text = format!(
            "The first alert on this path, “{}”, came {after} after the start.",
            cut(&alert.name, 60)
        );
        answers.push(Answer { text, evidence: vec![alert.id.clone()] });
    }
    answers
}

fn why_allowed(evidence: &Evidence<'_>) -> Vec<Answer> {
    let mut answers = Vec::new();
    for signal in credible(evidence) {
        let name = signal.episode.signal.subject.name.to_ascii_lowercase();
        let is_new = signal.episode.signal.kind == SignalKind::PatternNew;
        let unexpected = |text: &str| NEVER.iter().any(|never| text.to_ascii_lowercase().contains(never));
        let note =
            signal.episode.code.iter().filter_map(|place| place.note.as_ref()).find(|note| unexpected(note));
        if let (true, Some(note)) = (is_new, note) {
            let text = format!(
                "The code beside it says “{}”; it met that case, wrote “{}”, and went on.",
                cut(note, 90),
                cut(&signal.episode.signal.subject.name, 90),
            );
            answers.push(Answer { text, evidence: vec![signal.episode.signal.id.clone()] });
        } else if unexpected(&name) {
            let text = format!(
                "The code met what it calls unexpected, said so (“{}”), and went on.",
                cut(&name, 90)
            );
            answers.push(Answer { text, evidence: vec![signal.episode.signal.id.clone()] });
        } else if is_new && name.contains("->") {
            let text = format!(
                "“{}” had never been seen before, and nothing refused it.",
                cut(&signal.episode.signal.subject.name, 90)
            );
            answers.push(Answer { text, evidence: vec![signal.episode.signal.id.clone()] });
        }
    }
    if credible(evidence).next().is_none() {
        return answers;
    }
    let unseen =
        |change: &&StoryChange| change.change.approval.is_none() && change.change.kind == ChangeKind::Config;
    for changed in tied(evidence).take(3).filter(unseen).take(1) {
        let text =
            format!("“{}” went in without a review that can be seen.", cut(&changed.change.summary, 90));
        answers.push(Answer { text, evidence: vec![changed.change.id.clone()] });
    }
    answers
}

fn ids(signals: &[&LinkedSignal]) -> Vec<Id> {
    signals.iter().map(|signal| signal.episode.signal.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_made_possible_only_what_began_after_it() {
        let onsets = [30, 10, 20].map(Moment::from_seconds);
        let after = |second| begun_after(Moment::from_seconds(second), &onsets);
        assert_eq!([after(5), after(10)], [Some("what was heard"); 2]);
        assert_eq!(after(15), Some("a part of what was heard"));
        assert_eq!(after(31), None);
        assert_eq!(begun_after(Moment::from_seconds(5), &[]), None);
    }
}
