//! Azure Resource Manager over TLS: [`cloud`] says where it is, [`credential`] who asks and [`token`] for how long, [`https`] carries
//! the requests. What builds print is read beside it, by [`storage`].

pub mod cloud;
pub mod credential;
pub mod http_client;
pub mod https;
pub mod metadata;
pub mod storage;
pub mod token;
mod unanswered;

pub use cloud::{Cloud, CloudError};
pub use http_client::HttpClient;
pub use https::{Caller, HttpsTransport};
pub use token::{AccessToken, CredentialError, CredentialErrorKind, TokenCache, TokenSource};
