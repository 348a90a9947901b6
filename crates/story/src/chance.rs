//! The same procedure at moments when nothing happened.
//!
//! A story tool that does not know this figure can be right about every incident and worthless.

use hark_event::{Episode, Id, Moment, Window};
use hark_listen::{Heard, base_rate};

use crate::link::Linker;
use crate::signals::objection;
use crate::told::Chance;

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
    let whispers = |moment: Moment| {
        let before: Vec<Moment> = moments.iter().copied().filter(|earlier| *earlier < moment).collect();
        others.iter().filter(|episode| episode.signal.noticed_at < moment).any(|episode| {
            let quiet: Vec<Moment> =
                before.iter().copied().filter(|earlier| !episode.is_open_at(*earlier)).collect();
            let rate = base_rate(episode, &others, &quiet);
            // Early on there is nothing to compare with, and the procedure must not excuse itself by that.
            let rate = if rate.quiet_windows == 0 {
                hark_event::BaseRate { quiet_windows: 1, occurred_in: 0 }
            } else {
                rate
            };
            objection(episode, &linker.link(&episode.signal), rate, moment).is_none()
        })
    };
    let whispered = moments.iter().filter(|&&moment| whispers(moment)).count();
    Chance { quiet_moments: moments.len() as u32, whispered: whispered as u32 }
}
