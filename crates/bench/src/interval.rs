//! Shares with their intervals, since forty-five cases are few.
//!
//! Wilson, "Probable inference, the law of succession, and statistical inference", 1927; 95 %.

use std::fmt;

/// So many of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Share {
    pub(crate) hits: usize,
    pub(crate) of: usize,
}

impl Share {
    /// Counts those for which it holds.
    pub(crate) fn count<T>(items: impl IntoIterator<Item = T>, holds: impl Fn(&T) -> bool) -> Self {
        items.into_iter().fold(Self::default(), |share, item| Self {
            hits: share.hits + usize::from(holds(&item)),
            of: share.of + 1,
        })
    }

    /// The share; of nothing, 1, so that a floor is not missed by having no case.
    pub(crate) fn value(self) -> f64 {
        if self.of == 0 { 1.0 } else { self.hits as f64 / self.of as f64 }
    }

    /// The 95 % interval.
    pub(crate) fn interval(self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p, z) = (self.of as f64, self.value(), 1.96_f64);
        let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }
}

/// `9/10 = .90 (.60 to .98)`
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == 0 {
            return f.write_str("no case");
        }
        let (low, high) = self.interval();
        write!(f, "{}/{} = {:.2} ({low:.2} to {high:.2})", self.hits, self.of, self.value())
    }
}

/// The median, or `None` of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        even if even % 2 == 0 => Some((values[middle - 1] + values[middle]) / 2.0),
        _ => Some(values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // 9 of 10: .596 to .982, as in Newcombe's comparison of 1998.
        assert_eq!(Share { hits: 9, of: 10 }.to_string(), "9/10 = 0.90 (0.60 to 0.98)");
        assert_eq!(Share { hits: 0, of: 20 }.to_string(), "0/20 = 0.00 (0.00 to 0.16)");
        assert_eq!(Share::default().to_string(), "no case");
    }

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
