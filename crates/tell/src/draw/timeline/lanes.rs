//! The lanes of a story's picture: signals with their curves in rows, and marks with labels.
//!
//! Each lane is painted twice: first what lies along time (curves, stretches), then what stands at a moment (marks,
//! labels). Between the two lies the veil that a page draws over what was yet to come.

mod marks;

use hark_event::{Moment, Signal, SignalKind, SubjectKind};
use hark_story::{LinkedSignal, Story};

use self::marks::Mark;
use crate::{
    columns,
    draw::{
        Size,
        canvas::Leads,
        label_width,
        scale::{TimeScale, coordinate},
        shape,
    },
    markup::Markup,
    selection, words,
};

const SIGNAL_ROW: f64 = 52.0;
const CURVE: f64 = 26.0;
const MARK_ROW: f64 = 21.0;
const PADDING: f64 = 8.0;
const NAME_ROW: f64 = 17.0;
const LINE_GAP: f64 = 6.0;
/// A name of fewer letters says too little.
const NAME_LETTERS_MIN: usize = 40;

/// One lane: a name, and what stands in it.
pub(super) struct Lane<'a> {
    name: &'static str,
    content: Content<'a>,
}

enum Content<'a> {
    Signals(Vec<&'a LinkedSignal>),
    Marks { marks: Vec<Mark>, rows: usize, left_out: usize },
}

/// Where and for whom lanes are painted.
pub(super) struct Ground<'a> {
    pub(super) time: &'a TimeScale,
    pub(super) size: Size,
    pub(super) leads: Leads,
    pub(super) start: Moment,
    /// The first whisper, whose line goes through all lanes.
    pub(super) whisper: Option<Moment>,
}

/// The lanes of a story, from top to bottom. Those of logs and metrics are there even if nothing was heard.
pub(super) fn of<'a>(story: &'a Story, time: &TimeScale, size: Size) -> Vec<Lane<'a>> {
    let signals = |lane: &str| {
        let shown = story.signals.iter().filter(|linked| linked.credible).take(selection::CREDIBLE_MAX);
        shown.filter(|linked| lane_of(&linked.episode.signal) == lane).collect::<Vec<_>>()
    };
    let whisper = story.first().map(|first| first.episode.signal.noticed_at);
    let mut lanes = Vec::new();
    for name in [LOGS, METRICS, FLOWS] {
        let signals = signals(name);
        if name != FLOWS || !signals.is_empty() {
            lanes.push(Lane { name, content: Content::Signals(signals) });
        }
    }
    let (people, left_out) = marks::people(story);
    let of_marks = [
        ("Changes", marks::changes(story), 0),
        ("Code", marks::notes(story), 0),
        ("People", people, left_out),
    ];
    for (name, marks, left_out) in of_marks.into_iter().filter(|(_, marks, _)| !marks.is_empty()) {
        let (marks, rows) = marks::placed(marks, (story.incident.start, whisper), time, size);
        lanes.push(Lane { name, content: Content::Marks { marks, rows, left_out } });
    }
    lanes
}

const LOGS: &str = "Logs";
const METRICS: &str = "Metrics";
const FLOWS: &str = "Flows";

/// Where the telemetry stands that a signal is made of.
fn lane_of(signal: &Signal) -> &'static str {
    match signal.subject.kind {
        // Errors of a service are counted in its log records; those of operations and calls have subjects of their own.
        SubjectKind::Service if signal.kind == SignalKind::ErrorsRising => LOGS,
        SubjectKind::Pattern | SubjectKind::Code | SubjectKind::Transition | SubjectKind::Combination => LOGS,
        SubjectKind::Metric | SubjectKind::Service | SubjectKind::Source => METRICS,
        SubjectKind::Flow | SubjectKind::Operation => FLOWS,
    }
}

impl Lane<'_> {
    /// How high the lane is.
    pub(super) fn height(&self, size: Size) -> f64 {
        let content = match &self.content {
            Content::Signals(signals) if signals.is_empty() => MARK_ROW,
            Content::Signals(signals) => SIGNAL_ROW * signals.len() as f64,
            Content::Marks { rows, .. } => MARK_ROW * *rows as f64,
        };
        name_height(size) + content + 2.0 * PADDING
    }

    /// From where to where down the picture names stand that reach as far as `x`, of a lane that begins at `y`.
    pub(super) fn names_across(&self, x: f64, y: f64, ground: &Ground<'_>) -> Vec<(f64, f64)> {
        let Content::Signals(signals) = &self.content else { return Vec::new() };
        let y = y + PADDING + name_height(ground.size);
        let reaches = |linked: &LinkedSignal| {
            let (before, after) = name_of(linked, ground);
            let letters = format!("{} {before}{after}", mark_of(linked));
            ground.time.left + label_width(&letters) >= x
        };
        let rows = signals.iter().enumerate().filter(|(_, linked)| reaches(linked));
        rows.map(|(row, _)| y + SIGNAL_ROW * row as f64).map(|top| (top - 2.0, top + 15.0)).collect()
    }

    /// What lies along time, below `y`.
    pub(super) fn paint_stretches(&self, svg: &mut Markup, y: f64, ground: &Ground<'_>) {
        let (top, right) = (coordinate(y), coordinate(ground.time.right));
        svg.empty("line", &[("class", "lane"), ("x1", "0"), ("x2", &right), ("y1", &top), ("y2", &top)]);
        let Content::Signals(signals) = &self.content else { return };
        let y = y + PADDING + name_height(ground.size);
        for (row, linked) in signals.iter().enumerate() {
            stretches(svg, linked, y + SIGNAL_ROW * row as f64, ground);
        }
    }

    /// What stands at a moment, and the lane's name.
    pub(super) fn paint_marks(&self, svg: &mut Markup, y: f64, ground: &Ground<'_>) {
        let at = coordinate(y + PADDING + 11.0);
        svg.element("text", &[("class", "lane-name"), ("x", "0"), ("y", &at)], self.name);
        if let Content::Marks { left_out: left_out @ 1.., .. } = self.content {
            let (x, y) = match ground.size {
                Size::Narrow => (label_width(self.name) + 6.0, y + PADDING + 11.0),
                _ => (0.0, y + PADDING + 25.0),
            };
            let place = [("class", "lane-name"), ("x", &*coordinate(x)), ("y", &*coordinate(y))];
            svg.element("text", &place, &format!("{} more", words::number(left_out as u64)));
        }
        let y = y + PADDING + name_height(ground.size);
        match &self.content {
            Content::Signals(signals) if signals.is_empty() => {
                let (x, y) = (coordinate(ground.time.left), coordinate(y + 12.0));
                let place = [("class", "label quiet"), ("x", &*x), ("y", &*y)];
                svg.element("text", &place, "nothing credible was heard");
            }
            Content::Signals(signals) => {
                for (row, linked) in signals.iter().enumerate() {
                    moments(svg, linked, y + SIGNAL_ROW * row as f64, ground);
                }
            }
            Content::Marks { marks, .. } => {
                for mark in marks {
                    mark.paint(svg, y + MARK_ROW * mark.row() as f64 + MARK_ROW / 2.0 - 2.0, ground);
                }
            }
        }
    }
}

fn name_height(size: Size) -> f64 {
    if size == Size::Narrow { NAME_ROW } else { 0.0 }
}

/// A signal's curve, and below it the way from its onset over its notice to the incident.
fn stretches(svg: &mut Markup, linked: &LinkedSignal, y: f64, ground: &Ground<'_>) {
    let (time, signal) = (ground.time, &linked.episode.signal);
    let bottom = y + 16.0 + CURVE;
    let known_at = signal.noticed_at.seconds().to_string();
    svg.open("g", &[("data-at", &known_at), ("data-of", &mark_of(linked))]);
    shape::paint(svg, &linked.episode, ground.start, time, (bottom - CURVE, bottom));
    let ended = linked.episode.ended_at.unwrap_or(ground.start).min(ground.start);
    for (class, from, to) in
        [("unnoticed", signal.onset, signal.noticed_at), ("open", signal.noticed_at, ended)]
    {
        let (x1, x2, y) = (coordinate(time.x(from)), coordinate(time.x(to)), coordinate(bottom));
        svg.empty("line", &[("class", class), ("x1", &x1), ("x2", &x2), ("y1", &y), ("y2", &y)]);
    }
    svg.close("g");
}

/// A signal's name, its onset and its notice.
fn moments(svg: &mut Markup, linked: &LinkedSignal, y: f64, ground: &Ground<'_>) {
    let (time, signal) = (ground.time, &linked.episode.signal);
    let mark = mark_of(linked);
    let (before, after) = name_of(linked, ground);
    let known_at = signal.noticed_at.seconds().to_string();
    marks::open(svg, &mark, &[("data-at", &known_at), ("data-of", &mark)], ground.leads);
    svg.open("text", &[("class", "label halo"), ("x", &coordinate(time.left)), ("y", &coordinate(y + 11.0))]);
    svg.element("tspan", &[("class", "mark signal")], &mark);
    svg.text(" ");
    svg.text(&before);
    svg.element("tspan", &[("class", "words")], &after);
    svg.close("text");
    let y = coordinate(y + 16.0 + CURVE);
    for (class, at, radius) in [("began", signal.onset, "3"), ("spoke", signal.noticed_at, "4.5")] {
        let place = [("class", class), ("cx", &*coordinate(time.x(at))), ("cy", &*y), ("r", radius)];
        svg.empty("circle", &place);
    }
    marks::close(svg, ground.leads);
}

/// Who spoke, and what it is about, cut to the room that there is: no line goes through a name that can do with less.
fn name_of(linked: &LinkedSignal, ground: &Ground<'_>) -> (String, String) {
    let (time, signal) = (ground.time, &linked.episode.signal);
    let letters = |right: f64| ((right - time.left - LINE_GAP).max(0.0) / label_width("x")) as usize;
    let before_line = ground.whisper.map(|whisper| letters(time.x(whisper)));
    let room = before_line.filter(|room| *room >= NAME_LETTERS_MIN).unwrap_or_else(|| letters(time.right));
    let service = words::short_name(&signal.origin.service).into_owned();
    let room = room.saturating_sub(mark_of(linked).len() + 1 + columns::width(&service));
    let about = format!(" · {}", words::about(signal));
    (service, columns::shorten_middle(&about, room).into_owned())
}

fn mark_of(linked: &LinkedSignal) -> String {
    format!("S{}", linked.rank)
}
