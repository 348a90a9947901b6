//! `hark check` at a terminal: blocks of facts, what should be done about them marked.

use hark_event::Survey;

use super::{
    sheet::{PLAIN, QUIET, STRONG, Sheet, WHISPER, cell},
    story::hearing,
};
use crate::{Screen, calendar::Calendar, columns, words};

const NAME_COLUMNS_MAX: usize = 46;
const SAID_COLUMNS_MIN: usize = 28;

/// Tells what can be heard and what cannot.
pub(crate) fn tell(survey: &Survey, screen: &Screen) -> String {
    let calendar = Calendar::around(survey.hearing.to.unwrap_or_default(), &screen.zone);
    let mut sheet = Sheet::new(screen);
    sheet.paragraph(0, STRONG, &words::survey::headline(survey, &calendar));
    for block in words::survey::blocks(survey, &calendar) {
        sheet.heading(block.title, "");
        let widest = block.facts.iter().map(|fact| columns::width(&fact.name)).max().unwrap_or(0);
        // Names that leave no room beside them are better read as the beginning of a line.
        let has_room = widest <= NAME_COLUMNS_MAX && widest + SAID_COLUMNS_MIN <= sheet.columns();
        for fact in &block.facts {
            let mark = cell(if fact.is_remark { "!" } else { "" }, 1, WHISPER);
            if has_room {
                sheet.row(2, &[mark, cell(&*fact.name, widest, QUIET)], PLAIN, &fact.said);
            } else {
                sheet.row(2, &[mark], PLAIN, &format!("{}: {}", fact.name, fact.said));
            }
        }
    }
    hearing(&mut sheet, &survey.hearing, &calendar);
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_can_be_heard_is_told_in_blocks() {
        let screen = Screen { columns: 100, color: false, zone: fixture::berlin() };
        insta::assert_snapshot!(tell(&fixture::survey(), &screen), @r"
        2 services can be heard, 31 Jan to 8 Mar 2026 (35 days).

        What was read
          ! a sample        1.9 GB of 30.0 GB: the beginning and the end of each large file. Counts are of
                            that part.
            JSON lines log  23 files (1.3 GB), 2,013,442 records, 180,960 samples, Sat 31 Jan 18:00 to Sun 8
                            Mar 08:12, 3 without a time, 12 not understood
            told            3 alerts, 1 announced change
            repository shop 412 changes, 9 notes in the code

        Who speaks
            cart     logs 6 days (9,000 records)
            payments logs 35 days (1,200,000 records) · metrics 35 days (180,960 samples)

        What that is enough for
            logs: new lines of WARN and above             yes
          ! logs: new lines of any level                  of 1 of 2 services; needs 7 days: cart has 6
            metrics: drifts and steps, by hour of the day yes

        What cannot be heard
          ! without metrics cart: what drifts in silence (memory, queues, latency) is not heard
          ! without traces  all services: whom they call is guessed from logs and labels, and some calls are
                            missed

        Times
          ! zone     the stamps of 3 files (as logs/cart.log) name no zone and were read in UTC; when they
                     were last written speaks for another, +02:00 beside that: try --tz, or `tz` in
                     hark.toml
          ! ahead    the last record of logs/db.log lies 1 h 6 min after the file was last written: a wrong
                     clock or zone
          ! outliers the stamps of 2 records are contradicted by those around them; such records stand at
                     the time of their neighbours

        Hearing
          Heard 2,013,442 log records and 180,960 samples in 23 files (1.3 GB), Sat 31 Jan 18:00 to Sun 8
          Mar 2026 08:12; 5,120 secrets masked.
          ! 12 lines or samples could not be understood and were rejected. One of them: logs/cart.log:812
            (no whole JSON object).
          ! 1 record longer than the limit was cut.
          ! 3 records without a time stamp stand at the time of their neighbours.
          ! Left out 17: patterns of one service beyond 5,000.
          ! Not understood: logs/core.2211: binary, no form that is read; leave it out or convert it
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [40, 60, 80, 200] {
            let told = tell(&fixture::survey(), &Screen { columns, color: false, zone: fixture::berlin() });
            for line in told.lines() {
                assert!(columns::width(line) <= columns, "{columns}: {line}");
            }
        }
    }
}
