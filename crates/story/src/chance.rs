//! The same procedure at moments when nothing happened.
//!
//! A story tool that does not know this figure can be right about every incident and worthless.

use hark_event::{BaseRate, Episode, Id, Moment, Window};
use hark_listen::Heard;

use crate::link::Linker;
use crate::signals::objection;
use crate::told::Chance;

/// What was not there at the one moment that was looked at.
const NEVER_THERE: BaseRate = BaseRate { quiet_windows: 1, occurred_in: 0 };

/// At how many quiet moments before `start` the procedure would have said `whispered`, the signals of the story
/// itself (and what moved with them) left out, as they are for base rates.
pub(crate) fn chance(
    heard: &Heard,
    linker: &Linker<'_>,
    own: &[Id],
    incidents: &[Window],
    start: Moment,
) -> Chance {
    let is_own = |episode: &Episode| {
        let cluster = episode.signal.cluster.as_ref();
        own.contains(&episode.signal.id) || cluster.is_some_and(|cluster| own.contains(cluster))
    };
    let others: Vec<Episode> = heard.episodes.iter().filter(|episode| !is_own(episode)).cloned().collect();
    let moments = heard.quiet_moments(start, incidents);
    let is_credible = |episode: &Episode, moment: Moment| {
        let link = linker.link(&episode.signal);
        // Most are over or tied to nothing, and how often such a signal is there is dear to ask.
        if objection(episode, &link, NEVER_THERE, moment).is_some() {
            return false;
        }
        let rate = heard.base_rate_at(episode, moment, incidents, &others);
        // Early on there is nothing to compare with, and the procedure must not excuse itself by that.
        let rate = if rate.quiet_windows == 0 { NEVER_THERE } else { rate };
        objection(episode, &link, rate, moment).is_none()
    };
    let whispers = |moment: Moment| {
        let mut before = others.iter().filter(|episode| episode.signal.noticed_at < moment);
        before.any(|episode| is_credible(episode, moment))
    };
    let whispered = moments.iter().filter(|&&moment| whispers(moment)).count();
    Chance { quiet_moments: moments.len() as u32, whispered: whispered as u32 }
}
