//! What is cut, refused or too odd to be read is counted and named, and is never heard as something else.

use super::*;

fn cuts(hearing: &Hearing) -> Vec<(String, u64)> {
    hearing.cut.iter().map(|cut| (cut.what.clone(), cut.count)).collect()
}

#[test]
fn what_services_beyond_the_limit_say_is_cut_and_not_told_of_another() {
    let samples: String =
        (0..10_002).map(|number| format!("up{{service=\"s{number}\"}} 1 1767312000\n")).collect();
    let (events, hearing) = read("m.prom", (samples + "up 1 1767312000\n").as_bytes(), &utc());
    assert_eq!((events.len(), hearing.samples), (10_001, 10_001));
    assert_eq!(events.last().map(String::as_str), Some("2026-01-02T00:00:00Z m up 1.0 :10003"));
    let cut = "records, samples and spans of services beyond the first 10,000 of a file";
    assert_eq!(cuts(&hearing), [(cut.to_owned(), 2)]);
    let logs: String = (0..10_002)
        .map(|number| {
            format!("{{\"time\":\"2026-01-02T00:00:00Z\",\"service\":\"s{number}\",\"msg\":\"a\"}}\n")
        })
        .collect();
    let (events, hearing) = read("a.json", logs.as_bytes(), &utc());
    assert_eq!((events.len(), hearing.records, hearing.lines), (10_000, 10_000, 10_002));
    assert_eq!(cuts(&hearing), [(cut.to_owned(), 2)]);
}
