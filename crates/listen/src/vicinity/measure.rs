//! What a series says of a service's requests: how many, how long, how many in vain.
//!
//! Names are hints, as in [`crate::metric_name`]; what they do not say is not guessed. Series of calls to others are about
//! those others, and left out.

use crate::metric_name::{Meaning, words};

/// A quantity of requests that a service answered, by how it is told. The order is that of trust among those of one quantity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum Measure {
    /// Requests a minute, from spans.
    RequestsTraced,
    /// Requests a minute, from a counter.
    RequestsCounted,
    /// Requests a minute, from a rate.
    RequestsRated,
    /// Requests in each interval of the series.
    Requests,
    /// Seconds that all requests of a minute took, from spans.
    SecondsTraced,
    /// Seconds that all requests of a minute took, from a counter.
    SecondsCounted,
    /// Seconds that a request took, on average.
    SecondsMean,
    /// Seconds that half of the requests took at most.
    SecondsMedian,
    /// Seconds that nearly all requests took at most.
    SecondsTail,
    /// Failures a minute, from spans.
    FailuresTraced,
    /// Failures a minute, from a counter.
    FailuresCounted,
    /// The share of requests that failed.
    FailureShare,
    /// The share of requests that did not fail, or the percentage.
    SuccessShare,
    /// Failures in each interval of the series.
    Failures,
}

impl Measure {
    /// Whether values only ever grow.
    pub(super) fn is_cumulative(self) -> bool {
        matches!(self, Self::RequestsCounted | Self::SecondsCounted | Self::FailuresCounted)
    }
}

const REQUESTS: &[&str] = &["requests", "request", "calls", "invocations", "workload", "throughput"];
const REQUESTS_A_SECOND: &[&str] = &["rps", "qps"];
const DURATIONS: &[&str] = &["latency", "duration", "response"];
const TAILS: &[&str] = &["p90", "p95", "p99", "p999"];
const SHARES: &[&str] = &["ratio", "percent", "pct", "rate", "share"];
/// Words of a name, and keys of labels, that tell of calls to others.
const CALLING: &[&str] = &["client", "upstream", "outgoing", "outbound", "egress", "downstream"];
const CALLED: &[&str] =
    &["upstream", "peer", "peer_service", "callee", "destination", "downstream", "server_address"];

/// What a series measures, with the factor that makes its values seconds, requests a minute, or shares.
pub(super) fn measures(series: &str) -> Vec<(Measure, f64)> {
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let words: Vec<String> = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(CALLING) || names_called(labels) {
        return Vec::new();
    }
    let last = words.last().map_or("", String::as_str);
    let (requests, durations) = (has(REQUESTS), has(DURATIONS));
    let seconds = if has(&["ms", "milliseconds", "millis"]) {
        1e-3
    } else if has(&["us", "micros", "microseconds"]) {
        1e-6
    } else {
        1.0
    };
    match Meaning::of(series) {
        // Of those that are counted by status only the ones that failed are errors, and all are requests.
        Meaning::ErrorCounter if requests => {
            vec![(Measure::RequestsCounted, 1.0), (Measure::FailuresCounted, 1.0)]
        }
        Meaning::ErrorCounter => vec![(Measure::FailuresCounted, 1.0)],
        Meaning::ErrorGauge if has(SHARES) => {
            let factor = if has(&["percent", "pct"]) { 1e-2 } else { 1.0 };
            vec![(Measure::FailureShare, factor)]
        }
        Meaning::ErrorGauge => vec![(Measure::Failures, 1.0)],
        Meaning::Counter if durations && last == "sum" => vec![(Measure::SecondsCounted, seconds)],
        Meaning::Counter if (durations && last == "count") || (requests && !durations) => {
            vec![(Measure::RequestsCounted, 1.0)]
        }
        Meaning::Benefit if has(&["availability", "success"]) => vec![(Measure::SuccessShare, 1.0)],
        Meaning::TailLatency => vec![(Measure::SecondsTail, seconds)],
        Meaning::Latency if has(&["p50", "median"]) || labels.contains("quantile=\"0.5\"") => {
            vec![(Measure::SecondsMedian, seconds)]
        }
        Meaning::Latency if durations => vec![(Measure::SecondsMean, seconds)],
        Meaning::Gauge if durations && has(TAILS) => vec![(Measure::SecondsTail, seconds)],
        Meaning::Gauge if durations && has(&["p50", "median"]) => vec![(Measure::SecondsMedian, seconds)],
        Meaning::Gauge if durations => vec![(Measure::SecondsMean, seconds)],
        Meaning::Gauge if has(&["availability", "success"]) && has(SHARES) => {
            vec![(Measure::SuccessShare, 1.0)]
        }
        Meaning::Gauge if has(REQUESTS_A_SECOND) => vec![(Measure::RequestsRated, 60.0)],
        Meaning::Gauge if requests => vec![(Measure::Requests, 1.0)],
        _ => Vec::new(),
    }
}

fn names_called(labels: &str) -> bool {
    labels.split("\",").filter_map(|label| label.split_once("=\"")).any(|(key, _)| CALLED.contains(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_measured() {
        let check = |series, expected: &[(Measure, f64)]| assert_eq!(measures(series), expected, "{series}");
        check("requests", &[(Measure::Requests, 1.0)]);
        check("http_requests_total{status=\"200\"}", &[(Measure::RequestsCounted, 1.0)]);
        check(
            "http_requests_total{status=\"503\"}",
            &[(Measure::RequestsCounted, 1.0), (Measure::FailuresCounted, 1.0)],
        );
        check("http_request_duration_seconds_sum", &[(Measure::SecondsCounted, 1.0)]);
        check("http_request_duration_seconds_count", &[(Measure::RequestsCounted, 1.0)]);
        check("http_request_duration_seconds_bucket{le=\"5\"}", &[]);
        check("latency_mean_seconds", &[(Measure::SecondsMean, 1.0)]);
        check("request_latency_p99_ms", &[(Measure::SecondsTail, 1e-3)]);
        check("latency_p50_seconds", &[(Measure::SecondsMedian, 1.0)]);
        check("availability", &[(Measure::SuccessShare, 1.0)]);
        check("error_percent", &[(Measure::FailureShare, 1e-2)]);
        check("cache_hit_ratio", &[]);
        check("client_requests{upstream=\"mail\"}", &[]);
        check("requests{peer=\"mail\"}", &[]);
        check("rps", &[(Measure::RequestsRated, 60.0)]);
        check("cpu_usage_percent", &[]);
        check("PodServerLatencyP90(s)", &[(Measure::SecondsTail, 1.0)]);
        check("PodSuccessRate(%)", &[(Measure::SuccessShare, 1.0)]);
        check("PodClientLatencyP90(s)", &[]);
        check("queue_depth", &[]);
    }
}
