//! The table of all figures, and whether they are within their limits.

use std::process::ExitCode;

/// One line of the table.
pub(crate) struct Figure {
    pub(crate) what: String,
    /// What was measured, or why it could not be.
    pub(crate) value: Result<f64, String>,
    pub(crate) unit: &'static str,
    pub(crate) limit: Limit,
}

#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
    /// Stands there to be compared with.
    None,
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, value: f64, unit: &'static str, limit: Limit) -> Self {
        Self {
            what: what.into(),
            value: Ok(value),
            unit,
            limit,
        }
    }

    pub(crate) fn not_measured(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            value: Err(reason.into()),
            unit: "",
            limit: Limit::None,
        }
    }

    fn is_beyond(&self) -> bool {
        match (&self.value, self.limit) {
            (Ok(value), Limit::AtMost(limit)) => *value > limit,
            (Ok(value), Limit::AtLeast(limit)) => *value < limit,
            _ => false,
        }
    }

    fn print(&self) {
        let what = &self.what;
        match &self.value {
            Err(reason) => println!("{what:<66}  not measured: {reason}"),
            Ok(value) => {
                let limit = match self.limit {
                    Limit::AtMost(limit) => format!("<= {limit} {}", self.unit),
                    Limit::AtLeast(limit) => format!(">= {limit} {}", self.unit),
                    Limit::None => self.unit.to_owned(),
                };
                let mark = if self.is_beyond() { "  beyond" } else { "" };
                let digits = if *value < 10.0 { 2 } else { 1 };
                println!("{what:<66}{value:>9.digits$}  {limit}{mark}");
            }
        }
    }
}

/// Prints the table; failure when a figure is beyond its limit.
pub(crate) fn print(figures: &[Figure]) -> ExitCode {
    println!("\n{:<66}{:>9}  limit or unit", "figure", "measured");
    for figure in figures {
        figure.print();
    }
    let limited = |figure: &&Figure| figure.value.is_ok() && !matches!(figure.limit, Limit::None);
    let all = figures.iter().filter(limited).count();
    let beyond = figures.iter().filter(|figure| figure.is_beyond()).count();
    let absent = figures.iter().filter(|figure| figure.value.is_err()).count();
    println!(
        "\n{} within their limits, {beyond} beyond, {absent} not measured",
        all - beyond
    );
    ExitCode::from(u8::from(beyond > 0))
}
