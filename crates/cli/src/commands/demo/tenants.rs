//! The three simulated tenants of the demonstration.

use std::time::Duration;

use graph_sim::{Content, Fault, FaultKind, Simulator, SimulatorConfig, StartError, TenantSpec, Throttling};
use model::{Ambient, AppError};

/// Time added to every round trip, so that progress can be watched.
const LATENCY: Duration = Duration::from_millis(20);

/// The tenants, small to large. The middle one throttles and keeps some things to itself.
pub(crate) fn specs() -> [TenantSpec; 3] {
    let small = TenantSpec::named("Fabrikam", Content::Seeded { seed: 1, objects: 60 });
    let mut difficult = TenantSpec::named("Contoso", Content::Seeded { seed: 2, objects: 650 });
    difficult.faults = faults();
    let large = TenantSpec::named("Woodgrove Bank", Content::Seeded { seed: 3, objects: 3000 });
    [small, difficult, large]
}

/// Throttling that passes, one permission that is missing, and a handful of objects that never answer.
fn faults() -> Vec<Fault> {
    let status = |status, code: &str, retry_after| FaultKind::Status { status, code: code.into(), retry_after };
    vec![
        Fault::on("deviceManagement/", status(429, "TooManyRequests", Some(1))).every(9).times(12),
        Fault::on("deviceShellScripts/", status(403, "Forbidden", None)),
        Fault::on("deviceHealthScripts/", status(503, "ServiceUnavailable", None)).every(3),
    ]
}

/// The same, with the application registered for people who come back to this address.
fn specs_for(public_address: &str) -> Vec<TenantSpec> {
    let redirect_uris = vec![format!("{public_address}{}", web::CALLBACK)];
    specs().into_iter().map(|spec| TenantSpec { redirect_uris: redirect_uris.clone(), ..spec }).collect()
}

/// Starts the simulated Graph; a busy port is said.
pub(crate) async fn simulator(port: u16, public_address: &str, ambient: &Ambient) -> Result<Simulator, AppError> {
    let config = SimulatorConfig {
        tenants: specs_for(public_address),
        http_port: port,
        https_port: None,
        latency: LATENCY,
        throttling: Throttling::Published { retry_after: true },
        unknown_token_tenant: None,
    };
    let started = Simulator::start(config).await;
    started.inspect(|simulator| keep_time(simulator, ambient)).map_err(|error| {
        let message = match &error {
            StartError::Listen { port, .. } => {
                format!("Port {port}, wanted for the simulated Graph, is in use by another program")
            }
            _ => "The simulated Graph could not start".to_owned(),
        };
        AppError::conflict("demo.simulator", message)
            .hint("Choose another with --simulator-port, or stop the other program")
            .caused_by(error)
    })
}

/// The simulated tenants live now: what is changed in them by hand is in their audit log with today's date.
fn keep_time(simulator: &Simulator, ambient: &Ambient) {
    let now = ambient.now_ms() / 1000;
    simulator.tenants().iter().for_each(|tenant| simulator.set_clock(&tenant.tenant_id, now));
}
