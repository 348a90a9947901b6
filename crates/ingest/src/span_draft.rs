//! A span while it is being put together: what its attributes mean by OpenTelemetry's conventions, new and old
//! (<https://opentelemetry.io/docs/specs/semconv/>), and by those of OpenTracing before them.
//!
//! Of several attributes with one meaning the best known wins, whatever their order. Only attributes with a meaning are
//! kept, each cut at a limit, so that a span takes the same room whatever it carries.

use hark_event::{Moment, Peer, PeerKind, SpanKind};

use crate::json::Scalar;
use crate::origin::Speaker;

/// The texts of a span that is complete.
pub(crate) struct SpanParts<'a> {
    pub(crate) peer: Option<Peer<'a>>,
    pub(crate) operation: &'a str,
    pub(crate) version: Option<&'a str>,
}

/// Longer values are cut.
const TEXT_BYTES_MAX: usize = 200;
/// Status codes from here on are failures of the one who answers.
const HTTP_ERROR_MIN: i64 = 500;
/// gRPC's codes for failures that the caller is not to blame for.
const GRPC_ERRORS: [i64; 6] = [2, 4, 8, 13, 14, 15];

/// A span in the making.
#[derive(Debug, Default)]
pub(crate) struct SpanDraft {
    /// When it began and ended.
    pub(crate) time: Option<(Moment, Moment)>,
    /// Who performed it.
    pub(crate) origin: Speaker,
    /// Its name.
    pub(crate) operation: String,
    /// On which side of a call it stands.
    pub(crate) kind: SpanKind,
    /// Whether its status says that it failed.
    pub(crate) is_error: bool,
    /// Whether its status says that it did not.
    pub(crate) is_ok: bool,
    /// Hashes of its trace's, its own and its parent's identifiers.
    pub(crate) trace: u64,
    pub(crate) id: u64,
    pub(crate) parent: Option<u64>,
    /// The version of the service; empty if none is told.
    pub(crate) version: String,
    /// Its line.
    pub(crate) line: u64,
    named: [Named; NAMES],
    is_failed_call: bool,
    is_retry: bool,
    peer: String,
}

/// The best value of a meaning so far, and its rank: the lower the better.
#[derive(Debug, Default)]
struct Named {
    rank: u8,
    text: String,
}

/// What texts are kept.
#[derive(Clone, Copy)]
enum Name {
    PeerService,
    DatabaseSystem,
    Database,
    QueueSystem,
    Queue,
    Host,
    RpcService,
    Route,
    Method,
}

const NAMES: usize = 9;

impl SpanDraft {
    /// Empties it for the next span; the memory is kept.
    pub(crate) fn clear(&mut self) {
        let mut cleared = Self { peer: std::mem::take(&mut self.peer), ..Self::default() };
        cleared.operation = std::mem::take(&mut self.operation);
        cleared.version = std::mem::take(&mut self.version);
        cleared.named = std::mem::take(&mut self.named);
        cleared.operation.clear();
        cleared.version.clear();
        cleared.named.iter_mut().for_each(|named| named.text.clear());
        *self = cleared;
    }

    /// Takes an attribute, if it means something.
    pub(crate) fn attribute(&mut self, key: &str, value: Scalar<'_>) {
        match key {
            "peer.service" | "service.peer.name" => self.name(Name::PeerService, 0, value),
            "db.system.name" => self.name(Name::DatabaseSystem, 0, value),
            "db.system" => self.name(Name::DatabaseSystem, 1, value),
            "db.type" => self.name(Name::DatabaseSystem, 2, value),
            "db.namespace" => self.name(Name::Database, 0, value),
            "db.name" => self.name(Name::Database, 1, value),
            "db.instance" => self.name(Name::Database, 2, value),
            "messaging.system" => self.name(Name::QueueSystem, 0, value),
            "messaging.destination.template" => self.name(Name::Queue, 0, value),
            "messaging.destination.name" => self.name(Name::Queue, 1, value),
            "messaging.destination" | "message_bus.destination" => self.name(Name::Queue, 2, value),
            "server.address" => self.name(Name::Host, 0, value),
            "net.peer.name" | "peer.hostname" => self.name(Name::Host, 1, value),
            "url.full" | "http.url" => self.name(Name::Host, 2, value),
            "http.host" | "peer.address" => self.name(Name::Host, 3, value),
            "network.peer.address" | "net.sock.peer.name" | "net.peer.ip" | "net.sock.peer.addr" => {
                self.name(Name::Host, 4, value);
            }
            "rpc.service" => self.name(Name::RpcService, 0, value),
            "http.route" => self.name(Name::Route, 0, value),
            "http.request.method" => self.name(Name::Method, 0, value),
            "http.method" => self.name(Name::Method, 1, value),
            "http.request.resend_count" | "http.resend_count" | "retry.count" | "retry_count" => {
                self.is_retry |= number(value).is_some_and(|count| count > 0);
            }
            "retry" | "is_retry" => self.is_retry |= is_true(value),
            "http.response.status_code" | "http.status_code" => {
                self.is_failed_call |= number(value).is_some_and(|code| code >= HTTP_ERROR_MIN);
            }
            "rpc.grpc.status_code" | "rpc.response.status_code" => {
                self.is_failed_call |= number(value).is_some_and(|code| GRPC_ERRORS.contains(&code));
            }
            "error" => self.is_error |= value.text().map_or(is_true(value), |text| text != "false"),
            "otel.status_code" => self.is_error |= value.text() == Some("ERROR"),
            "span.kind" => {
                if let Some(kind) = value.text().and_then(kind_of) {
                    self.kind = kind;
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, name: Name, rank: u8, value: Scalar<'_>) {
        let named = &mut self.named[name as usize];
        if let Some(text) = value.text().map(str::trim).filter(|text| !text.is_empty())
            && (named.text.is_empty() || rank < named.rank)
        {
            named.rank = rank;
            named.text.clear();
            named.text.push_str(cut(text));
        }
    }

    fn named(&self, name: Name) -> Option<&str> {
        Some(self.named[name as usize].text.as_str()).filter(|text| !text.is_empty())
    }

    /// Takes a name that is no attribute: Zipkin's remote endpoint.
    pub(crate) fn peer_service(&mut self, name: &str) {
        self.name(Name::PeerService, 0, Scalar::Text(name));
    }

    /// Takes an address that is no attribute.
    pub(crate) fn peer_address(&mut self, address: &str) {
        self.name(Name::Host, 4, Scalar::Text(address));
    }

    /// Whether it failed: by its status, else by the code of its answer.
    pub(crate) fn failed(&self) -> bool {
        self.is_error || (!self.is_ok && self.is_failed_call)
    }

    /// Whether it says that this was tried before.
    pub(crate) fn says_retry(&self) -> bool {
        self.is_retry
    }

    /// Names the operation by its route where its own name says the method alone, and cuts what is too long.
    pub(crate) fn complete_operation(&mut self) {
        let is_method = self.operation.is_empty()
            || self.named(Name::Method).is_some_and(|method| self.operation.eq_ignore_ascii_case(method))
            || self
                .operation
                .strip_prefix("HTTP ")
                .is_some_and(|method| self.named(Name::Method) == Some(method));
        if let (true, Some(route)) = (is_method, self.named(Name::Route)) {
            let method = self.named(Name::Method).unwrap_or_default();
            self.operation = format!("{method} {route}").trim_start().to_owned();
        }
        let length = cut(&self.operation).len();
        self.operation.truncate(length);
    }

    /// Its texts, once it is complete.
    pub(crate) fn parts(&mut self) -> SpanParts<'_> {
        let kind = self.write_peer();
        SpanParts {
            peer: kind.map(|kind| Peer { kind, name: &self.peer }),
            operation: &self.operation,
            version: Some(self.version.as_str()).filter(|version| !version.is_empty()),
        }
    }

    /// Writes down whom it calls, or whose message it takes.
    fn write_peer(&mut self) -> Option<PeerKind> {
        let calls = self.kind.is_outgoing()
            || (self.kind == SpanKind::Internal
                && (self.named(Name::DatabaseSystem).is_some() || self.named(Name::PeerService).is_some()));
        let has_queue = self.named(Name::QueueSystem).is_some() || self.named(Name::Queue).is_some();
        let takes = self.kind == SpanKind::Consumer && has_queue;
        if !calls && !takes {
            return None;
        }
        let host = self.named(Name::Host).map(|text| host(text).to_owned());
        let mut peer = std::mem::take(&mut self.peer);
        peer.clear();
        let kind = if has_queue {
            write_system(
                &mut peer,
                self.named(Name::QueueSystem).unwrap_or("queue"),
                self.named(Name::Queue),
            );
            PeerKind::Queue
        } else if let Some(system) = self.named(Name::DatabaseSystem) {
            let name = self.named(Name::Database).or(host.as_deref().filter(|host| !is_address(host)));
            write_system(&mut peer, system, name.or(self.named(Name::PeerService)));
            PeerKind::Database
        } else if let Some(service) = self.named(Name::PeerService) {
            peer.push_str(service);
            PeerKind::Service
        } else if let Some(host) = host.as_deref().filter(|host| !is_address(host)) {
            peer.push_str(host);
            PeerKind::Host
        } else if let Some(service) = self.named(Name::RpcService) {
            peer.push_str(service);
            PeerKind::Service
        } else {
            // A bare address is one of many that come and go.
            self.peer = peer;
            return None;
        };
        self.peer = peer;
        Some(kind)
    }
}

/// The kind of a span by its name: `SPAN_KIND_SERVER`, `SERVER`, `server`.
pub(crate) fn kind_of(text: &str) -> Option<SpanKind> {
    let text = text.strip_prefix("SPAN_KIND_").unwrap_or(text);
    let is = |name: &str| text.eq_ignore_ascii_case(name);
    [
        ("internal", SpanKind::Internal),
        ("server", SpanKind::Server),
        ("client", SpanKind::Client),
        ("producer", SpanKind::Producer),
        ("consumer", SpanKind::Consumer),
    ]
    .into_iter()
    .find_map(|(name, kind)| is(name).then_some(kind))
}

fn write_system(peer: &mut String, system: &str, name: Option<&str>) {
    peer.push_str(system);
    if let Some(name) = name {
        peer.push(':');
        peer.push_str(name);
    }
}

/// The host of an address or URL, without user, port and path.
fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    if rest.starts_with('[') || rest.matches(':').count() > 1 {
        return rest;
    }
    rest.split(':').next().unwrap_or(rest)
}

/// Whether a host is a number and no name.
fn is_address(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.is_empty() || host.parse::<std::net::IpAddr>().is_ok()
}

fn number(value: Scalar<'_>) -> Option<i64> {
    match value {
        Scalar::Integer(number) => Some(number),
        Scalar::Float(number) => Some(number as i64),
        Scalar::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn is_true(value: Scalar<'_>) -> bool {
    matches!(value, Scalar::Bool(true) | Scalar::Text("true" | "True" | "1")) || value == Scalar::Integer(1)
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: SpanKind, attributes: &[(&str, &str)], expected: Option<(PeerKind, &str)>) {
        let mut draft = SpanDraft { kind, ..SpanDraft::default() };
        attributes.iter().for_each(|(key, value)| draft.attribute(key, Scalar::Text(value)));
        assert_eq!(draft.parts().peer.map(|peer| (peer.kind, peer.name)), expected, "{attributes:?}");
    }

    #[test]
    fn conventions_new_and_old_name_the_same_peers() {
        let client = SpanKind::Client;
        check(
            client,
            &[("peer.service", "payments"), ("server.address", "10.0.0.1")],
            Some((PeerKind::Service, "payments")),
        );
        check(client, &[("server.address", "api.example.com")], Some((PeerKind::Host, "api.example.com")));
        check(
            client,
            &[("http.url", "https://me:pw@api.example.com:8443/v1?x=1")],
            Some((PeerKind::Host, "api.example.com")),
        );
        check(client, &[("net.peer.ip", "10.0.0.1")], None);
        check(client, &[("net.peer.name", "::1")], None);
        check(
            client,
            &[("db.system", "postgresql"), ("db.name", "orders")],
            Some((PeerKind::Database, "postgresql:orders")),
        );
        check(
            client,
            &[("db.system.name", "redis"), ("server.address", "cache")],
            Some((PeerKind::Database, "redis:cache")),
        );
        check(
            client,
            &[("db.system", "redis"), ("net.peer.ip", "10.0.0.1")],
            Some((PeerKind::Database, "redis")),
        );
        check(
            client,
            &[("rpc.service", "shop.Cart"), ("server.address", "10.0.0.1")],
            Some((PeerKind::Service, "shop.Cart")),
        );
        let queue = [
            ("messaging.system", "kafka"),
            ("messaging.destination", "old"),
            ("messaging.destination.name", "orders"),
        ];
        check(SpanKind::Producer, &queue, Some((PeerKind::Queue, "kafka:orders")));
        check(SpanKind::Consumer, &queue, Some((PeerKind::Queue, "kafka:orders")));
        check(SpanKind::Server, &[("server.address", "me")], None);
        check(SpanKind::Internal, &[("server.address", "me")], None);
    }

    #[test]
    fn a_method_alone_is_named_by_its_route() {
        let mut draft = SpanDraft { operation: "GET".to_owned(), ..SpanDraft::default() };
        draft.attribute("http.method", Scalar::Text("GET"));
        draft.attribute("http.route", Scalar::Text("/orders/{id}"));
        draft.complete_operation();
        assert_eq!(draft.operation, "GET /orders/{id}");
    }

    #[test]
    fn failures_are_told_by_status_or_by_the_code_of_the_answer() {
        let failed = |key, value| {
            let mut draft = SpanDraft::default();
            draft.attribute(key, value);
            draft.failed()
        };
        assert!(
            failed("http.status_code", Scalar::Integer(503))
                && failed("http.response.status_code", Scalar::Text("500"))
        );
        assert!(failed("error", Scalar::Bool(true)) && failed("error", Scalar::Text("timeout")));
        assert!(failed("rpc.grpc.status_code", Scalar::Integer(14)));
        assert!(!failed("http.status_code", Scalar::Integer(404)) && !failed("error", Scalar::Text("false")));
    }
}
