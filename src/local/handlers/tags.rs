//! Microsoft.Resources/tags: the tags of any resource, by themselves.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use serde_json::Value;

use super::resource_groups::check_tags;
use super::templates;
use crate::arm::tags::{RESOURCE_TYPE, ResourceTags, Tags, TagsOperation, TagsPatch};
use crate::local::answer::Answer;
use crate::local::presentation::expect;
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::Target;
use crate::local::service::{Outcome, Shared};
use crate::local::states;
use crate::local::store::resources::{self, Kind, Resource};

pub(crate) fn answer(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    let change = match request.method {
        Method::PUT => replacing(request.lenient::<ResourceTags>()?.properties),
        Method::PATCH => request.lenient()?,
        Method::DELETE => replacing(Tags::default()),
        _ => {
            return shared
                .store
                .read("read the tags of a resource", |view| shown(&expect(view, target)?));
        }
    };
    shared.store.write("change the tags of a resource", |transaction| {
        let mut existing = expect(transaction, target)?;
        if existing.kind == Kind::ImageTemplate {
            states::update(templates::state_of(transaction, &existing)?)?;
        }
        let tags = change.applied_to(tags_of(&existing));
        check_tags(Some(&tags))?;
        existing.body.remove("tags");
        if !tags.is_empty() {
            let tags = tags.into_iter().map(|(name, value)| (name, Value::from(value)));
            existing.body.insert("tags".to_owned(), tags.collect());
        }
        resources::put(transaction, &existing)?;
        shown(&existing)
    })
}

fn replacing(properties: Tags) -> TagsPatch {
    TagsPatch {
        operation: TagsOperation::Replace,
        properties,
    }
}

fn shown(resource: &Resource) -> Result<Outcome, Refused> {
    let tags = ResourceTags {
        id: Some(format!("{}/providers/{RESOURCE_TYPE}/default", resource.id)),
        name: Some("default".to_owned()),
        resource_type: Some(RESOURCE_TYPE.to_owned()),
        properties: Tags {
            tags: tags_of(resource),
        },
    };
    Ok(Answer::json(StatusCode::OK, &tags)?.into())
}

fn tags_of(resource: &Resource) -> BTreeMap<String, String> {
    let tags = resource
        .body
        .get("tags")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    tags.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}
