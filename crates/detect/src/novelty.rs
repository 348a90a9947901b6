//! When a subject that was never seen before has come to stay.
//!
//! A single unknown line means nothing: logs have long tails. It becomes a finding when it has come back,
//! the louder the sooner: warnings and errors within hours, ordinary lines only on another day. How rare
//! such newcomers are is the business of calibration ([`crate::rank`]), in the spirit of Good and Turing: the
//! share of newcomers so far is the best guess of the next one's chance.

/// A newcomer's half days are counted: bursts within one count once.
pub const BLOCK_HOURS: usize = 12;
/// Half days on which it should have been heard before, had it always been there.
const MISSED_BLOCKS_MIN: f64 = 6.0;

/// How a newcomer has shown itself so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appearances {
    /// Records in all.
    pub count: u64,
    /// Different hours with at least one.
    pub hours_active: u32,
    /// Different half days with at least one, counted from the first.
    pub blocks_active: u32,
    /// Hours from the first to the last.
    pub span_hours: i64,
    /// Hours since the last.
    pub hours_since_last: i64,
    /// Hours for which its service had been heard before the first.
    pub hours_before: i64,
}

impl Appearances {
    /// On how many half days before it should have been heard, had it always come as often as now.
    fn missed_blocks(&self) -> f64 {
        let blocks = (self.span_hours + self.hours_since_last) as f64 / BLOCK_HOURS as f64 + 1.0;
        f64::from(self.blocks_active) / blocks * self.hours_before as f64 / BLOCK_HOURS as f64
    }
}

/// Whether a newcomer that warns or worse has come to stay: again on another half day, or for hours on end.
pub fn has_come_to_stay_loudly(seen: Appearances) -> bool {
    let again = seen.blocks_active >= 2 || seen.hours_active >= 4;
    seen.count >= 3 && again && seen.hours_since_last <= 48 && seen.missed_blocks() >= MISSED_BLOCKS_MIN
}

/// Whether a newcomer at an ordinary level has come to stay: it is said again on another day, and then again.
pub fn has_come_to_stay(seen: Appearances) -> bool {
    let again = seen.count >= 5 && seen.hours_active >= 4 && seen.blocks_active >= 2 && seen.span_hours >= 20;
    again && seen.hours_since_last <= 48 && seen.missed_blocks() >= MISSED_BLOCKS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHTLY: Appearances = Appearances {
        count: 6,
        hours_active: 5,
        blocks_active: 2,
        span_hours: 26,
        hours_since_last: 0,
        hours_before: 340,
    };

    #[test]
    fn a_few_times_a_night_is_news_on_the_second_night() {
        assert!(has_come_to_stay(NIGHTLY));
        assert!(!has_come_to_stay(Appearances { blocks_active: 1, span_hours: 5, ..NIGHTLY }));
    }

    #[test]
    fn once_a_week_may_always_have_been_there() {
        let weekly = Appearances { blocks_active: 2, span_hours: 170, hours_before: 200, ..NIGHTLY };
        assert!(!has_come_to_stay(weekly) && !has_come_to_stay_loudly(weekly));
    }
}
