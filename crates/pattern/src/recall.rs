//! Remembers the shapes of messages that were shaped before, so that those that differ from them in digits alone need not be.
//!
//! Programs say few things and count while they say them: of a stream of log messages, six to nine in ten are an earlier
//! one with other digits. A look here costs a tenth of shaping. It is no more than a short cut: a message is found only if its
//! bytes without their digits are equal, to the byte, to those of one that was shaped, and if all guards hold, so that what is
//! said does not depend on what was seen before. What came once may never come again, so only what comes twice is kept. The room
//! is bounded; who comes later takes the place of who was there.

use xxhash_rust::xxh3::xxh3_64;

use crate::guard::Guard;
use crate::shaper::ShapeId;

/// Longer messages are not looked for.
const MESSAGE_BYTES_MAX: usize = 512;
/// Messages that are remembered, at first and at most; powers of two. Small files must not pay for large ones.
const PLACES_MIN: usize = 64;
const PLACES_MAX: usize = 4096;
/// It is crowded once one in so many was ousted.
const CROWDED: usize = 8;
/// Places among which a message may choose; a power of two.
const WAYS: usize = 4;
/// Marks of messages that came once, for each place.
const MARKS_PER_PLACE: usize = 2;
/// After so many looks it is asked whether they were worth it.
const TRIAL: u32 = 4096;
/// They were not if fewer than one in this many found something; then this many times as many are saved as were made.
const WORTH: u32 = 16;
const REST: u32 = 4;

/// Messages without their digits, and their shapes.
#[derive(Default)]
pub(crate) struct Recall {
    places: Vec<Place>,
    /// Some bits of the hash of each place, closer together than the places themselves.
    tags: Vec<u32>,
    /// How often one took the place of another since the last growth.
    ousted: usize,
    /// A few bits of the hash of what came once.
    marks: Vec<u16>,
    /// The message that is looked for, with 0 for every digit, and its hash.
    skeleton: Vec<u8>,
    hash: u64,
    looks: u32,
    finds: u32,
    saved: u32,
}

#[derive(Default)]
struct Place {
    hash: u64,
    shape: ShapeId,
    skeleton_bytes: usize,
    /// The skeleton, and behind it the bytes that guards noted.
    bytes: Vec<u8>,
    guards: Vec<Guard>,
}

/// What is known of a message.
pub(crate) enum Look {
    /// Its shape.
    Known(ShapeId),
    /// One like it came before, and is not remembered yet.
    Again,
    /// Nothing.
    New,
}

impl Recall {
    /// Whether to look for this message at all.
    #[inline]
    pub(crate) fn is_worth_it(&mut self, message: &[u8]) -> bool {
        if message.len() > MESSAGE_BYTES_MAX || memchr::memchr(b'\n', message).is_some() {
            return false;
        }
        if self.saved > 0 {
            self.saved -= 1;
            return false;
        }
        if self.looks == TRIAL {
            self.saved = if self.finds < TRIAL / WORTH { TRIAL * REST } else { 0 };
            (self.looks, self.finds) = (0, 0);
        }
        true
    }

    /// Looks for a message.
    #[inline]
    pub(crate) fn look(&mut self, message: &[u8]) -> Look {
        self.skeleton.clear();
        self.skeleton.extend(message.iter().map(|&byte| if byte.is_ascii_digit() { b'0' } else { byte }));
        self.hash = xxh3_64(&self.skeleton);
        self.looks += 1;
        if let Some(at) = self.place()
            && self.places[at].fits(&self.skeleton, message)
        {
            self.finds += 1;
            return Look::Known(self.places[at].shape);
        }
        self.mark()
    }

    /// Notes that such a message came.
    fn mark(&mut self) -> Look {
        if self.places.is_empty() {
            self.resize(PLACES_MIN);
        }
        let (bits, count) = ((self.hash >> 48) as u16, self.marks.len());
        let mark = &mut self.marks[(self.hash >> 16) as usize % count];
        if *mark == bits {
            return Look::Again;
        }
        *mark = bits;
        Look::New
    }

    /// Remembers the shape of the message that was looked for last.
    pub(crate) fn keep(&mut self, message: &[u8], shape: ShapeId, guards: &[Guard]) {
        if CROWDED * self.ousted > self.places.len() && self.places.len() < PLACES_MAX {
            self.resize(2 * self.places.len());
        }
        let at = self.place().unwrap_or_else(|| self.room());
        self.tags[at] = self.tag();
        let place = &mut self.places[at];
        self.ousted += usize::from(!place.bytes.is_empty());
        (place.hash, place.shape, place.skeleton_bytes) = (self.hash, shape, self.skeleton.len());
        place.bytes.clear();
        place.bytes.extend_from_slice(&self.skeleton);
        place.guards.clear();
        for guard in guards {
            place.bytes.extend_from_slice(guard.literal(message));
            place.guards.push(*guard);
        }
    }

    /// Makes room; what is remembered finds its place anew.
    fn resize(&mut self, places: usize) {
        let old = std::mem::take(&mut self.places);
        self.places.resize_with(places, Place::default);
        self.tags = vec![0; places];
        self.marks = vec![0; MARKS_PER_PLACE * places];
        let hash = self.hash;
        for place in old.into_iter().filter(|place| !place.bytes.is_empty()) {
            self.hash = place.hash;
            let at = self.room();
            self.tags[at] = self.tag();
            self.places[at] = place;
        }
        (self.hash, self.ousted) = (hash, 0);
    }

    /// Where the message that is looked for stands, most likely.
    #[inline]
    fn place(&self) -> Option<usize> {
        let first = self.hash as usize & self.places.len().checked_sub(WAYS)?;
        let ways = &self.tags[first..first + WAYS];
        ways.iter().position(|tag| *tag == self.tag()).map(|way| first + way)
    }

    /// An empty place for it, or one that another has to leave.
    fn room(&self) -> usize {
        let first = self.hash as usize & (self.places.len() - WAYS);
        let empty = self.tags[first..first + WAYS].iter().position(|tag| *tag == 0);
        first + empty.unwrap_or(self.ousted % WAYS)
    }

    /// Never 0, which is nobody's.
    #[inline]
    fn tag(&self) -> u32 {
        (self.hash >> 32) as u32 | 1
    }
}

impl Place {
    /// Whether a message with this skeleton has the shape that stands here.
    #[inline]
    fn fits(&self, skeleton: &[u8], message: &[u8]) -> bool {
        let (same, mut literals) = self.bytes.split_at(self.skeleton_bytes);
        same == skeleton && self.guards.iter().all(|guard| guard.holds(message, &mut literals))
    }
}
