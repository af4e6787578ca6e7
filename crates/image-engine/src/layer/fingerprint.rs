//! Whether a layer is still what it was: a digest of what its files look like from outside, in any order.
//!
//! Contents are not read. Who changes one also changes the file's ctime, which cannot be set.

use std::collections::BTreeMap;
use std::io;
use std::process::Stdio;

use sha2::{Digest, Sha256};

use super::{LayerId, LayerStore, TREES};
use crate::cancel::Cancel;
use crate::error::BuildError;
use crate::program::find::{FIND, Looks};
use crate::sandbox::{Sandbox, ToolRun, View};

/// Where find sees the layers.
const LAYERS_AT: &str = "/layers";

/// What a layer's files look like, and what they take up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// The sum of the digests of the files: it does not depend on their order, and needs no memory for them.
    sum: [u64; 4],
    files: u64,
    /// Bytes on the disk, in 1/1000, as a file with several names counts for each name in part.
    thousandths: u64,
}

impl Fingerprint {
    /// Bytes on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.thousandths / 1000
    }

    /// The fingerprint as a record has it.
    pub(crate) fn text(&self) -> String {
        let sum: String = self.sum.iter().map(|part| format!("{part:016x}")).collect();
        format!("{}-{sum}", self.files)
    }

    /// Adds a file: what its tree and path are and what it looks like.
    fn add(&mut self, tree: &[u8], looks: &[u8], blocks: u64, names: u64) {
        let mut digest = Sha256::new();
        digest.update(tree);
        digest.update(b" ");
        digest.update(looks);
        let digest = digest.finalize();
        for (sum, part) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            let part = part.try_into().map(u64::from_le_bytes).unwrap_or_default();
            *sum = sum.wrapping_add(part);
        }
        self.files += 1;
        self.thousandths += blocks * 512 * 1000 / names.max(1);
    }
}

/// The fingerprints of layers, found in one go. A layer whose folder is not there has an empty one.
pub(crate) fn of_layers(
    store: &LayerStore,
    sandbox: &Sandbox,
    layers: &[LayerId],
    cancel: &Cancel,
) -> Result<BTreeMap<LayerId, Fingerprint>, BuildError> {
    let mut found: BTreeMap<LayerId, Fingerprint> = layers.iter().map(|id| (*id, Fingerprint::default())).collect();
    let folders: Vec<String> = layers
        .iter()
        .filter(|id| store.has_folder(**id))
        .flat_map(|id| TREES.map(|tree| format!("{LAYERS_AT}/{id}/{tree}")))
        .collect();
    if folders.is_empty() {
        return Ok(found);
    }
    let run = ToolRun {
        program: FIND,
        arguments: Looks { folders }.arguments(),
        acts: Vec::new(),
        views: &[View::Layers { at: LAYERS_AT }],
        input: Stdio::null(),
        output: None,
        operation: "checking layers",
    };
    let mut unfinished = Vec::new();
    sandbox.run_tool_reading(run, cancel, &mut |bytes| {
        unfinished.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = unfinished[start..].iter().position(|byte| *byte == 0) {
            take_in(&unfinished[start..start + length], &mut found)?;
            start += length + 1;
        }
        unfinished.drain(..start);
        Ok(())
    })?;
    Ok(found)
}

fn take_in(line: &[u8], found: &mut BTreeMap<LayerId, Fingerprint>) -> io::Result<()> {
    let mut parsed = || -> Option<()> {
        let mut fields = line.splitn(4, |byte| *byte == b' ');
        let folder = str::from_utf8(fields.next()?).ok()?;
        let mut number = || str::from_utf8(fields.next()?).ok()?.parse::<u64>().ok();
        let (blocks, names) = (number()?, number()?);
        let (id, tree) = folder.strip_prefix(LAYERS_AT)?.strip_prefix('/')?.split_once('/')?;
        let fingerprint = found.get_mut(&id.parse().ok()?)?;
        fingerprint.add(tree.as_bytes(), fields.next()?, blocks, names);
        Some(())
    };
    parsed().ok_or_else(|| io::Error::other("a line of find is not as expected"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_order_of_files_does_not_matter_but_everything_else_does() {
        let id = LayerId::random();
        let of = |lines: &[&str]| {
            let mut found = BTreeMap::from([(id, Fingerprint::default())]);
            for line in lines {
                take_in(format!("{LAYERS_AT}/{id}/{line}").as_bytes(), &mut found).unwrap();
            }
            found.remove(&id).unwrap()
        };
        let both = of(&["u 8 1 f 644 a", "u 4 2 f 755 b c"]);
        assert_eq!(both, of(&["u 4 2 f 755 b c", "u 8 1 f 644 a"]));
        assert_eq!(both.bytes(), 8 * 512 + 2 * 512);
        for other in [
            &["u 8 1 f 644 a"][..],
            &["u 8 1 f 644 a", "u 4 2 f 755 b  c"],
            &["u 8 1 f 644 a", "h 4 2 f 755 b c"],
            &["u 8 1 f 644 a", "u 8 1 f 644 a", "u 4 2 f 755 b c"],
        ] {
            assert_ne!(both.text(), of(other).text());
        }
    }
}
