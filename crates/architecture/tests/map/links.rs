//! What documents lead to is there: files and the headings in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All documents of the repository.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("the folder of documents can be read");
        for entry in entries.map(|entry| entry.expect("its entries can be read").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "md") {
                found.push(entry);
            }
        }
    }
    found.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root.join(name)),
    );
    found.sort();
    found
}

/// Lines outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

fn links(text: &str) -> Vec<String> {
    prose(text)
        .flat_map(|line| line.match_indices("](").map(|(at, _)| &line[at + 2..]).collect::<Vec<_>>())
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link.to_owned()))
        .collect()
}

/// The names by which headings are led to, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let heading = |line: &str| line.starts_with('#').then(|| line.trim_start_matches('#').trim().to_owned());
    let anchor = |heading: String| {
        let kept = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == ' ';
        heading.to_lowercase().chars().filter(|c| kept(*c)).collect::<String>().replace(' ', "-")
    };
    prose(text).filter_map(heading).map(anchor).collect()
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut broken = Vec::new();
    let mut followed = 0;
    for document in documents(&root) {
        let text = fs::read_to_string(&document).unwrap();
        for link in
            links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
        {
            followed += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { document.clone() } else { document.parent().unwrap().join(path) };
            let leads = target.exists()
                && (anchor.is_empty() || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor));
            if !leads {
                broken.push(format!("{}: {link}", document.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "these lead nowhere:\n{}", broken.join("\n"));
    assert!(followed > 20, "only {followed} links were found: the documents lead to each other");
}

#[test]
fn every_document_is_led_to_from_the_readme_or_from_what_it_leads_to() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut seen = BTreeSet::new();
    let mut next = vec![root.join("README.md")];
    while let Some(document) = next.pop() {
        if !seen.insert(document.clone()) || document.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = fs::read_to_string(&document).unwrap();
        let targets = links(&text).into_iter().filter(|link| !link.contains("://"));
        next.extend(targets.filter_map(|link| {
            let path = link.split('#').next().filter(|path| !path.is_empty())?.to_owned();
            document.parent().unwrap().join(path).canonicalize().ok()
        }));
    }
    let lost: Vec<String> = documents(&root)
        .into_iter()
        .filter(|document| !seen.contains(&document.canonicalize().unwrap()))
        .map(|document| document.strip_prefix(&root).unwrap().display().to_string())
        .collect();
    assert!(lost.is_empty(), "nobody is led to {lost:?}");
}
