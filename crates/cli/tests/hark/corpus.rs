//! Thousands of planted secrets of every kind, in every form of log that is read, and every byte that comes out scanned.
//!
//! Planted are keys and tokens of the usual providers, passwords in URLs and behind keys, web tokens, private keys, e-mail
//! addresses, card numbers and IBANs. Scanned are all formats of all commands, remarks, and the temporary files while a run
//! is under way. What a secret looks like is made here by the providers' documentation, not taken from the code that masks.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place::Place;

/// Lines of each way of saying each kind.
const LINES_EACH: usize = 25;
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Numbers that look like chance and are the same in every run (Steele, Lea and Flood, SplitMix64, 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn of(&mut self, letters: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(letters[self.next() as usize % letters.len()])).collect()
    }

    fn mixed(&mut self, length: usize) -> String {
        // Letters and digits at fixed places, as no key is made of letters alone.
        let half = length / 2;
        format!("{}7Q{}", self.of(LETTERS, half.saturating_sub(1)), self.of(LETTERS, length - half - 1))
    }

    fn digits(&mut self, length: usize) -> String {
        self.of(b"0123456789", length)
    }
}

/// A secret, and what has to be absent from all that comes out: the telling part of it.
struct Secret {
    text: String,
    absent: String,
}

impl Secret {
    fn whole(text: String) -> Self {
        Self { absent: text.clone(), text }
    }
}

const KINDS: usize = 39;

/// A secret of this kind that shows by itself what it is.
fn secret(kind: usize, chance: &mut Chance) -> Secret {
    const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let prefixed = |prefix: &str, body: String| Secret { text: format!("{prefix}{body}"), absent: body };
    match kind {
        0 => prefixed("AKIA", chance.of(CAPITALS, 16)),
        1 => prefixed("ASIA", chance.of(CAPITALS, 16)),
        2 => prefixed("ghp_", chance.mixed(36)),
        3 => prefixed("github_pat_", chance.mixed(60)),
        4 => prefixed("glpat-", chance.mixed(20)),
        5 => prefixed("xoxb-", format!("{}-{}", chance.digits(12), chance.mixed(24))),
        6 => prefixed("sk_live_", chance.mixed(24)),
        7 => prefixed("rk_test_", chance.mixed(24)),
        8 => prefixed("whsec_", chance.mixed(32)),
        9 => prefixed("AIza", chance.mixed(35)),
        10 => prefixed("ya29.", chance.mixed(60)),
        11 => prefixed("GOCSPX-", chance.mixed(28)),
        12 => prefixed("npm_", chance.mixed(36)),
        13 => prefixed("pypi-", chance.mixed(80)),
        14 => prefixed("SG.", format!("{}.{}", chance.mixed(22), chance.mixed(43))),
        15 => prefixed("hf_", chance.mixed(34)),
        16 => prefixed("dop_v1_", chance.mixed(64)),
        17 => prefixed("shpat_", chance.mixed(32)),
        18 => prefixed("hvs.", chance.mixed(90)),
        19 => prefixed("dckr_pat_", chance.mixed(27)),
        20 => prefixed("sk-ant-", chance.mixed(90)),
        21 => prefixed("sk-proj-", chance.mixed(48)),
        22 => {
            let payload = chance.mixed(60);
            let text = format!("eyJhbGciOiJIUzI1NiJ9.eyJ{payload}.{}", chance.mixed(43));
            Secret { text, absent: payload }
        }
        23 => {
            let name = format!("{}.{}", chance.of(b"abcdefghijklmnopqrstuvwxyz", 8), chance.digits(3));
            Secret { text: format!("{name}@mail.example.com"), absent: name }
        }
        24 => Secret::whole(card(chance)),
        25 => {
            let card = card(chance);
            let text = [&card[..4], &card[4..8], &card[8..12], &card[12..]].join(" ");
            Secret { absent: text.clone(), text }
        }
        26 => Secret::whole(iban(chance)),
        27 => {
            let password = chance.mixed(14);
            Secret { text: format!("postgres://shop:{password}@db:5432/orders"), absent: password }
        }
        28 => {
            let token = chance.mixed(40);
            Secret { text: format!("https://{token}@git.example.com/x.git"), absent: token }
        }
        29 => {
            let token = chance.mixed(30);
            Secret { text: format!("Bearer {token}"), absent: token }
        }
        30 => {
            let body = chance.mixed(64);
            Secret {
                text: format!("-----BEGIN RSA PRIVATE KEY----- {body} -----END RSA PRIVATE KEY-----"),
                absent: body,
            }
        }
        31 => {
            let path =
                format!("T{}/B{}/{}", chance.of(CAPITALS, 9), chance.of(CAPITALS, 10), chance.mixed(24));
            Secret { text: format!("https://hooks.slack.com/services/{path}"), absent: path }
        }
        32 => prefixed("lin_api_", chance.mixed(40)),
        33 => prefixed("dapi", chance.of(b"0123456789abcdef", 32)),
        34 => prefixed("NRAK-", chance.of(CAPITALS, 27)),
        35 => prefixed("dp.pt.", chance.mixed(43)),
        36 => {
            let token = chance.mixed(36);
            Secret { text: format!("令牌：ghp_{token}，已过期"), absent: token }
        }
        37 => {
            let password = chance.mixed(14);
            Secret { text: format!("Config {{ password: Some(\"{password}\"), port: 1 }}"), absent: password }
        }
        38 => {
            let session = chance.mixed(40);
            Secret { text: format!("Set-Cookie: sid={session}; HttpOnly"), absent: session }
        }
        _ => unreachable!("there are {KINDS} kinds"),
    }
}

/// Sixteen digits with a right check digit (ISO/IEC 7812-1).
fn card(chance: &mut Chance) -> String {
    let digits = format!("4{}", chance.digits(14));
    let doubled = |(at, digit): (usize, u32)| match (at % 2, digit * 2) {
        (0, twice) if twice > 9 => twice - 9,
        (0, twice) => twice,
        _ => digit,
    };
    let sum: u32 =
        digits.chars().rev().map(|digit| digit.to_digit(10).unwrap()).enumerate().map(doubled).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// A German account number with right check digits (ISO 13616).
fn iban(chance: &mut Chance) -> String {
    let account = chance.digits(18);
    // "DE00" behind the account, letters as numbers.
    let rest =
        format!("{account}131400").bytes().fold(0, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

/// A value that only its key gives away, and the ways to write such a key.
fn keyed(way: usize, value: &str) -> String {
    const KEYS: [&str; 12] = [
        "password",
        "db_password",
        "passwd",
        "secret",
        "client_secret",
        "api_key",
        "apiKey",
        "access-token",
        "auth_token",
        "DB_PASS",
        "privateKey",
        "X-Api-Key",
    ];
    let key = KEYS[way % KEYS.len()];
    match way / KEYS.len() {
        0 => format!("{key}={value} and more"),
        1 => format!("{key}: {value}, and more"),
        2 => format!("{{\"{key}\": \"{value}\", \"more\": 1}}"),
        3 => format!("{key}=\"{value}\" and more"),
        4 => format!("run --{key} {value} --more"),
        _ => format!("{{\\\"{key}\\\":\\\"{value}\\\"}}"),
    }
}
const KEYED_WAYS: usize = 12 * 6;

/// What users know to be secret in their own lines.
fn own(way: usize, chance: &mut Chance) -> Secret {
    let digits = format!("9{}", chance.digits(7));
    match way {
        0 => Secret { text: format!("by EMP-{digits}"), absent: format!("EMP-{digits}") },
        _ => Secret { text: format!("customer_ref={digits}x"), absent: format!("{digits}x") },
    }
}

/// All that is planted, one message each.
fn planted() -> Vec<Secret> {
    let mut chance = Chance(7);
    let mut all = Vec::new();
    for _ in 0..LINES_EACH {
        all.extend((0..KINDS).map(|kind| secret(kind, &mut chance)));
        for way in 0..KEYED_WAYS {
            let value = chance.mixed(16);
            all.push(Secret { text: keyed(way, &value), absent: value });
        }
        all.extend((0..2).map(|way| own(way, &mut chance)));
    }
    all
}

/// The same messages as plain text, JSON lines, logfmt, syslog, a table and behind colours, a file each.
fn write(place: &Place, planted: &[Secret]) {
    let stamp = |at: usize| format!("2026-03-01T{:02}:{:02}:{:02}Z", 10 + at / 3_600, at / 60 % 60, at % 60);
    let file = |name: &str, line: &dyn Fn(usize, &str) -> String| {
        let lines: Vec<String> =
            planted.iter().enumerate().map(|(at, secret)| line(at, &secret.text)).collect();
        place.write(name, lines.join("\n") + "\n");
    };
    let escaped = |text: &str| serde_json::to_string(text).unwrap();
    file("logs/plain/a.log", &|at, text| format!("{} WARN refused: {text}", stamp(at)));
    file("logs/json/a.jsonl", &|at, text| {
        format!(
            "{{\"time\":\"{}\",\"level\":\"warn\",\"msg\":{}}}",
            stamp(at),
            escaped(&format!("refused {text}"))
        )
    });
    file("logs/fields/a.jsonl", &|at, text| {
        format!(
            "{{\"time\":\"{}\",\"level\":\"warn\",\"step\":\"refuse\",\"detail\":{}}}",
            stamp(at),
            escaped(text)
        )
    });
    file("logs/beside/a.jsonl", &|at, text| {
        format!(
            "{{\"time\":\"{}\",\"level\":\"warn\",\"msg\":\"refused\",\"why\":{{\"detail\":{}}}}}",
            stamp(at),
            escaped(text)
        )
    });
    file("logs/syslog/a.log", &|at, text| {
        format!("Mar  1 1{}:{:02}:{:02} host sshd[7]: refused {text}", at / 3_600, at / 60 % 60, at % 60)
    });
    file("logs/colours/a.log", &|at, text| format!("{} \u{1b}[31mWARN\u{1b}[0m refused {text}", stamp(at)));
    file("logs/trace/a.log", &|at, text| {
        format!(
            "{} ERROR failed\njava.lang.IllegalStateException: {text}\n\tat shop.Cart.pay(Cart.java:7)",
            stamp(at)
        )
    });
    file("logs/timeless/a.log", &|_, text| format!("refused {text}"));
    place.write("hark.toml", "[patterns]\nmask_keys = [\"customer_ref\"]\nmask_forms = ['EMP-\\d{8}']\n");
}

/// Looks for all secrets at once, by the first bytes of each.
struct Scanner<'a> {
    by_start: HashMap<&'a [u8], Vec<&'a Secret>>,
}

impl<'a> Scanner<'a> {
    const START: usize = 8;

    fn of(planted: &'a [Secret]) -> Self {
        let mut by_start: HashMap<&[u8], Vec<&Secret>> = HashMap::new();
        for secret in planted {
            by_start.entry(&secret.absent.as_bytes()[..Self::START]).or_default().push(secret);
        }
        Self { by_start }
    }

    #[track_caller]
    fn check(&self, output: &[u8], what: &str) {
        for (at, start) in output.windows(Self::START).enumerate() {
            for secret in self.by_start.get(start).into_iter().flatten() {
                let is_there = output[at..].starts_with(secret.absent.as_bytes());
                assert!(!is_there, "{what} gives `{}` of `{}` away", secret.absent, secret.text);
            }
        }
    }
}

#[test]
fn the_scanner_finds_what_is_there() {
    let planted = planted();
    let scanner = Scanner::of(&planted);
    scanner.check(b"nothing is planted here", "a clean text");
    for secret in &planted {
        let found =
            std::panic::catch_unwind(|| scanner.check(format!("x {}", secret.text).as_bytes(), "a text"));
        assert!(found.is_err(), "{}", secret.text);
    }
}

#[test]
fn thousands_of_planted_secrets_come_out_nowhere() {
    let place = Place::new();
    let planted = planted();
    assert!(planted.len() > 2_500, "{} secrets", planted.len());
    write(&place, &planted);
    let scanner = Scanner::of(&planted);
    for arguments in [
        &["patterns", "logs"][..],
        &["patterns", "logs", "--assign"],
        &["patterns", "logs", "--assign", "--format", "json"],
        &["patterns", "logs", "--format", "json"],
        &["patterns", "logs", "--format", "markdown", "--top", "100000"],
        &["patterns", "logs", "--format", "html", "--top", "100000"],
        &["listen", "logs", "--all", "--format", "json"],
        &["listen", "logs", "--all", "--format", "html"],
        &["back", "--at", "2026-03-01 11:00", "--on", "plain", "logs", "--format", "html"],
        &["back", "--at", "2026-03-01 11:00", "--on", "plain", "logs", "--format", "json"],
    ] {
        let ran = place.hark(arguments);
        ran.says(0, &[]);
        scanner.check(ran.out.as_bytes(), &format!("{arguments:?}"));
        scanner.check(ran.err.as_bytes(), &format!("a remark of {arguments:?}"));
    }
    explanations_keep_them(&place, planted.len(), &scanner);
}

/// Values are what an explanation tells; so the patterns of most records are explained.
fn explanations_keep_them(place: &Place, planted: usize, scanner: &Scanner<'_>) {
    let told = place.json(&["patterns", "logs"]);
    let masked = told["hearing"]["masked"].as_u64().unwrap();
    assert!(masked >= 7 * planted as u64, "{masked} of {} were masked", 7 * planted);
    for pattern in told["patterns"].as_array().unwrap().iter().take(12) {
        let id = pattern["id"].as_str().unwrap();
        let ran = place.hark(&["patterns", "logs", "--explain", id, "--format", "json"]);
        scanner.check(ran.out.as_bytes(), &format!("the explanation of {}", pattern["pattern"]));
    }
}

#[test]
fn no_temporary_file_holds_a_secret_while_a_run_is_under_way() {
    let place = Place::new();
    let planted = planted();
    write(&place, &planted);
    let scanner = Scanner::of(&planted);
    let scratch = place.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hark"))
        .args(["patterns", "-", "--format", "json"])
        .current_dir(place.path())
        .env("TMPDIR", &scratch)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let content = fs::read(place.path().join("logs/plain/a.log")).unwrap();
    // The run cannot end before its input does, so what lies on disk in between is what it keeps.
    for part in content.chunks(64 * 1024) {
        input.write_all(part).unwrap();
        scan(&scratch, &scanner);
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    scan(&scratch, &scanner);
}

fn scan(folder: &Path, scanner: &Scanner<'_>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap_or_default();
        scanner.check(&bytes, &path.display().to_string());
    }
}
