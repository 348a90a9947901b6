//! Durations, numbers and kinds in words, so that every format says the same thing in the same way.

pub(crate) mod beginnings;
pub(crate) mod doubt;
pub(crate) mod explanation;
pub(crate) mod hearing;
pub(crate) mod known;
pub(crate) mod listening;
pub(crate) mod measure;
pub(crate) mod patterns;
pub(crate) mod replay;
pub(crate) mod story;
pub(crate) mod survey;

use std::borrow::Cow;

use hark_event::{BaseRate, ChangeKind, CodePlace, Level, Signal, SignalKind, SubjectKind};
use hark_story::{Chance, TimelineKind};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration in its two largest units: `9 d 8 h`, `8 h 12 min`, `45 min`, `30 s`. The sign is left out.
pub(crate) fn duration(seconds: i64) -> String {
    in_two_units(seconds, &[(DAY, "d", "d"), (HOUR, "h", "h"), (MINUTE, "min", "min"), (1, "s", "s")])
}

/// The same in a sentence: `9 days 8 h`.
pub(crate) fn duration_said(seconds: i64) -> String {
    in_two_units(seconds, &[(DAY, "day", "days"), (HOUR, "h", "h"), (MINUTE, "min", "min"), (1, "s", "s")])
}

fn in_two_units(seconds: i64, units: &[(u64, &str, &str)]) -> String {
    let seconds = seconds.unsigned_abs();
    let largest = units.iter().position(|unit| seconds >= unit.0).unwrap_or(units.len() - 1);
    let say = |count: u64, unit: &(u64, &str, &str)| {
        format!("{} {}", number(count), if count == 1 { unit.1 } else { unit.2 })
    };
    let mut said = say(seconds / units[largest].0, &units[largest]);
    if let Some(next) = units.get(largest + 1) {
        let rest = seconds % units[largest].0 / next.0;
        // Seconds beside minutes tell nobody anything at these distances.
        if rest > 0 && next.0 >= MINUTE {
            said.push(' ');
            said.push_str(&say(rest, next));
        }
    }
    said
}

/// A whole number with its thousands apart: `2,013,442`.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// A count with its noun: `1 line`, `2,000 lines`.
pub(crate) fn count(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Bytes in powers of a thousand: `1.3 GB`.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|unit| bytes >= unit.0) {
        Some((size, name)) => format!("{:.1} {name}", bytes as f64 / *size as f64),
        None => count(bytes, "byte", "bytes"),
    }
}

/// A measured value with three significant digits, short enough for an axis: `0.042`, `17.3`, `1.2 M`.
pub(crate) fn value(value: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")];
    let size = value.abs();
    if size >= 1e15 {
        return format!("{value:.1e}");
    }
    if let Some((least, name)) = UNITS.iter().find(|unit| size >= unit.0) {
        let divisor = if *least < 1e6 { 1e3 } else { *least };
        return format!("{}{name}", without_idle_zeros(&format!("{:.1}", value / divisor)));
    }
    let said = match size {
        _ if size == 0.0 => "0".to_owned(),
        _ if size >= 100.0 => format!("{value:.0}"),
        _ if size >= 1.0 => format!("{value:.1}"),
        _ if size >= 0.001 => format!("{value:.3}"),
        _ if size >= 0.000_01 => format!("{value:.5}"),
        _ => return format!("{value:.1e}"),
    };
    without_idle_zeros(&said).to_owned()
}

fn without_idle_zeros(said: &str) -> &str {
    if said.contains('.') { said.trim_end_matches('0').trim_end_matches('.') } else { said }
}

/// What a signal means, as a headline beside its service.
pub(crate) fn meaning(signal: &Signal) -> &'static str {
    match (signal.subject.kind, signal.kind) {
        (
            SubjectKind::Service,
            SignalKind::PatternVanished | SignalKind::MetricGone | SignalKind::FlowGone,
        ) => "it fell silent",
        (_, of) => kind(of),
    }
}

/// What a kind of signal means.
pub(crate) fn kind(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::PatternNew => "a log line never seen before",
        SignalKind::PatternRising => "a log line said more and more",
        SignalKind::PatternBurst => "a log line said as never before within hours",
        SignalKind::PatternVanished => "a log line that fell silent",
        SignalKind::PatternReturned => "a log line that is back after weeks of silence",
        SignalKind::MetricDrift => "a metric drifting away",
        SignalKind::MetricShift => "a metric that stepped to another level",
        SignalKind::MetricSpread => "a metric that scatters more than it did",
        SignalKind::MetricSaturation => "a metric running into its limit",
        SignalKind::MetricAnomaly => "a metric that did what it never did",
        SignalKind::MetricGone => "a metric that is measured no more",
        SignalKind::TailLatency => "the slowest requests getting slower",
        SignalKind::ErrorsRising => "more errors than there were",
        SignalKind::RetriesRising => "calls tried again more and more often",
        SignalKind::FlowNew => "a call never seen before",
        SignalKind::FlowGone => "a call that is no longer made",
        SignalKind::HearingLoss => "hearing that was lost",
    }
}

/// The name of what a signal is about, unless its sentence says it anyway, be it cut.
pub(crate) fn subject(signal: &Signal) -> Option<&str> {
    let name = &signal.subject.name;
    let is_cut_of_it = |quoted: &str| quoted.strip_suffix('…').is_some_and(|cut| name.starts_with(cut));
    let mut quotations = signal.summary.split('“').skip(1).filter_map(|rest| rest.split('”').next());
    let is_said = signal.summary.contains(name) || quotations.any(is_cut_of_it);
    (!is_said).then_some(name)
}

/// Where a note stands, unless that is where the code stands: `note at line 11`.
pub(crate) fn note_place(place: &CodePlace) -> Option<String> {
    place.note_line.filter(|line| *line != place.line).map(|line| format!("note at line {line}"))
}

/// What a signal is about where there is little room: of a log line the message's own words, without what a logger
/// writes before them.
pub(crate) fn about(signal: &Signal) -> Cow<'_, str> {
    match signal.subject.kind {
        SubjectKind::Service if signal.kind == SignalKind::ErrorsRising => Cow::Borrowed("errors"),
        SubjectKind::Pattern => Cow::Borrowed(own_words(&signal.subject.name)),
        SubjectKind::Flow => arrows(&signal.subject.name),
        _ => Cow::Borrowed(&signal.subject.name),
    }
}

/// The text from the first ordinary word on, if what stands before it names a logger; else all of it.
fn own_words(name: &str) -> &str {
    let mut rest = name;
    let mut names_logger = false;
    while let Some((word, after)) = rest.split_once(' ') {
        let bare = word.trim_matches(['[', ']', '(', ')', ':', '-', '|']);
        let is_place = is_logger(bare) || bare.len() < word.len() || is_loud(bare);
        if !(is_place || bare == "<*>") {
            break;
        }
        names_logger |= is_place;
        rest = after.trim_start();
    }
    let has_letters = |word: &&str| word.chars().any(char::is_alphabetic);
    let says_enough = rest.split(' ').filter(has_letters).count() >= 2;
    if names_logger && says_enough { rest } else { name }
}

/// `shop.checkout.OrderService`, `app::orders`.
fn is_logger(word: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(char::is_alphabetic)
            && part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '-'))
    };
    (word.contains('.') || word.contains("::"))
        && word.split(['.', ':']).filter(|part| !part.is_empty()).all(is_part)
}

fn is_loud(word: &str) -> bool {
    word.len() > 3 && Level::parse(word).is_some_and(|level| level.name() == word)
}

/// Arrows as people write them, where nothing is quoted: a quotation stays as it was said.
pub(crate) fn arrows(text: &str) -> Cow<'_, str> {
    if !text.contains(" -> ") {
        return Cow::Borrowed(text);
    }
    let mut said = String::with_capacity(text.len());
    for (index, piece) in text.split_inclusive(['“', '”']).enumerate() {
        let is_quoted = index > 0 && piece.ends_with('”');
        if is_quoted { said.push_str(piece) } else { said.push_str(&piece.replace(" -> ", " → ")) }
    }
    Cow::Owned(said)
}

/// A name in which long hexadecimal numbers are cut, as those of containers are: nobody reads on.
pub(crate) fn short_name(name: &str) -> Cow<'_, str> {
    const DIGITS_MIN: usize = 24;
    const DIGITS_SHOWN: usize = 12;
    let is_end = |letter: char| !letter.is_ascii_hexdigit();
    if !name.split(is_end).any(|run| run.len() >= DIGITS_MIN) {
        return Cow::Borrowed(name);
    }
    let mut said = String::new();
    for piece in name.split_inclusive(is_end) {
        let end = piece.find(is_end).unwrap_or(piece.len());
        let (run, after) = piece.split_at(end);
        if run.len() >= DIGITS_MIN {
            said.push_str(&format!("{}…{after}", &run[..DIGITS_SHOWN]));
        } else {
            said.push_str(piece);
        }
    }
    Cow::Owned(said)
}

/// What a kind of change is called.
pub(crate) fn change(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Deploy => "deploy",
        ChangeKind::Config => "config edit",
        ChangeKind::Flag => "feature flag",
        ChangeKind::Commit => "commit",
        ChangeKind::Scale => "scaling",
    }
}

/// What a line of the timeline is called.
pub(crate) fn timeline(kind: TimelineKind) -> &'static str {
    match kind {
        TimelineKind::Change => "change",
        TimelineKind::Note => "note",
        TimelineKind::Signal => "signal",
        TimelineKind::Alert => "alert",
        TimelineKind::Report => "report",
        TimelineKind::Incident => "incident",
    }
}

/// How often such a signal is there when nothing happens.
pub(crate) fn base_rate(rate: BaseRate) -> String {
    match rate.quiet_windows {
        0 => "no quiet moment to compare with".to_owned(),
        windows => format!(
            "open at {} of {}",
            rate.occurred_in,
            count(windows.into(), "quiet moment", "quiet moments")
        ),
    }
}

/// How often such a story is told when nothing happened.
pub(crate) fn chance(chance: Chance) -> String {
    match chance.quiet_moments {
        0 => "No quiet moment to try it at: how often such a story comes by chance is not known".to_owned(),
        moments => format!(
            "Told at {} of {}",
            chance.whispered,
            count(moments.into(), "quiet moment", "quiet moments")
        ),
    }
}

/// What that figure is, for those who see it for the first time.
pub(crate) const CHANCE_MEANS: &str =
    "How often the same listening tells such a story where nothing happened.";

/// Whether whoever wrote something can still be asked here; nothing if that is unknown.
pub(crate) fn author(active: Option<bool>) -> Option<&'static str> {
    active.map(|active| if active { "author active" } else { "author not active for 90 days" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_its_sentence_names_is_not_named_twice() {
        let mut signal = crate::fixture::listening().episodes[1].signal.clone();
        assert_eq!(subject(&signal), Some("process_resident_memory_bytes{instance=\"payments-2\"}"));
        signal.summary = format!("{} is high", signal.subject.name);
        assert_eq!(subject(&signal), None);
    }

    #[test]
    fn of_a_log_line_the_own_words_are_told_and_not_its_logger() {
        let of = own_words;
        let java = "[<*>] shop.checkout.OrderService - payment <*> authorised twice";
        assert_eq!(of(java), "payment <*> authorised twice");
        assert_eq!(of("WARN app::orders: retrying upstream <*>"), "retrying upstream <*>");
        assert_eq!(of("retrying upstream <*>"), "retrying upstream <*>");
        assert_eq!(of("<*> retries left"), "<*> retries left");
        assert_eq!(of("shop.Cart - <*> done"), "shop.Cart - <*> done", "one word says too little");
        assert_eq!(of("[a] [b]"), "[a] [b]");
    }

    #[test]
    fn arrows_are_drawn_but_in_quotations() {
        assert_eq!(arrows("a: 3 -> 8, “x -> y” and b -> c"), "a: 3 → 8, “x -> y” and b → c");
        assert_eq!(arrows("a -> “b"), "a → “b");
    }

    #[test]
    fn nobody_reads_all_of_a_containers_name() {
        let name = format!("pod-{}.log", "0123456789abcdef".repeat(4));
        assert_eq!(short_name(&name), "pod-0123456789ab….log");
        assert_eq!(short_name("feed-beef"), "feed-beef");
    }

    #[test]
    fn a_quotation_that_was_cut_still_names_its_subject() {
        let mut signal = crate::fixture::listening().episodes[1].signal.clone();
        signal.summary = format!("“{}…” is said", &signal.subject.name[..20]);
        assert_eq!(subject(&signal), None);
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let said = |seconds| (duration(seconds), duration_said(seconds));
        assert_eq!(said(806_400), ("9 d 8 h".into(), "9 days 8 h".into()));
        assert_eq!(said(86_400), ("1 d".into(), "1 day".into()));
        assert_eq!(said(29_520), ("8 h 12 min".into(), "8 h 12 min".into()));
        assert_eq!(said(95), ("1 min".into(), "1 min".into()));
        assert_eq!(said(-30), ("30 s".into(), "30 s".into()));
        assert_eq!(said(0), ("0 s".into(), "0 s".into()));
        assert!(!duration(i64::MIN).is_empty());
    }

    #[test]
    fn numbers_keep_their_thousands_apart() {
        assert_eq!(number(7), "7");
        assert_eq!(number(2_013_442), "2,013,442");
        assert_eq!(count(1, "line", "lines"), "1 line");
        assert_eq!(bytes(1_340_000_000), "1.3 GB");
        assert_eq!(bytes(12), "12 bytes");
    }

    #[test]
    fn values_are_short_enough_for_an_axis() {
        let said: Vec<String> = [0.0, 0.042, 0.5, 17.25, 312.4, 1_500.0, 12_500.0, 4e9, -2.5, 1e-9, 1e300]
            .into_iter()
            .map(value)
            .collect();
        assert_eq!(said.join("  "), "0  0.042  0.5  17.2  312  1500  12.5 k  4 G  -2.5  1.0e-9  1.0e300");
    }

    #[test]
    fn rates_without_anything_to_compare_say_so() {
        assert_eq!(
            base_rate(BaseRate { quiet_windows: 40, occurred_in: 1 }),
            "open at 1 of 40 quiet moments"
        );
        assert_eq!(base_rate(BaseRate::default()), "no quiet moment to compare with");
        assert_eq!(chance(Chance { quiet_moments: 1, whispered: 0 }), "Told at 0 of 1 quiet moment");
    }
}
