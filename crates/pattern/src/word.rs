//! One word of a message into the shape: copied if it is constant, else replaced by the wildcard of its kind.
//!
//! A word goes from blank or punctuation to blank or punctuation. It is taken as a whole where the whole is one thing
//! (a time, an address, a path), else divided at `/`, then `:`, then `.`, so that `worker-3:9000` is `<id>:<num>`.

use crate::class::{
    AT, BACKSLASH, COLON, DIGIT, DOT, Flags, HIGH, JOINER, LETTER, LOWER, SLASH, UNDER, UPPER, flags_of, is,
};
use crate::kind::Kind;
use crate::lexeme;
use crate::writer::Writer;

/// A URL that is longer says nothing by its parts.
const URL_BYTES_MAX: usize = 512;
/// A word that is longer and not made of letters alone is data.
const WORD_BYTES_MAX: usize = 128;

/// Where a word stands, as far as it matters to what it means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// Nothing is known.
    Plain,
    /// Behind an HTTP method: a path is a route, whose words carry meaning.
    Route,
}

/// Whether a word without digits may be the name of a machine: it ends in two or three letters behind a dot.
#[inline(always)]
pub(crate) fn may_be_host(word: &[u8]) -> bool {
    let word = match word {
        [rest @ .., b'.' | b':'] => rest,
        _ => word,
    };
    matches!(word, [.., b'.', a, b] | [.., b'.', a, _, b] if a.is_ascii_lowercase() && b.is_ascii_lowercase())
}

/// Writes one word.
pub(crate) fn write(out: &mut Writer, word: &str, flags: Flags, context: Context) {
    let bytes = word.as_bytes();
    if let Some(b'.' | b':') = bytes.last() {
        let end = bytes.iter().rposition(|byte| !matches!(byte, b'.' | b':')).map_or(0, |last| last + 1);
        if end > 0 {
            write(out, &word[..end], flags_of(&bytes[..end]), context);
        }
        return out.push(&word[end..]);
    }
    if word.len() > WORD_BYTES_MAX
        && flags & (DIGIT | SLASH | JOINER | AT) != 0
        && scheme_end(bytes).is_none()
    {
        return out.wildcard(if bytes.iter().all(u8::is_ascii_hexdigit) { Kind::Hex } else { Kind::Str });
    }
    if flags & (SLASH | BACKSLASH) != 0 {
        return with_slashes(out, word, flags, context);
    }
    if flags & COLON != 0 {
        return with_colons(out, word, flags);
    }
    part(out, word, flags);
}

/// Where the `://` of a URL stands.
fn scheme_end(bytes: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', bytes)?;
    bytes[colon..].starts_with(b"://").then_some(colon)
}

fn with_slashes(out: &mut Writer, word: &str, flags: Flags, context: Context) {
    let bytes = word.as_bytes();
    if flags & COLON != 0
        && let Some(scheme) = scheme_end(bytes)
    {
        return url(out, word, scheme);
    }
    if is_windows_path(bytes) {
        return path(out, word, flags, 2);
    }
    if flags & SLASH == 0 {
        return if flags & DIGIT == 0 { out.push(word) } else { out.wildcard(Kind::Str) };
    }
    if let Some(rest) = word.strip_prefix('/') {
        // Java writes an address without a name as `/10.0.0.1`.
        let first = rest.as_bytes().split(|&byte| byte == b':').next().unwrap_or(&[]);
        if flags & (DIGIT | DOT) == DIGIT | DOT && lexeme::is_ipv4(first) {
            return write(out, rest, flags_of(rest.as_bytes()), Context::Plain);
        }
        if context == Context::Route {
            return segments(out, word);
        }
    }
    let is_path =
        bytes.len() > 1 && matches!(bytes, [b'/', ..] | [b'.' | b'~', b'/', ..] | [b'.', b'.', b'/', ..]);
    if is_path && flags & (LETTER | DIGIT) != 0 {
        return path(out, word, flags, 0);
    }
    if flags & DIGIT == 0 || lexeme::is_protocol(bytes) {
        return out.push(word);
    }
    if lexeme::is_time(bytes) || lexeme::date_length(bytes) == Some(bytes.len()) {
        return out.wildcard(Kind::Time);
    }
    if flags & LETTER != 0 && bytes.iter().filter(|&&byte| byte == b'/').count() > 1 {
        return path(out, word, flags, 0);
    }
    divided(out, word, b'/', |out, piece| {
        let flags = flags_of(piece.as_bytes());
        if flags & COLON != 0 { with_colons(out, piece, flags) } else { part(out, piece, flags) }
    });
}

fn is_windows_path(bytes: &[u8]) -> bool {
    matches!(bytes, [drive, b':', b'\\' | b'/', _, ..] if drive.is_ascii_alphabetic())
        || matches!(bytes, [b'\\', b'\\', _, ..])
}

/// A path, and behind it perhaps the number of a line.
fn path(out: &mut Writer, word: &str, flags: Flags, colon_from: usize) {
    out.wildcard(Kind::Path);
    if flags & COLON != 0
        && let Some(colon) = word[colon_from..].find(':')
    {
        let behind = &word[colon_from + colon..];
        with_colons(out, behind, flags_of(behind.as_bytes()));
    }
}

/// Scheme and host stay, for a service's name carries meaning; the port and what is variable in the path do not.
fn url(out: &mut Writer, word: &str, scheme: usize) {
    if word.len() > URL_BYTES_MAX {
        return out.wildcard(Kind::Url);
    }
    let (before, rest) = word.split_at(scheme + 3);
    let prefix = &before[..scheme];
    part(out, prefix, flags_of(prefix.as_bytes()));
    out.push("://");
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let (authority, route) = rest.split_at(authority_end);
    with_colons(out, authority, flags_of(authority.as_bytes()));
    if authority.is_empty() && route.len() > 1 { out.wildcard(Kind::Path) } else { segments(out, route) }
}

/// The segments of a route, each on its own.
fn segments(out: &mut Writer, route: &str) {
    divided(out, route, b'/', |out, segment| {
        let flags = flags_of(segment.as_bytes());
        if flags & COLON != 0 { with_colons(out, segment, flags) } else { part(out, segment, flags) }
    });
}

fn with_colons(out: &mut Writer, word: &str, flags: Flags) {
    if flags & (DIGIT | HIGH | DOT) == 0 && flags & AT == 0 {
        return out.push(word);
    }
    if let Some(kind) = lexeme::with_colons(word.as_bytes()) {
        return out.wildcard(kind);
    }
    divided(out, word, b':', |out, piece| part(out, piece, flags_of(piece.as_bytes())));
}

/// A piece without slashes and colons.
fn part(out: &mut Writer, word: &str, flags: Flags) {
    if flags & DOT != 0 && lexeme::is_host(word.as_bytes()) {
        return out.wildcard(Kind::Host);
    }
    if flags & DIGIT == 0 {
        return out.push(word);
    }
    if let Some(kind) = lexeme::atom(word.as_bytes(), flags) {
        return out.wildcard(kind);
    }
    if flags & HIGH != 0 {
        return mixed_scripts(out, word);
    }
    if flags & AT != 0 {
        return divided(out, word, b'@', |out, piece| part(out, piece, flags_of(piece.as_bytes())));
    }
    if lexeme::is_constant(word.as_bytes()) {
        return out.push(word);
    }
    if flags & DOT != 0 && has_plain_piece(word) {
        return divided(out, word, b'.', undotted);
    }
    if let Some(number) = lexeme::numbered_word(word.as_bytes()) {
        out.push(&word[..number]);
        return out.wildcard(Kind::Num);
    }
    if flags & !(DIGIT | UNDER) == 0 {
        return divided(out, word, b'_', undotted);
    }
    let is_range =
        flags & (LOWER | UPPER | DOT) == 0 && word.bytes().filter(|&byte| byte == b'-').count() == 1;
    if is_range { divided(out, word, b'-', undotted) } else { out.wildcard(Kind::Id) }
}

/// Whether some piece between dots is a word, so that this is a name with a variable part and not an identifier.
fn has_plain_piece(word: &str) -> bool {
    word.split('.')
        .any(|piece| piece.is_empty() || (piece.len() > 1 && piece.bytes().all(|byte| !is(byte, DIGIT))))
}

fn undotted(out: &mut Writer, piece: &str) {
    let bytes = piece.as_bytes();
    if !bytes.iter().any(u8::is_ascii_digit) || lexeme::is_constant(bytes) {
        return out.push(piece);
    }
    out.wildcard(lexeme::atom(bytes, flags_of(bytes)).unwrap_or(Kind::Id));
}

/// Scripts without spaces run into the values between them: each stretch of ASCII is a word of its own.
fn mixed_scripts(out: &mut Writer, word: &str) {
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let same = |character: char| character.is_ascii() == first.is_ascii();
        let (piece, behind) = rest.split_at(rest.find(|character| !same(character)).unwrap_or(rest.len()));
        if first.is_ascii() {
            part(out, piece, flags_of(piece.as_bytes()))
        } else {
            out.push(piece)
        }
        rest = behind;
    }
}

fn divided(out: &mut Writer, word: &str, separator: u8, mut write: impl FnMut(&mut Writer, &str)) {
    let mut from = 0;
    for (at, &byte) in word.as_bytes().iter().enumerate() {
        if byte == separator {
            if at > from {
                write(out, &word[from..at]);
            }
            out.push(&word[at..=at]);
            from = at + 1;
        }
    }
    if from < word.len() {
        write(out, &word[from..]);
    }
}
