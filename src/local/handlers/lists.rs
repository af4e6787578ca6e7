//! Lists, in ARM's paging shape, and the plain reading of one resource.

use http::StatusCode;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Map, Value};

use super::filter::Filter;
use crate::local::answer::Answer;
use crate::local::presentation::{expect, present, template};
use crate::local::refusal::Refused;
use crate::local::request::Request;
use crate::local::route::{Scope, Target};
use crate::local::service::{Outcome, Shared};
use crate::local::store::resources::{self, Kind, Resource};
use crate::local::store::runs;
use crate::local::worker::watch;

/// Most items in one answer.
const PAGE: usize = 200;

/// One page. `nextLink` is absent on the last.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    value: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
}

pub(crate) fn get(shared: &Shared, target: &Target) -> Result<Outcome, Refused> {
    let found = shared.store.read("read a resource", |view| expect(view, target))?;
    Ok(Answer::json(StatusCode::OK, &present(&found))?.into())
}

pub(crate) fn collection(shared: &Shared, request: &Request, scope: &Scope, kind: Kind) -> Result<Outcome, Refused> {
    if kind == Kind::ImageTemplate {
        watch::visit_all(shared)?;
    }
    let filter = Filter::of(request)?;
    let items = shared.store.read("read a list of resources", |view| {
        let mut found = match scope {
            Scope::Subscription(subscription) => resources::in_subscription(view, kind, subscription)?,
            Scope::Group(group) => {
                expect(view, group)?;
                let content = resources::in_group(view, &group.group_key())?;
                content
                    .into_iter()
                    .filter(|resource| resource.kind == kind)
                    .collect::<Vec<_>>()
            }
            Scope::Parent(parent) => {
                expect(view, parent)?;
                resources::children(view, kind, &parent.key())?
            }
        };
        found.retain(|resource| filter.fits(resource));
        present_all(view, &found)
    })?;
    page(request, items)
}

/// Everything in a resource group.
pub(crate) fn group_content(shared: &Shared, request: &Request, group: &Target) -> Result<Outcome, Refused> {
    let filter = Filter::of(request)?;
    let items = shared.store.read("read the content of a resource group", |view| {
        expect(view, group)?;
        let mut found = resources::in_group(view, &group.group_key())?;
        found.retain(|resource| filter.fits(resource));
        present_all(view, &found)
    })?;
    page(request, items)
}

/// Everything in the subscription; resource groups are no resources.
pub(crate) fn subscription_content(shared: &Shared, request: &Request) -> Result<Outcome, Refused> {
    let filter = Filter::of(request)?;
    let subscription = shared.subscription();
    let items = shared.store.read("read the resources", |view| {
        let mut found = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::ResourceGroup) {
            found.extend(resources::in_subscription(view, kind, &subscription)?);
        }
        found.retain(|resource| filter.fits(resource));
        Ok::<_, Refused>(found.iter().map(summary).collect::<Vec<_>>())
    })?;
    page(request, items)
}

/// A resource as a list over all types shows it: without its properties.
fn summary(resource: &Resource) -> Map<String, Value> {
    let mut members = present(resource);
    members.remove("properties");
    members
}

fn present_all(view: &Connection, found: &[Resource]) -> Result<Vec<Map<String, Value>>, Refused> {
    let present_one = |resource: &Resource| match resource.kind {
        Kind::ImageTemplate => {
            let run = runs::last(view, &resource.key())?;
            template(view, resource.clone(), run.as_ref())
        }
        _ => Ok(present(resource)),
    };
    Ok(found.iter().map(present_one).collect::<rusqlite::Result<_>>()?)
}

/// The part of `items` that was asked for.
pub(super) fn page<T: Serialize>(request: &Request, items: Vec<T>) -> Result<Outcome, Refused> {
    let bad = |name: &str, value: &str| {
        Refused::bad_request(
            "InvalidParameter",
            format!("The query parameter {name} has the value '{value}', which is not a number."),
        )
    };
    let number = |name: &str, default: usize| match request.query(name) {
        Some(value) => value.parse().map_err(|_| bad(name, value)),
        None => Ok(default),
    };
    let begin: usize = number("$skiptoken", 0)?;
    let size = number("$top", PAGE)?.clamp(1, PAGE);
    let rest = items.len().saturating_sub(begin) > size;
    let next_link = rest.then(|| request.next_link(begin + size));
    let value = items.into_iter().skip(begin).take(size).collect();
    Ok(Answer::json(StatusCode::OK, &Page { value, next_link })?.into())
}
