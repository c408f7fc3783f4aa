//! `tenantatlas doctor`: found, expected, next step.

use std::path::Path;

use app::tenants::EXPIRY_NOTICE_MS;
use model::{Ambient, AppError};
use serde::Serialize;
use store::NODE_ALIVE_MS;

use crate::args::Global;
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::Output;
use crate::when;

#[derive(Serialize)]
struct Check {
    what: &'static str,
    ok: bool,
    found: String,
    next: Option<String>,
}

/// Checks what can be checked without touching a tenant.
pub(crate) async fn run(global: &Global, output: Output) -> Result<Exit, AppError> {
    let checks = examine(global).await;
    let healthy = checks.iter().all(|check| check.ok);
    output.document(&checks);
    for check in &checks {
        output.line(format!("{} {:<12} {}", if check.ok { "ok  " } else { "BAD " }, check.what, check.found));
        if let Some(next) = &check.next {
            output.line(format!("     next: {next}"));
        }
    }
    Ok(if healthy { Exit::Success } else { Exit::Failed })
}

async fn examine(global: &Global) -> Vec<Check> {
    let settings = match Settings::read(global) {
        Ok(settings) => settings,
        Err(error) => return vec![bad("settings", error)],
    };
    let mut checks =
        vec![good("settings", format!("database {}, {} clouds", settings.database, settings.clouds.iter().count()))];
    if let Some(path) = settings.database.sqlite_path().filter(|path| !path.exists()) {
        checks.push(not_there(path));
        return checks;
    }
    let db = match settings.open(&Ambient::system()).await {
        Ok(db) => db,
        Err(error) => {
            checks.push(bad("database", error));
            return checks;
        }
    };
    checks.push(good("database", format!("{}, schema and key fit this version", name(db.engine()))));
    checks.push(people(&db).await);
    checks.push(workers(&db).await);
    checks.push(clock(&db).await);
    checks.extend(certificates(&db).await);
    db.close().await;
    checks
}

fn name(engine: store::Engine) -> &'static str {
    match engine {
        store::Engine::Sqlite => "SQLite",
        store::Engine::Postgres => "PostgreSQL",
    }
}

/// A new installation has no database yet, but a place for one.
fn not_there(path: &Path) -> Check {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let next = "Make the folder, or check --database and TENANTATLAS_DATABASE";
        return warn("database", format!("the folder {} is not there", folder.display()), next);
    }
    let next = "Run tenantatlas serve: it makes the database and its key, and prints where to sign in";
    Check { what: "database", ok: true, found: "not there yet".into(), next: Some(next.into()) }
}

async fn people(db: &store::Db) -> Check {
    match db.people().count().await {
        Ok(0) => warn("accounts", "none yet".into(), "Run tenantatlas serve and open the link it prints"),
        Ok(count) => good("accounts", count.to_string()),
        Err(error) => bad("accounts", error.into()),
    }
}

async fn workers(db: &store::Db) -> Check {
    match db.nodes().list(NODE_ALIVE_MS).await.map(|nodes| nodes.iter().filter(|node| node.slots > 0).count()) {
        Ok(0) => good("workers", "none running now; queued runs wait until one does".into()),
        Ok(workers) => good("workers", format!("{workers} alive")),
        Err(error) => bad("workers", error.into()),
    }
}

/// Leases go by the database's clock; this only tells a person that one of the two is wrong.
async fn clock(db: &store::Db) -> Check {
    match db.ping().await {
        Ok(theirs) => {
            let apart_ms = (theirs - db.ambient().now_ms()).abs();
            if apart_ms > 5_000 {
                warn(
                    "clock",
                    format!("{} s apart from the database's", apart_ms / 1000),
                    "Synchronise the clocks of both machines",
                )
            } else {
                good("clock", format!("{apart_ms} ms apart from the database's"))
            }
        }
        Err(error) => bad("clock", error.into()),
    }
}

/// Each certificate that ends within 30 days or has ended, with the name of its tenant.
async fn certificates(db: &store::Db) -> Vec<Check> {
    let now_ms = db.ambient().now_ms();
    let soon = |each: &store::CertificateInUse| each.expires_at - now_ms <= EXPIRY_NOTICE_MS;
    let check = |each: store::CertificateInUse| {
        let ended = each.expires_at <= now_ms;
        let word = if ended { "ended" } else { "ends" };
        Check {
            what: "certificate",
            ok: !ended,
            found: format!("that of {} {word} {}", each.display_name, when::exact(each.expires_at)),
            next: Some("Upload a new one in Entra, then replace the credential under Connection".into()),
        }
    };
    match db.tenants().certificates().await {
        Ok(all) => all.into_iter().filter(soon).map(check).collect(),
        Err(error) => vec![bad("certificate", error.into())],
    }
}

fn good(what: &'static str, found: String) -> Check {
    Check { what, ok: true, found, next: None }
}

fn warn(what: &'static str, found: String, next: &str) -> Check {
    Check { what, ok: false, found, next: Some(next.to_owned()) }
}

fn bad(what: &'static str, error: AppError) -> Check {
    Check { what, ok: false, found: error.to_string(), next: error.hint }
}
