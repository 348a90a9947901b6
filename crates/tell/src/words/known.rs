//! What could be known at each moment of a story, in a sentence: the verdict as it would have been then.
//!
//! A signal is frozen when it is said, so what could be said at a moment needs no guess. That it belongs to the
//! incident is known only in hindsight, and the page says so.

use std::collections::BTreeSet;

use hark_event::Moment;
use hark_story::{LinkedSignal, Story, Verdict};

use super::story as words;
use crate::{calendar::Calendar, selection};

/// What is said beside the choice of a moment.
pub(crate) const IN_HINDSIGHT: &str = "When each thing could be said is what was known at the time; that it belongs to this incident is hindsight.";

/// What stands in place of the answers until they could be given.
pub(crate) const NOT_YET: &str =
    "Asked and answered when users had noticed. At the moment that is chosen above, nobody could.";

/// What the choice stands at when nothing is left out: `all that was heard, to Sat 7 Mar 23:59`.
pub(crate) fn all_heard(story: &Story, calendar: &Calendar) -> String {
    let to = story.hearing.to.map(|to| format!(", to {}", calendar.day_and_time(to)));
    format!("all that was heard{}", to.unwrap_or_default())
}

/// From one moment on, until the next, this could be known.
pub(crate) struct Known {
    /// The moment.
    pub(crate) at: Moment,
    /// The sentence.
    pub(crate) said: String,
}

/// All moments at which something became known or was over, in order, from `from` to the incident's start.
pub(crate) fn moments(story: &Story, from: Moment) -> Vec<Known> {
    let start = story.incident.start;
    let credible: Vec<&LinkedSignal> =
        story.signals.iter().filter(|linked| linked.credible).take(selection::CREDIBLE_MAX).collect();
    let mut moments = BTreeSet::from([from, start]);
    moments.extend(credible.iter().map(|linked| linked.episode.signal.noticed_at));
    moments.extend(credible.iter().filter_map(|linked| linked.episode.ended_at));
    moments.extend(words::alert_in_time(story).map(|alert| alert.starts_at));
    moments.retain(|moment| *moment <= start && *moment >= from);
    moments.into_iter().map(|at| Known { at, said: known(story, &credible, at) }).collect()
}

fn known(story: &Story, credible: &[&LinkedSignal], at: Moment) -> String {
    if at >= story.incident.start {
        return format!("Users noticed. {} {}", words::verdict(story), words::beside_the_verdict(story));
    }
    let open: Vec<String> =
        credible.iter().filter(|linked| linked.episode.is_open_at(at)).map(|linked| named(linked)).collect();
    let heard = match open.len() {
        0 => "Nothing credible could be heard yet.".to_owned(),
        _ => format!("The system knew: {}.", open.join("; ")),
    };
    let alert = words::alert_in_time(story).filter(|alert| alert.starts_at <= at);
    match alert {
        Some(alert) if story.verdict == Verdict::Alerted => {
            format!("{heard} The alert {} was firing.", alert.name)
        }
        _ if open.is_empty() => heard,
        _ => format!("{heard} Nobody was told of this."),
    }
}

fn named(linked: &LinkedSignal) -> String {
    format!("S{} {}", linked.rank, words::headline(linked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn told(story: &Story) -> String {
        let calendar = Calendar::around(story.incident.start, &fixture::berlin());
        let moments = moments(story, story.incident.start.plus_seconds(-35 * 86_400));
        let lines =
            moments.iter().map(|known| format!("{}  {}", calendar.day_and_time(known.at), known.said));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_verdict_of_a_moment_knows_nothing_that_came_later() {
        let mut story = fixture::alerted();
        story.signals.truncate(2);
        story.signals[1].episode.ended_at = Some(story.incident.start.plus_hours(-40));
        insta::assert_snapshot!(told(&story), @r"
        Sat 31 Jan 18:12  Nothing credible could be heard yet.
        Thu 26 Feb 10:00  The system knew: S1 payments: a log line said more and more. Nobody was told of this.
        Fri 27 Feb 20:00  The system knew: S1 payments: a log line said more and more; S2 payments: a metric drifting away. Nobody was told of this.
        Fri 6 Mar 02:12  The system knew: S1 payments: a log line said more and more. Nobody was told of this.
        Sat 7 Mar 16:07  The system knew: S1 payments: a log line said more and more. The alert PaymentsRetryRatio was firing.
        Sat 7 Mar 18:12  Users noticed. Someone was told. The alert PaymentsRetryRatio began to fire 2 h 5 min before the users noticed. The first whisper came 9 days 8 h before.
        ");
    }

    #[test]
    fn silence_stays_silence() {
        insta::assert_snapshot!(told(&fixture::silent()), @r"
        Sat 31 Jan 18:12  Nothing credible could be heard yet.
        Sat 7 Mar 18:12  Users noticed. Silence. Nothing credible was heard before the users noticed; 2 blind spots lie on its path.
        ");
    }
}
