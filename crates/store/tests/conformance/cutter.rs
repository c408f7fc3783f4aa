//! A relay in front of PostgreSQL that cuts a connection at one chosen round trip: before the server hears of it, or
//! after the server has done it and before anybody hears of that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never hears of the round trip.
    Before,
    /// The server does what it was asked; its answer is lost.
    After,
}

#[derive(Default)]
struct Plan {
    /// Round trips until the cut; 0 cuts nothing.
    left: AtomicUsize,
    after: AtomicBool,
    /// The server is gone after the cut.
    stays_away: AtomicBool,
    away: AtomicBool,
}

pub(crate) struct Cutter {
    /// The server's address through the relay.
    pub(crate) address: String,
    plan: Arc<Plan>,
    relaying: tokio::task::JoinHandle<()>,
}

impl Cutter {
    /// In front of the server at this address.
    pub(crate) async fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (start, rest) = server.rsplit_once('@').unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        // Without TLS the relay understands what it relays.
        let join = if path.contains('?') { '&' } else { '?' };
        let address = format!("{start}@127.0.0.1:{port}/{path}{join}sslmode=disable");
        let (host, plan) = (host.to_owned(), Arc::new(Plan::default()));
        let shared = plan.clone();
        let relaying = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !shared.away.load(Ordering::SeqCst) {
                    let server = TcpStream::connect(&host).await.unwrap();
                    tokio::spawn(relay(client, server, shared.clone()));
                }
            }
        });
        Self { address, plan, relaying }
    }

    /// The round trip with this number, from 1, is the last one of its connection.
    pub(crate) fn arm(&self, round_trip: usize, cut: Cut, stays_away: bool) {
        self.plan.after.store(cut == Cut::After, Ordering::SeqCst);
        self.plan.stays_away.store(stays_away, Ordering::SeqCst);
        self.plan.left.store(round_trip, Ordering::SeqCst);
    }

    /// Lets everything through again; says whether something was cut.
    pub(crate) fn disarm(&self) -> bool {
        self.plan.away.store(false, Ordering::SeqCst);
        self.plan.left.swap(0, Ordering::SeqCst) == 0
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.relaying.abort();
    }
}

impl Plan {
    /// Counts one round trip; true for the one to be cut.
    fn is_reached(&self) -> bool {
        let counted = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        let reached = counted == Ok(1);
        if reached && self.stays_away.load(Ordering::SeqCst) {
            self.away.store(true, Ordering::SeqCst);
        }
        reached
    }
}

/// Until one side closes, or the plan cuts: both ends are dropped then.
async fn relay(client: TcpStream, server: TcpStream, plan: Arc<Plan>) {
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let swallow = AtomicBool::new(false);
    tokio::select! {
        _ = requests(from_client, to_server, &plan, &swallow) => {}
        _ = answers(from_server, to_client, &swallow) => {}
    }
}

async fn requests(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    plan: &Plan,
    swallow: &AtomicBool,
) -> std::io::Result<()> {
    // The first message has no kind (postgresql.org/docs/current/protocol-message-formats.html).
    server.write_all(&message(&mut client, false).await?).await?;
    let mut request = Vec::new();
    loop {
        let next = message(&mut client, true).await?;
        request.extend_from_slice(&next);
        // Sync and Query are what a client waits for an answer after.
        if matches!(next[0], b'S' | b'Q') && plan.is_reached() {
            if !plan.after.load(Ordering::SeqCst) {
                return Ok(());
            }
            swallow.store(true, Ordering::SeqCst);
        }
        server.write_all(&std::mem::take(&mut request)).await?;
    }
}

async fn answers(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, swallow: &AtomicBool) -> std::io::Result<()> {
    loop {
        let next = message(&mut server, true).await?;
        match (swallow.load(Ordering::SeqCst), next[0]) {
            (false, _) => client.write_all(&next).await?,
            // Ready for the next query: it has done this one.
            (true, b'Z') => return Ok(()),
            (true, _) => {}
        }
    }
}

/// One message, its head included.
async fn message(from: &mut OwnedReadHalf, with_kind: bool) -> std::io::Result<Vec<u8>> {
    let head = if with_kind { 5 } else { 4 };
    let mut message = vec![0; head];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes(message[head - 4..].try_into().expect("four bytes")) as usize;
    message.resize(head + length - 4, 0);
    from.read_exact(&mut message[head..]).await?;
    Ok(message)
}
