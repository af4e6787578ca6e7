//! Counts of what the matrix has seen.

use std::collections::BTreeMap;
use std::fmt;

use terraform_provider_imagebuilder::backend::fault::Fault;

/// How a command that met a fault ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// As if there had been no fault.
    Well,
    /// With an error.
    WithError,
    /// The request that was to fail was not made.
    NotMet,
}

/// Counts by verb.
#[derive(Default)]
pub(crate) struct Tally {
    by_verb: BTreeMap<String, Row>,
    faults: std::collections::HashSet<Fault>,
}

#[derive(Clone, Copy, Default)]
struct Row {
    cells: u32,
    faults: u64,
    well: u32,
    with_error: u32,
}

impl Tally {
    pub(crate) fn add(&mut self, verb: &str, fault: Fault, ended: Ended, faults: u64) {
        let row = self.by_verb.entry(verb.to_owned()).or_default();
        match ended {
            Ended::Well => row.well += 1,
            Ended::WithError => row.with_error += 1,
            Ended::NotMet => return,
        }
        row.cells += 1;
        row.faults += faults;
        self.faults.insert(fault);
    }

    /// Cells in which the fault came.
    pub(crate) fn cells(&self) -> u32 {
        self.by_verb.values().map(|row| row.cells).sum()
    }

    /// How many different faults came.
    pub(crate) fn kinds(&self) -> usize {
        self.faults.len()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{:24}{:>8}{:>8}{:>8}{:>12}",
            "verb", "cells", "faults", "healed", "next apply"
        )?;
        for (verb, row) in &self.by_verb {
            let Row {
                cells,
                faults,
                well,
                with_error,
            } = row;
            writeln!(formatter, "{verb:24}{cells:>8}{faults:>8}{well:>8}{with_error:>12}")?;
        }
        write!(formatter, "{} cells, {} kinds of fault", self.cells(), self.kinds())
    }
}
