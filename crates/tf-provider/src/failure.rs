//! [`Failure`]: a write that failed, and what of it exists all the same.

use crate::diagnostic::{Diagnostic, Diagnostics};

/// A write that failed. It says what exists now, so that Terraform neither forgets nor invents an object.
///
/// - create: with a partial state, Terraform keeps the object and marks it tainted; without one, nothing was made.
/// - update and delete: with a partial state, that is what is there now; without one, the prior state still holds.
///
/// What a partial state leaves unknown is stored as null.
#[derive(Clone, Debug)]
pub struct Failure<M> {
    /// What went wrong; at least one error.
    pub diagnostics: Diagnostics,
    /// The object as it is now, when it is not as it was.
    pub partial: Option<Box<M>>,
}

impl<M> Failure<M> {
    /// A failure that leaves this object behind.
    pub fn with_partial(diagnostics: impl Into<Diagnostics>, partial: M) -> Self {
        Self {
            diagnostics: diagnostics.into(),
            partial: Some(Box::new(partial)),
        }
    }
}

impl<M> From<Diagnostics> for Failure<M> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics,
            partial: None,
        }
    }
}

impl<M> From<Diagnostic> for Failure<M> {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics::from(diagnostic).into()
    }
}
