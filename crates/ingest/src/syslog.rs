//! The header that syslog puts before a message: RFC 3164's `HOST TAG[PID]: `, RFC 5424's fields, and
//! rsyslog's modern file form, which is the former behind an RFC 3339 stamp.
//!
//! The APP-NAME (or TAG) is the service. Host and process go: they are no part of what was said.

use crate::level;
use hark_event::Level;

/// A program's name and the number of its process are not longer.
const TAG_BYTES_MAX: usize = 128;

/// What a header says, and how many bytes of the text it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header<'a> {
    /// The APP-NAME or TAG.
    pub(crate) app: Option<&'a str>,
    /// Where the message begins.
    pub(crate) length: usize,
    /// Where structured data begins and ends; the same where there is none.
    pub(crate) data: (usize, usize),
}

/// The priority in front of a stamp: `<34>` or `<34>1 `; the level, and whether it is RFC 5424.
pub(crate) fn priority(before: &str) -> Option<(Level, bool)> {
    let (number, rest) = before.strip_prefix('<')?.split_once('>')?;
    let number: u32 = number.parse().ok().filter(|number| *number < 192)?;
    match rest.trim_end() {
        "" => Some((level::of_priority(number), false)),
        "1" => Some((level::of_priority(number), true)),
        _ => None,
    }
}

/// `HOST TAG[PID]: ` or `HOST TAG: `.
pub(crate) fn header(text: &str) -> Option<Header<'_>> {
    let (host, rest) = text.split_at(memchr::memchr(b' ', text.as_bytes())?);
    // `ERROR db: connection lost` behind a stamp is what a program wrote without syslog.
    if host.is_empty() || host.ends_with(':') || host.len() > 255 || Level::parse(host).is_some() {
        return None;
    }
    let rest = &rest[1..];
    let tag = &rest[..tag_length(rest.as_bytes())?];
    let app = match tag.split_once('[') {
        Some((app, pid)) if pid.len() > 1 && pid.ends_with(']') => app,
        Some(_) => return None,
        None => tag,
    };
    let is_name = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'(' | b')' | b'@')
    };
    if app.is_empty() || app.len() > 64 || !app.bytes().all(is_name) {
        return None;
    }
    let length = (host.len() + 1 + tag.len() + 2).min(text.len());
    // `sshd(pam_unix)` is sshd; `/usr/sbin/cron` is cron.
    let app = app.split_once('(').map_or(app, |(app, _)| app);
    let app = app.rsplit_once('/').map_or(app, |(_, app)| app);
    Some(Header { app: Some(app).filter(|app| !app.is_empty()), length, data: (0, 0) })
}

/// The length of what stands before the first colon that a blank or nothing follows.
fn tag_length(text: &[u8]) -> Option<usize> {
    let head = &text[..text.len().min(TAG_BYTES_MAX)];
    memchr::memchr_iter(b':', head).find(|at| matches!(text.get(at + 1), None | Some(b' ')))
}

/// `TAG[PID]: ` or `TAG: `, as local senders write it, who know which host they are on.
pub(crate) fn header_without_host(text: &str) -> Option<Header<'_>> {
    let with_host = format!("- {text}");
    let found = header(&with_host)?;
    let app = found.app?;
    let start = text.find(app)?;
    Some(Header { app: text.get(start..start + app.len()), length: found.length - 2, data: (0, 0) })
}

/// `HOST TAG[PID]: ` or `HOST TAG: ` behind a stamp that other programs write, too.
///
/// A process number tells it from other text, and so does a host that such a header named before.
pub(crate) fn header_of_host<'a>(text: &'a str, host: &mut String) -> Option<Header<'a>> {
    let found = header(text)?;
    let head = &text[..found.length];
    let (own, _) = text.split_once(' ')?;
    if head.trim_end().ends_with("]:") || found.app == Some("kernel") {
        if host != own {
            own.clone_into(host);
        }
        return Some(found);
    }
    (host == own).then_some(found)
}

/// RFC 5424 behind the time: `HOST APP PROCID MSGID STRUCTURED-DATA `.
pub(crate) fn modern_header(text: &str) -> Option<Header<'_>> {
    let mut at = 0;
    let mut fields = [""; 4];
    for field in &mut fields {
        let length = text[at..].find(' ')?;
        *field = &text[at..at + length];
        at += length + 1;
    }
    let length = at + structured_data_length(&text[at..])?;
    let message = text[length..].len() - text[length..].trim_start_matches([' ', '\u{feff}']).len();
    Some(Header {
        app: Some(fields[1]).filter(|app| *app != "-"),
        length: length + message,
        data: (at, length),
    })
}

fn structured_data_length(text: &str) -> Option<usize> {
    if text == "-" || text.starts_with("- ") {
        return Some(1);
    }
    let (mut is_quoted, mut is_escaped, mut is_open) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'[' if !is_quoted && !is_open => is_open = true,
            b']' if !is_quoted && is_open => is_open = false,
            _ if !is_open && !is_quoted => return (at > 0).then_some(at),
            _ => {}
        }
    }
    (!is_open && !text.is_empty()).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = header(text).map(|found| (found.app.unwrap_or(""), &text[found.length..]));
        assert_eq!(found, expected);
    }

    #[test]
    fn the_tag_is_the_service_and_the_rest_is_the_message() {
        check("LabSZ sshd[24200]: Invalid user", Some(("sshd", "Invalid user")));
        check("host kernel: [1.2] usb 1-1", Some(("kernel", "[1.2] usb 1-1")));
        check("combo sshd(pam_unix)[19939]: auth", Some(("sshd", "auth")));
        check("host /usr/sbin/cron[1]: x", Some(("cron", "x")));
        check("host last message repeated 3 times", None);
        check("host", None);
        check("", None);
    }

    #[test]
    fn rfc_5424_headers_may_hold_structured_data() {
        let text = r#"mymachine.example.com evntslog - ID47 [ex@32473 iut="3" a="\"]x"][ex2 b="1"] An event"#;
        let found = modern_header(text).unwrap();
        assert_eq!((found.app, &text[found.length..]), (Some("evntslog"), "An event"));
        let text = "host su - ID47 - failed";
        let found = modern_header(text).unwrap();
        assert_eq!((found.app, &text[found.length..]), (Some("su"), "failed"));
        assert_eq!(modern_header("host su"), None);
    }

    #[test]
    fn a_priority_tells_the_level() {
        assert_eq!(priority("<34>"), Some((Level::Fatal, false)));
        assert_eq!(priority("<165>1 "), Some((Level::Info, true)));
        assert_eq!(priority("<999>"), None);
        assert_eq!(priority("x"), None);
    }
}
