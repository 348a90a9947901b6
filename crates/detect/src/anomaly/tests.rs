//! What surprises, and what does not.

use super::*;

/// Listens to so many days of five-minute values and returns the best score of each hour.
fn scores(days: usize, value: impl Fn(usize, usize) -> f32) -> Vec<f64> {
    let (mut memory, mut hourly, mut scores) = (Memory::default(), Vec::new(), Vec::new());
    for hour in 0..days * DAY {
        let values: Vec<f32> = (0..12).map(|part| value(hour, part)).collect();
        scores.push(memory.hear(&values, [hour % DAY; 2]).map_or(0.0, |found| found.score));
        hourly.push(median_of(&values).map_or(f32::NAN, |m| m as f32));
        if hour % DAY == DAY - 1 {
            memory.close_day(&hourly, (0..hourly.len()).map(|at| at % DAY));
        }
    }
    scores
}

/// A daily wave with a texture that is the same in every run.
fn wave(hour: usize, part: usize) -> f32 {
    let daily = ((hour % DAY) as f32 - 12.0).abs() * 2.0;
    100.0 + daily + ((hour * 12 + part) * 7919 % 101) as f32 / 32.0
}

#[track_caller]
fn first(scores: &[f64]) -> Option<usize> {
    scores.iter().position(|score| *score >= 1.0)
}

#[test]
fn a_month_of_an_even_wave_is_never_surprising() {
    assert_eq!(first(&scores(35, wave)), None);
}

#[test]
fn the_end_of_a_gap_is_not_calm() {
    // In the windows behind it there is nothing that could have moved.
    let gap = |hour, part| if (380..392).contains(&hour) { f32::NAN } else { wave(hour, part) };
    assert_eq!(first(&scores(20, gap)), None);
}

#[test]
fn a_spike_beyond_all_before_is_noticed_in_its_hour() {
    let spiked = |hour, part| wave(hour, part) + if (hour, part) == (400, 5) { 60.0 } else { 0.0 };
    assert_eq!(first(&scores(20, spiked)), Some(400));
}

#[test]
fn a_peak_that_does_not_come_is_noticed() {
    // The wave's night goes on through noon of the sixteenth day: no value is beyond those of other hours.
    let flat =
        |hour: usize, part| if (372..384).contains(&hour) { wave(360, part) } else { wave(hour, part) };
    assert!(first(&scores(20, flat)).is_some_and(|hour| (372..=386).contains(&hour)));
}

#[test]
fn a_series_that_spikes_every_other_day_is_not_surprising_when_it_spikes_again() {
    let spiky = |hour: usize, part| wave(hour, part) + if hour % 48 == 30 && part == 3 { 60.0 } else { 0.0 };
    assert_eq!(first(&scores(28, spiky)[6 * DAY..]), None);
}

#[test]
fn scale_and_shift_change_no_score() {
    let spiked = |hour, part| wave(hour, part) + if hour == 400 { 16.0 } else { 0.0 };
    let plain = scores(18, spiked);
    let moved = scores(18, |hour, part| 4.0 * spiked(hour, part) - 1_024.0);
    let apart = plain.iter().zip(&moved).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    // All values are binary fractions, which neither scale nor shift round.
    assert!(apart < 1e-3, "{apart}");
}

#[test]
fn what_is_not_a_number_is_not_heard() {
    let mut memory = Memory::default();
    assert_eq!(memory.hear(&[f32::NAN, f32::INFINITY], [0; 2]), None);
    memory.close_day(&[f32::NAN], std::iter::once(0));
    assert_eq!(memory.hear(&[], [5; 2]), None);
    assert!(!memory.is_ready());
}
