//! `hark patterns` at a terminal: two lines for each pattern, counts in columns, a curve where there are times.

use hark_event::{Hearing, Pattern, Patterns};

use super::{
    sheet::{INCIDENT, PLAIN, QUIET, SIGNAL, STRONG, Sheet, WHISPER, cell},
    spark::spark_of_rates,
    story::hearing,
};
use crate::{Screen, calendar::Calendar, draw::pulse::rates, words};

/// Tells what the logs say.
pub(crate) fn tell(patterns: &Patterns, screen: &Screen) -> String {
    let calendar = Calendar::around(patterns.hearing.to.unwrap_or_default(), &screen.zone);
    let mut sheet = Sheet::new(screen);
    sheet.paragraph(0, STRONG, &words::patterns::headline(patterns));
    for pattern in &patterns.patterns {
        sheet.blank();
        row(&mut sheet, pattern, patterns);
        facts(&mut sheet, pattern, &patterns.hearing, &calendar);
    }
    hearing(&mut sheet, &patterns.hearing, &calendar);
    sheet.finish()
}

fn row(sheet: &mut Sheet, pattern: &Pattern, patterns: &Patterns) {
    let usual = pattern.levels.usual().name();
    let loud = match usual {
        "ERROR" | "FATAL" => INCIDENT,
        "WARN" => WHISPER,
        _ => QUIET,
    };
    let cells = [
        cell(format!("{:>11}", words::number(pattern.count)), 11, STRONG),
        cell(format!("{:>7}", words::patterns::share(pattern, patterns)), 7, PLAIN),
        cell(usual, 5, loud),
    ];
    sheet.row(0, &cells, PLAIN, &pattern.name);
}

fn facts(sheet: &mut Sheet, pattern: &Pattern, hearing: &Hearing, calendar: &Calendar) {
    let margin = 26;
    if let Some(curve) = &pattern.curve {
        let rates = rates(curve, hearing);
        sheet.line(&[(PLAIN, &" ".repeat(margin)), (SIGNAL, &spark_of_rates(&rates))]);
    }
    if let Some(louder) = words::patterns::louder(pattern) {
        sheet.paragraph(margin, WHISPER, &louder);
    }
    let said = format!("{} · {}", pattern.origin, words::patterns::seen(pattern, calendar));
    sheet.paragraph(margin, QUIET, &said);
    if pattern.sample != pattern.name {
        sheet.paragraph(margin, QUIET, &pattern.sample);
    }
    sheet.paragraph(margin, QUIET, &format!("id {}", pattern.id));
}

#[cfg(test)]
mod tests {
    use hark_event::{Curve, Moment};

    use super::*;
    use crate::fixture;

    #[test]
    fn patterns_stand_in_columns() {
        let screen = Screen { columns: 72, color: false, zone: fixture::berlin() };
        insta::assert_snapshot!(tell(&fixture::patterns(), &screen), @r"
        3 patterns in 100 log records; 2 of them here.

                 90  90.0 % WARN  retrying upstream <*> attempt <*>
                                  ▁▂▃▄▅▆▇█▁▂▃▄▅▆▇█▁▂▃▄▅▆▇█
                                  of them 9 at ERROR (10.0 %)
                                  payments · 1 Mar 2026 11:00 to Mon 2 Mar 2026
                                  11:00
                                  retrying upstream bank attempt 2
                                  id 00000000000000a1

                  9   9.0 %       started
                                  payments · at an unknown time
                                  id 00000000000000b2

        Hearing
          Heard 100 log records in 1 file (0 bytes).
        ");
    }

    #[track_caller]
    fn check_rates(values: &[u32], heard_hours: (f64, f64), expected: &str) {
        let at = |hours: f64| Moment::from_seconds((hours * 3_600.0) as i64);
        let curve = Curve {
            from: at(0.0),
            step_seconds: 10 * 3_600,
            values: values.iter().map(|value| Some(f64::from(*value))).collect(),
            baseline: Vec::new(),
            unit: "records".to_owned(),
        };
        let hearing =
            Hearing { from: Some(at(heard_hours.0)), to: Some(at(heard_hours.1)), ..Hearing::default() };
        assert_eq!(spark_of_rates(&rates(&curve, &hearing)), expected);
    }

    #[test]
    fn what_is_steady_is_level_however_much_of_the_first_and_the_last_step_was_heard() {
        check_rates(&[50, 100, 100, 40], (5.0, 34.0), "████");
        check_rates(&[101, 100, 99, 1], (0.0, 30.1), "███");
        check_rates(&[60, 98, 100], (4.0, 30.0), "███");
    }

    #[test]
    fn half_as_much_is_half_as_high() {
        check_rates(&[80, 40, 0, 80], (0.0, 40.0), "█▅▁█");
        check_rates(&[3], (1.0, 1.0), "█");
    }
}
