//! The shared vocabulary of Azure Resource Manager: ids, names and typed bodies. No I/O.
//!
//! Both sides of the seam speak it: the client that sends these bodies and the local service that answers them. The types
//! read answers leniently, because a service may add members at any time; a request is read by [`body::strict`], which
//! refuses what the API refuses.

pub mod api_version;
pub mod authorization;
pub mod body;
pub mod cloud;
pub mod deployment;
pub mod error;
pub mod gallery;
pub mod gallery_image;
pub mod gallery_image_version;
pub mod id;
pub mod image_template;
pub mod latest;
pub mod location;
pub mod managed_image;
pub mod names;
pub mod operating_system;
pub mod operation;
pub mod platform_image;
pub mod resource_group;
pub mod run_output;
pub mod shared_key;
pub mod shown;
pub mod staging;
pub mod system_data;
pub mod tags;
pub mod trigger;
pub mod user_assigned_identity;
mod value_set;
pub mod version;

#[cfg(test)]
mod tests;
