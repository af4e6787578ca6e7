//! Ids of one type each.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{IdError, IdErrorKind};
use super::resource_id::ResourceId;
use super::shape::Shape;
use crate::arm::{api_version, latest, names};

/// An id whose type is known, and with it the API version in which requests about it are made.
pub trait ArmId: fmt::Display {
    /// API version of requests.
    const API_VERSION: &'static str;

    /// Whether a PUT may be repeated. A second PUT of an image template is refused, so that an answer which was lost must be
    /// looked for instead.
    const PUT_IS_REPEATABLE: bool = true;

    /// The id without its type.
    fn as_resource_id(&self) -> &ResourceId;
}

macro_rules! typed_id {
    (
        $(#[$doc:meta])* $name:ident, $noun:literal, $version:expr, repeatable: $repeatable:literal, namespace: $namespace:expr,
        [$($kind:literal => $argument:ident, $called:literal;)*]
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ResourceId);

        impl $name {
            const SHAPE: Shape = Shape { noun: $noun, namespace: $namespace, types: &[$(($kind, $called)),*] };

            /// Builds the id from its names, outermost first.
            ///
            /// # Errors
            /// A name is empty or holds a character that no id holds.
            pub fn new(subscription: &str, resource_group: &str $(, $argument: &str)*) -> Result<Self, IdError> {
                let mut text = format!("/subscriptions/{subscription}/resourceGroups/{resource_group}");
                if let Some(namespace) = Self::SHAPE.namespace {
                    text.push_str("/providers/");
                    text.push_str(namespace);
                }
                $(text.push_str(&format!(concat!("/", $kind, "/{}"), $argument));)*
                // A name at the end that is empty would otherwise read as a slash at the end.
                if text.ends_with('/') {
                    text.push('/');
                }
                Self::parse(&text)
            }

            /// Parses an id of this type.
            ///
            /// # Errors
            /// The segment that is wrong and the expected form; or, for an id of another known type, which one it is.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let id = Self::SHAPE.parse(text)?;
                Self::check_name(&id)?;
                Ok(Self(id))
            }

            /// The id as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The subscription.
            #[must_use]
            pub fn subscription(&self) -> &str {
                self.0.subscription()
            }

            /// The resource group.
            #[must_use]
            pub fn resource_group(&self) -> &str {
                &self.0.segments()[3]
            }

            /// The last name.
            #[must_use]
            pub fn name(&self) -> &str {
                self.0.name()
            }

            /// The id of the resource group.
            #[must_use]
            pub fn resource_group_id(&self) -> ResourceGroupId {
                ResourceGroupId(ResourceId::of(self.0.segments()[..4].to_vec()))
            }
        }

        impl ArmId for $name {
            const API_VERSION: &'static str = $version;
            const PUT_IS_REPEATABLE: bool = $repeatable;

            fn as_resource_id(&self) -> &ResourceId {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<&ResourceId> for $name {
            type Error = IdError;

            fn try_from(id: &ResourceId) -> Result<Self, Self::Error> {
                Self::SHAPE.check(id)?;
                Self::check_name(id)?;
                Ok(Self(id.clone()))
            }
        }

        impl From<$name> for ResourceId {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// The types whose names have no rule that an id must keep.
macro_rules! any_name {
    ($($name:ident),+) => {
        $(impl $name {
            fn check_name(_: &ResourceId) -> Result<(), IdError> {
                Ok(())
            }
        })+
    };
}

typed_id! {
    /// Id of a resource group.
    ResourceGroupId, "a resource group", api_version::RESOURCES, repeatable: true, namespace: None, []
}
typed_id! {
    /// Id of a gallery.
    GalleryId, "a gallery", api_version::GALLERIES, repeatable: true, namespace: Some("Microsoft.Compute"),
    ["galleries" => gallery, "gallery";]
}
typed_id! {
    /// Id of a gallery image.
    GalleryImageId, "a gallery image", api_version::GALLERIES, repeatable: true, namespace: Some("Microsoft.Compute"),
    ["galleries" => gallery, "gallery"; "images" => image, "gallery image";]
}
typed_id! {
    /// Id of a gallery image version; the version is three numbers, or `latest`.
    GalleryImageVersionId, "a gallery image version", api_version::GALLERIES, repeatable: true, namespace: Some("Microsoft.Compute"),
    ["galleries" => gallery, "gallery"; "images" => image, "gallery image"; "versions" => version, "version";]
}
typed_id! {
    /// Id of a managed image.
    ManagedImageId, "a managed image", api_version::IMAGES, repeatable: true, namespace: Some("Microsoft.Compute"),
    ["images" => image, "managed image";]
}
typed_id! {
    /// Id of an image template.
    ImageTemplateId, "an image template", api_version::IMAGE_BUILDER, repeatable: false,
    namespace: Some("Microsoft.VirtualMachineImages"), ["imageTemplates" => template, "image template";]
}
typed_id! {
    /// Id of a run output.
    RunOutputId, "a run output", api_version::IMAGE_BUILDER, repeatable: true, namespace: Some("Microsoft.VirtualMachineImages"),
    ["imageTemplates" => template, "image template"; "runOutputs" => run_output, "run output";]
}
typed_id! {
    /// Id of a trigger.
    TriggerId, "a trigger", api_version::IMAGE_BUILDER, repeatable: true, namespace: Some("Microsoft.VirtualMachineImages"),
    ["imageTemplates" => template, "image template"; "triggers" => trigger, "trigger";]
}
typed_id! {
    /// Id of a user-assigned identity.
    UserAssignedIdentityId, "a user-assigned identity", api_version::IDENTITIES, repeatable: true,
    namespace: Some("Microsoft.ManagedIdentity"), ["userAssignedIdentities" => identity, "identity";]
}
typed_id! {
    /// Id of a subnet.
    SubnetId, "a subnet", api_version::NETWORKS, repeatable: true, namespace: Some("Microsoft.Network"),
    ["virtualNetworks" => network, "virtual network"; "subnets" => subnet, "subnet";]
}
typed_id! {
    /// Id of a storage account.
    StorageAccountId, "a storage account", api_version::STORAGE, repeatable: true, namespace: Some("Microsoft.Storage"),
    ["storageAccounts" => account, "storage account";]
}

any_name!(
    ResourceGroupId,
    GalleryId,
    GalleryImageId,
    ManagedImageId,
    ImageTemplateId,
    RunOutputId,
    TriggerId,
    UserAssignedIdentityId,
    SubnetId,
    StorageAccountId
);

impl GalleryImageVersionId {
    fn check_name(id: &ResourceId) -> Result<(), IdError> {
        if latest::is_latest(id.name()) {
            return Ok(());
        }
        let fail = |rule| {
            IdError::new(
                IdErrorKind::BadName { rule },
                id.as_str(),
                Self::SHAPE.noun,
                Self::SHAPE.form(),
            )
        };
        names::gallery_image_version(id.name()).map_err(|rule| fail(format!("{rule}, or \"latest\"")))
    }

    /// Whether the version is `latest`.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        latest::is_latest(self.name())
    }

    /// The gallery image of this version.
    #[must_use]
    pub fn gallery_image_id(&self) -> GalleryImageId {
        GalleryImageId(ResourceId::of(self.0.segments()[..10].to_vec()))
    }

    /// The gallery's name.
    #[must_use]
    pub fn gallery(&self) -> &str {
        &self.0.segments()[7]
    }

    /// The gallery image's name.
    #[must_use]
    pub fn image(&self) -> &str {
        &self.0.segments()[9]
    }
}

impl GalleryImageId {
    /// The gallery of this image.
    #[must_use]
    pub fn gallery_id(&self) -> GalleryId {
        GalleryId(ResourceId::of(self.0.segments()[..8].to_vec()))
    }

    /// The gallery's name.
    #[must_use]
    pub fn gallery(&self) -> &str {
        &self.0.segments()[7]
    }

    /// A version of this image.
    ///
    /// # Errors
    /// The version is neither three numbers nor `latest`.
    pub fn version(&self, version: &str) -> Result<GalleryImageVersionId, IdError> {
        GalleryImageVersionId::parse(&format!("{self}/versions/{version}"))
    }
}

impl GalleryId {
    /// An image of this gallery.
    ///
    /// # Errors
    /// The name is empty or holds a character that no id holds.
    pub fn image(&self, image: &str) -> Result<GalleryImageId, IdError> {
        GalleryImageId::new(self.subscription(), self.resource_group(), self.name(), image)
    }
}

impl ImageTemplateId {
    /// A run output of this template.
    ///
    /// # Errors
    /// The name is empty or holds a character that no id holds.
    pub fn run_output(&self, name: &str) -> Result<RunOutputId, IdError> {
        RunOutputId::new(self.subscription(), self.resource_group(), self.name(), name)
    }

    /// A trigger of this template.
    ///
    /// # Errors
    /// The name is empty or holds a character that no id holds.
    pub fn trigger(&self, name: &str) -> Result<TriggerId, IdError> {
        TriggerId::new(self.subscription(), self.resource_group(), self.name(), name)
    }
}

impl RunOutputId {
    /// The template of this run output.
    #[must_use]
    pub fn template_id(&self) -> ImageTemplateId {
        ImageTemplateId(ResourceId::of(self.0.segments()[..8].to_vec()))
    }
}

impl TriggerId {
    /// The template of this trigger.
    #[must_use]
    pub fn template_id(&self) -> ImageTemplateId {
        ImageTemplateId(ResourceId::of(self.0.segments()[..8].to_vec()))
    }
}

impl SubnetId {
    /// The virtual network of this subnet, as an id of any type.
    #[must_use]
    pub fn virtual_network_id(&self) -> ResourceId {
        ResourceId::of(self.0.segments()[..8].to_vec())
    }
}
