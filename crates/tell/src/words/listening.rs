//! The sentences of `hark listen`: how much spoke, how much was listened to, what was held back.

use std::collections::BTreeMap;

use hark_event::{Episode, Listening, Moment};

use super::{
    count, meaning, number,
    survey::{days, kind_said},
};
use crate::calendar::Calendar;

/// One sentence: how many signals there are, or how much was listened to in vain.
pub(crate) fn headline(listening: &Listening) -> String {
    // What a change explains, and what was not heard, may stand in the list, and are nothing that anybody has to answer.
    let asking = listening.episodes.iter().filter(|episode| episode.signal.asks_for_attention()).count();
    let explained = explained_in_list(listening);
    match asking {
        0 if listening.episodes.len() > explained => {
            "Nothing spoke, and some of it was not heard.".to_owned()
        }
        0 if explained > 0 => "Nothing spoke but what a known change explains.".to_owned(),
        0 if !listening.nearing.is_empty() => "Nothing new spoke, and a limit is near.".to_owned(),
        0 if !listening.waiting.is_empty() => "Nothing spoke, with little history.".to_owned(),
        0 => "Nothing spoke.".to_owned(),
        1 => "One thing that your system is saying.".to_owned(),
        spoken => format!("{} things that your system is saying.", number(spoken as u64)),
    }
}

/// What was listened to: services and the stretch of time that was asked for.
pub(crate) fn listened(listening: &Listening, calendar: &Calendar) -> String {
    let mut heard = vec![count(listening.services as u64, "service", "services")];
    let hears_no_else = listening.hearing.samples == 0 && listening.hearing.spans == 0;
    if listening.hearing.records > 0 || hears_no_else {
        heard.push(count(listening.hearing.records, "log record", "log records"));
    }
    if listening.hearing.samples > 0 {
        heard.push(count(listening.hearing.samples, "sample", "samples"));
    }
    if listening.hearing.spans > 0 {
        heard.push(count(listening.hearing.spans, "span", "spans"));
    }
    // Without any record there is no now that anything could be noticed before.
    if listening.hearing.to.is_none() && listening.as_of == Moment::default() {
        return format!("Listened to {}.", heard.join(", "));
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
    let mut said: Vec<String> = waiting(listening).into_iter().collect();
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
    let in_list = explained_in_list(listening);
    if in_list > 0 {
        said.push(format!(
            "{} explained by a known change: nothing to answer.",
            count(in_list as u64, "of these is", "of these are")
        ));
    }
    if listening.explained > in_list {
        said.push(format!(
            "{} explained by a known change (--all shows them).",
            count((listening.explained - in_list) as u64, "more is", "more are")
        ));
    }
    said
}

fn explained_in_list(listening: &Listening) -> usize {
    listening.episodes.iter().filter(|episode| episode.signal.explained_by.is_some()).count()
}

/// What was said earlier and is near its limit now: over the list of it.
pub(crate) const NEARING: &str = "Said before, and near its limit";

/// One line of that list: whose it is and what it was said to be, and the sentence of now.
pub(crate) fn nearing<'a>(episode: &'a Episode, calendar: &Calendar) -> (String, &'a str) {
    let signal = &episode.signal;
    let said = format!(
        "{}: {}, said {} as {}",
        signal.origin,
        signal.subject.name,
        calendar.day_and_time(signal.noticed_at),
        meaning(signal)
    );
    (said, episode.forecast.as_ref().map_or("", |forecast| &forecast.text))
}

/// How little history there is, and after how much of it what can speak.
fn waiting(listening: &Listening) -> Option<String> {
    let (from, to) = listening.hearing.from.zip(listening.hearing.to)?;
    let mut kinds: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for prospect in &listening.waiting {
        kinds.entry(prospect.needs_days).or_default().push(kind_said(prospect.kind));
    }
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(days, kinds)| format!("{}, {}", kinds.join(", "), count(days.into(), "day", "days")))
        .collect();
    (!kinds.is_empty()).then(|| {
        format!(
            "There is {} of history, and some kinds need more: {}. `hark check` says more.",
            days(to.seconds_since(from)),
            kinds.join("; ")
        )
    })
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
