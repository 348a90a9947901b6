//! A signal as a card of a story, or as one of the few lines of what is being said: kind, sentence, link, base rate,
//! curve, evidence, code.

use hark_event::{CodePlace, Episode, Evidence, Moment};
use hark_story::LinkedSignal;

use super::{
    figure,
    page::{fact, term},
};
use crate::{
    calendar::Calendar,
    clean,
    draw::glimpse,
    markup::Markup,
    selection::{self, first},
    words,
};

/// The card of a signal that belongs to a story.
pub(super) fn card(page: &mut Markup, linked: &LinkedSignal, start: Moment, calendar: &Calendar) {
    let episode = &linked.episode;
    let mark = format!("S{}", linked.rank);
    page.open(
        "article",
        &[
            ("class", "card"),
            ("id", &mark),
            ("data-of", &mark),
            ("data-at", &known_at(episode.signal.noticed_at)),
        ],
    );
    page.raw("<header>");
    page.element("span", &[("class", "mark signal")], &mark);
    page.element("h3", &[], &words::story::headline(linked));
    page.element("span", &[("class", "lead-time hindsight")], &words::story::lead(linked));
    page.raw("</header>\n<div class=\"beside\"><div>");
    sentence(page, episode);
    if let Some(forecast) = &episode.forecast {
        page.raw("<p class=\"hindsight\">");
        page.element("strong", &[], &forecast.text);
        page.raw("</p>\n");
    }
    page.raw("<dl class=\"facts\">");
    fact(page, "Began", &calendar.day_and_time(episode.signal.onset));
    fact(page, "Noticed", &calendar.day_and_time(episode.signal.noticed_at));
    page.raw("<div class=\"hindsight\">");
    term(page, "How rare", &rarity(episode));
    page.raw("</div><div class=\"hindsight\">");
    term(page, "Link", &linked.link);
    page.raw("</div></dl>\n</div>");
    figure::curve(page, (&mark, episode), Some(start), start, calendar);
    page.raw("</div>\n");
    rest(page, &mark, episode, calendar);
    page.raw("</article>\n");
}

/// One of the few lines of what is being said, which opens its evidence.
pub(super) fn line(page: &mut Markup, rank: usize, episode: &Episode, now: Moment, calendar: &Calendar) {
    let signal = &episode.signal;
    let mark = rank.to_string();
    page.raw("<details class=\"line\"><summary>");
    page.element("span", &[("class", "mark signal")], &mark);
    page.raw("<span class=\"said\">");
    page.element("strong", &[], &format!("{}: {}", signal.origin, words::meaning(signal)));
    page.raw(" ");
    page.quoting("span", &[("class", "summary")], &signal.summary);
    if let Some(forecast) = &episode.forecast {
        page.raw(" ");
        page.element("strong", &[], &forecast.text);
    }
    let mut remark = vec![words::listening::since(episode, calendar)];
    remark.extend(signal.explained_by.as_ref().map(|because| format!("explained by {because}")));
    page.element("span", &[("class", "remark")], &remark.join(" · "));
    page.raw("</span>");
    if let Some(shape) = glimpse::svg(episode, now) {
        page.append(shape);
    }
    page.raw("</summary>\n<div class=\"opened\">");
    subject(page, episode);
    figure::curve(page, (&mark, episode), None, now, calendar);
    page.raw("<dl class=\"facts\">");
    fact(page, "How rare", &rarity(episode));
    page.raw("</dl>\n");
    rest(page, &mark, episode, calendar);
    page.raw("</div></details>\n");
}

/// A moment as the page's script reads it: whole seconds.
pub(super) fn known_at(moment: Moment) -> String {
    moment.seconds().to_string()
}

/// A mark that leads to its thing.
pub(super) fn mark(page: &mut Markup, mark: &str) {
    page.element("a", &[("class", "mark"), ("href", &format!("#{mark}")), ("data-of", mark)], mark);
}

/// What it is about, unless the sentence says it anyway; then the sentence.
fn sentence(page: &mut Markup, episode: &Episode) {
    let signal = &episode.signal;
    if words::subject(signal).is_some() {
        subject(page, episode);
    }
    page.quoting("p", &[("class", "summary")], &signal.summary);
}

fn subject(page: &mut Markup, episode: &Episode) {
    let name = clean::line_of_at_most(&episode.signal.subject.name, selection::CHARACTERS_MAX);
    page.raw("<p class=\"subject\">");
    page.quoting("code", &[], &name);
    page.raw("</p>\n");
}

fn rarity(episode: &Episode) -> String {
    let mut said = words::base_rate(episode.base_rate);
    said.extend(words::story::members(&episode.members).map(|members| format!("; {members}")));
    said
}

fn rest(page: &mut Markup, mark: &str, episode: &Episode, calendar: &Calendar) {
    let signal = &episode.signal;
    if !signal.evidence.is_empty() || !episode.code.is_empty() {
        let (evidence, left_out) = first(&signal.evidence, selection::EVIDENCE_MAX);
        page.raw("<ul class=\"evidence\">\n");
        for (index, evidence) in evidence.iter().enumerate() {
            said(page, &format!("{mark}e{}", index + 1), evidence, calendar);
        }
        if left_out > 0 {
            page.element("li", &[], &format!("and {left_out} more"));
        }
        episode.code.iter().take(selection::EVIDENCE_MAX).for_each(|place| written(page, place));
        page.raw("</ul>\n");
    }
    page.element("p", &[("class", "id")], &format!("id {}", signal.id.as_str()));
}

fn said(page: &mut Markup, of: &str, evidence: &Evidence, calendar: &Calendar) {
    page.open("li", &[("data-of", of)]);
    page.element(
        "time",
        &[("datetime", &crate::calendar::stamp(evidence.time))],
        &calendar.day_and_time(evidence.time),
    );
    page.raw(" ");
    let name = if evidence.is_quoted() { "code" } else { "span" };
    page.element(name, &[], &clean::line_of_at_most(&evidence.text, selection::CHARACTERS_MAX));
    page.raw(" ");
    page.element("cite", &[], &evidence.source);
    page.raw("</li>\n");
}

fn written(page: &mut Markup, place: &CodePlace) {
    page.raw("<li><span class=\"kind\">code</span> ");
    page.element("code", &[], &format!("{}:{}", place.path, place.line));
    page.raw(" ");
    if let Some(note) = &place.note {
        if let Some(line) = words::note_place(place) {
            page.text(&format!("· {line} "));
        }
        page.element("q", &[], note);
    }
    page.raw("</li>\n");
}
