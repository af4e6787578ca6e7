//! Which resource a path means. Pure; ARM does not care about the case of a path's fixed words.

mod authorization;

use uuid::Uuid;

use super::store::key::Key;
use super::store::resources::Kind;

pub(crate) use authorization::{Authorization, AuthorizationKind};

/// A resource's id, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    pub(crate) subscription: String,
    pub(crate) group: String,
    /// Names from the outermost resource to the one meant: gallery, image, version.
    pub(crate) names: Vec<String>,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The tenants that the caller can see.
    Tenants,
    Subscriptions,
    Subscription(String),
    /// The regions of a subscription.
    Locations(String),
    /// Everything in a subscription.
    SubscriptionContent(String),
    /// The resource providers of a subscription.
    Providers(String),
    /// One of them, by its namespace.
    ResourceProvider(String, String),
    /// POST on one of them.
    Registration(String, String, Registering),
    /// What Image Builder can be asked for, as roles name it.
    ProviderOperations,
    /// The storage accounts of staging groups.
    StorageAccounts(Scope),
    /// One of them, by its group and its name.
    StorageAccount(Target, String),
    /// POST for its keys.
    StorageKeys(Target, String),
    /// One resource.
    Resource(Target),
    /// The tags of one, by themselves.
    Tags(Target),
    /// The resources of one kind in a subscription, a group or under a parent.
    Collection(Scope, Kind),
    /// Everything in a resource group.
    GroupContent(Target),
    /// POST on a template.
    Action(Target, Action),
    RunOutputs(Target),
    RunOutput(Target, String),
    /// The triggers of a template.
    Triggers(Target),
    Trigger(Target, String),
    /// An operation's status, or the location of one.
    Operation {
        provider: Provider,
        id: Uuid,
    },
    /// Publishers, the offers of one, or the SKUs of an offer.
    PlatformNames(PlatformNames),
    /// Roles and their assignments.
    Authorization(Authorization),
    PlatformVersions(PlatformImage),
    PlatformVersion(PlatformImage, String),
}

/// Where a list is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Subscription(String),
    Group(Target),
    Parent(Target),
}

/// What can be asked of a template by POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Run,
    Cancel,
}

/// Whether a resource provider is to be registered or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registering {
    Register,
    Unregister,
}

/// The resource providers that the service stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provider {
    Resources,
    Compute,
    ImageBuilder,
    ManagedIdentity,
    Authorization,
    Storage,
}

/// A marketplace image without its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlatformImage {
    pub(crate) subscription: String,
    pub(crate) location: String,
    pub(crate) publisher: String,
    pub(crate) offer: String,
    pub(crate) sku: String,
}

/// The beginning of marketplace names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlatformNames {
    pub(crate) subscription: String,
    pub(crate) location: String,
    /// Nothing, a publisher, or a publisher and an offer.
    pub(crate) begin: Vec<String>,
}

impl Target {
    fn group(subscription: &str, name: &str) -> Self {
        Self {
            kind: Kind::ResourceGroup,
            subscription: subscription.to_owned(),
            group: name.to_owned(),
            names: vec![],
        }
    }

    /// The id in the spelling of the request, and ARM's for the fixed words.
    pub(crate) fn id(&self) -> String {
        let group = format!("/subscriptions/{}/resourceGroups/{}", self.subscription, self.group);
        let mut types = self.kind.resource_type().split('/');
        let namespace = types.next().unwrap_or_default();
        if self.names.is_empty() {
            return group;
        }
        let path: String = types
            .zip(&self.names)
            .map(|(segment, name)| format!("/{segment}/{name}"))
            .collect();
        format!("{group}/providers/{namespace}{path}")
    }

    pub(crate) fn key(&self) -> Key {
        Key::of(&self.id())
    }

    pub(crate) fn group_key(&self) -> Key {
        Key::resource_group(&self.subscription, &self.group)
    }

    /// The resource's own name.
    pub(crate) fn name(&self) -> &str {
        self.names.last().unwrap_or(&self.group)
    }

    /// The enclosing resource, if it is not the resource group.
    pub(crate) fn parent(&self) -> Option<Self> {
        let kind = match self.kind {
            Kind::GalleryImage => Kind::Gallery,
            Kind::GalleryImageVersion => Kind::GalleryImage,
            _ => return None,
        };
        Some(Self {
            kind,
            names: self.names[..self.names.len() - 1].to_vec(),
            ..self.clone()
        })
    }

    pub(crate) fn parent_key(&self) -> Key {
        self.parent().map_or_else(|| self.group_key(), |parent| parent.key())
    }

    /// Reads an id out of a body.
    pub(crate) fn parse(id: &str) -> Option<Self> {
        match Route::parse(id)? {
            Route::Resource(target) => Some(target),
            _ => None,
        }
    }
}

impl Provider {
    /// The provider whose API versions count for a resource.
    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::ResourceGroup => Self::Resources,
            Kind::ImageTemplate => Self::ImageBuilder,
            Kind::Identity => Self::ManagedIdentity,
            Kind::Gallery | Kind::GalleryImage | Kind::GalleryImageVersion | Kind::ManagedImage => Self::Compute,
        }
    }

    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Resources => "Microsoft.Resources",
            Self::Compute => "Microsoft.Compute",
            Self::ImageBuilder => "Microsoft.VirtualMachineImages",
            Self::ManagedIdentity => "Microsoft.ManagedIdentity",
            Self::Authorization => "Microsoft.Authorization",
            Self::Storage => "Microsoft.Storage",
        }
    }

    fn named(namespace: &str) -> Option<Self> {
        [Self::Resources, Self::Compute, Self::ImageBuilder, Self::Storage]
            .into_iter()
            .find(|known| known.namespace().eq_ignore_ascii_case(namespace))
    }
}

impl Route {
    /// Reads a path. `None` for one that leads nowhere.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        let words: Vec<String> = segments.iter().map(|segment| segment.to_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(found) = Authorization::parse(&segments, &words) {
            return Some(Self::Authorization(found));
        }
        if let [tagged @ .., "providers", "microsoft.resources", "tags", "default"] = words.as_slice() {
            return Some(Self::Tags(Target::parse(&segments[..tagged.len()].join("/"))?));
        }
        let subscription = match words.as_slice() {
            ["tenants"] => return Some(Self::Tenants),
            ["providers", "microsoft.virtualmachineimages", "operations"] => return Some(Self::ProviderOperations),
            ["subscriptions"] => return Some(Self::Subscriptions),
            ["subscriptions", ..] => segments[1],
            _ => return None,
        };
        match &words[2..] {
            [] => Some(Self::Subscription(subscription.to_owned())),
            ["locations"] => Some(Self::Locations(subscription.to_owned())),
            ["resources"] => Some(Self::SubscriptionContent(subscription.to_owned())),
            ["providers"] => Some(Self::Providers(subscription.to_owned())),
            ["resourcegroups"] => Some(Self::Collection(
                Scope::Subscription(subscription.to_owned()),
                Kind::ResourceGroup,
            )),
            ["resourcegroups", _] => Some(Self::Resource(Target::group(subscription, segments[3]))),
            ["resourcegroups", _, "resources"] => Some(Self::GroupContent(Target::group(subscription, segments[3]))),
            ["resourcegroups", _, "providers", ..] => {
                in_group(Target::group(subscription, segments[3]), &words[5..], &segments[5..])
            }
            ["providers", ..] => in_subscription(subscription, &words[3..], &segments[3..]),
            _ => None,
        }
    }
}

fn in_group(group: Target, words: &[&str], segments: &[&str]) -> Option<Route> {
    let target = |kind, names: &[usize]| Target {
        kind,
        names: names.iter().map(|index| segments[*index].to_owned()).collect(),
        ..group.clone()
    };
    Some(match words {
        ["microsoft.compute", "galleries"] => Route::Collection(Scope::Group(group), Kind::Gallery),
        ["microsoft.compute", "galleries", _] => Route::Resource(target(Kind::Gallery, &[2])),
        ["microsoft.compute", "galleries", _, "images"] => {
            Route::Collection(Scope::Parent(target(Kind::Gallery, &[2])), Kind::GalleryImage)
        }
        ["microsoft.compute", "galleries", _, "images", _] => Route::Resource(target(Kind::GalleryImage, &[2, 4])),
        ["microsoft.compute", "galleries", _, "images", _, "versions"] => Route::Collection(
            Scope::Parent(target(Kind::GalleryImage, &[2, 4])),
            Kind::GalleryImageVersion,
        ),
        ["microsoft.compute", "galleries", _, "images", _, "versions", _] => {
            Route::Resource(target(Kind::GalleryImageVersion, &[2, 4, 6]))
        }
        ["microsoft.compute", "images"] => Route::Collection(Scope::Group(group), Kind::ManagedImage),
        ["microsoft.compute", "images", _] => Route::Resource(target(Kind::ManagedImage, &[2])),
        ["microsoft.managedidentity", "userassignedidentities"] => {
            Route::Collection(Scope::Group(group), Kind::Identity)
        }
        ["microsoft.managedidentity", "userassignedidentities", _] => Route::Resource(target(Kind::Identity, &[2])),
        ["microsoft.storage", "storageaccounts"] => Route::StorageAccounts(Scope::Group(group)),
        ["microsoft.storage", "storageaccounts", _] => Route::StorageAccount(group, segments[2].to_owned()),
        ["microsoft.storage", "storageaccounts", _, "listkeys"] => Route::StorageKeys(group, segments[2].to_owned()),
        ["microsoft.virtualmachineimages", "imagetemplates"] => {
            Route::Collection(Scope::Group(group), Kind::ImageTemplate)
        }
        ["microsoft.virtualmachineimages", "imagetemplates", _, rest @ ..] => {
            let template = target(Kind::ImageTemplate, &[2]);
            match rest {
                [] => Route::Resource(template),
                ["run"] => Route::Action(template, Action::Run),
                ["cancel"] => Route::Action(template, Action::Cancel),
                ["runoutputs"] => Route::RunOutputs(template),
                ["runoutputs", _] => Route::RunOutput(template, segments[4].to_owned()),
                ["triggers"] => Route::Triggers(template),
                ["triggers", _] => Route::Trigger(template, segments[4].to_owned()),
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn in_subscription(subscription: &str, words: &[&str], segments: &[&str]) -> Option<Route> {
    let scope = Scope::Subscription(subscription.to_owned());
    let of_provider = |registering| {
        let (subscription, namespace) = (subscription.to_owned(), segments[0].to_owned());
        match registering {
            None => Route::ResourceProvider(subscription, namespace),
            Some(registering) => Route::Registration(subscription, namespace, registering),
        }
    };
    Some(match words {
        [_] => of_provider(None),
        [_, "register"] => of_provider(Some(Registering::Register)),
        [_, "unregister"] => of_provider(Some(Registering::Unregister)),
        ["microsoft.storage", "storageaccounts"] => Route::StorageAccounts(scope),
        ["microsoft.compute", "galleries"] => Route::Collection(scope, Kind::Gallery),
        ["microsoft.compute", "images"] => Route::Collection(scope, Kind::ManagedImage),
        ["microsoft.virtualmachineimages", "imagetemplates"] => Route::Collection(scope, Kind::ImageTemplate),
        ["microsoft.managedidentity", "userassignedidentities"] => Route::Collection(scope, Kind::Identity),
        [namespace, "locations", _, "operations", id] => Route::Operation {
            provider: Provider::named(namespace)?,
            id: id.parse().ok()?,
        },
        ["microsoft.compute", "locations", _, "publishers", rest @ ..] => {
            platform_image(subscription, segments[2], rest, &segments[4..])?
        }
        _ => return None,
    })
}

/// What follows `locations/{location}/publishers`.
fn platform_image(subscription: &str, location: &str, words: &[&str], segments: &[&str]) -> Option<Route> {
    let names = |begin: &[&str]| {
        Route::PlatformNames(PlatformNames {
            subscription: subscription.to_owned(),
            location: location.to_owned(),
            begin: begin.iter().map(|name| (*name).to_owned()).collect(),
        })
    };
    let image = || PlatformImage {
        subscription: subscription.to_owned(),
        location: location.to_owned(),
        publisher: segments[0].to_owned(),
        offer: segments[4].to_owned(),
        sku: segments[6].to_owned(),
    };
    Some(match words {
        [] => names(&[]),
        [_, "artifacttypes", "vmimage", "offers"] => names(&segments[..1]),
        [_, "artifacttypes", "vmimage", "offers", _, "skus"] => names(&[segments[0], segments[4]]),
        [_, "artifacttypes", "vmimage", "offers", _, "skus", _, "versions"] => Route::PlatformVersions(image()),
        [_, "artifacttypes", "vmimage", "offers", _, "skus", _, "versions", _] => {
            Route::PlatformVersion(image(), segments[8].to_owned())
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
