//! bzip2, block after block.
//!
//! The decoder is a crate's. Left to itself it hands on a block before it has asked the block's checksum, and a damaged block
//! is a heap of letters that look like text. So each block is cut out here, wherever among the bits it begins, and given to the decoder
//! as a stream of its own: it is handed on when its checksum is right, and not before.
//!
//! Blocks are found by the 48 bits that each begins with. Once in a few million files these bits stand within a block by
//! chance: a block that makes no sense is tried again with what follows, up to the next such place.

use std::io;

use bzip2::{Decompress, Status};

use super::members::{At, Codec, Step, damaged};

const BLOCK: u64 = 0x3141_5926_5359;
const END: u64 = 0x1772_4538_5090;
const MARK_BITS: usize = 48;
const MARK_MASK: u64 = (1 << MARK_BITS) - 1;
const SUM_BITS: usize = 32;
/// A block of 900 kB that cannot be packed takes little more than that.
const PACKED_BYTES_MAX: usize = 4 << 20;
/// What a block can unpack to: 900 kB, of which five bytes may stand for 259.
const UNPACKED_BYTES_MAX: usize = 48 << 20;

/// One stream.
pub(super) struct Bzip2Blocks {
    part: Part,
    /// Of the header what is there so far, then the bytes from the mark of the present block on.
    packed: Vec<u8>,
    /// Where in the first of these bytes the mark begins, in bits.
    first_bit: usize,
    /// The latest bytes, in which marks are looked for.
    window: u64,
    /// Whether the bytes begin with a mark that was seen.
    has_begun: bool,
    /// Whether the block was tried up to a mark and made no sense.
    is_retried: bool,
    level: u8,
    /// The checksum of all blocks so far.
    sum: u32,
    block: Vec<u8>,
    given: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Blocks,
    Trailer,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mark {
    Block,
    End,
}

impl Bzip2Blocks {
    /// Before the first stream.
    pub(super) fn new() -> Self {
        Self {
            part: Part::Header,
            packed: Vec::new(),
            first_bit: 0,
            window: 0,
            has_begun: false,
            is_retried: false,
            level: b'9',
            sum: 0,
            block: Vec::new(),
            given: 0,
        }
    }

    fn header(&mut self, packed: &[u8]) -> (usize, io::Result<At>) {
        let count = packed.len().min(4 - self.packed.len());
        self.packed.extend_from_slice(&packed[..count]);
        match *self.packed {
            [b'B', b'Z', b'h', level @ b'1'..=b'9'] => {
                self.level = level;
                self.packed.clear();
                self.part = Part::Blocks;
            }
            [_, _, _, _] => return (count, Err(damaged("no header of bzip2 where one should be"))),
            _ => {}
        }
        (count, Ok(At::Within))
    }

    /// Looks for the next mark; what stands before it is a block.
    fn blocks(&mut self, packed: &[u8]) -> (usize, io::Result<At>) {
        for (at, &byte) in packed.iter().enumerate() {
            self.window = self.window << 8 | u64::from(byte);
            let Some((mark, shift)) = mark(self.window) else { continue };
            self.packed.extend_from_slice(&packed[..=at]);
            return (at + 1, self.take_mark(mark, shift).map(|()| At::Within));
        }
        self.packed.extend_from_slice(packed);
        let is_too_long = self.packed.len() > PACKED_BYTES_MAX;
        let outcome = if is_too_long { Err(damaged("a block that does not end")) } else { Ok(At::Within) };
        (packed.len(), outcome)
    }

    /// Takes a mark that ends so many bits before the latest byte does.
    fn take_mark(&mut self, mark: Mark, shift: usize) -> io::Result<()> {
        let Some(at) = (self.packed.len() * 8).checked_sub(shift + MARK_BITS) else { return Ok(()) };
        if self.has_begun {
            match self.unpack(at) {
                Err(_) if mark == Mark::Block && !self.is_retried => {
                    self.is_retried = true;
                    return Ok(());
                }
                other => other?,
            }
        } else if at != self.first_bit {
            return Err(damaged("no block where one should be"));
        }
        self.packed.drain(..at / 8);
        self.first_bit = at % 8;
        (self.has_begun, self.is_retried) = (true, false);
        if mark == Mark::End {
            self.part = Part::Trailer;
        }
        Ok(())
    }

    /// Unpacks what lies between the mark of the present block and this bit.
    fn unpack(&mut self, end: usize) -> io::Result<()> {
        let wrong = || damaged("a block that makes no sense or has another checksum");
        if end < self.first_bit + MARK_BITS + SUM_BITS {
            return Err(wrong());
        }
        let sum = bits(&self.packed, self.first_bit + MARK_BITS);
        let mut stream = Bits { bytes: vec![b'B', b'Z', b'h', self.level], length: 32 };
        stream.append(&self.packed, self.first_bit, end);
        stream.append(&END.to_be_bytes(), 16, 64);
        stream.append(&sum.to_be_bytes(), 0, SUM_BITS);
        self.block.clear();
        self.given = 0;
        let mut decoder = Decompress::new(false);
        loop {
            self.block.reserve(self.block.len().max(1 << 20));
            let read = usize::try_from(decoder.total_in()).expect("no more than there is");
            let before = self.block.len();
            let status = decoder.decompress_vec(&stream.bytes[read..], &mut self.block);
            match status {
                Ok(Status::StreamEnd) => break,
                Ok(_) if self.block.len() > before && self.block.len() <= UNPACKED_BYTES_MAX => {}
                _ => {
                    self.block.clear();
                    return Err(wrong());
                }
            }
        }
        self.sum = self.sum.rotate_left(1) ^ sum;
        Ok(())
    }

    fn trailer(&mut self, packed: &[u8]) -> (usize, io::Result<At>) {
        let length = (self.first_bit + MARK_BITS + SUM_BITS).div_ceil(8);
        let count = packed.len().min(length - self.packed.len());
        self.packed.extend_from_slice(&packed[..count]);
        if self.packed.len() < length {
            return (count, Ok(At::Within));
        }
        let is_right = bits(&self.packed, self.first_bit + MARK_BITS) == self.sum;
        (
            count,
            if is_right { Ok(At::End) } else { Err(damaged("a block is missing, or one too many there")) },
        )
    }
}

impl Codec for Bzip2Blocks {
    const NAME: &'static str = "bzip2";

    fn begins_with(first: u8) -> bool {
        first == b'B'
    }

    fn begin(&mut self) -> io::Result<()> {
        self.packed.clear();
        (self.part, self.first_bit, self.window, self.sum) = (Part::Header, 0, 0, 0);
        (self.has_begun, self.is_retried) = (false, false);
        Ok(())
    }

    fn step(&mut self, packed: &[u8], into: &mut [u8]) -> Step {
        if self.given < self.block.len() {
            let produced = into.len().min(self.block.len() - self.given);
            into[..produced].copy_from_slice(&self.block[self.given..self.given + produced]);
            self.given += produced;
            return Step { consumed: 0, produced, outcome: Ok(At::Within) };
        }
        let (consumed, outcome) = match self.part {
            Part::Header => self.header(packed),
            Part::Blocks => self.blocks(packed),
            Part::Trailer => self.trailer(packed),
        };
        Step { consumed, produced: 0, outcome }
    }
}

/// For each byte the shifts by which it is the fourth-last of a mark: eight bits for blocks, eight for the end.
const SHIFTS: [u16; 256] = {
    let mut shifts = [0; 256];
    let mut shift = 0;
    while shift < 8 {
        shifts[((BLOCK << shift) >> 24) as usize & 0xFF] |= 1 << shift;
        shifts[((END << shift) >> 24) as usize & 0xFF] |= 1 << (shift + 8);
        shift += 1;
    }
    shifts
};

/// The mark that ends in the last byte of the window, and how many bits before its end.
fn mark(window: u64) -> Option<(Mark, usize)> {
    let mut shifts = SHIFTS[usize::from((window >> 24) as u8)];
    while shifts != 0 {
        let found = shifts.trailing_zeros() as usize;
        let (mark, pattern) = if found < 8 { (Mark::Block, BLOCK) } else { (Mark::End, END) };
        if (window >> (found % 8)) & MARK_MASK == pattern {
            return Some((mark, found % 8));
        }
        shifts &= shifts - 1;
    }
    None
}

/// The 32 bits from this one on.
fn bits(bytes: &[u8], from: usize) -> u32 {
    let five =
        (0..5).fold(0, |sum: u64, at| sum << 8 | u64::from(bytes.get(from / 8 + at).copied().unwrap_or(0)));
    (five >> (8 - from % 8)) as u32
}

/// Bits one after the other, the highest of a byte first.
struct Bits {
    bytes: Vec<u8>,
    length: usize,
}

impl Bits {
    /// Adds the bits from one up to another.
    fn append(&mut self, bytes: &[u8], from: usize, end: usize) {
        let shift = from % 8;
        let last = end.div_ceil(8).min(bytes.len());
        for at in from / 8..last {
            let next = bytes.get(at + 1).copied().unwrap_or(0);
            let aligned = if shift == 0 { bytes[at] } else { bytes[at] << shift | next >> (8 - shift) };
            self.push(aligned, (end - from).saturating_sub((at - from / 8) * 8).min(8));
        }
    }

    /// Adds the first bits of a byte.
    fn push(&mut self, byte: u8, count: usize) {
        if count == 0 {
            return;
        }
        let byte = byte & (0xFF00_u16 >> count) as u8;
        let used = self.length % 8;
        if used == 0 {
            self.bytes.push(byte);
        } else {
            *self.bytes.last_mut().expect("a byte that is in use") |= byte >> used;
            if used + count > 8 {
                self.bytes.push(byte << (8 - used));
            }
        }
        self.length += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_joined_wherever_they_begin() {
        for from in 0..16 {
            for end in from..40 {
                let bytes = [0xA5, 0x3C, 0x96, 0x0F, 0xE1];
                let bit = |bytes: &[u8], at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
                let mut joined = Bits { bytes: vec![0xE0], length: 3 };
                joined.append(&bytes, from, end);
                assert_eq!(joined.length, 3 + end - from);
                for at in from..end {
                    assert_eq!(bit(&joined.bytes, 3 + at - from), bit(&bytes, at), "{from}..{end}");
                }
            }
        }
    }

    #[test]
    fn marks_are_found_wherever_among_the_bits_they_stand() {
        for shift in 0..8 {
            assert_eq!(mark(BLOCK << shift), Some((Mark::Block, shift)));
            assert_eq!(mark(END << shift | 1 << 63), Some((Mark::End, shift)));
            assert_eq!(mark((BLOCK ^ 1 << 20) << shift), None);
        }
    }
}
