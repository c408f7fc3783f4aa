//! Known secrets go through every command, at the most talkative log level. Afterwards they are in no log, no answer
//! and no database, and neither is what the other side wrote into its errors.

use std::path::Path;

use graph_sim::{Content, Fault, FaultKind, Simulator, SimulatorConfig, TenantSpec};
use testkit::{TestDatabase, on_both_databases};
use tokio::process::Command;

use crate::program::{on, say_with};

on_both_databases!(no_secret_is_in_any_log_answer_or_database);

const PASSWORD: &str = "canary-password-4e17-correct-horse";
const CLIENT_SECRET: &str = "canary~client~secret~b3a9";
const UPSTREAM: &str = "canary-upstream-77c2";
/// How every token of the simulator begins: its header, base64url.
const TOKEN: &str = "eyJ0eXAiOiJKV1Qi";

struct Watched<'a> {
    database: &'a TestDatabase,
    clouds: String,
    said: String,
}

impl Watched<'_> {
    async fn run(&mut self, arguments: &[&str], input: &str) {
        let mut command: Command = on(self.database, arguments);
        command.env("TENANTATLAS_CLOUDS", &self.clouds).env("TENANTATLAS_LOG", "trace");
        let said = say_with(command, input).await;
        self.said.push_str(&format!("{arguments:?} {}", said.text()));
    }
}

async fn no_secret_is_in_any_log_answer_or_database(database: &TestDatabase) {
    let mut spec = TenantSpec::named("Contoso", Content::Seeded { seed: 5, objects: 15 });
    spec.client_secret = CLIENT_SECRET.into();
    let refused = FaultKind::Status { status: 400, code: UPSTREAM.into(), retry_after: None };
    let shaped = format!("{{\"error\":{{\"message\":\"{UPSTREAM}\"}}}}").into_bytes();
    spec.faults = vec![
        Fault::on("configurationPolicies", refused),
        Fault::on("deviceConfigurations", FaultKind::Garbage(shaped)),
    ];
    let simulator =
        Simulator::start(SimulatorConfig { tenants: vec![spec.clone()], ..SimulatorConfig::default() }).await.unwrap();
    let url = simulator.http_url();
    let mut watched = Watched { database, clouds: format!("simulator={url},{url}"), said: String::new() };

    watched.run(&["user", "add", "olga@example.com", "--name", "Olga"], PASSWORD).await;
    let (directory, client) = (spec.tenant_id.as_str(), spec.client_id.as_str());
    let add = [
        "tenant",
        "add",
        "--name",
        "Contoso",
        "--directory-id",
        directory,
        "--domain",
        "contoso.example",
        "--cloud",
        "simulator",
        "--client-id",
        client,
    ];
    watched.run(&add, CLIENT_SECRET).await;
    for arguments in [
        &["tenant", "check", "Contoso"][..],
        &["sync", "Contoso"],
        &["--json", "sync", "Contoso"],
        &["backup", "create", "Contoso", "--name", "all"],
        &["--json", "run", "list", "Contoso"],
        &["doctor"],
    ] {
        watched.run(arguments, "").await;
    }
    let stats = simulator.stats();
    assert!(stats.tokens_issued >= 3, "the secret and tokens were really used: {stats:?}");
    assert!(watched.said.contains("graph.bad_request"), "the other side's error was really met: {}", watched.said);
    assert!(watched.said.contains("TRACE"), "the log was really at its most talkative");
    for secret in secrets(&database.key_file()) {
        let at = watched.said.find(&secret);
        assert!(at.is_none(), "a canary is in what was said: …{}", around(&watched.said, at.unwrap_or(0)));
        let found = database.places_of(&secret).await;
        assert!(found.is_empty(), "a canary is in {found:?}");
    }
}

/// Every text that nobody may see, in the forms it could take.
fn secrets(key_file: &Path) -> Vec<String> {
    use base64::Engine as _;
    let key = std::fs::read_to_string(key_file).unwrap().trim().to_owned();
    let bytes = base64::engine::general_purpose::STANDARD.decode(&key).unwrap();
    let hexadecimal = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let encoded = CLIENT_SECRET.replace('~', "%7E");
    vec![PASSWORD.into(), CLIENT_SECRET.into(), encoded, UPSTREAM.into(), TOKEN.into(), key, hexadecimal]
}

fn around(text: &str, at: usize) -> String {
    let start = text[..at].char_indices().rev().nth(200).map_or(0, |(position, _)| position);
    text[start..].chars().take(260).collect()
}
