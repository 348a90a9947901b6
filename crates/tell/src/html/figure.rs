//! Pictures in three widths; the page's style shows the one that fits.

use hark_event::{Episode, Moment};
use hark_story::Story;

use crate::{
    calendar::Calendar,
    draw::{Size, curve::CurvePicture, timeline},
    markup::Markup,
};

/// The weeks before an incident.
pub(super) fn timeline(page: &mut Markup, story: &Story, calendar: &Calendar) {
    page.raw("<figure class=\"weeks\">\n");
    for size in Size::ALL {
        page.append(timeline::svg(story, calendar, size));
        page.raw("\n");
    }
    page.raw("<figcaption>");
    if story.first().is_some() {
        page.raw("<span class=\"key unnoticed\">began, not yet noticed</span> <span class=\"key open\">noticed, still there</span> ");
        page.raw("<span class=\"key span\">lead time</span> ");
    }
    page.element("span", &[], &format!("All times: {}.", calendar.zone_name()));
    page.raw("</figcaption>\n</figure>\n");
}

/// One signal's curve; nothing if it has none.
pub(super) fn curve(
    page: &mut Markup,
    (mark, episode): (&str, &Episode),
    incident: Option<Moment>,
    told_at: Moment,
    calendar: &Calendar,
) {
    let Some(curve) = &episode.curve else { return };
    let picture = CurvePicture { episode, curve, incident, told_at, mark };
    page.raw("<figure class=\"curve\">\n");
    for size in Size::ALL {
        page.append(picture.svg(calendar, size));
        page.raw("\n");
    }
    page.raw("<figcaption>");
    page.element("span", &[("class", "unit")], &picture.measure().unit);
    if curve.baseline.iter().any(Option::is_some) {
        page.raw(" <span class=\"key expected\">expected</span>");
    }
    if picture.has_range() {
        page.raw(" <span class=\"key range\">lowest to highest within a step</span>");
    }
    if picture.has_evidence() {
        page.raw(" <span class=\"key proofs\">evidence, quoted below</span>");
    }
    page.raw("</figcaption>\n</figure>\n");
}
