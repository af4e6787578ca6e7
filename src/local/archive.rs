//! The package archive of a distribution, asked for its date.
//!
//! Nothing is checked here but the form: what is installed is checked against the archive's signature when an image is built.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use image_engine::{ArchiveFault, Cancel, Suite};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tokio::task::JoinSet;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For the whole of one answer, of which only the beginning is read.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How often is asked whether to give up.
const CANCEL_INTERVAL: Duration = Duration::from_millis(20);

/// How much of an index is read for its date at most; it stands among the first lines.
const HEAD: usize = 16 * 1024;

/// Why an archive did not tell its date.
#[derive(Debug)]
pub(crate) struct LookupError {
    address: String,
    pub(crate) fault: ArchiveFault,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl LookupError {
    fn new(address: &str, fault: ArchiveFault) -> Self {
        Self {
            address: address.to_owned(),
            fault,
            source: None,
        }
    }

    fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.address, self.fault)
    }
}

impl Error for LookupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The newest date of `suites`. Takes as long as the slowest of them answers, 15 s at most, and ends early with `cancel`.
///
/// Waits on a thread of its own, and so can be called from anywhere that may wait.
pub(crate) fn newest_date(suites: &[Suite], cancel: &Cancel) -> Result<Timestamp, LookupError> {
    let first = suites.first().map(Suite::in_release).unwrap_or_default();
    let failed = |error: io::Error| LookupError::new(&first, ArchiveFault::Unreachable).caused_by(error);
    let ask = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let answer = runtime.block_on(async {
            tokio::select! {
                answer = ask_all(suites) => answer,
                () = requested(cancel) => Err(failed(io::Error::other("nobody wants to know any more"))),
            }
        });
        // The system's resolver keeps its own time, which is longer.
        runtime.shutdown_background();
        answer
    };
    let answer = std::thread::scope(|scope| scope.spawn(ask).join());
    answer.unwrap_or_else(|_| Err(failed(io::Error::other("the thread that asked panicked"))))
}

async fn requested(cancel: &Cancel) {
    while !cancel.is_requested() {
        tokio::time::sleep(CANCEL_INTERVAL).await;
    }
}

async fn ask_all(suites: &[Suite]) -> Result<Timestamp, LookupError> {
    let first = suites.first().map(Suite::in_release).unwrap_or_default();
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| LookupError::new(&first, ArchiveFault::Unreachable).caused_by(error))?;
    let mut asked = JoinSet::new();
    for suite in suites {
        asked.spawn(ask(client.clone(), suite.in_release()));
    }
    let mut newest = None;
    while let Some(answer) = asked.join_next().await {
        let date = answer.map_err(|error| LookupError::new(&first, ArchiveFault::Unreachable).caused_by(error))??;
        newest = newest.max(Some(date));
    }
    newest.ok_or_else(|| LookupError::new(&first, ArchiveFault::Garbage))
}

async fn ask(client: reqwest::Client, address: String) -> Result<Timestamp, LookupError> {
    let unreachable =
        |error: reqwest::Error| LookupError::new(&address, ArchiveFault::Unreachable).caused_by(error.without_url());
    let mut response = client.get(&address).send().await.map_err(unreachable)?;
    let status = response.status();
    if !status.is_success() {
        return Err(LookupError::new(&address, ArchiveFault::Status(status.as_u16())));
    }
    let mut head = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        head.extend_from_slice(&piece);
        if let Some(date) = date_in(&head) {
            return Ok(date);
        }
        if head.len() > HEAD {
            break;
        }
    }
    Err(LookupError::new(&address, ArchiveFault::Garbage))
}

/// The date of an index of which at least the head is there: a signed message whose fields are those of an archive.
fn date_in(head: &[u8]) -> Option<Timestamp> {
    let text = String::from_utf8_lossy(head);
    let (whole_lines, _) = text.rsplit_once('\n')?;
    let mut lines = whole_lines.lines();
    if lines.next()? != "-----BEGIN PGP SIGNED MESSAGE-----" {
        return None;
    }
    lines.find_map(|line| parse_date(line.strip_prefix("Date: ")?))
}

/// `Thu, 19 Nov 2026  0:50:08 UTC`: the format of Debian's archive, whose hours Ubuntu's writes without a zero in front.
fn parse_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::strptime("%a, %d %b %Y %H:%M:%S UTC", text).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_date_is_found_once_its_line_is_whole() {
        let head =
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nDate: Thu, 19 Nov 2026 02:12:54 UTC\n";
        for end in 0..head.len() {
            assert_eq!(date_in(&head.as_bytes()[..end]), None, "{end}");
        }
        let date = date_in(head.as_bytes()).unwrap();
        assert_eq!(date.to_string(), "2026-11-19T02:12:54Z");
    }

    #[test]
    fn an_hour_may_have_one_digit() {
        let date = parse_date("Thu, 19 Nov 2026  0:50:08 UTC").unwrap();
        assert_eq!(date.to_string(), "2026-11-19T00:50:08Z");
    }

    #[test]
    fn what_is_no_date_of_an_archive_is_none() {
        for text in [
            "",
            "yesterday",
            "Thu, 31 Feb 2026 00:00:00 UTC",
            "Thu, 19 Nov 2026 02:12:54 +0100",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
        assert_eq!(date_in(b"<html>\nDate: Thu, 19 Nov 2026 02:12:54 UTC\n"), None);
    }
}
