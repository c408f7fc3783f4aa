//! Saved views of the operations list: a name for a filter, one's own or shared with the tenant's members.
//!
//! A person sees shared views and their own. Another person's is answered like one that does not exist.

use std::collections::BTreeMap;

use model::AppError;
use model::access::Capability;
use model::ids::{UserId, ViewId};

use crate::db::sql::{id, optional_id, sql};
use crate::db::{Row, Tx};
use crate::{StoreError, TenantDb, audit};

/// Views that one person, or all members together, may have in a tenant.
const VIEWS_MAX: i64 = 50;

/// What a person decides about a view. The caller has checked both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewContent {
    /// As a person reads it; unique in any case among one's own, and among the shared ones.
    pub name: String,
    /// Names and values, as in the address of the list.
    pub filter: BTreeMap<String, Vec<String>>,
}

/// One view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Sorts by creation.
    pub id: ViewId,
    /// What was decided.
    pub content: ViewContent,
    /// Whether all members see it.
    pub shared: bool,
    /// Whether the list opens with it for everybody who has not chosen something else.
    pub everybodys_default: bool,
    /// Who made it, with the name as it was then.
    pub created_by_name: String,
}

impl View {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            content: ViewContent { name: row.get("name")?, filter: row.json("filter")? },
            shared: row.optional_id::<UserId>("owner_id")?.is_none(),
            everybodys_default: row.get("everybodys_default")?,
            created_by_name: row.get("created_by_name")?,
        })
    }
}

/// What the list opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// With what is everybody's default, if anything is.
    AsTheTenant,
    /// With everything.
    Everything,
    /// With this view.
    View(ViewId),
}

/// One tenant's views, as the actor sees them.
pub struct Views<'a>(pub(crate) TenantDb<'a>);

impl Views<'_> {
    fn me(&self) -> Option<UserId> {
        self.0.scope.actor().user
    }

    /// One's own, then the shared ones, by name.
    pub async fn list(&self) -> Result<Vec<View>, StoreError> {
        let statement = sql!(
            "select * from run_views where tenant_id = $1 and (owner_id is null or owner_id = $2) \
             order by case when owner_id is null then 1 else 0 end, name_key, id",
            self.0.tenant_arg(),
            optional_id(self.me()),
        );
        self.0.db.fetch("run_views", statement).await?.iter().map(View::from_row).collect()
    }

    /// One.
    pub async fn get(&self, view: ViewId) -> Result<View, AppError> {
        let statement = sql!(
            "select * from run_views where tenant_id = $1 and id = $2 and (owner_id is null or owner_id = $3)",
            self.0.tenant_arg(),
            id(view),
            optional_id(self.me()),
        );
        let rows = self.0.db.fetch("run_views", statement).await?;
        Ok(View::from_row(rows.first().ok_or_else(AppError::not_found)?)?)
    }

    /// What the actor has chosen for themselves.
    pub async fn opening(&self) -> Result<Opening, StoreError> {
        let statement = sql!(
            "select view_id from run_view_defaults where tenant_id = $1 and user_id = $2",
            self.0.tenant_arg(),
            optional_id(self.me()),
        );
        let rows = self.0.db.fetch("run_view_defaults", statement).await?;
        let Some(row) = rows.first() else { return Ok(Opening::AsTheTenant) };
        Ok(row.optional_id("view_id")?.map_or(Opening::Everything, Opening::View))
    }

    /// Makes one. Sharing wants the capability to cancel anybody's runs, as pausing does. Audited.
    pub async fn create(&self, content: &ViewContent, shared: bool) -> Result<ViewId, AppError> {
        let owner = if shared { None } else { Some(self.owner()?) };
        self.may(shared)?;
        let view: ViewId = self.0.db.ambient().id();
        let mut tx = self.0.db.begin("views.create").await?;
        let at = audit::now(&mut tx).await?;
        let insert = sql!(
            "insert into run_views (id, tenant_id, owner_id, name, name_key, filter, created_by_name, created_at, changed_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict do nothing",
            id(view),
            self.0.tenant_arg(),
            optional_id(owner),
            &content.name,
            key(&content.name),
            json(content),
            &self.0.scope.actor().name,
            at,
        );
        if tx.execute(insert).await? == 0 {
            return Err(exists(&content.name));
        }
        self.within_bounds(&mut tx, owner).await?;
        self.done(tx, at, "view.create", view, shared, &content.name).await?;
        Ok(view)
    }

    /// Renames one or replaces its filter. A shared one wants the capability. Audited.
    pub async fn change(&self, view: ViewId, content: &ViewContent) -> Result<(), AppError> {
        let shared = self.get(view).await?.shared;
        self.may(shared)?;
        let mut tx = self.0.db.begin("views.change").await?;
        let at = audit::now(&mut tx).await?;
        let taken = sql!(
            "select id from run_views where tenant_id = $1 and name_key = $2 and id <> $3 \
             and case when owner_id is null then $4 else owner_id = $5 end",
            self.0.tenant_arg(),
            key(&content.name),
            id(view),
            shared,
            optional_id(self.me().filter(|_| !shared)),
        );
        if !tx.fetch("run_views", taken).await?.is_empty() {
            return Err(exists(&content.name));
        }
        let update = sql!(
            "update run_views set name = $3, name_key = $4, filter = $5, changed_at = $6 where tenant_id = $1 and id = $2",
            self.0.tenant_arg(),
            id(view),
            &content.name,
            key(&content.name),
            json(content),
            at,
        );
        if tx.execute(update).await? == 0 {
            return Err(AppError::not_found());
        }
        self.done(tx, at, "view.change", view, shared, &content.name).await
    }

    /// Removes one; who had it as a default gets the tenant's. A shared one wants the capability. Audited.
    pub async fn remove(&self, view: ViewId) -> Result<(), AppError> {
        let found = self.get(view).await?;
        self.may(found.shared)?;
        let mut tx = self.0.db.begin("views.remove").await?;
        let at = audit::now(&mut tx).await?;
        let delete = sql!("delete from run_views where tenant_id = $1 and id = $2", self.0.tenant_arg(), id(view));
        if tx.execute(delete).await? == 0 {
            return Err(AppError::not_found());
        }
        self.done(tx, at, "view.remove", view, found.shared, &found.content.name).await
    }

    /// Chooses what the list opens with for the actor. Audited.
    pub async fn open_with(&self, opening: Opening) -> Result<(), AppError> {
        let me = self.owner()?;
        let view = match opening {
            Opening::View(view) => Some(self.get(view).await?.id),
            Opening::AsTheTenant | Opening::Everything => None,
        };
        let mut tx = self.0.db.begin("views.open_with").await?;
        let at = audit::now(&mut tx).await?;
        let statement = if opening == Opening::AsTheTenant {
            sql!("delete from run_view_defaults where tenant_id = $1 and user_id = $2", self.0.tenant_arg(), id(me))
        } else {
            sql!(
                "insert into run_view_defaults (tenant_id, user_id, view_id) values ($1, $2, $3) \
                 on conflict (tenant_id, user_id) do update set view_id = excluded.view_id",
                self.0.tenant_arg(),
                id(me),
                optional_id(view),
            )
        };
        tx.execute(statement).await?;
        self.chosen(tx, at, view, "for oneself").await
    }

    /// Chooses what it opens with for everybody who has not chosen: a shared view or everything. Wants the capability.
    /// Audited.
    pub async fn open_for_everybody_with(&self, view: Option<ViewId>) -> Result<(), AppError> {
        self.may(true)?;
        if let Some(view) = view
            && !self.get(view).await?.shared
        {
            return Err(AppError::conflict("view.not_shared", "Others do not see this view")
                .hint("Save its filter as a shared view first"));
        }
        let mut tx = self.0.db.begin("views.open_for_everybody_with").await?;
        let at = audit::now(&mut tx).await?;
        let none = sql!(
            "update run_views set everybodys_default = false where tenant_id = $1 and everybodys_default",
            self.0.tenant_arg()
        );
        tx.execute(none).await?;
        if let Some(view) = view {
            let this = sql!(
                "update run_views set everybodys_default = true where tenant_id = $1 and id = $2",
                self.0.tenant_arg(),
                id(view)
            );
            if tx.execute(this).await? == 0 {
                return Err(AppError::not_found());
            }
        }
        self.chosen(tx, at, view, "for everybody").await
    }

    /// Who may have views of their own: a person.
    fn owner(&self) -> Result<UserId, AppError> {
        self.me().ok_or_else(|| AppError::forbidden("Only a person has views of their own"))
    }

    fn may(&self, shared: bool) -> Result<(), AppError> {
        if shared { self.0.scope.require(Capability::OperationsCancelAny) } else { Ok(()) }
    }

    async fn within_bounds(&self, tx: &mut Tx, owner: Option<UserId>) -> Result<(), AppError> {
        let count = sql!(
            "select count(*) as views from run_views where tenant_id = $1 \
             and case when $2 then owner_id is null else owner_id = $3 end",
            self.0.tenant_arg(),
            owner.is_none(),
            optional_id(owner),
        );
        if tx.fetch("run_views", count).await?[0].get::<i64>("views")? <= VIEWS_MAX {
            return Ok(());
        }
        let why = format!("There are {VIEWS_MAX} views already");
        Err(AppError::conflict("view.too_many", why).hint("Remove one that nobody needs"))
    }

    async fn chosen(&self, tx: Tx, at: i64, view: Option<ViewId>, whose: &str) -> Result<(), AppError> {
        let object = view.map(|view| view.to_string());
        self.record(tx, at, self.0.entry("view.default", object, "succeeded", Some(whose.to_owned()))).await
    }

    /// A personal name is nobody else's to read, also not in the audit log.
    async fn done(
        &self,
        tx: Tx,
        at: i64,
        action: &str,
        view: ViewId,
        shared: bool,
        name: &str,
    ) -> Result<(), AppError> {
        let detail = if shared { format!("shared, “{name}”") } else { "personal".to_owned() };
        self.record(tx, at, self.0.entry(action, Some(view.to_string()), "succeeded", Some(detail))).await
    }

    async fn record(&self, mut tx: Tx, at: i64, entry: crate::AuditEntry) -> Result<(), AppError> {
        audit::append(&mut tx, self.0.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Two names that differ only in case are one.
fn key(name: &str) -> String {
    name.to_lowercase()
}

fn json(content: &ViewContent) -> String {
    serde_json::to_string(&content.filter).expect("names and values are plain data")
}

fn exists(name: &str) -> AppError {
    AppError::conflict("view.exists", format!("There is a view “{name}” already"))
        .hint("Choose another name, or update that view")
}
