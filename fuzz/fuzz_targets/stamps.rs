//! Any line as a time stamp: at the head of a line, in a field of JSON, in a column of a table.
#![no_main]

use std::io::Cursor;
use std::sync::atomic::AtomicU64;

use hark_event::{Event, Moment, Zone};
use hark_ingest::{Reading, Source};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

const NOW: i64 = 1_893_456_000;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let stamp: String = text.chars().filter(|letter| !matches!(letter, '\n' | '\r')).take(200).collect();
    let quoted = stamp.replace('\\', "\\\\").replace('"', "\\\"");
    let plain = format!("{stamp} INFO it went well\n").repeat(3);
    let json =
        format!("{{\"time\":\"{quoted}\",\"level\":\"info\",\"message\":\"it went well\"}}\n").repeat(3);
    let number = format!("{{\"ts\":{stamp},\"message\":\"it went well\"}}\n").repeat(3);
    let table = format!("time,level,message\n{0},INFO,well\n{0},INFO,well\n", stamp.replace(',', ";"));
    for zone in ["UTC", "Europe/Berlin", "America/St_Johns"] {
        let zone = Zone::new(TimeZone::get(zone).expect("these are in every database"));
        for file in [&plain, &json, &number, &table] {
            read(file, &zone);
        }
    }
});

fn read(file: &str, zone: &Zone) {
    let now = Moment::from_seconds(NOW);
    let reading = Reading {
        zone: zone.clone(),
        as_of: Some(now),
        service: None,
        environment: None,
        hears_timeless: false,
        hears_fields: true,
        hears_traces: true,
        bytes_max: None,
    };
    let mut times = Vec::new();
    Source::passing("-", Cursor::new(file.as_bytes().to_vec())).read(
        &reading,
        &AtomicU64::new(0),
        &mut |event| {
            if let Event::Log(record) = event {
                assert!(record.arrival <= now);
                // The head of a table that is not taken for one is a line without a time.
                times.extend(record.time);
            }
        },
    );
    assert!(times.windows(2).all(|pair| pair[0] == pair[1]), "the same stamp is the same time: {times:?}");
}
