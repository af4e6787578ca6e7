//! Exactly one of several attributes.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

/// What is known about whether an attribute is set.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Presence {
    Absent,
    Unknown,
    Set,
}

pub(super) fn presence<T>(attribute: &Attr<T>) -> Presence {
    match attribute {
        Attr::Null => Presence::Absent,
        Attr::Unknown => Presence::Unknown,
        Attr::Known(_) => Presence::Set,
    }
}

/// Exactly one of the named attributes has to be set; unknown ones may or may not be.
pub(super) fn exactly_one(path: impl FnOnce() -> Path, attributes: &[(&str, Presence)], found: &mut Diagnostics) {
    let number = |wanted| attributes.iter().filter(|(_, presence)| *presence == wanted).count();
    match (number(Presence::Set), number(Presence::Unknown)) {
        (1, _) | (0, 1..) => {}
        (0, 0) => {
            let detail = format!("Set exactly one of {}.", listed(attributes.iter(), ", "));
            found.push(Diagnostic::error("Missing argument", detail).at(path()));
        }
        _ => {
            let set = attributes.iter().filter(|(_, presence)| *presence == Presence::Set);
            let detail = format!(
                "{} are set; keep one of {}.",
                listed(set, " and "),
                listed(attributes.iter(), ", ")
            );
            found.push(Diagnostic::error("Too many arguments", detail).at(path()));
        }
    }
}

fn listed<'a>(attributes: impl Iterator<Item = &'a (&'a str, Presence)>, between: &str) -> String {
    attributes
        .map(|(name, _)| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(between)
}
