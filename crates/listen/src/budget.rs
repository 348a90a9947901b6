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
    let held_back = asked.len().saturating_sub(budget);
    asked.truncate(budget);
    Selection { shown: asked, held_back, explained }
}
