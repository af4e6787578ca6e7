//! What a plan is made of: differences, replacement, defaults and unknown values, each a pure function of the descriptors.

mod difference;

pub(crate) use difference::{Comparison, differs};
