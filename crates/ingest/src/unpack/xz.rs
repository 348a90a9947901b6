//! xz, in bounded memory.
//!
//! The decoder is a crate's; that dictionaries larger than any preset of `xz` asks for are refused is done here. It says
//! nothing of what it had unpacked in a call that meets damage: so it is asked for little at a time, which costs no more than that
//! to lose.

use std::io;

use xz4rust::{DICT_SIZE_MIN, XzDecoder, XzError, XzNextBlockResult};

use super::members::{At, Codec, Step, noticed};

/// What `xz -9` asks for. Whoever asks for more wants memory, not compression.
const DICTIONARY_BYTES_MAX: usize = 64 << 20;
/// A line or two.
const SLICE_BYTES: usize = 256;

/// One stream.
pub(super) struct Xz(Box<XzDecoder<'static>>);

impl Xz {
    /// Before the first stream.
    pub(super) fn new() -> Self {
        Self(XzDecoder::in_heap_with_alloc_dict_size(DICT_SIZE_MIN, DICTIONARY_BYTES_MAX))
    }
}

impl Codec for Xz {
    const NAME: &'static str = "xz";

    fn begins_with(first: u8) -> bool {
        first == 0xFD
    }

    fn begin(&mut self) -> io::Result<()> {
        self.0.reset();
        Ok(())
    }

    fn step(&mut self, packed: &[u8], into: &mut [u8]) -> Step {
        if packed.is_empty() {
            return Step { consumed: 0, produced: 0, outcome: Ok(At::Within) };
        }
        let slice = into.len().min(SLICE_BYTES);
        match self.0.decode(packed, &mut into[..slice]) {
            Ok(result) => Step {
                consumed: result.input_consumed(),
                produced: result.output_produced(),
                outcome: Ok(match result {
                    XzNextBlockResult::EndOfStream(..) => At::End,
                    XzNextBlockResult::NeedMoreData(..) => At::Within,
                }),
            },
            Err(error) => Step { consumed: 0, produced: 0, outcome: Err(damage(&error)) },
        }
    }
}

fn damage(error: &XzError) -> io::Error {
    noticed(match error {
        XzError::DictionaryTooLarge(_) => "it wants a dictionary of more than 64 MiB".to_owned(),
        other => format!("{other}"),
    })
}
