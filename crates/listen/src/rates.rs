//! How often a signal like this one is there when nothing happens.

use hark_event::{BaseRate, Episode, Hour, Moment, Window, Zone};

/// Moments of the same hour of the week are enough to compare with if there are so many.
const LIKE_MOMENTS_MIN: usize = 10;
/// Moments of any hour are looked at this far apart.
const ANY_STEP_HOURS: i64 = 6;

/// Quiet moments before `now` like it: same hour of the week, else of the day, else any.
///
/// `from` is when listening could first say something; moments within `busy` windows are left out.
pub(crate) fn quiet_moments(from: Moment, now: Moment, zone: &Zone, busy: &[Window]) -> Vec<Moment> {
    let first = Hour(from.hour().0 + 1);
    let here = now.hour();
    let is_quiet = |moment: &Moment| busy.iter().all(|window| !window.contains(*moment));
    let all = |step: i64| {
        let count = ((here - first) / step).clamp(0, 100_000);
        (1..=count).map(move |back| (here - back * step).start()).filter(is_quiet)
    };
    let slot = zone.hour_of_week(here);
    let same_week: Vec<Moment> = all(1).filter(|moment| zone.hour_of_week(moment.hour()) == slot).collect();
    if same_week.len() >= LIKE_MOMENTS_MIN {
        return same_week;
    }
    let same_day: Vec<Moment> =
        all(1).filter(|moment| zone.hour_of_week(moment.hour()) % 24 == slot % 24).collect();
    if same_day.len() >= LIKE_MOMENTS_MIN {
        return same_day;
    }
    all(ANY_STEP_HOURS).collect()
}

/// At how many quiet moments a signal of this kind and at least this strength was open on any subject of the
/// same service, this episode and those that moved with it left out.
pub(crate) fn base_rate(episode: &Episode, all: &[Episode], moments: &[Moment]) -> BaseRate {
    let signal = &episode.signal;
    let is_other = |other: &&Episode| {
        other.signal.id != signal.id && (signal.cluster.is_none() || other.signal.cluster != signal.cluster)
    };
    let alike: Vec<&Episode> = all
        .iter()
        .filter(|other| other.signal.kind == signal.kind && other.signal.origin == signal.origin)
        .filter(|other| other.signal.strength >= signal.strength && other.signal.explained_by.is_none())
        .filter(is_other)
        .collect();
    let occurred =
        moments.iter().filter(|&&moment| alike.iter().any(|other| other.is_open_at(moment))).count();
    BaseRate { quiet_windows: moments.len() as u32, occurred_in: occurred as u32 }
}
