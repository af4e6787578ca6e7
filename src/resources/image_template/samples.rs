//! Templates for the tests of this folder.

use tf_provider::Attr;

use super::customize::{CustomizeStep, File, Shell};
use super::distribute::{Distribution, GalleryImageTarget, ManagedImageTarget, Versioning, VhdTarget};
use super::model::{ImageTemplate, PlatformImage, Source};
use super::vm_profile::VmProfile;

pub(super) const IMAGE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/images/golden";
pub(super) const GALLERY_IMAGE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/g/images/golden";
pub(super) const SCRIPT: &str = "https://images.blob.core.windows.net/scripts/install.sh";

/// A template of a busybox image with two steps and a gallery target.
pub(super) fn template() -> ImageTemplate {
    ImageTemplate {
        name: Attr::from("golden"),
        resource_group_name: Attr::from("images"),
        location: Attr::from("westus2"),
        source: Attr::Known(Source {
            platform_image: Attr::Known(busybox()),
            ..Source::default()
        }),
        customize: Attr::Known(vec![inline("packages", &["echo one"]), script(SCRIPT, None)]),
        distribute: Attr::Known(vec![gallery("gallery")]),
        ..ImageTemplate::default()
    }
}

pub(super) fn busybox() -> PlatformImage {
    PlatformImage {
        publisher: Attr::from("imagebuilder"),
        offer: Attr::from("busybox"),
        sku: Attr::from("tiny"),
        version: Attr::from("latest"),
        plan: Attr::Null,
    }
}

/// A build machine with a disk of its own size.
pub(super) fn disk_of(gigabytes: i64) -> Attr<VmProfile> {
    Attr::Known(VmProfile {
        os_disk_size_gb: Attr::Known(gigabytes),
        ..VmProfile::default()
    })
}

pub(super) fn inline(name: &str, commands: &[&str]) -> Attr<CustomizeStep> {
    let inline = Attr::Known(commands.iter().map(|command| Attr::from(*command)).collect());
    let shell = Attr::Known(Shell {
        inline,
        ..Shell::default()
    });
    Attr::Known(CustomizeStep {
        name: Attr::from(name),
        shell,
        ..CustomizeStep::default()
    })
}

pub(super) fn script(uri: &str, checksum: Option<&str>) -> Attr<CustomizeStep> {
    let sha256_checksum = checksum.map(str::to_owned).into();
    let shell = Attr::Known(Shell {
        script_uri: Attr::from(uri),
        sha256_checksum,
        ..Shell::default()
    });
    Attr::Known(CustomizeStep {
        shell,
        ..CustomizeStep::default()
    })
}

pub(super) fn file(uri: &str, destination: &str) -> Attr<CustomizeStep> {
    let file = File {
        source_uri: Attr::from(uri),
        destination: Attr::from(destination),
        ..File::default()
    };
    Attr::Known(CustomizeStep {
        file: Attr::Known(file),
        ..CustomizeStep::default()
    })
}

pub(super) fn gallery(name: &str) -> Attr<Distribution> {
    let versioning = Attr::Known(Versioning {
        scheme: Attr::from("Latest"),
        major: Attr::Known(1),
    });
    let target = GalleryImageTarget {
        gallery_image_id: Attr::from(GALLERY_IMAGE),
        versioning,
        ..GalleryImageTarget::default()
    };
    Attr::Known(Distribution {
        run_output_name: Attr::from(name),
        gallery_image: Attr::Known(target),
        ..Distribution::default()
    })
}

pub(super) fn managed(name: &str) -> Attr<Distribution> {
    let target = ManagedImageTarget {
        image_id: Attr::from(IMAGE),
        location: Attr::from("West US 2"),
    };
    Attr::Known(Distribution {
        run_output_name: Attr::from(name),
        managed_image: Attr::Known(target),
        ..Distribution::default()
    })
}

pub(super) fn vhd(name: &str) -> Attr<Distribution> {
    Attr::Known(Distribution {
        run_output_name: Attr::from(name),
        vhd: Attr::Known(VhdTarget::default()),
        ..Distribution::default()
    })
}
