//! The laws of this crate on thousands of made-up inputs: identities come from content alone, order changes nothing, no
//! planted secret survives, and nothing panics.

use hark_pattern::{Learned, Limits, PatternId, ShapeId, Shaper, Vocabulary, mask_secrets};
use proptest::prelude::*;

/// Messages that share words and places, so that groups, wildcards and second places do occur.
fn message() -> impl Strategy<Value = String> {
    let value = prop_oneof!["[a-e]{2}", "[A-C]{2}", "u[0-9]", "u-[0-9]{2}", "[0-9]{1,3}"];
    (value, "[a-e]{2}( [a-c]{1,2}){0,2}", 0..5usize).prop_map(|(value, other, form)| match form {
        0 => format!("login of {value} from {other} went well"),
        1 => format!("user={value} state {other} reached now"),
        2 => format!("user {value} searched for '{other}' here"),
        3 => format!("job=\"{other}\" is {value}"),
        _ => format!("{value} {other}"),
    })
}

fn shapes(messages: &[String]) -> Vec<(ShapeId, String)> {
    let mut shaper = Shaper::new();
    let mut owned = |message: &String| {
        let shape = shaper.shape(message);
        (shape.id, shape.text.to_owned())
    };
    messages.iter().map(&mut owned).collect()
}

/// All that can be seen of a vocabulary.
#[derive(PartialEq, Debug)]
struct Outcome {
    learned: Vec<Learned>,
    patterns: Vec<Option<PatternId>>,
    names: Vec<(String, Vec<&'static str>)>,
}

/// What comes of learning these buckets, one after the other.
fn outcome(buckets: &[Vec<(ShapeId, String)>], limits: Limits) -> Outcome {
    let mut vocabulary = Vocabulary::new(limits);
    let learned = buckets
        .iter()
        .map(|bucket| vocabulary.learn(bucket.iter().map(|(id, text)| (*id, text.as_str()))))
        .collect();
    let mut ids: Vec<ShapeId> = buckets.iter().flatten().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let patterns = ids.iter().map(|id| vocabulary.pattern_of(*id)).collect();
    let names =
        vocabulary.patterns().map(|id| (vocabulary.name(id).to_owned(), vocabulary.wildcards(id))).collect();
    Outcome { learned, patterns, names }
}

/// Words in which digits may mean something, and some in which they do not.
fn telling_word() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "x86_64",
        "sha256",
        "abc.x86_64:9",
        "utf8",
        "p99",
        "node512",
        "HTTP/1.1",
        "/v2/orders/17",
        "GET /api/v2/users/31?x=1",
        "0x1f",
        "0xdeadbeef",
        "10.0.0.1",
        "/10.0.0.1:50010",
        "250.255.254.199",
        "1.2.3.4.5",
        "2026-03-01",
        "2026/3/1",
        "2026-03-01T10:12:00Z",
        "Fri Jul 8 09:12:33 PDT 2005",
        "09:12:33 2005",
        "12:34:56.789",
        "1609459200000",
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111 77",
        "blk_-1608999687919862906",
        "-4111111111111111",
        "\"pan 4111111111111111\"",
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "(GB29",
        "ya29.a0AfH6SMBx7kXo3pQ2rT9z",
        "ya29",
        "dop_v1_0123456789abcdef0123",
        "t%3Dglpat-0123456789abcdefghij",
        "<oauth2_token>k</oauth2_token>",
        "::ffff:10.0.0.1",
        "123e4567-e89b-12d3-a456-426614174000",
        "00:1b:44:11:3a:b7",
        "user42",
        "task_7_4",
        "3,4,5,6",
        "[1, 2, 3]",
        "x=1e9",
        "5%",
        "took 2048 bytes (2.00 KB)",
        "<1 sec",
        "password=hunter2",
        "a1b2@c3.com",
        "[exec-2] shop.Orders - 1",
        "sq0atp-0123456789abcdefghijkl",
        "postgres%3A%2F%2Fu%3Apw%40host%2Fdb",
        "bob%40ex.example",
        "postgres://u:Zp@s:w/rdXy1@host/db",
        "123456789:AAF3Kq9ZxT2mWv8LpR0aBcDe_f-hIjKlMnO",
        "MIIEpAIBAAKCAQEAx7Kp2vQmZ1sT9dLw4HnBf3RyUo6JcEiGgXaVtNqPbSzDkYWh",
        "bQ7Kp2vQmZ1sT9dLw4HnBQ==",
        "session=f3Kq9ZxT2mWv8LpR0aBc",
        "session=0x14ed93111f20027",
        "Cookie: sid=a1; b=2",
        "sig=f3Kq9ZxT2mWv8LpR0aBc%2Bd%3D",
        "password is hunter2",
        "sshpass -p x1",
        "password: Some(\"x1\")",
        "name: DB_PASSWORD value: x1",
        "dapi0123456789abcdef0123456789abcdef",
        "key-0123456789abcdef0123456789abcdef",
        "[aa11bb22, 12345678, ff00ee11]",
        "[1, 2a3, 4]",
        "<state>P1</state>",
        "\u{5361}4111111111111111\u{ff0c}",
        "\u{5361}4111 1111 1111 1111",
        "\u{5230}DE89370400440532013000",
        "\u{5bc6}\u{7801}\u{ff1a}hunter2",
        "\u{4e2d}12\u{6587}34",
    ]);
    prop_oneof![4 => fixed.prop_map(str::to_owned), 1 => "[0-9]{1,20}", 1 => "[a-zA-Z]{1,6}[0-9]{0,5}", 2 => "[-a-f0-9x.:/_%]{1,24}"]
}

/// The same text with other numbers where the seed says so: other digits, more of them, or fewer.
fn with_other_numbers(text: &str, seed: u64) -> String {
    let mut state = seed;
    let mut draw = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let mut other = String::new();
    for character in text.chars() {
        let digit = char::from(b'0' + draw(10) as u8);
        match draw(12) {
            _ if !character.is_ascii_digit() || seed == 0 => other.push(character),
            0 | 1 => other.push(digit),
            2 => other.extend([character, digit]),
            3 if other.ends_with(|before: char| before.is_ascii_digit()) => {}
            _ => other.push(character),
        }
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_identity_is_that_of_the_shape_whatever_was_seen_before(
        words in prop::collection::vec(telling_word(), 1..5),
        glue in prop::sample::select(vec![" ", ", ", "=", ":", "\" ", "-", "_", ""]),
        seeds in prop::collection::vec(any::<u64>(), 1..12),
    ) {
        let message = words.join(glue);
        let mut used = Shaper::new();
        for seed in [0, 0].into_iter().chain(seeds) {
            let other = with_other_numbers(&message, seed);
            let identity = used.identity(&other);
            let mut fresh = Shaper::new();
            let shape = fresh.shape(&other);
            prop_assert_eq!((identity.id, identity.masked), (shape.id, shape.masked), "{}", other);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_one_bounded_shape_wherever_it_is_read(text in any::<String>(), other in any::<String>()) {
        let mut used = Shaper::new();
        used.shape(&other);
        let mut fresh = Shaper::new();
        let shape = fresh.shape(&text);
        prop_assert_eq!(used.shape(&text), shape);
        prop_assert!(shape.text.len() <= 1024);
        mask_secrets(&text);
    }

    #[test]
    fn text_full_of_signs_does_not_panic(text in "[-a-zA-Z0-9 :/.@\"'=<>(\\[{}\\])\\\\%+_,;\u{1b}\n\u{e9}\u{4e2d}]{0,200}") {
        let mut shaper = Shaper::new();
        let first = shaper.shape(&text).id;
        prop_assert_eq!(shaper.shape(&text).id, first);
        mask_secrets(&text);
    }

    #[test]
    fn masking_twice_changes_nothing_more(text in "(password=|token: |Bearer |[a-z]{1,5}@[a-z]{1,5}\\.com|ghp_[a-z0-9]{36}|[ ,;\"&])([a-zA-Z0-9]{1,20}[ ,\"]){0,3}") {
        let once = mask_secrets(&text).text.into_owned();
        prop_assert_eq!(mask_secrets(&once).text.into_owned(), once);
    }

    #[test]
    fn the_order_of_a_bucket_and_its_repetitions_change_nothing(messages in prop::collection::vec(message(), 1..300), cut in 0..300usize, seed in any::<u64>()) {
        let (first, second) = messages.split_at(cut.min(messages.len()));
        let buckets = [shapes(first), shapes(second)];
        let mut shuffled = buckets.clone();
        for bucket in &mut shuffled {
            bucket.sort_by_key(|(id, _)| id.0.wrapping_mul(seed | 1).rotate_left(17));
            let again: Vec<_> = bucket.iter().take(7).cloned().collect();
            bucket.extend(again);
        }
        prop_assert_eq!(outcome(&buckets, Limits::default()), outcome(&shuffled, Limits::default()));
        let tight = Limits { shapes_max: 20, text_bytes_max: 1024 };
        prop_assert_eq!(outcome(&buckets, tight), outcome(&shuffled, tight));
    }

    #[test]
    fn later_buckets_change_nothing_of_what_earlier_ones_taught(messages in prop::collection::vec(message(), 1..300), cut in 0..300usize) {
        let (first, second) = messages.split_at(cut.min(messages.len()));
        let (first, second) = (shapes(first), shapes(second));
        let alone = outcome(std::slice::from_ref(&first), Limits::default());
        let both = outcome(&[first, second], Limits::default());
        prop_assert_eq!(&alone.learned[0], &both.learned[0]);
        let moved: std::collections::BTreeMap<_, _> = both.learned[1].merged.iter().copied().collect();
        let held: std::collections::BTreeSet<_> = both.names.iter().map(|(name, _)| name.clone()).collect();
        let mut vanished = 0;
        for (name, _) in &alone.names {
            vanished += usize::from(!held.contains(name));
        }
        prop_assert_eq!(vanished, moved.len(), "every pattern that is no more was told");
    }

    #[test]
    fn quoted_phrases_of_any_length_are_one_pattern_once_there_are_enough(phrases in prop::collection::btree_set("[a-e]{2}( [a-e]{2}){0,2}", 12..60), size in 1..60usize) {
        let messages: Vec<String> = phrases.iter().map(|phrase| format!("query '{phrase}' matched 3 documents")).collect();
        let shapes = shapes(&messages);
        let mut vocabulary = Vocabulary::new(Limits::default());
        for bucket in shapes.chunks(size) {
            vocabulary.learn(bucket.iter().map(|(id, text)| (*id, text.as_str())));
        }
        let names: Vec<&str> = vocabulary.patterns().map(|id| vocabulary.name(id)).collect();
        prop_assert_eq!(names, ["query '<*>' matched <*> documents"]);
    }

    #[test]
    fn every_learned_shape_has_a_pattern_that_is_held(messages in prop::collection::vec(message(), 1..200)) {
        let shapes = shapes(&messages);
        let mut vocabulary = Vocabulary::new(Limits::default());
        for bucket in shapes.chunks(20) {
            vocabulary.learn(bucket.iter().map(|(id, text)| (*id, text.as_str())));
            for (id, _) in bucket {
                let pattern = vocabulary.pattern_of(*id);
                prop_assert!(pattern.is_some_and(|pattern| !vocabulary.name(pattern).is_empty()));
            }
        }
    }
}

/// A secret as its provider makes it, the part of it that must not survive, and how it may be introduced.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "AKIA[A-Z2-7]{16}",
        "gh[pous]_[A-Za-z0-9]{36}",
        "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
        "glpat-[A-Za-z0-9_-]{20}",
        "xox[bp]-[0-9]{11}-[0-9]{11}-[A-Za-z0-9]{24}",
        "sk_live_[A-Za-z0-9]{24}",
        "AIza[A-Za-z0-9_-]{35}",
        "npm_[A-Za-z0-9]{36}",
        "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}",
        "eyJ[A-Za-z0-9_-]{20,60}\\.eyJ[A-Za-z0-9_-]{20,60}\\.[A-Za-z0-9_-]{43}",
        "[a-z]{3,8}[._+]?[a-z0-9]{3,8}@[a-z]{4,9}\\.(com|org|co\\.uk)",
        card(),
    ]
}

fn card() -> impl Strategy<Value = String> {
    ("[2-9][0-9]{14}", prop_oneof![Just(""), Just(" "), Just("-")]).prop_map(|(digits, separator)| {
        let checked = (0..10)
            .map(|check| format!("{digits}{check}"))
            .find(|number| is_luhn(number))
            .expect("one of ten check digits is right");
        [&checked[..4], &checked[4..8], &checked[8..12], &checked[12..]].join(separator)
    })
}

fn is_luhn(number: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0')).enumerate();
    digits.map(|(place, digit)| if place % 2 == 1 { doubled(digit) } else { digit }).sum::<u32>() % 10 == 0
}

fn surroundings() -> impl Strategy<Value = (String, String)> {
    let before = prop_oneof![
        Just(""),
        Just("sent "),
        Just("key="),
        Just("\""),
        Just("{\"k\":\""),
        Just("["),
        Just("https://h.example/x?k="),
        Just("a, "),
        Just("用户 "),
        Just("value: "),
        Just("\u{1b}[31m "),
        Just("x=1;y="),
        Just("user said '"),
        Just("12:00:01 "),
        Just("failed\nFooError: "),
        Just("令牌："),
        Just("é"),
    ];
    let after = prop_oneof![
        Just(""),
        Just(" was sent"),
        Just("\""),
        Just("\"}"),
        Just("]"),
        Just("&z=1"),
        Just(", b"),
        Just(" 中文"),
        Just("，已过期"),
        Just("é"),
        Just("\n\tat a.b(C.java:1)"),
        Just("'"),
        Just(")"),
        Just(";"),
    ];
    (before.prop_map(String::from), after.prop_map(String::from))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_planted_secret_survives(secret in secret(), (before, after) in surroundings()) {
        let text = format!("{before}{secret}{after}");
        let masked = mask_secrets(&text);
        prop_assert!(!masked.text.contains(&secret), "{}", masked.text);
        prop_assert!(masked.count >= 1);
        let mut shaper = Shaper::new();
        let shape = shaper.shape(&text);
        prop_assert!(!shape.text.contains(&secret), "{}", shape.text);
        prop_assert!(shape.masked >= 1, "{}", shape.text);
    }

    #[test]
    fn no_value_of_a_secret_key_survives(
        key in prop_oneof![Just("password"), Just("DB_PASSWORD"), Just("clientSecret"), Just("x-api-key"), Just("access_token"), Just("passwd"), Just("spring.mail.password")],
        form in prop_oneof![
            Just("{}={} next"), Just("{}: {}, b"), Just("{}:{}"), Just("\"{}\":\"{}\""), Just("'{}': '{}'}"), Just("--{} {} -v"), Just("url?a=b&{}={}&c=d"),
            Just("{\\\"{}\\\":\\\"{}\\\"}"), Just("<{}>{}</{}>"), Just("{}=\"{}\" x"), Just(":{}=>\"{}\""), Just("({}={})"),
        ],
        value in "[A-Za-z0-9!#$%*+./_-]{0,20}[A-Za-z0-9]{6}",
    ) {
        let parts: Vec<&str> = form.split("{}").collect();
        let text = parts.iter().enumerate().map(|(at, part)| match at { 1 => format!("{key}{part}"), 2 => format!("{value}{part}"), 3 => format!("{key}{part}"), _ => (*part).to_owned() }).collect::<String>();
        let masked = mask_secrets(&text);
        prop_assert!(!masked.text.contains(&value), "{} became {}", text, masked.text);
        let mut shaper = Shaper::new();
        let shape = shaper.shape(&text);
        prop_assert!(!shape.text.contains(&value), "{} became {}", text, shape.text);
    }
}
