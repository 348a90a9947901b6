//! A story as a page: the verdict as one large sentence, the weeks before as a picture, then the evidence.

use hark_event::Zone;
use hark_story::Story;

use super::{
    figure,
    page::{self, fact},
    sections, signal,
};
use crate::{
    calendar::Calendar,
    markup::Markup,
    reference::References,
    selection::{self, first},
    words,
};

/// Tells the story.
pub(crate) fn tell(story: &Story, zone: &Zone) -> String {
    let calendar = Calendar::around(story.incident.start, zone);
    let references = References::of(story);
    let verdict = words::story::verdict(story);
    let mut page = page::opened(&format!("{}: {verdict}", story.incident.title));
    top(&mut page, story, &verdict, &calendar);
    page::section(&mut page, "The weeks before", "");
    figure::timeline(&mut page, story, &calendar);
    page.raw("</section>\n");
    signals(&mut page, story, &calendar);
    sections::changes(&mut page, story, &calendar);
    sections::notes(&mut page, story);
    sections::questions(&mut page, story, &references);
    sections::blind_spots(&mut page, story);
    sections::people(&mut page, story, &calendar);
    sections::others(&mut page, story, &calendar);
    sections::aftermath(&mut page, story, &calendar);
    sections::timeline(&mut page, story, &calendar, &references);
    page::hearing(&mut page, &story.hearing, &calendar);
    page::closed(page)
}

fn top(page: &mut Markup, story: &Story, verdict: &str, calendar: &Calendar) {
    page.open("header", &[("class", &format!("top {}", story.verdict.name()))]);
    page.raw("\n<p class=\"kicker\">Harkback · the story of an incident</p>\n");
    page.element("h1", &[], verdict);
    page.element("p", &[("class", "sub")], &words::story::beside_the_verdict(story));
    page.raw("\n<dl class=\"glance\">");
    fact(page, "Incident", &story.incident.title);
    fact(page, "Users noticed", &words::story::incident(story, calendar));
    if let Some(because) = &story.incident.service_because {
        fact(page, "Service known from", because);
    }
    if let Some(linked) = story.first() {
        let when = calendar.day_and_time(linked.episode.signal.noticed_at);
        fact(page, "First whisper", &format!("{when}, {}", words::story::headline(linked)));
    }
    fact(page, "Chance", &words::chance(story.chance));
    page.raw("</dl>\n</header>\n");
}

fn signals(page: &mut Markup, story: &Story, calendar: &Calendar) {
    let (credible, _) = selection::by_credibility(story);
    if credible.is_empty() {
        return;
    }
    page::section(
        page,
        "What the system said",
        "Noticed before the users did, linked to the incident, and rare.",
    );
    // Answers may rest on any of them, so all have their card.
    let (shown, left_out) = first(&credible, 40);
    shown.iter().for_each(|linked| signal::card(page, linked, story.incident.start, calendar));
    page::left(page, left_out, "signal", "signals");
    page.raw("</section>\n");
}
