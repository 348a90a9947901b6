//! Who is still here: whether an author has committed, under any of their names, in the 90 days before now.
//!
//! People change addresses and write their names in several ways. Beside the mailmap, which git applies,
//! identities that share an address or a full name are taken for one person. Two people with one full name
//! would be taken for one, too. Addresses and names that many share (`root`, `noreply@github.com`) join nobody.

use hark_event::Moment;
use rustc_hash::FxHashMap;

use crate::log::Identity;

const SECONDS_ACTIVE: i64 = 90 * 24 * 3600;

/// The people of a repository, and when each last committed.
#[derive(Default, Debug)]
pub(crate) struct Activity {
    now: Moment,
    /// By address or name, in lower case: the number of a person.
    people: FxHashMap<String, usize>,
    /// By number, the number of somebody who is the same person; oneself at the end of the chain.
    same_as: Vec<usize>,
    last: Vec<Moment>,
}

impl Activity {
    pub(crate) fn new(now: Moment) -> Self {
        Self { now, ..Self::default() }
    }

    /// Learns that this identity committed at that time.
    pub(crate) fn committed(&mut self, identity: &Identity, time: Moment) {
        let person = self.person(identity);
        self.last[person] = self.last[person].max(time.min(self.now));
    }

    /// Whether the person has committed lately; `None` if nothing is known about them.
    pub(crate) fn is_active(&self, identity: &Identity) -> Option<bool> {
        let person = keys(identity).iter().find_map(|key| self.people.get(key))?;
        let last = self.last[self.root(*person)];
        Some(self.now.seconds_since(last) <= SECONDS_ACTIVE)
    }

    fn person(&mut self, identity: &Identity) -> usize {
        let keys = keys(identity);
        let known: Vec<usize> =
            keys.iter().filter_map(|key| self.people.get(key)).map(|at| self.root(*at)).collect();
        let person = known.first().copied().unwrap_or_else(|| {
            self.same_as.push(self.same_as.len());
            self.last.push(Moment::MIN);
            self.same_as.len() - 1
        });
        for other in known {
            self.same_as[other] = person;
            self.last[person] = self.last[person].max(self.last[other]);
        }
        for key in keys {
            self.people.insert(key, person);
        }
        person
    }

    fn root(&self, mut person: usize) -> usize {
        while self.same_as[person] != person {
            person = self.same_as[person];
        }
        person
    }
}

/// What a person is known by. An identity that is shared by many is a person of its own.
fn keys(identity: &Identity) -> Vec<String> {
    let email = identity.email.trim().to_lowercase();
    let name = identity.name.trim().to_lowercase();
    let (user, host) = email.split_once('@').unwrap_or((&email, ""));
    let personal_email = host.contains('.')
        && !matches!(
            user,
            "" | "noreply" | "no-reply" | "root" | "admin" | "info" | "git" | "build" | "dev" | "ci"
        );
    let full_name = name.split_whitespace().count() >= 2;
    let mut keys = Vec::new();
    if personal_email {
        keys.push(format!("<{email}>"));
    }
    if full_name {
        keys.push(name.clone());
    }
    if keys.is_empty() {
        keys.push(format!("{name} <{email}>"));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(name: &str, email: &str) -> Identity {
        Identity { name: name.to_owned(), email: email.to_owned() }
    }

    const DAY: i64 = 24 * 3600;

    #[test]
    fn a_person_is_active_for_ninety_days_under_any_name() {
        let mut activity = Activity::new(Moment::from_seconds(1000 * DAY));
        activity.committed(&identity("Ann Lee", "ann@old.example"), Moment::from_seconds(100 * DAY));
        activity.committed(&identity("Bob Ray", "bob@x.example"), Moment::from_seconds(909 * DAY));
        activity.committed(&identity("ann", "ann@new.example"), Moment::from_seconds(910 * DAY));
        assert_eq!(activity.is_active(&identity("Ann Lee", "ann@old.example")), Some(false));
        assert_eq!(activity.is_active(&identity("Bob Ray", "bob@x.example")), Some(false));
        activity.committed(&identity("Ann Lee", "ann@new.example"), Moment::from_seconds(200 * DAY));
        assert_eq!(activity.is_active(&identity("Ann Lee", "ann@old.example")), Some(true));
        assert_eq!(activity.is_active(&identity("Zoe", "zoe@x.example")), None);
    }

    #[test]
    fn shared_names_and_addresses_join_nobody() {
        let mut activity = Activity::new(Moment::from_seconds(1000 * DAY));
        activity.committed(&identity("root", "noreply@github.com"), Moment::from_seconds(999 * DAY));
        activity.committed(&identity("Ann Lee", "noreply@github.com"), Moment::from_seconds(1));
        assert_eq!(activity.is_active(&identity("Ann Lee", "noreply@github.com")), Some(false));
    }
}
