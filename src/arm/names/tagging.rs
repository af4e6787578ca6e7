//! Rules for tags: the limits of Resource Manager.

use std::collections::BTreeMap;

use crate::arm::shown::quoted;

/// Most tags of a resource.
const MOST_TAGS: usize = 50;

/// Characters that no tag's name has.
const RESERVED: &str = "<>%&\\?/";

/// Tags of a resource.
///
/// # Errors
/// There are too many, or the bad name or value and the rule.
pub fn tags(tags: &BTreeMap<String, String>) -> Result<(), String> {
    number_of_tags(tags.len())?;
    tags.iter()
        .try_for_each(|(key, value)| tag_key(key).and_then(|()| tag_value(key, value)))
}

/// A tag's name: 1 to 512 characters without `< > % & \ ? /`.
///
/// # Errors
/// The bad name and the rule.
pub fn tag_key(key: &str) -> Result<(), String> {
    let rule = "a tag's name has 1 to 512 characters and none of < > % & \\ ? /";
    if key.is_empty() {
        return Err(format!("the name is empty: {rule}"));
    }
    if let Some(character) = key.chars().find(|each| RESERVED.contains(*each) || each.is_control()) {
        let character = quoted(character.encode_utf8(&mut [0; 4]));
        return Err(format!("{} holds {character}: {rule}", quoted(key)));
    }
    // No text has more characters than bytes.
    match key.len() > 512 && key.chars().count() > 512 {
        true => Err(format!("{} is too long: {rule}", quoted(key))),
        false => Ok(()),
    }
}

/// A tag's value: at most 256 characters.
///
/// # Errors
/// The name and the value's length.
pub fn tag_value(key: &str, value: &str) -> Result<(), String> {
    let length = if value.len() > 256 { value.chars().count() } else { 0 };
    if length <= 256 {
        Ok(())
    } else {
        Err(format!(
            "the value of the tag {} has {length} characters; a tag's value has at most 256",
            quoted(key)
        ))
    }
}

/// How many tags a resource may have.
///
/// # Errors
/// The number and the limit.
pub fn number_of_tags(number: usize) -> Result<(), String> {
    if number <= MOST_TAGS {
        Ok(())
    } else {
        Err(format!(
            "{number} tags are too many: a resource has at most {MOST_TAGS}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_limited_in_number_key_and_value() {
        assert_eq!((tag_key("team"), tag_value("team", "")), (Ok(()), Ok(())));
        assert_eq!(tag_key(&"ä".repeat(512)), Ok(()));
        assert_eq!(tag_value("a", &"ä".repeat(256)), Ok(()));
        assert!(tag_key("a/b").is_err_and(|text| text.contains("\"/\"")));
        assert!(tag_key("a\nb").is_err() && tag_key("").is_err() && tag_key(&"a".repeat(513)).is_err());
        assert!(tag_value("a", &"x".repeat(257)).is_err_and(|text| text.contains("257")));
        assert!(number_of_tags(50).is_ok() && number_of_tags(51).is_err());
    }
}
