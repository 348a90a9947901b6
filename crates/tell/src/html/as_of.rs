//! "As of": a slider over the weeks before, which shows what could be known at any moment.
//!
//! Every sentence stands in the page, made by `words`; the script only chooses among them and hides what was yet to
//! come. Without a script the panel stays hidden and the page tells the whole story.

use hark_event::{Moment, Window};
use hark_story::Story;

use crate::{calendar::Calendar, draw::window, markup::Markup, words};

/// The longest stretch that the slider covers, in hours; more than a picture ever shows.
const HOURS_MAX: i64 = 24 * 366;

/// The panel with its slider, above the picture.
pub(super) fn panel(page: &mut Markup, story: &Story, calendar: &Calendar) {
    let window = window::of_story(story);
    let from = window.from.hour().start();
    let hours = (window.to.seconds_since(from) / 3_600 + 1).clamp(1, HOURS_MAX).to_string();
    page.open(
        "div",
        &[
            ("class", "as-of"),
            ("hidden", "hidden"),
            ("data-from", &from.seconds().to_string()),
            ("data-start", &story.incident.start.seconds().to_string()),
            ("data-offsets", &offsets(window, calendar)),
            ("data-days", "Sun Mon Tue Wed Thu Fri Sat"),
            ("data-months", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
            ("data-before", "before users noticed"),
            ("data-after", "after users noticed"),
            ("data-whole", &words::known::all_heard(story, calendar)),
            ("data-hint", "move back to see what could be known then"),
        ],
    );
    page.raw("\n<div class=\"dial\"><label for=\"moment\">As of</label> <output class=\"when\" for=\"moment\"></output> ");
    page.raw("<span class=\"distance\"></span> <button type=\"button\" class=\"whole-story\">whole story</button></div>\n<div class=\"dial\">");
    page.raw("<button type=\"button\" class=\"earlier\" aria-label=\"to the moment before at which something became known\">‹</button>");
    page.empty(
        "input",
        &[("type", "range"), ("id", "moment"), ("min", "0"), ("max", &hours), ("value", &hours)],
    );
    page.raw("<button type=\"button\" class=\"further\" aria-label=\"to the next moment at which something became known\">›</button></div>\n");
    page.raw("<p class=\"known\" aria-live=\"polite\"></p>\n<ol hidden=\"hidden\">");
    for known in words::known::moments(story, from) {
        page.element("li", &[("data-at", &known.at.seconds().to_string())], &known.said);
    }
    page.raw("</ol>\n");
    page.element("p", &[("class", "remark")], words::known::IN_HINDSIGHT);
    page.raw("\n</div>\n");
}

/// The zone's offsets over the window, each from its moment on: `1772323200:3600 1774746000:7200`.
fn offsets(window: Window, calendar: &Calendar) -> String {
    let offset = |at: Moment| calendar.local(at).offset().seconds();
    let mut said = format!("{}:{}", window.from.seconds(), offset(window.from));
    let mut before = offset(window.from);
    let hours = (window.to.seconds_since(window.from) / 3_600).clamp(0, HOURS_MAX);
    for hour in 1..=hours + 1 {
        let at = window.from.hour().start().plus_hours(hour);
        if offset(at) != before {
            before = offset(at);
            said.push_str(&format!(" {}:{before}", at.seconds()));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_slider_knows_when_clocks_change() {
        let calendar = Calendar::around(fixture::START, &fixture::berlin());
        let spring = Moment::from_seconds(1_774_746_000);
        let window = Window { from: spring.plus_hours(-3), to: spring.plus_hours(3) };
        assert_eq!(offsets(window, &calendar), "1774735200:3600 1774746000:7200");
    }
}
