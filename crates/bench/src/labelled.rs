//! Log lines with their true templates, as loghub publishes them: `<system>/<system>_2k.log_structured*.csv`.
//!
//! The columns `Content` (the message behind the header) and `EventTemplate` are read by name; cells may be quoted and hold
//! commas and quotes (RFC 4180). None of these files is part of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::BenchError;

/// One system's lines.
pub(crate) struct Labelled {
    pub(crate) system: String,
    /// The log file as it was, with headers, if it stands beside the table.
    pub(crate) raw: Option<PathBuf>,
    /// The messages, one line each.
    pub(crate) messages: Vec<String>,
    /// The true template of each.
    pub(crate) templates: Vec<String>,
}

/// All systems of one set, by name; nothing if the folder is not there.
pub(crate) fn systems(folder: &Path) -> Result<Vec<Labelled>, BenchError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    paths.sort();
    paths.iter().filter_map(|path| system(path).transpose()).collect()
}

fn system(folder: &Path) -> Result<Option<Labelled>, BenchError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BenchError::file(&path, source)
    };
    let entries = fs::read_dir(folder).map_err(failed(folder))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let named = |part: &str| files.iter().find(|path| path.to_string_lossy().contains(part));
    let Some(table) = named("_structured") else { return Ok(None) };
    let bytes = fs::read(table).map_err(failed(table))?;
    let rows = rows(&String::from_utf8_lossy(&bytes));
    let (messages, templates) = columns(&rows).ok_or_else(|| {
        BenchError::Request(format!("`{}` has no Content and EventTemplate", table.display()))
    })?;
    Ok(Some(Labelled {
        system: folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        raw: files.iter().find(|path| path.extension().is_some_and(|end| end == "log")).cloned(),
        messages,
        templates,
    }))
}

fn columns(rows: &[Vec<String>]) -> Option<(Vec<String>, Vec<String>)> {
    let (names, rows) = rows.split_first()?;
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    let (message, template) = (place("Content")?, place("EventTemplate")?);
    let cell = |row: &Vec<String>, at: usize| row.get(at).cloned().unwrap_or_default();
    // A message is one line of a file, whatever the cell holds.
    let one_line = |text: String| text.replace(['\n', '\r'], " ").trim().to_owned();
    Some((
        rows.iter().map(|row| one_line(cell(row, message))).collect(),
        rows.iter().map(|row| cell(row, template)).collect(),
    ))
}

/// The cells of all rows.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' if is_quoted => is_quoted = false,
            '"' if cell.is_empty() => is_quoted = true,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted && characters.peek() == Some(&'\n') => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(character),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_may_be_quoted_and_hold_commas_and_quotes() {
        let table = rows("Id,Content,EventTemplate\r\n1,\"a, \"\"b\"\"\",a <*>\n2,plain,\"x\ny\"");
        assert_eq!(table[1], ["1", "a, \"b\"", "a <*>"]);
        let (messages, templates) = columns(&table).unwrap();
        assert_eq!((messages[1].as_str(), templates[1].as_str()), ("plain", "x\ny"));
        assert_eq!(columns(&rows("a,b\n1,2\n")), None);
    }
}
