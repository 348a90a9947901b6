//! What a carrier (a container's runtime, the journal, syslog) passes on is what a program wrote: JSON, logfmt, or
//! text that may bring a stamp and a level of its own.
//!
//! What the program says of itself goes first, what the carrier says comes where the program is silent. A time of its
//! own makes the carrier's the observed one.

use hark_event::{Level, Moment};

use crate::draft::Draft;
use crate::ear::Ear;
use crate::json::Fields;
use crate::log_fields::LogFields;
use crate::logfmt;
use crate::origin::Speaker;
use crate::plain;
use crate::stamp::leading;

/// Who carried a record, and what it knows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carrier {
    /// When it took the record over.
    pub(crate) time: Option<Moment>,
    /// Who spoke, as far as the carrier knows.
    pub(crate) origin: Speaker,
    /// How loudly, as far as the carrier knows.
    pub(crate) level: Level,
}

/// Reads what programs wrote.
#[derive(Debug, Default)]
pub(crate) struct Content {
    fields: Fields,
    meanings: LogFields,
}

impl Content {
    /// Fills an empty draft with what was carried.
    pub(crate) fn take(&mut self, text: &str, carrier: Carrier, draft: &mut Draft, ear: &mut Ear<'_>) {
        let inner = text.trim();
        let is_json = inner.starts_with('{') && self.fields.read(inner).is_ok();
        if (is_json && self.fields.len() > 0) || (!is_json && logfmt::pairs(inner, &mut self.fields)) {
            self.meanings.fill(&self.fields, inner, draft, ear);
        } else {
            take_text(text.trim_end(), draft, ear);
        }
        if draft.time.is_none() {
            draft.time = carrier.time;
        } else if draft.observed.is_none() {
            draft.observed = carrier.time;
        }
        draft.origin = draft.origin.or(carrier.origin);
        if draft.level == Level::Unknown {
            draft.level = carrier.level;
        }
    }

    /// Reads the message of a filled draft as what a program wrote, where it is more than text.
    pub(crate) fn take_again(&mut self, draft: &mut Draft, ear: &mut Ear<'_>) {
        let inner = draft.message.trim();
        let is_told = (inner.starts_with('{') && inner.ends_with('}'))
            || leading(inner.as_bytes()).is_some()
            || logfmt::pairs(inner, &mut self.fields);
        if draft.fields.view().are_message() || !is_told {
            return;
        }
        let carrier = Carrier { time: draft.time, origin: draft.origin, level: draft.level };
        let (text, version) = (std::mem::take(&mut draft.message), std::mem::take(&mut draft.version));
        let observed = draft.observed;
        draft.fields.clear();
        (draft.time, draft.origin, draft.level) = (None, Speaker::default(), Level::Unknown);
        self.take(&text, carrier, draft, ear);
        draft.observed = observed.or(draft.observed);
        if draft.version.is_empty() {
            draft.version = version;
        }
    }
}

/// Takes text, whose own stamp is one only if it stands at the very beginning.
fn take_text(text: &str, draft: &mut Draft, ear: &mut Ear<'_>) {
    let placed = leading(text.as_bytes()).and_then(|stamp| Some((stamp, ear.calendar.place(stamp.reading)?)));
    match placed {
        Some((stamp, time)) => {
            draft.time = Some(time);
            // A carrier that is no syslog passes no header of syslog on.
            plain::split(text, &stamp, draft, &mut String::new());
        }
        None => plain::take_message(text, draft),
    }
}
