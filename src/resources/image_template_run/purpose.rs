//! What a run is wanted for, in a form that a later process recognizes.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use tf_provider::Attr;

/// SHA-256, in hexadecimal, of the triggers as JSON with sorted keys; `null` stands for none at all.
///
/// It is written into the note of a run. Another algorithm would not recognize the notes of an earlier release, and run twice.
pub(super) fn of(triggers: &Attr<BTreeMap<String, Attr<String>>>) -> String {
    let triggers: serde_json::Value = triggers
        .as_known()
        .map(|triggers| {
            triggers
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str()))
                .collect()
        })
        .unwrap_or_default();
    format!("{:x}", Sha256::digest(triggers.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triggers_alone_make_it_and_its_form_is_frozen() {
        let triggers = |pairs: &[(&str, Attr<String>)]| {
            Attr::Known(
                pairs
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect(),
            )
        };
        let base = triggers(&[("template", Attr::from("f1")), ("base", Attr::Null)]);
        assert_eq!(of(&base), sha256("{\"base\":null,\"template\":\"f1\"}"));
        assert_eq!(of(&triggers(&[])), sha256("{}"));
        assert_eq!(of(&Attr::Null), sha256("null"));
    }

    fn sha256(text: &str) -> String {
        format!("{:x}", Sha256::digest(text))
    }
}
