//! `hark patterns` as a table for an issue or a chat.

use std::fmt::Write as _;

use hark_event::{Patterns, Zone};

use super::{
    escape::{code, text},
    story::{hearing, line},
};
use crate::{calendar::Calendar, words};

/// Tells what the logs say.
pub(crate) fn tell(patterns: &Patterns, zone: &Zone) -> String {
    let calendar = Calendar::around(patterns.hearing.to.unwrap_or_default(), zone);
    let mut page = String::new();
    line!(page, "# {}\n", words::patterns::headline(patterns));
    for pattern in &patterns.patterns {
        let facts = [
            words::number(pattern.count),
            words::patterns::share(pattern, patterns),
            pattern.levels.usual().name().to_owned(),
            words::patterns::louder(pattern).unwrap_or_default(),
            text(&pattern.origin.to_string()).to_string(),
            text(&words::patterns::seen(pattern, &calendar)).to_string(),
        ];
        let facts: Vec<&str> = facts.iter().map(String::as_str).filter(|fact| !fact.is_empty()).collect();
        line!(page, "- {}: {}", code(&pattern.name), facts.join(" · "));
    }
    hearing(&mut page, &patterns.hearing, &calendar);
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn patterns_are_a_list() {
        let told = tell(&fixture::patterns(), &fixture::berlin());
        assert!(told.starts_with("# 3 patterns in 100 log records; 2 of them here.\n"), "{told}");
        assert!(
            told.contains("- `retrying upstream <*> attempt <*>`: 90 · 90.0 % · WARN · of them 9 at ERROR (10.0 %) · payments · "),
            "{told}"
        );
    }
}
