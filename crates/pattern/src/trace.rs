//! What of a record's further lines belongs to its identity: the types of the exceptions, and the innermost functions.
//!
//! Line numbers, addresses, the depth of the stack and "… 23 more" differ from one failure to the next, though the
//! failure is the same. Java, Python, Go, Rust, Node, .NET and Ruby are known by the form of their frames.

use crate::shaper::MESSAGE_BYTES_MAX;

/// So many lines with types of exceptions are kept.
const EXCEPTIONS_MAX: usize = 3;
/// So many frames are kept.
const FRAMES_MAX: usize = 3;
/// The longest name of a function that is kept; longer ones are cut.
const FUNCTION_BYTES_MAX: usize = 160;

/// What was found, in the order in which it is told: exceptions, then frames, the innermost first.
#[derive(Default)]
pub(crate) struct Telling<'a> {
    exceptions: [Option<&'a str>; EXCEPTIONS_MAX],
    frames: [Option<&'a str>; FRAMES_MAX],
}

impl<'a> Telling<'a> {
    /// The lines, each to be shaped like a message.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &'a str> {
        self.exceptions.into_iter().chain(self.frames).flatten()
    }

    fn add_exception(&mut self, line: &'a str) {
        if let Some(free) = self.exceptions.iter_mut().find(|place| place.is_none()) {
            *free = Some(line);
        }
    }

    /// Frames come innermost first, in Python innermost last.
    fn add_frame(&mut self, function: &'a str, is_python: bool) {
        let function = &function[..function.floor_char_boundary(FUNCTION_BYTES_MAX)];
        if is_python {
            self.frames.rotate_right(1);
            self.frames[0] = Some(function);
        } else if let Some(free) = self.frames.iter_mut().find(|place| place.is_none()) {
            *free = Some(function);
        }
    }
}

/// The telling lines of a record: `first` is its first line and `body` all others.
pub(crate) fn telling_lines<'a>(first: &str, body: &'a str) -> Telling<'a> {
    let is_python = first.contains(PYTHON) || head(body).contains(PYTHON);
    let considered = if is_python { tail(body) } else { head(body) };
    let mut telling = Telling::default();
    for line in considered.lines() {
        let trimmed = line.trim();
        if let Some(function) = frame(trimmed) {
            telling.add_frame(function, trimmed.starts_with("File \""));
        } else if is_exception(trimmed) {
            telling.add_exception(trimmed);
        }
    }
    telling
}

const PYTHON: &str = "Traceback (most recent call last)";

fn head(body: &str) -> &str {
    &body[..body.floor_char_boundary(MESSAGE_BYTES_MAX)]
}

fn tail(body: &str) -> &str {
    &body[body.ceil_char_boundary(body.len().saturating_sub(MESSAGE_BYTES_MAX))..]
}

/// The function that a line names as a frame.
fn frame(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("at ") {
        return at_frame(rest);
    }
    if line.starts_with("File \"") {
        return line.rsplit_once(", in ").map(|(_, function)| function);
    }
    if let Some((number, function)) = line.split_once(": ")
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(without_hash(function));
    }
    if let Some((_, function)) = line.split_once(":in ") {
        return Some(function.trim_matches(['`', '\'', '"']));
    }
    go_frame(line)
}

/// `com.shop.Cart.add(Cart.java:12)`, `Cart.add (/srv/cart.js:1:2)`, `Shop.Cart.Add(Item i) in Cart.cs:line 3`.
fn at_frame(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("async ").unwrap_or(rest);
    if rest.starts_with(['/', '.', '<']) && !rest.contains('(') {
        return None;
    }
    let function = rest.split(['(', ' ']).next().unwrap_or(rest);
    let is_named = if function == "new" { rest.split('(').next() } else { Some(function) };
    is_named.map(str::trim_end).filter(|function| !function.is_empty())
}

/// Rust appends a hash to mangled names: `shop::cart::add::h0123456789abcdef`.
fn without_hash(function: &str) -> &str {
    match function.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => function,
    }
}

/// `main.(*Cart).Add(0xc000010000, 0x1)`, `created by main.main`.
fn go_frame(line: &str) -> Option<&str> {
    let open = line.rfind('(')?;
    let (function, arguments) = line.split_at(open);
    let is_name = function.contains('.') && !function.contains([' ', ':', '=', '"', ',']);
    (is_name && arguments.ends_with(')')).then_some(function)
}

/// A line that begins with the type of an exception, perhaps behind `Caused by:`.
fn is_exception(line: &str) -> bool {
    let line = line.strip_prefix("Caused by: ").unwrap_or(line);
    let line = line.strip_prefix("Suppressed: ").unwrap_or(line);
    if line.starts_with("panic: ") || line.starts_with("goroutine ") && line.ends_with("[running]:") {
        return line.starts_with("panic: ");
    }
    let end = line.find([':', ' ', '(']).unwrap_or(line.len());
    let (name, behind) = line.split_at(end);
    let name = if behind.starts_with("::") { line.split(": ").next().unwrap_or(name) } else { name };
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    let is_name =
        last.starts_with(|first: char| first.is_ascii_uppercase()) && name.bytes().all(is_name_byte);
    let is_ended = behind.is_empty() || behind.starts_with(':') || behind.starts_with(" (");
    let is_error =
        ["Error", "Exception", "Failure", "Fault", "Interrupt", "Exit", "Warning", "Throwable", "Iteration"];
    is_name && is_ended && is_error.iter().any(|suffix| last.ends_with(suffix))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b':')
}
