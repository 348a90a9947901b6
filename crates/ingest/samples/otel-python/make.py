"""Spans, logs and metrics of two services, as OpenTelemetry's SDK for Python writes them.

pip install opentelemetry-exporter-otlp-json-file opentelemetry-exporter-otlp-proto-common opentelemetry-exporter-zipkin-json
OTEL_METRICS_EXEMPLAR_FILTER=always_off python - < make.py

otlp.jsonl is written by the file exporter, otlp-protobuf.json by protobuf's own JSON printer (base64, names of enums),
zipkin.json by the encoder for Zipkin.
"""
import logging
from google.protobuf.json_format import MessageToJson
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.trace import SpanKind, Status, StatusCode

from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
from opentelemetry.exporter.otlp.json.file._log_exporter import FileLogExporter
from opentelemetry.exporter.otlp.json.file.metric_exporter import FileMetricExporter

out = open("otlp.jsonl", "w")
spans = []
class Spans(FileSpanExporter):
    def export(self, batch):
        spans.extend(batch)
        return super().export(batch)

def service(name, version):
    resource = Resource.create({"service.name": name, "service.version": version, "deployment.environment.name": "staging", "service.instance.id": name + "-0"})
    provider = TracerProvider(resource=resource); provider.add_span_processor(SimpleSpanProcessor(Spans(stream=out)))
    return resource, provider.get_tracer("sample")

resource, checkout = service("checkout", "1.4.0")
_, payments = service("payments", "2.0.1")
logs = LoggerProvider(resource=resource); logs.add_log_record_processor(SimpleLogRecordProcessor(FileLogExporter(stream=out)))
log = logging.getLogger("shop"); log.addHandler(LoggingHandler(logger_provider=logs)); log.setLevel(logging.INFO); log.propagate = False
reader = InMemoryMetricReader()
meters = MeterProvider(resource=resource, metric_readers=[reader], views=[View(instrument_name="rpc.client.duration", aggregation=ExponentialBucketHistogramAggregation())])
meter = meters.get_meter("sample")
requests, active = meter.create_counter("http.server.requests"), meter.create_up_down_counter("http.server.active_requests")
duration, rpc = meter.create_histogram("http.server.request.duration", unit="s"), meter.create_histogram("rpc.client.duration", unit="ms")
meter.create_observable_gauge("process.memory.usage", callbacks=[lambda options: [Observation(52428800)]])

with checkout.start_as_current_span("POST /orders", kind=SpanKind.SERVER, attributes={"http.request.method": "POST", "http.route": "/orders"}):
    for attempt in range(2):
        with checkout.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes={"http.request.method": "POST", "server.address": "payments.shop.svc", "http.request.resend_count": attempt} if attempt else {"http.request.method": "POST", "server.address": "payments.shop.svc"}) as call:
            with payments.start_as_current_span("POST /charge", kind=SpanKind.SERVER, attributes={"http.request.method": "POST", "http.route": "/charge", "http.response.status_code": 503 if attempt == 0 else 200}):
                pass
            if attempt == 0:
                call.set_status(Status(StatusCode.ERROR, "503"))
    with checkout.start_as_current_span("INSERT orders", kind=SpanKind.CLIENT, attributes={"db.system.name": "postgresql", "db.namespace": "orders"}):
        pass
    with checkout.start_as_current_span("send mails", kind=SpanKind.PRODUCER, attributes={"messaging.system": "kafka", "messaging.destination.name": "mails"}):
        pass
    log.warning("charging order %s took two attempts", 4711)
    try:
        raise TimeoutError("payments did not answer")
    except TimeoutError:
        log.exception("charge failed")
    for n in range(20):
        requests.add(1, {"http.route": "/orders"}); duration.record(0.01 * (n + 1), {"http.route": "/orders"}); rpc.record(3.0 * (n + 1))
    active.add(3)
FileMetricExporter(stream=out).export(reader.get_metrics_data())
for n in range(10):
    requests.add(1, {"http.route": "/orders"}); duration.record(0.4, {"http.route": "/orders"}); rpc.record(500.0)
FileMetricExporter(stream=out).export(reader.get_metrics_data())
out.close()
open("otlp-protobuf.json", "w").write(MessageToJson(encode_spans(spans)))

from opentelemetry.exporter.zipkin.json.v2 import JsonV2Encoder
from opentelemetry.exporter.zipkin.node_endpoint import NodeEndpoint
open("zipkin.json", "w").write(JsonV2Encoder().serialize(spans, NodeEndpoint()))
