//! What `hark listen` says of a folder of series, reduced to what scoring needs.

use std::path::Path;

use crate::error::BenchError;
use crate::hark::{Hark, array, text};
use crate::metrics::stamp;

/// One signal.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) service: String,
    pub(crate) subject: String,
    pub(crate) kind: String,
    /// In seconds since 1970.
    pub(crate) noticed_at: i64,
    /// Whether a known change explains it.
    pub(crate) explained: bool,
    /// Whether it speaks for its cluster, or stands alone.
    pub(crate) leads: bool,
}

/// How much is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Asked {
    /// What ships.
    Shipped,
    /// From this strength on.
    From(&'static str),
    /// From this strength on, and again as soon as an episode is over: what the detectors say by themselves.
    AgainFrom(&'static str),
}

impl Asked {
    /// For the first column of a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Shipped => "**as shipped**",
            Self::From(strength) | Self::AgainFrom(strength) => strength,
        }
    }
}

/// Everything that is said of the folder, in order of `noticed_at`.
pub(crate) fn all(hark: &Hark, folder: &Path, asked: Asked) -> Result<Vec<Said>, BenchError> {
    let mut arguments =
        vec!["listen", "--all", "--since", "1971-01-01T00:00:00Z", "--format", "json", "--quiet"];
    match asked {
        Asked::Shipped => {}
        Asked::From(strength) => arguments.extend(["--strength-min", strength]),
        Asked::AgainFrom(strength) => {
            arguments.extend(["--rest-hours", "0", "--strength-min", strength]);
        }
    }
    arguments.push(".");
    let listening = hark.json(folder, &arguments)?;
    let mut said: Vec<Said> = array(&listening, "signals")
        .iter()
        .filter(|signal| text(signal, "kind") != "hearing-loss")
        .filter_map(|signal| {
            let cluster = text(signal, "cluster");
            Some(Said {
                service: text(signal, "service").to_owned(),
                subject: text(&signal["subject"], "name").to_owned(),
                kind: text(signal, "kind").to_owned(),
                noticed_at: stamp::seconds(text(signal, "noticed_at"))?,
                explained: !signal["explained_by"].is_null(),
                leads: cluster.is_empty() || cluster == text(signal, "id"),
            })
        })
        .collect();
    said.sort_by(|a, b| (a.noticed_at, &a.service, &a.subject).cmp(&(b.noticed_at, &b.service, &b.subject)));
    Ok(said)
}
