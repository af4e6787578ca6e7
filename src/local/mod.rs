//! Image Builder as an ARM service in this process, on top of the crate `image-engine`.
//!
//! From the outside in:
//! - [`LocalService`]: opens a root folder and answers ARM requests through [`crate::backend::transport::Transport`].
//! - `request`, `route`, `router`, `handlers`: from a request to its answer; `validation` and `states` decide, and are pure.
//! - `store`: what is recorded, in SQLite. `root`: where the files are.
//! - `jobs`: what an answer has promised (checks and copies of a submitted template, deletions).
//! - [`worker`]: the process that carries out one run.
//! - [`images`], [`layers`], [`runs`]: the same root, for the command line.
//! - [`serve`]: the same service over TLS, with sign-in, for clients that speak to Azure.
//!
//! Several processes use one root at once. What they must not do twice is done under a file lock, and what is unfinished
//! when its lock is free is carried on by whoever sees it first.

mod answer;
mod archive;
mod busybox;
mod catalogue;
mod error;
mod file_uri;
mod handlers;
pub mod images;
mod jobs;
pub mod layers;
mod lock;
mod options;
mod presentation;
mod refusal;
mod request;
mod reuse;
mod root;
mod route;
mod router;
mod run_request;
pub mod runs;
pub mod serve;
mod service;
mod states;
mod store;
mod triggers;
mod validation;
pub mod worker;

pub use error::{OpenError, OpenErrorKind, StoreError, StoreErrorKind};
pub use options::{LocalOptions, Mirrors, Network, PlatformImage};
pub use service::LocalService;
