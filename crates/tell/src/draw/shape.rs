//! A curve as one filled shape, pale until it was noticed and full from then on.

use hark_event::{Episode, Moment};

use super::{
    curve::area,
    sample,
    scale::{TimeScale, ValueScale},
};
use crate::markup::Markup;

/// Draws the shape of a signal's curve between two heights, up to a moment; nothing if nothing was heard by then.
pub(super) fn paint(
    svg: &mut Markup,
    episode: &Episode,
    until: Moment,
    time: &TimeScale,
    (top, bottom): (f64, f64),
) {
    /// One bucket takes so many pixels.
    const BUCKET: f64 = 3.0;
    let Some(curve) = &episode.curve else { return };
    let count = ((time.right - time.left) / BUCKET) as usize;
    let mut values = sample::values_until(curve, time.window, count, until);
    let Some((low, high)) = sample::range(&values) else { return };
    // From the bottom up to the mean, so that the row reads as one shape.
    values.iter_mut().flatten().for_each(|bucket| (bucket.low, bucket.high) = (low, bucket.mean));
    let scale = ValueScale { low, high, top, bottom };
    let noticed = sample::bucket_of(episode.signal.noticed_at, time.window, count).unwrap_or(count);
    let mut known = values.clone();
    known.iter_mut().take(noticed).for_each(|bucket| *bucket = None);
    values.iter_mut().skip(noticed + 1).for_each(|bucket| *bucket = None);
    area(svg, &values, time, &scale, "shape");
    area(svg, &known, time, &scale, "shape known");
}
