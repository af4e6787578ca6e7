//! Azure regions, which come as "West US 2" or "westus2" and mean the same.

/// The region's name as Resource Manager normalizes it: lower case, without spaces.
#[must_use]
pub fn normalize(location: &str) -> String {
    location
        .chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether two spellings name one region.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    normalize(left) == normalize(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_and_short_names_are_the_same_region() {
        assert!(same("West US 2", "westus2"));
        assert!(same("WESTUS2", " westus2 "));
        assert!(!same("westus2", "westus3"));
        assert_eq!(normalize("North Europe"), "northeurope");
    }
}
