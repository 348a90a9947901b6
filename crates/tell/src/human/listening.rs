//! `hark listen` at a terminal: a few blocks, each of which can be taken in at a glance.

use hark_event::{Episode, Listening};

use super::{
    sheet::{PLAIN, QUIET, SIGNAL, STRONG, Sheet, cell},
    spark::spark,
    story::{hearing, left},
};
use crate::{Screen, calendar::Calendar, draw::window, selection::NEARING_MAX, words};

/// Tells what spoke.
pub(crate) fn tell(listening: &Listening, screen: &Screen) -> String {
    let calendar = Calendar::around(listening.as_of, &screen.zone);
    let mut sheet = Sheet::new(screen);
    sheet.paragraph(0, STRONG, &words::listening::headline(listening));
    sheet.paragraph(0, PLAIN, &words::listening::listened(listening, &calendar));
    for (index, episode) in listening.episodes.iter().enumerate() {
        sheet.blank();
        block(&mut sheet, index + 1, episode, listening, &calendar);
    }
    if !listening.nearing.is_empty() {
        sheet.heading(words::listening::NEARING, "");
        for episode in listening.nearing.iter().take(NEARING_MAX) {
            let (said, now) = words::listening::nearing(episode, &calendar);
            sheet.paragraph(2, STRONG, &said);
            sheet.paragraph(4, PLAIN, now);
        }
        left(&mut sheet, listening.nearing.len().saturating_sub(NEARING_MAX), "series", "series");
    }
    let beside = words::listening::beside(listening);
    if !beside.is_empty() {
        sheet.blank();
    }
    for said in beside {
        sheet.paragraph(0, PLAIN, &said);
    }
    hearing(&mut sheet, &listening.hearing, &calendar);
    sheet.finish()
}

fn block(sheet: &mut Sheet, rank: usize, episode: &Episode, listening: &Listening, calendar: &Calendar) {
    let signal = &episode.signal;
    let rank = rank.to_string();
    let margin = 4;
    let headline = format!("{}: {}", signal.origin, words::meaning(signal));
    sheet.row(0, &[cell(format!("{rank:>3}"), 3, SIGNAL)], STRONG, &headline);
    words::subject(signal).into_iter().for_each(|name| sheet.paragraph(margin, PLAIN, name));
    sheet.paragraph(margin, PLAIN, &signal.summary);
    episode.forecast.iter().for_each(|forecast| sheet.paragraph(margin, STRONG, &forecast.text));
    if let Some(curve) = &episode.curve {
        let shown = window::of_episode(episode, curve, listening.as_of);
        let columns = (sheet.columns() - margin).min(72);
        sheet.line(&[(PLAIN, "    "), (SIGNAL, &spark(curve, shown, columns))]);
        let unit = format!("{}, {} to {}", curve.unit, calendar.day(shown.from), calendar.day(shown.to));
        sheet.paragraph(margin, QUIET, &unit);
    }
    let mut facts = vec![words::listening::since(episode, calendar), words::base_rate(episode.base_rate)];
    facts.extend(words::story::members(&episode.members));
    facts.extend(signal.explained_by.as_ref().map(|because| format!("explained by {because}")));
    sheet.paragraph(margin, PLAIN, &facts.join(" · "));
    sheet.paragraph(margin, QUIET, &format!("id {}", signal.id));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn told_in(columns: usize, listening: &Listening) -> String {
        tell(listening, &Screen { columns, color: false, zone: fixture::berlin() })
    }

    fn told(listening: &Listening) -> String {
        told_in(72, listening)
    }

    #[test]
    fn what_spoke_is_told_in_blocks_in_terminals_of_four_widths() {
        for columns in [60, 80, 120, 200] {
            let told = told_in(columns, &fixture::listening());
            insta::assert_snapshot!(format!("listening_at_{columns}_columns"), told);
        }
    }

    #[test]
    fn what_spoke_in_colour() {
        let screen = Screen { columns: 80, color: true, zone: fixture::berlin() };
        let told = tell(&fixture::listening(), &screen).replace('\u{1b}', "␛");
        let above: Vec<&str> = told.lines().take(12).collect();
        insta::assert_snapshot!("listening_in_colour", above.join("\n"));
    }

    #[test]
    fn a_quiet_day_says_how_much_was_listened_to() {
        insta::assert_snapshot!(told(&fixture::quiet()), @r"
        Nothing spoke.
        Listened to 8 services, 2,013,442 log records, 180,960 samples. Asked
        for: what was noticed from Tue 24 Feb 22:00 to Wed 4 Mar 2026 00:00
        (Europe/Berlin).

        Hearing
          Heard 2,013,442 log records and 180,960 samples in 23 files (1.3 GB),
          Sat 31 Jan 18:00 to Sun 8 Mar 2026 08:12; 5,120 secrets masked.
          ! 12 lines or samples could not be understood and were rejected. One
            of them: logs/cart.log:812 (no whole JSON object).
          ! 1 record longer than the limit was cut.
          ! 3 records without a time stamp stand at the time of their
            neighbours.
          ! Left out 17: patterns of one service beyond 5,000.
          ! Not understood: logs/core.2211: binary, no form that is read; leave
            it out or convert it
        ");
    }
}
