//! Following the log of a build into a file, while it runs.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tf_provider::{CancellationToken, Diagnostic, Diagnostics, path};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use crate::arm::id::ImageTemplateId;
use crate::resources::connection::{BuildLogs, Connection};
use crate::resources::runs::Standing;

const PAUSE: Duration = Duration::from_millis(200);

/// What is to be followed, and into which file.
pub(super) struct Follower {
    logs: Arc<dyn BuildLogs>,
    template: ImageTemplateId,
    /// The log of an earlier run, which is not the one to follow.
    earlier: Option<PathBuf>,
    file: std::fs::File,
}

/// A log that is being followed.
pub(super) struct Following {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Follower {
    /// Opens the file. A run in progress is followed from its beginning.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn prepare(
        connection: &Connection,
        template: &ImageTemplateId,
        before: &Standing,
        file: Option<&Path>,
    ) -> Result<Option<Self>, Diagnostics> {
        let Some(path) = file else { return Ok(None) };
        // A log can hold what the steps print, secrets among it.
        let mut options = std::fs::OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .create(true)
            .write(true)
            .truncate(true)
            .open(path)
            .map_err(|error| {
                let detail = format!("\"{}\" cannot be written: {error}", path.display());
                Diagnostic::error("Log file cannot be written", detail).at(path!("log_file"))
            })?;
        let logs = connection.build_logs();
        let earlier = if before.is_running() {
            None
        } else {
            logs.newest(template)
        };
        Ok(Some(Self {
            logs,
            template: template.clone(),
            earlier,
            file,
        }))
    }

    /// Begins to follow.
    pub(super) fn start(self) -> Following {
        let stop = CancellationToken::new();
        let task = tokio::spawn(self.follow(stop.clone()));
        Following { stop, task }
    }

    async fn follow(self, stop: CancellationToken) {
        let mut target = File::from_std(self.file);
        let mut log: Option<File> = None;
        loop {
            // Whether it has ended is asked before the log is read, so that its last lines are not missed.
            let ended = stop.is_cancelled();
            if log.is_none() {
                let newest = self
                    .logs
                    .newest(&self.template)
                    .filter(|newest| Some(newest) != self.earlier.as_ref());
                if let Some(path) = newest {
                    log = OpenOptions::new().read(true).open(path).await.ok();
                }
            }
            if let Some(log) = &mut log
                && let Err(error) = copy_rest(log, &mut target).await
            {
                tracing::warn!(%error, "the build's log is no longer followed");
                return;
            }
            if ended {
                return;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

impl Following {
    /// Copies what is left and ends.
    pub(super) async fn finish(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "the build's log was not followed to its end");
        }
    }
}

/// Copies what has been added to the log since the last time.
async fn copy_rest(log: &mut File, target: &mut File) -> std::io::Result<()> {
    let mut added = Vec::new();
    log.read_to_end(&mut added).await?;
    if !added.is_empty() {
        target.seek(SeekFrom::End(0)).await?;
        target.write_all(&added).await?;
        target.flush().await?;
    }
    Ok(())
}
