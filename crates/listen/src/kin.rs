//! Which lines are kin: the same statement with other words, or the same words with another place; and what words say of a line.
//!
//! Names of patterns are all that is looked at. A path, an address or a host in them says where something happened and not what, so that
//! two lines that differ in nothing else are one message; two that differ in any other word are not, since `OPEN` and `CLOSED` are
//! words, too.

/// How two names of the same length differ.
pub(crate) struct Apart {
    pub(crate) differing: usize,
    /// Words that both have at the same place, places that vary left out.
    pub(crate) alike: usize,
}

/// `None` if the names have different numbers of words.
pub(crate) fn words_apart(one: &str, other: &str) -> Option<Apart> {
    let mut apart = Apart { differing: 0, alike: 0 };
    let (mut a, mut b) = (one.split(' '), other.split(' '));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Some(apart),
            (Some(x), Some(y)) if x != y => apart.differing += 1,
            (Some(x), Some(_)) => {
                apart.alike += usize::from(x.bytes().any(|byte| byte.is_ascii_alphabetic()))
            }
            _ => return None,
        }
    }
}

/// What a newcomer is to the lines that were known before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kinship {
    /// None says what it says, or all of them together say it less often.
    None,
    /// It is one more of a known family.
    Known,
    /// It came too few times to tell.
    Undecided,
}

/// Whether two names are the same words with other places.
pub(crate) fn is_same_but_for_places(one: &str, other: &str) -> bool {
    let (mut a, mut b) = (one.split(' '), other.split(' '));
    let mut alike = 0;
    loop {
        match (a.next(), b.next()) {
            (None, None) => return alike >= ALIKE_MIN,
            (Some(x), Some(y)) if x == y => {
                alike += usize::from(!is_place(x) && x.bytes().any(|byte| byte.is_ascii_alphabetic()));
            }
            (Some(x), Some(y)) if is_place(x) && is_place(y) || is_method(x) && is_method(y) => {}
            _ => return false,
        }
    }
}

/// Whether a word names a place: a path, an address, or a host with its port.
fn is_place(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| matches!(c, '"' | '\'' | '`' | '(' | ')' | '[' | ']' | ',' | ';'));
    let value = bare.split_once('=').map_or(bare, |(_, value)| value.trim_start_matches('"'));
    let is_path = [bare, value]
        .iter()
        .any(|text| text.starts_with('/') || text.starts_with("./") || text.contains("://"));
    is_path || value.rsplit_once(':').is_some_and(|(host, port)| looks_like_a_host(host) && is_number(port))
}

/// Whether it does not look like a key, of which a number may also follow.
fn looks_like_a_host(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'.' | b'-') || byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    text == "<*>" || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a word is what is done at a place.
fn is_method(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphabetic());
    matches!(bare, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")
}

/// Words that are no places, and that kin have in common.
const ALIKE_MIN: usize = 2;

/// Whether a line says of itself that something did not go as it should.
pub(crate) fn speaks_of_trouble(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    TROUBLE.iter().any(|word| lower.contains(word))
}

/// Words by which a line at an ordinary level says that things do not go as they should.
const TROUBLE: &[&str] = &[
    "should not",
    "should never",
    "shouldn't",
    "never happen",
    "impossible",
    "unexpected",
    "falling back",
    "fallback",
    "retry",
    "again",
    "timeout",
    "timed out",
    "fail",
    "refused",
    "denied",
    "inconsistent",
    "corrupt",
    "orphan",
    "duplicate",
    "twice",
    "invalid",
    "giving up",
    "ignoring",
    "dropped",
    "postpone",
    "expired",
    "skipp",
    "gave up",
    "reject",
    "unable to",
    "could not",
    "unreachable",
    "unavailable",
    "exhausted",
    "overdue",
    "abandon",
    "mismatch",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_statement_that_says_something_new_is_not_plainly_new() {
        let apart = |one, other| words_apart(one, other).map(|apart| (apart.differing, apart.alike));
        assert_eq!(apart("order <*> state PAID -> SHIPPED", "order <*> state SHIPPED -> PAID"), Some((2, 2)));
        assert_eq!(apart("order <*> placed", "order <*> was placed"), None);
    }

    #[test]
    fn a_line_can_speak_of_trouble_at_any_level() {
        assert!(speaks_of_trouble("stock of <*> should never be negative"));
        assert!(!speaks_of_trouble("tariff L used for order <*>"));
    }

    #[test]
    fn another_path_or_host_is_no_other_message_and_another_word_is() {
        let timed_out = |at: &str| {
            format!("upstream timed out, request: \"GET {at} HTTP/1.1\", upstream: \"http://a:<*>{at}\"")
        };
        assert!(is_same_but_for_places(&timed_out("/orders"), &timed_out("/baskets/mine")));
        assert!(is_same_but_for_places("cannot reach db-1:<*> in time", "cannot reach db-2:6379 in time"));
        assert!(!is_same_but_for_places(
            "breaker <*> state CLOSED -> OPEN",
            "breaker <*> state OPEN -> CLOSED"
        ));
        assert!(!is_same_but_for_places("gave up, attempts:<*> in all", "gave up, losses:<*> in all"));
        assert!(!is_same_but_for_places("job failed: out of memory", "job failed: out of disk"));
        assert!(!is_same_but_for_places("/healthz <*>", "/readyz <*>"), "nothing but a place is no message");
    }
}
