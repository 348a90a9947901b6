//! Why a story may be worth little: a moment or a service of which nothing was heard.

use hark_story::{Doubt, Story};

use super::{count, duration_said};
use crate::calendar::Calendar;

/// A sentence for each reason; usually there is none.
pub(crate) fn all(story: &Story, calendar: &Calendar) -> Vec<String> {
    let start = story.incident.start;
    let said = |doubt: &Doubt| match doubt {
        Doubt::NothingBefore { first } => {
            format!(
                "Nothing was heard before it began: the first that was heard is of {}.",
                calendar.dated_time(*first)
            )
        }
        Doubt::NothingAround { last } => format!(
            "What was heard ends {} before it began, at {}: of the time between nothing is known.",
            duration_said(start.seconds_since(*last)),
            calendar.dated_time(*last)
        ),
        Doubt::UnheardService { service, heard, more } => {
            let more = match more {
                0 => String::new(),
                more => format!(" and {}", count(*more as u64, "more", "more")),
            };
            format!(
                "Nothing was heard from a service called {service}; heard were {}{more}.",
                heard.join(", ")
            )
        }
    };
    story.doubts.iter().map(said).collect()
}
