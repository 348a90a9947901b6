//! `[patterns]`: what people know of their own lines.

use std::sync::Arc;

use hark_pattern::{RULES_MAX, Rules};

use super::section::Section;

/// What the section means.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct PatternSettings {
    /// The rules, for all that reads, masks and tells lines apart.
    pub(crate) rules: Arc<Rules>,
}

impl PatternSettings {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let mut rules = Rules::default();
        for said in section.texts("defined", RULES_MAX) {
            if let Err(why) = rules.define(&said.value) {
                section.refuse(&said, "holds", why);
            }
        }
        for said in section.texts("never_merge", RULES_MAX) {
            if said.value.is_empty() || said.value.contains(char::is_whitespace) {
                section.refuse(&said, "holds", "is not one word");
            } else {
                rules.never_merge(&said.value);
            }
        }
        for said in section.texts("mask_keys", RULES_MAX) {
            if said.value.chars().any(char::is_alphanumeric) {
                rules.mask_key(&said.value);
            } else {
                section.refuse(&said, "holds", "is no key");
            }
        }
        for said in section.texts("mask_forms", RULES_MAX) {
            if let Err(why) = rules.mask_form(&said.value) {
                section.refuse(&said, "holds", why);
            }
        }
        Self { rules: Arc::new(rules) }
    }
}
