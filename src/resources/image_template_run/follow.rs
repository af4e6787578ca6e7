//! Following the log of a build into a file, while it runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tf_provider::{CancellationToken, Diagnostic, Diagnostics, path};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;

use crate::arm::id::ImageTemplateId;
use crate::backend::{BuildLog, BuildLogError, BuildLogErrorKind, BuildLogs};
use crate::resources::connection::Connection;
use crate::resources::patience::Patience;

/// The first pause, and the one after something new was found.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the rest of the log may take once Terraform was interrupted, which is to end within ten seconds of that.
const REST: Duration = Duration::from_secs(2);

/// What is to be followed, and into which file.
pub(super) struct Follower {
    logs: Arc<dyn BuildLogs>,
    template: ImageTemplateId,
    /// The logs of earlier runs, which are not the one to follow.
    earlier: Vec<BuildLog>,
    path: PathBuf,
    file: std::fs::File,
}

/// A log that is being followed.
pub(super) struct Following {
    stop: CancellationToken,
    task: JoinHandle<Result<(), Diagnostic>>,
}

/// The log that was found, and how much of it was copied.
struct Copied {
    log: BuildLog,
    bytes: u64,
}

impl Follower {
    /// Opens the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) async fn prepare(
        connection: &Connection,
        template: &ImageTemplateId,
        file: Option<&Path>,
        patience: &Patience,
    ) -> Result<Option<Self>, Diagnostics> {
        let Some(path) = file else { return Ok(None) };
        let file = open(path).map_err(|error| {
            let detail = format!("\"{}\" cannot be written: {error}", path.display());
            Diagnostic::error("Log file cannot be written", detail).at(path!("log_file"))
        })?;
        let logs = connection.build_logs();
        // What keeps the logs from being listed is met again while following, and told then.
        let earlier = tokio::select! {
            biased;
            () = end_of(patience) => Vec::new(),
            earlier = logs.list(template) => earlier.unwrap_or_default(),
        };
        Ok(Some(Self {
            earlier,
            logs,
            template: template.clone(),
            path: path.to_owned(),
            file,
        }))
    }

    /// Begins to follow a run that was `started` just now, or else the one that was there already, from its beginning.
    pub(super) fn start(mut self, started: bool) -> Following {
        if !started {
            self.earlier.clear();
        }
        let stop = CancellationToken::new();
        let task = tokio::spawn(self.follow(stop.clone()));
        Following { stop, task }
    }

    async fn follow(mut self, stop: CancellationToken) -> Result<(), Diagnostic> {
        let mut target = File::from_std(self.file);
        let earlier = std::mem::take(&mut self.earlier);
        let (logs, path) = (self.logs, self.path);
        let mut copied: Option<Copied> = None;
        let mut pause = PAUSE;
        loop {
            // Whether it has ended is asked before the log is read, so that its last lines are not missed.
            let ended = stop.is_cancelled();
            if copied.is_none() {
                match newest(&*logs, &self.template, &earlier).await {
                    Ok(found) => copied = found.map(|log| Copied { log, bytes: 0 }),
                    Err(error) if ended || hopeless(&error) => return Err(incomplete(&path, &error.to_string())),
                    Err(error) => tracing::info!(%error, "the log of the build cannot be looked for yet"),
                }
            }
            if let Some(copied) = &mut copied {
                let before = copied.bytes;
                match copy_rest(&*logs, copied, &mut target).await {
                    Ok(()) => {}
                    Err(Interruption::Target(error)) => {
                        let cause = format!(
                            "{error}. The run itself is not affected; the whole log is {}",
                            copied.log.location
                        );
                        return Err(incomplete(&path, &cause));
                    }
                    Err(Interruption::Log(error)) if ended || hopeless(&error) => {
                        return Err(incomplete(&path, &error.to_string()));
                    }
                    Err(Interruption::Log(error)) => tracing::info!(%error, "the log of the build cannot be read now"),
                }
                pause = if copied.bytes > before { PAUSE } else { pause };
            }
            if ended {
                return Ok(());
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
            pause = pause.mul_f64(1.5).min(logs.longest_pause());
        }
    }
}

impl Following {
    /// Copies what is left and ends; tells what kept the file from being complete.
    pub(super) async fn finish(mut self, patience: &Patience) -> Option<Diagnostic> {
        self.stop.cancel();
        let too_long = async {
            end_of(patience).await;
            tokio::time::sleep(REST).await;
        };
        let cause = tokio::select! {
            biased;
            followed = &mut self.task => match followed {
                Ok(followed) => return followed.err(),
                Err(error) => error.to_string(),
            },
            () = too_long => {
                self.task.abort();
                "Terraform is to end, and the log could not be read in time".to_owned()
            }
        };
        let detail = format!("The log was not followed to its end: {cause}.");
        Some(Diagnostic::warning("Log file is not complete", detail).at(path!("log_file")))
    }
}

/// Completes when Terraform is interrupted, or the time for the run is over.
async fn end_of(patience: &Patience) {
    tokio::select! {
        () = patience.interrupted() => {}
        () = patience.over() => {}
    }
}

/// What ended one look at the log early.
enum Interruption {
    Log(BuildLogError),
    Target(std::io::Error),
}

/// Empties the file, or makes it. What is no file, such as a terminal, is written as it is.
fn open(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    // A log can hold what the steps print, secrets among it.
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.create(true).append(true).open(path)?;
    if file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    Ok(file)
}

async fn newest(
    logs: &dyn BuildLogs,
    template: &ImageTemplateId,
    earlier: &[BuildLog],
) -> Result<Option<BuildLog>, BuildLogError> {
    let found = logs.list(template).await?;
    let is_new = |log: &BuildLog| earlier.iter().all(|earlier| earlier.location != log.location);
    Ok(found.into_iter().find(is_new))
}

/// Copies what has been added to the log since the last time.
async fn copy_rest(logs: &dyn BuildLogs, copied: &mut Copied, target: &mut File) -> Result<(), Interruption> {
    loop {
        let part = logs.read(&copied.log, copied.bytes).await;
        let part = part.map_err(Interruption::Log)?;
        if part.is_empty() {
            return Ok(());
        }
        let written = async {
            target.write_all(&part).await?;
            target.flush().await
        };
        written.await.map_err(Interruption::Target)?;
        copied.bytes += part.len() as u64;
    }
}

fn hopeless(error: &BuildLogError) -> bool {
    error.kind() == BuildLogErrorKind::Forbidden
}

fn incomplete(path: &Path, cause: &str) -> Diagnostic {
    let detail = format!("\"{}\" does not hold all of the log: {cause}.", path.display());
    Diagnostic::warning("Log file is not complete", detail).at(path!("log_file"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::backend::transport::BoxFuture;

    /// A storage account that does not answer.
    struct Silent;

    impl BuildLogs for Silent {
        fn list<'a>(&'a self, _template: &'a ImageTemplateId) -> BoxFuture<'a, Result<Vec<BuildLog>, BuildLogError>> {
            Box::pin(std::future::pending())
        }

        fn read<'a>(&'a self, _log: &'a BuildLog, _from: u64) -> BoxFuture<'a, Result<Bytes, BuildLogError>> {
            Box::pin(std::future::pending())
        }

        fn longest_pause(&self) -> Duration {
            PAUSE
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_log_that_cannot_be_read_holds_nobody_up_once_the_time_is_over() {
        let follower = Follower {
            logs: Arc::new(Silent),
            template: ImageTemplateId::new("s", "g", "t").unwrap(),
            earlier: Vec::new(),
            path: PathBuf::from("customization.log"),
            file: tempfile::tempfile().unwrap(),
        };
        let following = follower.start(true);
        let over = Patience::whatever_happens(std::time::Instant::now());
        let unfollowed = following.finish(&over).await.unwrap();
        assert_eq!(unfollowed.summary, "Log file is not complete");
    }
}
