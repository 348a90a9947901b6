//! Series as people hand them over: a table in the folder of their host, one sample a row.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::error::BenchError;
use crate::metrics::stamp;

/// Samples of the series of one host.
pub(crate) struct Table(String);

impl Table {
    /// A table without a sample.
    pub(crate) fn new() -> Self {
        Self("time,series,value\n".to_owned())
    }

    /// Adds a sample, at a moment in seconds since 1970.
    pub(crate) fn add(&mut self, seconds: i64, series: &str, value: f64) {
        let time = stamp::text(seconds);
        writeln!(self.0, "{time},{series},{value}").expect("a string takes all that is written");
    }

    /// Writes it as `metrics.csv` into a folder, which is made if it is not there.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), BenchError> {
        fs::create_dir_all(folder).map_err(|source| BenchError::file(folder, source))?;
        let path = folder.join("metrics.csv");
        fs::write(&path, &self.0).map_err(|source| BenchError::file(&path, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_one_a_row_in_a_folder_that_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let mut table = Table::new();
        table.add(1_767_312_000, "m07", 0.25);
        table.add(1_767_312_300, "m07", -3.0);
        table.write(&folder.path().join("a/host")).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join("a/host/metrics.csv")).unwrap(),
            "time,series,value\n2026-01-02T00:00:00Z,m07,0.25\n2026-01-02T00:05:00Z,m07,-3\n"
        );
    }
}
