//! Names that are made from a prefix: `<prefix>-<8 hexadecimal digits>`.

use tf_provider::{Attr, Path};

use super::model::ImageTemplate;

/// How many hexadecimal digits follow the prefix and its hyphen.
const DIGITS: usize = 8;

/// A new name.
pub(super) fn of(prefix: &str) -> String {
    let unique = uuid::Uuid::new_v4().simple().to_string();
    format!("{prefix}-{}", &unique[..DIGITS])
}

/// Whether a name was, or could have been, made from the prefix.
pub(super) fn fits(prefix: &str, name: &str) -> bool {
    let rest = name
        .get(..prefix.len())
        .filter(|begin| begin.eq_ignore_ascii_case(prefix))
        .and_then(|_| name[prefix.len()..].strip_prefix('-'));
    rest.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A prefix that the template's name does not have replaces it. (An imported template, whose state has no prefix, is kept when
/// its name fits.)
pub(super) fn replacement(prior: &ImageTemplate, config: &ImageTemplate) -> Option<Path> {
    let path = || Path::root("name_prefix");
    match (&config.name_prefix, prior.name.as_str()) {
        (Attr::Known(prefix), Some(name)) if !fits(prefix, name) => Some(path()),
        (Attr::Unknown, _) => Some(path()),
        _ => None,
    }
}
