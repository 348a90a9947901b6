//! Records of requests, as web servers and proxies write them: an answer of 5xx is an error, though no level says so.
//!
//! What names a level of its own is believed; this is only about those that name none, as access logs do. An answer of 4xx is the caller's
//! affair as often as not, and stays what it is. It cannot tell a status that stands behind no request and under no usual name.

use hark_event::{Level, RecordFields};

/// As logs of nginx, Apache, Envoy, Istio, HAProxy, IIS and OpenTelemetry's conventions call it, in small letters.
const NAMES: [&str; 12] = [
    "status",
    "status_code",
    "statuscode",
    "http_status",
    "http.status_code",
    "http.response.status_code",
    "response_code",
    "response.status",
    "res.statuscode",
    "res.status",
    "sc-status",
    "downstreamstatus",
];
const NAME_BYTES_MAX: usize = 32;

/// `Error` for the record of a request whose answer was 5xx, else what is not known.
pub(crate) fn level(message: &str, fields: RecordFields<'_>) -> Level {
    // Whether the fields beside a message are read depends on who asks; a level does not.
    let has_failed =
        if fields.are_message() { fields.iter().any(is_failure) } else { is_of_failure(message) };
    if has_failed { Level::Error } else { Level::Unknown }
}

/// Whether a status of 5xx follows the request in quotes: `"GET /cart HTTP/1.1" 502 157`.
fn is_of_failure(message: &str) -> bool {
    let Some((_, version)) = message.split_once(" HTTP/") else { return false };
    let rest = version.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let Some(status) = rest.strip_prefix("\" ") else { return false };
    let end = status.find(|c: char| !c.is_ascii_digit()).unwrap_or(status.len());
    is_5xx(&status[..end])
}

fn is_failure((name, value): (&str, &str)) -> bool {
    is_5xx(value) && name.len() <= NAME_BYTES_MAX && NAMES.contains(&&*name.to_ascii_lowercase())
}

fn is_5xx(status: &str) -> bool {
    status.len() == 3 && status.starts_with('5') && status.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: Level) {
        assert_eq!(level(message, RecordFields::default()), expected, "{message}");
    }

    #[test]
    fn an_answer_of_5xx_is_an_error() {
        check(r#"10.0.0.7 - - "GET /cart HTTP/1.1" 502 157 "-" "curl/8.5.0""#, Level::Error);
        check(r#"10.0.0.7 - - "POST /pay HTTP/2.0" 500"#, Level::Error);
    }

    #[test]
    fn other_answers_and_what_is_no_answer_are_not() {
        for message in [
            r#"10.0.0.7 - - "GET /cart HTTP/1.1" 200 5023"#,
            r#"10.0.0.7 - - "GET /cart HTTP/1.1" 404 502"#,
            r#"10.0.0.7 - - "GET /cart HTTP/1.1" 5023 1"#,
            r#"10.0.0.7 - - "GET /cart HTTP/1.1" - 502"#,
            "speaks HTTP/1.1 on port 502",
            "502 orders were placed",
            "",
        ] {
            check(message, Level::Unknown);
        }
    }

    #[test]
    fn a_status_among_fields_counts_by_its_name() {
        let of = |name: &str, value: &str| {
            let text = format!("{name}{value}");
            let ends = [(name.len() as u32, text.len() as u32)];
            level("", RecordFields::new(&text, &ends).as_message())
        };
        assert_eq!([of("status", "502"), of("res.statusCode", "503")], [Level::Error; 2]);
        assert_eq!([of("status", "404"), of("bytes", "502"), of("status", "5xx")], [Level::Unknown; 3]);
    }
}
