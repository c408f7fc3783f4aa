//! A TCP proxy on loopback between the product and what it talks to, which harms connections when a test asks for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What happens to what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Forward,
    /// Taken and never passed on, in both directions: the half-open connection.
    Silent,
    /// New connections are closed at once and old ones are cut: the other side is down.
    Refuse,
    /// The connection is cut instead of a commit's answer, and every second commit does not even arrive: nobody can
    /// know whether it took effect.
    LoseCommits,
}

#[derive(Debug, Clone, Copy)]
struct State {
    mode: Mode,
    /// What everything waits for on its way, in both directions.
    delay: Duration,
    /// Grows with each cut; a connection made before it ends.
    cuts: u64,
    /// Commits whose answer was lost.
    lost: u64,
}

/// A proxy in front of one address.
pub struct Proxy {
    port: u16,
    state: Arc<watch::Sender<State>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and forwards to this address.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let state =
            Arc::new(watch::Sender::new(State { mode: Mode::Forward, delay: Duration::ZERO, cuts: 0, lost: 0 }));
        let task = tokio::spawn(accept(listener, target, state.clone()));
        Self { port, state, task }
    }

    /// In front of the server of a `postgres://` address.
    pub async fn before(address: &str) -> Self {
        Self::to(authority(address).1.to_owned()).await
    }

    /// The same address, by way of this proxy.
    pub fn in_place_of(&self, address: &str) -> String {
        let (start, _, end) = authority(address);
        format!("{start}127.0.0.1:{}{end}", self.port)
    }

    /// Ends all connections; new ones are made as before.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Ends all connections and makes no new ones.
    pub fn refuse(&self) {
        self.set(Mode::Refuse);
    }

    /// From now on nothing arrives any more, and nobody is told.
    pub fn fall_silent(&self) {
        self.set(Mode::Silent);
    }

    /// The answer to each commit is lost with the connection, and every second commit too.
    pub fn lose_commits(&self) {
        self.set(Mode::LoseCommits);
    }

    /// From now on everything takes this much longer on its way.
    pub fn delay(&self, by: Duration) {
        self.state.send_modify(|state| state.delay = by);
    }

    /// Forwards again, and at once. What fell silent stays so for the connections of that time.
    pub fn heal(&self) {
        self.set(Mode::Forward);
    }

    /// Waits until the answers of so many commits were lost.
    pub async fn wait_for_lost_commits(&self, at_least: u64) {
        let mut states = self.state.subscribe();
        states.wait_for(|state| state.lost >= at_least).await.expect("the proxy lives");
    }

    fn set(&self, mode: Mode) {
        self.state.send_modify(|state| {
            state.mode = mode;
            state.delay = Duration::ZERO;
            state.cuts += u64::from(mode == Mode::Refuse);
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.refuse();
    }
}

/// What comes before host and port, these, and what comes after them.
fn authority(address: &str) -> (&str, &str, &str) {
    let start = address.rfind('@').map_or_else(|| address.find("://").map_or(0, |at| at + 3), |at| at + 1);
    let end = address[start..].find('/').map_or(address.len(), |at| start + at);
    (&address[..start], &address[start..end], &address[end..])
}

async fn accept(listener: TcpListener, target: String, state: Arc<watch::Sender<State>>) {
    while let Ok((near, _)) = listener.accept().await {
        if state.borrow().mode == Mode::Refuse {
            continue;
        }
        tokio::spawn(connect(near, target.clone(), state.clone()));
    }
}

async fn connect(near: TcpStream, target: String, state: Arc<watch::Sender<State>>) {
    let mut states = state.subscribe();
    let cuts = states.borrow_and_update().cuts;
    let Ok(far) = TcpStream::connect(target).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pump(near_in, far_out, &state, true) => {}
        () = pump(far_in, near_out, &state, false) => {}
        _ = states.wait_for(|state| state.cuts != cuts) => {}
    }
}

/// Passes bytes on until one side ends or something is lost on the way.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &watch::Sender<State>, from_client: bool) {
    let (mut buffer, mut silent) = (vec![0; 64 * 1024], false);
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let delay = state.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let mode = state.borrow().mode;
        silent |= mode == Mode::Silent;
        if silent {
            continue;
        }
        let loses = from_client && mode == Mode::LoseCommits && is_commit(&buffer[..count]);
        let lost = state.borrow().lost;
        // A server that was handed the commit takes it before it sees that nobody listens any more.
        if !(loses && lost % 2 == 1) && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
        if loses {
            state.send_modify(|state| state.lost += 1);
            return;
        }
    }
    // A silent connection does not even end.
    if silent {
        std::future::pending::<()>().await;
    }
}

/// A simple query that commits (postgresql.org/docs/current/protocol-message-formats.html).
fn is_commit(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'Q') && bytes.get(5..11).is_some_and(|word| word.eq_ignore_ascii_case(b"commit"))
}

#[cfg(test)]
mod tests {
    use super::{authority, is_commit};

    #[test]
    fn only_host_and_port_are_replaced() {
        assert_eq!(authority("postgres://a:b@h:5/x?y=z"), ("postgres://a:b@", "h:5", "/x?y=z"));
        assert_eq!(authority("http://h:5"), ("http://", "h:5", ""));
    }

    #[test]
    fn a_commit_is_known() {
        assert!(is_commit(b"Q\0\0\0\x0bcommit\0"));
        assert!(!is_commit(b"Q\0\0\0\x0abegin\0"));
    }
}
