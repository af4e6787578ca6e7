//! What is wrong with a template, as far as that can be told without making it.
//!
//! [`broken`] needs nothing but the configuration and is pure; what is unknown is never guessed at, and is looked at again
//! before the template is made. [`about_to_change`] asks which backend will get it, and looks at what lies beside it.

mod backend;
mod distribution;
mod exclusive;
mod machine;
mod size;
mod source;
mod steps;
mod surroundings;

use tf_provider::{Attr, Context, Diagnostic, Diagnostics, Path, Plan, Severity, path};

use self::exclusive::{exactly_one, presence};
use super::model::ImageTemplate;
use super::preflight;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::timeouts::Timeouts;
use crate::resources::{checks, tags};

/// Everything that is wrong with the configuration.
pub(super) fn broken(template: &ImageTemplate) -> Diagnostics {
    let mut found = Diagnostics::new();
    exactly_one(
        Path::new,
        &[
            ("name", presence(&template.name)),
            ("name_prefix", presence(&template.name_prefix)),
        ],
        &mut found,
    );
    found.extend(checks::unlikely_region(&template.location));
    machine::check_identity(&template.identity, &mut found);
    source::check(&template.source, &mut found);
    steps::check(template, &mut found);
    distribution::check(template, &mut found);
    machine::check_network(&template.vm_profile, &mut found);
    check_staging_group(template, &mut found);
    size::check(template, &mut found);
    checks::check_tags(|| Path::root("tags"), &template.tags, &mut found);
    let managed = || Path::root("managed_resource_tags");
    checks::check_tags(managed, &template.managed_resource_tags, &mut found);
    found
}

/// What only the backend and what lies beside the template can tell of one that is about to be made or changed.
///
/// # Errors
/// This backend cannot take it, or something beside it does not suit it. What the backend takes and cannot build is a warning.
pub(super) async fn about_to_change(
    cx: &mut Context<Connection>,
    plan: &Plan<ImageTemplate>,
) -> Result<(), Diagnostics> {
    // What is replaced is planned once more as something new.
    if !plan.differs() || plan.replaces() {
        return Ok(());
    }
    let mut errors = Diagnostics::new();
    tags::check_number(&plan.planned.tags_all, &mut errors);
    let mut told = backend::on_backend(cx.client().origin(), &plan.config);
    surroundings::look_around(cx, plan, &mut errors).await;
    let patience = Patience::of(cx, Timeouts::read(&plan.config.timeouts));
    told.extend(preflight::check(cx.client(), &plan.config, &patience).await);
    for found in told {
        match found.severity {
            Severity::Error => errors.push(found),
            Severity::Warning => cx.warn(found),
        }
    }
    errors.into_result()
}

/// A staging group has to be empty when a template is made, and is emptied when it goes: it cannot be the template's own group.
fn check_staging_group(template: &ImageTemplate, found: &mut Diagnostics) {
    let (Attr::Known(id), Attr::Known(group)) = (&template.staging_resource_group_id, &template.resource_group_name)
    else {
        return;
    };
    let staging = id.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if checks::same_spelling(staging, group) {
        let detail = format!(
            "\"{group}\" is the template's own resource group, and a staging group holds nothing but what the service puts there. \
             Give another one, or leave the argument out: the service then makes one."
        );
        found.push(
            Diagnostic::error("Staging in the template's own group", detail).at(path!("staging_resource_group_id")),
        );
    }
}
