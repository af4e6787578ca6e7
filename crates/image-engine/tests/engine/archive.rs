//! A package archive on this machine, as tests need it: one that is not what it should be.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use image_engine::{Mirrors, Release, Suite};

use crate::fixture::run;

/// What the server answers to a path.
pub(crate) type Answers = fn(&str) -> Option<&'static str>;

/// Serves `answers` for as long as the test process lives, and 404 to everything else. Returns its address for all archives.
pub(crate) fn serve(answers: Answers) -> Mirrors {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/archive", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                // A client that goes away in the middle is no failure of the test.
                let _ = talk(&stream, answers);
            });
        }
    });
    everywhere(&address)
}

/// Takes connections and says nothing.
pub(crate) fn silent() -> (TcpListener, Mirrors) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mirrors = everywhere(&format!("http://{}/archive", listener.local_addr().unwrap()));
    (listener, mirrors)
}

pub(crate) fn everywhere(address: &str) -> Mirrors {
    let address = Some(address.to_owned());
    Mirrors {
        debian: address.clone(),
        debian_security: address.clone(),
        ubuntu: address,
    }
}

fn talk(mut stream: &TcpStream, answers: Answers) -> std::io::Result<()> {
    let mut requests = BufReader::new(stream.try_clone()?).lines();
    while let Some(request) = requests.next() {
        let request = request?;
        for header in requests.by_ref() {
            if header?.is_empty() {
                break;
            }
        }
        let path = request.split(' ').nth(1).unwrap_or_default();
        let (status, body) = answers(path).map_or(("404 Not Found", ""), |body| ("200 OK", body));
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
    Ok(())
}

/// The date of Debian's own archive in seconds since 1970. None if it cannot be reached: then it says that `what` was left out,
/// and fails where everything must run.
pub(crate) fn date_of_debian(what: &str) -> Option<u64> {
    let suites = Release::Debian12.suites(&Mirrors::default());
    let dates: std::io::Result<Vec<u64>> = suites.iter().map(date_of).collect();
    match dates {
        Ok(dates) => dates.into_iter().max(),
        Err(error) => {
            let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!is_ci, "Debian's package archive cannot be reached: {error}");
            eprintln!("LEFT OUT without Debian's package archive ({error}): {what}");
            None
        }
    }
}

fn date_of(suite: &Suite) -> std::io::Result<u64> {
    const PATIENCE: Duration = Duration::from_secs(10);
    let address = suite.in_release();
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    let place = (host, 80).to_socket_addrs()?.next();
    let place = place.ok_or_else(|| std::io::Error::other("its name has no address"))?;
    let mut stream = TcpStream::connect_timeout(&place, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let date = answer
        .lines()
        .filter_map(|line| line.strip_prefix("Date: "))
        .next_back();
    let date = date.ok_or_else(|| std::io::Error::other(format!("no date in {address}")))?;
    Ok(run("date", &["--utc", &format!("--date={date}"), "+%s"])
        .trim()
        .parse()
        .unwrap())
}
