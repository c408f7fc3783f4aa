//! Who acts on the command line, on which tenant, and with whose worker.

use engine::{Engine, EngineConfig};
use model::ids::{RestoreId, RunId, UserId};
use model::{Ambient, AppError};
use store::{Actor, Db, NODE_ALIVE_MS, RunRow, Started, TenantScope, WorkerInfo};
use tokio_util::sync::CancellationToken;

use crate::args::{Global, Waiting};
use crate::config::Settings;
use crate::exit::Exit;
use crate::follow::{describe, follow, next_steps};
use crate::json;
use crate::output::Output;

/// An open database and the user who acts.
pub(crate) struct Session {
    /// The database.
    pub(crate) db: Db,
    /// What was configured.
    pub(crate) settings: Settings,
    /// Who acts.
    pub(crate) user: UserId,
    /// How to answer.
    pub(crate) output: Output,
}

impl Session {
    /// Opens the database and finds the acting user: the one named, or the only one there is.
    pub(crate) async fn open(global: &Global, output: Output) -> Result<Self, AppError> {
        let ambient = Ambient::system();
        let settings = Settings::read(global)?;
        let db = settings.open_existing(&ambient).await?;
        let user = acting_user(&db, global.act_as.as_deref()).await?;
        Ok(Self { db, settings, user, output })
    }

    /// The tenant that a person names, with the acting user's rights in it.
    pub(crate) async fn scope(&self, tenant: &str) -> Result<TenantScope, AppError> {
        let found = app::tenants::find_tenant(&self.db, self.user, tenant).await?;
        self.db.authorise(self.user, found).await
    }

    /// The acting user, if it manages the installation.
    pub(crate) async fn administrator(&self) -> Result<Actor, AppError> {
        let person = self.db.people().by_id(self.user).await?.ok_or_else(AppError::not_found)?;
        if !person.platform_admin {
            return Err(AppError::forbidden("Only an administrator of this installation may do this")
                .hint("Name a tenant that you manage, or act as an administrator with --as"));
        }
        Ok(Actor { user: Some(person.id), name: person.name })
    }

    /// The tenant of a run, if the acting user is a member of it.
    pub(crate) async fn scope_of_run(&self, run: RunId) -> Result<TenantScope, AppError> {
        self.scope_where(async |scope| self.db.tenant(scope).runs().get(run).await.is_ok()).await
    }

    /// The tenant that a restore writes to, if the acting user is a member of it.
    pub(crate) async fn scope_of_restore(&self, restore: RestoreId) -> Result<TenantScope, AppError> {
        self.scope_where(async |scope| self.db.tenant(scope).restores().get(restore).await.is_ok()).await
    }

    /// The acting user's tenant that holds it.
    async fn scope_where(&self, holds: impl AsyncFn(&TenantScope) -> bool) -> Result<TenantScope, AppError> {
        for card in self.db.tenants().list_for(self.user).await? {
            let scope = self.db.authorise(self.user, card.tenant.id).await?;
            if holds(&scope).await {
                return Ok(scope);
            }
        }
        Err(AppError::not_found())
    }

    /// Waits for the run's end; brings a worker along when none is alive.
    pub(crate) async fn wait(&self, scope: &TenantScope, run: RunId) -> Result<Exit, AppError> {
        let worker = self.worker_if_none().await?;
        let row = follow(&self.db, scope, run, self.output).await;
        if let Some((stop, task)) = worker {
            stop.cancel();
            let _ = task.await;
        }
        let row = row?;
        self.report(&row);
        Ok(Exit::from(row.outcome))
    }

    /// What a bar has not said yet. A pipe got its last line while the run was followed.
    fn report(&self, row: &RunRow) {
        self.output.document(&json::run(row));
        if self.output.draws() {
            self.output.line(describe(row));
        }
        for step in next_steps(row) {
            self.output.line(step);
        }
        if row.counts.failed > 0 {
            self.output.line(format!("  details: tenantatlas run show {}", row.id));
        }
    }

    async fn worker_if_none(&self) -> Result<Option<(CancellationToken, tokio::task::JoinHandle<()>)>, AppError> {
        if self.db.nodes().list(NODE_ALIVE_MS).await?.iter().any(|node| node.slots > 0) {
            return Ok(None);
        }
        let stop = CancellationToken::new();
        let engine = worker(&self.db, &self.settings, 8, "command")?;
        engine.announce().await?;
        let token = stop.clone();
        let task = tokio::spawn(async move {
            if let Err(error) = engine.run(token).await {
                tracing::error!(error = %error, "the worker could not start");
            }
        });
        Ok(Some((stop, task)))
    }
}

/// A worker over the settings' clouds.
pub(crate) fn worker(db: &Db, settings: &Settings, slots: usize, role: &str) -> Result<Engine, AppError> {
    let services = app::services::Services::new(db, graph::GraphConfig::default(), settings.clouds.clone())
        .map_err(AppError::internal)?;
    let config = EngineConfig { slots, ..EngineConfig::default() };
    Ok(Engine::new(db.clone(), app::catalogue::handlers(&services), config, node(db, &[role, "worker"])))
}

/// This process, as the node list shows it.
pub(crate) fn node(db: &Db, roles: &[&str]) -> WorkerInfo {
    let mut roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    roles.dedup();
    WorkerInfo { id: db.ambient().id(), host: host(), version: env!("CARGO_PKG_VERSION").to_owned(), roles }
}

/// This machine's name, for the node list only.
fn host() -> String {
    nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_else(|| "unknown".to_owned())
}

async fn acting_user(db: &Db, email: Option<&str>) -> Result<UserId, AppError> {
    if let Some(email) = email {
        let email = app::people::checked_email(email)?;
        let person = db.people().by_email(&email).await?;
        return person.map(|person| person.id).ok_or_else(|| {
            AppError::invalid("user.unknown", format!("There is no account {email}"))
                .hint("tenantatlas user add, or check --as and TENANTATLAS_USER")
        });
    }
    match db.people().list().await?.as_slice() {
        [only] => Ok(only.id),
        [] => Err(AppError::invalid("user.none", "There is no account yet")
            .hint("Run tenantatlas serve and open the link it prints, or tenantatlas user add")),
        _ => Err(AppError::invalid("user.which", "There are several accounts, and none was named")
            .hint("Add --as EMAIL, or set TENANTATLAS_USER")),
    }
}

impl Session {
    /// Says what became of a start, then waits for the run unless told not to.
    pub(crate) async fn follow_started(
        &self,
        scope: &TenantScope,
        started: &Started,
        waiting: Waiting,
    ) -> Result<Exit, AppError> {
        let run = started.run();
        let watch = if waiting.detach {
            format!("Follow it with: tenantatlas run watch {run}")
        } else {
            "Following it.".to_owned()
        };
        if let Started::AlreadyRunning(active) = started {
            self.output.line(format!("Already running: {run}, started by {}. {watch}", active.initiator_name));
        } else if waiting.detach {
            self.output.line(format!("Queued: {run}. {watch}"));
        }
        if waiting.detach {
            self.output.document(
                &serde_json::json!({ "run": run, "already_running": matches!(started, Started::AlreadyRunning(_)) }),
            );
            return Ok(Exit::Success);
        }
        // An error while waiting says nothing against the run.
        let goes_on = format!("{run} is started and goes on without this command: tenantatlas run watch {run}");
        self.wait(scope, run).await.map_err(|error| error.hint(goes_on))
    }
}
