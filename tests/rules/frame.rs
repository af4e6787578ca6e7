//! A table of refusals: a sentence, what is written otherwise than in a good configuration, and what is then said about it.

use serde_json::Value as Json;
use terraform_provider_imagebuilder::provider::Provider;
use tf_provider::testing::{Core, Instance, UNKNOWN};
use tf_provider::{Diagnostic, Severity};

/// One way to break a rule.
pub(crate) struct Row {
    /// The rule, as a sentence.
    sentence: &'static str,
    /// What is written, by path.
    written: Vec<(&'static str, Json)>,
    /// What is said about it.
    severity: Severity,
    path: &'static str,
    summary: String,
    detail: String,
}

/// A row whose message is an error.
pub(crate) fn row<const N: usize>(
    sentence: &'static str,
    written: [(&'static str, Json); N],
    path: &'static str,
    summary: impl Into<String>,
    detail: impl Into<String>,
) -> Row {
    Row {
        sentence,
        written: Vec::from(written),
        severity: Severity::Error,
        path,
        summary: summary.into(),
        detail: detail.into(),
    }
}

/// A row about one attribute whose value is bad whatever else is written.
pub(crate) fn bad(sentence: &'static str, path: &'static str, value: Json, detail: impl Into<String>) -> Row {
    let attribute = path.rsplit('.').next().unwrap_or_default();
    let attribute = attribute.split('[').next().unwrap_or_default();
    row(
        sentence,
        [(path, value)],
        path,
        format!("Invalid value for {attribute:?}"),
        detail,
    )
}

impl Row {
    /// The same as a warning.
    pub(crate) fn warns(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    fn is(&self, said: &Diagnostic) -> bool {
        told(said).0 == self.path && said.summary == self.summary
    }
}

/// The path and the detail of a message. Terraform follows a path no further than into a list, so that a longer one stands before
/// the detail.
pub(crate) fn told(said: &Diagnostic) -> (String, &str) {
    let shown = said.attribute.to_string();
    let prefixed = said.detail.strip_prefix('`').and_then(|rest| rest.split_once("`: "));
    match prefixed.filter(|(path, _)| path.starts_with(&shown)) {
        Some((path, detail)) => (path.to_owned(), detail),
        None => (shown, &said.detail),
    }
}

/// A resource of this type, before the provider is configured.
pub(crate) async fn resource(type_name: &str) -> Instance {
    Core::start(Provider).await.resource(type_name)
}

/// Each row says exactly its message, and nothing when one of the values that break the rule is not known yet.
pub(crate) async fn check(type_name: &str, good: &Json, rows: &[Row]) {
    let resource = resource(type_name).await;
    let said = resource.validate(good).await;
    assert!(said.is_empty(), "the good configuration is refused: {said}");
    for row in rows {
        let sentence = row.sentence;
        let mut broken = good.clone();
        for (path, value) in &row.written {
            write(&mut broken, path, value.clone());
        }
        let said = resource.validate(&broken).await;
        assert_eq!(said.0.len(), 1, "{sentence}: {said}");
        let only = &said.0[0];
        let (path, detail) = told(only);
        assert_eq!(
            (only.severity, path.as_str(), only.summary.as_str(), detail),
            (row.severity, row.path, row.summary.as_str(), row.detail.as_str()),
            "{sentence}"
        );
        for (path, _) in &row.written {
            let mut undecided = broken.clone();
            write(&mut undecided, path, Json::from(UNKNOWN));
            let said = resource.validate(&undecided).await;
            let still = said.iter().find(|each| row.is(each));
            assert!(still.is_none(), "{sentence}: although {path} is unknown: {said}");
        }
    }
}

/// Writes a value at a path such as `customize[0].shell.inline`, making what is missing on the way.
pub(crate) fn write(config: &mut Json, path: &str, value: Json) {
    let mut place = config;
    for step in path.split('.') {
        let (name, indices) = step.split_once('[').map_or((step, ""), |(name, rest)| (name, rest));
        if !place.is_object() {
            *place = serde_json::json!({});
        }
        place = place.as_object_mut().unwrap().entry(name).or_insert(Json::Null);
        for index in indices.split('[').filter(|index| !index.is_empty()) {
            let index: usize = index.trim_end_matches(']').parse().unwrap();
            if !place.is_array() {
                *place = serde_json::json!([]);
            }
            let elements = place.as_array_mut().unwrap();
            while elements.len() <= index {
                elements.push(serde_json::json!({}));
            }
            place = &mut elements[index];
        }
    }
    *place = value;
}
