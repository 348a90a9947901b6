//! The options of all commands: few enough to be read by hand.

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
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, BenchError> {
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
        while let Some(name) = arguments.next() {
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
        Ok(options)
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

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, BenchError> {
    text.parse().map_err(|_| BenchError::Request(format!("`{name}` wants a number, not `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, BenchError> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_and_mistakes_are_named() {
        let options = parse("--tales leak,quiet --seeds 3..5 --short --floor-first 0.85").unwrap();
        assert_eq!(options.tales, Some(vec![Tale::Leak, Tale::Quiet]));
        assert_eq!((options.seeds, options.short, options.floor_first), (Some((3, 5)), true, Some(0.85)));
        assert_eq!(parse("--seeds 7").unwrap().seeds, Some((7, 7)));
        let check = parse("story.json --schema a.json --truth b.json").unwrap();
        assert_eq!(check.story, Some(PathBuf::from("story.json")));
        assert_eq!((check.schema, check.truth), (Some("a.json".into()), Some("b.json".into())));
        for (line, expected) in [
            ("a.json b.json", "`b.json` wants a value"),
            ("--tales loud", "no tale is called `loud`"),
            ("--moments many", "`--moments` wants a number, not `many`"),
            ("--bytes", "`--bytes` wants a value"),
            ("--fast 1", "there is no option `--fast`; see `hark-bench help`"),
        ] {
            assert_eq!(parse(line).unwrap_err().to_string(), expected);
        }
    }
}
