//! `tenantatlas demo`: everything at work in one process, over the embedded database and a simulated Graph.

mod set_up;
mod show;
mod tenants;

use std::path::Path;
use std::sync::Arc;

use app::connections::Delegation;
use model::cloud::Cloud;
use model::{Ambient, AppError};
use store::{DatabaseUrl, Db, Keyring};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::args::Demo;
use crate::commands::serve::listen;
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::Output;
use crate::session::worker;
use crate::stop::on_signal;

/// Key of the simulated cloud.
const CLOUD: &str = "simulator";
/// Workers, each with its own lease identity.
const WORKERS: usize = 2;

/// Starts the simulator, the server and two workers; syncs and backs up three tenants; then serves until stopped.
pub(crate) async fn run(args: Demo, output: Output) -> Result<Exit, AppError> {
    let began = tokio::time::Instant::now();
    let stop = on_signal();
    prepare(&args.data, args.fresh)?;
    let database: DatabaseUrl = args.data.join("demo.db").display().to_string().parse()?;
    let listener = listen(([127, 0, 0, 1], args.port).into()).await?;
    let address = listener.local_addr().map_err(AppError::internal)?;
    let public_address = format!("http://{address}");
    let simulator = tenants::simulator(args.simulator_port, &public_address, &Ambient::system()).await?;
    let settings = settings(&args.data, database, &simulator.http_url());
    let db = settings.open(&Ambient::system()).await?;
    let _lock = db.serve_lock()?;
    let people = set_up::account(&db).await?;
    let scopes = set_up::tenants(&db, &settings.clouds, people.user).await?;
    let mut tasks = JoinSet::new();
    start_workers(&db, &settings, &stop, &mut tasks)?;
    let state = state(&db, &settings, public_address, &stop)?;
    tasks.spawn(async move { web::serve(listener, state).await });
    let exit = tokio::select! {
        shown = show::until_ready(&db, &scopes, output) => shown?,
        () = stop.cancelled() => Exit::Cancelled,
    };
    if !stop.is_cancelled() {
        show::address(output, address, &people, began.elapsed());
        if args.exit_when_ready {
            stop.cancel();
        }
    }
    stop.cancelled().await;
    output.line("Stopping: runs that are under way continue at the next start.");
    while tasks.join_next().await.is_some() {}
    simulator.stop().await;
    db.close().await;
    Ok(if args.exit_when_ready { exit } else { Exit::Success })
}

fn prepare(data: &Path, fresh: bool) -> Result<(), AppError> {
    let unusable = |error| {
        AppError::conflict("demo.data", format!("{} cannot be used for the demonstration", data.display()))
            .hint("Choose a folder you can write to with --data")
            .caused_by(error)
    };
    if fresh {
        set_up::forget(data).map_err(unusable)?;
    }
    std::fs::create_dir_all(data).map_err(unusable)
}

fn settings(data: &Path, database: DatabaseUrl, graph: &str) -> Settings {
    let mut clouds = model::cloud::Clouds::default();
    clouds.add(Cloud {
        key: CLOUD.into(),
        label: "Simulator".into(),
        login_url: graph.into(),
        graph_url: graph.into(),
        unlimited: false,
    });
    Settings { database, keys: Keyring::from_file(data.join("demo.key")), clouds }
}

fn start_workers(
    db: &Db,
    settings: &Settings,
    stop: &CancellationToken,
    tasks: &mut JoinSet<std::io::Result<()>>,
) -> Result<(), AppError> {
    for _ in 0..WORKERS {
        let engine = worker(db, settings, 4, "demo")?;
        let stop = stop.clone();
        tasks.spawn(async move { engine.run(stop).await });
    }
    Ok(())
}

fn state(
    db: &Db,
    settings: &Settings,
    public_address: String,
    stop: &CancellationToken,
) -> Result<web::WebState, AppError> {
    let delegation = Delegation::new(db, settings.clouds.clone())?;
    Ok(web::WebState {
        db: db.clone(),
        delegation,
        clouds: Arc::new(settings.clouds.clone()),
        public_address: Some(public_address),
        secure_cookies: false,
        ambient: db.ambient().clone(),
        stop: stop.clone(),
        setup_token: None,
        version: env!("CARGO_PKG_VERSION"),
    })
}
