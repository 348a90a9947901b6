//! Which series a service exports.

use crate::plan::Stepped;
use crate::shop::{Language, Service};

/// One series and how it behaves.
pub(super) struct Series {
    pub(super) name: &'static str,
    /// Besides the service.
    pub(super) labels: Vec<(&'static str, String)>,
    pub(super) decimals: u32,
    pub(super) model: Model,
    /// How much a harmless spike adds, as a share.
    pub(super) spikes: f64,
    /// How much an outage adds, as a share.
    pub(super) hurts: f64,
    /// It cannot be more than this.
    pub(super) most: f64,
}

/// How a series behaves.
#[derive(Clone, Copy)]
pub(super) enum Model {
    Constant(f64),
    /// A level, how much of the load it follows, and its deviation as a share of the level.
    Gauge {
        level: f64,
        gain: f64,
        deviation: f64,
    },
    /// Per step at a load of 1, and how much an outage adds as a share.
    Counter {
        per_step: f64,
        hurt: f64,
    },
    RetryCounter,
    Heap {
        live: f64,
    },
    Disk {
        size: f64,
    },
    Replicas,
    CpuPerReplica,
    CacheRatio {
        level: f64,
    },
    Certificate,
    StartTime,
}

impl Series {
    fn new(name: &'static str, decimals: u32, model: Model) -> Self {
        Self { name, labels: Vec::new(), decimals, model, spikes: 0.0, hurts: 0.0, most: f64::INFINITY }
    }

    pub(super) fn gauge(name: &'static str, level: f64, gain: f64, deviation: f64) -> Self {
        let decimals = if level < 2.0 { 4 } else { u32::from(level < 1_000.0) };
        Self::new(name, decimals, Model::Gauge { level, gain, deviation })
    }

    fn counter(name: &'static str, per_step: f64) -> Self {
        Self::new(name, 0, Model::Counter { per_step, hurt: 0.0 })
    }

    fn label(mut self, name: &'static str, value: &str) -> Self {
        self.labels.push((name, value.to_owned()));
        self
    }

    fn troubled(self, spikes: f64, hurts: f64) -> Self {
        Self { spikes, hurts, ..self }
    }

    /// Name and labels, for chance of its own.
    pub(super) fn key(&self) -> String {
        self.labels.iter().fold(self.name.to_owned(), |key, (_, value)| key + " " + value)
    }

    /// The value of the last label, or nothing.
    pub(super) fn detail(&self) -> &str {
        self.labels.last().map_or("", |(_, value)| value)
    }

    /// Which harmless step moves it.
    pub(super) fn stepped(&self) -> Option<Stepped> {
        match self.name {
            "container_memory_working_set_bytes" => Some(Stepped::Memory),
            "process_threads" => Some(Stepped::Threads),
            "process_open_fds" => Some(Stepped::Descriptors),
            _ => None,
        }
    }
}

/// All series of a service.
pub(super) fn of(service: &Service) -> Vec<Series> {
    // Sizes differ by service in a way that nothing else depends on.
    let size = 0.7 + service.share * 4.0;
    let mut all = requests(size);
    all.extend(resources(service, size));
    all.extend(edges(service, size));
    all.push(business(service));
    all
}

fn requests(size: f64) -> Vec<Series> {
    let requests = |code, per_step, hurt| {
        let model = Model::Counter { per_step, hurt };
        Series::new("http_requests_total", 0, model).label("code", code)
    };
    let latency = |quantile, level, deviation, hurts| {
        Series::gauge("http_request_duration_seconds", level, 0.16, deviation)
            .label("quantile", quantile)
            .troubled(0.8, hurts)
    };
    vec![
        requests("2xx", 5_200.0 * size, -0.6),
        requests("4xx", 90.0 * size, 0.5),
        requests("5xx", 3.0 * size, 500.0),
        latency("0.5", 0.031 * size, 0.05, 2.0),
        latency("0.95", 0.118 * size, 0.08, 6.0),
        latency("0.99", 0.262 * size, 0.11, 9.0),
        Series::counter("network_receive_bytes_total", 2.1e7 * size),
        Series::counter("network_transmit_bytes_total", 6.4e7 * size),
        Series::gauge("http_requests_in_flight", 14.0 * size, 0.8, 0.12).troubled(0.7, 8.0),
        Series::new("tls_certificate_expiry_seconds", 0, Model::Certificate),
    ]
}

fn resources(service: &Service, size: f64) -> Vec<Series> {
    let memory = 1.1e9 * size;
    let limit = super::memory_limit(memory);
    let threads = if service.language == Language::Go { "go_goroutines" } else { "process_threads" };
    vec![
        Series::new("container_cpu_usage_cores", 4, Model::CpuPerReplica),
        Series {
            most: limit,
            ..Series::gauge(
                "container_memory_working_set_bytes",
                memory,
                0.01,
                crate::story::MEMORY_DEVIATION,
            )
        },
        Series::new("container_memory_limit_bytes", 0, Model::Constant(limit.round())),
        Series::new("heap_used_bytes", 0, Model::Heap { live: 3.1e8 * size }),
        Series::counter("gc_pause_milliseconds_total", 420.0 * size),
        Series::new("deployment_replicas", 0, Model::Replicas),
        Series::gauge(threads, 64.0 * size, 0.15, 0.04).troubled(0.2, 1.5),
        Series::gauge("process_open_fds", 310.0 * size, 0.2, 0.04).troubled(0.2, 1.0),
        Series::new("process_max_fds", 0, Model::Constant(65_536.0)),
        Series::new("process_start_time_seconds", 0, Model::StartTime),
        Series {
            most: 60.0,
            ..Series::gauge("db_pool_connections_active", 13.0, 0.7, 0.1).troubled(0.6, 5.0)
        },
        Series::new("db_pool_connections_max", 0, Model::Constant(60.0)),
        Series::gauge("queue_depth", 21.0 * size, 0.9, 0.2).troubled(1.5, 20.0),
        Series::new("cache_hit_ratio", 4, Model::CacheRatio { level: 0.91 }),
        Series::new("disk_used_bytes", 0, Model::Disk { size: 2e11 }).label("mount", "/data"),
        Series::new("disk_size_bytes", 0, Model::Constant(2e11)).label("mount", "/data"),
    ]
}

fn edges(service: &Service, size: f64) -> Vec<Series> {
    let mut edges = Vec::new();
    for callee in &service.calls {
        edges.push(Series::counter("upstream_requests_total", 1_300.0 * size).label("upstream", callee));
        edges.push(Series::new("upstream_retries_total", 0, Model::RetryCounter).label("upstream", callee));
        edges.push(
            Series::gauge("upstream_request_duration_p99_seconds", 0.2, 0.15, 0.1)
                .label("upstream", callee)
                .troubled(0.7, 5.0),
        );
    }
    edges
}

fn business(service: &Service) -> Series {
    let (name, per_step) = match service.name {
        "storefront" => ("pages_rendered_total", 4_800.0),
        "search" => ("searches_total", 1_900.0),
        "basket" => ("basket_items_added_total", 310.0),
        "checkout" => ("orders_placed_total", 42.0),
        "payments" => ("payments_captured_total", 41.0),
        "inventory" => ("stock_reservations_total", 55.0),
        "shipping" => ("parcels_announced_total", 38.0),
        _ => ("logins_total", 160.0),
    };
    Series::new(name, 0, Model::Counter { per_step, hurt: -0.7 })
}
