//! A quantity of two values that begins to change between them again and again: something that comes up, fails and comes up.
//!
//! Changes are counted over six hours, and held against the most that six hours had on any day before: a leader that moves twice a day,
//! a night shift of replicas and an alarm that comes and goes have been seen to, and only a multiple of that is news. A median of hours
//! says nothing here: of what is up half of the time it is one half, which it never was.
//!
//! The state is a few bytes. What takes a third value is a quantity like others and is not looked at again; nothing is said before three days
//! are known.

/// Hours over which changes are counted.
pub const HOURS: usize = 6;
const CHANGES_MIN: u16 = 6;
/// How many times the most so far.
const TIMES_MOST: u16 = 4;
const DAYS_MIN: u16 = 3;

/// Changes between two values, as far as they are remembered.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Flaps {
    last: f32,
    other: f32,
    has_more: bool,
    days: u16,
    most_before: u16,
    most_today: u16,
    latest: [u8; HOURS],
}

/// A quantity that flaps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flapping {
    /// Changes over [`HOURS`].
    pub changes: u16,
    /// The most of them over as many hours of any day before.
    pub most_before: u16,
    /// Days of which that is known.
    pub days: u16,
    /// How many of the latest hours have passed since the first change.
    pub hours_since_onset: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

impl Default for Flaps {
    fn default() -> Self {
        Self {
            last: f32::NAN,
            other: f32::NAN,
            has_more: false,
            days: 0,
            most_before: 0,
            most_today: 0,
            latest: [0; HOURS],
        }
    }
}

impl Flaps {
    /// Takes the values of the next hour in order of time.
    pub fn hear(&mut self, values: impl Iterator<Item = f32>) {
        if self.has_more {
            return;
        }
        let mut changes = 0_u8;
        for value in values.filter(|value| value.is_finite()) {
            if value == self.last {
                continue;
            }
            if self.last.is_nan() {
                self.last = value;
            } else if self.other.is_nan() || value == self.other {
                (self.last, self.other) = (value, self.last);
                changes = changes.saturating_add(1);
            } else {
                self.has_more = true;
                return;
            }
        }
        self.latest.rotate_left(1);
        self.latest[HOURS - 1] = changes;
        self.most_today = self.most_today.max(self.changes());
    }

    /// Closes a day on which something was measured.
    pub fn close_day(&mut self) {
        self.most_before = self.most_before.max(self.most_today);
        self.most_today = 0;
        self.days = self.days.saturating_add(u16::from(!self.last.is_nan()));
    }

    /// Both values, the latest first, if it has just these.
    pub fn values(&self) -> Option<(f32, f32)> {
        (!self.has_more && !self.other.is_nan()).then_some((self.last, self.other))
    }

    /// Whether it changed again and again within the latest hours, be that usual or not: then it stands at no level.
    pub fn is_flapping(&self) -> bool {
        !self.has_more && self.changes() >= CHANGES_MIN
    }

    /// Whether it has not changed within the latest hours.
    pub fn is_still(&self) -> bool {
        self.has_more || self.changes() == 0
    }

    /// Looks whether it flaps as it never did.
    pub fn found(&self) -> Option<Flapping> {
        // Nearly every hour ends here.
        if self.has_more || self.latest[HOURS - 1] == 0 || self.days < DAYS_MIN {
            return None;
        }
        let changes = self.changes();
        let due = CHANGES_MIN.max(TIMES_MOST.saturating_mul(self.most_before));
        let first = self.latest.iter().position(|changes| *changes > 0)?;
        (changes >= due).then(|| Flapping {
            changes,
            most_before: self.most_before,
            days: self.days,
            hours_since_onset: HOURS - first,
            score: f64::from(changes) / f64::from(due),
        })
    }

    /// Whether it can go on after it was read back.
    pub fn is_sound(&self) -> bool {
        let most = self.most_before.max(self.most_today);
        let are_values = match [self.last, self.other] {
            [last, other] if other.is_nan() => {
                (last.is_nan() && self.days == 0 || last.is_finite()) && most == 0
            }
            [last, other] => last.is_finite() && other.is_finite() && last != other,
        };
        are_values && self.changes() <= most && usize::from(most) <= HOURS * usize::from(u8::MAX)
    }

    fn changes(&self) -> u16 {
        self.latest.iter().map(|changes| u16::from(*changes)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many days of hours, in which it changes as often as it is told to.
    fn after(days: usize, changes: impl Fn(usize) -> usize) -> Flaps {
        let mut flaps = Flaps::default();
        let mut up = true;
        for hour in 0..days * 24 {
            let mut values = vec![1.0; 12];
            for value in values.iter_mut().take(changes(hour)) {
                up = !up;
                *value = f32::from(u8::from(up));
            }
            let stays = f32::from(u8::from(up));
            values.iter_mut().skip(changes(hour)).for_each(|value| *value = stays);
            flaps.hear(values.into_iter());
            if hour % 24 == 23 {
                flaps.close_day();
            }
        }
        flaps
    }

    #[test]
    fn what_was_still_and_changes_again_and_again_is_found_with_its_beginning() {
        let mut flaps = after(8, |_| 0);
        assert_eq!((flaps.found(), flaps.is_still(), flaps.values()), (None, true, None));
        for (hour, is_found) in [false, false, true].into_iter().enumerate() {
            flaps.hear([0.0, 0.0, 1.0].into_iter());
            assert_eq!(flaps.found().is_some(), is_found, "hour {hour}");
        }
        let found = flaps.found().expect("it flaps");
        assert_eq!((found.changes, found.most_before, found.days, found.hours_since_onset), (6, 0, 8, 3));
        assert_eq!(flaps.values(), Some((1.0, 0.0)));
        assert!(flaps.is_flapping());
    }

    #[test]
    fn what_cannot_have_been_heard_is_not_sound() {
        let heard = after(8, |hour| hour % 3);
        assert!(heard.is_sound() && Flaps::default().is_sound() && after(2, |_| 0).is_sound());
        for impossible in [
            Flaps { last: f32::INFINITY, ..heard },
            Flaps { last: heard.other, ..heard },
            Flaps { last: f32::NAN, ..heard },
            Flaps { other: f32::NAN, ..heard },
            Flaps { most_before: 0, most_today: 0, ..heard },
            Flaps { most_before: u16::MAX, ..heard },
            Flaps { days: 1, ..Flaps::default() },
        ] {
            assert!(!impossible.is_sound(), "{impossible:?}");
        }
    }

    #[test]
    fn what_always_changed_so_often_or_has_three_values_or_is_young_is_not() {
        let often = after(8, |hour| 2 * usize::from(hour % 24 < 2));
        assert_eq!((often.found(), often.most_before), (None, 4));
        let mut three = after(8, |_| 0);
        (0..9).for_each(|at| three.hear([at as f32, 0.0].into_iter()));
        assert_eq!((three.found(), three.values(), three.is_flapping()), (None, None, false));
        let mut young = after(2, |_| 0);
        (0..9).for_each(|_| young.hear([0.0, 1.0].into_iter()));
        assert_eq!((young.found(), young.is_flapping()), (None, true));
    }
}
