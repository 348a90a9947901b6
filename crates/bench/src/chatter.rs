//! Log lines of many house styles, written faster than they can be read.
//!
//! They look like what people keep in public collections of logs (some 140 bytes, half of them header and variable parts), and
//! are made here: nothing of such a collection is needed, and none can be learned by heart. What they cannot show is how
//! well messages are told apart; `hark-bench patterns` does that.

use std::io::Write;

use crate::draw::Draw;

/// 2026-03-02 00:00:00 UTC.
const FIRST_SECOND: u64 = 1_772_409_600;
const LEVELS: [&str; 8] = ["INFO", "INFO", "INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"];
const HOSTS: [&str; 6] = ["web-07", "db-2", "edge-fra-11", "batch-3", "cart-5d9f7c", "ingress-0"];
const PROGRAMS: [&str; 6] = ["sshd", "cron", "kernel", "postfix/smtpd", "systemd", "checkout"];
const CLASSES: [&str; 8] = [
    "shop.checkout.OrderService",
    "o.a.hadoop.mapred.TaskRunner",
    "dfs.DataNode$PacketResponder",
    "nova.compute.manager",
    "c.e.payments.GatewayClient",
    "scheduler.Worker",
    "storage.Compactor",
    "auth.SessionStore",
];
const WORDS: [&str; 12] = [
    "orders", "carts", "payments", "stock", "mail", "search", "index", "prices", "media", "users", "audit",
    "export",
];

/// `%n` a number, `%m` milliseconds, `%b` bytes, `%i` an address, `%p` a port, `%x` hex, `%u` a UUID, `%f` a path, `%w` a word of a few,
/// `%k` an identifier.
const MESSAGES: [&str; 44] = [
    "Received block blk_%n of size %b from /%i and passed it on to %n replicas",
    "Accepted publickey for deploy from %i port %p ssh2: key %x",
    "Failed password for invalid user admin from %i port %p after %n attempts",
    "Task attempt_%n_0001_m_%n_0 is done and is being committed to %f",
    "request %u took %m, %n rows of %w were read and %n written",
    "[instance: %u] VM Started (Lifecycle Event) on node %k with %n MB of memory",
    "[instance: %u] VM Paused (Lifecycle Event) on node %k with %n MB of memory",
    "order %n of customer %k was paid in %m by card, the gateway said %n",
    "payment %k authorised for order %n, %n items from %w are waiting to be shipped",
    "generating core.%n while the ciod stream of %i is read, signal %n was caught in %f",
    "connection to %i:%p was closed, %b bytes sent, %b bytes received, lifetime %m",
    "opened through proxy %i:%p with HTTPS, the name was resolved in %m",
    "retrying upstream %w at %i:%p, attempt %n of 5, waiting %m before the next one",
    "cache of %w refreshed: %n entries kept, %n dropped, %b bytes in all, took %m",
    "session %u of user %n expired after %n minutes without a request from %i",
    "checkpoint complete: wrote %n buffers (%n percent); %n transaction log files added, write=%m",
    "Reading broadcast variable %n took %m, stored as values in memory (estimated size %b)",
    "Finished task %n in stage %n (TID %n) in %m on %k (%n/%n)",
    "loaded %n rules from %f in %m, the checksum is %x",
    "compaction of table %w finished: %n files into %n, %b bytes before and %b after",
    "state of order %n changed from PAID to SHIPPED by worker %k",
    "state of order %n changed from SHIPPED to DELIVERED by worker %k",
    "heartbeat of node %k received after %m, %n nodes are alive and %n are suspected",
    "lock %x on %w was held for %m by thread %n, which is longer than it should be",
    "user %n has logged in from %i with agent build %n and language de",
    "scheduled job %w-nightly started with %n partitions, the last run took %m",
    "mail %k queued for delivery to relay %i:%p, size %b, %n recipients",
    "disk %f is %n percent full, %b bytes are left for %w",
    "GET /api/v1/%w/%n?page=%n returned 200 after %m with %b bytes",
    "POST /api/v1/%w/%n/items returned 201 after %m with %b bytes",
    "slow query on %w: %m for %n rows, plan %x, waited %m for a connection of the pool",
    "image %x pulled from registry %i:%p into %f in %m",
    "token %x for client %k renewed, %n seconds before it would have ended",
    "the queue of %w holds %n messages, the oldest has waited for %m",
    "Deleting block blk_%n file %f because it was replaced by a newer generation %n",
    "Verification succeeded for blk_%n after %m on volume %f",
    "PacketResponder %n for block blk_%n terminating after %b bytes",
    "Session: %n_%n initialized by client WindowsUpdateAgent with %n packages to be checked",
    "Warning: Unrecognized packageExtended attribute in %f at offset %x",
    "machine check interrupt (bit=0x%x): L2 dcache unit read return parity error",
    "total of %n ddr errors detected and corrected on rank %n, symbol %n, over %n seconds",
    "stock of article %n in warehouse %w fell to %n pieces, %n are reserved",
    "page %n of catalogue %w rendered in %m, %n prices were taken from the cache",
    "leader of partition %n is now %k, epoch %n, in sync are %n replicas",
];

/// How a house writes its lines; each file has one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    Log4j,
    Compact,
    Syslog,
    SyslogIso,
    Epoch,
    Access,
    Bracketed,
    Json,
    Logfmt,
    Servicing,
}

impl Style {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Log4j,
        Self::Compact,
        Self::Syslog,
        Self::SyslogIso,
        Self::Epoch,
        Self::Access,
        Self::Bracketed,
        Self::Json,
        Self::Logfmt,
        Self::Servicing,
    ];

    /// What its file is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Log4j => "log4j",
            Self::Compact => "compact",
            Self::Syslog => "syslog",
            Self::SyslogIso => "syslog-iso",
            Self::Epoch => "epoch",
            Self::Access => "access",
            Self::Bracketed => "bracketed",
            Self::Json => "json",
            Self::Logfmt => "logfmt",
            Self::Servicing => "servicing",
        }
    }
}

/// Writes the lines of one file, in order of time.
pub(crate) struct Chatter {
    style: Style,
    draw: Draw,
    millis: u64,
}

impl Chatter {
    /// The same style and seed say the same.
    pub(crate) fn new(style: Style, seed: u64) -> Self {
        Self { style, draw: Draw::new(seed ^ ((style as u64) << 32)), millis: FIRST_SECOND * 1_000 }
    }

    /// Appends one line with its end.
    pub(crate) fn line(&mut self, out: &mut Vec<u8>) {
        self.millis += self.draw.below(120);
        let when = Stamp::of(self.millis);
        // A statement stands in one class of one program, and has one level.
        let statement = self.draw.below(MESSAGES.len() as u64) as usize;
        let level = LEVELS[statement % LEVELS.len()];
        match self.style {
            Style::Json => self.json(when, level, statement, out),
            Style::Logfmt => self.logfmt(when, level, statement, out),
            Style::Access => self.access(when, out),
            _ => {
                self.header(when, level, statement, out);
                self.message(statement, out);
            }
        }
        out.push(b'\n');
    }

    fn header(&mut self, when: Stamp, level: &str, statement: usize, out: &mut Vec<u8>) {
        let Stamp { date: (year, month, day), time: (hour, minute, sec), millis, second } = when;
        let class = CLASSES[statement % CLASSES.len()];
        let program = PROGRAMS[statement % PROGRAMS.len()];
        let host = self.draw.one_of(&HOSTS);
        let number = self.draw.below(30_000);
        let put = match self.style {
            Style::Log4j => write!(
                out,
                "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{sec:02},{millis:03} {level} [pool-3-thread-{}] {class}: ",
                number % 32
            ),
            Style::Compact => {
                write!(
                    out,
                    "{:02}{month:02}{day:02} {hour:02}{minute:02}{sec:02} {number} {level} {class}: ",
                    year % 100
                )
            }
            Style::Syslog => write!(
                out,
                "{} {day:>2} {hour:02}:{minute:02}:{sec:02} {host} {program}[{number}]: ",
                month_name(month)
            ),
            Style::SyslogIso => write!(
                out,
                "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{sec:02}.{millis:03}000+00:00 {host} {program}: "
            ),
            Style::Epoch => {
                write!(out, "{second} {year}.{month:02}.{day:02} rack02-n{} RAS {level} ", number % 64)
            }
            Style::Bracketed => write!(
                out,
                "[{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{sec:02}.{millis:03}] [{level}] client.exe - "
            ),
            _ => write!(out, "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{sec:02}, {level:<22}CBS    "),
        };
        put.expect("memory takes all that is written");
    }

    fn json(&mut self, when: Stamp, level: &str, statement: usize, out: &mut Vec<u8>) {
        let Stamp { date: (year, month, day), time: (hour, minute, sec), millis, .. } = when;
        write!(
            out,
            "{{\"time\":\"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{sec:02}.{millis:03}Z\",\"level\":\"{level}\",\"service\":\"{}\",\"message\":\"",
            PROGRAMS[5]
        )
        .expect("memory takes all that is written");
        self.message(statement, out);
        out.extend_from_slice(b"\"}");
    }

    fn logfmt(&mut self, when: Stamp, level: &str, statement: usize, out: &mut Vec<u8>) {
        let Stamp { date: (year, month, day), time: (hour, minute, sec), millis, .. } = when;
        write!(
            out,
            "time={year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{sec:02}.{millis:03}Z level={level} caller=main.go:{} msg=\"",
            100 + statement
        )
        .expect("memory takes all that is written");
        self.message(statement, out);
        write!(out, "\" took={}ms", self.draw.below(900)).expect("memory takes all that is written");
    }

    fn access(&mut self, when: Stamp, out: &mut Vec<u8>) {
        let Stamp { date: (year, month, day), time: (hour, minute, sec), .. } = when;
        self.slot(b'i', out);
        write!(
            out,
            " - - [{day:02}/{}/{year}:{hour:02}:{minute:02}:{sec:02} +0000] \"GET /{}/{} HTTP/1.1\" 200 {} \"-\" \"Mozilla/5.0 (Linux) build/{}\"",
            month_name(month),
            self.draw.one_of(&WORDS),
            self.draw.below(90_000),
            self.draw.below(200_000),
            self.draw.below(40),
        )
        .expect("memory takes all that is written");
    }

    fn message(&mut self, statement: usize, out: &mut Vec<u8>) {
        let mut pieces = MESSAGES[statement].split('%');
        out.extend_from_slice(pieces.next().unwrap_or("").as_bytes());
        for piece in pieces {
            let (slot, text) = piece.as_bytes().split_first().expect("a letter follows a percent sign");
            self.slot(*slot, out);
            out.extend_from_slice(text);
        }
    }

    fn slot(&mut self, slot: u8, out: &mut Vec<u8>) {
        let random = self.draw.next();
        let put = match slot {
            b'n' => write!(out, "{}", random % 10_u64.pow(1 + (random >> 40) as u32 % 6)),
            b'm' => write!(out, "{} ms", random % 5_000),
            b'b' => write!(out, "{}", random % 70_000_000),
            b'i' => write!(out, "10.{}.{}.{}", random & 63, random >> 8 & 255, random >> 16 & 255),
            b'p' => write!(out, "{}", 1_024 + random % 60_000),
            b'x' => write!(out, "{random:016x}"),
            b'u' => write!(
                out,
                "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                random as u32,
                random >> 32 & 0xffff,
                random >> 48 & 0xfff,
                random >> 20 & 0xfff,
                random.rotate_left(17) & 0xffff_ffff_ffff
            ),
            b'f' => {
                write!(out, "/var/lib/{}/part-{:05}.dat", WORDS[random as usize % 12], random >> 20 & 0xffff)
            }
            b'k' => write!(out, "{}-{:x}", WORDS[random as usize % 12], random >> 8 & 0xfffff),
            _ => write!(out, "{}", WORDS[random as usize % 12]),
        };
        put.expect("memory takes all that is written");
    }
}

/// A time of March 2026, taken apart.
#[derive(Clone, Copy)]
struct Stamp {
    date: (u64, u64, u64),
    time: (u64, u64, u64),
    millis: u64,
    second: u64,
}

impl Stamp {
    /// Days past the end of March begin it again: no file here is that long.
    fn of(millis: u64) -> Self {
        let second = millis / 1_000;
        let of_day = second % 86_400;
        let day = (second - FIRST_SECOND) / 86_400 % 30 + 2;
        Self {
            date: (2026, 3, day),
            time: (of_day / 3_600, of_day / 60 % 60, of_day % 60),
            millis: millis % 1_000,
            second,
        }
    }
}

fn month_name(month: u64) -> &'static str {
    ["Jan", "Feb", "Mar", "Apr"][month as usize - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_writes_whole_lines_of_the_usual_length() {
        for style in Style::ALL {
            let mut out = Vec::new();
            let mut chatter = Chatter::new(style, 7);
            (0..1_000).for_each(|_| chatter.line(&mut out));
            assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1_000, "{style:?}");
            assert!(!out.contains(&b'%'), "{style:?} left a slot open");
            let mean = out.len() / 1_000;
            assert!((100..200).contains(&mean), "{style:?}: {mean} bytes");
        }
    }
}
