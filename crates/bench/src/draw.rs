//! Random numbers: the same seed gives the same, a few instructions each.
//!
//! [`Draw`] is splitmix64 (Steele, Lea, Flood 2014), for lines that are only to be read. [`Chance`] is a linear congruence, chance enough for
//! a dial: it chooses moments, days and holes. It stays as it is since the tables that are kept were measured at what it chooses. Nothing here needs better ones.

/// A row of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The row of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one, all bits of it.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One below this bound, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// One of these.
    pub(crate) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }
}

/// What is chosen by chance.
pub(crate) struct Chance(u64);

impl Chance {
    /// Of this seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Of a small seed, of which the first choices would be like those of the next one.
    pub(crate) fn of_small(seed: u64) -> Self {
        let mut chance = Self(seed);
        for _ in 0..8 {
            chance.below(2);
        }
        chance
    }

    /// One below this bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // Knuth's MMIX multiplier and increment; the low bits of such a sequence are poor, so they are not used.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}
