//! Deletion of what has files: first the files are moved to the trash, then one transaction takes the rows away, then the trash is
//! emptied. The rows say Deleting since the answer, so nobody starts to use what is going.

use std::path::PathBuf;

use rusqlite::Connection;

use super::succeed;
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
    /// Staging resource groups that were given: they stay, without the service's tags.
    released: Vec<Key>,
}

/// A gallery image version or a managed image.
pub(super) fn image(shared: &Shared, operation: &Operation) -> Result<(), StoreError> {
    carry_out(shared, operation, |view, doomed| {
        doomed.add(&shared.root, view, &operation.target)
    })
}

/// A template with its runs and its staging resource group.
pub(super) fn template(shared: &Shared, operation: &Operation) -> Result<(), StoreError> {
    carry_out(shared, operation, |view, doomed| {
        doomed.add(&shared.root, view, &operation.target)
    })
}

/// A resource group with everything in it.
pub(super) fn resource_group(shared: &Shared, operation: &Operation) -> Result<(), StoreError> {
    carry_out(shared, operation, |view, doomed| {
        doomed.add(&shared.root, view, &operation.target)
    })
}

fn carry_out(
    shared: &Shared,
    operation: &Operation,
    collect: impl FnOnce(&Connection, &mut Doomed) -> rusqlite::Result<()>,
) -> Result<(), StoreError> {
    let mut doomed = Doomed::default();
    shared.store.read("read what is to be deleted", |view| {
        Ok::<_, StoreError>(collect(view, &mut doomed)?)
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
        for key in &doomed.released {
            release(transaction, key)?;
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
            Kind::ResourceGroup => self.add_content(root, view, key)?,
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
        let group = Key::of(&row.staging_group);
        if row.staging_ownership == StagingOwnership::Undecided {
            return Ok(());
        }
        self.folders
            .push(staging_of(root, &row.staging_group).path().to_owned());
        self.add_content(root, view, &group)?;
        match row.staging_ownership {
            StagingOwnership::Made => self.rows.push(group),
            _ => self.released.push(group),
        }
        Ok(())
    }
}

/// Takes the service's tags off a group that was given.
fn release(transaction: &Connection, group: &Key) -> rusqlite::Result<()> {
    let Some(mut found) = resources::get(transaction, group)? else {
        return Ok(());
    };
    if let Some(tags) = found.body.get_mut("tags").and_then(serde_json::Value::as_object_mut) {
        tags.retain(|key, _| !is_service_tag(key));
    }
    resources::set_body(transaction, group, &found.body)
}
