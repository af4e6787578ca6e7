//! Why a template cannot be read at all. What can be read but not carried over is no error, but a [`super::Remark`].

use std::fmt;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentErrorKind {
    /// Not JSON in UTF-8, or a member that is there twice.
    Malformed,
    /// JSON of something else than an image template.
    NoTemplate,
    /// An expression that Resource Manager would refuse, too.
    Expression,
    /// Variables or parameters that need each other.
    Cycle,
    /// Expressions that grow beyond what any deployment may have.
    TooLarge,
}

/// A template that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentError {
    /// What is wrong.
    pub kind: DeploymentErrorKind,
    /// Where, for example `resources[0].properties.source`; empty for the document.
    pub path: String,
    /// The bad value and the way out.
    pub detail: String,
}

impl DeploymentError {
    pub(super) fn new(kind: DeploymentErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            path: String::new(),
            detail: detail.into(),
        }
    }

    /// The same error with its place, unless it has one already.
    pub(super) fn at(mut self, path: &str) -> Self {
        if self.path.is_empty() {
            path.clone_into(&mut self.path);
        }
        self
    }
}

impl fmt::Display for DeploymentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.detail)
    }
}

impl std::error::Error for DeploymentError {}
