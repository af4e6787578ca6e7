//! Where root trees come from. Each source puts its tree into a layer, inside the sandbox.

mod archive;
mod busybox;
mod distribution;

pub use distribution::{Distribution, MirrorInvalid, Mirrors, Release, Suite};

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::Stdio;
use std::thread;

use sha2::{Digest, Sha256};

use crate::cancel::Cancel;
use crate::error::BuildError;
use crate::layer::{LayerId, key};
use crate::program::busybox::Busybox;
use crate::program::tar::{self, Compression, TAR};
use crate::sandbox::{Layers, Place, Sandbox, ToolRun, View};
use crate::spec::Source;
use crate::supervise::Sink;

/// Where the sandbox's programs see the layer that is being made.
const LAYER_AT: &str = "/layer";
/// The tree in it.
const TREE_AT: &str = "/layer/u";

/// What a source is called in logs and lists.
pub(crate) fn name(source: &Source) -> String {
    match source {
        Source::Busybox => "busybox".to_owned(),
        Source::Tree { archive, .. } => archive.file_name().map_or_else(
            || archive.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        ),
        Source::Distribution(distribution) => distribution.release.to_string(),
        Source::Image { top } => format!("image of the layer {top}"),
    }
}

/// The source with the digest of its archive, even where the specification has none.
pub(crate) fn settle(source: &Source) -> Result<Source, BuildError> {
    Ok(match source {
        Source::Tree { archive, sha256: None } => Source::Tree {
            archive: archive.clone(),
            sha256: Some(key::of_file(archive, "reading the source archive")?),
        },
        source => source.clone(),
    })
}

/// What the tree of a settled source is made from: two sources with the same identity have the same tree.
pub(crate) fn identity(source: &Source) -> Result<String, BuildError> {
    Ok(match source {
        Source::Busybox => {
            let mut digest = Sha256::new();
            busybox::write(&Busybox::find()?, &mut digest)
                .map_err(|error| BuildError::io(error, "reading the busybox program"))?;
            format!("busybox {:x}", digest.finalize())
        }
        Source::Tree { sha256, .. } => format!("tree {}", sha256.as_deref().unwrap_or_default().to_ascii_lowercase()),
        Source::Distribution(distribution) => distribution.identity(),
        Source::Image { top } => format!("image {top}"),
    })
}

/// Makes the source's root tree in the layer `layer`, whose folder is not there yet.
pub(crate) fn make(
    source: &Source,
    sandbox: &mut Sandbox,
    layer: LayerId,
    log: Sink<'_>,
    cancel: &Cancel,
) -> Result<(), BuildError> {
    match source {
        Source::Distribution(distribution) => {
            let place = Place::Kept(layer);
            distribution.make(sandbox, Layers::make_volatile(place), log, cancel)
        }
        Source::Busybox => {
            let busybox = Busybox::find()?;
            let (fed, unpacked) = unpack_stream(sandbox, layer, Compression::None, cancel, |pipe| {
                busybox::write(&busybox, pipe)
            })?;
            unpacked?;
            fed.map_err(|error| BuildError::io(error, "making the busybox root tree"))
        }
        Source::Tree { archive: path, sha256 } => {
            let archive = archive::Archive::open(path)?;
            let compression = Compression::of(archive.start());
            let (read, unpacked) = unpack_stream(sandbox, layer, compression, cancel, |pipe| archive.pass_on(pipe))?;
            let digest = match read {
                Ok(digest) => digest,
                // A tar that was killed takes nothing more; that is not a failure of the archive.
                Err(error) => {
                    return Err(BuildError::io(error, "reading the source archive").at(path));
                }
            };
            // A wrong archive is rarely one that tar likes: what is to be told is that it is the wrong one.
            if cancel.verdict().is_none() {
                archive::check(path, sha256.as_deref(), &digest)?;
            }
            unpacked.map_err(|error| error.at(path))
        }
        // Its layers are there.
        Source::Image { .. } => Ok(()),
    }
}

/// Unpacks what `content` writes. Returns what became of both sides.
fn unpack_stream<T: Send>(
    sandbox: &Sandbox,
    layer: LayerId,
    compression: Compression,
    cancel: &Cancel,
    content: impl FnOnce(&mut dyn Write) -> io::Result<T> + Send,
) -> Result<(io::Result<T>, Result<(), BuildError>), BuildError> {
    let operation = "unpacking the source's root tree";
    let (reader, mut writer) = io::pipe().map_err(|error| BuildError::io(error, operation))?;
    let run = ToolRun {
        program: TAR,
        arguments: tar::unpack_arguments(TREE_AT, compression),
        acts: Layers::make(Place::Kept(layer)),
        views: &[View::Layer {
            id: layer,
            at: LAYER_AT,
        }],
        input: Stdio::from(reader),
        output: None,
        operation,
    };
    // The program is started from this thread: it must not die with the one that feeds it.
    thread::scope(|scope| {
        let feeder = scope.spawn(move || content(&mut writer));
        let unpacked = sandbox.run_tool(run, cancel).map_err(BuildError::from);
        let fed = feeder
            .join()
            .map_err(|_| BuildError::io(io::Error::other("the reader panicked"), operation))?;
        Ok((fed, unpacked))
    })
}

/// Reads until `buffer` is full or the file ends.
fn read_start(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
