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
/// 2026-01-02T00:00:00Z.
const BEGIN_SECONDS: u64 = 1_767_312_000;

/// A form by the name that the table gives it, and how its file is written.
struct Form {
    name: &'static str,
    write: fn(&mut String, u64),
    begin: &'static str,
    end: &'static str,
}

/// Times `hark listen` on a file of each form.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let bytes = options.bytes.unwrap_or(BYTES);
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    println!("{} MB of each form, one thread; median of three runs on a warm file.\n", bytes >> 20);
    println!(
        "| form | MB/s and core | `wc -l` MB/s | peak memory MB | records or samples |\n|---|---|---|---|---|"
    );
    let mut gates = Vec::new();
    for form in FORMS {
        let path = folder.path().join("app.log");
        let text = form.text(bytes);
        fs::write(&path, &text).map_err(|source| BenchError::file(&path, source))?;
        gates.push(row(form.name, text.len(), &hark, folder.path())?);
    }
    Ok(Gate::all(gates))
}

fn row(name: &str, bytes: usize, hark: &Hark, folder: &Path) -> Result<Gate, BenchError> {
    let listen = ["listen", "--quiet", "--threads", "1", "--format", "json", "app.log"];
    let read = hark.json(folder, &listen)?;
    let count = |what: &str| read["hearing"][what].as_u64().unwrap_or(0);
    let (said, rejected) = (count("records") + count("samples"), count("rejected") + count("undated"));
    let run = thrice("hark", || hark.command(folder, &listen))?;
    let wc = thrice("wc", || {
        let mut command = Command::new("wc");
        command.arg("-l").arg(folder.join("app.log"));
        command
    })?;
    let speed = |run: Run| bytes as f64 / 1e6 / run.cpu_seconds.max(0.01);
    println!("| {name} | {:.0} | {:.0} | {:.0} | {said} |", speed(run), speed(wc), run.memory_megabytes);
    Ok(Gate::all([
        Gate::kept_if(said > 0 && rejected == 0),
        Gate::kept_if(speed(run) >= MEGABYTES_A_SECOND_MIN && run.memory_megabytes <= MEMORY_MEGABYTES_MAX),
    ]))
}

impl Form {
    fn text(&self, bytes: u64) -> String {
        let mut text = self.begin.to_owned();
        let mut number = 0;
        while (text.len() as u64) < bytes {
            (self.write)(&mut text, number);
            number += 1;
        }
        if self.end.starts_with('\n') {
            text.truncate(text.trim_end_matches([',', '\n']).len());
        }
        text + self.end
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

const FORMS: [Form; 16] = [
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
    Form {
        name: "JSON array",
        begin: "[\n",
        end: "\n]\n",
        write: |text, n| {
            put(text, format_args!(r#"{{"time":"{}","level":"info","msg":"{}"}}"#, stamp(n), message(n)));
            text.push_str(",\n");
        },
    },
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
    by_line("VictoriaMetrics export", |text, n| {
        let (values, times): (Vec<u64>, Vec<u64>) =
            (0..1_440).map(|minute| (minute * 7 % 97, (BEGIN_SECONDS + minute * 60) * 1_000)).unzip();
        put(
            text,
            format_args!(
                "{{\"metric\":{{\"__name__\":\"up\",\"job\":\"shop\",\"instance\":\"shop-{n}\"}},\"values\":{values:?},\"timestamps\":{times:?}}}\n"
            ),
        );
    }),
];

const fn by_line(name: &'static str, write: fn(&mut String, u64)) -> Form {
    Form { name, write, begin: "", end: "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_as_long_as_wanted_and_documents_end() {
        for form in &FORMS {
            let text = form.text(10_000);
            assert!((10_000..60_000).contains(&text.len()), "{}: {}", form.name, text.len());
            assert!(
                !form.begin.starts_with('[') || serde_json::from_str::<Vec<serde_json::Value>>(&text).is_ok()
            );
        }
    }
}
