//! Numbers in the sentences of signals, as people say them.

/// A count or quantity with about three digits and a suffix for thousands and more: `12.3 k`.
pub(crate) fn quantity(value: f64) -> String {
    let size = value.abs();
    // What is rounded to a thousand of one is one of the next.
    let (scaled, suffix) = match size {
        9.995e11.. => (value / 1e12, "T"),
        9.995e8.. => (value / 1e9, "G"),
        9.995e5.. => (value / 1e6, "M"),
        1e4.. => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = match scaled.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        // Three digits of what is small, too: a latency told in seconds is.
        small if small >= 1e-9 => (2.0 - small.log10().floor()) as usize,
        _ => 0,
    };
    let text = format!("{scaled:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if suffix.is_empty() { text.to_owned() } else { format!("{text} {suffix}") }
}

/// Bytes with about three digits, in powers of a thousand: `1.42 GB`.
pub(crate) fn bytes(value: f64) -> String {
    let said = match quantity(value) {
        whole if value.abs() < 1e4 => format!("{whole} "),
        said => said,
    };
    format!("{said}B")
}

/// A ratio: `3.4 times`.
pub(crate) fn times(ratio: f64) -> String {
    format!("{} times", quantity(ratio))
}

/// How far from usual, in sigmas: `6.2 times the usual scatter`. Beyond a hundred it says more about how little it usually moves than about how far
/// it went.
pub(crate) fn scatters(level: f64) -> String {
    let times = if level.abs() < SCATTERS_MAX { times(level) } else { "more than 100 times".to_owned() };
    format!("{times} the usual scatter")
}

const SCATTERS_MAX: f64 = 100.0;

/// A record beside that of the days before, by how many times as much it is: `farther than on any of the 9 days before`.
pub(crate) fn beside_days(ratio: f64, [plain, more]: [&str; 2], days: usize) -> String {
    let than = if (1.0..HARDLY_MORE).contains(&ratio) {
        format!("{more} than")
    } else {
        format!("{} as {plain} as", times(ratio))
    };
    format!("{than} on any of the {days} days before")
}

/// Below this nobody wants to read how many times it is.
const HARDLY_MORE: f64 = 1.05;

/// A stretch of seconds, in the largest unit of which it has one, or more than one of hours and minutes: `2.1 days`, `40 ms`.
pub(crate) fn span(seconds: f64) -> String {
    let (unit, name) = match seconds.abs() {
        172_800.0.. => (86_400.0, "days"),
        7_200.0.. => (3_600.0, "h"),
        120.0.. => (60.0, "min"),
        0.001..1.0 => (1e-3, "ms"),
        small if small > 0.0 && small < 0.001 => (1e-6, "µs"),
        _ => (1.0, "s"),
    };
    format!("{} {name}", quantity(seconds / unit))
}

/// A stretch of hours: `7 h`, `3 days`.
pub(crate) fn hours(hours: usize) -> String {
    match hours {
        24 => "a day".to_owned(),
        h if h >= 48 => format!("{} days", (h + 12) / 24),
        h => format!("{h} h"),
    }
}

/// The stretch that ends now, behind “the last”: `7 h`, `day`, `3 days`.
pub(crate) fn latest(window_hours: usize) -> String {
    if window_hours == 24 { "day".to_owned() } else { hours(window_hours) }
}

/// A pattern's name, quoted and cut to a length that a sentence bears.
pub(crate) fn quoted(name: &str) -> String {
    let first = name.lines().next().unwrap_or_default();
    let cut: String = first.chars().take(90).collect();
    if cut.len() == name.len() {
        return format!("“{cut}”");
    }
    // Half a wildcard is none.
    let whole = cut.strip_suffix("<*").or_else(|| cut.strip_suffix('<')).unwrap_or(&cut);
    format!("“{}…”", whole.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_cut_before_a_wildcard_and_not_within_it() {
        let name = |letters: usize| format!("{} <*> and more", "a".repeat(letters));
        for letters in [87, 88] {
            assert_eq!(quoted(&name(letters)), format!("“{}…”", "a".repeat(letters)));
        }
        assert_eq!(quoted("a <*>"), "“a <*>”");
    }

    #[test]
    fn quantities_carry_about_three_digits() {
        let said: Vec<String> =
            [0.0, 0.0123, 1.5, 12.34, 734.0, 9_999.0, 12_345.0, 3.2e9].into_iter().map(quantity).collect();
        assert_eq!(said, ["0", "0.0123", "1.5", "12.3", "734", "9999", "12.3 k", "3.2 G"]);
        assert_eq!([512.0, 14_400_000.0, -1.416e9].map(bytes), ["512 B", "14.4 MB", "-1.42 GB"]);
        assert_eq!([7, 24, 72].map(latest), ["7 h", "day", "3 days"]);
        assert_eq!([999_960.0, 9.9996e11, 999.4e9].map(quantity), ["1 M", "1 T", "999 G"]);
        assert_eq!(
            [6.25, 8e9].map(scatters),
            ["6.25 times the usual scatter", "more than 100 times the usual scatter"]
        );
        assert_eq!([40.0, 300.0, 9_000.0, 183_600.0].map(span), ["40 s", "5 min", "2.5 h", "2.12 days"]);
        assert_eq!([0.0, 0.0461, 5e-5, -0.25].map(span), ["0 s", "46.1 ms", "50 µs", "-250 ms"]);
        let beside = |ratio| beside_days(ratio, ["far", "farther"], 9);
        assert_eq!(beside(1.02), "farther than on any of the 9 days before");
        assert_eq!(beside(3.4), "3.4 times as far as on any of the 9 days before");
    }
}
