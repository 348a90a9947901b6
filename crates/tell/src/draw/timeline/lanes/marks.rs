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
const ROWS_MAX: usize = 6;

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
pub(super) struct Mark {
    at: Moment,
    kind: Kind,
    /// `C1`, which is also the anchor.
    name: String,
    /// All names, this one first.
    names: Vec<String>,
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

/// What people were told, and what they told.
pub(super) fn people(story: &Story) -> Vec<Mark> {
    let alerts = story.alerts.iter().enumerate().map(|(index, alert)| {
        Mark::new(alert.starts_at, Kind::Alert, format!("A{}", index + 1), alert.name.clone())
    });
    let reports = story.reports.iter().enumerate().map(|(index, report)| {
        Mark::new(report.time, Kind::Report, format!("R{}", index + 1), report.text.clone())
    });
    alerts.chain(reports).take(selection::TIMELINE_MAX).collect()
}

/// The marks in rows, and how many rows they need.
pub(super) fn placed(
    mut marks: Vec<Mark>,
    (start, whisper): (Moment, Option<Moment>),
    time: &TimeScale,
    size: Size,
) -> (Vec<Mark>, usize) {
    marks.sort_by(|left, right| (left.at, &left.name).cmp(&(right.at, &right.name)));
    // After the incident and long before the weeks that are shown there is no place to draw.
    marks.retain(|mark| mark.at <= time.window.to);
    let (marks, mut earlier): (Vec<Mark>, Vec<Mark>) =
        marks.into_iter().partition(|mark| time.shows(mark.at));
    for mark in &mut earlier {
        mark.kind = Kind::Earlier;
        mark.text = format!("earlier: {}", mark.text);
    }
    earlier.sort_by_key(|mark| (mark.name.len(), mark.name.clone()));
    let mut marks = joined(marks, time);
    // They all stand at the left end: the one of most bearing speaks for them.
    marks.extend(as_one(earlier));
    let mut rows =
        Rows::new(Reach::Row, (time.left, time.right), WIDTH, 5.0, ROWS_MAX).avoiding(time.x(start));
    if let Some(whisper) = whisper {
        rows = rows.avoiding(time.x(whisper));
    }
    for mark in &mut marks {
        let x = time.x(mark.at);
        let label = mark.label(size);
        // Where there is no room for words, the name alone still says which it is.
        mark.text = if rows.has_place(x, label_width(&label)) { label } else { mark.name.clone() };
        mark.placed = rows.place(x, label_width(&mark.text));
    }
    (marks, rows.count())
}

/// Neighbours of one kind whose shapes would overlap become one mark. Changes stay apart: each may be the one that
/// mattered, and there are few.
fn joined(marks: Vec<Mark>, time: &TimeScale) -> Vec<Mark> {
    let mut joined: Vec<Mark> = Vec::new();
    for mark in marks {
        let before = joined.iter_mut().rev().find(|before| before.kind == mark.kind);
        match before {
            Some(before)
                if matches!(mark.kind, Kind::Alert | Kind::Report)
                    && time.x(mark.at) - time.x(before.at) < WIDTH =>
            {
                before.names.push(mark.name);
            }
            _ => joined.push(mark),
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
        Self { at, kind, names: vec![name.clone()], name, text, placed: Placed { row: 0, side: None } }
    }

    /// In which row of its lane it stands.
    pub(super) fn row(&self) -> usize {
        self.placed.row
    }

    fn label(&self, size: Size) -> String {
        let text = columns::shorten_end(&self.text, size.label_max());
        match self.names.len() {
            1 => format!("{} {text}", self.name),
            many if self.kind == Kind::Earlier => format!("{} {text} and {} more", self.name, many - 1),
            many => {
                let what = if self.kind == Kind::Alert { "alerts" } else { "reports" };
                format!("{} {many} {what}", reference::joined(&self.names))
            }
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
            label(svg, "label halo", x, y + 4.0, 9.0, side, &self.text);
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
        let labels: Vec<&str> = marks.iter().map(|mark| mark.text.as_str()).collect();
        assert_eq!(labels, ["C1 bank.timeout_ms: 3000 → 800", "C2 earlier: payments 2026.8 and 3 more"]);
        assert_eq!(marks[1].names.join(" "), "C2 C3 C4 C5");
    }

    #[test]
    fn reports_of_the_same_hour_are_drawn_as_one_mark_that_names_them_all() {
        let mut story = fixture::whispered();
        story.alerts.clear();
        let time = TimeScale { window: window::of_story(&story), left: 0.0, right: 800.0 };
        let (marks, rows) = placed(people(&story), (story.incident.start, None), &time, Size::Wide);
        assert_eq!((marks.len(), rows), (1, 1));
        assert_eq!((marks[0].text.as_str(), marks[0].names.join(" ").as_str()), ("R1–R2 2 reports", "R1 R2"));
    }
}
