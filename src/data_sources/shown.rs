//! A data source that shows what a resource manages: its attributes are the resource's own, made read-only.

use std::marker::PhantomData;
use std::sync::OnceLock;
use std::time::Instant;

use serde_json::Value as Json;
use tf_provider::schema::{Attribute, read_only};
use tf_provider::{Attr, Attributes, Context, DataSource, Diagnostic, Diagnostics, Model, ModelError, Path, Value};

use crate::arm::id::ArmId;
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;
use crate::resources::tags::{self, Tags};
use crate::resources::{change, timeouts};

/// Attributes that say how Terraform manages a resource, and nothing about what there is.
const OF_RESOURCES: [&str; 3] = ["name_prefix", "tags_all", "timeouts"];

/// The model of a resource that can be looked up by its names.
pub trait Find: Model {
    /// What the data source tells beyond the resource's attributes.
    type More: Model;
    /// Ids of its type.
    type Id: ArmId + Send + Sync;
    /// The data source type.
    const TYPE: &'static str;
    /// What messages call it, such as `gallery image`.
    const CALLED: &'static str;
    /// Markdown about the data source.
    const ABOUT: &'static str;
    /// The attributes by which it is looked up.
    const NAMES: &'static [&'static str];

    /// Its id.
    ///
    /// # Errors
    /// The names make none.
    fn place(&self, subscription: &str) -> Result<Self::Id, Diagnostics>;

    /// What the service shows.
    ///
    /// # Errors
    /// The body is one of something else.
    fn shown(&self, connection: &Connection, id: &Self::Id, body: &Json) -> Result<Shown<Self>, Diagnostics>;

    /// Where the descriptors of the data source are kept once they are made.
    fn descriptors() -> &'static OnceLock<Vec<Attribute>>;
}

/// What a data source shows of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown<R: Find> {
    /// The attributes of the resource.
    pub resource: R,
    /// What the data source tells beyond them.
    pub more: R::More,
}

/// Nothing beyond the attributes of the resource.
#[derive(Model, Clone, Debug, Default, PartialEq)]
pub struct NoMore {}

impl<R: Find> Model for Shown<R> {
    const DESCRIPTION: &'static str = R::ABOUT;

    fn attributes() -> &'static [Attribute] {
        R::descriptors().get_or_init(|| {
            let of_resource = R::attributes().iter().filter(|each| !OF_RESOURCES.contains(&each.name));
            let shown = of_resource.map(|each| Attribute {
                required: R::NAMES.contains(&each.name),
                computed: !R::NAMES.contains(&each.name),
                check: each.check.filter(|_| R::NAMES.contains(&each.name)),
                ..read_only(each)
            });
            shown.chain(R::More::attributes().iter().cloned()).collect()
        })
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        Ok(Self {
            resource: R::from_value(value)?,
            more: R::More::from_value(value)?,
        })
    }

    fn to_value(&self) -> Value {
        let mut attributes = Attributes::new();
        for value in [self.resource.to_value(), self.more.to_value()] {
            if let Value::Object(members) = value {
                attributes.extend(members);
            }
        }
        attributes.retain(|name, _| !OF_RESOURCES.contains(&name));
        Value::Object(attributes)
    }
}

/// The data source of such a resource.
pub struct ShownDataSource<R>(PhantomData<fn() -> R>);

impl<R> ShownDataSource<R> {
    /// The data source.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for ShownDataSource<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Find> DataSource for ShownDataSource<R> {
    type Model = Shown<R>;
    type Client = Connection;
    const TYPE: &'static str = R::TYPE;

    async fn read(&self, cx: &mut Context<Connection>, config: Shown<R>) -> Result<Shown<R>, Diagnostics> {
        let id = config.resource.place(cx.client().subscription())?;
        let patience = Patience::of(cx, Instant::now() + timeouts::DEFAULT);
        let what = format!("{} \"{id}\"", R::CALLED);
        match change::look(cx.client(), &what, &id, &patience).await? {
            Some(body) => config.resource.shown(cx.client(), &id, &body),
            None => Err(absent(R::CALLED, &id).into()),
        }
    }
}

/// The error of something that is not there.
pub(super) fn absent(called: &str, id: &impl ArmId) -> Diagnostic {
    let detail = format!(
        "{id} does not exist, or what holds it does not. When another resource of this configuration makes it, refer to an \
         attribute of that resource, or name it in depends_on."
    );
    Diagnostic::error(format!("There is no such {called}"), detail).at(Path::root("name"))
}

/// All tags that a body has.
pub(super) fn all_tags(body: &Json) -> Tags {
    let tags = tags::strings(body.get("tags"));
    Attr::Known(
        tags.into_iter()
            .map(|(name, value)| (name, Attr::Known(value)))
            .collect(),
    )
}
