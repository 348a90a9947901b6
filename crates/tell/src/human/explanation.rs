//! `hark patterns --explain` at a terminal: place by place, then what stood in the wildcards, then what it was before.

use hark_event::{Explained, PatternExplained, PlaceExplained, PlaceReason};

use super::{
    sheet::{PLAIN, QUIET, SIGNAL, STRONG, Sheet, cell},
    story::hearing,
};
use crate::{Screen, calendar::Calendar, words};

/// Columns for the words of a place.
const PLACE_COLUMNS: usize = 22;
const KIND_COLUMNS: usize = 6;

/// Tells why.
pub(crate) fn tell(explained: &Explained, screen: &Screen) -> String {
    let calendar = Calendar::around(explained.hearing.to.unwrap_or_default(), &screen.zone);
    let mut sheet = Sheet::new(screen);
    for (at, pattern) in explained.patterns.iter().enumerate() {
        if at > 0 {
            sheet.blank();
        }
        one(&mut sheet, pattern, &calendar);
    }
    hearing(&mut sheet, &explained.hearing, &calendar);
    sheet.finish()
}

fn one(sheet: &mut Sheet, explained: &PatternExplained, calendar: &Calendar) {
    let pattern = &explained.pattern;
    sheet.paragraph(0, STRONG, &pattern.name);
    let facts = [
        pattern.origin.to_string(),
        pattern.levels.usual().name().to_owned(),
        words::count(pattern.count, "record", "records"),
        words::patterns::louder(pattern).unwrap_or_default(),
        words::patterns::seen(pattern, calendar),
        format!("id {}", pattern.id),
    ];
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    sheet.paragraph(0, QUIET, &facts.join(" · "));
    sheet.heading("Why", "");
    sheet.paragraph(2, PLAIN, &words::explanation::headline(explained));
    let is_apart = |place: &&PlaceExplained| matches!(place.reason, PlaceReason::Constant { .. });
    places(sheet, "What varies in it", explained.places.iter().filter(|place| !is_apart(place)));
    places(sheet, "What stayed apart from it", explained.places.iter().filter(is_apart));
    fields(sheet, explained);
    former(sheet, explained, calendar);
}

fn places<'a>(sheet: &mut Sheet, title: &str, places: impl Iterator<Item = &'a PlaceExplained>) {
    let told: Vec<(&PlaceExplained, String)> = places
        .filter_map(|place| Some((place, words::explanation::reason(&place.kinds, &place.reason)?)))
        .collect();
    if told.is_empty() {
        return;
    }
    sheet.heading(title, "");
    for (place, reason) in told {
        let cells = [
            cell(&place.text, PLACE_COLUMNS, SIGNAL),
            cell(place.kinds.first().copied().unwrap_or(""), KIND_COLUMNS, QUIET),
        ];
        sheet.row(2, &cells, PLAIN, &reason);
    }
}

fn fields(sheet: &mut Sheet, explained: &PatternExplained) {
    if explained.fields.is_empty() {
        return;
    }
    sheet.heading("What stood in the wildcards and fields", "masked");
    for (at, field) in (1..).zip(&explained.fields) {
        let name = field.key.clone().unwrap_or_else(|| format!("<*> {at}"));
        let cells = [cell(name, PLACE_COLUMNS, SIGNAL), cell(field.kind, KIND_COLUMNS, QUIET)];
        sheet.row(2, &cells, PLAIN, &words::explanation::field(field));
    }
    if explained.fields_unread > 0 {
        let records = words::count(explained.fields_unread, "record", "records");
        sheet.paragraph(2, QUIET, &format!("The values of {records} could not be told apart."));
    }
}

fn former(sheet: &mut Sheet, explained: &PatternExplained, calendar: &Calendar) {
    if explained.former.is_empty() {
        return;
    }
    sheet.heading("What is part of it by now", "identities of before; their history went on in this one");
    for former in &explained.former {
        let until = format!("{} until {}", former.id, calendar.day_and_time(former.merged_at));
        sheet.paragraph(2, PLAIN, &former.name);
        sheet.paragraph(4, QUIET, &until);
    }
    if explained.former_cut > 0 {
        sheet.paragraph(2, QUIET, &format!("and {} more", words::number(explained.former_cut)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_place_says_why_it_varies_or_what_stayed_apart() {
        let screen = Screen { columns: 90, color: false, zone: fixture::berlin() };
        insta::assert_snapshot!(tell(&fixture::explained(), &screen), @r"
        retrying upstream <*> attempt <*>
        payments · WARN · 90 records · of them 9 at ERROR (10.0 %) · 1 Mar 2026 11:00 to Mon 2 Mar
        2026 11:00 · id 00000000000000a1

        Why
          14 shapes belong to it: messages in which numbers, identifiers and the like are masked.

        What varies in it
          upstream                      kept as it is: never_merge in hark.toml names it
          <*>                    word   13 values stood here, worth 14 words; 12 are enough: bank,
                                        ledger, …
          <*>                    num    a number by its form

        What stayed apart from it
          retrying                      2 more here, worth 1 word; 12 would make them one: asking
                                        (00000000000000c3), leaving (00000000000000d4)

        What stood in the wildcards and fields  masked
          <*> 1                  word   about 70 different in 90; among them bank 40, ledger 20
          attempt                num    5 different in 90; 1 to 5, half of them below 2; bank 40,
                                        ledger 20
          The values of 1 record could not be told apart.

        What is part of it by now  identities of before; their history went on in this one
          retrying upstream bank attempt <*>
            00000000000000e5 until 1 Mar 2026 12:00
          and 3 more

        Hearing
          Heard 100 log records in 1 file (0 bytes).
        ");
    }
}
