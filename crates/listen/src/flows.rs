//! Who calls whom: as traces show, else as far as logs and metrics say so.
//!
//! A guess about two services that both write spans is dropped where no trace shows the call. Without traces, a call shows in a field (`peer.service`, `upstream`), in a URL's host, after a word that
//! points ("upstream payments", "calling inventory"), or in a metric's label. A service's name alone is not
//! enough: `search` and `cart` are also words. What people declare is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hark_event::PeerKind;

use crate::durations::Durations;
use crate::span_cells::{Called, Outline, SpanCount};

/// One direction of calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Flow {
    /// Who calls.
    pub caller: Arc<str>,
    /// Who is called.
    pub callee: Arc<str>,
    /// What is called.
    pub callee_kind: PeerKind,
    /// Spans of such calls; `None` if none was heard.
    pub calls: Option<u64>,
    /// Whether people say so.
    pub is_declared: bool,
    /// Where it was seen, for people.
    pub seen_in: String,
}

impl Flow {
    /// Whether it is more than a guess.
    pub fn is_known(&self) -> bool {
        self.calls.is_some() || self.is_declared
    }
}

/// Who calls, and who is called.
pub type Ends = (Arc<str>, Arc<str>);

/// Calls that people declare, with where each is written.
pub type DeclaredCalls = BTreeMap<Ends, String>;

/// All flows that are known.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Flows {
    services: BTreeSet<Arc<str>>,
    /// Those of them whose names are no single word.
    odd: BTreeSet<Arc<str>>,
    flows: BTreeMap<Ends, String>,
    /// Texts that were read while their services were not yet known.
    texts: BTreeMap<(Arc<str>, String), ()>,
    /// Calls that spans show, with what is called and how often.
    traced: BTreeMap<Ends, (PeerKind, u64)>,
    /// Calls that people declared, with where they wrote so.
    #[serde(skip)]
    declared: Arc<DeclaredCalls>,
    /// Services that write spans.
    tracers: BTreeSet<Arc<str>>,
    /// Which services were seen to answer calls to a name, and how often.
    answers: BTreeMap<Arc<str>, BTreeMap<Arc<str>, u64>>,
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
/// Labels that name who was measured, and nobody who is called: an exporter speaks of those beside it.
const MEASURED_LABELS: &[&str] = &[
    "container",
    "container_name",
    "deployment",
    "statefulset",
    "daemonset",
    "replicaset",
    "workload",
    "app",
    "exported_service",
    "exported_job",
];
const TEXTS_MAX: usize = 50_000;
/// Calls and names that are remembered from spans.
const TRACED_MAX: usize = 100_000;
/// A name is a service's if so many of a hundred of its answers came from it.
const ANSWERS_PERCENT_MIN: u64 = 90;

/// A call that was seen from both sides.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Joined<'a> {
    /// The caller's span.
    pub(crate) caller: &'a Outline,
    /// The span that answers.
    pub(crate) callee: &'a Outline,
}

impl Joined<'_> {
    /// The call, as it is counted; nobody tells how long it took.
    pub(crate) fn count(&self) -> SpanCount {
        let is_error = self.caller.is_error || self.callee.is_error;
        let seen = self.caller.seen.clone();
        SpanCount {
            spans: 1,
            errors: u64::from(is_error),
            retries: 0,
            durations: Durations::default(),
            last: seen.time,
            failed: is_error.then(|| seen.clone()),
            retried: None,
            slowest: (0, seen.clone()),
            first: seen,
        }
    }
}

/// Calls between services among the outlines of an hour: spans that another service's span is the parent of.
pub(crate) fn joined(outlines: &BTreeMap<(u64, u64), Outline>) -> Vec<Joined<'_>> {
    let incoming = outlines.iter().filter(|(_, outline)| outline.is_incoming);
    let pairs = incoming.filter_map(|((trace, _), callee)| {
        let caller = outlines.get(&(*trace, callee.parent?))?;
        Some(Joined { caller, callee })
    });
    pairs.filter(|pair| pair.caller.origin != pair.callee.origin).collect()
}

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

    /// Remembers who wrote spans.
    pub(crate) fn add_tracer(&mut self, service: &Arc<str>) {
        self.tracers.insert(service.clone());
    }

    /// Remembers who answered calls to the names that their callers know.
    pub(crate) fn learn_answers(&mut self, pairs: &[Joined<'_>]) {
        for pair in pairs {
            let Some(called) = &pair.caller.called else { continue };
            if matches!(called.kind, PeerKind::Service | PeerKind::Host)
                && (self.answers.len() < TRACED_MAX || self.answers.contains_key(&called.name))
            {
                let answers = self.answers.entry(called.name.clone()).or_default();
                if answers.len() < 64 || answers.contains_key(&pair.callee.origin.service) {
                    *answers.entry(pair.callee.origin.service.clone()).or_default() += 1;
                }
            }
        }
    }

    /// The service that a span's call goes to, if its name means one.
    pub(crate) fn service_called(&self, called: &Called) -> Option<Arc<str>> {
        if !matches!(called.kind, PeerKind::Service | PeerKind::Host) {
            return None;
        }
        if let Some(service) = self.services.get(&called.name) {
            return Some(service.clone());
        }
        if let Some(answers) = self.answers.get(&called.name) {
            let all: u64 = answers.values().sum();
            let most = answers.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
            return most
                .filter(|(_, count)| *count * 100 >= all * ANSWERS_PERCENT_MIN)
                .map(|(service, _)| service.clone());
        }
        let host = called.name.split('.').next().unwrap_or(&called.name);
        self.services.get(host).cloned()
    }

    /// Believes that who stands first calls who stands second; where that is written stands beside it.
    pub(crate) fn declare(&mut self, calls: Arc<DeclaredCalls>) {
        self.declared = calls;
    }

    /// Believes what another was told to believe.
    pub(crate) fn take_settings(&mut self, other: &Self) {
        self.declared = other.declared.clone();
    }

    /// Remembers calls that spans show.
    pub(crate) fn add_traced(&mut self, caller: &Arc<str>, callee: &Arc<str>, kind: PeerKind, calls: u64) {
        let key = (caller.clone(), callee.clone());
        if caller != callee && (self.traced.len() < TRACED_MAX || self.traced.contains_key(&key)) {
            self.traced.entry(key).or_insert((kind, 0)).1 += calls;
        }
    }

    /// Remembers calls by another name of who is called.
    pub(crate) fn rename_traced(&mut self, caller: &Arc<str>, old: &Arc<str>, new: &Arc<str>) {
        if let Some((_, calls)) = self.traced.remove(&(caller.clone(), old.clone())) {
            self.add_traced(caller, new, PeerKind::Service, calls);
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
        let is_it = |key: &Ends| &*key.0 == caller && &*key.1 == callee;
        let declared = self.declared.iter().find(|(key, _)| is_it(key)).map(declared_flow);
        let traced = self.traced.iter().find(|(key, _)| is_it(key)).map(traced_flow);
        traced.or(declared).or_else(|| {
            let guess = self.flows.iter().find(|(key, _)| is_it(key) && self.is_open_to_guesses(key));
            guess.map(guessed_flow)
        })
    }

    /// All flows, by caller, then callee.
    pub(crate) fn all(&self) -> Vec<Flow> {
        let guesses = self
            .flows
            .iter()
            .filter(|(key, _)| !self.traced.contains_key(key) && self.is_open_to_guesses(key))
            .filter(|(key, _)| !self.declared.contains_key(key));
        let declared = self.declared.iter().filter(|(key, _)| !self.traced.contains_key(key));
        let known = self.traced.iter().map(traced_flow).chain(declared.map(declared_flow));
        let mut all: Vec<Flow> = known.chain(guesses.map(guessed_flow)).collect();
        all.sort_by(|a, b| (&a.caller, &a.callee).cmp(&(&b.caller, &b.callee)));
        all
    }

    /// Whether a call between the two could go unseen by traces.
    fn is_open_to_guesses(&self, (caller, callee): &Ends) -> bool {
        !(self.tracers.contains(caller) && self.tracers.contains(callee))
    }
}

fn traced_flow(((caller, callee), (kind, calls)): (&Ends, &(PeerKind, u64))) -> Flow {
    Flow {
        caller: caller.clone(),
        callee: callee.clone(),
        callee_kind: *kind,
        calls: Some(*calls),
        is_declared: false,
        seen_in: if *calls == 1 { "one span".to_owned() } else { format!("{calls} spans") },
    }
}

fn guessed_flow(((caller, callee), seen_in): (&Ends, &String)) -> Flow {
    Flow {
        caller: caller.clone(),
        callee: callee.clone(),
        callee_kind: PeerKind::Service,
        calls: None,
        is_declared: false,
        seen_in: seen_in.clone(),
    }
}

fn declared_flow((ends, written_in): (&Ends, &String)) -> Flow {
    Flow { is_declared: true, ..guessed_flow((ends, written_in)) }
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
        if before.ends_with(is_inside_word) || after.starts_with(is_inside_word) || is_measured(before, after)
        {
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

/// Whether the name of a series says that it was this service which was measured, by whoever wrote it down.
pub fn measures(series: &str, service: &str) -> bool {
    series.match_indices(service).any(|(at, _)| is_measured(&series[..at], &series[at + service.len()..]))
}

/// Whether what stands between these two is the whole value of a label that names who was measured.
fn is_measured(before: &str, after: &str) -> bool {
    let Some(before) = before.strip_suffix("=\"").filter(|_| after.starts_with('"')) else { return false };
    let label = before.rsplit(|letter| !is_inside_word(letter)).next().unwrap_or_default();
    MEASURED_LABELS.contains(&label)
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
        check("memory_bytes{container=\"payments\",node=\"n1\"}", "payments", false);
        check("memory_bytes{container=\"order-service\"}", "order-service", false);
    }

    #[test]
    fn who_was_measured_is_the_whole_value_of_a_label_for_it() {
        let check = |series, expected| assert_eq!(measures(series, "payments"), expected, "{series}");
        check("memory_bytes{container=\"payments\",node=\"n1\"}", true);
        check("replicas{namespace=\"shop\",deployment=\"payments\"}", true);
        check("memory_bytes{container=\"payments-proxy\"}", false);
        check("upstream_errors_total{peer=\"payments\"}", false);
        check("payments_total", false);
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
