//! `newuidmap` and `newgidmap`: map an ordinary user's subordinate ids into a namespace.

use std::ffi::OsString;

use super::Program;
use crate::host::{ID_COUNT, IdRange};

pub(crate) const NEWUIDMAP: Program = Program {
    name: "newuidmap",
    package: "uidmap",
};
pub(crate) const NEWGIDMAP: Program = Program {
    name: "newgidmap",
    package: "uidmap",
};

/// The two runs that map `ids` into the user namespace of the process `pid`.
pub(crate) fn runs(pid: u32, ids: &IdRange) -> [(Program, [OsString; 4]); 2] {
    let arguments = |first: u32| [pid, 0, first, ID_COUNT].map(|number| number.to_string().into());
    [
        (NEWUIDMAP, arguments(ids.first_uid)),
        (NEWGIDMAP, arguments(ids.first_gid)),
    ]
}
