//! The weeks before, drawn with letters: a line for each credible signal's curve, one for its way from onset
//! to notice to incident, then changes and people over the same time, and the lead time as a span.

use std::collections::BTreeMap;

use anstyle::Style;
use hark_event::{Moment, Window};
use hark_story::{LinkedSignal, Story};

use super::{
    sheet::{CHANGE, INCIDENT, PLAIN, QUIET, SIGNAL, STRONG, Sheet, WHISPER},
    spark::spark_until,
};
use crate::{
    calendar::Calendar,
    columns,
    draw::{sample::bucket_of, ticks, window},
    reference, selection, words,
};

/// Draws the picture; nothing if there is no credible signal and no change to draw.
pub(super) fn draw(sheet: &mut Sheet, story: &Story, calendar: &Calendar) {
    let (credible, _) = selection::by_credibility(story);
    if credible.is_empty() && story.changes.is_empty() && story.alerts.is_empty() {
        return;
    }
    sheet.heading("The weeks before", "◦ began   ● noticed   ━ known   ┃ users noticed");
    let label = (sheet.columns() * 3 / 10).clamp(16, 36);
    let picture = Picture {
        window: window::of_story(story),
        label,
        plot: sheet.columns() - label - 3,
        start: story.incident.start,
    };
    picture.axis(sheet, calendar);
    for (index, linked) in credible.into_iter().take(selection::CREDIBLE_MAX).enumerate() {
        picture.signal(sheet, linked, index == 0);
    }
    let changes = story.changes.iter().take(selection::CHANGES_MAX).enumerate();
    picture.marks(
        sheet,
        "changes",
        CHANGE,
        changes.map(|(index, told)| (told.change.time, format!("◆C{}", index + 1))).collect(),
    );
    let notes = story.notes.iter().take(selection::NOTES_MAX).enumerate();
    picture.marks(
        sheet,
        "notes",
        PLAIN,
        notes
            .filter_map(|(index, reached)| Some((reached.note.written_at?, format!("▴N{}", index + 1))))
            .collect(),
    );
    picture.people(sheet, story);
    picture.lead_time(sheet, story);
}

/// More lines of alerts and reports than this are a staircase that nobody reads.
const PEOPLE_LINES_MAX: usize = 3;

struct Picture {
    window: Window,
    label: usize,
    plot: usize,
    start: Moment,
}

impl Picture {
    fn axis(&self, sheet: &mut Sheet, calendar: &Calendar) {
        let mut line = Line::new(self.plot);
        for tick in ticks::ticks(self.window, calendar, self.plot / 9) {
            if let Some(column) = self.column(tick.at) {
                line.write(column, &format!("╷{}", tick.label));
            }
        }
        self.put(sheet, "", PLAIN, QUIET, &line.text());
    }

    fn signal(&self, sheet: &mut Sheet, linked: &LinkedSignal, is_first_of_all: bool) {
        let signal = &linked.episode.signal;
        let name = format!("S{} {}", linked.rank, words::short_name(&signal.origin.service));
        let style = if is_first_of_all { WHISPER } else { SIGNAL };
        if let Some(curve) = &linked.episode.curve {
            // Only up to the incident, whose own explosion would flatten all that came before it.
            let before = Window { from: self.window.from, to: self.start };
            let columns = self.column(self.start).unwrap_or(self.plot);
            self.put(sheet, &name, STRONG, style, &spark_until(curve, before, columns));
        } else {
            self.put(sheet, &name, STRONG, style, "");
        }
        self.put(sheet, &format!("  {}", words::about(signal)), QUIET, style, &self.way(linked));
    }

    /// `◦┄┄┄●━━━━┃`
    fn way(&self, linked: &LinkedSignal) -> String {
        let signal = &linked.episode.signal;
        let mut line = Line::new(self.plot);
        let noticed = self.column(signal.noticed_at);
        let start = self.column(self.start);
        let ended = linked.episode.ended_at.and_then(|ended| self.column(ended.min(self.start))).or(start);
        if let (Some(onset), Some(noticed)) = (self.column(signal.onset.max(self.window.from)), noticed) {
            (onset..noticed).for_each(|column| line.set(column, '┄'));
            line.set(onset, '◦');
        }
        if let (Some(noticed), Some(ended)) = (noticed, ended) {
            (noticed..ended).for_each(|column| line.set(column, '━'));
        }
        start.into_iter().for_each(|column| line.set(column, '┃'));
        noticed.into_iter().for_each(|column| line.set(column, '●'));
        line.text()
    }

    /// Alerts and reports. Those that find no room side by side are written as one with their neighbours.
    fn people(&self, sheet: &mut Sheet, story: &Story) {
        let alerts = story.alerts.iter().enumerate();
        let alerts: Vec<_> =
            alerts.map(|(index, alert)| (alert.starts_at, format!("A{}", index + 1))).collect();
        let reports = story.reports.iter().enumerate();
        let reports: Vec<_> =
            reports.map(|(index, report)| (report.time, format!("R{}", index + 1))).collect();
        let lines = (1..=self.plot).map(|distance| {
            let mut people = self.joined('!', &alerts, distance);
            people.extend(self.joined('▪', &reports, distance));
            self.lines(people)
        });
        let mut lines = lines.skip_while(|lines| lines.len() > PEOPLE_LINES_MAX);
        self.put_lines(sheet, "people", WHISPER, &lines.next().unwrap_or_default());
    }

    /// Marks of one kind, those within so many columns as one.
    fn joined(&self, shape: char, marks: &[(Moment, String)], distance: usize) -> Vec<(Moment, String)> {
        let mut columns: BTreeMap<usize, (Moment, Vec<String>)> = BTreeMap::new();
        for (at, mark) in marks {
            let Some(column) = self.column(*at) else { continue };
            let near = columns.range_mut(column.saturating_sub(distance - 1)..=column).next_back();
            match near {
                Some((_, (_, marks))) => marks.push(mark.clone()),
                None => drop(columns.insert(column, (*at, vec![mark.clone()]))),
            }
        }
        let joined =
            |(at, marks): (Moment, Vec<String>)| (at, format!("{shape}{}", reference::joined(&marks)));
        columns.into_values().map(joined).collect()
    }

    /// Marks with their names in as many lines as they need; nothing if there are none within the picture.
    fn marks(&self, sheet: &mut Sheet, name: &str, style: Style, marks: Vec<(Moment, String)>) {
        self.put_lines(sheet, name, style, &self.lines(marks));
    }

    fn lines(&self, mut marks: Vec<(Moment, String)>) -> Vec<Line> {
        marks.sort();
        let mut lines: Vec<Line> = Vec::new();
        for (at, mark) in marks {
            let Some(column) = self.column(at) else { continue };
            let width = columns::width(&mark);
            let fits = |line: &Line| line.is_free(column.min(self.plot - width), width);
            let place = lines.iter().position(fits).unwrap_or_else(|| {
                lines.push(Line::new(self.plot));
                lines.len() - 1
            });
            lines[place].write(column.min(self.plot - width), &mark);
        }
        lines
    }

    fn put_lines(&self, sheet: &mut Sheet, name: &str, style: Style, lines: &[Line]) {
        for (index, line) in lines.iter().enumerate() {
            self.put(sheet, if index == 0 { name } else { "" }, QUIET, style, &line.text());
        }
    }

    fn lead_time(&self, sheet: &mut Sheet, story: &Story) {
        let Some(first) = story.first() else { return };
        let noticed = self.column(first.episode.signal.noticed_at);
        let (Some(from), Some(to)) = (noticed, self.column(self.start)) else { return };
        let mut line = Line::new(self.plot);
        (from..=to).for_each(|column| line.set(column, '─'));
        line.set(from, '├');
        line.set(to, '┤');
        let said = format!(" {} ", words::duration(first.lead_time_seconds));
        let width = columns::width(&said);
        if to - from > width + 2 {
            line.write(from + 1 + (to - from - 1 - width) / 2, &said);
        } else if from > width {
            line.write(from - width, &said);
        }
        self.put(sheet, "lead time", QUIET, INCIDENT, &line.text());
    }

    fn column(&self, at: Moment) -> Option<usize> {
        bucket_of(at, self.window, self.plot)
    }

    fn put(&self, sheet: &mut Sheet, name: &str, name_style: Style, style: Style, plot: &str) {
        let name = columns::shorten_middle(name, self.label);
        let gap = " ".repeat(self.label - columns::width(&name) + 1);
        sheet.line(&[(PLAIN, "  "), (name_style, &name), (PLAIN, &gap), (style, plot)]);
    }
}

/// A line of single-column letters.
struct Line {
    letters: Vec<char>,
}

impl Line {
    fn new(columns: usize) -> Self {
        Self { letters: vec![' '; columns] }
    }

    fn set(&mut self, column: usize, letter: char) {
        if let Some(place) = self.letters.get_mut(column) {
            *place = letter;
        }
    }

    /// Writes a text of ours, whose letters all take one column; what goes beyond the end is left out whole.
    fn write(&mut self, column: usize, text: &str) {
        if column + text.chars().count() <= self.letters.len() {
            text.chars().enumerate().for_each(|(index, letter)| self.set(column + index, letter));
        }
    }

    fn is_free(&self, column: usize, columns: usize) -> bool {
        let from = column.saturating_sub(1);
        self.letters[from..(column + columns + 1).min(self.letters.len())].iter().all(|letter| *letter == ' ')
    }

    fn text(&self) -> String {
        self.letters.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Screen, fixture};

    fn told(story: &Story) -> String {
        let screen = Screen { columns: 80, color: false, zone: fixture::berlin() };
        crate::story::human(story, &screen)
    }

    #[test]
    fn what_the_incident_itself_did_to_a_curve_does_not_flatten_the_weeks_before() {
        let mut story = fixture::whispered();
        let plain = told(&story);
        let curve = story.signals[0].episode.curve.as_mut().unwrap();
        // The step that it began in is the first to show it.
        curve.values.extend([Some(1e9); 5]);
        assert_eq!(told(&story), plain);
    }
}
