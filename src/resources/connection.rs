//! What a configured provider gives to its resources and data sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::arm::id::ImageTemplateId;
use crate::backend::{ArmClient, Origin};

/// Finds the log of a build, where the backend keeps one that can be read while it grows.
pub trait BuildLogs: Send + Sync {
    /// The `customization.log` of the template's newest run; none before there is one.
    fn newest(&self, template: &ImageTemplateId) -> Option<PathBuf>;
}

/// The logs of builds, for those who must not wait for the disk.
#[derive(Clone)]
pub struct Logs(Arc<dyn BuildLogs>);

impl Logs {
    /// As [`BuildLogs::newest`], beside the runtime: looking can mean cleaning up after a run that has died.
    pub async fn newest(&self, template: &ImageTemplateId) -> Option<PathBuf> {
        let (logs, template) = (self.0.clone(), template.clone());
        let found = tokio::task::spawn_blocking(move || logs.newest(&template)).await;
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, "the log of a build could not be looked for");
            None
        })
    }
}

/// A connection to one backend.
pub struct Connection {
    arm: ArmClient,
    subscription: String,
    default_tags: BTreeMap<String, String>,
    build_logs: Arc<dyn BuildLogs>,
    /// Templates that this process has made and that have not been run since.
    unrun_templates: Mutex<BTreeSet<String>>,
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
            unrun_templates: Mutex::default(),
        }
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

    /// Where the logs of builds are.
    pub fn build_logs(&self) -> Logs {
        Logs(self.build_logs.clone())
    }

    /// Remembers that a template was made just now.
    ///
    /// A template that is replaced under its old name has the id that it had before, so that the plan which Terraform makes
    /// anew during the apply cannot see by the id that its run has yet to come.
    pub fn template_was_made(&self, id: &ImageTemplateId) {
        self.unrun_templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key(id));
    }

    /// Remembers that a template has been run, or is gone.
    pub fn template_was_run(&self, id: &ImageTemplateId) {
        self.unrun_templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&key(id));
    }

    /// Whether this process has made the template and not run it since.
    pub fn template_is_unrun(&self, id: &ImageTemplateId) -> bool {
        self.unrun_templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&key(id))
    }
}

fn key(id: &ImageTemplateId) -> String {
    id.to_string().to_lowercase()
}
