//! What of a record's further lines belongs to its identity: the types of the exceptions with their messages, and the top
//! functions of the code that its users wrote.
//!
//! Line numbers, addresses, the depth of the stack and "… 23 more" differ from one failure to the next, though the
//! failure is the same; and what a library calls within itself changes with each update. So frames of runtimes and libraries
//! (`frame.rs` says whose a frame is) count only where there are no others. Of each exception in a chain the first own
//! frame is kept, and what is left of three is filled from the top.
//!
//! Java, Python, Go, Rust, Node, .NET and Ruby are known by the form of their frames.

use std::borrow::Cow;

use crate::frame::{Frame, Owner, frame, owner_of_location, python_frame};

/// So much of the further lines is looked at: of Python the end, which has the exception, else the beginning.
const TRACE_BYTES_MAX: usize = 16 * 1024;
/// So many lines with types of exceptions are kept.
const EXCEPTIONS_MAX: usize = 3;
/// So many frames are kept.
const FRAMES_MAX: usize = 3;
/// So many frames are looked at.
const FRAMES_SEEN_MAX: usize = 512;
/// How a traceback of Python begins.
const PYTHON: &str = "Traceback (most recent call last)";

/// What was found.
#[derive(Default)]
pub(crate) struct Telling<'a> {
    exceptions: Vec<&'a str>,
    frames: Vec<Frame<'a>>,
    /// How many frames there were before each exception.
    sections: Vec<usize>,
    is_python: bool,
}

/// The telling lines of a record: `first` is its first line and `body` all others.
pub(crate) fn telling_lines<'a>(first: &str, body: &'a str) -> Telling<'a> {
    let is_python = first.contains(PYTHON) || head(body).contains(PYTHON);
    let mut telling = Telling { is_python, ..Telling::default() };
    let mut is_message_due = is_panic(first);
    for line in (if is_python { tail(body) } else { head(body) }).lines() {
        let trimmed = line.trim().trim_start_matches("| ").trim_start();
        if let Some(owner) = owner_of_location(trimmed) {
            telling.locate(owner);
        } else if let Some(frame) = if is_python { python_frame(trimmed) } else { frame(trimmed) } {
            telling.add_frame(frame);
        } else if is_message_due || is_exception(trimmed) || telling.ends_with(line) {
            telling.add_exception(trimmed);
        }
        is_message_due = is_panic(trimmed);
    }
    telling
}

impl<'a> Telling<'a> {
    /// The lines, each to be shaped like a message: exceptions, then frames.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let exceptions = self.exceptions.iter().map(|line| Cow::Borrowed(*line));
        exceptions.chain(self.chosen().into_iter().map(|function| Cow::Owned(format!("at {function}"))))
    }

    fn add_exception(&mut self, line: &'a str) {
        if self.exceptions.len() < EXCEPTIONS_MAX && !line.is_empty() && !self.exceptions.contains(&line) {
            self.exceptions.push(line);
        }
        self.sections.push(self.frames.len());
    }

    fn add_frame(&mut self, frame: Frame<'a>) {
        // Recursion goes as deep as it goes.
        let is_new = self.frames.last().is_none_or(|last| last.function != frame.function);
        if is_new && self.frames.len() < FRAMES_SEEN_MAX {
            self.frames.push(frame);
        }
    }

    /// Tells whose the last frame is, by the file that stands below it.
    fn locate(&mut self, owner: Owner) {
        if let Some(last) = self.frames.last_mut() {
            last.owner = last.owner.max(owner);
        }
    }

    /// Whether this line ends a traceback of Python: the exception, however it is called.
    fn ends_with(&self, line: &str) -> bool {
        let has_frames = self.frames.len() > self.sections.last().copied().unwrap_or(0);
        self.is_python && has_frames && line.starts_with(|first: char| first.is_alphabetic())
    }

    /// The first frame of each section, then the others, all of the nearest owner that has any.
    fn chosen(&self) -> Vec<Cow<'a, str>> {
        let Some(owner) = self.frames.iter().map(|frame| frame.owner).min() else { return Vec::new() };
        let sections = self.sections_of(owner);
        let firsts = sections.iter().filter_map(|section| section.first());
        let mut chosen: Vec<Cow<'a, str>> = Vec::new();
        for frame in firsts.chain(sections.iter().flatten()) {
            if chosen.len() < FRAMES_MAX && !chosen.contains(&frame.function) {
                chosen.push(frame.function.clone());
            }
        }
        chosen
    }

    /// The frames of this owner by section, the innermost first; Python tells sections and frames the other way round.
    fn sections_of(&self, owner: Owner) -> Vec<Vec<&Frame<'a>>> {
        let starts = [0].into_iter().chain(self.sections.iter().copied());
        let ends = self.sections.iter().copied().chain([self.frames.len()]);
        let section = |(from, to): (usize, usize)| -> Vec<&Frame<'a>> {
            self.frames[from..to].iter().filter(|frame| frame.owner == owner).collect()
        };
        let mut sections: Vec<Vec<&Frame<'a>>> = starts.zip(ends).map(section).collect();
        if self.is_python {
            sections.reverse();
            sections.iter_mut().for_each(|section| section.reverse());
        }
        sections
    }
}

fn head(body: &str) -> &str {
    &body[..body.floor_char_boundary(TRACE_BYTES_MAX)]
}

fn tail(body: &str) -> &str {
    &body[body.ceil_char_boundary(body.len().saturating_sub(TRACE_BYTES_MAX))..]
}

/// `thread 'main' panicked at src/main.rs:2:5:`, behind which Rust says why in a line of its own.
fn is_panic(line: &str) -> bool {
    line.ends_with(':') && line.contains(" panicked at ")
}

/// A line that begins with the type of an exception, perhaps behind `Caused by:`.
fn is_exception(line: &str) -> bool {
    const BEFORE: [&str; 7] = [
        "Caused by: ",
        "Suppressed: ",
        "[cause]: ",
        "---> ",
        "Uncaught ",
        "Unhandled exception. ",
        "Exception in thread ",
    ];
    if line.starts_with("panic: ") || line.starts_with("fatal error: ") {
        return true;
    }
    let line = BEFORE.iter().find_map(|before| line.strip_prefix(before)).unwrap_or(line);
    let line = line.strip_prefix('"').and_then(|name| name.split_once("\" ")).map_or(line, |(_, line)| line);
    let end = line.find([':', ' ', '(']).unwrap_or(line.len());
    let (name, behind) = line.split_at(end);
    let name = if behind.starts_with("::") { line.split(": ").next().unwrap_or(name) } else { name };
    let is_ended = behind.is_empty() || behind.starts_with(':') || behind.starts_with(" (");
    is_ended && name.bytes().all(is_name_byte) && is_type_of_exception(name)
}

/// A type that says what it is, or one with its package before it: `com.shop.OutOfStock`.
fn is_type_of_exception(name: &str) -> bool {
    const ENDS: [&str; 11] = [
        "Error",
        "Exception",
        "ExceptionGroup",
        "Failure",
        "Fault",
        "Interrupt",
        "Exit",
        "Warning",
        "Throwable",
        "Iteration",
        "Panic",
    ];
    let (package, last) = name.rsplit_once(['.', ':']).unwrap_or(("", name));
    let is_type = last.starts_with(|first: char| first.is_ascii_uppercase());
    let is_package = package.contains('.')
        && package.split('.').all(|part| part.starts_with(|first: char| first.is_ascii_lowercase()));
    is_type && (is_package || ENDS.iter().any(|end| last.ends_with(end)))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b':')
}

#[cfg(test)]
mod tests;
