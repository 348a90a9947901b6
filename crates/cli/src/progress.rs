//! How far reading has come, on a terminal only.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

const REDRAWN_EVERY: Duration = Duration::from_millis(120);
/// What is done sooner needs no bar.
const SHOWN_AFTER: Duration = Duration::from_millis(600);

/// Counts what is read, and shows it while it lasts.
pub(crate) struct Progress {
    /// Bytes taken from disk so far.
    pub(crate) bytes: Arc<AtomicU64>,
    /// Events so far.
    pub(crate) events: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
    drawer: Option<JoinHandle<()>>,
}

impl Progress {
    /// Shows progress if standard error is a terminal and it was not asked to be quiet.
    pub(crate) fn start(bytes_total: u64, quiet: bool) -> Self {
        let (bytes, events, done) = (Arc::default(), Arc::default(), Arc::new(AtomicBool::new(false)));
        let drawer = (!quiet && stderr().is_terminal()).then(|| {
            let (bytes, events, done) = (Arc::clone(&bytes), Arc::clone(&events), Arc::clone(&done));
            spawn(move || draw_until(&done, &bytes, &events, bytes_total))
        });
        Self { bytes, events, done, drawer }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(drawer) = self.drawer.take() {
            drop(drawer.join());
        }
    }
}

fn draw_until(done: &AtomicBool, bytes: &AtomicU64, events: &AtomicU64, total: u64) {
    let start = Instant::now();
    let mut drawn = false;
    while !done.load(Ordering::Relaxed) {
        std::thread::park_timeout(REDRAWN_EVERY);
        if start.elapsed() >= SHOWN_AFTER {
            drawn = true;
            let line =
                line(bytes.load(Ordering::Relaxed), total, events.load(Ordering::Relaxed), start.elapsed());
            drop(write!(stderr(), "\r\x1b[K{line}"));
        }
    }
    if drawn {
        drop(write!(stderr(), "\r\x1b[K"));
    }
}

fn line(bytes: u64, total: u64, events: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rates =
        format!("{:.0} MB/s  {:.0} k records/s", bytes as f64 / 1e6 / seconds, events as f64 / 1e3 / seconds);
    // Of a stream nobody knows how long it is.
    if total == 0 {
        return format!("listening {:.0} MB so far  {rates}", bytes as f64 / 1e6);
    }
    let share = (bytes as f64 / total as f64).min(1.0);
    let left = if share > 0.01 { seconds * (1.0 - share) / share } else { 0.0 };
    let filled = (share * 20.0) as usize;
    format!(
        "listening {}{} {:>3.0} %  {rates}  {left:.0} s left",
        "━".repeat(filled),
        "╌".repeat(20 - filled),
        share * 100.0,
    )
}
