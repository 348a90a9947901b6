//! A curve of a few centimetres beside its sentence, without axes: only its shape, and when it was noticed.

use hark_event::{Episode, Moment};

use super::{
    scale::{TimeScale, coordinate},
    shape, window,
};
use crate::markup::Markup;

const WIDTH: f64 = 180.0;
const HEIGHT: f64 = 40.0;
const MARGIN: f64 = 5.0;

/// The picture as SVG; nothing for a signal without a curve. It says nothing that its sentence does not say.
pub(crate) fn svg(episode: &Episode, told_at: Moment) -> Option<Markup> {
    let curve = episode.curve.as_ref()?;
    let time = TimeScale {
        window: window::of_episode(episode, curve, told_at),
        left: MARGIN,
        right: WIDTH - MARGIN,
    };
    let bottom = HEIGHT - MARGIN;
    let mut svg = Markup::default();
    let view = format!("0 0 {} {}", coordinate(WIDTH), coordinate(HEIGHT));
    svg.open("svg", &[("class", "glimpse"), ("viewBox", &view), ("aria-hidden", "true")]);
    shape::paint(&mut svg, episode, told_at, &time, (MARGIN, bottom));
    let (x, y) = (coordinate(time.x(episode.signal.noticed_at)), coordinate(bottom));
    svg.empty("circle", &[("class", "spoke"), ("cx", &x), ("cy", &y), ("r", "4")]);
    svg.close("svg");
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_signal_with_a_curve_has_its_shape_and_one_without_has_none() {
        let listening = fixture::listening();
        let mut episode = listening.episodes[0].clone();
        assert!(svg(&episode, listening.as_of).unwrap().finish().contains("class=\"shape known\""));
        episode.curve = None;
        assert!(svg(&episode, listening.as_of).is_none());
    }
}
