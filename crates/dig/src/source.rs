//! The log statements and notes of one commit's tree, and what a pattern has to do with them.

use std::sync::Arc;

use hark_event::{CodeJoin, CodePlace, Level, Note, Statement};
use rustc_hash::FxHashMap;

use crate::function::Functions;
use crate::join::Index;
use crate::language::Language;
use crate::lexer::{Kind, Token, tokens};
use crate::note::{self, Remark};
use crate::statement;

/// Notes that stand within so many lines of a statement are near it.
const NEAR_LINES_MAX: u32 = 12;
/// More notes than this are not joined to one pattern.
const JOINED_NOTES_MAX: usize = 10;
/// More statements than this are not kept.
const STATEMENTS_MAX: usize = 500_000;
/// More notes than this are not kept.
const NOTES_MAX: usize = 200_000;

/// What stands in the source of a repository at one moment.
#[derive(Default, Debug)]
pub struct Source {
    commit: Option<String>,
    statements: Vec<Statement>,
    notes: Vec<Note>,
    remarks: Vec<String>,
    index: Index,
    /// Where in `notes` the notes of each path stand.
    notes_of_path: FxHashMap<String, std::ops::Range<usize>>,
}

impl Source {
    /// The statements and notes of one file, of no repository; nothing if no language is known by its name.
    pub fn of_text(path: &str, text: &str) -> Self {
        let mut gathering = Gathering::new(Arc::from(""));
        if let Some(language) = Language::of_path(path) {
            gathering.file(path, language, text);
        }
        gathering.finish(None, Vec::new())
    }

    /// The commit whose tree was read; `None` if there was none at that time.
    pub fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }

    /// All log statements, in order of path and line. Tests and vendored code are left out.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// All notes, in order of path and line; without commit, time and author, which
    /// [`Repository::blame`](crate::Repository::blame) finds for the few that are asked for.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What could not be read, and what to do about it, for people.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Joins a pattern's name (`retrying upstream <*> attempt <*>`) or a whole log line to the statements
    /// whose constant text it is, with the notes near them.
    ///
    /// The places are those that explain the pattern best; several are equals, in order of path and line,
    /// at most five. None if nothing explains it.
    pub fn join(&self, pattern: &str, level: Level) -> CodeJoin {
        let best: Vec<&Statement> =
            self.index.best(pattern, level).into_iter().map(|index| &self.statements[index]).collect();
        let mut notes: Vec<Note> = Vec::new();
        for note in best.iter().flat_map(|statement| self.notes_near(statement)) {
            if notes.len() < JOINED_NOTES_MAX && !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        CodeJoin { places: best.into_iter().map(|statement| self.place(statement)).collect(), notes }
    }

    fn place(&self, statement: &Statement) -> CodePlace {
        let near = self.notes_near(statement);
        CodePlace {
            repository: Arc::clone(&statement.repository),
            path: statement.path.clone(),
            line: statement.line,
            commit: None,
            function: statement.function.clone(),
            note: near.first().map(|note| note.text.clone()),
            note_line: near.first().map(|note| note.line),
        }
    }

    /// The notes in the statement's function or within a few lines of it, nearest first.
    fn notes_near(&self, statement: &Statement) -> Vec<&Note> {
        let Some(range) = self.notes_of_path.get(&statement.path) else { return Vec::new() };
        let distance = |note: &Note| note.line.abs_diff(statement.line);
        let mut near: Vec<&Note> = self.notes[range.clone()]
            .iter()
            .filter(|note| {
                let same_function = statement.function.is_some() && note.function == statement.function;
                same_function || distance(note) <= NEAR_LINES_MAX
            })
            .collect();
        near.sort_by_key(|note| (distance(note), note.line));
        near
    }
}

/// Gathers a tree's statements and notes file by file.
pub(crate) struct Gathering {
    repository: Arc<str>,
    source: Source,
    beyond_limits: u64,
}

impl Gathering {
    pub(crate) fn new(repository: Arc<str>) -> Self {
        Self { repository, source: Source::default(), beyond_limits: 0 }
    }

    /// Reads one file. Files must come in order of paths.
    pub(crate) fn file(&mut self, path: &str, language: Language, text: &str) {
        if is_generated(text) {
            return;
        }
        if let Language::Commented(comments) = language {
            return self.notes(path, note::notes_in_comments(text, comments));
        }
        let all = tokens(text, language);
        let code: Vec<Token<'_>> = all.iter().copied().filter(|token| token.kind != Kind::Comment).collect();
        let functions = Functions::find(&code, language);
        for call in statement::calls(&code, language) {
            self.source.statements.push(Statement {
                repository: Arc::clone(&self.repository),
                path: path.to_owned(),
                line: call.line,
                level: call.level,
                text: call.text,
                function: functions.around(call.line).map(str::to_owned),
            });
        }
        self.notes(path, note::notes(&all, &functions, language));
        self.cut();
    }

    fn notes(&mut self, path: &str, found: Vec<Remark>) {
        let start = self.source.notes.len();
        self.source.notes.extend(found.into_iter().map(|remark| Note {
            repository: Arc::clone(&self.repository),
            path: path.to_owned(),
            line: remark.line,
            text: remark.text,
            function: remark.function,
            commit: None,
            written_at: None,
            author_active: None,
        }));
        self.cut();
        let end = self.source.notes.len();
        if start < end {
            self.source.notes_of_path.insert(path.to_owned(), start..end);
        }
    }

    fn cut(&mut self) {
        let source = &mut self.source;
        let beyond = source.statements.len().saturating_sub(STATEMENTS_MAX)
            + source.notes.len().saturating_sub(NOTES_MAX);
        self.beyond_limits += beyond as u64;
        source.statements.truncate(STATEMENTS_MAX);
        source.notes.truncate(NOTES_MAX);
    }

    /// Builds the index; nothing more can be read after it.
    pub(crate) fn finish(mut self, commit: Option<String>, mut remarks: Vec<String>) -> Source {
        if self.beyond_limits > 0 {
            remarks.push(format!(
                "{} log statements and notes lie beyond the limit and were left out",
                self.beyond_limits
            ));
        }
        let texts = self.source.statements.iter().map(|statement| (statement.text.as_str(), statement.level));
        self.source.index = Index::new(texts);
        Source { commit, remarks, ..self.source }
    }
}

/// Whether nobody wrote this by hand: lines of hundreds of letters, or a word that says so at the top.
fn is_generated(text: &str) -> bool {
    const LINE_BYTES_MAX: usize = 500;
    const LOOKED_AT: usize = 1000;
    let lines = text.lines().take(LOOKED_AT);
    let (count, bytes) = lines.fold((1, 0), |(count, bytes), line| (count + 1, bytes + line.len()));
    let top = &text[..text.floor_char_boundary(LOOKED_AT)];
    bytes / count > LINE_BYTES_MAX || top.contains("DO NOT EDIT") || top.contains("@generated")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces that scanners trip over, in an order that follows from the seed alone.
    fn soup(seed: u64) -> String {
        const PIECES: [&str; 48] = [
            "\"",
            "'",
            "`",
            "\"\"\"",
            "'''",
            "/*",
            "*/",
            "//",
            "#",
            "<!--",
            "-->",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "<<",
            "log.info(",
            "LOG(INFO)",
            "info!(",
            "def f",
            "fn f",
            "func (",
            "\n",
            "\n  ",
            "\\",
            "r#\"",
            "R\"x(",
            "$\"",
            "@\"",
            "${",
            "%s",
            "{}",
            "%(",
            "é",
            "…",
            "TODO",
            "should never",
            "::",
            "->",
            ".",
            ",",
            "+",
            "=",
            ":",
            "-",
            " ",
        ];
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut text = String::new();
        for _ in 0..400 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push_str(PIECES[(state % PIECES.len() as u64) as usize]);
        }
        text
    }

    #[test]
    fn no_text_breaks_a_scanner() {
        let paths = [
            "a.rs",
            "a.go",
            "a.java",
            "a.kt",
            "a.py",
            "a.ts",
            "a.cpp",
            "a.cs",
            "a.rb",
            "a.yaml",
            "a.sql",
            "a.ini",
            "a.tf",
            "a.xml",
            "Dockerfile",
            "a.json",
        ];
        for seed in 0..200 {
            let text = soup(seed);
            let mut gathering = Gathering::new(Arc::from("soup"));
            for path in paths {
                if let Some(language) = Language::of_path(path) {
                    gathering.file(path, language, &text);
                }
                crate::settings::Settings::read(path, &text);
            }
            let source = gathering.finish(None, Vec::new());
            let lines = u32::try_from(text.lines().count()).unwrap();
            assert!(
                source.notes().iter().all(|note| (1..=lines).contains(&note.line) && note.text.len() <= 300)
            );
            assert!(source.statements().iter().all(|statement| (1..=lines).contains(&statement.line)));
            for statement in source.statements() {
                source.join(&statement.text, Level::Info);
            }
        }
    }
}
