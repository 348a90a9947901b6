//! Reads the `.shop` files. They are our own and compiled in, so a mistake panics with the line that holds it.

use super::{Argument, Block, File, Language, Level, Line, Part, Service, Statement, States, Style, When};

/// One service from its text.
pub(super) fn service(text: &'static str) -> Service {
    let mut service = Service {
        name: "",
        language: Language::Go,
        style: Style::Slog,
        share: 0.0,
        calls: Vec::new(),
        states: None,
        files: Vec::new(),
        statements: Vec::new(),
    };
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("=== ") {
            let opening = Block { subject: None, lines: Vec::new() };
            service.files.push(File { path, blocks: vec![opening] });
        } else if service.files.is_empty() {
            header(&mut service, line);
        } else {
            source_line(&mut service, line);
        }
    }
    // An empty line parts two files in the `.shop` text and belongs to neither.
    for file in &mut service.files {
        let lines = &mut file.blocks.last_mut().expect("a file has an opening").lines;
        while matches!(lines.last(), Some(Line::Code(""))) {
            lines.pop();
        }
    }
    service
}

fn header(service: &mut Service, line: &'static str) {
    let (key, value) = line.split_once(' ').unwrap_or((line, ""));
    match key {
        "" => {}
        "service" => service.name = value,
        "share" => service.share = number(value),
        "calls" => service.calls = value.split_whitespace().collect(),
        "language" => service.language = language(value),
        "style" => service.style = style(value),
        "states" => {
            let names: Vec<_> = value.split(' ').skip(2).collect();
            let per_day = number(value.split(' ').nth(1).unwrap_or(""));
            service.states =
                Some(States { per_day, way: names.len(), names, side: Vec::new(), forbidden: (0, 0) });
        }
        "side" | "forbidden" => {
            let states = service.states.as_mut().expect("`states` comes before its steps");
            let (from, to) = value.split_once(' ').expect("a step has two states");
            let step = (state(states, from), state(states, to));
            if key == "side" { states.side.push(step) } else { states.forbidden = step }
        }
        _ => panic!("the shop knows no `{line}`"),
    }
}

fn state(states: &mut States, name: &'static str) -> u8 {
    let known = states.names.iter().position(|known| *known == name);
    known.unwrap_or_else(|| {
        states.names.push(name);
        states.names.len() - 1
    }) as u8
}

fn language(name: &str) -> Language {
    match name {
        "typescript" => Language::TypeScript,
        "go" => Language::Go,
        "java" => Language::Java,
        "python" => Language::Python,
        "rust" => Language::Rust,
        _ => panic!("the shop knows no language `{name}`"),
    }
}

fn style(name: &str) -> Style {
    match name {
        "pino" => Style::Pino,
        "slog" => Style::Slog,
        "severity" => Style::Severity,
        "java" => Style::Java,
        "python" => Style::Python,
        "gunicorn" => Style::Gunicorn,
        "tracing" => Style::Tracing,
        _ => panic!("the shop knows no style `{name}`"),
    }
}

fn source_line(service: &mut Service, line: &'static str) {
    let trimmed = line.trim_start();
    let parsed = if let Some(rest) = trimmed.strip_prefix('@') {
        let path = service.files.last().map_or("", |file| file.path);
        service.statements.push(statement(service.name, service.language, path, rest));
        let indent = &line[..line.len() - trimmed.len()];
        Line::Log { indent, statement: service.statements.len() - 1 }
    } else if let Some(rest) = line.strip_prefix('?') {
        let sign = rest.find(['-', '+']).expect("an edit has a sign");
        Line::Flag { flag: &rest[..sign], edited: rest.as_bytes()[sign] == b'+', text: &rest[sign + 1..] }
    } else if let Some(rest) = line.strip_prefix('~') {
        knob(rest)
    } else {
        Line::Code(line)
    };
    let blocks = &mut service.files.last_mut().expect("a source line stands in a file").blocks;
    if let Some(subject) = line.strip_prefix("--- ") {
        blocks.push(Block { subject: (subject != "end").then_some(subject), lines: Vec::new() });
    } else {
        blocks.last_mut().expect("a file has an opening").lines.push(parsed);
    }
}

fn knob(line: &'static str) -> Line {
    let bar = line.find('|').expect("a knob has values");
    let part_of_value = |c: char| c.is_alphanumeric() || c == '|';
    let from = line[..bar].rfind(|c| !part_of_value(c)).map_or(0, |at| at + 1);
    let to = line[bar..].find(|c| !part_of_value(c)).map_or(line.len(), |at| bar + at);
    Line::Knob { before: &line[..from], values: line[from..to].split('|').collect(), after: &line[to..] }
}

fn statement(service: &str, language: Language, path: &str, text: &'static str) -> Statement {
    let (level, rest) = text.split_once(' ').expect("a statement has a level");
    let (when, message) = rest.split_once(' ').expect("a statement has an occasion");
    Statement {
        level: match level.trim_end_matches('!') {
            "DEBUG" => Level::Debug,
            "INFO" => Level::Info,
            "WARN" => Level::Warn,
            "ERROR" => Level::Error,
            _ => panic!("the shop knows no level in `{text}`"),
        },
        trace: level.ends_with('!'),
        when: occasion(when),
        text: message,
        parts: parts(message),
        logger: logger(service, language, path),
    }
}

fn logger(service: &str, language: Language, path: &str) -> String {
    let stem = path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or(path);
    match language {
        Language::Java => format!("shop.{service}.{stem}"),
        Language::Python => format!("{service}.{stem}"),
        Language::Rust if stem == "main" => service.to_owned(),
        Language::Rust => format!("{service}::{stem}"),
        Language::TypeScript | Language::Go => stem.to_owned(),
    }
}

fn occasion(text: &str) -> When {
    let (name, value) = text.split_once([':', '@']).unwrap_or((text, ""));
    match name {
        "retry" => When::Retry,
        "state" => When::State,
        "rare" => When::Rare,
        "flap" => When::Flap,
        "bots" => When::Bots,
        "maintenance" => When::Maintenance,
        "outage" => When::Outage,
        "start" => When::Start,
        "story" => When::Never,
        "few" => When::Hack(number(value.trim_end_matches(":hack"))),
        "daily" => When::Daily(clock(value)),
        "weekly" => When::Weekly(clock(value)),
        "monthly" => When::Monthly(clock(value)),
        "every" => match value.strip_suffix("!heartbeat") {
            Some(seconds) => When::Heartbeat(number(seconds) as i64),
            None => When::Every(number(value) as i64),
        },
        "deploy" => When::Deploy(number(value)),
        "gone" => When::Gone(number(value)),
        "renamed" => When::Renamed(number(value)),
        _ => When::Weight(number(text)),
    }
}

fn clock(text: &str) -> i64 {
    let (hours, minutes) = text.split_once(':').expect("a time of day has hours and minutes");
    number(hours) as i64 * 3_600 + number(minutes) as i64 * 60
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("the shop wants a number, not `{text}`"))
}

fn parts(message: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = message;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}').expect("a variable part is closed");
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        parts.push(Part::Argument(argument(&rest[open + 1..close])));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn argument(text: &'static str) -> Argument {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    match name {
        "order" => Argument::Order,
        "user" => Argument::User,
        "sku" => Argument::Sku,
        "ms" => Argument::Milliseconds(number(value)),
        "n" => {
            let (low, high) = value.split_once('-').expect("a count has two ends");
            Argument::Between(number(low) as i64, number(high) as i64)
        }
        "money" => Argument::Money,
        "ip" => Argument::Ip,
        "hex" => Argument::Hex,
        "session" => Argument::Session,
        "query" => Argument::Query,
        "word" => Argument::Word,
        "status" => Argument::Status,
        "pick" => Argument::Pick(value.split('|').collect()),
        "host" => Argument::Host,
        "version" => Argument::Version,
        "date" => Argument::Date,
        "attempt" => Argument::Attempt,
        "upstream" => Argument::Upstream,
        "entity" => Argument::Entity,
        "from" => Argument::From,
        "to" => Argument::To,
        _ => panic!("the shop knows no variable part `{text}`"),
    }
}
