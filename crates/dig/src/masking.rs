//! What must not leave the repository: secrets in comments, messages and settings.
//!
//! Secrets that show themselves by their shape are found by the same code that masks log lines; what only
//! the setting's name tells (`password: horse`) is known here.

use hark_pattern::mask_secrets;

/// What stands in place of a secret setting's value.
pub(crate) const MASKED: &str = "<secret>";

/// The text without secrets.
pub(crate) fn masked(text: &str) -> String {
    mask_secrets(text).text.into_owned()
}

/// Whether a setting of this name, with the path that leads to it, holds a secret.
pub(crate) fn names_secret(key: &str) -> bool {
    const SECRET: [&str; 13] = [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "apikey",
        "privatekey",
        "accesskey",
        "credential",
        "authkey",
        "signingkey",
        "encryptionkey",
    ];
    // Numbers about a token (`token_ttl_seconds`, `max_tokens`) are settings like any other.
    const ABOUT: [&str; 14] = [
        "ttl",
        "expiry",
        "expiration",
        "lifetime",
        "seconds",
        "ms",
        "timeout",
        "length",
        "limit",
        "max",
        "min",
        "interval",
        "count",
        "enabled",
    ];
    let letters: String =
        key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let last = key.rsplit('.').next().unwrap_or(key).to_ascii_lowercase();
    let about = last.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| ABOUT.contains(&word));
    SECRET.iter().any(|word| letters.contains(word)) && !about
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name() {
        for key in ["db.password", "API_KEY", "auth.clientSecret", "privateKey"] {
            assert!(names_secret(key), "{key}");
        }
        for key in ["timeout_ms", "token_ttl_seconds", "keyboard", "max_tokens"] {
            assert!(!names_secret(key), "{key}");
        }
    }
}
