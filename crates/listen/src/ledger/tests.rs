//! Counts stay whole, and are the same whoever counted which part.

use hark_event::{Event, LogRecord, RecordFields};

use super::*;
use crate::Tally;
use crate::plain_log::plain_log;

/// What a service says in this hour.
fn said(hour: Hour, messages: &[&str]) -> HourCells {
    let origin = Origin { service: Arc::from("shop"), environment: Arc::from("production") };
    let file = Arc::from("shop.log");
    let mut tally = Tally::new();
    for (line, message) in (1..).zip(messages) {
        let arrival = hour.start().plus_seconds(line as i64);
        tally.hear(Event::Log(plain_log(message, arrival, &origin, (&file, line))));
    }
    tally.take_hours().remove(&hour).unwrap_or_default()
}

#[test]
fn counts_stay_whole_when_patterns_become_one() {
    let names: Vec<String> = (0..40)
        .map(|at| {
            format!("login of {}{} was refused", char::from(97 + at % 26), "x".repeat(1 + at as usize / 26))
        })
        .collect();
    let mut ledger = Ledger::new();
    for (at, name) in names.iter().enumerate() {
        ledger.close(Hour(1000 + at as i64), said(Hour(1000 + at as i64), &[name, "tick", "tick"]));
    }
    let patterns = ledger.patterns(Some((Hour(1000).start(), Hour(1039).start())), 10);
    let told: Vec<_> = patterns.iter().map(|pattern| (pattern.name.as_str(), pattern.count)).collect();
    assert_eq!(told, [("tick", 80), ("login of <*> was refused", 40)]);
    assert_eq!(patterns[1].first_seen, Some(Hour(1000).start().plus_seconds(1)));
    assert_eq!(patterns[1].last_seen, Some(Hour(1039).start().plus_seconds(1)));
    for pattern in &patterns {
        assert_eq!(pattern.levels, LevelCounts::of(Level::Info, pattern.count), "{}", pattern.name);
        let curve = pattern.curve.as_ref().expect("all records have times");
        assert_eq!(curve.values.iter().flatten().sum::<f64>(), pattern.count as f64, "{}", pattern.name);
    }
}

#[test]
fn what_is_cut_at_a_limit_is_cut_by_hash_whoever_counted_which_part() {
    let letters = |number: u64| -> String {
        format!("{number:05}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    };
    let records: Vec<Read> = (0..9_000)
        .map(|at| (0, 1 + at as i64 / 3, at as usize, (at, format!("odd thing {}", letters(at / 2)))))
        .collect();
    let whole = ledger_of(&records, 1, usize::MAX);
    assert_eq!(whole.iter().map(|pattern| pattern.count).sum::<u64>(), 9_000);
    let beyond = whole.iter().find(|pattern| pattern.name.contains("beyond")).expect("something was cut");
    assert_eq!(beyond.count, 2 * (4_500 - 4_096));
    for (machines, restarts_after) in [(2, usize::MAX), (3, 1_000), (7, 2_500)] {
        let mut shuffled = records.clone();
        shuffled.sort_by_key(|record| record.3.0.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        assert_eq!(ledger_of(&shuffled, machines, restarts_after), whole, "{machines} machines");
    }
}

/// A record as some machine read it: hour, second, which machine, which message.
type Read = (i64, i64, usize, (u64, String));

/// What the parts that these machines counted are together; each restarts after so many records.
fn ledger_of(records: &[Read], machines: usize, restarts_after: usize) -> Vec<Pattern> {
    let mut parts: Vec<BTreeMap<Hour, HourCells>> = Vec::new();
    for machine in 0..machines {
        let read: Vec<&Read> = records.iter().filter(|record| record.2 % machines == machine).collect();
        for run in read.chunks(restarts_after) {
            let mut tally = Tally::new().keeping_values();
            run.iter().for_each(|record| hear(&mut tally, record));
            parts.push(tally.take_hours());
        }
    }
    let mut hours: BTreeMap<Hour, HourCells> = BTreeMap::new();
    for (hour, cells) in parts.into_iter().rev().flatten() {
        hours.entry(hour).or_default().merge(cells);
    }
    let mut ledger = Ledger::new();
    hours.into_iter().for_each(|(hour, cells)| ledger.close(hour, cells));
    let mut patterns = ledger.patterns(Some((Hour(1000).start(), Hour(1003).start())), 4);
    ledger.tell_fields(&mut patterns);
    patterns
}

fn hear(tally: &mut Tally, (hour, second, _, (line, message)): &Read) {
    let arrival = Hour(1000 + hour).start().plus_seconds(*second);
    let origin = Origin { service: Arc::from("shop"), environment: Arc::from("production") };
    let text = format!("amount{second}password{line}");
    let amount_end = 6 + second.to_string().len() as u32;
    let ends = [(6, amount_end), (amount_end + 8, text.len() as u32)];
    tally.hear(Event::Log(LogRecord {
        level: if second % 7 == 0 { Level::Warn } else { Level::Info },
        fields: RecordFields::new(&text, &ends[..if second % 5 == 0 { 1 } else { 2 }]),
        ..plain_log(message, arrival, &origin, (&Arc::from("shop.log"), *line))
    }));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn shuffled_split_among_machines_and_restarted_they_count_the_same(
        records in proptest::collection::vec((0..3_i64, 0..3_600_i64, 0..7_usize, "(login of ([a-e]{2}|u[0-9]{2}) from [a-c]{2} went well|user=[a-e]{1,2} went|state (PAID|SHIPPED))"), 1..300),
        machines in 2..6_usize,
        restarts_after in 1..90_usize,
        seed in proptest::prelude::any::<u64>(),
    ) {
        let numbered = |(line, (hour, second, machine, message))| (hour, second, machine, (line, message));
        let records: Vec<Read> = (1..).zip(records).map(numbered).collect();
        let whole = ledger_of(&records, 1, usize::MAX);
        let mut shuffled = records.clone();
        shuffled.sort_by_key(|record| {
            (record.1 as u64 + 1).wrapping_mul(seed | 1).rotate_left(19) ^ record.3.0
        });
        proptest::prop_assert_eq!(&ledger_of(&shuffled, machines, restarts_after), &whole);
        proptest::prop_assert_eq!(whole.iter().map(|pattern| pattern.count).sum::<u64>(), records.len() as u64);
        for pattern in &whole {
            proptest::prop_assert!(pattern.picked <= pattern.count);
            for field in &pattern.fields {
                proptest::prop_assert!(field.count <= pattern.picked);
                let is_all = pattern.picked == pattern.count && field.key.as_deref() == Some("amount");
                proptest::prop_assert!(!is_all || field.count == pattern.count, "{field:?}");
                let is_secret = field.key.as_deref() == Some("password");
                proptest::prop_assert!(!is_secret || field.top.iter().all(|(value, _)| value == "<secret>"));
            }
        }
    }

    #[test]
    fn whatever_identity_was_told_leads_to_one_pattern_for_ever_and_no_history_restarts(
        hours in proptest::collection::vec(proptest::collection::vec("(login of ([a-e]{2}|u[0-9]{2}) from [a-c]{2} went well|user=[a-e]{1,2} went)", 1..40), 2..6),
    ) {
        let mut ledger = Ledger::new();
        let mut told: BTreeMap<Id, Pattern> = BTreeMap::new();
        let mut records = 0;
        for (hour, messages) in (1000..).map(Hour).zip(&hours) {
            records += messages.len() as u64;
            ledger.close(hour, said(hour, &messages.iter().map(String::as_str).collect::<Vec<_>>()));
            let now = ledger.patterns(None, 1);
            proptest::prop_assert_eq!(now.iter().map(|pattern| pattern.count).sum::<u64>(), records);
            told.extend(now.into_iter().map(|pattern| (pattern.id.clone(), pattern)));
            for (id, before) in &told {
                let explained = ledger.explain(id, None, 1);
                proptest::prop_assert_eq!(explained.len(), 1, "{} is lost", before.name);
                let heir = &explained[0];
                proptest::prop_assert!(heir.pattern.id == *id || heir.former.iter().any(|former| former.id == *id && former.name == before.name));
                proptest::prop_assert!(heir.pattern.first_seen <= before.first_seen && heir.pattern.count >= before.count);
            }
        }
    }
}
