//! What a run resource remembers beside its attributes: which run was its own, and which images it made.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tf_provider::{Context, Diagnostics};

use super::staleness::Cause;
use crate::resources::connection::Connection;
use crate::resources::residence::{self, Residence};
use crate::resources::runs::Standing;

/// The private state of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RunRecord {
    #[serde(flatten)]
    residence: Residence,
    /// When the last run that this resource started or adopted began, as the service tells it.
    #[serde(default)]
    pub(super) own_run: Option<String>,
    /// Ids of the gallery image versions and managed images that its runs made.
    #[serde(default)]
    pub(super) made: BTreeSet<String>,
    /// The version of the source from which the outputs were built. A later run that failed may have used another one.
    #[serde(default)]
    pub(super) built_from: Option<String>,
    /// What the `stale_reason` of the last refresh comes from.
    #[serde(default)]
    pub(super) cause: Option<Cause>,
}

impl RunRecord {
    /// What is remembered; the residence alone when nothing is yet.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn of(cx: &mut Context<Connection>) -> Result<Self, Diagnostics> {
        if let Some(record) = cx.private().get()? {
            return Ok(record);
        }
        residence::record(cx);
        let residence = Residence {
            origin: cx.client().origin().clone(),
            creation: None,
        };
        Ok(Self {
            residence,
            own_run: None,
            made: BTreeSet::new(),
            built_from: None,
            cause: None,
        })
    }

    /// Notes from which version of the source the outputs are, once a run has made some.
    pub(super) fn saw(&mut self, standing: Option<&Standing>) {
        if let Some(standing) = standing.filter(|standing| standing.has_made_something()) {
            self.built_from = standing.source_exact_version().map(str::to_owned);
        }
    }

    /// Remembers it.
    pub(super) fn store(&self, cx: &mut Context<Connection>) {
        cx.private().set(self);
    }
}
