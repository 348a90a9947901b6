//! Which stretch of time a picture shows.

use hark_event::{Curve, Episode, Moment, Window};
use hark_story::Story;

use crate::selection;

const DAY: i64 = 86_400;
/// Further back the weeks before an incident would be too thin to see.
const BEFORE_MAX: i64 = 70 * DAY;
/// With nothing to show, this much of the silence is shown.
const BEFORE_MIN: i64 = 14 * DAY;

/// The weeks before an incident, and a little of what came after.
pub(crate) fn of_story(story: &Story) -> Window {
    let start = story.incident.start;
    let credible = story.signals.iter().filter(|linked| linked.credible);
    let mut from = start.plus_seconds(-BEFORE_MIN);
    for linked in credible.take(selection::CREDIBLE_MAX) {
        from = from.min(linked.episode.signal.onset.plus_seconds(-DAY));
        from = linked.episode.curve.as_ref().map_or(from, |curve| from.min(curve.from));
    }
    let (changes, _) = selection::first(&story.changes, selection::CHANGES_MAX);
    let earliest = start.plus_seconds(-BEFORE_MAX);
    let others =
        changes.iter().map(|told| told.change.time).chain(story.alerts.iter().map(|alert| alert.starts_at));
    // What lies further back is told beside the picture and does not stretch it.
    from = others
        .filter(|time| *time >= earliest)
        .map(|time| time.plus_seconds(-DAY / 2))
        .fold(from, Moment::min);
    from = from.max(earliest);
    let span = start.seconds_since(from);
    let last = story.incident.end.unwrap_or(start).max(start.plus_seconds(span / 40));
    Window { from, to: last.min(start.plus_seconds(span / 6)) }
}

/// The stretch in which one signal is looked at: its episode, and enough of the time before to judge it by. What
/// came after `told_at` (the incident's start, or now) is left out but for a little.
pub(crate) fn of_episode(episode: &Episode, curve: &Curve, told_at: Moment) -> Window {
    let ends = of_curve(curve).to;
    let lasted = told_at.min(ends).seconds_since(episode.signal.onset).max(0);
    let before = lasted.saturating_mul(3).max(7 * DAY);
    let from = curve.from.max(episode.signal.onset.plus_seconds(before.saturating_neg()));
    let span = told_at.seconds_since(from).max(0);
    // A curve that goes on is cut after the moment that is told; one that ends a little before it leads up to it.
    let leads_up_to_it = told_at.seconds_since(ends) < span / 2;
    let to = if leads_up_to_it { told_at.plus_seconds(span / 24) } else { ends };
    let to = to.max(episode.signal.noticed_at);
    Window { from, to: to.max(from.plus_seconds(1)) }
}

fn of_curve(curve: &Curve) -> Window {
    let steps = i64::try_from(curve.values.len()).unwrap_or(i64::MAX).max(1);
    Window { from: curve.from, to: curve.from.plus_seconds(curve.step_seconds.max(1).saturating_mul(steps)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_story_shows_its_weeks_and_a_little_of_what_came_after() {
        let story = fixture::whispered();
        let window = of_story(&story);
        assert_eq!(story.incident.start.seconds_since(window.from) / DAY, 35);
        assert!(window.to > story.incident.start);
    }

    #[test]
    fn a_change_of_last_year_does_not_stretch_the_picture() {
        let mut story = fixture::whispered();
        story.changes[0].change.time = story.incident.start.plus_seconds(-400 * DAY);
        assert_eq!(of_story(&story), of_story(&fixture::whispered()));
    }

    #[test]
    fn a_short_episode_is_looked_at_closely_and_a_long_one_as_a_whole() {
        let story = fixture::whispered();
        let days = |index: usize| {
            let episode = &story.signals[index].episode;
            let window = of_episode(episode, episode.curve.as_ref().unwrap(), story.incident.start);
            story.incident.start.seconds_since(window.from) / DAY
        };
        assert_eq!((days(0), days(5)), (35, 7));
    }

    #[test]
    fn the_ends_of_time_give_a_window() {
        let mut story = fixture::silent();
        for start in [Moment::MIN, Moment::MAX] {
            story.incident.start = start;
            let window = of_story(&story);
            assert!(window.from <= window.to);
        }
    }
}
