//! The sections of a story's page below its signals. Whatever a sentence can point at has its mark as anchor.

use hark_event::Id;
use hark_story::{Answer, LinkedSignal, ReachedNote, Story, StoryChange};

use super::page::{left, section};
use crate::{
    calendar::Calendar,
    markup::Markup,
    reference::References,
    selection::{self, first},
    words,
};

/// More than this of one kind is a list that nobody reads, and a page that nobody's browser opens.
const SHOWN_MAX: usize = 100;

/// Changes with what they changed.
pub(super) fn changes(page: &mut Markup, story: &Story, calendar: &Calendar) {
    if story.changes.is_empty() {
        return;
    }
    section(page, "Changes", "By their bearing on the incident.");
    page.raw("<ol class=\"things\">\n");
    let (shown, left_out) = first(&story.changes, SHOWN_MAX);
    for (index, told) in shown.iter().enumerate() {
        change(page, index, told, calendar);
    }
    page.raw("</ol>\n");
    left(page, left_out, "change", "changes");
    page.raw("</section>\n");
}

fn change(page: &mut Markup, index: usize, told: &StoryChange, calendar: &Calendar) {
    let change = &told.change;
    let mark = format!("C{}", index + 1);
    opened(page, &mark, "change");
    page.raw("<p class=\"title\">");
    page.element("strong", &[], &change.summary);
    page.raw("</p><p class=\"remark\">");
    let mut facts = vec![calendar.day_and_time(change.time), words::change(change.kind).to_owned()];
    facts.extend(words::story::change_origin(told));
    page.text(&facts.join(" · "));
    page.raw("</p>");
    let (details, more) = first(&change.details, selection::DETAILS_MAX);
    if !details.is_empty() {
        page.raw("<ul class=\"diff\">");
        details.iter().for_each(|detail| difference(page, detail));
        if more > 0 {
            page.element("li", &[], &format!("and {more} more"));
        }
        page.raw("</ul>");
    }
    page.element("p", &[], &told.link);
    page.raw("</div></li>\n");
}

/// `timeout_ms: 3000 -> 800`, what was and what is set apart.
fn difference(page: &mut Markup, detail: &str) {
    page.raw("<li><code>");
    let parts = detail.split_once(" -> ").and_then(|(before, after)| {
        let (name, before) = before.split_once(": ")?;
        Some((name, before, after))
    });
    match parts {
        Some((name, before, after)) => {
            page.text(name);
            page.raw(": ");
            page.element("del", &[], before);
            page.raw(" → ");
            page.element("ins", &[], after);
        }
        None => page.text(detail),
    }
    page.raw("</code></li>");
}

/// Notes in the code.
pub(super) fn notes(page: &mut Markup, story: &Story) {
    if story.notes.is_empty() {
        return;
    }
    section(page, "Notes in the code", "What people wrote near the places that spoke.");
    page.raw("<ol class=\"things\">\n");
    let (shown, left_out) = first(&story.notes, SHOWN_MAX);
    for (index, reached) in shown.iter().enumerate() {
        note(page, index, reached);
    }
    page.raw("</ol>\n");
    left(page, left_out, "note", "notes");
    page.raw("</section>\n");
}

fn note(page: &mut Markup, index: usize, reached: &ReachedNote) {
    let note = &reached.note;
    opened(page, &format!("N{}", index + 1), "note");
    page.raw("<blockquote>");
    page.text(&note.text);
    page.raw("</blockquote><p class=\"remark\">");
    page.element("code", &[], &format!("{}:{}", note.path, note.line));
    page.text(&format!(" · {}", words::story::note_facts(reached).join(" · ")));
    page.raw("</p></div></li>\n");
}

/// The three questions; every sentence opens its evidence.
pub(super) fn questions(page: &mut Markup, story: &Story, references: &References) {
    section(page, "The three questions", "");
    for (question, answers) in words::story::questions(&story.questions) {
        page.element("h3", &[], question);
        if answers.is_empty() {
            page.element("p", &[("class", "quiet")], words::story::CANNOT_TELL);
        }
        for answer in answers {
            self::answer(page, answer, references);
        }
    }
    page.raw("</section>\n");
}

fn answer(page: &mut Markup, answer: &Answer, references: &References) {
    page.raw("<p class=\"answer\">");
    page.text(&answer.text);
    for id in &answer.evidence {
        page.raw(" ");
        pointer(page, id, references);
    }
    page.raw("</p>\n");
}

/// A mark that leads to its thing; the bare id of what does not stand on the page.
fn pointer(page: &mut Markup, id: &Id, references: &References) {
    match references.get(id) {
        Some(reference) => {
            let target = format!("#{}", reference.mark);
            page.element(
                "a",
                &[("class", "mark"), ("href", &target), ("title", &reference.title)],
                &reference.mark,
            );
        }
        None => page.element("code", &[], id.as_str()),
    }
}

/// Places from which nothing could be heard.
pub(super) fn blind_spots(page: &mut Markup, story: &Story) {
    if story.blind_spots.is_empty() {
        return;
    }
    section(page, "Blind spots", "Places on the path from which nothing could be heard.");
    page.raw("<ul class=\"spots\">\n");
    for spot in story.blind_spots.iter().take(SHOWN_MAX) {
        page.raw("<li><p class=\"title\">");
        page.element("strong", &[], &spot.place);
        page.raw("</p>");
        page.element("p", &[], &spot.missing);
        page.element("p", &[("class", "advice")], &spot.advice);
        page.raw("</li>\n");
    }
    page.raw("</ul>\n</section>\n");
}

/// Who was told what, and what nobody answered.
pub(super) fn people(page: &mut Markup, story: &Story, calendar: &Calendar) {
    if story.alerts.is_empty() && story.reports.is_empty() && story.unheeded.is_empty() {
        return;
    }
    section(page, "What people were told", "Alerts, and what users reported.");
    page.raw("<ol class=\"things\">\n");
    for (index, alert) in story.alerts.iter().take(SHOWN_MAX).enumerate() {
        opened(page, &format!("A{}", index + 1), "alert");
        page.raw("<p class=\"title\">");
        page.element("strong", &[], &alert.name);
        unanswered(page, story, &alert.id);
        page.raw("</p>");
        page.element("p", &[], &alert.summary);
        let ended = alert.ends_at.map_or_else(String::new, |at| format!(" to {}", calendar.day_and_time(at)));
        let when = format!("alert, {}{ended}", calendar.day_and_time(alert.starts_at));
        page.element("p", &[("class", "remark")], &format!("{when} · {}", alert.place));
        page.raw("</div></li>\n");
    }
    for (index, report) in story.reports.iter().take(SHOWN_MAX).enumerate() {
        opened(page, &format!("R{}", index + 1), "report");
        page.raw("<blockquote>");
        page.text(&report.text);
        page.raw("</blockquote>");
        unanswered(page, story, &report.id);
        page.element(
            "p",
            &[("class", "remark")],
            &format!("report, {} · {}", calendar.day_and_time(report.time), report.place),
        );
        page.raw("</div></li>\n");
    }
    page.raw("</ol>\n");
    unheeded_signals(page, story);
    page.raw("</section>\n");
}

fn unanswered(page: &mut Markup, story: &Story, id: &Id) {
    if story.unheeded.contains(id) {
        page.raw(" <span class=\"unheeded\">nobody answered</span>");
    }
}

/// Signals that someone was told of and that nobody answered.
fn unheeded_signals(page: &mut Markup, story: &Story) {
    for linked in story.signals.iter().filter(|linked| story.unheeded.contains(&linked.episode.signal.id)) {
        let mark = format!("S{}", linked.rank);
        page.raw("<p>");
        page.element("a", &[("class", "mark"), ("href", &format!("#{mark}"))], &mark);
        page.text(" was said to someone.");
        page.raw(" <span class=\"unheeded\">nobody answered</span></p>\n");
    }
}

/// What was heard and is not credible, and why not.
pub(super) fn others(page: &mut Markup, story: &Story, calendar: &Calendar) {
    let (_, others) = selection::by_credibility(story);
    if others.is_empty() {
        return;
    }
    section(
        page,
        "Heard, but not credible",
        "Said before the users noticed, and no reason to believe that it belongs here.",
    );
    page.raw("<ol class=\"things\">\n");
    let (shown, left_out) = first(&others, SHOWN_MAX);
    shown.iter().for_each(|linked| other(page, linked, calendar));
    page.raw("</ol>\n");
    left(page, left_out, "signal", "signals");
    page.raw("</section>\n");
}

fn other(page: &mut Markup, linked: &LinkedSignal, calendar: &Calendar) {
    let signal = &linked.episode.signal;
    opened(page, &format!("S{}", linked.rank), "other");
    page.element(
        "p",
        &[("class", "title")],
        &format!("{}: {}", words::story::headline(linked), signal.summary),
    );
    page.raw("<p class=\"remark\">");
    page.element("code", &[], &signal.subject.name);
    let because = linked.not_credible_because.as_deref().unwrap_or(&linked.link);
    page.text(&format!(
        " · {} · {because} · {}",
        calendar.day_and_time(signal.noticed_at),
        words::base_rate(linked.episode.base_rate)
    ));
    page.raw("</p></div></li>\n");
}

/// What was noticed when it had begun.
pub(super) fn aftermath(page: &mut Markup, story: &Story, calendar: &Calendar) {
    if story.aftermath.is_empty() {
        return;
    }
    section(page, "Aftermath", "Noticed when it had begun.");
    page.raw("<ol class=\"things\">\n");
    let (shown, left_out) = first(&story.aftermath, SHOWN_MAX);
    for (index, episode) in shown.iter().enumerate() {
        let signal = &episode.signal;
        opened(page, &format!("L{}", index + 1), "other");
        page.element("p", &[("class", "title")], &format!("{}: {}", signal.origin.service, signal.summary));
        page.element(
            "p",
            &[("class", "remark")],
            &format!("{} · {}", calendar.day_and_time(signal.noticed_at), words::kind(signal.kind)),
        );
        page.raw("</div></li>\n");
    }
    page.raw("</ol>\n");
    left(page, left_out, "signal", "signals");
    page.raw("</section>\n");
}

/// All of it in order of time, for those who read and for those who do not see pictures.
pub(super) fn timeline(page: &mut Markup, story: &Story, calendar: &Calendar, references: &References) {
    let (entries, left_out) = selection::timeline(story, SHOWN_MAX);
    if entries.is_empty() {
        return;
    }
    section(page, "In order of time", "");
    page.raw("<table>\n<thead><tr><th scope=\"col\">When</th><th scope=\"col\">What</th><th scope=\"col\"></th></tr></thead>\n<tbody>\n");
    for entry in entries {
        page.open("tr", &[("class", entry.what.name())]);
        page.raw("<td>");
        page.element(
            "time",
            &[("datetime", &crate::calendar::stamp(entry.time))],
            &calendar.day_and_time(entry.time),
        );
        page.raw("</td>");
        page.element("td", &[("class", "what")], words::timeline(entry.what));
        page.raw("<td>");
        if references.get(&entry.id).is_some() {
            pointer(page, &entry.id, references);
            page.raw(" ");
        }
        page.text(&entry.text);
        page.raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n");
    left(page, left_out, "line", "lines");
    page.raw("</section>\n");
}

fn opened(page: &mut Markup, mark: &str, class: &str) {
    page.open("li", &[("id", mark), ("class", class)]);
    page.element("span", &[("class", "mark")], mark);
    page.raw("<div>");
}
