//! Reading a body as the API version of its request does.
//!
//! Since 2024-02-01 a member that the version does not know, or whose case is another, is refused. Before, the case did not matter
//! and an unknown member was passed over; and so is there what came with a later version.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ImageTemplate, ImageTemplateUpdate};
use crate::arm::body::{self, BodyError, BodyErrorKind};
use crate::arm::trigger::Trigger;

/// The first version that refuses what it does not know.
const STRICT_SINCE: &str = "2024-02-01";

/// A body some of whose members came with a later API version than 2020-02-14.
pub trait Versioned: DeserializeOwned + Serialize {
    /// Such members, each with its first version; `[]` stands for every entry of a list.
    const LATER: &'static [(&'static str, &'static str)];
}

impl Versioned for ImageTemplate {
    const LATER: &'static [(&'static str, &'static str)] = &[
        ("properties.optimize.workload", "2025-10-01"),
        ("properties.optimize", "2022-07-01"),
        ("properties.errorHandling", "2023-07-01"),
        ("properties.autoRun", "2024-02-01"),
        ("properties.managedResourceTags", "2024-02-01"),
        ("properties.additionalDataDisks", "2025-10-01"),
        ("properties.validate", "2022-02-14"),
        ("properties.stagingResourceGroup", "2022-02-14"),
        ("properties.exactStagingResourceGroup", "2022-02-14"),
        ("properties.vmProfile.userAssignedIdentities", "2021-10-01"),
        ("properties.vmProfile.vnetConfig.proxyVmSize", "2021-10-01"),
        (
            "properties.vmProfile.vnetConfig.containerInstanceSubnetId",
            "2024-02-01",
        ),
        ("properties.distribute[].targetRegions", "2022-07-01"),
        ("properties.distribute[].versioning", "2022-07-01"),
        ("properties.distribute[].uri", "2022-07-01"),
        ("properties.distribute[].replicationMode", "2025-10-01"),
    ];
}

impl Versioned for ImageTemplateUpdate {
    const LATER: &'static [(&'static str, &'static str)] = &[
        ("properties.vmProfile", "2024-02-01"),
        ("properties.distribute[].targetRegions", "2022-07-01"),
        ("properties.distribute[].versioning", "2022-07-01"),
        ("properties.distribute[].uri", "2022-07-01"),
        ("properties.distribute[].replicationMode", "2025-10-01"),
    ];
}

impl Versioned for Trigger {
    const LATER: &'static [(&'static str, &'static str)] = &[];
}

/// Reads the body of a request in `api_version`.
///
/// # Errors
/// The first member that is missing or has a bad value; since 2024-02-01 also the first one that the version does not know.
pub fn read<T: Versioned>(body: &Value, api_version: &str) -> Result<T, BodyError> {
    let mut known = body.clone();
    if api_version < STRICT_SINCE {
        respell(&mut known);
    }
    let mut later = Vec::new();
    for (member, since) in T::LATER {
        if api_version < *since {
            take(&mut known, member, "", &mut later);
        }
    }
    if api_version < STRICT_SINCE {
        return body::lenient(&known);
    }
    match later.into_iter().next() {
        Some(path) => Err(BodyError {
            kind: BodyErrorKind::UnknownMember,
            message: path.rsplit('.').next().unwrap_or_default().to_owned(),
            path,
        }),
        None => body::strict(body),
    }
}

/// Takes out of a template, as the service shows it, what `api_version` does not know.
pub fn hide(shown: &mut Value, api_version: &str) {
    for (member, since) in ImageTemplate::LATER {
        if api_version < *since {
            take(shown, member, "", &mut Vec::new());
        }
    }
}

/// Takes every member that `path` means out of `value`, and notes where it was.
fn take(value: &mut Value, path: &str, place: &str, taken: &mut Vec<String>) {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let Value::Object(members) = value else { return };
    let list = name.strip_suffix("[]");
    let name = list.unwrap_or(name);
    let place = if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    };
    match (members.get_mut(name), list) {
        (None | Some(Value::Null), _) => {}
        (Some(_), None) if rest.is_empty() => {
            members.remove(name);
            taken.push(place);
        }
        (Some(Value::Array(entries)), Some(_)) => {
            for (index, entry) in entries.iter_mut().enumerate() {
                take(entry, rest, &format!("{place}[{index}]"), taken);
            }
        }
        (Some(member), _) => take(member, rest, &place, taken),
    }
}

/// Gives each member that is known in another case the case of the specification. What stands in maps is the user's own.
fn respell(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let respelled: Map<String, Value> = std::mem::take(members)
                .into_iter()
                .map(|(name, mut member)| {
                    let known = MEMBERS.iter().find(|known| known.eq_ignore_ascii_case(&name));
                    let name = known.map_or(name, |known| (*known).to_owned());
                    if !MAPS.contains(&name.as_str()) {
                        respell(&mut member);
                    }
                    (name, member)
                })
                .collect();
            *members = respelled;
        }
        Value::Array(entries) => entries.iter_mut().for_each(respell),
        _ => {}
    }
}

/// Members whose own members are the user's.
pub(crate) const MAPS: [&str; 4] = ["tags", "artifactTags", "managedResourceTags", "userAssignedIdentities"];

/// Every member of a template, its update and its triggers that a request can have.
pub(crate) const MEMBERS: [&str; 82] = [
    "additionalDataDisks",
    "artifactTags",
    "autoRun",
    "buildTimeoutInMinutes",
    "clientId",
    "containerInstanceSubnetId",
    "continueDistributeOnFailure",
    "customize",
    "destination",
    "distribute",
    "errorHandling",
    "exactStagingResourceGroup",
    "exactVersion",
    "excludeFromLatest",
    "filters",
    "galleryImageId",
    "id",
    "identity",
    "imageId",
    "imageVersionId",
    "inVMValidations",
    "inline",
    "kind",
    "lastRunStatus",
    "location",
    "major",
    "managedResourceTags",
    "name",
    "offer",
    "onCustomizerError",
    "onValidationError",
    "optimize",
    "osDiskSizeGB",
    "planInfo",
    "planName",
    "planProduct",
    "planPublisher",
    "principalId",
    "properties",
    "provisioningError",
    "provisioningState",
    "proxyVmSize",
    "publisher",
    "replicaCount",
    "replicationMode",
    "replicationRegions",
    "restartCheckCommand",
    "restartCommand",
    "restartTimeout",
    "runAsSystem",
    "runElevated",
    "runOutputName",
    "scheme",
    "scriptUri",
    "searchCriteria",
    "sha256Checksum",
    "sizeGB",
    "sku",
    "source",
    "sourceUri",
    "sourceValidationOnly",
    "stagingResourceGroup",
    "state",
    "status",
    "storageAccountType",
    "subnetId",
    "systemData",
    "tags",
    "targetRegions",
    "type",
    "updateLimit",
    "uri",
    "userAssignedIdentities",
    "validExitCodes",
    "validate",
    "version",
    "versioning",
    "vmBoot",
    "vmProfile",
    "vmSize",
    "vnetConfig",
    "workload",
];
