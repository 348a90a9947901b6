//! Names that there was no room for, each counted once however often it comes again.
//!
//! Only hashes are remembered, and no more than a bounded number of them: beyond that the count is the least that it can be.

use std::collections::{BTreeMap, BTreeSet};

use hark_event::{Origin, stable_hash};

/// So many names are told apart.
const NAMES_MAX: usize = 500_000;

/// What there was no room for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Beyond {
    /// Among the series of its service.
    Service,
    /// Among those of all services.
    All,
}

impl Beyond {
    /// As it is told.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Service => "series beyond 20,000 a service",
            Self::All => "series beyond 100,000",
        }
    }
}

/// Names that were cut, by what they were beyond.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct CutNames {
    seen: BTreeSet<u64>,
    counts: BTreeMap<Beyond, u64>,
}

impl CutNames {
    pub(crate) fn add(&mut self, beyond: Beyond, origin: &Origin, name: &str) {
        let hash = stable_hash(&[&origin.service, &origin.environment, name]);
        if self.seen.len() < NAMES_MAX && self.seen.insert(hash) {
            *self.counts.entry(beyond).or_default() += 1;
        }
    }

    /// How many were beyond each limit.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (Beyond, u64)> + '_ {
        self.counts.iter().map(|(beyond, count)| (*beyond, *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_comes_again_is_counted_once_and_one_of_another_service_is_another() {
        let origin = |service: &str| Origin { service: service.into(), environment: "production".into() };
        let mut cut = CutNames::default();
        for _ in 0..3 {
            cut.add(Beyond::Service, &origin("shop"), "a");
            cut.add(Beyond::Service, &origin("shop"), "b");
            cut.add(Beyond::All, &origin("mail"), "a");
        }
        assert_eq!(cut.counts().collect::<Vec<_>>(), [(Beyond::Service, 2), (Beyond::All, 1)]);
    }
}
