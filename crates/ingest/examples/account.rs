//! Prints what was heard in each file: its account and its first events. For trying real files by hand.
//!
//! `cargo run -p hark-ingest --example account -- [--events N] PATH...`

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use hark_event::{Event, Zone};
use hark_ingest::{Reading, discover};

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut events_shown = 3;
    if arguments.first().is_some_and(|first| first == "--events") {
        events_shown = arguments.get(1).and_then(|count| count.parse().ok()).unwrap_or(events_shown);
        arguments.drain(..2.min(arguments.len()));
    }
    let paths: Vec<PathBuf> = arguments.into_iter().map(PathBuf::from).collect();
    let found = discover(&paths);
    for remark in &found.remarks {
        println!("remark: {remark}");
    }
    for unread in &found.unread {
        println!("unread: {}: {}", unread.path, unread.reason);
    }
    let reading = Reading::in_zone(Zone::utc());
    for source in &found.sources {
        let mut shown = 0;
        let began = Instant::now();
        let hearing = source.read(&reading, &AtomicU64::new(0), &mut |event| {
            shown += 1;
            if shown <= events_shown {
                println!("  {}", describe(&event));
            }
        });
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "{}: files {} bytes {} lines {} records {} samples {} undated {} truncated {} rejected {} from {:?} to {:?} \
             ({:.0} lines/s)",
            source.name(),
            hearing.files,
            hearing.bytes,
            hearing.lines,
            hearing.records,
            hearing.samples,
            hearing.undated,
            hearing.truncated,
            hearing.rejected,
            hearing.from,
            hearing.to,
            hearing.lines as f64 / seconds,
        );
        for unread in &hearing.unread {
            println!("  unread: {}", unread.reason);
        }
        for cut in &hearing.cut {
            println!("  cut: {} {}", cut.count, cut.what);
        }
    }
}

fn describe(event: &Event<'_>) -> String {
    match event {
        Event::Log(log) => format!(
            "{} [{}] {:?} {}:{}+{} {:?}{}",
            log.arrival,
            log.origin.service,
            log.level,
            log.file,
            log.line,
            log.lines,
            log.message.chars().take(160).collect::<String>(),
            if log.peers.is_empty() { String::new() } else { format!(" -> {:?}", log.peers) },
        ),
        Event::Sample(sample) => {
            format!("{} [{}] {} = {}", sample.time, sample.origin.service, sample.series, sample.value)
        }
        other => format!("{other:?}"),
    }
}
