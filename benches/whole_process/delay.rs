//! A far end that is further away: passes bytes on, each some time after it came. Like a long line it delays and does not throttle.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Listens in front of `target`, and tells its address. Half of `round_trip` passes on the way there, half on the way back. It ends with
/// this process.
pub(crate) fn in_front_of(target: SocketAddr, round_trip: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for near in listener.incoming() {
            let (near, far) = (near.unwrap(), TcpStream::connect(target).unwrap());
            for end in [&near, &far] {
                end.set_nodelay(true).unwrap();
            }
            pass_on(near.try_clone().unwrap(), far.try_clone().unwrap(), round_trip / 2);
            pass_on(far, near, round_trip / 2);
        }
    });
    address
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let due = Instant::now() + delay;
            if sender.send((due, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        // The other end may have gone first.
        let _ = to.shutdown(Shutdown::Write);
    });
}
