//! Finds the calls that write log records, and the message that each will write.
//!
//! What a call looks like is in `convention.rs`, what a message is in `message.rs`; here is the walk over a
//! file's tokens. A call longer than 4 KiB is passed over, as is one whose message has no constant part.

use hark_event::Level;

use crate::convention::{
    Convention, MessagePlace, level_of_arguments, recognise, recognise_macro, recognise_stream,
};
use crate::language::Language;
use crate::lexer::{Kind, Token};
use crate::message::{arguments, closing, message, stream_pieces, streamed};

/// A call that is longer than this is not read.
const CALL_BYTES_MAX: usize = 4 * 1024;
/// A call has at least a token per this many bytes of the limit.
const CALL_TOKENS_MAX: usize = 2048;
/// How many names `a.b.c` are looked at.
const RECEIVERS_MAX: usize = 12;

/// A log call as found in one file.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Call {
    pub(crate) line: u32,
    pub(crate) level: Option<Level>,
    pub(crate) text: String,
}

/// The log calls among a file's tokens without comments, in order.
pub(crate) fn calls(code: &[Token<'_>], language: Language) -> Vec<Call> {
    let mut found: Vec<Call> = (0..code.len()).filter_map(|index| call_at(code, index, language)).collect();
    found.sort_by_key(|call| call.line);
    found
}

fn call_at(code: &[Token<'_>], index: usize, language: Language) -> Option<Call> {
    match (code[index].kind, language) {
        (Kind::Mark(b'!'), Language::Rust) => macro_call(code, index),
        (Kind::Mark(b'<'), Language::C) => stream(code, index),
        (Kind::Mark(b'('), _) | (Kind::Mark(b'{'), Language::Kotlin) => method_call(code, index, language),
        _ => None,
    }
}

fn macro_call(code: &[Token<'_>], bang: usize) -> Option<Call> {
    let name = code.get(bang.checked_sub(1)?).filter(|token| token.kind == Kind::Word)?;
    let convention = recognise_macro(name.text)?;
    let opens = code.get(bang + 1).is_some_and(|token| matches!(token.kind, Kind::Mark(b'(' | b'[' | b'{')));
    let inner = opens.then(|| inside(code, bang + 1)).flatten()?;
    finish(convention, inner, first_line(code, bang - 1), Language::Rust)
}

fn method_call(code: &[Token<'_>], open: usize, language: Language) -> Option<Call> {
    let name = code.get(open.checked_sub(1)?).filter(|token| token.kind == Kind::Word)?;
    // Most parentheses belong to no log call: the cheap question first.
    let chain = receivers(code, open - 1);
    let names: Vec<&str> = chain.iter().map(|index| code[*index].text).collect();
    let convention = recognise(language, name.text, &names)?;
    let inner = inside(code, open)?;
    let first = chain.last().copied().unwrap_or(open - 1);
    let definition = first.checked_sub(1).and_then(|before| code.get(before));
    if definition.is_some_and(|token| ["def", "func", "fun", "function"].contains(&token.text)) {
        return None;
    }
    finish(convention, inner, code[first].line, language)
}

/// The line on which the path to this name (`tracing::info`) begins.
fn first_line(code: &[Token<'_>], name: usize) -> u32 {
    let first = receivers(code, name).last().copied().unwrap_or(name);
    code[first].line
}

/// The tokens between the bracket at `open` and its closing one.
fn inside<'t, 's>(code: &'t [Token<'s>], open: usize) -> Option<&'t [Token<'s>]> {
    let reach = &code[..code.len().min(open + CALL_TOKENS_MAX)];
    let close = closing(reach, open)?;
    (code[close].offset - code[open].offset <= CALL_BYTES_MAX).then(|| &code[open + 1..close])
}

/// The indices of the names that the name at `index` is called on, nearest first.
fn receivers(code: &[Token<'_>], index: usize) -> Vec<usize> {
    let mut names = Vec::new();
    let mut at = index;
    while names.len() < RECEIVERS_MAX {
        let Some(before) = before_connector(code, at) else { break };
        let Some(name) = name_ending_at(code, before) else { break };
        names.push(name);
        at = name;
    }
    names
}

/// The index of the token before a `.`, `::`, `->`, `?.` or `!.` that stands before `at`.
fn before_connector(code: &[Token<'_>], at: usize) -> Option<usize> {
    let mark = |back: usize| match code.get(at.checked_sub(back)?)?.kind {
        Kind::Mark(mark) => Some(mark),
        _ => None,
    };
    let length = match (mark(1)?, mark(2)) {
        (b'.', Some(b'?' | b'!')) | (b':', Some(b':')) | (b'>', Some(b'-')) => 2,
        (b'.', _) => 1,
        _ => return None,
    };
    at.checked_sub(length + 1)
}

/// The name that ends at this token: itself, or the one that is called or indexed there.
fn name_ending_at(code: &[Token<'_>], at: usize) -> Option<usize> {
    const ARGUMENT_TOKENS_MAX: usize = 400;
    match code[at].kind {
        Kind::Word => return Some(at),
        Kind::Mark(b')' | b']') => {}
        _ => return None,
    }
    let mut depth = 0_usize;
    for index in (at.saturating_sub(ARGUMENT_TOKENS_MAX)..=at).rev() {
        match code[index].kind {
            Kind::Mark(b')' | b']' | b'}') => depth += 1,
            Kind::Mark(b'(' | b'[' | b'{') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let name = before_type_arguments(code, index.checked_sub(1)?)?;
            return (code[name].kind == Kind::Word).then_some(name);
        }
    }
    None
}

/// The index of the name in `name<T>`, of which this is the last token; or the token itself.
fn before_type_arguments(code: &[Token<'_>], at: usize) -> Option<usize> {
    const TYPE_TOKENS_MAX: usize = 20;
    if !code[at].is_mark(b'>') {
        return Some(at);
    }
    let opens = (at.saturating_sub(TYPE_TOKENS_MAX)..at).rev().find(|index| code[*index].is_mark(b'<'))?;
    opens.checked_sub(1)
}

fn finish(convention: Convention, inner: &[Token<'_>], line: u32, language: Language) -> Option<Call> {
    let arguments = arguments(inner);
    let level = convention.level.or_else(|| match convention.message {
        MessagePlace::AfterLevel => level_of_arguments(arguments.first().copied().unwrap_or_default()),
        _ => None,
    });
    let text = match convention.message {
        MessagePlace::FirstText => first_text(&arguments, language),
        MessagePlace::FirstBareText => {
            let bare = arguments
                .iter()
                .find(|argument| matches!(argument.first(), Some(Token { kind: Kind::Text(_), .. })));
            bare.and_then(|argument| message(argument, language))
        }
        MessagePlace::All => {
            let said: Vec<_> = arguments
                .into_iter()
                .filter(|argument| !is_named(argument) && !is_object(argument))
                .collect();
            streamed(&said, language, " ")
        }
        MessagePlace::Keyed => keyed(&arguments, language),
        MessagePlace::AfterLevel => {
            let names_level = level.is_some() && arguments.len() > 1;
            first_text(&arguments[usize::from(names_level)..], language)
                .or_else(|| keyed_object(inner, language))
        }
    }?;
    Some(Call { line, level, text })
}

fn first_text(arguments: &[&[Token<'_>]], language: Language) -> Option<String> {
    let said = arguments.iter().filter(|argument| !is_named(argument));
    said.filter_map(|argument| message(argument, language)).next()
}

/// Whether the argument is `name=value`, which is no part of the message.
fn is_named(argument: &[Token<'_>]) -> bool {
    let [name, equals, value, ..] = argument else { return false };
    name.kind == Kind::Word && equals.is_mark(b'=') && !value.is_mark(b'=')
}

/// Whether the argument is an object of fields, which loggers print apart.
fn is_object(argument: &[Token<'_>]) -> bool {
    argument.first().is_some_and(|first| first.is_mark(b'{'))
}

const MESSAGE_KEYS: [&str; 3] = ["msg", "message", "event"];

/// `Log("level", "info", "msg", "the message")`.
fn keyed(arguments: &[&[Token<'_>]], language: Language) -> Option<String> {
    let is_key = |argument: &[Token<'_>]| matches!(argument, [Token { kind: Kind::Text(_), text, .. }] if MESSAGE_KEYS.contains(text));
    let pair = arguments.windows(2).find(|pair| is_key(pair[0]))?;
    message(pair[1], language)
}

/// `log({ level: 'info', message: 'the message' })`.
fn keyed_object(inner: &[Token<'_>], language: Language) -> Option<String> {
    let fields = inner.first().filter(|first| first.is_mark(b'{')).map(|_| &inner[1..inner.len() - 1])?;
    let value = arguments(fields).into_iter().find_map(|field| match field {
        [key, colon, value @ ..] if MESSAGE_KEYS.contains(&key.text) && colon.is_mark(b':') => Some(value),
        _ => None,
    })?;
    message(value, language)
}

/// `LOG(INFO) << "a" << b;`, found at its first `<<`.
fn stream(code: &[Token<'_>], at: usize) -> Option<Call> {
    let two = code.get(at + 1).is_some_and(|next| next.is_mark(b'<') && next.offset == code[at].offset + 1);
    if !two {
        return None;
    }
    let name = name_ending_at(code, at.checked_sub(1)?)?;
    let fed = if name + 1 < at { &code[name + 2..at - 1] } else { &[] };
    let (level, separator) = recognise_stream(code[name].text, fed)?;
    let rest = &code[at + 2..code.len().min(at + 2 + CALL_TOKENS_MAX)];
    let end = rest.iter().position(|token| token.is_mark(b';'))?;
    if rest[end].offset - code[at].offset > CALL_BYTES_MAX {
        return None;
    }
    let text = streamed(&stream_pieces(&rest[..end]), Language::C, separator)?;
    Some(Call { line: first_line(code, name), level, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    #[track_caller]
    fn check(language: Language, source: &str, expected: &[&str]) {
        let code: Vec<_> =
            tokens(source, language).into_iter().filter(|token| token.kind != Kind::Comment).collect();
        let printed: Vec<String> = calls(&code, language)
            .iter()
            .map(|call| format!("{} {} {}", call.line, call.level.map_or("-", Level::name), call.text))
            .collect();
        assert_eq!(printed, expected);
    }

    #[test]
    fn rust_macros() {
        check(
            Language::Rust,
            "info!(target: \"x\", user = %id, \"retrying {upstream}\", upstream = u);\ntracing::warn!(\n\"a {} \\\n b\", 1);\nevent!(Level::ERROR, port = 1, \"c\");\neprintln!(\"d\");\nif a != \"b\" {}\nlog::log!(Level::Info, \"e {}\", f(\"g\"))",
            &["1 INFO retrying <*>", "2 WARN a <*> b", "5 ERROR c", "6 - d", "8 INFO e <*>"],
        );
    }

    #[test]
    fn go_loggers() {
        check(
            Language::Go,
            "log.Printf(\"a %d\", b)\ns.log.Infow(\"c\", \"k\", v)\nlog.Error().Err(err).Str(\"k\", \"v\").Msg(\"d\")\nslog.InfoContext(ctx, \"e\", \"k\", v)\nlogrus.WithField(\"a\", b).Warnf(`f %v`, g)\nlevel.Info(logger).Log(\"msg\", \"h\", \"err\", err)\nlog.Println(\"i\", j, \"k\")\nfunc log(a string) {}",
            &["1 - a <*>", "2 INFO c", "3 ERROR d", "4 INFO e", "5 WARN f <*>", "6 INFO h", "7 - i <*> k"],
        );
    }

    #[test]
    fn java_and_kotlin_loggers() {
        check(
            Language::Java,
            "LOG.info(\"a \" +\n b + \" c\" + d);\nlogger.warn(MARKER, \"e {} f\", g);\nLoggerFactory.getLogger(\"h\");\nlog.log(Level.SEVERE, \"i\");\nlogger.atInfo().log(\"j %s\", k);\nSystem.err.println(\"l \" + m);\nlog.info(msg + e);",
            &["1 INFO a <*> c<*>", "3 WARN e <*> f", "5 ERROR i", "6 INFO j <*>", "7 - l <*>"],
        );
        check(Language::Kotlin, "logger.info { \"a $b\" }\nlog.error(e) { \"c\" }", &["1 INFO a <*>"]);
    }

    #[test]
    fn python_loggers() {
        check(
            Language::Python,
            "logger.info('a %s', b)\nlogging.getLogger(__name__).error(f'c {d}')\nself._log.warning(\n  'e '\n  'f', extra={'g': 'h'})\nprint('i', j, file=sys.stderr)\nlogging.log(logging.DEBUG, 'k {}'.format(l))\nlog.exception('m')",
            &["1 INFO a <*>", "2 ERROR c <*>", "3 WARN e f", "6 - i <*>", "7 DEBUG k <*>", "8 ERROR m"],
        );
    }

    #[test]
    fn script_loggers() {
        check(
            Language::Script,
            "console.log('a', b)\nlogger.info({ a: 'x' }, `c ${d}`)\nthis.logger.log('warn', 'e')\nlogger.log({ level: 'info', message: 'f' })\nconsole.error(`g ${h}`)",
            &["1 - a <*>", "2 INFO c <*>", "3 WARN e", "4 INFO f", "5 ERROR g <*>"],
        );
    }

    #[test]
    fn c_and_cpp_loggers() {
        check(
            Language::C,
            "fprintf(stderr, \"a %s\\n\", b);\nLOG(INFO) << \"c \" << d << \" e\";\nstd::cerr << \"f\" << std::endl;\nspdlog::error(\"g {}\", h);\nsyslog(LOG_ERR, \"i %m\");\nLOG_WARN(\"j\");\nx = y << 2;",
            &["1 - a <*>", "2 INFO c <*> e", "3 - f<*>", "4 ERROR g <*>", "5 ERROR i %m", "6 WARN j"],
        );
    }

    #[test]
    fn csharp_loggers() {
        check(
            Language::CSharp,
            "_logger.LogError(ex, \"a {UserId}\", id);\nLog.ForContext<X>().Information($\"b {c}\");\nConsole.WriteLine(\"d {0}\", e);",
            &["1 ERROR a <*>", "2 INFO b <*>", "3 - d <*>"],
        );
    }

    #[test]
    fn a_call_without_an_end_is_no_statement() {
        check(Language::Java, "log.info(\"a", &[]);
        check(Language::Java, "log.info((((", &[]);
        check(Language::Rust, "info!", &[]);
        check(Language::C, "LOG(INFO) <<", &[]);
        check(Language::C, "<<", &[]);
        check(Language::Python, ")).info('a')", &[]);
    }
}
