//! Values that are secret because of the key before them: `password=…`, `"token": "…"`, `Authorization: Bearer …`.
//!
//! Better a word too many masked than one secret kept, so a key counts by how it ends (`dbPassword`, `x-api-key`), and a value ends
//! only where the text makes plain that it does: a comma inside an unquoted password belongs to the password.

use std::ops::Range;

use crate::random;

/// Keys, in lower case and without separators, that end like this have secret values.
const KEY_ENDS: [&[u8]; 34] = [
    b"jwt",
    b"password",
    b"passwd",
    b"passphrase",
    b"passcode",
    b"pwd",
    b"secret",
    b"token",
    b"apikey",
    b"accesskey",
    b"secretkey",
    b"privatekey",
    b"signingkey",
    b"encryptionkey",
    b"accesskeyid",
    b"authorization",
    b"credential",
    b"credentials",
    b"signature",
    b"sessionid",
    b"clientsecret",
    b"sharedkey",
    b"accountkey",
    b"passwort",
    b"wachtwoord",
    b"motdepasse",
    b"senha",
    b"contrasena",
    "contraseña".as_bytes(),
    "contraseÑa".as_bytes(),
    "пароль".as_bytes(),
    "Пароль".as_bytes(),
    "ПАРОЛЬ".as_bytes(),
    "密码".as_bytes(),
];
/// More of these, which are told apart from others by the last byte alone.
const KEY_ENDS_WIDE: [&str; 6] = ["密碼", "口令", "令牌", "パスワード", "비밀번호", "암호"];
/// Keys that count only when they stand alone or behind a separator: `pass=`, `db_pass=`, but not `bypass=`.
const KEY_WHOLE: [&[u8]; 2] = [b"pass", b"cvv"];
/// Keys of what is secret where it is long and looks drawn by lot, and else a number or a name.
const KEY_ENDS_RANDOM: [&[u8]; 1] = [b"sessid"];
const KEY_WHOLE_RANDOM: [&[u8]; 3] = [b"session", b"sid", b"sig"];
/// No more of a key is looked at.
const KEY_BYTES_MAX: usize = 48;
/// The shortest key.
const KEY_BYTES_MIN: usize = 3;
/// So many blanks, quotes and signs may stand between a key and its value.
const GAP_BYTES_MAX: usize = 16;
/// An element of XML may be this long.
const ELEMENT_BYTES_MAX: usize = 512;
/// A quoted value may be this long.
const QUOTED_BYTES_MAX: usize = 4096;

/// So many types may be printed around a value, one in the other, and their names may be this long.
const WRAPPERS_MAX: usize = 4;
const WRAPPER_BYTES_MAX: usize = 40;
/// The name of a setting is looked for so far before its value.
const NAME_BYTES_MAX: usize = 96;

/// Values that hide nothing.
const HARMLESS: [&str; 9] = ["null", "none", "nil", "true", "false", "undefined", "empty", "(null)", "<nil>"];
/// What maskers leave behind.
const MASKED: [&str; 6] = ["<secret>", "<email>", "<redacted>", "[redacted]", "[filtered]", "[masked]"];

/// Words of the Authorization header that name the scheme; the secret follows.
const SCHEMES: [&str; 6] = ["bearer", "basic", "token", "digest", "negotiate", "apikey"];

/// The secret value of the key that ends at `key_end`, if it is such a key and a value follows.
#[inline]
pub(crate) fn value_of(text: &[u8], word_start: usize, key_end: usize) -> Option<Range<usize>> {
    let key = &text[word_start..key_end];
    value_of_key(text, word_start, key_end, secrecy(key)?)
}

#[inline(never)]
fn value_of_key(text: &[u8], word_start: usize, key_end: usize, secrecy: Secrecy) -> Option<Range<usize>> {
    let key = &text[word_start..key_end];
    if secrecy == Secrecy::IfNamed && !is_named_secret(&text[..word_start]) {
        return None;
    }
    if secrecy == Secrecy::Cookie {
        return cookies(text, value_start(text, word_start, key_end)?);
    }
    value_behind(text, word_start, key_end).filter(|value| match secrecy {
        Secrecy::IfRandom => random::is_random(&text[value.clone()]),
        _ => !is_printed_object(key, &text[value.clone()]),
    })
}

/// What a key says of its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    /// It is secret.
    Always,
    /// It is secret if it looks drawn by lot.
    IfRandom,
    /// It is secret if the word before names a secret, as in `name: DB_PASSWORD, value: x`.
    IfNamed,
    /// Names and values of cookies.
    Cookie,
}

/// The value that begins here, quotes, wrapping types and the name of a scheme left out, if it hides something.
pub(crate) fn value_from(text: &[u8], from: usize) -> Option<Range<usize>> {
    value_range(text, from)
}

/// The value in the brackets behind the name of a type that ends at `end`, if the name says that it holds a secret.
pub(crate) fn wrapped_value(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let word = &text[start..end];
    let name = &word[memchr::memrchr(b':', word).map_or(0, |colon| colon + 1)..];
    let is_type = name.first().is_some_and(u8::is_ascii_uppercase);
    (is_type && (is_secret_key(name) || name.starts_with(b"Secret"))).then(|| value_range(text, end + 1))?
}

/// Whether a wide colon or equals sign stands at the start.
#[inline]
pub(crate) fn is_wide_sign(text: &[u8]) -> bool {
    text.starts_with("：".as_bytes()) || text.starts_with("＝".as_bytes())
}

/// Whether the value is an object of the key's own type, as programs print theirs: `token=AppToken{9f4ef63 …`, `token=Token@1b2c3d`.
fn is_printed_object(key: &[u8], value: &[u8]) -> bool {
    let name = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_object = matches!(value.get(name), Some(b'{' | b'@')) && value[0].is_ascii_uppercase();
    is_object && {
        let (key, name) = (folded(key), folded(&value[..name]));
        KEY_ENDS.iter().any(|end| key.ends_with(end) && name.ends_with(end))
    }
}

/// The value of the key that ends at `key_end`, whatever the key, if one follows that hides something.
pub(crate) fn value_behind(text: &[u8], word_start: usize, key_end: usize) -> Option<Range<usize>> {
    let from = value_start(text, word_start, key_end)?;
    value_range(text, from)
}

/// A key in lower case and without separators.
pub(crate) fn folded(key: &[u8]) -> Vec<u8> {
    let letters = key.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80);
    letters.map(u8::to_ascii_lowercase).collect()
}

/// Whether this is the key of a secret, whatever the value.
pub(crate) fn is_secret_key(key: &[u8]) -> bool {
    secrecy(key) == Some(Secrecy::Always)
}

/// Whether some key ends in these two bytes, asked first because nearly every key fails here. In lower case, but of scripts without one.
#[inline(always)]
fn may_end_key(a: u8, b: u8) -> bool {
    matches!(
        &[a | 0x20, b | 0x20],
        b"rd"
            | b"wd"
            | b"se"
            | b"de"
            | b"et"
            | b"en"
            | b"ey"
            | b"id"
            | b"on"
            | b"al"
            | b"ls"
            | b"re"
            | b"ss"
            | b"vv"
            | b"wt"
            | b"rt"
            | b"ha"
            | b"na"
            | b"\xb1a"
            | b"ie"
            | b"ig"
            | b"ue"
    ) || b >= 0x80
}

/// What this key says of its value, if anything.
#[inline(always)]
fn secrecy(key: &[u8]) -> Option<Secrecy> {
    let &[a, b] = key.last_chunk::<2>()?;
    if key.len() < KEY_BYTES_MIN || !may_end_key(a, b) {
        return None;
    }
    secrecy_slowly(key)
}

#[inline(never)]
fn secrecy_slowly(key: &[u8]) -> Option<Secrecy> {
    let mut folded = [0u8; KEY_BYTES_MAX];
    let mut length = 0;
    for &byte in &key[key.len().saturating_sub(KEY_BYTES_MAX)..] {
        if byte.is_ascii_alphanumeric() || byte >= 0x80 {
            folded[length] = byte.to_ascii_lowercase();
            length += 1;
        }
    }
    let folded = &folded[..length];
    let ends_in = |ends: &[&[u8]]| ends.iter().any(|end| folded.ends_with(end));
    let ends_with = |words: &[&[u8]]| words.iter().any(|word| ends_with_word(key, word));
    if ends_in(&KEY_ENDS)
        || ends_with(&KEY_WHOLE)
        || (key.last().is_some_and(|&last| last >= 0x80)
            && KEY_ENDS_WIDE.iter().any(|end| folded.ends_with(end.as_bytes())))
    {
        return Some(Secrecy::Always);
    }
    if ends_in(&KEY_ENDS_RANDOM) || ends_with(&KEY_WHOLE_RANDOM) {
        return Some(Secrecy::IfRandom);
    }
    match folded {
        b"value" => Some(Secrecy::IfNamed),
        _ if ends_with(&[b"cookie"]) => Some(Secrecy::Cookie),
        _ => None,
    }
}

/// Whether a text ends with the name of a secret as the value of `name` or `key`: `name: DB_PASSWORD, `.
fn is_named_secret(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(NAME_BYTES_MAX)..];
    let trimmed = |text: &'_ [u8], is_gap: fn(u8) -> bool| {
        text.iter().rposition(|&byte| !is_gap(byte)).map_or(0, |last| last + 1)
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let end = trimmed(before, |byte| byte <= b' ' || b"\"'\\,;-{".contains(&byte));
    let name = trimmed(&before[..end], |byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    let sign = trimmed(&before[..name], |byte| byte == b' ' || b"\"'\\".contains(&byte));
    let Some((b':' | b'=', key)) = before[..sign].split_last() else { return false };
    let key = &key[..trimmed(key, |byte| byte == b' ' || b"\"'\\".contains(&byte))];
    let word = &key[key.iter().rposition(|&byte| !is_name(byte)).map_or(0, |last| last + 1)..];
    (word.eq_ignore_ascii_case(b"name") || word.eq_ignore_ascii_case(b"key"))
        && is_secret_key(&before[name..end])
}

/// The cookies that begin here: pairs with `; ` between them, or one long value.
fn cookies(text: &[u8], from: usize) -> Option<Range<usize>> {
    let (from, quote) = opening_quote(text, from);
    let end = match quote {
        Some(quote) => quoted_end(text, from, quote),
        None => {
            let is_end = |at: &usize| match text[*at] {
                b' ' => text[*at - 1] != b';',
                byte => byte < b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'\\'),
            };
            (from..text.len()).find(is_end).unwrap_or(text.len())
        }
    };
    let value = &text[from..end];
    let is_secret = value.contains(&b'=') || random::is_random(value);
    (is_secret && !is_masked(value)).then_some(from..end)
}

fn ends_with_word(key: &[u8], word: &[u8]) -> bool {
    let Some(at) = key.len().checked_sub(word.len()) else { return false };
    key[at..].eq_ignore_ascii_case(word) && (at == 0 || !key[at - 1].is_ascii_alphanumeric())
}

/// Where the value begins: behind `=`, `:`, `=>` or `:=` with blanks and quotes around, behind the blank of `--password x`, or inside `<password>`.
fn value_start(text: &[u8], word_start: usize, key_end: usize) -> Option<usize> {
    let end = text.len().min(key_end + GAP_BYTES_MAX);
    let gap = &text[key_end..end];
    let mut at = gap
        .iter()
        .position(|byte| !matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b' ' | b']'))
        .unwrap_or(gap.len());
    let quoted_or_direct = at == 0
        || gap[..at].iter().any(|&byte| byte != b' ')
        || gap[at..].starts_with(b"=")
        || gap[at..].starts_with(b":");
    match gap.get(at) {
        Some(b'=' | b':') if quoted_or_direct => at += 1,
        Some(0xef) if at == 0 && is_wide_sign(gap) => at += 3,
        Some(b'>') if at == 0 && word_start > 0 && text[word_start - 1] == b'<' => {
            return has_closing_tag(text, word_start, key_end).then_some(key_end + 1);
        }
        _ if text[word_start..].starts_with(b"--") && gap.first() == Some(&b' ') => return Some(key_end + 1),
        _ => return None,
    }
    if matches!(gap.get(at), Some(b'>' | b'=')) {
        at += 1;
    }
    at += gap[at..].iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(gap.len() - at);
    Some(key_end + at)
}

/// Whether `</key` follows on the same line, which tells an element from a mark of ours.
fn has_closing_tag(text: &[u8], word_start: usize, key_end: usize) -> bool {
    let key = &text[word_start..key_end];
    let rest = &text[key_end..text.len().min(key_end + ELEMENT_BYTES_MAX)];
    let Some(at) = memchr::memmem::find(rest, b"</") else { return false };
    rest[at + 2..].starts_with(key)
}

/// The extent of the value that begins here, quotes and the name of a scheme left out.
fn value_range(text: &[u8], from: usize) -> Option<Range<usize>> {
    let (from, quote) = opening_quote(text, inside_types(text, from));
    let range = match quote {
        Some(quote) => from..quoted_end(text, from, quote),
        None => from..plain_end(text, from),
    };
    let value = &text[range.clone()];
    if value.iter().all(|&byte| byte == b'*')
        || is_masked(&text[from..])
        || HARMLESS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
    {
        return None;
    }
    let Some(scheme) = scheme_length(value) else { return Some(range) };
    let behind = from + scheme;
    let next = behind + text[behind..].iter().take_while(|&&byte| byte == b' ').count();
    let end = if quote.is_some() { range.end } else { plain_end(text, next) };
    if behind < next && next < end {
        return (!is_masked(&text[next..])).then_some(next..end);
    }
    Some(range)
}

fn is_masked(text: &[u8]) -> bool {
    MASKED
        .iter()
        .any(|mark| text.len() >= mark.len() && text[..mark.len()].eq_ignore_ascii_case(mark.as_bytes()))
}

fn opening_quote(text: &[u8], from: usize) -> (usize, Option<u8>) {
    match &text[from.min(text.len())..] {
        [b'\\', quote @ (b'"' | b'\''), ..] => (from + 2, Some(*quote)),
        [quote @ (b'"' | b'\'' | b'`'), ..] => (from + 1, Some(*quote)),
        _ => (from, None),
    }
}

/// Where the quoted value of `Some("x")`, `Some(SecretString("x"))` begins; nothing changes where no types are printed around one.
fn inside_types(text: &[u8], from: usize) -> usize {
    let mut at = from;
    for _ in 0..WRAPPERS_MAX {
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
        let name = text[at..].iter().take(WRAPPER_BYTES_MAX).take_while(is_name).count();
        if name == 0 || text.get(at + name) != Some(&b'(') {
            break;
        }
        at += name + 1;
    }
    if at > from && opening_quote(text, at).1.is_some() { at } else { from }
}

fn quoted_end(text: &[u8], from: usize, quote: u8) -> usize {
    let end = text.len().min(from + QUOTED_BYTES_MAX);
    let escaped_opening = from >= 2 && text[from - 2] == b'\\';
    let mut at = from;
    while at < end {
        match text[at] {
            b'\\' if escaped_opening && text.get(at + 1) == Some(&quote) => return at,
            b'\\' => at += 1,
            byte if byte == quote => return at,
            b'\n' => return at,
            _ => {}
        }
        at += 1;
    }
    plain_end(text, end.min(at))
}

/// The end of a value without quotes: a blank or a quote, or a separator behind which something else plainly begins.
fn plain_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        let ends = match text[at] {
            b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'`' => true,
            b'<' => text.get(at + 1) == Some(&b'/'),
            0xe3 | 0xef => is_wide_stop(&text[at..]),
            b',' | b';' | b'&' | b'|' => begins_anew(&text[at + 1..]),
            b')' | b']' | b'}' | b'\'' | b'>' => {
                text.get(at + 1).is_none_or(|&next| !next.is_ascii_alphanumeric())
            }
            _ => false,
        };
        if ends {
            break;
        }
        at += 1;
    }
    at
}

/// Whether a wide comma, semicolon, full stop or closing bracket, or a wide blank, stands at the start.
fn is_wide_stop(text: &[u8]) -> bool {
    const STOPS: [&str; 8] = ["，", "；", "。", "、", "）", "」", "！", "\u{3000}"];
    STOPS.iter().any(|stop| text.starts_with(stop.as_bytes()))
}

/// Whether this is the end, a blank, or the key of another value.
fn begins_anew(rest: &[u8]) -> bool {
    let name = rest
        .iter()
        .take(KEY_BYTES_MAX)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    match rest.get(name.count()) {
        None => true,
        Some(b'=' | b':') => true,
        Some(_) => matches!(rest[0], b' ' | b'"' | b'\'' | b'\n' | b'\t'),
    }
}

fn scheme_length(value: &[u8]) -> Option<usize> {
    SCHEMES
        .iter()
        .find(|scheme| {
            value.len() >= scheme.len() && value[..scheme.len()].eq_ignore_ascii_case(scheme.as_bytes())
        })
        .map(|scheme| scheme.len())
        .filter(|&length| value.get(length).is_none_or(|&byte| byte == b' '))
}
