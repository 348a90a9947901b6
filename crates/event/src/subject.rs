//! What a series or a signal is about.

/// The kinds of subject, with the names that the contract gives them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum SubjectKind {
    /// A log pattern.
    Pattern,
    /// A metric series.
    Metric,
    /// A span operation.
    Operation,
    /// Calls or messages between two services.
    Flow,
    /// A service as a whole.
    Service,
    /// A step from one state to another.
    Transition,
    /// A combination of input values.
    Combination,
    /// A place in the code.
    Code,
    /// A source of telemetry.
    Source,
}

impl SubjectKind {
    /// The contract's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Metric => "metric",
            Self::Operation => "operation",
            Self::Flow => "flow",
            Self::Service => "service",
            Self::Transition => "transition",
            Self::Combination => "combination",
            Self::Code => "code",
            Self::Source => "source",
        }
    }
}

/// What a signal is about, by kind and name.
///
/// A pattern's name is its message with every variable part printed `<*>`; a metric's is
/// `name{label="value",…}` with sorted labels and without the service's own label.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Subject {
    /// Which kind of thing it is.
    pub kind: SubjectKind,
    /// Its name, unique within kind, service and environment.
    pub name: String,
}
