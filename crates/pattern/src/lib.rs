//! From a log message to its pattern, with secrets masked.
