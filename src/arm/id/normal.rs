//! The spelling in which Azure documents the words of an id.

use super::resource_id::ResourceId;
use super::shape::KNOWN;

impl ResourceId {
    /// The same id with its words (`resourceGroups`, and the namespaces and types that are known here) as Azure documents them.
    /// Names keep their spelling.
    #[must_use]
    pub fn normalized(&self) -> Self {
        let mut segments = self.segments().to_vec();
        "subscriptions".clone_into(&mut segments[0]);
        if self.resource_group().is_some() {
            "resourceGroups".clone_into(&mut segments[2]);
        }
        if let Some(position) = self.provider_position() {
            "providers".clone_into(&mut segments[position]);
            let written = self.resource_type();
            for (word, part) in documented(&written).split('/').enumerate() {
                let place = if word == 0 { position + 1 } else { position + 2 * word };
                part.clone_into(&mut segments[place]);
            }
        }
        Self::of(segments)
    }
}

/// A type as Azure documents it, as far as it is known: `microsoft.compute/GALLERIES` is `Microsoft.Compute/galleries`.
#[must_use]
pub fn documented(resource_type: &str) -> String {
    let same = |known: &str, end: usize| {
        let beginning = known.get(..end)?;
        let whole_words = known[end..].is_empty() || known[end..].starts_with('/');
        let equal = resource_type.get(..end)?.eq_ignore_ascii_case(beginning);
        (whole_words && equal).then(|| beginning.to_owned())
    };
    let ends = resource_type.match_indices('/').map(|(end, _)| end);
    let longest_first: Vec<usize> = ends.chain([resource_type.len()]).collect();
    for end in longest_first.into_iter().rev() {
        if let Some(beginning) = KNOWN.iter().find_map(|(known, _)| same(known, end)) {
            return beginning + &resource_type[end..];
        }
    }
    resource_type.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spelled_as_documented_and_names_as_written() {
        let id = "/SUBSCRIPTIONS/Sub/resourcegroups/RG/Providers/microsoft.compute/GALLERIES/MyGallery/Images/Base/";
        assert_eq!(
            ResourceId::parse(id).map(|id| id.normalized().to_string()),
            Ok(
                "/subscriptions/Sub/resourceGroups/RG/providers/Microsoft.Compute/galleries/MyGallery/images/Base"
                    .into()
            )
        );
    }

    #[test]
    fn what_is_not_known_keeps_its_spelling_behind_what_is() {
        for (written, documented_as) in [
            ("microsoft.COMPUTE/someThing/Part", "Microsoft.Compute/someThing/Part"),
            (
                "microsoft.network/virtualnetworks/peerings",
                "Microsoft.Network/virtualNetworks/peerings",
            ),
            ("Contoso.Own/things", "Contoso.Own/things"),
            ("microsoft.computer/galleries", "microsoft.computer/galleries"),
        ] {
            assert_eq!(documented(written), documented_as);
        }
    }
}
