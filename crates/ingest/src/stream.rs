//! A stream that is read as it comes, once, and kept nowhere: it may be longer than the disk.
//!
//! A file is looked at before it is read. So is a stream: what the look took is held in memory, and given out again before
//! the rest. It can be read a single time, and cannot be compared with other files.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// A look takes no more than this.
const LOOK_BYTES_MAX: u64 = 16 << 20;

type Bytes = Box<dyn Read + Send>;

/// A stream that was not read yet, or was.
pub(crate) struct Stream {
    bytes: Mutex<Option<Bytes>>,
    written_at: Option<SystemTime>,
}

impl Stream {
    /// A stream of these bytes.
    pub(crate) fn new(bytes: impl Read + Send + 'static) -> Self {
        Self { bytes: Mutex::new(Some(Box::new(bytes))), written_at: None }
    }

    /// The same, which is a part of a file that was written then.
    pub(crate) fn written_at(mut self, time: Option<SystemTime>) -> Self {
        self.written_at = time;
        self
    }

    /// When it was written; a stream that is no part of a file is written now.
    pub(crate) fn time(&self) -> SystemTime {
        self.written_at.unwrap_or_else(SystemTime::now)
    }

    /// The stream itself, for the one who asks first.
    pub(crate) fn take(&self) -> Option<Begun> {
        let rest = self.bytes.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Begun { seen: Vec::new(), rest })
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Stream")
    }
}

/// A stream that is being read.
pub(crate) struct Begun {
    seen: Vec<u8>,
    rest: Bytes,
}

impl Begun {
    /// Its beginning, of which all that is taken will be given out again.
    pub(crate) fn look(&mut self) -> impl Read + '_ {
        Look { seen: &mut self.seen, rest: &mut self.rest }.take(LOOK_BYTES_MAX)
    }

    /// All of it, from the beginning.
    pub(crate) fn whole(self) -> impl Read {
        Cursor::new(self.seen).chain(self.rest)
    }
}

struct Look<'a> {
    seen: &'a mut Vec<u8>,
    rest: &'a mut Bytes,
}

impl Read for Look<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.rest.read(into)?;
        self.seen.extend_from_slice(&into[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_read_again_and_the_stream_only_once() {
        let stream = Stream::new(Cursor::new(b"0123456789".to_vec()));
        let mut begun = stream.take().expect("nobody has read it");
        let mut head = [0; 4];
        begun.look().read_exact(&mut head).expect("there is more than that");
        let mut whole = String::new();
        begun.whole().read_to_string(&mut whole).expect("memory can be read");
        assert_eq!((&head, whole.as_str()), (b"0123", "0123456789"));
        assert!(stream.take().is_none());
    }
}
