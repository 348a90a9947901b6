//! The lanes of a story's picture: signals with their curves in rows, and marks with labels.

use hark_event::{Moment, SubjectKind};
use hark_story::{LinkedSignal, Story, StoryChange};

use crate::{
    columns,
    draw::{
        Size,
        curve::{area, label},
        label_width,
        rows::{Placed, Reach, Rows},
        sample,
        scale::{TimeScale, ValueScale, coordinate},
    },
    markup::Markup,
    selection,
};

const SIGNAL_ROW: f64 = 52.0;
const CURVE: f64 = 26.0;
const MARK_ROW: f64 = 21.0;
const PADDING: f64 = 8.0;
const NAME_ROW: f64 = 17.0;
const MARK: f64 = 10.0;
const MARK_ROWS_MAX: usize = 6;

/// One lane: a name, and what stands in it.
pub(super) struct Lane<'a> {
    name: &'static str,
    content: Content<'a>,
}

enum Content<'a> {
    Signals(Vec<&'a LinkedSignal>),
    Marks { marks: Vec<Mark>, rows: usize },
}

/// Something that happened at one moment.
struct Mark {
    at: Moment,
    class: &'static str,
    /// `C1`, which is also the anchor.
    name: String,
    text: String,
    placed: Placed,
}

/// The lanes of a story, from top to bottom. Those of logs and metrics are there even if nothing was heard.
pub(super) fn of<'a>(story: &'a Story, time: &TimeScale, size: Size) -> Vec<Lane<'a>> {
    let signals = |is_in_lane: fn(SubjectKind) -> bool| {
        let shown = story.signals.iter().filter(|linked| linked.credible).take(selection::CREDIBLE_MAX);
        Content::Signals(shown.filter(|linked| is_in_lane(linked.episode.signal.subject.kind)).collect())
    };
    let mut lanes = vec![
        Lane { name: "Logs", content: signals(is_of_logs) },
        Lane { name: "Metrics", content: signals(|kind| !is_of_logs(kind)) },
    ];
    for (name, marks) in [("Changes", changes(story)), ("Notes", notes(story)), ("People", people(story))] {
        if !marks.is_empty() {
            lanes.push(Lane { name, content: placed(marks, story.incident.start, time, size) });
        }
    }
    lanes
}

fn is_of_logs(kind: SubjectKind) -> bool {
    matches!(
        kind,
        SubjectKind::Pattern | SubjectKind::Code | SubjectKind::Transition | SubjectKind::Combination
    )
}

fn changes(story: &Story) -> Vec<Mark> {
    let (shown, _) = selection::first(&story.changes, selection::CHANGES_MAX);
    let mark = |(index, told): (usize, &StoryChange)| {
        let change = &told.change;
        // A config edit is known by its setting, which says more than its commit's subject.
        let text = change.details.first().unwrap_or(&change.summary);
        Mark::new(change.time, "change", format!("C{}", index + 1), text.clone())
    };
    shown.iter().enumerate().map(mark).collect()
}

fn notes(story: &Story) -> Vec<Mark> {
    let (shown, _) = selection::first(&story.notes, selection::NOTES_MAX);
    let mark = |(index, reached): (usize, &hark_story::ReachedNote)| {
        let note = &reached.note;
        Some(Mark::new(note.written_at?, "note", format!("N{}", index + 1), note.text.clone()))
    };
    shown.iter().enumerate().filter_map(mark).collect()
}

fn people(story: &Story) -> Vec<Mark> {
    let alerts = story.alerts.iter().enumerate().map(|(index, alert)| {
        Mark::new(alert.starts_at, "alert", format!("A{}", index + 1), alert.name.clone())
    });
    let reports = story.reports.iter().enumerate().map(|(index, report)| {
        Mark::new(report.time, "report", format!("R{}", index + 1), report.text.clone())
    });
    alerts.chain(reports).take(selection::TIMELINE_MAX).collect()
}

impl Mark {
    fn new(at: Moment, class: &'static str, name: String, text: String) -> Self {
        Self { at, class, name, text, placed: Placed { row: 0, side: None } }
    }
}

fn placed<'a>(mut marks: Vec<Mark>, start: Moment, time: &TimeScale, size: Size) -> Content<'a> {
    marks.sort_by(|left, right| (left.at, &left.name).cmp(&(right.at, &right.name)));
    // After the incident and long before the weeks that are shown there is no place to draw.
    marks.retain(|mark| mark.at <= time.window.to);
    let mut rows =
        Rows::new(Reach::Row, (time.left, time.right), MARK, 5.0, MARK_ROWS_MAX).avoiding(time.x(start));
    for mark in &mut marks {
        if !time.shows(mark.at) {
            mark.class = "earlier";
            mark.text = format!("earlier: {}", mark.text);
        }
        mark.text = columns::shorten_end(&mark.text, size.label_max()).into_owned();
        mark.placed = rows.place(time.x(mark.at), label_width(&mark.name) + 6.0 + label_width(&mark.text));
    }
    Content::Marks { rows: rows.count(), marks }
}

impl Lane<'_> {
    /// How high the lane is.
    pub(super) fn height(&self, size: Size) -> f64 {
        let name = if size == Size::Narrow { NAME_ROW } else { 0.0 };
        let content = match &self.content {
            Content::Signals(signals) if signals.is_empty() => MARK_ROW,
            Content::Signals(signals) => SIGNAL_ROW * signals.len() as f64,
            Content::Marks { rows, .. } => MARK_ROW * *rows as f64,
        };
        name + content + 2.0 * PADDING
    }

    /// Draws the lane below `y`.
    pub(super) fn paint(&self, svg: &mut Markup, y: f64, time: &TimeScale, size: Size, start: Moment) {
        let (top, right) = (coordinate(y), coordinate(time.right));
        svg.empty("line", &[("class", "lane"), ("x1", "0"), ("x2", &right), ("y1", &top), ("y2", &top)]);
        svg.element(
            "text",
            &[("class", "lane-name"), ("x", "0"), ("y", &coordinate(y + PADDING + 11.0))],
            self.name,
        );
        let y = y + PADDING + if size == Size::Narrow { NAME_ROW } else { 0.0 };
        match &self.content {
            Content::Signals(signals) if signals.is_empty() => {
                let (x, y) = (coordinate(time.left), coordinate(y + 12.0));
                svg.element(
                    "text",
                    &[("class", "label quiet"), ("x", &x), ("y", &y)],
                    "nothing credible was heard",
                );
            }
            Content::Signals(signals) => {
                for (row, linked) in signals.iter().enumerate() {
                    paint_signal(svg, linked, y + SIGNAL_ROW * row as f64, time, start);
                }
            }
            Content::Marks { marks, .. } => {
                for mark in marks {
                    mark.paint(svg, y + MARK_ROW * mark.placed.row as f64, time);
                }
            }
        }
    }
}

/// A signal's row: its name, its curve, and below it the way from its onset over its notice to the incident.
fn paint_signal(svg: &mut Markup, linked: &LinkedSignal, y: f64, time: &TimeScale, start: Moment) {
    let signal = &linked.episode.signal;
    let mark = format!("S{}", linked.rank);
    let text = format!("{} · {}", signal.origin.service, signal.subject.name);
    let room = ((time.right - time.left) / label_width("x")) as usize;
    svg.open("a", &[("href", &format!("#{mark}"))]);
    svg.open("text", &[("class", "label halo"), ("x", &coordinate(time.left)), ("y", &coordinate(y + 11.0))]);
    svg.element("tspan", &[("class", "mark signal")], &mark);
    svg.text(" ");
    svg.text(&columns::shorten_middle(&text, room.saturating_sub(mark.len() + 1)));
    svg.close("text");
    svg.close("a");

    let bottom = y + 16.0 + CURVE;
    paint_curve(svg, linked, (bottom - CURVE, bottom), time);
    let ended = linked.episode.ended_at.unwrap_or(start).min(start);
    let stretch = |svg: &mut Markup, class: &str, from: Moment, to: Moment| {
        let (x1, x2, y) = (coordinate(time.x(from)), coordinate(time.x(to)), coordinate(bottom));
        svg.empty("line", &[("class", class), ("x1", &x1), ("x2", &x2), ("y1", &y), ("y2", &y)]);
    };
    stretch(svg, "unnoticed", signal.onset, signal.noticed_at);
    stretch(svg, "open", signal.noticed_at, ended);
    for (class, at, radius) in [("began", signal.onset, "3"), ("spoke", signal.noticed_at, "4.5")] {
        svg.empty(
            "circle",
            &[("class", class), ("cx", &coordinate(time.x(at))), ("cy", &coordinate(bottom)), ("r", radius)],
        );
    }
}

fn paint_curve(svg: &mut Markup, linked: &LinkedSignal, (top, bottom): (f64, f64), time: &TimeScale) {
    let Some(curve) = &linked.episode.curve else { return };
    let count = ((time.right - time.left) / 3.0) as usize;
    let told_at = linked.episode.signal.noticed_at.plus_seconds(linked.lead_time_seconds);
    let until = sample::bucket_of(told_at, time.window, count).unwrap_or(count);
    let mut values = sample::values(curve, time.window, count);
    values.iter_mut().skip(until).for_each(|bucket| *bucket = None);
    let Some((low, high)) = sample::range(&values) else { return };
    // From the bottom up to the mean, so that the row reads as one shape.
    values.iter_mut().flatten().for_each(|bucket| (bucket.low, bucket.high) = (low, bucket.mean));
    let scale = ValueScale { low, high, top, bottom };
    let noticed = sample::bucket_of(linked.episode.signal.noticed_at, time.window, count).unwrap_or(count);
    let mut known = values.clone();
    known.iter_mut().take(noticed).for_each(|bucket| *bucket = None);
    values.iter_mut().skip(noticed + 1).for_each(|bucket| *bucket = None);
    area(svg, &values, time, &scale, "shape");
    area(svg, &known, time, &scale, "shape known");
}

impl Mark {
    fn paint(&self, svg: &mut Markup, y: f64, time: &TimeScale) {
        let (x, middle) = (time.x(self.at), y + MARK_ROW / 2.0 - 2.0);
        svg.open("a", &[("href", &format!("#{}", self.name)), ("class", self.class)]);
        svg.element("title", &[], &format!("{} {}", self.name, self.text));
        self.paint_shape(svg, x, middle);
        if let Some(side) = self.placed.side {
            let text = format!("{} {}", self.name, self.text);
            label(svg, "label halo", x, middle + 4.0, 9.0, side, &text);
        }
        svg.close("a");
    }

    /// Each kind has a shape of its own, since not everybody sees its colour.
    fn paint_shape(&self, svg: &mut Markup, x: f64, y: f64) {
        let corners: &[(f64, f64)] = match self.class {
            "change" => &[(0.0, -5.5), (5.5, 0.0), (0.0, 5.5), (-5.5, 0.0)],
            "note" => &[(0.0, -5.0), (5.0, 4.0), (-5.0, 4.0)],
            "alert" => &[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)],
            "earlier" => &[(-4.0, 0.0), (3.0, -4.5), (3.0, 4.5)],
            _ => &[],
        };
        if corners.is_empty() {
            return svg.empty("circle", &[("cx", &coordinate(x)), ("cy", &coordinate(y)), ("r", "4.5")]);
        }
        let points: Vec<String> =
            corners.iter().map(|(dx, dy)| format!("{},{}", coordinate(x + dx), coordinate(y + dy))).collect();
        svg.empty("polygon", &[("points", &points.join(" "))]);
    }
}
