//! `[attention]`: how much of what was heard is shown.

use hark_listen::{Attention, ITEMS_A_DAY};

use super::section::Section;

/// What the section means.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct AttentionSettings {
    /// Signals a day, one for each cluster.
    items_per_day: usize,
}

impl Default for AttentionSettings {
    fn default() -> Self {
        Self { items_per_day: ITEMS_A_DAY }
    }
}

impl AttentionSettings {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let items = section.number("items_per_day", 1..=1000);
        items.map_or_else(Self::default, |items| Self { items_per_day: items as usize })
    }

    /// The budget.
    pub(crate) fn budget(&self) -> Attention {
        Attention::Budget(self.items_per_day)
    }
}
