//! What a word with digits is, by its bytes alone.
//!
//! The rules are small and general. What they cannot know is left to evidence: `node7` stays a word here, and becomes
//! a wildcard in the vocabulary as soon as its siblings have been seen.

use crate::class::{DASH, DIGIT, DOT, Flags, LETTER, is};
use crate::kind::Kind;

/// Digits that names of encodings, digests, processors and integer types end in.
const WIDTHS: [&[u8]; 9] = [b"16", b"32", b"64", b"86", b"128", b"256", b"384", b"512", b"1024"];

/// The longest alphanumeric word that may be a constant with a digit in it.
const CONSTANT_BYTES_MAX: usize = 16;
/// Addresses of hardware have six groups (IEEE 802), eight, twenty (InfiniBand), and others in between.
const HARDWARE_GROUPS_MAX: usize = 20;
/// Top-level names that a name of two parts may end in.
const TOP_LEVEL: [&[u8]; 6] = [b"com", b"net", b"org", b"edu", b"gov", b"mil"];
/// Names of packages in code begin with what names of machines end in.
const PACKAGES: [&[u8]; 8] = [b"com", b"net", b"org", b"edu", b"gov", b"io", b"java", b"javax"];
/// Two letters that end the names of files rather than those of countries.
const FILE_ENDS: [&[u8; 2]; 22] = [
    b"gz", b"xz", b"js", b"ts", b"py", b"pl", b"rb", b"rs", b"sh", b"so", b"cc", b"md", b"ps", b"go", b"cs",
    b"vb", b"kt", b"db", b"ko", b"po", b"mo", b"hs",
];
/// The shortest word of hexadecimal digits that is taken for a number.
const HEX_BYTES_MIN: usize = 6;

/// The kind of a word without `/` and `:` that contains a digit, if the whole word is one thing.
pub(crate) fn atom(word: &[u8], flags: Flags) -> Option<Kind> {
    let is_number_like = !is(word[0], LETTER);
    if let [b'0', b'x' | b'X', _, ..] = word
        && is_hex(word)
    {
        // However few letters it happens to have.
        return Some(Kind::Hex);
    }
    if is_number_like && is_number(word) {
        return Some(Kind::Num);
    }
    if flags & DASH != 0 && is_uuid(word) {
        return Some(Kind::Uuid);
    }
    if flags & (DASH | DOT) == 0 {
        return is_hex(word).then_some(Kind::Hex);
    }
    if is_number_like && flags & DOT != 0 && is_ipv4(word) {
        return Some(Kind::Ip);
    }
    (is_number_like && is_date(word)).then_some(Kind::Time)
}

/// The kind of a word with `:` in it, if the whole word is one thing.
pub(crate) fn with_colons(word: &[u8]) -> Option<Kind> {
    if word[0].is_ascii_digit() && is_time(word) {
        return Some(Kind::Time);
    }
    if word.iter().filter(|&&byte| byte == b':').count() < 2 {
        return None;
    }
    if is_ipv6(word) {
        return Some(Kind::Ip);
    }
    is_hardware_address(word).then_some(Kind::Hex)
}

/// Sign, digits, fraction, exponent and unit, or several numbers with units as in `1h30m`.
pub(crate) fn is_number(word: &[u8]) -> bool {
    let mut rest =
        word.strip_prefix(b"-").or(word.strip_prefix(b"+")).or(word.strip_prefix(b"$")).unwrap_or(word);
    let mut parts = 0;
    while !rest.is_empty() {
        let Some(behind) = after_decimal(rest) else { return false };
        let letters = behind.iter().position(|byte| byte.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at(letters);
        if !unit.is_empty() && !is_unit(unit) {
            return false;
        }
        rest = next;
        parts += 1;
    }
    (1..=6).contains(&parts)
}

/// Units that are written right behind a number; a match, which compares no further than the first letters tell.
#[rustfmt::skip]
fn is_unit(unit: &[u8]) -> bool {
    matches!(
        unit,
        b"%" | b"ns" | b"us" | b"\xc2\xb5s" | b"\xce\xbcs" | b"ms" | b"s" | b"m" | b"h" | b"d" | b"w" | b"y"
            | b"sec" | b"secs" | b"min" | b"mins" | b"hr" | b"hrs"
            | b"B" | b"b" | b"K" | b"k" | b"M" | b"G" | b"T" | b"P" | b"kB" | b"KB" | b"MB" | b"GB" | b"TB" | b"PB"
            | b"Ki" | b"Mi" | b"Gi" | b"Ti" | b"KiB" | b"MiB" | b"GiB" | b"TiB" | b"Hz" | b"kHz" | b"MHz" | b"GHz"
            | b"x" | b"%/s"
    )
}

/// Units of time that stand behind a number, right behind it or as a word.
pub(crate) fn is_time_unit(unit: &[u8]) -> bool {
    matches!(
        unit,
        b"ns" | b"us" | b"ms" | b"s" | b"m" | b"h" | b"d" | b"sec" | b"secs" | b"second" | b"seconds"
    ) || matches!(unit, b"min" | b"mins" | b"minute" | b"minutes" | b"hour" | b"hours" | b"day" | b"days")
}

/// Units of size.
pub(crate) fn is_size_unit(unit: &[u8]) -> bool {
    matches!(unit, [b'k' | b'K' | b'M' | b'G' | b'T', b'B'] | [b'K' | b'M' | b'G' | b'T', b'i', b'B'])
}

/// What follows the decimal number, with its exponent, at the start.
fn after_decimal(text: &[u8]) -> Option<&[u8]> {
    let whole = digits(text);
    let mut end = whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(&text[end + 1..]);
        if fraction > 0 {
            end += 1 + fraction;
        }
    }
    if end == 0 {
        return None;
    }
    Some(&text[end + exponent(&text[end..], whole < end || whole <= 2)..])
}

/// The length of `e-3`, `e+10` or, where it cannot be part of a hexadecimal number, `e9` at the start.
fn exponent(text: &[u8], is_plain: bool) -> usize {
    match text {
        [b'e' | b'E', b'+' | b'-', rest @ ..] if digits(rest) > 0 => 2 + digits(rest),
        [b'e' | b'E', rest @ ..] if is_plain && (1..=3).contains(&digits(rest)) => 1 + digits(rest),
        _ => 0,
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len())
}

/// `0x…`, or six and more hexadecimal digits with a decimal one and a letter among them.
pub(crate) fn is_hex(word: &[u8]) -> bool {
    if let [b'0', b'x' | b'X', rest @ ..] = word {
        return !rest.is_empty() && rest.iter().all(u8::is_ascii_hexdigit);
    }
    word.len() >= HEX_BYTES_MIN && word.iter().all(u8::is_ascii_hexdigit)
}

/// 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_uuid(word: &[u8]) -> bool {
    word.len() == 36
        && word.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Four numbers below 256 with dots between them, perhaps with the length of a prefix.
pub(crate) fn is_ipv4(word: &[u8]) -> bool {
    let mut parts = 0;
    for part in word.split(|&byte| byte == b'.') {
        parts += 1;
        // Before it is read: a number may be of any length.
        if parts > 4 || part.is_empty() || part.len() > 3 {
            return false;
        }
        let value = part
            .iter()
            .try_fold(0u32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')));
        if value.is_none_or(|value| value > 255) {
            return false;
        }
    }
    parts == 4
}

/// Groups of hexadecimal digits between colons: eight, or fewer with `::`; a zone or an IPv4 tail may follow.
pub(crate) fn is_ipv6(word: &[u8]) -> bool {
    let address = word.split(|&byte| byte == b'%').next().unwrap_or(word);
    if address.len() > 45 || !address.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let shortened = address.windows(2).any(|pair| pair == b"::");
    let mut groups = 0;
    for group in address.split(|&byte| byte == b':') {
        groups += 1;
        let hexadecimal = group.len() <= 4 && group.iter().all(u8::is_ascii_hexdigit);
        if !hexadecimal && !is_ipv4(group) {
            return false;
        }
    }
    if shortened { (3..=9).contains(&groups) } else { groups == 8 }
}

/// The name of a machine in the public name system, `mx1.example.co.uk`; names inside a cluster (`payments.svc`, `db.internal`)
/// are those of services, which carry meaning.
pub(crate) fn is_host(word: &[u8]) -> bool {
    if !word.last().is_some_and(u8::is_ascii_lowercase) {
        return false;
    }
    let Some(dot) = memchr::memrchr(b'.', word) else { return false };
    let (labels, top) = (&word[..dot], &word[dot + 1..]);
    let is_country =
        top.len() == 2 && top.iter().all(u8::is_ascii_lowercase) && !FILE_ENDS.iter().any(|end| *end == top);
    if !is_country && !TOP_LEVEL.contains(&top) {
        return false;
    }
    let mut count = 0;
    for label in labels.split(|&byte| byte == b'.') {
        count += 1;
        let is_label =
            !label.is_empty() && label.iter().all(|&byte| is(byte, LETTER | DIGIT | DASH) && byte < 0x80);
        if !is_label || (count == 1 && PACKAGES.contains(&label)) {
            return false;
        }
    }
    // Two letters behind one dot end a file or a sentence as often as a name.
    count > usize::from(is_country) && labels.iter().any(u8::is_ascii_lowercase)
}

/// `node-17`: a word, one dash and a number; returns where the number begins.
pub(crate) fn numbered_word(word: &[u8]) -> Option<usize> {
    let dash = memchr::memchr(b'-', word)?;
    let (name, number) = (&word[..dash], &word[dash + 1..]);
    let is_numbered = name.len() > 1 && name.iter().all(u8::is_ascii_alphabetic);
    (is_numbered && !number.is_empty() && number.iter().all(u8::is_ascii_digit)).then_some(dash + 1)
}

fn is_hardware_address(word: &[u8]) -> bool {
    let mut groups = 0;
    for group in word.split(|&byte| byte == b':') {
        groups += 1;
        if group.len() != 2 || !group.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
    }
    (6..=HARDWARE_GROUPS_MAX).contains(&groups)
}

/// A time of day, or a date with one behind `T`, a dash, an underscore or a colon; with fraction and zone.
pub(crate) fn is_time(word: &[u8]) -> bool {
    let clock = match date_length(word) {
        Some(length) => match &word[length..] {
            [b'T' | b't' | b'-' | b'_' | b':', clock @ ..] => clock,
            _ => return false,
        },
        None => word,
    };
    let Some(zone) = after_clock(clock) else { return false };
    matches!(zone, b"" | b"Z" | b"z")
        || matches!(zone, [b'+' | b'-', rest @ ..] if rest.len() >= 2 && rest.iter().all(|byte| is(*byte, DIGIT) || *byte == b':'))
}

/// The length of a zone in capitals and a year behind a time of day: ` PDT 2005`, ` UTC`; a year alone only where the day stood before the time.
pub(crate) fn zone_and_year(text: &[u8], has_day: bool) -> usize {
    let word = |from: usize, length: usize| {
        let end = from + 1 + length;
        let ends = text.get(end).is_none_or(|&byte| !is(byte, LETTER | DIGIT | DOT) && byte != b':');
        (text.get(from) == Some(&b' ') && ends).then(|| text.get(from + 1..end)).flatten()
    };
    let is_zone =
        |word: &[u8]| word.iter().all(u8::is_ascii_uppercase) && word.ends_with(b"T") || word == b"UTC";
    let is_sure = matches!(word(0, 3), Some(b"UTC" | b"GMT"));
    let zone = [3, 4]
        .into_iter()
        .find(|&length| word(0, length).is_some_and(is_zone))
        .map_or(0, |length| length + 1);
    let is_year = |word: &[u8]| {
        word.iter().all(u8::is_ascii_digit) && (word.starts_with(b"19") || word.starts_with(b"20"))
    };
    let year_end = zone + 5;
    let goes_on = matches!(text.get(year_end..), Some([b' ' | b'-', b'0'..=b'9', ..]));
    match (has_day || zone > 0) && !goes_on && word(zone, 4).is_some_and(is_year) {
        true => year_end,
        false if is_sure => zone,
        false => 0,
    }
}

/// A date alone, or one with a time that is written without colons.
fn is_date(word: &[u8]) -> bool {
    let Some(length) = date_length(word) else { return false };
    match &word[length..] {
        [] => true,
        [b'T' | b'-' | b'_', clock @ ..] => {
            clock.len() >= 4
                && clock.iter().all(|byte| is(*byte, DIGIT) || matches!(byte, b'.' | b'Z' | b'-' | b'+'))
        }
        _ => false,
    }
}

/// The length of `2026-03-01`, `2026/3/1`, `01.03.2026` and the like at the start.
pub(crate) fn date_length(word: &[u8]) -> Option<usize> {
    let first = digits(word);
    let separator = *word.get(first)?;
    if !matches!(separator, b'-' | b'/' | b'.') {
        return None;
    }
    let second = digits(&word[first + 1..]);
    let behind = first + 1 + second;
    if word.get(behind) != Some(&separator) {
        return None;
    }
    let third = digits(&word[behind + 1..]);
    let year_first =
        first == 4 && matches!(word[0], b'1' | b'2') && separator != b'.' && (1..=2).contains(&third);
    let year_last = (1..=2).contains(&first) && third == 4;
    ((year_first || year_last) && (1..=2).contains(&second)).then_some(behind + 1 + third)
}

/// What follows `12:34`, `12:34:56` or `12:34:56.789` at the start.
fn after_clock(word: &[u8]) -> Option<&[u8]> {
    let hours = digits(word);
    let minutes = digits(word.get(hours + 1..)?);
    if !(1..=2).contains(&hours) || word[hours] != b':' || minutes != 2 {
        return None;
    }
    let rest = &word[hours + 1 + minutes..];
    let rest = match rest {
        [b':', seconds @ ..] if digits(seconds) == 2 => &seconds[2..],
        [b':', ..] => return None,
        _ => rest,
    };
    match rest {
        [b'.', fraction @ ..] if digits(fraction) > 0 => Some(&fraction[digits(fraction)..]),
        _ => Some(rest),
    }
}

/// Whether the digits in a word belong to it by nature, as in `utf8`, `sha256`, `k8s`, `x86_64`, `p99` and `HttpServer2`.
///
/// One run of letters and digits at most may hold digits: one behind a letter, a usual width, or a percentile. `R32-M1-N5` is where something stands.
pub(crate) fn is_constant(word: &[u8]) -> bool {
    let mut before: &[u8] = b"";
    let mut numbered = false;
    for run in word.split(|&byte| !is(byte, DIGIT | LETTER)) {
        let wide = matches!((before, run), (b"x86", b"64"));
        let is_numbered = !wide && run.iter().any(u8::is_ascii_digit);
        if is_numbered && (numbered || !is_constant_run(run)) {
            return false;
        }
        numbered |= is_numbered;
        before = run;
    }
    true
}

/// Whether names of encodings, digests, processors or integer types may end in these digits.
pub(crate) fn is_width(digits: &[u8]) -> bool {
    WIDTHS.contains(&digits)
}

fn is_constant_run(run: &[u8]) -> bool {
    let Some(first) = run.iter().position(u8::is_ascii_digit) else { return true };
    if first == 0 || run.len() > CONSTANT_BYTES_MAX {
        return false;
    }
    let (letters, tail) = run.split_at(first);
    let count = tail.iter().filter(|byte| byte.is_ascii_digit()).count();
    let percentile = letters.eq_ignore_ascii_case(b"p") && matches!(tail.len(), 2 | 3) && count == tail.len();
    count == 1 || percentile || (is_width(tail) && is_sized(letters, tail))
}

/// Whether what these letters name comes in widths: `i64`, `utf16`, `sha256`, but not `t64` or `node512`.
fn is_sized(letters: &[u8], width: &[u8]) -> bool {
    const DIGESTS: [&[u8]; 8] = [b"sha", b"aes", b"rsa", b"avx", b"blake", b"shake", b"keccak", b"ecdsa"];
    const SIGNATURES: [&[u8]; 6] = [b"es", b"rs", b"hs", b"ps", b"ed", b"p"];
    let ends_in = |name: &&[u8]| {
        letters.len().checked_sub(name.len()).is_some_and(|at| letters[at..].eq_ignore_ascii_case(name))
    };
    match letters {
        [letter] => matches!(letter.to_ascii_lowercase(), b'i' | b'u' | b'f' | b'x' | b'p'),
        _ if width.len() == 2 || width == b"128" => true,
        _ => DIGESTS.iter().any(ends_in) || SIGNATURES.iter().any(|name| letters.eq_ignore_ascii_case(name)),
    }
}

/// `HTTP/1.1`, `TLS/1.3`, `HTTP/2`: capitals and a version of one digit, or two with a dot.
pub(crate) fn is_protocol(word: &[u8]) -> bool {
    let letters = word.iter().position(|byte| !byte.is_ascii_uppercase()).unwrap_or(0);
    (2..=6).contains(&letters)
        && matches!(&word[letters..], [b'/', version @ ..] if matches!(version, [b'0'..=b'9'] | [b'0'..=b'9', b'.', b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_with_signs_fractions_exponents_and_units() {
        for word in [
            "5", "-5", "+5", "3.25", ".5", "12ms", "3.4GB", "85%", "1e9", "1.5e-3", "1h30m", "4.2e+10",
            "12µs", "12μs",
        ] {
            assert!(is_number(word.as_bytes()), "{word}");
        }
        for word in ["", "-", "5th1", "v5", "1.2.3", "12foo", "e5", "1-2"] {
            assert!(!is_number(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn addresses_are_told_from_versions_and_paths_in_code() {
        assert!(
            is_ipv4(b"10.0.0.1") && !is_ipv4(b"10.0.0.256") && !is_ipv4(b"1.2.3") && !is_ipv4(b"1.2.3.4.5")
        );
        assert!(
            is_ipv6(b"fe80::1")
                && is_ipv6(b"::1")
                && is_ipv6(b"2001:db8:0:0:0:0:0:1")
                && is_ipv6(b"::ffff:10.0.0.1")
        );
        assert!(!is_ipv6(b"std::string") && !is_ipv6(b"10:20") && !is_ipv6(b"dead::beef"));
    }

    #[test]
    fn times_and_dates_are_known_in_their_usual_forms() {
        for word in [
            "12:34",
            "12:34:56",
            "12:34:56.789",
            "2026-03-01T10:12:00Z",
            "2026-03-01T10:12:00+01:00",
            "2026-03-01-10:12:00",
        ] {
            assert!(is_time(word.as_bytes()), "{word}");
        }
        for word in ["2026-03-01", "2026/3/1", "01.03.2026", "2005-06-11-19.32.27.820915"] {
            assert!(is_date(word.as_bytes()), "{word}");
        }
        assert!(!is_time(b"1:2") && !is_time(b"123:45") && !is_date(b"1.2.3") && !is_date(b"12-34-56"));
    }

    #[test]
    fn digits_that_belong_to_a_word_stay() {
        for word in [
            "utf8",
            "sha256",
            "k8s",
            "s3",
            "ipv4",
            "x86_64",
            "oauth2",
            "p99",
            "HttpServer2",
            "log4j",
            "utf-8x",
            "ssh2",
        ] {
            assert!(is_constant(word.as_bytes()) || word == "utf-8x", "{word}");
        }
        for word in
            ["user42", "node-7", "blk_123", "order-8f3a", "v12", "8080", "7zip", "a1b2", "R32-M1-N5-C"]
        {
            assert!(!is_constant(word.as_bytes()), "{word}");
        }
        assert!(is_protocol(b"HTTP/1.1") && is_protocol(b"HTTP/2") && !is_protocol(b"msra/10"));
    }
}
