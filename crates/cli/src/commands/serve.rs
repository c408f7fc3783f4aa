//! `tenantatlas serve`

use std::net::SocketAddr;
use std::sync::Arc;

use app::connections::Delegation;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::EngineConfig;
use model::{Ambient, AppError};
use secrecy::{ExposeSecret, SecretString};
use store::Db;
use tokio::net::TcpListener;
use url::Url;

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
    let asked = args.public_address.as_deref().map(origin).transpose()?;
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
        delegation: Delegation::new(&db, settings.clouds.clone())?,
        clouds: Arc::new(settings.clouds.clone()),
        public_address: asked.or_else(|| own_address(address, args.https)),
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

/// What people type before the path: scheme, host and perhaps a port.
fn origin(text: &str) -> Result<String, AppError> {
    let parsed = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let bare = parsed.filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
    let bare = bare.filter(|url| url.username().is_empty() && url.password().is_none());
    bare.map(|url| url.origin().ascii_serialization()).ok_or_else(|| {
        AppError::invalid("settings.public_address", "The public address is not one that a browser can be sent to")
            .hint("Write scheme, host and port only, for example https://atlas.example.com")
    })
}

/// Where the server listens, when people can be sent there: a proxy in front has an address that is not known here.
fn own_address(address: SocketAddr, behind_proxy: bool) -> Option<String> {
    (!behind_proxy && !address.ip().is_unspecified()).then(|| format!("http://{address}"))
}

/// Binds, or says which port is taken and what to do.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, AppError> {
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

#[cfg(test)]
mod tests {
    use super::{origin, own_address};

    #[test]
    fn a_public_address_is_an_origin_and_nothing_more() {
        assert_eq!(origin("https://Atlas.example.com:443/").unwrap(), "https://atlas.example.com");
        assert_eq!(origin("http://[::1]:8480").unwrap(), "http://[::1]:8480");
        for wrong in
            ["atlas.example.com", "ftp://atlas.example", "https://atlas.example/app", "https://a:b@atlas.example"]
        {
            assert_eq!(origin(wrong).unwrap_err().code, "settings.public_address", "{wrong}");
        }
    }

    #[test]
    fn where_the_server_listens_is_an_address_only_when_people_can_be_sent_there() {
        assert_eq!(own_address(([127, 0, 0, 1], 8480).into(), false).as_deref(), Some("http://127.0.0.1:8480"));
        assert_eq!(own_address(([0, 0, 0, 0], 8480).into(), false), None);
        assert_eq!(own_address(([127, 0, 0, 1], 8480).into(), true), None);
    }
}
