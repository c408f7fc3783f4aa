//! The processes of the storm, kept running as a service manager keeps them.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use testkit::program::{Signal, signal, within};
use testkit::{Proxy, TestDatabase, World};
use tokio::process::{Child, Command};

use super::evidence::Evidence;
use crate::support::PROGRAM;

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];
const ROLES: [(&str, &[&str]); 5] = [
    ("server", SERVE),
    ("worker-1", &["worker"]),
    ("worker-2", &["worker"]),
    ("worker-3", &["worker"]),
    ("server-2", SERVE),
];
/// One server may serve an SQLite file.
const ON_ONE_MACHINE: usize = 4;
/// A process that is asked to stop has stopped within this, also in a bad moment of a slow machine.
const STOP: Duration = Duration::from_secs(60);

/// One process and its way to the database.
pub(super) struct Node {
    pub(super) name: &'static str,
    /// On SQLite there is no way to harm.
    pub(super) proxy: Option<Proxy>,
    command: Command,
    child: Option<Child>,
    /// It stays down, or still, until somebody says otherwise.
    held: bool,
    /// It was asked to stop already; asked twice, it ends at once and says so.
    stopping: bool,
}

/// All of them.
pub(super) struct Nodes(pub(super) Vec<Node>);

impl Nodes {
    pub(super) async fn start(world: &World, database: &TestDatabase, evidence: &Evidence) -> Self {
        let mut nodes = Vec::new();
        let several = if database.engine() == store::Engine::Sqlite { ON_ONE_MACHINE } else { ROLES.len() };
        for (name, arguments) in ROLES.into_iter().take(several) {
            let proxy = proxy(database).await;
            let mut command = within(PROGRAM, world, database, arguments);
            if let Some(proxy) = &proxy {
                command.env("TENANTATLAS_DATABASE", proxy.in_place_of(database.address()));
            }
            command.stdout(Stdio::null()).stderr(evidence.log(name));
            nodes.push(Node { name, proxy, command, child: None, held: false, stopping: false });
        }
        Self(nodes)
    }

    /// Starts what has ended and is not held down.
    pub(super) fn tend(&mut self) {
        for node in &mut self.0 {
            let ended = node.child.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some());
            if ended && !node.held {
                node.child = Some(node.command.spawn().unwrap());
                node.stopping = false;
            }
        }
    }

    /// Stops all of them as a service manager does.
    pub(super) async fn stop(&mut self) {
        for node in self.0.iter_mut().filter(|node| !node.stopping) {
            node.tell(Signal::SIGTERM);
        }
        for node in &mut self.0 {
            let Some(mut child) = node.child.take() else { continue };
            let status = tokio::time::timeout(STOP, child.wait()).await;
            let status = status.unwrap_or_else(|_| panic!("stuck: {} does not stop", node.name)).unwrap();
            // One that has only just begun does not listen yet, and the signal itself ends it.
            let had_begun = status.signal() != Some(Signal::SIGTERM as i32);
            assert!(status.success() || !had_begun, "{} ended with {status}", node.name);
        }
    }
}

impl Node {
    pub(super) fn kill(&mut self) {
        self.tell(Signal::SIGKILL);
        self.held = true;
    }

    pub(super) fn ask_to_stop(&mut self) {
        if !std::mem::replace(&mut self.stopping, true) {
            self.tell(Signal::SIGTERM);
        }
        self.held = true;
    }

    pub(super) fn stand_still(&mut self) {
        self.tell(Signal::SIGSTOP);
        self.held = true;
    }

    /// Whatever was done to it is over.
    pub(super) fn go_on(&mut self) {
        self.tell(Signal::SIGCONT);
        self.held = false;
        if let Some(proxy) = &self.proxy {
            proxy.heal();
        }
    }

    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    fn tell(&mut self, what: Signal) {
        if let Some(child) = &mut self.child
            && child.try_wait().unwrap().is_none()
        {
            signal(child, what);
        }
    }
}

/// A way of one's own to the database, where there is one.
pub(super) async fn proxy(database: &TestDatabase) -> Option<Proxy> {
    match database.engine() {
        store::Engine::Sqlite => None,
        store::Engine::Postgres => Some(Proxy::before(database.address()).await),
    }
}
