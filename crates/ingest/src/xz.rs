//! xz, stream after stream, in bounded memory.
//!
//! The decoder is a crate's; that it takes several streams with padding between them (as `cat a.xz b.xz` and
//! parallel packers make) and refuses dictionaries larger than any preset of `xz` asks for, is done here.

use std::io::{self, BufRead, Read};

use xz4rust::{DICT_SIZE_MIN, XzDecoder, XzError, XzNextBlockResult};

/// What `xz -9` asks for. Whoever asks for more wants memory, not compression.
const DICTIONARY_BYTES_MAX: usize = 64 << 20;

/// The unpacked bytes of all streams of a file.
pub(crate) struct XzStreams<R> {
    packed: R,
    decoder: Box<XzDecoder<'static>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a stream, or behind the last.
    Between,
    Within,
    /// Damaged or at the end.
    Over,
}

impl<R: BufRead> XzStreams<R> {
    /// Unpacks what this reads.
    pub(crate) fn new(packed: R) -> Self {
        let decoder = XzDecoder::in_heap_with_alloc_dict_size(DICT_SIZE_MIN, DICTIONARY_BYTES_MAX);
        Self { packed, decoder, state: State::Between }
    }

    /// Passes the zeros that may stand between streams; says whether another stream follows.
    fn is_another(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.packed.fill_buf()?;
            if bytes.is_empty() {
                return Ok(false);
            }
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let is_at_stream = zeros < bytes.len();
            self.packed.consume(zeros);
            if is_at_stream {
                return Ok(true);
            }
        }
    }

    fn decode(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let bytes = self.packed.fill_buf()?;
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let result = self.decoder.decode(bytes, into).map_err(|error| damage(&error))?;
            self.packed.consume(result.input_consumed());
            let produced = result.output_produced();
            if let XzNextBlockResult::EndOfStream(..) = result {
                self.decoder.reset();
                self.state = State::Between;
                return Ok(produced);
            }
            if produced > 0 {
                return Ok(produced);
            }
        }
    }
}

fn damage(error: &XzError) -> io::Error {
    let reason = match error {
        XzError::DictionaryTooLarge(_) => "it wants a dictionary of more than 64 MiB".to_owned(),
        other => format!("{other}"),
    };
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

impl<R: BufRead> Read for XzStreams<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Over => return Ok(0),
                State::Between => self.state = if self.is_another()? { State::Within } else { State::Over },
                State::Within => match self.decode(into) {
                    // A stream may end without having said anything more.
                    Ok(0) => {}
                    Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                        self.state = State::Over;
                        return Err(error);
                    }
                    other => return other,
                },
            }
        }
    }
}
