//! Any bytes as a file: whatever form is found in them is read to events, counted and told as patterns.
//!
//! It names no form: a new one is reached by a file of it in the corpus.
#![no_main]

use std::io::Cursor;
use std::sync::atomic::AtomicU64;

use hark_event::{Event, Hearing, Moment, Zone};
use hark_ingest::{Reading, Source};
use hark_listen::{Ledger, Tally};
use libfuzzer_sys::fuzz_target;

/// 2030-01-01, behind most stamps and before some.
const NOW: i64 = 1_893_456_000;

fuzz_target!(|bytes: &[u8]| {
    for hears_timeless in [false, true] {
        let reading = Reading {
            zone: Zone::utc(),
            as_of: Some(Moment::from_seconds(NOW)),
            service: None,
            environment: None,
            hears_timeless,
            hears_fields: true,
            hears_traces: true,
            bytes_max: None,
        };
        let (hearing, patterns) = read(bytes, &reading);
        assert_eq!(patterns, hearing.records, "counts of patterns add up to all records");
        assert!(
            hearing.to.is_none_or(|to| to <= Moment::from_seconds(NOW)),
            "nothing is known before it arrived"
        );
        assert!(hearing.files == 1 || !hearing.unread.is_empty(), "what was not read is named");
    }
});

/// The account, and how many records all patterns have.
fn read(bytes: &[u8], reading: &Reading) -> (Hearing, u64) {
    let source = Source::passing("-", Cursor::new(bytes.to_vec()));
    let mut tally = Tally::new().keeping_values();
    let mut records = 0;
    let hearing = source.read(reading, &AtomicU64::new(0), &mut |event| {
        if let Event::Log(record) = &event {
            records += 1;
            assert!(record.arrival <= Moment::from_seconds(NOW));
        }
        tally.hear(event);
    });
    assert_eq!(records, hearing.records);
    let mut ledger = Ledger::new();
    tally.take_hours().into_iter().for_each(|(hour, cells)| ledger.close(hour, cells));
    let mut patterns = ledger.patterns(None, 4);
    ledger.tell_fields(&mut patterns);
    assert!(patterns.iter().all(|pattern| pattern.picked <= pattern.count), "who is picked was counted");
    (hearing, patterns.iter().map(|pattern| pattern.count).sum())
}
