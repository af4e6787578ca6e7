//! ARM templates as arguments of `imagebuilder_image_template`, and as HCL. Pure.
//!
//! ```text
//! text → arm::deployment::read → settle (known members, their spelling and type) → image_template::from_body → HCL, arguments
//! ```
//! Every member of the input is either in the result or in [`Conversion::not_carried`], but for what means the same as nothing,
//! and for what only the service decides.

mod arguments;
mod format;
mod node;
mod settle;
mod spelling;
mod write;

use std::fmt;

use serde_json::{Map, Value as Json};
use tf_provider::{Model, Value};

use crate::arm::deployment::{self, DeploymentError, Openings, Reading, Remark, Template};
use crate::resources::image_template::{self, ImageTemplate};

pub use arguments::{argument_type, arguments};

/// What a document comes to.
pub struct Conversion {
    templates: Vec<Converted>,
    openings: Openings,
    /// What is not in the result, in the order of the paths.
    pub not_carried: Vec<Remark>,
}

/// One image template.
struct Converted {
    label: String,
    /// All attributes; texts may refer to variables.
    attributes: Value,
    references: settle::References,
    triggers: Vec<String>,
}

/// Why a document cannot be converted.
#[derive(Debug)]
pub enum ConversionError {
    /// It cannot be read.
    Document(DeploymentError),
    /// A template in it is none that the service would take; the path of the template, and what is wrong with it.
    Template(String, String),
    /// A value is needed that the document does not tell.
    Open(String, String),
    /// There is not exactly one template, or several cannot have one name.
    Count(String),
}

impl fmt::Display for ConversionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(error) => error.fmt(formatter),
            Self::Template(path, detail) if path.is_empty() => formatter.write_str(detail),
            Self::Template(path, detail) => write!(formatter, "{path}: {detail}"),
            Self::Open(path, variable) => write!(
                formatter,
                "{path} depends on \"{variable}\", which the template does not tell; pass it: {{ {variable} = … }}"
            ),
            Self::Count(detail) => formatter.write_str(detail),
        }
    }
}

impl std::error::Error for ConversionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Document(error) => error.source(),
            _ => None,
        }
    }
}

/// Converts a document. `given` has values for parameters and for what only a deployment knows; `label` is the name of the
/// resource in HCL, else the template's own.
///
/// # Errors
/// The document cannot be read, a template in it is malformed, or there are several templates and one `label`.
pub fn convert(text: &[u8], given: &Map<String, Json>, label: Option<&str>) -> Result<Conversion, ConversionError> {
    let reading = deployment::read(text, given).map_err(ConversionError::Document)?;
    if let (Some(label), false) = (label, reading.templates.len() == 1) {
        return Err(ConversionError::Count(format!(
            "there are {} image templates, which cannot all be named \"{label}\"",
            reading.templates.len()
        )));
    }
    let Reading {
        templates,
        openings,
        mut remarks,
    } = reading;
    let mut converted: Vec<Converted> = Vec::with_capacity(templates.len());
    for template in templates {
        let label = match label {
            Some(label) => label.to_owned(),
            None => unique(node::label(&template, &openings), &converted),
        };
        converted.push(one(template, label, &openings, &mut remarks)?);
    }
    remarks.sort();
    remarks.dedup();
    Ok(Conversion {
        templates: converted,
        openings,
        not_carried: remarks,
    })
}

fn one(
    template: Template,
    label: String,
    openings: &Openings,
    remarks: &mut Vec<Remark>,
) -> Result<Converted, ConversionError> {
    let malformed = |detail: String| ConversionError::Template(template.path.clone(), detail);
    let (body, references) = settle::settle(&template, openings, remarks);
    let mut model = image_template::from_body(&body, None).map_err(|diagnostics| {
        let details: Vec<String> = diagnostics.iter().map(|each| each.detail.clone()).collect();
        malformed(details.join("; "))
    })?;
    model.name = template.name.clone().into();
    model.resource_group_name = template.resource_group.clone().into();
    let attributes = ImageTemplate::to_value(&model);
    Ok(Converted {
        label,
        attributes,
        references,
        triggers: template.triggers,
    })
}

/// The label, with a number where an earlier template has it.
fn unique(label: String, earlier: &[Converted]) -> String {
    let taken = |label: &str| earlier.iter().any(|other| other.label == label);
    if !taken(&label) {
        return label;
    }
    let mut numbered = (2..).map(|number| format!("{label}_{number}"));
    numbered.find(|label| !taken(label)).unwrap_or(label)
}

#[cfg(test)]
mod tests;
