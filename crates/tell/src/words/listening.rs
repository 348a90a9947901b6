//! The sentences of `hark listen`: how much spoke, how much was listened to, what was held back.

use hark_event::{Episode, Listening};

use super::{count, number};
use crate::calendar::Calendar;

/// One sentence: how many signals there are, or how much was listened to in vain.
pub(crate) fn headline(listening: &Listening) -> String {
    match listening.episodes.len() {
        0 => "Nothing spoke.".to_owned(),
        1 => "One thing that your system is saying.".to_owned(),
        spoken => format!("{} things that your system is saying.", number(spoken as u64)),
    }
}

/// What was listened to: services and the stretch of time that was asked for.
pub(crate) fn listened(listening: &Listening, calendar: &Calendar) -> String {
    let mut heard = vec![
        count(listening.services as u64, "service", "services"),
        count(listening.hearing.records, "log record", "log records"),
    ];
    if listening.hearing.samples > 0 {
        heard.push(count(listening.hearing.samples, "sample", "samples"));
    }
    if listening.hearing.spans > 0 {
        heard.push(count(listening.hearing.spans, "span", "spans"));
    }
    format!(
        "Listened to {}. Asked for: what was noticed from {} to {} ({}).",
        heard.join(", "),
        calendar.day_and_time(listening.since),
        calendar.dated_time(listening.as_of),
        calendar.zone_name(),
    )
}

/// What the budget held back and what changes explain; nothing if there is neither.
pub(crate) fn beside(listening: &Listening) -> Vec<String> {
    let mut said = Vec::new();
    let hearing = &listening.hearing;
    let has_closed = hearing.from.is_none_or(|from| from.hour() != listening.as_of.hour());
    if !has_closed && hearing.records + hearing.samples + hearing.spans > 0 {
        said.push("No hour has closed yet, and signals are found at the close of an hour.".to_owned());
    }
    if listening.held_back > 0 {
        said.push(format!(
            "{} held back by the attention budget (--all shows them).",
            count(listening.held_back as u64, "signal was", "signals were")
        ));
    }
    if listening.explained > 0 {
        said.push(format!(
            "{} explained by a known change.",
            count(listening.explained as u64, "more is", "more are")
        ));
    }
    said
}

/// Since when, and when it was noticed.
pub(crate) fn since(episode: &Episode, calendar: &Calendar) -> String {
    let signal = &episode.signal;
    let mut said = format!(
        "since {}, noticed {}",
        calendar.day_and_time(signal.onset),
        calendar.day_and_time(signal.noticed_at)
    );
    if let Some(ended) = episode.ended_at {
        said.push_str(&format!(", over since {}", calendar.day_and_time(ended)));
    }
    said
}
