//! Starting a run: one transaction that gives a new run or the active one, never two and never none.
//!
//! Two starts of one identity race for the partial unique index: one inserts, the other finds. A start that races the
//! end of the active run finds either that run (then it was active at that instant) or inserts; if the run it met in
//! the index ended before it could be read, the insert is tried again.

use model::ids::{Id, RunId};
use model::run::{Definition, Identity, IdentityInputs, Priority, Status};
use model::{AppError, Kind};
use serde_json::{Map, Value};

use super::Runs;
use crate::db::sql::{Statement, id, optional_id, sql};
use crate::db::{Row, Tx};
use crate::schedules::{Slot, take_slot};
use crate::{StoreError, audit};

/// A start with the same key gives the same answer again for this long.
const IDEMPOTENCY_MS: i64 = 24 * 60 * 60 * 1000;
/// How often a run may end just between the insert that met it and the look at it.
const RACES_MAX: usize = 20;

/// What to start.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The type's catalogue row.
    pub definition: &'static Definition,
    /// What to do.
    pub inputs: Value,
    /// Verb and object: "Sync inventory".
    pub label: String,
    /// What it is about: "13 types".
    pub target: String,
    /// Related ids; never a secret.
    pub context: Value,
    /// The run it is a part of.
    pub parent: Option<RunId>,
    /// The run whose failed items it tries again.
    pub retry_of: Option<RunId>,
    /// Its class.
    pub priority: Priority,
    /// The slot that it is started for: one run each, for ever.
    pub slot: Option<Slot>,
    /// The request's `Idempotency-Key`, if it had one.
    pub idempotency: Option<Idempotency>,
}

impl NewRun {
    /// A person's start that belongs to no other run and has no key.
    pub fn of(definition: &'static Definition, target: impl Into<String>, inputs: Value) -> Self {
        Self {
            definition,
            inputs,
            label: definition.label.to_owned(),
            target: target.into(),
            context: serde_json::json!({}),
            parent: None,
            retry_of: None,
            priority: Priority::Interactive,
            slot: None,
            idempotency: None,
        }
    }
}

/// What makes two requests the same.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// As the caller chose it.
    pub key: String,
    /// Of the request's body.
    pub body_hash: [u8; 32],
}

/// The answer to a start.
#[derive(Debug, Clone)]
pub enum Started {
    /// A new run.
    New(RunId),
    /// The same is already queued or running.
    AlreadyRunning(ActiveRun),
    /// The same request was answered with this run before.
    Replayed(RunId),
}

impl Started {
    /// The run to look at.
    pub fn run(&self) -> RunId {
        match self {
            Self::New(run) | Self::Replayed(run) => *run,
            Self::AlreadyRunning(active) => active.id,
        }
    }
}

/// The run that holds the identity.
#[derive(Debug, Clone)]
pub struct ActiveRun {
    /// The run.
    pub id: RunId,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
    /// Never replaced by a later start.
    pub initiator_name: String,
    /// Queued or running.
    pub status: Status,
}

impl ActiveRun {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            created_at: row.get("created_at")?,
            initiator_name: row.get("initiator_name")?,
            status: row.word("status")?,
        })
    }
}

/// One start, in all of its tries.
struct Asked<'a> {
    run: RunId,
    identity: Identity,
    new: &'a NewRun,
}

/// What failed before the commit has left nothing, and whoever asked is told so.
fn nothing_started(mut error: AppError) -> AppError {
    if matches!(error.kind, Kind::Unavailable | Kind::Internal) {
        error.message.push_str(". Nothing was started");
    }
    error
}

/// The database went away during the commit and stays away.
fn start_unknown(error: AppError) -> AppError {
    let sentence =
        "The connection to the database broke at the last moment, so it is not known whether this was started";
    AppError::new(Kind::Unavailable, "run.start_unknown", sentence)
        .hint("Look at Operations. Starting the same again is safe: while it is queued or running it is found, not doubled")
        .caused_by(error)
}

impl Runs<'_> {
    /// Starts a run or finds the active one of the same identity. Wants the type's capability and a tenant that is not
    /// suspended. The same idempotency key with another body is refused as `idempotency.mismatch`.
    pub async fn start(&self, new: NewRun) -> Result<Started, AppError> {
        self.0.scope.require(new.definition.capability)?;
        if !self.0.scope.tenant_state().allows_runs() {
            return Err(AppError::conflict(
                "tenant_suspended",
                "This tenant is suspended: nothing can be started in it",
            ));
        }
        // One id and one identity for every try: a second one meets what the first one left.
        let asked = Asked { run: self.0.db.ambient().id(), identity: self.identity(&new), new: &new };
        let (tx, started) = match self.prepare(&asked).await {
            Ok((Some(tx), started)) => (tx, started),
            Ok((None, started)) => return Ok(started),
            Err(error) => return Err(nothing_started(error)),
        };
        match self.0.db.commit_runs(tx, true).await {
            Ok(()) => Ok(started),
            Err(StoreError::CommitUnknown(_)) => self.settle(&asked).await,
            Err(error) => Err(nothing_started(error.into())),
        }
    }

    /// Everything up to the commit. Without a transaction, nothing is to be written.
    async fn prepare(&self, asked: &Asked<'_>) -> Result<(Option<Tx>, Started), AppError> {
        let new = asked.new;
        if new.idempotency.is_none()
            && let Some(row) = self.0.db.fetch("operation_runs", self.find_active(asked)).await?.first()
        {
            return Ok((None, Started::AlreadyRunning(ActiveRun::from_row(row)?)));
        }
        let mut tx = self.0.db.begin("runs.start").await?;
        if let Some(idempotency) = &new.idempotency
            && let Some(run) = self.replay(&mut tx, idempotency).await?
        {
            return Ok((None, Started::Replayed(run)));
        }
        let started = self.insert_or_find(&mut tx, asked).await?;
        if let (Some(slot), Started::New(run)) = (new.slot, &started) {
            let at = audit::now(&mut tx).await?;
            if !take_slot(&mut tx, slot, *run, at).await? {
                // Another scheduler, or this one before it died, has decided it: ours is rolled back.
                return Err(AppError::conflict("schedule.slot_decided", "This slot was decided before"));
            }
        }
        if let Some(idempotency) = &new.idempotency
            && !self.remember(&mut tx, idempotency, &started).await?
        {
            // The same request raced itself: what the other one stored is the answer, and ours is rolled back.
            drop(tx);
            let mut tx = self.0.db.begin("runs.start_again").await?;
            let run = self.replay(&mut tx, idempotency).await?;
            let run = run.ok_or_else(|| AppError::internal("an idempotency key vanished"))?;
            return Ok((None, Started::Replayed(run)));
        }
        Ok((Some(tx), started))
    }

    /// The answer to the commit was lost. If the run is there, it was committed; if not, a second try under the same
    /// identity waits, in the index, until the first one's transaction has ended, and meets its run or makes it.
    async fn settle(&self, asked: &Asked<'_>) -> Result<Started, AppError> {
        let there = sql!("select id from operation_runs where id = $1", id(asked.run));
        if !self.0.db.fetch("operation_runs", there).await.map_err(|error| start_unknown(error.into()))?.is_empty() {
            return Ok(Started::New(asked.run));
        }
        let (tx, started) = self.prepare(asked).await.map_err(start_unknown)?;
        if let Some(tx) = tx {
            self.0.db.commit_runs(tx, true).await.map_err(|error| start_unknown(error.into()))?;
        }
        Ok(if started.run() == asked.run { Started::New(asked.run) } else { started })
    }

    fn identity(&self, new: &NewRun) -> Identity {
        let tenant = self.0.tenant();
        match new.definition.identity {
            IdentityInputs::Fields(fields) => {
                let named =
                    fields.iter().filter_map(|field| Some(((*field).to_owned(), new.inputs.get(field)?.clone())));
                let mut counting: Map<_, _> = named.collect();
                // A repetition of failed items does less than what it repeats.
                if let Some(repeated) = new.retry_of {
                    counting.insert("retry_of".to_owned(), repeated.to_string().into());
                }
                Identity::of(tenant, new.definition.run_type, &Value::Object(counting))
            }
            IdentityInputs::Fresh => {
                let fresh = Value::String(self.0.db.ambient().uuid().to_string());
                Identity::of(tenant, new.definition.run_type, &fresh)
            }
        }
    }

    fn find_active(&self, asked: &Asked<'_>) -> Statement {
        sql!(
            "select id, created_at, initiator_name, status from operation_runs \
             where tenant_id = $1 and type = $2 and identity = $3 and status in ('queued', 'running')",
            self.0.tenant_arg(),
            asked.new.definition.run_type,
            asked.identity.as_bytes(),
        )
    }

    async fn insert_or_find(&self, tx: &mut Tx, asked: &Asked<'_>) -> Result<Started, AppError> {
        for _ in 0..RACES_MAX {
            let inserted = tx.fetch("operation_runs", self.insert(asked)).await?;
            if let Some(row) = inserted.first() {
                self.announce(tx, asked.run, asked.new, row.get("created_at")?).await?;
                return Ok(Started::New(asked.run));
            }
            if let Some(row) = tx.fetch("operation_runs", self.find_active(asked)).await?.first() {
                return Ok(Started::AlreadyRunning(ActiveRun::from_row(row)?));
            }
        }
        Err(AppError::internal("the active run ended again and again while it was looked for"))
    }

    fn insert(&self, asked: &Asked<'_>) -> Statement {
        let new = asked.new;
        let actor = self.0.scope.actor();
        sql!(
            "insert into operation_runs (id, tenant_id, type, label, target, status, outcome, identity, initiator_id, initiator_name, \
             inputs, context, parent_id, retry_of_id, attempts_max, deadline_ms, priority, writes, available_at, created_at) \
             values ($1, $2, $3, $4, $5, 'queued', 'pending', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, now_ms(), now_ms()) \
             on conflict (tenant_id, type, identity) where status in ('queued', 'running') do nothing \
             returning created_at",
            id(asked.run),
            self.0.tenant_arg(),
            new.definition.run_type,
            &new.label,
            &new.target,
            asked.identity.as_bytes(),
            optional_id(actor.user),
            &actor.name,
            new.inputs.to_string(),
            new.context.to_string(),
            optional_id(new.parent),
            optional_id(new.retry_of),
            new.definition.attempts_max,
            new.definition.deadline_ms,
            new.priority.number(),
            new.definition.writes,
        )
    }

    /// The queued event, the audit entry and the promise of a notification.
    async fn announce(&self, tx: &mut Tx, run: RunId, new: &NewRun, at: i64) -> Result<(), StoreError> {
        let event = sql!(
            "insert into operation_run_events (run_id, at, kind, attempt) values ($1, $2, 'queued', 0)",
            id(run),
            at
        );
        tx.execute(event).await?;
        if let Some(user) = self.0.scope.actor().user {
            let promise = sql!(
                "insert into outbox (run_id, user_id, kind, created_at) values ($1, $2, 'queued', $3)",
                id(run),
                id(user),
                at
            );
            tx.execute(promise).await?;
        }
        let mut entry =
            self.0.entry("run.start", Some(new.definition.run_type.to_owned()), "succeeded", Some(new.target.clone()));
        entry.run = Some(run);
        audit::append(tx, self.0.db.ambient(), at, vec![entry]).await
    }

    /// Whose key it is: two people may choose the same.
    fn key_owner(&self) -> String {
        self.0.scope.actor().user.map_or_else(|| self.0.scope.actor().name.clone(), |user| user.uuid().to_string())
    }

    async fn replay(&self, tx: &mut Tx, idempotency: &Idempotency) -> Result<Option<RunId>, AppError> {
        let statement = sql!(
            "select run_id, body_hash from idempotency_keys where tenant_id = $1 and actor = $2 and key = $3 and expires_at > now_ms()",
            self.0.tenant_arg(),
            self.key_owner(),
            &idempotency.key,
        );
        let rows = tx.fetch("idempotency_keys", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        if row.get::<Vec<u8>>("body_hash")? != idempotency.body_hash {
            return Err(AppError::conflict(
                "idempotency.mismatch",
                "This Idempotency-Key was used with a different request",
            )
            .hint("Use a new key for a new request"));
        }
        Ok(Some(row.id("run_id")?))
    }

    async fn remember(&self, tx: &mut Tx, idempotency: &Idempotency, started: &Started) -> Result<bool, StoreError> {
        let statement = sql!(
            "insert into idempotency_keys (tenant_id, actor, key, body_hash, run_id, already_running, expires_at) \
             values ($1, $2, $3, $4, $5, $6, now_ms() + $7) \
             on conflict (tenant_id, actor, key) do update set body_hash = excluded.body_hash, run_id = excluded.run_id, \
             already_running = excluded.already_running, expires_at = excluded.expires_at \
             where idempotency_keys.expires_at <= now_ms()",
            self.0.tenant_arg(),
            self.key_owner(),
            &idempotency.key,
            &idempotency.body_hash,
            id(started.run()),
            matches!(started, Started::AlreadyRunning(_)),
            IDEMPOTENCY_MS,
        );
        Ok(tx.execute(statement).await? > 0)
    }
}
