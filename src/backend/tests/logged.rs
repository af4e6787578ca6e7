#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::script::{Script, Step, template};
use crate::backend::{Request, TransportError, TransportErrorKind, Wait};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_each_request_and_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.with_ansi(false).finish());
    // With a single subscriber in the process, tracing asks the thread that reaches a log statement first whether anybody listens
    // to it, and keeps the answer: here that may be the thread of another test. With two it asks both subscribers.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());

    let operation = "https://arm.example/operations/1?api-version=1&t=topsecret&c=topsecret&s=topsecret";
    let failed =
        json!({"status": "Failed", "error": {"code": "C", "message": "https://h/a?sig=topsecret is not there"}});
    let script = Script::new([
        (
            format!("POST {}/run?api-version=2025-10-01", template()),
            Step::status(202)
                .with("Azure-AsyncOperation", operation)
                .with("Set-Cookie", "topsecret"),
        ),
        (format!("GET {operation}"), Step::status(503)),
        (format!("GET {operation}"), Step::json(200, &failed)),
    ]);
    let client = script.client();
    let mut accepted = client
        .submit(&Request::post(&template(), "run").with_request_id("the-id"))
        .await
        .unwrap();
    let error = client.finish(&mut accepted, &Wait::default()).await.unwrap_err();
    assert!(!error.to_string().contains("topsecret"), "{error}");

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in [
        "method=POST",
        "path=\"/subscriptions/s/",
        "request_id=\"the-id\"",
        "status=202",
        "duration_ms=",
        "status=503",
        "trying again",
    ] {
        assert!(log.contains(part), "{part} is missing in\n{log}");
    }
    assert!(!log.contains("topsecret"), "{log}");
}

#[test]
fn errors_beneath_an_error_keep_no_secret() {
    let deepest = io::Error::other("GET https://h/a?sig=topsecret failed");
    let error = TransportError::new(TransportErrorKind::NotSent, "https://h/a?sig=topsecret")
        .caused_by(io::Error::other(deepest));
    let source = error.source().unwrap();
    assert!(error.to_string().contains("sig=REDACTED"), "{error}");
    assert_eq!(source.to_string(), "GET https://h/a?sig=REDACTED failed");
}
