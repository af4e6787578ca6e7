//! Where writes are noted whose answer has not come, on either backend.

use tf_provider::Diagnostic;

use crate::backend::PendingNotes;

/// The notes of the user who runs Terraform.
///
/// # Errors
/// The environment names no folder for them.
pub(super) fn of_user() -> Result<PendingNotes, Diagnostic> {
    PendingNotes::of_user().map_err(|error| {
        let detail = format!("{error}. Set XDG_STATE_HOME or HOME.");
        Diagnostic::error("No folder for pending notes", detail)
    })
}
