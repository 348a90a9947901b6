//! JSON lines logs: an object per line. Lines that are no object are read as plain text, so that a stack
//! trace printed between them is not lost; objects that do not parse are rejected and counted.
//!
//! What a store answers to a query comes in the order of the query, often the newest first, and not as it arrived: there each
//! record arrived at its own time. Its message is what a program wrote, and is read as such.

use std::ops::ControlFlow;

use crate::content::Content;
use crate::ear::Ear;
use crate::json::Fields;
use crate::lines::Lines;
use crate::log_fields::LogFields;
use crate::plain;
use crate::records::Records;
use crate::stamp::{Finder, Form, Shape};
use crate::text::clean;

/// Reads the file to its end, or to the first record that is not known yet.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    read_as(lines, None, ear);
}

/// Reads the records that a store answered with.
pub(crate) fn read_answer(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    read_as(lines, Some(Content::default()), ear);
}

fn read_as(lines: &mut Lines<'_>, answer: Option<Content>, ear: &mut Ear<'_>) {
    let mut records = Records::new();
    let mut reader = Reader {
        fields: Fields::default(),
        meanings: LogFields::default(),
        finder: Finder::new(Shape { form: Form::Iso, token: 0, is_indented: false }),
        answer,
    };
    if reader.read_lines(lines, &mut records, ear).is_continue() {
        // Breaks only when the last records are not known yet: they are then left out.
        let _ = records.finish(lines.tally, ear);
    }
}

struct Reader {
    fields: Fields,
    meanings: LogFields,
    finder: Finder,
    /// Who reads what programs wrote, where a store answers.
    answer: Option<Content>,
}

impl Reader {
    fn read_lines(
        &mut self,
        lines: &mut Lines<'_>,
        records: &mut Records,
        ear: &mut Ear<'_>,
    ) -> ControlFlow<()> {
        loop {
            let before = lines.tally;
            let Some(line) = lines.next() else { return ControlFlow::Continue(()) };
            let text = clean(line.bytes);
            let object = text.trim();
            if !object.starts_with('{') {
                plain::take(&text, before, line.number, &mut self.finder, records, ear)?;
                continue;
            }
            if self.fields.read(object).is_ok() {
                let draft = records.begin(before, line.number, ear)?;
                self.meanings.fill(&self.fields, object, draft, ear);
                if let Some(content) = &mut self.answer {
                    content.take_again(draft, ear);
                    draft.observed = draft.observed.or(draft.time);
                }
            } else {
                let number = line.number;
                drop(text);
                lines.tally.reject(number, "no whole JSON object");
            }
        }
    }
}
