//! The frame of every page: head, style, policy, and where it ends.

use hark_event::Hearing;

use crate::{
    calendar::Calendar,
    markup::Markup,
    selection::{self, first},
    words,
};

/// Only what stands in the file itself may be shown; nothing may run, load, send or embed.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("style.css");

/// A page up to the beginning of its content.
pub(super) fn opened(title: &str) -> Markup {
    let mut page = Markup::default();
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
    page.raw("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    page.element("title", &[], title);
    page.raw("\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<main>\n");
    page
}

/// The page's end, and the page.
pub(super) fn closed(mut page: Markup) -> String {
    page.raw("</main>\n</body>\n</html>\n");
    page.finish()
}

/// The beginning of a section with its heading.
pub(super) fn section(page: &mut Markup, heading: &str, remark: &str) {
    page.raw("<section>\n");
    page.element("h2", &[], heading);
    if !remark.is_empty() {
        page.element("p", &[("class", "remark")], remark);
    }
    page.raw("\n");
}

/// Says that there is more than is shown.
pub(super) fn left(page: &mut Markup, left_out: usize, one: &str, many: &str) {
    if left_out > 0 {
        let said = words::count(left_out as u64, one, many);
        page.element("p", &[("class", "remark")], &format!("… and {said} more; --format json has all."));
    }
}

/// How well we heard, in one line, with what was lost.
pub(super) fn hearing(page: &mut Markup, hearing: &Hearing, calendar: &Calendar) {
    page.raw("<footer>\n<h2>Hearing</h2>\n");
    page.element("p", &[], &words::hearing::sentence(hearing, calendar));
    let remarks: Vec<String> =
        words::hearing::losses(hearing).into_iter().chain(words::hearing::unread(hearing)).collect();
    let (shown, left_out) = first(&remarks, selection::REMARKS_MAX);
    if !shown.is_empty() {
        page.raw("<ul>");
        shown.iter().for_each(|remark| page.element("li", &[], remark));
        page.raw("</ul>");
    }
    left(page, left_out, "remark", "remarks");
    page.raw("<p class=\"colophon\">Told by Harkback. Nothing on this page left the machine, and it asks the network for nothing.</p>\n</footer>\n");
}

/// A name and what is said about it, in a list of such.
pub(super) fn fact(page: &mut Markup, name: &str, text: &str) {
    page.raw("<div>");
    page.element("dt", &[], name);
    page.element("dd", &[], text);
    page.raw("</div>");
}
