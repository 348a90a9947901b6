//! Folders whose makers are known by what lies in them: Docker's, one for each container, and Prometheus' data folder.
//!
//! Docker names a container's folder after its identity, which says nothing; who the container is stands in a file of settings
//! beside its log. A data folder of Prometheus is binary throughout: one remark with the way out says more than one of each file.
//! What is there besides is read as anywhere else.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use crate::docker::COMPOSE_SERVICE;
use crate::origin::SERVICE_KEYS;
use crate::text::clean;

/// Docker's settings of a container are some kilobytes.
const SETTINGS_BYTES_MAX: u64 = 4 << 20;
const SETTINGS: &str = "config.v2.json";
/// What Docker keeps beside a container's log for itself.
const OF_DOCKER: [&str; 6] =
    [SETTINGS, "hostconfig.json", "hostname", "hosts", "resolv.conf", "resolv.conf.hash"];
/// What Prometheus keeps in its data folder besides blocks.
const OF_PROMETHEUS: [&str; 5] = ["chunks_head", "wal", "wbl", "lock", "queries.active"];

/// What Prometheus' data folder is, and what to do about it.
pub(crate) const DATA_FOLDER: &str = "the data folder of Prometheus (a TSDB), which is binary; write its samples out with \
     `promtool tsdb dump DIR > dump.txt`, where DIR is this folder, and read that";

/// A folder's entries that are to be walked, and what its maker says.
#[derive(Default)]
pub(crate) struct Folder {
    pub(crate) names: Vec<OsString>,
    /// Who wrote the files in it, as Docker knows.
    pub(crate) service: Option<String>,
    /// Whether some of it was left out as Prometheus' data.
    pub(crate) is_data: bool,
}

impl Folder {
    /// Looks at the sorted names in a folder.
    pub(crate) fn of(path: &Path, mut names: Vec<OsString>) -> Self {
        let has = |name: &str| names.iter().any(|other| other == name);
        if has(SETTINGS) && path.file_name().and_then(|name| name.to_str()).is_some_and(is_identity) {
            names.retain(|name| !OF_DOCKER.iter().any(|own| name == own));
            return Self { names, service: container(path), is_data: false };
        }
        if is_block(path) {
            return Self { is_data: true, ..Self::default() };
        }
        let has_head = has("wal") && (has("chunks_head") || has("queries.active"));
        let is_own = |name: &OsString| {
            let text = name.to_str().unwrap_or_default();
            (has_head && OF_PROMETHEUS.contains(&text)) || (is_ulid(text) && is_block(&path.join(name)))
        };
        let (own, names): (Vec<OsString>, Vec<OsString>) = names.iter().cloned().partition(is_own);
        Self { names, service: None, is_data: !own.is_empty() }
    }
}

/// The container whose log this is, by the settings beside it: its service of compose, else its name.
pub(crate) fn container_of(log: &Path) -> Option<String> {
    let name = log.file_name()?.to_str()?;
    if !name.contains("-json.log") {
        return None;
    }
    container(log.parent()?)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default)]
    name: String,
    #[serde(default)]
    config: Option<Config>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(default)]
    labels: Option<std::collections::BTreeMap<String, String>>,
}

fn container(folder: &Path) -> Option<String> {
    let path = folder.join(SETTINGS);
    // A pipe of that name would never end.
    let about =
        std::fs::metadata(&path).ok().filter(|about| about.is_file() && about.len() <= SETTINGS_BYTES_MAX)?;
    let mut text = Vec::new();
    File::open(&path).ok()?.take(about.len()).read_to_end(&mut text).ok()?;
    let settings: Settings = serde_json::from_slice(&text).ok()?;
    let labels = settings.config.and_then(|config| config.labels).unwrap_or_default();
    let labelled = SERVICE_KEYS.iter().chain([&COMPOSE_SERVICE]).find_map(|key| labels.get(*key));
    let name = labelled.map_or(settings.name.trim_start_matches('/'), String::as_str);
    let name = clean(name.trim().as_bytes()).into_owned();
    (!name.is_empty()).then_some(name)
}

/// Whether a name is a container's identity: 64 hexadecimal digits.
fn is_identity(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a name is one that Prometheus gives to blocks.
fn is_ulid(name: &str) -> bool {
    name.len() == 26 && name.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

fn is_block(path: &Path) -> bool {
    path.join("chunks").is_dir() && path.join("index").is_file() && path.join("meta.json").is_file()
}
