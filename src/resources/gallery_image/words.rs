//! The words and forms that the arguments of a gallery image may have.

use jiff::Timestamp;

use crate::resources::checks::one_of;

/// Operating systems.
pub(super) fn os_type(text: &str) -> Result<(), String> {
    one_of(text, &["Linux", "Windows"])
}

/// Generations of the virtual machine.
pub(super) fn generation(text: &str) -> Result<(), String> {
    one_of(text, &["V1", "V2"])
}

/// Processor architectures.
pub(super) fn architecture(text: &str) -> Result<(), String> {
    one_of(text, &["x64", "Arm64"])
}

/// Values of the feature `SecurityType`.
pub(super) fn security_type(text: &str) -> Result<(), String> {
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

/// A point in time with its offset from UTC.
pub(super) fn point_in_time(text: &str) -> Result<(), String> {
    let way_out = "write it as \"2027-12-31T00:00:00Z\"";
    text.parse::<Timestamp>()
        .map(drop)
        .map_err(|reason| format!("\"{text}\" is no point in time ({reason}); {way_out}"))
}

/// Whether both are the same point in time.
pub(super) fn same_point_in_time(left: &str, right: &str) -> bool {
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
        assert!(same_point_in_time(
            "2027-12-31T00:00:00Z",
            "2027-12-31T01:00:00.000+01:00"
        ));
        assert!(!same_point_in_time("2027-12-31T00:00:00Z", "2028-12-31T00:00:00Z"));
        assert!(point_in_time("2027-12-31").is_err_and(|text| text.contains("\"2027-12-31T00:00:00Z\"")));
    }
}
