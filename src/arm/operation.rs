//! The status of a long-running operation, as the URL in `Azure-AsyncOperation` answers it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::ErrorDetail;

/// Status of an operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationStatus {
    /// Resource id of the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The operation's own id, mostly a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// InProgress, Succeeded, Failed, Canceled, or a word of the service's own; see [`Progress`].
    pub status: String,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent_complete: Option<f64>,
    /// What a POST returns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDetail>,
}

/// What a status or provisioning state means for whoever waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not ended; every word that Resource Manager does not call terminal.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Ended by a cancellation.
    Canceled,
}

impl Progress {
    /// Reads a status or provisioning state without regard to case; `Cancelled` is taken as `Canceled`, because services
    /// differ in it.
    #[must_use]
    pub fn of(status: &str) -> Self {
        let is = |word: &str| status.eq_ignore_ascii_case(word);
        if is("Succeeded") {
            Self::Succeeded
        } else if is("Failed") {
            Self::Failed
        } else if is("Canceled") || is("Cancelled") {
            Self::Canceled
        } else {
            Self::Running
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_words_are_read_in_any_case_and_everything_else_is_running() {
        assert_eq!(Progress::of("succeeded"), Progress::Succeeded);
        assert_eq!(Progress::of("FAILED"), Progress::Failed);
        assert_eq!(Progress::of("Cancelled"), Progress::Canceled);
        assert_eq!(Progress::of("Canceled"), Progress::Canceled);
        for word in ["InProgress", "Accepted", "Creating", "", "Succeeding"] {
            assert_eq!(Progress::of(word), Progress::Running, "{word}");
        }
    }
}
