//! Names of metric series: `name{label="value",…}` with sorted labels, those of the origin left out.

use crate::ear::Ear;
use crate::origin::{ENVIRONMENT_KEYS, SERVICE_KEYS, Speaker};

/// A series by its parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Series {
    /// The metric's name.
    pub(crate) name: String,
    /// Labels and their values, unescaped.
    pub(crate) labels: Vec<(String, String)>,
}

impl Series {
    /// Reads `name` or `name{label="value",…}`; what cannot be read so is a name as a whole.
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim();
        let parsed = text.split_once('{').and_then(|(name, rest)| {
            let labels = parse_labels(rest.strip_suffix('}')?)?;
            Some(Self { name: name.trim().to_owned(), labels })
        });
        parsed.unwrap_or_else(|| Self { name: text.to_owned(), labels: Vec::new() })
    }

    /// Takes the labels of service and environment out; says whose series this is.
    pub(crate) fn take_origin(&mut self, ear: &mut Ear<'_>) -> Speaker {
        let service = self.take(&SERVICE_KEYS);
        let environment = self.take(&ENVIRONMENT_KEYS);
        ear.origins.of(service.as_deref(), environment.as_deref())
    }

    fn take(&mut self, keys: &[&str]) -> Option<String> {
        let at = keys.iter().find_map(|key| {
            self.labels.iter().position(|(label, value)| label == key && !value.trim().is_empty())
        })?;
        Some(self.labels.remove(at).1)
    }

    /// The name that the contract gives it.
    pub(crate) fn render(&mut self) -> String {
        self.labels.sort();
        let mut text = std::mem::take(&mut self.name);
        for (at, (label, value)) in self.labels.iter().enumerate() {
            text.push(if at == 0 { '{' } else { ',' });
            text.push_str(label);
            text.push_str("=\"");
            for letter in value.chars() {
                match letter {
                    '\\' => text.push_str("\\\\"),
                    '"' => text.push_str("\\\""),
                    '\n' => text.push_str("\\n"),
                    other => text.push(other),
                }
            }
            text.push('"');
        }
        if !self.labels.is_empty() {
            text.push('}');
        }
        text
    }
}

fn parse_labels(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if rest.is_empty() {
            return Some(labels);
        }
        let (label, behind) = rest.split_once('=')?;
        let (value, behind) = parse_value(behind.trim_start().strip_prefix('"')?)?;
        labels.push((label.trim().to_owned(), value));
        rest = behind;
    }
}

/// The value up to its closing quote, unescaped, and what follows.
fn parse_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Series::parse(text).render(), expected);
    }

    #[test]
    fn labels_are_sorted_and_escaped() {
        check("up", "up");
        check(r#"x{b="1",a="2"}"#, r#"x{a="2",b="1"}"#);
        check(r#"x{path="C:\\a \"b\"",}"#, r#"x{path="C:\\a \"b\""}"#);
        check("x{}", "x");
    }

    #[test]
    fn what_is_no_series_is_a_name() {
        check("x{broken", "x{broken");
        check("CpuUsage(m)", "CpuUsage(m)");
        check(r#"x{a=1}"#, r#"x{a=1}"#);
    }
}
