//! `hark listen` as a page: the few lines, each with its curve.

use hark_event::{Listening, Zone};

use super::{page, signal};
use crate::{calendar::Calendar, selection::NEARING_MAX, words};

/// Tells what spoke.
pub(crate) fn tell(listening: &Listening, zone: &Zone) -> String {
    let calendar = Calendar::around(listening.as_of, zone);
    let headline = words::listening::headline(listening);
    let mut page = page::opened(&headline);
    page.raw("<header class=\"top\">\n<p class=\"kicker\">Harkback · what is being said</p>\n");
    page.element("h1", &[], &headline);
    page.element("p", &[("class", "sub")], &words::listening::listened(listening, &calendar));
    page.raw("</header>\n<section class=\"lines\">\n");
    for (index, episode) in listening.episodes.iter().enumerate() {
        signal::line(&mut page, index + 1, episode, listening.as_of, &calendar);
    }
    if !listening.nearing.is_empty() {
        page.element("h2", &[], words::listening::NEARING);
    }
    for episode in listening.nearing.iter().take(NEARING_MAX) {
        let (said, now) = words::listening::nearing(episode, &calendar);
        page.raw("<p>");
        page.prose(&said);
        page.raw("<br>");
        page.element("strong", &[], now);
        page.raw("</p>\n");
    }
    page::left(&mut page, listening.nearing.len().saturating_sub(NEARING_MAX), "series", "series");
    for said in words::listening::beside(listening) {
        page.element("p", &[], &said);
    }
    page.raw("</section>\n");
    page::hearing(&mut page, &listening.hearing, &calendar);
    page::closed(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn each_line_has_its_shape_and_opens_its_curve_in_three_widths() {
        let page = tell(&fixture::listening(), &fixture::berlin());
        assert_eq!(page.matches("<details class=\"line\"><summary>").count(), 3);
        assert_eq!((page.matches("<svg class=\"glimpse\"").count(), page.matches("<svg").count()), (3, 12));
        assert!(page.contains("script-src &#39;none&#39;") && !page.contains("<script"));
        assert!(page.contains("2 signals were held back"));
    }

    #[test]
    fn a_quiet_day_says_how_much_was_listened_to() {
        let page = tell(&fixture::quiet(), &fixture::berlin());
        assert!(page.contains("<h1>Nothing spoke.</h1>"));
        assert!(page.contains("8 services, 2,013,442 log records"));
    }
}
