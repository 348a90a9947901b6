//! Who spoke, and what was said in the open hour.
//!
//! Shapes are let go by their hashes alone, the largest first, whenever so many more than may stay have come: looked at one by one, each newcomer
//! of a flood would cost a look at all.

use hark_event::Origin;
use rustc_hash::FxHashMap;

use crate::cell::{LogCount, LogKey, SHAPES_PER_SERVICE_MAX, limit_of};

/// Keys that may stand in the open hour beyond the limit before shapes are let go.
const SLACK: usize = SHAPES_PER_SERVICE_MAX / 2;

/// One service, and what it said in the open hour.
pub(super) struct Speaker {
    pub(super) origin: Origin,
    pub(super) said: FxHashMap<LogKey, LogCount>,
    /// How many keys there may be before shapes are let go.
    pub(super) keys_max: usize,
    /// No shape from here on is kept.
    pub(super) limit: u64,
    /// Records of shapes beyond the limit.
    pub(super) overflow: u64,
}

impl Speaker {
    pub(super) fn new(origin: Origin) -> Self {
        let keys_max = SHAPES_PER_SERVICE_MAX + SLACK;
        Self { origin, said: FxHashMap::default(), keys_max, limit: u64::MAX, overflow: 0 }
    }

    /// Has room again for as many shapes as an hour may have.
    pub(super) fn begin_hour(&mut self) {
        (self.limit, self.keys_max) = (u64::MAX, SHAPES_PER_SERVICE_MAX + SLACK);
    }

    /// Keeps the shapes with the smallest hashes: whoever counts the same lines keeps the same shapes. Returns how many keys went.
    pub(super) fn evict(&mut self) -> usize {
        let before = self.said.len();
        if before > SHAPES_PER_SERVICE_MAX
            && let Some(limit) = limit_of(self.said.keys().map(|key| key.shape), SHAPES_PER_SERVICE_MAX)
        {
            self.limit = limit;
            self.retain_below(limit);
        }
        self.keys_max = self.said.len().max(SHAPES_PER_SERVICE_MAX) + SLACK;
        before - self.said.len()
    }

    pub(super) fn retain_below(&mut self, limit: u64) {
        let overflow = &mut self.overflow;
        self.said.retain(|key, count| {
            let stays = key.shape < limit;
            if !stays {
                *overflow += count.count;
            }
            stays
        });
    }
}
