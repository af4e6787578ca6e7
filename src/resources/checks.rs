//! What a single value has to look like, and which two spellings of one mean the same. Pure.
//!
//! Each check's error text is the detail of a diagnostic at the attribute: the bad value, the rule, the way out.

use crate::arm::id::{
    GalleryImageId, GalleryImageVersionId, ImageTemplateId, ManagedImageId, ResourceGroupId, ResourceId, SubnetId,
    UserAssignedIdentityId,
};
use tf_provider::{Attr, Set};

/// Parameters that make up a shared access signature. They say who may read, not what is read.
const SAS_PARAMETERS: [&str; 17] = [
    "sig", "sv", "se", "st", "sp", "sr", "ss", "srt", "spr", "sip", "si", "skoid", "sktid", "skt", "ske", "sks", "skv",
];

/// Whether the two differ at most in the case of letters, which Azure does not tell apart in names and enumerations.
pub fn same_spelling(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// Whether both are ids of one resource, in whatever spelling.
pub fn same_id(left: &str, right: &str) -> bool {
    match (ResourceId::parse(left), ResourceId::parse(right)) {
        (Ok(left), Ok(right)) => left == right,
        _ => same_spelling(left, right),
    }
}

/// Whether two URIs name one content and differ at most in the token that lets the service read it.
pub fn same_but_for_sas(left: &str, right: &str) -> bool {
    without_sas(left) == without_sas(right)
}

/// The URI without its shared access signature; unchanged when it has none.
pub fn without_sas(uri: &str) -> String {
    let Some((address, query)) = uri.split_once('?') else {
        return uri.to_owned();
    };
    let name = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_ascii_lowercase();
    if !query.split('&').any(|parameter| name(parameter) == "sig") {
        return uri.to_owned();
    }
    let others: Vec<&str> = query
        .split('&')
        .filter(|parameter| !SAS_PARAMETERS.contains(&name(parameter).as_str()))
        .collect();
    if others.is_empty() {
        address.to_owned()
    } else {
        format!("{address}?{}", others.join("&"))
    }
}

/// The URI as it may be shown: without any query when that holds a token.
pub fn shown_uri(uri: &str) -> String {
    match uri.split_once('?') {
        Some((address, query)) if query.to_ascii_lowercase().contains("sig=") => format!("{address}?(redacted)"),
        _ => uri.to_owned(),
    }
}

/// An id of a resource group.
pub fn resource_group_id(text: &str) -> Result<(), String> {
    ResourceGroupId::parse(text)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// An id of an image template.
pub fn image_template_id(text: &str) -> Result<(), String> {
    ImageTemplateId::parse(text)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// An id of a user-assigned identity.
pub fn user_assigned_identity_id(text: &str) -> Result<(), String> {
    UserAssignedIdentityId::parse(text)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// An id of a managed image.
pub fn managed_image_id(text: &str) -> Result<(), String> {
    ManagedImageId::parse(text).map(drop).map_err(|error| error.to_string())
}

/// An id of a gallery image version, whose name may be `latest`.
pub fn gallery_image_version_id(text: &str) -> Result<(), String> {
    GalleryImageVersionId::parse(text)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// An id of a gallery image, or of one of its versions by number.
pub fn gallery_image_or_version_id(text: &str) -> Result<(), String> {
    match GalleryImageVersionId::parse(text) {
        Ok(version) if version.is_latest() => Err(format!(
            "\"{text}\": a run cannot make a version named \"latest\"; give the id of the gallery image and `versioning`"
        )),
        Ok(_) => Ok(()),
        // The error of the shorter form: it is what most people mean to write.
        Err(_) => GalleryImageId::parse(text).map(drop).map_err(|error| error.to_string()),
    }
}

/// Where a step's content may come from.
pub fn step_uri(text: &str) -> Result<(), String> {
    let shown = shown_uri(text);
    match text.split_once("://") {
        Some((scheme, rest)) if ["https", "http"].contains(&scheme) && !rest.is_empty() && !rest.starts_with('/') => {
            Ok(())
        }
        Some(("file", path)) if path.starts_with('/') => Ok(()),
        Some(("file", _)) => Err(format!(
            "\"{shown}\" names no absolute path; write \"file:///…\", such as \"file://${{abspath(path.module)}}/install.sh\""
        )),
        _ => Err(format!(
            "\"{shown}\" is not a URI that can be fetched; it begins with \"https://\", \"http://\" or \"file:///\""
        )),
    }
}

/// Where a file step may write: the service allows Linux files below `/tmp` alone; a Windows path has a drive letter.
pub fn file_destination(text: &str) -> Result<(), String> {
    let drive = text.as_bytes();
    if drive.len() > 3 && drive[0].is_ascii_alphabetic() && drive[1] == b':' && [b'\\', b'/'].contains(&drive[2]) {
        return Ok(());
    }
    let inside = text
        .strip_prefix("/tmp/")
        .is_some_and(|rest| !rest.is_empty() && !rest.ends_with('/'));
    if inside && !text.split('/').any(|part| part == "..") {
        return Ok(());
    }
    let name = text
        .rsplit('/')
        .find(|part| !part.is_empty() && *part != "..")
        .unwrap_or("file");
    Err(format!(
        "\"{text}\" is not a file below /tmp; copy it to \"/tmp/{name}\" and let a shell step after it move it (`sudo mv`)"
    ))
}

/// Minutes that a build may take.
pub fn build_timeout(minutes: &i64) -> Result<(), String> {
    match *minutes {
        0 | 6..=960 => Ok(()),
        1..=5 => Err(format!(
            "{minutes} minutes are too short for any build of the service; write 0 for its default of 240, or 6 to 960"
        )),
        _ => Err(format!(
            "{minutes} minutes; write 0 for the service's default of 240, or 6 to 960"
        )),
    }
}

/// GiB of the disk of an image. The service's own rule is only "0 or more"; 4095 is what an OS disk of Azure can have.
pub fn os_disk_size(gigabytes: &i64) -> Result<(), String> {
    if (0..=4095).contains(gigabytes) {
        return Ok(());
    }
    Err(format!(
        "{gigabytes} GiB is no size of an OS disk; write 1 to 4095, or 0 for the service's default"
    ))
}

/// A size of virtual machine; empty for the service's choice. Which sizes there are differs by region and time.
pub fn vm_size(text: &str) -> Result<(), String> {
    if text
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || ['_', '-'].contains(&letter))
    {
        return Ok(());
    }
    Err(format!(
        "\"{text}\" is not the name of a size of virtual machine; write one such as \"Standard_D2ds_v4\", or leave the \
         argument out for the service's choice"
    ))
}

/// A number from 0.
pub fn not_negative(number: &i64) -> Result<(), String> {
    if *number >= 0 {
        Ok(())
    } else {
        Err(format!("{number} is below 0; leave the argument out for no limit"))
    }
}

/// The only kind of identity that a template can have.
pub fn identity_type(text: &str) -> Result<(), String> {
    one_of(text, &["UserAssigned"])
}

/// How a gallery image version gets its number.
pub fn versioning_scheme(text: &str) -> Result<(), String> {
    one_of(text, &["Latest", "Source"])
}

/// How a gallery image version comes into its regions.
pub fn replication_mode(text: &str) -> Result<(), String> {
    one_of(text, &["Full", "Shallow"])
}

/// Storage of a gallery image version.
pub fn storage_account_type(text: &str) -> Result<(), String> {
    one_of(text, &["Standard_LRS", "Standard_ZRS", "Premium_LRS"])
}

/// What becomes of the build machine after an error.
pub fn on_build_error(text: &str) -> Result<(), String> {
    one_of(text, &["cleanup", "abort"])
}

/// Copies of a gallery image version in a region.
pub fn replica_count(count: &i64) -> Result<(), String> {
    if *count >= 1 {
        Ok(())
    } else {
        Err(format!("{count} copies; a region holds at least 1"))
    }
}

/// How long a restart may take: a number and its unit.
pub fn restart_timeout(text: &str) -> Result<(), String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && ["s", "m", "h"].contains(&unit) {
        return Ok(());
    }
    Err(format!(
        "\"{text}\" is no time; write a number and its unit, such as \"10m\" or \"2h\""
    ))
}

/// What a template's name may begin with: room is left for `-` and 8 digits.
pub fn name_prefix(text: &str) -> Result<(), String> {
    const LONGEST: usize = 64 - "-00000000".len();
    crate::arm::names::template(text)?;
    match text.chars().count() {
        length if length > LONGEST => Err(format!(
            "\"{text}\" has {length} characters; a prefix has at most {LONGEST}, since `-` and 8 digits follow it"
        )),
        _ => Ok(()),
    }
}

/// An id of a subnet; empty for none.
pub fn subnet_id(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    SubnetId::parse(text).map(drop).map_err(|error| error.to_string())
}

/// Ids of user-assigned identities.
pub fn user_assigned_identity_ids(ids: &Set<Attr<String>>) -> Result<(), String> {
    ids.0
        .iter()
        .filter_map(Attr::as_str)
        .try_for_each(user_assigned_identity_id)
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
    let nearest = words
        .iter()
        .min_by_key(|word| distance(text, word))
        .filter(|word| distance(text, word) <= 3);
    let hint = nearest
        .map(|word| format!("; did you mean \"{word}\"?"))
        .unwrap_or_default();
    Err(format!("\"{text}\" is not one of {list}{hint}"))
}

/// How many letters have to be changed, added or taken to get from one word to the other, without regard to case.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (position, letter) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = position + 1;
        for (column, other) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sas_token_is_no_part_of_what_is_read_but_other_parameters_are() {
        let plain = "https://a.blob.core.windows.net/c/install.sh";
        assert!(same_but_for_sas(
            plain,
            &format!("{plain}?sv=2024-01-01&se=x&sr=b&sp=r&sig=abc")
        ));
        assert_eq!(
            without_sas(&format!("{plain}?snapshot=1&sv=2&sig=abc")),
            format!("{plain}?snapshot=1")
        );
        assert!(!same_but_for_sas(
            &format!("{plain}?version=1"),
            &format!("{plain}?version=2")
        ));
    }

    #[test]
    fn a_token_is_never_shown() {
        let complaint = step_uri("ftp://host/install.sh?sv=1&sig=SECRET");
        assert!(complaint.is_err_and(|text| text.contains("ftp://host/install.sh") && !text.contains("SECRET")));
    }

    #[test]
    fn a_file_goes_below_tmp_and_the_error_says_how_it_gets_elsewhere() {
        assert_eq!(file_destination("/tmp/a/index.html"), Ok(()));
        assert_eq!(file_destination("C:\\temp\\index.html"), Ok(()));
        for bad in ["/etc/motd", "/tmp/", "/tmp/../etc/motd", "tmp/motd", "/tmp/a/"] {
            assert!(
                file_destination(bad).is_err_and(|text| text.contains("sudo mv") && text.contains("/tmp/")),
                "{bad}"
            );
        }
        assert!(file_destination("/etc/motd").is_err_and(|text| text.contains("\"/tmp/motd\"")));
    }

    #[test]
    fn a_build_may_take_the_default_or_6_to_960_minutes() {
        assert!([0, 6, 960].iter().all(|minutes| build_timeout(minutes).is_ok()));
        assert!([-1, 1, 5, 961].iter().all(|minutes| build_timeout(minutes).is_err()));
    }

    #[test]
    fn a_disk_has_the_default_or_1_to_4095_gib() {
        assert!([0, 1, 4095].iter().all(|size| os_disk_size(size).is_ok()));
        for bad in [i64::MIN, -1, 4096, i64::MAX] {
            assert!(
                os_disk_size(&bad).is_err_and(|text| text.contains(&bad.to_string()) && text.contains("1 to 4095"))
            );
        }
    }

    #[test]
    fn a_size_of_machine_is_one_word() {
        for good in ["", "Standard_D2ds_v4", "Standard_M416-208s_v2"] {
            assert_eq!(vm_size(good), Ok(()));
        }
        assert!(vm_size("Standard D2ds v4").is_err_and(|text| text.contains("\"Standard D2ds v4\"")));
    }

    #[test]
    fn a_word_that_is_almost_right_gets_the_right_one() {
        assert!(on_destroy("delete-images").is_err_and(|text| text.contains("did you mean \"delete_images\"")));
        assert!(on_destroy("Keep").is_err_and(|text| text.contains("did you mean \"keep\"")));
        assert!(on_destroy("purge everything").is_err_and(|text| !text.contains("did you mean")));
    }

    #[test]
    fn ids_are_compared_as_azure_compares_them() {
        let id = "/subscriptions/0/resourceGroups/g/providers/Microsoft.Compute/images/i";
        assert!(same_id(id, &id.to_uppercase()));
        assert!(!same_id(id, &id.replace("/i", "/j")));
    }
}
