//! Tags, wherever they are an argument.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use crate::arm::names;
use crate::arm::shown::quoted;

/// Complains about what Azure refuses in tags, at the tag: a name or value, a name that is there twice, or too many of them.
pub fn check_tags(path: impl Fn() -> Path, tags: &Attr<BTreeMap<String, Attr<String>>>, found: &mut Diagnostics) {
    let Attr::Known(tags) = tags else { return };
    let before = found.0.len();
    let mut names_so_far = BTreeSet::new();
    for (name, value) in tags {
        let value = value.as_known().map(|value| names::tag_value(name, value));
        let reason = match (names::tag_key(name), value) {
            (Err(reason), _) | (Ok(()), Some(Err(reason))) => Some(reason),
            (Ok(()), _) if names_so_far.insert(name.to_lowercase()) => None,
            (Ok(()), _) => Some(format!(
                "{} is there in another case already, and Azure does not tell the case of tags apart; keep one of them",
                quoted(name)
            )),
        };
        if let Some(reason) = reason {
            found.push(Diagnostic::error("Invalid tag", reason).at(path().key(name)));
        }
    }
    // A tag that is null is not there.
    let number = tags.values().filter(|value| !value.is_null()).count();
    if found.0.len() == before
        && let Err(reason) = names::number_of_tags(number)
    {
        found.push(Diagnostic::error("Invalid tags", reason).at(path()));
    }
}
