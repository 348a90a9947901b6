//! `hark check` for an issue: what can be heard, what cannot, and what to do about it.

use std::fmt::Write as _;

use hark_event::{Survey, Zone};

use super::{
    escape::text,
    story::{hearing, line},
};
use crate::{calendar::Calendar, words};

/// Tells what can be heard and what cannot.
pub(crate) fn tell(survey: &Survey, zone: &Zone) -> String {
    let calendar = Calendar::around(survey.hearing.to.unwrap_or_default(), zone);
    let mut page = String::new();
    line!(page, "# {}", text(&words::survey::headline(survey, &calendar)));
    for block in words::survey::blocks(survey, &calendar) {
        line!(page, "\n## {}\n", block.title);
        for fact in &block.facts {
            let mark = if fact.is_remark { "⚠ " } else { "" };
            line!(page, "- {mark}**{}**: {}", text(&fact.name), text(&fact.said));
        }
    }
    hearing(&mut page, &survey.hearing, &calendar);
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn blocks_are_lists_and_remarks_are_marked() {
        let told = tell(&fixture::survey(), &fixture::berlin());
        assert!(told.starts_with("# 2 services can be heard"), "{told}");
        assert!(told.contains("\n- **payments**: logs 35 days"), "{told}");
        assert!(told.contains("\n- ⚠ **without metrics**: cart"), "{told}");
    }
}
