//! The words of a metric's name, however they are set apart: `node_memory_MemAvailable_bytes`, `jvm.thread.count`, `HTTPRequests`.
//!
//! Small letters that run together (`underreplicatedpartitions`) stay one word: where one ends would be guessed.

/// The words, in lower case.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        let letters = part.as_bytes();
        let mut from = 0;
        for at in 1..letters.len() {
            if begins_word(letters, from, at) {
                words.push(part[from..at].to_ascii_lowercase());
                from = at;
            }
        }
        words.push(part[from..].to_ascii_lowercase());
    }
    words
}

/// Whether a capital letter begins a word: after a small one; after a digit or the last of an abbreviation if small ones follow.
///
/// One letter is no abbreviation (`MBytes`), and one small letter behind it no word (`OOMs`).
fn begins_word(letters: &[u8], from: usize, at: usize) -> bool {
    if !letters[at].is_ascii_uppercase() {
        return false;
    }
    let is_small = |at: usize| letters.get(at).is_some_and(u8::is_ascii_lowercase);
    let before = letters[at - 1];
    before.is_ascii_lowercase()
        || (before.is_ascii_digit() && is_small(at + 1))
        || (before.is_ascii_uppercase() && at - from >= 2 && is_small(at + 1) && is_small(at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_sets_them_apart() {
        let check = |name, expected: &[&str]| assert_eq!(words(name), expected, "{name}");
        check("node_memory_MemAvailable_bytes", &["node", "memory", "mem", "available", "bytes"]);
        check("jvm.thread.count", &["jvm", "thread", "count"]);
        check("HTTPRequestsP99Latency", &["http", "requests", "p99", "latency"]);
        check("HTTPCode_Target_5XX_Count", &["http", "code", "target", "5xx", "count"]);
        check("OOMs", &["ooms"]);
        check("Available MBytes", &["available", "mbytes"]);
        check("FreeStorageSpace", &["free", "storage", "space"]);
        check("", &[]);
    }
}
