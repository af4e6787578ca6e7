//! [`Number`]: Terraform's arbitrary-precision number, in the forms in which it travels.

use std::fmt;

/// A number. Terraform's numbers have no size; each variant is one form on the wire, and equality is numerical.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number that fits.
    I64(i64),
    /// A whole number above `i64::MAX`.
    U64(u64),
    /// A number that came as a float.
    F64(f64),
    /// Decimal digits, with an optional sign, fraction and exponent: whatever has no exact float.
    Decimal(String),
}

/// A decimal number in lowest terms: `digits * 10^exponent`, no zeros at either end of `digits`; zero has no digits.
#[derive(PartialEq)]
struct Canonical {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Number {
    /// A number from its decimal spelling; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse::<i64>() {
            return Some(Self::I64(whole));
        }
        if let Ok(whole) = text.parse::<u64>() {
            return Some(Self::U64(whole));
        }
        Canonical::parse(text).map(|_| Self::Decimal(text.to_owned()))
    }

    /// The value as a whole number, when it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::I64(value) => Some(*value),
            Self::U64(value) => i64::try_from(*value).ok(),
            Self::F64(_) | Self::Decimal(_) => self.canonical()?.whole(),
        }
    }

    /// The nearest float; `None` for a number beyond every float.
    pub fn as_f64(&self) -> Option<f64> {
        let value = match self {
            #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
            Self::I64(value) => *value as f64,
            #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
            Self::U64(value) => *value as f64,
            Self::F64(value) => *value,
            Self::Decimal(text) => text.parse().ok()?,
        };
        value.is_finite().then_some(value)
    }

    fn canonical(&self) -> Option<Canonical> {
        Canonical::parse(&self.to_string())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::I64(left), Self::I64(right)) => left == right,
            (Self::U64(left), Self::U64(right)) => left == right,
            _ => match (self.canonical(), other.canonical()) {
                (Some(left), Some(right)) => left == right,
                // Only infinities and NaN have no decimal form.
                _ => self.to_string() == other.to_string(),
            },
        }
    }
}

impl fmt::Display for Number {
    /// The decimal form. A float is spelled with the fewest digits that name it, as a user would have written it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I64(value) => value.fmt(formatter),
            Self::U64(value) => value.fmt(formatter),
            Self::F64(value) => value.fmt(formatter),
            Self::Decimal(text) => text.fmt(formatter),
        }
    }
}

impl Canonical {
    fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let joined = format!("{whole}{fraction}");
        let leading_cut = joined.trim_start_matches('0');
        let digits = leading_cut.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            });
        }
        let zeros = i64::try_from(leading_cut.len() - digits.len()).ok()?;
        let places = i64::try_from(fraction.len()).ok()?;
        Some(Self {
            negative,
            digits: digits.to_owned(),
            exponent: exponent.checked_sub(places)?.checked_add(zeros)?,
        })
    }

    /// The whole number, when it is one within `i64`.
    fn whole(&self) -> Option<i64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        // An i64 has at most 19 digits: anything longer is refused before zeros are written out.
        let zeros = usize::try_from(self.exponent).ok().filter(|zeros| *zeros < 20)?;
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}{}", self.digits, "0".repeat(zeros)).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value_whatever_their_form() {
        let five = [
            Number::I64(5),
            Number::U64(5),
            Number::F64(5.0),
            Number::Decimal("5.00".to_owned()),
            Number::Decimal("50e-1".to_owned()),
        ];
        for left in &five {
            for right in &five {
                assert_eq!(left, right);
            }
        }
        assert_ne!(Number::F64(0.5), Number::I64(0));
        assert_ne!(Number::Decimal("-1".to_owned()), Number::I64(1));
        assert_eq!(Number::Decimal("-0.0".to_owned()), Number::I64(0));
        assert_eq!(Number::F64(0.1), Number::Decimal("0.1".to_owned()));
    }

    #[test]
    fn only_whole_numbers_that_fit_become_integers() {
        assert_eq!(Number::Decimal("1e3".to_owned()).as_i64(), Some(1000));
        assert_eq!(Number::F64(-7.0).as_i64(), Some(-7));
        assert_eq!(Number::F64(1.5).as_i64(), None);
        assert_eq!(Number::U64(u64::MAX).as_i64(), None);
        assert_eq!(Number::Decimal("1e999999999999".to_owned()).as_i64(), None);
        assert_eq!(Number::F64(f64::INFINITY).as_i64(), None);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1.2.3", "0x10", "inf", "1e", "1e99999999999999999999"] {
            assert!(Number::parse(text).is_none(), "{text} was taken for a number");
        }
    }
}
