//! The attributes of `imagebuilder_image_template_run`.

use std::collections::BTreeMap;

use tf_provider::{Attr, Model};

use crate::arm::id::ImageTemplateId;
use crate::resources::checks;
use crate::resources::timeouts::{self, RunTimeouts};

/// A run of an image template: builds the image and tells what came out of it.
///
/// A change of `triggers` or of the template, a vanished artifact, age, or a newer source is an update in place that runs
/// again; earlier gallery image versions stay. The `stale_reason` in the plan tells why.
///
/// While it waits, Terraform itself shows only the time. The build can be watched in `log_file` or, on the local backend, by
/// `terraform-provider-imagebuilder runs log --follow`; with `TF_LOG=INFO` Terraform's log names its phases.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct ImageTemplateRun {
    /// Id of the template that is run.
    #[attribute(computed)]
    pub id: Attr<String>,
    /// Id of the template to run.
    #[attribute(required, check = checks::image_template_id, same = checks::same_id)]
    pub image_template_id: Attr<String>,
    /// Values whose change runs the template again, such as the template's `fingerprint`.
    #[attribute(optional)]
    pub triggers: Attr<BTreeMap<String, Attr<String>>>,
    /// Age of the last run after which a plan shows a new one, such as `168h`.
    #[attribute(optional, check = timeouts::check, state_only)]
    pub rebuild_after: Attr<String>,
    /// Whether a plan shows a new run once `latest` of the template's source means a newer version than the one from which the
    /// last run was built. Each refresh then asks the service for the versions of the source; when it does not tell, that is a
    /// warning. A source with an exact version, and a managed image, never ask for a run. Where the run that makes the source's
    /// versions is in the same configuration, put its `version` into `triggers` instead, so that one apply carries out both.
    #[attribute(optional, state_only)]
    pub rebuild_on_source_update: Attr<bool>,
    /// What a destroy does with the gallery image versions and managed images that this resource made: `keep` (the
    /// default) or `delete_images`. A run in progress is canceled either way. A run that was imported
    /// owns no image that was made before the import: `delete_images` leaves those.
    #[attribute(default = "keep", check = checks::on_destroy, state_only)]
    pub on_destroy: Attr<String>,
    /// What happens to a run in progress when Terraform is interrupted: `cancel` (the default) or `leave_running`.
    #[attribute(default = "cancel", check = checks::on_interrupt, state_only)]
    pub on_interrupt: Attr<String>,
    /// Whether to wait for the end of the run. Without, `outputs` are empty until a refresh sees the end. Defaults to `true`.
    #[attribute(default = true, state_only)]
    pub wait: Attr<bool>,
    /// Path of a file into which the build's `customization.log` is followed while Terraform waits. Each run overwrites it.
    /// `/dev/tty` shows the log in the terminal.
    #[attribute(optional, state_only)]
    pub log_file: Attr<String>,
    /// How long Terraform waits for runs.
    #[attribute(optional, state_only)]
    pub timeouts: Attr<RunTimeouts>,
    /// How the template's last run stands: `Running`, `Canceling`, `Succeeded`, `PartiallySucceeded`, `Failed` or `Canceled`.
    #[attribute(computed)]
    pub run_state: Attr<String>,
    /// What the last run was doing: `Queued`, `Building`, `Customizing`, `Optimizing`, `Validating` or `Distributing`.
    #[attribute(computed)]
    pub run_sub_state: Attr<String>,
    /// What the service says about the last run, such as why it failed.
    #[attribute(computed)]
    pub message: Attr<String>,
    /// When the last run started (RFC 3339, UTC).
    #[attribute(computed)]
    pub started_at: Attr<String>,
    /// When the last run ended (RFC 3339, UTC).
    #[attribute(computed)]
    pub finished_at: Attr<String>,
    /// The version of the source that `latest` meant for the last run: a number, or the id of a gallery image version.
    #[attribute(computed)]
    pub source_exact_version: Attr<String>,
    /// Why the next apply runs the template again although nothing in the configuration changed; null when nothing asks for it.
    #[attribute(computed)]
    pub stale_reason: Attr<String>,
    /// What the last run put where, by `run_output_name`.
    #[attribute(computed)]
    pub outputs: Attr<BTreeMap<String, Attr<RunOutput>>>,
}

impl ImageTemplateRun {
    /// What the id of the template alone tells; what only Terraform knows has its default.
    pub(in crate::resources) fn of(template: &ImageTemplateId) -> Self {
        Self {
            id: Attr::Known(template.to_string()),
            image_template_id: Attr::Known(template.to_string()),
            on_destroy: Attr::from("keep"),
            on_interrupt: Attr::from("cancel"),
            wait: Attr::Known(true),
            ..Self::default()
        }
    }
}

/// What a run put into one place.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct RunOutput {
    /// Id of the gallery image version or managed image; null for a VHD.
    #[attribute(computed)]
    pub artifact_id: Attr<String>,
    /// URI of the VHD; null for everything else.
    #[attribute(computed)]
    pub artifact_uri: Attr<String>,
    /// Number of the gallery image version; null for everything else.
    #[attribute(computed)]
    pub version: Attr<String>,
    /// Id of the gallery image whose version was made; null for everything else.
    #[attribute(computed)]
    pub gallery_image_id: Attr<String>,
}
