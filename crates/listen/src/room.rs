//! How much room the patterns of each service have, so that those of all services together are bounded.
//!
//! Services that say little keep all that they say; those that say most share what is left, equally. So a flood in one of them
//! takes nothing from the others. It depends on what closed hours held alone, never on who came first.

use hark_pattern::Limits;

/// Patterns that all services together may hold.
pub(crate) const PATTERNS_MAX: usize = 54_000;

/// What the vocabulary of any one service may hold, given how many patterns each of them would.
pub(crate) fn limits(demands: impl Iterator<Item = usize>) -> Limits {
    let limits = Limits::default();
    Limits { shapes_max: limits.shapes_max.min(share(demands.collect(), PATTERNS_MAX)), ..limits }
}

/// The most that each may have, so that all have `room` at most.
fn share(mut demands: Vec<usize>, room: usize) -> usize {
    demands.sort_unstable();
    let mut left = room;
    let mut waiting = demands.len();
    for demand in demands {
        let share = left / waiting;
        if demand > share {
            return share;
        }
        left -= demand;
        waiting -= 1;
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_little_keeps_all_and_the_others_share_the_rest() {
        assert_eq!(share(vec![], 100), usize::MAX);
        assert_eq!(share(vec![40, 60], 100), usize::MAX);
        assert_eq!(share(vec![500, 10, 20], 100), 70);
        assert_eq!(share(vec![500, 400, 20], 100), 40);
        assert_eq!(share(vec![5; 200], 100), 0);
    }

    #[test]
    fn a_lone_service_has_as_much_as_any_may_have() {
        assert_eq!(limits([1_000_000].into_iter()), Limits::default());
    }
}
