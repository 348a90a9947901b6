//! How often series that rest move for the first time, by name.
//!
//! A series that never moved cannot say how rare its first movement is; those of the same name on other machines, and of
//! other labels, can: of a thousand disks each has its own count of errors. Without many of them nothing is rare, and nothing is
//! said. It counts whole days that have closed, in whole numbers, so that neither order nor restarts matter.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Days on which a series must have been measured before it counts as resting.
pub(crate) const DAYS_AT_REST_MIN: u32 = 7;
/// What is known before anything was heard: one movement in so many days of rest.
const DAYS_BEFOREHAND: f64 = 300.0;
/// Names that are kept.
const NAMES_MAX: usize = 20_000;

/// What is known of one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Known {
    /// Days of series that were at rest when they began.
    days: u64,
    /// Of these, those in which one moved.
    moves: u64,
}

impl Known {
    /// Days of rest for each movement.
    pub(crate) fn days_between(&self) -> f64 {
        (self.days as f64 + DAYS_BEFOREHAND) / (self.moves as f64 + 1.0)
    }

    /// The same in words.
    pub(crate) fn in_words(&self) -> String {
        format!("of all that bear its name {} moved in {} days of rest", self.moves, self.days)
    }
}

/// First movements of all names.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Awakenings {
    names: BTreeMap<Arc<str>, Known>,
}

impl Awakenings {
    /// What is known of those that bear the name of this series.
    pub(crate) fn of(&self, series: &str) -> Known {
        self.names.get(name(series)).copied().unwrap_or_default()
    }

    /// Counts a day of a series that was at rest when it began.
    pub(crate) fn add(&mut self, series: &str, has_moved: bool) {
        let name = name(series);
        if !self.names.contains_key(name) {
            // Of too many names the same stay whoever came first: the first ones.
            self.names.insert(Arc::from(name), Known::default());
            if self.names.len() > NAMES_MAX {
                self.names.pop_last();
            }
        }
        if let Some(known) = self.names.get_mut(name) {
            known.days += 1;
            known.moves += u64::from(has_moved);
        }
    }
}

/// The name without labels, which say whose it is.
fn name(series: &str) -> &str {
    series.split('{').next().unwrap_or(series)
}

#[cfg(test)]
mod tests {
    use hark_event::{Hour, Moment, Origin, Place, Signal, Zone};

    use super::*;
    use crate::{HourCells, Listener, Samples};

    /// What is said of so many disks that tell of no errors once a day, and of the first of which one tells on the last day.
    fn said(disks: usize, days: i64) -> Vec<Signal> {
        let mut listener = Listener::new(Zone::utc());
        let mut said = Vec::new();
        for hour in 0..days * 24 {
            let mut cells = HourCells::default();
            for disk in (0..disks).filter(|_| hour % 24 == 6) {
                let origin =
                    Origin { service: format!("disk-{disk:03}").into(), environment: "production".into() };
                let moves = disk == 0 && hour / 24 == days - 1;
                let place = Place { file: "smart.csv".into(), line: 1 };
                let values = vec![(Moment::from_seconds(hour * 3_600 + 60), f64::from(u8::from(moves)))];
                cells.add_samples((origin, "sectors_lost".into()), Samples { values, place });
            }
            said.extend(listener.close(Hour(hour), cells));
        }
        said
    }

    #[test]
    fn the_first_movement_is_said_where_many_of_its_name_rest() {
        let said = said(60, 30);
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].kind, hark_event::SignalKind::MetricAnomaly);
        assert_eq!(
            (&*said[0].origin.service, said[0].noticed_at.seconds()),
            ("disk-000", (29 * 24 + 7) * 3_600)
        );
        assert!(
            said[0]
                .summary
                .starts_with("sectors_lost moved for the first time: to 1, after 0 on all 29 days")
        );
    }

    #[test]
    fn the_first_movement_of_a_lone_series_is_not() {
        assert_eq!(said(3, 30), []);
    }

    #[test]
    fn those_of_one_name_tell_how_rare_a_first_movement_is() {
        let mut awakenings = Awakenings::default();
        assert!(awakenings.of("errors").days_between() < 1_000.0, "a lone series is no news");
        for disk in 0..2_000 {
            awakenings.add(&format!("errors{{disk=\"{disk}\"}}"), disk % 1_000 == 7);
            awakenings.add(&format!("starts{{disk=\"{disk}\"}}"), disk % 20 == 7);
        }
        assert!((awakenings.of("errors{disk=\"9\"}").days_between() - 2_300.0 / 3.0).abs() < 1e-9);
        assert!(awakenings.of("starts").days_between() < 30.0);
    }
}
