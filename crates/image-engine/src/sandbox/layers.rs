//! The layers of a build: the source's tree, and above it what each step has changed.

use std::ffi::CString;

use super::enter::Act;
use super::guest::HOME_IN_AREA;

/// Where the image's whole tree is seen, in the mount namespace of one process.
pub(crate) const MERGED: &str = "m";
/// An empty folder: the kernel makes no read-only overlay of one layer alone.
const EMPTY: &str = "e";
/// Lowest layer under every step: the places where the sandbox mounts something. Without it they would be made in the
/// step's own layer and so become part of the image.
const MOUNT_POINTS: &str = "p";
/// The same for `/etc/resolv.conf`, under steps with name resolution only.
const RESOLVER_POINT: &str = "r";

/// One layer that is being written, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layer(u32);

impl Layer {
    fn upper(self) -> String {
        format!("{}/u", self.0)
    }
}

/// The layers of one build, and how many there have been.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    finished: Vec<Layer>,
    begun: u32,
}

fn c_string(text: impl Into<Vec<u8>>) -> CString {
    // None of the names of this module, and no number, holds a NUL.
    CString::new(text).unwrap_or_default()
}

fn make_folder(path: &str) -> Act {
    Act::MakeFolder(c_string(path))
}

impl Layers {
    /// The source's root tree, in the scratch area.
    pub(crate) const TREE: &'static str = "t";

    /// Makes the folders that all builds have.
    pub(crate) fn foundation() -> Vec<Act> {
        let folders = [
            Self::TREE,
            MERGED,
            HOME_IN_AREA,
            EMPTY,
            MOUNT_POINTS,
            "p/proc",
            "p/sys",
            "p/dev",
            "p/run",
            "p/tmp",
            RESOLVER_POINT,
            "r/etc",
        ];
        let mut acts: Vec<Act> = folders.into_iter().map(make_folder).collect();
        acts.push(Act::MakeFile {
            file: c_string("r/etc/resolv.conf"),
            content: Vec::new(),
        });
        acts
    }

    /// Begins a layer for a step. Every attempt gets a new one: what an earlier one left would show through.
    ///
    /// With `resolver`, that is what the step reads as `/etc/resolv.conf`; it may change it, but nobody else sees that.
    pub(crate) fn begin(&mut self, resolver: Option<&str>) -> (Layer, Vec<Act>) {
        self.begun += 1;
        let layer = Layer(self.begun);
        let number = layer.0;
        let top = self
            .finished
            .last()
            .map_or_else(|| Self::TREE.to_owned(), |layer| layer.upper());
        let mut lower = self.lower();
        if resolver.is_some() {
            lower.push(RESOLVER_POINT.to_owned());
        }
        lower.push(MOUNT_POINTS.to_owned());
        // volatile: no layer outlives its build, so nothing need reach the disk; without it the end of every step waits for
        // the writes of the whole machine, and dpkg's many fsyncs do too.
        let options = format!(
            "userxattr,volatile,lowerdir={},upperdir={number}/u,workdir={number}/w",
            lower.join(":")
        );
        let mut acts = vec![
            make_folder(&number.to_string()),
            // The root of an overlay looks like the root of its topmost layer.
            Act::MakeFolderLike {
                folder: c_string(layer.upper()),
                model: c_string(top),
            },
            make_folder(&format!("{number}/w")),
            Act::MountOverlay {
                options: c_string(options),
                at: c_string(MERGED),
            },
        ];
        if let Some(content) = resolver {
            let file = format!("{number}/resolv.conf");
            acts.push(Act::MakeFile {
                file: c_string(file.as_str()),
                content: content.as_bytes().to_vec(),
            });
            acts.push(Act::CoverResolver {
                file: c_string(file),
                root: c_string(MERGED),
            });
        }
        (layer, acts)
    }

    /// Makes a layer part of the image.
    pub(crate) fn finish(&mut self, layer: Layer) {
        self.finished.push(layer);
    }

    /// Takes the layers back out of the image that were not in it at `earlier`.
    pub(crate) fn return_to(&mut self, earlier: &Self) {
        // Numbers are never used again: the folders are still there.
        self.finished.clone_from(&earlier.finished);
    }

    /// Shows the image's whole tree, read-only.
    pub(crate) fn merged(&self) -> Vec<Act> {
        let options = format!("userxattr,lowerdir={}:{EMPTY}", self.lower().join(":"));
        vec![Act::MountOverlay {
            options: c_string(options),
            at: c_string(MERGED),
        }]
    }

    fn lower(&self) -> Vec<String> {
        let layers = self.finished.iter().rev().map(|layer| layer.upper());
        layers.chain([Self::TREE.to_owned()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay_options(acts: &[Act]) -> String {
        let found = acts.iter().find_map(|act| match act {
            Act::MountOverlay { options, .. } => options.to_str().ok(),
            _ => None,
        });
        found.unwrap_or_default().to_owned()
    }

    #[test]
    fn the_newest_layer_lies_on_top_and_a_failed_one_is_left_out() {
        let mut layers = Layers::default();
        for succeeds in [true, false, true] {
            let (layer, _) = layers.begin(None);
            if succeeds {
                layers.finish(layer);
            }
        }
        assert_eq!(overlay_options(&layers.merged()), "userxattr,lowerdir=3/u:1/u:t:e");
        let (_, acts) = layers.begin(Some("nameserver 10.0.2.3\n"));
        assert_eq!(
            overlay_options(&acts),
            "userxattr,volatile,lowerdir=3/u:1/u:t:r:p,upperdir=4/u,workdir=4/w"
        );
    }
}
