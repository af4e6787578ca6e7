//! Deletion of what has files: first the files are moved to the trash, then one transaction takes the rows away, then the trash is
//! emptied. The rows say Deleting since the answer, so nobody starts to use what is going.

use std::path::PathBuf;

use rusqlite::Connection;

use super::{staging, succeed};
use crate::arm::staging::is_service_tag;
use crate::local::error::StoreError;
use crate::local::layers;
use crate::local::root::Root;
use crate::local::service::Shared;
use crate::local::store::key::Key;
use crate::local::store::operations::Operation;
use crate::local::store::resources::{self, Kind, Resource};
use crate::local::store::templates::{self, StagingOwnership};
use crate::local::store::{artifacts, runs};
use crate::local::worker::spec::staging_of;

/// Everything that a deletion takes away.
#[derive(Debug, Default)]
struct Doomed {
    folders: Vec<PathBuf>,
    /// Children before their parents.
    rows: Vec<Key>,
    /// Staging resource groups, and the template that had each.
    staging: Vec<(Key, Resource, StagingOwnership)>,
}

/// Deletes the target of an operation with all that goes with it: a template's runs and staging resource group, a group's content.
pub(super) fn carry_out(shared: &Shared, operation: &Operation) -> Result<(), StoreError> {
    let mut doomed = Doomed::default();
    shared.store.read("read what is to be deleted", |view| {
        Ok::<_, StoreError>(doomed.add(&shared.root, view, &operation.target)?)
    })?;
    for folder in &doomed.folders {
        if let Err(error) = shared.root.discard(folder) {
            tracing::warn!(%error, path = %folder.display(), "a folder that is to be deleted cannot be moved");
            return Err(StoreError::interrupted());
        }
    }
    shared.store.write("delete resources", |transaction| {
        for key in &doomed.rows {
            resources::remove(transaction, key)?;
        }
        for (group, template, ownership) in &doomed.staging {
            leave(transaction, group, template, *ownership)?;
        }
        Ok::<_, StoreError>(())
    })?;
    // Whoever waits for the operation finds the disk space free.
    if let Err(error) = shared.root.empty_trash() {
        tracing::warn!(%error, "the trash of the local backend could not be emptied");
    }
    if !doomed.folders.is_empty() {
        layers::prune_old(&shared.root, &shared.store, shared.options.layer_max_age);
    }
    shared
        .store
        .write("end a deletion", |transaction| Ok(succeed(transaction, operation)?))
}

impl Doomed {
    /// Adds a resource, and what goes with it. One that is gone already adds nothing.
    fn add(&mut self, root: &Root, view: &Connection, key: &Key) -> rusqlite::Result<()> {
        let Some(resource) = resources::get(view, key)? else {
            return Ok(());
        };
        match resource.kind {
            Kind::ResourceGroup => {
                // Of a staging group: whoever takes the name next is not to find its logs and disks.
                let folder = staging_of(root, &resource.id).path().to_owned();
                self.folders.extend(Some(folder).filter(|folder| folder.exists()));
                self.add_content(root, view, key)?;
            }
            Kind::ImageTemplate => self.add_template(root, view, &resource)?,
            Kind::GalleryImageVersion | Kind::ManagedImage => {
                if let Some(artifact) = artifacts::of_owner(view, key)? {
                    self.folders.push(root.image(artifact.id));
                }
            }
            Kind::Gallery | Kind::GalleryImage | Kind::Identity => {}
        }
        if !self.rows.contains(key) {
            self.rows.push(key.clone());
        }
        Ok(())
    }

    fn add_content(&mut self, root: &Root, view: &Connection, group: &Key) -> rusqlite::Result<()> {
        let content = resources::in_group(view, group)?;
        // By key a child stands after its parent, so from the end children come first.
        content
            .iter()
            .rev()
            .filter(|resource| resource.kind != Kind::ResourceGroup)
            .try_for_each(|resource| self.add(root, view, &resource.key()))
    }

    fn add_template(&mut self, root: &Root, view: &Connection, resource: &Resource) -> rusqlite::Result<()> {
        let key = resource.key();
        for run in runs::of_template(view, &key)? {
            self.folders.push(root.run(run.id).path().to_owned());
        }
        let Some(row) = templates::get(view, &key)? else {
            return Ok(());
        };
        if row.staging_ownership == StagingOwnership::Undecided {
            return Ok(());
        }
        let group = Key::of(&row.staging_group);
        // A group that was deleted may have been made anew by somebody else.
        if resources::get(view, &group)?.is_some_and(|group| !staging::is_of(&group, resource)) {
            return Ok(());
        }
        self.folders
            .push(staging_of(root, &row.staging_group).path().to_owned());
        self.staging.push((group, resource.clone(), row.staging_ownership));
        Ok(())
    }
}

/// Removes the staging group that was made for a template. One that was given, or has got other things since, only loses the service's
/// tags.
fn leave(
    transaction: &Connection,
    group: &Key,
    template: &Resource,
    ownership: StagingOwnership,
) -> rusqlite::Result<()> {
    let Some(mut found) = resources::get(transaction, group)?.filter(|found| staging::is_of(found, template)) else {
        return Ok(());
    };
    if ownership == StagingOwnership::Made && resources::in_group(transaction, group)?.is_empty() {
        return resources::remove(transaction, group);
    }
    if let Some(tags) = found.body.get_mut("tags").and_then(serde_json::Value::as_object_mut) {
        tags.retain(|key, _| !is_service_tag(key));
    }
    resources::set_body(transaction, group, &found.body)
}
