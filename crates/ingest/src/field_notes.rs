//! The fields of a record beside its message, copied one behind the other into one text that is reused.
//!
//! A record without fields costs nothing here. How many are kept, and how long they are, is limited; a value that is too long is data,
//! and only noted as such: half of it could be half a secret, which nobody recognises any more.

use std::fmt::Write;

use hark_event::RecordFields;

use crate::json::Scalar;

/// Fields that are kept of one record.
const FIELDS_MAX: usize = 32;
/// The longest name that is kept.
const NAME_BYTES_MAX: usize = 64;
/// The longest value that is kept.
const VALUE_BYTES_MAX: usize = 256;
/// What stands for a longer one, as for all data in quotes.
const LONG_VALUE: &str = "<str>";

/// Fields in the order in which they were noted.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldNotes {
    text: String,
    ends: Vec<(u32, u32)>,
    are_message: bool,
    /// How many found no room.
    pub(crate) cut: u64,
}

impl FieldNotes {
    /// Forgets all; the memory is kept.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.are_message = false;
        self.cut = 0;
    }

    /// Notes a field.
    pub(crate) fn push(&mut self, name: &str, value: Scalar<'_>) {
        if self.ends.len() >= FIELDS_MAX || name.is_empty() || name.len() > NAME_BYTES_MAX {
            self.cut += 1;
            return;
        }
        self.text.push_str(name);
        let name_end = self.text.len();
        match value {
            // A long one is not copied even for a moment: the memory would stay.
            Scalar::Text(text) if text.len() > VALUE_BYTES_MAX => self.text.push_str(LONG_VALUE),
            Scalar::Text(text) => self.text.push_str(text),
            other => write!(self.text, "{other}").expect("writing to a string cannot fail"),
        }
        // Both are bounded by the limits above.
        self.ends.push((name_end as u32, self.text.len() as u32));
    }

    /// Says that the record has no message but these.
    pub(crate) fn are_message(&mut self) {
        self.are_message = true;
    }

    /// Says that the record has a message beside them after all.
    pub(crate) fn stand_beside(&mut self) {
        self.are_message = false;
    }

    /// What was noted.
    pub(crate) fn view(&self) -> RecordFields<'_> {
        let fields = RecordFields::new(&self.text, &self.ends);
        if self.are_message { fields.as_message() } else { fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_or_too_long_is_not_kept() {
        let mut notes = FieldNotes::default();
        notes.push("long", Scalar::Text(&"é".repeat(VALUE_BYTES_MAX)));
        notes.push(&"n".repeat(NAME_BYTES_MAX + 1), Scalar::Null);
        (0..FIELDS_MAX).for_each(|number| notes.push("n", Scalar::Integer(number as i64)));
        let kept: Vec<_> = notes.view().iter().collect();
        assert_eq!(
            (kept[0], kept[1], kept.len(), notes.cut),
            (("long", LONG_VALUE), ("n", "0"), FIELDS_MAX, 2)
        );
        notes.clear();
        assert!(notes.view().is_empty());
    }
}
