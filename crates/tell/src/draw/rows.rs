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

/// Puts marks with labels into rows, in the order given.
pub(crate) struct Rows {
    left: f64,
    right: f64,
    mark_width: f64,
    gap: f64,
    rows_max: usize,
    taken: Vec<Vec<(f64, f64)>>,
}

impl Rows {
    /// Rows between `left` and `right`, for marks of this width, with this gap beside every mark and label.
    pub(crate) fn new(left: f64, right: f64, mark_width: f64, gap: f64, rows_max: usize) -> Self {
        Self { left, right, mark_width, gap, rows_max: rows_max.max(1), taken: Vec::new() }
    }

    /// Puts a mark at `x` with a label of this width into the first row that has room for both.
    pub(crate) fn place(&mut self, x: f64, label_width: f64) -> Placed {
        let half = self.mark_width / 2.0;
        let right = (x - half, x + half + self.gap + label_width);
        let left = (x - half - self.gap - label_width, x + half);
        for row in 0..self.rows_max {
            for (side, (from, to)) in [(Side::Right, right), (Side::Left, left)] {
                if from >= self.left - half && to <= self.right + half && self.is_free(row, from, to) {
                    self.take(row, from, to);
                    return Placed { row, side: Some(side) };
                }
            }
        }
        let free = (0..self.rows_max).find(|row| self.is_free(*row, x - half, x + half));
        let row = free.unwrap_or(self.rows_max - 1);
        self.take(row, x - half, x + half);
        Placed { row, side: None }
    }

    /// How many rows were needed.
    pub(crate) fn count(&self) -> usize {
        self.taken.len()
    }

    fn is_free(&self, row: usize, from: f64, to: f64) -> bool {
        self.taken.get(row).is_none_or(|taken| {
            taken.iter().all(|(begins, ends)| to + self.gap <= *begins || from >= *ends + self.gap)
        })
    }

    fn take(&mut self, row: usize, from: f64, to: f64) {
        if self.taken.len() <= row {
            self.taken.resize_with(row + 1, Vec::new);
        }
        self.taken[row].push((from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_would_touch_go_to_another_row_or_another_side() {
        let mut rows = Rows::new(0.0, 100.0, 10.0, 2.0, 3);
        assert_eq!(rows.place(10.0, 40.0), Placed { row: 0, side: Some(Side::Right) });
        assert_eq!(rows.place(30.0, 40.0), Placed { row: 1, side: Some(Side::Right) });
        assert_eq!(rows.place(95.0, 20.0), Placed { row: 0, side: Some(Side::Left) });
        assert_eq!(rows.place(97.0, 20.0), Placed { row: 2, side: Some(Side::Left) });
        assert_eq!(rows.place(96.0, 20.0).side, None);
        assert_eq!(rows.count(), 3);
    }

    #[test]
    fn a_label_wider_than_the_picture_is_left_out() {
        assert_eq!(Rows::new(0.0, 100.0, 10.0, 2.0, 3).place(50.0, 400.0), Placed { row: 0, side: None });
    }
}
