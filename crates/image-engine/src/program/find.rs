//! `find`: lists what a tree takes up.

use std::ffi::OsString;

use super::Program;

pub(crate) const FIND: Program = Program {
    name: "find",
    package: "findutils",
};

/// The arguments of one run. It prints a line of numbers for each file; names, which could hold anything, are not
/// printed.
#[derive(Debug)]
pub(crate) struct Find<'a> {
    /// The tree.
    pub(crate) tree: &'a str,
}

impl Find<'_> {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        // %y the type, %s the size in bytes, %b the blocks of 512 bytes that it takes up, %d the depth, %m the mode,
        // %U the owner, %G the group
        [self.tree, "-xdev", "-printf", "%y %s %b %d %m %U %G\\n"]
            .map(Into::into)
            .into()
    }
}

/// The arguments of a run that prints what the files of `folders` look like, one after the other with a NUL between, as names
/// can hold anything else.
#[derive(Debug)]
pub(crate) struct Looks {
    /// Absolute paths without blanks.
    pub(crate) folders: Vec<String>,
}

impl Looks {
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        // %H the folder, %b the blocks, %n the number of names, %y the type, %m the mode, %U the owner, %G the group, %s the
        // size, %T@ the time of the last change of the content, %C@ that of the file, %P the path within the folder
        let format = "%H %b %n %y %m %U %G %s %T@ %C@ %P\\0";
        let folders = self.folders.iter().map(OsString::from);
        folders.chain(["-printf", format].map(OsString::from)).collect()
    }
}

/// What a tree takes up in a file system of its own.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Files of all types.
    pub(crate) inodes: u64,
    /// Bytes of their contents, in whole blocks; holes do not count.
    pub(crate) bytes: u64,
    /// Of the tree's root.
    pub(crate) root: Access,
}

/// Who may do what with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) mode: u32,
    pub(crate) owner: u32,
    pub(crate) group: u32,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            mode: 0o755,
            owner: 0,
            group: 0,
        }
    }
}

impl Extent {
    /// Adds one line of the list.
    pub(crate) fn add(&mut self, line: &str, block: u64) {
        let mut fields = line.split(' ');
        let kind = fields.next().unwrap_or_default();
        let mut number = |radix| {
            let field = fields.next().and_then(|field| u64::from_str_radix(field, radix).ok());
            field.unwrap_or_default()
        };
        let (size, allocated, depth) = (number(10), number(10) * 512, number(10));
        if depth == 0 {
            let [mode, owner, group] =
                [number(8), number(10), number(10)].map(|field| u32::try_from(field).unwrap_or(0));
            self.root = Access { mode, owner, group };
        }
        self.inodes += 1;
        self.bytes += match kind {
            // Not what was allocated alone: a file system that compresses allocates less.
            "f" if allocated < size / 8 => allocated.next_multiple_of(block),
            "f" => size.next_multiple_of(block),
            "d" => size.next_multiple_of(block).max(block),
            "l" if size >= 60 => block, // shorter targets are kept in the inode
            _ => 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_takes_whole_blocks_and_holes_take_none() {
        let mut extent = Extent::default();
        for line in [
            "d 4096 8 0 1711 1000 2000",
            "f 1 8 1 644 0 0",
            "f 4097 16 1 644 0 0",
            "f 1073741824 8 1 644 0 0",
            "l 7 0 1 777 0 0",
            "l 100 8 1 777 0 0",
            "p 0 0 1 600 0 0",
        ] {
            extent.add(line, 4096);
        }
        let root = Access {
            mode: 0o1711,
            owner: 1000,
            group: 2000,
        };
        assert_eq!(
            extent,
            Extent {
                inodes: 7,
                bytes: 4096 + 4096 + 8192 + 4096 + 4096,
                root
            }
        );
    }
}
