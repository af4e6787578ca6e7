//! `imagebuilder_platform_image`.

mod model;

use std::time::Instant;

use tf_provider::{Attr, Context, DataSource, Diagnostic, Diagnostics, Severity, path};

use crate::arm::id::PlatformImageVersionsId;
use crate::arm::platform_image::PlatformImageVersion;
use crate::arm::{latest, location};
use crate::backend::{Error, ErrorKind, Request};
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::{identify, service_error, timeouts};

pub use model::PlatformImage;

/// The data source type.
pub struct PlatformImageDataSource;

impl DataSource for PlatformImageDataSource {
    type Model = PlatformImage;
    type Client = Connection;
    const TYPE: &'static str = "imagebuilder_platform_image";

    async fn read(&self, cx: &mut Context<Connection>, config: PlatformImage) -> Result<PlatformImage, Diagnostics> {
        let region = location::normalize(identify::text(&config.location));
        let [publisher, offer, sku] = [&config.publisher, &config.offer, &config.sku].map(identify::text);
        let image = PlatformImageVersionsId::new(cx.client().subscription(), &region, publisher, offer, sku);
        let image = identify::checked(image, "location")?;
        let patience = Patience::of(cx, Instant::now() + timeouts::DEFAULT);
        let version = config.version.as_str().unwrap_or("latest");
        let mut versions = match list(cx.client(), &image, &patience).await {
            Ok(versions) => versions,
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                cx.warn(untold(&image, &error));
                return Ok(unseen(config));
            }
            Err(error) => return Err(refused(&image, &error).into()),
        };
        versions.sort_by(|left, right| latest::compare_versions(&left.name, &right.name));
        let found = if latest::is_latest(version) {
            latest::platform_image_version(&versions)
        } else {
            versions.iter().find(|one| one.name.eq_ignore_ascii_case(version))
        };
        match found {
            Some(found) => Ok(PlatformImage {
                id: Attr::Known(id(&image, found)),
                exact_version: Attr::Known(found.name.clone()),
                versions: Attr::Known(versions.iter().map(|one| Attr::Known(one.name.clone())).collect()),
                ..config
            }),
            None => Err(absent(&image, version, &versions)),
        }
    }
}

async fn list(
    connection: &Connection,
    image: &PlatformImageVersionsId,
    patience: &Patience,
) -> Result<Vec<PlatformImageVersion>, Error> {
    let request = Request::platform_image_versions(image);
    connection.arm().limited(patience.limits()).list(&request).await
}

fn refused(image: &PlatformImageVersionsId, error: &Error) -> Diagnostic {
    if error.kind() == ErrorKind::NotFound {
        return Diagnostic::error("Platform image is not available", error.message());
    }
    service_error::cannot(&format!("list the versions of {}", shown(image)), error)
}

/// Who may build need not be allowed to list the marketplace, so that this is no error.
fn untold(image: &PlatformImageVersionsId, error: &Error) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        ..refused(image, error)
    }
}

/// What is known without the service: an exact version is what was written.
fn unseen(config: PlatformImage) -> PlatformImage {
    let exact = config.version.as_str().filter(|version| !latest::is_latest(version));
    PlatformImage {
        id: Attr::Null,
        exact_version: exact.map(str::to_owned).into(),
        versions: Attr::Null,
        ..config
    }
}

fn id(image: &PlatformImageVersionsId, found: &PlatformImageVersion) -> String {
    let built = || format!("{image}/{}", found.name);
    found.id.clone().unwrap_or_else(built)
}

/// The error that names the versions which are there.
fn absent(image: &PlatformImageVersionsId, version: &str, versions: &[PlatformImageVersion]) -> Diagnostics {
    let there = if versions.is_empty() {
        format!("It has none in {}.", image.location())
    } else {
        let names: Vec<&str> = versions.iter().map(|one| one.name.as_str()).collect();
        format!("It has: {}.", names.join(", "))
    };
    let detail = format!(
        "The platform image {} has no version \"{version}\". {there}",
        shown(image)
    );
    Diagnostic::error(format!("There is no version \"{version}\""), detail)
        .at(path!("version"))
        .into()
}

/// As Azure's command line writes it.
fn shown(image: &PlatformImageVersionsId) -> String {
    format!("{}:{}:{}", image.publisher(), image.offer(), image.sku())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_may_see_is_null_but_for_an_exact_version() {
        let asked = |version: Attr<String>| PlatformImage {
            version,
            exact_version: Attr::Unknown,
            ..PlatformImage::default()
        };
        assert_eq!(unseen(asked(Attr::Null)).exact_version, Attr::Null);
        assert_eq!(unseen(asked(Attr::from("Latest"))).exact_version, Attr::Null);
        assert_eq!(unseen(asked(Attr::from("1.0.0"))).exact_version, Attr::from("1.0.0"));
    }
}
