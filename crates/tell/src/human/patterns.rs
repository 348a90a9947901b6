//! `hark patterns` at a terminal: two lines for each pattern, counts in columns, a curve where there are times.

use hark_event::{Moment, Pattern, Patterns, Window};

use super::{
    sheet::{INCIDENT, PLAIN, QUIET, SIGNAL, STRONG, Sheet, WHISPER, cell},
    spark::spark,
    story::hearing,
};
use crate::{Screen, calendar::Calendar, words};

const CURVE_COLUMNS: usize = 24;

/// Tells what the logs say.
pub(crate) fn tell(patterns: &Patterns, screen: &Screen) -> String {
    let calendar = Calendar::around(patterns.hearing.to.unwrap_or_default(), &screen.zone);
    let mut sheet = Sheet::new(screen);
    sheet.paragraph(0, STRONG, &words::patterns::headline(patterns));
    for pattern in &patterns.patterns {
        sheet.blank();
        row(&mut sheet, pattern, patterns);
        facts(&mut sheet, pattern, &calendar);
    }
    hearing(&mut sheet, &patterns.hearing, &calendar);
    sheet.finish()
}

fn row(sheet: &mut Sheet, pattern: &Pattern, patterns: &Patterns) {
    let loud = match pattern.level.name() {
        "ERROR" | "FATAL" => INCIDENT,
        "WARN" => WHISPER,
        _ => QUIET,
    };
    let cells = [
        cell(format!("{:>11}", words::number(pattern.count)), 11, STRONG),
        cell(format!("{:>7}", words::patterns::share(pattern, patterns)), 7, PLAIN),
        cell(pattern.level.name(), 5, loud),
    ];
    sheet.row(0, &cells, PLAIN, &pattern.name);
}

fn facts(sheet: &mut Sheet, pattern: &Pattern, calendar: &Calendar) {
    let margin = 26;
    if let Some(curve) = &pattern.curve {
        let end = curve.from.plus_seconds(curve.step_seconds * curve.values.len() as i64);
        let window = Window { from: curve.from, to: end.max(Moment::MIN) };
        let columns = curve.values.len().clamp(1, CURVE_COLUMNS);
        sheet.line(&[(PLAIN, &" ".repeat(margin)), (SIGNAL, &spark(curve, window, columns))]);
    }
    let said = format!("{} · {}", pattern.origin.service, words::patterns::seen(pattern, calendar));
    sheet.paragraph(margin, QUIET, &said);
    if pattern.sample != pattern.name {
        sheet.paragraph(margin, QUIET, &pattern.sample);
    }
    sheet.paragraph(margin, QUIET, &format!("id {}", pattern.id));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn patterns_stand_in_columns() {
        let screen = Screen { columns: 72, color: false, zone: fixture::berlin() };
        insta::assert_snapshot!(tell(&fixture::patterns(), &screen), @r"
        3 patterns in 100 log records; 2 of them here.

                 90  90.0 % WARN  retrying upstream <*> attempt <*>
                                  ▁▂▃▄▅▆▇█▁▂▃▄▅▆▇█▁▂▃▄▅▆▇█
                                  payments · 1 Mar 2026 11:00 to Mon 2 Mar 2026
                                  11:00
                                  retrying upstream bank attempt 2
                                  id 00000000000000a1

                  9   9.0 %       started
                                  payments · at an unknown time
                                  id 00000000000000b2

        Hearing
          Heard 100 log records and 0 samples in 1 file (0 bytes).
        ");
    }
}
