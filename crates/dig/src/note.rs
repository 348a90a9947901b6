//! Finds what people wrote down about what they did not trust: TODOs, workarounds, assumptions.
//!
//! Notes stand in comments, in Python's docstrings, and in texts that say that something should never
//! happen. They are found by words, so a comment about "temporary" things of other kinds is a note too;
//! the commonest of those (temporary files and directories) are left out. Licence headers are no notes.

use crate::function::Functions;
use crate::language::{Comments, Language};
use crate::lexer::{Kind, Token};
use crate::masking::masked;

/// A note's text is cut here.
const TEXT_BYTES_MAX: usize = 300;
/// A file with more notes than this is most likely generated.
const NOTES_PER_FILE_MAX: usize = 500;

/// A note as found in one file.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Remark {
    pub(crate) line: u32,
    pub(crate) text: String,
    pub(crate) function: Option<String>,
}

/// Lines of comment that belong together: the line's number, and its text without marks.
type Block = Vec<(u32, String)>;

/// The notes of a source file, in order of lines.
pub(crate) fn notes(tokens: &[Token<'_>], functions: &Functions, language: Language) -> Vec<Remark> {
    let mut found: Vec<Remark> = Vec::new();
    for block in blocks(tokens, language) {
        notes_of_block(&block, functions, &mut found);
    }
    for token in tokens {
        if matches!(token.kind, Kind::Text(_)) && says_never(token.text) && !is_docstring(token, language) {
            let text = without_marks(&token.text.replace(['\n', '\r'], " "));
            let function = functions.around(token.line).map(str::to_owned);
            found.push(Remark { line: token.line, text: shortened(&masked(&text)), function });
        }
    }
    found.sort_by_key(|note| note.line);
    found.truncate(NOTES_PER_FILE_MAX);
    found
}

/// The notes in the comments of a file that has no code of its own.
pub(crate) fn notes_in_comments(text: &str, comments: Comments) -> Vec<Remark> {
    let mut found = Vec::new();
    for block in comment_blocks(text, comments) {
        notes_of_block(&block, &Functions::default(), &mut found);
    }
    found.truncate(NOTES_PER_FILE_MAX);
    found
}

fn is_docstring(token: &Token<'_>, language: Language) -> bool {
    language == Language::Python
        && token.first_on_line
        && matches!(token.kind, Kind::Text(quote) if quote.triple)
}

/// Comments that stand on neighbouring lines, with nothing else on those, are one block.
fn blocks(tokens: &[Token<'_>], language: Language) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut joins_at = None;
    for token in tokens {
        if token.kind != Kind::Comment && !is_docstring(token, language) {
            continue;
        }
        let lines = (token.line..).zip(token.text.lines().map(without_marks));
        let continues = token.first_on_line && joins_at == Some((token.line, token.column));
        match blocks.last_mut() {
            Some(block) if continues => block.extend(lines),
            _ => blocks.push(lines.collect()),
        }
        joins_at = token.first_on_line.then_some((token.line_end + 1, token.column));
    }
    blocks
}

fn comment_blocks(text: &str, comments: Comments) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut last = 0;
    let mut within = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let Some(comment) = comment_of_line(line, comments, &mut within) else { continue };
        let alone = comment.len() == line.trim_start().len();
        let entry = (number, without_marks(comment));
        match blocks.last_mut() {
            Some(block) if alone && last + 1 == number => block.push(entry),
            _ => blocks.push(vec![entry]),
        }
        last = if alone { number } else { 0 };
    }
    blocks
}

/// The comment on this line, with its marks. `within` says whether a comment is open from lines before.
fn comment_of_line<'l>(line: &'l str, comments: Comments, within: &mut bool) -> Option<&'l str> {
    let (opens, closes, marks): (&str, &str, &[&str]) = match comments {
        Comments::Hash => ("", "", &["#"]),
        Comments::Dashes => ("/*", "*/", &["--"]),
        Comments::Ini => ("", "", &[";", "#"]),
        Comments::Slashes => ("/*", "*/", &["//", "#"]),
        Comments::Markup => ("<!--", "-->", &[]),
    };
    if *within {
        *within = !line.contains(closes);
        return Some(line.trim_start());
    }
    if !opens.is_empty()
        && let Some(start) = line.find(opens)
    {
        *within = !line[start + opens.len()..].contains(closes);
        return Some(&line[start..]);
    }
    let start = marks.iter().filter_map(|mark| comment_start(line, mark)).min()?;
    Some(&line[start..])
}

/// So many marks on a line are looked at: each look counts the quotes before it.
const MARKS_MAX: usize = 64;

/// Where the mark begins a comment: at the line's start or after space, and not within quotes.
fn comment_start(line: &str, mark: &str) -> Option<usize> {
    line.match_indices(mark).map(|(at, _)| at).take(MARKS_MAX).find(|at| {
        let before = &line[..*at];
        let free = before.is_empty() || before.ends_with(char::is_whitespace);
        free && ['"', '\''].iter().all(|quote| before.matches(*quote).count().is_multiple_of(2))
    })
}

/// The words of a comment's line.
fn without_marks(line: &str) -> String {
    let line = line.trim();
    let line = line.strip_prefix("<!--").unwrap_or(line);
    let line = line.trim_start_matches(['/', '*', '#', '!', ';', '"', '\'', '-', '=']);
    let line = line.strip_suffix("-->").unwrap_or(line);
    line.trim_end_matches(['/', '*', '"', '\'', '#']).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn notes_of_block(block: &Block, functions: &Functions, found: &mut Vec<Remark>) {
    if block.iter().any(|(_, text)| is_licence(text)) {
        return;
    }
    // A task marked at the start of a line is a note of its own, up to the next one or the block's end.
    let starts = |index: usize| index > 0 && begins_task(&block[index].1);
    let mut from = 0;
    while from < block.len() {
        let to = (from + 1..block.len()).find(|index| starts(*index)).unwrap_or(block.len());
        found.extend(note_of_lines(&block[from..to], functions));
        from = to;
    }
}

fn note_of_lines(lines: &[(u32, String)], functions: &Functions) -> Option<Remark> {
    let whole = joined(lines);
    if !is_note(&whole) {
        return None;
    }
    // A long comment is told from where its note begins.
    let first = if whole.len() <= TEXT_BYTES_MAX {
        0
    } else {
        let noted = lines.iter().position(|(_, text)| is_note(text));
        noted.or_else(|| lines.windows(2).position(|pair| is_note(&joined(pair)))).unwrap_or(0)
    };
    let text = shortened(&masked(&joined(&lines[first..])));
    let last = lines.last().map_or(0, |(line, _)| *line);
    let function = functions.around_or_below(last).map(str::to_owned);
    Some(Remark { line: lines[first].0, text, function })
}

fn joined(lines: &[(u32, String)]) -> String {
    let texts: Vec<&str> =
        lines.iter().map(|(_, text)| text.as_str()).filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

/// Cut at a word's end within the limit.
fn shortened(text: &str) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= TEXT_BYTES_MAX {
        return text.to_owned();
    }
    let limit = text.floor_char_boundary(TEXT_BYTES_MAX - ELLIPSIS.len());
    let end = text[..limit].rfind(' ').unwrap_or(limit);
    format!("{}{ELLIPSIS}", &text[..end])
}

fn is_licence(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "licensed under",
        "licensed to the",
        "copyright (c)",
        "copyright ©",
        "spdx-license",
        "general public license",
    ]
    .iter()
    .any(|words| lower.contains(words))
}

const TASKS: [&str; 4] = ["TODO", "FIXME", "HACK", "XXX"];

fn begins_task(text: &str) -> bool {
    let start = text.trim_start_matches(['@', '-', '*', ' ']);
    TASKS
        .iter()
        .any(|task| start.strip_prefix(task).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
}

/// Words that make a comment a note, in lower case. They begin and end at the borders of words.
const PHRASES: [&str; 37] = [
    "todo:",
    "todo(",
    "fixme:",
    "should never",
    "must never",
    "can't happen",
    "cannot happen",
    "can not happen",
    "never happen",
    "assume",
    "assumes",
    "assumed",
    "assuming",
    "assumption",
    "assumptions",
    "workaround",
    "workarounds",
    "work around",
    "work-around",
    "temporary",
    "temporarily",
    "for now",
    "remove after",
    "remove when",
    "remove once",
    "remove this when",
    "remove this after",
    "remove this once",
    "until the migration",
    "after the migration",
    "handle later",
    "handle this later",
    "not expected",
    "unlikely",
    "quick fix",
    "band-aid",
    "stopgap",
];

/// "Temporary" things that are no provisional decision.
const NOT_NOTES: [&str; 8] = [
    "temporary file",
    "temporary files",
    "temporary directory",
    "temporary directories",
    "temporary folder",
    "temporary table",
    "temporary buffer",
    "temporary variable",
];

fn is_note(text: &str) -> bool {
    if TASKS.iter().any(|task| has_words(text, task)) {
        return true;
    }
    let mut lower = text.to_ascii_lowercase().replace('’', "'");
    for phrase in NOT_NOTES {
        if lower.contains(phrase) {
            lower = lower.replace(phrase, "");
        }
    }
    PHRASES.iter().any(|phrase| has_words(&lower, phrase))
}

fn says_never(text: &str) -> bool {
    const NEVER: [&str; 6] =
        ["should never", "must never", "can't happen", "cannot happen", "can not happen", "never happen"];
    // Texts are many and these words are few: compare without copying first.
    text.len() >= 12 && {
        let lower = text.to_ascii_lowercase();
        NEVER.iter().any(|phrase| has_words(&lower, phrase))
    }
}

/// Whether the words stand in the text, not as parts of longer ones.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        let inner =
            |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        let open_ended = words.ends_with([':', '(']);
        !inner(before) && (open_ended || !inner(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    #[track_caller]
    fn check(language: Language, source: &str, expected: &[(u32, &str, Option<&str>)]) {
        let all = tokens(source, language);
        let code: Vec<_> = all.iter().copied().filter(|token| token.kind != Kind::Comment).collect();
        let found = match language {
            Language::Commented(comments) => notes_in_comments(source, comments),
            _ => notes(&all, &Functions::find(&code, language), language),
        };
        let printed: Vec<_> =
            found.iter().map(|note| (note.line, note.text.as_str(), note.function.as_deref())).collect();
        assert_eq!(printed, expected);
    }

    #[test]
    fn lines_that_belong_together_are_one_note() {
        check(
            Language::Rust,
            "// Just words.\n\n/// Retries harder:\n/// remove after the migration.\nfn retry() {\n  x(); // TODO: handle later\n  // TODO one\n  // TODO two\n}",
            &[
                (3, "Retries harder: remove after the migration.", Some("retry")),
                (6, "TODO: handle later", Some("retry")),
                (7, "TODO one", Some("retry")),
                (8, "TODO two", Some("retry")),
            ],
        );
    }

    #[test]
    fn block_comments_and_docstrings_are_read() {
        check(
            Language::Java,
            "/**\n * We assume that\n * it is so.\n */\nvoid a() {\n}",
            &[(1, "We assume that it is so.", Some("a"))],
        );
        check(
            Language::Python,
            "def a():\n  '''A workaround.'''\n  b = 'x'  # XXX later",
            &[(2, "A workaround.", Some("a")), (3, "XXX later", Some("a"))],
        );
    }

    #[test]
    fn texts_that_say_never_are_notes() {
        check(
            Language::Java,
            "void a() {\n  throw new E(\"This should never happen\");\n}",
            &[(2, "This should never happen", Some("a"))],
        );
    }

    #[test]
    fn comments_of_settings_are_read() {
        let yaml = "a: 'x # y'\nb: 1 # temporary, see below\n# FIXME: until the migration\n# is over\nc: \"#todo: no\"";
        check(
            Language::Commented(Comments::Hash),
            yaml,
            &[(2, "temporary, see below", None), (3, "FIXME: until the migration is over", None)],
        );
        check(
            Language::Commented(Comments::Markup),
            "<a>\n<!-- for now\nonly -->\n</a>",
            &[(2, "for now only", None)],
        );
        check(Language::Commented(Comments::Dashes), "select 1 -- HACK", &[(1, "HACK", None)]);
    }

    #[test]
    fn other_words_and_licences_are_no_notes() {
        check(Language::C, "// hackers use temporary files\n// TODOS_MAX unlikelyhood", &[]);
        check(Language::C, "/* Licensed under X.\n * assume nothing */", &[]);
    }

    #[test]
    fn a_long_comment_is_told_from_where_its_note_begins() {
        let source = format!("/*\n{}\n assume é {}*/", "word ".repeat(80), "ö".repeat(400));
        let all = tokens(&source, Language::C);
        let found = notes(&all, &Functions::default(), Language::C);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 3);
        assert!(found[0].text.starts_with("assume é") && found[0].text.len() <= TEXT_BYTES_MAX);
    }
}
