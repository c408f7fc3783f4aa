//! A person's notification cards: one per run.

use model::ids::{NotificationId, RunId, TenantId, UserId};
use model::run::Outcome;
use strum::{Display, EnumString, IntoStaticStr};

use crate::db::sql::{id, optional_id, sql};
use crate::{Db, StoreError};

/// What a card says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum NotificationKind {
    /// The run waits or works.
    Queued,
    /// The run has ended.
    Terminal,
}

/// One card.
#[derive(Debug, Clone)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// The run it is about.
    pub run: RunId,
    /// The run's tenant.
    pub tenant: Option<TenantId>,
    /// What it says.
    pub kind: NotificationKind,
    /// The run's label.
    pub label: String,
    /// The run's target.
    pub target: String,
    /// Pending until the run has ended.
    pub outcome: Outcome,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
    /// Milliseconds since the Unix epoch.
    pub read_at: Option<i64>,
}

/// One person's cards.
pub struct Notifications {
    db: Db,
    user: UserId,
}

impl Db {
    /// One person's cards.
    pub fn notifications(&self, user: UserId) -> Notifications {
        Notifications { db: self.clone(), user }
    }
}

/// What tells that a person's cards have changed: two equal ones mean that nothing new is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardsMark {
    /// How many are unread.
    pub unread: u64,
    /// Of the newest card, milliseconds since the Unix epoch: a card that is replaced gets a new time.
    pub newest_at: Option<i64>,
}

/// A card shows only while its person is a member: losing a membership hides what happens in the tenant.
impl Notifications {
    /// How many are unread.
    pub async fn unread_count(&self) -> Result<u64, StoreError> {
        let statement = sql!(
            "select count(*) as cards from notifications n join memberships m on m.tenant_id = n.tenant_id and m.user_id = n.user_id \
             where n.user_id = $1 and n.read_at is null",
            id(self.user),
        );
        self.db.fetch("notifications", statement).await?[0].count("cards")
    }

    /// Moves with every card that is added, replaced or read.
    pub async fn mark(&self) -> Result<CardsMark, StoreError> {
        let newest = self.list(1).await?;
        Ok(CardsMark { unread: self.unread_count().await?, newest_at: newest.first().map(|card| card.created_at) })
    }

    /// Newest first.
    pub async fn list(&self, limit: usize) -> Result<Vec<Notification>, StoreError> {
        let statement = sql!(
            "select n.* from notifications n join memberships m on m.tenant_id = n.tenant_id and m.user_id = n.user_id \
             where n.user_id = $1 order by n.created_at desc, n.id desc limit $2",
            id(self.user),
            limit,
        );
        let rows = self.db.fetch("notifications", statement).await?;
        rows.iter()
            .map(|row| {
                Ok(Notification {
                    id: row.id("id")?,
                    run: row.id("run_id")?,
                    tenant: row.optional_id("tenant_id")?,
                    kind: row.word("kind")?,
                    label: row.get("label")?,
                    target: row.get("target")?,
                    outcome: row.word("outcome")?,
                    created_at: row.get("created_at")?,
                    read_at: row.get("read_at")?,
                })
            })
            .collect()
    }

    /// Marks one run's card as read, or all.
    pub async fn mark_read(&self, run: Option<RunId>) -> Result<u64, StoreError> {
        let statement = sql!(
            "update notifications set read_at = now_ms() where user_id = $1 and read_at is null and ($2 is null or run_id = $2)",
            id(self.user),
            optional_id(run),
        );
        self.db.execute(statement).await
    }
}
