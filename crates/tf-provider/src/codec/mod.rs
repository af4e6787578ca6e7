//! Values as bytes: MessagePack both ways, and the JSON of stored states. Everything is directed by the expected type.

mod json;
mod msgpack_decode;
mod msgpack_encode;

use std::fmt;

pub(crate) use json::{from_json, parse_json, parse_object};
pub(crate) use msgpack_decode::from_msgpack;
pub(crate) use msgpack_encode::to_msgpack;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::{Path, Step};
use crate::value::Value;

/// How deep values may be nested. Types limit the depth themselves, except where a value brings its own type.
const DEPTH_LIMIT: usize = 64;

/// Bytes or JSON that hold no value of the expected type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodecError {
    path: Path,
    reason: String,
}

impl CodecError {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            path: Path::new(),
            reason: reason.into(),
        }
    }

    fn mismatch(expected: &str, found: &str) -> Self {
        Self::new(format!("expected {expected}, found {found}"))
    }

    fn inside(mut self, step: Step) -> Self {
        self.path.prepend(step);
        self
    }

    /// The error as a message about what was being decoded; what can be done about it is added.
    pub(crate) fn diagnostic(self, summary: impl Into<String>, way_out: &str) -> Diagnostics {
        let detail = format!("{self}. {way_out}");
        Diagnostic::error(summary, detail.trim_end()).at(self.path).into()
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for CodecError {}

/// The value that an unset attribute of an object has.
const UNSET: Value = Value::Null;

#[cfg(test)]
mod tests;
