//! gzip (RFC 1952): header, deflate, checksum.
//!
//! The decoder of deflate and the checksum are a crate's; the frame around them is read here, since the crate's own reader
//! drops what it had unpacked in the call that met the damage.

use std::io;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use memchr::memchr;

use super::members::{At, Codec, Step, damaged, noticed};

/// Names and comments are not longer.
const HEADER_BYTES_MAX: usize = 256 << 10;
const TRAILER_BYTES: usize = 8;

/// One member.
pub(super) struct Gzip {
    part: Part,
    /// Of header or trailer what is there so far.
    frame: Vec<u8>,
    inflate: Decompress,
    crc: Crc,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Body,
    Trailer,
}

impl Gzip {
    /// Before the first member.
    pub(super) fn new() -> Self {
        Self { part: Part::Header, frame: Vec::new(), inflate: Decompress::new(false), crc: Crc::new() }
    }

    fn header(&mut self, packed: &[u8]) -> Step {
        let held = self.frame.len();
        self.frame.extend_from_slice(packed);
        let (consumed, outcome) = match header_length(&self.frame) {
            Some(Ok(length)) => {
                self.frame.clear();
                self.part = Part::Body;
                (length - held, Ok(At::Within))
            }
            Some(Err(reason)) => (0, Err(damaged(reason))),
            None => (packed.len(), Ok(At::Within)),
        };
        Step { consumed, produced: 0, outcome }
    }

    fn body(&mut self, packed: &[u8], into: &mut [u8]) -> Step {
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(packed, into, FlushDecompress::None);
        let length = |now: u64, before: u64| usize::try_from(now - before).expect("no more than the slice");
        let consumed = length(self.inflate.total_in(), before.0);
        let produced = length(self.inflate.total_out(), before.1);
        self.crc.update(&into[..produced]);
        if matches!(status, Ok(Status::StreamEnd)) {
            self.part = Part::Trailer;
        }
        let outcome = match status {
            Ok(_) => Ok(At::Within),
            Err(_) => Err(noticed(
                "what is packed there makes no sense; what was read before it may be garbled in parts",
            )),
        };
        Step { consumed, produced, outcome }
    }

    fn trailer(&mut self, packed: &[u8]) -> Step {
        let consumed = packed.len().min(TRAILER_BYTES - self.frame.len());
        self.frame.extend_from_slice(&packed[..consumed]);
        let mut outcome = Ok(At::Within);
        if self.frame.len() == TRAILER_BYTES {
            let sums = [self.crc.sum().to_le_bytes(), self.crc.amount().to_le_bytes()].concat();
            let is_right = self.frame == sums;
            outcome = if is_right {
                Ok(At::End)
            } else {
                Err(noticed("its checksum is not that of what was read, which may be garbled in parts"))
            };
        }
        Step { consumed, produced: 0, outcome }
    }
}

impl Codec for Gzip {
    const NAME: &'static str = "gzip";

    fn begins_with(first: u8) -> bool {
        first == 0x1F
    }

    fn begin(&mut self) -> io::Result<()> {
        self.part = Part::Header;
        self.frame.clear();
        self.inflate.reset(false);
        self.crc.reset();
        Ok(())
    }

    fn step(&mut self, packed: &[u8], into: &mut [u8]) -> Step {
        match self.part {
            Part::Header => self.header(packed),
            Part::Body => self.body(packed, into),
            Part::Trailer => self.trailer(packed),
        }
    }
}

/// How long the header is that begins so, as soon as that shows; an error if it is none.
fn header_length(head: &[u8]) -> Option<Result<usize, &'static str>> {
    const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];
    if !MAGIC.iter().zip(head).all(|(wanted, byte)| wanted == byte) {
        return Some(Err("no header of gzip where one should be"));
    }
    let flags = *head.get(3)?;
    if flags & 0xE0 != 0 {
        return Some(Err("a header of gzip with flags that do not exist"));
    }
    if head.len() > HEADER_BYTES_MAX {
        return Some(Err("a header of gzip that does not end"));
    }
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes([*head.get(at)?, *head.get(at + 1)?]));
    }
    // A name, and a comment, each up to a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += memchr(0, head.get(at..)?)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (head.len() >= at).then_some(Ok(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_behind_what_its_flags_announce() {
        let fixed = |flags| [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3];
        let whole = |flags, rest: &[u8]| [&fixed(flags)[..], rest].concat();
        assert_eq!(header_length(&fixed(0)), Some(Ok(10)));
        assert_eq!(header_length(&whole(0x1E, b"\x02\0xxname\0comment\0cc")), Some(Ok(29)));
        let long = whole(0x1E, b"\x02\0xxname\0comment\0cc");
        assert!((0..29).all(|length| header_length(&long[..length]).is_none()));
        assert!(matches!(header_length(&fixed(0x80)), Some(Err(_))));
        assert!(matches!(header_length(b"no gzip"), Some(Err(_))));
    }
}
