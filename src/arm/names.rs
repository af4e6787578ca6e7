//! Rules for names, as checks whose errors say the bad value and the rule.

use std::collections::BTreeMap;

use super::version::ImageVersion;

/// An image template's name: `^[A-Za-z0-9-_.]{1,64}$` (API specification).
///
/// # Errors
/// The bad value and the rule.
pub fn template(name: &str) -> Result<(), String> {
    let rule = "an image template's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"";
    characters(name, rule, 64, |character| {
        character.is_ascii_alphanumeric() || "-_.".contains(character)
    })
}

/// A run output's name: as a template's.
///
/// # Errors
/// The bad value and the rule.
pub fn run_output(name: &str) -> Result<(), String> {
    let rule = "a run output's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"";
    characters(name, rule, 64, |character| {
        character.is_ascii_alphanumeric() || "-_.".contains(character)
    })
}

/// A trigger's name: as a template's.
///
/// # Errors
/// The bad value and the rule.
pub fn trigger(name: &str) -> Result<(), String> {
    let rule = "a trigger's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"";
    characters(name, rule, 64, |character| {
        character.is_ascii_alphanumeric() || "-_.".contains(character)
    })
}

/// A resource group's name: 1 to 90 letters of any script, digits, `_ ( ) - .`; no dot at the end.
///
/// # Errors
/// The bad value and the rule.
pub fn resource_group(name: &str) -> Result<(), String> {
    let rule = "a resource group's name has 1 to 90 letters, digits, \"_\", \"(\", \")\", \"-\" and \".\", and does not end with \".\"";
    characters(name, rule, 90, |character| {
        character.is_alphanumeric() || "_()-.".contains(character)
    })?;
    ends(name, rule, |_| true, |last| last != '.')
}

/// A gallery's name: 1 to 80 letters, digits, `_` and `.`, letter or digit at both ends. (The type's pattern lets dashes pass; the
/// service's documentation excludes them.)
///
/// # Errors
/// The bad value and the rule.
pub fn gallery(name: &str) -> Result<(), String> {
    let rule = "a gallery's name has 1 to 80 letters, digits, \"_\" and \".\" (no \"-\"), and begins and ends with a letter or digit";
    characters(name, rule, 80, |character| {
        character.is_ascii_alphanumeric() || "_.".contains(character)
    })?;
    ends(
        name,
        rule,
        |first| first.is_ascii_alphanumeric(),
        |last| last.is_ascii_alphanumeric(),
    )
}

/// A gallery image's name: 1 to 80 letters, digits, `-`, `_` and `.`, letter or digit at both ends.
///
/// # Errors
/// The bad value and the rule.
pub fn gallery_image(name: &str) -> Result<(), String> {
    let rule = "a gallery image's name has 1 to 80 letters, digits, \"-\", \"_\" and \".\", and begins and ends with a letter or digit";
    characters(name, rule, 80, |character| {
        character.is_ascii_alphanumeric() || "-_.".contains(character)
    })?;
    ends(
        name,
        rule,
        |first| first.is_ascii_alphanumeric(),
        |last| last.is_ascii_alphanumeric(),
    )
}

/// A gallery image version's name: Major.Minor.Patch, three numbers.
///
/// # Errors
/// The bad value and the rule.
pub fn gallery_image_version(name: &str) -> Result<(), String> {
    name.parse::<ImageVersion>()
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// A managed image's name: 1 to 80 letters, digits, `-`, `_` and `.`; begins with a letter or digit, ends with one or `_`.
///
/// # Errors
/// The bad value and the rule.
pub fn managed_image(name: &str) -> Result<(), String> {
    let rule = "a managed image's name has 1 to 80 letters, digits, \"-\", \"_\" and \".\", begins with a letter or digit and ends \
                with a letter, digit or \"_\"";
    characters(name, rule, 80, |character| {
        character.is_ascii_alphanumeric() || "-_.".contains(character)
    })?;
    ends(
        name,
        rule,
        |first| first.is_ascii_alphanumeric(),
        |last| last.is_ascii_alphanumeric() || last == '_',
    )
}

/// A subscription's id: a UUID.
///
/// # Errors
/// The bad value and the rule.
pub fn subscription(id: &str) -> Result<(), String> {
    // The crate reads other spellings (braces, no dashes) as well, which the service does not.
    let well_formed = id.len() == 36 && uuid::Uuid::try_parse(id).is_ok();
    well_formed
        .then_some(())
        .ok_or_else(|| format!("\"{id}\" is not a subscription id: a subscription id is a UUID"))
}

/// Publisher of a gallery image: at most 128 characters.
///
/// # Errors
/// The bad value and the rule.
pub fn publisher(value: &str) -> Result<(), String> {
    identifier(
        value,
        "a publisher has 1 to 128 letters, digits, \"-\", \"_\" and \".\", and does not end with \".\"",
        128,
    )
}

/// Offer of a gallery image: at most 64 characters.
///
/// # Errors
/// The bad value and the rule.
pub fn offer(value: &str) -> Result<(), String> {
    identifier(
        value,
        "an offer has 1 to 64 letters, digits, \"-\", \"_\" and \".\", and does not end with \".\"",
        64,
    )
}

/// Stock keeping unit of a gallery image: at most 64 characters.
///
/// # Errors
/// The bad value and the rule.
pub fn sku(value: &str) -> Result<(), String> {
    identifier(
        value,
        "a sku has 1 to 64 letters, digits, \"-\", \"_\" and \".\", and does not end with \".\"",
        64,
    )
}

/// A SHA-256 as Image Builder writes it: 64 hex digits in lower case.
///
/// # Errors
/// The bad value, and the nearest right one if only the case is wrong.
pub fn sha256(value: &str) -> Result<(), String> {
    let is_digit = |character: char| character.is_ascii_digit() || ('a'..='f').contains(&character);
    if value.len() == 64 && value.chars().all(is_digit) {
        return Ok(());
    }
    let lower = value.to_ascii_lowercase();
    if lower.len() == 64 && lower.chars().all(is_digit) {
        return Err(format!("\"{value}\" is not in lower case; write \"{lower}\""));
    }
    Err(format!(
        "\"{value}\" is not a SHA-256: that has 64 hex digits in lower case, this has {} characters",
        value.chars().count()
    ))
}

/// Tags of a resource: at most 50; keys of 1 to 512 characters without `< > % & \ ? /`; values of at most 256 characters.
///
/// # Errors
/// The bad key or value and the rule.
pub fn tags(tags: &BTreeMap<String, String>) -> Result<(), String> {
    if tags.len() > 50 {
        return Err(format!("{} tags are too many: a resource has at most 50", tags.len()));
    }
    tags.iter()
        .try_for_each(|(key, value)| tag_key(key).and_then(|()| tag_value(key, value)))
}

/// A tag's key: 1 to 512 characters without `< > % & \ ? /`.
///
/// # Errors
/// The bad key and the rule.
pub fn tag_key(key: &str) -> Result<(), String> {
    let rule = "a tag's key has 1 to 512 characters and none of < > % & \\ ? /";
    characters(key, rule, 512, |character| {
        !"<>%&\\?/".contains(character) && !character.is_control()
    })
}

/// A tag's value: at most 256 characters.
///
/// # Errors
/// The key and the value's length.
pub fn tag_value(key: &str, value: &str) -> Result<(), String> {
    let length = value.chars().count();
    if length <= 256 {
        Ok(())
    } else {
        Err(format!(
            "the value of the tag \"{key}\" has {length} characters; a tag's value has at most 256"
        ))
    }
}

fn identifier(value: &str, rule: &str, longest: usize) -> Result<(), String> {
    characters(value, rule, longest, |character| {
        character.is_ascii_alphanumeric() || "-_.".contains(character)
    })?;
    ends(value, rule, |_| true, |last| last != '.')
}

fn characters(name: &str, rule: &str, longest: usize, allowed: impl Fn(char) -> bool) -> Result<(), String> {
    let length = name.chars().count();
    if length == 0 {
        return Err(format!("the name is empty: {rule}"));
    }
    if let Some(character) = name.chars().find(|character| !allowed(*character)) {
        return Err(format!("\"{name}\" holds {character:?}: {rule}"));
    }
    if length > longest {
        return Err(format!("\"{name}\" has {length} characters: {rule}"));
    }
    Ok(())
}

fn ends(name: &str, rule: &str, first: impl Fn(char) -> bool, last: impl Fn(char) -> bool) -> Result<(), String> {
    if !name.chars().next().is_some_and(first) {
        return Err(format!("\"{name}\" begins wrong: {rule}"));
    }
    if !name.chars().next_back().is_some_and(last) {
        return Err(format!("\"{name}\" ends wrong: {rule}"));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn each_rule_takes_its_own_characters_and_lengths() {
        for good in ["a", "golden-debian_1.2", &"a".repeat(64)] {
            assert_eq!(template(good), Ok(()), "{good}");
            assert_eq!(run_output(good), Ok(()), "{good}");
        }
        for bad in ["", "a b", "ä", "a/b", &"a".repeat(65)] {
            assert!(template(bad).is_err(), "{bad}");
            assert!(run_output(bad).is_err(), "{bad}");
        }
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
    }

    #[test]
    fn an_error_names_the_bad_value_and_the_rule() {
        let error = gallery("my-gallery").unwrap_err();
        assert!(
            error.contains("\"my-gallery\"") && error.contains("'-'") && error.contains("1 to 80"),
            "{error}"
        );
    }

    #[test]
    fn a_checksum_in_upper_case_is_answered_with_the_right_spelling() {
        let right = "0123456789abcdef".repeat(4);
        assert_eq!(sha256(&right), Ok(()));
        assert!(sha256(&right.to_uppercase()).unwrap_err().contains(&right));
        assert!(sha256("abc").unwrap_err().contains("3 characters"));
    }

    #[test]
    fn tags_are_limited_in_number_key_and_value() {
        let tag = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        assert_eq!(tags(&tag("team", "")), Ok(()));
        assert!(tags(&tag("a/b", "x")).is_err());
        assert!(tags(&tag("a", &"x".repeat(257))).is_err());
        assert!(tags(&(0..51).map(|number| (format!("k{number}"), String::new())).collect()).is_err());
    }
}
