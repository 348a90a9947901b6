//! The source code as it stands after a number of edits.

use std::collections::{BTreeMap, BTreeSet};

use crate::shop::{Argument, Language, Level, Line, Part, Service, Statement, When};

/// One edit of one place.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Edit {
    /// A function is written; its file too, if it is the first in it.
    Block { service: usize, file: usize, block: usize },
    /// A file without functions is written.
    File { service: usize, file: usize },
    /// A value is changed to the next that people tried.
    Knob { service: usize, file: usize, line: usize },
    /// A log statement is written.
    Reveal { service: usize, statement: usize },
    /// The old line is replaced by the one with a better name.
    Rename { service: usize },
    /// The edit behind the story.
    Flag { service: usize, flag: &'static str },
    /// A line is added to a text.
    Append { path: &'static str, line: String },
}

/// What has been edited so far.
pub(super) struct Sources<'a> {
    shop: &'a [Service],
    blocks: BTreeSet<(usize, usize, usize)>,
    knobs: BTreeMap<(usize, usize, usize), usize>,
    revealed: BTreeSet<(usize, usize)>,
    renamed: BTreeSet<usize>,
    flags: BTreeSet<(usize, &'static str)>,
    texts: BTreeMap<&'static str, String>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(shop: &'a [Service]) -> Self {
        Self {
            shop,
            blocks: BTreeSet::new(),
            knobs: BTreeMap::new(),
            revealed: BTreeSet::new(),
            renamed: BTreeSet::new(),
            flags: BTreeSet::new(),
            texts: BTreeMap::new(),
        }
    }

    /// Makes the edits; returns the files that they changed, with their new contents.
    pub(super) fn apply(&mut self, edits: &[Edit]) -> Vec<(String, String)> {
        let before: Vec<_> = edits.iter().flat_map(|edit| self.touched(edit)).collect();
        let mut texts = Vec::new();
        for edit in edits {
            match edit {
                Edit::Block { service, file, block } => drop(self.blocks.insert((*service, *file, *block))),
                Edit::File { service, file } => drop(self.blocks.insert((*service, *file, 0))),
                Edit::Knob { service, file, line } => {
                    *self.knobs.entry((*service, *file, *line)).or_default() += 1;
                }
                Edit::Reveal { service, statement } => drop(self.revealed.insert((*service, *statement))),
                Edit::Rename { service } => drop(self.renamed.insert(*service)),
                Edit::Flag { service, flag } => drop(self.flags.insert((*service, *flag))),
                Edit::Append { path, line } => {
                    let text = self.texts.entry(*path).or_default();
                    text.push_str(line);
                    text.push('\n');
                    texts.push(((*path).to_owned(), text.clone()));
                }
            }
        }
        let files: BTreeSet<_> = before.into_iter().collect();
        let rendered = files.into_iter().map(|(service, file)| {
            let path = format!("{}/{}", self.shop[service].name, self.shop[service].files[file].path);
            (path, self.render(service, file))
        });
        rendered.chain(texts).collect()
    }

    /// Service and file that an edit changes.
    fn touched(&self, edit: &Edit) -> Vec<(usize, usize)> {
        let with = |service: usize, holds: &dyn Fn(&Line) -> bool| {
            let files = self.shop[service].files.iter().enumerate();
            files
                .filter(|(_, file)| file.blocks.iter().any(|block| block.lines.iter().any(holds)))
                .map(|(file, _)| (service, file))
                .collect()
        };
        match edit {
            Edit::Block { service, file, .. }
            | Edit::File { service, file }
            | Edit::Knob { service, file, .. } => {
                vec![(*service, *file)]
            }
            Edit::Reveal { service, statement } => {
                with(*service, &|line| matches!(line, Line::Log { statement: this, .. } if this == statement))
            }
            Edit::Rename { service } => {
                let statements = &self.shop[*service].statements;
                with(
                    *service,
                    &|line| matches!(line, Line::Log { statement, .. } if matches!(statements[*statement].when, When::Gone(_))),
                )
            }
            Edit::Flag { service, flag } => {
                with(*service, &|line| matches!(line, Line::Flag { flag: this, .. } if this == flag))
            }
            Edit::Append { .. } => Vec::new(),
        }
    }

    fn render(&self, service: usize, file: usize) -> String {
        let blocks = &self.shop[service].files[file].blocks;
        let mut text = String::new();
        for (number, block) in blocks.iter().enumerate() {
            if block.subject.is_some() && !self.blocks.contains(&(service, file, number)) {
                continue;
            }
            for (at, line) in block.lines.iter().enumerate() {
                if let Some(line) = self.render_line(service, (service, file, at), line) {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
            // Functions are parted by an empty line, but not from the brace that closes their class.
            let next_is_function = blocks.get(number + 1).is_some_and(|next| next.subject.is_some());
            if block.subject.is_some() && next_is_function {
                text.push('\n');
            }
        }
        text
    }

    fn render_line(&self, service: usize, knob: (usize, usize, usize), line: &Line) -> Option<String> {
        match line {
            Line::Code(code) => Some((*code).to_owned()),
            Line::Log { indent, statement: number } => {
                let statement = &self.shop[service].statements[*number];
                let written = match statement.when {
                    When::Deploy(_) => self.revealed.contains(&(service, *number)),
                    When::Gone(_) => !self.renamed.contains(&service),
                    When::Renamed(_) => self.renamed.contains(&service),
                    _ => true,
                };
                written.then(|| format!("{indent}{}", statement_in(self.shop[service].language, statement)))
            }
            Line::Flag { flag, edited, text } => {
                (self.flags.contains(&(service, *flag)) == *edited).then(|| (*text).to_owned())
            }
            Line::Knob { before, values, after } => {
                let turned = self.knobs.get(&knob).copied().unwrap_or(0);
                Some(format!("{before}{}{after}", values[turned % values.len()]))
            }
        }
    }
}

/// A log statement as it is written in this language.
fn statement_in(language: Language, statement: &Statement) -> String {
    let mut names = Vec::new();
    let mut message = String::new();
    for part in &statement.parts {
        match part {
            Part::Text(text) => message.push_str(text),
            Part::Argument(argument) => {
                let name = name(language, argument);
                message.push_str(&match language {
                    Language::Java | Language::Rust => "{}".to_owned(),
                    Language::Python => "%s".to_owned(),
                    Language::Go => "%v".to_owned(),
                    Language::TypeScript => format!("${{{name}}}"),
                });
                names.push(name);
            }
        }
    }
    let level = level(language, statement.level);
    let listed: String = names.iter().map(|name| format!(", {name}")).collect();
    match language {
        Language::TypeScript => format!("log.{level}(`{message}`);"),
        Language::Java => format!("log.{level}(\"{message}\"{listed});"),
        Language::Python => format!("log.{level}(\"{message}\"{listed})"),
        Language::Rust => format!("{level}!(\"{message}\"{listed});"),
        Language::Go if names.is_empty() => format!("slog.{level}(\"{message}\")"),
        Language::Go => format!("slog.{level}(fmt.Sprintf(\"{message}\"{listed}))"),
    }
}

fn level(language: Language, level: Level) -> &'static str {
    match (language, level) {
        (Language::Go, Level::Debug) => "Debug",
        (Language::Go, Level::Info) => "Info",
        (Language::Go, Level::Warn) => "Warn",
        (Language::Go, Level::Error) => "Error",
        (Language::Python, Level::Warn) => "warning",
        (_, Level::Debug) => "debug",
        (_, Level::Info) => "info",
        (_, Level::Warn) => "warn",
        (_, Level::Error) => "error",
    }
}

/// The name of a variable: in words for those who write words together, and with bars for the others.
fn name(language: Language, argument: &Argument) -> String {
    let words: &[&str] = match argument {
        Argument::Order => &["order", "id"],
        Argument::User => &["user"],
        Argument::Sku => &["sku"],
        Argument::Milliseconds(_) => &["elapsed", "ms"],
        Argument::Between(..) => &["count"],
        Argument::Money => &["amount"],
        Argument::Ip => &["remote"],
        Argument::Hex => &["id"],
        Argument::Session => &["session"],
        Argument::Query => &["query"],
        Argument::Word => &["word"],
        Argument::Status => &["status"],
        Argument::Pick(_) => &["kind"],
        Argument::Host => &["host"],
        Argument::Version => &["version"],
        Argument::Date => &["day"],
        Argument::Attempt => &["attempt"],
        Argument::Upstream => &["upstream"],
        Argument::Entity => &["entity", "id"],
        Argument::From => &["from"],
        Argument::To => &["to"],
    };
    if matches!(language, Language::Python | Language::Rust) {
        return words.join("_");
    }
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    words
        .iter()
        .enumerate()
        .map(|(at, word)| if at == 0 { (*word).to_owned() } else { capital(word) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop;

    #[track_caller]
    fn check(service: &str, at: impl Fn(&When) -> bool, expected: &str) {
        let shop = shop::services();
        let service = shop.iter().find(|known| known.name == service).unwrap();
        let number = service.said(at).next().unwrap();
        assert_eq!(statement_in(service.language, &service.statements[number]), expected);
    }

    #[test]
    fn a_statement_is_written_as_its_language_writes_it() {
        let never = |when: &When| *when == When::Never;
        check(
            "checkout",
            |when| *when == When::Retry,
            r#"log.info("retrying upstream {} attempt {} of 5 after {}ms", upstream, attempt, elapsedMs);"#,
        );
        check("inventory", never, r#"log.warning("stock of %s would be negative, counting again", sku)"#);
        check(
            "search",
            never,
            r#"slog.Warn(fmt.Sprintf("document %v found in two live segments, keeping the newer", sku))"#,
        );
        check("accounts", never, r#"warn!("session {} owned by two hosts, closing the older", session);"#);
        check(
            "storefront",
            never,
            "log.warn(`session ${session} belongs to nobody, serving it as a guest`);",
        );
    }
}
