//! OpenMetrics and Prometheus text with time stamps, also many expositions one after the other, and what
//! `promtool tsdb dump` and `dump-openmetrics` write.
//!
//! Counters, gauges and summaries are read as they are, histograms as quantiles (see [`crate::histograms`]). Native
//! histograms are read in the two ways in which text carries them. Times are seconds in OpenMetrics and milliseconds in
//! Prometheus' text; their size tells. A sample without one is of no moment, and rejected. Exemplars are counted, not
//! read.

use rustc_hash::{FxHashMap, FxHashSet};

use hark_event::Moment;

use crate::ear::Ear;
use crate::histograms::{Bucket, HistogramIndex, Histograms, cumulated};
use crate::lines::Lines;
use crate::origin::Speaker;
use crate::samples::KnownLines;
use crate::series::Series;
use crate::stamp::{of_fraction, of_magnitude};
use crate::text::clean;

/// Beyond this many series in one file the known ones are forgotten and read anew.
const SERIES_MAX: usize = 200_000;
/// Buckets of one native histogram at one moment.
const BUCKETS_MAX: usize = 1_000;

/// Families of gauge histograms of one file.
const FAMILIES_MAX: usize = 10_000;

/// A line of text taken apart: the series as it is written, its value, its time, and whether an exemplar follows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Written<'a> {
    pub(crate) series: &'a str,
    pub(crate) value: &'a str,
    pub(crate) time: Option<Moment>,
    pub(crate) has_exemplar: bool,
}

/// What a series is.
#[derive(Clone)]
enum Role {
    Sample(String),
    Bucket(Bucket),
    /// Native histograms tell themselves by their values.
    Native(HistogramIndex),
}

struct Known {
    origin: Speaker,
    role: Role,
}

#[derive(Default)]
struct Reader {
    known: FxHashMap<Box<str>, Known>,
    histograms: Histograms,
    /// Families whose buckets count one moment and not all time.
    gauge_histograms: FxHashSet<Box<str>>,
    families_cut: u64,
    exemplars: u64,
}

/// Reads the file to its end.
pub(crate) fn read(lines: &mut Lines<'_>, ear: &mut Ear<'_>) {
    let mut reader = Reader::default();
    let mut known_lines = KnownLines::new();
    loop {
        let before = lines.tally;
        let Some(line) = lines.next() else { break };
        let number = line.number;
        let text = clean(line.bytes);
        let text = text.trim();
        let mut is_rejected = false;
        let is_known = if text.is_empty() || text.starts_with('#') {
            reader.describe(text);
            None
        } else {
            let known = reader.take(text, number, ear);
            is_rejected = known.is_none();
            known
        };
        let mut tally = lines.tally.since(before);
        if is_rejected {
            tally.reject(number, "no sample with a value and a time");
        }
        known_lines.count(tally, is_known, ear);
    }
    reader.histograms.finish(ear);
    if reader.families_cut > 0 {
        ear.hearing.cut("families of gauge histograms beyond 10,000 of a file", reader.families_cut);
    }
    if reader.exemplars > 0 {
        ear.hearing.cut("exemplars of metrics, which are not read", reader.exemplars);
    }
}

impl Reader {
    fn describe(&mut self, comment: &str) {
        if let Some(family) =
            comment.strip_prefix("# TYPE ").and_then(|rest| rest.strip_suffix(" gaugehistogram"))
        {
            let family = family.trim();
            if self.gauge_histograms.len() < FAMILIES_MAX || self.gauge_histograms.contains(family) {
                self.gauge_histograms.insert(family.into());
            } else {
                self.families_cut += 1;
            }
        }
    }

    /// Hands on what a line says; says whether it is known already, or `None` if it cannot be read.
    fn take(&mut self, text: &str, line: u64, ear: &mut Ear<'_>) -> Option<bool> {
        let written = written(text)?;
        let time = written.time?;
        if !self.known.contains_key(written.series) {
            self.know(written, ear);
        }
        let known = self.known.get(written.series).expect("it was made known just now");
        let (origin, role) = (known.origin, &known.role);
        let is_known = match role {
            Role::Sample(name) => ear.sample(time, origin, name, number(written.value)?, line),
            Role::Bucket(bucket) => {
                let (bucket, value) = (*bucket, number(written.value)?);
                let is_known = ear.part(time, origin);
                if is_known {
                    self.histograms.take(bucket, time, value, line, ear);
                }
                is_known
            }
            Role::Native(histogram) => {
                let (histogram, counts) = (*histogram, native_counts(written.value)?);
                let is_known = ear.part(time, origin);
                if is_known {
                    self.histograms.take_all(histogram, time, counts, line, ear);
                }
                is_known
            }
        };
        self.exemplars += u64::from(written.has_exemplar && is_known);
        Some(is_known)
    }

    fn know(&mut self, written: Written<'_>, ear: &mut Ear<'_>) {
        if self.known.len() >= SERIES_MAX {
            self.known.clear();
        }
        let mut series = parse_series(written.series);
        let origin = series.take_origin(ear);
        let family = series.name.strip_suffix("_bucket").unwrap_or(&series.name);
        let is_gauge = self.gauge_histograms.contains(family);
        let role = if written.value.starts_with('{') {
            Role::Native(self.histograms.native(&series, origin, is_gauge))
        } else {
            match self.histograms.bucket(&series, origin, is_gauge) {
                Some(bucket) => Role::Bucket(bucket),
                None => Role::Sample(series.render()),
            }
        };
        self.known.insert(written.series.into(), Known { origin, role });
    }
}

/// `name{…}`, or with the name in the braces: `{"http.requests",a="b"}`, `{__name__="up"}`.
fn parse_series(text: &str) -> Series {
    let quoted = text.strip_prefix("{\"").and_then(|rest| {
        let (name, rest) = rest.split_once('"')?;
        Some((name, format!("{{{}", rest.trim_start_matches([',', ' ']))))
    });
    let mut series = match &quoted {
        Some((name, labels)) => Series { name: (*name).to_owned(), ..Series::parse(labels) },
        None => Series::parse(text),
    };
    if let Some(at) = series.labels.iter().position(|(label, _)| label == "__name__") {
        series.name = series.labels.remove(at).1;
    }
    series
}

/// Takes a line apart; `None` if it is no sample.
pub(crate) fn written(line: &str) -> Option<Written<'_>> {
    let bytes = line.as_bytes();
    let name = bytes.iter().position(|byte| !is_name(*byte)).unwrap_or(bytes.len());
    let end = match bytes.get(name)? {
        b'{' => braces(bytes, name)?,
        b' ' | b'\t' if name > 0 && !bytes[0].is_ascii_digit() => name,
        _ => return None,
    };
    let (series, rest) = (&line[..end], line[end..].trim_start());
    let (value, rest) = if rest.starts_with('{') {
        let end = braces(rest.as_bytes(), 0)?;
        rest.split_at(end)
    } else {
        let end = rest.bytes().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(rest.len());
        rest.split_at(end)
    };
    if value.is_empty() || !(value.starts_with('{') || number(value).is_some()) {
        return None;
    }
    let (rest, exemplar) =
        rest.split_once('#').map_or((rest, None), |(rest, exemplar)| (rest, Some(exemplar)));
    let mut words = rest.split_ascii_whitespace();
    let time = match words.next() {
        // The start of a counter may follow its time: `st@1520430000.123`.
        Some(word) => Some(moment(word)?),
        None => None,
    };
    if words.any(|word| !word.contains('@')) {
        return None;
    }
    Some(Written { series, value, time, has_exemplar: exemplar.is_some() })
}

/// Where the braces that open there close, quotes respected.
fn braces(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr::memchr2(b'"', b'}', bytes.get(at..)?)?;
        if bytes[at] == b'}' {
            return Some(at + 1);
        }
        at += 1;
        loop {
            at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
            if bytes[at] == b'"' {
                break;
            }
            at += 2;
        }
        at += 1;
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn moment(text: &str) -> Option<Moment> {
    match text.parse::<i64>() {
        Ok(whole) => of_magnitude(whole),
        Err(_) => of_fraction(text.parse().ok()?),
    }
}

/// A native histogram's counts up to each upper bound; `None` if the text is none.
///
/// Either `{count:12,sum:3.5,[-1,1]:4,(1,2]:8}` as `promtool` prints them, or OpenMetrics' own
/// `{count:12,sum:3.5,schema:3,zero_threshold:0.1,zero_count:4,positive_spans:[0:2],positive_buckets:[5,3]}`.
fn native_counts(text: &str) -> Option<Vec<(f64, f64)>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut buckets = Vec::new();
    let mut plain: FxHashMap<&str, &str> = FxHashMap::default();
    for part in parts(inner) {
        let part = part.trim();
        if part.starts_with(['[', '(']) {
            let (bounds, count) = part.rsplit_once(':')?;
            let (_, upper) = bounds.trim_end_matches([')', ']']).split_once(',')?;
            buckets.push((number(upper.trim())?, number(count.trim())?));
        } else if let Some((name, value)) = part.split_once(':') {
            plain.insert(name.trim(), value.trim());
        }
    }
    let value = |name: &str| plain.get(name).and_then(|value| number(value));
    if let Some(schema) = value("schema") {
        let zero = value("zero_threshold").unwrap_or(0.0);
        buckets.push((zero, value("zero_count").unwrap_or(0.0)));
        for (sign, side) in [(1.0, "positive"), (-1.0, "negative")] {
            let spans = plain.get(format!("{side}_spans").as_str()).copied().unwrap_or("");
            let counts = plain.get(format!("{side}_buckets").as_str()).copied().unwrap_or("");
            buckets.extend(spanned(schema, sign, spans, counts)?);
        }
    }
    (buckets.len() <= BUCKETS_MAX).then(|| cumulated(buckets, value("count").unwrap_or(0.0)))
}

/// Upper bounds and counts of one side's buckets: spans are `[offset:length,…]`, bounds are powers of 2^2^-schema.
fn spanned(schema: f64, sign: f64, spans: &str, counts: &str) -> Option<Vec<(f64, f64)>> {
    let list = |text: &str| {
        let inner = text.trim_start_matches('[').trim_end_matches(']');
        inner.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let growth = 2_f64.powf(2_f64.powf(-schema));
    let mut counts = list(counts).into_iter();
    let (mut index, mut buckets) = (0_i64, Vec::new());
    for (nth, span) in list(spans).iter().enumerate() {
        let (offset, length) = span.split_once(':')?;
        // The first offset is the index itself, those after it are gaps.
        index =
            if nth == 0 { offset.parse().ok()? } else { index.checked_add(offset.parse::<i64>().ok()?)? };
        for _ in 0..length.parse::<usize>().ok()?.min(BUCKETS_MAX) {
            let count = number(&counts.next()?)?;
            // Of a negative bucket the upper bound is the one that is nearer to zero.
            let exponent = if sign > 0.0 { index } else { index - 1 };
            buckets.push((sign * growth.powf(exponent as f64), count));
            index = index.checked_add(1)?;
        }
    }
    Some(buckets)
}

/// The parts between commas that stand in no bracket.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |letter| {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str, Option<&str>, bool)>) {
        let found = written(line).map(|found| {
            (found.series, found.value, found.time.map(|time| time.to_string()), found.has_exemplar)
        });
        let expected = expected
            .map(|(series, value, time, exemplar)| (series, value, time.map(str::to_owned), exemplar));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_line_is_taken_apart_whatever_its_labels_hold() {
        let time = Some("2026-01-02T00:00:00Z");
        check("up 1 1767312000000", Some(("up", "1", time, false)));
        check(r#"x{a="} \" #",b="1"} NaN 1767312000"#, Some((r#"x{a="} \" #",b="1"}"#, "NaN", time, false)));
        check(r#"x_total 5 1767312000.0 # {id="a"} 0.3 1767312000.1"#, Some(("x_total", "5", time, true)));
        check("x_total 5 1767312000.0 st@1767311000.0", Some(("x_total", "5", time, false)));
        check(r#"{"a.b",c="d"} +Inf"#, Some((r#"{"a.b",c="d"}"#, "+Inf", None, false)));
        check("up", None);
        check("up one", None);
        check("up 1 yesterday", None);
        check("2026-01-02 10:00:00 INFO up", None);
        check("x{a=\"b\" 1", None);
    }

    #[test]
    fn native_histograms_are_read_in_both_notations() {
        let end = f64::INFINITY;
        assert_eq!(
            native_counts("{count:12, sum:3.5, [-1,1]:4, (1,2]:8}"),
            Some(vec![(1.0, 4.0), (2.0, 12.0), (end, 12.0)])
        );
        let own = "{count:12,sum:9,schema:0,zero_threshold:0.1,zero_count:2,\
                   positive_spans:[0:2,1:1],positive_buckets:[5,3,1],negative_spans:[0:1],negative_buckets:[1]}";
        assert_eq!(
            native_counts(own),
            Some(vec![(-0.5, 1.0), (0.1, 3.0), (1.0, 8.0), (2.0, 11.0), (8.0, 12.0), (end, 12.0)])
        );
        assert_eq!(native_counts("{positive_buckets}"), Some(vec![(end, 0.0)]));
        assert_eq!(native_counts("12"), None);
    }
}
