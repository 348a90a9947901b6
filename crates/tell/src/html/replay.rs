//! `hark replay` as a page: a table of kinds and one of incidents.
//!
//! Each row holds the same figures as at a terminal; on a phone a row becomes a few lines. It draws nothing: a handful of
//! figures is read faster than a picture of them.

use hark_event::Zone;
use hark_story::{Replay, ReplayedIncident, ReplayedKind};

use super::page;
use crate::{calendar::Calendar, markup::Markup, words};

/// Tells how listening would have served.
pub(crate) fn tell(replay: &Replay, zone: &Zone) -> String {
    let calendar = Calendar::around(replay.as_of, zone);
    let headline = words::replay::headline(replay);
    let mut page = page::opened(&headline);
    page.raw("<header class=\"top\">\n<p class=\"kicker\">Harkback · how listening would have served</p>\n");
    let (known, said) = headline.split_once(". ").unwrap_or((&headline, ""));
    page.element("h1", &[], &format!("{}.", known.trim_end_matches('.')));
    page.element("p", &[("class", "sub")], said);
    page.raw("</header>\n");
    if !replay.kinds.is_empty() {
        let remark = "what followed, and how often nothing did in a week of one service; what moved together counts once";
        page::section(&mut page, "What it said", remark);
        table(&mut page, &["kind", "said", "followed", "by chance", "lead: quartiles", "false a week"]);
        replay.kinds.iter().for_each(|kind| row(&mut page, &figures(kind)));
        page.raw("</tbody>\n</table>\n</section>\n");
    }
    if !replay.incidents.is_empty() {
        page::section(&mut page, "Your incidents", &format!("times in {}", calendar.zone_name()));
        table(&mut page, &["incident", "at", "verdict", "lead"]);
        replay.incidents.iter().for_each(|one| row(&mut page, &told(one, &calendar)));
        page.raw("</tbody>\n</table>\n</section>\n");
    }
    page.raw("</main>\n");
    page::closed(page)
}

fn figures(kind: &ReplayedKind) -> [String; 6] {
    let [said, followed, chance, wrong] = words::replay::figures(kind);
    [kind.kind.name().to_owned(), said, followed, chance, words::replay::lead(kind), wrong]
}

fn told(replayed: &ReplayedIncident, calendar: &Calendar) -> [String; 4] {
    [
        words::replay::incident(replayed),
        calendar.dated_time(replayed.incident.start),
        replayed.verdict.name().to_owned(),
        words::replay::known_before(replayed),
    ]
}

fn table(page: &mut Markup, heads: &[&str]) {
    page.raw("<table>\n<thead><tr>");
    heads.iter().for_each(|head| page.element("th", &[("scope", "col")], head));
    page.raw("</tr></thead>\n<tbody>\n");
}

fn row(page: &mut Markup, cells: &[String]) {
    page.raw("<tr>");
    cells.iter().for_each(|cell| page.element("td", &[], cell));
    page.raw("</tr>\n");
}
