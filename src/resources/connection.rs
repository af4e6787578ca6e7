//! What a configured provider gives to its resources and data sources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use tf_provider::Severity;

use super::authority::Authority;
use crate::arm::id::{ArmId, ImageTemplateId};
use crate::backend::{ArmClient, BuildLogs, Origin};

/// A connection to one backend.
pub struct Connection {
    arm: ArmClient,
    subscription: String,
    default_tags: BTreeMap<String, String>,
    build_logs: Arc<dyn BuildLogs>,
    preflight: Option<Preflight>,
    /// Ids of what this process has made, in lower case.
    made: Mutex<BTreeSet<String>>,
    /// Templates that have not been run since this process has made or changed them.
    unrun_templates: Mutex<BTreeMap<String, Novelty>>,
    /// When the service first refused something for want of a right.
    first_denial: OnceLock<Instant>,
}

/// A look, while planning, whether Image Builder will find what it needs.
pub struct Preflight {
    /// How what is missing is told.
    pub severity: Severity,
    /// Who may do what.
    pub authority: Authority,
}

/// What this process has done with a template that no run has seen yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// Made it: every run that it has had began after that.
    Made,
    /// Changed in place what a run makes of it: a run in progress goes by what it was before.
    Changed,
}

impl Connection {
    /// A connection through this client, for resources in this subscription.
    pub fn new(
        arm: ArmClient,
        subscription: String,
        default_tags: BTreeMap<String, String>,
        build_logs: Arc<dyn BuildLogs>,
    ) -> Self {
        Self {
            arm,
            subscription,
            default_tags,
            build_logs,
            preflight: None,
            made: Mutex::default(),
            unrun_templates: Mutex::default(),
            first_denial: OnceLock::new(),
        }
    }

    /// The same connection, which looks while planning whether Image Builder will find what it needs. What it will not find is told
    /// with this severity.
    #[must_use]
    pub fn with_preflight(self, severity: Option<Severity>) -> Self {
        let preflight = severity.map(|severity| Preflight {
            severity,
            authority: Authority::default(),
        });
        Self { preflight, ..self }
    }

    /// What is needed to look beforehand; none where nobody asked for it.
    pub const fn preflight(&self) -> Option<&Preflight> {
        self.preflight.as_ref()
    }

    /// The client that sends requests.
    pub const fn arm(&self) -> &ArmClient {
        &self.arm
    }

    /// Which backend it is.
    pub fn origin(&self) -> &Origin {
        self.arm.origin()
    }

    /// The subscription in which resources are made.
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The provider's `default_tags`.
    pub const fn default_tags(&self) -> &BTreeMap<String, String> {
        &self.default_tags
    }

    /// The logs of builds.
    pub fn build_logs(&self) -> Arc<dyn BuildLogs> {
        self.build_logs.clone()
    }

    /// Remembers that the service has refused something for want of a right, and tells since when it does.
    pub fn denied_since(&self) -> Instant {
        *self.first_denial.get_or_init(Instant::now)
    }

    /// Remembers that a resource was made by this process.
    pub fn remember_made(&self, id: &impl ArmId) {
        self.made().insert(id.to_string().to_lowercase());
    }

    /// Whether this process has made what a resource is part of, such as its resource group. The service may then deny for a while
    /// that it is there.
    pub fn has_made_what_holds(&self, id: &impl ArmId) -> bool {
        let id = id.to_string().to_lowercase();
        let ends = id.match_indices('/').map(|(end, _)| end);
        let made = self.made();
        ends.into_iter().any(|end| made.contains(&id[..end]))
    }

    fn made(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that a template was made just now.
    ///
    /// A template that is replaced under its old name has the id that it had before, so that the plan which Terraform makes
    /// anew during the apply cannot see by the id that its run has yet to come.
    pub fn template_was_made(&self, id: &ImageTemplateId) {
        self.unrun_templates().insert(key(id), Novelty::Made);
    }

    /// Remembers that what a run makes of a template was changed just now.
    pub fn template_was_changed(&self, id: &ImageTemplateId) {
        self.unrun_templates().entry(key(id)).or_insert(Novelty::Changed);
    }

    /// Remembers that a template has been run, or is gone.
    pub fn template_was_run(&self, id: &ImageTemplateId) {
        self.unrun_templates().remove(&key(id));
    }

    /// What this process has done with the template since its last run.
    pub fn template_novelty(&self, id: &ImageTemplateId) -> Option<Novelty> {
        self.unrun_templates().get(&key(id)).copied()
    }

    fn unrun_templates(&self) -> MutexGuard<'_, BTreeMap<String, Novelty>> {
        self.unrun_templates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(id: &ImageTemplateId) -> String {
    id.to_string().to_lowercase()
}
