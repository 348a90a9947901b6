//! Durations and lists in the sentences of a story.

/// A duration as people say it: `9 days 8 h`, `42 min`.
pub(crate) fn duration(seconds: i64) -> String {
    let seconds = seconds.abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, 0, _) => "a day".to_owned(),
        (1, hours, _) => format!("a day and {hours} h"),
        (days, 0, _) => format!("{days} days"),
        (days, hours, _) if days < 14 => format!("{days} days {hours} h"),
        (days, _, _) => format!("{days} days"),
    }
}

/// A count with its noun: `1 alert`, `3 alerts`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The first characters of a foreign text, on one line.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= chars {
        line.to_owned()
    } else {
        line.chars().take(chars).chain(['…']).collect()
    }
}

/// Words of at least four letters, lower-cased, plural and past endings cut, for comparing texts.
pub(crate) fn stems(text: &str) -> std::collections::BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() >= 4)
        .map(|word| {
            let lower = word.to_ascii_lowercase();
            let cut = ["ying", "ies", "ing", "ied", "ed", "es", "s", "y"]
                .iter()
                .find_map(|end| lower.strip_suffix(end));
            cut.filter(|stem| stem.len() >= 3).map_or(lower.clone(), str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_do() {
        let said: Vec<String> =
            [120, 3_600, 5_400, 86_400, 90_000, 806_400, 2_000_000].map(duration).to_vec();
        assert_eq!(said, ["2 min", "1 h", "1 h 30 min", "a day", "a day and 1 h", "9 days 8 h", "23 days"]);
    }

    #[test]
    fn retrying_and_retries_share_a_stem() {
        assert!(stems("retrying upstream").intersection(&stems("max_retries: 5")).count() == 1);
        assert!(stems("timeout_ms").contains("timeout"));
    }
}
