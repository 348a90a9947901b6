//! Marks with labels: what happened at one moment. Those that would cover each other are drawn as one.

use hark_event::Moment;
use hark_story::{ReachedNote, Story, StoryChange};

use super::Ground;
use crate::{
    columns,
    draw::{
        Size,
        canvas::{Leads, label},
        label_width,
        rows::{Placed, Reach, Rows},
        scale::{TimeScale, coordinate},
    },
    markup::{Attribute, Markup},
    reference, selection,
};

const WIDTH: f64 = 10.0;
/// As many as there are changes: each has a row of its own if it must.
const ROWS_MAX: usize = selection::CHANGES_MAX;
/// Alerts and reports are many, and further rows of them would push everything else from the page.
const ROWS_JOINED_MAX: usize = 3;
/// How much farther apart neighbours may lie, and still become one mark, in each next attempt.
const FARTHER: f64 = 1.5;

/// What kind of thing a mark stands for; each has a shape of its own, since not everybody sees its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Change,
    Note,
    Alert,
    Report,
    /// Something that lies before the weeks that are shown.
    Earlier,
}

/// Something that happened at one moment, or several such things that lie too close together to be told apart.
#[derive(Clone)]
pub(super) struct Mark {
    at: Moment,
    kind: Kind,
    /// `C1`, which is also the anchor.
    name: String,
    /// All names, this one first.
    names: Vec<String>,
    /// Whether those that are drawn as one say different things.
    is_mixed: bool,
    text: String,
    placed: Placed,
}

/// Changes by their bearing on the incident.
pub(super) fn changes(story: &Story) -> Vec<Mark> {
    let (shown, _) = selection::first(&story.changes, selection::CHANGES_MAX);
    let mark = |(index, told): (usize, &StoryChange)| {
        let change = &told.change;
        // A config edit is known by its setting, which says more than its commit's subject.
        let text = change.details.first().unwrap_or(&change.summary);
        Mark::new(change.time, Kind::Change, format!("C{}", index + 1), text.replace(" -> ", " → "))
    };
    shown.iter().enumerate().map(mark).collect()
}

/// Notes in the code.
pub(super) fn notes(story: &Story) -> Vec<Mark> {
    let (shown, _) = selection::first(&story.notes, selection::NOTES_MAX);
    let mark = |(index, reached): (usize, &ReachedNote)| {
        let note = &reached.note;
        Some(Mark::new(note.written_at?, Kind::Note, format!("N{}", index + 1), note.text.clone()))
    };
    shown.iter().enumerate().filter_map(mark).collect()
}

/// What people were told, and what they told, and how many of these are left out.
pub(super) fn people(story: &Story) -> (Vec<Mark>, usize) {
    let (alerts, alerts_left) = selection::first(&story.alerts, selection::PEOPLE_MAX);
    let (reports, reports_left) = selection::first(&story.reports, selection::PEOPLE_MAX);
    let alerts = alerts.iter().enumerate().map(|(index, alert)| {
        Mark::new(alert.starts_at, Kind::Alert, format!("A{}", index + 1), alert.name.clone())
    });
    let reports = reports.iter().enumerate().map(|(index, report)| {
        Mark::new(report.time, Kind::Report, format!("R{}", index + 1), report.text.clone())
    });
    (alerts.chain(reports).collect(), alerts_left + reports_left)
}

/// The marks in rows, and how many rows they need.
pub(super) fn placed(
    mut marks: Vec<Mark>,
    moments: (Moment, Option<Moment>),
    time: &TimeScale,
    size: Size,
) -> (Vec<Mark>, usize) {
    marks.sort_by(|left, right| {
        (left.at, left.name.len(), &left.name).cmp(&(right.at, right.name.len(), &right.name))
    });
    // After the incident and long before the weeks that are shown there is no place to draw.
    marks.retain(|mark| mark.at <= time.window.to);
    let (marks, mut earlier): (Vec<Mark>, Vec<Mark>) =
        marks.into_iter().partition(|mark| time.shows(mark.at));
    for mark in &mut earlier {
        mark.kind = Kind::Earlier;
        mark.text = format!("earlier: {}", mark.text);
    }
    earlier.sort_by_key(|mark| (mark.name.len(), mark.name.clone()));
    // They all stand at the left end: the one of most bearing speaks for them.
    let earlier = as_one(earlier);
    let rows_max = if marks.iter().any(Mark::is_joined) { ROWS_JOINED_MAX } else { ROWS_MAX };
    // Those that find no room side by side are drawn as one with their neighbours, until all have a place and a name.
    let mut distance = WIDTH;
    loop {
        let together = joined(&marks, time, distance).into_iter().chain(earlier.clone()).collect();
        let (placed, rows, all_have_room) = in_rows(together, moments, (time, size), rows_max);
        if all_have_room || rows_max == ROWS_MAX || distance > time.right - time.left {
            return (placed, rows);
        }
        distance *= FARTHER;
    }
}

/// Each mark in its row with as much of its label as there is room for, how many rows that takes, and whether each
/// has a label.
fn in_rows(
    mut marks: Vec<Mark>,
    (start, whisper): (Moment, Option<Moment>),
    (time, size): (&TimeScale, Size),
    rows_max: usize,
) -> (Vec<Mark>, usize, bool) {
    let mut rows =
        Rows::new(Reach::Row, (time.left, time.right), WIDTH, 5.0, rows_max).avoiding(time.x(start));
    if let Some(whisper) = whisper {
        rows = rows.avoiding(time.x(whisper));
    }
    for mark in &mut marks {
        let x = time.x(mark.at);
        let label = mark.label(size);
        // Where there is no room for words, the name alone still says which it is.
        if rows.has_place(x, label_width(&format!("{} {label}", mark.short()))) {
            mark.text = label;
        } else {
            mark.text.clear();
        }
        mark.placed = rows.place(x, label_width(mark.said().trim_end()));
    }
    let all_have_room = marks.iter().all(|mark| mark.placed.side.is_some());
    (marks, rows.count(), all_have_room)
}

/// Neighbours of one kind whose shapes would overlap become one mark. Changes stay apart: each may be the one that
/// mattered, and there are few.
fn joined(marks: &[Mark], time: &TimeScale, distance: f64) -> Vec<Mark> {
    let mut joined: Vec<Mark> = Vec::new();
    for mark in marks {
        let before = joined.iter_mut().rev().find(|before| before.kind == mark.kind);
        match before {
            Some(before) if mark.is_joined() && time.x(mark.at) - time.x(before.at) < distance => {
                before.names.push(mark.name.clone());
                before.is_mixed |= before.text != mark.text;
            }
            _ => joined.push(mark.clone()),
        }
    }
    joined
}

/// The first of them, with the names of all; nothing if there is none.
fn as_one(marks: Vec<Mark>) -> Option<Mark> {
    let names: Vec<String> = marks.iter().map(|mark| mark.name.clone()).collect();
    let first = marks.into_iter().next()?;
    Some(Mark { names, ..first })
}

impl Mark {
    fn new(at: Moment, kind: Kind, name: String, text: String) -> Self {
        let names = vec![name.clone()];
        Self { at, kind, names, name, is_mixed: false, text, placed: Placed { row: 0, side: None } }
    }

    /// In which row of its lane it stands.
    pub(super) fn row(&self) -> usize {
        self.placed.row
    }

    /// Whether it may become one with its neighbours.
    fn is_joined(&self) -> bool {
        matches!(self.kind, Kind::Alert | Kind::Report)
    }

    /// `A1`, or `A1–A4`.
    fn short(&self) -> String {
        if self.kind == Kind::Earlier { self.name.clone() } else { reference::joined(&self.names) }
    }

    /// All that stands beside it.
    fn said(&self) -> String {
        format!("{} {}", self.short(), self.text)
    }

    /// What it says beside its name.
    fn label(&self, size: Size) -> String {
        let text = columns::shorten_end(&self.text, size.label_max());
        match self.names.len() {
            1 => text.into_owned(),
            many if self.kind == Kind::Earlier => format!("{text} and {} more", many - 1),
            many if self.kind == Kind::Report => format!("{many} reports"),
            many if self.is_mixed => format!("{many} alerts"),
            many => format!("{text}, {many} times"),
        }
    }

    /// Draws the mark and its label at this height.
    pub(super) fn paint(&self, svg: &mut Markup, y: f64, ground: &Ground<'_>) {
        let x = ground.time.x(self.at);
        let known_at = self.at.seconds().to_string();
        let of = self.names.join(" ");
        let attributes = [("class", self.class()), ("data-at", &*known_at), ("data-of", &*of)];
        open(svg, &self.name, &attributes, ground.leads);
        self.paint_shape(svg, x, y);
        if let Some(side) = self.placed.side {
            label(svg, "label halo", (x, y + 4.0), 9.0, side, (&self.short(), &self.text));
        }
        close(svg, ground.leads);
    }

    fn class(&self) -> &'static str {
        match self.kind {
            Kind::Change => "change",
            Kind::Note => "note",
            Kind::Alert => "alert",
            Kind::Report => "report",
            Kind::Earlier => "earlier",
        }
    }

    fn paint_shape(&self, svg: &mut Markup, x: f64, y: f64) {
        let corners: &[(f64, f64)] = match self.kind {
            Kind::Change => &[(0.0, -5.5), (5.5, 0.0), (0.0, 5.5), (-5.5, 0.0)],
            Kind::Note => &[(0.0, -5.0), (5.0, 4.0), (-5.0, 4.0)],
            Kind::Alert => &[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)],
            Kind::Earlier => &[(-4.0, 0.0), (3.0, -4.5), (3.0, 4.5)],
            Kind::Report => {
                let place = [("cx", &*coordinate(x)), ("cy", &*coordinate(y)), ("r", "4.5")];
                return svg.empty("circle", &place);
            }
        };
        let points: Vec<String> =
            corners.iter().map(|(dx, dy)| format!("{},{}", coordinate(x + dx), coordinate(y + dy))).collect();
        svg.empty("polygon", &[("points", &points.join(" "))]);
    }
}

/// Begins what belongs to a thing: a link to it where that leads somewhere.
pub(super) fn open(svg: &mut Markup, name: &str, attributes: &[Attribute<'_>], leads: Leads) {
    match leads {
        Leads::Somewhere => {
            let target = format!("#{name}");
            let with_target: Vec<Attribute<'_>> =
                attributes.iter().copied().chain([("href", &*target)]).collect();
            svg.open("a", &with_target);
        }
        Leads::Nowhere => svg.open("g", attributes),
    }
}

/// Ends it.
pub(super) fn close(svg: &mut Markup, leads: Leads) {
    svg.close(if leads == Leads::Somewhere { "a" } else { "g" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{draw::window, fixture};

    #[test]
    fn what_lies_before_the_weeks_is_one_mark_led_by_what_matters_most() {
        let mut story = fixture::whispered();
        for told in &mut story.changes[1..] {
            told.change.time = story.incident.start.plus_hours(-24 * 400);
        }
        let time = TimeScale { window: window::of_story(&story), left: 0.0, right: 800.0 };
        let (marks, _) = placed(changes(&story), (story.incident.start, None), &time, Size::Wide);
        let labels: Vec<String> = marks.iter().map(Mark::said).collect();
        assert_eq!(labels, ["C1 bank.timeout_ms: 3000 → 800", "C2 earlier: payments 2026.8 and 3 more"]);
        assert_eq!(marks[1].names.join(" "), "C2 C3 C4 C5");
    }

    #[test]
    fn reports_of_the_same_hour_are_drawn_as_one_mark_that_names_them_all() {
        let mut story = fixture::whispered();
        story.alerts.clear();
        let time = TimeScale { window: window::of_story(&story), left: 0.0, right: 800.0 };
        let (marks, rows) = placed(people(&story).0, (story.incident.start, None), &time, Size::Wide);
        assert_eq!((marks.len(), rows), (1, 1));
        assert_eq!(
            (marks[0].said().as_str(), marks[0].names.join(" ").as_str()),
            ("R1–R2 2 reports", "R1 R2")
        );
    }

    #[test]
    fn however_many_alerts_there_are_each_is_named_in_few_rows_and_covers_no_other() {
        let mut story = fixture::whispered();
        let first = story.alerts[0].clone();
        let alert = |hour: i64| hark_event::Alert {
            starts_at: story.incident.start.plus_hours(-3 * hour),
            ..first.clone()
        };
        let alerts: Vec<_> = (0..selection::PEOPLE_MAX as i64 + 23).map(alert).collect();
        story.alerts = alerts;
        let (people, left_out) = people(&story);
        assert_eq!(left_out, 23);
        for size in Size::ALL {
            let time = TimeScale { window: window::of_story(&story), left: 0.0, right: size.width() };
            let (marks, rows) = placed(people.clone(), (story.incident.start, None), &time, size);
            assert!(rows <= ROWS_JOINED_MAX && marks.iter().all(|mark| mark.placed.side.is_some()));
            assert_eq!(marks.iter().map(|mark| mark.names.len()).sum::<usize>(), people.len());
        }
    }
}
