//! A story as a page: the verdict as one large sentence, the weeks before as a picture, then why, then the evidence.

use hark_event::Zone;
use hark_story::Story;

use super::{as_of, beginnings, figure, page, sections, signal};
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
    let mut page = page::opened_with_script(&format!("{}: {verdict}", story.incident.title));
    top(&mut page, story, &verdict, &calendar);
    page::section(&mut page, "The weeks before", "");
    as_of::panel(&mut page, story, &calendar);
    figure::timeline(&mut page, story, &calendar);
    page.raw("</section>\n");
    beginnings::tell(&mut page, story, &calendar);
    sections::questions(&mut page, story, &references);
    signals(&mut page, story, &calendar);
    sections::changes(&mut page, story, &calendar);
    sections::notes(&mut page, story);
    sections::blind_spots(&mut page, story);
    sections::people(&mut page, story, &calendar);
    sections::aftermath(&mut page, story, &calendar);
    sections::timeline(&mut page, story, &calendar, &references);
    sections::others(&mut page, story, &calendar);
    page::hearing(&mut page, &story.hearing, &calendar);
    page::closed_with_script(page)
}

fn top(page: &mut Markup, story: &Story, verdict: &str, calendar: &Calendar) {
    page.open("header", &[("class", &format!("top {}", story.verdict.name()))]);
    page.raw("\n<p class=\"kicker\">");
    page.text(&story.incident.title);
    page.raw("</p>\n");
    headline(page, story, verdict);
    page.element("p", &[("class", "sub")], &words::story::beside_the_verdict(story));
    for doubt in words::doubt::all(story, calendar) {
        page.element("p", &[("class", "doubt")], &doubt);
    }
    page.raw("\n<dl class=\"glance\">");
    if let Some(linked) = story.first() {
        let signal = &linked.episode.signal;
        page.raw("<div class=\"whisper\">");
        let when = calendar.day_and_time(signal.noticed_at);
        page::term(page, "First whisper", &format!("{when}, {}", words::story::headline(linked)));
        page.open("dd", &[("class", "remark")]);
        page.prose(&signal.summary);
        page.raw("\u{a0}");
        signal::mark(page, &format!("S{}", linked.rank));
        page.raw("</dd></div>");
    }
    page.raw("<div>");
    page::term(page, "Users noticed", &words::story::incident(story, calendar));
    if let Some(because) = &story.incident.service_because {
        page.element("dd", &[("class", "remark")], &format!("service known because {because}"));
    }
    for line in &story.incident.crash {
        page.open("dd", &[("class", "remark")]);
        page.element("code", &[], line);
        page.raw("</dd>");
    }
    page.raw("</div><div>");
    page::term(page, "By chance?", &words::chance(story.chance));
    page.element("dd", &[("class", "remark")], words::CHANCE_MEANS);
    page.raw("</div></dl>\n</header>\n");
}

/// The verdict, its duration kept in one piece.
fn headline(page: &mut Markup, story: &Story, verdict: &str) {
    page.raw("<h1>");
    let duration = story.lead_time_seconds.map(words::duration_said).unwrap_or_default();
    match verdict.split_once(&duration) {
        Some((before, after)) if !duration.is_empty() => {
            page.text(before);
            page.element("span", &[("class", "whole")], &duration);
            page.text(after);
        }
        _ => page.text(verdict),
    }
    page.raw("</h1>\n");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use std::collections::BTreeSet;

    fn page(story: &Story) -> String {
        tell(story, &fixture::berlin())
    }

    fn all() -> [(&'static str, String); 4] {
        [
            ("whispered", page(&fixture::whispered())),
            ("silent", page(&fixture::silent())),
            ("alerted", page(&fixture::alerted())),
            ("hostile", page(&fixture::hostile())),
        ]
    }

    /// The values of an attribute of our own, in order.
    fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
        let begins = format!(" {attribute}=\"");
        page.split(&begins as &str).skip(1).map(|rest| &rest[..rest.find('"').unwrap()]).collect()
    }

    #[test]
    fn a_page_asks_for_nothing_outside_of_itself_and_runs_nothing_but_its_own() {
        for (name, page) in all() {
            assert!(
                page.contains("Content-Security-Policy\" content=\"default-src &#39;none&#39;;"),
                "{name}"
            );
            assert!(values(&page, "href").iter().all(|target| target.starts_with('#')), "{name}");
            assert!(
                values(&page, "src").is_empty() && !page.contains("url(") && !page.contains("@import"),
                "{name}"
            );
            for tag in ["<img", "<iframe", "<link", "<object", "<form", " onload=", " onclick=", " style="] {
                assert!(!page.contains(tag), "{name} has {tag}");
            }
            // The one script is ours, to the letter, and its digest stands in the policy.
            let scripts: Vec<&str> = page.split("<script").skip(1).collect();
            assert_eq!(scripts.len(), 1, "{name}");
            assert!(scripts[0].starts_with(&format!(">{}</script>", page::SCRIPT)), "{name}");
        }
    }

    #[test]
    fn every_pointer_resolves_and_no_anchor_is_given_twice() {
        for (name, page) in all() {
            let anchors = values(&page, "id");
            let known: BTreeSet<&str> = anchors.iter().copied().collect();
            assert_eq!(known.len(), anchors.len(), "{name}");
            for target in values(&page, "href") {
                assert!(known.contains(&target[1..]), "{name}: {target} leads nowhere");
            }
        }
    }

    #[test]
    fn the_answers_open_their_evidence() {
        let page = page(&fixture::whispered());
        let answers: Vec<&str> = page
            .split("<details class=\"answer\"")
            .skip(1)
            .map(|rest| &rest[..rest.find("</details>").unwrap()])
            .collect();
        let targets: Vec<Vec<&str>> = answers.into_iter().map(|answer| values(answer, "href")).collect();
        assert_eq!(targets, [vec!["#C1", "#S1"], vec!["#N1", "#C3", "#S1"], vec!["#S1", "#S3"]]);
        assert!(page.contains("<p class=\"quiet\">Nothing here can tell.</p>"));
    }

    #[test]
    fn hostile_text_stays_text() {
        let page = page(&fixture::hostile());
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
        assert!(!page.contains("<script>alert") && !page.contains("<img") && !page.contains("NaN"));
        let harmful = |character: char| character != '\n' && crate::clean::is_harmful(character);
        assert!(!page.contains(harmful));
        // What the script reads is ours alone: numbers, marks and words of fixed lists.
        let marks = |value: &str| {
            value.split(' ').all(|mark| mark.len() <= 16 && mark.is_ascii() && !mark.is_empty())
        };
        assert!(values(&page, "data-of").into_iter().all(marks));
        assert!(values(&page, "data-at").iter().all(|at| at.parse::<i64>().is_ok()));
    }

    #[test]
    fn elements_are_closed_in_the_order_in_which_they_were_opened() {
        for (name, page) in all() {
            let mut open: Vec<&str> = Vec::new();
            let (before, after) = (page.find("<script>").unwrap(), page.find("</script>").unwrap());
            let page = format!("{}{}", &page[..before], &page[after + "</script>".len()..]);
            for tag in page.split('<').skip(2).map(|rest| &rest[..rest.find('>').unwrap()]) {
                let word = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
                if tag.starts_with('/') {
                    assert_eq!(open.pop(), Some(word), "{name}");
                } else if !tag.ends_with('/') && word != "meta" {
                    open.push(word);
                }
            }
            assert!(open.is_empty(), "{name}: {open:?}");
        }
    }

    #[test]
    fn headings_are_in_order_and_the_language_is_named() {
        for (name, page) in all() {
            let content = &page[page.find("<main>").unwrap()..page.find("<script>").unwrap()];
            let levels: Vec<u32> =
                content.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)).collect();
            assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
            assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
            assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{name}");
        }
    }
}
