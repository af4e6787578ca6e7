//! A replacement that a resource decides in code must be one that its attributes tell of: users read there what a change does.

use super::Violation;
use crate::path::{Path, Step};
use crate::schema::Attribute;

/// The paths for which a resource asks for replacement though no attribute on the way says that this can happen.
pub(crate) fn check_replacements(attributes: &[Attribute], asked: &[Path]) -> Vec<Violation> {
    let silent = asked.iter().filter(|path| !is_told(attributes, path));
    let violation = |path: &Path| Violation {
        path: path.clone(),
        reason: "replaced by a decision of the resource, but the attribute has neither `replace` nor `replaces_when`",
    };
    silent.map(violation).collect()
}

fn is_told(attributes: &[Attribute], path: &Path) -> bool {
    let mut level = attributes;
    for step in path.steps() {
        // A list's or map's elements have the attributes of the list or map itself.
        let Step::Attribute(name) = step else { continue };
        let Some(attribute) = level.iter().find(|each| each.name == name) else {
            return false;
        };
        if attribute.replace || attribute.replaces_when.is_some() {
            return true;
        }
        level = attribute.kind.nested().map_or(&[], |object| (object.attributes)());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Model;
    use crate::attr::Attr;
    use crate::path;

    /// A machine.
    #[derive(Model, Clone, Debug, Default)]
    struct Machine {
        /// Name.
        #[attribute(required, replace)]
        name: Attr<String>,
        /// Size.
        #[attribute(optional, replaces_when = "it shrinks")]
        size: Attr<String>,
        /// Disks.
        #[attribute(optional)]
        disks: Attr<Vec<Attr<Disk>>>,
    }

    /// A disk.
    #[derive(Model, Clone, Debug, Default)]
    struct Disk {
        /// Kind.
        #[attribute(optional, replaces_when = "it is not offered any more")]
        kind: Attr<String>,
        /// Size.
        #[attribute(optional)]
        size: Attr<String>,
    }

    #[test]
    fn only_attributes_that_say_so_replace() {
        let told = [path!("name"), path!("size"), path!("disks"[1]."kind")];
        assert_eq!(check_replacements(Machine::attributes(), &told), []);
        let silent = [path!("disks"), path!("disks"[0]."size"), path!("colour")];
        let found = check_replacements(Machine::attributes(), &silent);
        assert_eq!(found.into_iter().map(|each| each.path).collect::<Vec<_>>(), silent);
    }
}
