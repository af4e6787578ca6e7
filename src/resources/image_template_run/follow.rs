//! Following the log of a build into a file, while it runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tf_provider::{CancellationToken, Diagnostic, Diagnostics, path};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;

use crate::arm::id::ImageTemplateId;
use crate::resources::connection::{Connection, Logs};

const PAUSE: Duration = Duration::from_millis(200);

/// What is to be followed, and into which file.
pub(super) struct Follower {
    logs: Logs,
    template: ImageTemplateId,
    /// The log of an earlier run, which is not the one to follow.
    earlier: Option<PathBuf>,
    path: PathBuf,
    file: std::fs::File,
}

/// A log that is being followed.
pub(super) struct Following {
    stop: CancellationToken,
    task: JoinHandle<Result<(), Diagnostic>>,
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
    ) -> Result<Option<Self>, Diagnostics> {
        let Some(path) = file else { return Ok(None) };
        let file = open(path).map_err(|error| {
            let detail = format!("\"{}\" cannot be written: {error}", path.display());
            Diagnostic::error("Log file cannot be written", detail).at(path!("log_file"))
        })?;
        let logs = connection.build_logs();
        Ok(Some(Self {
            earlier: logs.newest(template).await,
            logs,
            template: template.clone(),
            path: path.to_owned(),
            file,
        }))
    }

    /// Begins to follow a run that was `started` just now, or else the one that was there already, from its beginning.
    pub(super) fn start(self, started: bool) -> Following {
        let earlier = self.earlier.filter(|_| started);
        let stop = CancellationToken::new();
        let task = tokio::spawn(Self { earlier, ..self }.follow(stop.clone()));
        Following { stop, task }
    }

    async fn follow(self, stop: CancellationToken) -> Result<(), Diagnostic> {
        let mut target = File::from_std(self.file);
        let mut log: Option<(PathBuf, File)> = None;
        loop {
            // Whether it has ended is asked before the log is read, so that its last lines are not missed.
            let ended = stop.is_cancelled();
            if log.is_none() {
                let newest = self
                    .logs
                    .newest(&self.template)
                    .await
                    .filter(|newest| Some(newest) != self.earlier.as_ref());
                if let Some(path) = newest
                    && let Ok(file) = OpenOptions::new().read(true).open(&path).await
                {
                    log = Some((path, file));
                }
            }
            if let Some((place, log)) = &mut log
                && let Err(error) = copy_rest(log, &mut target).await
            {
                let detail = format!(
                    "\"{}\" does not hold all of the log: {error}. The run itself is not affected; the whole log is {}.",
                    self.path.display(),
                    place.display()
                );
                return Err(Diagnostic::warning("Log file is not complete", detail).at(path!("log_file")));
            }
            if ended {
                return Ok(());
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

impl Following {
    /// Copies what is left and ends; tells what kept the file from being complete.
    pub(super) async fn finish(self) -> Option<Diagnostic> {
        self.stop.cancel();
        match self.task.await {
            Ok(followed) => followed.err(),
            Err(error) => {
                let detail = format!("The log was not followed to its end: {error}.");
                Some(Diagnostic::warning("Log file is not complete", detail).at(path!("log_file")))
            }
        }
    }
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

/// Copies what has been added to the log since the last time.
async fn copy_rest(log: &mut File, target: &mut File) -> std::io::Result<()> {
    tokio::io::copy(log, target).await?;
    target.flush().await
}
