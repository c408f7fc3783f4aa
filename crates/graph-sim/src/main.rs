//! The simulator as a program.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec, Throttling};
use serde_json::json;

/// The same as the product's, whose speed is measured beside it (decision 0033).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A simulated Microsoft Graph and sign-in service on loopback.
#[derive(Debug, Parser)]
#[command(name = "graph-sim", version)]
struct Arguments {
    /// Port for plain HTTP; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    http_port: u16,
    /// Port for HTTPS with a self-signed certificate; 0 takes a free one. Without it there is no HTTPS.
    #[arg(long)]
    https_port: Option<u16>,
    /// A tenant as JSON, or a file that holds one; may be repeated.
    #[arg(long)]
    tenant: Vec<String>,
    /// Seed of the generated tenant.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Adds a generated tenant "Contoso" with so many objects.
    #[arg(long)]
    objects: Option<usize>,
    /// Adds a tenant "Fabrikam" with the exported policies of this folder.
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Milliseconds added to every round trip.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Whether the published request limits are enforced.
    #[arg(long, value_enum, default_value_t = Limits::Off)]
    throttling: Limits,
    /// The tenant (id, domain or name) for which any bearer token is accepted.
    #[arg(long)]
    any_token: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Limits {
    Off,
    Published,
    PublishedWithoutHeader,
}

impl From<Limits> for Throttling {
    fn from(limits: Limits) -> Self {
        match limits {
            Limits::Off => Self::Off,
            Limits::Published => Self::Published { retry_after: true },
            Limits::PublishedWithoutHeader => Self::Published { retry_after: false },
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Nothing is left to tell when standard error is gone as well.
            writeln!(std::io::stderr(), "graph-sim: {problem}").ok();
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(SimulatorConfig {
        tenants: tenants(&arguments)?,
        http_port: arguments.http_port,
        https_port: arguments.https_port,
        latency: Duration::from_millis(arguments.latency_ms),
        throttling: arguments.throttling.into(),
        unknown_token_tenant: arguments.any_token,
    })
    .await?;
    let tenants: Vec<_> = simulator
        .tenants()
        .into_iter()
        .map(|tenant| {
            json!({
                "tenantId": tenant.tenant_id,
                "displayName": tenant.display_name,
                "primaryDomain": tenant.primary_domain,
                "clientId": tenant.client_id,
                "clientSecret": tenant.client_secret,
                "objects": simulator.collections(&tenant.tenant_id).iter().map(|(_, count)| count).sum::<usize>(),
            })
        })
        .collect();
    let ready = json!({
        "http": simulator.http_url(),
        "https": simulator.https_url(),
        "certificate": simulator.certificate_pem(),
        "tenants": tenants,
    });
    let mut output = std::io::stdout();
    writeln!(output, "{ready}")?;
    output.flush()?;
    until_told_to_stop().await?;
    simulator.stop().await;
    Ok(())
}

/// The tenants asked for; a small generated one when none is.
fn tenants(arguments: &Arguments) -> Result<Vec<TenantSpec>, Box<dyn std::error::Error>> {
    let mut tenants = Vec::new();
    for text in &arguments.tenant {
        let json = if text.trim_start().starts_with('{') { text.clone() } else { std::fs::read_to_string(text)? };
        tenants.push(serde_json::from_str(&json)?);
    }
    if let Some(folder) = &arguments.corpus {
        tenants.push(TenantSpec::named("Fabrikam", Content::Folder(folder.clone())));
    }
    if arguments.objects.is_some() || tenants.is_empty() {
        let content = Content::Seeded { seed: arguments.seed, objects: arguments.objects.unwrap_or(60) };
        tenants.push(TenantSpec::named("Contoso", content));
    }
    Ok(tenants)
}

async fn until_told_to_stop() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
