//! Where a resource lives, as it is recorded with the resource.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::arm::cloud;

/// A backend, told apart from every other one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "backend", rename_all = "lowercase")]
pub enum Origin {
    /// The engine in this machine, with this root folder.
    Local {
        /// The root's own id, which it keeps when it is moved.
        root: Uuid,
        /// Where it was.
        directory: PathBuf,
    },
    /// Azure, in this cloud and tenant.
    Azure {
        /// Name of the cloud, for example `public`.
        cloud: String,
        /// Id of the tenant; empty where the configuration does not tell it (the tenant that az CLI or a managed identity is in).
        tenant: String,
    },
}

/// How a recorded origin stands to the one in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginRelation {
    /// The same place.
    Same,
    /// Another root folder of the local engine: what was there cannot be seen from here.
    AnotherLocalRoot,
    /// Another kind of backend, another cloud or another tenant: nothing can be said about the resource.
    AnotherBackend,
}

impl Origin {
    /// The form in which origins of the same place are equal texts.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Local { root, .. } => format!("local {root}"),
            Self::Azure { cloud, tenant } => format!("azure {cloud} {tenant}").to_lowercase(),
        }
    }

    /// As [`Origin::key`], without the tenant, which need not be told. Ids of resources name their subscription, and each of these is in one
    /// tenant.
    #[must_use]
    pub(super) fn place(&self) -> String {
        match self {
            Self::Local { .. } => self.key(),
            Self::Azure { cloud, .. } => format!("azure {cloud}").to_lowercase(),
        }
    }

    /// Whether the images are built on one machine by our own service: in this process, or served over TLS. What Azure needs besides
    /// (an identity, addresses that it can reach) is not asked for there.
    #[must_use]
    pub fn builds_locally(&self) -> bool {
        match self {
            Self::Local { .. } => true,
            Self::Azure { cloud, .. } => cloud == cloud::LOCAL,
        }
    }

    /// How this recorded origin stands to the one in use.
    #[must_use]
    pub fn relation_to(&self, current: &Self) -> OriginRelation {
        match (self, current) {
            _ if self.key() == current.key() => OriginRelation::Same,
            (Self::Local { .. }, Self::Local { .. }) => OriginRelation::AnotherLocalRoot,
            // A subscription is in one tenant, so that asking the wrong one is refused and never answered with "not found".
            (
                Self::Azure { cloud: one, tenant },
                Self::Azure {
                    cloud: other,
                    tenant: current,
                },
            ) if one.eq_ignore_ascii_case(other) && (tenant.is_empty() || current.is_empty()) => OriginRelation::Same,
            _ => OriginRelation::AnotherBackend,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local { directory, .. } => write!(formatter, "the local backend with root {}", directory.display()),
            Self::Azure { cloud, tenant } if tenant.is_empty() => write!(formatter, "Azure (cloud {cloud})"),
            Self::Azure { cloud, tenant } => write!(formatter, "Azure (cloud {cloud}, tenant {tenant})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_root_is_the_same_and_another_root_is_not() {
        let local = |root: u128, directory: &str| Origin::Local {
            root: Uuid::from_u128(root),
            directory: directory.into(),
        };
        assert_eq!(local(1, "/a").relation_to(&local(1, "/b")), OriginRelation::Same);
        assert_eq!(
            local(1, "/a").relation_to(&local(2, "/a")),
            OriginRelation::AnotherLocalRoot
        );
    }

    #[test]
    fn clouds_and_tenants_are_compared_without_case_and_kinds_are_never_the_same() {
        let azure = |cloud: &str, tenant: &str| Origin::Azure {
            cloud: cloud.into(),
            tenant: tenant.into(),
        };
        assert_eq!(
            azure("public", "ABC").relation_to(&azure("Public", "abc")),
            OriginRelation::Same
        );
        assert_eq!(
            azure("public", "a").relation_to(&azure("public", "b")),
            OriginRelation::AnotherBackend
        );
        assert_eq!(
            azure("public", "a").relation_to(&azure("public", "")),
            OriginRelation::Same
        );
        assert_eq!(
            azure("public", "a").relation_to(&azure("china", "")),
            OriginRelation::AnotherBackend
        );
        let local = Origin::Local {
            root: Uuid::nil(),
            directory: "/a".into(),
        };
        assert_eq!(local.relation_to(&azure("public", "a")), OriginRelation::AnotherBackend);
    }
}
