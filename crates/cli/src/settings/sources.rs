//! `[sources]`: what to read and whose it is, where the command line does not say.

use std::path::{Path, PathBuf};

use crate::arguments::Sources;
use crate::moment_words;

use super::section::Section;

/// So many paths, and so many repositories.
const PATHS_MAX: usize = 10_000;

/// What the section means. Paths are relative to the folder of the file.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct SourceSettings {
    paths: Vec<PathBuf>,
    repositories: Vec<PathBuf>,
    service: Option<String>,
    environment: Option<String>,
    tz: Option<String>,
}

impl SourceSettings {
    pub(super) fn read(section: &mut Section<'_, '_>, folder: &Path) -> Self {
        let mut paths = |key| -> Vec<PathBuf> {
            let texts = section.texts(key, PATHS_MAX);
            // Standard input has no folder.
            let path = |text: &str| if text == "-" { PathBuf::from(text) } else { folder.join(text) };
            texts.iter().map(|text| path(&text.value)).collect()
        };
        let (paths, repositories) = (paths("paths"), paths("repositories"));
        let service = section.text("service").map(|said| said.value);
        let environment = section.text("environment").map(|said| said.value);
        let tz = section.text("tz");
        if let Some(said) = &tz
            && moment_words::zone(Some(&said.value)).is_err()
        {
            section.refuse(said, "is", "is no time zone");
        }
        Self { paths, repositories, service, environment, tz: tz.map(|said| said.value) }
    }

    /// What was asked for on the command line, and this where nothing was.
    pub(super) fn below(self, asked: &Sources) -> Sources {
        let asked = asked.clone();
        let or = |asked: Vec<PathBuf>, said| if asked.is_empty() { said } else { asked };
        Sources {
            paths: or(asked.paths, self.paths),
            repo: or(asked.repo, self.repositories),
            service: asked.service.or(self.service),
            environment: asked.environment.or(self.environment),
            tz: asked.tz.or(self.tz),
            ..asked
        }
    }
}
