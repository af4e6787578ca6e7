//! The logs of local builds, which lie as files in the staging groups' folders.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::arm::id::{ImageTemplateId, ResourceId};
use crate::backend::transport::BoxFuture;
use crate::backend::{BuildLog, BuildLogError, BuildLogErrorKind, BuildLogs};
use crate::local::{LocalService, runs};

/// Most bytes of one answer.
const PART: u64 = 1024 * 1024;

/// The logs of the runs of one root.
pub(super) struct LocalLogs(pub(super) Arc<LocalService>);

impl BuildLogs for LocalLogs {
    fn list<'a>(&'a self, template: &'a ImageTemplateId) -> BoxFuture<'a, Result<Vec<BuildLog>, BuildLogError>> {
        let (service, template) = (self.0.clone(), ResourceId::from(template.clone()));
        // Looking can mean cleaning up after a run that has died.
        Box::pin(async move { beside_the_runtime(move || list(&service, &template)).await })
    }

    fn read<'a>(&'a self, log: &'a BuildLog, from: u64) -> BoxFuture<'a, Result<Bytes, BuildLogError>> {
        let path = log.location.clone();
        Box::pin(async move { beside_the_runtime(move || read(&path, from)).await })
    }

    fn longest_pause(&self) -> Duration {
        Duration::from_millis(200)
    }
}

async fn beside_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BuildLogError> + Send + 'static,
) -> Result<T, BuildLogError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panic| Err(unavailable("the log was not looked for").caused_by(panic)))
}

fn list(service: &LocalService, template: &ResourceId) -> Result<Vec<BuildLog>, BuildLogError> {
    let runs = runs::list(service).map_err(|error| unavailable("the runs cannot be listed").caused_by(error))?;
    let of_template = runs
        .into_iter()
        .filter(|run| ResourceId::parse(&run.template_id).is_ok_and(|id| id == *template));
    let log = |run: runs::Run| {
        let file = run.log.metadata().ok();
        BuildLog {
            length: file.as_ref().map_or(0, std::fs::Metadata::len),
            modified: file.and_then(|file| Timestamp::try_from(file.modified().ok()?).ok()),
            location: run.log.display().to_string(),
        }
    };
    Ok(of_template.map(log).collect())
}

fn read(path: &str, from: u64) -> Result<Bytes, BuildLogError> {
    let mut part = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(from))?;
        file.take(PART).read_to_end(&mut part)
    });
    match read {
        Ok(_) => Ok(part.into()),
        // A run that waits for its turn has not written anything yet.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Bytes::new()),
        Err(error) => Err(unavailable(&format!("{path} cannot be read")).caused_by(error)),
    }
}

fn unavailable(what: &str) -> BuildLogError {
    BuildLogError::new(BuildLogErrorKind::Unavailable, what)
}
