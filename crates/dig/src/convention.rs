//! What a log call looks like in each language: names of loggers, methods and macros, and where the
//! message stands among the arguments.
//!
//! It goes by names, not by types: a receiver one of whose words is `log`, `logger` or the like, and a
//! method that names a level. So a logger called `out` is not seen, and a `log` that is a ledger is.

use hark_event::Level;

use crate::language::Language;
use crate::lexer::{Kind, Token};

/// A call that writes a log record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Convention {
    /// The level that the call's name tells.
    pub(crate) level: Option<Level>,
    pub(crate) message: MessagePlace,
}

/// Where the message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MessagePlace {
    /// The first argument that holds a text.
    FirstText,
    /// All arguments, with spaces between them.
    All,
    /// The first argument that begins with a text; others are fields.
    FirstBareText,
    /// The value after the key `msg`, `message` or `event`.
    Keyed,
    /// A level's name first, then the message.
    AfterLevel,
}

/// Recognises a call by its name and what it is called on, nearest first: `a.b.c(` is `c`, `["b", "a"]`.
pub(crate) fn recognise(language: Language, method: &str, receivers: &[&str]) -> Option<Convention> {
    match language {
        Language::Rust | Language::Commented(_) | Language::Ruby => None,
        _ if receivers.is_empty() => bare(language, method),
        _ => called_on(language, method, receivers),
    }
}

/// Recognises a Rust macro.
pub(crate) fn recognise_macro(name: &str) -> Option<Convention> {
    let level = match name {
        "trace" | "debug" | "info" | "warn" | "error" => Level::parse(name),
        "event" | "log" => return Some(Convention { level: None, message: MessagePlace::AfterLevel }),
        "println" | "eprintln" | "print" | "eprint" => None,
        _ => return None,
    };
    Some(Convention { level, message: MessagePlace::FirstBareText })
}

/// Recognises what a C++ stream is fed into: `LOG(INFO)`, `std::cerr`, `qDebug()`.
/// The second value is what the stream puts between its pieces.
pub(crate) fn recognise_stream(name: &str, arguments: &[Token<'_>]) -> Option<(Option<Level>, &'static str)> {
    match name {
        "cerr" | "cout" | "clog" | "wcerr" | "wcout" => return Some((None, "")),
        "qDebug" => return Some((Some(Level::Debug), " ")),
        "qInfo" => return Some((Some(Level::Info), " ")),
        "qWarning" => return Some((Some(Level::Warn), " ")),
        "qCritical" => return Some((Some(Level::Error), " ")),
        _ => {}
    }
    let words = words(name);
    let upper = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    (upper && words.iter().any(|word| is_logger_word(word)))
        .then(|| (level_among(&words).or_else(|| level_of_arguments(arguments)), ""))
}

/// The level that the arguments before the first text name: `Level.INFO`, `LOG_ERR`, `'warn'`.
pub(crate) fn level_of_arguments(arguments: &[Token<'_>]) -> Option<Level> {
    for token in arguments {
        match token.kind {
            Kind::Word => {
                if let Some(level) = level_among(&words(token.text)) {
                    return Some(level);
                }
            }
            Kind::Text(_) => return level_of_word(&token.text.to_ascii_lowercase()),
            _ => {}
        }
    }
    None
}

fn called_on(language: Language, method: &str, receivers: &[&str]) -> Option<Convention> {
    let words = words(method);
    let nearest = receivers[0];
    let found = |level, message| Some(Convention { level, message });
    match (nearest, method) {
        ("console", "log" | "table" | "dir") => return found(None, MessagePlace::All),
        ("console", _) => return found(level_among(&words), MessagePlace::All),
        ("out" | "err" | "Console", "println" | "print" | "printf" | "WriteLine" | "Write")
        | ("Error" | "Out", "WriteLine" | "Write") => return found(None, MessagePlace::FirstText),
        ("fmt", "Println" | "Print") => return found(None, MessagePlace::All),
        ("fmt", "Printf") => return found(None, MessagePlace::FirstText),
        // Android: `Log.e(TAG, "message")`.
        ("Log", "v" | "d" | "i" | "w" | "e") => return found(Level::parse(method), MessagePlace::FirstText),
        ("Trace", "TraceError" | "TraceWarning" | "TraceInformation") => {
            return found(level_among(&words), MessagePlace::FirstText);
        }
        ("warnings", "warn") => return found(Some(Level::Warn), MessagePlace::FirstText),
        _ => {}
    }
    let chained = receivers.iter().find_map(|receiver| level_among(&self::words(receiver)));
    // zerolog ends a chain of fields with the message.
    if matches!(method, "Msg" | "Msgf") && chained.is_some() {
        return found(chained, MessagePlace::FirstText);
    }
    if language == Language::Go && method == "Log" && chained.is_some() {
        return found(chained, MessagePlace::Keyed);
    }
    if !receivers.iter().any(|receiver| self::words(receiver).iter().any(|word| is_logger_word(word))) {
        return logger_in_name(language, &words);
    }
    if let Some(level) = level_among(&words) {
        let joined =
            matches!(language, Language::Script | Language::Go) && !method.ends_with(['f', 'w', 's', 'x']);
        let all = joined && !matches!(nearest, "slog" | "zap" | "zlog");
        return found(Some(level), if all { MessagePlace::All } else { MessagePlace::FirstText });
    }
    match method.to_ascii_lowercase().as_str() {
        "log" if language == Language::Go => found(chained, MessagePlace::Keyed),
        "log" | "logp" | "write" | "msg" | "message" | "event" if chained.is_some() => {
            found(chained, MessagePlace::FirstText)
        }
        "log" => found(None, MessagePlace::AfterLevel),
        "println" | "print" => found(None, MessagePlace::All),
        "printf" | "success" | "write" | "message" | "output" => found(None, MessagePlace::FirstText),
        _ => None,
    }
}

fn bare(language: Language, method: &str) -> Option<Convention> {
    let words = words(method);
    let found = |level, message| Some(Convention { level, message });
    match (language, method) {
        (Language::Python, "print") => return found(None, MessagePlace::All),
        (Language::Kotlin, "println" | "print") => return found(None, MessagePlace::FirstText),
        (
            Language::C,
            "printf" | "fprintf" | "vprintf" | "puts" | "fputs" | "perror" | "wprintf" | "g_print",
        ) => {
            return found(None, MessagePlace::FirstText);
        }
        (Language::C, "syslog" | "printk" | "elog" | "ereport") => {
            return found(None, MessagePlace::AfterLevel);
        }
        (Language::C, _)
            if words
                .iter()
                .all(|word| level_of_word(word).is_some() || SMALL_WORDS.contains(&word.as_str())) =>
        {
            return level_among(&words).and_then(|level| found(Some(level), MessagePlace::FirstText));
        }
        _ => {}
    }
    logger_in_name(language, &words)
}

/// Words that stand beside a level in the names of C's log functions and macros.
const SMALL_WORDS: [&str; 9] = ["pr", "dev", "g", "ms", "ratelimited", "once", "errx", "warnx", "if"];

/// `LOG_INFO(…)`, `logMessage(…)`: a function of one's own with `log` at one end of its name.
fn logger_in_name(language: Language, words: &[String]) -> Option<Convention> {
    const NOT_FIRST: [&str; 14] = [
        "get",
        "create",
        "new",
        "make",
        "init",
        "set",
        "open",
        "close",
        "with",
        "add",
        "configure",
        "is",
        "has",
        "should",
    ];
    let first = words.first()?;
    let at_an_end = is_logger_word(first) || words.last().is_some_and(|last| is_logger_word(last));
    if !at_an_end || NOT_FIRST.contains(&first.as_str()) {
        return None;
    }
    let level = level_among(words);
    let says = level.is_some()
        || words
            .iter()
            .any(|word| matches!(word.as_str(), "msg" | "message" | "printf" | "print" | "write" | "line"))
        || (language == Language::C && words.len() <= 2);
    says.then_some(Convention {
        level,
        message: if level.is_some() { MessagePlace::FirstText } else { MessagePlace::AfterLevel },
    })
}

/// The words of a name, in lower case: `LogInformation` and `log_information` are `log`, `information`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    for letter in name.chars() {
        let starts = previous == '_' || (letter.is_uppercase() && !previous.is_uppercase());
        if letter != '_' {
            match words.last_mut() {
                Some(word) if !starts => word.extend(letter.to_lowercase()),
                _ => words.push(letter.to_lowercase().collect()),
            }
        }
        previous = letter;
    }
    words
}

fn is_logger_word(word: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "catalog",
        "dialog",
        "blog",
        "backlog",
        "analog",
        "prolog",
        "changelog",
        "datalog",
        "watchlog",
        "reflog",
    ];
    match word {
        "logging" | "logs" | "logrus" | "zap" | "sugar" | "sugared" | "tracing" | "winston" | "pino"
        | "structlog" | "bunyan" | "serilog" | "klogr" | "logr" => true,
        _ => (word.ends_with("log") || word.ends_with("logger")) && !OTHERS.contains(&word),
    }
}

fn level_among(words: &[String]) -> Option<Level> {
    words.iter().find_map(|word| level_of_word(word))
}

/// The level that a word of a name tells, with the endings that libraries give to it (`infof`, `errorw`).
fn level_of_word(word: &str) -> Option<Level> {
    let exact = |word: &str| match word {
        "exception" => Some(Level::Error),
        "panic" | "dpanic" | "abort" => Some(Level::Fatal),
        // Single letters, and words that say too little about a level.
        "config" | "alert" | "failure" | "fine" => None,
        word if word.len() < 3 => None,
        word => Level::parse(word),
    };
    exact(word).or_else(|| {
        ["f", "w", "ln", "x", "s", "fmt"].iter().find_map(|ending| exact(word.strip_suffix(ending)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, call: &str, expected: Option<Option<Level>>) {
        let mut chain: Vec<&str> = call.split('.').collect();
        chain.reverse();
        let found = recognise(language, chain[0], &chain[1..]);
        assert_eq!(found.map(|convention| convention.level), expected, "{call}");
    }

    #[test]
    fn the_usual_loggers_are_known() {
        check(Language::Java, "this.LOG.info", Some(Some(Level::Info)));
        check(Language::Java, "logger.atWarn.log", Some(Some(Level::Warn)));
        check(Language::Java, "System.out.println", Some(None));
        check(Language::Go, "log.Printf", Some(None));
        check(Language::Go, "s.logger.Errorw", Some(Some(Level::Error)));
        check(Language::Go, "log.Info.Str.Msg", Some(Some(Level::Info)));
        check(Language::Go, "slog.WarnContext", Some(Some(Level::Warn)));
        check(Language::Python, "logging.exception", Some(Some(Level::Error)));
        check(Language::CSharp, "_logger.LogInformation", Some(Some(Level::Info)));
        check(Language::Script, "console.error", Some(Some(Level::Error)));
        check(Language::C, "pr_err", Some(Some(Level::Error)));
        check(Language::C, "spdlog.warn", Some(Some(Level::Warn)));
        check(Language::C, "SPDLOG_INFO", Some(Some(Level::Info)));
    }

    #[test]
    fn other_calls_are_left_alone() {
        check(Language::Java, "LoggerFactory.getLogger", None);
        check(Language::Java, "dialog.error", None);
        check(Language::Java, "catalog.info", None);
        check(Language::Java, "Math.log", None);
        check(Language::Script, "response.error", None);
        check(Language::C, "strcmp", None);
        check(Language::Python, "info", None);
    }
}
