//! Regions.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path};

use crate::arm::location;
use crate::arm::shown::quoted;

/// Warns of a region that is not known and almost is. It is never refused: there are new regions and private clouds.
pub fn warn_of_unlikely_region(path: impl FnOnce() -> Path, region: &Attr<String>, found: &mut Diagnostics) {
    let Attr::Known(region) = region else { return };
    // What cannot be a region at all is refused as such.
    if location::check(region).is_err() {
        return;
    }
    if let Some(meant) = location::probably(region) {
        let detail = format!(
            "{} is not among the regions that this version of the provider knows; did you mean \"{meant}\"?",
            quoted(region)
        );
        found.push(Diagnostic::warning("Unknown region", detail).at(path()));
    }
}

/// The same of a resource's own `location`.
pub fn unlikely_region(location: &Attr<String>) -> Diagnostics {
    let mut found = Diagnostics::new();
    warn_of_unlikely_region(|| Path::root("location"), location, &mut found);
    found
}
