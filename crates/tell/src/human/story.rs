//! A story at a terminal: the verdict, the first whisper, the weeks before, then all that it rests on.

use hark_event::{Evidence, Id};
use hark_story::{LinkedSignal, ReachedNote, Story, StoryChange, TimelineKind, Verdict};

use super::{
    beginnings, picture,
    sheet::{CHANGE, INCIDENT, PLAIN, QUIET, SIGNAL, STRONG, Sheet, WHISPER, cell},
};
use crate::{
    Screen,
    calendar::Calendar,
    reference::References,
    selection::{self, first},
    words,
};

/// The width of the names of facts.
const FACT: usize = 13;

/// Tells the story.
pub(crate) fn tell(story: &Story, screen: &Screen) -> String {
    let calendar = Calendar::around(story.incident.start, &screen.zone);
    let references = References::of(story);
    let mut sheet = Sheet::new(screen);
    verdict(&mut sheet, story, &calendar);
    picture::draw(&mut sheet, story, &calendar);
    timeline(&mut sheet, story, &calendar, &references);
    beginnings::tell(&mut sheet, story, &calendar);
    signals(&mut sheet, story, &calendar);
    changes(&mut sheet, story, &calendar);
    notes(&mut sheet, story);
    questions(&mut sheet, story, &references);
    blind_spots(&mut sheet, story);
    unheeded(&mut sheet, story, &references);
    aftermath(&mut sheet, story, &calendar);
    hearing(&mut sheet, &story.hearing, &calendar);
    sheet.finish()
}

fn verdict(sheet: &mut Sheet, story: &Story, calendar: &Calendar) {
    let style = match story.verdict {
        Verdict::Alerted => SIGNAL,
        Verdict::Whispered => WHISPER,
        Verdict::Silent => INCIDENT,
    };
    sheet.paragraph(0, style.bold(), &words::story::verdict(story));
    sheet.paragraph(0, PLAIN, &words::story::beside_the_verdict(story));
    for doubt in words::doubt::all(story, calendar) {
        sheet.paragraph(0, INCIDENT.bold(), &doubt);
    }
    sheet.blank();
    fact(sheet, "incident", &story.incident.title);
    fact(
        sheet,
        "",
        &format!(
            "{} ({}, as are all times here)",
            words::story::incident(story, calendar),
            calendar.zone_name()
        ),
    );
    if let Some(because) = &story.incident.service_because {
        fact(sheet, "", &format!("service known because {because}"));
    }
    for (at, line) in story.incident.crash.iter().enumerate() {
        fact(sheet, if at == 0 { "crash" } else { "" }, line);
    }
    if let Some(first) = story.first() {
        let signal = &first.episode.signal;
        let when = calendar.day_and_time(signal.noticed_at);
        fact(sheet, "first whisper", &format!("{when}, {}", words::story::lead(first)));
        fact(sheet, "", &format!("{}: {}", words::story::headline(first), signal.summary));
        if let Some(evidence) = signal.evidence.first() {
            sheet.row(0, &[cell("", FACT, PLAIN)], QUIET, &proof(evidence, calendar));
        }
    }
    fact(sheet, "chance", &format!("{}.", words::chance(story.chance)));
    sheet.row(0, &[cell("", FACT, PLAIN)], QUIET, words::CHANCE_MEANS);
}

fn fact(sheet: &mut Sheet, name: &str, text: &str) {
    sheet.row(0, &[cell(name, FACT, QUIET)], PLAIN, text);
}

fn timeline(sheet: &mut Sheet, story: &Story, calendar: &Calendar, references: &References) {
    let (entries, left_out) = selection::timeline(story, selection::TIMELINE_MAX);
    if entries.is_empty() {
        return;
    }
    sheet.heading("Timeline", "");
    for entry in entries {
        let style = match entry.what {
            TimelineKind::Signal => SIGNAL,
            TimelineKind::Change => CHANGE,
            TimelineKind::Alert | TimelineKind::Report => WHISPER,
            TimelineKind::Incident => INCIDENT,
            TimelineKind::Note => PLAIN,
        };
        let mark = references.get(&entry.id).map_or("", |reference| &reference.mark);
        let when = calendar.aligned(entry.time);
        let cells =
            [cell(when, 17, QUIET), cell(words::timeline(entry.what), 8, style), cell(mark, 3, STRONG)];
        let is_incident = entry.what == TimelineKind::Incident;
        sheet.row(2, &cells, if is_incident { INCIDENT.bold() } else { PLAIN }, &words::arrows(&entry.text));
    }
    left(sheet, left_out, "line of less weight", "lines of less weight");
}

fn signals(sheet: &mut Sheet, story: &Story, calendar: &Calendar) {
    let (credible, others) = selection::by_credibility(story);
    if !credible.is_empty() {
        sheet.heading("What the system said", "");
        let (shown, left_out) = first(&credible, selection::CREDIBLE_MAX);
        for (index, linked) in shown.iter().enumerate() {
            if index > 0 {
                sheet.blank();
            }
            signal(sheet, linked, calendar);
        }
        left(sheet, left_out, "credible signal", "credible signals");
    }
    if others.is_empty() {
        return;
    }
    sheet.heading("Heard, but not credible", "");
    let (shown, left_out) = first(&others, selection::OTHERS_MAX);
    for linked in shown {
        let because = linked.not_credible_because.as_deref().unwrap_or(&linked.link);
        let text =
            format!("{}: {} ({because})", words::story::headline(linked), linked.episode.signal.summary);
        let cells =
            [cell(mark(linked), 3, STRONG), cell(words::duration(linked.lead_time_seconds), 10, QUIET)];
        sheet.row(2, &cells, PLAIN, &text);
    }
    left(sheet, left_out, "signal", "signals");
}

fn mark(linked: &LinkedSignal) -> String {
    format!("S{}", linked.rank)
}

fn signal(sheet: &mut Sheet, linked: &LinkedSignal, calendar: &Calendar) {
    let episode = &linked.episode;
    let signal = &episode.signal;
    let headline = format!("{}, {}", words::story::headline(linked), words::story::lead(linked));
    sheet.row(2, &[cell(mark(linked), 3, SIGNAL)], STRONG, &headline);
    words::subject(signal).into_iter().for_each(|name| sheet.paragraph(6, PLAIN, name));
    sheet.paragraph(6, PLAIN, &signal.summary);
    episode.forecast.iter().for_each(|forecast| sheet.paragraph(6, STRONG, &forecast.text));
    let detail =
        |sheet: &mut Sheet, name: &str, text: &str| sheet.row(6, &[cell(name, 9, QUIET)], PLAIN, text);
    detail(sheet, "when", &words::listening::since(episode, calendar));
    let mut rarity = words::base_rate(episode.base_rate);
    rarity.extend(words::story::members(&episode.members).map(|members| format!("; {members}")));
    detail(sheet, "rare", &rarity);
    detail(sheet, "link", &linked.link);
    let (shown, left_out) = first(&signal.evidence, 3);
    for (index, evidence) in shown.iter().enumerate() {
        let name = if index == 0 { "evidence" } else { "" };
        detail(sheet, name, &proof(evidence, calendar));
    }
    if left_out > 0 {
        detail(sheet, "", &format!("and {left_out} more"));
    }
    for place in episode.code.iter().take(3) {
        let near = words::note_place(place).map_or_else(String::new, |line| format!(" · {line}"));
        let note = place.note.as_ref().map_or_else(String::new, |note| format!("{near} “{note}”"));
        detail(sheet, "code", &format!("{}:{}{note}", place.path, place.line));
    }
    sheet.row(6, &[cell("id", 9, QUIET)], QUIET, signal.id.as_str());
}

/// A line of a file stands in quotes between its time and its place; a number is told with the series and the window that it is of.
fn proof(evidence: &Evidence, calendar: &Calendar) -> String {
    match evidence.is_quoted() {
        true => {
            format!("{} “{}”  {}", calendar.day_and_time(evidence.time), evidence.text, evidence.source)
        }
        false => format!("{} · {}", evidence.text, evidence.source),
    }
}

fn changes(sheet: &mut Sheet, story: &Story, calendar: &Calendar) {
    if story.changes.is_empty() {
        return;
    }
    sheet.heading("Changes", "by their bearing on the incident");
    let (shown, left_out) = first(&story.changes, selection::CHANGES_MAX);
    for (index, told) in shown.iter().enumerate() {
        change(sheet, index, told, calendar);
    }
    left(sheet, left_out, "change", "changes");
}

fn change(sheet: &mut Sheet, index: usize, told: &StoryChange, calendar: &Calendar) {
    let change = &told.change;
    let mark = format!("C{}", index + 1);
    let cells = [cell(mark, 3, CHANGE), cell(calendar.aligned(change.time), 17, QUIET)];
    sheet.row(
        2,
        &cells,
        STRONG,
        &format!("{}: {}", words::change(change.kind), words::arrows(&change.summary)),
    );
    let (details, more) = first(&change.details, selection::DETAILS_MAX);
    for detail in details {
        sheet.row(6, &[cell("│", 1, CHANGE)], PLAIN, &words::arrows(detail));
    }
    if more > 0 {
        sheet.row(6, &[cell("│", 1, CHANGE)], QUIET, &format!("and {more} more"));
    }
    let origin = words::story::change_origin(told);
    if !origin.is_empty() {
        sheet.paragraph(6, QUIET, &origin.join(" · "));
    }
    sheet.paragraph(6, PLAIN, &told.link);
}

fn notes(sheet: &mut Sheet, story: &Story) {
    if story.notes.is_empty() {
        return;
    }
    sheet.heading("Notes in the code", "");
    let (shown, left_out) = first(&story.notes, selection::NOTES_MAX);
    for (index, reached) in shown.iter().enumerate() {
        note(sheet, index, reached);
    }
    left(sheet, left_out, "note", "notes");
}

fn note(sheet: &mut Sheet, index: usize, reached: &ReachedNote) {
    let note = &reached.note;
    sheet.row(2, &[cell(format!("N{}", index + 1), 3, STRONG)], PLAIN, &format!("“{}”", note.text));
    let place = format!("{}:{}", note.path, note.line);
    let facts = words::story::note_facts(reached).join(" · ");
    sheet.paragraph(6, QUIET, &format!("{place} · {facts}"));
}

fn questions(sheet: &mut Sheet, story: &Story, references: &References) {
    sheet.heading("The three questions", "");
    let none = words::story::none_can_tell(story);
    for (question, answers) in words::story::questions(&story.questions) {
        sheet.paragraph(2, STRONG, question);
        if answers.is_empty() && none.is_none() {
            sheet.paragraph(4, QUIET, words::story::CANNOT_TELL);
        }
        for answer in answers {
            let marks: Vec<&str> = answer.evidence.iter().map(|id| references.mark(id)).collect();
            sheet.paragraph(4, PLAIN, &format!("{} [{}]", words::arrows(&answer.text), marks.join(" ")));
        }
    }
    none.into_iter().for_each(|said| sheet.paragraph(4, QUIET, said));
}

fn blind_spots(sheet: &mut Sheet, story: &Story) {
    if story.blind_spots.is_empty() {
        return;
    }
    sheet.heading("Blind spots", "places on the path from which nothing could be heard");
    for spot in &story.blind_spots {
        sheet.paragraph(2, STRONG, &words::arrows(&spot.place));
        sheet.paragraph(4, PLAIN, &spot.missing);
        sheet.row(4, &[cell("→", 1, SIGNAL)], PLAIN, &spot.advice);
    }
}

fn unheeded(sheet: &mut Sheet, story: &Story, references: &References) {
    if story.unheeded.is_empty() {
        return;
    }
    sheet.heading(words::story::TOLD_BEFORE, "");
    let (shown, left_out) = first(&story.unheeded, selection::OTHERS_MAX);
    for id in shown {
        let (mark, title) = unheeded_words(id, references);
        let became = words::story::became(story, id);
        sheet.row(2, &[cell(mark, 3, WHISPER)], PLAIN, &format!("{title} · {became}"));
    }
    left(sheet, left_out, "thing", "things");
}

fn unheeded_words<'a>(id: &'a Id, references: &'a References) -> (&'a str, &'a str) {
    references.get(id).map_or(("", id.as_str()), |reference| (&reference.mark, &reference.title))
}

fn aftermath(sheet: &mut Sheet, story: &Story, calendar: &Calendar) {
    if story.aftermath.is_empty() {
        return;
    }
    sheet.heading("Aftermath", "noticed when it had begun");
    let (shown, left_out) = first(&story.aftermath, 5);
    for (index, episode) in shown.iter().enumerate() {
        let signal = &episode.signal;
        let cells = [
            cell(format!("L{}", index + 1), 3, STRONG),
            cell(calendar.aligned(signal.noticed_at), 17, QUIET),
        ];
        sheet.row(2, &cells, PLAIN, &words::story::after(episode));
    }
    left(sheet, left_out, "signal", "signals");
}

/// One line on how well we heard, and a remark for everything that was lost.
pub(super) fn hearing(sheet: &mut Sheet, hearing: &hark_event::Hearing, calendar: &Calendar) {
    sheet.heading("Hearing", "");
    sheet.paragraph(2, QUIET, &words::hearing::sentence(hearing, calendar));
    let remarks: Vec<String> =
        words::hearing::losses(hearing).into_iter().chain(words::hearing::unread(hearing)).collect();
    let (shown, left_out) = first(&remarks, selection::REMARKS_MAX);
    for remark in shown {
        sheet.row(2, &[cell("!", 1, WHISPER)], PLAIN, remark);
    }
    left(sheet, left_out, "remark", "remarks");
}

/// Says that there is more than is shown.
pub(super) fn left(sheet: &mut Sheet, left_out: usize, one: &str, many: &str) {
    if left_out > 0 {
        let said = words::count(left_out as u64, one, many);
        sheet.paragraph(2, QUIET, &format!("… and {said} more; --format json has all"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{columns, fixture};

    fn screen(columns: usize, color: bool) -> Screen {
        Screen { columns, color, zone: fixture::berlin() }
    }

    #[test]
    fn a_whispered_story_in_terminals_of_four_widths() {
        for columns in [60, 80, 120, 200] {
            let told = tell(&fixture::whispered(), &screen(columns, false));
            insta::assert_snapshot!(format!("whispered_at_{columns}_columns"), told);
        }
    }

    #[test]
    fn a_story_in_colour() {
        let told = tell(&fixture::whispered(), &screen(80, true)).replace('\u{1b}', "␛");
        let above: Vec<&str> = told.lines().take(34).collect();
        insta::assert_snapshot!("whispered_in_colour", above.join("\n"));
    }

    #[test]
    fn letters_of_any_width_keep_their_columns() {
        insta::assert_snapshot!(
            "multilingual_at_80_columns",
            tell(&fixture::multilingual(), &screen(80, false))
        );
    }

    #[test]
    fn silence_at_eighty_columns() {
        insta::assert_snapshot!("silent_at_80_columns", tell(&fixture::silent(), &screen(80, false)));
    }

    #[test]
    fn someone_was_told_in_a_narrow_terminal() {
        insta::assert_snapshot!("alerted_at_60_columns", tell(&fixture::alerted(), &screen(60, false)));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_whatever_is_told() {
        let multilingual = fixture::multilingual();
        for story in
            [fixture::whispered(), fixture::silent(), fixture::alerted(), fixture::hostile(), multilingual]
        {
            for columns in [40, 60, 61, 77, 80, 99, 120, 160, 200] {
                let told = tell(&story, &screen(columns, false));
                for line in told.lines() {
                    assert!(columns::width(line) <= columns, "{columns}: {line}");
                    assert_eq!(line.trim_end(), line);
                }
            }
        }
    }

    #[test]
    fn colour_changes_nothing_but_colour_and_foreign_text_brings_none() {
        for story in [fixture::whispered(), fixture::hostile()] {
            let plain = tell(&story, &screen(80, false));
            assert!(!plain.contains('\u{1b}') && !plain.contains('\u{202e}'));
            let mut colored = tell(&story, &screen(80, true));
            assert!(colored.contains('\u{1b}'));
            while let Some(begins) = colored.find('\u{1b}') {
                let ends = begins + colored[begins..].find('m').unwrap();
                colored.replace_range(begins..=ends, "");
            }
            assert_eq!(colored, plain);
        }
    }
}
