//! Where root trees come from. Each source is a tar stream; unpacking happens inside the sandbox.

mod archive;
mod busybox;
mod distribution;

pub use distribution::{Distribution, Mirrors, Release, Suite};

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::Stdio;
use std::thread;

use crate::cancel::Cancel;
use crate::error::BuildError;
use crate::program::tar::{self, Compression, TAR};
use crate::sandbox::{Layers, Sandbox, ToolRun, View, in_area};
use crate::spec::Source;
use crate::supervise::Sink;

/// Where the sandbox's tar sees the tree.
const TREE_AT: &str = "/tree";

/// Puts the source's root tree under the layers.
pub(crate) fn unpack(source: &Source, sandbox: &mut Sandbox, log: Sink<'_>, cancel: &Cancel) -> Result<(), BuildError> {
    match source {
        Source::Distribution(distribution) => {
            let tree = in_area(Layers::TREE);
            distribution.make(sandbox, Layers::foundation(), &tree, log, cancel)
        }
        Source::Busybox => {
            let busybox = crate::program::busybox::Busybox::find()?;
            let (fed, unpacked) = unpack_stream(sandbox, Compression::None, cancel, |pipe| {
                busybox::write(&busybox, pipe)
            })?;
            unpacked?;
            fed.map_err(|error| BuildError::io(error, "making the busybox root tree"))
        }
        Source::Tree { archive: path, sha256 } => {
            let archive = archive::Archive::open(path)?;
            let compression = Compression::of(archive.start());
            let (read, unpacked) = unpack_stream(sandbox, compression, cancel, |pipe| archive.pass_on(pipe))?;
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
    }
}

/// Unpacks what `content` writes. Returns what became of both sides.
fn unpack_stream<T: Send>(
    sandbox: &Sandbox,
    compression: Compression,
    cancel: &Cancel,
    content: impl FnOnce(&mut dyn Write) -> io::Result<T> + Send,
) -> Result<(io::Result<T>, Result<(), BuildError>), BuildError> {
    let operation = "unpacking the source's root tree";
    let (reader, mut writer) = io::pipe().map_err(|error| BuildError::io(error, operation))?;
    let run = ToolRun {
        program: TAR,
        arguments: tar::unpack_arguments(TREE_AT, compression),
        acts: Layers::foundation(),
        views: &[View::Area {
            name: Layers::TREE,
            at: TREE_AT,
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
