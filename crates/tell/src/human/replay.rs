//! `hark replay` at a terminal: two tables, or a few lines for each row where tables have no room.

use hark_story::{Replay, ReplayedIncident, ReplayedKind, Verdict};

use super::sheet::{INCIDENT, PLAIN, QUIET, SIGNAL, STRONG, Sheet, WHISPER, cell};
use crate::{Screen, calendar::Calendar, words};

/// Narrower terminals get lines in place of tables.
const TABLE_COLUMNS_MIN: usize = 84;

/// Tells how listening would have served.
pub(crate) fn tell(replay: &Replay, screen: &Screen) -> String {
    let calendar = Calendar::around(replay.as_of, &screen.zone);
    let mut sheet = Sheet::new(screen);
    sheet.paragraph(0, STRONG, &words::replay::headline(replay));
    if !replay.kinds.is_empty() {
        sheet.heading("What it said", "what followed, and how often nothing did in a week of one service");
        if sheet.columns() < TABLE_COLUMNS_MIN {
            replay.kinds.iter().for_each(|kind| kind_lines(&mut sheet, kind));
        } else {
            kind_table(&mut sheet, &replay.kinds);
        }
    }
    if !replay.incidents.is_empty() {
        sheet.heading("Your incidents", &format!("times in {}", calendar.zone_name()));
        replay.incidents.iter().for_each(|one| incident(&mut sheet, one, &calendar));
    }
    sheet.finish()
}

fn kind_table(sheet: &mut Sheet, kinds: &[ReplayedKind]) {
    let cells = |texts: [&str; 5]| {
        let widths = [20, 6, 9, 10, 13];
        let right = |text: &str, columns: usize| format!("{text:>columns$}");
        let mut cells = vec![cell(texts[0].to_owned(), widths[0], PLAIN)];
        cells.extend(
            texts
                .iter()
                .zip(widths)
                .skip(1)
                .map(|(text, columns)| cell(right(text, columns), columns, PLAIN)),
        );
        cells
    };
    let mut head = cells(["kind", "said", "followed", "by chance", "false a week"]);
    head.iter_mut().for_each(|cell| cell.style = QUIET);
    sheet.row(2, &head, QUIET, "lead: quartiles");
    for kind in kinds {
        let [said, followed, chance, wrong] = words::replay::figures(kind);
        let mut row = cells([kind.kind.name(), &said, &followed, &chance, &wrong]);
        row[0].style = SIGNAL;
        sheet.row(2, &row, PLAIN, &words::replay::lead(kind));
    }
}

fn kind_lines(sheet: &mut Sheet, kind: &ReplayedKind) {
    let [said, followed, chance, wrong] = words::replay::figures(kind);
    sheet.paragraph(2, SIGNAL, kind.kind.name());
    let facts = format!(
        "said {said}, followed {followed} (by chance {chance}), lead {}, false {wrong} per service-week",
        words::replay::lead(kind)
    );
    sheet.paragraph(4, PLAIN, &facts);
}

fn incident(sheet: &mut Sheet, replayed: &ReplayedIncident, calendar: &Calendar) {
    let style = match replayed.verdict {
        Verdict::Alerted => SIGNAL,
        Verdict::Whispered => WHISPER,
        Verdict::Silent => INCIDENT,
    };
    let name = words::replay::incident(replayed);
    let lead = match replayed.lead_time_seconds {
        Some(seconds) => format!("{} before, ", words::duration(seconds)),
        None => String::new(),
    };
    let said = format!("{lead}{name}, {}", calendar.dated_time(replayed.incident.start));
    sheet.row(2, &[cell(replayed.verdict.name(), 9, style)], PLAIN, &said);
}
