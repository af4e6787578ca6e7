//! What runs put where: from the service's run outputs to attributes, and whether the artifacts are still there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use tf_provider::{Attr, Diagnostics};

use super::model::RunOutput;
use crate::arm::id::{GalleryImageVersionId, ManagedImageId};
use crate::arm::run_output::Properties;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::{change, checks};

/// Outputs by the name of the run output.
pub(super) type Outputs = BTreeMap<String, Attr<RunOutput>>;

/// The attributes of what the service tells.
pub(super) fn of(found: BTreeMap<String, Properties>) -> Outputs {
    found
        .into_iter()
        .map(|(name, properties)| (name, Attr::Known(output(properties))))
        .collect()
}

/// The attributes of one run output.
pub fn output(properties: Properties) -> RunOutput {
    let artifact_id = properties.artifact_id.filter(|id| !id.is_empty());
    let version = artifact_id
        .as_deref()
        .and_then(|id| GalleryImageVersionId::parse(id).ok());
    RunOutput {
        version: version.as_ref().map(|version| version.name().to_owned()).into(),
        gallery_image_id: version.map(|version| version.gallery_image_id().to_string()).into(),
        artifact_id: artifact_id.into(),
        artifact_uri: properties.artifact_uri.filter(|uri| !uri.is_empty()).into(),
    }
}

/// The ids of the artifacts.
pub(super) fn artifact_ids(outputs: &Outputs) -> BTreeSet<String> {
    let ids = outputs
        .values()
        .filter_map(|output| output.as_known()?.artifact_id.as_str());
    ids.map(str::to_owned).collect()
}

/// The artifacts that are in `after` and not in `before`.
pub(super) fn added(before: &Outputs, after: &Outputs) -> BTreeSet<String> {
    let before = artifact_ids(before);
    let is_new = |id: &String| !before.iter().any(|old| checks::same_id(old, id));
    artifact_ids(after).into_iter().filter(is_new).collect()
}

/// The outputs whose artifact is gone: the output's name, and the artifact.
///
/// # Errors
/// That cannot be found out.
pub(super) async fn vanished(
    connection: &Connection,
    outputs: &Outputs,
    patience: &Patience,
) -> Result<Vec<(String, String)>, Diagnostics> {
    let mut vanished = Vec::new();
    for (name, output) in outputs {
        let Attr::Known(output) = output else { continue };
        if let Some(id) = output.artifact_id.as_str() {
            if !exists(connection, id, patience).await? {
                vanished.push((name.clone(), id.to_owned()));
            }
        } else if let Some(uri) = output.artifact_uri.as_str()
            && let Some(path) = uri.strip_prefix("file://")
            && !tokio::fs::try_exists(decoded(path)).await.unwrap_or(true)
        {
            vanished.push((name.clone(), uri.to_owned()));
        }
    }
    Ok(vanished)
}

/// The path that a URI's encoded path means.
fn decoded(path: &str) -> PathBuf {
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    PathBuf::from(OsString::from_vec(bytes))
}

async fn exists(connection: &Connection, id: &str, patience: &Patience) -> Result<bool, Diagnostics> {
    let found = if let Ok(version) = GalleryImageVersionId::parse(id) {
        change::look(connection, &format!("gallery image version {id}"), &version, patience).await?
    } else if let Ok(image) = ManagedImageId::parse(id) {
        change::look(connection, &format!("managed image {id}"), &image, patience).await?
    } else {
        // An artifact of a kind that is not known here cannot be looked for.
        return Ok(true);
    };
    Ok(found.is_some())
}

/// Whether one of these gallery image versions and managed images is there.
///
/// # Errors
/// That cannot be found out.
pub(super) async fn any_exists(
    connection: &Connection,
    ids: &BTreeSet<String>,
    patience: &Patience,
) -> Result<bool, Diagnostics> {
    for id in ids {
        if exists(connection, id, patience).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Deletes gallery image versions and managed images.
///
/// # Errors
/// One of them could not be deleted; those before it are gone.
pub(super) async fn delete(
    connection: &Connection,
    ids: &BTreeSet<String>,
    patience: &Patience,
) -> Result<(), Diagnostics> {
    for id in ids {
        if let Ok(version) = GalleryImageVersionId::parse(id) {
            change::delete(connection, &format!("gallery image version {id}"), &version, patience).await?;
        } else if let Ok(image) = ManagedImageId::parse(id) {
            change::delete(connection, &format!("managed image {id}"), &image, patience).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/golden/versions/1.0.1";

    fn properties(id: Option<&str>, uri: Option<&str>) -> Properties {
        Properties {
            artifact_id: id.map(str::to_owned),
            artifact_uri: uri.map(str::to_owned),
            ..Properties::default()
        }
    }

    #[test]
    fn a_version_tells_its_number_and_its_gallery_image() {
        let output = output(properties(Some(VERSION), None));
        assert_eq!(output.version, Attr::from("1.0.1"));
        let image = VERSION.trim_end_matches("/versions/1.0.1");
        assert_eq!(
            (output.gallery_image_id, output.artifact_uri),
            (Attr::from(image), Attr::Null)
        );
    }

    #[test]
    fn a_vhd_has_an_address_alone() {
        let output = output(properties(Some(""), Some("file:///srv/disk.vhd")));
        let expected = RunOutput {
            artifact_uri: Attr::from("file:///srv/disk.vhd"),
            ..RunOutput::default()
        };
        assert_eq!(output, expected);
    }

    #[test]
    fn only_artifacts_that_were_not_there_before_were_made_by_the_run() {
        let outputs = |id: &str| of(BTreeMap::from([("gallery".to_owned(), properties(Some(id), None))]));
        assert_eq!(
            added(&outputs(VERSION), &outputs(&VERSION.to_uppercase())),
            BTreeSet::new()
        );
        let next = VERSION.replace("1.0.1", "1.0.2");
        assert_eq!(added(&outputs(VERSION), &outputs(&next)), BTreeSet::from([next]));
    }
}
