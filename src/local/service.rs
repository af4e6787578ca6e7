//! The service: opens the root, answers requests, and does afterwards what an answer has promised.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_lc_rs::hmac;
use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;
use uuid::Uuid;

use super::answer::Answer;
use super::catalogue::Catalogue;
use super::error::{OpenError, OpenErrorKind, StoreError, chain};
use super::jobs::fetch::Fetcher;
use super::options::LocalOptions;
use super::refusal::Refused;
use super::request::{self, Request};
use super::root::Root;
use super::route::Provider;
use super::store::{Store, operations, runs};
use super::worker::spawn::Launch;
use super::worker::watch;
use super::{jobs, router, triggers};
use crate::backend::transport::{BoxFuture, Transport, TransportError};

/// How long the end of an operation can be asked for.
const OPERATIONS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How often a process that stays looks what others have left, and whether sources have new versions.
const HOUSEKEEPING: Duration = Duration::from_secs(15 * 60);

/// Image Builder and its neighbours, on one root folder.
#[derive(Debug, Clone)]
pub struct LocalService {
    shared: Arc<Shared>,
}

/// What handlers and jobs work with.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: LocalOptions,
    pub(crate) root: Root,
    pub(crate) store: Store,
    pub(crate) catalogue: Catalogue,
    /// What keys of storage accounts are derived from, where blobs can be asked for.
    pub(crate) storage_key: OnceLock<hmac::Key>,
    fetcher: OnceLock<Fetcher>,
    taken_over: AtomicBool,
}

/// A handler's answer, and what is to be done once it stands.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) after: After,
}

/// What an answer has promised.
#[derive(Debug)]
pub(crate) enum After {
    Nothing,
    /// Carry out an operation.
    Drive(Uuid),
    /// Start the worker of a run.
    Launch(Box<Launch>),
    /// Tell the worker of a run to stop.
    Cancel(Uuid),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self {
            answer,
            after: After::Nothing,
        }
    }
}

impl LocalService {
    /// Opens a root; makes it when it is absent.
    ///
    /// # Errors
    /// When the folder belongs to somebody else, lies on an unsuitable file system, was written by a later version, or
    /// cannot be written; or when an option is not usable.
    pub fn open(options: LocalOptions) -> Result<Arc<Self>, OpenError> {
        for image in &options.platform_images {
            check_platform_image(image)
                .map_err(|reason| OpenError::new(OpenErrorKind::Option(reason), &options.root, None))?;
        }
        let mirrors = options.mirrors.check();
        mirrors.map_err(|invalid| OpenError::new(OpenErrorKind::Option(invalid.to_string()), &options.root, None))?;
        let root = Root::open(&options.root)?;
        let store = Store::open(&root.database())?;
        let catalogue = Catalogue::new(
            options.platform_images.clone(),
            &root,
            options.layer_max_age,
            options.mirrors.clone(),
        );
        let shared = Shared {
            options,
            root,
            store,
            catalogue,
            storage_key: OnceLock::new(),
            fetcher: OnceLock::new(),
            taken_over: AtomicBool::new(false),
        };
        Ok(Arc::new(Self {
            shared: Arc::new(shared),
        }))
    }

    /// The root's own identity, made with it.
    #[must_use]
    pub fn root_id(&self) -> Uuid {
        self.shared.store.root_id()
    }

    /// Repeats at an interval what a process does before its first answer, for one that stays. It does not end.
    pub(crate) async fn keep_house(&self) {
        loop {
            sleep(HOUSEKEEPING).await;
            look_around(&self.shared).await;
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The root folder, without symbolic links.
    #[must_use]
    pub fn root(&self) -> &std::path::Path {
        self.shared.root.directory()
    }
}

impl Transport for LocalService {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { Ok(answer(shared, request).await) })
    }
}

async fn answer(shared: Arc<Shared>, request: http::Request<Bytes>) -> Response<Bytes> {
    let correlation = request::correlation(request.headers());
    if !shared.taken_over.swap(true, Ordering::AcqRel) {
        look_around(&shared).await;
    }
    let request = match Request::parse(request) {
        Ok(request) => request,
        Err(refused) => return Answer::from(refused).into_response("", "", &correlation),
    };
    let (base, api_version) = (request.base.clone(), request.api_version.clone());
    // The store waits for the disk, and for other processes. What the answer promises is begun in the same closure, which runs to
    // its end even if the client drops this future.
    let handled = tokio::task::spawn_blocking(move || handle(&shared, &request)).await;
    let answer = handled.unwrap_or_else(|panic| {
        tracing::error!(error = %panic, "a handler of the local backend panicked");
        let text = "A handler of the local backend panicked; its message is in the provider's log.";
        Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", text).into()
    });
    answer.into_response(&base, &api_version, &correlation)
}

/// Runs a handler, and begins what it has promised.
fn handle(shared: &Arc<Shared>, request: &Request) -> Answer {
    let Outcome { answer, after } = match router::dispatch(shared, request) {
        Ok(outcome) => outcome,
        Err(refused) => Answer::from(refused).into(),
    };
    match after {
        After::Nothing => {}
        After::Drive(operation) => drop(tokio::spawn(jobs::drive(Arc::clone(shared), operation))),
        After::Launch(launch) => launch.start(shared),
        After::Cancel(run) => watch::signal_cancel(&shared.root, run),
    }
    match request.provider() {
        Provider::ImageBuilder => answer.in_version(&request.api_version),
        _ => answer,
    }
}

async fn look_around(shared: &Arc<Shared>) {
    take_over(shared).await;
    look_after_triggers(shared);
}

/// Whatever another process has left unfinished is carried on: before the first answer of each process, and at an interval in one that
/// serves.
async fn take_over(shared: &Arc<Shared>) {
    let found = {
        let shared = Arc::clone(shared);
        tokio::task::spawn_blocking(move || unfinished(&shared)).await
    };
    match found {
        Ok(Ok(operations)) => {
            for operation in operations {
                tokio::spawn(jobs::drive(Arc::clone(shared), operation));
            }
        }
        Ok(Err(error)) => tracing::warn!(
            error = chain(&error),
            "unfinished work of the local backend could not be looked for"
        ),
        Err(error) => tracing::error!(error = %error, "looking for unfinished work of the local backend panicked"),
    }
}

/// Finds new versions of sources that nobody has seen at the time. On a thread of its own, which ends with the process: the archive of
/// a distribution may be slow to answer, and the end of a runtime would wait for it.
fn look_after_triggers(shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    std::thread::spawn(move || triggers::look(&shared));
}

fn unfinished(shared: &Shared) -> Result<Vec<Uuid>, StoreError> {
    // Listed before the rows are read: a lock file is younger than its row, so one without a row in progress is of an ended operation,
    // whose driver died before it could remove the file.
    let locks = shared.root.operation_locks();
    let (operations, runs) = shared.store.read("look for unfinished work", |view| {
        Ok::<_, StoreError>((operations::in_progress(view)?, runs::in_progress(view)?))
    })?;
    for id in locks
        .into_iter()
        .filter(|id| operations.iter().all(|operation| operation.id != *id))
    {
        drop(fs::remove_file(shared.root.operation_lock(id)));
    }
    for run in runs {
        watch::visit(shared, &run)?;
    }
    let day_ago = Timestamp::now() - OPERATIONS_KEPT;
    shared.store.write("forget old operations", |transaction| {
        Ok::<_, StoreError>(operations::forget_ended_before(transaction, &day_ago.to_string())?)
    })?;
    if let Err(error) = shared.root.empty_trash() {
        tracing::warn!(%error, "the trash of the local backend could not be emptied");
    }
    Ok(operations
        .into_iter()
        .filter(|operation| operation.run.is_none())
        .map(|operation| operation.id)
        .collect())
}

impl Shared {
    /// The client for referenced files; made at the first use, since most commands of Terraform fetch nothing.
    pub(crate) fn fetcher(&self) -> &Fetcher {
        self.fetcher.get_or_init(Fetcher::new)
    }

    pub(crate) fn subscription(&self) -> String {
        self.options.subscription_id.to_string()
    }
}

fn check_platform_image(image: &super::options::PlatformImage) -> Result<(), String> {
    let name = format!("{}:{}:{}:{}", image.publisher, image.offer, image.sku, image.version);
    crate::arm::names::sha256(&image.sha256).map_err(|reason| format!("platform image {name}: {reason}"))?;
    if image.archive.is_file() {
        Ok(())
    } else {
        Err(format!(
            "platform image {name}: there is no file {}",
            image.archive.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_process_that_stays_removes_what_others_have_left() {
        let folder = tempfile::tempdir().unwrap();
        let service = LocalService::open(LocalOptions::new(folder.path().to_owned(), "/bin/false".into())).unwrap();
        let left = service.root().join("trash/left");
        for _ in 0..2 {
            fs::create_dir(&left).unwrap();
            timeout(HOUSEKEEPING + HOUSEKEEPING / 2, service.keep_house())
                .await
                .unwrap_err();
            assert!(!left.exists());
        }
    }
}
