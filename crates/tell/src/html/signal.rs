//! A signal as a card: kind, sentence, link, base rate, curve, evidence, code.

use hark_event::{CodePlace, Episode, Evidence, Moment};
use hark_story::LinkedSignal;

use super::{figure, page::fact};
use crate::{
    calendar::Calendar,
    clean,
    markup::Markup,
    selection::{self, first},
    words,
};

/// Where a card's curve ends, and what it is told for.
#[derive(Clone, Copy)]
pub(super) enum Told {
    /// A story about what began then.
    Before(Moment),
    /// What is heard now.
    Now(Moment),
}

/// The card of a signal that belongs to a story.
pub(super) fn card(page: &mut Markup, linked: &LinkedSignal, start: Moment, calendar: &Calendar) {
    let episode = &linked.episode;
    let mark = format!("S{}", linked.rank);
    page.open("article", &[("class", "card"), ("id", &mark)]);
    page.raw("<header>");
    page.element("span", &[("class", "mark signal")], &mark);
    page.element("h3", &[], &words::story::headline(linked));
    page.element("span", &[("class", "lead-time")], &words::story::lead(linked));
    page.raw("</header>\n");
    body(page, episode, Told::Before(start), calendar);
    page.raw("<dl class=\"facts\">");
    fact(page, "Began", &calendar.day_and_time(episode.signal.onset));
    fact(page, "Noticed", &calendar.day_and_time(episode.signal.noticed_at));
    fact(page, "Base rate", &rarity(episode));
    fact(page, "Link", &linked.link);
    page.raw("</dl>\n");
    rest(page, episode, calendar);
    page.raw("</article>\n");
}

/// The card of a signal in a list of what is being said.
pub(super) fn line(page: &mut Markup, rank: usize, episode: &Episode, now: Moment, calendar: &Calendar) {
    let signal = &episode.signal;
    page.raw("<article class=\"card\"><header>");
    page.element("span", &[("class", "mark signal")], &rank.to_string());
    page.element("h2", &[], &format!("{}: {}", signal.origin.service, words::kind(signal.kind)));
    page.raw("</header>\n");
    body(page, episode, Told::Now(now), calendar);
    page.raw("<dl class=\"facts\">");
    fact(page, "Began", &calendar.day_and_time(signal.onset));
    fact(page, "Noticed", &calendar.day_and_time(signal.noticed_at));
    if let Some(ended) = episode.ended_at {
        fact(page, "Over since", &calendar.day_and_time(ended));
    }
    fact(page, "Base rate", &rarity(episode));
    if let Some(because) = &signal.explained_by {
        fact(page, "Explained by", because);
    }
    page.raw("</dl>\n");
    rest(page, episode, calendar);
    page.raw("</article>\n");
}

fn body(page: &mut Markup, episode: &Episode, told: Told, calendar: &Calendar) {
    let signal = &episode.signal;
    let name = clean::line_of_at_most(&signal.subject.name, selection::CHARACTERS_MAX);
    page.raw("<p class=\"subject\">");
    page.element("code", &[], &name);
    page.raw("</p>\n");
    page.element("p", &[("class", "summary")], &signal.summary);
    match told {
        Told::Before(start) => figure::curve(page, episode, Some(start), start, calendar),
        Told::Now(now) => figure::curve(page, episode, None, now, calendar),
    }
}

fn rarity(episode: &Episode) -> String {
    let mut said = words::base_rate(episode.base_rate);
    said.extend(words::story::members(&episode.members).map(|members| format!("; {members}")));
    said
}

fn rest(page: &mut Markup, episode: &Episode, calendar: &Calendar) {
    let signal = &episode.signal;
    if !signal.evidence.is_empty() || !episode.code.is_empty() {
        let (evidence, left_out) = first(&signal.evidence, selection::EVIDENCE_MAX);
        page.raw("<ul class=\"evidence\">\n");
        evidence.iter().for_each(|evidence| said(page, evidence, calendar));
        if left_out > 0 {
            page.element("li", &[], &format!("and {left_out} more"));
        }
        episode.code.iter().take(selection::EVIDENCE_MAX).for_each(|place| written(page, place));
        page.raw("</ul>\n");
    }
    page.element("p", &[("class", "id")], signal.id.as_str());
}

fn said(page: &mut Markup, evidence: &Evidence, calendar: &Calendar) {
    page.raw("<li>");
    page.element(
        "time",
        &[("datetime", &crate::calendar::stamp(evidence.time))],
        &calendar.day_and_time(evidence.time),
    );
    page.raw(" ");
    page.element("code", &[], &clean::line_of_at_most(&evidence.text, selection::CHARACTERS_MAX));
    page.raw(" ");
    page.element("cite", &[], &evidence.source);
    page.raw("</li>\n");
}

fn written(page: &mut Markup, place: &CodePlace) {
    page.raw("<li><span class=\"kind\">code</span> ");
    page.element("code", &[], &format!("{}:{}", place.path, place.line));
    if let Some(note) = &place.note {
        page.raw(" ");
        page.element("q", &[], note);
    }
    page.raw("</li>\n");
}
