//! `[season]`: days on which the week does not count.

use hark_event::Holidays;
use jiff::civil::Date;

use super::section::Section;

const HOLIDAYS_MAX: usize = 2_000;

/// What the section means.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct SeasonSettings {
    pub(crate) holidays: Holidays,
}

impl SeasonSettings {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let mut holidays = Holidays::default();
        for said in section.texts("holidays", HOLIDAYS_MAX) {
            if let Ok(date) = said.value.parse::<Date>() {
                holidays.add(date);
            } else if let Some((month, day)) = yearly(&said.value) {
                holidays.add_yearly(month, day);
            } else {
                section.refuse(&said, "holds", "is neither a day (2026-04-06) nor one of every year (12-25)");
            }
        }
        Self { holidays }
    }
}

/// `12-25`; of a leap year, so that the 29th of February may be one.
fn yearly(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-').filter(|_| text.len() == 5)?;
    let date = Date::new(2_024, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some((date.month(), date.day()))
}
