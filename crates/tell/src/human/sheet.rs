//! The sheet on which lines are written: it measures, wraps and colours, so that no line is too long and no
//! foreign text steers the terminal.

use std::borrow::Cow;

use anstyle::{Ansi256Color, Style};

use crate::{Screen, clean, columns, selection};

/// Running text is hard to read in longer lines, however wide the terminal.
const READABLE: usize = 104;

/// Nothing special.
pub(super) const PLAIN: Style = Style::new();
/// What the eye should find first.
pub(super) const STRONG: Style = Style::new().bold();
/// What matters only to whoever looks for it.
pub(super) const QUIET: Style = Style::new().dimmed();
// Colours of the large palette, whose looks no theme changes: the small one's yellow and cyan cannot be read on white.
// A test holds their contrast on light and on dark.

/// What the system said.
pub(super) const SIGNAL: Style = TEAL.on_default();
/// The first whisper, and what was told with no answer on record.
pub(super) const WHISPER: Style = AMBER.on_default();
/// What hurt users.
pub(super) const INCIDENT: Style = CRIMSON.on_default();
/// What people changed.
pub(super) const CHANGE: Style = VIOLET.on_default();

const TEAL: Ansi256Color = Ansi256Color(30);
const AMBER: Ansi256Color = Ansi256Color(130);
const CRIMSON: Ansi256Color = Ansi256Color(161);
const VIOLET: Ansi256Color = Ansi256Color(97);

/// Lines under way.
pub(super) struct Sheet {
    columns: usize,
    color: bool,
    text: String,
}

/// A piece of a line with a width of its own.
pub(super) struct Cell<'a> {
    /// What is written; shortened in the middle if it is too long.
    pub(super) text: Cow<'a, str>,
    /// How many columns it takes.
    pub(super) columns: usize,
    /// How it looks.
    pub(super) style: Style,
}

/// A cell of this width.
pub(super) fn cell<'a>(text: impl Into<Cow<'a, str>>, columns: usize, style: Style) -> Cell<'a> {
    Cell { text: text.into(), columns, style }
}

impl Sheet {
    /// An empty sheet.
    pub(super) fn new(screen: &Screen) -> Self {
        Self { columns: screen.columns.clamp(40, 200), color: screen.color, text: String::new() }
    }

    /// How many columns a line may take.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// An empty line and the title of what follows, with a remark.
    pub(super) fn heading(&mut self, title: &str, remark: &str) {
        self.blank();
        let room = self.columns.saturating_sub(columns::width(title) + 2);
        let remark = columns::shorten_end(remark, room).into_owned();
        self.line(&[(STRONG, title), (PLAIN, "  "), (QUIET, &remark)]);
    }

    /// Running text, indented.
    pub(super) fn paragraph(&mut self, indent: usize, style: Style, text: &str) {
        self.row(indent, &[], style, text);
    }

    /// Cells in their columns and text behind them, which goes on below itself where it is too long.
    pub(super) fn row(&mut self, indent: usize, cells: &[Cell<'_>], style: Style, text: &str) {
        let before: usize = indent + cells.iter().map(|cell| cell.columns + 1).sum::<usize>();
        let room = self.columns.saturating_sub(before);
        let text = clean::line_of_at_most(text, selection::CHARACTERS_MAX);
        // Beside wide cells there may be no room worth the name; the text then has a line of its own.
        let (before_text, room) =
            if room >= 18 { (before, room) } else { (indent + 4, self.columns - indent - 4) };
        let mut lines = columns::wrap(&text, room.min(READABLE)).into_iter();
        let beside = if before_text == before { lines.next() } else { None };
        self.cells(indent, cells, style, beside.as_deref().unwrap_or_default());
        let margin = " ".repeat(before_text);
        for line in lines {
            self.line(&[(PLAIN, &margin), (style, &line)]);
        }
    }

    /// One line of styled pieces that are known to fit.
    pub(super) fn line(&mut self, pieces: &[(Style, &str)]) {
        let last = pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (index, (style, text)) in pieces.iter().take(last.map_or(0, |last| last + 1)).enumerate() {
            self.paint(*style, if Some(index) == last { text.trim_end() } else { text });
        }
        self.text.push('\n');
    }

    /// All that was written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn cells(&mut self, indent: usize, cells: &[Cell<'_>], style: Style, text: &str) {
        let margin = " ".repeat(indent);
        let fitted: Vec<String> = cells.iter().map(Cell::fitted).collect();
        let mut pieces: Vec<(Style, &str)> = vec![(PLAIN, &margin)];
        for (cell, fitted) in cells.iter().zip(&fitted) {
            pieces.push((cell.style, fitted));
            pieces.push((PLAIN, " "));
        }
        pieces.push((style, text));
        if cells.is_empty() && text.is_empty() {
            return;
        }
        self.line(&pieces);
    }

    fn paint(&mut self, style: Style, text: &str) {
        let text = clean::line(text);
        if self.color && style != PLAIN && !text.trim().is_empty() {
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(&text);
        }
    }
}

impl Cell<'_> {
    fn fitted(&self) -> String {
        let mut text = columns::shorten_middle(&self.text, self.columns).into_owned();
        text.push_str(&" ".repeat(self.columns.saturating_sub(columns::width(&text))));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hark_event::Zone;

    fn sheet(columns: usize, color: bool) -> Sheet {
        Sheet::new(&Screen { columns, color, zone: Zone::utc() })
    }

    #[test]
    fn text_goes_on_below_itself() {
        let mut sheet = sheet(40, false);
        sheet.row(2, &[cell("S1", 3, STRONG)], PLAIN, "the system said this every night for a week");
        assert_eq!(sheet.finish(), "  S1  the system said this every night\n      for a week\n");
    }

    #[test]
    fn beside_wide_cells_the_text_has_lines_of_its_own() {
        let mut sheet = sheet(40, false);
        sheet.row(0, &[cell("a cell that is far too wide", 30, PLAIN)], PLAIN, "text behind it");
        assert_eq!(sheet.finish(), "a cell that is far too wide\n    text behind it\n");
    }

    /// Relative luminance of a colour of the 6 × 6 × 6 cube, as WCAG 2 has it.
    fn luminance(color: Ansi256Color) -> f64 {
        let cube = u32::from(color.0) - 16;
        let channel = |step: u32| {
            let value = f64::from([0, 95, 135, 175, 215, 255][step as usize]) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(cube / 36) + 0.7152 * channel(cube / 6 % 6) + 0.0722 * channel(cube % 6)
    }

    #[test]
    fn every_colour_can_be_read_on_a_light_and_on_a_dark_terminal() {
        for color in [TEAL, AMBER, CRIMSON, VIOLET] {
            let light = 1.05 / (luminance(color) + 0.05);
            let dark = (luminance(color) + 0.05) / 0.05;
            assert!(light >= 4.0 && dark >= 4.0, "{color:?}: {light:.1} on white, {dark:.1} on black");
        }
    }

    #[test]
    fn colour_is_written_only_where_it_may_be() {
        let mut sheet = sheet(40, true);
        sheet.line(&[(STRONG, "a\u{1b}[2J"), (PLAIN, "b")]);
        assert_eq!(sheet.finish(), "\u{1b}[1ma␛[2J\u{1b}[0mb\n");
    }
}
