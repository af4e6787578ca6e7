//! What a submitted template refers to: its source must be usable, its targets must be there and agree with it.

use rusqlite::Connection;

use crate::arm::gallery_image::{Architecture, GalleryImage, OsState, OsType, SecurityType};
use crate::arm::image_template::{
    Distributor, ImageTemplate, ManagedImageTarget, ProvisioningError, ProvisioningErrorCode, ProvisioningState,
    SharedImageTarget,
};
use crate::arm::location;
use crate::arm::operating_system::OperatingSystem;
use crate::local::refusal::Refused;
use crate::local::route::Target;
use crate::local::service::Shared;
use crate::local::store::resources::{self, Kind};
use crate::local::validation::steps::{Step, empty_step_code};
use crate::local::validation::targets::regions;
use crate::local::worker::source::{self, Traits, Unusable};
use crate::local::worker::unsupported;

/// Why a template cannot be provisioned.
#[derive(Debug)]
pub(crate) enum Defect {
    Template(ProvisioningError),
    Store(crate::local::error::StoreError),
}

impl Defect {
    pub(super) fn new(code: ProvisioningErrorCode, message: impl Into<String>) -> Self {
        Self::Template(ProvisioningError {
            provisioning_error_code: Some(code),
            message: Some(message.into()),
        })
    }
}

impl From<Defect> for Refused {
    fn from(defect: Defect) -> Self {
        match defect {
            Defect::Template(error) => Self::validation(error.message.unwrap_or_default().trim_end_matches('.')),
            Defect::Store(error) => error.into(),
        }
    }
}

impl From<crate::local::error::StoreError> for Defect {
    fn from(error: crate::local::error::StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Defect {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Unusable> for Defect {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Source { code, reason } => Self::new(code, reason),
            Unusable::Store(error) => Self::Store(error),
        }
    }
}

/// Checks everything but the referenced files.
pub(super) fn check(shared: &Shared, view: &Connection, template: &ImageTemplate) -> Result<(), Defect> {
    check_steps(template)?;
    // A Windows image cannot be built here, and so its source is not known here either; only its definition can be checked.
    let traits = if unsupported::is_windows(template) {
        None
    } else {
        let source = &template.properties.source;
        Some(source::check(
            view,
            &shared.root,
            &shared.catalogue,
            source,
            &template.location,
        )?)
    };
    let targets = &template.properties.distribute;
    targets
        .iter()
        .try_for_each(|target| check_target(view, target, traits.as_ref(), template))
}

/// Checks the targets that an update of a provisioned template adds or changes. A source that is gone by now is no reason to refuse it:
/// a run will tell.
pub(crate) fn check_new_targets(
    shared: &Shared,
    view: &Connection,
    template: &ImageTemplate,
    before: &[Distributor],
) -> Result<(), Defect> {
    let properties = &template.properties;
    let source = &properties.source;
    let traits = match source::check(view, &shared.root, &shared.catalogue, source, &template.location) {
        Ok(traits) => Some(traits),
        Err(Unusable::Source { .. }) => None,
        Err(Unusable::Store(error)) => return Err(error.into()),
    };
    let mut new = properties.distribute.iter().filter(|target| !before.contains(target));
    new.try_for_each(|target| check_target(view, target, traits.as_ref(), template))
}

fn check_target(
    view: &Connection,
    target: &Distributor,
    source: Option<&Traits>,
    template: &ImageTemplate,
) -> Result<(), Defect> {
    match target {
        Distributor::SharedImage(target) => {
            let system = match source {
                Some(_) => Some(OperatingSystem::Linux),
                None => unsupported::source_system(&template.properties.source),
            };
            check_gallery_image(view, target, source, system)
        }
        Distributor::ManagedImage(target) => check_managed_image(view, target),
        Distributor::Vhd(_) => Ok(()),
    }
}

fn check_steps(template: &ImageTemplate) -> Result<(), Defect> {
    let properties = &template.properties;
    let customizers = properties
        .customize
        .iter()
        .flatten()
        .map(|step| (false, Step::from(step)));
    let validators = properties
        .validate
        .iter()
        .flat_map(|validate| validate.in_vm_validations.iter().flatten());
    let empty = customizers
        .chain(validators.map(|step| (true, Step::from(step))))
        .find(|(_, step)| step.is_empty());
    match empty {
        Some((validation, _)) => {
            let place = if validation { "validator" } else { "customizer" };
            Err(Defect::new(
                empty_step_code(validation),
                format!("A {place} has neither scriptUri nor inline commands."),
            ))
        }
        None => Ok(()),
    }
}

fn check_gallery_image(
    view: &Connection,
    target: &SharedImageTarget,
    source: Option<&Traits>,
    system: Option<OperatingSystem>,
) -> Result<(), Defect> {
    let output = &target.run_output_name;
    let refuse = |reason: String| {
        Err(Defect::new(
            ProvisioningErrorCode::BadSharedImageDistribute,
            format!("The distribution target '{output}' cannot be used: {reason}"),
        ))
    };
    let id = &target.gallery_image_id;
    let image = Target::parse(id).map(|target| {
        if target.kind == Kind::GalleryImageVersion {
            target.parent_key()
        } else {
            target.key()
        }
    });
    let image = match image {
        Some(key) => resources::get(view, &key)?.filter(|image| image.state == ProvisioningState::Succeeded),
        None => None,
    };
    let Some(image) = image else {
        return refuse(format!("the gallery image '{id}' was not found."));
    };
    let regions = regions(target);
    if !regions.is_empty() && !regions.iter().any(|region| location::same(region, &image.location)) {
        return refuse(format!(
            "its regions ({}) do not contain the gallery image's own, {}.",
            regions.join(", "),
            image.location
        ));
    }
    let properties = crate::local::presentation::typed::<GalleryImage>(&image)?.properties;
    if properties.os_state != OsState::Generalized {
        return refuse(format!(
            "the gallery image '{id}' is for specialized images, and the service makes generalized ones."
        ));
    }
    let wanted = match properties.os_type {
        OsType::Linux => OperatingSystem::Linux,
        OsType::Windows => OperatingSystem::Windows,
    };
    if let Some(system) = system.filter(|system| *system != wanted) {
        return refuse(format!(
            "the gallery image '{id}' is for {wanted}, and the source is {system}."
        ));
    }
    let Some(source) = source else { return Ok(()) };
    let generation = properties.hyper_v_generation.clone();
    if generation
        .as_ref()
        .is_some_and(|generation| *generation != source.generation)
    {
        return refuse(format!(
            "the gallery image '{id}' has the generation {}, and the source {}; they must be the same.",
            generation.map(String::from).unwrap_or_default(),
            source.generation
        ));
    }
    let security = properties.security_type().unwrap_or(SecurityType::Standard);
    if source.security.as_ref().is_some_and(|source| *source != security) {
        return refuse(format!(
            "the gallery image '{id}' has the security type {security}, and the source {}; they must be the same.",
            source.security.clone().map(String::from).unwrap_or_default()
        ));
    }
    let architecture = properties.architecture.unwrap_or(Architecture::X64);
    match (architecture, std::env::consts::ARCH) {
        (Architecture::X64, "x86_64") | (Architecture::Arm64, "aarch64") => Ok(()),
        (architecture, machine) => refuse(format!(
            "the gallery image '{id}' has the architecture {architecture}, and this machine, which builds for its own, is {machine}."
        )),
    }
}

fn check_managed_image(view: &Connection, target: &ManagedImageTarget) -> Result<(), Defect> {
    let refuse = |reason: String| {
        let message = format!(
            "The distribution target '{}' cannot be used: {reason}",
            target.run_output_name
        );
        Err(Defect::new(ProvisioningErrorCode::ServiceOther, message))
    };
    let id = &target.image_id;
    let Some(image) = Target::parse(id) else {
        return refuse(format!("'{id}' is not the id of a managed image."));
    };
    if resources::get(view, &image.group_key())?.is_none() {
        return refuse(format!("the resource group '{}' was not found.", image.group));
    }
    match resources::get(view, &image.key())? {
        Some(existing) if !location::same(&existing.location, &target.location) => refuse(format!(
            "the managed image '{id}' exists in the region {}, and the target says {}.",
            existing.location, target.location
        )),
        _ => Ok(()),
    }
}
