//! Frames of stack traces: which function, and whose it is.
//!
//! Whose a frame is, is told by where its file lies, as far as the language says so, else by its package: runtimes and the
//! frameworks that most programs stand on. A library that is not known here counts as own code, which costs a
//! frame and no identity.

use std::borrow::Cow;

/// The longest name of a function that is kept; longer ones are cut.
const FUNCTION_BYTES_MAX: usize = 160;

/// Whose code it is, the nearest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Owner {
    /// Those who run it wrote it.
    Own,
    /// It was brought along.
    Library,
    /// It belongs to the language.
    Runtime,
}

/// One frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) function: Cow<'a, str>,
    pub(crate) owner: Owner,
}

impl<'a> Frame<'a> {
    fn of(function: &'a str, owner: Owner) -> Option<Self> {
        let function = &function[..function.floor_char_boundary(FUNCTION_BYTES_MAX)];
        (!function.is_empty()).then_some(Self { function: Cow::Borrowed(function), owner })
    }
}

/// The frame that a line is, if it is one; between Python's stand lines of source that may look like others.
pub(crate) fn frame(line: &str) -> Option<Frame<'_>> {
    if let Some(rest) = line.strip_prefix("at ") {
        return at_frame(rest);
    }
    python_frame(line)
        .or_else(|| numbered_frame(line))
        .or_else(|| ruby_frame(line))
        .or_else(|| go_frame(line))
}

/// Whose the frame above is, if this line names nothing but its file, as Rust and Go do.
pub(crate) fn owner_of_location(line: &str) -> Option<Owner> {
    let is_rust = line.starts_with("at ") && line.contains(".rs:");
    let is_go = (line.starts_with('/') || line.get(1..3) == Some(":\\")) && line.contains(".go:");
    if !is_rust && !is_go {
        return None;
    }
    Some(owner_of_path(
        line,
        &["/rustc/", "/go/src/", "/libexec/src/"],
        &["/.cargo/", "/pkg/mod/", "/vendor/"],
    ))
}

fn owner_of_path(path: &str, runtime: &[&str], library: &[&str]) -> Owner {
    if library.iter().any(|part| path.contains(part)) {
        Owner::Library
    } else if runtime.iter().any(|part| path.contains(part)) {
        Owner::Runtime
    } else {
        Owner::Own
    }
}

/// `com.shop.Cart.add(Cart.java:12)`, `Cart.add (/srv/cart.js:1:2)`, `Shop.Cart.Add(Item i) in Cart.cs:line 3`.
fn at_frame(rest: &str) -> Option<Frame<'_>> {
    let rest = rest.strip_prefix("async ").unwrap_or(rest);
    let has_location = rest.contains('(');
    if !has_location
        && (rest.starts_with(['/', '.', '<']) || rest.contains("://") || rest.starts_with("node:"))
    {
        return None;
    }
    let function = rest.split(['(', ' ']).next().unwrap_or(rest);
    let function =
        if function == "new" { rest.split('(').next().unwrap_or(function) } else { function }.trim_end();
    let location = rest.get(function.len()..).unwrap_or("");
    // Java names the module of its own classes: `java.base/java.util.List.of`.
    let function = function.rsplit_once('/').map_or(function, |(_, function)| function);
    let frame = Frame::of(function, owner_of_script(location).max(owner_of_package(function)))?;
    Some(Frame { function: without_generated(frame.function), ..frame })
}

/// Whose a script is: Node says `node:internal/…`, `<anonymous>` and `index 0` of what has no file.
fn owner_of_script(location: &str) -> Owner {
    const RUNTIME: [&str; 6] = ["(node:", "(internal/", "(<anonymous>", "(native", "(index ", "[native"];
    let is_bare = location.contains(".js:") && !location.contains(['/', '\\']);
    if is_bare { Owner::Runtime } else { owner_of_path(location, &RUNTIME, &["node_modules"]) }
}

fn owner_of_package(function: &str) -> Owner {
    const RUNTIME: [&str; 12] = [
        "java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.",
        "clojure.", "System.", "dalvik.",
    ];
    const LIBRARY: [&str; 38] = [
        "org.springframework.",
        "org.apache.",
        "org.hibernate.",
        "org.eclipse.",
        "org.jboss.",
        "org.slf4j.",
        "org.junit.",
        "org.mockito.",
        "org.aspectj.",
        "org.postgresql.",
        "org.codehaus.",
        "io.netty.",
        "io.grpc.",
        "io.micrometer.",
        "io.opentelemetry.",
        "io.undertow.",
        "io.reactivex.",
        "io.vertx.",
        "io.quarkus.",
        "jakarta.",
        "reactor.",
        "rx.",
        "akka.",
        "play.",
        "feign.",
        "okhttp3.",
        "okio.",
        "retrofit2.",
        "com.fasterxml.",
        "com.google.common.",
        "com.google.inject.",
        "com.mysql.",
        "com.zaxxer.",
        "ch.qos.",
        "net.sf.cglib.",
        "oracle.jdbc.",
        "Microsoft.",
        "Newtonsoft.",
    ];
    let begins = |packages: &[&str]| packages.iter().any(|package| function.starts_with(package));
    if begins(&RUNTIME) {
        Owner::Runtime
    } else if begins(&LIBRARY) {
        Owner::Library
    } else {
        Owner::Own
    }
}

/// Compilers and proxies number what they make: `lambda$pay$0`, `Cart$$Lambda$14`, `Cart$$EnhancerBySpringCGLIB$$1a2b3c4d`.
fn without_generated(function: Cow<'_, str>) -> Cow<'_, str> {
    let is_number = |part: &str| {
        part.bytes().any(|byte| byte.is_ascii_digit()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if !function.contains('$') {
        return function;
    }
    let named = |part: &str| -> String {
        let pieces: Vec<&str> =
            part.split('$').filter(|piece| !piece.is_empty() && !is_number(piece)).collect();
        pieces.join("$")
    };
    let parts: Vec<String> = function.split('.').map(named).collect();
    Cow::Owned(parts.join("."))
}

/// `File "/srv/cart.py", line 3, in add`.
pub(crate) fn python_frame(line: &str) -> Option<Frame<'_>> {
    let (path, function) = line.strip_prefix("File \"")?.rsplit_once(", in ")?;
    Frame::of(
        function,
        owner_of_path(
            path,
            &["/lib/python", "\\lib\\", "\\Lib\\", "<frozen "],
            &["-packages/", "-packages\\"],
        ),
    )
}

/// `4: shop::cart::add`, `4: 0x55d40c - shop::cart::add::h0123456789abcdef`.
fn numbered_frame(line: &str) -> Option<Frame<'_>> {
    const RUNTIME: [&str; 12] = [
        "std::",
        "core::",
        "alloc::",
        "backtrace::",
        "rust_",
        "__rust",
        "__libc",
        "_start",
        "main",
        "clone",
        "start_thread",
        "test::",
    ];
    const LIBRARY: [&str; 8] =
        ["tokio::", "hyper::", "futures", "tower", "axum::", "actix", "rayon", "anyhow::"];
    let (number, function) = line.split_once(": ")?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let function = function.trim_start();
    let function = function
        .strip_prefix("0x")
        .and_then(|rest| rest.split_once(" - "))
        .map_or(function, |(_, function)| function);
    if function.contains(' ') && !function.contains("::") {
        return None;
    }
    let function = without_hash(function);
    let path = function.trim_start_matches(['<', '&', '*']);
    let begins = |names: &[&str]| names.iter().any(|name| path.starts_with(name));
    // A program's own `main` has a path before it.
    let owner = if begins(&RUNTIME) && !path.starts_with("main::") {
        Owner::Runtime
    } else if begins(&LIBRARY) {
        Owner::Library
    } else {
        Owner::Own
    };
    Frame::of(function, owner)
}

/// Rust appends a hash to mangled names: `shop::cart::add::h0123456789abcdef`.
fn without_hash(function: &str) -> &str {
    match function.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => function,
    }
}

/// ``/srv/cart.rb:12:in `add'``, `from /srv/cart.rb:12:in 'Cart#add'`.
fn ruby_frame(line: &str) -> Option<Frame<'_>> {
    let line = line.strip_prefix("from ").unwrap_or(line);
    let (path, function) = line.split_once(":in ")?;
    if !path.ends_with(|last: char| last.is_ascii_digit()) || path.contains(' ') {
        return None;
    }
    let function = function.strip_prefix(['`', '\'', '"'])?;
    let function = function.split(['\'', '"']).next().unwrap_or(function);
    Frame::of(function, owner_of_path(path, &["<internal:", "/lib/ruby/"], &["/gems/"]))
}

/// `main.(*Cart).Add(0xc000010000, 0x1)`.
fn go_frame(line: &str) -> Option<Frame<'_>> {
    const RUNTIME: [&str; 18] = [
        "runtime.", "reflect.", "sync.", "time.", "os.", "io.", "bufio.", "bytes.", "strings.", "testing.",
        "syscall.", "context.", "fmt.", "sort.", "errors.", "log.", "strconv.", "slices.",
    ];
    let open = line.rfind('(')?;
    let (function, arguments) = line.split_at(open);
    if !function.contains('.') || function.contains([' ', ':', '=', '"', ',']) || !arguments.ends_with(')') {
        return None;
    }
    // Paths of the language itself begin with no domain: `net/http.(*conn).serve`.
    let is_standard = match function.split_once('/') {
        Some((first, _)) => !first.contains('.'),
        None => RUNTIME.iter().any(|package| function.starts_with(package)),
    };
    Frame::of(function, if is_standard { Owner::Runtime } else { Owner::Own })
}
