//! Labels side by side where there is room, in further rows where there is not, so that none covers another.

/// Where a label was put.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Placed {
    /// The row, from 0; the mark and its label stand in it.
    pub(crate) row: usize,
    /// On which side of its mark the label stands; `None` if there is no room for it.
    pub(crate) side: Option<Side>,
}

/// A side of a mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// The label begins right of the mark.
    Right,
    /// The label ends left of the mark.
    Left,
}

/// How far down a mark reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// It stands in its own row.
    Row,
    /// A line goes down from it, through all rows below.
    Below,
}

/// Puts marks with labels into rows, in the order given.
pub(crate) struct Rows {
    reach: Reach,
    left: f64,
    right: f64,
    mark_width: f64,
    gap: f64,
    /// For each row what marks with their labels take.
    taken: Vec<Vec<Stretch>>,
    /// For each row what its labels alone take.
    labels: Vec<Vec<Stretch>>,
    /// Lines that go down from a row.
    lines: Vec<(usize, f64)>,
    /// Lines through all rows, which labels cross only if there is no other place: the last of them sooner than the first.
    avoided: Vec<f64>,
    count: usize,
}

/// From where to where.
type Stretch = (f64, f64);

impl Rows {
    /// Rows between two ends, for marks of this width, with this gap beside every mark and label.
    pub(crate) fn new(
        reach: Reach,
        (left, right): Stretch,
        mark_width: f64,
        gap: f64,
        rows_max: usize,
    ) -> Self {
        let empty = vec![Vec::new(); rows_max.max(1)];
        Self {
            reach,
            left,
            right,
            mark_width,
            gap,
            taken: empty.clone(),
            labels: empty,
            lines: Vec::new(),
            avoided: Vec::new(),
            count: 0,
        }
    }

    /// The same, with one more line that labels should not cross.
    pub(crate) fn avoiding(mut self, x: f64) -> Self {
        self.avoided.push(x);
        self
    }

    /// Puts a mark at `x` with a label of this width into the first row that has room for both.
    pub(crate) fn place(&mut self, x: f64, label_width: f64) -> Placed {
        if let Some((row, side, whole, label)) = self.find(x, label_width) {
            self.take(row, x, whole, Some(label));
            return Placed { row, side: Some(side) };
        }
        let half = self.mark_width / 2.0;
        let whole = (x - half, x + half);
        let free = (0..self.taken.len()).find(|row| self.is_free(*row, whole));
        let row = free.unwrap_or(self.taken.len() - 1);
        self.take(row, x, whole, None);
        Placed { row, side: None }
    }

    /// Whether there is room for a mark at `x` and a label of this width beside it.
    pub(crate) fn has_place(&self, x: f64, label_width: f64) -> bool {
        self.find(x, label_width).is_some()
    }

    /// The first row that has room, the side, and what mark with label and the label alone would take.
    fn find(&self, x: f64, label_width: f64) -> Option<(usize, Side, Stretch, Stretch)> {
        let half = self.mark_width / 2.0;
        let beside = half + self.gap;
        let right =
            (Side::Right, (x - half, x + beside + label_width), (x + beside, x + beside + label_width));
        let left = (Side::Left, (x - beside - label_width, x + half), (x - beside - label_width, x - beside));
        for avoided in (0..=self.avoided.len()).rev().map(|count| &self.avoided[..count]) {
            for row in 0..self.taken.len() {
                for (side, whole, label) in [right, left] {
                    let is_crossed = avoided.iter().any(|line| label.0 <= *line && *line <= label.1);
                    if !is_crossed && self.has_room(row, x, whole, label) {
                        return Some((row, side, whole, label));
                    }
                }
            }
        }
        None
    }

    /// How many rows were needed.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    fn has_room(&self, row: usize, x: f64, whole: Stretch, label: Stretch) -> bool {
        let half = self.mark_width / 2.0;
        let is_inside = whole.0 >= self.left - half && whole.1 <= self.right + half;
        let is_crossed =
            self.lines.iter().any(|(from, line)| *from < row && label.0 <= *line && *line <= label.1);
        is_inside && !is_crossed && self.is_free(row, whole) && self.may_go_down(row, x)
    }

    fn is_free(&self, row: usize, (from, to): Stretch) -> bool {
        self.taken[row].iter().all(|(begins, ends)| to + self.gap <= *begins || from >= *ends + self.gap)
    }

    /// Whether the mark's line, if it has one, goes through no label below.
    fn may_go_down(&self, row: usize, x: f64) -> bool {
        let goes_through = |(begins, ends): &Stretch| *begins <= x && x <= *ends;
        self.reach == Reach::Row || !self.labels[row + 1..].iter().flatten().any(goes_through)
    }

    fn take(&mut self, row: usize, x: f64, whole: Stretch, label: Option<Stretch>) {
        self.taken[row].push(whole);
        self.labels[row].extend(label);
        self.count = self.count.max(row + 1);
        if self.reach == Reach::Below {
            self.lines.push((row, x));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_would_touch_go_to_another_row_or_another_side() {
        let mut rows = Rows::new(Reach::Row, (0.0, 100.0), 10.0, 2.0, 3);
        assert_eq!(rows.place(10.0, 40.0), Placed { row: 0, side: Some(Side::Right) });
        assert_eq!(rows.place(30.0, 40.0), Placed { row: 1, side: Some(Side::Right) });
        assert_eq!(rows.place(95.0, 20.0), Placed { row: 0, side: Some(Side::Left) });
        assert_eq!(rows.place(97.0, 20.0), Placed { row: 2, side: Some(Side::Left) });
        assert_eq!(rows.place(96.0, 20.0).side, None);
        assert_eq!(rows.count(), 3);
    }

    #[test]
    fn no_label_is_crossed_by_the_line_of_another_mark() {
        let mut rows = Rows::new(Reach::Below, (0.0, 100.0), 10.0, 2.0, 3);
        assert_eq!(rows.place(50.0, 30.0), Placed { row: 0, side: Some(Side::Right) });
        // Left of it there is no room, and right of it lies the label; below, its line must not be crossed.
        assert_eq!(rows.place(60.0, 20.0), Placed { row: 1, side: Some(Side::Right) });
        assert_eq!(rows.place(36.0, 20.0), Placed { row: 0, side: Some(Side::Left) });
        assert_eq!(rows.place(45.0, 60.0).side, None);
    }

    #[test]
    fn two_marks_side_by_side_both_keep_their_labels() {
        let mut rows = Rows::new(Reach::Below, (0.0, 100.0), 10.0, 2.0, 3);
        assert_eq!(rows.place(50.0, 30.0), Placed { row: 0, side: Some(Side::Right) });
        assert_eq!(rows.place(52.0, 30.0), Placed { row: 1, side: Some(Side::Right) });
    }

    #[test]
    fn an_avoided_line_is_crossed_only_if_there_is_no_other_place() {
        let mut rows = Rows::new(Reach::Row, (0.0, 100.0), 10.0, 2.0, 3).avoiding(60.0);
        assert_eq!(rows.place(50.0, 30.0), Placed { row: 0, side: Some(Side::Left) });
        assert_eq!(rows.place(95.0, 40.0), Placed { row: 1, side: Some(Side::Left) });
    }

    #[test]
    fn a_label_wider_than_the_picture_is_left_out() {
        assert_eq!(
            Rows::new(Reach::Row, (0.0, 100.0), 10.0, 2.0, 3).place(50.0, 400.0),
            Placed { row: 0, side: None }
        );
    }
}
