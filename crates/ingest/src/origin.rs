//! Who speaks, by the rules of the contract: a field, else what the user says, else the nearest
//! directory, else the file's stem.

use std::path::Path;
use std::sync::Arc;

use hark_event::Origin;
use rustc_hash::FxHashMap;

/// More services than this in one file are not services but identifiers.
const ORIGINS_MAX: usize = 10_000;
/// What came too late to be known may name some, too, and takes no origin's room.
const NAMES_MAX: usize = 5 * ORIGINS_MAX;
/// Longer names are cut.
const NAME_BYTES_MAX: usize = 200;

/// Fields and labels that name the service, best first. Underscores stand for dots where dots cannot be.
pub(crate) const SERVICE_KEYS: [&str; 5] = ["service.name", "service_name", "service", "app", "job"];
/// Fields and labels that name the environment, best first.
pub(crate) const ENVIRONMENT_KEYS: [&str; 6] = [
    "deployment.environment.name",
    "deployment_environment_name",
    "deployment.environment",
    "deployment_environment",
    "environment",
    "env",
];

/// Who speaks, as far as that is named: service and environment each for itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Speaker {
    service: Option<NameIndex>,
    environment: Option<NameIndex>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct NameIndex(u32);

/// What the file's own name is known by.
const OWN: NameIndex = NameIndex(0);
/// A name for which there was no room.
const REFUSED: NameIndex = NameIndex(u32::MAX);

impl Speaker {
    /// What is not named here is taken from what another names.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { service: self.service.or(other.service), environment: self.environment.or(other.environment) }
    }

    /// The same for all that are of one origin, whether they name it or leave it to the file.
    pub(crate) fn settled(self) -> Self {
        Self { service: self.service.or(Some(OWN)), environment: self.environment.or(Some(OWN)) }
    }
}

/// The origins that a file has named so far.
pub(crate) struct Origins {
    services: Names,
    environments: Names,
    known: FxHashMap<Speaker, Origin>,
    last: (Speaker, Origin),
}

impl Origins {
    /// Starts with the origin of records that name none.
    pub(crate) fn new(service: &str, environment: &str) -> Self {
        let (services, environments) = (Names::new(service), Names::new(environment));
        let own = Origin { service: services.own(), environment: environments.own() };
        let last = (Speaker::default().settled(), own);
        Self { services, environments, known: [last.clone()].into_iter().collect(), last }
    }

    /// Who is named by these; blank names name nobody.
    pub(crate) fn of(&mut self, service: Option<&str>, environment: Option<&str>) -> Speaker {
        Speaker {
            service: service.and_then(|name| self.services.index(name)),
            environment: environment.and_then(|name| self.environments.index(name)),
        }
    }

    /// The origin of who speaks; what is not named is the file's own. `None` where there are too many.
    pub(crate) fn get(&mut self, speaker: Speaker) -> Option<&Origin> {
        let speaker = speaker.settled();
        if self.last.0 != speaker {
            self.last = (speaker, self.find(speaker)?);
        }
        Some(&self.last.1)
    }

    fn find(&mut self, speaker: Speaker) -> Option<Origin> {
        if let Some(found) = self.known.get(&speaker) {
            return Some(found.clone());
        }
        let origin = Origin {
            service: self.services.name(speaker.service)?,
            environment: self.environments.name(speaker.environment)?,
        };
        // The file's own is one of them.
        if self.known.len() > ORIGINS_MAX {
            return None;
        }
        self.known.insert(speaker, origin.clone());
        Some(origin)
    }
}

/// Names by their index, the file's own first.
struct Names {
    list: Vec<Arc<str>>,
    by_name: FxHashMap<Arc<str>, NameIndex>,
    last: NameIndex,
}

impl Names {
    fn new(own: &str) -> Self {
        let own: Arc<str> = Arc::from(cut(own));
        Self { list: vec![own.clone()], by_name: [(own, OWN)].into_iter().collect(), last: OWN }
    }

    fn own(&self) -> Arc<str> {
        self.list[0].clone()
    }

    fn name(&self, index: Option<NameIndex>) -> Option<Arc<str>> {
        self.list.get(index.unwrap_or(OWN).0 as usize).cloned()
    }

    fn index(&mut self, name: &str) -> Option<NameIndex> {
        let name = cut(name.trim());
        if name.is_empty() {
            return None;
        }
        if *self.list[self.last.0 as usize] == *name {
            return Some(self.last);
        }
        if let Some(found) = self.by_name.get(name) {
            self.last = *found;
            return Some(self.last);
        }
        if self.list.len() >= NAMES_MAX {
            return Some(REFUSED);
        }
        self.last = NameIndex(self.list.len() as u32);
        let name: Arc<str> = Arc::from(name);
        self.list.push(name.clone());
        self.by_name.insert(name, self.last);
        Some(self.last)
    }
}

/// A name of a service, an environment or a version, up to the limit.
pub(crate) fn cut(text: &str) -> &str {
    let mut end = text.len().min(NAME_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The service that a file's path names: the nearest directory below `root`, skipping names that only
/// sort, else the stem.
pub(crate) fn service_of_path(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).unwrap_or(Path::new(""));
    let directories = below.parent().into_iter().flat_map(Path::components);
    let nearest =
        directories.rev().map(|part| part.as_os_str().to_string_lossy()).find(|name| !only_sorts(name));
    let name = || file.file_name().unwrap_or_default().to_string_lossy();
    nearest.map_or_else(|| of_container(&stem(&name())).to_owned(), Into::into)
}

/// The pod of a container's file as Kubernetes links it, `POD_NAMESPACE_CONTAINER-` and 64 hexadecimal digits, without
/// what changes whenever the pod is made anew; any other stem as it is.
fn of_container(stem: &str) -> &str {
    let is_id = |id: &str| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pod = stem.split_once('_').map(|(pod, _)| pod);
    match stem.rsplit_once('-').filter(|(_, id)| is_id(id)).and(pod) {
        Some(pod) => service_of_pod(pod),
        None => stem,
    }
}

/// Whether a directory's name says nothing about who speaks: `logs`, `2026-01-02`, `17`.
fn only_sorts(name: &str) -> bool {
    let is_kind = ["log", "logs", "metric", "metrics", "trace", "traces"]
        .iter()
        .any(|kind| kind.eq_ignore_ascii_case(name));
    is_kind || is_date_or_number(name)
}

fn is_date_or_number(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.bytes().any(|byte| byte.is_ascii_digit())
        && bytes.all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'T' | b'Z'))
}

/// What says how a file is packed or written.
const ENDINGS: [&str; 18] = [
    ".gz", ".zst", ".bz2", ".xz", ".log", ".txt", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".out",
    ".err", ".old", ".bak", ".prom", ".export", ".logs",
];

/// Whether this is nothing but such endings: `.log.gz`, or nothing at all.
pub(crate) fn are_endings(mut text: &str) -> bool {
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| text.strip_suffix(ending)) {
        text = shorter;
    }
    text.is_empty()
}

/// A file's name without what says how it is packed, written or rotated.
pub(crate) fn stem(file_name: &str) -> String {
    let mut rest = file_name;
    loop {
        let shorter =
            ENDINGS.iter().find_map(|ending| rest.strip_suffix(ending)).or_else(|| without_rotation(rest));
        match shorter {
            Some(shorter) if !shorter.is_empty() => rest = shorter,
            _ => return rest.to_owned(),
        }
    }
}

/// Without `.1`, `.2026-01-02`, `-20260102`, `_2026-01-02_15`.
fn without_rotation(name: &str) -> Option<&str> {
    if let Some((before, last)) = name.rsplit_once('.')
        && is_date_or_number(last)
    {
        return Some(before);
    }
    let numeric = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b':' | b'T');
    let tail = name.bytes().rev().take_while(numeric).count();
    let from = name.len() - tail;
    let tail = &name[from..];
    let digits = tail.bytes().filter(u8::is_ascii_digit).count();
    // Eight digits are a date; `postgresql-15` or `web_2` are names.
    (tail.starts_with(['-', '_']) && digits >= 8).then_some(&name[..from])
}

/// A pod's name without the hashes that its replica set gave it: `checkout-64469b5b48-25zj6`.
pub(crate) fn service_of_pod(pod: &str) -> &str {
    let is_hash = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    };
    let Some((rest, last)) = pod.rsplit_once('-') else { return pod };
    let of_replica_set = rest.rsplit_once('-').filter(|(_, hash)| {
        let (digits, letters) = (|c: u8| c.is_ascii_digit(), |c: u8| c.is_ascii_lowercase());
        // Five digits may be drawn, too; a date and a number may not.
        let is_drawn = hash.bytes().any(letters) || last.bytes().any(letters);
        is_hash(last, 5..=5) && is_hash(hash, 7..=10) && hash.bytes().any(digits) && is_drawn
    });
    if let Some((name, _)) = of_replica_set {
        return name;
    }
    if !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) {
        return rest;
    }
    if !is_hash(last, 5..=5) {
        return pod;
    }
    // A daemon set's pods have one hash; one without digits may be a word.
    if last.bytes().any(|byte| byte.is_ascii_digit()) { rest } else { pod }
}

/// Whether a pod's name has a hash that a set of pods gave it.
pub(crate) fn has_pod_hash(pod: &str) -> bool {
    let service = service_of_pod(pod);
    let is_counted = pod
        .rsplit_once('-')
        .is_some_and(|(rest, last)| rest == service && last.bytes().all(|byte| byte.is_ascii_digit()));
    !is_counted && service != pod
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_path(root: &str, file: &str, expected: &str) {
        assert_eq!(service_of_path(Path::new(root), Path::new(file)), expected);
    }

    #[test]
    fn the_nearest_directory_that_does_more_than_sort_names_the_service() {
        check_path("data", "data/payments/app.log", "payments");
        check_path("data", "data/payments/logs/2026-01-02/app.log", "payments");
        check_path("data", "data/shop/payments/17/app.log", "payments");
        check_path("data", "data/logs/orders.log.2026-01-02.gz", "orders");
        check_path("data/payments", "data/payments/app.log", "app");
        check_path("data/payments/app.log", "data/payments/app.log", "app");
    }

    #[test]
    fn a_stem_has_no_packing_and_no_rotation() {
        for (name, expected) in [
            ("payments.log.2026-01-02.gz", "payments"),
            ("app.log.1", "app"),
            ("app-20260102.log", "app"),
            ("app_2026-01-02.jsonl.zst", "app"),
            ("nova-api.log.1.2017-05-16_13:53:08", "nova-api"),
            ("ec2_cpu_utilization_24ae8d.csv", "ec2_cpu_utilization_24ae8d"),
            ("postgresql-15-main.log", "postgresql-15-main"),
            ("postgresql-15.log", "postgresql-15"),
            (".gz", ".gz"),
            ("-", "-"),
        ] {
            assert_eq!(stem(name), expected, "{name}");
        }
    }

    #[test]
    fn a_pods_hashes_are_no_part_of_its_service() {
        for (pod, expected) in [
            ("ts-order-service-64469b5b48-25zj6", "ts-order-service"),
            ("ts-gateway-service-6f6cfc45b-h5m2n", "ts-gateway-service"),
            ("ts-basic-service-5dc8d4f9fd-46997", "ts-basic-service"),
            ("report-20260101-12345", "report-20260101"),
            ("node-exporter-x7k2p", "node-exporter"),
            ("kafka-0", "kafka"),
            ("checkout", "checkout"),
            ("my-api", "my-api"),
            ("order-store", "order-store"),
        ] {
            assert_eq!(service_of_pod(pod), expected);
        }
    }

    #[test]
    fn what_a_record_does_not_name_is_the_files_own() {
        let mut origins = Origins::new("file", "production");
        let (payments, staging) =
            (origins.of(Some("payments"), Some(" ")), origins.of(None, Some("staging")));
        assert_eq!(origins.of(Some("payments"), None), payments);
        assert_eq!(origins.of(Some("  "), None), Speaker::default());
        let mut told = |speaker| {
            let origin = origins.get(speaker).unwrap();
            format!("{} {}", origin.service, origin.environment)
        };
        assert_eq!(told(Speaker::default()), "file production");
        assert_eq!(told(payments), "payments production");
        assert_eq!(told(staging), "file staging");
        assert_eq!(told(staging.or(payments)), "payments staging");
    }

    #[test]
    fn what_names_the_files_own_is_no_other_origin() {
        let mut origins = Origins::new("file", "production");
        let named = origins.of(Some("file"), None);
        assert_ne!(named, Speaker::default());
        assert_eq!(named.settled(), Speaker::default().settled());
    }

    #[test]
    fn services_beyond_the_limit_are_none_and_no_other() {
        let mut origins = Origins::new("file", "production");
        let heard = (0..ORIGINS_MAX + 5)
            .filter(|number| {
                let speaker = origins.of(Some(&number.to_string()), None);
                origins.get(speaker).is_some()
            })
            .count();
        assert_eq!(heard, ORIGINS_MAX);
        let first = origins.of(Some("0"), None);
        assert_eq!(origins.get(first).map(|origin| origin.service.to_string()).as_deref(), Some("0"));
    }
}
