//! Resource ids: parsed without regard to case, compared as Resource Manager compares them, shown as they were written.

mod error;
mod normal;
mod platform;
mod resource_id;
mod shape;
mod typed;

pub use error::{IdError, IdErrorKind};
pub use normal::documented;
pub use platform::PlatformImageVersionsId;
pub use resource_id::ResourceId;
pub use typed::{
    ArmId, GalleryId, GalleryImageId, GalleryImageVersionId, ImageTemplateId, ManagedImageId, ResourceGroupId,
    RunOutputId, StorageAccountId, SubnetId, TriggerId, UserAssignedIdentityId,
};

#[cfg(test)]
mod tests;
