//! `hark listen` as a list for an issue or a chat.

use std::fmt::Write as _;

use hark_event::{Episode, Listening, Zone};

use super::{
    escape::{code, text},
    story::{hearing, left, line, said},
};
use crate::{calendar::Calendar, selection::NEARING_MAX, words};

/// Tells what spoke.
pub(crate) fn tell(listening: &Listening, zone: &Zone) -> String {
    let calendar = Calendar::around(listening.as_of, zone);
    let mut page = String::new();
    line!(page, "# {}\n", words::listening::headline(listening));
    line!(page, "{}", text(&words::listening::listened(listening, &calendar)));
    for (index, episode) in listening.episodes.iter().enumerate() {
        block(&mut page, index + 1, episode, &calendar);
    }
    if !listening.nearing.is_empty() {
        line!(page, "\n## {}\n", words::listening::NEARING);
    }
    for episode in listening.nearing.iter().take(NEARING_MAX) {
        let (said, now) = words::listening::nearing(episode, &calendar);
        line!(page, "- {}: **{}**", text(&said), text(now));
    }
    left(&mut page, listening.nearing.len().saturating_sub(NEARING_MAX));
    for said in words::listening::beside(listening) {
        line!(page, "\n{}", text(&said));
    }
    hearing(&mut page, &listening.hearing, &calendar);
    page
}

fn block(page: &mut String, rank: usize, episode: &Episode, calendar: &Calendar) {
    let signal = &episode.signal;
    let headline = format!("{}: {}", signal.origin, words::meaning(signal));
    line!(page, "\n## {rank}. {}\n", text(&headline));
    if let Some(name) = words::subject(signal) {
        line!(page, "{}  ", code(name));
    }
    line!(page, "{}\n", text(&signal.summary));
    episode.forecast.iter().for_each(|forecast| line!(page, "**{}**\n", text(&forecast.text)));
    let mut facts = vec![words::listening::since(episode, calendar), words::base_rate(episode.base_rate)];
    facts.extend(words::story::members(&episode.members));
    facts.extend(signal.explained_by.as_ref().map(|because| format!("explained by {}", text(because))));
    line!(page, "- {}", facts.join(" · "));
    for evidence in signal.evidence.iter().take(2) {
        line!(page, "- {} ({})", said(evidence), code(&evidence.source));
    }
    line!(page, "- id {}", code(signal.id.as_str()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_spoke_is_a_list() {
        insta::assert_snapshot!("listening", tell(&fixture::listening(), &fixture::berlin()));
    }
}
