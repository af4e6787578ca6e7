//! Rules for names, as checks whose errors say the bad value, the rule, and the name that was probably meant.

mod rule;
mod tagging;

use self::rule::Rule;
use super::shown::quoted;
use super::version::ImageVersion;

pub use tagging::{number_of_tags, tag_key, tag_value, tags};

/// An image template's name: `^[A-Za-z0-9-_.]{1,64}$` (API specification).
///
/// # Errors
/// The bad value and the rule.
pub fn template(name: &str) -> Result<(), String> {
    const RULE: Rule = Rule::plain(
        "an image template's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"",
        64,
    );
    RULE.check(name)
}

/// What an image template's name begins with, before `-` and eight digits: 1 to 55 characters of a template's name.
///
/// # Errors
/// The bad value and the rule.
pub fn template_prefix(prefix: &str) -> Result<(), String> {
    const RULE: Rule = Rule::plain(
        "the prefix of an image template's name has 1 to 55 letters, digits, \"-\", \"_\" and \".\" (a \"-\" and 8 digits follow, \
         and the whole name has at most 64)",
        55,
    );
    RULE.check(prefix)
}

/// A run output's name: as a template's.
///
/// # Errors
/// The bad value and the rule.
pub fn run_output(name: &str) -> Result<(), String> {
    const RULE: Rule = Rule::plain(
        "a run output's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"",
        64,
    );
    RULE.check(name)
}

/// A trigger's name: as a template's.
///
/// # Errors
/// The bad value and the rule.
pub fn trigger(name: &str) -> Result<(), String> {
    const RULE: Rule = Rule::plain(
        "a trigger's name has 1 to 64 letters, digits, \"-\", \"_\" and \".\"",
        64,
    );
    RULE.check(name)
}

/// A step's name. The API has no rule for it; it is shown in logs, so that it is one line.
///
/// # Errors
/// The bad value and the rule.
pub fn step(name: &str) -> Result<(), String> {
    one_line(name, "a step's name")
}

/// A resource group's name: 1 to 90 letters of any script, digits, `_ ( ) - .`; no dot at the end.
///
/// # Errors
/// The bad value and the rule.
pub fn resource_group(name: &str) -> Result<(), String> {
    const RULE: Rule = Rule {
        text: "a resource group's name has 1 to 90 letters, digits, \"_\", \"(\", \")\", \"-\" and \".\", and does not end with \".\"",
        longest: 90,
        beside: "_()-.",
        any_script: true,
        not_first: "",
        not_last: ".",
    };
    RULE.check(name)
}

/// A gallery's name: 1 to 80 letters, digits, `_` and `.`, letter or digit at both ends. (The type's pattern lets dashes pass; the
/// service's documentation excludes them.)
///
/// # Errors
/// The bad value and the rule.
pub fn gallery(name: &str) -> Result<(), String> {
    const RULE: Rule = Rule {
        text: "a gallery's name has 1 to 80 letters, digits, \"_\" and \".\" (no \"-\"), and begins and ends with a letter or digit",
        longest: 80,
        beside: "_.",
        any_script: false,
        not_first: "_.",
        not_last: "_.",
    };
    RULE.check(name)
}

/// A gallery image's name: 1 to 80 letters, digits, `-`, `_` and `.`, letter or digit at both ends.
///
/// # Errors
/// The bad value and the rule.
pub fn gallery_image(name: &str) -> Result<(), String> {
    const RULE: Rule = Rule {
        text: "a gallery image's name has 1 to 80 letters, digits, \"-\", \"_\" and \".\", and begins and ends with a letter or digit",
        longest: 80,
        beside: "-_.",
        any_script: false,
        not_first: "-_.",
        not_last: "-_.",
    };
    RULE.check(name)
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
    const RULE: Rule = Rule {
        text: "a managed image's name has 1 to 80 letters, digits, \"-\", \"_\" and \".\", begins with a letter or digit and ends \
               with a letter, digit or \"_\"",
        longest: 80,
        beside: "-_.",
        any_script: false,
        not_first: "-_.",
        not_last: "-.",
    };
    RULE.check(name)
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
        .ok_or_else(|| format!("{} is not a subscription id: a subscription id is a UUID", quoted(id)))
}

/// Publisher of a gallery image: at most 128 characters.
///
/// # Errors
/// The bad value and the rule.
pub fn publisher(value: &str) -> Result<(), String> {
    const RULE: Rule = identifier(
        "a publisher has 1 to 128 letters, digits, \"-\", \"_\" and \".\", and does not end with \".\"",
        128,
    );
    RULE.check(value)
}

/// Offer of a gallery image: at most 64 characters.
///
/// # Errors
/// The bad value and the rule.
pub fn offer(value: &str) -> Result<(), String> {
    const RULE: Rule = identifier(
        "an offer has 1 to 64 letters, digits, \"-\", \"_\" and \".\", and does not end with \".\"",
        64,
    );
    RULE.check(value)
}

/// Stock keeping unit of a gallery image: at most 64 characters.
///
/// # Errors
/// The bad value and the rule.
pub fn sku(value: &str) -> Result<(), String> {
    const RULE: Rule = identifier(
        "a sku has 1 to 64 letters, digits, \"-\", \"_\" and \".\", and does not end with \".\"",
        64,
    );
    RULE.check(value)
}

const fn identifier(text: &'static str, longest: usize) -> Rule {
    Rule {
        not_last: ".",
        ..Rule::plain(text, longest)
    }
}

/// A publisher, offer, sku or plan of the marketplace. Which ones there are is the marketplace's business.
///
/// # Errors
/// The value is empty, or no single line.
pub fn marketplace(value: &str) -> Result<(), String> {
    if value.trim().is_empty() {
        return Err("the name is empty; write it as the marketplace does".to_owned());
    }
    if value.trim().len() != value.len() {
        return Err(format!(
            "{} has a space at an end; did you mean \"{}\"?",
            quoted(value),
            value.trim()
        ));
    }
    one_line(value, "a name of the marketplace")
}

/// A SHA-256 as Image Builder writes it: 64 hex digits in lower case.
///
/// # Errors
/// The bad value, and the nearest right one if only the case is wrong.
pub fn sha256(value: &str) -> Result<(), String> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if value.len() == 64 && value.bytes().all(is_digit) {
        return Ok(());
    }
    let lower = value.to_ascii_lowercase();
    if lower.len() == 64 && lower.bytes().all(is_digit) {
        return Err(format!("\"{value}\" is not in lower case; write \"{lower}\""));
    }
    let trimmed = lower.trim();
    if trimmed.len() == 64 && trimmed.bytes().all(is_digit) {
        return Err(format!("{} has a space at an end; write \"{trimmed}\"", quoted(value)));
    }
    let shown = quoted(value);
    Err(match value.chars().find(|character| !character.is_ascii_hexdigit()) {
        Some(character) => format!(
            "{shown} is not a SHA-256: that has 64 hex digits in lower case, this holds {}",
            quoted(character.encode_utf8(&mut [0; 4]))
        ),
        None => format!(
            "{shown} is not a SHA-256: that has 64 hex digits in lower case, this has {}",
            value.len()
        ),
    })
}

fn one_line(value: &str, what: &str) -> Result<(), String> {
    match value.chars().find(|character| character.is_control()) {
        None => Ok(()),
        Some(character) => Err(format!(
            "{} holds {}: {what} is one line of text",
            quoted(value),
            quoted(character.encode_utf8(&mut [0; 4]))
        )),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod unit_tests;
