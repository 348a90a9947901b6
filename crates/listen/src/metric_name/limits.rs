//! Where a series ends: at a limit that is in the nature of its name, or at another series that names it.
//!
//! Two names belong together if they name the same thing but for words of measure. Of the well-known pairs that do not
//! (`pg_stat_database_numbackends` ends at `pg_settings_max_connections`) there is a list; a pair that is not known and shares no word is
//! not found.

use super::words::words;
use super::{label_values, says_left};

/// A limit that a ratio or a percentage has by its nature, or that there is nothing less than nothing.
pub(crate) fn natural_limit(series: &str, largest: f64) -> Option<f64> {
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let words = words(name);
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // Time that is left ends at nothing.
    if says(&["left", "remaining"]) && says(&["days", "hours", "seconds", "certificate", "cert"]) {
        return Some(0.0);
    }
    // A hit ratio near one is no disaster: only what is used up has a limit.
    if !says(USED_UP) {
        return None;
    }
    if says_left(&words, labels) {
        Some(0.0)
    } else if says(&["ratio", "fraction", "utilization", "utilisation"]) && largest <= 1.0 {
        Some(1.0)
    } else if says(&["percent", "pct", "percentage"]) && largest <= 100.0 {
        Some(100.0)
    } else {
        None
    }
}

/// Words of quantities that can be used up.
const USED_UP: &[&str] = &[
    "disk",
    "diskfree",
    "filesystem",
    "fs",
    "pagefile",
    "paging",
    "volume",
    "storage",
    "inode",
    "inodes",
    "memory",
    "mem",
    "memfree",
    "memavailable",
    "freemem",
    "ram",
    "heap",
    "swap",
    "swapfree",
    "pool",
    "connection",
    "connections",
    "fds",
    "descriptor",
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
    /// Its words but for those of measure, sorted, each once.
    things: Vec<String>,
    /// As they are written, without the quotation mark behind them; a limit's without that which says that it is one.
    pub(crate) labels: Vec<&'a str>,
    /// It is told how much is left, which ends at a limit from the other side.
    is_left: bool,
    /// It counts up, and so ends nowhere.
    is_total: bool,
}

impl<'a> NamedThing<'a> {
    pub(crate) fn of(series: &'a str) -> Self {
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let words = words(name);
        let alias = ALIASES.iter().find(|(known, _)| *known == name).map(|(_, things)| *things);
        let named = words.iter().map(String::as_str).filter(|word| !MEASURES.contains(word));
        let mut things: Vec<String> = match alias {
            Some(things) => things.split(' ').map(str::to_owned).collect(),
            None => named.map(|word| singular(word).to_owned()).collect(),
        };
        things.sort_unstable();
        things.dedup();
        let is_left = says_left(&words, labels);
        let labels = labels.trim_end_matches('}').split("\",").map(|label| label.trim_end_matches('"'));
        let labels = labels.filter(|label| !label.is_empty() && !has_state(label, LIMIT_STATES));
        let is_total = words.last().is_some_and(|last| last == "total") && !things.is_empty();
        Self { name: series, things, labels: labels.collect(), is_left, is_total }
    }

    /// Equal for those that measure the same.
    pub(crate) fn things_joined(&self) -> String {
        self.things.join(" ")
    }

    /// Whether `series` ends where this stands: the same things, the same labels, but for words of measure.
    pub(crate) fn ends(&self, series: &NamedThing<'_>) -> bool {
        let shared_labels = self.labels.iter().all(|label| series.labels.contains(label));
        // A limit has no state: that of a disk is the same for what is used and for what is left of it.
        let is_in_use = series.labels.iter().all(|label| {
            !has_state(label, ANY_STATE) || has_state(label, USED_STATES) || self.labels.contains(label)
        });
        self.name != series.name
            && shared_labels
            && is_in_use
            && self.is_left == series.is_left
            && !series.is_total
            && !series.things.is_empty()
            && self.things == series.things
    }
}

/// Whether `limit` names the limit of `series`.
#[cfg(test)]
pub(crate) fn is_limit_of(limit: &str, series: &str) -> bool {
    NamedThing::of(limit).ends(&NamedThing::of(series))
}

/// Keys of labels that say which part of a whole is meant.
pub(super) const STATE_KEYS: &[&str] = &["state", "type", "kind", "conn_type", "usage"];
/// What such a label says of the whole, and of what is taken of it.
pub(super) const LIMIT_STATES: &[&str] = &["hard", "limit", "max", "maximum", "capacity"];
const USED_STATES: &[&str] = &["used", "active", "busy", "in_use", "inuse", "current", "allocated"];
const ANY_STATE: &[&str] = &[];

/// Whether a label says one of these states; with none, whether it says any.
fn has_state(label: &str, states: &[&str]) -> bool {
    label_values(label, STATE_KEYS).any(|value| states.is_empty() || states.contains(&value))
}

/// Plurals name the same thing.
fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|rest| rest.len() >= 3 && !rest.ends_with('s')).unwrap_or(word)
}

/// What well-known names measure that do not say so, as their exporters' documentation has it.
const ALIASES: &[(&str, &str)] = &[
    ("pg_stat_database_numbackends", "pg connection"),
    ("mysql_global_status_threads_connected", "mysql connection"),
    ("redis_connected_clients", "redis client"),
    ("redis_config_maxclients", "redis client"),
    ("redis_config_maxmemory", "redis memory"),
    ("rabbitmq_process_resident_memory_bytes", "rabbitmq memory"),
    ("rabbitmq_resident_memory_limit_bytes", "rabbitmq memory"),
    ("go_memstats_sys_bytes", "go memory"),
    ("go_gc_gomemlimit_bytes", "go memory"),
];

/// Words that say how much of a thing is meant, not which thing.
const MEASURES: &[&str] = &[
    "limit",
    "limits",
    "max",
    "maximum",
    "hard",
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
    "k8s",
    "spec",
    // Where a server tells its settings and its state.
    "config",
    "settings",
    "variables",
    "global",
    "status",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_end_at_one_or_a_hundred_and_what_is_left_at_nothing() {
        let check = |name, largest, expected| assert_eq!(natural_limit(name, largest), expected, "{name}");
        check("system.memory.utilization", 0.8, Some(1.0));
        check("k8s.pod.memory_limit_utilization", 0.4, Some(1.0));
        check("disk_used_percent", 71.0, Some(100.0));
        check("quota_used_ratio", 0.7, Some(1.0));
        check("filesystem_avail_bytes", 1e9, Some(0.0));
        check("node_memory_MemAvailable_bytes", 1e9, Some(0.0));
        check("disk_free_percent", 40.0, Some(0.0));
        check("mem_available_percent", 40.0, Some(0.0));
        check("FreeStorageSpace", 1e9, Some(0.0));
        check("system.filesystem.usage{device=\"sda\",state=\"free\"}", 1e9, Some(0.0));
        check("tls_certificate_days_left", 60.0, Some(0.0));
        check("cache_hit_ratio", 0.9, None);
        check("kube_deployment_status_replicas_available", 3.0, None);
    }

    #[test]
    fn a_limit_belongs_to_what_it_limits() {
        for (limit, series) in [
            ("process_max_fds", "process_open_fds"),
            ("disk_size_bytes{mount=\"/\"}", "disk_used_bytes{mount=\"/\"}"),
            ("memory_limit_bytes", "memory_working_set_bytes"),
            ("jvm.memory.limit{jvm.memory.type=\"heap\"}", "jvm.memory.used{jvm.memory.type=\"heap\"}"),
            (
                "db.client.connections.max{pool=\"a\"}",
                "db.client.connections.usage{pool=\"a\",state=\"used\"}",
            ),
            ("db.client.connection.max", "db.client.connection.count{state=\"used\"}"),
            (
                "system.filesystem.limit{device=\"sda\"}",
                "system.filesystem.usage{device=\"sda\",mountpoint=\"/\",state=\"used\"}",
            ),
            ("k8s_container_memory_limit_bytes", "container_memory_working_set_bytes"),
            ("process_memory_limit_bytes", "process_resident_memory_bytes"),
            ("container_spec_memory_limit_bytes{pod=\"a\"}", "container_memory_working_set_bytes{pod=\"a\"}"),
            (
                "kube_resourcequota{namespace=\"a\",resource=\"pods\",type=\"hard\"}",
                "kube_resourcequota{namespace=\"a\",resource=\"pods\",type=\"used\"}",
            ),
            ("node_filefd_maximum", "node_filefd_allocated"),
            ("node_nf_conntrack_entries_limit", "node_nf_conntrack_entries"),
            ("pg_settings_max_connections", "pg_stat_database_numbackends{datname=\"shop\"}"),
            ("mysql_global_variables_max_connections", "mysql_global_status_threads_connected"),
            ("mysql_global_variables_open_files_limit", "mysql_global_status_open_files"),
            ("redis_config_maxclients", "redis_connected_clients"),
            ("redis_memory_max_bytes", "redis_memory_used_bytes"),
            ("memcached_limit_bytes", "memcached_current_bytes"),
            ("memcached_max_connections", "memcached_current_connections"),
            ("rabbitmq_process_max_fds", "rabbitmq_process_open_fds"),
            ("rabbitmq_resident_memory_limit_bytes", "rabbitmq_process_resident_memory_bytes"),
            ("rabbitmq_disk_space_available_limit_bytes", "rabbitmq_disk_space_available_bytes"),
            ("tomcat_threads_config_max_threads", "tomcat_threads_busy_threads"),
            ("hikaricp_connections_max{pool=\"x\"}", "hikaricp_connections_active{pool=\"x\"}"),
            ("jvm_memory_max_bytes{area=\"heap\"}", "jvm_memory_used_bytes{area=\"heap\"}"),
            ("process_files_max_files", "process_files_open_files"),
            ("process_open_file_descriptor_limit", "process_open_file_descriptor_count"),
            ("process_max_file_descriptors", "process_open_file_descriptors"),
            ("elasticsearch_jvm_memory_max_bytes", "elasticsearch_jvm_memory_used_bytes"),
            ("kubelet_volume_stats_capacity_bytes", "kubelet_volume_stats_used_bytes"),
            ("haproxy_frontend_limit_sessions", "haproxy_frontend_current_sessions"),
            ("windows_pagefile_limit_bytes", "windows_pagefile_usage_bytes"),
            ("storage_quota_limit_bytes", "storage_quota_used_bytes"),
            ("OpenFilesLimit", "OpenFiles"),
        ] {
            assert!(is_limit_of(limit, series), "{limit} {series}");
        }
    }

    #[test]
    fn a_limit_of_another_state_place_or_thing_is_none() {
        for (limit, series) in [
            (
                "db.client.connections.max{pool=\"a\"}",
                "db.client.connections.usage{pool=\"a\",state=\"idle\"}",
            ),
            ("disk_size_bytes{mount=\"/\"}", "disk_used_bytes{mount=\"/var\"}"),
            ("process_max_fds", "memory_working_set_bytes"),
            ("memory_total_bytes", "memory_free_bytes"),
            ("node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"),
            ("memory_limit_bytes", "memory_allocated_bytes_total"),
            ("memory_max_bytes{type=\"heap\"}", "memory_used_bytes{type=\"nonheap\"}"),
        ] {
            assert!(!is_limit_of(limit, series), "{limit} {series}");
        }
    }
}
