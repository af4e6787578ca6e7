//! The recipe of a noun that is one ARM resource: a PUT makes it, a GET shows it, a PATCH changes it, a DELETE takes it away.
//!
//! A noun says only what is particular to it; everything else is the same for all of them and stands here once.

use std::future::Future;
use std::marker::PhantomData;

use serde_json::Value;
use tf_provider::{Attr, Context, Diagnostics, Failure, Model, Path, Plan, Resource, Takeover, wire};

use super::connection::Connection;
use super::creation::Creation;
use super::patience::Patience;
use super::tags::{self, Tags};
use super::timeouts::Timeouts;
use super::{change, identify, import, residence, settled};
use crate::arm::id::{ArmId, IdError};

/// What is particular to one noun.
pub trait Noun: Model {
    /// Its ids.
    type Id: ArmId + Clone + Send + Sync + 'static;
    /// Its type in Terraform, with the provider's prefix.
    const TYPE: &'static str;
    /// What messages call it, such as `gallery image`.
    const CALLED: &'static str;
    /// Texts in the body that are taken away by an empty one: not every service takes null in a PATCH for that.
    const BLANKED: &'static [&'static str] = &[];

    /// What `moved` blocks may turn into it.
    const TAKES_OVER: &'static [Takeover<Self>] = &[];

    /// The attributes that every noun has.
    fn shared(&self) -> Shared<'_>;

    /// Its `id`, to be filled in.
    fn id_mut(&mut self) -> &mut Attr<String>;

    /// Its `tags` and `tags_all`, to be filled in; none when its type has no tags.
    fn tags_mut(&mut self) -> Option<(&mut Tags, &mut Tags)>;

    /// Reads an id of its type.
    ///
    /// # Errors
    /// It is the id of something else.
    fn parse(id: &str) -> Result<Self::Id, IdError>;

    /// The id of the one that is to be made, and the attribute to blame if it is none.
    ///
    /// # Errors
    /// The names make no id.
    fn place(&self, subscription: &str) -> Result<Self::Id, Diagnostics>;

    /// What the id alone tells, for an import.
    fn named(id: &Self::Id) -> Self;

    /// Rules that span attributes, beside those of tags.
    fn broken(&self) -> Diagnostics {
        Diagnostics::new()
    }

    /// Rules of a plan that the configuration alone cannot break. `prior` is none when it is made.
    fn unfit(&self, _prior: Option<&Self>) -> Diagnostics {
        Diagnostics::new()
    }

    /// Whether a tag is the user's and not the service's own.
    fn is_users_tag(_name: &str) -> bool {
        true
    }

    /// The body of a PUT, without tags.
    fn body(&self) -> Value {
        wire::encode(self)
    }

    /// Fills in what wire paths cannot say. `earlier` is the prior state, or the plan that was just applied.
    fn decorate(&mut self, _body: &Value, _earlier: &Self) {}

    /// Looks at the surroundings of one that is about to be made, as far as they are known.
    ///
    /// # Errors
    /// Why the service would refuse it.
    fn foresee(
        &self,
        _connection: &Connection,
        _patience: &Patience,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Completes the body of a PATCH with what only the service knows.
    ///
    /// # Errors
    /// The service cannot be asked.
    fn complete(
        &self,
        _connection: &Connection,
        _id: &Self::Id,
        _changes: &mut Value,
        _patience: &Patience,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Waits until it may be deleted.
    ///
    /// # Errors
    /// It may not; nothing was sent.
    fn vacate(
        &self,
        _connection: &Connection,
        _id: &Self::Id,
        _patience: &Patience,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// What it is and its name, such as `gallery "golden"`.
    fn what(&self) -> String {
        format!("{} \"{}\"", Self::CALLED, identify::text(self.shared().name))
    }
}

/// The attributes that every noun has.
pub struct Shared<'a> {
    /// Id.
    pub id: &'a Attr<String>,
    /// Name.
    pub name: &'a Attr<String>,
    /// `tags` and `tags_all`; none when the type has no tags.
    pub tags: Option<(&'a Tags, &'a Tags)>,
    /// Timeouts.
    pub timeouts: &'a Attr<Timeouts>,
}

/// Writes the three ways to the attributes that every noun has.
macro_rules! shared_attributes {
    ($($tags:ident, $tags_all:ident)?) => {
        fn shared(&self) -> $crate::resources::noun::Shared<'_> {
            $crate::resources::noun::Shared {
                id: &self.id,
                name: &self.name,
                tags: $crate::resources::noun::shared_attributes!(@tags (&) self $($tags, $tags_all)?),
                timeouts: &self.timeouts,
            }
        }

        fn id_mut(&mut self) -> &mut tf_provider::Attr<String> {
            &mut self.id
        }

        fn tags_mut(&mut self) -> Option<(&mut $crate::resources::tags::Tags, &mut $crate::resources::tags::Tags)> {
            $crate::resources::noun::shared_attributes!(@tags (&mut) self $($tags, $tags_all)?)
        }
    };
    (@tags ($($borrow:tt)+) $noun:ident) => { None };
    (@tags ($($borrow:tt)+) $noun:ident $tags:ident, $tags_all:ident) => {
        Some(($($borrow)+ $noun.$tags, $($borrow)+ $noun.$tags_all))
    };
}
pub(super) use shared_attributes;

/// The resource type of a noun.
pub struct NounResource<N>(PhantomData<fn() -> N>);

impl<N> NounResource<N> {
    /// The resource type.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<N> Default for NounResource<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: Noun> Resource for NounResource<N> {
    type Model = N;
    type Client = Connection;
    const TYPE: &'static str = N::TYPE;
    const TAKES_OVER: &'static [Takeover<N>] = N::TAKES_OVER;

    fn validate(&self, config: &N) -> Diagnostics {
        let mut found = config
            .shared()
            .tags
            .map(|(own, _)| tags::broken(own))
            .unwrap_or_default();
        found.extend(config.broken());
        found
    }

    async fn plan(&self, cx: &mut Context<Connection>, plan: &mut Plan<N>) -> Result<(), Diagnostics> {
        if let (Some((own, _)), Some((_, all))) = (plan.config.shared().tags, plan.planned.tags_mut()) {
            *all = tags::all(cx.client().default_tags(), own);
        }
        if plan.prior.is_some() && residence::creation_failed(cx)? {
            *plan.planned.id_mut() = Attr::Unknown;
            plan.require_replace(Path::root("id"));
        }
        let mut found = plan.planned.unfit(plan.prior.as_ref());
        if let Some((_, all)) = plan.planned.shared().tags.filter(|_| plan.differs()) {
            tags::check_number(all, &mut found);
        }
        found.into_result()?;
        match plan.prior {
            None => {
                let patience = Patience::of(cx, Timeouts::read(plan.planned.shared().timeouts));
                plan.planned.foresee(cx.client(), &patience).await
            }
            Some(_) => Ok(()),
        }
    }

    async fn create(&self, cx: &mut Context<Connection>, mut planned: N, _config: N) -> Result<N, Failure<N>> {
        let id = planned.place(cx.client().subscription())?;
        *planned.id_mut() = Attr::Known(id.to_string());
        let mut body = planned.body();
        if let Some((_, all)) = planned.shared().tags {
            tags::write(&mut body, all);
        }
        let creation = Creation {
            terraform_type: N::TYPE,
            what: &planned.what(),
            id: &id,
            body: &body,
            patience: Patience::of(cx, Timeouts::create(planned.shared().timeouts)),
        };
        let body = creation.carry_out(cx, planned.clone()).await?;
        // It is there, also where the answer is not understood.
        completed(cx.client(), &planned, &body).map_err(|why| Failure::with_partial(why, planned))
    }

    async fn read(&self, cx: &mut Context<Connection>, state: N) -> Result<Option<N>, Diagnostics> {
        let (id, patience) = reach(cx, &state, Timeouts::read)?;
        let found = residence::find(cx, &state.what(), &id, &patience).await?;
        found.map(|body| shown(cx.client(), &body, &state)).transpose()
    }

    async fn update(&self, cx: &mut Context<Connection>, prior: N, planned: N, _config: N) -> Result<N, Failure<N>> {
        residence::require(cx, &planned.what())?;
        let (id, _) = reach(cx, &prior, Timeouts::update)?;
        let mut changes = wire::encode_changes(&prior, &planned);
        change::blank_removed_texts(&mut changes, N::BLANKED);
        if let (Some((_, prior)), Some((_, planned))) = (prior.shared().tags, planned.shared().tags) {
            changes = tags::write_changes(changes, prior, planned);
        }
        let Some(mut changes) = changes else {
            return Ok(planned);
        };
        let patience = Patience::of(cx, Timeouts::update(planned.shared().timeouts));
        planned.complete(cx.client(), &id, &mut changes, &patience).await?;
        let body = change::patch(cx.client(), &planned.what(), &id, &changes, &patience).await?;
        Ok(completed(cx.client(), &planned, &body)?)
    }

    async fn delete(&self, cx: &mut Context<Connection>, prior: N) -> Result<(), Failure<N>> {
        residence::require(cx, &prior.what())?;
        let (id, patience) = reach(cx, &prior, Timeouts::delete)?;
        prior.vacate(cx.client(), &id, &patience).await?;
        change::delete(cx.client(), &prior.what(), &id, &patience).await?;
        Ok(())
    }

    async fn import(&self, cx: &mut Context<Connection>, id: &str) -> Result<N, Diagnostics> {
        let id = import::existing(cx, N::CALLED, N::parse(id)).await?;
        let mut imported = N::named(&id);
        *imported.id_mut() = Attr::Known(id.to_string());
        Ok(imported)
    }
}

/// The id in the state, and how long may be waited for an answer about it.
fn reach<N: Noun>(
    cx: &Context<Connection>,
    state: &N,
    deadline: fn(&Attr<Timeouts>) -> std::time::Instant,
) -> Result<(N::Id, Patience), Diagnostics> {
    let shared = state.shared();
    let id = identify::checked(N::parse(identify::text(shared.id)), "id")?;
    Ok((id, Patience::of(cx, deadline(shared.timeouts))))
}

/// The noun as the service shows it.
///
/// # Errors
/// The body is one of something else.
pub fn shown<N: Noun>(connection: &Connection, body: &Value, earlier: &N) -> Result<N, Diagnostics> {
    let mut found = settled::decode(body, Some(earlier))?;
    if let (Some((own, all)), Some((found_own, found_all))) = (earlier.shared().tags, N::tags_mut(&mut found)) {
        (*found_own, *found_all) = tags::read(body, own, all, connection.default_tags(), N::is_users_tag);
    }
    found.decorate(body, earlier);
    Ok(found)
}

/// What was planned, with the service's answer where the plan left a value open.
fn completed<N: Noun>(connection: &Connection, planned: &N, body: &Value) -> Result<N, Diagnostics> {
    settled::completed(planned, &shown(connection, body, planned)?)
}
