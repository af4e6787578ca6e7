//! Whether Terraform still lives.

use std::time::Duration;

/// How often to look. Terraform's death leaves no work that could be lost in between; only the process would linger.
const INTERVAL: Duration = Duration::from_secs(2);

/// Resolves when the process that started this one is gone: killed, it can neither stop nor shut down its plugins.
pub(super) async fn gone() {
    let parent = rustix::process::getppid();
    while rustix::process::getppid() == parent {
        tokio::time::sleep(INTERVAL).await;
    }
}
