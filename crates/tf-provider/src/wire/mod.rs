//! Models as the JSON bodies of an API, and back, driven by the attributes alone.
//!
//! `wire` options give each attribute its place in the body; see [`Attribute`](crate::schema::Attribute).

mod decode;
mod encode;
mod unknown;

use std::fmt;

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Model, ModelError};
use crate::path::{Path, Step};

/// The body of a model: nulls and unknown values left out, and everything that only the service decides.
pub fn encode<M: Model>(model: &M) -> Json {
    Json::Object(encode::object(M::attributes(), &model.to_value()))
}

/// The body of a PATCH: the top-level attributes that can change in place and differ in more than spelling; `None` when
/// there is nothing to send. A removed map is `{}`, anything else that was removed is `null`, and so is each removed key of
/// an attribute with `keys`.
pub fn encode_changes<M: Model>(prior: &M, planned: &M) -> Option<Json> {
    encode::changes(M::attributes(), &prior.to_value(), &planned.to_value()).map(Json::Object)
}

/// Adds to the body of a PATCH, within one attribute that it sends whole, what the service's body shows there and the model
/// does not know, so that it survives. Nothing is added to what is not sent.
pub fn keep_unknown<M: Model>(attribute: &str, changes: &mut Json, shown: &Json) {
    let Some(attribute) = M::attributes().iter().find(|each| each.name == attribute) else {
        return;
    };
    let Some(place) = attribute.wire else { return };
    let sent = place.split('.').try_fold(changes, |json, name| json.get_mut(name));
    if let (Some(sent), Some(shown)) = (sent, decode::lookup(shown, place)) {
        unknown::keep(&attribute.kind, sent, shown);
    }
}

/// The model of a body. `prior` (a state, or the plan that was just applied) keeps what the body cannot tell: the user's
/// spelling, attributes that are not sent, and whether an absent value was null or empty.
///
/// # Errors
/// When the body holds something else than the attribute's type, or a variant that the model does not have.
pub fn decode<M: Model>(body: &Json, prior: Option<&M>) -> Result<M, WireError> {
    let prior = prior.map(Model::to_value);
    let value = decode::object(M::attributes(), body, prior.as_ref())?;
    Ok(M::from_value(&value)?)
}

/// A body that does not fit the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// The attribute for which it was read.
    pub path: Path,
    /// What the model has there.
    pub expected: String,
    /// What the body has there.
    pub found: String,
}

impl WireError {
    fn new(expected: impl Into<String>, found: String) -> Self {
        Self {
            path: Path::new(),
            expected: expected.into(),
            found,
        }
    }

    fn inside(mut self, step: Step) -> Self {
        self.path.prepend(step);
        self
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        write!(
            formatter,
            "expected {}, the service answered {}",
            self.expected, self.found
        )
    }
}

impl std::error::Error for WireError {}

impl From<ModelError> for WireError {
    fn from(error: ModelError) -> Self {
        Self {
            path: error.path,
            expected: error.expected.to_owned(),
            found: error.found,
        }
    }
}

impl From<WireError> for Diagnostics {
    fn from(error: WireError) -> Self {
        let path = error.path.clone();
        Diagnostic::error("Unexpected answer of the service", error.to_string())
            .at(path)
            .into()
    }
}
