//! One signal's curve: what was heard, what was expected, when it began and when it was noticed.

use hark_event::{Curve, Episode, Moment};

use super::{
    Size,
    canvas::{self, Leads, RIGHT, label, time_axis},
    label_width,
    rows::{Reach, Rows, Side},
    sample::{self, Bucket},
    scale::{TimeScale, ValueScale, coordinate},
    window,
};
use crate::{calendar::Calendar, markup::Markup, selection, words, words::measure::Measure};

const LEFT: f64 = 52.0;
const ROW: f64 = 18.0;
const PLOT: f64 = 132.0;
const AXIS: f64 = 22.0;
/// One bucket takes so many pixels: finer than that, noise hides the shape.
const BUCKET: f64 = 3.0;

/// Values are looked at in so many steps to choose a unit.
const BUCKETS_MEASURED: usize = 120;

/// A moment that is marked with a line and a word.
struct Mark {
    at: Moment,
    /// When it could be known, which for an onset is when it was noticed.
    known_at: Moment,
    class: &'static str,
    label: &'static str,
}

/// What is drawn, and what it is called for those who do not see it.
pub(crate) struct CurvePicture<'a> {
    /// The signal.
    pub(crate) episode: &'a Episode,
    /// Its curve.
    pub(crate) curve: &'a Curve,
    /// When users noticed; `None` where no incident is told.
    pub(crate) incident: Option<Moment>,
    /// Up to when the curve is told: the incident's start, or now.
    pub(crate) told_at: Moment,
    /// The signal's mark on the page, under which its pieces of evidence are numbered.
    pub(crate) mark: &'a str,
}

impl CurvePicture<'_> {
    /// The picture as SVG.
    pub(crate) fn svg(&self, calendar: &Calendar, size: Size) -> Markup {
        let left = if size == Size::Narrow { LEFT - 10.0 } else { LEFT };
        let time = TimeScale {
            window: window::of_episode(self.episode, self.curve, self.told_at),
            left,
            right: size.width_beside() - RIGHT,
        };
        let (marks, rows) = self.placed_marks(&time);
        let top = ROW * rows as f64 + 4.0;
        let height = top + PLOT + AXIS;
        let count = ((time.right - time.left) / BUCKET) as usize;
        let measure = self.measure();
        let mut values = sample::values(self.curve, time.window, count);
        let mut expected = sample::baseline(self.curve, time.window, count);
        for bucket in values.iter_mut().chain(&mut expected).flatten() {
            *bucket = bucket.times(measure.factor);
        }
        // The incident's own explosion would flatten everything that came before it.
        let before = sample::bucket_of(self.told_at, time.window, count).unwrap_or(count);
        let (low, high) =
            sample::range(values[..before.max(1).min(count)].iter().chain(&expected)).unwrap_or((0.0, 1.0));
        let scale = ValueScale { low, high, top, bottom: top + PLOT };

        let words = (&*self.title(), &*self.description(calendar));
        let mut svg = canvas::opened(size.class(), (height, &time), Leads::Nowhere, words);
        axes(&mut svg, &time, &scale, &measure, calendar);
        area(&mut svg, &values, &time, &scale, "envelope");
        line(&mut svg, &expected, &time, &scale, "expected");
        let noticed = sample::bucket_of(self.episode.signal.noticed_at, time.window, count).unwrap_or(count);
        line(&mut svg, &values[..(noticed + 1).min(count)], &time, &scale, "value");
        offset_line(&mut svg, &values, noticed, &time, &scale, "value known");
        // A line along the axis is as wide as half of it lies below.
        canvas::veil(&mut svg, &time, (0.0, scale.bottom + 1.5));
        self.evidence(&mut svg, &time, scale.bottom);
        for (mark, row, side) in &marks {
            paint_mark(&mut svg, mark, (ROW * *row as f64, scale.bottom), *side, &time);
        }
        svg.close("svg");
        svg
    }

    /// The unit in which it is told, the same however wide it is drawn.
    pub(crate) fn measure(&self) -> Measure {
        let window = window::of_episode(self.episode, self.curve, self.told_at);
        let before = sample::values_until(self.curve, window, BUCKETS_MEASURED, self.told_at);
        Measure::of(&self.curve.unit, sample::range(&before).map_or(0.0, |(_, high)| high))
    }

    /// Whether one place of the picture stands for values that differ: its range is then drawn behind their mean.
    pub(crate) fn has_range(&self) -> bool {
        let window = window::of_episode(self.episode, self.curve, self.told_at);
        let count = (Size::Wide.width_beside() / BUCKET) as usize;
        sample::values(self.curve, window, count).iter().flatten().any(|bucket| bucket.low < bucket.high)
    }

    /// Whether any piece of evidence has a place on the axis.
    pub(crate) fn has_evidence(&self) -> bool {
        let window = window::of_episode(self.episode, self.curve, self.told_at);
        let evidence = self.episode.signal.evidence.iter().take(selection::EVIDENCE_MAX);
        evidence.into_iter().any(|evidence| window.from <= evidence.time && evidence.time <= window.to)
    }

    fn placed_marks(&self, time: &TimeScale) -> (Vec<(Mark, usize, Option<Side>)>, usize) {
        let signal = &self.episode.signal;
        // The most telling first: it gets its label even where there is little room.
        let mut marks: Vec<Mark> = self
            .incident
            .map(|at| Mark { at, known_at: at, class: "incident", label: "users noticed" })
            .into_iter()
            .collect();
        let known_at = signal.noticed_at;
        marks.push(Mark { at: known_at, known_at, class: "noticed", label: "noticed" });
        marks.push(Mark { at: signal.onset, known_at, class: "onset", label: "began" });
        marks.extend(self.episode.ended_at.map(|at| Mark {
            at,
            known_at: at,
            class: "ended",
            label: "over",
        }));
        let mut rows = Rows::new(Reach::Below, (time.left, time.right), 10.0, 4.0, 4);
        let placed = marks
            .into_iter()
            .filter(|mark| time.shows(mark.at))
            .map(|mark| {
                let place = rows.place(time.x(mark.at), label_width(mark.label));
                (mark, place.row, place.side)
            })
            .collect();
        (placed, rows.count())
    }

    /// A small stroke at the moment of each piece of evidence that is shown beside the picture.
    fn evidence(&self, svg: &mut Markup, time: &TimeScale, bottom: f64) {
        let evidence = self.episode.signal.evidence.iter().take(selection::EVIDENCE_MAX);
        for (index, evidence) in evidence.enumerate().filter(|(_, evidence)| time.shows(evidence.time)) {
            let (x, y) = (coordinate(time.x(evidence.time)), coordinate(bottom));
            let of = format!("{}e{}", self.mark, index + 1);
            svg.empty("circle", &[("class", "proof"), ("data-of", &of), ("cx", &x), ("cy", &y), ("r", "3")]);
        }
    }

    fn title(&self) -> String {
        let signal = &self.episode.signal;
        format!("{}: {}", signal.origin, words::meaning(signal))
    }

    fn description(&self, calendar: &Calendar) -> String {
        let signal = &self.episode.signal;
        let began = calendar.day_and_time(signal.onset);
        let noticed = calendar.day_and_time(signal.noticed_at);
        format!(
            "{} over time. It began {began} and was noticed {noticed}. {}",
            self.measure().unit,
            signal.summary
        )
    }
}

fn axes(svg: &mut Markup, time: &TimeScale, scale: &ValueScale, measure: &Measure, calendar: &Calendar) {
    for value in scale.round_values() {
        let y = coordinate(scale.y(value));
        let (left, right) = (coordinate(time.left), coordinate(time.right));
        svg.empty("line", &[("class", "grid"), ("x1", &left), ("x2", &right), ("y1", &y), ("y2", &y)]);
        let (x, y) = (coordinate(time.left - 7.0), coordinate(scale.y(value) + 4.0));
        svg.element("text", &[("class", "axis end"), ("x", &x), ("y", &y)], &measure.said(value));
    }
    time_axis(svg, time, calendar, scale.bottom);
}

/// The space between the lowest and the highest values, with a gap wherever nothing was heard.
pub(super) fn area(
    svg: &mut Markup,
    buckets: &[Option<Bucket>],
    time: &TimeScale,
    scale: &ValueScale,
    class: &str,
) {
    let x = |index: usize| place(time, index, buckets.len());
    let mut path = String::new();
    for run in runs(buckets) {
        let highs =
            run.iter().map(|(index, bucket)| format!("{} {}", x(*index), coordinate(scale.y(bucket.high))));
        let lows = run
            .iter()
            .rev()
            .map(|(index, bucket)| format!("{} {}", x(*index), coordinate(scale.y(bucket.low))));
        path.push_str(&format!("M{}Z", highs.chain(lows).collect::<Vec<_>>().join("L")));
    }
    svg.empty("path", &[("class", class), ("d", &path)]);
}

/// The means, joined.
fn line(svg: &mut Markup, buckets: &[Option<Bucket>], time: &TimeScale, scale: &ValueScale, class: &str) {
    // A part of the buckets is drawn where it stands in the whole, which has one bucket each few pixels.
    let count = ((time.right - time.left) / BUCKET) as usize;
    let mut path = String::new();
    for run in runs(buckets) {
        let points = run.iter().map(|(index, bucket)| {
            format!("{} {}", place(time, *index, count), coordinate(scale.y(bucket.mean)))
        });
        path.push_str(&format!("M{}", points.collect::<Vec<_>>().join("L")));
    }
    svg.empty("path", &[("class", class), ("d", &path)]);
}

/// The means from one bucket on.
fn offset_line(
    svg: &mut Markup,
    buckets: &[Option<Bucket>],
    from: usize,
    time: &TimeScale,
    scale: &ValueScale,
    class: &str,
) {
    let mut later = buckets.to_vec();
    later.iter_mut().take(from).for_each(|bucket| *bucket = None);
    line(svg, &later, time, scale, class);
}

fn place(time: &TimeScale, index: usize, count: usize) -> String {
    coordinate(time.left + (index as f64 + 0.5) / count.max(1) as f64 * (time.right - time.left))
}

/// Stretches of buckets in which something was heard.
fn runs(buckets: &[Option<Bucket>]) -> Vec<Vec<(usize, Bucket)>> {
    let mut runs: Vec<Vec<(usize, Bucket)>> = Vec::new();
    let mut before = None;
    for (index, bucket) in buckets.iter().enumerate().filter_map(|(index, bucket)| Some((index, (*bucket)?)))
    {
        if before.is_some_and(|before| before + 1 == index) {
            runs.last_mut().expect("there was one before").push((index, bucket));
        } else {
            runs.push(vec![(index, bucket)]);
        }
        before = Some(index);
    }
    runs
}

fn paint_mark(
    svg: &mut Markup,
    mark: &Mark,
    (top, bottom): (f64, f64),
    side: Option<Side>,
    time: &TimeScale,
) {
    let x = time.x(mark.at);
    svg.open("g", &[("class", mark.class), ("data-at", &mark.known_at.seconds().to_string())]);
    let (at, from, to) = (coordinate(x), coordinate(top + ROW / 2.0), coordinate(bottom));
    svg.empty("line", &[("x1", &at), ("x2", &at), ("y1", &from), ("y2", &to)]);
    let y = coordinate(top + ROW / 2.0);
    svg.empty("circle", &[("cx", &at), ("cy", &y), ("r", "4")]);
    if let Some(side) = side {
        label(svg, "label", (x, top + ROW / 2.0 + 4.0), 9.0, side, ("", mark.label));
    }
    svg.close("g");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_curve_with_a_gap_is_drawn_in_two_runs() {
        let bucket = Some(Bucket { low: 1.0, mean: 1.0, high: 1.0 });
        let runs = runs(&[bucket, bucket, None, bucket]);
        assert_eq!(runs.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_picture_says_what_it_shows_and_marks_onset_notice_and_incident() {
        let story = fixture::whispered();
        let episode = &story.signals[0].episode;
        let picture = CurvePicture {
            episode,
            curve: episode.curve.as_ref().unwrap(),
            incident: Some(story.incident.start),
            told_at: story.incident.start,
            mark: "S1",
        };
        let svg = picture.svg(&Calendar::around(fixture::START, &fixture::berlin()), Size::Wide).finish();
        for part in [
            "aria-label=\"payments: a log line said more and more. ",
            "data-of=\"S1e1\"",
            ">began<",
            ">noticed<",
            ">users noticed<",
        ] {
            assert!(svg.contains(part), "{part} is not in the picture");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
