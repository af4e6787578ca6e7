//! States of an image template and of its runs, and which request is allowed in which. Everything here is pure.
//!
//! ```text
//! template                                       run (lastRunStatus)
//!
//!            PUT                                            POST run
//!             │                                                │
//!         Creating ──(a reference, source or target            ▼           ┌──────── Running ────────┐
//!             │        is not right)──▶ Failed             Queued ─▶ Building ─▶ Customizing ─▶ Validating ─▶ Distributing
//!             ▼                           │                    │         │            │             │             │
//!         Succeeded ◀─PATCH─┐             │                    └────┬────┴──────┬─────┴─────────────┴──────┬──────┘
//!             ├─────────────┘             │               POST cancel        a failure                  the end
//!             │ DELETE                    │ DELETE                  ▼           ▼                          ▼
//!             ▼                           ▼                     Canceling    Failed      Succeeded, PartiallySucceeded
//!         Deleting ──────────────▶ gone ◀─┘                         ▼
//!                                                               Canceled
//! ```
//!
//! A failed run leaves the template Succeeded. A template cannot be changed by PUT, and not deleted while it is being created,
//! or while a run is Running or Canceling. Who waits for a worker that has died sees Failed, from whichever state.

use std::fmt;

use crate::arm::image_template::{ProvisioningState, RunState, RunSubState};

/// A request to an existing template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    Update,
    Delete,
    Run,
    Cancel,
    AddTrigger,
}

/// What a template is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TemplateState {
    pub(crate) provisioning: ProvisioningState,
    /// State of the last run, if there was one.
    pub(crate) run: Option<RunState>,
}

/// Why a request is not allowed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    request: Request,
    state: TemplateState,
}

/// What a DELETE does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deletion {
    Begin,
    /// A deletion is in progress: its operation is the answer.
    Follow,
}

impl TemplateState {
    fn runs(self) -> bool {
        self.run.is_some_and(|run| !run.is_terminal())
    }

    fn refuse<T>(self, request: Request) -> Result<T, Refusal> {
        Err(Refusal { request, state: self })
    }
}

/// Whether a PATCH is allowed. The change of a template in the middle of a run counts from the next run on.
pub(crate) fn update(state: TemplateState) -> Result<(), Refusal> {
    if state.provisioning == ProvisioningState::Succeeded {
        Ok(())
    } else {
        state.refuse(Request::Update)
    }
}

pub(crate) fn delete(state: TemplateState) -> Result<Deletion, Refusal> {
    match state.provisioning {
        ProvisioningState::Deleting => Ok(Deletion::Follow),
        ProvisioningState::Creating | ProvisioningState::Updating => state.refuse(Request::Delete),
        _ if state.runs() => state.refuse(Request::Delete),
        _ => Ok(Deletion::Begin),
    }
}

pub(crate) fn run(state: TemplateState) -> Result<(), Refusal> {
    if state.provisioning == ProvisioningState::Succeeded && !state.runs() {
        Ok(())
    } else {
        state.refuse(Request::Run)
    }
}

pub(crate) fn cancel(state: TemplateState) -> Result<(), Refusal> {
    if state.run == Some(RunState::Running) {
        Ok(())
    } else {
        state.refuse(Request::Cancel)
    }
}

/// Whether a trigger can be added. A run in progress is no hindrance.
pub(crate) fn add_trigger(state: TemplateState) -> Result<(), Refusal> {
    if state.provisioning == ProvisioningState::Succeeded {
        Ok(())
    } else {
        state.refuse(Request::AddTrigger)
    }
}

/// The order of the phases of a run: a run never goes back.
pub(crate) fn advance(from: RunSubState, to: RunSubState) -> bool {
    let order = |phase| RunSubState::ALL.iter().position(|known| *known == phase);
    order(to) > order(from)
}

/// How a run ends whose work ended as `outcome`: after a request to cancel it is Canceled, whatever was still finished.
pub(crate) fn end(state: RunState, outcome: RunState) -> RunState {
    if state == RunState::Canceling {
        RunState::Canceled
    } else {
        outcome
    }
}

impl fmt::Display for Refusal {
    /// The service's own words; clients in the field recognize them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match self.request {
            Request::Delete if self.state.provisioning == ProvisioningState::Creating => {
                return write!(
                    formatter,
                    "Operation 'DELETE' is not allowed in provisioningState: 'creating'"
                );
            }
            Request::Delete => "delete",
            Request::Update => "write",
            Request::Run => "run/action",
            Request::Cancel => "cancel/action",
            Request::AddTrigger => "triggers/write",
        };
        let provisioning = match self.state.provisioning {
            ProvisioningState::Succeeded => "provisioned".to_owned(),
            other => other.as_str().to_lowercase(),
        };
        let run = self
            .state
            .run
            .map_or_else(|| "none".to_owned(), |run| run.as_str().to_lowercase());
        write!(
            formatter,
            "Operation Microsoft.VirtualMachineImages/imageTemplates/{action} is not allowed in provisioning state: {provisioning} or run state: \
             {run}."
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn template(provisioning: ProvisioningState, run: Option<RunState>) -> TemplateState {
        TemplateState { provisioning, run }
    }

    const READY: TemplateState = TemplateState {
        provisioning: ProvisioningState::Succeeded,
        run: None,
    };

    #[test]
    fn a_template_that_is_being_created_cannot_be_deleted() {
        let refusal = delete(template(ProvisioningState::Creating, None)).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "Operation 'DELETE' is not allowed in provisioningState: 'creating'"
        );
    }

    #[test]
    fn a_running_template_cannot_be_deleted_in_the_services_words() {
        let refusal = delete(template(ProvisioningState::Succeeded, Some(RunState::Running))).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "Operation Microsoft.VirtualMachineImages/imageTemplates/delete is not allowed in provisioning state: provisioned or run state: \
             running."
        );
    }

    #[test]
    fn a_cancellation_is_not_canceled() {
        let refusal = cancel(template(ProvisioningState::Succeeded, Some(RunState::Canceling))).unwrap_err();
        assert!(
            refusal
                .to_string()
                .contains("imageTemplates/cancel/action is not allowed")
        );
        assert!(refusal.to_string().ends_with("run state: canceling."));
        assert!(cancel(READY).is_err());
    }

    #[test]
    fn one_run_at_a_time() {
        assert_eq!(run(READY), Ok(()));
        for active in [RunState::Running, RunState::Canceling] {
            assert!(run(template(ProvisioningState::Succeeded, Some(active))).is_err());
        }
        for ended in [
            RunState::Succeeded,
            RunState::PartiallySucceeded,
            RunState::Failed,
            RunState::Canceled,
        ] {
            assert_eq!(run(template(ProvisioningState::Succeeded, Some(ended))), Ok(()));
        }
        assert!(run(template(ProvisioningState::Failed, None)).is_err());
    }

    #[test]
    fn a_failed_template_can_only_be_deleted() {
        let failed = template(ProvisioningState::Failed, None);
        assert!(update(failed).is_err());
        assert_eq!(delete(failed), Ok(Deletion::Begin));
    }

    #[test]
    fn a_second_deletion_follows_the_first() {
        assert_eq!(
            delete(template(ProvisioningState::Deleting, None)),
            Ok(Deletion::Follow)
        );
    }

    #[test]
    fn a_run_never_goes_back() {
        assert!(advance(RunSubState::Queued, RunSubState::Building));
        assert!(advance(RunSubState::Customizing, RunSubState::Validating));
        assert!(!advance(RunSubState::Distributing, RunSubState::Building));
        assert!(!advance(RunSubState::Building, RunSubState::Building));
    }

    #[test]
    fn a_canceling_run_ends_canceled() {
        assert_eq!(end(RunState::Canceling, RunState::Succeeded), RunState::Canceled);
        assert_eq!(end(RunState::Running, RunState::Failed), RunState::Failed);
    }
}
