#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use super::*;

const IMAGE: &str =
    "/subscriptions/s/resourceGroups/Images/providers/Microsoft.Compute/galleries/gallery/images/debian";

/// Spellings which Resource Manager takes for the same id.
fn respellings(id: &str) -> Vec<String> {
    let upper_names = id.split('/').map(|part| {
        if part.len() > 1 {
            part.to_uppercase()
        } else {
            part.to_owned()
        }
    });
    vec![
        id.to_owned(),
        id.to_lowercase(),
        id.to_uppercase(),
        id.replace("resourceGroups", "resourcegroups"),
        format!("{id}/"),
        upper_names.collect::<Vec<_>>().join("/"),
    ]
}

#[test]
fn every_spelling_is_the_same_id_and_is_shown_as_it_was_written() {
    let ids = [
        "/subscriptions/s/resourceGroups/Images",
        IMAGE,
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.VirtualMachineImages/imageTemplates/t/runOutputs/o",
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/images/i",
        "/subscriptions/s/providers/Microsoft.VirtualMachineImages/locations/westus2/operations/1",
        "/subscriptions/s",
    ];
    for id in ids {
        let same: HashSet<ResourceId> = respellings(id)
            .iter()
            .map(|text| ResourceId::parse(text).unwrap())
            .collect();
        assert_eq!(same.len(), 1, "{id}");
        for text in respellings(id) {
            assert_eq!(
                ResourceId::parse(&text).unwrap().to_string(),
                text.trim_end_matches('/')
            );
        }
    }
    let distinct: HashSet<ResourceId> = ids.iter().map(|text| ResourceId::parse(text).unwrap()).collect();
    assert_eq!(distinct.len(), ids.len());
}

#[test]
fn parts_are_found_in_any_spelling() {
    for text in respellings(IMAGE) {
        let id = GalleryImageId::parse(&text).unwrap();
        assert!(id.name().eq_ignore_ascii_case("debian"));
        assert!(id.gallery().eq_ignore_ascii_case("gallery"));
        assert!(id.resource_group().eq_ignore_ascii_case("images"));
        assert!(id.subscription().eq_ignore_ascii_case("s"));
        assert_eq!(id.gallery_id(), GalleryId::new("s", "images", "gallery").unwrap());
        assert_eq!(id.resource_group_id(), ResourceGroupId::new("s", "images").unwrap());
    }
}

#[test]
fn what_is_built_from_names_parses_back_to_them() {
    for name in ["a", "A-b_c.d", "Bilder (östlich)", "x'y!z", "0"] {
        let id = ImageTemplateId::new("s", name, name).unwrap();
        assert_eq!(ImageTemplateId::parse(id.as_str()).unwrap(), id);
        assert_eq!((id.resource_group(), id.name()), (name, name));
        let by_path = ResourceId::from_path(&id.as_resource_id().path()).unwrap();
        assert_eq!(by_path.to_string(), id.to_string(), "through a URL's path");
        assert!(id.as_resource_id().path().is_ascii());
    }
}

#[test]
fn each_removed_changed_or_added_segment_is_noticed_and_named() {
    let segments: Vec<&str> = IMAGE[1..].split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_word = matches!(index, 0 | 2 | 4 | 5 | 6 | 8);
        let mut changed = segments.clone();
        changed[index] = "wrong";
        let result = GalleryImageId::parse(&format!("/{}", changed.join("/")));
        assert_eq!(result.is_err(), is_word, "{changed:?}");
        if let Err(error) = result {
            let expected = IdErrorKind::WrongSegment {
                position: index + 1,
                found: "wrong".to_owned(),
                expected: (*segment).to_owned(),
            };
            assert_eq!(*error.kind(), expected);
            assert!(error.to_string().contains(&format!("\"{segment}\" belongs")), "{error}");
        }
        let mut emptied = segments.clone();
        emptied[index] = "";
        if index + 1 < segments.len() {
            let error = GalleryImageId::parse(&format!("/{}", emptied.join("/"))).unwrap_err();
            assert_eq!(*error.kind(), IdErrorKind::EmptySegment { position: index + 1 });
        }
        if index > 0 {
            assert!(GalleryImageId::parse(&format!("/{}", segments[..index].join("/"))).is_err());
        }
    }
    let error = GalleryImageId::parse(&format!("{IMAGE}/extra")).unwrap_err();
    assert_eq!(
        *error.kind(),
        IdErrorKind::TooLong {
            extra: "extra".to_owned()
        }
    );
}

#[test]
fn an_id_of_another_type_is_called_by_its_name() {
    let gallery = "/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/galleries/g";
    let message = GalleryImageId::parse(gallery).unwrap_err().to_string();
    assert!(
        message.ends_with("is the id of a gallery; a gallery image is needed: append \"/images/{gallery image}\""),
        "{message}"
    );
    let message = GalleryId::parse(IMAGE).unwrap_err().to_string();
    let (gallery, _) = IMAGE.split_once("/images/").unwrap();
    assert!(
        message.ends_with(&format!(
            "is the id of a gallery image; a gallery is needed: write \"{gallery}\""
        )),
        "{message}"
    );
    let message = ImageTemplateId::parse(IMAGE).unwrap_err().to_string();
    assert!(
        message.contains("is the id of a gallery image; an image template is needed"),
        "{message}"
    );
    assert!(message.contains("/imageTemplates/{image template}"), "{message}");
    let message = ResourceGroupId::parse("/subscriptions/s").unwrap_err().to_string();
    assert!(
        message.contains("is the id of a subscription; a resource group is needed"),
        "{message}"
    );
}

#[test]
fn an_id_that_ends_early_is_told_what_is_missing() {
    let missing = |text: &str| GalleryImageId::parse(text).unwrap_err().to_string();
    assert!(missing("/subscriptions/s/resourceGroups").contains("it ends before the name of the resource group"));
    assert!(missing(&IMAGE[..IMAGE.len() - 6]).contains("it ends before the name of the gallery image"));
    assert!(missing("").contains("it is empty"));
    assert!(missing("debian").contains("an id begins with \"/\""));
}

#[test]
fn names_that_are_empty_or_hold_foreign_characters_are_refused() {
    for bad in [
        "", "a/b", "a%20b", "a?b", "a#b", "a&b", "a\nb", "{name}", "\"a\"", "a\\b",
    ] {
        assert!(ResourceGroupId::new("s", bad).is_err(), "{bad:?} at the end");
        assert!(GalleryId::new("s", bad, "g").is_err(), "{bad:?} in the middle");
        assert!(GalleryId::new(bad, "rg", "g").is_err(), "{bad:?} as subscription");
    }
    let message = ResourceId::parse("/subscriptions/s/resourceGroups/a%20b")
        .unwrap_err()
        .to_string();
    assert!(message.contains("without percent-encoding"), "{message}");
}

#[test]
fn a_path_is_decoded_segment_by_segment() {
    let id = ResourceId::from_path("/subscriptions/s/resourceGroups/%C3%B6st%20(1)").unwrap();
    assert_eq!(id.name(), "öst (1)");
    assert_eq!(id.path(), "/subscriptions/s/resourceGroups/%C3%B6st%20(1)");
    // A slash within a name must not become a border between segments.
    assert!(ResourceId::from_path("/subscriptions/s/resourceGroups/a%2Fb").is_err());
    for bad in ["%", "%2", "%zz", "%FF"] {
        assert!(
            ResourceId::from_path(&format!("/subscriptions/s/resourceGroups/{bad}")).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn versions_are_three_numbers_or_latest() {
    let image = GalleryImageId::parse(IMAGE).unwrap();
    let latest = image.version("Latest").unwrap();
    assert!(latest.is_latest());
    assert_eq!(latest.gallery_image_id(), image);
    assert!(!image.version("1.2.3").unwrap().is_latest());
    let message = image.version("1.2").unwrap_err().to_string();
    assert!(
        message.contains("\"1.2\" is not a gallery image version") && message.contains("\"latest\""),
        "{message}"
    );
}

#[test]
fn parents_and_children_of_any_resource() {
    let image = ResourceId::parse(IMAGE).unwrap();
    let version = image.child("versions", "1.0.0").unwrap();
    assert_eq!(version.resource_type(), "Microsoft.Compute/galleries/images/versions");
    assert_eq!(version.parent(), Some(image.clone()));
    let gallery = image.parent().unwrap();
    assert_eq!(gallery.resource_type(), "Microsoft.Compute/galleries");
    let group = gallery.parent().unwrap();
    assert_eq!(group.resource_type(), "Microsoft.Resources/resourceGroups");
    let subscription = group.parent().unwrap();
    assert_eq!(subscription.resource_type(), "Microsoft.Resources/subscriptions");
    assert_eq!(subscription.parent(), None);
    for bad in ["", "a/b", "1.0.0/extra/x", "a%20b"] {
        assert!(image.child("versions", bad).is_err(), "{bad}");
    }
}

#[test]
fn platform_image_versions_have_a_path_of_their_own() {
    let id = PlatformImageVersionsId::new("s", "westus2", "Debian", "debian-12", "12-gen2").unwrap();
    assert_eq!(PlatformImageVersionsId::parse(&id.to_string()).unwrap(), id);
    let lower = PlatformImageVersionsId::parse(&id.to_string().to_lowercase()).unwrap();
    assert_eq!(
        (lower.location(), lower.publisher(), lower.offer(), lower.sku()),
        ("westus2", "debian", "debian-12", "12-gen2")
    );
    assert_eq!(lower, id);
    for (part, wrong) in [
        ("locations", "places"),
        ("artifacttypes", "types"),
        ("vmimage", "image"),
        ("/versions", "/version"),
    ] {
        let message = PlatformImageVersionsId::parse(&id.to_string().replace(part, wrong))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains(&format!("\"{}\"", wrong.trim_matches('/'))),
            "{message}"
        );
    }
    assert!(PlatformImageVersionsId::new("s", "", "p", "o", "k").is_err());
    assert!(PlatformImageVersionsId::parse(IMAGE).is_err());
    assert!(PlatformImageVersionsId::parse("").is_err());
}

#[test]
fn ids_are_texts_in_json() {
    let id = GalleryImageId::parse(IMAGE).unwrap();
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(json, format!("\"{IMAGE}\""));
    assert_eq!(serde_json::from_str::<GalleryImageId>(&json).unwrap(), id);
    assert!(
        serde_json::from_str::<GalleryId>(&json)
            .unwrap_err()
            .to_string()
            .contains("a gallery is needed")
    );
}
