#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

const GROUP: &str = "/subscriptions/S/resourceGroups/Rg";

#[test]
fn fixed_words_are_read_in_any_case_and_names_keep_theirs() {
    let target = Target::parse(
        "/SUBSCRIPTIONS/S/resourcegroups/Rg/PROVIDERS/microsoft.compute/Galleries/G/Images/I/VERSIONS/1.0.0",
    )
    .unwrap();
    assert_eq!(
        target.id(),
        format!("{GROUP}/providers/Microsoft.Compute/galleries/G/images/I/versions/1.0.0")
    );
    assert_eq!(target.name(), "1.0.0");
    assert_eq!(
        target.parent().unwrap().id(),
        format!("{GROUP}/providers/Microsoft.Compute/galleries/G/images/I")
    );
}

#[test]
fn actions_are_read_in_any_case() {
    let route = Route::parse(&format!(
        "{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/t/Run"
    ))
    .unwrap();
    assert!(matches!(route, Route::Action(target, Action::Run) if target.name() == "t"));
}

#[test]
fn a_path_that_leads_nowhere_is_no_route() {
    for path in [
        "/",
        "/providers",
        "/subscriptions/s/resourceGroups//x",
        "/subscriptions/s/providers/Microsoft.Compute/disks",
        "x/y",
    ] {
        assert_eq!(Route::parse(path), None, "{path}");
    }
}

#[test]
fn platform_versions_have_their_own_route() {
    let path = "/subscriptions/s/providers/Microsoft.Compute/locations/westus2/publishers/imagebuilder/artifacttypes/vmimage/offers/busybox/skus/tiny/versions";
    assert!(
        matches!(Route::parse(path), Some(Route::PlatformVersions(image)) if image.sku == "tiny" && image.location == "westus2")
    );
    assert!(
        matches!(Route::parse(&format!("{path}/1.2.3")), Some(Route::PlatformVersion(_, version)) if version == "1.2.3")
    );
}

#[test]
fn the_names_of_platform_images_are_listed_step_by_step() {
    let publishers = "/subscriptions/s/providers/Microsoft.Compute/locations/westus2/publishers";
    let offers = format!("{publishers}/imagebuilder/artifacttypes/vmimage/offers");
    for (path, expected) in [
        (publishers.to_owned(), vec![]),
        (offers.clone(), vec!["imagebuilder"]),
        (format!("{offers}/busybox/skus"), vec!["imagebuilder", "busybox"]),
    ] {
        assert!(
            matches!(Route::parse(&path), Some(Route::PlatformNames(names)) if names.begin == expected),
            "{path}"
        );
    }
}

#[test]
fn an_operation_belongs_to_its_provider() {
    let id = Uuid::nil();
    let path = format!("/subscriptions/s/providers/Microsoft.VirtualMachineImages/locations/westus2/operations/{id}");
    assert_eq!(
        Route::parse(&path),
        Some(Route::Operation {
            provider: Provider::ImageBuilder,
            id
        })
    );
}
