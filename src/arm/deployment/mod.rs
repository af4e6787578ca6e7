//! Image templates out of what people have them in: deployment templates with their expressions, exported resources, bare
//! properties. Pure.
//!
//! ```text
//! text → document (JSON) → form → resources → evaluate (parameters, variables, functions) → Reading
//! ```
//! What only a deployment knows (a parameter without a default, the resource group's region) stays open: texts refer to it, see
//! [`term`]. Whatever is not in the result is a [`Remark`], so that nothing goes unnoticed.

mod builtin;
mod call;
mod document;
mod environment;
mod error;
mod evaluate;
mod expression;
mod form;
mod parameter;
mod resources;
pub mod term;

use serde_json::{Map, Value};

pub use error::{DeploymentError, DeploymentErrorKind};
pub use term::{Openings, Variable, VariableKind};

/// What was found in a document.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The image templates.
    pub templates: Vec<Template>,
    /// What their texts refer to.
    pub openings: Openings,
    /// What is not part of them.
    pub remarks: Vec<Remark>,
}

/// One image template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// Where it stands in the document; empty for the document itself.
    pub path: String,
    /// Its symbolic name, if it has one.
    pub label: Option<String>,
    /// Its name; may refer to variables.
    pub name: Option<String>,
    /// The resource group, if the document tells it; may refer to variables.
    pub resource_group: Option<String>,
    /// Location, identity, tags and properties; texts may refer to variables.
    pub body: Map<String, Value>,
    /// Names of its triggers; may refer to variables.
    pub triggers: Vec<String>,
}

/// Something that is not carried over, or not as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Where it stands in the document, for example `resources[0].dependsOn`.
    pub path: String,
    /// Why, and what to do.
    pub reason: String,
}

/// Reads a document: a deployment template, a resource as the service shows it, a list of such, or properties alone.
///
/// `given` has values for parameters and for what only a deployment knows (`location`, `resource_group_name`, …);
/// null is no value.
///
/// # Errors
/// The text is no JSON, holds no image template, or an expression is wrong.
pub fn read(text: &[u8], given: &Map<String, Value>) -> Result<Reading, DeploymentError> {
    let told = given.iter().filter(|(_, value)| !value.is_null());
    let given = told.map(|(name, value)| (name.clone(), value.clone())).collect();
    form::read(&document::parse(text)?, &given)
}

/// A member of an object, its name compared without case, as Resource Manager does.
pub(crate) fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let members = object.as_object()?;
    members.get(name).or_else(|| {
        let mut members = members.iter();
        members
            .find(|(written, _)| written.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests;
