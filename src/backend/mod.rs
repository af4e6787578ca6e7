//! One ARM client for every backend.
//!
//! [`request`] builds HTTP messages, a [`transport`] carries them, [`client`] sends them (again where [`retry`] allows it) and
//! reads the answers, [`operation`] and [`poller`] follow long-running operations, [`pending`] remembers writes whose answer has not come.
//! [`build_logs`] is the other seam: what a build prints does not come through Resource Manager.
//! What a message says is Azure Resource Manager's business; nothing here knows what asks for it.

mod answer;
pub mod azure;
pub mod build_logs;
pub mod client;
pub mod clock;
pub mod error;
mod exchange;
pub mod fault;
pub mod operation;
pub mod origin;
pub mod pending;
pub mod poller;
pub mod redact;
pub mod registration;
pub mod request;
pub mod retry;
mod traffic;
pub mod transport;

pub use build_logs::{BuildLog, BuildLogError, BuildLogErrorKind, BuildLogs};
pub use client::{Accepted, ArmClient};
pub use error::{Error, ErrorKind};
pub use operation::Operation;
pub use origin::Origin;
pub use pending::{Note, PendingNotes};
pub use poller::Wait;
pub use request::Request;
pub use transport::{Transport, TransportError, TransportErrorKind};

#[cfg(test)]
mod tests;
