//! What wire paths cannot say: the security type is one of the features. Pure.

use serde_json::{Value, json};
use tf_provider::{Attr, wire};

use super::model::GalleryImage;
use crate::resources::checks;

const FEATURE: &str = "SecurityType";
/// What the service means by an absent feature.
const ABSENT: &str = "Standard";
/// What it means by an absent architecture.
pub(super) const SILENT_ARCHITECTURE: &str = "x64";

/// The body of a PUT, without tags. It always says everything whose default differs between API versions.
pub(super) fn body(image: &GalleryImage) -> Value {
    let mut body = wire::encode(image);
    // Templates make nothing but generalized images.
    body["properties"]["osState"] = json!("Generalized");
    if let Some(security_type) = image.security_type.as_str() {
        body["properties"]["features"] = json!([{ "name": FEATURE, "value": security_type }]);
    }
    body
}

/// The security type that a body shows, in the spelling of the prior state.
pub(super) fn security_type(body: &Value, prior: &Attr<String>) -> Attr<String> {
    let features = body.pointer("/properties/features").and_then(Value::as_array);
    let is_it = |feature: &&Value| {
        feature["name"]
            .as_str()
            .is_some_and(|name| name.eq_ignore_ascii_case(FEATURE))
    };
    let found = features
        .into_iter()
        .flatten()
        .find(is_it)
        .and_then(|feature| feature["value"].as_str())
        .unwrap_or(ABSENT);
    match prior.as_str() {
        Some(prior) if checks::same_spelling(prior, found) => Attr::from(prior),
        _ => Attr::from(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_security_type_is_sent_as_a_feature_and_read_back() {
        let image = GalleryImage {
            security_type: Attr::from("TrustedLaunch"),
            ..GalleryImage::default()
        };
        let body = body(&image);
        assert_eq!(
            body["properties"]["features"],
            json!([{ "name": "SecurityType", "value": "TrustedLaunch" }])
        );
        assert_eq!(security_type(&body, &Attr::Null), Attr::from("TrustedLaunch"));
        assert_eq!(
            security_type(&body, &Attr::from("trustedlaunch")),
            Attr::from("trustedlaunch")
        );
    }

    #[test]
    fn no_feature_is_the_standard_security_type() {
        let other = json!({ "properties": { "features": [{ "name": "IsHibernateSupported", "value": "True" }] } });
        assert_eq!(security_type(&other, &Attr::Null), Attr::from("Standard"));
    }
}
