//! Which level is asked for.

use tracing::Level;

/// The level of `TF_LOG_PROVIDER`, or else of `TF_LOG`; `None` = off.
///
/// As Terraform itself, an unknown word means trace, and so does `JSON`.
pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Option<Level> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let word = set("TF_LOG_PROVIDER").or_else(|| set("TF_LOG"))?;
    match word.to_ascii_uppercase().as_str() {
        "OFF" => None,
        "ERROR" => Some(Level::ERROR),
        "WARN" => Some(Level::WARN),
        "INFO" => Some(Level::INFO),
        "DEBUG" => Some(Level::DEBUG),
        _ => Some(Level::TRACE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_own_variable_wins() {
        let level = |provider: &str, core: &str| {
            from_environment(|name| Some(if name == "TF_LOG_PROVIDER" { provider } else { core }.to_owned()))
        };
        assert_eq!(level("", ""), None);
        assert_eq!(level("", "debug"), Some(Level::DEBUG));
        assert_eq!(level("off", "debug"), None);
        assert_eq!(level("WARN", "trace"), Some(Level::WARN));
        assert_eq!(level("JSON", ""), Some(Level::TRACE));
    }
}
