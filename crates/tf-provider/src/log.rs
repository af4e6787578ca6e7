//! Logs as Terraform reads them from a plugin's stderr: hclog's JSON, one object a line.

mod layer;
mod level;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter::Targets};

use layer::Hclog;

/// The crates that this one is built on; what they say below WARN is about bytes on a connection.
const TRANSPORT: [&str; 6] = ["h2", "hyper", "hyper_util", "rustls", "tonic", "tower"];

/// Sends `tracing` events to stderr at the level that `TF_LOG_PROVIDER` or `TF_LOG` asks for; at no level, installs nothing.
/// A subscriber that is already there stays.
pub(crate) fn install() {
    let Some(level) = level::from_environment(|name| std::env::var(name).ok()) else {
        return;
    };
    let quiet = level.min(tracing::Level::WARN);
    let filter = Targets::new()
        .with_default(level)
        .with_targets(TRANSPORT.map(|target| (target, quiet)));
    let layer = Hclog::new(std::io::stderr).with_filter(filter);
    // Only tests install another one first.
    if tracing_subscriber::registry().with(layer).try_init().is_ok() {
        log_panics();
    }
}

/// A panic's place goes to the log; the call in which it happened tells the user.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no message"));
    }));
}
