//! Floods are bounded the same way however they are divided, and secrets do not reach what is kept.

use super::*;
use crate::cell::SHAPES_PER_SERVICE_MAX;
use crate::plain_log::plain_log;

/// What so many services say in an hour, in words of letters, with the places of the lines that this part heard.
fn heard(services: u64, lines: u64, is_heard: impl Fn(u64) -> bool) -> HourCells {
    let origins: Vec<Origin> = (0..services)
        .map(|at| Origin { service: format!("service-{at}").into(), environment: "production".into() })
        .collect();
    let file = Arc::from("all.log");
    let mut tally = Tally::new();
    for line in (0..lines).filter(|line| is_heard(*line)) {
        let word: String = format!("{line:05}").bytes().map(|digit| char::from(digit + 49)).collect();
        let message = if line % 4 == 0 { "tick".to_owned() } else { format!("saw {word} pass") };
        let arrival = hark_event::Moment::from_seconds(3_600 + line as i64 % 3_600);
        let origin = &origins[(line / 4 % services) as usize];
        tally.hear(Event::Log(plain_log(&message, arrival, origin, (&file, line))));
    }
    tally.take_hours().into_values().next().unwrap_or_default()
}

/// Checks that the parts of a flood add up to the whole, and returns how many shapes were kept and how many records cut.
#[track_caller]
fn check_flood(services: u64, lines: u64) -> (usize, u64) {
    let mut whole = heard(services, lines, |_| true);
    whole.cut_shapes();
    let mut parts = HourCells::default();
    for part in [2, 0, 1] {
        parts.merge(heard(services, lines, |line| line / 7 % 3 == part));
    }
    parts.cut_shapes();
    assert!(parts == whole, "it matters how the lines were divided");
    let kept = whole.logs.values().flat_map(BTreeMap::values);
    let cut: u64 = whole.overflow.values().sum();
    assert_eq!(kept.clone().map(|count| count.count).sum::<u64>() + cut, lines, "every record is counted");
    (kept.count(), cut)
}

#[test]
fn a_flood_in_one_service_keeps_the_same_shapes_however_it_is_divided() {
    let (kept, cut) = check_flood(1, 20_000);
    assert_eq!(kept, SHAPES_PER_SERVICE_MAX);
    assert!(cut >= 10_000);
}

#[test]
fn a_flood_in_all_services_is_bounded_for_all_of_them_together() {
    let (kept, _) = check_flood(30, 99_000);
    assert_eq!(kept, SHAPES_PER_HOUR_MAX);
}

#[test]
fn what_was_cut_in_one_hour_has_room_in_the_next() {
    let mut tally = Tally::new();
    assert_eq!((tally.limit, tally.open_keys), (u64::MAX, 0));
    tally.limit = 1;
    tally.close_hour();
    assert_eq!(tally.limit, u64::MAX);
}

#[test]
fn secrets_in_labels_and_in_names_are_not_kept() {
    let mut rules = Rules::default();
    rules.mask_key("customer_ref");
    let mut tally = Tally::with_rules(Arc::new(rules));
    let origin = Origin { service: "api-password=hunter2".into(), environment: "production".into() };
    let file = Arc::from("logs/password=hunter2.prom");
    for (line, token) in ["hunter2", "hunter2", "hunter3"].into_iter().enumerate() {
        tally.hear(Event::Sample(Sample {
            time: Moment::from_seconds(3_600 + line as i64),
            origin: &origin,
            series: &format!("calls_total{{customer_ref=\"{token}\",token=\"{token}\"}}"),
            value: 1.0,
            file: &file,
            line: line as u64,
        }));
    }
    let hours = tally.take_hours();
    let cells = hours.values().next().expect("an hour was heard");
    let (origin, series) = cells.metrics.first_key_value().expect("a series was heard");
    let (name, samples) = series.first_key_value().expect("it has a name");
    assert_eq!(&**name, "calls_total{customer_ref=\"<secret>\",token=\"<secret>\"}");
    assert_eq!((&*origin.service, samples.values.len()), ("api-password=<secret>", 3));
    assert!(!format!("{cells:?}").contains("hunter"), "{cells:?}");
}
