//! Long lines that a container's runtime cut into pieces, put together again.
//!
//! Output and errors are two streams that may interleave, so each has its own open line. A line is kept up to what a
//! record may hold; what is longer is cut and counted when it is handed on.

use std::ops::ControlFlow;

use hark_event::Moment;

use crate::content::{Carrier, Content};
use crate::draft::MESSAGE_BYTES_MAX;
use crate::ear::Ear;
use crate::further::{Further, follows};
use crate::lines::Tally;
use crate::records::Records;

/// Which of its two ends a container wrote to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Errors,
}

impl Stream {
    /// The stream of that name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "stdout" => Some(Self::Out),
            "stderr" => Some(Self::Errors),
            _ => None,
        }
    }
}

/// One piece of what a container wrote.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a> {
    /// Where it was written to.
    pub(crate) stream: Stream,
    /// Its text without a line end.
    pub(crate) text: &'a str,
    /// Whether the line goes on in another piece.
    pub(crate) is_partial: bool,
    /// The line of the file that it stands in.
    pub(crate) number: u64,
    /// What was read before it.
    pub(crate) before: Tally,
}

#[derive(Default)]
struct Open {
    text: String,
    carrier: Carrier,
    begun: Option<(Tally, u64)>,
    /// When its last piece was written.
    last: Option<Moment>,
    pieces: u32,
}

/// The records of one container's file.
pub(crate) struct Pieces {
    /// By stream.
    open: [Open; 2],
    records: Records,
    content: Content,
    further: Further,
    /// The stream of the record that is open, and what had been read when it began.
    last: Option<Stream>,
    begun: Tally,
}

impl Pieces {
    /// A file before its first piece.
    pub(crate) fn new() -> Self {
        Self {
            open: [Open::default(), Open::default()],
            records: Records::new(),
            content: Content::default(),
            further: Further::default(),
            last: None,
            begun: Tally::default(),
        }
    }

    /// Takes the next piece; a line begins when its first piece was written.
    pub(crate) fn take(&mut self, piece: Piece<'_>, carrier: Carrier, ear: &mut Ear<'_>) -> ControlFlow<()> {
        for stream in [Stream::Out, Stream::Errors] {
            let open = &self.open[stream as usize];
            if open.begun.is_some() && !follows(open.last, carrier.time, ear) {
                self.close(stream, ear)?;
            }
        }
        let open = &mut self.open[piece.stream as usize];
        if open.begun.is_none() && !piece.is_partial {
            return self.say(piece, carrier, 1, ear);
        }
        if open.begun.is_none() {
            open.begun = Some((piece.before, piece.number));
            open.carrier = carrier;
        }
        // One more than a record holds, so that the record knows that it was cut.
        let room = (MESSAGE_BYTES_MAX + 1).saturating_sub(open.text.len());
        let end = (0..=room.min(piece.text.len())).rev().find(|end| piece.text.is_char_boundary(*end));
        open.text.push_str(&piece.text[..end.unwrap_or(0)]);
        open.last = carrier.time;
        open.pieces = open.pieces.saturating_add(1);
        if piece.is_partial {
            return ControlFlow::Continue(());
        }
        self.close(piece.stream, ear)
    }

    /// Takes a line that is no piece: it belongs to the record before it.
    pub(crate) fn take_stray(
        &mut self,
        text: &str,
        before: Tally,
        number: u64,
        ear: &mut Ear<'_>,
    ) -> ControlFlow<()> {
        if let Some(draft) = self.records.open() {
            draft.push_line(text);
        } else if !text.trim().is_empty() {
            crate::plain::take_message(text, self.records.begin(before, number, ear)?);
        }
        ControlFlow::Continue(())
    }

    /// Hands on what is open at the end of the file.
    pub(crate) fn finish(mut self, after: Tally, ear: &mut Ear<'_>) {
        for stream in [Stream::Out, Stream::Errors] {
            if self.open[stream as usize].begun.is_some() && self.close(stream, ear).is_break() {
                return;
            }
        }
        // Breaks only when the last records are not known yet: they are then left out.
        let _ = self.records.finish(after, ear);
    }

    fn close(&mut self, stream: Stream, ear: &mut Ear<'_>) -> ControlFlow<()> {
        let open = std::mem::take(&mut self.open[stream as usize]);
        let (before, number) = open.begun.expect("a line that is closed was begun");
        // Where the other stream spoke meanwhile, the lines in between are counted already.
        let before = if before.lines >= self.begun.lines { before } else { self.begun };
        let piece = Piece { stream, text: &open.text, is_partial: false, number, before };
        self.say(piece, open.carrier, open.pieces, ear)
    }

    fn say(&mut self, piece: Piece<'_>, carrier: Carrier, lines: u32, ear: &mut Ear<'_>) -> ControlFlow<()> {
        let is_same_stream = self.last == Some(piece.stream);
        if let Some(draft) = self.records.open().filter(|_| is_same_stream) {
            if self.further.takes(piece.text, carrier.time, draft.level, ear) {
                draft.push_line(piece.text);
                return ControlFlow::Continue(());
            }
        } else {
            self.further = Further::beginning_with(piece.text, carrier.time);
        }
        self.last = Some(piece.stream);
        self.begun = piece.before;
        let draft = self.records.begin(piece.before, piece.number, ear)?;
        draft.lines = lines;
        self.content.take(piece.text, carrier, draft, ear);
        ControlFlow::Continue(())
    }
}
