//! The weeks before an incident on one page: lanes for logs, metrics, changes, notes and people, the first
//! whisper, the moment users noticed, and between them the lead time as a span that can be seen.

mod lanes;

use hark_event::Moment;
use hark_story::Story;

use super::{
    Size,
    curve::{label, opened, time_axis},
    label_width,
    rows::{Reach, Rows, Side},
    scale::{TimeScale, coordinate},
    window,
};
use crate::{calendar::Calendar, markup::Markup, words};

const ROW: f64 = 18.0;
const AXIS: f64 = 26.0;
const RIGHT: f64 = 10.0;

/// The picture as SVG.
pub(crate) fn svg(story: &Story, calendar: &Calendar, size: Size) -> Markup {
    let time = TimeScale {
        window: window::of_story(story),
        left: if size == Size::Narrow { 2.0 } else { size.gutter() },
        right: size.width() - RIGHT,
    };
    let lanes = lanes::of(story, &time, size);
    let (posts, post_rows) = posts(story, calendar, &time, size);
    let top = ROW * post_rows as f64 + if story.first().is_some() { ROW + 6.0 } else { 6.0 };
    let bottom = top + lanes.iter().map(|lane| lane.height(size)).sum::<f64>();

    let mut svg = opened(size, bottom + AXIS, "The weeks before", &description(story, calendar));
    if let Some(first) = story.first() {
        lead_time(&mut svg, story, first.episode.signal.noticed_at, &time, (ROW * post_rows as f64, bottom));
    }
    time_axis(&mut svg, &time, calendar, bottom);
    // Behind the lanes, so that no line goes through a word.
    for post in &posts {
        post.paint(&mut svg, &time, bottom);
    }
    let mut y = top;
    for lane in &lanes {
        lane.paint(&mut svg, y, &time, size, story.incident.start);
        y += lane.height(size);
    }
    svg.close("svg");
    svg
}

fn description(story: &Story, calendar: &Calendar) -> String {
    let mut said = words::story::verdict(story);
    if let Some(first) = story.first() {
        let signal = &first.episode.signal;
        said.push_str(&format!(
            " First whisper: {}, {}.",
            calendar.day_and_time(signal.noticed_at),
            signal.origin.service
        ));
    }
    said.push_str(&format!(" Users noticed: {}.", calendar.day_and_time(story.incident.start)));
    said
}

/// A moment that goes through all lanes, with its name above them.
struct Post {
    at: Moment,
    class: &'static str,
    text: String,
    row: usize,
    side: Option<Side>,
}

impl Post {
    fn paint(&self, svg: &mut Markup, time: &TimeScale, bottom: f64) {
        let x = time.x(self.at);
        let top = ROW * self.row as f64;
        svg.open("g", &[("class", self.class)]);
        let (at, from, to) = (coordinate(x), coordinate(top + 3.0), coordinate(bottom));
        svg.empty("line", &[("x1", &at), ("x2", &at), ("y1", &from), ("y2", &to)]);
        if let Some(side) = self.side {
            label(svg, "label strong", x, top + 13.0, 7.0, side, &self.text);
        }
        svg.close("g");
    }
}

fn posts(story: &Story, calendar: &Calendar, time: &TimeScale, size: Size) -> (Vec<Post>, usize) {
    let mut moments = vec![(story.incident.start, "incident", "users noticed")];
    moments.extend(story.first().map(|first| (first.episode.signal.noticed_at, "noticed", "first whisper")));
    let mut rows = Rows::new(Reach::Below, (time.left, time.right), 2.0, 6.0, 3);
    let posts = moments
        .into_iter()
        .map(|(at, class, name)| {
            let when = calendar.day_and_time(at);
            let text = if size == Size::Narrow {
                format!("{name} {}", calendar.day(at))
            } else {
                format!("{name}, {when}")
            };
            let placed = rows.place(time.x(at), label_width(&text) * 1.05);
            Post { at, class, text, row: placed.row, side: placed.side }
        })
        .collect();
    (posts, rows.count())
}

/// The span between the first whisper and the users, through all lanes, with its length above.
fn lead_time(svg: &mut Markup, story: &Story, noticed: Moment, time: &TimeScale, (top, bottom): (f64, f64)) {
    let (from, to) = (time.x(noticed), time.x(story.incident.start));
    svg.open("g", &[("class", "lead")]);
    let (x, y) = (coordinate(from), coordinate(top));
    let (width, height) = (coordinate((to - from).max(0.0)), coordinate(bottom - top));
    svg.empty("rect", &[("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
    let middle = coordinate(top + ROW / 2.0 + 1.0);
    svg.empty("line", &[("x1", &x), ("x2", &coordinate(to)), ("y1", &middle), ("y2", &middle)]);
    let text = words::duration_said(story.incident.start.seconds_since(noticed));
    let y = coordinate(top + ROW / 2.0 + 5.0);
    let room = label_width(&text) * 1.1 + 16.0;
    if to - from > room {
        svg.element(
            "text",
            &[("class", "label strong middle halo"), ("x", &coordinate((from + to) / 2.0)), ("y", &y)],
            &text,
        );
    } else if from - time.left > room {
        svg.element(
            "text",
            &[("class", "label strong end"), ("x", &coordinate(from - 8.0)), ("y", &y)],
            &text,
        );
    } else {
        svg.element("text", &[("class", "label strong"), ("x", &coordinate(to + 8.0)), ("y", &y)], &text);
    }
    svg.close("g");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[track_caller]
    fn check(story: &Story, parts: &[&str]) {
        let calendar = Calendar::around(story.incident.start, &fixture::berlin());
        for size in Size::ALL {
            let svg = svg(story, &calendar, size).finish();
            for part in parts {
                assert!(svg.contains(part), "{part} is not in the picture");
            }
            assert!(!svg.contains("NaN") && !svg.contains("inf\""));
        }
    }

    #[test]
    fn a_whispered_story_shows_its_lead_time_as_a_span() {
        check(
            &fixture::whispered(),
            &["class=\"lead\"", "9 days 8 h", "first whisper", "users noticed", "#C1", "#S6"],
        );
    }

    #[test]
    fn silence_is_drawn_too() {
        check(&fixture::silent(), &["users noticed", "nothing credible was heard"]);
    }
}
