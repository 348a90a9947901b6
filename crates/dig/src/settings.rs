//! What changed between two versions of a configuration file, setting by setting.
//!
//! Both versions are flattened to `path.to.key` and value, each form by the small reader of its own below,
//! and compared; so moved lines, comments and reformatting are no change. The readers are forgiving and
//! know only what is usual: anchors, includes and expressions are values like any other.

mod docker;
mod json;
mod lines;
mod markup;
mod yaml;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::masking::{MASKED, masked, names_secret};

/// Settings of a file beyond this many are not compared.
const SETTINGS_MAX: usize = 20_000;
/// A longer path or value is cut when it is told.
const TOLD_BYTES_MAX: usize = 120;
/// So many comment marks on a line are looked at: each look counts the quotes before it.
const MARKS_MAX: usize = 64;
/// A path is cut here: a key of many kilobytes would be in the path of all below it.
const PATH_BYTES_MAX: usize = 400;
/// What stands for the value of a setting that is not there.
const UNSET: &str = "unset";

/// The settings of one version of a file, in its own order.
#[derive(Default)]
pub(crate) struct Settings {
    keys: Vec<String>,
    values: FxHashMap<String, String>,
}

impl Settings {
    /// Reads the settings of the file at this path.
    pub(crate) fn read(path: &str, text: &str) -> Self {
        let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let mut settings = Self::default();
        match file.rsplit_once('.').map_or("", |(_, extension)| extension) {
            _ if file.starts_with("dockerfile") => docker::read(text, &mut settings),
            "yaml" | "yml" => yaml::read(text, &mut settings),
            "json" | "jsonc" | "json5" => json::read(text, &mut settings),
            "xml" | "config" => markup::read(text, &mut settings),
            _ => lines::read(text, &mut settings),
        }
        settings
    }

    /// Takes a setting; a second value for the same path makes a list.
    fn set(&mut self, path: &str, value: &str) {
        self.append(path, value, ", ");
    }

    fn append(&mut self, path: &str, value: &str, separator: &str) {
        if let Some(known) = self.values.get_mut(path) {
            known.push_str(separator);
            known.push_str(value);
        } else if self.keys.len() < SETTINGS_MAX {
            self.keys.push(path.to_owned());
            self.values.insert(path.to_owned(), value.to_owned());
        }
    }
}

/// One setting that changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SettingEdit {
    pub(crate) key: String,
    before: Option<String>,
    after: Option<String>,
}

impl SettingEdit {
    /// `path.to.key: before -> after`, without secrets. Of long values, the part that differs is told.
    pub(crate) fn told(&self) -> String {
        let value = |value: &Option<String>| match value {
            None => UNSET.to_owned(),
            Some(_) if names_secret(&self.key) => MASKED.to_owned(),
            Some(value) => on_one_line(&masked(value)),
        };
        let (before, after) = (value(&self.before), value(&self.after));
        let same = same_start(&before, &after);
        format!("{}: {} -> {}", part(&self.key, 0), part(&before, same), part(&after, same))
    }
}

/// How many bytes two long values have in common before they differ, but for a few words.
fn same_start(before: &str, after: &str) -> usize {
    const TOLD_BEFORE: usize = 40;
    if before.len().max(after.len()) <= TOLD_BYTES_MAX {
        return 0;
    }
    let same = before.bytes().zip(after.bytes()).take_while(|(left, right)| left == right).count();
    same.saturating_sub(TOLD_BEFORE)
}

/// The text from there on, cut at the limit.
fn part(text: &str, from: usize) -> String {
    let from = text.floor_char_boundary(from);
    let to = text.floor_char_boundary(from + TOLD_BYTES_MAX);
    let ellipsis = |cut: bool| if cut { "…" } else { "" };
    format!("{}{}{}", ellipsis(from > 0), &text[from..to], ellipsis(to < text.len()))
}

/// What changed between two versions of the configuration file at this path, setting by setting, in words without secrets.
pub fn settings_changed(path: &str, before: &str, after: &str) -> Vec<String> {
    let (before, after) = (Settings::read(path, before), Settings::read(path, after));
    difference(&before, &after).iter().map(SettingEdit::told).collect()
}

/// The settings that differ: those of the new version in its order, then those that are gone.
pub(crate) fn difference(before: &Settings, after: &Settings) -> Vec<SettingEdit> {
    let kept: FxHashSet<&String> = after.keys.iter().collect();
    let gone = before.keys.iter().filter(|key| !kept.contains(key));
    after
        .keys
        .iter()
        .chain(gone)
        .map(|key| SettingEdit {
            key: key.clone(),
            before: before.values.get(key).cloned(),
            after: after.values.get(key).cloned(),
        })
        .filter(|edit| edit.before != edit.after)
        .collect()
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value without its quotes.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// The line without a comment that follows its content.
fn without_comment<'l>(line: &'l str, marks: &[&str]) -> &'l str {
    let quotes = |text: &str, quote: char| text.matches(quote).count() % 2;
    let starts = marks.iter().flat_map(|mark| line.match_indices(mark).take(MARKS_MAX));
    let start = starts.map(|(at, _)| at).filter(|at| {
        let before = &line[..*at];
        let free = before.is_empty() || before.ends_with([' ', '\t']);
        free && quotes(before, '"') == 0 && quotes(before, '\'') == 0
    });
    line[..start.min().unwrap_or(line.len())].trim_end()
}

/// Names that tell one item of a list from the others.
const LABELS: [&str; 4] = ["name", "id", "key", "alert"];

fn joined(path: &str, key: &str) -> String {
    let between = if path.is_empty() || key.starts_with('[') { "" } else { "." };
    let key = &key[..key.floor_char_boundary(PATH_BYTES_MAX)];
    let mut whole = format!("{path}{between}{key}");
    whole.truncate(whole.floor_char_boundary(PATH_BYTES_MAX));
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, before: &str, after: &str, expected: &[&str]) {
        let edits = difference(&Settings::read(path, before), &Settings::read(path, after));
        let told: Vec<String> = edits.iter().map(SettingEdit::told).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn yaml_settings_are_told_with_their_path() {
        check(
            "config/payments.yaml",
            "upstream:\n  # how long\n  timeout_ms: 3000\n  retries: 2\nlog: info\n",
            "log: info\nupstream:\n  retries: 2\n  timeout_ms: 800 # ms\n  hosts:\n  - a\n  - b\n",
            &["upstream.timeout_ms: 3000 -> 800", "upstream.hosts: unset -> a, b"],
        );
        check(
            "k8s/deployment.yaml",
            "spec:\n  containers:\n  - name: web\n    image: web:1\n    env:\n    - name: TIMEOUT\n      value: \"3000\"\n",
            "spec:\n  containers:\n    - name: web\n      env:\n        - name: TIMEOUT\n          value: '800'\n      image: web:2\n",
            &[
                "spec.containers[web].env[TIMEOUT].value: 3000 -> 800",
                "spec.containers[web].image: web:1 -> web:2",
            ],
        );
        check(
            "k8s/configmap.yaml",
            "data:\n  app.properties: |\n    a.timeout=5\n    b=1\n",
            "data:\n  app.properties: |\n    a.timeout=7\n    b=1\n",
            &["data.app.properties.a.timeout: 5 -> 7"],
        );
    }

    #[test]
    fn items_and_text_blocks_are_told_as_what_they_are() {
        check(
            "compose.yaml",
            "web:\n  environment:\n    - A=1\n    - B=2\n",
            "web:\n  environment:\n    - C=0\n    - A=1\n    - B=3\n",
            &["web.environment.C: unset -> 0", "web.environment.B: 2 -> 3"],
        );
        check("a.yaml", "expr: |\n  sum(\n  a)\n", "expr: |\n  sum(\n  b)\n", &["expr: sum( a) -> sum( b)"]);
    }

    #[test]
    fn of_long_values_the_part_that_differs_is_told() {
        let before = format!("a: {}one", "é".repeat(200));
        let after = format!("a: {}two{}", "é".repeat(200), "x".repeat(200));
        let same = "é".repeat(20);
        let told = format!("a: …{same}one -> …{same}two{}…", "x".repeat(77));
        check("a.yaml", &before, &after, &[&told]);
    }

    #[test]
    fn json_settings_are_told_with_their_path() {
        check(
            "a.json",
            r#"{"db": {"pool": 10, "hosts": ["a"]}, "rules": [{"name": "x", "max": 1}]}"#,
            r#"{"rules": [{"name": "x", "max": 2}], "db": {"pool": 5, "hosts": ["a", "b"]}}"#,
            &["db.hosts: a -> a, b", "db.pool: 10 -> 5", "rules[x].max: 1 -> 2"],
        );
        check("a.jsonc", "{\n  // how many\n  \"pool\": 10,\n}", "{\n  \"pool\": 5,\n}", &["pool: 10 -> 5"]);
    }

    #[test]
    fn settings_on_lines_are_told_with_their_section() {
        check(
            "a.toml",
            "x = 1\n[db]\npool = 10 # of them\n",
            "x = 1\n[db]\npool = 5\n",
            &["db.pool: 10 -> 5"],
        );
        check(
            "a.properties",
            "db.url=x\n# db.pool=1\n",
            "db.url=y\ndb.pool=1\n",
            &["db.url: x -> y", "db.pool: unset -> 1"],
        );
        check(".env", "export A=1\nB='2'\n", "A=1\n", &["B: 2 -> unset"]);
        check(
            "main.tf",
            "resource \"aws_db\" \"main\" {\n  size = 5\n  zones = [\n    \"a\",\n  ]\n}\n",
            "resource \"aws_db\" \"main\" {\n  size = 9\n  zones = [\n    \"a\",\n    \"b\",\n  ]\n}\n",
            &["resource.aws_db.main.size: 5 -> 9", "resource.aws_db.main.zones: a -> a, b"],
        );
        check(
            "nginx.conf",
            "http {\n  proxy_read_timeout 60s;\n}\n",
            "http {\n  proxy_read_timeout 5s;\n}\n",
            &["http.proxy_read_timeout: 60s -> 5s"],
        );
    }

    #[test]
    fn markup_settings_are_told_with_their_path() {
        check(
            "a.xml",
            "<configuration><property><name>a.b</name><value>1</value></property><x y=\"1\"/></configuration>",
            "<configuration>\n<property>\n<name>a.b</name><value>2</value></property><!-- <z>1</z> --><x y=\"2\"/></configuration>",
            &["property[a.b].value: 1 -> 2", "x@y: 1 -> 2"],
        );
    }

    #[test]
    fn docker_instructions_are_told() {
        check(
            "Dockerfile",
            "FROM a:1\nENV X=1 Y=2\nRUN a\n",
            "FROM a:2\nENV X=1 \\\n  Y=3\nRUN a && \\\n  b\n",
            &["FROM: a:1 -> a:2", "ENV.Y: 2 -> 3", "RUN: a -> a && b"],
        );
    }

    #[test]
    fn secrets_are_not_told() {
        check(
            "a.yaml",
            "db:\n  password: horse\n",
            "db:\n  password: battery\n",
            &["db.password: <secret> -> <secret>"],
        );
        check(
            "a.yaml",
            "account_password: a\n",
            "token_ttl: 5\n",
            &["token_ttl: unset -> 5", "account_password: <secret> -> unset"],
        );
    }

    #[test]
    fn a_long_key_is_cut_in_all_paths_below_it() {
        let text = format!("{}:\n{}", "k".repeat(190), "  a:\n".repeat(3000));
        assert!(Settings::read("a.yaml", &text).keys.iter().all(|key| key.len() <= PATH_BYTES_MAX));
        let text = format!("{} {{\na = 1\n", "k".repeat(100_000));
        let settings = Settings::read("a.tf", &text);
        assert_eq!(settings.keys.iter().map(String::len).collect::<Vec<_>>(), [PATH_BYTES_MAX]);
    }

    #[test]
    fn broken_files_do_no_harm() {
        for path in ["a.yaml", "a.json", "a.xml", "a.tf", "Dockerfile"] {
            for text in [
                "- - - :\n-\n:\n  -",
                "{{{[[[",
                "]]}}",
                "<a <b c=\"<",
                "\\",
                "ENV\nENV =",
                "[",
                "é: é\n- é",
                "</a></b>",
            ] {
                difference(&Settings::read(path, text), &Settings::read(path, ""));
            }
        }
    }
}
