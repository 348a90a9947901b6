//! What a metric's name says about how to listen to it, by the conventions of Prometheus and OpenTelemetry.
//!
//! Names are hints: a counter that does not say so is heard as a gauge, and an error that does not say so as
//! any other quantity.

use hark_detect::Direction;

/// Whether it counts bytes, by a word of its name.
pub(crate) fn counts_bytes(name: &str) -> bool {
    let name = name.split('{').next().unwrap_or_default();
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == "bytes")
}

/// How a series is to be heard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Meaning {
    /// A cumulative counter of something ordinary.
    Counter,
    /// A cumulative counter of errors, failures or timeouts.
    ErrorCounter,
    /// A gauge of errors: a rate or ratio.
    ErrorGauge,
    /// A high quantile of a latency.
    TailLatency,
    /// Any other latency.
    Latency,
    /// A moment that comes nearer by itself: only a limit in sight matters.
    Expiry,
    /// A share that is good: only its fall matters.
    Benefit,
    /// A resource in use: less of it harms nobody.
    Use,
    /// A limit, size or capacity, which says where others end.
    Limit,
    /// What is left of something: only its end matters.
    Countdown,
    /// A part of a histogram or summary, or the moment of a start: nothing that is more or less.
    Part,
    /// Anything else.
    Gauge,
}

/// Words that name a limit, whether or not anything is known that ends there.
const LIMITS_BY_THEMSELVES: &[&str] = &["limit", "capacity", "quota"];

impl Meaning {
    /// Reads it from `name{label="value",…}`.
    pub(crate) fn of(series: &str) -> Self {
        Self::read(series, true)
    }

    /// What it is if nothing ends where it stands: the size of a queue and the longest request are quantities as others are.
    pub(crate) fn of_no_limit(series: &str) -> Self {
        let (name, _) = series.split_once('{').unwrap_or((series, ""));
        Self::read(series, words(name).any(|word| LIMITS_BY_THEMSELVES.contains(&word)))
    }

    fn read(series: &str, may_be_limit: bool) -> Self {
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let words: Vec<&str> = words(name).collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
        if ["_bucket", "_created", "_start_time_seconds", "_boot_time_seconds"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            return Self::Part;
        }
        let counter = words.last().is_some_and(|last| ["total", "count", "sum"].contains(last));
        if has(&[
            "error",
            "errors",
            "failed",
            "failure",
            "failures",
            "exceptions",
            "timeouts",
            "5xx",
            "rejected",
        ]) || labels_say_error(labels)
        {
            return if counter { Self::ErrorCounter } else { Self::ErrorGauge };
        }
        if counter {
            return Self::Counter;
        }
        if has(&["expiry", "expires", "expiration", "notafter"]) || name.contains("not_after") {
            return Self::Expiry;
        }
        if has(&["remaining", "left", "ttl", "avail", "available", "free"]) {
            return Self::Countdown;
        }
        let share = has(&["ratio", "percent", "pct", "rate"]);
        if has(&["availability", "uptime"]) || (share && has(&["hit", "hits", "success"])) {
            return Self::Benefit;
        }
        let latency = has(&["latency", "duration", "seconds", "ms", "milliseconds", "time", "wait", "lag"]);
        let tail = labels.contains("quantile=\"0.9") || has(&["p90", "p95", "p99", "p999"]);
        if tail && (latency || has(&["request", "requests", "response", "rpc", "http"])) {
            return Self::TailLatency;
        }
        if has(&["utilization", "utilisation"]) {
            return Self::Use;
        }
        // The most that was ever used is no limit.
        let says_limit = has(LIMITS_BY_THEMSELVES) || has(&["max", "size"]);
        if may_be_limit && says_limit && !name.contains("max_usage") {
            return Self::Limit;
        }
        if latency {
            Self::Latency
        } else if has(IN_USE) {
            Self::Use
        } else {
            Self::Gauge
        }
    }

    /// Whether values only ever grow, but for restarts.
    pub(crate) fn is_cumulative(self) -> bool {
        matches!(self, Self::Counter | Self::ErrorCounter)
    }

    /// Whether a deploy may explain a step: steps in errors or latency are part of the story.
    pub(crate) fn may_be_explained(self) -> bool {
        !matches!(self, Self::ErrorCounter | Self::ErrorGauge | Self::TailLatency | Self::Latency)
    }

    /// Whether movement in this direction can matter: more errors do, and less of what is left.
    pub(crate) fn matters(self, direction: Direction) -> bool {
        match self {
            Self::ErrorCounter | Self::ErrorGauge | Self::TailLatency => direction == Direction::Up,
            Self::Countdown | Self::Benefit => direction == Direction::Down,
            Self::Use => direction == Direction::Up,
            Self::Expiry => false,
            _ => true,
        }
    }
}

/// A limit that a ratio or a percentage has by its nature.
pub(crate) fn natural_limit(series: &str, largest: f64) -> Option<f64> {
    let name = series.split('{').next().unwrap_or(series);
    let says = |list: &[&str]| words(name).any(|word| list.contains(&word));
    // Time that is left ends at nothing.
    if says(&["left", "remaining"]) && says(&["days", "hours", "seconds", "certificate", "cert"]) {
        return Some(0.0);
    }
    // A hit ratio near one is no disaster: only what is used up has a limit.
    if !says(USED_UP) {
        return None;
    }
    if says(&["ratio", "fraction", "utilization", "utilisation"]) && largest <= 1.0 {
        Some(1.0)
    } else if says(&["percent", "pct", "percentage"]) && largest <= 100.0 {
        Some(100.0)
    } else if says(&["avail", "available", "free", "remaining"]) {
        Some(0.0)
    } else {
        None
    }
}

/// Words of resources of which a service may take less without harm.
const IN_USE: &[&str] = &[
    "memory",
    "mem",
    "heap",
    "rss",
    "cpu",
    "load1",
    "load5",
    "load15",
    "threads",
    "goroutines",
    "fds",
    "descriptors",
    "disk",
    "filesystem",
    "swap",
];

/// Words of quantities that can be used up.
const USED_UP: &[&str] = &[
    "disk",
    "filesystem",
    "fs",
    "volume",
    "storage",
    "inode",
    "inodes",
    "memory",
    "mem",
    "heap",
    "swap",
    "pool",
    "connections",
    "fds",
    "descriptors",
    "quota",
    "used",
    "usage",
    "utilization",
    "utilisation",
    "capacity",
    "space",
];

/// A name taken apart: what it measures, and of whom.
pub(crate) struct NamedThing<'a> {
    name: &'a str,
    /// Its words but for those of measure, sorted.
    things: Vec<&'a str>,
    /// As they are written, without the quotation mark behind them.
    pub(crate) labels: Vec<&'a str>,
}

impl<'a> NamedThing<'a> {
    pub(crate) fn of(series: &'a str) -> Self {
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let mut things: Vec<&str> = words(name).filter(|word| !MEASURES.contains(word)).collect();
        things.sort_unstable();
        let labels = labels.trim_end_matches('}').split("\",").map(|label| label.trim_end_matches('"'));
        Self { name: series, things, labels: labels.filter(|label| !label.is_empty()).collect() }
    }

    /// Equal for those that measure the same.
    pub(crate) fn things_joined(&self) -> String {
        self.things.join(" ")
    }

    /// Whether `series` ends where this stands: the same things, the same labels, but for words of measure.
    pub(crate) fn ends(&self, series: &NamedThing<'_>) -> bool {
        // A limit has no state: that of a disk is the same for what is used and for what is left of it.
        let shared_labels = self.labels.iter().all(|label| series.labels.contains(label));
        let is_in_use = series.labels.iter().all(|label| {
            !label.starts_with("state=")
                || ["used", "active", "busy", "in_use"].iter().any(|used| label.ends_with(used))
        });
        self.name != series.name
            && shared_labels
            && is_in_use
            && !series.things.is_empty()
            && self.things == series.things
    }
}

/// Whether `limit` names the limit of `series`.
#[cfg(test)]
pub(crate) fn is_limit_of(limit: &str, series: &str) -> bool {
    NamedThing::of(limit).ends(&NamedThing::of(series))
}

/// Words that say how much of a thing is meant, not which thing.
const MEASURES: &[&str] = &[
    "limit",
    "max",
    "maximum",
    "size",
    "capacity",
    "quota",
    "total",
    "used",
    "usage",
    "use",
    "in",
    "current",
    "open",
    "active",
    "bytes",
    "count",
    "working",
    "set",
    "rss",
    "resident",
    "busy",
    "allocated",
    "usages",
    "limits",
    "k8s",
    "spec",
];

fn labels_say_error(labels: &str) -> bool {
    ["=\"5", "=\"error", "=\"failed", "=\"failure", "=\"timeout"].iter().any(|mark| {
        labels.match_indices(mark).any(|(at, _)| {
            let label = labels[..at].rsplit([',', '{']).next().unwrap_or_default();
            !label.contains("quantile")
                && !label.contains("pod")
                && !label.contains("instance")
                && !label.contains("le")
        })
    })
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_how_to_listen() {
        let check = |series, expected| assert_eq!(Meaning::of(series), expected, "{series}");
        check("http_requests_total", Meaning::Counter);
        check("http_requests_total{status=\"503\"}", Meaning::ErrorCounter);
        check("upstream_errors_total{peer=\"payments\"}", Meaning::ErrorCounter);
        check("http_request_duration_seconds{quantile=\"0.99\"}", Meaning::TailLatency);
        check("request_latency_p99_ms", Meaning::TailLatency);
        check("request_latency_p50_ms", Meaning::Latency);
        check("memory_limit_bytes", Meaning::Limit);
        for (name, lonely) in [
            ("memory_limit_bytes", Meaning::Limit),
            ("redis_queue_size", Meaning::Gauge),
            ("http_server_requests_seconds_max", Meaning::Latency),
        ] {
            assert_eq!((Meaning::of(name), Meaning::of_no_limit(name)), (Meaning::Limit, lonely), "{name}");
        }
        check("tls_certificate_expiry_seconds", Meaning::Expiry);
        check("x509_cert_not_after{subject_CN=\"shop\"}", Meaning::Expiry);
        check("tls_certificate_days_left", Meaning::Countdown);
        check("container_memory_max_usage_bytes", Meaning::Use);
        check("filesystem_avail_bytes", Meaning::Countdown);
        check("cache_hit_ratio", Meaning::Benefit);
        check("memory_working_set_bytes", Meaning::Use);
        check("queue_depth", Meaning::Gauge);
        check("request_seconds_bucket{le=\"5\"}", Meaning::Part);
        check("process_start_time_seconds", Meaning::Part);
        check("node_boot_time_seconds{host=\"a\"}", Meaning::Part);
    }

    #[test]
    fn shares_end_at_one_or_a_hundred_and_what_is_left_at_nothing() {
        assert_eq!(natural_limit("system.memory.utilization", 0.8), Some(1.0));
        assert_eq!(natural_limit("k8s.pod.memory_limit_utilization", 0.4), Some(1.0));
        assert_eq!(natural_limit("disk_used_percent", 71.0), Some(100.0));
        assert_eq!(natural_limit("filesystem_avail_bytes", 1e9), Some(0.0));
        assert_eq!(natural_limit("tls_certificate_days_left", 60.0), Some(0.0));
        assert_eq!(natural_limit("cache_hit_ratio", 0.9), None);
    }

    #[test]
    fn a_limit_belongs_to_what_it_limits() {
        assert!(is_limit_of("process_max_fds", "process_open_fds"));
        assert!(is_limit_of("disk_size_bytes{mount=\"/\"}", "disk_used_bytes{mount=\"/\"}"));
        assert!(is_limit_of("memory_limit_bytes", "memory_working_set_bytes"));
        assert!(is_limit_of(
            "jvm.memory.limit{jvm.memory.type=\"heap\"}",
            "jvm.memory.used{jvm.memory.type=\"heap\"}"
        ));
        assert!(is_limit_of(
            "db.client.connections.max{pool=\"a\"}",
            "db.client.connections.usage{pool=\"a\",state=\"used\"}"
        ));
        assert!(!is_limit_of(
            "db.client.connections.max{pool=\"a\"}",
            "db.client.connections.usage{pool=\"a\",state=\"idle\"}"
        ));
        assert!(is_limit_of(
            "system.filesystem.limit{device=\"sda\"}",
            "system.filesystem.usage{device=\"sda\",mountpoint=\"/\",state=\"used\"}"
        ));
        assert!(is_limit_of("k8s_container_memory_limit_bytes", "container_memory_working_set_bytes"));
        assert!(is_limit_of("process_memory_limit_bytes", "process_resident_memory_bytes"));
        assert!(is_limit_of(
            "container_spec_memory_limit_bytes{pod=\"a\"}",
            "container_memory_working_set_bytes{pod=\"a\"}"
        ));
        assert!(!is_limit_of("disk_size_bytes{mount=\"/\"}", "disk_used_bytes{mount=\"/var\"}"));
        assert!(!is_limit_of("process_max_fds", "memory_working_set_bytes"));
    }
}
