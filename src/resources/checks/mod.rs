//! What a single value has to look like, and which two spellings of one mean the same. Pure.
//!
//! Each check's error text is the detail of a diagnostic at the attribute: the bad value, the rule, the way out.

mod addresses;
mod ids;
mod numbers;
mod paths;
mod places;
mod spans;
mod tagging;
mod words;

pub use addresses::{same_but_for_sas, shown_uri, step_uri, vhd_uri, without_sas};
pub use ids::{
    gallery_image_id, gallery_image_or_version_id, gallery_image_version_id, image_template_id, managed_image_id,
    managed_image_to_make_id, resource_group_id, same_id, staging_group_id, subnet_id, user_assigned_identity_id,
    user_assigned_identity_ids,
};
pub use numbers::{build_timeout, data_disk_size, exit_code, major_number, os_disk_size, replica_count, update_limit};
pub use paths::{file_destination, is_windows_path};
pub use places::{unlikely_region, warn_of_unlikely_region};
pub use spans::restart_timeout;
pub use tagging::check_tags;
pub use words::{
    identity_type, on_build_error, on_destroy, on_interrupt, one_of, platform_version, replication_mode, same_spelling,
    storage_account_type, trigger_kind, versioning_scheme, vm_size,
};
