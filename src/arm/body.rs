//! Reading a body strictly: what the API would refuse is refused, and the member is named by its path.
//!
//! `deny_unknown_fields` cannot do this: serde overlooks it inside enumerations told apart by a tag, and the same types
//! read answers, which may carry members of a later version. So the check compares the body with what was understood of it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why a body was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyErrorKind {
    /// A member that the API does not know, or spelled in another case.
    UnknownMember,
    /// A missing member, a value of the wrong type, or a word outside a closed set.
    BadValue,
}

/// A refused body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyError {
    /// Why.
    pub kind: BodyErrorKind,
    /// Where, for example `properties.customize[0].inline`; empty for the body itself.
    pub path: String,
    /// For [`BodyErrorKind::UnknownMember`] the member's name, else what is wrong with the value.
    pub message: String,
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            BodyErrorKind::UnknownMember => write!(formatter, "unknown field \"{}\" ({})", self.message, self.path),
            BodyErrorKind::BadValue if self.path.is_empty() => {
                write!(formatter, "{}", self.message)
            }
            BodyErrorKind::BadValue => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}

impl std::error::Error for BodyError {}

/// Reads a body; members unknown to `T` are passed over.
///
/// # Errors
/// The first member that is missing or has a bad value, with its path.
pub fn lenient<T: DeserializeOwned>(body: &Value) -> Result<T, BodyError> {
    serde_path_to_error::deserialize(body).map_err(|error| BodyError {
        kind: BodyErrorKind::BadValue,
        path: error.path().to_string().trim_matches('.').to_owned(),
        message: error.inner().to_string(),
    })
}

/// Reads a request's body; members unknown to `T` are an error. A null is the same as an absent member.
///
/// # Errors
/// The first member that is unknown, missing or has a bad value, with its path.
pub fn strict<T: DeserializeOwned + Serialize>(body: &Value) -> Result<T, BodyError> {
    let typed: T = lenient(body)?;
    let understood = serde_json::to_value(&typed).map_err(|error| BodyError {
        kind: BodyErrorKind::BadValue,
        path: String::new(),
        message: error.to_string(),
    })?;
    match first_unknown(body, &understood, "") {
        Some((path, member)) => Err(BodyError {
            kind: BodyErrorKind::UnknownMember,
            path,
            message: member,
        }),
        None => Ok(typed),
    }
}

/// The first member of `body` that `understood` lacks, as its path and its name.
fn first_unknown(body: &Value, understood: &Value, path: &str) -> Option<(String, String)> {
    match (body, understood) {
        (Value::Object(body), Value::Object(understood)) => {
            body.iter()
                .filter(|(_, value)| !value.is_null())
                .find_map(|(name, value)| {
                    let path = if path.is_empty() {
                        name.clone()
                    } else {
                        format!("{path}.{name}")
                    };
                    match understood.get(name) {
                        Some(member) => first_unknown(value, member, &path),
                        None => Some((path, name.clone())),
                    }
                })
        }
        (Value::Array(body), Value::Array(understood)) => body
            .iter()
            .zip(understood)
            .enumerate()
            .find_map(|(index, (value, member))| first_unknown(value, member, &format!("{path}[{index}]"))),
        _ => None,
    }
}
