//! What a plan is made of, each step a pure function of the descriptors: defaults → write-only null → computed unknown if
//! anything differs → (the resource's own hook) → replacement.

mod correspondence;
mod difference;
mod refine;
mod replacement;

#[cfg(test)]
mod tests;

pub(crate) use correspondence::corresponds;
pub(crate) use difference::{Comparison, differs};
pub(crate) use refine::{forget_write_only, propose};
pub(crate) use replacement::replacements;
