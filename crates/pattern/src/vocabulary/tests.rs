//! What becomes one pattern, and what stays apart.

use super::*;
use crate::shaper::Shaper;

fn shapes(messages: &[String]) -> Vec<(ShapeId, String)> {
    let mut shaper = Shaper::new();
    messages
        .iter()
        .map(|message| {
            let shape = shaper.shape(message);
            (shape.id, shape.text.to_owned())
        })
        .collect()
}

fn learn(vocabulary: &mut Vocabulary, messages: &[String]) -> Learned {
    vocabulary.learn(shapes(messages).iter().map(|(id, text)| (*id, text.as_str())))
}

#[track_caller]
fn check(messages: &[String], expected: &[&str]) {
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, messages);
    let mut names: Vec<&str> = vocabulary.patterns().map(|id| vocabulary.name(id)).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}

fn word(number: usize) -> String {
    let letter = |digit: usize| char::from(b'a' + digit as u8 % 26);
    format!("{}{}{}", letter(number), letter(number / 26), letter(number * 7))
}

fn logins(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("login of user {} was refused", word(number))).collect()
}

#[test]
fn few_words_in_a_place_are_meaning() {
    check(
        &["VM Started", "VM Paused", "state PAID -> SHIPPED", "state SHIPPED -> PAID"].map(String::from),
        &["VM Paused", "VM Started", "state PAID -> SHIPPED", "state SHIPPED -> PAID"],
    );
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, &logins(5));
    assert_eq!(vocabulary.len(), 5);
}

#[test]
fn the_less_is_said_around_a_place_the_more_words_it_takes() {
    for (message, words_min) in [
        ("{} stopped", 40),
        ("cache {} stopped", 20),
        ("queue={} stopped", 12),
        ("cache of {} stopped", 12),
        ("cache of {} stopped again", 8),
        ("the cache of {} stopped again today", 5),
    ] {
        let said = |count| (0..count).map(|number| message.replace("{}", &word(number))).collect::<Vec<_>>();
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &said(words_min - 1));
        assert_eq!(vocabulary.len(), words_min - 1, "{message}");
        learn(&mut vocabulary, &said(words_min));
        assert_eq!(vocabulary.len(), 1, "{message}");
    }
}

#[test]
fn what_happened_is_meaning_in_the_longest_message() {
    let happened =
        ["accepted", "rejected", "postponed", "retried", "dropped", "merged", "signed", "refunded"];
    let messages = happened.map(|what| format!("the order of user 17 from shop 3 was {what} after all"));
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, &messages);
    assert_eq!(vocabulary.len(), 8);
}

#[test]
fn many_words_in_a_place_are_a_wildcard() {
    check(&logins(6), &["login of user <*> was refused"]);
}

#[test]
fn messages_of_one_word_are_never_merged() {
    let messages: Vec<String> = (0..100).map(word).collect();
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, &messages);
    assert_eq!(vocabulary.len(), 100);
}

#[test]
fn a_second_place_follows_the_first() {
    let messages: Vec<String> = (0..16)
        .flat_map(|user| {
            (0..16).map(move |city| format!("login of {} from {} went well", word(user), word(100 + city)))
        })
        .collect();
    check(&messages, &["login of <*> from <*> went well"]);
}

#[test]
fn shapes_that_differ_in_types_alone_are_one_pattern() {
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, &["iar 001061cc".to_owned(), "iar 00106111".to_owned()]);
    let ids: Vec<_> = vocabulary.patterns().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(vocabulary.wildcards(ids[0]), ["hex"]);
}

#[test]
fn identifiers_prove_a_place_for_identifiers_only() {
    let messages =
        ["worker-17", "node7", "node8", "node9", "main"].map(|who| format!("{who} has joined the cluster"));
    check(&messages, &["<*> has joined the cluster", "main has joined the cluster"]);
}

#[test]
fn a_later_bucket_moves_history_to_the_general_pattern() {
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, &logins(5));
    let old: Vec<_> = vocabulary.patterns().collect();
    let merged_names = old.iter().map(|id| vocabulary.name(*id).to_owned()).collect();
    let learned = learn(&mut vocabulary, &logins(7));
    let general = vocabulary.patterns().next().expect("there is one");
    assert_eq!(vocabulary.name(general), "login of user <*> was refused");
    assert_eq!(vocabulary.wildcards(general), ["word"]);
    let merged = old.iter().map(|id| (*id, general)).collect();
    assert_eq!(learned, Learned { merged, merged_names, ..Learned::default() });
    for (shape, _) in shapes(&logins(7)) {
        assert_eq!(vocabulary.pattern_of(shape), Some(general));
    }
    assert_eq!(learn(&mut vocabulary, &logins(40)), Learned::default());
    assert_eq!(vocabulary.len(), 1);
}

#[test]
fn what_finds_no_room_is_counted_and_belongs_to_the_overflow() {
    let mut vocabulary = Vocabulary::new(Limits { shapes_max: 5, text_bytes_max: 1024 });
    let messages: Vec<String> = (0..8).map(word).collect();
    let learned = learn(&mut vocabulary, &messages);
    assert_eq!((learned.cut, vocabulary.len()), (3, 5));
    let overflow = shapes(&messages)
        .iter()
        .filter(|(id, _)| vocabulary.pattern_of(*id) == Some(PatternId::OVERFLOW))
        .count();
    assert_eq!(overflow, 3);
    assert_eq!(vocabulary.name(PatternId::OVERFLOW), "<*> (beyond the limit)");
}

#[test]
fn a_flood_does_not_keep_out_what_comes_after_it() {
    let mut vocabulary = Vocabulary::new(Limits { shapes_max: 5, text_bytes_max: 1024 });
    learn(&mut vocabulary, &(0..50).map(word).collect::<Vec<_>>());
    let real = ["disk is full".to_owned(), "leader was lost".to_owned()];
    assert_eq!(learn(&mut vocabulary, &real).cut, 0);
    let names: Vec<_> = shapes(&real)
        .iter()
        .filter_map(|(id, _)| vocabulary.pattern_of(*id))
        .map(|id| vocabulary.name(id))
        .collect();
    assert_eq!(names, real);
    assert_eq!(vocabulary.len(), 5);
}

/// The phrase of one to three words with this number.
fn phrase(number: usize) -> String {
    (0..=number % 3).map(|part| word(number * 3 + part * 5)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_quoted_phrase_is_one_place_whatever_its_number_of_words() {
    for quote in ['\'', '"', '`'] {
        let query = |number| format!("query {quote}{}{quote} matched 7 documents", phrase(number));
        let few: Vec<String> = (0..11).map(query).collect();
        let mut vocabulary = Vocabulary::new(Limits::default());
        learn(&mut vocabulary, &few);
        assert_eq!(vocabulary.len(), 11);
        let more: Vec<String> = (0..12).map(query).collect();
        check(&more, &[&format!("query {quote}<*>{quote} matched <*> documents")]);
    }
}

#[test]
fn scripts_without_blanks_have_places_between_their_wide_signs() {
    let names =
        ["张伟", "王芳", "李娜", "刘洋", "陈静", "杨明", "赵磊", "黄丽", "周强", "吴敏", "徐军", "孙艳"];
    check(&names.map(|name| format!("登录失败，用户：{name}（第3次）")), &["登录失败，用户：<*>（第<*>次）"]);
    check(&names.map(|name| format!("ログイン失敗「{name}」、再試行")), &["ログイン失敗「<*>」、再試行"]);
    check(
        &["订单状态：已付款，继续", "订单状态：已发货，继续"].map(String::from),
        &["订单状态：已付款，继续", "订单状态：已发货，继续"],
    );
}

#[test]
fn few_quoted_phrases_are_meaning() {
    let messages = ["'PAID'", "'in progress'", "'waiting for stock'"]
        .map(|state| format!("order 17 is now in state {state} again"));
    check(
        &messages,
        &[
            "order <*> is now in state 'PAID' again",
            "order <*> is now in state 'in progress' again",
            "order <*> is now in state 'waiting for stock' again",
        ],
    );
}

#[test]
fn messages_in_a_field_are_not_merged() {
    let messages: Vec<String> = (0..40)
        .map(|number| format!("level=info msg=\"{} {}\" caller=main", word(number), word(200 + 3 * number)))
        .collect();
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, &messages);
    assert_eq!(vocabulary.len(), 40);
}

#[test]
fn what_a_general_pattern_covers_is_not_evidence_again() {
    let mut vocabulary = Vocabulary::new(Limits::default());
    let query = |number| format!("user {} searched for '{}' here", word(number), phrase(number / 16));
    learn(&mut vocabulary, &(0..512).map(query).collect::<Vec<_>>());
    assert_eq!(vocabulary.len(), 1);
    let held = vocabulary.evidence.len();
    for bucket in 1..20 {
        let later: Vec<String> = (bucket * 512..(bucket + 1) * 512).map(query).collect();
        assert_eq!(learn(&mut vocabulary, &later), Learned::default());
    }
    assert_eq!((vocabulary.len(), vocabulary.evidence.len()), (1, held));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn evidence_kept_from_bucket_to_bucket_says_what_evidence_from_scratch_says(
        messages in proptest::collection::vec("(user=([a-e]{2}|u[0-9]|u-[0-9]{2}|[A-C]{2})|'[a-e]{2}( [a-c])?') (in|of) [a-e]{2} (went|ran) (u[0-9]|[a-e]) well", 1..400),
        size in 1..400usize,
    ) {
        let mut vocabulary = Vocabulary::new(Limits::default());
        for bucket in messages.chunks(size) {
            learn(&mut vocabulary, bucket);
            let mut evidence = Evidence::default();
            vocabulary.units.iter().for_each(|(id, unit)| evidence.add(*id, unit));
            proptest::prop_assert_eq!(evidence.len(), vocabulary.evidence.len());
            proptest::prop_assert!(evidence.take_groups().is_empty());
            for (id, unit) in &vocabulary.units {
                proptest::prop_assert_eq!(vocabulary.general_of(unit, *id), None, "{}", unit.template.name);
            }
        }
    }
}

#[test]
fn what_became_general_twice_takes_in_what_it_covers_now() {
    let pair =
        |user: usize, city: usize| format!("login of {} from {} went well", word(user), word(100 + city));
    let mut messages: Vec<String> = (0..12).map(|city| pair(0, city)).collect();
    messages.extend((1..12).map(|user| pair(user, 0)));
    messages.extend((20..60).map(|number| pair(number, number)));
    let mut vocabulary = Vocabulary::new(Limits::default());
    learn(&mut vocabulary, &messages);
    learn(&mut vocabulary, &(0..144).map(|number| pair(number % 12, number / 12)).collect::<Vec<_>>());
    let names: Vec<&str> = vocabulary.patterns().map(|id| vocabulary.name(id)).collect();
    assert_eq!(names, ["login of <*> from <*> went well"]);
}

/// The names of all patterns that these messages are, by these rules.
fn names_by(rules: Rules, messages: &[String]) -> Vec<String> {
    let rules = Arc::new(rules);
    let mut shaper = Shaper::with_rules(rules.clone());
    let mut vocabulary = Vocabulary::with_rules(Limits::default(), rules);
    let owned = |message: &String| {
        let shape = shaper.shape(message);
        (shape.id, shape.text.to_owned())
    };
    let shapes: Vec<(ShapeId, String)> = messages.iter().map(owned).collect();
    vocabulary.learn(shapes.iter().map(|(id, text)| (*id, text.as_str())));
    let mut names: Vec<String> = vocabulary.patterns().map(|id| vocabulary.name(id).to_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn words_that_are_kept_apart_are_neither_masked_nor_merged() {
    let mut messages = logins(20);
    let kept = ["root", "svc-7"].map(|user| format!("login of user {user} was refused"));
    messages.extend(kept.clone());
    messages.push("login of user svc-8 was refused".to_owned());
    let mut rules = Rules::default();
    rules.never_merge("root");
    rules.never_merge("svc-7");
    let mut expected = vec!["login of user <*> was refused".to_owned()];
    expected.extend(kept);
    assert_eq!(names_by(rules, &messages), expected);
    assert_eq!(names_by(Rules::default(), &messages), expected[..1]);
}

#[test]
fn a_pattern_that_somebody_wrote_takes_its_lines_and_is_never_merged() {
    let mut messages = logins(20);
    messages.extend((0..3).map(|number| format!("cache {} of {number} is warm", word(number))));
    messages.push("login of user nobody was refused".to_owned());
    let mut rules = Rules::default();
    rules.define("cache <*> of <...>").expect("a pattern");
    rules.define("login of user nobody was refused").expect("a pattern");
    assert_eq!(
        names_by(rules, &messages),
        ["cache <*> of <*>", "login of user <*> was refused", "login of user nobody was refused"]
    );
}

#[test]
fn what_was_heard_often_outlives_a_flood_and_what_is_forgotten_is_told() {
    let mut vocabulary = Vocabulary::new(Limits { shapes_max: 20, text_bytes_max: 1024 });
    let steady: Vec<String> =
        ["order is paid", "cart was left", "stock runs low"].map(str::to_owned).to_vec();
    (0..3).for_each(|_| drop(learn(&mut vocabulary, &steady)));
    let mut forgotten = 0;
    for bucket in 0..30 {
        let noise: Vec<String> = (0..15)
            .map(|at| {
                let number = bucket * 15 + at;
                format!("{} {} {}", word(number), word(number * 31 + 5), word(number * 17 + 9))
            })
            .collect();
        forgotten += learn(&mut vocabulary, &noise).forgotten.len();
        assert!(vocabulary.len() <= 20);
    }
    assert!(forgotten > 100);
    let names: BTreeSet<&str> = vocabulary.patterns().map(|id| vocabulary.name(id)).collect();
    assert!(steady.iter().all(|name| names.contains(name.as_str())), "{names:?}");
}

#[test]
fn a_shape_that_was_not_learned_has_no_pattern() {
    assert_eq!(Vocabulary::new(Limits::default()).pattern_of(ShapeId(1)), None);
}
