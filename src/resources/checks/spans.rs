//! Spans of time as Image Builder writes them, which is not as Terraform's own timeouts are written.

use crate::arm::shown::quoted;

/// Seconds in the units that a span may have.
const UNITS: [(&str, u64); 3] = [("s", 1), ("m", 60), ("h", 3_600)];

/// How long a restart may take: a number and a unit, such as `5m`; several make one span (`1h30m`).
pub fn restart_timeout(text: &str) -> Result<(), String> {
    match seconds(text) {
        Some(0) => Err(format!(
            "{} is no time at all; write a number and \"s\", \"m\" or \"h\", such as \"5m\"",
            quoted(text)
        )),
        Some(_) => Ok(()),
        None => {
            let meant = meant(text)
                .map(|meant| format!("; did you mean \"{meant}\"?"))
                .unwrap_or_default();
            Err(format!(
                "{} is no span of time: write a number and \"s\", \"m\" or \"h\", such as \"5m\"{meant}",
                quoted(text)
            ))
        }
    }
}

fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let (unit, length) = UNITS.iter().find(|(unit, _)| rest[digits..].starts_with(unit))?;
        sum = sum.checked_add(number.checked_mul(*length)?)?;
        rest = &rest[digits + unit.len()..];
    }
    (!text.is_empty()).then_some(sum)
}

/// The span that a number with a unit in words, or with none (minutes), stands for.
fn meant(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let unit = match unit.trim() {
        "" | "min" | "mins" | "minute" | "minutes" => "m",
        "sec" | "secs" | "second" | "seconds" => "s",
        "hr" | "hrs" | "hour" | "hours" => "h",
        unit @ ("s" | "m" | "h") => unit,
        _ => return None,
    };
    Some(format!("{number}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_has_a_number_and_a_unit() {
        for good in ["5m", "2h", "90s", "1h30m"] {
            assert_eq!(restart_timeout(good), Ok(()), "{good}");
        }
        for (bad, meant) in [("5", "5m"), ("10 minutes", "10m"), ("2 Hours", "2h"), ("5 m", "5m")] {
            let ending = format!("did you mean \"{meant}\"?");
            assert!(restart_timeout(bad).is_err_and(|text| text.ends_with(&ending)), "{bad}");
        }
        for bad in ["", "soon", "-5m", "m", "99999999999999999999h"] {
            assert!(
                restart_timeout(bad).is_err_and(|text| text.contains("such as \"5m\"")),
                "{bad}"
            );
        }
        assert!(restart_timeout("0m").is_err_and(|text| text.contains("no time at all")));
    }
}
