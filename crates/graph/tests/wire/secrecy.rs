//! A secret never appears in anything that could be shown or logged.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use graph_sim::{Fault, FaultKind};
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::{CANARY, World, connection};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What all tests of this binary have logged so far: nothing secret may be in any of it.
static LOG: LazyLock<Captured> = LazyLock::new(|| {
    let log = Captured::default();
    tracing_subscriber::fmt().with_writer(log.clone()).with_env_filter("graph=trace,model=trace").init();
    log
});

/// Every world logs here.
pub(crate) fn log_everything() {
    LazyLock::force(&LOG);
}

#[tokio::test]
async fn neither_the_secret_nor_upstream_text_is_logged_or_shown() {
    let world = World::empty().await;
    world.insert_scripts(3);
    let upstream = "upstream~canary";
    let refuse = FaultKind::Status { status: 403, code: upstream.into(), retry_after: None };
    world.simulator.add_fault(&world.id, Fault::on("deviceManagementScripts/", refuse));
    let (observation, objects) = world.observe("powershellScripts").await;
    let garbage = FaultKind::Garbage(format!("{{\"error\": \"{upstream}").into_bytes());
    world.simulator.add_fault(&world.id, Fault::on("roleScopeTags", garbage));
    let (second, _) = world.observe("scopeTags").await;
    world.simulator.clear_faults(&world.id);
    world.simulator.add_fault(&world.id, Fault::on("", FaultKind::TokenError { aadsts: 7_000_215 }));
    let connection = connection(&world.simulator.http_url(), &world.id, "another app", CANARY);
    let third = world.graph.tenant(connection.clone()).organization().await;
    let errors = objects
        .iter()
        .flat_map(|object| &object.missing_parts)
        .map(|part| format!("{part:?} {}", part.error))
        .collect::<String>();
    assert!(errors.contains("graph.permission_denied"), "the fault was met");
    let shown = format!("{observation:?}{errors}{second:?}{third:?}{connection:?}{:?}", world.graph);
    let logged = String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("graph answered"), "something was logged: {logged}");
    for text in [CANARY, upstream, "AADSTS", "eyJ"] {
        assert!(!shown.contains(text), "{text} is shown: {shown}");
        assert!(!logged.contains(text), "{text} is logged: {logged}");
    }
}
