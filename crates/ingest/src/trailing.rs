//! Fields behind a message, as zap's console encoder and others write them: `slow answer {"upstream": "bank", "took_ms": 821}`.
//!
//! They stay part of the message; only the services that they name are taken from here. An escape in a name or a value, or an object that
//! does not end the message, is not understood, and nothing is taken then.

use crate::draft::PEERS_MAX;
use crate::log_fields::is_peer;

/// Names the services into what is given; says how many there are.
pub(crate) fn peers<'a>(message: &'a str, into: &mut [&'a str; PEERS_MAX]) -> usize {
    let Some(fields) = object(message) else { return 0 };
    let mut count = 0;
    // Between quotes by turns: what stands outside of them, and what inside.
    let mut parts = fields.split('"').skip(1);
    let mut name = parts.next();
    while let Some(key) = name {
        let Some(between) = parts.next() else { break };
        let next = parts.next();
        let is_value = between.trim() == ":";
        if is_value
            && let Some(value) = next
            && is_peer(key)
            && !value.is_empty()
            && count < PEERS_MAX
            && !into[..count].contains(&value)
        {
            into[count] = value;
            count += 1;
        }
        name = if is_value { parts.nth(1) } else { next };
    }
    count
}

/// The object that ends the message, without escapes.
fn object(message: &str) -> Option<&str> {
    if !message.ends_with('}') {
        return None;
    }
    let starts = ["\t{\"", " {\""].into_iter().filter_map(|start| message.find(start));
    let fields = &message[starts.min()? + 1..];
    let is_plain = !fields.contains('\\') && fields.matches('"').count().is_multiple_of(2);
    is_plain.then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &[&str]) {
        let mut found = [""; PEERS_MAX];
        let count = peers(message, &mut found);
        assert_eq!(&found[..count], expected, "{message}");
    }

    #[test]
    fn a_service_that_a_field_names_is_found() {
        check("server.go:72\tslow answer\t{\"upstream\": \"bank\", \"took_ms\": \"821\"}", &["bank"]);
        check(r#"slow {"took_ms":821,"peer.service":"bank","upstream":"till"}"#, &["bank", "till"]);
        check(r#"slow {"call": {"upstream": "bank"}}"#, &["bank"]);
    }

    #[test]
    fn what_is_no_such_field_is_not() {
        for message in [
            r#"slow {"parcel": "upstream", "x": "bank"}"#,
            r#"slow {"upstream": 7, "parcel": "bank"}"#,
            r#"slow {"upstream": "a\"b"}"#,
            r#"{"upstream": "bank"}"#,
            r#"slow {"upstream": "bank"} again"#,
            r#"slow {"upstream": "}"#,
            "slow {}",
            "}",
            "",
        ] {
            check(message, &[]);
        }
    }
}
