//! The order of files that one log was rotated into: `app.log.3.gz`, `app.log.2`, `app.log.1`, `app.log`, oldest first.
//!
//! A greater number is older, a later date is newer, and what has neither is still written to. Each is read by itself:
//! a record that rotation cut in two stays two, since nothing tells the end of one file from a lost one.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use crate::origin::{are_endings, stem};

/// Orders files by directory, by the log that they belong to, and by age; the name decides what is left.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    directory: PathBuf,
    stem: String,
    age: Age,
    name: String,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Age {
    /// Digits of a date and perhaps of a time.
    Dated(String),
    Numbered(Reverse<u32>),
    Current,
}

impl Place {
    /// The place of the file of this path.
    pub(crate) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        Self { directory, stem: stem(&name), age: Age::of(&name), name }
    }
}

impl Age {
    fn of(name: &str) -> Self {
        let (mut number, mut end) = (None, 0);
        for part in name.split(['.', '_', '-']) {
            let digits: String = part.bytes().filter(u8::is_ascii_digit).map(char::from).collect();
            let is_number = !part.is_empty() && digits.len() == part.len();
            let start = end;
            end = start + part.len();
            if is_number && digits.len() <= 4 {
                number =
                    digits.parse().ok().map(|number| (number, is_suffix((&name[..start], &name[end..]))));
            }
            // What separates parts is one byte long.
            end += 1;
        }
        let digits: String = dated(name);
        if digits.len() >= 8 {
            return Self::Dated(digits);
        }
        match number {
            Some((number, true)) => Self::Numbered(Reverse(number)),
            _ => Self::Current,
        }
    }
}

/// Whether only packing and kind follow, and a dot goes before: `.2.gz`, `.2.log.bz2`.
fn is_suffix((before, after): (&str, &str)) -> bool {
    before.ends_with('.') && are_endings(after)
}

/// The digits of the longest run that looks like a date: `2026-01-02_15`, `20260102`.
fn dated(name: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '_' | ':' | 'T');
    name.split(|letter| !is_part(letter))
        .map(|run| run.chars().filter(char::is_ascii_digit).collect::<String>())
        .max_by_key(String::len)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &[&str]) {
        let mut names: Vec<&str> = expected.iter().rev().copied().collect();
        names.sort_by_key(|name| Place::of(Path::new(name)));
        assert_eq!(names, expected);
    }

    #[test]
    fn the_oldest_comes_first_and_the_one_that_is_written_to_last() {
        check(&["app.log.10.gz", "app.log.2.gz", "app.log.1", "app.log"]);
        check(&["app.log-20260101.gz", "app.log-20260102", "app.log"]);
        check(&["app-2026-01-02.log", "app-2026-01-03.log", "app.log"]);
        check(&["a/app.log.1", "a/app.log", "b/app.log"]);
        check(&["postgresql-14.log", "postgresql-15.log"]);
        for ending in ["bz2", "gz", "xz", "zst"] {
            let names = [3, 2, 1].map(|number| format!("app.{number}.log.{ending}"));
            check(&[names[0].as_str(), names[1].as_str(), names[2].as_str(), "app.log"]);
        }
    }
}
