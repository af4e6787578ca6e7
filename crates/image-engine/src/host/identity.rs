//! Which ids of this machine stand for the ids of an image.

use std::fs;
use std::io;

use rustix::process::{Uid, geteuid};

use super::{HostCause, HostError};

/// An image has this many users and groups.
pub(crate) const ID_COUNT: u32 = 65_536;

/// The first id that root's builds use; the one that Debian's `adduser` starts its ranges with.
const FIRST_ID_FOR_ROOT: u32 = 100_000;

/// Where the ids 0..65536 of an image lie among the ids of this machine. Never a range that holds the machine's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdRange {
    pub(crate) first_uid: u32,
    pub(crate) first_gid: u32,
    /// Whether this process may write the map itself; else `newuidmap` and `newgidmap` do.
    pub(crate) direct: bool,
}

impl IdRange {
    /// The range for builds of the user that this process runs as.
    pub(crate) fn of_this_process() -> Result<Self, HostError> {
        let uid = geteuid();
        if uid.is_root() {
            return Ok(Self {
                first_uid: FIRST_ID_FOR_ROOT,
                first_gid: FIRST_ID_FOR_ROOT,
                direct: true,
            });
        }
        let user = user_name(uid);
        let first_in = |file: &'static str| {
            let text = match fs::read_to_string(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    let cause = HostCause::NoSubordinateIds {
                        file,
                        user: user.clone(),
                    };
                    return Err(HostError::new(cause).caused_by(error));
                }
                text => text.unwrap_or_default(),
            };
            first_range(&text, &user, uid).ok_or_else(|| {
                HostError::new(HostCause::NoSubordinateIds {
                    file,
                    user: user.clone(),
                })
            })
        };
        Ok(Self {
            first_uid: first_in("/etc/subuid")?,
            first_gid: first_in("/etc/subgid")?,
            direct: false,
        })
    }
}

/// The start of the first range of at least 65,536 ids that a file as `/etc/subuid` gives to the user.
fn first_range(text: &str, user: &str, uid: Uid) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut fields = line.trim().splitn(3, ':');
        let (owner, first, count) = (fields.next()?, fields.next()?, fields.next()?);
        let is_ours = owner == user || owner.parse() == Ok(uid.as_raw());
        let (first, count): (u32, u32) = (first.parse().ok()?, count.parse().ok()?);
        (is_ours && first > 0 && count >= ID_COUNT && first.checked_add(ID_COUNT).is_some()).then_some(first)
    })
}

/// The user's name, or the number where the machine's list of users does not have it.
fn user_name(uid: Uid) -> String {
    let list = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let listed = list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid.as_raw())).then(|| name.to_owned())
    });
    // Users of a directory service are not in the file; /etc/subuid knows them by their login name.
    listed
        .or_else(|| std::env::var("USER").ok())
        .unwrap_or_else(|| uid.as_raw().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<u32> {
        first_range(text, "builder", Uid::from_raw(1000))
    }

    #[test]
    fn the_range_of_the_user_is_taken_by_name_or_number() {
        assert_eq!(found("other:100000:65536\nbuilder:165536:65536\n"), Some(165_536));
        assert_eq!(found("1000:231072:65536"), Some(231_072));
    }

    #[test]
    fn ranges_that_are_too_small_or_hold_root_are_passed_over() {
        assert_eq!(
            found("builder:100000:1000\nbuilder:0:65536\nbuilder:200000:70000"),
            Some(200_000)
        );
        assert_eq!(found("builder:4294967000:65536"), None);
    }

    #[test]
    fn malformed_lines_give_nothing() {
        assert_eq!(found("builder\nbuilder:\nbuilder:x:65536\n\n# builder:1:2"), None);
    }
}
