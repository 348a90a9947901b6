//! A pattern's records over time as a row of bars, small enough to stand beside its line.
//!
//! Each has its own height: what is compared is a pattern with itself at another time, never with its neighbour.

use hark_event::{Curve, Hearing, Moment};

use super::scale::coordinate;
use crate::markup::Markup;

const WIDTH: f64 = 192.0;
const HEIGHT: f64 = 44.0;
/// Between two bars.
const GAP: f64 = 1.5;
/// What was said at all can be seen.
const BAR_MIN: f64 = 1.5;
/// So much of a step must have been heard for a rate of it.
const COVERED_MIN: f64 = 0.1;

/// The bars as SVG; nothing if nothing was said at any known time.
pub(crate) fn svg(curve: &Curve, hearing: &Hearing) -> Option<Markup> {
    let rates = rates(curve, hearing);
    let highest = rates.iter().copied().fold(0.0, f64::max);
    if !highest.is_finite() || highest <= 0.0 {
        return None;
    }
    let mut svg = Markup::default();
    let view = format!("0 0 {} {}", coordinate(WIDTH), coordinate(HEIGHT));
    svg.open("svg", &[("class", "pulse"), ("viewBox", &view), ("aria-hidden", "true")]);
    let (right, bottom) = (coordinate(WIDTH), coordinate(HEIGHT - 0.5));
    svg.empty("line", &[("class", "lane"), ("x1", "0"), ("x2", &right), ("y1", &bottom), ("y2", &bottom)]);
    let step = WIDTH / rates.len() as f64;
    let mut path = String::new();
    for (place, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
        let height = (rate / highest * (HEIGHT - 2.0)).max(BAR_MIN);
        let (left, width) = (coordinate(place as f64 * step), coordinate((step - GAP).max(0.5)));
        let (top, height) = (coordinate(HEIGHT - 1.0 - height), coordinate(height));
        path.push_str(&format!("M{left} {top}h{width}v{height}h-{width}Z"));
    }
    svg.empty("path", &[("class", "shape known"), ("d", &path)]);
    svg.close("svg");
    Some(svg)
}

/// Records in the time that was heard of each step: of the first and of the last that is rarely all.
///
/// A step of which next to nothing was heard is left out: of a minute no rate of days can be told.
pub(crate) fn rates(curve: &Curve, hearing: &Hearing) -> Vec<f64> {
    let step = curve.step_seconds.max(1);
    let (from, to) = (hearing.from.unwrap_or(Moment::MIN), hearing.to.unwrap_or(Moment::MAX));
    let covered = |place: i64| {
        let begin = curve.from.plus_seconds(step.saturating_mul(place));
        let end = begin.plus_seconds(step);
        end.min(to).seconds_since(begin.max(from)) as f64 / step as f64
    };
    let counts = (0..).zip(curve.values.iter().map(|count| count.unwrap_or(0.0)));
    let rates: Vec<f64> = counts
        .clone()
        .filter_map(|(place, count)| {
            let covered = covered(place);
            (covered >= COVERED_MIN).then(|| count / covered)
        })
        .collect();
    // Of a single moment there is no rate at all.
    if rates.is_empty() { counts.map(|(_, count)| count).collect() } else { rates }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_was_never_said_at_a_known_time_has_no_bars_and_hostile_counts_do_not_panic() {
        let patterns = fixture::patterns();
        let mut curve = patterns.patterns[0].curve.clone().unwrap();
        assert!(svg(&curve, &patterns.hearing).unwrap().finish().contains("class=\"shape known\""));
        for values in [vec![], vec![Some(0.0), None], vec![Some(f64::NAN)], vec![Some(f64::INFINITY)]] {
            curve.values = values;
            assert!(svg(&curve, &patterns.hearing).is_none());
        }
        curve.step_seconds = i64::MAX;
        curve.values = vec![Some(f64::MAX); 3];
        let _ = svg(&curve, &patterns.hearing);
    }
}
