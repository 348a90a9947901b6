//! Python's tracebacks, whose last line is not indented: `Traceback (most recent call last):`, frames, `ValueError: why`.
//!
//! In a file the lines without a stamp belong to the record before them. A container's runtime gives each line a time of its own,
//! so there the traceback itself has to tell where it ends. Other languages indent all but the first line, or say `Caused by`.

use hark_event::Level;

const BEGINS: &str = "Traceback (most recent call last):";
/// What stands between two tracebacks of one failure.
const LINKS: [&str; 2] =
    ["During handling of the above exception", "The above exception was the direct cause"];

/// How far a traceback has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Traceback {
    /// There is none.
    #[default]
    None,
    /// Frames follow, and then the line that names the exception.
    Frames,
    /// It was named; another may be linked to it.
    Named,
    /// Another follows.
    Linked,
}

impl Traceback {
    /// After the first line of a record.
    pub(crate) fn beginning_with(text: &str) -> Self {
        if text.starts_with(BEGINS) { Self::Frames } else { Self::None }
    }

    /// Whether a line goes on with the record that is open, which has this level.
    pub(crate) fn takes(&mut self, text: &str, level: Level) -> bool {
        let is_beginning = text.starts_with(BEGINS);
        let (takes, next) = match *self {
            // Who logs an exception at ERROR prints it below.
            Self::None if is_beginning && level >= Level::Error => (true, Self::Frames),
            Self::None | Self::Named if is_beginning => (false, Self::Frames),
            Self::None => (false, Self::None),
            Self::Frames if text.starts_with([' ', '\t']) => (true, Self::Frames),
            Self::Frames => (true, Self::Named),
            Self::Named if text.is_empty() => (true, Self::Named),
            Self::Named if LINKS.iter().any(|link| text.starts_with(link)) => (true, Self::Linked),
            Self::Named => (false, Self::None),
            Self::Linked if text.is_empty() => (true, Self::Linked),
            Self::Linked if is_beginning => (true, Self::Frames),
            Self::Linked => (false, Self::None),
        };
        *self = next;
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first lines of records, of lines that all have a time of their own.
    #[track_caller]
    fn check(lines: &[&str], expected: &[&str]) {
        let mut traceback = Traceback::default();
        let mut first = Vec::new();
        for line in lines {
            let level = if line.contains("ERROR") { Level::Error } else { Level::Info };
            if first.is_empty() {
                traceback = Traceback::beginning_with(line);
                first.push((*line, level));
            } else if !traceback.takes(line, first.last().map_or(Level::Info, |(_, level)| *level)) {
                first.push((line, level));
            }
        }
        assert_eq!(first.iter().map(|(line, _)| *line).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_traceback_is_one_record_up_to_the_line_that_names_the_exception() {
        check(
            &[
                "Traceback (most recent call last):",
                "  File \"a.py\", line 1",
                "    pay()",
                "ValueError: no",
                "started",
            ],
            &["Traceback (most recent call last):", "started"],
        );
        check(
            &[
                "ERROR cannot pay",
                "Traceback (most recent call last):",
                "  File \"a.py\"",
                "KeyError: 'x'",
                "ready",
            ],
            &["ERROR cannot pay", "ready"],
        );
        check(
            &["ready", "Traceback (most recent call last):", "  File \"a.py\"", "KeyError: 'x'"],
            &["ready", "Traceback (most recent call last):"],
        );
    }

    #[test]
    fn a_failure_while_another_is_handled_belongs_to_it() {
        check(
            &[
                "Traceback (most recent call last):",
                "  File \"a.py\"",
                "KeyError: 'x'",
                "",
                "During handling of the above exception, another exception occurred:",
                "",
                "Traceback (most recent call last):",
                "  File \"b.py\"",
                "RuntimeError: y",
                "Traceback (most recent call last):",
            ],
            &["Traceback (most recent call last):", "Traceback (most recent call last):"],
        );
    }
}
