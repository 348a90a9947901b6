//! In which unit a curve is told, so that its axis carries numbers that people can take in.
//!
//! Rates that are tiny per second are told per minute, hour or day, and bytes have their name: an axis of `5.0e-4` beside
//! the sentence "44 counted in 3 days" makes its reader calculate.

use super::{value, without_idle_zeros};

/// A unit, and how values come to be in it.
pub(crate) struct Measure {
    /// What stands below the picture: `records per 6 h`, `heap_used_bytes`, `upstream_retries_total per day`.
    pub(crate) unit: String,
    /// Values are multiplied by this.
    pub(crate) factor: f64,
    is_bytes: bool,
}

impl Measure {
    /// The measure of values in this unit, the highest of which is this.
    pub(crate) fn of(unit: &str, highest: f64) -> Self {
        /// A highest value below this is a row of zeros to most readers.
        const TINY: f64 = 0.1;
        let name = unit.split('{').next().unwrap_or_default();
        let is_bytes = name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == "bytes");
        let named = |unit: &str, factor| Self { unit: unit.to_owned(), factor, is_bytes };
        let Some(of) = unit.strip_suffix(" per second") else { return named(unit, 1.0) };
        if highest.is_nan() || highest <= 0.0 || highest >= TINY {
            return named(unit, 1.0);
        }
        let steps = [("minute", 60.0), ("hour", 3_600.0), ("day", 86_400.0)];
        let fits = |(_, factor): &(&str, f64)| highest * factor >= 1.0;
        let (name, factor) = steps.into_iter().find(fits).unwrap_or(steps[2]);
        named(&format!("{of} per {name}"), factor)
    }

    /// A value that is in the unit already: `1.4 GB`, `12.5 k`.
    pub(crate) fn said(&self, measured: f64) -> String {
        const UNITS: [(f64, &str); 4] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
        let unit = UNITS.into_iter().find(|(least, _)| measured.abs() >= *least);
        match unit.filter(|_| self.is_bytes && measured.abs() < 1e15) {
            Some((least, name)) => {
                format!("{} {name}", without_idle_zeros(&format!("{:.2}", measured / least)))
            }
            None => value(measured),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(unit: &str, highest: f64, expected: &str) {
        let measure = Measure::of(unit, highest);
        assert_eq!(format!("{}, {}", measure.said(highest * measure.factor), measure.unit), expected);
    }

    #[test]
    fn what_is_rare_is_counted_per_day_and_bytes_have_their_name() {
        check("retries_total per second", 5.0e-4, "1.8, retries_total per hour");
        check("retries_total per second", 2.0e-5, "1.7, retries_total per day");
        check("retries_total per second", 0.05, "3, retries_total per minute");
        check("requests_total per second", 12.0, "12, requests_total per second");
        check("heap_used_bytes{area=\"old\"}", 1.42e9, "1.42 GB, heap_used_bytes{area=\"old\"}");
        check("sent_bytes_total per second", 250_000.0, "250 kB, sent_bytes_total per second");
        check("ratio", 0.002, "0.002, ratio");
        check("retries_total per second", f64::NAN, "NaN, retries_total per second");
    }
}
