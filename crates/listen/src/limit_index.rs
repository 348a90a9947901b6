//! The series of a service by what they measure, to find those that end where a limit stands without holding each limit against each series.
//!
//! Which series a limit is for is decided by [`NamedThing::ends`]: the same things, whatever the words of measure, and all of the
//! limit's labels. So only series of the same things are looked at, and among these only those with the limit's rarest label. Names can be
//! made so that this is still too much: then what comes last is not found, and the work stays bounded.

use std::collections::BTreeMap;

use crate::metric_name::NamedThing;

/// So many series are held against limits at a time, for each one that there is.
const COMPARISONS_A_SERIES_MAX: usize = 64;

/// Series by their things and labels.
pub(crate) struct LimitIndex<'a> {
    series: Vec<NamedThing<'a>>,
    things: BTreeMap<String, Thing<'a>>,
    comparisons_left: usize,
}

/// The places of all series that measure the same, and those of them that bear a label.
#[derive(Default)]
struct Thing<'a> {
    all: Vec<usize>,
    by_label: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> LimitIndex<'a> {
    /// Of these series; a place is that in their order. What measures none of what `limits` end is left out.
    pub(crate) fn of(series: &[&'a str], limits: &[&str]) -> Self {
        let mut things: BTreeMap<String, Thing<'a>> =
            limits.iter().map(|limit| (NamedThing::of(limit).things_joined(), Thing::default())).collect();
        let series: Vec<NamedThing<'a>> = series.iter().map(|name| NamedThing::of(name)).collect();
        for (place, named) in series.iter().enumerate() {
            let Some(thing) = things.get_mut(&named.things_joined()) else { continue };
            thing.all.push(place);
            for label in &named.labels {
                thing.by_label.entry(label).or_default().push(place);
            }
        }
        let comparisons_left = COMPARISONS_A_SERIES_MAX * series.len();
        Self { series, things, comparisons_left }
    }

    /// The places of the series that end where this limit stands.
    pub(crate) fn ended_by(&mut self, limit: &str) -> Vec<usize> {
        let limit = NamedThing::of(limit);
        let Some(thing) = self.things.get(&limit.things_joined()) else { return Vec::new() };
        let none = Vec::new();
        let bearing = limit.labels.iter().map(|label| thing.by_label.get(label).unwrap_or(&none));
        let places = bearing.min_by_key(|places| places.len()).unwrap_or(&thing.all);
        let places = &places[..places.len().min(self.comparisons_left)];
        self.comparisons_left -= places.len();
        places.iter().copied().filter(|place| limit.ends(&self.series[*place])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric_name::is_limit_of;

    /// All names of a few things, measures and labels.
    fn names() -> Vec<String> {
        let mut names = Vec::new();
        for thing in ["memory", "disk", "pool_memory"] {
            for measure in ["used_bytes", "limit_bytes", "max", "size", "depth"] {
                for labels in
                    ["", "{pod=\"a\"}", "{pod=\"b\"}", "{pod=\"a\",state=\"used\"}", "{state=\"free\"}"]
                {
                    names.push(format!("{thing}_{measure}{labels}"));
                }
            }
        }
        names.sort();
        names
    }

    #[test]
    fn what_is_found_by_things_and_labels_is_what_each_pair_of_names_says() {
        let names = names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut index = LimitIndex::of(&names, &names);
        let mut found = 0;
        for limit in &names {
            let expected: Vec<&str> =
                names.iter().copied().filter(|series| is_limit_of(limit, series)).collect();
            let ended: Vec<&str> = index.ended_by(limit).into_iter().map(|place| names[place]).collect();
            assert_eq!(ended, expected, "{limit}");
            found += ended.len();
        }
        assert!(found > 100, "{found}");
    }

    #[test]
    fn names_made_to_be_held_against_each_other_are_bounded() {
        let names: Vec<String> = (0..2_000).map(|word| format!("x{{a=\"{word}\",b=\"1\"}}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let limits: Vec<String> =
            (0..2_000).map(|at| format!("x{}{{b=\"1\"}}", "_max".repeat(1 + at % 50))).collect();
        let limits: Vec<&str> = limits.iter().map(String::as_str).collect();
        let mut index = LimitIndex::of(&names, &limits);
        let found: usize = limits.iter().map(|limit| index.ended_by(limit).len()).sum();
        assert_eq!(found, COMPARISONS_A_SERIES_MAX * names.len());
    }
}
