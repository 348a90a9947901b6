//! The shop, read from the files in `shop/`: services, their source code, and every line that they can log.
//!
//! One text says both what the repository holds and what production prints, so that a log line and the statement that
//! printed it cannot drift apart. In a `.shop` file `=== path` opens a source file, `--- subject` a function that a
//! commit of this subject brings (`--- end` what closes the file), `@LEVEL when message` is a log statement,
//! `?flag- text` and `?flag+ text` are a line before and after an edit, and in `~ name: 1|2|3` the values are those
//! that people have tried over the years. The texts are our own, so a mistake in them panics in every test.

mod read;

/// All services, as the files in `shop/` describe them.
pub(crate) fn services() -> Vec<Service> {
    [
        include_str!("../shop/storefront.shop"),
        include_str!("../shop/search.shop"),
        include_str!("../shop/basket.shop"),
        include_str!("../shop/checkout.shop"),
        include_str!("../shop/payments.shop"),
        include_str!("../shop/inventory.shop"),
        include_str!("../shop/shipping.shop"),
        include_str!("../shop/accounts.shop"),
    ]
    .map(read::service)
    .into()
}

/// One service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) language: Language,
    pub(crate) style: Style,
    /// Its share of all lines.
    pub(crate) share: f64,
    pub(crate) calls: Vec<&'static str>,
    pub(crate) states: Option<States>,
    pub(crate) files: Vec<File>,
    pub(crate) statements: Vec<Statement>,
}

impl Service {
    /// The statements that are said at such occasions.
    pub(crate) fn said<'a>(&'a self, at: impl Fn(&When) -> bool + 'a) -> impl Iterator<Item = usize> + 'a {
        (0..self.statements.len()).filter(move |&index| at(&self.statements[index].when))
    }

    /// The longest run of constant words in a statement, by which its pattern is known whatever a miner masks.
    pub(crate) fn constant_words(&self, at: impl Fn(&When) -> bool) -> String {
        let Some(index) = self.said(at).next() else { return String::new() };
        let mut best = String::new();
        let mut run = String::new();
        for word in self.statements[index].text.split(' ') {
            if word.contains('{') {
                run.clear();
                continue;
            }
            if !run.is_empty() {
                run.push(' ');
            }
            run.push_str(word);
            if run.len() > best.len() {
                best.clone_from(&run);
            }
        }
        best
    }

    /// The file that holds the line of such an edit, within the repository.
    pub(crate) fn path_of_flag(&self, flag: &str) -> Option<String> {
        let holds = |line: &Line| matches!(line, Line::Flag { flag: this, .. } if *this == flag);
        self.path_where(holds)
    }

    /// The file of the note that stands behind such an edit: in the edit itself, else where the code has long said so.
    pub(crate) fn path_of_note(&self, edit: &str, text: &str) -> Option<String> {
        let in_edit = |line: &Line| matches!(line, Line::Flag { flag, edited: true, text: code } if *flag == edit && code.contains(text));
        let in_code = |line: &Line| matches!(line, Line::Code(code) if code.contains(text));
        self.path_where(in_edit).or_else(|| self.path_where(in_code))
    }

    fn path_where(&self, holds: impl Fn(&Line) -> bool) -> Option<String> {
        self.files
            .iter()
            .find(|file| file.blocks.iter().any(|block| block.lines.iter().any(&holds)))
            .map(|file| format!("{}/{}", self.name, file.path))
    }
}

/// What a service is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    TypeScript,
    Go,
    Java,
    Python,
    Rust,
}

/// How a service prints its lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// JSON with `level`, `msg`, `service`, `version`.
    Pino,
    /// JSON with `level`, `msg`, `service.name`, `service.version`.
    Slog,
    /// JSON with `severity`, `message`, `service`.
    Severity,
    /// Stamp, level, thread, class, message; stack traces on lines of their own.
    Java,
    /// Stamp with a comma, level, module, message; tracebacks on lines of their own.
    Python,
    /// Stamp, process and level in brackets.
    Gunicorn,
    /// Stamp with microseconds, level, target.
    Tracing,
}

/// The states that an entity of this service runs through.
#[derive(Clone, Debug)]
pub(crate) struct States {
    /// New entities a day.
    pub(crate) per_day: f64,
    /// The names that are printed; steps are pairs of indices.
    pub(crate) names: Vec<&'static str>,
    /// How many of them form the ordinary way, from the first.
    pub(crate) way: usize,
    /// Steps off the way that are taken now and then.
    pub(crate) side: Vec<(u8, u8)>,
    /// The step that must not be.
    pub(crate) forbidden: (u8, u8),
}

/// One source file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Below the service's own folder.
    pub(crate) path: &'static str,
    pub(crate) blocks: Vec<Block>,
}

/// A function, or what opens or closes the file.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The subject of the commit that brought it; `None` for what comes with the file.
    pub(crate) subject: Option<&'static str>,
    pub(crate) lines: Vec<Line>,
}

/// One line of a source file.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    Code(&'static str),
    Log { indent: &'static str, statement: usize },
    Flag { flag: &'static str, edited: bool, text: &'static str },
    Knob { before: &'static str, values: Vec<&'static str>, after: &'static str },
}

/// A log statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) level: Level,
    /// Whether a stack trace follows.
    pub(crate) trace: bool,
    pub(crate) when: When,
    /// The message as the shop's file has it.
    pub(crate) text: &'static str,
    pub(crate) parts: Vec<Part>,
    /// The class, module or target that says it.
    pub(crate) logger: String,
}

/// How bad the service finds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// The occasions at which a statement is reached. Weights are shares of the service's traffic, times are seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum When {
    /// With traffic.
    Weight(f64),
    /// With traffic, once a deploy has brought it.
    Deploy(f64),
    /// With traffic, until a deploy takes it away.
    Gone(f64),
    /// With traffic, once a deploy has taken the old one away.
    Renamed(f64),
    /// A few times a day: the workaround.
    Hack(f64),
    /// A few times a day: a call is tried again.
    Retry,
    /// When an entity changes its state.
    State,
    /// At this second of every day.
    Daily(i64),
    /// At this second of every Sunday.
    Weekly(i64),
    /// At this second of the last day of the month.
    Monthly(i64),
    /// Every so many seconds.
    Every(i64),
    /// Every so many seconds, and somebody's only sign of life.
    Heartbeat(i64),
    /// About once a week.
    Rare,
    /// While a provider flaps.
    Flap,
    /// While bots come by.
    Bots,
    /// While something is in maintenance.
    Maintenance,
    /// While users are hurt.
    Outage,
    /// When the service starts.
    Start,
    /// Never, its author thought.
    Never,
}

/// A piece of a message.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(&'static str),
    Argument(Argument),
}

/// A variable part of a message.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Order,
    User,
    Sku,
    /// Milliseconds around this median.
    Milliseconds(f64),
    Between(i64, i64),
    Money,
    Ip,
    Hex,
    Session,
    Query,
    Word,
    Status,
    Pick(Vec<&'static str>),
    Host,
    Version,
    Date,
    Attempt,
    Upstream,
    Entity,
    From,
    To,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_has_eight_services_whose_calls_exist_and_whose_shares_add_up() {
        let shop = services();
        assert_eq!(shop.len(), 8);
        for service in &shop {
            for callee in &service.calls {
                assert!(shop.iter().any(|other| other.name == *callee), "{callee}");
            }
        }
        assert!((shop.iter().map(|service| service.share).sum::<f64>() - 1.03).abs() < 0.05);
    }

    #[test]
    fn what_a_pattern_is_known_by_holds_no_variable_part() {
        let shop = services();
        let inventory = shop.iter().find(|service| service.name == "inventory").unwrap();
        assert_eq!(
            inventory.constant_words(|when| matches!(when, When::Heartbeat(_))),
            "replication heartbeat ok"
        );
        assert_eq!(
            inventory.constant_words(|when| *when == When::Never),
            "would be negative, counting again"
        );
    }
}
