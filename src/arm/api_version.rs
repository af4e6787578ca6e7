//! The API versions that this project speaks as a client. The local service accepts more of them.

/// Microsoft.VirtualMachineImages.
pub const IMAGE_BUILDER: &str = "2025-10-01";

/// Galleries, gallery images and their versions (Microsoft.Compute).
///
/// From this version on the service's defaults are `hyperVGeneration` V2 and security type TrustedLaunchSupported.
pub const GALLERIES: &str = "2025-03-03";

/// Managed images (Microsoft.Compute).
pub const IMAGES: &str = "2025-04-01";

/// Platform images of the marketplace (Microsoft.Compute/locations/publishers/…).
pub const PLATFORM_IMAGES: &str = "2024-07-01";

/// Resource groups (Microsoft.Resources).
pub const RESOURCES: &str = "2025-04-01";

/// User-assigned identities (Microsoft.ManagedIdentity).
pub const IDENTITIES: &str = "2023-01-31";

/// Virtual networks and their subnets (Microsoft.Network).
pub const NETWORKS: &str = "2024-05-01";

/// Roles and their assignments (Microsoft.Authorization).
pub const AUTHORIZATION: &str = "2022-04-01";

/// Storage accounts (Microsoft.Storage).
pub const STORAGE: &str = "2024-01-01";
