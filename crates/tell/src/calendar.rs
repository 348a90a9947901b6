//! Times as people read them, in the zone of those who read.
//!
//! The year is said only where it is not the year of the story itself; the zone is named once by each page.

use hark_event::{Moment, Zone};
use jiff::ZonedDateTime;

/// The zone of the readers, and the year that needs no saying.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    zone: Zone,
    year: i16,
}

impl Calendar {
    /// A calendar in this zone for something that happened around this moment.
    pub(crate) fn around(moment: Moment, zone: &Zone) -> Self {
        let year = moment.timestamp().to_zoned_datetime(zone.time_zone().clone()).year();
        Self { zone: zone.clone(), year }
    }

    /// The moment in local time.
    pub(crate) fn local(&self, moment: Moment) -> ZonedDateTime {
        moment.timestamp().to_zoned_datetime(self.zone.time_zone().clone())
    }

    /// `Saturday 7 March 2026, 18:12`.
    pub(crate) fn in_full(&self, moment: Moment) -> String {
        self.local(moment).strftime("%A %-d %B %Y, %H:%M").to_string()
    }

    /// `Sat 7 Mar 18:12`; with the year if that is another.
    pub(crate) fn day_and_time(&self, moment: Moment) -> String {
        let local = self.local(moment);
        let format = if local.year() == self.year { "%a %-d %b %H:%M" } else { "%-d %b %Y %H:%M" };
        local.strftime(format).to_string()
    }

    /// The same with days in a column of their own width: `Sat  7 Mar 18:12`.
    pub(crate) fn aligned(&self, moment: Moment) -> String {
        let local = self.local(moment);
        let format = if local.year() == self.year { "%a %_d %b %H:%M" } else { "%_d %b %Y %H:%M" };
        local.strftime(format).to_string()
    }

    /// `7 Mar`; with the year if that is another.
    pub(crate) fn day(&self, moment: Moment) -> String {
        let local = self.local(moment);
        let format = if local.year() == self.year { "%-d %b" } else { "%-d %b %Y" };
        local.strftime(format).to_string()
    }

    /// The same with the year, whatever it is: once on every page the year has to be said.
    pub(crate) fn dated(&self, moment: Moment) -> String {
        self.local(moment).strftime("%-d %b %Y").to_string()
    }

    /// `Sat 7 Mar 2026 18:12`.
    pub(crate) fn dated_time(&self, moment: Moment) -> String {
        self.local(moment).strftime("%a %-d %b %Y %H:%M").to_string()
    }

    /// The zone's name: `Europe/Berlin`, `UTC`, or its offset where it has no name.
    pub(crate) fn zone_name(&self) -> String {
        let zone = self.zone.time_zone();
        match zone.iana_name() {
            Some(name) => name.to_owned(),
            None => zone
                .to_fixed_offset()
                .map_or_else(|_| "local time".to_owned(), |offset| format!("UTC{offset}")),
        }
    }
}

/// RFC 3339 in UTC with whole seconds, for machines: `2026-02-12T09:00:00Z`.
pub(crate) fn stamp(moment: Moment) -> String {
    Moment::from_seconds(moment.seconds()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_said_only_where_it_differs() {
        let march = Moment::from_seconds(1_772_903_520);
        let calendar = Calendar::around(march, &Zone::utc());
        assert_eq!(calendar.in_full(march), "Saturday 7 March 2026, 17:12");
        assert_eq!(calendar.day_and_time(march), "Sat 7 Mar 17:12");
        assert_eq!(calendar.aligned(march), "Sat  7 Mar 17:12");
        assert_eq!(calendar.day_and_time(march.plus_hours(-24 * 400)), "31 Jan 2025 17:12");
        assert_eq!(calendar.dated(march), "7 Mar 2026");
        assert_eq!(calendar.dated_time(march), "Sat 7 Mar 2026 17:12");
        assert_eq!(calendar.zone_name(), "UTC");
    }

    #[test]
    fn machines_get_whole_seconds_and_the_ends_of_time_do_not_panic() {
        assert_eq!(stamp(Moment::from_millis(1_772_903_520_900)), "2026-03-07T17:12:00Z");
        let calendar = Calendar::around(Moment::MAX, &Zone::utc());
        assert!(!calendar.in_full(Moment::MIN).is_empty());
    }
}
