//! An image's whole tree as a tar.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Stdio;

use super::lock::{Lock, Sharing};
use super::session::lock_chain;
use super::{LayerId, LayerStore, fingerprint};
use crate::cancel::Cancel;
use crate::error::BuildError;
use crate::program::tar::{self, TAR};
use crate::sandbox::{Layers, Sandbox, ToolRun, View};
use crate::spec::Network;

/// Where tar sees the tree.
const TREE_AT: &str = "/tree";

impl LayerStore {
    /// Writes the whole tree of the image whose topmost layer is `top` to `path`, as a tar with the image's ids; mode 0600.
    ///
    /// # Errors
    /// [`ErrorKind::SourceMissing`](crate::ErrorKind::SourceMissing) and
    /// [`ErrorKind::LayerDamaged`](crate::ErrorKind::LayerDamaged) for a layer that is not there or not as it was;
    /// [`ErrorKind::DiskFull`](crate::ErrorKind::DiskFull); [`ErrorKind::ToolFailed`](crate::ErrorKind::ToolFailed);
    /// [`ErrorKind::Canceled`](crate::ErrorKind::Canceled), [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut).
    pub fn export_tree(&self, top: LayerId, path: &Path, cancel: &Cancel) -> Result<(), BuildError> {
        let operation = "packing the image's tree";
        let (chain, _locks) = lock_chain(self, top, cancel)?;
        let ids: Vec<LayerId> = chain.iter().map(|record| record.id).collect();
        self.in_own_sandbox(cancel, |sandbox| {
            let looks = fingerprint::of_layers(self, sandbox, &ids, cancel)?;
            for record in &chain {
                record.check(looks.get(&record.id))?;
            }
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(path);
            let file = file.map_err(|error| BuildError::io(error, operation).at(path))?;
            let layers = Layers::of_image(ids.iter().copied());
            let run = ToolRun {
                program: TAR,
                arguments: tar::pack_arguments(TREE_AT),
                acts: Vec::new(),
                views: &[View::Image {
                    layers: &layers,
                    at: TREE_AT,
                }],
                input: Stdio::null(),
                output: Some(file),
                operation,
            };
            Ok(sandbox.run_tool(run, cancel)?)
        })
    }

    /// Does something in a sandbox that belongs to no build.
    pub(super) fn in_own_sandbox<T>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(&Sandbox) -> Result<T, BuildError>,
    ) -> Result<T, BuildError> {
        let id = LayerId::random();
        let lock = Lock::wait(&self.lock_path(id), Sharing::Exclusive, cancel, "making a sandbox")?;
        let folder = self.work().join(id.to_string());
        let failed = |error| BuildError::io(error, "making a scratch folder").at(&folder);
        fs::create_dir(&folder).map_err(failed)?;
        let done = Sandbox::create(&folder, Some(&self.area()), Network::None).and_then(|mut sandbox| {
            let done = work(&sandbox);
            done.and_then(|value| sandbox.remove().map(|()| value))
        });
        let removed = fs::remove_dir(&folder).and_then(|()| lock.remove_file());
        let value = done?;
        removed.map_err(failed).map(|()| value)
    }
}
