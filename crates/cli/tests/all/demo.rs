//! The demonstration, as a stranger starts it: once, again, and afresh.

use crate::program::{Said, command, say};

fn demo(data: &str, more: &[&str]) -> tokio::process::Command {
    let mut arguments = vec!["demo", "--data", data, "--port", "0", "--simulator-port", "0", "--exit-when-ready"];
    arguments.extend(more);
    command("unused.db", &arguments)
}

/// What it says of one run: tenant, operation and how it ended.
fn says(said: &Said, tenant: &str, what: &str) -> bool {
    said.out.lines().any(|line| line.starts_with(tenant) && line.contains(what))
}

#[tokio::test]
async fn three_tenants_are_synced_and_backed_up_and_the_difficult_one_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let first = say(demo(&data, &[])).await;
    assert_eq!(first.code, 3, "one tenant is partial\n{}{}", first.out, first.err);
    for tenant in ["Fabrikam", "Woodgrove Bank"] {
        assert!(says(&first, tenant, "Sync inventory (71 types): succeeded"), "{}", first.out);
        assert!(says(&first, tenant, "71 types): succeeded"), "{}", first.out);
    }
    assert!(says(&first, "Contoso", "Sync inventory (71 types): partially succeeded"), "{}", first.out);
    assert!(first.out.contains("[graph.permission_denied]"), "{}", first.out);
    assert!(first.out.contains("Open      http://127.0.0.1:"), "{}", first.out);

    let again = say(demo(&data, &[])).await;
    assert!(says(&again, "Woodgrove Bank", "synced and backed up by an earlier start"), "{}", again.out);
    assert!(!again.out.contains("Sync inventory"), "what is there is not read again\n{}", again.out);

    std::fs::write(folder.path().join("notes.txt"), "mine").expect("a file of somebody else");
    let fresh = say(demo(&data, &["--fresh", "--json"])).await;
    assert!(fresh.out.contains("\"inventory.sync\""), "{}", fresh.out);
    assert!(folder.path().join("notes.txt").exists(), "only the demonstration's own files are forgotten");
}

#[tokio::test]
async fn a_busy_port_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = other.local_addr().expect("it listens").port().to_string();
    let data = folder.path().display().to_string();
    let said = say(command("unused.db", &["demo", "--data", &data, "--port", &port, "--simulator-port", "0"])).await;
    assert_eq!(said.code, 9, "{}", said.err);
    assert!(said.err.contains(&port) && said.err.contains("--port"), "{}", said.err);
    let said = say(command("unused.db", &["demo", "--data", &data, "--port", "0", "--simulator-port", &port])).await;
    assert_eq!(said.code, 9, "{}", said.err);
    assert!(said.err.contains(&port) && said.err.contains("--simulator-port"), "{}", said.err);
}
