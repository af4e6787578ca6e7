//! Values of users as messages show them, and the right word for one that is almost right.

/// How many characters of a value a message shows.
const SHOWN: usize = 400;

/// The value in quotes: what a terminal cannot show is escaped, and a long one is cut with its length.
#[must_use]
pub fn quoted(value: &str) -> String {
    let mut shown = String::with_capacity(value.len().min(SHOWN) + 2);
    shown.push('"');
    for character in value.chars().take(SHOWN) {
        if character.is_control() {
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    let length = value.chars().count();
    if length > SHOWN {
        shown.push_str(&format!("…\" ({length} characters)"));
    } else {
        shown.push('"');
    }
    shown
}

/// The word that is nearest to what was written, if it takes no more than `most` letters to change, add or take away.
#[must_use]
pub fn nearest<'a>(written: &str, words: &[&'a str], most: usize) -> Option<&'a str> {
    // What is much longer or shorter than every word cannot be near to one, however long it takes to find out.
    let possible = words.iter().filter(|word| word.len().abs_diff(written.len()) <= most);
    let written = written.to_lowercase();
    possible
        .map(|word| (strsim::levenshtein(&written, &word.to_lowercase()), *word))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_in_one_line_of_bounded_length() {
        assert_eq!(quoted("C:\\temp\\\"a\""), "\"C:\\temp\\\"a\"\"");
        assert_eq!(quoted("a\0b\n\u{1b}[31m"), "\"a\\u0000b\\u000a\\u001b[31m\"");
        let long = quoted(&"ä".repeat(5_000));
        assert!(long.ends_with("ää…\" (5000 characters)"), "{long}");
        assert!(long.chars().count() < 450, "{long}");
    }

    #[test]
    fn the_nearest_word_is_found_whatever_the_case_and_a_far_one_never() {
        let words = ["cleanup", "abort"];
        assert_eq!(nearest("Clean-up", &words, 3), Some("cleanup"));
        assert_eq!(nearest("ABORT", &words, 3), Some("abort"));
        assert_eq!(nearest("keep", &words, 3), None);
        assert_eq!(nearest(&"a".repeat(1 << 20), &words, 3), None);
    }
}
