//! One file a resource type. A handler parses, decides by pure functions, writes in one transaction, and answers; what takes
//! longer it leaves to a job or a worker, as the promise that stands in its outcome.

mod filter;
pub(crate) mod galleries;
pub(crate) mod gallery_images;
pub(crate) mod gallery_versions;
pub(crate) mod identities;
pub(crate) mod lists;
pub(crate) mod managed_images;
pub(crate) mod operations;
pub(crate) mod platform_images;
pub(crate) mod providers;
pub(crate) mod resource_groups;
pub(crate) mod role_assignments;
pub(crate) mod role_definitions;
pub(crate) mod run_outputs;
pub(crate) mod runs;
pub(crate) mod storage_accounts;
pub(crate) mod subscriptions;
pub(crate) mod tags;
pub(crate) mod templates;
pub(crate) mod triggers;
