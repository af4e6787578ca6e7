//! What goes out on a connection: whole answers, and for faults on purpose, halves and nothing.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// An answer's body.
pub(super) type Outgoing = Either<Full<Bytes>, Half>;

/// Time for the first half to leave before the connection ends.
const FLUSH: Duration = Duration::from_millis(50);

/// The connection is to end here.
#[derive(Debug)]
pub(super) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was cut on purpose")
    }
}

impl Error for Cut {}

/// A body that promises its whole length and ends in the middle.
pub(super) struct Half {
    first: Option<Bytes>,
    promised: u64,
    flush: Pin<Box<Sleep>>,
}

/// The answer as it is, without its body where the request was a HEAD: hyper sees to that over HTTP/1.1 only.
pub(super) fn whole(method: &Method, answer: Response<Bytes>) -> Response<Outgoing> {
    let is_head = method == Method::HEAD;
    answer.map(|body| Either::Left(Full::new(if is_head { Bytes::new() } else { body })))
}

/// The answer, whose body breaks off.
pub(super) fn half(answer: Response<Bytes>) -> Response<Outgoing> {
    answer.map(|body| {
        Either::Right(Half {
            first: Some(body.slice(..body.len() / 2)),
            // Also of an empty body something is missing.
            promised: body.len().max(1) as u64,
            flush: Box::pin(sleep(FLUSH)),
        })
    })
}

impl Body for Half {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        ready!(self.flush.as_mut().poll(context));
        Poll::Ready(Some(Err(Cut)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
