//! Names that are made from a prefix: `<prefix>-<8 hexadecimal digits>`.

use serde_json::Value;
use tf_provider::{Attr, Diagnostics, Path};

use super::model::ImageTemplate;
use crate::arm::id::ImageTemplateId;
use crate::backend::Note;
use crate::backend::pending::NoteContent;
use crate::resources::connection::Connection;
use crate::resources::creation;

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

/// A template whose creation a crash of an earlier apply has cut off.
#[derive(Debug)]
pub(super) struct Begun {
    /// Its name.
    pub(super) name: String,
    /// The note that it left, held.
    pub(super) note: Note,
}

/// What an earlier apply of this machine began under the prefix in the resource group and did not live to tell: it is taken
/// over instead of a second one being made. One that was sent with the same body comes first; whatever another was to be, no state
/// knows it.
///
/// # Errors
/// The notes cannot be read.
pub(super) fn begun_earlier(
    connection: &Connection,
    resource_group: &str,
    prefix: &str,
    body: &Value,
) -> Result<Option<Begun>, Diagnostics> {
    let name = |content: &NoteContent| {
        let id = ImageTemplateId::parse(&content.resource_id).ok()?;
        let here = id.subscription().eq_ignore_ascii_case(connection.subscription())
            && id.resource_group().eq_ignore_ascii_case(resource_group);
        (here && fits(prefix, id.name())).then(|| id.name().to_owned())
    };
    let wanted = creation::fingerprint(body);
    let rank = |content: &NoteContent| name(content).map(|_| content.fingerprint != wanted);
    let found = connection.arm().notes().left_behind(connection.origin(), rank);
    let found = found.map_err(|error| creation::note_trouble("an image template", &error))?;
    Ok(found.and_then(|note| {
        Some(Begun {
            name: name(note.content())?,
            note,
        })
    }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_name_fits_its_prefix_and_no_other() {
        let name = of("golden");
        assert!(fits("golden", &name) && fits("GOLDEN", &name), "{name}");
        assert!(!fits("gold", &name) && !fits("golden-x", &name));
        for other in ["golden", "golden-1234567", "golden-123456789", "golden-1234567x", "ü"] {
            assert!(!fits("golden", other), "{other}");
        }
        assert_ne!(of("golden"), name);
    }

    #[test]
    fn a_prefix_that_the_name_has_keeps_the_template() {
        let prior = ImageTemplate {
            name: Attr::from("golden-0123abcd"),
            ..ImageTemplate::default()
        };
        let with = |prefix| ImageTemplate {
            name_prefix: prefix,
            ..ImageTemplate::default()
        };
        assert_eq!(replacement(&prior, &with(Attr::from("golden"))), None);
        assert_eq!(replacement(&prior, &with(Attr::Null)), None);
        for other in [Attr::from("other"), Attr::Unknown] {
            assert_eq!(replacement(&prior, &with(other)), Some(Path::root("name_prefix")));
        }
    }
}
