//! A story as the beginning of a post-mortem document, with a list of follow-ups to fill in.

use std::fmt::Write as _;

use hark_event::{Evidence, Zone};
use hark_story::{LinkedSignal, Story, StoryChange};

use super::beginnings;
use super::escape::{block, code, code_in_table, text};
use crate::{
    calendar::Calendar,
    reference::References,
    selection::{self, first},
    words,
};

/// Tells the story.
pub(crate) fn tell(story: &Story, zone: &Zone) -> String {
    let calendar = Calendar::around(story.incident.start, zone);
    let references = References::of(story);
    let mut page = String::new();
    summary(&mut page, story, &calendar);
    timeline(&mut page, story, &calendar, &references);
    beginnings::tell(&mut page, story, &calendar);
    signals(&mut page, story, &calendar);
    changes(&mut page, story, &calendar);
    notes(&mut page, story);
    questions(&mut page, story, &references);
    blind_spots(&mut page, story);
    unheeded(&mut page, story, &references);
    aftermath(&mut page, story, &calendar);
    follow_ups(&mut page, story, &references);
    hearing(&mut page, &story.hearing, &calendar);
    page
}

/// What a piece of evidence says: a line of a file as it stands there, or a number in words.
pub(super) fn said(evidence: &Evidence) -> String {
    if evidence.is_quoted() { code(&evidence.text) } else { text(&evidence.text) }
}

/// Writes a line; a string takes all that is written.
macro_rules! line {
    ($page:expr) => { $page.push('\n') };
    ($page:expr, $($said:tt)*) => {{
        writeln!($page, $($said)*).expect("a string takes all that is written");
    }};
}
pub(super) use line;

fn summary(page: &mut String, story: &Story, calendar: &Calendar) {
    line!(page, "# {}\n", words::story::verdict(story));
    line!(page, "{}\n", text(&words::story::beside_the_verdict(story)));
    for doubt in words::doubt::all(story, calendar) {
        line!(page, "**{}**\n", text(&doubt));
    }
    line!(page, "| | |\n|---|---|");
    let row = |page: &mut String, name: &str, said: &str| line!(page, "| **{name}** | {said} |");
    row(page, "Incident", &text(&story.incident.title));
    row(page, "Users noticed", &text(&words::story::incident(story, calendar)));
    if let Some(because) = &story.incident.service_because {
        row(page, "Service known from", &text(because));
    }
    if !story.incident.crash.is_empty() {
        let lines: Vec<String> = story.incident.crash.iter().map(|line| code_in_table(line)).collect();
        row(page, "Crash", &lines.join("<br>"));
    }
    row(page, "Verdict", story.verdict.name());
    if let Some(lead) = story.lead_time_seconds {
        row(page, "Lead time", &words::duration(lead));
    }
    if let Some(linked) = story.first() {
        let signal = &linked.episode.signal;
        let when = calendar.day_and_time(signal.noticed_at);
        row(
            page,
            "First whisper",
            &format!("{when}, {}: {}", text(&words::story::headline(linked)), text(&signal.summary)),
        );
    }
    row(page, "Chance", &format!("{}. {}", words::chance(story.chance), words::CHANCE_MEANS));
    line!(page, "\nAll times: {}.", calendar.zone_name());
}

fn timeline(page: &mut String, story: &Story, calendar: &Calendar, references: &References) {
    let (entries, left_out) = selection::timeline(story, selection::TIMELINE_MAX);
    if entries.is_empty() {
        return;
    }
    line!(page, "\n## Timeline\n\n| When | What | | |\n|---|---|---|---|");
    for entry in entries {
        let mark = references.get(&entry.id).map_or("", |reference| &reference.mark);
        let (when, what) = (calendar.day_and_time(entry.time), words::timeline(entry.what));
        line!(page, "| {when} | {what} | {mark} | {} |", text(&entry.text));
    }
    left(page, left_out);
}

fn signals(page: &mut String, story: &Story, calendar: &Calendar) {
    let (credible, others) = selection::by_credibility(story);
    if !credible.is_empty() {
        line!(page, "\n## What the system said");
        let (shown, left_out) = first(&credible, selection::CREDIBLE_MAX);
        shown.iter().for_each(|linked| signal(page, linked, calendar));
        left(page, left_out);
    }
    if others.is_empty() {
        return;
    }
    line!(page, "\n## Heard, but not credible\n");
    let (shown, left_out) = first(&others, selection::OTHERS_MAX);
    for linked in shown {
        let because = linked.not_credible_because.as_deref().unwrap_or(&linked.link);
        let said = format!("{}: {}", words::story::headline(linked), linked.episode.signal.summary);
        line!(page, "- **S{}** {} ({})", linked.rank, text(&said), text(because));
    }
    left(page, left_out);
}

fn signal(page: &mut String, linked: &LinkedSignal, calendar: &Calendar) {
    let episode = &linked.episode;
    let signal = &episode.signal;
    line!(page, "\n### S{} {}\n", linked.rank, text(&words::story::headline(linked)));
    if let Some(name) = words::subject(signal) {
        line!(page, "{}  ", code(name));
    }
    line!(page, "{}\n", text(&signal.summary));
    episode.forecast.iter().for_each(|forecast| line!(page, "**{}**\n", text(&forecast.text)));
    line!(
        page,
        "- Noticed {}, {}; began {}",
        calendar.day_and_time(signal.noticed_at),
        words::story::lead(linked),
        calendar.day_and_time(signal.onset)
    );
    let members =
        words::story::members(&episode.members).map_or_else(String::new, |members| format!("; {members}"));
    line!(page, "- Base rate: {}{members}", words::base_rate(episode.base_rate));
    line!(page, "- Link: {}", text(&linked.link));
    let (shown, left_out) = first(&signal.evidence, selection::EVIDENCE_MAX);
    for evidence in shown {
        let when = calendar.day_and_time(evidence.time);
        line!(page, "- Evidence, {when}: {} ({})", said(evidence), code(&evidence.source));
    }
    if left_out > 0 {
        let pieces = words::count(left_out as u64, "more piece", "more pieces");
        line!(page, "- and {pieces} of evidence");
    }
    for place in &episode.code {
        let near = words::note_place(place).map_or_else(String::new, |line| format!(", {line}"));
        let note = place.note.as_ref().map_or_else(String::new, |note| format!("{near}: {}", text(note)));
        line!(page, "- Code: {}{note}", code(&format!("{}:{}", place.path, place.line)));
    }
}

fn changes(page: &mut String, story: &Story, calendar: &Calendar) {
    if story.changes.is_empty() {
        return;
    }
    line!(page, "\n## Changes\n\nBy their bearing on the incident.");
    let (shown, left_out) = first(&story.changes, selection::CHANGES_MAX);
    for (index, told) in shown.iter().enumerate() {
        change(page, index, told, calendar);
    }
    left(page, left_out);
}

fn change(page: &mut String, index: usize, told: &StoryChange, calendar: &Calendar) {
    let change = &told.change;
    // A hard break where the facts follow: in a file, unlike in a comment, a line's end alone is none.
    let ending = if change.details.is_empty() { "  " } else { "" };
    line!(
        page,
        "\n**C{}** {}, {}: {}{ending}",
        index + 1,
        calendar.day_and_time(change.time),
        words::change(change.kind),
        text(&change.summary)
    );
    let (details, more) = first(&change.details, selection::DETAILS_MAX);
    if !details.is_empty() {
        let details: Vec<_> = details.iter().map(|detail| words::arrows(detail)).collect();
        line!(page, "\n{}", block("", &details));
    }
    if more > 0 {
        line!(page, "and {more} more settings\n");
    }
    let mut facts = words::story::change_origin(told);
    facts.push(told.link.clone());
    line!(page, "{}", facts.iter().map(|fact| text(fact)).collect::<Vec<_>>().join(" · "));
}

fn notes(page: &mut String, story: &Story) {
    if story.notes.is_empty() {
        return;
    }
    line!(page, "\n## Notes in the code\n\n| | Note | Where | |\n|---|---|---|---|");
    let (shown, left_out) = first(&story.notes, selection::NOTES_MAX);
    for (index, reached) in shown.iter().enumerate() {
        let note = &reached.note;
        let place = code_in_table(&format!("{}:{}", note.path, note.line));
        let facts = words::story::note_facts(reached).join(", ");
        line!(page, "| N{} | {} | {place} | {facts} |", index + 1, text(&note.text));
    }
    left(page, left_out);
}

fn questions(page: &mut String, story: &Story, references: &References) {
    line!(page, "\n## The three questions");
    let none = words::story::none_can_tell(story);
    none.into_iter().for_each(|said| line!(page, "\n_{said}_"));
    for (question, answers) in words::story::questions(&story.questions) {
        line!(page, "\n### {question}\n");
        if answers.is_empty() && none.is_none() {
            line!(page, "_{}_", words::story::CANNOT_TELL);
        }
        for answer in answers {
            let marks: Vec<&str> = answer.evidence.iter().map(|id| references.mark(id)).collect();
            line!(page, "- {} ({})", text(&words::arrows(&answer.text)), text(&marks.join(", ")));
        }
    }
}

fn blind_spots(page: &mut String, story: &Story) {
    if story.blind_spots.is_empty() {
        return;
    }
    line!(page, "\n## Blind spots\n\n| Where | Missing | To do |\n|---|---|---|");
    for spot in &story.blind_spots {
        let place = words::arrows(&spot.place);
        line!(page, "| {} | {} | {} |", text(&place), text(&spot.missing), text(&spot.advice));
    }
}

fn unheeded(page: &mut String, story: &Story, references: &References) {
    if story.unheeded.is_empty() {
        return;
    }
    line!(page, "\n## {}\n", words::story::TOLD_BEFORE);
    let (shown, left_out) = first(&story.unheeded, selection::OTHERS_MAX);
    for id in shown {
        let became = words::story::became(story, id);
        match references.get(id) {
            Some(reference) => line!(page, "- **{}** {} · {became}", reference.mark, text(&reference.title)),
            None => line!(page, "- {} · {became}", code(id.as_str())),
        }
    }
    left(page, left_out);
}

fn aftermath(page: &mut String, story: &Story, calendar: &Calendar) {
    if story.aftermath.is_empty() {
        return;
    }
    line!(page, "\n## Aftermath\n\nNoticed when it had begun.\n");
    let (shown, left_out) = first(&story.aftermath, 5);
    for (index, episode) in shown.iter().enumerate() {
        let signal = &episode.signal;
        let said = words::story::after(episode);
        line!(page, "- **L{}** {}, {}", index + 1, calendar.day_and_time(signal.noticed_at), text(&said));
    }
    left(page, left_out);
}

/// What is to be done, with room for who and until when; nothing is closed before a replay has heard it.
fn follow_ups(page: &mut String, story: &Story, references: &References) {
    line!(page, "\n## Follow-ups\n");
    for linked in story.signals.iter().filter(|linked| linked.credible).take(3) {
        line!(
            page,
            "- [ ] Who is to hear S{} next time, and how? {}, {} (owner: , until: )",
            linked.rank,
            text(&words::story::headline(linked)),
            code(&words::about(&linked.episode.signal))
        );
    }
    for id in story.unheeded.iter().take(3) {
        let became = words::story::became(story, id);
        line!(page, "- [ ] What was done about {} ({became})? (owner: , until: )", text(references.mark(id)));
    }
    for (index, _) in story.notes.iter().take(3).enumerate() {
        line!(page, "- [ ] Is N{} still true? Settle it or take it out. (owner: , until: )", index + 1);
    }
    for spot in story.blind_spots.iter().take(selection::OTHERS_MAX) {
        let place = words::arrows(&spot.place);
        line!(page, "- [ ] {}: {} (owner: , until: )", text(&place), text(&spot.advice));
    }
    line!(page, "- [ ] A replay shows that the next one would be heard.");
}

/// How well we heard.
pub(super) fn hearing(page: &mut String, hearing: &hark_event::Hearing, calendar: &Calendar) {
    line!(page, "\n## Hearing\n\n{}", text(&words::hearing::sentence(hearing, calendar)));
    let remarks: Vec<String> =
        words::hearing::losses(hearing).into_iter().chain(words::hearing::unread(hearing)).collect();
    let (shown, left_out) = first(&remarks, selection::REMARKS_MAX);
    if !shown.is_empty() {
        line!(page);
    }
    for remark in shown {
        line!(page, "- {}", text(remark));
    }
    left(page, left_out);
}

pub(super) fn left(page: &mut String, left_out: usize) {
    if left_out > 0 {
        line!(page, "\n… and {left_out} more; `--format json` has all.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_whispered_story_begins_a_post_mortem() {
        insta::assert_snapshot!("whispered", tell(&fixture::whispered(), &fixture::berlin()));
    }

    #[test]
    fn hostile_text_formats_nothing() {
        let page = tell(&fixture::hostile(), &fixture::berlin());
        let mut in_code = false;
        for line in page.lines() {
            if line.starts_with("```") {
                in_code = !in_code;
                continue;
            }
            // Outside of code spans, whose fences are made of more backticks than the text holds, nothing is left.
            let outside: String = line.split("```").step_by(2).collect();
            let is_harmless = !outside.contains("<script")
                && !outside.contains("@everyone")
                && !outside.contains("http://");
            assert!(in_code || is_harmless, "{line}");
        }
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_head() {
        for story in [fixture::whispered(), fixture::hostile()] {
            let mut cells = None;
            for line in tell(&story, &fixture::berlin()).lines() {
                let count = line.replace("\\|", "").matches('|').count();
                let expected = if line.starts_with('|') { *cells.get_or_insert(count) } else { 0 };
                cells = cells.filter(|_| line.starts_with('|'));
                assert!(!line.starts_with('|') || count == expected, "{line}");
            }
        }
    }
}
