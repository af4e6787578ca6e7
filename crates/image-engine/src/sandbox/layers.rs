//! The layers of a build, one on top of the other: the source's tree, and above it what each step has changed.
//!
//! A layer is a folder with `u`, its change of the image's tree, and `h`, its change of the folder in which steps start. The
//! latter is no part of the image, but a step may rely on what the step before it has left there. `w` and `x` beside them are
//! the overlays' own.

use std::ffi::CString;

use super::enter::{Act, LAYERS_MOUNT};
use super::guest::HOME_IN_AREA;
use crate::layer::LayerId;

/// Where the image's whole tree is seen, in the mount namespace of one process.
pub(crate) const MERGED: &str = "m";
/// An empty folder: the kernel makes no read-only overlay of one layer alone.
const EMPTY: &str = "e";
/// Lowest layer under every step: the places where the sandbox mounts something. Without it they would be made in the
/// step's own layer and so become part of the image.
const MOUNT_POINTS: &str = "p";
/// The same for `/etc/resolv.conf`, under steps with name resolution only.
const RESOLVER_POINT: &str = "r";

/// Where one layer lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the scratch area, by its number: it ends with the build.
    Scratch(u32),
    /// Among the layers that are kept.
    Kept(LayerId),
}

impl Place {
    /// The layer's folder, as processes in the build's mount namespace reach it from the scratch area.
    pub(crate) fn folder(self) -> String {
        match self {
            Self::Scratch(number) => number.to_string(),
            Self::Kept(id) => format!("{}/{id}", LAYERS_MOUNT.to_string_lossy()),
        }
    }

    /// The folder of its tree.
    pub(crate) fn tree(self) -> String {
        format!("{}/u", self.folder())
    }

    fn home(self) -> String {
        format!("{}/h", self.folder())
    }
}

/// A layer that others lie on.
#[derive(Debug, Clone, Copy)]
struct Finished {
    place: Place,
    /// Whether steps above it see what it has left in the folder in which they start.
    shares_home: bool,
}

/// The layers of one build, and how many in the scratch area there have been.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    finished: Vec<Finished>,
    begun: u32,
}

fn c_string(text: impl Into<Vec<u8>>) -> CString {
    // None of the names of this module, no number and no id holds a NUL.
    CString::new(text).unwrap_or_default()
}

fn make_folder(path: &str) -> Act {
    Act::MakeFolder(c_string(path))
}

fn mount_overlay(options: String, at: &str) -> Act {
    Act::MountOverlay {
        options: c_string(options),
        at: c_string(at),
    }
}

impl Layers {
    /// Makes the folders that all builds have.
    pub(crate) fn foundation() -> Vec<Act> {
        let folders = [
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

    /// The layers of an image, oldest first, to be used as they are.
    pub(crate) fn of_image(chain: impl IntoIterator<Item = LayerId>) -> Self {
        let finished = chain.into_iter().map(|id| Finished {
            place: Place::Kept(id),
            shares_home: false,
        });
        Self {
            finished: finished.collect(),
            begun: 0,
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.finished.len()
    }

    /// A place for a layer that nobody needs after the build. Every attempt gets a new one: what an earlier one left would
    /// show through.
    pub(crate) fn scratch(&mut self) -> Place {
        self.begun += 1;
        Place::Scratch(self.begun)
    }

    /// Makes the folder of a layer that is filled without an overlay.
    pub(crate) fn make(place: Place) -> Vec<Act> {
        [place.folder(), place.tree(), place.home()]
            .iter()
            .map(|folder| make_folder(folder))
            .collect()
    }

    /// Makes the folder of a layer that is filled through an overlay of nothing else, which is seen at [`MERGED`]. It is there
    /// for its mount option alone; see [`begin`](Self::begin) for `volatile`.
    pub(crate) fn make_volatile(place: Place) -> Vec<Act> {
        let folder = place.folder();
        let mut acts = Self::make(place);
        acts.push(make_folder(&format!("{folder}/w")));
        let options = format!("userxattr,volatile,lowerdir={EMPTY},upperdir={folder}/u,workdir={folder}/w");
        acts.push(mount_overlay(options, MERGED));
        acts
    }

    /// Begins the layer of a step at `place`, which must not be there yet.
    ///
    /// With `resolver`, that is what the step reads as `/etc/resolv.conf`; it may change it, but nobody else sees that.
    pub(crate) fn begin(&mut self, place: Place, resolver: Option<&str>) -> Vec<Act> {
        let folder = place.folder();
        let mut lower = self.trees();
        let top = lower.first().map_or(EMPTY, String::as_str).to_owned();
        if resolver.is_some() {
            lower.push(RESOLVER_POINT.to_owned());
        }
        lower.push(MOUNT_POINTS.to_owned());
        // volatile: a layer counts only once all of it has reached the disk, or in the boot that made it; without it the end of
        // every step waits for the writes of the whole machine, and dpkg's many fsyncs do too.
        let overlay = |lower: &[String], upper: &str, work: &str| {
            format!(
                "userxattr,volatile,lowerdir={},upperdir={folder}/{upper},workdir={folder}/{work}",
                lower.join(":")
            )
        };
        let mut acts = vec![
            make_folder(&folder),
            // The root of an overlay looks like the root of its topmost layer.
            Act::MakeFolderLike {
                folder: c_string(place.tree()),
                model: c_string(top),
            },
            make_folder(&format!("{folder}/w")),
            mount_overlay(overlay(&lower, "u", "w"), MERGED),
            make_folder(&place.home()),
            make_folder(&format!("{folder}/x")),
            mount_overlay(overlay(&self.homes(), "h", "x"), HOME_IN_AREA),
        ];
        if let Some(content) = resolver {
            self.begun += 1;
            let file = format!("resolv.conf-{}", self.begun);
            acts.push(Act::MakeFile {
                file: c_string(file.as_str()),
                content: content.as_bytes().to_vec(),
            });
            acts.push(Act::CoverResolver {
                file: c_string(file),
                root: c_string(MERGED),
            });
        }
        acts
    }

    /// Makes a layer part of the image.
    pub(crate) fn finish(&mut self, place: Place) {
        self.finished.push(Finished {
            place,
            shares_home: true,
        });
    }

    /// Takes the layers back out of the image that were not in it at `earlier`.
    pub(crate) fn return_to(&mut self, earlier: &Self) {
        // Numbers are never used again: the folders are still there.
        self.finished.clone_from(&earlier.finished);
    }

    /// Puts one layer, which holds all that these hold, in the place of all of them.
    pub(crate) fn replace_all(&mut self, place: Place) {
        self.finished.clear();
        self.finish(place);
    }

    /// Shows the image's whole tree, read-only.
    pub(crate) fn merged(&self) -> Vec<Act> {
        let mut lower = self.trees();
        lower.push(EMPTY.to_owned());
        vec![mount_overlay(format!("userxattr,lowerdir={}", lower.join(":")), MERGED)]
    }

    /// Shows the folder in which the next step would start, read-only, where earlier steps may have left something in it.
    pub(crate) fn merged_home(&self) -> Option<Vec<Act>> {
        let options = format!("userxattr,lowerdir={}", self.homes().join(":"));
        self.has_home().then(|| vec![mount_overlay(options, HOME_IN_AREA)])
    }

    /// Whether steps may have left something in the folder in which they start.
    pub(crate) fn has_home(&self) -> bool {
        self.finished.iter().any(|layer| layer.shares_home)
    }

    fn trees(&self) -> Vec<String> {
        self.finished.iter().rev().map(|layer| layer.place.tree()).collect()
    }

    fn homes(&self) -> Vec<String> {
        let sharing = self.finished.iter().rev().filter(|layer| layer.shares_home);
        let homes = sharing.map(|layer| layer.place.home());
        homes.chain([EMPTY.to_owned()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay_options(acts: &[Act]) -> Vec<&str> {
        let found = acts.iter().filter_map(|act| match act {
            Act::MountOverlay { options, .. } => options.to_str().ok(),
            _ => None,
        });
        found.collect()
    }

    #[test]
    fn the_newest_layer_lies_on_top_and_a_failed_one_is_left_out() {
        let image = LayerId::random();
        let mut layers = Layers::of_image([image]);
        for succeeds in [true, false, true] {
            let place = layers.scratch();
            layers.begin(place, None);
            if succeeds {
                layers.finish(place);
            }
        }
        assert_eq!(
            overlay_options(&layers.merged()),
            [format!("userxattr,lowerdir=3/u:1/u:/mnt/{image}/u:e")]
        );
        let place = layers.scratch();
        let acts = layers.begin(place, Some("nameserver 10.0.2.3\n"));
        assert_eq!(
            overlay_options(&acts),
            [
                format!("userxattr,volatile,lowerdir=3/u:1/u:/mnt/{image}/u:r:p,upperdir=4/u,workdir=4/w"),
                "userxattr,volatile,lowerdir=3/h:1/h:e,upperdir=4/h,workdir=4/x".to_owned(),
            ]
        );
    }

    #[test]
    fn the_options_of_the_longest_chain_fit_one_page() {
        let mut layers = Layers::of_image((0..crate::layer::LONGEST_CHAIN).map(|_| LayerId::random()));
        let acts = layers.begin(Place::Kept(LayerId::random()), Some(""));
        assert!(overlay_options(&acts).iter().all(|options| options.len() < 4000));
    }
}
