//! `hark-bench forms`: megabytes a second and core for each form that is read, beside `wc -l` on the same warm file.
//!
//! Each file is made here, of records that look like a service's: what differs between forms is how they are written.
//! CPU time is that of the process, so that a busy machine changes little; the whole of `hark listen` is timed, since
//! nobody reads a form without listening to it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Gate;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::options::Options;
use crate::process::{Run, thrice};

/// The goals: no form slower, none with more memory.
const MEGABYTES_A_SECOND_MIN: f64 = 60.0;
const MEMORY_MEGABYTES_MAX: f64 = 300.0;
const BYTES: u64 = 64 << 20;
/// Records of OpenTelemetry that one resource says.
const RECORDS_OF_RESOURCE: u64 = 100;
/// 2026-01-02T00:00:00Z.
const BEGIN_SECONDS: u64 = 1_767_312_000;

/// A form by the name that the table gives it, and how its file is written.
struct Form {
    name: &'static str,
    write: fn(&mut String, u64),
    begin: &'static str,
    end: &'static str,
    /// How many log records, samples and spans each writing is.
    each: u64,
}

/// A file of a form.
struct Written {
    text: String,
    /// How many log records, samples and spans are in it.
    said: u64,
}

/// Times `hark listen` on a file of each form.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let bytes = options.bytes.unwrap_or(BYTES);
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    println!("{} MB of each form, one thread; median of three runs on a warm file.\n", bytes >> 20);
    println!(
        "| form | MB/s and core | `wc -l` MB/s | peak memory MB | records, samples or spans |\n|---|---|---|---|---|"
    );
    let mut gates = Vec::new();
    for form in FORMS {
        let path = folder.path().join("app.log");
        let written = form.written(bytes);
        fs::write(&path, &written.text).map_err(|source| BenchError::file(&path, source))?;
        gates.push(row(form.name, &written, &hark, folder.path())?);
    }
    Ok(Gate::all(gates))
}

fn row(name: &str, written: &Written, hark: &Hark, folder: &Path) -> Result<Gate, BenchError> {
    let listen = ["listen", "--quiet", "--threads", "1", "--format", "json", "app.log"];
    let read = hark.json(folder, &listen)?;
    let count = |what: &str| read["hearing"][what].as_u64().unwrap_or(0);
    let (said, rejected) =
        (count("records") + count("samples") + count("spans"), count("rejected") + count("undated"));
    let run = thrice("hark", || hark.command(folder, &listen))?;
    let wc = thrice("wc", || {
        let mut command = Command::new("wc");
        command.arg("-l").arg(folder.join("app.log"));
        command
    })?;
    let speed = |run: Run| written.text.len() as f64 / 1e6 / run.cpu_seconds.max(0.01);
    println!("| {name} | {:.0} | {:.0} | {:.0} | {said} |", speed(run), speed(wc), run.memory_megabytes);
    if said != written.said || rejected > 0 {
        eprintln!(
            "MISSED {name}: {said} heard and {rejected} rejected or undated of {} written",
            written.said
        );
    }
    Ok(Gate::all([
        Gate::kept_if(said == written.said && rejected == 0),
        // Alerts and changes are no records: that all their lines were read says that they were understood.
        Gate::kept_if(count("lines") == written.text.lines().count() as u64),
        Gate::kept_if(speed(run) >= MEGABYTES_A_SECOND_MIN && run.memory_megabytes <= MEMORY_MEGABYTES_MAX),
    ]))
}

impl Form {
    const fn each(mut self, said: u64) -> Self {
        self.each = said;
        self
    }

    fn written(&self, bytes: u64) -> Written {
        let mut text = self.begin.to_owned();
        let mut number = 0;
        while (text.len() as u64) < bytes {
            (self.write)(&mut text, number);
            number += 1;
        }
        if self.end.starts_with('\n') {
            text.truncate(text.trim_end_matches([',', '\n']).len());
        }
        Written { text: text + self.end, said: number * self.each }
    }
}

/// What a service says, the usual mix of numbers and words.
fn message(number: u64) -> String {
    let order = number * 7_919 % 100_003;
    match number % 4 {
        0 => format!("order {order} placed by customer {} in {} ms", number % 997, order % 400),
        1 => format!("payment for order {order} authorised by bank-{}", number % 7),
        2 => format!("GET /api/baskets/{order} 200 {} bytes", order % 9_000),
        _ => format!("cache refreshed: {} entries, {} evicted", order % 5_000, number % 90),
    }
}

/// A record a tenth of a second, in the notation of RFC 3339.
fn stamp(number: u64) -> String {
    let (seconds, tenth) = (number / 10, number % 10);
    let (day, hour) = (2 + seconds / 86_400, seconds / 3_600 % 24);
    format!("2026-01-{day:02}T{hour:02}:{:02}:{:02}.{tenth}00000Z", seconds / 60 % 60, seconds % 60)
}

fn old_stamp(number: u64) -> String {
    let seconds = number / 10;
    format!(
        "Jan {:>2} {:02}:{:02}:{:02}",
        2 + seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("writing to a string cannot fail");
}

const FORMS: [Form; 26] = [
    by_line("plain text", |text, n| {
        put(text, format_args!("{} INFO [http-{}] shop.Orders - {}\n", stamp(n), n % 8, message(n)));
    }),
    by_line("syslog file", |text, n| {
        put(text, format_args!("{} host shop[71]: {}\n", old_stamp(n), message(n)))
    }),
    by_line("syslog RFC 3164", |text, n| {
        put(text, format_args!("<14>{} host shop[71]: {}\n", old_stamp(n), message(n)));
    }),
    by_line("syslog RFC 5424", |text, n| {
        put(text, format_args!("<14>1 {} host shop 71 - [a@1 b=\"{}\"] {}\n", stamp(n), n % 9, message(n)));
    }),
    by_line("syslog counted", |text, n| {
        let said = format!("<14>1 {} host shop 71 - - {}", stamp(n), message(n));
        put(text, format_args!("{} {said}", said.len()));
    }),
    by_line("JSON lines", |text, n| {
        put(
            text,
            format_args!(
                r#"{{"time":"{}","level":"info","service":"shop","msg":"{}"}}"#,
                stamp(n),
                message(n)
            ),
        );
        text.push('\n');
    }),
    in_array("JSON array", |text, n| {
        put(text, format_args!(r#"{{"time":"{}","level":"info","msg":"{}"}}"#, stamp(n), message(n)));
        text.push_str(",\n");
    }),
    by_line("logfmt", |text, n| {
        put(
            text,
            format_args!(
                "time={} level=info service=shop msg=\"{}\" took={}ms\n",
                stamp(n),
                message(n),
                n % 90
            ),
        );
    }),
    by_line("CRI", |text, n| put(text, format_args!("{} stdout F INFO {}\n", stamp(n), message(n)))),
    by_line("compose, kubectl, stern", |text, n| {
        put(text, format_args!("web-{}     | {} INFO {}\n", n % 3 + 1, stamp(n), message(n)));
    }),
    by_line("Docker", |text, n| {
        put(
            text,
            format_args!(r#"{{"log":"INFO {}\n","stream":"stdout","time":"{}"}}"#, message(n), stamp(n)),
        );
        text.push('\n');
    }),
    by_line("journal export", |text, n| {
        let micros = (BEGIN_SECONDS * 10 + n) * 100_000;
        put(
            text,
            format_args!(
                "__CURSOR=s=14174f0d895347a0832a342140697f94;i={n:x};b=0123456789abcdef0123456789abcdef\n\
             __REALTIME_TIMESTAMP={micros}\n_BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=6\n\
             SYSLOG_IDENTIFIER=shop\n_SYSTEMD_UNIT=shop.service\n_PID=71\nMESSAGE={}\n\n",
                message(n)
            ),
        );
    }),
    by_line("journal JSON", |text, n| {
        let micros = (BEGIN_SECONDS * 10 + n) * 100_000;
        put(
            text,
            format_args!(
                r#"{{"__CURSOR":"s=14174f0d895347a0832a342140697f94;i={n:x}","__REALTIME_TIMESTAMP":"{micros}","PRIORITY":"6","SYSLOG_IDENTIFIER":"shop","_SYSTEMD_UNIT":"shop.service","_PID":"71","MESSAGE":"{}"}}"#,
                message(n)
            ),
        );
        text.push('\n');
    }),
    by_line("OpenMetrics", |text, n| {
        // Forty series, a scrape a minute.
        let (series, scrape) = (n % 40, n / 40);
        put(
            text,
            format_args!(
                "http_requests_total{{job=\"shop\",instance=\"shop-{}:8080\",code=\"{}\"}} {} {}\n",
                series % 8,
                200 + series / 8,
                n * 3,
                BEGIN_SECONDS + scrape * 60
            ),
        );
    }),
    by_line("OpenMetrics histograms", |text, n| {
        let (at, scrape) = (n % 12, n / 12);
        let bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];
        put(
            text,
            format_args!(
                "http_request_duration_seconds_bucket{{job=\"shop\",handler=\"/api\",le=\"{}\"}} {} {}\n",
                bounds[at as usize],
                scrape * (at + 1) * 9,
                BEGIN_SECONDS + scrape * 60
            ),
        );
    }),
    Form {
        name: "query_range",
        begin: "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\n",
        end: "\n]}}\n",
        each: 1_440,
        write: |text, n| {
            put(
                text,
                format_args!(
                    r#"{{"metric":{{"__name__":"up","job":"shop","instance":"shop-{n}:8080"}},"values":["#
                ),
            );
            for minute in 0..1_440 {
                let separator = if minute == 0 { "" } else { "," };
                put(
                    text,
                    format_args!("{separator}[{},\"{}\"]", BEGIN_SECONDS + minute * 60, minute * 7 % 97),
                );
            }
            text.push_str("]},\n");
        },
    },
    by_line("OTLP traces", |text, n| {
        put_resource(text, "resourceSpans", "scopeSpans", "spans", n, put_otlp_span)
    })
    .each(RECORDS_OF_RESOURCE),
    by_line("OTLP logs", |text, n| {
        put_resource(text, "resourceLogs", "scopeLogs", "logRecords", n, |text, n| {
            put(
                text,
                format_args!(
                    r#"{{"timeUnixNano":"{}","severityNumber":9,"severityText":"INFO","body":{{"stringValue":"{}"}},"attributes":[{{"key":"thread","value":{{"intValue":"{}"}}}}]}}"#,
                    nanos(n),
                    message(n),
                    n % 8
                ),
            );
        });
    })
    .each(RECORDS_OF_RESOURCE),
    by_line("OTLP metrics", |text, n| {
        put_resource(text, "resourceMetrics", "scopeMetrics", "metrics", n, |text, n| {
            put(
                text,
                format_args!(
                    r#"{{"name":"queue.length","unit":"1","gauge":{{"dataPoints":[{{"attributes":[{{"key":"queue","value":{{"stringValue":"q{}"}}}}],"timeUnixNano":"{}","asDouble":{}}}]}}}}"#,
                    n % 40,
                    (BEGIN_SECONDS + n / 40 * 60) * 1_000_000_000,
                    n * 7 % 97
                ),
            );
        });
    })
    .each(RECORDS_OF_RESOURCE),
    Form {
        name: "Jaeger",
        begin: "{\"data\":[\n",
        end: "\n]}\n",
        each: 8,
        write: |text, n| {
            put(text, format_args!(r#"{{"traceID":"{n:032x}","spans":["#));
            for span in 0..8 {
                let separator = if span == 0 { "" } else { "," };
                put(
                    text,
                    format_args!(
                        r#"{separator}{{"traceID":"{n:032x}","spanID":"{span:016x}","operationName":"GET /api/op{span}","references":[{{"refType":"CHILD_OF","traceID":"{n:032x}","spanID":"{:016x}"}}],"startTime":{},"duration":{},"tags":[{{"key":"span.kind","type":"string","value":"server"}},{{"key":"http.status_code","type":"int64","value":200}}],"logs":[],"processID":"p{}"}}"#,
                        span / 2,
                        nanos(n) / 1_000,
                        900 + n % 400,
                        span % 3
                    ),
                );
            }
            text.push_str(
                r#"],"processes":{"p0":{"serviceName":"shop","tags":[]},"p1":{"serviceName":"stock","tags":[]},"p2":{"serviceName":"bank","tags":[]}}}"#,
            );
            text.push_str(",\n");
        },
    },
    in_array("Zipkin", |text, n| {
        put(
            text,
            format_args!(
                r#"{{"traceId":"{:032x}","id":"{n:016x}","parentId":"{:016x}","name":"get /api/op{}","kind":"CLIENT","timestamp":{},"duration":{},"localEndpoint":{{"serviceName":"shop"}},"remoteEndpoint":{{"serviceName":"bank"}},"tags":{{"http.status_code":"200"}}}}"#,
                n / 8,
                n.saturating_sub(1),
                n % 9,
                nanos(n) / 1_000,
                900 + n % 400
            ),
        );
        text.push_str(",\n");
    }),
    by_line("Alertmanager", |text, n| {
        put(
            text,
            format_args!(
                r#"{{"version":"4","receiver":"team","status":"firing","commonLabels":{{"alertname":"Slow{}","job":"shop"}},"commonAnnotations":{{"summary":"slow"}},"alerts":[{{"status":"firing","labels":{{"alertname":"Slow{}","job":"shop","severity":"page"}},"annotations":{{"summary":"{}"}},"startsAt":"{}","endsAt":"0001-01-01T00:00:00Z"}}]}}"#,
                n % 9,
                n % 9,
                message(n),
                stamp(n)
            ),
        );
        text.push('\n');
    })
    .each(0),
    by_line("CDEvents", |text, n| {
        put(
            text,
            format_args!(
                r#"{{"context":{{"version":"0.3.0","id":"{n}","source":"/ci","type":"dev.cdevents.service.deployed.0.1.1","timestamp":"{}"}},"subject":{{"id":"shop-{}","type":"service","content":{{"environment":{{"id":"production"}},"artifactId":"pkg:oci/shop@{n:x}"}}}}}}"#,
                stamp(n),
                n % 40
            ),
        );
        text.push('\n');
    })
    .each(0),
    by_line("CloudEvents", |text, n| {
        put(
            text,
            format_args!(
                r#"{{"specversion":"1.0","id":"{n}","source":"/ci","type":"com.example.deployed","subject":"shop-{}","time":"{}","data":{{"summary":"{}"}}}}"#,
                n % 40,
                stamp(n),
                message(n)
            ),
        );
        text.push('\n');
    })
    .each(0),
    in_array("Grafana annotations", |text, n| {
        put(
            text,
            format_args!(
                r#"{{"id":{n},"dashboardUID":"shop","panelId":2,"time":{},"timeEnd":0,"text":"deployed {}","tags":["deploy","service:shop"]}}"#,
                nanos(n) / 1_000_000,
                message(n)
            ),
        );
        text.push_str(",\n");
    })
    .each(0),
    by_line("VictoriaMetrics export", |text, n| {
        let (values, times): (Vec<u64>, Vec<u64>) =
            (0..1_440).map(|minute| (minute * 7 % 97, (BEGIN_SECONDS + minute * 60) * 1_000)).unzip();
        put(
            text,
            format_args!(
                "{{\"metric\":{{\"__name__\":\"up\",\"job\":\"shop\",\"instance\":\"shop-{n}\"}},\"values\":{values:?},\"timestamps\":{times:?}}}\n"
            ),
        );
    })
    .each(1_440),
];

fn nanos(number: u64) -> u64 {
    BEGIN_SECONDS * 1_000_000_000 + number * 100_000_000
}

/// Records of OpenTelemetry in what its exporters put around them.
fn put_resource(
    text: &mut String,
    resources: &str,
    scopes: &str,
    records: &str,
    number: u64,
    record: fn(&mut String, u64),
) {
    put(
        text,
        format_args!(
            r#"{{"{resources}":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"{scopes}":[{{"scope":{{"name":"shop"}},"{records}":["#
        ),
    );
    for at in 0..RECORDS_OF_RESOURCE {
        if at > 0 {
            text.push(',');
        }
        record(text, number * RECORDS_OF_RESOURCE + at);
    }
    text.push_str("]}]}]}\n");
}

fn put_otlp_span(text: &mut String, number: u64) {
    let start = nanos(number);
    put(
        text,
        format_args!(
            r#"{{"traceId":"{:032x}","spanId":"{:016x}","parentSpanId":"{:016x}","name":"GET /api/op{}","kind":3,"startTimeUnixNano":"{start}","endTimeUnixNano":"{}","attributes":[{{"key":"peer.service","value":{{"stringValue":"bank"}}}}],"status":{{}}}}"#,
            number / 8,
            number + 1,
            number,
            number % 9,
            start + 900_000 + number % 400_000
        ),
    );
}

/// Elements of one array, each with a comma behind it.
const fn in_array(name: &'static str, write: fn(&mut String, u64)) -> Form {
    Form { name, write, begin: "[\n", end: "\n]\n", each: 1 }
}

const fn by_line(name: &'static str, write: fn(&mut String, u64)) -> Form {
    Form { name, write, begin: "", end: "", each: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_as_long_as_wanted_and_documents_end() {
        for form in &FORMS {
            let text = form.written(10_000).text;
            assert!((10_000..60_000).contains(&text.len()), "{}: {}", form.name, text.len());
            assert!(
                !form.begin.starts_with('[') || serde_json::from_str::<Vec<serde_json::Value>>(&text).is_ok()
            );
        }
    }
}
