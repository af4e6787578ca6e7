//! Arguments that are one of a few words, and other single words.

use crate::arm::latest::is_latest;
use crate::arm::names;
use crate::arm::shown::{nearest, quoted};

/// Whether the two differ at most in the case of letters, which Azure does not tell apart in names and enumerations.
pub fn same_spelling(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// The only kind of identity that a template can have.
pub fn identity_type(text: &str) -> Result<(), String> {
    one_of(text, &["UserAssigned"])
}

/// How a gallery image version gets its number.
pub fn versioning_scheme(text: &str) -> Result<(), String> {
    one_of(text, &["Latest", "Source"])
}

/// How a gallery image version gets into its regions: copied, or as a reference to its source.
pub fn replication_mode(text: &str) -> Result<(), String> {
    one_of(text, &["Full", "Shallow"])
}

/// On what the replicas of a gallery image version lie.
pub fn storage_account_type(text: &str) -> Result<(), String> {
    one_of(text, &["Standard_LRS", "Standard_ZRS", "Premium_LRS"])
}

/// What becomes of the build machine when a step fails.
pub fn on_build_error(text: &str) -> Result<(), String> {
    one_of(text, &["cleanup", "abort"])
}

/// What a trigger watches.
pub fn trigger_kind(text: &str) -> Result<(), String> {
    one_of(text, &["SourceImage"])
}

/// What a destroy does with the images.
pub fn on_destroy(text: &str) -> Result<(), String> {
    one_of(text, &["keep", "delete_images"])
}

/// What an interrupt does to a run in progress.
pub fn on_interrupt(text: &str) -> Result<(), String> {
    one_of(text, &["cancel", "leave_running"])
}

/// Exactly one of the words; the error suggests the nearest.
pub fn one_of(text: &str, words: &[&str]) -> Result<(), String> {
    if words.contains(&text) {
        return Ok(());
    }
    let list = words
        .iter()
        .map(|word| format!("\"{word}\""))
        .collect::<Vec<_>>()
        .join(", ");
    let only = if words.len() == 1 { "" } else { "one of " };
    let hint = nearest(text, words, 3)
        .map(|word| format!("; did you mean \"{word}\"?"))
        .unwrap_or_default();
    Err(format!("{} is not {only}{list}{hint}", quoted(text)))
}

/// A version of a platform image: numbers, or `latest`.
pub fn platform_version(text: &str) -> Result<(), String> {
    names::marketplace(text)?;
    if is_latest(text) || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    let hint = nearest(text, &["latest"], 3)
        .map(|word| format!("; did you mean \"{word}\"?"))
        .unwrap_or_default();
    Err(format!(
        "{} is no version, which is made of numbers, such as \"12.0.20260901\", or \"latest\"{hint}",
        quoted(text)
    ))
}

/// A size of virtual machine; empty for the service's choice. Which sizes there are differs by region and time.
pub fn vm_size(text: &str) -> Result<(), String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ['_', '-'].contains(&letter);
    if text.chars().all(fits) {
        return Ok(());
    }
    let joined = text.trim().replace(' ', "_");
    let meant = if joined.chars().all(fits) && joined.len() > 1 {
        format!("; did you mean \"{joined}\"?")
    } else {
        "; write one such as \"Standard_D2ds_v4\", or leave the argument out for the service's choice".to_owned()
    };
    Err(format!(
        "{} is not the name of a size of virtual machine{meant}",
        quoted(text)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_of_machine_is_one_word() {
        for good in ["", "Standard_D2ds_v4", "Standard_M416-208s_v2"] {
            assert_eq!(vm_size(good), Ok(()));
        }
        assert!(vm_size("Standard D2ds v4").is_err_and(|text| text.ends_with("did you mean \"Standard_D2ds_v4\"?")));
        assert!(vm_size("2 vCPU, 8 GiB").is_err_and(|text| text.contains("such as \"Standard_D2ds_v4\"")));
    }

    #[test]
    fn a_word_that_is_almost_right_gets_the_right_one() {
        assert!(on_destroy("delete-images").is_err_and(|text| text.contains("did you mean \"delete_images\"")));
        assert!(on_destroy("Keep").is_err_and(|text| text.contains("did you mean \"keep\"")));
        assert!(on_destroy("purge everything").is_err_and(|text| !text.contains("did you mean")));
    }

    #[test]
    fn a_version_of_a_platform_image_has_numbers_or_is_latest() {
        for good in ["latest", "Latest", "12.0.20260901", "0.20260901.1234"] {
            assert_eq!(platform_version(good), Ok(()), "{good}");
        }
        assert!(platform_version("lastest").is_err_and(|text| text.ends_with("did you mean \"latest\"?")));
        assert!(platform_version("").is_err() && platform_version("stable").is_err());
    }
}
