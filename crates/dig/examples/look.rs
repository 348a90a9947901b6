//! Reads a repository, prints what was found and how long it took.
//!
//! ```text
//! cargo run --release -p hark-dig --example look -- <repository> [RFC 3339 time]
//! ```

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use hark_dig::{DigError, Repository};
use hark_event::{ChangeKind, Level, Moment};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: look <repository> [RFC 3339 time]");
        return ExitCode::from(2);
    };
    let now = arguments
        .next()
        .and_then(|time| time.parse::<jiff::Timestamp>().ok())
        .map_or(Moment::MAX, Moment::from);
    match look(Path::new(&path), now) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("look: {error}");
            ExitCode::from(3)
        }
    }
}

fn look(path: &Path, now: Moment) -> Result<(), DigError> {
    let repository = Repository::open(path)?;
    let started = Instant::now();
    let history = repository.history(now)?;
    println!("{}: {} changes in {:?}", repository.name(), history.changes.len(), started.elapsed());
    for kind in [ChangeKind::Config, ChangeKind::Flag, ChangeKind::Deploy, ChangeKind::Commit] {
        let changes: Vec<_> = history.changes.iter().filter(|change| change.kind == kind).collect();
        let approved = changes.iter().filter(|change| change.approval.is_some()).count();
        let active = changes.iter().filter(|change| change.author_active == Some(true)).count();
        println!("\n{}: {} ({approved} approved, {active} by active authors)", kind.name(), changes.len());
        for change in changes.iter().rev().take(12) {
            let path = change.path.as_deref().unwrap_or_default();
            let approval = change.approval.as_deref().unwrap_or_default();
            println!("  {} {:?} {} [{path}] {approval}", change.time, change.service, change.summary);
            change.details.iter().take(4).for_each(|line| println!("      {line}"));
        }
    }
    println!("\nremarks: {:#?}", history.remarks);
    let started = Instant::now();
    let source = repository.source(now)?;
    let (statements, notes) = (source.statements(), source.notes());
    println!(
        "{} statements, {} notes in {:?}; {:#?}",
        statements.len(),
        notes.len(),
        started.elapsed(),
        source.remarks()
    );
    let every = |count: usize| (count / 15).max(1);
    for statement in statements.iter().step_by(every(statements.len())) {
        let level = statement.level.map_or("-", Level::name);
        println!(
            "  {}:{} {level} `{}` in {:?}",
            statement.path, statement.line, statement.text, statement.function
        );
    }
    let mut some: Vec<_> = notes.iter().step_by(every(notes.len())).cloned().collect();
    let started = Instant::now();
    let remarks = repository.blame(now, &mut some)?;
    println!("blame of {} notes in {:?}; {remarks:#?}", some.len(), started.elapsed());
    for note in &some {
        let written = note.written_at.map(|time| time.to_string()).unwrap_or_default();
        println!(
            "  {}:{} {written} active {:?} in {:?}: {}",
            note.path, note.line, note.author_active, note.function, note.text
        );
    }
    let started = Instant::now();
    let found = statements.iter().filter(|statement| {
        let join = source.join(&statement.text, statement.level.unwrap_or_default());
        join.places.iter().any(|place| place.path == statement.path && place.line == statement.line)
    });
    println!(
        "{} of {} statements find themselves, in {:?}",
        found.count(),
        statements.len(),
        started.elapsed()
    );
    Ok(())
}
