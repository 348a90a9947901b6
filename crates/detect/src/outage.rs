//! What says that something is up, and says that it is not.
//!
//! A series of nought and one that was one nearly all of the time is down as soon as it has been nought for a whole hour; what
//! has been down before must be down for several times its longest outage so far: what is stopped every night is stopped for a night.
//! It cannot hear an outage that is over within the hour.

/// Hours in which it must have been measured before.
const HISTORY_HOURS_MIN: usize = 3 * 24;
/// The share of these in which it was up.
const UP_SHARE_MIN: f64 = 0.9;
/// How many times its longest outage so far.
const TIMES_LONGEST: usize = 4;

/// Something that is down.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Outage {
    /// Hours since it was last up.
    pub down_hours: usize,
    /// Hours of its longest outage before.
    pub longest_hours_before: usize,
    /// Hours in which it was measured before.
    pub hours_before: usize,
    /// How far beyond its threshold: at 1 it is just noticed.
    pub score: f64,
}

/// Looks for an outage at the end of hourly values (`NaN` where nothing was measured); the last hour is a whole one of it.
pub fn outage(values: &[f32]) -> Option<Outage> {
    let is_down = |value: &f32| *value == 0.0;
    let down_hours = values.iter().rev().take_while(|value| is_down(value)).count();
    let before = &values[..values.len() - down_hours];
    if down_hours == 0 || before.iter().any(|value| !value.is_nan() && !(0.0..=1.0).contains(value)) {
        return None;
    }
    let hours_before = before.iter().filter(|value| value.is_finite()).count();
    let up = before.iter().filter(|value| **value == 1.0).count();
    if hours_before < HISTORY_HOURS_MIN || (up as f64) < UP_SHARE_MIN * hours_before as f64 {
        return None;
    }
    let outages = before.split(|value| *value == 1.0);
    let longest_hours_before = outages.map(|run| run.iter().filter(|value| is_down(value)).count()).max()?;
    let due = (TIMES_LONGEST * longest_hours_before).max(1);
    let score = down_hours as f64 / due as f64;
    (score >= 1.0).then_some(Outage { down_hours, longest_hours_before, hours_before, score })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(hours: usize) -> Vec<f32> {
        vec![1.0; hours]
    }

    #[test]
    fn what_was_always_up_is_down_after_an_hour() {
        let mut values = up(100);
        assert_eq!(outage(&values), None);
        values.push(0.0);
        let found = outage(&values).expect("down");
        assert_eq!((found.down_hours, found.longest_hours_before, found.hours_before), (1, 0, 100));
    }

    #[test]
    fn what_was_down_before_must_be_down_far_longer() {
        let mut values = up(200);
        values[100..103].fill(0.0);
        for hour in 1..=11 {
            values.push(0.0);
            assert_eq!(outage(&values), None, "hour {hour}");
        }
        values.push(0.0);
        assert_eq!(outage(&values).map(|found| found.longest_hours_before), Some(3));
    }

    #[test]
    fn what_is_young_often_down_or_counts_is_not_down() {
        let ends_down = |mut values: Vec<f32>| {
            values.push(0.0);
            outage(&values)
        };
        assert_eq!(ends_down(up(71)), None);
        assert_eq!(ends_down(vec![f32::NAN; 300]), None);
        assert_eq!(ends_down((0..300).map(|hour| f32::from(u8::from(hour % 5 > 0))).collect()), None);
        assert_eq!(ends_down(vec![3.0; 300]), None);
        assert_eq!(outage(&[]), None);
    }
}
