//! Lines to log records: a record begins with a line of its own and takes the lines that follow it.

use std::ops::ControlFlow;

use crate::arrival::Arrivals;
use crate::draft::Draft;
use crate::ear::Ear;
use crate::lines::Tally;

/// The log records of one file, in order.
pub(crate) struct Records {
    draft: Draft,
    is_open: bool,
    /// What had been read when the open record began.
    begun: Tally,
    arrivals: Arrivals,
}

impl Records {
    /// A file before its first record.
    pub(crate) fn new() -> Self {
        Self { draft: Draft::default(), is_open: false, begun: Tally::default(), arrivals: Arrivals::new() }
    }

    /// Closes the open record and begins one with this line; `before` is what was read before it.
    ///
    /// Breaks when the closed record arrived too late to be known: then nothing more is to be read.
    pub(crate) fn begin(
        &mut self,
        before: Tally,
        line: u64,
        ear: &mut Ear<'_>,
    ) -> ControlFlow<(), &mut Draft> {
        self.close(before, ear)?;
        self.is_open = true;
        self.draft.line = line;
        self.draft.lines = 1;
        ControlFlow::Continue(&mut self.draft)
    }

    /// The record that further lines belong to.
    pub(crate) fn open(&mut self) -> Option<&mut Draft> {
        self.is_open.then_some(&mut self.draft)
    }

    /// Closes the open record at the end of the file and lets go of all that is held.
    ///
    /// Breaks when something arrived too late to be known.
    pub(crate) fn finish(&mut self, after: Tally, ear: &mut Ear<'_>) -> ControlFlow<()> {
        self.close(after, ear)?;
        self.arrivals.finish(ear)?;
        // Lines after the last record, or of a file without any.
        ear.count(after.since(self.begun));
        ControlFlow::Continue(())
    }

    fn close(&mut self, now: Tally, ear: &mut Ear<'_>) -> ControlFlow<()> {
        if !self.is_open {
            return ControlFlow::Continue(());
        }
        self.is_open = false;
        self.draft.tally = now.since(self.begun);
        self.begun = now;
        while self.draft.message.ends_with('\n') {
            self.draft.message.pop();
        }
        self.arrivals.take(&mut self.draft, ear)
    }
}
