//! Regions.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use crate::arm::location;
use crate::arm::shown::quoted;

/// Warns of a region that is not known and almost is. It is never refused: there are new regions and private clouds.
pub fn warn_of_unlikely_region(path: impl FnOnce() -> Path, region: &Attr<String>, found: &mut Diagnostics) {
    let Attr::Known(region) = region else { return };
    if let Some(meant) = location::probably(region) {
        let detail = format!(
            "{} is not among the regions that this version of the provider knows; did you mean \"{meant}\"?",
            quoted(region)
        );
        found.push(Diagnostic::warning("Unknown region", detail).at(path()));
    }
}
