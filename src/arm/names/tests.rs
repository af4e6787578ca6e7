#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

#[test]
fn each_rule_takes_its_own_characters_and_lengths() {
    for good in ["a", "golden-debian_1.2", &"a".repeat(64)] {
        assert_eq!(template(good), Ok(()), "{good}");
        assert_eq!(run_output(good), Ok(()), "{good}");
        assert_eq!(trigger(good), Ok(()), "{good}");
    }
    for bad in ["", "a b", "ä", "a/b", "a\0", &"a".repeat(65)] {
        assert!(template(bad).is_err(), "{bad}");
        assert!(run_output(bad).is_err(), "{bad}");
        assert!(trigger(bad).is_err(), "{bad}");
    }
    assert!(template_prefix(&"p".repeat(55)).is_ok() && template_prefix(&"p".repeat(56)).is_err());
    assert_eq!(resource_group("Bilder_(östlich)-1.2"), Ok(()));
    assert!(resource_group("images.").is_err());
    assert!(resource_group(&"x".repeat(91)).is_err());
    assert_eq!(gallery("my_gallery.1"), Ok(()));
    for bad in ["my-gallery", "_gallery", "gallery.", ".g"] {
        assert!(gallery(bad).is_err(), "{bad}");
    }
    assert_eq!(gallery_image("debian-12.gen_2"), Ok(()));
    assert!(gallery_image("-debian").is_err());
    assert_eq!(managed_image("image_"), Ok(()));
    assert!(managed_image("image-").is_err());
    assert_eq!(gallery_image_version("1.0.0"), Ok(()));
    assert!(gallery_image_version("1.0").is_err());
    assert!(subscription("00000000-0000-0000-0000-000000000000").is_ok());
    assert!(subscription("{00000000-0000-0000-0000-000000000000}").is_err());
    assert!(sku(&"s".repeat(65)).is_err());
    assert!(publisher(&"p".repeat(128)).is_ok());
    assert!(offer("offer.").is_err());
    assert_eq!(step("Install the ärchive (1/2)"), Ok(()));
    assert!(step("two\nlines").is_err());
}

#[test]
fn an_error_names_the_bad_value_the_rule_and_what_was_meant() {
    let error = gallery("my-gallery").unwrap_err();
    assert_eq!(
        error,
        "\"my-gallery\" holds \"-\": a gallery's name has 1 to 80 letters, digits, \"_\" and \".\" (no \"-\"), and begins and ends \
         with a letter or digit; did you mean \"my_gallery\"?"
    );
    assert!(
        template("my template!")
            .unwrap_err()
            .ends_with("did you mean \"my-template\"?")
    );
    assert!(
        template("a\0b")
            .unwrap_err()
            .starts_with("\"a\\u0000b\" holds \"\\u0000\": ")
    );
    assert!(!template("größe").unwrap_err().contains("did you mean"));
    assert!(
        template(&"a".repeat(65))
            .unwrap_err()
            .contains("a\" has 65 characters: ")
    );
}

#[test]
fn a_checksum_in_upper_case_is_answered_with_the_right_spelling() {
    let right = "0123456789abcdef".repeat(4);
    assert_eq!(sha256(&right), Ok(()));
    assert!(sha256(&right.to_uppercase()).unwrap_err().contains(&right));
    assert!(sha256(&format!("{right}\n")).unwrap_err().contains("space at an end"));
    assert!(sha256("abc").unwrap_err().ends_with("this has 3"));
    assert!(sha256("sha256:abc").unwrap_err().ends_with("this holds \"s\""));
}
