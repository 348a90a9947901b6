//! The sections of a story's page below its signals. Whatever a sentence can point at has its mark as anchor.

use hark_event::{ChangeKind, Id, Moment};
use hark_story::{Answer, LinkedSignal, ReachedNote, Story, StoryChange};

use super::{
    page::{left, section, section_known_at},
    signal::{self, known_at},
};
use crate::{
    calendar::Calendar,
    markup::Markup,
    reference::References,
    selection::{self, PEOPLE_MAX, first},
    words,
};

/// More than this of one kind is a list that nobody reads, and a page that nobody's browser opens.
const SHOWN_MAX: usize = 100;

/// Beyond these, things of less bearing are folded away.
const UNFOLDED_MAX: usize = 3;

/// Changes with what they changed.
pub(super) fn changes(page: &mut Markup, story: &Story, calendar: &Calendar) {
    if story.changes.is_empty() {
        return;
    }
    section(page, "Changes", "By their bearing on the incident.");
    let (shown, left_out) = first(&story.changes, SHOWN_MAX);
    folded(page, shown, ("change of less bearing", "changes of less bearing"), |page, index, told| {
        change(page, index, told, calendar);
    });
    left(page, left_out, "change", "changes");
    page.raw("</section>\n");
}

fn change(page: &mut Markup, index: usize, told: &StoryChange, calendar: &Calendar) {
    let change = &told.change;
    let mark = format!("C{}", index + 1);
    opened(page, &mark, "change", Some(change.time));
    page.raw("<p class=\"title\">");
    page.element("strong", &[], &change.summary);
    page.raw("</p><p class=\"remark\">");
    let mut facts = vec![calendar.day_and_time(change.time)];
    // A commit is called one where it is named.
    facts.extend((change.kind != ChangeKind::Commit).then(|| words::change(change.kind).to_owned()));
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
        None => page.text(&words::arrows(detail)),
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
    opened(page, &format!("N{}", index + 1), "note", note.written_at);
    page.raw("<blockquote>");
    page.text(&note.text);
    page.raw("</blockquote><p class=\"remark\">");
    page.element("code", &[], &format!("{}:{}", note.path, note.line));
    page.text(&format!(" · {}", words::story::note_facts(reached).join(" · ")));
    page.raw("</p></div></li>\n");
}

/// The three questions; every sentence opens its evidence. As of an earlier moment they cannot be answered, which is said.
pub(super) fn questions(page: &mut Markup, story: &Story, references: &References) {
    section(page, "Why?", "");
    // They are asked, and answered, when it has happened.
    page.open("div", &[("data-at", &known_at(story.incident.start))]);
    let none = words::story::none_can_tell(story);
    if none.is_none() {
        page.element("p", &[("class", "remark")], "Open a sentence to see what it rests on.");
    }
    for (question, answers) in words::story::questions(&story.questions) {
        page.element("h3", &[], question);
        if answers.is_empty() && none.is_none() {
            page.element("p", &[("class", "quiet")], words::story::CANNOT_TELL);
        }
        for answer in answers {
            self::answer(page, answer, references);
        }
    }
    none.into_iter().for_each(|said| page.element("p", &[("class", "quiet")], said));
    page.raw("</div>\n");
    page.element("p", &[("class", "not-yet quiet")], words::known::NOT_YET);
    page.raw("</section>\n");
}

fn answer(page: &mut Markup, answer: &Answer, references: &References) {
    let marks: Vec<&str> = answer.evidence.iter().map(|id| references.mark(id)).collect();
    page.open("details", &[("class", "answer"), ("data-of", &marks.join(" "))]);
    page.raw("<summary>");
    page.prose(&words::arrows(&answer.text));
    for mark in marks {
        page.raw("\u{a0}");
        page.element("span", &[("class", "mark")], mark);
    }
    page.raw("</summary><ul>");
    for id in &answer.evidence {
        page.raw("<li>");
        pointer(page, id, references);
        page.raw(" ");
        page.prose(references.get(id).map_or("", |reference| &reference.title));
        page.raw("</li>");
    }
    page.raw("</ul></details>\n");
}

/// A mark that leads to its thing; the bare id of what does not stand on the page.
fn pointer(page: &mut Markup, id: &Id, references: &References) {
    match references.get(id) {
        Some(reference) => signal::mark(page, &reference.mark),
        None => page.element("code", &[], id.as_str()),
    }
}

/// Places from which nothing could be heard.
pub(super) fn blind_spots(page: &mut Markup, story: &Story) {
    if story.blind_spots.is_empty() {
        return;
    }
    let remark = "Places on the path from which nothing could be heard.";
    section_known_at(page, story.incident.start, "Blind spots", remark);
    page.raw("<ul class=\"spots\">\n");
    for spot in story.blind_spots.iter().take(SHOWN_MAX) {
        page.raw("<li><p class=\"title\">");
        page.element("strong", &[], &words::arrows(&spot.place));
        page.raw("</p>");
        page.element("p", &[], &spot.missing);
        page.element("p", &[("class", "advice")], &spot.advice);
        page.raw("</li>\n");
    }
    page.raw("</ul>\n</section>\n");
}

/// Who was told what, and of what no answer is on record.
pub(super) fn people(page: &mut Markup, story: &Story, calendar: &Calendar) {
    if story.alerts.is_empty() && story.reports.is_empty() && story.unheeded.is_empty() {
        return;
    }
    section(page, "What people were told", "Alerts, and what users reported.");
    page.raw("<ol class=\"things\">\n");
    for (index, alert) in story.alerts.iter().take(PEOPLE_MAX).enumerate() {
        opened(page, &format!("A{}", index + 1), "alert", Some(alert.starts_at));
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
    let (alerts_left, reports_left) =
        (story.alerts.len().saturating_sub(PEOPLE_MAX), story.reports.len().saturating_sub(PEOPLE_MAX));
    for (index, report) in story.reports.iter().take(PEOPLE_MAX).enumerate() {
        opened(page, &format!("R{}", index + 1), "report", Some(report.time));
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
    left(page, alerts_left, "alert", "alerts");
    left(page, reports_left, "report", "reports");
    unheeded_signals(page, story);
    page.raw("</section>\n");
}

fn unanswered(page: &mut Markup, story: &Story, id: &Id) {
    if story.unheeded.contains(id) {
        page.raw(" ");
        page.element("span", &[("class", "unheeded")], &words::story::became(story, id));
    }
}

/// Signals that someone was told of, with no answer on record.
fn unheeded_signals(page: &mut Markup, story: &Story) {
    for linked in story.signals.iter().filter(|linked| story.unheeded.contains(&linked.episode.signal.id)) {
        page.raw("<p>");
        signal::mark(page, &format!("S{}", linked.rank));
        page.text(" was said to someone.");
        unanswered(page, story, &linked.episode.signal.id);
        page.raw("</p>\n");
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
    page.raw("<details class=\"more\"><summary>");
    page.text(&words::count(others.len() as u64, "signal", "signals"));
    page.raw("</summary>\n<ol class=\"things\">\n");
    let (shown, left_out) = first(&others, SHOWN_MAX);
    shown.iter().for_each(|linked| other(page, linked, calendar));
    page.raw("</ol>\n");
    left(page, left_out, "signal", "signals");
    page.raw("</details>\n");
    page.raw("</section>\n");
}

fn other(page: &mut Markup, linked: &LinkedSignal, calendar: &Calendar) {
    let signal = &linked.episode.signal;
    opened(page, &format!("S{}", linked.rank), "other", Some(signal.noticed_at));
    page.quoting(
        "p",
        &[("class", "title")],
        &format!("{}: {}", words::story::headline(linked), signal.summary),
    );
    page.raw("<p class=\"remark\">");
    page.quoting("code", &[], &signal.subject.name);
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
        opened(page, &format!("L{}", index + 1), "other", Some(signal.noticed_at));
        page.quoting("p", &[("class", "title")], &words::story::after(episode));
        page.element(
            "p",
            &[("class", "remark")],
            &format!("{} · {}", calendar.day_and_time(signal.noticed_at), words::meaning(signal)),
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
    page.raw("<table>\n<thead><tr><th scope=\"col\">When</th><th scope=\"col\">What</th><th scope=\"col\">Which</th></tr></thead>\n<tbody>\n");
    for entry in entries {
        let of = references.mark(&entry.id);
        let attributes = [("class", entry.what.name()), ("data-at", &*known_at(entry.time)), ("data-of", of)];
        page.open("tr", &attributes);
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
        page.prose(&words::arrows(&entry.text));
        page.raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table>\n");
    left(page, left_out, "line", "lines");
    page.raw("</section>\n");
}

/// Things in their order, those of less bearing folded away.
fn folded<T>(
    page: &mut Markup,
    things: &[T],
    (one, many): (&str, &str),
    mut tell: impl FnMut(&mut Markup, usize, &T),
) {
    let (unfolded, rest) = first(things, UNFOLDED_MAX);
    page.raw("<ol class=\"things\">\n");
    unfolded.iter().enumerate().for_each(|(index, thing)| tell(page, index, thing));
    page.raw("</ol>\n");
    if rest == 0 {
        return;
    }
    page.raw("<details class=\"more\"><summary>");
    page.text(&words::count(rest as u64, one, many));
    page.raw("</summary>\n<ol class=\"things\">\n");
    for (index, thing) in things.iter().enumerate().skip(unfolded.len()) {
        tell(page, index, thing);
    }
    page.raw("</ol>\n</details>\n");
}

/// Begins a thing that can be pointed at, with the moment from which on it could be known.
fn opened(page: &mut Markup, mark: &str, class: &str, at: Option<Moment>) {
    let known_at = at.map(known_at).unwrap_or_default();
    let mut attributes = vec![("id", mark), ("class", class), ("data-of", mark)];
    attributes.extend(at.map(|_| ("data-at", &*known_at)));
    page.open("li", &attributes);
    page.element("span", &[("class", "mark")], mark);
    page.raw("<div>");
}
