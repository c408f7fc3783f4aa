//! The listeners, on loopback only.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::task::JoinHandle;

use crate::config::StartError;
use crate::http;
use crate::world::World;

/// Open listeners and the tasks that serve them.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) http_port: u16,
    pub(crate) https_port: Option<u16>,
    pub(crate) certificate_pem: Option<String>,
    handle: Handle<SocketAddr>,
    tasks: Vec<JoinHandle<std::io::Result<()>>>,
}

impl Listeners {
    pub(crate) fn open(world: Arc<World>, http_port: u16, https_port: Option<u16>) -> Result<Self, StartError> {
        let handle = Handle::new();
        let plain = bind(http_port)?;
        let secure = https_port.map(|port| Ok((bind(port)?, certificate()?))).transpose()?;
        let port_of = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        let failed = |port: u16| move |source| StartError::Listen { port, source };
        let mut listeners = Self {
            http_port: port_of(&plain).map_err(failed(http_port))?,
            https_port: None,
            certificate_pem: None,
            handle: handle.clone(),
            tasks: Vec::new(),
        };
        let server = axum_server::from_tcp(plain).map_err(failed(http_port))?;
        let serve = server.acceptor(NoDelayAcceptor::new()).handle(handle.clone());
        let plain_router = router(Arc::clone(&world), "http");
        listeners.tasks.push(tokio::spawn(serve.serve(plain_router.into_make_service())));
        if let Some((listener, (config, pem))) = secure {
            let port = port_of(&listener).map_err(failed(0))?;
            listeners.https_port = Some(port);
            listeners.certificate_pem = Some(pem);
            let acceptor = RustlsAcceptor::new(config).acceptor(NoDelayAcceptor::new());
            let server = axum_server::from_tcp(listener).map_err(failed(port))?;
            let serve = server.acceptor(acceptor).handle(handle);
            listeners.tasks.push(tokio::spawn(serve.serve(router(world, "https").into_make_service())));
        }
        Ok(listeners)
    }

    pub(crate) async fn close(mut self) {
        self.handle.shutdown();
        for task in std::mem::take(&mut self.tasks) {
            if let Ok(Err(error)) = task.await {
                tracing::warn!(%error, "a simulator listener ended badly");
            }
        }
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

fn router(world: Arc<World>, scheme: &'static str) -> Router {
    Router::new().fallback(any(http::handle)).with_state(http::Door { world, scheme })
}

fn bind(port: u16) -> Result<TcpListener, StartError> {
    let failed = |source| StartError::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

/// A certificate of our own for 127.0.0.1 and localhost, with the configuration that presents it.
fn certificate() -> Result<(RustlsConfig, String), StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Certificate(error.to_string());
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| failed(&error))?;
    let key =
        rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(|error| failed(&error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .map_err(|error| failed(&error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((RustlsConfig::from_config(Arc::new(config)), made.cert.pem()))
}
