//! Keys and tokens that betray themselves by how they begin, as their providers document it.

use std::ops::Range;

/// How a key begins, and how many characters of which alphabet follow at least.
struct Form {
    prefix: &'static str,
    rest_min: usize,
    alphabet: Alphabet,
}

enum Alphabet {
    Capitals,
    Hexadecimal,
    Word,
}

const fn form(prefix: &'static str, rest_min: usize) -> Form {
    Form { prefix, rest_min, alphabet: Alphabet::Word }
}

const fn capitals(prefix: &'static str, rest_min: usize) -> Form {
    Form { prefix, rest_min, alphabet: Alphabet::Capitals }
}

const fn hexadecimal(prefix: &'static str, rest_min: usize) -> Form {
    Form { prefix, rest_min, alphabet: Alphabet::Hexadecimal }
}

/// The shortest key that any form allows.
pub(crate) const KEY_BYTES_MIN: usize = 14;

/// Keys that may consist of letters alone, a chance in hundreds at most, are at least this long.
pub(crate) const KEY_BYTES_BARE: usize = 34;

/// The longest header of a web token, so that a megabyte of beginnings is not a megabyte squared of work.
const HEADER_BYTES_MAX: usize = 1024;

/// AWS, GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, SendGrid, Hugging Face, DigitalOcean, Shopify, Twilio, Vault, OpenAI and Anthropic forms, age,
/// Databricks, Doppler, Linear, Mailgun, New Relic, Square, and Slack's webhooks, whose path is all that one needs to know.
const FORMS: [Form; 60] = [
    capitals("AKIA", 16),
    capitals("ASIA", 16),
    capitals("AROA", 16),
    capitals("AIDA", 16),
    form("ghp_", 20),
    form("gho_", 20),
    form("ghu_", 20),
    form("ghs_", 20),
    form("ghr_", 20),
    form("github_pat_", 20),
    form("glpat-", 16),
    form("gldt-", 16),
    form("glrt-", 16),
    form("xoxb-", 10),
    form("xoxp-", 10),
    form("xoxa-", 10),
    form("xoxr-", 10),
    form("xoxs-", 10),
    form("xoxe-", 10),
    form("xoxe.", 10),
    form("xapp-", 10),
    form("sk_live_", 10),
    form("sk_test_", 10),
    form("rk_live_", 10),
    form("rk_test_", 10),
    form("whsec_", 16),
    form("AIza", 30),
    form("ya29.", 20),
    form("GOCSPX-", 16),
    form("npm_", 20),
    form("pypi-", 20),
    form("SG.", 30),
    form("hf_", 20),
    form("dop_v1_", 20),
    form("shpat_", 20),
    form("shpss_", 20),
    form("hvs.", 20),
    form("dckr_pat_", 16),
    form("sk-ant-", 20),
    form("sk-proj-", 20),
    form("sk-", 32),
    form("AGE-SECRET-KEY-", 20),
    hexadecimal("dapi", 32),
    form("dp.pt.", 30),
    form("dp.st.", 30),
    form("dp.ct.", 30),
    form("dp.sa.", 30),
    form("dp.scim.", 30),
    form("dp.audit.", 30),
    form("lin_api_", 30),
    form("lin_oauth_", 30),
    hexadecimal("key-", 32),
    capitals("NRAK-", 27),
    form("EAAA", 56),
    form("sq0atp-", 20),
    form("sq0csp-", 20),
    form("sq0idp-", 20),
    form("hooks.slack.com/services/", 20),
    form("hooks.slack.com/workflows/", 20),
    form("hooks.slack.com/triggers/", 20),
];

/// The end of the provider's key or JSON web token that begins at `start`, if one does.
pub(crate) fn key_end(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let word = &text[start..end];
    let length = match &word[..2] {
        b"ey" => json_web_token(word)?,
        b"AK" | b"AS" | b"AR" | b"AI" | b"AG" | b"GO" | b"SG" | b"dc" | b"do" | b"gh" | b"gi" | b"gl"
        | b"hf" | b"hv" | b"np" | b"py" | b"rk" | b"sh" | b"sk" | b"wh" | b"xa" | b"xo" | b"ya" => {
            FORMS.iter().find_map(|form| form.length(word))?
        }
        // Words begin with these two letters too often to be asked for all forms.
        _ if has_rare_start(word) => FORMS.iter().find_map(|form| form.length(word))?,
        _ => return None,
    };
    Some(start + length)
}

#[inline]
fn has_rare_start(word: &[u8]) -> bool {
    match word[0] {
        b'd' => word.starts_with(b"dapi") || word.starts_with(b"dp."),
        b'E' => word.starts_with(b"EAAA"),
        b'h' => word.starts_with(b"hooks.slack.com"),
        b'k' => word.starts_with(b"key-"),
        b'l' => word.starts_with(b"lin_"),
        b'N' => word.starts_with(b"NRAK-"),
        b's' => word.starts_with(b"sq0"),
        _ => false,
    }
}

/// The token of a Telegram bot in a word: the number of the bot, a colon, and 35 characters of base64url.
pub(crate) fn bot_token(word: &[u8]) -> Option<Range<usize>> {
    const BOT_DIGITS_MIN: usize = 6;
    const REST_BYTES: usize = 35;
    if word.len() < BOT_DIGITS_MIN + 1 + REST_BYTES {
        return None;
    }
    memchr::memchr_iter(b':', word).find_map(|colon| {
        let digits = word[..colon].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let belongs = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let rest = word[colon + 1..].iter().take(REST_BYTES + 1).take_while(belongs).count();
        let has = |is_of: fn(&u8) -> bool| word[colon + 1..][..rest].iter().any(is_of);
        let is_token = digits >= BOT_DIGITS_MIN
            && rest == REST_BYTES
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase);
        is_token.then_some(colon - digits..colon + 1 + rest)
    })
}

impl Form {
    fn length(&self, word: &[u8]) -> Option<usize> {
        let rest = word.strip_prefix(self.prefix.as_bytes())?;
        let belongs = |byte: &u8| match self.alphabet {
            Alphabet::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alphabet::Hexadecimal => byte.is_ascii_hexdigit() || *byte == b'-',
            Alphabet::Word => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'%' | b'+' | b'/')
            }
        };
        let length = rest.iter().position(|byte| !belongs(byte)).unwrap_or(rest.len());
        (length >= self.rest_min).then_some(self.prefix.len() + length)
    }
}

/// Header, payload and signature in base64url; header and payload are JSON objects, so both begin with `eyJ`.
fn json_web_token(word: &[u8]) -> Option<usize> {
    if !word.starts_with(b"eyJ") {
        return None;
    }
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=');
    let first_dot = word.iter().take(HEADER_BYTES_MAX).position(|&byte| byte == b'.' || !belongs(&byte))?;
    if word[first_dot] != b'.' {
        return None;
    }
    let length = word.iter().position(|byte| !belongs(byte)).unwrap_or(word.len());
    (first_dot >= 10 && length >= first_dot + 10).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_reached() {
        for form in &FORMS {
            let key = format!("{}{}", form.prefix, "A7".repeat(30));
            assert_eq!(key_end(key.as_bytes(), 0, key.len()), Some(key.len()), "{key}");
            assert!(form.prefix.len() + form.rest_min >= KEY_BYTES_MIN);
        }
    }
}
