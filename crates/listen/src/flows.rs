//! Who calls whom, as far as their own logs and metrics say so.
//!
//! Without traces, a call shows in a field (`peer.service`, `upstream`), in a URL's host, after a word that
//! points ("upstream payments", "calling inventory"), or in a metric's label. A service's name alone is not
//! enough: `search` and `cart` are also words. Declared graphs and traces will say it better.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One direction of calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Flow {
    /// Who calls.
    pub caller: Arc<str>,
    /// Who is called.
    pub callee: Arc<str>,
    /// Where it was seen, for people.
    pub seen_in: String,
}

/// All flows that are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    services: BTreeSet<Arc<str>>,
    /// Those of them whose names are no single word.
    odd: BTreeSet<Arc<str>>,
    flows: BTreeMap<(Arc<str>, Arc<str>), String>,
    /// Texts that were read while their services were not yet known.
    texts: BTreeMap<(Arc<str>, String), ()>,
}

/// Words after which a service's name means a call to it.
const POINTERS: &[&str] = &[
    "upstream",
    "downstream",
    "calling",
    "called",
    "call",
    "to",
    "from",
    "service",
    "host",
    "peer",
    "backend",
    "target",
    "client",
    "via",
    "at",
    "on",
    "for",
    "by",
    "with",
    "dependency",
    "server",
    "destination",
    "callee",
];
const TEXTS_MAX: usize = 50_000;

impl Flows {
    /// Remembers a service, so that its name is recognised from now on and in what was read before.
    pub(crate) fn add_service(&mut self, service: &Arc<str>) {
        if !self.services.insert(service.clone()) {
            return;
        }
        if !is_word(service) {
            self.odd.insert(service.clone());
        }
        let texts = std::mem::take(&mut self.texts);
        texts.keys().for_each(|(speaker, text)| self.read_for(speaker, text, service));
        self.texts = texts;
    }

    /// Reads a pattern or a series' name for the services that it names.
    pub(crate) fn read(&mut self, speaker: &Arc<str>, text: &str) {
        // Thousands of services are not looked for one by one: a name of one word is one of the words that stand here.
        let words = text.split(|letter| !is_inside_word(letter)).filter_map(|word| self.services.get(word));
        let named: Vec<Arc<str>> = words.chain(&self.odd).cloned().collect();
        named.iter().for_each(|service| self.read_for(speaker, text, service));
        if self.texts.len() < TEXTS_MAX {
            self.texts.insert((speaker.clone(), text.to_owned()), ());
        }
    }

    /// Remembers a service that a field named.
    pub(crate) fn read_peer(&mut self, speaker: &Arc<str>, peer: &str) {
        let host = peer.split("://").last().unwrap_or(peer).split([':', '/', '.']).next().unwrap_or(peer);
        if let Some(callee) = self.services.get(host).cloned() {
            self.add(speaker, &callee, format!("a field that names {host}"));
        }
    }

    fn read_for(&mut self, speaker: &Arc<str>, text: &str, service: &Arc<str>) {
        if names(text, service) {
            let seen_in: String = text.lines().next().unwrap_or_default().chars().take(80).collect();
            self.add(speaker, service, format!("“{seen_in}”"));
        }
    }

    fn add(&mut self, caller: &Arc<str>, callee: &Arc<str>, seen_in: String) {
        if caller != callee {
            self.flows.entry((caller.clone(), callee.clone())).or_insert(seen_in);
        }
    }

    /// Whether one of the two calls the other.
    pub(crate) fn between(&self, one: &str, other: &str) -> bool {
        self.call(one, other).is_some() || self.call(other, one).is_some()
    }

    /// The flow from caller to callee, if it is known.
    pub(crate) fn call(&self, caller: &str, callee: &str) -> Option<Flow> {
        let found = self.flows.iter().find(|((from, to), _)| &**from == caller && &**to == callee);
        found.map(|((caller, callee), seen_in)| Flow {
            caller: caller.clone(),
            callee: callee.clone(),
            seen_in: seen_in.clone(),
        })
    }

    /// All flows, by caller, then callee.
    pub(crate) fn all(&self) -> Vec<Flow> {
        let flow = |((caller, callee), seen_in): (&(Arc<str>, Arc<str>), &String)| Flow {
            caller: caller.clone(),
            callee: callee.clone(),
            seen_in: seen_in.clone(),
        };
        self.flows.iter().map(flow).collect()
    }
}

fn is_word(text: &str) -> bool {
    text.chars().all(is_inside_word)
}

fn is_inside_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}

/// Whether a text names a service as one that is called.
pub fn names(text: &str, service: &str) -> bool {
    if service.len() < 3 {
        return false;
    }
    text.match_indices(service).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + service.len()..]);
        if before.ends_with(is_inside_word) || after.starts_with(is_inside_word) {
            return false;
        }
        // A name that is made of several words is a name wherever it stands.
        if service.contains(['-', '_']) || before.ends_with("//") || before.ends_with("=\"") {
            return true;
        }
        let pointer = before.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let word = pointer.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        before.len() - pointer.len() <= 2 && POINTERS.contains(&word.to_ascii_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_named_by_host_pointer_or_label() {
        let check = |text, service, expected| assert_eq!(names(text, service), expected, "{text}");
        check("POST http://inventory:<*>/reserve <*> in <*>", "inventory", true);
        check("retrying upstream payments attempt <*>", "payments", true);
        check("upstream_errors_total{peer=\"payments\"}", "payments", true);
        check("searching cart of user <*>", "cart", false);
        check("prepayments done", "payments", false);
        check("order-service answered <*>", "order-service", true);
    }

    #[test]
    fn a_service_is_found_among_thousands_whatever_its_name_is_made_of() {
        let mut flows = Flows::default();
        (0..3_000).for_each(|number| flows.add_service(&Arc::from(format!("service-{number}"))));
        let (cart, odd) = (Arc::from("cart"), Arc::from("pay.ments/v1"));
        flows.add_service(&cart);
        flows.add_service(&odd);
        flows.read(&cart, "calling service-17, then upstream pay.ments/v1 and service-9999");
        assert!(flows.call("cart", "service-17").is_some());
        assert!(flows.call("cart", "pay.ments/v1").is_some());
        assert_eq!(flows.all().len(), 2);
    }

    #[test]
    fn what_was_read_before_a_service_was_known_is_read_again() {
        let mut flows = Flows::default();
        let (checkout, payments) = (Arc::from("checkout"), Arc::from("payments"));
        flows.add_service(&checkout);
        flows.read(&checkout, "calling payments took <*>");
        assert!(!flows.between("checkout", "payments"));
        flows.add_service(&payments);
        assert!(flows.call("checkout", "payments").is_some());
        assert!(flows.call("payments", "checkout").is_none());
    }
}
