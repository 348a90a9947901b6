//! How well lines were told apart: GA, FGA, PA and FTA.
//!
//! Zhu et al., "Tools and benchmarks for automated log parsing", ICSE-SEIP 2019 (GA); Khan et al., "Guidelines for assessing the
//! accuracy of log message template identification techniques", ICSE 2022 (PA, template F1); Jiang et al., "A large-scale
//! evaluation for log parsing techniques", ISSTA 2024 (FGA, FTA).

use std::collections::{BTreeMap, BTreeSet};

/// The four measures, 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Grouping {
    /// Share of lines whose group holds exactly the lines of the true group.
    pub(crate) group_accuracy: f64,
    /// F1 over groups; an exactly equal group is a hit.
    pub(crate) group_f1: f64,
    /// Share of lines whose template is the true one, token by token.
    pub(crate) template_accuracy: f64,
    /// F1 over groups that are exactly equal and have the true template.
    pub(crate) template_f1: f64,
}

impl Grouping {
    /// GA, FGA, PA and FTA.
    pub(crate) fn figures(&self) -> [f64; 4] {
        [self.group_accuracy, self.group_f1, self.template_accuracy, self.template_f1]
    }

    /// Judges what was said of each line, as (group, template), against the truth.
    pub(crate) fn of(truth: &[String], said: &[(String, String)]) -> Self {
        let true_groups = groups(truth.iter().map(String::as_str));
        let said_groups = groups(said.iter().map(|(group, _)| group.as_str()));
        let held: BTreeSet<&Vec<usize>> = said_groups.values().collect();
        let exact: Vec<&Vec<usize>> = true_groups.values().filter(|lines| held.contains(lines)).collect();
        let is_right = |line: usize| truth[line].split_whitespace().eq(said[line].1.split_whitespace());
        let told = exact.iter().filter(|lines| lines.iter().all(|line| is_right(*line))).count();
        let lines = truth.len().max(1) as f64;
        let f1 = |hits: usize| 2.0 * hits as f64 / (true_groups.len() + said_groups.len()).max(1) as f64;
        Self {
            group_accuracy: exact.iter().map(|lines| lines.len()).sum::<usize>() as f64 / lines,
            group_f1: f1(exact.len()),
            template_accuracy: (0..truth.len()).filter(|line| is_right(*line)).count() as f64 / lines,
            template_f1: f1(told),
        }
    }

    /// The mean of several.
    pub(crate) fn mean(all: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
        Self {
            group_accuracy: mean(|one| one.group_accuracy),
            group_f1: mean(|one| one.group_f1),
            template_accuracy: mean(|one| one.template_accuracy),
            template_f1: mean(|one| one.template_f1),
        }
    }
}

fn groups<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (line, name) in names.enumerate() {
        groups.entry(name).or_default().push(line);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(truth: &[&str], said: &[(&str, &str)], expected: [f64; 4]) {
        let truth: Vec<String> = truth.iter().map(|text| (*text).to_owned()).collect();
        let said: Vec<_> = said.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let found = Grouping::of(&truth, &said);
        let found = [found.group_accuracy, found.group_f1, found.template_accuracy, found.template_f1];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_group_counts_only_if_it_is_exact() {
        check(&["a <*>", "a <*>", "b"], &[("1", "a <*>"), ("1", "a <*>"), ("2", "b")], [1.0; 4]);
        // One line of the first group is elsewhere: no line of it counts, nor does the group that holds it.
        let split = [("1", "a <*>"), ("3", "a x"), ("2", "b")];
        check(&["a <*>", "a <*>", "b"], &split, [1.0 / 3.0, 2.0 / 5.0, 2.0 / 3.0, 2.0 / 5.0]);
        let merged = [("1", "<*>"), ("1", "<*>"), ("1", "<*>")];
        check(&["a", "a", "b"], &merged, [0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_right_group_with_another_template_is_no_template() {
        check(&["a <*>", "b"], &[("1", "a  <*>"), ("2", "<*>")], [1.0, 1.0, 0.5, 0.5]);
    }
}
