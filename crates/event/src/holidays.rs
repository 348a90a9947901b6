//! Days on which people do not do what they do on such a day of the week.

use std::collections::BTreeSet;

use jiff::civil::Date;

/// Days on which the week does not count, in local time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Holidays {
    once: BTreeSet<Date>,
    /// Month and day.
    yearly: BTreeSet<(i8, i8)>,
}

impl Holidays {
    /// Adds one day.
    pub fn add(&mut self, date: Date) {
        self.once.insert(date);
    }

    /// Adds the same month and day of every year.
    pub fn add_yearly(&mut self, month: i8, day: i8) {
        self.yearly.insert((month, day));
    }

    /// Whether this day is one of them.
    pub fn holds(&self, date: Date) -> bool {
        self.once.contains(&date) || self.yearly.contains(&(date.month(), date.day()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.once.is_empty() && self.yearly.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_of_every_year_is_one_in_each_and_a_date_in_its_own() {
        let mut holidays = Holidays::default();
        holidays.add_yearly(12, 25);
        holidays.add(date(2026, 4, 6));
        assert!(holidays.holds(date(2019, 12, 25)) && holidays.holds(date(2026, 4, 6)));
        assert!(!holidays.holds(date(2027, 4, 6)) && !holidays.holds(date(2026, 12, 24)));
    }
}
