//! What several containers wrote, with a name before each line: `docker compose logs`, `kubectl logs --prefix`, `stern`.
//!
//! ```text
//! web-1  | 2026-01-02T15:04:05.123456789Z listening
//! [pod/checkout-64469b5b48-25zj6/app] 2026-01-02T15:04:05Z {"level":"warn","msg":"slow"}
//! checkout-64469b5b48-25zj6 app 2026-01-02T15:04:05Z slow
//! ```
//!
//! The name is the service, a pod's without its hashes. A time that the tool put there is the carrier's; without one each
//! container's own stamps count, wherever in its lines it has them. Lines of several containers stand in between each other, so
//! that a line belongs to the record before only if both are of one container. Nameless output of `kubectl logs --timestamps`, a time
//! before each object of JSON, is read here, too. What it cannot do: tell a stack trace whose lines are torn apart by another container.

use std::ops::ControlFlow;

use hark_event::{Level, Moment};
use rustc_hash::FxHashMap;

use crate::content::{Carrier, Content};
use crate::ear::Ear;
use crate::further::{Further, is_continuation};
use crate::lines::{Lines, Tally};
use crate::origin::{Speaker, has_pod_hash, service_of_pod};
use crate::plain;
use crate::records::Records;
use crate::stamp::{Finder, Form, leading, search};
use crate::text::clean;

/// More names than this are no containers; they are heard, and their stamps are looked for in each line anew.
const CONTAINERS_MAX: usize = 1_000;
const NAME_BYTES_MAX: usize = 253;

/// Which tool put the names there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Prefix {
    /// `name-1  | text`.
    Compose,
    /// `[pod/name/container] text`.
    Kubectl,
    /// `name container text`.
    Stern,
    /// `2026-01-02T15:04:05Z {"…"}`.
    Stamp,
}

/// All of them, those that leave the least doubt first.
pub(crate) const PREFIXES: [Prefix; 4] = [Prefix::Kubectl, Prefix::Compose, Prefix::Stern, Prefix::Stamp];

/// A line without its prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Said<'a> {
    /// Who said it, as it is written; empty if nobody is named.
    pub(crate) name: &'a str,
    /// What was said.
    pub(crate) text: &'a str,
}

impl Prefix {
    /// Takes the prefix off a line that has it.
    pub(crate) fn split(self, line: &str) -> Option<Said<'_>> {
        let (name, text) = match self {
            Self::Kubectl => {
                let (name, text) = line.strip_prefix("[pod/")?.split_once(']')?;
                let (pod, container) = name.split_once('/')?;
                (is_name(pod) && is_name(container)).then_some((pod, text))?
            }
            Self::Compose => {
                let (name, rest) = line.split_once(' ')?;
                let text = rest.trim_start_matches(' ').strip_prefix('|')?;
                let is_level = Level::parse(name).is_some();
                (is_name(name) && !is_level).then_some((name, text))?
            }
            Self::Stern => {
                let (pod, rest) = line.split_once(' ')?;
                let container = rest.split(' ').next().unwrap_or(rest);
                let text = &rest[container.len()..];
                (is_name(pod) && pod.contains('-') && is_name(container)).then_some((pod, text))?
            }
            Self::Stamp => carried(line).map(|_| ("", line))?,
        };
        Some(Said { name, text: if name.is_empty() { text } else { text.strip_prefix(' ').unwrap_or(text) } })
    }

    /// The same for a line that tells of this tool by itself: a time alone may stand before anything.
    pub(crate) fn told_by(self, line: &str) -> Option<Said<'_>> {
        let said = self.split(line)?;
        let is_object = || carried(line).is_some_and(|(_, end)| line[end..].starts_with(" {"));
        (self != Self::Stamp || is_object()).then_some(said)
    }

    /// Whether a name can hardly be anything else than one of this tool's.
    pub(crate) fn is_proven_by(self, name: &str) -> bool {
        match self {
            Self::Kubectl | Self::Stamp => true,
            Self::Compose => name != without_number(name),
            Self::Stern => has_pod_hash(name),
        }
    }

    /// How to have the tool put times there.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Compose => "write it again with `docker compose logs --timestamps`",
            Self::Kubectl | Self::Stamp => "write it again with `kubectl logs --prefix --timestamps`",
            Self::Stern => "write it again with `stern --timestamps`",
        }
    }

    fn service(self, name: &str) -> Option<&str> {
        match self {
            Self::Compose => Some(without_number(name)),
            Self::Kubectl | Self::Stern => Some(service_of_pod(name)),
            Self::Stamp => None,
        }
    }
}

/// Compose counts the containers of a service: `web-1`, in older versions `web_1`.
fn without_number(name: &str) -> &str {
    let number = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    let rest = &name[..name.len() - number];
    match rest.strip_suffix(['-', '_']) {
        Some(service) if number > 0 && !service.is_empty() => service,
        _ => name,
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= NAME_BYTES_MAX
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The time with a zone that a text begins with, and where it ends.
fn carried(text: &str) -> Option<(crate::stamp::Reading, usize)> {
    let stamp = leading(text.as_bytes())?;
    let bytes = text.as_bytes();
    let is_carriers = stamp.start == 0
        && stamp.shape.form == Form::Iso
        && bytes.get(10) == Some(&b'T')
        && stamp.reading.names_zone()
        && matches!(bytes.get(stamp.end), None | Some(b' '));
    is_carriers.then_some((stamp.reading, stamp.end))
}

/// Whether a text says when, in a way that is read here.
pub(crate) fn is_timed(text: &str) -> bool {
    search(text.as_bytes()).is_some() || text.starts_with('{')
}

/// Whether it begins as JSON or logfmt does.
fn is_structured(text: &str) -> bool {
    let key = text.find('=').map_or("", |at| &text[..at]);
    text.starts_with('{')
        || (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// Reads the file to its end, or to the first record that is not known yet.
pub(crate) fn read(lines: &mut Lines<'_>, prefix: Prefix, ear: &mut Ear<'_>) {
    let mut reader = Reader {
        prefix,
        records: Records::new(),
        content: Content::default(),
        further: Further::default(),
        last: String::new(),
        finders: FxHashMap::default(),
    };
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else {
            // Breaks only when the last records are not known yet: they are then left out.
            let _ = reader.records.finish(lines.tally, ear);
            return;
        };
        let number = line.number;
        let text = clean(line.bytes);
        if reader.take(&text, before, number, ear).is_break() {
            return;
        }
    }
}

struct Reader {
    prefix: Prefix,
    records: Records,
    content: Content,
    further: Further,
    /// The container whose record is open.
    last: String,
    /// Where each container has its own stamps.
    finders: FxHashMap<String, Finder>,
}

/// A line of a container.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    origin: Speaker,
    /// Whether the record before is of the same container.
    follows: bool,
    before: Tally,
    number: u64,
}

impl Reader {
    fn take(&mut self, text: &str, before: Tally, number: u64, ear: &mut Ear<'_>) -> ControlFlow<()> {
        let Some(said) = self.prefix.split(text) else { return self.take_stray(text, before, number, ear) };
        let origin = ear.origins.of(self.prefix.service(said.name), None);
        let follows = self.records.open().is_some() && self.last == said.name;
        if !follows {
            said.name.clone_into(&mut self.last);
        }
        let line = Line { text: said.text, origin, follows, before, number };
        match carried(said.text).and_then(|(reading, end)| Some((ear.calendar.place(reading)?, end))) {
            Some((time, end)) => {
                let text = said.text[end..].strip_prefix(' ').unwrap_or("");
                self.take_carried(Line { text, ..line }, Some(time), ear)
            }
            None if is_structured(said.text) => self.take_carried(line, None, ear),
            None => self.take_own(line, said.name, ear),
        }
    }

    /// Takes what a program wrote, at the tool's time where there is one.
    fn take_carried(&mut self, line: Line<'_>, time: Option<Moment>, ear: &mut Ear<'_>) -> ControlFlow<()> {
        if let Some(draft) = self.records.open().filter(|_| line.follows) {
            if self.further.takes(line.text, time, draft.level, ear) {
                draft.push_line(line.text);
                return ControlFlow::Continue(());
            }
        } else {
            self.further = Further::beginning_with(line.text, time);
        }
        let draft = self.records.begin(line.before, line.number, ear)?;
        let carrier = Carrier { time, origin: line.origin, ..Carrier::default() };
        self.content.take(line.text, carrier, draft, ear);
        ControlFlow::Continue(())
    }

    /// Takes what a program wrote, which has no times but its own.
    fn take_own(&mut self, line: Line<'_>, name: &str, ear: &mut Ear<'_>) -> ControlFlow<()> {
        let stamp = self.stamp(line.text, name);
        let placed = stamp.and_then(|stamp| Some((stamp, ear.calendar.place(stamp.reading)?)));
        if let (None, true, Some(draft)) = (placed, line.follows, self.records.open()) {
            draft.push_line(line.text);
            return ControlFlow::Continue(());
        }
        if line.text.trim().is_empty() {
            return ControlFlow::Continue(());
        }
        self.further = Further::default();
        let draft = self.records.begin(line.before, line.number, ear)?;
        match placed {
            Some((stamp, time)) => {
                draft.time = Some(time);
                plain::split(line.text, &stamp, draft, &mut String::new());
            }
            None => plain::take_message(line.text, draft),
        }
        draft.origin = line.origin;
        ControlFlow::Continue(())
    }

    /// The container's own stamp: the first line that has one says where.
    fn stamp(&mut self, text: &str, name: &str) -> Option<crate::stamp::Stamp> {
        if let Some(finder) = self.finders.get_mut(name) {
            return finder.find(text.as_bytes());
        }
        let stamp = search(text.as_bytes())?;
        if self.finders.len() < CONTAINERS_MAX {
            self.finders.insert(name.to_owned(), Finder::new(stamp.shape));
        }
        Some(stamp)
    }

    /// Takes a line without a name: what the tool itself says (`web-1 exited with code 137`).
    fn take_stray(&mut self, text: &str, before: Tally, number: u64, ear: &mut Ear<'_>) -> ControlFlow<()> {
        if text.trim().is_empty() {
            return ControlFlow::Continue(());
        }
        if let Some(draft) =
            self.records.open().filter(|_| is_continuation(text) || self.prefix == Prefix::Stamp)
        {
            draft.push_line(text);
            return ControlFlow::Continue(());
        }
        self.last.clear();
        self.further = Further::default();
        let name = text.split(' ').next().filter(|name| self.prefix.is_proven_by(name) && is_name(name));
        let origin = ear.origins.of(name.and_then(|name| self.prefix.service(name)), None);
        let draft = self.records.begin(before, number, ear)?;
        plain::take_message(text, draft);
        draft.origin = origin;
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: Prefix, line: &str, expected: Option<(&str, &str)>) {
        let said = prefix.split(line);
        assert_eq!(said.map(|said| (prefix.service(said.name).unwrap_or(""), said.text)), expected, "{line}");
    }

    #[test]
    fn each_tool_names_who_speaks_in_its_own_way() {
        check(Prefix::Compose, "web-1     | ready", Some(("web", "ready")));
        check(Prefix::Compose, "shop_web_12  |   indented", Some(("shop_web", "  indented")));
        check(Prefix::Compose, "db | ", Some(("db", "")));
        check(Prefix::Compose, "INFO | ready", None);
        check(Prefix::Compose, "web-1 exited with code 1", None);
        check(Prefix::Kubectl, "[pod/pay-64469b5b48-25zj6/app] ready", Some(("pay", "ready")));
        check(Prefix::Kubectl, "[pod/kafka-0/kafka] ready", Some(("kafka", "ready")));
        check(Prefix::Kubectl, "[main/a/b] ready", None);
        check(Prefix::Stern, "pay-64469b5b48-25zj6 app ready", Some(("pay", "ready")));
        check(Prefix::Stern, "+ pay-64469b5b48-25zj6 › app", None);
        check(Prefix::Stamp, "2026-01-02T00:00:00Z {\"a\":1}", Some(("", "2026-01-02T00:00:00Z {\"a\":1}")));
        check(Prefix::Stamp, "2026-01-02 00:00:00 {\"a\":1}", None);
        assert!(Prefix::Stamp.told_by("2026-01-02T00:00:00Z {}").is_some());
        assert!(Prefix::Stamp.told_by("2026-01-02T00:00:00Z text").is_none());
    }
}
