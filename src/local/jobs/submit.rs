//! Submission of a template: what it refers to is checked, its staging resource group claimed, its files fetched into it. The end
//! is Succeeded, or Failed with the reason.

use std::sync::Arc;

use super::checks::{self, Defect};
use super::fetch::{FetchError, Limit};
use super::staging::{self, Unclaimable};
use super::{blocking, succeed};
use crate::arm::error::ErrorDetail;
use crate::arm::image_template::{
    Customizer, ImageTemplate, ProvisioningError, ProvisioningErrorCode, ProvisioningState, Source, Validator,
};
use crate::arm::latest::is_latest;
use crate::local::error::StoreError;
use crate::local::presentation::{stored_body, typed};
use crate::local::root::sync_path;
use crate::local::run_request::{self, Asked, Prepared};
use crate::local::service::Shared;
use crate::local::store::operations::{self, Operation, Status};
use crate::local::store::resources::{self, Resource};
use crate::local::store::templates::{self, TemplateRow};
use crate::local::validation::steps::{Place, Reference, ReferenceKind, Step};
use crate::local::worker::spec::{copy_name, staging_of};

/// A file to fetch.
struct Wanted {
    uri: String,
    sha256: Option<String>,
    kind: ReferenceKind,
    place: Place,
}

/// What the first transaction has come to.
enum Checked {
    /// The template is gone, or has been provisioned before.
    Gone,
    /// There was nothing to wait for: the template is provisioned.
    Provisioned,
    /// Its staging resource group is claimed; its files are still to be fetched, or its run is to be begun.
    Claimed(Box<ImageTemplate>, String),
}

pub(super) async fn carry_out(shared: &Arc<Shared>, operation: Operation) -> Result<(), StoreError> {
    let defect = match prepare(shared, &operation).await {
        Ok(Checked::Provisioned) => return Ok(()),
        Ok(Checked::Claimed(template, staging_group)) => match fetch_all(shared, *template, &staging_group).await {
            Ok(template) => return finish(shared, operation, template).await,
            Err(defect) => defect,
        },
        Ok(Checked::Gone) => return end_without_template(shared, operation).await,
        Err(defect) => defect,
    };
    match defect {
        Defect::Template(error) => fail(shared, operation, error).await,
        Defect::Store(error) => Err(error),
    }
}

/// Checks the template and claims its group, in one transaction: what was checked holds when the claim is made.
async fn prepare(shared: &Arc<Shared>, operation: &Operation) -> Result<Checked, Defect> {
    let operation = operation.clone();
    let prepared = blocking(shared, move |shared| {
        let result = shared.store.write("submit an image template", |transaction| {
            let Some((stored, row)) = read_creating(transaction, &operation.target)? else {
                return Ok(Checked::Gone);
            };
            let mut template: ImageTemplate = typed(&stored)?;
            if !provision(shared, transaction, stored, &row, &mut template)? {
                return Ok::<_, Defect>(Checked::Claimed(Box::new(template), row.staging_group));
            }
            succeed(transaction, &operation)?;
            Ok(Checked::Provisioned)
        });
        Ok(result)
    });
    prepared.await?
}

/// Checks the template and claims its group; provisions it if it needs nothing else, and else says false. Nothing is written when it
/// has a defect.
pub(crate) fn provision(
    shared: &Shared,
    transaction: &rusqlite::Connection,
    stored: Resource,
    row: &TemplateRow,
    template: &mut ImageTemplate,
) -> Result<bool, Defect> {
    checks::check(shared, transaction, template)?;
    staging::claim(transaction, &stored, template, row).map_err(|error| match error {
        Unclaimable::Group(reason) => Defect::new(ProvisioningErrorCode::BadStagingResourceGroup, reason),
        Unclaimable::Database(error) => error.into(),
    })?;
    if template.runs_automatically() || !wanted(template).is_empty() {
        return Ok(false);
    }
    fill_in_exact_version(template);
    record(transaction, stored, template)?;
    Ok(true)
}

fn read_creating(
    view: &rusqlite::Connection,
    key: &crate::local::store::key::Key,
) -> rusqlite::Result<Option<(Resource, TemplateRow)>> {
    let stored = resources::get(view, key)?.filter(|template| template.state == ProvisioningState::Creating);
    let row = templates::get(view, key)?;
    Ok(stored.zip(row))
}

/// Fetches every referenced file, and fills in the checksums.
async fn fetch_all(
    shared: &Arc<Shared>,
    mut template: ImageTemplate,
    staging_group: &str,
) -> Result<ImageTemplate, Defect> {
    let folder = staging_of(&shared.root, staging_group).files();
    for wanted in wanted(&template) {
        let destination = folder.join(copy_name(wanted.place));
        let limit = match wanted.kind {
            ReferenceKind::Script => Limit::SCRIPT,
            ReferenceKind::File => Limit::FILE,
        };
        let fetched = shared
            .fetcher()
            .fetch(&wanted.uri, wanted.sha256.as_deref(), limit, &destination)
            .await;
        let sha256 = fetched.map_err(|error| defect(&wanted, &error))?;
        fill_in_checksum(&mut template, &wanted, sha256);
    }
    if folder.exists() {
        // Provisioned means that the copies are there, also after the machine has lost its power.
        sync_path(&folder, &shared.root.directory().join("staging")).map_err(|error| {
            tracing::warn!(%error, path = %folder.display(), "the copies of referenced files cannot be made durable");
            StoreError::interrupted()
        })?;
    }
    fill_in_exact_version(&mut template);
    Ok(template)
}

fn wanted(template: &ImageTemplate) -> Vec<Wanted> {
    let properties = &template.properties;
    let customizers = properties
        .customize
        .iter()
        .flatten()
        .enumerate()
        .map(|(index, step)| (Place::Customizer(index), Step::from(step).reference()));
    let validators = properties
        .validate
        .iter()
        .flat_map(|validate| validate.in_vm_validations.iter().flatten());
    let validators = validators
        .enumerate()
        .map(|(index, step)| (Place::Validator(index), Step::from(step).reference()));
    let optimize = properties.optimize.as_ref();
    let workload = optimize
        .and_then(|optimize| optimize.workload.as_ref())
        .map(Reference::from)
        .filter(|reference| !reference.uri.is_empty());
    let wanted = |(place, reference): (Place, Option<Reference<'_>>)| {
        let Reference { uri, sha256, kind } = reference?;
        Some(Wanted {
            uri: uri.to_owned(),
            sha256: sha256.map(str::to_owned),
            kind,
            place,
        })
    };
    customizers
        .chain(validators)
        .chain([(Place::Workload, workload)])
        .filter_map(wanted)
        .collect()
}

fn defect(wanted: &Wanted, error: &FetchError) -> Defect {
    let code = match (wanted.kind, wanted.place) {
        (ReferenceKind::File, _) | (_, Place::Workload) => ProvisioningErrorCode::ServiceOther,
        (ReferenceKind::Script, Place::Customizer(_)) => ProvisioningErrorCode::NoCustomizerScript,
        (ReferenceKind::Script, Place::Validator(_)) => ProvisioningErrorCode::NoValidatorScript,
    };
    Defect::new(
        code,
        format!("{}: {}.", wanted.place, crate::local::error::chain(error)),
    )
}

fn fill_in_checksum(template: &mut ImageTemplate, wanted: &Wanted, sha256: String) {
    let properties = &mut template.properties;
    let checksum = match wanted.place {
        Place::Customizer(index) => {
            let step = properties.customize.iter_mut().flatten().nth(index);
            step.and_then(|step| match step {
                Customizer::Shell(script) => Some(&mut script.sha256_checksum),
                Customizer::PowerShell(script) => Some(&mut script.sha256_checksum),
                Customizer::File(file) => Some(&mut file.sha256_checksum),
                Customizer::WindowsRestart(_) | Customizer::WindowsUpdate(_) => None,
            })
        }
        Place::Validator(index) => {
            let validators = properties
                .validate
                .iter_mut()
                .flat_map(|validate| validate.in_vm_validations.iter_mut().flatten());
            validators.into_iter().nth(index).map(|step| match step {
                Validator::Shell(script) => &mut script.sha256_checksum,
                Validator::PowerShell(script) => &mut script.sha256_checksum,
                Validator::File(file) => &mut file.sha256_checksum,
            })
        }
        Place::Workload => {
            let workload = properties
                .optimize
                .as_mut()
                .and_then(|optimize| optimize.workload.as_mut());
            workload.map(|workload| &mut workload.sha256_checksum)
        }
    };
    if let Some(checksum) = checksum {
        *checksum = Some(sha256);
    }
}

/// A version that is not `latest` is exact already; what `latest` means is decided by each run.
fn fill_in_exact_version(template: &mut ImageTemplate) {
    match &mut template.properties.source {
        Source::PlatformImage(image) => {
            image.exact_version = image.version.clone().filter(|version| !is_latest(version));
        }
        Source::SharedImageVersion(image) => {
            let id = &image.image_version_id;
            let floats = id.rsplit('/').next().is_some_and(is_latest);
            image.exact_version = (!floats).then(|| id.clone());
        }
        Source::ManagedImage(_) => {}
    }
}

async fn finish(shared: &Arc<Shared>, operation: Operation, template: ImageTemplate) -> Result<(), StoreError> {
    let finish = move |shared: &Shared| {
        let run = automatic_run(shared, &operation, &template);
        let recorded = shared
            .store
            .write("record a provisioned image template", |transaction| {
                let Some((stored, _)) = read_creating(transaction, &operation.target)? else {
                    return Ok(false);
                };
                let stored = record(transaction, stored, &template)?;
                // In the same transaction: whoever sees the template provisioned sees its run in progress.
                if let Some(run) = &run {
                    run.record(shared, transaction, &stored)?;
                }
                succeed(transaction, &operation)?;
                Ok::<_, StoreError>(true)
            });
        match (run, &recorded) {
            (Some(run), Ok(true)) => run.start(shared),
            (Some(run), _) => run.abandon(shared),
            (None, _) => {}
        }
        recorded.map(drop)
    };
    blocking(shared, finish).await
}

/// Records a provisioned template.
fn record(
    transaction: &rusqlite::Connection,
    mut stored: Resource,
    template: &ImageTemplate,
) -> rusqlite::Result<Resource> {
    stored.state = ProvisioningState::Succeeded;
    if let Ok(body) = stored_body(template) {
        stored.body = body;
    }
    resources::put(transaction, &stored)?;
    Ok(stored)
}

/// The run of a template with `autoRun`. That this machine cannot build it keeps nobody from having the template.
fn automatic_run(shared: &Shared, operation: &Operation, template: &ImageTemplate) -> Option<Prepared> {
    if !template.runs_automatically() {
        return None;
    }
    let specified = shared.store.read("read an image template", |view| {
        let creating = read_creating(view, &operation.target)?;
        let specify = |(stored, _)| run_request::specify(shared, view, &stored, template.clone());
        creating.map(specify).transpose()
    });
    let prepared = specified.and_then(|specified| {
        let prepare = |specified| run_request::prepare(shared, specified, Asked::AutoRun);
        specified.map(prepare).transpose()
    });
    prepared.unwrap_or_else(|refused| {
        run_request::not_started(&operation.target.to_string(), &refused);
        None
    })
}

async fn fail(shared: &Arc<Shared>, operation: Operation, error: ProvisioningError) -> Result<(), StoreError> {
    let fail = move |shared: &Shared| {
        shared.store.write("record a failed image template", |transaction| {
            if let Some((stored, row)) = read_creating(transaction, &operation.target)? {
                resources::set_state(transaction, &stored.key(), ProvisioningState::Failed)?;
                // The claim was made in this job, after the row was read here; what it wrote stays.
                templates::put(
                    transaction,
                    &stored.key(),
                    &TemplateRow {
                        error: Some(error.clone()),
                        ..row
                    },
                )?;
            }
            let code = error.provisioning_error_code.map(String::from).unwrap_or_default();
            let message = error.message.unwrap_or_default();
            let mut detail = ErrorDetail::new("ResourceDeploymentFailure", message.clone());
            detail.details = vec![ErrorDetail::new(code, message)];
            Ok::<_, StoreError>(operations::end(
                transaction,
                operation.id,
                Status::Failed,
                Some(&detail),
            )?)
        })
    };
    blocking(shared, fail).await
}

async fn end_without_template(shared: &Arc<Shared>, operation: Operation) -> Result<(), StoreError> {
    let end = move |shared: &Shared| {
        let detail = ErrorDetail::new(
            "ResourceNotFound",
            "The image template was deleted while it was being created.",
        );
        shared.store.write("record the end of an operation", |transaction| {
            Ok::<_, StoreError>(operations::end(
                transaction,
                operation.id,
                Status::Failed,
                Some(&detail),
            )?)
        })
    };
    blocking(shared, end).await
}
