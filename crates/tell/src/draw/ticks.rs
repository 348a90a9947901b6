//! Round local times along an axis, as many as fit without touching.

use hark_event::{Moment, Window};
use jiff::{Span, ToSpan, Unit, ZonedDateTimeRound, civil::Weekday};

use crate::calendar::Calendar;

/// A round time on an axis.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Tick {
    /// Where it stands.
    pub(crate) at: Moment,
    /// What is written there: `10:00`, `9 Feb`, `Feb 2026`, `2026`.
    pub(crate) label: String,
}

#[derive(Clone, Copy)]
enum Step {
    Hours(i64),
    Days(i64),
    Weeks(i64),
    Months(i64),
    Years(i64),
}

const STEPS: [Step; 15] = [
    Step::Hours(1),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Weeks(1),
    Step::Weeks(2),
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(5),
    Step::Years(20),
    Step::Years(100),
];

/// Round times within the window; at most `most` of them, which is what there is room for.
pub(crate) fn ticks(window: Window, calendar: &Calendar, most: usize) -> Vec<Tick> {
    let seconds = window.to.seconds_since(window.from);
    let Some(step) = STEPS.into_iter().find(|step| seconds / step.seconds() < most.max(1) as i64) else {
        return Vec::new();
    };
    let Some(mut next) = first(step, window.from, calendar) else { return Vec::new() };
    let mut ticks = Vec::new();
    // The first one lies before the window, and a change of the clocks may bring one more.
    for _ in 0..most + 3 {
        let at = Moment::from(next.timestamp());
        if at > window.to {
            break;
        }
        if at >= window.from && ticks.len() < most {
            ticks.push(Tick { at, label: next.strftime(step.format(next.hour())).to_string() });
        }
        match next.checked_add(step.span()) {
            Ok(later) => next = later,
            Err(_) => break,
        }
    }
    ticks
}

/// The last round time that does not lie after the moment.
fn first(step: Step, from: Moment, calendar: &Calendar) -> Option<jiff::ZonedDateTime> {
    let local = calendar.local(from);
    let day = local.start_of_day().ok()?;
    match step {
        Step::Hours(hours) => {
            let rounded = local
                .round(ZonedDateTimeRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Floor))
                .ok()?;
            rounded.checked_sub((i64::from(rounded.hour()) % hours).hours()).ok()
        }
        Step::Days(_) => Some(day),
        Step::Weeks(_) => day.checked_sub(i64::from(day.weekday().since(Weekday::Monday)).days()).ok(),
        Step::Months(months) => {
            let month = day.first_of_month().ok()?;
            month.checked_sub(((i64::from(month.month()) - 1) % months).months()).ok()
        }
        Step::Years(years) => {
            let year = day.first_of_year().ok()?;
            year.checked_sub((i64::from(year.year()) % years).years()).ok()
        }
    }
}

impl Step {
    fn seconds(self) -> i64 {
        const DAY: i64 = 86_400;
        match self {
            Self::Hours(hours) => hours * 3_600,
            Self::Days(days) => days * DAY,
            Self::Weeks(weeks) => weeks * 7 * DAY,
            Self::Months(months) => months * 28 * DAY,
            Self::Years(years) => years * 365 * DAY,
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Hours(hours) => hours.hours(),
            Self::Days(days) => days.days(),
            Self::Weeks(weeks) => weeks.weeks(),
            Self::Months(months) => months.months(),
            Self::Years(years) => years.years(),
        }
    }

    fn format(self, hour: i8) -> &'static str {
        match self {
            Self::Hours(_) if hour != 0 => "%H:%M",
            Self::Hours(_) | Self::Days(_) | Self::Weeks(_) => "%-d %b",
            Self::Months(_) => "%b %Y",
            Self::Years(_) => "%Y",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[track_caller]
    fn check(hours: i64, most: usize, expected: &str) {
        let from = fixture::START.plus_hours(-hours);
        let calendar = Calendar::around(fixture::START, &fixture::berlin());
        let ticks = ticks(Window { from, to: fixture::START }, &calendar, most);
        let labels: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels.join(", "), expected);
    }

    #[test]
    fn ticks_are_round_local_times() {
        check(5, 6, "14:00, 15:00, 16:00, 17:00, 18:00");
        check(26, 10, "18:00, 21:00, 7 Mar, 03:00, 06:00, 09:00, 12:00, 15:00, 18:00");
        check(24 * 35, 8, "2 Feb, 9 Feb, 16 Feb, 23 Feb, 2 Mar");
        check(24 * 400, 6, "Apr 2025, Jul 2025, Oct 2025, Jan 2026");
    }

    #[test]
    fn there_are_never_more_than_there_is_room_for() {
        let calendar = Calendar::around(fixture::START, &fixture::berlin());
        for hours in [0, 1, 7, 50, 333, 4_000, 90_000, 2_000_000] {
            for most in [0, 1, 3, 9] {
                let window = Window { from: fixture::START.plus_hours(-hours), to: fixture::START };
                assert!(ticks(window, &calendar, most).len() <= most, "{hours} {most}");
            }
        }
        ticks(Window { from: Moment::MIN, to: Moment::MAX }, &calendar, 5);
    }
}
