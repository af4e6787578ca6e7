//! Where a resource lives: recorded in its private state when it is made or imported, and checked before anything is believed
//! or changed.
//!
//! A provider that is configured for another place cannot see the resource there; taking that for "gone" would orphan it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tf_provider::{Context, Diagnostic, Diagnostics};

use super::connection::Connection;
use super::patience::Patience;
use super::{change, deletion, service_error, settling};
use crate::arm::id::ArmId;
use crate::backend::Origin;
use crate::backend::origin::OriginRelation;

/// The part of private state that every resource has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Residence {
    /// The backend that holds the resource.
    pub origin: Origin,
    /// What is known of a creation whose end was not seen; none once it has ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation: Option<Unended>,
}

/// A creation that was accepted, and whose end the apply did not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unended {
    /// It goes on, as far as is known.
    UnderWay,
    /// It has failed since: the resource has to be made anew.
    Failed,
}

/// Whether the resource may be looked for here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// It lives here.
    Here,
    /// Nothing is remembered, because another provider has handed it over: it lives here if it is found here.
    Assumed,
    /// It lives in another root of the local backend, where it cannot be seen; a warning has been given.
    OutOfSight,
}

/// Records that the resource lives where the provider is connected to.
pub fn record(cx: &mut Context<Connection>) {
    record_with(cx, None);
}

/// Records the same of a resource whose creation goes on.
pub fn record_under_way(cx: &mut Context<Connection>) {
    record_with(cx, Some(Unended::UnderWay));
}

fn record_with(cx: &mut Context<Connection>, creation: Option<Unended>) {
    let residence = Residence {
        origin: cx.client().origin().clone(),
        creation,
    };
    cx.private().set(&residence);
}

/// Whether a refresh has found that the creation failed whose end no apply had seen: then the resource has to be replaced.
///
/// # Errors
/// What is remembered cannot be read.
pub fn creation_failed(cx: &mut Context<Connection>) -> Result<bool, Diagnostics> {
    let residence = cx.private().get::<Residence>()?;
    Ok(residence.and_then(|residence| residence.creation) == Some(Unended::Failed))
}

/// What a refresh may conclude about the resource.
///
/// # Errors
/// It lives on another kind of backend, or in another cloud or tenant; or what is remembered about it cannot be read.
pub fn look(cx: &mut Context<Connection>, what: &str) -> Result<Whereabouts, Diagnostics> {
    let Some(Residence { origin, .. }) = cx.private().get()? else {
        record(cx);
        return Ok(Whereabouts::Assumed);
    };
    let here = cx.client().origin().clone();
    match origin.relation_to(&here) {
        OriginRelation::Same => Ok(Whereabouts::Here),
        OriginRelation::AnotherLocalRoot => {
            let detail = format!(
                "The {what} was made in {origin}, and the provider is configured for {here}. Terraform takes it for gone and plans to \
                 make it here; what is in the other root stays there. To keep working with the other root, set it again \
                 (`local = {{ root = … }}` in the provider block, or IMAGEBUILDER_LOCAL_ROOT) before you apply."
            );
            // One headline for all, so that Terraform folds the warnings of many resources into one.
            cx.warn(Diagnostic::warning("Resource is in another local root", detail));
            Ok(Whereabouts::OutOfSight)
        }
        OriginRelation::AnotherBackend => Err(elsewhere(what, &origin, &here).into()),
    }
}

/// The body of a resource, for a refresh; none when it is gone, or out of sight.
///
/// # Errors
/// As [`look`] and [`require_gone`]; or the service cannot be asked.
pub async fn find(
    cx: &mut Context<Connection>,
    what: &str,
    id: &impl ArmId,
    patience: &Patience,
) -> Result<Option<Value>, Diagnostics> {
    let whereabouts = look(cx, what)?;
    if whereabouts == Whereabouts::OutOfSight {
        return Ok(None);
    }
    let mut found = change::look(cx.client(), what, id, patience).await?;
    if found.as_ref().is_some_and(settling::is_going) {
        // An interrupted apply has begun to delete it; what is seen of it now will not be there when it is wanted.
        let connection = cx.client().clone();
        let client = connection.arm().limited(patience.limits());
        let gone = deletion::gone(&connection, &client, id, patience).await;
        gone.map_err(|error| service_error::cannot(&format!("wait for the deletion of {what}"), &error))?;
        found = None;
    }
    match &found {
        None => require_gone(cx, whereabouts, what)?,
        Some(body) => see_creation(cx, what, body)?,
    }
    Ok(found)
}

/// What has become of a creation whose end no apply has seen.
fn see_creation(cx: &mut Context<Connection>, what: &str, body: &Value) -> Result<(), Diagnostics> {
    let residence = cx.private().get::<Residence>()?;
    if residence.is_none_or(|residence| residence.creation != Some(Unended::UnderWay)) || settling::is_under_way(body) {
        return Ok(());
    }
    match settling::provisioning_failure(body) {
        None => record(cx),
        Some(reason) => {
            record_with(cx, Some(Unended::Failed));
            let detail = format!("{reason}\n\nIts creation went on after the apply that began it. It is replaced.");
            cx.warn(Diagnostic::warning(
                format!("The creation of {what} has failed"),
                detail,
            ));
        }
    }
    Ok(())
}

/// Makes sure that what was not found may be taken for gone. What another provider has handed over may as well live elsewhere,
/// where that one was configured for.
///
/// # Errors
/// Nothing tells that it ever was here.
pub fn require_gone(cx: &Context<Connection>, whereabouts: Whereabouts, what: &str) -> Result<(), Diagnostics> {
    if whereabouts != Whereabouts::Assumed {
        return Ok(());
    }
    let detail = format!(
        "Another provider has handed it over, and it is not in {}, for which this provider is configured. Nothing was changed. What \
         azapi or azurerm made lives on Azure: write `backend = \"azure\"` in the provider block, or set IMAGEBUILDER_BACKEND. If it \
         does not exist any more, take it out of the state with `terraform state rm`.",
        cx.client().origin()
    );
    Err(Diagnostic::error(format!("{} is not here", capitalized(what)), detail).into())
}

/// Makes sure that the resource lives here before it is changed or deleted.
///
/// # Errors
/// It lives elsewhere, or what is remembered about it cannot be read; nothing was sent.
pub fn require(cx: &mut Context<Connection>, what: &str) -> Result<(), Diagnostics> {
    let Some(Residence { origin, .. }) = cx.private().get()? else {
        return Ok(());
    };
    let here = cx.client().origin();
    match origin.relation_to(here) {
        OriginRelation::Same => Ok(()),
        OriginRelation::AnotherLocalRoot | OriginRelation::AnotherBackend => Err(elsewhere(what, &origin, here).into()),
    }
}

fn elsewhere(what: &str, origin: &Origin, here: &Origin) -> Diagnostic {
    let way_back = match origin {
        Origin::Local { directory, .. } => format!(
            "`backend = \"local\"` with `local = {{ root = \"{}\" }}`",
            directory.display()
        ),
        Origin::Azure { .. } => "`backend = \"azure\"` with that cloud and tenant".to_owned(),
    };
    let detail = format!(
        "It lives in {origin}, and the provider is configured for {here}, from where it cannot be seen. Nothing was changed. To \
         work with it, configure the provider for where it lives: {way_back}. To give it up there and start anew here, first take \
         it out of the state with `terraform state rm`."
    );
    Diagnostic::error(format!("{} is on another backend", capitalized(what)), detail)
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
