//! `tenantatlas serve`

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::EngineConfig;
use model::{Ambient, AppError};
use secrecy::{ExposeSecret, SecretString};
use store::Db;
use tokio::net::TcpListener;

use crate::args::Serve;
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::Output;
use crate::session::{node, worker};
use crate::stop::on_signal;

/// Serves until it is told to stop.
pub(crate) async fn run(args: Serve, settings: Settings, output: Output) -> Result<Exit, AppError> {
    let db = settings.open(&Ambient::system()).await?;
    // Two servers on one SQLite file would each believe to be the only one; workers and commands may share it.
    let _lock = db.serve_lock()?;
    let listener = listen(args.listen).await?;
    let address = listener.local_addr().map_err(AppError::internal)?;
    let scheme = if args.https { "https" } else { "http" };
    let setup_token = setup_token(&db).await?;
    let stop = on_signal();
    output.line(format!("TenantAtlas is at {scheme}://{address}"));
    if let Some(token) = &setup_token {
        output.line(format!("First start: open {scheme}://{address}/setup?token={}", token.expose_secret()));
    }
    let engine = if args.no_worker { None } else { Some(worker(&db, &settings, args.slots, "serve")?) };
    let state = web::WebState {
        db: db.clone(),
        clouds: Arc::new(settings.clouds.clone()),
        secure_cookies: args.https,
        ambient: db.ambient().clone(),
        stop: stop.clone(),
        setup_token,
        version: env!("CARGO_PKG_VERSION"),
    };
    let work = async {
        let Some(engine) = engine else {
            let config = EngineConfig { slots: 0, ..EngineConfig::default() };
            engine::announce_until(db.clone(), node(&db, &["serve"]), Vec::new(), config, stop.clone()).await;
            return Ok(());
        };
        engine.run(stop.clone()).await
    };
    let (served, worked) = tokio::join!(web::serve(listener, state), work);
    served.and(worked).map_err(AppError::internal)?;
    db.close().await;
    Ok(Exit::Success)
}

/// Binds, or says which port is taken and what to do.
pub(crate) async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address).await.map_err(|error| {
        let busy = error.kind() == std::io::ErrorKind::AddrInUse;
        let message = if busy {
            format!("Port {} on {} is in use by another program", address.port(), address.ip())
        } else {
            format!("{address} cannot be listened on")
        };
        AppError::conflict("serve.address", message)
            .hint("Choose another with --listen (or --port for the demonstration), or stop the other program")
            .caused_by(error)
    })
}

/// The first account belongs to whoever can read this terminal, not to whoever finds the address first.
async fn setup_token(db: &Db) -> Result<Option<SecretString>, AppError> {
    if db.people().count().await? > 0 {
        return Ok(None);
    }
    Ok(Some(SecretString::from(URL_SAFE_NO_PAD.encode(db.ambient().bytes::<18>()))))
}
