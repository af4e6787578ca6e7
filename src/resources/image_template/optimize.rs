//! The attributes of `optimize` and `error_handling`.

use tf_provider::{Attr, Model};

use crate::arm::names;
use crate::resources::checks;

/// What is done to the image so that machines made from it start faster.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Optimize {
    /// Make machines boot faster. Defaults to `false`.
    #[attribute(optional, wire = "vmBoot.state", words = ("Enabled", "Disabled"), service_default = false)]
    pub vm_boot: Attr<bool>,
    /// Make a workload start faster.
    #[attribute(optional, wire = "workload", constant = ("state", "Enabled"))]
    pub workload: Attr<Workload>,
}

/// A workload that is to start faster.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct Workload {
    /// Where the script is that starts the workload: an `https://` URI, or on the local backend also `http://` and `file://`.
    #[attribute(required, wire = "scriptUri", check = checks::step_uri, same = checks::same_but_for_sas)]
    pub script_uri: Attr<String>,
    /// SHA-256 of the script, 64 lower-case hexadecimal digits. Without it the service tells what it fetched.
    #[attribute(optional, computed, wire = "sha256Checksum", check = names::sha256, service_default = "")]
    pub sha256_checksum: Attr<String>,
}

/// What becomes of the build machine when a step fails.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ErrorHandling {
    /// When a step of `customize` fails: `cleanup` takes the machine away, `abort` keeps it for inspection. Defaults to
    /// `cleanup`.
    #[attribute(optional, wire = "onCustomizerError", check = checks::on_build_error, same = checks::same_spelling, service_default = "cleanup")]
    pub on_customizer_error: Attr<String>,
    /// When a validation fails: `cleanup` takes the machine away, `abort` keeps it for inspection. Defaults to `cleanup`.
    #[attribute(optional, wire = "onValidationError", check = checks::on_build_error, same = checks::same_spelling, service_default = "cleanup")]
    pub on_validation_error: Attr<String>,
}
