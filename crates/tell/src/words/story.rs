//! The sentences of a story: what the system knew, in words that a tired engineer takes in at a glance.
//!
//! Nothing here names a person, and nothing says more than its evidence.

use hark_event::{Alert, Episode, Id};
use hark_story::{Answer, LinkedSignal, Questions, ReachedNote, Story, StoryChange, Verdict};

use super::{author, count, duration, duration_said, meaning};
use crate::calendar::Calendar;

/// What is said where a question has no evidence.
pub(crate) const CANNOT_TELL: &str = "Nothing here can tell.";

/// What is said where none of them has any.
pub(crate) fn none_can_tell(story: &Story) -> Option<&'static str> {
    let is_silent = questions(&story.questions).iter().all(|(_, answers)| answers.is_empty());
    let has_sources = !story.changes.is_empty() || !story.notes.is_empty();
    is_silent.then_some(if has_sources {
        "Nothing here can tell: no change, no note in the code and no signal has a bearing on it."
    } else {
        "Nothing here can tell: no change and no note in the code is known. Name a repository with --repo."
    })
}

/// What is said of an alert, a report or a signal that was told: where nothing keeps answers, silence proves none.
pub(crate) const NO_ANSWER: &str = "no answer is on record";

/// The title over all of those.
pub(crate) const TOLD_BEFORE: &str = "Told before, with no answer on record";

/// The verdict as one sentence.
pub(crate) fn verdict(story: &Story) -> String {
    match (story.verdict, story.lead_time_seconds) {
        (Verdict::Whispered, Some(lead)) => {
            format!("The system knew {} before the users did.", duration_said(lead))
        }
        (Verdict::Whispered, None) => "The system knew before the users did.".to_owned(),
        (Verdict::Alerted, _) => "Someone was told.".to_owned(),
        (Verdict::Silent, _) => "Silence.".to_owned(),
    }
}

/// What the verdict leaves open, in one or two sentences.
pub(crate) fn beside_the_verdict(story: &Story) -> String {
    match story.verdict {
        Verdict::Whispered => "Nobody was told of this.".to_owned(),
        Verdict::Alerted => {
            let mut said = match alert_in_time(story) {
                Some(alert) => format!(
                    "The alert {} began to fire {} before the users noticed.",
                    alert.name,
                    duration_said(story.incident.start.seconds_since(alert.starts_at))
                ),
                None => "An alert was firing before the users noticed.".to_owned(),
            };
            if let Some(lead) = story.lead_time_seconds {
                said.push_str(&format!(" The first whisper came {} before.", duration_said(lead)));
            }
            said
        }
        Verdict::Silent => {
            let spots = story.blind_spots.len() as u64;
            let heard = if story.signals.is_empty() {
                "Nothing that belongs to this incident was heard before the users noticed"
            } else {
                "Nothing credible was heard before the users noticed"
            };
            match spots {
                0 => format!("{heard}."),
                spots => {
                    format!("{heard}; {} on its path.", count(spots, "blind spot lies", "blind spots lie"))
                }
            }
        }
    }
}

/// The last alert that began to fire before users noticed.
pub(crate) fn alert_in_time(story: &Story) -> Option<&Alert> {
    story
        .alerts
        .iter()
        .filter(|alert| alert.starts_at < story.incident.start)
        .max_by_key(|alert| alert.starts_at)
}

/// What became of something that someone was told of, as far as that is on record.
pub(crate) fn became(story: &Story, id: &Id) -> String {
    let alert = story.alerts.iter().find(|alert| alert.id == *id);
    let ended = alert.and_then(|alert| {
        let ended = alert.ends_at.filter(|ended| *ended <= story.incident.start)?;
        Some(ended.seconds_since(alert.starts_at))
    });
    ended.map_or_else(
        || NO_ANSWER.to_owned(),
        |lasted| format!("stopped firing after {}; {NO_ANSWER}", duration(lasted)),
    )
}

/// Where and when users were hurt: `On checkout, Saturday 7 March 2026, 18:12`.
pub(crate) fn incident(story: &Story, calendar: &Calendar) -> String {
    let when = calendar.in_full(story.incident.start);
    let mut said = match &story.incident.service {
        Some(service) => format!("{service}, {when}"),
        None => format!("service unknown, {when}"),
    };
    if let Some(end) = story.incident.end {
        said.push_str(&format!(", for {}", duration(end.seconds_since(story.incident.start))));
    }
    said
}

/// A signal as a headline: `payments: a log line said more and more`.
pub(crate) fn headline(linked: &LinkedSignal) -> String {
    let signal = &linked.episode.signal;
    format!("{}: {}", signal.origin, meaning(signal))
}

/// A signal of the aftermath in a line, and what explains it.
pub(crate) fn after(episode: &Episode) -> String {
    let signal = &episode.signal;
    let explained =
        signal.explained_by.as_ref().map_or_else(String::new, |because| format!(" (explained by {because})"));
    let origin = signal.origin.to_string();
    // “shop: shop writes far more errors” names it twice.
    let names_it = signal.summary.strip_prefix(&*origin).is_some_and(|rest| rest.starts_with(' '));
    let whose = if names_it { String::new() } else { format!("{origin}: ") };
    format!("{whose}{}{explained}", signal.summary)
}

/// How long before the users it was noticed: `9 d 8 h before`.
pub(crate) fn lead(linked: &LinkedSignal) -> String {
    format!("{} before", duration(linked.lead_time_seconds))
}

/// A change's origin: service, commit, path, approval and whether its author can be asked.
pub(crate) fn change_origin(told: &StoryChange) -> Vec<String> {
    let change = &told.change;
    let mut said = Vec::new();
    said.extend(change.service.as_deref().map(str::to_owned));
    if let Some(commit) = &change.commit {
        said.push(format!("commit {}", short_commit(commit)));
    }
    said.extend(change.path.clone());
    said.extend(change.approval.clone());
    said.extend(author(change.author_active).map(str::to_owned));
    said
}

/// The first ten characters of a commit's name.
pub(crate) fn short_commit(commit: &str) -> &str {
    commit.char_indices().nth(10).map_or(commit, |(end, _)| &commit[..end])
}

/// What is known of a note: age, how often it was reached, whether its author can be asked.
pub(crate) fn note_facts(reached: &ReachedNote) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(age) = reached.age_days {
        said.push(match age {
            1 => "1 day old".to_owned(),
            age => format!("{} days old", super::number(age.max(0).unsigned_abs())),
        });
    }
    said.push(format!("{} from beside it", count(reached.reached, "record came", "records came")));
    said.extend(author(reached.note.author_active).map(str::to_owned));
    said
}

/// The three questions with their answers, in the order in which they are asked.
pub(crate) fn questions(questions: &Questions) -> [(&'static str, &[Answer]); 3] {
    [
        ("Why was this state possible?", &questions.why_possible),
        ("Why was this path not visible earlier?", &questions.why_not_visible),
        ("Why was this combination of inputs allowed?", &questions.why_allowed),
    ]
}

/// How many others moved together with a signal, if any.
pub(crate) fn members(members: &[Id]) -> Option<String> {
    (!members.is_empty()).then(|| format!("+ {} that moved together", members.len()))
}
