//! What goes out on a connection: whole answers, and for faults on purpose, halves and nothing.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// An answer's body.
pub(super) type Outgoing = Either<Full<Bytes>, Either<Half, Part>>;

/// How much of a file is in memory at once, in bytes.
const PIECE: u64 = 64 * 1024;

/// Time for the first half to leave before the connection ends.
const FLUSH: Duration = Duration::from_millis(50);

/// What an answer has for a body.
pub(super) enum Content {
    Whole(Bytes),
    Part(Part),
}

/// A part of a file, read as it goes out: a log can be long.
pub(super) struct Part {
    file: File,
    begin: u64,
    end: u64,
}

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
pub(super) fn whole(method: &Method, answer: Response<Content>) -> Response<Outgoing> {
    answer.map(|content| match content {
        _ if method == Method::HEAD => Either::Left(Full::default()),
        Content::Whole(body) => Either::Left(Full::new(body)),
        Content::Part(part) => Either::Right(Either::Right(part)),
    })
}

/// The answer, whose body breaks off.
pub(super) fn half(answer: Response<Content>) -> Response<Outgoing> {
    answer.map(|content| {
        let (first, length) = match content {
            Content::Whole(body) => (body.slice(..body.len() / 2), body.len() as u64),
            Content::Part(mut part) => {
                let length = part.end - part.begin;
                (part.next(length / 2).unwrap_or_default(), length)
            }
        };
        Either::Right(Either::Left(Half {
            first: Some(first),
            // Also of an empty body something is missing.
            promised: length.max(1),
            flush: Box::pin(sleep(FLUSH)),
        }))
    })
}

impl Part {
    /// The bytes from `begin` to before `end`.
    pub(super) fn new(file: File, begin: u64, end: u64) -> Self {
        Self { file, begin, end }
    }

    fn next(&mut self, most: u64) -> io::Result<Bytes> {
        let length = (self.end - self.begin).min(most).min(PIECE);
        let mut piece = vec![0; usize::try_from(length).unwrap_or_default()];
        self.file.read_exact_at(&mut piece, self.begin)?;
        self.begin += length;
        Ok(piece.into())
    }
}

impl Body for Part {
    type Data = Bytes;
    type Error = io::Error;

    /// From the page cache most often; a thread for each piece would cost more.
    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let is_left = self.begin < self.end;
        Poll::Ready(is_left.then(|| self.next(PIECE).map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.begin)
    }
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
