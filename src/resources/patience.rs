//! How long a write may take, and who may end it early.

use std::time::{Duration, Instant};

use tf_provider::{CancellationToken, Context};

use crate::backend::Wait;
use crate::backend::client::Limits;

/// How long a look may take after an interrupt or the deadline. Terraform is to end within ten seconds of Ctrl-C.
const LAST_LOOK: Duration = Duration::from_secs(2);

/// Until when to wait, and the token that Ctrl-C cancels.
#[derive(Clone)]
pub struct Patience {
    cancel: CancellationToken,
    deadline: Instant,
}

impl Patience {
    /// Waits until the deadline, or until Terraform is interrupted.
    pub fn of<C>(cx: &Context<C>, deadline: Instant) -> Self {
        Self {
            cancel: cx.cancel().clone(),
            deadline,
        }
    }

    /// Waits until the deadline, come what may: for what has to be done after an interrupt.
    pub fn whatever_happens(deadline: Instant) -> Self {
        Self {
            cancel: CancellationToken::new(),
            deadline,
        }
    }

    /// The same; when it has run out already, a moment more, in which what was done can be recorded.
    pub fn for_a_last_look(&self) -> Self {
        if self.is_interrupted() || self.is_over() {
            Self::whatever_happens(Instant::now() + LAST_LOOK)
        } else {
            self.clone()
        }
    }

    /// Whether Terraform was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Completes when Terraform is interrupted.
    pub async fn interrupted(&self) {
        self.cancel.cancelled().await;
    }

    /// Whether the deadline has come.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Completes when the deadline comes.
    pub async fn over(&self) {
        tokio::time::sleep_until(self.deadline.into()).await;
    }

    /// For a single operation.
    pub fn wait(&self) -> Wait<'static> {
        Wait::new(self.cancel.clone()).until(self.deadline.into())
    }

    /// For every call of a client.
    pub fn limits(&self) -> Limits {
        Limits {
            cancel: self.cancel.clone(),
            deadline: Some(self.deadline.into()),
        }
    }
}
