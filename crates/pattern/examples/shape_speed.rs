//! How many messages a second one core turns into shapes: `cargo run --release -p hark-pattern --example shape_speed -- FILE [SECONDS]`.
//!
//! The lines of the file are read first and then cycled, so that only shaping is measured; a checksum keeps the work from being optimised away.

use std::time::{Duration, Instant};

use hark_pattern::{Shaper, mask_secrets};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the first argument names a file of log lines");
    let seconds = arguments
        .next()
        .map_or(3.0, |text| text.parse().expect("the second argument is a number of seconds"));
    let text = String::from_utf8_lossy(&std::fs::read(&path).expect("the file can be read")).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let bytes = text.len() as f64 / lines.len() as f64;
    let mut shaper = Shaper::new();
    let shaped = rate(&lines, seconds, |line| shaper.shape(line).id.0);
    let masked = rate(&lines, seconds, |line| mask_secrets(line).text.len() as u64);
    println!(
        "{} lines of {bytes:.0} bytes: shape {shaped:.2} million/s, mask {masked:.2} million/s",
        lines.len()
    );
}

/// Millions a second of processor time, where the system tells it, so that a busy machine does not blur the figure.
fn rate(lines: &[&str], seconds: f64, mut work: impl FnMut(&str) -> u64) -> f64 {
    let limit = Duration::from_secs_f64(seconds);
    let (start, start_processor) = (Instant::now(), processor_seconds());
    let mut done = 0u64;
    let mut checksum = 0u64;
    while start.elapsed() < limit {
        checksum = lines.iter().fold(checksum, |sum, line| sum.wrapping_add(work(line)));
        done += lines.len() as u64;
    }
    std::hint::black_box(checksum);
    let used = match (start_processor, processor_seconds()) {
        (Some(from), Some(to)) => to - from,
        _ => start.elapsed().as_secs_f64(),
    };
    done as f64 / used / 1e6
}

/// Processor time of this thread so far (Linux).
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}
