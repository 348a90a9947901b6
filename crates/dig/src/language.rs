//! Which language a file is written in, and how that language marks comments and text.
//!
//! Found from the name alone: the tree of a commit has no other hint, and a wrong guess costs one file's
//! notes. What a language's *log calls* look like is in `convention.rs`.

/// A language that log statements and functions are found in, or a form of which only comments are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    Rust,
    Go,
    Java,
    Kotlin,
    Python,
    /// JavaScript and TypeScript.
    Script,
    /// C and C++.
    C,
    CSharp,
    Ruby,
    /// Only its comments are read.
    Commented(Comments),
}

/// How a form without code of its own marks a comment that reaches to the end of the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Comments {
    Hash,
    Dashes,
    /// `;` or `#` at the start of a line.
    Ini,
    /// `//`, `/* */` and `#`.
    Slashes,
    /// `<!-- -->`.
    Markup,
}

impl Language {
    /// The language of the file with this path; `None` if it is none that we read.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        if file.starts_with("dockerfile") || file.ends_with(".dockerfile") || file == "makefile" {
            return Some(Self::Commented(Comments::Hash));
        }
        if file.ends_with(".min.js") || file.ends_with(".pb.go") || file.ends_with(".d.ts") {
            return None;
        }
        if file == ".env" || file.starts_with(".env.") {
            return Some(Self::Commented(Comments::Hash));
        }
        Self::of_extension(file.rsplit_once('.')?.1)
    }

    fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "rs" => Self::Rust,
            "go" => Self::Go,
            "java" => Self::Java,
            "kt" | "kts" => Self::Kotlin,
            "py" | "pyi" => Self::Python,
            "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" => Self::Script,
            "c" | "h" | "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" | "ipp" | "inl" => Self::C,
            "cs" => Self::CSharp,
            "rb" | "rake" => Self::Ruby,
            "yaml" | "yml" | "toml" | "properties" | "env" | "conf" | "sh" | "bash" | "pl" | "tpl" | "mk" => {
                Self::Commented(Comments::Hash)
            }
            "sql" | "lua" | "hs" => Self::Commented(Comments::Dashes),
            "ini" | "cfg" | "el" | "clj" => Self::Commented(Comments::Ini),
            "hcl" | "tf" | "tfvars" | "scala" | "swift" | "php" | "proto" | "groovy" | "gradle" | "dart"
            | "jsonc" => Self::Commented(Comments::Slashes),
            "xml" | "html" | "htm" | "xhtml" | "config" | "vue" | "svelte" => {
                Self::Commented(Comments::Markup)
            }
            _ => return None,
        })
    }

    /// Whether blocks are told by indentation rather than by braces.
    pub(crate) fn is_indented(self) -> bool {
        matches!(self, Self::Python | Self::Ruby)
    }

    /// Whether `{}` and the like stand for a value in its messages.
    pub(crate) fn has_brace_placeholders(self) -> bool {
        !matches!(self, Self::Go | Self::Script | Self::Ruby)
    }

    /// Whether `%s` and the like stand for a value in its messages.
    pub(crate) fn has_percent_placeholders(self) -> bool {
        !matches!(self, Self::Rust | Self::CSharp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_from_the_name() {
        assert_eq!(Language::of_path("src/a.b/main.rs"), Some(Language::Rust));
        assert_eq!(Language::of_path("web/App.TSX"), Some(Language::Script));
        assert_eq!(Language::of_path("Dockerfile.dev"), Some(Language::Commented(Comments::Hash)));
        assert_eq!(Language::of_path("web/jquery.min.js"), None);
        assert_eq!(Language::of_path("logo.png"), None);
        assert_eq!(Language::of_path("src.rs/README"), None);
    }
}
