//! A web server on this machine's loopback that keeps its clients waiting until told otherwise: a call held in the middle.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Serves one body for every path, once there is one.
pub(crate) struct SlowServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    requests: usize,
    body: Option<String>,
}

impl SlowServer {
    /// Listens on a free port; the threads end with the test process.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || served.serve(stream));
            }
        });
        Self { address, shared }
    }

    /// The address of a file on this server.
    pub(crate) fn uri(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// Waits until somebody asks.
    pub(crate) fn wait_for_request(&self) {
        super::process::wait_until("the file is asked for", || {
            (self.shared.state.lock().unwrap().requests > 0).then_some(())
        });
    }

    /// From now on everybody gets this.
    pub(crate) fn answer_with(&self, body: &str) {
        self.shared.state.lock().unwrap().body = Some(body.to_owned());
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let mut request = [0_u8; 4096];
        if stream.read(&mut request).is_err() {
            return;
        }
        let mut state = self.state.lock().unwrap();
        state.requests += 1;
        let body = loop {
            if let Some(body) = state.body.clone() {
                break body;
            }
            state = self.changed.wait_timeout(state, Duration::from_secs(1)).unwrap().0;
        };
        drop(state);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        // A client that was killed meanwhile does not read its answer.
        let _ = stream.write_all(format!("{head}{body}").as_bytes());
    }
}
