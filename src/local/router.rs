//! From a request to its handler.

use http::{Method, StatusCode};

use super::handlers::{
    galleries, gallery_images, gallery_versions, identities, lists, managed_images, operations, platform_images,
    providers, resource_groups, role_assignments, role_definitions, run_outputs, runs, storage_accounts, subscriptions,
    tags, templates, triggers,
};
use super::refusal::Refused;
use super::request::{self, Request};
use super::route::{Action, AuthorizationKind, Route, Target};
use super::service::{Outcome, Shared};
use super::store::resources::Kind;

/// Answers a request.
pub(crate) fn dispatch(shared: &Shared, request: &Request) -> Result<Outcome, Refused> {
    if let Some(asked) = request::subscription(&request.route)
        && !asked.eq_ignore_ascii_case(&shared.subscription())
    {
        return Err(Refused::new(
            StatusCode::NOT_FOUND,
            "SubscriptionNotFound",
            format!(
                "The subscription '{asked}' could not be found; the local backend stands for '{}'.",
                shared.subscription()
            ),
        ));
    }
    let method = &request.method;
    if method == Method::PUT {
        providers::check(shared, request.provider())?;
    }
    match &request.route {
        Route::Resource(target) => resource(shared, request, target),
        Route::Tags(target) if [Method::GET, Method::PUT, Method::PATCH, Method::DELETE].contains(method) => {
            tags::answer(shared, request, target)
        }
        Route::Tenants if method == Method::GET => subscriptions::tenants(shared),
        Route::Subscriptions if method == Method::GET => subscriptions::list(shared),
        Route::Subscription(_) if method == Method::GET => subscriptions::get(shared),
        Route::Locations(_) if method == Method::GET => subscriptions::locations(shared),
        Route::SubscriptionContent(_) if method == Method::GET => lists::subscription_content(shared, request),
        Route::Providers(_) if method == Method::GET => providers::list(shared, request),
        Route::ResourceProvider(_, namespace) if method == Method::GET => providers::get(shared, namespace),
        Route::Registration(_, namespace, registering) if method == Method::POST => {
            providers::register(shared, namespace, *registering)
        }
        Route::ProviderOperations if method == Method::GET => providers::operations(),
        Route::StorageAccounts(scope) if method == Method::GET => storage_accounts::list(shared, request, scope),
        Route::StorageAccount(group, name) if method == Method::GET => {
            storage_accounts::get(shared, request, group, name)
        }
        Route::StorageKeys(group, name) if method == Method::POST => storage_accounts::keys(shared, group, name),
        Route::Action(template, Action::Run) if method == Method::POST => runs::run(shared, template),
        Route::Action(template, Action::Cancel) if method == Method::POST => runs::cancel(shared, template),
        Route::Collection(scope, kind) if method == Method::GET => lists::collection(shared, request, scope, *kind),
        Route::GroupContent(group) if method == Method::GET => lists::group_content(shared, request, group),
        Route::RunOutputs(template) if method == Method::GET => run_outputs::list(shared, request, template),
        Route::RunOutput(template, name) if method == Method::GET => run_outputs::get(shared, template, name),
        Route::Triggers(template) if method == Method::GET => triggers::list(shared, request, template),
        Route::Trigger(template, name) => trigger(shared, request, template, name),
        Route::Operation { id, .. } if method == Method::GET => operations::get(shared, *id),
        Route::PlatformNames(names) if method == Method::GET => platform_images::names(shared, names),
        Route::Authorization(place) if [Method::GET, Method::PUT, Method::DELETE].contains(method) => {
            match place.kind {
                AuthorizationKind::RoleAssignment => role_assignments::answer(shared, request, place),
                AuthorizationKind::RoleDefinition => role_definitions::answer(shared, request, place),
            }
        }
        Route::PlatformVersions(image) if method == Method::GET => platform_images::versions(shared, image),
        Route::PlatformVersion(image, version) if method == Method::GET => {
            platform_images::version(shared, image, version)
        }
        _ => Err(not_allowed(method)),
    }
}

fn resource(shared: &Shared, request: &Request, target: &Target) -> Result<Outcome, Refused> {
    match (target.kind, request.method.as_str()) {
        (Kind::ResourceGroup, "PUT") => resource_groups::put(shared, request, target),
        (Kind::ResourceGroup, "PATCH") => resource_groups::patch(shared, request, target),
        (Kind::ResourceGroup, "GET") => resource_groups::get(shared, target),
        (Kind::ResourceGroup, "HEAD") => resource_groups::head(shared, target),
        (Kind::ResourceGroup, "DELETE") => resource_groups::delete(shared, target),
        (Kind::Gallery, "PUT") => galleries::put(shared, request, target),
        (Kind::Gallery, "PATCH") => galleries::patch(shared, request, target),
        (Kind::Gallery, "DELETE") => galleries::delete(shared, target),
        (Kind::GalleryImage, "PUT") => gallery_images::put(shared, request, target),
        (Kind::GalleryImage, "PATCH") => gallery_images::patch(shared, request, target),
        (Kind::GalleryImage, "DELETE") => gallery_images::delete(shared, target),
        (Kind::GalleryImageVersion, "GET") => gallery_versions::get(shared, request, target),
        (Kind::GalleryImageVersion, "PATCH") => gallery_versions::patch(shared, request, target),
        (Kind::GalleryImageVersion, "DELETE") => gallery_versions::delete(shared, target),
        (Kind::GalleryImageVersion | Kind::ManagedImage, "PUT") => Err(Refused::bad_request(
            "LocalBackendUnsupported",
            format!(
                "In the local backend a resource of type {} is made by a run of an image template, and cannot be created from another source.",
                target.kind
            ),
        )),
        (Kind::ManagedImage, "PATCH") => managed_images::patch(shared, request, target),
        (Kind::ManagedImage, "DELETE") => managed_images::delete(shared, target),
        (Kind::ImageTemplate, "PUT") => templates::put(shared, request, target),
        (Kind::ImageTemplate, "PATCH") => templates::patch(shared, request, target),
        (Kind::ImageTemplate, "GET") => templates::get(shared, target),
        (Kind::ImageTemplate, "DELETE") => templates::delete(shared, target),
        (Kind::Identity, "PUT") => identities::put(shared, request, target),
        (Kind::Identity, "PATCH") => identities::patch(shared, request, target),
        (Kind::Identity, "DELETE") => identities::delete(shared, target),
        (Kind::Gallery | Kind::GalleryImage | Kind::ManagedImage | Kind::Identity, "GET") => lists::get(shared, target),
        _ => Err(not_allowed(&request.method)),
    }
}

fn trigger(shared: &Shared, request: &Request, template: &Target, name: &str) -> Result<Outcome, Refused> {
    match request.method {
        Method::PUT => triggers::put(shared, request, template, name),
        Method::GET => triggers::get(shared, template, name),
        Method::DELETE => triggers::delete(shared, template, name),
        _ => Err(not_allowed(&request.method)),
    }
}

fn not_allowed(method: &Method) -> Refused {
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        format!("The method {method} is not allowed here."),
    )
}
