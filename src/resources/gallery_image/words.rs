//! The words and forms that the arguments of a gallery image may have.

use jiff::Timestamp;

use crate::resources::checks::one_of;

/// Operating systems.
pub fn os_type(text: &str) -> Result<(), String> {
    one_of(text, &["Linux", "Windows"])
}

/// Generations of the virtual machine.
pub fn generation(text: &str) -> Result<(), String> {
    one_of(text, &["V1", "V2"])
}

/// Processor architectures.
pub fn architecture(text: &str) -> Result<(), String> {
    one_of(text, &["x64", "Arm64"])
}

/// Values of the feature `SecurityType`.
pub fn security_type(text: &str) -> Result<(), String> {
    one_of(
        text,
        &[
            "Standard",
            "TrustedLaunchSupported",
            "TrustedLaunch",
            "ConfidentialVMSupported",
            "ConfidentialVM",
            "TrustedLaunchAndConfidentialVmSupported",
        ],
    )
}

/// A publisher's name.
pub fn publisher(text: &str) -> Result<(), String> {
    length(text, 128)
}

/// An offer's name.
pub fn offer(text: &str) -> Result<(), String> {
    length(text, 64)
}

/// A sku's name.
pub fn sku(text: &str) -> Result<(), String> {
    length(text, 64)
}

fn length(text: &str, most: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length == 0 || length > most {
        return Err(format!("\"{text}\" has {length} characters; the service takes 1 to {most}"));
    }
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    match text.chars().find(|letter| !allowed(*letter)) {
        Some(letter) => Err(format!("\"{text}\" holds {letter:?}; the service takes letters, digits, \"-\", \"_\" and \".\"")),
        None => Ok(()),
    }
}

/// A point in time with its offset from UTC.
pub fn point_in_time(text: &str) -> Result<(), String> {
    let way_out = "write it as \"2027-12-31T00:00:00Z\"";
    text.parse::<Timestamp>().map(drop).map_err(|reason| format!("\"{text}\" is no point in time ({reason}); {way_out}"))
}

/// Whether both are the same point in time.
pub fn same_point_in_time(left: &str, right: &str) -> bool {
    match (left.parse::<Timestamp>(), right.parse::<Timestamp>()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_are_compared_as_such() {
        assert!(same_point_in_time("2027-12-31T00:00:00Z", "2027-12-31T01:00:00.000+01:00"));
        assert!(!same_point_in_time("2027-12-31T00:00:00Z", "2028-12-31T00:00:00Z"));
        assert!(point_in_time("2027-12-31").is_err_and(|text| text.contains("\"2027-12-31T00:00:00Z\"")));
    }

    #[test]
    fn an_identifier_has_a_length_and_an_alphabet() {
        assert_eq!(sku("12-gen2"), Ok(()));
        assert!(sku(&"a".repeat(65)).is_err_and(|text| text.contains("65 characters")));
        assert!(offer("debian 12").is_err_and(|text| text.contains("' '")));
    }
}
