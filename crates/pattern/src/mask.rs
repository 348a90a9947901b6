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

/// Each pass masks more or is the last one; nobody writes a line by accident that takes more than two.
const PASSES_MAX: usize = 8;

/// Masks secrets and personal data only; numbers and all other values stay.
///
/// Masking twice changes nothing. Takes time linear in the text.
pub fn mask_secrets(text: &str) -> Masked<'_> {
    let mut masked = mask_once(text);
    // What is masked may make a secret of what stands around it: a `/` that was none of a user's name is gone, say.
    for _ in 1..PASSES_MAX {
        let Cow::Owned(last) = &masked.text else { break };
        let again = mask_once(last).text.into_owned();
        if again == *last {
            break;
        }
        masked.text = Cow::Owned(again);
    }
    masked
}

/// Masks what is to be seen at first sight.
fn mask_once(text: &str) -> Masked<'_> {
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
    mask_once(text).count
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
    fn what_only_masking_makes_a_secret_is_masked_too() {
        // With its slashes gone what stands before the `@` is a name and a password.
        check("http://user:passwd:eM=/:\u{1}>/c/apw@host", "http://<secret>@host");
    }

    #[test]
    fn keys_of_providers_are_masked() {
        check("using AKIAIOSFODNN7EXAMPLE now", "using <secret> now");
        check("(ghp_0123456789abcdefghijABCDEFGHIJ012345)", "(<secret>)");
        check("t%3Dglpat-0123456789abcdefghij", "t%3D<secret>");
        check(
            "https://api.telegram.org/bot123456789:AAF3Kq9ZxT2mWv8LpR0aBcDe_f-hIjKlMnO/send",
            "https://api.telegram.org/bot<secret>/send",
        );
        check(
            "key-0123456789abcdef0123456789abcdef dapi0123456789abcdef0123456789abcdef-2",
            "<secret> <secret>",
        );
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
    fn signs_of_other_scripts_end_words() {
        check("令牌：ghp_0123456789abcdefghijABCDEFGHIJ012345，已过期", "令牌：<secret>，已过期");
        check("éghp_0123456789abcdefghijABCDEFGHIJ012345é", "é<secret>é");
        check("卡4111 1111 1111 1111，号4111111111111111。", "卡<secret>，号<secret>。");
        check("到DE89 3704 0044 0532 0130 00，到GB29NWBK60161331926819号", "到<secret>，到<secret>号");
    }

    #[test]
    fn keys_of_other_languages_are_known() {
        check(
            "密码: hunter2, パスワード=hunter2 비밀번호: hunter2",
            "密码: <secret>, パスワード=<secret> 비밀번호: <secret>",
        );
        check("用户的密码：hunter2，密码： hunter3。", "用户的密码：<secret>，密码： <secret>。");
        check("password：hunter2 Passwort: hunter2", "password：<secret> Passwort: <secret>");
        check(
            "contraseña=a1 CONTRASEÑA: a1 mot_de_passe=a1",
            "contraseña=<secret> CONTRASEÑA: <secret> mot_de_passe=<secret>",
        );
        check(
            "senha=a1 wachtwoord: a1 пароль=a1 Пароль: a1",
            "senha=<secret> wachtwoord: <secret> пароль=<secret> Пароль: <secret>",
        );
        check("{\"密码\":\"a b\"}", "{\"密码\":\"<secret>\"}");
    }

    #[test]
    fn values_in_printed_types_are_masked() {
        check("User { password: Some(\"a b\"), id: 3 }", "User { password: Some(\"<secret>\"), id: 3 }");
        check("token: Some(SecretString(\"a b\"))", "token: Some(SecretString(\"<secret>\"))");
        check(
            "key is Secret(\"a b\") or secrecy::SecretString('a b')",
            "key is Secret(\"<secret>\") or secrecy::SecretString('<secret>')",
        );
        check("{\\\"password\\\": Some(\\\"a b\\\")}", "{\\\"password\\\": Some(\\\"<secret>\\\")}");
        check_unchanged("get_token(\"orders\") Some(\"text\") password: None");
    }

    #[test]
    fn a_private_key_is_masked_line_by_line_too() {
        check("MIIEpAIBAAKCAQEAx7Kp2vQmZ1sT9dLw4HnBf3RyUo6JcEiGgXaVtNqPbSzDkYWh", "<secret>");
        check(
            "a\n  MIIEpAIBAAKCAQEAx7Kp2vQmZ1sT9dLw4Hn+f3RyUo6JcEiG/XaVtNqPbSzDkYWh\nbQ7Kp2vQmZ1sT9dLw4HnBQ==\nb",
            "a\n  <secret>\n<secret>\nb",
        );
        check_unchanged("digest MIIEpAIBAAKCAQEAx7Kp2vQmZ1sT9dLw4HnBf3RyUo6JcEiGgXaVtNqPbSzDkYWh");
        check_unchanged("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    }

    #[test]
    fn cookies_and_sessions_that_look_drawn_by_lot_are_masked() {
        check("Cookie: sid=abc; theme=dark HTTP/1.1", "Cookie: <secret> HTTP/1.1");
        check("Set-Cookie: sid=abc; Path=/; HttpOnly", "Set-Cookie: <secret>");
        check("{\"cookie\": \"sid=a b; c=d\", \"x\": 1}", "{\"cookie\": \"<secret>\", \"x\": 1}");
        check("http.request.header.cookie=\"['a=b; c=d']\"", "http.request.header.cookie=\"<secret>\"");
        check("-H 'Cookie: a=b; c=d' x", "-H 'Cookie: <secret>' x");
        check(
            "session=f3Kq9ZxT2mWv8LpR0aBc connect.sid=s%3Af3Kq9ZxT2mWv8LpR0aBc",
            "session=<secret> connect.sid=<secret>",
        );
        check_unchanged(
            "session=42 sid=S-1-5-21-1004336348-1177238915 Session: 30546173_4145651 session: opened cookie: accepted",
        );
        check_unchanged("session=0x14ed93111f20027 sig=11");
    }

    #[test]
    fn commands_and_sentences_give_secrets_away() {
        check(
            "sshpass -p hunter2 ssh a; sshpass -phunter2 ssh a",
            "sshpass -p <secret> ssh a; sshpass -p<secret> ssh a",
        );
        check("run curl -s -u bob:hunter2 http://a/x", "run curl -s -u <secret> http://a/x");
        check("curl --user bob:hunter2 http://a/x", "curl --user <secret> http://a/x");
        check("CREATE USER 'bob' IDENTIFIED BY 'a b'", "CREATE USER 'bob' IDENTIFIED BY '<secret>'");
        check(
            "IDENTIFIED WITH plugin BY 'a b'; ALTER ROLE bob PASSWORD 'a b'",
            "IDENTIFIED WITH plugin BY '<secret>'; ALTER ROLE bob PASSWORD '<secret>'",
        );
        check(
            "the password is hunter2, password -> hunter2",
            "the password is <secret>, password -> <secret>",
        );
        check("name: DB_PASSWORD\n  value: hunter2", "name: DB_PASSWORD\n  value: <secret>");
        check(
            "{\"name\":\"DB_PASSWORD\",\"value\":\"a b\"}",
            "{\"name\":\"DB_PASSWORD\",\"value\":\"<secret>\"}",
        );
        check(
            "{Name:DB_PASSWORD Value:hunter2 ValueFrom:nil}",
            "{Name:DB_PASSWORD Value:<secret> ValueFrom:nil}",
        );
        check_unchanged(
            "password is required, token is expired, signed by 'bob', name: COLOR value: blue, sort -u a:b",
        );
    }

    #[test]
    fn webhooks_and_signed_urls_are_masked() {
        check(
            "to https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX failed",
            "to https://<secret> failed",
        );
        check(
            "https://a.blob.example/c?sv=2022&sig=f3Kq9ZxT2mWv8LpR0aBc%2Bd%3D&se=1",
            "https://a.blob.example/c?sv=2022&sig=<secret>&se=1",
        );
    }

    #[test]
    fn passwords_in_urls_may_hold_any_sign() {
        check("postgres://u:Zp@s:w/rdXy1@host/db", "postgres://<secret>@host/db");
        check("u postgres://u:a/b@host:5432/db?x=y@z", "u postgres://<secret>@host:5432/db?x=y@z");
        check("postgres://u:a?b#c@host", "postgres://<secret>@host");
        check("see=postgres%3A%2F%2Fu%3Apw%40host%2Fdb", "see=postgres%3A%2F%2F<secret>%40host%2Fdb");
        check("?mail=bob%40ex.example&to%3Dann%40ex.example", "?mail=<email>&to%3D<email>");
        check_unchanged("http://host:8080/a@b http://host/@scope/x https://u.example/x?t=10:00&u=@b");
    }

    /// Found by fuzzing: a secret before it was masked, and the word that was too far away stood near enough then.
    #[test]
    fn a_private_key_says_so_in_its_first_line() {
        let far = "-----BEGIN RSA PRIVATE KE\nDE89 3704 0044 0532 0130 00\n and: --END RSA PRIVATE KEY-----";
        check(far, "-----BEGIN RSA PRIVATE KE\n<secret>\n and: --END RSA PRIVATE KEY-----");
        check(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY----- on",
            "<secret> on",
        );
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
