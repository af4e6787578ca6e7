//! By what a layer is found again: a digest of all that decides what is in it.
//!
//! Each part goes in with its length, so that no two lists of parts run together to the same bytes.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::LayerId;
use super::record::FORMAT;
use crate::error::BuildError;
use crate::given_file;
use crate::spec::{Action, Network, Script, Step};

/// How steps are carried out.
const EXECUTOR: &str = "sandbox";

/// What a layer is made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// The image that is the source: its age does not count, and its steps' folder is not seen.
    Image(LayerId),
    /// A layer of the same build.
    Own(LayerId),
}

impl Ground {
    fn text(self) -> String {
        match self {
            Self::Image(id) => format!("image {id}"),
            Self::Own(id) => format!("layer {id}"),
        }
    }
}

/// A source's tree, by its identity.
pub(crate) fn of_source(identity: &str) -> String {
    digest(&["source", identity])
}

/// What the step with the digest `content` does to `ground`.
pub(crate) fn of_step(ground: Ground, content: &str, network: Network) -> String {
    let network = match network {
        Network::Isolated => "isolated",
        Network::None => "none",
        Network::Host => "host",
    };
    digest(&["step", &ground.text(), content, network, EXECUTOR])
}

/// All layers up to `top` as one.
pub(crate) fn of_joined(top: Ground) -> String {
    digest(&["joined", &top.text()])
}

/// What changes when a file does: its number, size and the time of its last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp([u64; 3], [i64; 2]);

/// The stamp of the file that a step uses, if it uses one that is there.
pub(crate) fn stamp(step: &Step) -> Option<Stamp> {
    let path = match &step.action {
        Action::Shell(Script::Inline(_)) => return None,
        Action::Shell(Script::File(path)) | Action::File { content: path, .. } => path,
    };
    let found = fs::metadata(path).ok()?;
    Some(Stamp(
        [found.dev(), found.ino(), found.size()],
        [found.ctime(), found.ctime_nsec()],
    ))
}

/// A digest of what a step does: its commands, its files' contents, their destination. The name is not part of it.
pub(crate) fn content(step: &Step) -> Result<String, BuildError> {
    let file = |path: &Path| of_file(path, "reading a file for a step").map_err(|error| error.in_step(&step.name));
    Ok(match &step.action {
        Action::Shell(Script::Inline(commands)) => {
            let parts: Vec<&str> = ["inline"]
                .into_iter()
                .chain(commands.iter().map(String::as_str))
                .collect();
            digest(&parts)
        }
        Action::Shell(Script::File(path)) => digest(&["script", &file(path)?]),
        Action::File { content, destination } => digest(&["file", destination, &file(content)?]),
    })
}

/// The SHA-256 of a file, read piece by piece.
pub(crate) fn of_file(path: &Path, operation: &str) -> Result<String, BuildError> {
    let mut file = given_file::open(path, operation)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(format!("{:x}", digest.finalize())),
            Ok(count) => digest.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(BuildError::io(error, operation).at(path)),
        }
    }
}

fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    digest.update(FORMAT.to_le_bytes());
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    format!("{:x}", digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a", ""]), digest(&["a"]));
    }

    #[test]
    fn what_a_step_may_reach_and_what_it_lies_on_make_another_layer() {
        let id = LayerId::random();
        let key = of_step(Ground::Own(id), "x", Network::None);
        assert_eq!(key, of_step(Ground::Own(id), "x", Network::None));
        assert_ne!(key, of_step(Ground::Own(id), "x", Network::Isolated));
        assert_ne!(key, of_step(Ground::Image(id), "x", Network::None));
        assert_ne!(key, of_step(Ground::Own(LayerId::random()), "x", Network::None));
    }
}
