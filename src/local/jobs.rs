//! The job driver: carries out operations whose answer has already been given.
//!
//! A job is recorded in its operation's row, in the transaction that made the answer. Whoever holds `operations/<id>.lock` carries it
//! out; a job that was left by a process which has died is begun again from its beginning, so every step of one can be repeated.

pub(crate) mod checks;
mod delete;
pub(crate) mod fetch;
pub(crate) mod staging;
pub(crate) mod submit;

use std::fs;
use std::sync::Arc;

use uuid::Uuid;

use super::error::{StoreError, chain};
use super::lock::FileLock;
use super::service::Shared;
use super::store::operations::{self, Job, Operation, Status};

/// Carries out an operation, unless it has ended or somebody else is at it.
pub(crate) async fn drive(shared: Arc<Shared>, id: Uuid) {
    let path = shared.root.operation_lock(id);
    let lock = match FileLock::try_acquire(&path) {
        Ok(Some(lock)) => lock,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, operation = %id, "the lock of an operation cannot be taken");
            return;
        }
    };
    if let Err(error) = carry_out(&shared, id).await {
        // It stays in progress: whoever asks for it next begins it again.
        tracing::warn!(error = chain(&error), operation = %id, "an operation was interrupted");
    } else if let Err(error) = fs::remove_file(&path) {
        tracing::debug!(%error, operation = %id, "the lock file of an ended operation could not be removed");
    }
    drop(lock);
}

async fn carry_out(shared: &Arc<Shared>, id: Uuid) -> Result<(), StoreError> {
    let read = move |shared: &Shared| {
        shared.store.read("read an operation", |view| {
            Ok::<_, StoreError>(operations::get(view, id)?)
        })
    };
    // The lock was free, so whatever the row says now is final, or ours to do.
    let Some(operation) = blocking(shared, read)
        .await?
        .filter(|operation| operation.status == Status::InProgress)
    else {
        return Ok(());
    };
    match operation.job {
        Job::SubmitTemplate => submit::carry_out(shared, operation).await,
        Job::DeleteTemplate | Job::DeleteImage | Job::DeleteResourceGroup => {
            blocking(shared, move |shared| delete::carry_out(shared, &operation)).await
        }
        Job::Run | Job::Cancel | Job::CreateTrigger | Job::DeleteTrigger => Ok(()),
    }
}

/// Runs what waits for the disk beside the runtime.
async fn blocking<T, W>(shared: &Arc<Shared>, work: W) -> Result<T, StoreError>
where
    T: Send + 'static,
    W: FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
{
    let shared = Arc::clone(shared);
    match tokio::task::spawn_blocking(move || work(&shared)).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime is shutting down: the next process carries on.
        Err(_) => Err(StoreError::interrupted()),
    }
}

/// Ends an operation well.
fn succeed(connection: &rusqlite::Connection, operation: &Operation) -> rusqlite::Result<()> {
    operations::end(connection, operation.id, Status::Succeeded, None)
}
