//! What a metric's name says about how to listen to it, by the conventions of Prometheus, its exporters, and OpenTelemetry.
//!
//! A name is told by its words ([`words`]), and by labels that say which part of a whole is meant. Names are hints: a counter that does not
//! say so is heard as a gauge until it shows that it only ever rises, a gauge that ends in `count` as a counter until it falls
//! (`metric_subject/conduct.rs`), and an error that does not say so as any other quantity.

mod limits;
#[cfg(test)]
mod tests;
mod words;

use hark_detect::Direction;

#[cfg(test)]
pub(crate) use limits::is_limit_of;
pub(crate) use limits::{NamedThing, natural_limit};
pub(crate) use words::words;

use limits::{LIMIT_STATES, STATE_KEYS};

/// Whether it counts bytes, by a word of its name.
pub(crate) fn counts_bytes(name: &str) -> bool {
    words(name.split('{').next().unwrap_or_default()).iter().any(|word| word == "bytes")
}

/// How many seconds one of it is, if a word of its name says that it tells how long something takes or took.
pub(crate) fn seconds_of_one(name: &str) -> Option<f64> {
    let words = words(name.split('{').next().unwrap_or_default());
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(&["per", "rate", "ratio", "count", "timestamp", "time"])
        && !has(&["duration", "latency", "response"])
    {
        return None;
    }
    [("seconds", 1.0), ("milliseconds", 1e-3), ("millis", 1e-3), ("ms", 1e-3), ("microseconds", 1e-6)]
        .into_iter()
        .find_map(|(unit, seconds)| has(&[unit]).then_some(seconds))
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
    /// A moment that has passed: heard as how long ago it was, and only more of that matters.
    Moment,
    /// A share that is good: only its fall matters.
    Benefit,
    /// A resource in use: less of it harms nobody.
    Use,
    /// A limit, size or capacity, which says where others end.
    Limit,
    /// What is left of something: only its end matters.
    Countdown,
    /// A part of a histogram or summary, the moment of a start or the time since: nothing that is more or less.
    Part,
    /// Anything else.
    Gauge,
}

/// Words that name a limit, whether or not anything is known that ends there.
const LIMITS_BY_THEMSELVES: &[&str] = &["limit", "limits", "capacity", "quota"];
/// Words of what is taken of something, or of its share: with one of these no name is that of a limit.
const TAKEN: &[&str] =
    &["used", "usage", "utilization", "utilisation", "ratio", "percent", "pct", "percentage"];
/// Words of what is left of something.
pub(crate) const LEFT: &[&str] = &[
    "remaining",
    "left",
    "ttl",
    "avail",
    "available",
    "free",
    "freeable",
    "headroom",
    "memfree",
    "memavailable",
    "freemem",
    "swapfree",
    "diskfree",
];
const ERRORS: &[&str] = &[
    "error",
    "errors",
    "err",
    "errs",
    "fail",
    "fails",
    "failed",
    "failure",
    "failures",
    "exception",
    "exceptions",
    "timeouts",
    "5xx",
    "rejected",
    "rejections",
];
/// Things that are there: how many of them is no count of events.
const COUNTABLE: &[&str] = &[
    "thread",
    "threads",
    "connection",
    "connections",
    "descriptor",
    "descriptors",
    "fd",
    "fds",
    "file",
    "files",
    "class",
    "buffer",
    "process",
    "processes",
    "processor",
    "goroutine",
    "goroutines",
    "cpu",
    "core",
    "replica",
    "replicas",
    "partition",
    "partitions",
    "pod",
    "node",
    "instance",
    "broker",
    "controller",
    "worker",
    "consumer",
    "member",
    "session",
    "object",
    "key",
    "table",
    "row",
    "document",
    "topic",
    "queue",
    "backlog",
    "assembly",
    "timer",
];
/// Counters of PostgreSQL's and MySQL's exporters, which bear the servers' own names.
const KNOWN_COUNTERS: &[&str] = &[
    "pg_stat_database_xact_commit",
    "pg_stat_database_xact_rollback",
    "pg_stat_database_deadlocks",
    "pg_stat_database_conflicts",
    "pg_stat_database_temp_files",
    "pg_stat_database_temp_bytes",
    "pg_stat_database_blks_read",
    "pg_stat_database_blks_hit",
    "pg_stat_database_tup_returned",
    "pg_stat_database_tup_fetched",
    "pg_stat_database_tup_inserted",
    "pg_stat_database_tup_updated",
    "pg_stat_database_tup_deleted",
    "mysql_global_status_queries",
    "mysql_global_status_questions",
    "mysql_global_status_slow_queries",
    "mysql_global_status_connections",
    "mysql_global_status_aborted_clients",
    "mysql_global_status_aborted_connects",
    "mysql_global_status_bytes_received",
    "mysql_global_status_bytes_sent",
];
/// Words of resources of which a service may take less without harm.
const IN_USE: &[&str] = &[
    "memory",
    "mem",
    "ram",
    "heap",
    "rss",
    "cpu",
    "load1",
    "load5",
    "load15",
    "thread",
    "threads",
    "goroutine",
    "goroutines",
    "fds",
    "filefd",
    "descriptor",
    "descriptors",
    "disk",
    "filesystem",
    "pagefile",
    "swap",
    "used",
    "usage",
];

/// What else than its name is known of a series.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Nothing,
    /// Nothing ends where it stands.
    NoLimit,
    /// It falls as no counter does.
    NoCounter,
}

impl Meaning {
    /// Reads it from `name{label="value",…}`.
    pub(crate) fn of(series: &str) -> Self {
        Self::read(series, Known::Nothing)
    }

    /// What it is if nothing ends where it stands: the size of a queue and the longest request are quantities as others are.
    pub(crate) fn of_no_limit(series: &str) -> Self {
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let is_limit = words(name).iter().any(|word| LIMITS_BY_THEMSELVES.contains(&word.as_str()));
        let is_limit =
            is_limit || label_values(labels, STATE_KEYS).any(|value| LIMIT_STATES.contains(&value));
        Self::read(series, if is_limit { Known::Nothing } else { Known::NoLimit })
    }

    /// What it is if it does not count up, whatever its name ends in.
    pub(crate) fn of_no_counter(series: &str) -> Self {
        Self::read(series, Known::NoCounter)
    }

    fn read(series: &str, known: Known) -> Self {
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let words = words(name);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let share = has(&["ratio", "percent", "pct", "percentage", "rate"]);
        if is_part(&words) || (has(&["uptime"]) && !share) {
            return Self::Part;
        }
        let counter = known != Known::NoCounter && is_counter(name, &words);
        let left = says_left(&words, labels) && !counter;
        if !left && (has(ERRORS) || (counter && has(&["timeout"])) || labels_say_error(labels)) {
            return if counter { Self::ErrorCounter } else { Self::ErrorGauge };
        }
        if counter {
            return Self::Counter;
        }
        let not_after = words.windows(2).any(|pair| pair == ["not", "after"]);
        if not_after || has(&["expiry", "expire", "expires", "expiration", "notafter"]) {
            return Self::Expiry;
        }
        if left {
            // The least that is to be left is where others end.
            return if has(&["limit", "watermark"]) { Self::Limit } else { Self::Countdown };
        }
        if has(&["availability", "uptime"]) || (share && has(&["hit", "hits", "success"])) {
            return Self::Benefit;
        }
        let latency = has(&["latency", "duration", "seconds", "ms", "milliseconds", "time", "wait", "lag"]);
        let tail = labels.contains("quantile=\"0.9") || has(&["p90", "p95", "p99", "p999"]);
        if tail && (latency || has(&["request", "requests", "response", "rpc", "http"])) {
            return Self::TailLatency;
        }
        let is_last =
            has(&["last"]) && has(&["time", "success", "successful", "schedule", "run", "completion"]);
        if has(&["timestamp", "mtime"]) || (is_last && latency && !has(&["duration", "latency", "response"]))
        {
            return Self::Moment;
        }
        if has(&["utilization", "utilisation"]) {
            return Self::Use;
        }
        if known != Known::NoLimit && says_limit(&words, labels) {
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
            Self::ErrorCounter | Self::ErrorGauge | Self::TailLatency | Self::Moment => {
                direction == Direction::Up
            }
            Self::Countdown | Self::Benefit => direction == Direction::Down,
            Self::Use => direction == Direction::Up,
            Self::Expiry => false,
            _ => true,
        }
    }
}

/// A part of a histogram, or the moment at which something came to be.
fn is_part(words: &[String]) -> bool {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    words.last().is_some_and(|last| ["bucket", "created"].contains(&last.as_str()))
        || (has(&["start", "started", "boot", "birth", "creation"])
            && has(&["time", "timestamp"])
            && !has(&["duration", "latency"]))
}

/// Whether it says that it counts up. `.count` is how OpenTelemetry calls what is there, `Count` how the clouds call a period's events, and
/// `_count` how Prometheus calls all events of a histogram; of those who write underscores for dots only the thing that is counted tells.
fn is_counter(name: &str, words: &[String]) -> bool {
    let before_last = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    match words.last().map(String::as_str) {
        Some("total") => !TOTALS.contains(&before_last),
        Some("sum") => true,
        Some("count") => {
            let set_apart = name[..name.len() - "count".len()].chars().next_back();
            set_apart.is_none_or(|letter| letter != '.' && !letter.is_ascii_alphanumeric())
                && !COUNTABLE.contains(&before_last)
        }
        _ => KNOWN_COUNTERS.contains(&name),
    }
}

/// Things of which the total is all that there is.
const TOTALS: &[&str] =
    &["memory", "mem", "ram", "heap", "swap", "disk", "space", "storage", "capacity", "inodes", "fds"];

/// Whether it is told where something ends.
fn says_limit(words: &[String], labels: &str) -> bool {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if label_values(labels, STATE_KEYS).any(|value| LIMIT_STATES.contains(&value)) {
        return true;
    }
    // The most that was ever used is no limit, and neither is what is taken of one.
    if has(TAKEN) || label_values(labels, STATE_KEYS).any(|value| TAKEN.contains(&value)) {
        return false;
    }
    has(LIMITS_BY_THEMSELVES)
        || has(&["max", "maximum", "size", "maxclients", "maxmemory", "gomemlimit", "allocatable"])
        || (has(&["total", "memtotal", "swaptotal"]) && has(TOTALS))
}

/// Whether it is told what is left of something.
fn says_left(words: &[String], labels: &str) -> bool {
    words.iter().any(|word| LEFT.contains(&word.as_str()))
        || label_values(labels, STATE_KEYS)
            .any(|value| ["free", "available", "avail", "unused"].contains(&value))
}

/// The values of labels with one of these keys.
fn label_values<'a>(labels: &'a str, keys: &'static [&str]) -> impl Iterator<Item = &'a str> {
    labels
        .split("\",")
        .filter_map(|label| label.split_once("=\""))
        .filter(|(key, _)| keys.contains(key))
        .map(|(_, value)| value.trim_end_matches('}').trim_end_matches('"'))
}

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
