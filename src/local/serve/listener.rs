//! Connections: accepted, secured, and answered by HTTP/1.1 or HTTP/2, as the client chooses.

use std::future::Future;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::front::Front;

/// How long a client may take to secure its connection.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a connection may stay idle. Longer than clients keep theirs, so that none sends into a connection that ends.
const IDLE: Duration = Duration::from_secs(300);
/// How many connections are open at once; further ones wait to be accepted. Below the 1,024 files that a process usually may open.
const MOST_CONNECTIONS: usize = 512;
/// How often a client over HTTP/2 that says nothing is asked whether it is still there, and how long it may take to answer.
const ASK_AGAIN: Duration = Duration::from_secs(30);
const STILL_THERE: Duration = Duration::from_secs(20);
/// How long answers under way may take once the service is to end.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// Pause after a connection could not be accepted for want of file descriptors.
const EXHAUSTED: Duration = Duration::from_millis(100);

pub(super) async fn accept_until(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    front: Arc<Front>,
    stop: impl Future<Output = ()>,
) {
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let (acceptor, front, watcher) = (acceptor.clone(), Arc::clone(&front), open.watcher());
                tokio::spawn(async move {
                    serve(stream, acceptor, front, watcher).await;
                    drop(place);
                });
            }
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(EXHAUSTED).await;
            }
        }
    }
    drop(listener);
    if timeout(LAST_ANSWERS, open.shutdown()).await.is_err() {
        tracing::warn!("connections were still open when the service ended");
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, front: Arc<Front>, watcher: Watcher) {
    // Answers are small and awaited.
    drop(stream.set_nodelay(true));
    let stream = match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "a client did not secure its connection"),
        Err(_) => return tracing::debug!("a client took too long to secure its connection"),
    };
    let cut = CancellationToken::new();
    let to_cut = cut.clone();
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let (front, cut) = (Arc::clone(&front), to_cut.clone());
        async move { front.answer(request).await.inspect_err(|_| cut.cancel()) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ASK_AGAIN)
        .keep_alive_timeout(STILL_THERE);
    let connection = builder.serve_connection(TokioIo::new(stream), answer).into_owned();
    tokio::select! {
        // Before the connection: over HTTP/2 it would only end the one stream, in good order.
        biased;
        () = cut.cancelled() => {}
        ended = watcher.watch(connection) => if let Err(error) = ended {
            tracing::debug!(error, "a connection ended before its answer was read");
        },
    }
}
