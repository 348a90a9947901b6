//! Where it may have begun: who added to the requests that hurt, at a terminal.

use hark_story::Story;

use super::sheet::{INCIDENT, PLAIN, QUIET, Sheet, cell};
use crate::{calendar::Calendar, words::beginnings};

/// The services where it may have begun, with what they rest on.
pub(super) fn tell(sheet: &mut Sheet, story: &Story, calendar: &Calendar) {
    let told = beginnings::told(story);
    if told.is_empty() {
        return;
    }
    sheet.heading(beginnings::title(&story.beginnings), "");
    for beginning in told {
        sheet.row(2, &[cell(format!("B{}", beginning.rank), 3, INCIDENT)], PLAIN, &beginning.summary);
        for evidence in &beginning.evidence {
            let when = calendar.day_and_time(evidence.time);
            sheet.row(
                6,
                &[cell("evidence", 9, QUIET)],
                PLAIN,
                &format!("{when}: {}  {}", evidence.text, evidence.source),
            );
        }
    }
    sheet.paragraph(2, QUIET, &beginnings::worth(&story.beginnings));
}

#[cfg(test)]
mod tests {
    use crate::{Screen, fixture};

    #[test]
    fn where_it_began_stands_with_its_worth() {
        let screen = Screen { columns: 100, color: false, zone: fixture::berlin() };
        let told = crate::human::story::tell(&fixture::begun(), &screen);
        let section = told
            .split("Who added to its requests")
            .nth(1)
            .unwrap()
            .split("What the system said")
            .next()
            .unwrap();
        insta::assert_snapshot!(section, @r#"

        B1  payments added 1.2 s to each request of checkout
            evidence  Sat 7 Mar 18:08: 1.4 s for each request of checkout, usually 180 ms, straying by 30
                      ms http_request_duration_seconds_sum of payments, 1 min
        B2  mails|<b> added 90 ms to each request of checkout
            evidence  Sat 7 Mar 18:08: 1.4 s for each request of checkout, usually 180 ms, straying by 30
                      ms http_request_duration_seconds_sum of mails|<b>, 1 min
        By the minutes around the start, in hindsight. As much would have been found at 1 of 40 quiet
        moments before. Of 34 injected issues of one shop, which were known when it was made, it named the
        cause first in all (docs/benchmarks.md).
        "#);
    }

    #[test]
    fn what_is_there_at_many_a_quiet_moment_is_not_told() {
        let mut story = fixture::begun();
        story.beginnings.quiet_as_much = 5;
        let screen = Screen { columns: 100, color: false, zone: fixture::berlin() };
        assert!(!crate::human::story::tell(&story, &screen).contains("Who added to its requests"));
    }
}
