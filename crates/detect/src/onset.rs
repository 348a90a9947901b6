//! When a change began, within a window that is known to hold it.
//!
//! The sum of what lies above the middle between old and new sinks before the change and rises after it, so that the change is where it
//! stood lowest (Page, "Continuous inspection schemes", 1954; for one change it is the likeliest place, Hinkley 1970). It does not ask
//! whether there was a change: who calls has found one.

use crate::Direction;

/// How many steps lie before the change; `excess` is what each lies above the middle between old and new.
pub fn steps_before(excess: impl IntoIterator<Item = f64>) -> usize {
    let (mut sum, mut lowest, mut before) = (0.0, 0.0, 0);
    for (at, step) in excess.into_iter().enumerate() {
        sum += step;
        if sum <= lowest {
            (lowest, before) = (sum, at + 1);
        }
    }
    before
}

/// How many of the last hours lie behind the change of level that these scores (sigmas) hold: at least one.
pub fn hours_since(scores: &[f32], direction: Direction) -> usize {
    let heights = || scores.iter().map(|&score| f64::from(score) * direction.sign());
    let middle = heights().filter(|height| height.is_finite()).fold(0.0, f64::max) / 2.0;
    let before = steps_before(heights().map(|height| if height.is_finite() { height - middle } else { 0.0 }));
    (scores.len() - before).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scores: &[f32], expected: usize) {
        assert_eq!(hours_since(scores, Direction::Up), expected);
        let mirrored: Vec<f32> = scores.iter().map(|score| -score).collect();
        assert_eq!(hours_since(&mirrored, Direction::Down), expected);
        let larger: Vec<f32> = scores.iter().map(|score| 1e3 * score).collect();
        assert_eq!(hours_since(&larger, Direction::Up), expected, "scale does not matter");
    }

    #[test]
    fn a_change_begins_where_the_level_does() {
        check(&[0.1, -0.3, 0.2, 0.0, 0.4, 9.0, 8.0, 9.5], 3);
        check(&[9.0, 8.0, 9.5], 3);
        check(&[0.0, 0.0, 0.0, 7.0], 1);
        check(&[0.0, f32::NAN, 6.0, f32::NAN, 5.0], 3);
    }

    #[test]
    fn a_single_high_hour_before_is_not_the_beginning() {
        check(&[0.0, 5.0, 0.0, 0.2, 0.1, -0.2, 6.0, 6.0, 7.0, 6.0], 4);
    }

    #[test]
    fn nothing_is_behind_nothing() {
        assert_eq!((hours_since(&[], Direction::Up), hours_since(&[f32::NAN], Direction::Up)), (1, 1));
    }
}
