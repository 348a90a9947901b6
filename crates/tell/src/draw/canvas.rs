//! What all pictures share: the root element, a time axis, labels, and the veil over what was yet to come.
//!
//! A page's script moves the veil; a picture without a script has none to see, since it begins without width.

use super::{
    label_width,
    rows::Side,
    scale::{TimeScale, coordinate},
    ticks,
};
use crate::{calendar::Calendar, markup::Markup};

/// Room right of the plot.
pub(super) const RIGHT: f64 = 10.0;

/// Whether what is drawn can be followed to something on the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leads {
    /// Marks are links to their things.
    Somewhere,
    /// The picture stands alone, or only illustrates.
    Nowhere,
}

/// The root element of a picture that a page shows: how large it is, which stretch of time it shows, and what it
/// is called for those who do not see it. A title element would pop up under every pointer, so there is none.
pub(super) fn opened(
    class: &'static str,
    (height, time): (f64, &TimeScale),
    leads: Leads,
    (title, description): (&str, &str),
) -> Markup {
    let mut svg = Markup::default();
    let width = time.right + RIGHT;
    let view = format!("0 0 {} {}", coordinate(width), coordinate(height));
    // An image has no parts that could be followed.
    let role = if leads == Leads::Somewhere { "group" } else { "img" };
    svg.open(
        "svg",
        &[
            ("class", class),
            ("viewBox", &view),
            ("role", role),
            ("aria-label", &format!("{title}. {description}")),
            ("data-from", &time.window.from.seconds().to_string()),
            ("data-to", &time.window.to.seconds().to_string()),
            ("data-left", &coordinate(time.left)),
            ("data-right", &coordinate(time.right)),
        ],
    );
    svg
}

/// What covers the time that was yet to come, and the line of the moment that is looked from.
pub(super) fn veil(svg: &mut Markup, time: &TimeScale, (top, bottom): (f64, f64)) {
    let (x, y, height) = (coordinate(time.right), coordinate(top), coordinate((bottom - top).max(0.0)));
    svg.empty("rect", &[("class", "veil"), ("x", &x), ("y", &y), ("width", "0"), ("height", &height)]);
    let (from, to) = (coordinate(top), coordinate(bottom));
    svg.empty("line", &[("class", "now"), ("x1", &x), ("x2", &x), ("y1", &from), ("y2", &to)]);
}

/// Round times with a small stroke each, but for those whose label would leave the picture.
pub(super) fn time_axis(svg: &mut Markup, time: &TimeScale, calendar: &Calendar, bottom: f64) {
    let most = ((time.right - time.left) / 62.0) as usize;
    for tick in ticks::ticks(time.window, calendar, most) {
        let x = time.x(tick.at);
        let half = label_width(&tick.label) / 2.0;
        if x - half < 0.0 || x + half > time.right + RIGHT {
            continue;
        }
        let (at, from, to) = (coordinate(x), coordinate(bottom), coordinate(bottom + 4.0));
        svg.empty("line", &[("class", "tick"), ("x1", &at), ("x2", &at), ("y1", &from), ("y2", &to)]);
        let y = coordinate(bottom + 17.0);
        svg.element("text", &[("class", "axis middle"), ("x", &at), ("y", &y)], &tick.label);
    }
}

/// A label beside a mark, with a little distance: its name, and words that a page may leave away.
pub(super) fn label(
    svg: &mut Markup,
    class: &str,
    (x, y): (f64, f64),
    distance: f64,
    side: Side,
    (name, words): (&str, &str),
) {
    let (x, class) = match side {
        Side::Right => (x + distance, class.to_owned()),
        Side::Left => (x - distance, format!("{class} end")),
    };
    svg.open("text", &[("class", &class), ("x", &coordinate(x)), ("y", &coordinate(y))]);
    svg.text(name);
    if !words.is_empty() {
        let gap = if name.is_empty() { "" } else { " " };
        svg.element("tspan", &[("class", "words")], &format!("{gap}{words}"));
    }
    svg.close("text");
}
