//! `hark-bench speed patterns`: lines a second of `hark patterns`, beside `wc`, `grep` and Drain3 in the same run.
//!
//! The lines are made here, in the styles of ten houses; with `--data`, those of the collection in that folder, over and over
//! with other numbers.
//! Drain3 sees a part of the lines, as they stand: the rest is a matter of patience.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Gate;
use crate::chatter::{Chatter, Style};
use crate::draw::Draw;
use crate::error::BenchError;
use crate::hark::Hark;
use crate::labelled;
use crate::options::Options;
use crate::patterns::{Drain3, drain3_seconds};
use crate::process::{Run, thrice, time};

/// Files of each style, so that two cores have something to share.
const FILES_PER_STYLE: u64 = 2;
/// Where stamps end in the collection.
const STAMP_BYTES_MAX: usize = 64;
/// Numbers of so many digits are new each time.
const NUMBER_BYTES_LONG: usize = 4;
const DRAIN3_LINES: usize = 60_000;

/// Times all of them, three times each.
pub(crate) fn run(options: &Options) -> Result<Gate, BenchError> {
    let hark = Hark::at(&options.hark)?;
    let folder = tempfile::tempdir().map_err(BenchError::Temporary)?;
    let bytes = options.bytes.unwrap_or(600_000_000);
    measure(&hark, options, "lines made in ten styles", write_chatter(folder.path(), bytes)?)?;
    if let Some(data) = &options.data {
        let collected = folder.path().join("collected");
        fs::create_dir(&collected).map_err(|source| BenchError::file(&collected, source))?;
        match repeated(data, &collected, bytes)? {
            files if files.is_empty() => {
                println!("Not found: a collection of logs in `{}`.\n", data.display())
            }
            files => measure(&hark, options, "collected lines, over and over with other numbers", files)?,
        }
    }
    Ok(Gate::Kept)
}

fn measure(hark: &Hark, options: &Options, what: &str, files: Vec<PathBuf>) -> Result<(), BenchError> {
    let plain = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(name);
        command.env("LC_ALL", "C").args(arguments).args(&files);
        command
    };
    let ours = |threads: &str| {
        let mut command =
            hark.command(Path::new("."), &["patterns", "--quiet", "--format", "json", "--threads", threads]);
        command.args(&files);
        command
    };
    // Once for nothing: the files are warm for everybody then.
    time("wc", plain("wc", &["-l"]))?;
    let (lines, bytes) = size(&files)?;
    let grep = thrice("grep", || plain("grep", &["-cE", "error|timeout"]))?;
    let one = thrice("hark", || ours("1"))?;
    let two = thrice("hark", || ours("2"))?;
    let wc = thrice("wc", || plain("wc", &["-l"]))?;
    println!(
        "{:.2} GB, {lines} {what}, {:.0} bytes each; median of three runs on warm files.\n",
        bytes as f64 / 1e9,
        bytes as f64 / lines as f64
    );
    println!(
        "| command | seconds | CPU seconds | lines/s | lines a CPU second | CPU beside grep | peak MB |\n|---|---|---|---|---|---|---|"
    );
    let row = |name: &str, run: &Run| {
        println!(
            "| `{name}` | {:.2} | {:.2} | {:.0} | {:.0} | {:.2} | {:.0} |",
            run.seconds,
            run.cpu_seconds,
            lines as f64 / run.seconds,
            lines as f64 / run.cpu_seconds.max(0.01),
            run.cpu_seconds / grep.cpu_seconds.max(0.01),
            run.memory_megabytes,
        );
    };
    row("hark patterns --threads 1", &one);
    row("hark patterns --threads 2", &two);
    row("LC_ALL=C grep -cE 'error\\|timeout'", &grep);
    row("wc -l", &wc);
    let messages = part_of(&files)?;
    let mut ratios = Vec::new();
    let python = options.python.clone().unwrap_or_else(|| PathBuf::from("python3"));
    for (drain3, what) in [(Drain3::Plain, "Drain3"), (Drain3::Masked, "Drain3 with masks")] {
        let Some(seconds) = drain3_seconds(&python, &messages, drain3)? else {
            println!("\nNot measured: {what}, which `{}` has not.\n", python.display());
            continue;
        };
        let theirs = messages.len() as f64 / seconds;
        println!("| {what}, {} of the lines | | {seconds:.2} | | {theirs:.0} | | |", messages.len());
        ratios.push(format!("{:.0} times {what}", lines as f64 / one.cpu_seconds.max(0.01) / theirs));
    }
    println!("\nLines a CPU second: {}.\n", ratios.join(", "));
    Ok(())
}

/// Files of all styles, of so many bytes in all.
fn write_chatter(folder: &Path, bytes: u64) -> Result<Vec<PathBuf>, BenchError> {
    let each = bytes / (Style::ALL.len() as u64 * FILES_PER_STYLE);
    let mut files = Vec::new();
    for (style, part) in
        Style::ALL.into_iter().flat_map(|style| (0..FILES_PER_STYLE).map(move |part| (style, part)))
    {
        let path = folder.join(format!("{}-{part}.log", style.name()));
        let mut chatter = Chatter::new(style, part + 1);
        write(&path, each, |out| chatter.line(out))?;
        files.push(path);
    }
    Ok(files)
}

/// The files of the collection, each repeated with other numbers until all have so many bytes.
///
/// The first bytes of a line, where its stamp is, stay. Otherwise the same lines came again, and whoever remembers lines would win.
fn repeated(data: &Path, folder: &Path, bytes: u64) -> Result<Vec<PathBuf>, BenchError> {
    let raw: Vec<PathBuf> =
        labelled::systems(&data.join("loghub"))?.into_iter().filter_map(|system| system.raw).collect();
    let each = bytes / (raw.len() as u64).max(1);
    let mut files = Vec::new();
    for (number, path) in raw.iter().enumerate() {
        let mut text = fs::read(path).map_err(|source| BenchError::file(path, source))?;
        if text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
        let to = folder.join(format!("system-{number}.log"));
        let mut draw = Draw::new(number as u64);
        write(&to, each, |out| {
            text.split_inclusive(|byte| *byte == b'\n').for_each(|line| other(line, &mut draw, out))
        })?;
        files.push(to);
    }
    Ok(files)
}

/// The same line with other digits in all long numbers: sizes, ports and identifiers change, versions, levels and addresses stay.
fn other(line: &[u8], draw: &mut Draw, out: &mut Vec<u8>) {
    let (head, mut rest) = line.split_at(line.len().min(STAMP_BYTES_MAX));
    out.extend_from_slice(head);
    while let Some(&first) = rest.first() {
        let is_digit = first.is_ascii_digit();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit() == is_digit).count();
        let (piece, behind) = rest.split_at(length);
        match is_digit && length >= NUMBER_BYTES_LONG {
            true => out.extend(piece.iter().map(|_| b'0' + draw.below(10) as u8)),
            false => out.extend_from_slice(piece),
        }
        rest = behind;
    }
}

fn write(path: &Path, bytes: u64, mut more: impl FnMut(&mut Vec<u8>)) -> Result<(), BenchError> {
    let failed = |source| BenchError::file(path, source);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let (mut written, mut batch) = (0, Vec::new());
    while written < bytes {
        batch.clear();
        more(&mut batch);
        file.write_all(&batch).map_err(failed)?;
        written += batch.len() as u64;
    }
    file.flush().map_err(failed)
}

fn size(files: &[PathBuf]) -> Result<(u64, u64), BenchError> {
    let mut size = (0, 0);
    for path in files {
        let text = fs::read(path).map_err(|source| BenchError::file(path, source))?;
        size.0 += text.iter().filter(|byte| **byte == b'\n').count() as u64;
        size.1 += text.len() as u64;
    }
    Ok(size)
}

/// The first lines of every file.
fn part_of(files: &[PathBuf]) -> Result<Vec<String>, BenchError> {
    let mut part = Vec::new();
    for path in files {
        let text = fs::read(path).map_err(|source| BenchError::file(path, source))?;
        let head = &text[..text.len().min(DRAIN3_LINES / files.len() * 400)];
        let lines = String::from_utf8_lossy(head);
        part.extend(lines.lines().take(DRAIN3_LINES / files.len()).map(str::to_owned));
    }
    Ok(part)
}
