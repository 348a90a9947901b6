//! The houses in which the services write: what stands before and after a message, and how a stack trace looks.

use crate::shop::{Level, Service, Statement, Style};
use crate::stamp::Stamp;
use crate::words::{push_number, push_padded};

/// What a line says about itself besides its message.
pub(crate) struct Voice<'a> {
    pub(crate) service: &'a Service,
    pub(crate) statement: &'a Statement,
    pub(crate) stamp: &'a Stamp,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) version: &'a str,
    /// A number that chooses thread or process.
    pub(crate) worker: u64,
}

impl Voice<'_> {
    /// Appends what stands before the message.
    pub(crate) fn open(&self, out: &mut Vec<u8>) {
        let level = self.statement.level;
        match self.service.style {
            Style::Pino => {
                self.json(out, "{\"time\":\"", 3);
                text(out, &[",\"level\":\"", lower(level), "\",\"service\":\"", self.service.name]);
                text(out, &["\",\"version\":\"", self.version, "\",\"msg\":\""]);
            }
            Style::Slog => {
                self.json(out, "{\"time\":\"", 6);
                text(out, &[",\"level\":\"", upper(level), "\",\"msg\":\""]);
            }
            Style::Severity => {
                self.json(out, "{\"timestamp\":\"", 3);
                text(out, &[",\"severity\":\"", upper(level), "\",\"service\":\"", self.service.name]);
                text(out, &["\",\"message\":\""]);
            }
            Style::Java => {
                self.stamp.push(out, b' ', self.at, Some((b'.', 3)));
                text(
                    out,
                    &[
                        " ",
                        upper(level),
                        &" "[..usize::from(upper(level).len() < 5)],
                        " [http-nio-8080-exec-",
                    ],
                );
                push_number(out, self.worker % 24 + 1);
                text(out, &["] ", &self.statement.logger, " - "]);
            }
            Style::Python => {
                self.stamp.push(out, b' ', self.at, Some((b',', 3)));
                text(out, &[" ", python(level), " ", &self.statement.logger, ": "]);
            }
            Style::Gunicorn => {
                out.push(b'[');
                self.stamp.push(out, b' ', self.at, None);
                text(out, &[" +0000] ["]);
                push_number(out, self.worker % 6 + 17);
                text(out, &["] [", python(level), "] "]);
            }
            Style::Tracing => {
                self.stamp.push(out, b'T', self.at, Some((b'.', 6)));
                text(out, &["Z ", &" "[..usize::from(upper(level).len() < 5)], upper(level), " "]);
                text(out, &[&self.statement.logger, ": "]);
            }
        }
    }

    /// Appends what stands after the message, the end of the line included; returns how many lines that makes.
    pub(crate) fn close(&self, out: &mut Vec<u8>) -> u64 {
        match self.service.style {
            Style::Pino | Style::Severity => {
                if self.statement.trace {
                    text(out, &["\",\"stack\":\"", self.service.name, ".call (upstreams:", "41:9)"]);
                }
                text(out, &["\"}\n"]);
            }
            Style::Slog => {
                text(out, &["\",\"service.name\":\"", self.service.name]);
                text(out, &["\",\"service.version\":\"", self.version, "\"}\n"]);
            }
            Style::Java => return 1 + self.trace(out, java_trace),
            Style::Python | Style::Gunicorn => return 1 + self.trace(out, python_trace),
            Style::Tracing => out.push(b'\n'),
        }
        1
    }

    fn json(&self, out: &mut Vec<u8>, key: &str, digits: u32) {
        text(out, &[key]);
        self.stamp.push(out, b'T', self.at, Some((b'.', digits)));
        text(out, &["Z\""]);
    }

    fn trace(&self, out: &mut Vec<u8>, write: fn(&Self, &mut Vec<u8>) -> u64) -> u64 {
        out.push(b'\n');
        if self.statement.trace { write(self, out) } else { 0 }
    }
}

fn java_trace(voice: &Voice<'_>, out: &mut Vec<u8>) -> u64 {
    let frames = [
        "java.net.SocketTimeoutException: Read timed out",
        "\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278)",
        "\tat java.base/java.net.Socket$SocketInputStream.read(Socket.java:966)",
    ];
    for frame in frames {
        text(out, &[frame, "\n"]);
    }
    for (method, line) in [("call", 64), ("charge", 31), ("handle", 18)] {
        let logger = &voice.statement.logger;
        let class = logger.rsplit('.').next().unwrap_or(logger);
        text(out, &["\tat ", logger, ".", method, "(", class, ".java:"]);
        push_number(out, line);
        text(out, &[")\n"]);
    }
    text(out, &["\t... 37 common frames omitted\n"]);
    frames.len() as u64 + 4
}

fn python_trace(voice: &Voice<'_>, out: &mut Vec<u8>) -> u64 {
    let path = voice.statement.logger.replace('.', "/");
    text(out, &["Traceback (most recent call last):\n"]);
    for (function, line, code) in
        [("handle", 21, "return answer(request)"), ("answer", 48, "return client.get(url)")]
    {
        text(out, &["  File \"/app/", &path, ".py\", line "]);
        push_padded(out, line, 2);
        text(out, &[", in ", function, "\n    ", code, "\n"]);
    }
    text(out, &["TimeoutError: timed out\n"]);
    6
}

fn text(out: &mut Vec<u8>, pieces: &[&str]) {
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}

fn upper(level: Level) -> &'static str {
    match level {
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
    }
}

fn lower(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

fn python(level: Level) -> &'static str {
    if level == Level::Warn { "WARNING" } else { upper(level) }
}
