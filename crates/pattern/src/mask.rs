//! Masks secrets and personal data in a text that people will read, and leaves all else as it is.
//!
//! The whole text is looked at, however long, in one pass: cut it afterwards, never before, for half a secret is not recognised.

use std::borrow::Cow;

use crate::class::word_end;
use crate::kind::Kind;
use crate::secret::{self, Sort};

/// A text without secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Masked<'a> {
    /// The text, each secret replaced by `<secret>` and each e-mail address by `<email>`.
    pub text: Cow<'a, str>,
    /// How many were masked.
    pub count: u32,
}

/// Masks secrets and personal data only; numbers and all other values stay.
///
/// Masking twice changes nothing. Takes time linear in the text.
pub fn mask_secrets(text: &str) -> Masked<'_> {
    let bytes = text.as_bytes();
    let mut masked = String::new();
    let mut copied = 0;
    let mut count = 0;
    let mut at = 0;
    while at < bytes.len() {
        at = secret::past_plain_words(bytes, at);
        let (end, flags) = word_end(bytes, at);
        if end == at {
            at += 1;
            continue;
        }
        match secret::find(bytes, at, end, flags) {
            None => at = end,
            Some(found) => {
                masked.push_str(&text[copied..found.from]);
                masked.push_str(replacement(found.sort));
                count += 1;
                copied = found.to;
                at = found.to;
            }
        }
    }
    if count == 0 {
        return Masked { text: Cow::Borrowed(text), count };
    }
    masked.push_str(&text[copied..]);
    Masked { text: Cow::Owned(masked), count }
}

fn replacement(sort: Sort) -> &'static str {
    match sort {
        Sort::Email => Kind::Email.wildcard(),
        Sort::Secret | Sort::Card => Kind::Secret.wildcard(),
    }
}

/// How many secrets a text holds.
pub(crate) fn count_secrets(text: &str) -> u32 {
    mask_secrets(text).count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(mask_secrets(text).text, expected);
        assert_eq!(mask_secrets(expected).text, expected, "masking twice changes nothing");
    }

    #[track_caller]
    fn check_unchanged(text: &str) {
        assert_eq!(mask_secrets(text), Masked { text: Cow::Borrowed(text), count: 0 });
    }

    #[test]
    fn values_of_secret_keys_are_masked() {
        check("password=hunter2 next", "password=<secret> next");
        check("db.password: hunter2, user: bob", "db.password: <secret>, user: bob");
        check("password:hunter2", "password:<secret>");
        check(
            "{\"password\":\"hun\\\"ter2\",\"user\":\"bob\"}",
            "{\"password\":\"<secret>\",\"user\":\"bob\"}",
        );
        check(
            "{\\\"apiKey\\\": \\\"k k\\\", \\\"a\\\": 1}",
            "{\\\"apiKey\\\": \\\"<secret>\\\", \\\"a\\\": 1}",
        );
        check("x-api-key => 'abc def'", "x-api-key => '<secret>'");
        check("accessToken=a,b;c&user=bob", "accessToken=<secret>&user=bob");
        check("run --db-password hunter2 --verbose", "run --db-password <secret> --verbose");
        check("<Password>hunter2</Password>", "<Password><secret></Password>");
        check("DB_PASS=hunter2", "DB_PASS=<secret>");
    }

    #[test]
    fn authorization_keeps_its_scheme() {
        check("Authorization: Bearer abc.def", "Authorization: Bearer <secret>");
        check("authorization=\"Basic dXNlcjpw==\"", "authorization=\"Basic <secret>\"");
        check("curl -H Bearer 0123456789abcdef", "curl -H Bearer <secret>");
    }

    #[test]
    fn credentials_in_urls_are_masked() {
        check("postgres://app:p=ss!w0rd@db:5432/shop", "postgres://<secret>@db:5432/shop");
        check("https://t0ken4bcdefghijk@github.example/x?y=z", "https://<secret>@github.example/x?y=z");
        check_unchanged("spark://CoarseGrainedScheduler@10.10.34.11:48069 ssh://git@code.example.com/x");
        check_unchanged("wtoken = AppWindowToken{9f4ef63 token=Token{a64f992 ActivityRecord{de9231d u0}}}");
        check_unchanged("REPORT : 7007 5002 150089 240 4556 1 2 3");
        check_unchanged("akka.tcp://sparkDriver@host-7.shop.example:7077/user");
    }

    #[test]
    fn keys_of_providers_are_masked() {
        check("using AKIAIOSFODNN7EXAMPLE now", "using <secret> now");
        check("(ghp_0123456789abcdefghijABCDEFGHIJ012345)", "(<secret>)");
        check("t%3Dglpat-0123456789abcdefghij", "t%3D<secret>");
        check("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl!", "<secret>!");
        check(
            "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nb",
            "a\n<secret>\nb",
        );
    }

    #[test]
    fn addresses_cards_and_accounts_are_masked() {
        check("mail bob.b+x@mail.shop.example.", "mail <email>.");
        check("pan 4111 1111 1111 1111 ok, 5500-0000-0000-0004", "pan <secret> ok, <secret>");
        check("pan:378282246310005", "pan:<secret>");
        check("pan 3782 822463 10005 of 3", "pan <secret> of 3");
        check("to DE89 3704 0044 0532 0130 00 or GB29NWBK60161331926819", "to <secret> or <secret>");
    }

    #[test]
    fn what_is_no_secret_stays() {
        check_unchanged("Failed password for root from 10.0.0.1 port 22 ssh2");
        check_unchanged("token=null secret: <secret> password=***");
        check_unchanged("Basic Authentication failed for bearer of news");
        check_unchanged("eventHandler@1a2b3c job_1445144423722_0020 1445144423722 0.4111111111111111");
        check_unchanged("tokens=15 bypass=1 compass: north");
        check_unchanged("org.apache.hadoop.mapreduce.v2.app.job.impl.TaskAttemptImpl");
    }
}
