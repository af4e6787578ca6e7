//! The staging resource group of a template: found, checked and claimed, or made.

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::arm::image_template::{ImageTemplate, ProvisioningState};
use crate::arm::location;
use crate::arm::staging::{CREATED_BY, SERVICE_NAME, TEMPLATE_NAME, TEMPLATE_RESOURCE_GROUP, USED_BY, is_service_tag};
use crate::local::route::Target;
use crate::local::store::key::Key;
use crate::local::store::resources::{self, Kind, Resource};
use crate::local::store::templates::{self, StagingOwnership, TemplateRow};

/// Why a group cannot be claimed.
#[derive(Debug)]
pub(super) enum Unclaimable {
    Group(String),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Unclaimable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Claims the group of a template. A group that this template has claimed before is claimed.
pub(super) fn claim(
    transaction: &Connection,
    stored: &Resource,
    template: &ImageTemplate,
    row: &TemplateRow,
) -> Result<(), Unclaimable> {
    if row.staging_ownership != StagingOwnership::Undecided {
        return Ok(());
    }
    let target = Target::parse(&row.staging_group)
        .filter(|target| target.kind == Kind::ResourceGroup)
        .ok_or_else(|| Unclaimable::Group(format!("'{}' is not the id of a resource group.", row.staging_group)))?;
    let (mut group, ownership) = match resources::get(transaction, &target.key())? {
        Some(group) => {
            check_given(transaction, &group, stored)?;
            (group, StagingOwnership::Given)
        }
        None => (made(&target, stored), StagingOwnership::Made),
    };
    tag(&mut group, stored, template, ownership);
    resources::put(transaction, &group)?;
    let row = TemplateRow {
        staging_ownership: ownership,
        staging_group: group.id,
        ..row.clone()
    };
    Ok(templates::put(transaction, &stored.key(), &row)?)
}

/// Whether the tags of a group say that it is the template's. Names alone would not do: another group can have a template of the name.
pub(crate) fn is_of(group: &Resource, template: &Resource) -> bool {
    let says = |tag: &str, name: &str| group.tag(tag).is_some_and(|found| found.eq_ignore_ascii_case(name));
    let own = Target::parse(&template.id);
    own.is_some_and(|own| says(TEMPLATE_NAME, template.name()) && says(TEMPLATE_RESOURCE_GROUP, &own.group))
}

/// Why a template cannot be deleted whose staging group the service has made: it has got things of somebody else since, which would
/// go with it.
pub(crate) fn keeps_from_deletion(view: &Connection, template: &Resource) -> rusqlite::Result<Option<String>> {
    let made = templates::get(view, &template.key())?.filter(|row| row.staging_ownership == StagingOwnership::Made);
    let group = match made {
        Some(row) => resources::get(view, &Key::of(&row.staging_group))?,
        None => None,
    };
    let Some(group) = group.filter(|group| is_of(group, template)) else {
        return Ok(None);
    };
    let content = resources::in_group(view, &group.key())?;
    let ids: Vec<&str> = content.iter().map(|resource| resource.id.as_str()).collect();
    Ok((!ids.is_empty()).then(|| {
        format!(
            "its staging resource group '{}' would go with it, and has resources that the service did not make: '{}'",
            group.name(),
            ids.join("', '"),
        )
    }))
}

fn made(target: &Target, stored: &Resource) -> Resource {
    Resource {
        kind: Kind::ResourceGroup,
        id: target.id(),
        group: target.group_key(),
        parent: target.group_key(),
        location: stored.location.clone(),
        state: ProvisioningState::Succeeded,
        body: Map::new(),
    }
}

/// A given group must be empty, in the template's region, and nobody else's.
fn check_given(view: &Connection, group: &Resource, template: &Resource) -> Result<(), Unclaimable> {
    let refuse = |reason: String| {
        Err(Unclaimable::Group(format!(
            "The staging resource group '{}' {reason}",
            group.id
        )))
    };
    if group.state == ProvisioningState::Deleting {
        return refuse("is being deleted.".to_owned());
    }
    if !location::same(&group.location, &template.location) {
        return refuse(format!(
            "is in the region {}, and the image template in {}; they must be in the same.",
            group.location, template.location
        ));
    }
    if group.tag(CREATED_BY).is_some() || group.tag(USED_BY).is_some() || group.tag(TEMPLATE_NAME).is_some() {
        let owner = group.tag(TEMPLATE_NAME).unwrap_or("another one");
        let owner_group = group.tag(TEMPLATE_RESOURCE_GROUP).unwrap_or("unknown");
        return refuse(format!(
            "is in use by the image template '{owner}' (resource group '{owner_group}'); each template needs a group of its own."
        ));
    }
    let content = resources::in_group(view, &group.key())?;
    match content.first() {
        Some(first) => refuse(format!(
            "must be empty, and has {} resources, among them '{}'.",
            content.len(),
            first.id
        )),
        None => Ok(()),
    }
}

fn tag(group: &mut Resource, stored: &Resource, template: &ImageTemplate, ownership: StagingOwnership) {
    let owner_group = Target::parse(&stored.id).map(|target| target.group).unwrap_or_default();
    let claim = if ownership == StagingOwnership::Made {
        CREATED_BY
    } else {
        USED_BY
    };
    let tags = group.body.entry("tags").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(tags) = tags else { return };
    if ownership == StagingOwnership::Made {
        let managed = template.properties.managed_resource_tags.iter().flatten();
        tags.extend(
            managed
                .filter(|(key, _)| !is_service_tag(key))
                .map(|(key, value)| (key.clone(), Value::from(value.clone()))),
        );
    }
    for (key, value) in [
        (claim, SERVICE_NAME),
        (TEMPLATE_NAME, stored.name()),
        (TEMPLATE_RESOURCE_GROUP, &owner_group),
    ] {
        tags.insert(key.to_owned(), Value::from(value));
    }
}
