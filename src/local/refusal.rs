//! Answers that say no: status code, ARM error code, text.

use http::StatusCode;

use super::error::{StoreError, chain};
use super::states;
use super::store::resources::Kind;
use crate::arm::error::{ErrorBody, ErrorDetail};

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    /// Boxed, since nearly every function of the service can return it.
    pub(crate) body: Box<ErrorBody>,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            body: Box::new(ErrorBody::new(code, message)),
        }
    }

    pub(crate) fn bad_request(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// A bad value in an image template, in the words of Image Builder. `field` is relative to `ImageTemplate`.
    pub(crate) fn validation(text: impl std::fmt::Display) -> Self {
        let message =
            format!("Validation failed: {text}. Please review http://aka.ms/azvmimagebuildertmplref for details.");
        Self::bad_request("ValidationFailed", message)
    }

    pub(crate) fn resource_group_not_found(name: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ResourceGroupNotFound",
            format!("Resource group '{name}' could not be found."),
        )
    }

    pub(crate) fn resource_not_found(kind: Kind, path: &str, group: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            format!(
                "The Resource '{}' under resource group '{group}' was not found.",
                typed_path(kind, path)
            ),
        )
    }

    pub(crate) fn parent_not_found(name: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ParentResourceNotFound",
            format!("Can not perform requested operation on nested resource. Parent resource '{name}' not found."),
        )
    }

    pub(crate) fn nested_resources() -> Self {
        Self::conflict(
            "CannotDeleteResource",
            "Can not delete resource before nested resources are deleted.",
        )
    }

    pub(crate) fn other_location(name: &str, group: &str, existing: &str, asked: &str) -> Self {
        Self::conflict(
            "InvalidResourceLocation",
            format!(
                "The resource '{name}' already exists in location '{existing}' in resource group '{group}'. A resource with the same name cannot \
                 be created in location '{asked}'. Please select a new resource name."
            ),
        )
    }

    pub(crate) fn being_deleted(id: &str) -> Self {
        Self::conflict(
            "ResourceBeingDeleted",
            format!("The resource '{id}' is being deleted; wait until it is gone."),
        )
    }
}

/// `Microsoft.Compute/galleries/images/versions` and `g/i/1.0.0` as `Microsoft.Compute/galleries/g/images/i/versions/1.0.0`.
fn typed_path(kind: Kind, names: &str) -> String {
    let mut types = kind.resource_type().split('/');
    let mut path = types.next().unwrap_or_default().to_owned();
    for (segment, name) in types.zip(names.split('/')) {
        path.push_str(&format!("/{segment}/{name}"));
    }
    path
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = chain(&error), "the local backend's store failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            format!("Local backend: {}.", chain(&error)),
        )
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<states::Refusal> for Refused {
    fn from(refusal: states::Refusal) -> Self {
        Self::conflict("OperationNotAllowed", refusal.to_string())
    }
}

impl From<Refused> for ErrorDetail {
    fn from(refused: Refused) -> Self {
        refused.body.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_nested_resource_is_named_with_its_parents() {
        let refused = Refused::resource_not_found(Kind::GalleryImageVersion, "g/i/1.0.0", "rg");
        assert_eq!(
            refused.body.error.message,
            "The Resource 'Microsoft.Compute/galleries/g/images/i/versions/1.0.0' under resource group 'rg' was not found."
        );
    }
}
