//! What learning costs, hour by hour, as a service's vocabulary grows: `cargo run --release -p hark-pattern --example learn_speed -- [--names] FILE…`.
//!
//! Each file holds JSON lines with `"time":"2026-03-01T00…"` and `"msg":"…"`, as one service wrote them, in the order of their
//! names; a change of the hour closes a bucket. Every tenth of the buckets prints one line; `--names` prints the patterns too.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hark_pattern::{Limits, PatternId, ShapeId, Shaper, Vocabulary};

fn main() {
    let (options, mut files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    files.sort();
    let texts: Vec<String> =
        files.iter().map(|file| std::fs::read_to_string(file).expect("the file can be read")).collect();
    let buckets = buckets(texts.iter().flat_map(|text| text.lines()));
    let mut vocabulary = Vocabulary::new(Limits::default());
    let mut counts: BTreeMap<PatternId, u64> = BTreeMap::new();
    let mut total = Duration::ZERO;
    let mut tenth = Duration::ZERO;
    for (number, bucket) in buckets.iter().enumerate() {
        let start = Instant::now();
        let learned = vocabulary.learn(bucket.iter().map(|(id, (text, _))| (*id, text.as_str())));
        tenth += start.elapsed();
        for (old, new) in learned.merged {
            *counts.entry(new).or_default() += counts.get(&old).copied().unwrap_or(0);
            counts.remove(&old);
        }
        for (shape, (_, count)) in bucket {
            let pattern = vocabulary.pattern_of(*shape).expect("it was learned a moment ago");
            *counts.entry(pattern).or_default() += count;
        }
        if (number + 1) % (buckets.len() / 10).max(1) == 0 || number + 1 == buckets.len() {
            println!(
                "{:5} buckets: {:4} patterns, {tenth:9.2?} since the line before",
                number + 1,
                vocabulary.len()
            );
            total += std::mem::take(&mut tenth);
        }
    }
    let shapes: usize = buckets.iter().map(BTreeMap::len).sum();
    println!("{shapes} shapes in {} buckets learned in {total:.2?}", buckets.len());
    if options.iter().any(|option| option == "--names") {
        counts.iter().for_each(|(id, count)| println!("{count:8} {}", vocabulary.name(*id)));
    }
}

type Bucket = BTreeMap<ShapeId, (String, u64)>;

fn buckets<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Bucket> {
    let mut shaper = Shaper::new();
    let mut buckets: Vec<Bucket> = Vec::new();
    let mut hour = "";
    for line in lines {
        let (Some(time), Some(message)) = (field(line, "\"time\":\""), field(line, "\"msg\":\"")) else {
            continue;
        };
        let of_line = time.get(..13).unwrap_or(time);
        if of_line != hour || buckets.is_empty() {
            hour = of_line;
            buckets.push(Bucket::new());
        }
        let message = message.replace("\\\"", "\"").replace("\\n", "\n").replace("\\t", "\t");
        let shape = shaper.shape(&message);
        let bucket = buckets.last_mut().expect("one was pushed");
        bucket.entry(shape.id).or_insert_with(|| (shape.text.to_owned(), 0)).1 += 1;
    }
    buckets
}

/// The text of a field up to its closing quote.
fn field<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = &line[line.find(key)? + key.len()..];
    let mut is_escaped = false;
    let end = rest.find(|character| {
        let closes = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        closes
    })?;
    Some(&rest[..end])
}
