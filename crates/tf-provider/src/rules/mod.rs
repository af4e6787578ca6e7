//! Terraform's own rules about plans and results, checked on our side first: in tests, and in debug builds in every call.

mod apply;
mod plan;
mod replacement;

pub(crate) use apply::{check_applied, check_final_plan};
pub(crate) use plan::check_plan;
pub(crate) use replacement::check_replacements;

use std::fmt;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;

/// A rule that the provider broke. Values are not shown: they may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) path: Path,
    pub(crate) reason: &'static str,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.reason)
    }
}

/// The violations as errors.
pub(crate) fn diagnostics(violations: Vec<Violation>) -> Diagnostics {
    let diagnostic = |violation: Violation| {
        let detail = format!("{violation}. This is a bug in the provider, which should be reported.");
        Diagnostic::error("Provider broke Terraform's rules", detail).at(violation.path)
    };
    violations.into_iter().map(diagnostic).collect()
}
