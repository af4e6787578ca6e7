//! `tar`: unpacks and packs root trees.

use std::ffi::OsString;

use super::Program;

pub(crate) const TAR: Program = Program {
    name: "tar",
    package: "tar",
};

/// How an archive is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Bzip2,
    Xz,
    Zstandard,
}

impl Compression {
    /// Told from an archive's first bytes; tar itself cannot do that with what comes through a pipe.
    pub(crate) fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'B', b'Z', b'h', ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstandard,
            _ => Self::None,
        }
    }

    fn option(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Gzip => Some("--gzip"),
            Self::Bzip2 => Some("--bzip2"),
            Self::Xz => Some("--xz"),
            Self::Zstandard => Some("--zstd"),
        }
    }
}

/// Options for both directions: owners by number, as names mean nothing outside the image; access control lists and
/// extended attributes, but never the overlay's own.
const METADATA: [&str; 6] = [
    "--numeric-owner",
    "--acls",
    "--xattrs",
    "--xattrs-include=security.capability",
    "--xattrs-include=user.*",
    "--xattrs-exclude=user.overlay.*",
];

/// Arguments that unpack the standard input into the folder `tree`. Device nodes cannot be made without the machine's
/// root, and the image's kernel makes them at every start.
pub(crate) fn unpack_arguments(tree: &str, compression: Compression) -> Vec<OsString> {
    let options = [
        "--extract",
        "--preserve-permissions",
        "--same-owner",
        "--file=-",
        "--exclude=./dev/*",
        "--exclude=dev/*",
    ];
    let anchored = ["--anchored", "--directory", tree];
    let compression = compression.option();
    METADATA
        .into_iter()
        .chain(compression)
        .chain(anchored)
        .chain(options)
        .map(OsString::from)
        .collect()
}

/// Arguments that pack the folder `tree` to the standard output.
pub(crate) fn pack_arguments(tree: &str) -> Vec<OsString> {
    let options = [
        "--create",
        "--sparse",
        "--sort=name",
        "--directory",
        tree,
        "--file=-",
        ".",
    ];
    METADATA.into_iter().chain(options).map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compression_is_told_by_the_first_bytes() {
        assert_eq!(Compression::of(&[0x1f, 0x8b, 8]), Compression::Gzip);
        assert_eq!(Compression::of(b"\xfd7zXZ\0..."), Compression::Xz);
        assert_eq!(Compression::of(b"\x28\xb5\x2f\xfd.."), Compression::Zstandard);
        assert_eq!(Compression::of(b"./\0"), Compression::None);
        assert_eq!(Compression::of(b""), Compression::None);
    }
}
