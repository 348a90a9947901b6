//! The options of all commands: few enough to be read by hand. An option that a command does not know is a fault: a floor on a
//! command that has none would be a gate that never closes.

use std::path::PathBuf;

use hark_rehearsal::Tale;

use crate::error::BenchError;

/// What was asked for; what was not said is `None`, and each command has its own idea of it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Options {
    pub(crate) hark: PathBuf,
    /// The file of a story to be checked.
    pub(crate) story: Option<PathBuf>,
    pub(crate) schema: Option<PathBuf>,
    pub(crate) truth: Option<PathBuf>,
    pub(crate) to: Option<PathBuf>,
    /// The folder of the labelled sets.
    pub(crate) data: Option<PathBuf>,
    /// Which of the labelled sets of metrics.
    pub(crate) sets: Option<Vec<String>>,
    /// The interpreter that has the other miner.
    pub(crate) python: Option<PathBuf>,
    pub(crate) tales: Option<Vec<Tale>>,
    /// First and last, both included.
    pub(crate) seeds: Option<(u64, u64)>,
    pub(crate) traffic: Option<f64>,
    pub(crate) moments: Option<usize>,
    pub(crate) bytes: Option<u64>,
    pub(crate) lines: Option<u64>,
    pub(crate) series: Option<usize>,
    pub(crate) short: bool,
    pub(crate) floor_first: Option<f64>,
    pub(crate) floor_three: Option<f64>,
    pub(crate) floor_verdict: Option<f64>,
    pub(crate) floor_cause: Option<f64>,
    pub(crate) ceiling_noticed: Option<f64>,
    pub(crate) ceiling_rate: Option<f64>,
    pub(crate) ceiling_whispered: Option<f64>,
}

impl Options {
    /// From the command line, after the command.
    pub(crate) fn parse(
        command: &str,
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Self, BenchError> {
        let mut options = Self {
            hark: PathBuf::from("target/release/hark"),
            story: None,
            schema: None,
            truth: None,
            to: None,
            data: None,
            sets: None,
            python: None,
            tales: None,
            seeds: None,
            traffic: None,
            moments: None,
            bytes: None,
            lines: None,
            series: None,
            short: false,
            floor_first: None,
            floor_three: None,
            floor_verdict: None,
            floor_cause: None,
            ceiling_noticed: None,
            ceiling_rate: None,
            ceiling_whispered: None,
        };
        let mut named = Vec::new();
        while let Some(name) = arguments.next() {
            if name.starts_with('-') {
                named.push(name.clone());
            }
            if name == "--short" {
                options.short = true;
                continue;
            }
            if !name.starts_with('-') && options.story.is_none() {
                options.story = Some(PathBuf::from(name));
                continue;
            }
            let value =
                arguments.next().ok_or_else(|| BenchError::Request(format!("`{name}` wants a value")))?;
            options.set(&name, &value)?;
        }
        options.check(command, &named)?;
        Ok(options)
    }

    /// Whether the command knows all that was named.
    fn check(&self, command: &str, named: &[String]) -> Result<(), BenchError> {
        let what = self.story.as_ref().map(|story| story.to_string_lossy().into_owned());
        let takes_file = matches!(command, "check" | "tour");
        let Some(known) = known(command, what.as_deref().filter(|_| !takes_file)) else {
            // The command itself is at fault, and whoever calls it says so.
            return match what {
                Some(what) if known(command, None).is_some() => Err(BenchError::Request(format!(
                    "`{command}` does not know what `{what}` is; see `hark-bench help`"
                ))),
                _ => Ok(()),
            };
        };
        match named.iter().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                Err(BenchError::Request(format!("`{command}` has no option `{name}`; see `hark-bench help`")))
            }
            None => Ok(()),
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), BenchError> {
        match name {
            "--hark" => self.hark = PathBuf::from(value),
            "--schema" => self.schema = Some(PathBuf::from(value)),
            "--truth" => self.truth = Some(PathBuf::from(value)),
            "--data" => self.data = Some(PathBuf::from(value)),
            "--sets" => self.sets = Some(value.split(',').map(str::to_owned).collect()),
            "--python" => self.python = Some(PathBuf::from(value)),
            "--to" => self.to = Some(PathBuf::from(value)),
            "--tales" => {
                let tales: Result<Vec<Tale>, _> = value.split(',').map(str::parse).collect();
                self.tales = Some(tales.map_err(|error| BenchError::Request(error.to_string()))?);
            }
            "--seeds" => {
                let (first, last) = value.split_once("..").unwrap_or((value, value));
                self.seeds = Some((number(name, first)?, number(name, last)?));
            }
            "--traffic" => self.traffic = Some(number(name, value)?),
            "--moments" => self.moments = Some(number(name, value)?),
            "--series" => self.series = Some(number(name, value)?),
            "--lines" => self.lines = Some(number(name, value)?),
            "--bytes" => self.bytes = Some(number(name, value)?),
            "--floor-first" => self.floor_first = Some(number(name, value)?),
            "--floor-three" => self.floor_three = Some(number(name, value)?),
            "--floor-verdict" => self.floor_verdict = Some(number(name, value)?),
            "--floor-cause" => self.floor_cause = Some(number(name, value)?),
            "--ceiling-noticed" => self.ceiling_noticed = Some(number(name, value)?),
            "--ceiling-rate" => self.ceiling_rate = Some(number(name, value)?),
            "--ceiling-whispered" => self.ceiling_whispered = Some(number(name, value)?),
            _ => {
                return Err(BenchError::Request(format!(
                    "there is no option `{name}`; see `hark-bench help`"
                )));
            }
        }
        Ok(())
    }
}

/// The options of a command; `None` if there is no such command.
fn known(command: &str, what: Option<&str>) -> Option<&'static [&'static str]> {
    Some(match (command, what) {
        ("check", None) => &["--schema", "--truth"],
        ("tour", None) => &["--hark"],
        ("stories", None) => &[
            "--hark",
            "--tales",
            "--seeds",
            "--traffic",
            "--short",
            "--floor-first",
            "--floor-three",
            "--floor-verdict",
            "--floor-cause",
            "--ceiling-noticed",
        ],
        ("quiet", None) => &[
            "--hark",
            "--seeds",
            "--traffic",
            "--moments",
            "--short",
            "--ceiling-rate",
            "--ceiling-whispered",
        ],
        ("laws", None) => &["--hark", "--tales", "--seeds", "--traffic", "--moments", "--short"],
        ("patterns", None) => &["--hark", "--data", "--python", "--short"],
        ("metrics", None) => &["--hark", "--data", "--sets", "--short", "--python"],
        ("rootcause", None) => &["--hark", "--data", "--tales", "--seeds", "--traffic", "--short"],
        ("forms", None) | ("speed", None) => &["--hark", "--bytes"],
        ("speed", Some("patterns")) => &["--hark", "--bytes", "--python", "--data"],
        ("speed", Some("metrics")) => &["--hark", "--python"],
        ("speed", Some("many")) => &["--hark", "--series"],
        ("endurance", None) => &["--hark", "--lines", "--short"],
        ("world", None) => &["--to", "--tales", "--seeds", "--traffic"],
        _ => return None,
    })
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, BenchError> {
    text.parse().map_err(|_| BenchError::Request(format!("`{name}` wants a number, not `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, BenchError> {
        let mut words = line.split_whitespace().map(str::to_owned);
        let command = words.next().unwrap();
        Options::parse(&command, words)
    }

    #[test]
    fn options_are_read_and_mistakes_are_named() {
        let options = parse("stories --tales leak,quiet --seeds 3..5 --short --floor-first 0.85").unwrap();
        assert_eq!(options.tales, Some(vec![Tale::Leak, Tale::Quiet]));
        assert_eq!((options.seeds, options.short, options.floor_first), (Some((3, 5)), true, Some(0.85)));
        assert_eq!(parse("stories --seeds 7").unwrap().seeds, Some((7, 7)));
        let check = parse("check story.json --schema a.json --truth b.json").unwrap();
        assert_eq!(check.story, Some(PathBuf::from("story.json")));
        assert_eq!((check.schema, check.truth), (Some("a.json".into()), Some("b.json".into())));
        for (line, expected) in [
            ("check a.json b.json", "`b.json` wants a value"),
            ("stories --tales loud", "no tale is called `loud`"),
            ("laws --moments many", "`--moments` wants a number, not `many`"),
            ("forms --bytes", "`--bytes` wants a value"),
            ("forms --fast 1", "there is no option `--fast`; see `hark-bench help`"),
            ("quiet --floor-first 0.9", "`quiet` has no option `--floor-first`; see `hark-bench help`"),
            (
                "rootcause --floor-cause 0.9",
                "`rootcause` has no option `--floor-cause`; see `hark-bench help`",
            ),
            ("forms --short", "`forms` has no option `--short`; see `hark-bench help`"),
            ("speed many --bytes 1", "`speed` has no option `--bytes`; see `hark-bench help`"),
            ("speed little", "`speed` does not know what `little` is; see `hark-bench help`"),
        ] {
            assert_eq!(parse(line).unwrap_err().to_string(), expected);
        }
    }
}
