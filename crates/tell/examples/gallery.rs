//! Writes every format of a few stories into a folder, to be looked at: `cargo run -p hark-tell --example gallery -- DIR`.

#[path = "../src/fixture/mod.rs"]
mod fixture;

use std::{env, fs, io, path::Path};

use hark_tell::{Screen, listening, patterns, story, survey};

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let zone = fixture::berlin();
    let stories = [
        ("whispered", fixture::whispered()),
        ("begun", fixture::begun()),
        ("silent", fixture::silent()),
        ("alerted", fixture::alerted()),
        ("hostile", fixture::hostile()),
        ("multilingual", fixture::multilingual()),
    ];
    for (name, told) in stories {
        fs::write(folder.join(format!("{name}.html")), story::html(&told, &zone))?;
        fs::write(folder.join(format!("{name}.md")), story::markdown(&told, &zone))?;
        fs::write(folder.join(format!("{name}.json")), story::json(&told))?;
        for columns in [60, 80, 120, 200] {
            let screen = Screen { columns, color: true, zone: zone.clone() };
            fs::write(folder.join(format!("{name}.{columns}.txt")), story::human(&told, &screen))?;
        }
    }
    for (name, told) in [("listening", fixture::listening()), ("quiet", fixture::quiet())] {
        fs::write(folder.join(format!("{name}.html")), listening::html(&told, &zone))?;
        fs::write(folder.join(format!("{name}.md")), listening::markdown(&told, &zone))?;
        fs::write(folder.join(format!("{name}.json")), listening::json(&told))?;
        for columns in [60, 100] {
            let screen = Screen { columns, color: true, zone: zone.clone() };
            fs::write(folder.join(format!("{name}.{columns}.txt")), listening::human(&told, &screen))?;
        }
    }
    let told = fixture::patterns();
    fs::write(folder.join("patterns.html"), patterns::html(&told, &zone))?;
    fs::write(folder.join("patterns.md"), patterns::markdown(&told, &zone))?;
    fs::write(folder.join("patterns.json"), patterns::json(&told))?;
    let told_survey = fixture::survey();
    fs::write(folder.join("survey.html"), survey::html(&told_survey, &zone))?;
    fs::write(folder.join("survey.md"), survey::markdown(&told_survey, &zone))?;
    fs::write(folder.join("survey.json"), survey::json(&told_survey))?;
    for columns in [60, 100] {
        let screen = Screen { columns, color: true, zone: zone.clone() };
        fs::write(folder.join(format!("survey.{columns}.txt")), survey::human(&told_survey, &screen))?;
        fs::write(folder.join(format!("patterns.{columns}.txt")), patterns::human(&told, &screen))?;
        let explained = patterns::explained_human(&fixture::explained(), &screen);
        fs::write(folder.join(format!("explained.{columns}.txt")), explained)?;
    }
    Ok(())
}
