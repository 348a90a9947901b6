//! What is shown of all that was said: ranked, one for each cluster, within the attention budget.

use hark_event::{Episode, Moment};

/// Items a day, unless told otherwise.
pub const ITEMS_A_DAY: usize = 5;

/// Whether the budget holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attention {
    /// At most so many a day, one for each cluster.
    Budget(usize),
    /// Everything.
    All,
}

/// What is shown, what the budget held back, and what is explained.
#[derive(Clone, PartialEq, Debug)]
pub struct Selection {
    /// Shown, by strength, then `noticed_at`, then id.
    pub shown: Vec<Episode>,
    /// Representatives beyond the budget.
    pub held_back: usize,
    /// Explained by a change.
    pub explained: usize,
}

/// What reaches a limit within so many days is worth a reminder.
const NEAR_DAYS: f64 = 7.0;

/// What was said before `since` and still lasts, and runs into a limit soon as of now; the nearest first.
pub fn nearing(episodes: &[Episode], since: Moment) -> Vec<Episode> {
    let days_left =
        |episode: &Episode| episode.forecast.as_ref().map_or(f64::INFINITY, |forecast| forecast.days_left);
    let is_near = |episode: &&Episode| {
        episode.signal.noticed_at < since && episode.ended_at.is_none() && days_left(episode) <= NEAR_DAYS
    };
    let mut near: Vec<Episode> = episodes.iter().filter(is_near).cloned().collect();
    near.sort_by(|a, b| days_left(a).total_cmp(&days_left(b)).then_with(|| a.signal.id.cmp(&b.signal.id)));
    near
}

/// Selects from what was noticed in `[since, as_of]`.
pub fn select(episodes: &[Episode], since: Moment, as_of: Moment, attention: Attention) -> Selection {
    let noticed = |episode: &&Episode| (since..=as_of).contains(&episode.signal.noticed_at);
    let mut asked: Vec<Episode> = episodes.iter().filter(noticed).cloned().collect();
    asked.sort_by(|a, b| {
        let order = b.signal.strength.total_cmp(&a.signal.strength);
        order.then(a.signal.noticed_at.cmp(&b.signal.noticed_at)).then_with(|| a.signal.id.cmp(&b.signal.id))
    });
    let explained = asked.iter().filter(|episode| episode.signal.explained_by.is_some()).count();
    let Attention::Budget(items_a_day) = attention else {
        // All stand in the list themselves, each with its cluster. Who joined one later is later knowledge, and must
        // not change what was said of the one that leads it.
        asked.iter_mut().for_each(|episode| episode.members.clear());
        return Selection { shown: asked, held_back: 0, explained };
    };
    asked.retain(|episode| episode.signal.explained_by.is_none() && episode.is_representative());
    let days = (as_of.seconds_since(since) + 86_399) / 86_400;
    let budget = items_a_day.saturating_mul(usize::try_from(days.max(1)).unwrap_or(1));
    // What was not heard takes no place: whoever reads the list has to know it.
    let mut asking = 0;
    asked.retain(|episode| {
        let asks = episode.signal.asks_for_attention();
        asking += usize::from(asks);
        !asks || asking <= budget
    });
    let held_back = asking.saturating_sub(budget);
    Selection { shown: asked, held_back, explained }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hark_event::{BaseRate, Id, Origin, Signal, SignalKind, Subject, SubjectKind};

    use super::*;

    fn episode(name: &str, kind: SignalKind, strength: f64) -> Episode {
        let signal = Signal {
            id: Id::known(name),
            kind,
            origin: Origin { service: Arc::from("shop"), environment: Arc::from("production") },
            subject: Subject { kind: SubjectKind::Metric, name: name.to_owned() },
            onset: Moment::from_seconds(0),
            noticed_at: Moment::from_seconds(3_600),
            strength,
            summary: String::new(),
            evidence: Vec::new(),
            explained_by: None,
            cluster: Some(Id::known(name)),
        };
        let base_rate = BaseRate::default();
        Episode {
            signal,
            ended_at: None,
            base_rate,
            code: Vec::new(),
            members: Vec::new(),
            curve: None,
            forecast: None,
        }
    }

    #[test]
    fn what_was_not_heard_is_always_shown_and_takes_no_place() {
        let episodes = [
            episode("a", SignalKind::MetricDrift, 0.9),
            episode("b", SignalKind::HearingLoss, 0.7),
            episode("c", SignalKind::MetricShift, 0.6),
            episode("d", SignalKind::MetricShift, 0.5),
            episode("e", SignalKind::HearingLoss, 0.1),
        ];
        let (since, as_of) = (Moment::from_seconds(0), Moment::from_seconds(80_000));
        let selection = select(&episodes, since, as_of, Attention::Budget(2));
        let shown: Vec<&str> =
            selection.shown.iter().map(|episode| episode.signal.subject.name.as_str()).collect();
        assert_eq!((shown, selection.held_back), (vec!["a", "b", "c", "e"], 1));
    }
}
