//! Azure regions, which come as "West US 2" or "westus2" and mean the same.

use super::shown::{nearest, quoted};

/// Regions of the public, the government and the Chinese cloud, sorted. There are others: new ones, and those of private clouds.
const KNOWN: &[&str] = &[
    "australiacentral",
    "australiacentral2",
    "australiaeast",
    "australiasoutheast",
    "austriaeast",
    "belgiumcentral",
    "brazilsouth",
    "brazilsoutheast",
    "canadacentral",
    "canadaeast",
    "centralindia",
    "centralus",
    "centraluseuap",
    "chilecentral",
    "chinaeast",
    "chinaeast2",
    "chinaeast3",
    "chinanorth",
    "chinanorth2",
    "chinanorth3",
    "denmarkeast",
    "eastasia",
    "eastus",
    "eastus2",
    "eastus2euap",
    "eastus3",
    "francecentral",
    "francesouth",
    "germanynorth",
    "germanywestcentral",
    "indonesiacentral",
    "israelcentral",
    "italynorth",
    "japaneast",
    "japanwest",
    "jioindiacentral",
    "jioindiawest",
    "koreacentral",
    "koreasouth",
    "malaysiawest",
    "mexicocentral",
    "newzealandnorth",
    "northcentralus",
    "northeurope",
    "norwayeast",
    "norwaywest",
    "polandcentral",
    "qatarcentral",
    "southafricanorth",
    "southafricawest",
    "southcentralus",
    "southeastasia",
    "southindia",
    "spaincentral",
    "swedencentral",
    "swedensouth",
    "switzerlandnorth",
    "switzerlandwest",
    "uaecentral",
    "uaenorth",
    "uksouth",
    "ukwest",
    "usdodcentral",
    "usdodeast",
    "usgovarizona",
    "usgovtexas",
    "usgovvirginia",
    "westcentralus",
    "westeurope",
    "westindia",
    "westus",
    "westus2",
    "westus3",
];

/// The regions that are known here, by their normalized names.
pub fn known() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().copied()
}

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
    left == right || normalize(left) == normalize(right)
}

/// Whether the text can name a region: letters, digits and spaces, as in `westus2` and `West US 2`. Which regions there are is
/// the cloud's business.
///
/// # Errors
/// The bad value, the rule, and the region that was probably meant.
pub fn check(location: &str) -> Result<(), String> {
    let fits = |character: char| character.is_ascii_alphanumeric() || character == ' ';
    let named = location.chars().any(|character| character.is_ascii_alphabetic());
    if named && location.chars().all(fits) {
        return Ok(());
    }
    let plain: String = location.chars().filter(|character| fits(*character)).collect();
    let plain = normalize(&plain);
    let known = KNOWN
        .binary_search(&plain.as_str())
        .map(|position| KNOWN[position])
        .ok();
    let hint = known.or_else(|| nearest(&plain, KNOWN, 2));
    Err(match hint {
        Some(region) => format!(
            "{} cannot be a region, which has letters, digits and spaces only; did you mean \"{region}\"?",
            quoted(location)
        ),
        None => format!(
            "{} cannot be a region, which has letters, digits and spaces only, such as \"westus2\"",
            quoted(location)
        ),
    })
}

/// The known region that was probably meant by the name of one that is not known but differs from it in a letter or two.
#[must_use]
pub fn probably(location: &str) -> Option<&'static str> {
    if KNOWN.binary_search(&location).is_ok() {
        return None;
    }
    let name = normalize(location);
    if KNOWN.binary_search(&name.as_str()).is_ok() {
        return None;
    }
    nearest(&name, KNOWN, 2)
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

    #[test]
    fn the_known_regions_can_be_searched() {
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn what_cannot_be_a_region_is_refused_with_the_one_that_was_meant() {
        for good in ["westus2", "West US 2", "moonbase1", "EASTUS"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert!(check("west-us-2").is_err_and(|text| text.ends_with("did you mean \"westus2\"?")));
        assert!(check("north_europ").is_err_and(|text| text.ends_with("did you mean \"northeurope\"?")));
        for bad in ["", " ", "42", "west/us", "wëstus2", "westus2\n"] {
            assert!(
                check(bad).is_err_and(|text| text.contains("cannot be a region")),
                "{bad}"
            );
        }
    }

    #[test]
    fn an_unknown_region_near_a_known_one_was_probably_meant_as_that() {
        assert_eq!(probably("westus22"), Some("westus2"));
        assert_eq!(probably("North Eurpe"), Some("northeurope"));
        for fine in ["westus2", "West US 2", "Eastus2", "moonbase1"] {
            assert_eq!(probably(fine), None, "{fine}");
        }
    }
}
