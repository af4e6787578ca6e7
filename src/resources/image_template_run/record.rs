//! What a run resource remembers beside its attributes: which run was its own, and which images it made.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tf_provider::Context;

use crate::resources::connection::Connection;
use crate::resources::residence::{self, Residence};

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
    /// Whether the `stale_reason` of the last refresh is age alone.
    #[serde(default)]
    pub(super) stale_by_age: bool,
}

impl RunRecord {
    /// What is remembered; the residence alone when nothing is yet.
    pub(super) fn of(cx: &mut Context<Connection>) -> Self {
        if let Some(record) = cx.private().get() {
            return record;
        }
        residence::record(cx);
        let residence = Residence {
            origin: cx.client().origin().clone(),
        };
        Self {
            residence,
            own_run: None,
            made: BTreeSet::new(),
            stale_by_age: false,
        }
    }

    /// Remembers it.
    pub(super) fn store(&self, cx: &mut Context<Connection>) {
        cx.private().set(self);
    }
}
