//! What a path tells about a file: whether it is configuration, a test, somebody else's code, and which
//! service it belongs to.
//!
//! Names are all there is to go by; they follow the habits of many teams and the rules of none. Where they
//! do not tell, the answer is no, or nothing.

/// What a file is, as far as changes are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FileKind {
    /// It sets how something runs.
    Config,
    /// It turns features on and off.
    Flag,
    /// Anything else.
    Other,
}

/// What the file at this path is.
pub(crate) fn file_kind(path: &str) -> FileKind {
    let lower = path.to_ascii_lowercase();
    let (folders, file) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let foreign = is_project_file(file) || folders.split('/').any(is_foreign_folder) || is_test(path);
    if foreign || !(is_config_name(file) || holds_settings(folders, file)) {
        return FileKind::Other;
    }
    if names_flag(&lower) { FileKind::Flag } else { FileKind::Config }
}

/// Whether a path or a setting's name speaks of feature flags.
pub(crate) fn names_flag(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| {
        matches!(word, "flag" | "flags" | "feature" | "features" | "toggle" | "toggles")
            || word.starts_with("feature") && word.contains("flag")
    })
}

fn is_config_name(file: &str) -> bool {
    const EXTENSIONS: [&str; 13] = [
        "yaml",
        "yml",
        "toml",
        "ini",
        "conf",
        "cfg",
        "cnf",
        "env",
        "properties",
        "hcl",
        "tf",
        "tfvars",
        "config",
    ];
    file == ".env"
        || file.starts_with(".env.")
        || file.starts_with("dockerfile")
        || file.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

/// JSON and XML hold anything; they are settings where their folder or name says so.
fn holds_settings(folders: &str, file: &str) -> bool {
    const NAMES: [&str; 18] = [
        "config",
        "conf",
        "setting",
        "values",
        "application",
        "flag",
        "feature",
        "option",
        "propert",
        "params",
        "limits",
        "-site",
        "context",
        "logback",
        "log4j",
        "persistence",
        "datasource",
        "env",
    ];
    let data = [".json", ".jsonc", ".json5", ".xml"].iter().find_map(|ending| file.strip_suffix(ending));
    data.is_some_and(|stem| NAMES.iter().any(|name| stem.contains(name)) || in_config_folder(folders))
}

/// Files that describe a project or its tools, not how it runs.
fn is_project_file(file: &str) -> bool {
    const NAMES: [&str; 38] = [
        "package.json",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
        "lerna.json",
        "composer.json",
        "cargo.toml",
        "pyproject.toml",
        "setup.cfg",
        "tox.ini",
        "pytest.ini",
        "mypy.ini",
        "pom.xml",
        "build.xml",
        "ivy.xml",
        "packages.lock.json",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "clippy.toml",
        "deny.toml",
        "mkdocs.yml",
        "codecov.yml",
        "renovate.json",
        "buf.yaml",
        "buf.gen.yaml",
        "chart.lock",
        "components.json",
        "angular.json",
        "nx.json",
        "turbo.json",
        "vercel.json",
        "catalog-info.yaml",
        "checkstyle.xml",
        "gradle.properties",
        "meta.json",
        "manifest.json",
        "babel.config.json",
    ];
    NAMES.contains(&file)
        || (file.starts_with('.') && !file.starts_with(".env"))
        || file.contains("-lock.")
        || file.contains(".lock.")
        || file.starts_with("tsconfig")
        || file.starts_with("jsconfig")
        || file.starts_with("azure-pipelines")
        || file.starts_with("bitbucket-pipelines")
        || file.starts_with("appveyor")
        || file.ends_with(".schema.json")
}

/// Folders whose files are not what this repository runs with.
fn is_foreign_folder(folder: &str) -> bool {
    const FOLDERS: [&str; 20] = [
        "node_modules",
        "vendor",
        "third_party",
        "locales",
        "locale",
        "i18n",
        "translations",
        "messages",
        "schemas",
        "schema",
        "docs",
        "doc",
        "examples",
        "example",
        "samples",
        "dashboards",
        "fixtures",
        "migrations",
        "content",
        "licenses",
    ];
    FOLDERS.contains(&folder)
        // `.github`, `.circleci`, `.vscode` and the like.
        || (folder.starts_with('.') && folder.len() > 1)
}

/// Whether the file is a test or belongs to one: production runs neither.
pub(crate) fn is_test(path: &str) -> bool {
    const FOLDERS: [&str; 12] = [
        "test",
        "tests",
        "testing",
        "__tests__",
        "testdata",
        "spec",
        "specs",
        "fixtures",
        "__snapshots__",
        "e2e",
        "mocks",
        "benches",
    ];
    let lower = path.to_ascii_lowercase();
    let (folders, file) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let stem = file.split('.').next().unwrap_or(file);
    folders.split('/').any(|folder| FOLDERS.contains(&folder) || folder.ends_with("-tests"))
        || stem.ends_with("_test")
        || stem.starts_with("test_")
        || file.contains(".test.")
        || file.contains(".spec.")
        || path
            .rsplit('/')
            .next()
            .is_some_and(|file| file.ends_with("Test.java") || file.ends_with("Tests.cs"))
}

/// Whether the code was written elsewhere.
pub(crate) fn is_foreign_code(path: &str) -> bool {
    path.split('/')
        .any(|folder| matches!(folder, "node_modules" | "vendor" | "third_party" | "bower_components"))
}

/// Folders below which each folder is a service's.
const SERVICE_PARENTS: [&str; 18] = [
    "services",
    "apps",
    "cmd",
    "packages",
    "deploy",
    "deployment",
    "deployments",
    "charts",
    "config",
    "configs",
    "configuration",
    "k8s",
    "kubernetes",
    "helm",
    "manifests",
    "microservices",
    "conf",
    "flags",
];

/// Words that name no service.
const NO_SERVICES: [&str; 68] = [
    "src",
    "main",
    "java",
    "resources",
    "lib",
    "libs",
    "pkg",
    "internal",
    "base",
    "overlays",
    "overlay",
    "prod",
    "production",
    "staging",
    "stage",
    "dev",
    "development",
    "test",
    "local",
    "env",
    "envs",
    "environments",
    "common",
    "shared",
    "default",
    "defaults",
    "global",
    "templates",
    "manifests",
    "helm",
    "charts",
    "values",
    "deployment",
    "service",
    "services",
    "configmap",
    "config",
    "configuration",
    "settings",
    "application",
    "app",
    "dockerfile",
    "docker",
    "docker-compose",
    "compose",
    "kustomization",
    "ingress",
    "namespace",
    "secrets",
    "variables",
    "outputs",
    "terraform",
    "chart",
    "index",
    "flags",
    "features",
    "feature-flags",
    "feature",
    "features",
    "log4j",
    "log4j2",
    "logback",
    "logging",
    "bin",
    "conf",
    "deploy",
    "infra",
    "k8s",
];

/// The service that a file belongs to by the folders it lies in.
pub(crate) fn service_of_code(path: &str) -> Option<&str> {
    let (folders, _) = path.rsplit_once('/')?;
    below_parent(folders)
}

/// Folders that hold configuration: a file's own name in them says whose it is.
const CONFIG_FOLDERS: [&str; 17] = [
    "config",
    "configs",
    "configuration",
    "conf",
    "settings",
    "deploy",
    "deployment",
    "deployments",
    "k8s",
    "kubernetes",
    "helm",
    "charts",
    "manifests",
    "env",
    "envs",
    "flags",
    "feature-flags",
];

/// The service that a configuration file is about: by its folders; by its own name, in a folder of
/// configuration; or, if its name is one that every service has (`values.yaml`), by the folder around it.
pub(crate) fn service_of_config(path: &str) -> Option<&str> {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = service_stem(file);
    let from_stem = || Some(stem).filter(|stem| is_service_name(stem) && in_config_folder(folders));
    // A module's folder is the one around its sources.
    let module = folders.split("/src/").next().unwrap_or(folders);
    let nearest =
        || module.rsplit('/').find(|folder| is_service_name(folder)).filter(|_| !is_service_name(stem));
    below_parent(folders).or_else(from_stem).or_else(nearest)
}

fn in_config_folder(folders: &str) -> bool {
    folders.split('/').any(|folder| CONFIG_FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
}

fn below_parent(folders: &str) -> Option<&str> {
    let mut below = false;
    for folder in folders.split('/') {
        if below && is_service_name(folder) {
            return Some(folder);
        }
        below |= SERVICE_PARENTS.contains(&folder.to_ascii_lowercase().as_str());
    }
    None
}

fn is_service_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !lower.is_empty()
        && !lower.starts_with('.')
        && !NO_SERVICES.contains(&lower.as_str())
        && !SERVICE_PARENTS.contains(&lower.as_str())
        && lower.chars().any(|letter| letter.is_ascii_alphabetic())
}

/// The file's name without what only says which kind of file or environment it is.
fn service_stem(file: &str) -> &str {
    const ENDINGS: [&str; 13] = [
        "-config",
        "_config",
        "-configmap",
        "-deployment",
        "-values",
        "_values",
        "-prod",
        "-production",
        "-staging",
        "-dev",
        "-settings",
        "-flags",
        "-env",
    ];
    let mut stem = file.split('.').next().unwrap_or(file);
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| stem.strip_suffix(ending)) {
        stem = shorter;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_is_told_from_other_files() {
        for path in [
            "config/payments.yaml",
            "k8s/prod/deployment.yml",
            "Dockerfile",
            "infra/main.tf",
            ".env",
            "a/app.properties",
        ] {
            assert_eq!(file_kind(path), FileKind::Config, "{path}");
        }
        for path in [
            "package.json",
            "web/pnpm-lock.yaml",
            "Cargo.toml",
            ".github/workflows/ci.yml",
            "src/main.rs",
            ".gitlab-ci.yml",
            "tests/data/a.json",
            "web/locales/en.json",
            "Cargo.lock",
            "web/app/developers.json",
            "public/sitemap.xml",
        ] {
            assert_eq!(file_kind(path), FileKind::Other, "{path}");
        }
        assert_eq!(file_kind("config/feature-flags.json"), FileKind::Flag);
        assert_eq!(file_kind("flags/checkout.yaml"), FileKind::Flag);
        assert_eq!(file_kind("config/flagship.yaml"), FileKind::Config);
    }

    #[test]
    fn tests_are_told_from_code() {
        for path in ["src/test/java/A.java", "a/b_test.go", "a/test_b.py", "web/a.spec.ts", "x/FooTest.java"]
        {
            assert!(is_test(path), "{path}");
        }
        for path in ["src/latest.rs", "src/contest/a.go", "attestation.py"] {
            assert!(!is_test(path), "{path}");
        }
    }

    #[track_caller]
    fn check_config(path: &str, expected: Option<&str>) {
        assert_eq!(service_of_config(path), expected, "{path}");
    }

    #[test]
    fn the_service_of_a_configuration_file_is_guessed() {
        check_config("config/payments.yaml", Some("payments"));
        check_config("config/payments-prod.yaml", Some("payments"));
        check_config("k8s/prod/payments/deployment.yaml", Some("payments"));
        check_config("services/cart/src/main/resources/application.yml", Some("cart"));
        check_config("checkout/values.yaml", Some("checkout"));
        check_config("orders/src/main/resources/org/shop/x/application.yml", Some("orders"));
        check_config("sitemap.yaml", None);
        check_config("config/production.yaml", None);
        check_config("Dockerfile", None);
    }

    #[test]
    fn the_service_of_code_is_told_by_its_folders_alone() {
        assert_eq!(service_of_code("services/cart/src/main.go"), Some("cart"));
        assert_eq!(service_of_code("cmd/payments/main.go"), Some("payments"));
        assert_eq!(service_of_code("src/main.rs"), None);
        assert_eq!(service_of_code("services/README.md"), None);
    }
}
