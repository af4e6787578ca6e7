//! The error body of Resource Manager (common types v5), and the flat one that some services still answer.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// `{"error": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// An error with its causes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// Code, for programs.
    #[serde(default, deserialize_with = "lenient")]
    pub code: String,
    /// Text, for people.
    #[serde(default, deserialize_with = "lenient")]
    pub message: String,
    /// The member or resource that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub target: Option<String>,
    /// Causes.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    pub details: Vec<ErrorDetail>,
    /// Further data, for example of a policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    pub additional_info: Vec<Value>,
}

impl ErrorBody {
    /// An error without target and causes.
    #[must_use]
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            error: ErrorDetail::new(code, message),
        }
    }

    /// Reads an error out of an answer's body: `{"error": {…}}`, or the flat `{"code": …, "message": …}`.
    #[must_use]
    pub fn from_slice(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        Self::from_value(&value)
    }

    /// As [`ErrorBody::from_slice`], of a parsed body.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        let detail = value.get("error").filter(|error| error.is_object());
        let detail = detail.or_else(|| value.get("code").is_some().then_some(value))?;
        serde_json::from_value(detail.clone()).ok().map(|error| Self { error })
    }
}

impl ErrorDetail {
    /// An error without target and causes.
    #[must_use]
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            ..Self::default()
        }
    }

    /// The error and all its causes as one text: each cause on a line of its own, indented by its depth; what says the
    /// same as a line before is left out.
    #[must_use]
    pub fn readable(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        let mut said = Vec::new();
        self.collect(0, &mut lines, &mut said);
        lines.join("\n")
    }

    fn collect<'a>(&'a self, depth: usize, lines: &mut Vec<String>, said: &mut Vec<&'a str>) {
        let text = self.message.trim();
        let text = if text.is_empty() { self.code.as_str() } else { text };
        let repeats = said.contains(&text);
        if !text.is_empty() && !repeats {
            said.push(text);
            let target = self
                .target
                .as_deref()
                .filter(|target| !target.is_empty() && !text.contains(target));
            let target = target.map(|target| format!(" (target {target})")).unwrap_or_default();
            // The outermost code is told by whoever shows the error; a cause's code is only known here.
            let code = if depth == 0 || self.code.is_empty() || self.code == text {
                String::new()
            } else {
                format!("{}: ", self.code)
            };
            lines.push(format!("{}{code}{text}{target}", "  ".repeat(depth)));
        }
        let depth = if repeats || text.is_empty() { depth } else { depth + 1 };
        for cause in &self.details {
            cause.collect(depth, lines, said);
        }
    }
}

/// An error must be told even where the service does not keep to its own form: what has another type is left out.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items = match Value::deserialize(deserializer)? {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    Ok(items
        .into_iter()
        .filter_map(|item| serde_json::from_value(item).ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn nested_causes_become_one_readable_text_without_repetition() {
        let body = br#"{"error":{"code":"ResourceDeploymentFailure","message":"The operation failed.","details":[
            {"code":"Conflict","message":"The operation failed.","details":[
              {"code":"BadSource","message":"Source not found.","target":"properties.source","details":null}]},
            {"code":"Quota","message":""}]}}"#;
        let error = ErrorBody::from_slice(body).unwrap().error;
        assert_eq!(
            error.readable(),
            "The operation failed.\n  BadSource: Source not found. (target properties.source)\n  Quota"
        );
    }

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn an_error_that_does_not_keep_to_the_form_is_still_told() {
        let body = br#"{"error":{"code":null,"message":"It failed.","target":7,"additionalInfo":null,
            "details":["text",{"code":"Inner","message":null,"details":{"not":"a list"}}]}}"#;
        let error = ErrorBody::from_slice(body).unwrap().error;
        assert_eq!(error.readable(), "It failed.\n  Inner");
    }

    #[test]
    fn flat_errors_are_read_and_other_bodies_are_not_errors() {
        assert_eq!(
            ErrorBody::from_slice(br#"{"code":"X","message":"y"}"#),
            Some(ErrorBody::new("X", "y"))
        );
        assert_eq!(ErrorBody::from_slice(b"<html>"), None);
        assert_eq!(ErrorBody::from_slice(br#"{"id":"/subscriptions/s"}"#), None);
        assert_eq!(ErrorBody::from_slice(br#"{"error":"text"}"#), None);
    }
}
