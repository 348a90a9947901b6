//! A packed file as its format has it: members (streams, frames) one after the other, with zeros between them.
//!
//! What all packings share is done here once, so that they bear damage alike. All that was unpacked before the damage is
//! handed on, and then the error is. A cut file ends in good text. Behind a byte that is wrong a decoder goes on for a while
//! before it notices, and what it says is noise: so the latest text is held back, and where damage follows, it is given up from
//! its first line with bytes that are no text. What follows the last member and is none of its kind is named, and never unpacked.
//!
//! What it cannot do: tell noise that looks like text. gzip and zstd have one checksum for all of a member; bzip2 has one for
//! each block, which its decoder asks before a byte is handed on.

use std::io::{self, BufRead, Read};
use std::str::Utf8Error;

use memchr::memrchr;

const BUFFER_BYTES: usize = 256 << 10;
/// More than decoders go on for, where they notice at all.
const HELD_BYTES: usize = 64 << 10;
/// So often a decoder may do nothing though there is something to do.
const IDLE_STEPS_MAX: u32 = 4;

/// One packing.
pub(super) trait Codec {
    /// What people call it.
    const NAME: &'static str;
    /// Whether a member may begin so.
    fn begins_with(first: u8) -> bool;
    /// Forgets the member before.
    fn begin(&mut self) -> io::Result<()>;
    /// Unpacks some bytes of a member; without packed ones what is left of those before.
    fn step(&mut self, packed: &[u8], into: &mut [u8]) -> Step;
}

/// What one step did.
pub(super) struct Step {
    /// So many packed bytes are done with.
    pub(super) consumed: usize,
    /// So many bytes were unpacked, whatever the outcome.
    pub(super) produced: usize,
    /// Where it ended.
    pub(super) outcome: io::Result<At>,
}

/// Where a step ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum At {
    /// Within the member.
    Within,
    /// At its end.
    End,
}

/// Damage, with nothing before it that was not written.
pub(super) fn damaged(reason: impl Into<String>) -> io::Error {
    io::Error::other(reason.into())
}

/// Damage that may have been noticed late.
pub(super) fn noticed(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.into())
}

/// The unpacked bytes of all members of a file.
pub(super) struct Members<R, C> {
    packed: R,
    codec: C,
    state: State,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were handed on, that may be, and that were unpacked.
    given: usize,
    ready: usize,
    filled: usize,
    idle_steps: u32,
    fault: Option<io::Error>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    First,
    Within,
    /// Behind a member.
    Between,
    /// Damaged or at the end.
    Over,
}

impl<R: BufRead, C: Codec> Members<R, C> {
    /// Unpacks what this reads.
    pub(super) fn new(packed: R, codec: C) -> Self {
        let buffer = vec![0; BUFFER_BYTES];
        let (given, ready, filled) = (0, 0, 0);
        Self { packed, codec, state: State::First, buffer, given, ready, filled, idle_steps: 0, fault: None }
    }

    /// Fills the buffer; says how much of it may be handed on.
    fn fill(&mut self) {
        self.buffer.copy_within(self.given..self.filled, 0);
        self.filled -= self.given;
        self.given = 0;
        while self.filled < BUFFER_BYTES && self.state != State::Over {
            if let Err(fault) = self.advance() {
                self.fault = Some(fault);
                self.state = State::Over;
            }
        }
        self.ready = match &self.fault {
            _ if self.state != State::Over => BUFFER_BYTES - HELD_BYTES,
            Some(fault) if fault.kind() == io::ErrorKind::InvalidData => {
                text_length(&self.buffer[..self.filled])
            }
            _ => self.filled,
        };
        if self.state == State::Over && self.ready < self.filled {
            let (noise, fault) = (self.filled - self.ready, self.fault.take());
            let reason = fault.map_or_else(String::new, |fault| fault.to_string());
            self.fault =
                Some(damaged(format!("{reason}; {noise} bytes before that are no text and were left out")));
            self.filled = self.ready;
        }
    }

    fn advance(&mut self) -> io::Result<()> {
        let packed = loop {
            match self.packed.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                // Asked again, since the borrow of the first answer would outlive the loop.
                Ok(_) => break self.packed.fill_buf()?,
            }
        };
        if self.state != State::Within {
            let zeros = packed.iter().take_while(|byte| **byte == 0).count();
            match packed.get(zeros) {
                None if packed.is_empty() => self.state = State::Over,
                Some(first) if self.state == State::Between && !C::begins_with(*first) => {
                    return Err(damaged(format!("what follows its end is no {}", C::NAME)));
                }
                Some(_) => {
                    self.state = State::Within;
                    self.codec.begin()?;
                }
                None => {}
            }
            self.packed.consume(zeros);
            return Ok(());
        }
        let has_ended = packed.is_empty();
        let Step { consumed, produced, outcome } = self.codec.step(packed, &mut self.buffer[self.filled..]);
        self.packed.consume(consumed);
        self.filled += produced;
        self.idle_steps = if consumed + produced > 0 { 0 } else { self.idle_steps + 1 };
        match outcome? {
            At::End => self.state = State::Between,
            At::Within if has_ended && produced == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            At::Within if self.idle_steps > IDLE_STEPS_MAX => return Err(damaged("it leads nowhere")),
            At::Within => {}
        }
        Ok(())
    }
}

/// Up to the first line of the latest text that is none; all of it, if such bytes stand before, too: then they are usual there.
fn text_length(bytes: &[u8]) -> usize {
    let is_odd = |byte: &u8| matches!(*byte, 1..=8 | 11 | 14..=26 | 28..=31 | 127);
    let is_cut = |error: &Utf8Error| error.error_len().is_none();
    let broken =
        std::str::from_utf8(bytes).err().filter(|error| !is_cut(error)).map(|error| error.valid_up_to());
    let odd = bytes.iter().position(is_odd);
    let Some(first) = odd.into_iter().chain(broken).min() else { return bytes.len() };
    let trusted = bytes.len().saturating_sub(HELD_BYTES);
    let line = memrchr(b'\n', &bytes[..first]).map_or(0, |end| end + 1);
    if line <= trusted { bytes.len() } else { line }
}

impl<R: BufRead, C: Codec> Read for Members<R, C> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready && self.state != State::Over && !into.is_empty() {
            self.fill();
        }
        if self.given == self.ready && !into.is_empty() {
            return self.fault.take().map_or(Ok(0), Err);
        }
        let count = into.len().min(self.ready - self.given);
        into[..count].copy_from_slice(&self.buffer[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_begins_with_a_line_that_is_no_text_unless_all_are_none() {
        assert_eq!(text_length(b"one\ntwo\nthr\x01e\nfour\n"), 8);
        assert_eq!(text_length(b"one\ntwo\nthr\xFFe\nfour\n"), 8);
        assert_eq!(text_length(b"one\ntwo\n\xC3"), 9);
        assert_eq!(text_length(b"8=FIX\x01 one\n8=FIX\x01 two\n"), 22);
    }
}
