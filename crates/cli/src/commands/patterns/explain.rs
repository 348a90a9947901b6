//! `hark patterns --explain ID`: the files are read a second time, for what stood in the wildcards.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hark_event::{Event, Explained, Hearing, Id};
use hark_ingest::{Reading, Source};
use hark_listen::{Fields, Ledger};
use hark_pattern::{Rules, Shaper};

use super::CURVE_STEPS;
use crate::failure::Failure;

/// What a second reading needs.
pub(super) struct Again<'a> {
    pub(super) files: &'a [Source],
    pub(super) reading: &'a Reading,
    pub(super) ledger: &'a Ledger,
    pub(super) rules: &'a Arc<Rules>,
}

impl Again<'_> {
    /// Everything that is known of this pattern, in every service that said it.
    pub(super) fn explain(&self, asked: &Id, hearing: Hearing) -> Result<Explained, Failure> {
        let mut patterns = self.ledger.explain(asked, hearing.from.zip(hearing.to), CURVE_STEPS);
        if patterns.is_empty() {
            return Err(Failure::NoPattern { id: asked.to_string() });
        }
        let mut fields = Fields::of(&patterns);
        let mut shaper = Shaper::with_rules(self.rules.clone());
        for file in self.files {
            file.read(self.reading, &AtomicU64::default(), &mut |event| {
                if let Event::Log(record) = event {
                    fields.hear(&record, self.ledger, &mut shaper, self.rules);
                }
            });
        }
        fields.tell(&mut patterns);
        Ok(Explained { asked: asked.clone(), patterns, hearing })
    }
}
