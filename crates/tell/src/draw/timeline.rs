//! The weeks before an incident on one page: lanes for logs, metrics, changes, notes and people, the first
//! whisper, the moment users noticed, and between them the lead time as a span that can be seen.

mod lanes;

use hark_event::Moment;
use hark_story::Story;

use super::{
    Size,
    canvas::{self, Leads, RIGHT, label, time_axis},
    label_width,
    rows::{Reach, Rows, Side},
    scale::{TimeScale, coordinate},
    window,
};
use crate::{calendar::Calendar, markup::Markup, words};
use lanes::{Ground, Lane};

const ROW: f64 = 18.0;
const TITLE: &str = "The weeks before";
const AXIS: f64 = 26.0;
const STYLE: &str = include_str!("picture.css");
/// Around the picture where no page gives it room.
const MARGIN: f64 = 16.0;

/// The picture for a page, as SVG whose marks lead to their things.
pub(crate) fn svg(story: &Story, calendar: &Calendar, size: Size) -> Markup {
    let picture = Picture::of(story, calendar, size, Leads::Somewhere);
    let words = (TITLE, &*description(story, calendar));
    let extent = (picture.bottom + AXIS, &picture.time);
    let mut svg = canvas::opened(size.class(), extent, picture.leads, words);
    picture.paint(&mut svg, calendar);
    svg.close("svg");
    svg
}

/// The picture as a file of its own, with its style in it: for a README, or a post-mortem document.
pub(crate) fn alone(story: &Story, calendar: &Calendar) -> String {
    let picture = Picture::of(story, calendar, Size::Wide, Leads::Nowhere);
    let width = Size::Wide.width() + 2.0 * MARGIN;
    let height = picture.bottom + AXIS + 2.0 * MARGIN;
    let view = format!(
        "{} {} {} {}",
        coordinate(-MARGIN),
        coordinate(-MARGIN),
        coordinate(width),
        coordinate(height)
    );
    let mut svg = Markup::default();
    svg.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", "alone"),
            ("viewBox", &view),
            ("width", &coordinate(width)),
            ("height", &coordinate(height)),
            ("role", "img"),
            ("aria-label", &format!("{TITLE}. {}", description(story, calendar))),
        ],
    );
    svg.raw("<style>");
    svg.raw(STYLE);
    svg.raw("</style>\n");
    let (corner, width, height) = (coordinate(-MARGIN), coordinate(width), coordinate(height));
    svg.empty(
        "rect",
        &[("class", "paper"), ("x", &corner), ("y", &corner), ("width", &width), ("height", &height)],
    );
    picture.paint(&mut svg, calendar);
    svg.raw("</svg>\n");
    svg.finish()
}

/// Where everything stands.
struct Picture<'a> {
    story: &'a Story,
    time: TimeScale,
    size: Size,
    leads: Leads,
    lanes: Vec<Lane<'a>>,
    posts: Vec<Post>,
    /// Below the posts' names.
    post_bottom: f64,
    /// Where the lanes begin and end.
    top: f64,
    bottom: f64,
}

impl<'a> Picture<'a> {
    fn of(story: &'a Story, calendar: &Calendar, size: Size, leads: Leads) -> Self {
        let time = TimeScale {
            window: window::of_story(story),
            left: if size == Size::Narrow { 2.0 } else { size.gutter() },
            right: size.width() - RIGHT,
        };
        let lanes = lanes::of(story, &time, size);
        let (posts, rows) = posts(story, calendar, &time, size);
        let post_bottom = ROW * rows as f64;
        let top = post_bottom + if story.first().is_some() { ROW + 6.0 } else { 6.0 };
        let bottom = top + lanes.iter().map(|lane| lane.height(size)).sum::<f64>();
        Self { story, time, size, leads, lanes, posts, post_bottom, top, bottom }
    }

    /// From what lies furthest back to what lies in front.
    fn paint(&self, svg: &mut Markup, calendar: &Calendar) {
        let (story, time) = (self.story, &self.time);
        if let Some(first) = story.first() {
            let noticed = first.episode.signal.noticed_at;
            lead_time(svg, story, noticed, time, (self.post_bottom, self.bottom));
        }
        time_axis(svg, time, calendar, self.bottom);
        // Behind the lanes, so that no line goes through a word.
        let whisper = story.first().map(|first| first.episode.signal.noticed_at);
        let ground =
            Ground { time, size: self.size, leads: self.leads, start: story.incident.start, whisper };
        for post in &self.posts {
            let mut gaps = Vec::new();
            self.each_lane(|lane, y| gaps.extend(lane.names_across(time.x(post.at), y, &ground)));
            post.paint_line(svg, time, self.bottom, &gaps);
        }
        self.each_lane(|lane, y| lane.paint_stretches(svg, y, &ground));
        canvas::veil(svg, time, (0.0, self.bottom));
        self.posts.iter().for_each(|post| post.paint_name(svg, time));
        if let Some(first) = story.first() {
            lead_time_name(svg, story, first.episode.signal.noticed_at, time, self.post_bottom);
        }
        self.each_lane(|lane, y| lane.paint_marks(svg, y, &ground));
    }

    fn each_lane(&self, mut paint: impl FnMut(&Lane<'_>, f64)) {
        let mut y = self.top;
        for lane in &self.lanes {
            paint(lane, y);
            y += lane.height(self.size);
        }
    }
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
    /// The line, with gaps where names stand.
    fn paint_line(&self, svg: &mut Markup, time: &TimeScale, bottom: f64, gaps: &[(f64, f64)]) {
        let x = coordinate(time.x(self.at));
        svg.open("g", &[("class", self.class), ("data-at", &self.at.seconds().to_string())]);
        let mut from = ROW * self.row as f64 + 3.0;
        for (to, next) in gaps.iter().copied().chain([(bottom, bottom)]) {
            let (begins, ends) = (coordinate(from), coordinate(to));
            svg.empty("line", &[("x1", &x), ("x2", &x), ("y1", &begins), ("y2", &ends)]);
            from = next;
        }
        svg.close("g");
    }

    fn paint_name(&self, svg: &mut Markup, time: &TimeScale) {
        let Some(side) = self.side else { return };
        svg.open("g", &[("class", self.class), ("data-at", &self.at.seconds().to_string())]);
        let y = ROW * self.row as f64 + 13.0;
        label(svg, "label strong", (time.x(self.at), y), 7.0, side, (&self.text, ""));
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

/// The span between the first whisper and the users, through all lanes.
fn lead_time(svg: &mut Markup, story: &Story, noticed: Moment, time: &TimeScale, (top, bottom): (f64, f64)) {
    let (from, to) = (time.x(noticed), time.x(story.incident.start));
    svg.open("g", &[("class", "lead"), ("data-at", &noticed.seconds().to_string())]);
    let (x, y) = (coordinate(from), coordinate(top));
    let (width, height) = (coordinate((to - from).max(0.0)), coordinate(bottom - top));
    svg.empty("rect", &[("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
    let middle = coordinate(top + ROW / 2.0 + 1.0);
    svg.empty("line", &[("x1", &x), ("x2", &coordinate(to)), ("y1", &middle), ("y2", &middle)]);
    svg.close("g");
}

/// Its length, which was known only when it was over.
fn lead_time_name(svg: &mut Markup, story: &Story, noticed: Moment, time: &TimeScale, top: f64) {
    let start = story.incident.start;
    let (from, to) = (time.x(noticed), time.x(start));
    let text = words::duration_said(start.seconds_since(noticed));
    let room = label_width(&text) * 1.1 + 16.0;
    let (class, x) = if to - from > room {
        ("label strong middle halo", (from + to) / 2.0)
    } else if from - time.left > room {
        ("label strong end", from - 8.0)
    } else {
        ("label strong", to + 8.0)
    };
    svg.open("g", &[("class", "lead"), ("data-at", &start.seconds().to_string())]);
    let (x, y) = (coordinate(x), coordinate(top + ROW / 2.0 + 5.0));
    svg.element("text", &[("class", class), ("x", &x), ("y", &y)], &text);
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
    fn a_picture_alone_carries_its_style_and_leads_nowhere() {
        let story = fixture::whispered();
        let svg = alone(&story, &Calendar::around(story.incident.start, &fixture::berlin()));
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"alone\""), "{svg}");
        assert!(svg.contains("<style>:root") && svg.contains("9 days 8 h"));
        assert!(!svg.contains("href") && !svg.contains("<script") && !svg.contains("url("));
    }

    #[test]
    fn silence_is_drawn_too() {
        check(&fixture::silent(), &["users noticed", "nothing credible was heard"]);
    }
}
