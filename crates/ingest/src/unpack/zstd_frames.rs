//! Zstandard, frame after frame.
//!
//! The decoder is a crate's. It forgets what it had unpacked in a call that meets damage, so each call is given one block, as
//! much as the decoder itself asks for, and none while there is something left to hand on.

use std::io;

use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::members::{At, Codec, Step, noticed};

/// One frame.
pub(super) struct ZstdFrames {
    decoder: Decoder<'static>,
    /// How many bytes the decoder asked for.
    wanted: usize,
    /// Whether it may have more to hand on than there was room for.
    is_full: bool,
}

impl ZstdFrames {
    /// Before the first frame.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { decoder: Decoder::new()?, wanted: 1, is_full: false })
    }
}

impl Codec for ZstdFrames {
    const NAME: &'static str = "zstd";

    fn begins_with(first: u8) -> bool {
        // A frame, or a skippable one.
        matches!(first, 0x28 | 0x50..=0x5F)
    }

    fn begin(&mut self) -> io::Result<()> {
        (self.wanted, self.is_full) = (1, false);
        self.decoder.reinit()
    }

    fn step(&mut self, packed: &[u8], into: &mut [u8]) -> Step {
        let offered = if self.is_full { 0 } else { packed.len().min(self.wanted.max(1)) };
        let room = into.len();
        let mut input = InBuffer::around(&packed[..offered]);
        let mut output = OutBuffer::around(into);
        let result = self.decoder.run(&mut input, &mut output);
        let (consumed, produced) = (input.pos(), output.pos());
        self.is_full = produced == room;
        let outcome = match result {
            Ok(0) => Ok(At::End),
            Ok(wanted) => {
                self.wanted = wanted;
                Ok(At::Within)
            }
            Err(error) => Err(noticed(error.to_string())),
        };
        Step { consumed, produced, outcome }
    }
}
