//! Known secrets go through every command, at the most talkative log level. Afterwards they are in no log, no answer
//! and no database, and neither is what the other side wrote into its errors.

use std::path::Path;

use graph_sim::{Content, Fault, FaultKind, Simulator, SimulatorConfig, TenantSpec, TestKey};
use testkit::{TestDatabase, on_both_databases};
use tokio::process::Command;

use crate::program::{on, say_with};

on_both_databases!(no_secret_is_in_any_log_answer_or_database);

const PASSWORD: &str = "canary-password-4e17-correct-horse";
const CLIENT_SECRET: &str = "canary~client~secret~b3a9";
const UPSTREAM: &str = "canary-upstream-77c2";
/// How every token of the simulator begins: its header, base64url.
const TOKEN: &str = "eyJ0eXAiOiJKV1Qi";
/// How every assertion signed with a certificate begins.
const ASSERTION: &str = "eyJhbGciOiJQUzI1NiIs";

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
    let certificate_pem = Some(TestKey::One.certificate());
    let second =
        TenantSpec { certificate_pem, ..TenantSpec::named("Fabrikam", Content::Seeded { seed: 6, objects: 15 }) };
    let tenants = vec![spec.clone(), second.clone()];
    let simulator = Simulator::start(SimulatorConfig { tenants, ..SimulatorConfig::default() }).await.unwrap();
    let url = simulator.http_url();
    let mut watched = Watched { database, clouds: format!("simulator={url},{url}"), said: String::new() };

    watched.run(&["user", "add", "olga@example.com", "--name", "Olga"], PASSWORD).await;
    watched.run(&add(&spec), CLIENT_SECRET).await;
    let file = database.folder().parent().unwrap().join(format!("{}.pem", second.client_id));
    std::fs::write(&file, format!("{}{}", second.certificate_pem.as_deref().unwrap(), TestKey::One.pem())).unwrap();
    let path = file.display().to_string();
    watched.run(&[&add(&second)[..], &["--certificate", &path]].concat(), "").await;
    std::fs::remove_file(&file).unwrap();
    for arguments in [
        &["tenant", "check", "Contoso"][..],
        &["tenant", "check", "Fabrikam"],
        &["sync", "Contoso"],
        &["sync", "Fabrikam"],
        &["--json", "sync", "Contoso"],
        &["backup", "create", "Contoso", "--name", "all"],
        &["--json", "run", "list", "Contoso"],
        &["doctor"],
    ] {
        watched.run(arguments, "").await;
    }
    let stats = simulator.stats();
    assert!(stats.tokens_issued >= 5, "both credentials and tokens were really used: {stats:?}");
    assert!(watched.said.contains("graph.bad_request"), "the other side's error was really met: {}", watched.said);
    assert!(watched.said.contains("TRACE"), "the log was really at its most talkative");
    for secret in secrets(&database.key_file()) {
        let at = watched.said.find(&secret);
        assert!(at.is_none(), "a canary is in what was said: …{}", around(&watched.said, at.unwrap_or(0)));
        let found = database.places_of(&secret).await;
        assert!(found.is_empty(), "a canary is in {found:?}");
    }
}

fn add(spec: &TenantSpec) -> [&str; 12] {
    [
        "tenant",
        "add",
        "--name",
        &spec.display_name,
        "--directory-id",
        &spec.tenant_id,
        "--domain",
        "contoso.example",
        "--cloud",
        "simulator",
        "--client-id",
        &spec.client_id,
    ]
}

/// Every text that nobody may see, in the forms it could take.
fn secrets(key_file: &Path) -> Vec<String> {
    use base64::Engine as _;
    let key = std::fs::read_to_string(key_file).unwrap().trim().to_owned();
    let bytes = base64::engine::general_purpose::STANDARD.decode(&key).unwrap();
    let hexadecimal = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let encoded = CLIENT_SECRET.replace('~', "%7E");
    let mut texts =
        vec![PASSWORD.into(), CLIENT_SECRET.into(), encoded, UPSTREAM.into(), TOKEN.into(), key, hexadecimal];
    let private_key = TestKey::One.pem().lines().filter(|line| !line.starts_with('-')).map(str::to_owned);
    texts.extend(private_key.take(3).chain([ASSERTION.to_owned(), "PRIVATE KEY".to_owned()]));
    texts
}

fn around(text: &str, at: usize) -> String {
    let start = text[..at].char_indices().rev().nth(200).map_or(0, |(position, _)| position);
    text[start..].chars().take(260).collect()
}
