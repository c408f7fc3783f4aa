//! Members of a tenant: one role each, and never without an owner.

use model::AppError;
use model::access::Role;
use model::ids::UserId;

use crate::db::Tx;
use crate::db::sql::{id, sql};
use crate::{StoreError, TenantDb, audit};

/// One member.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub user: UserId,
    /// Lower case.
    pub email: String,
    /// As others read it.
    pub name: String,
    /// The role in this tenant.
    pub role: Role,
    /// Milliseconds since the Unix epoch.
    pub since: i64,
}

impl TenantDb<'_> {
    /// All members, by name.
    pub async fn members(&self) -> Result<Vec<Member>, StoreError> {
        let statement = sql!(
            "select u.id, u.email, u.name, m.role, m.created_at from memberships m join users u on u.id = m.user_id \
             where m.tenant_id = $1 order by lower(u.name), u.id",
            self.tenant_arg(),
        );
        let rows = self.db.fetch("memberships", statement).await?;
        rows.iter()
            .map(|row| {
                Ok(Member {
                    user: row.id("id")?,
                    email: row.get("email")?,
                    name: row.get("name")?,
                    role: row.word("role")?,
                    since: row.get("created_at")?,
                })
            })
            .collect()
    }

    /// Adds a member or changes the role, with an audit entry. The caller has checked the capability.
    pub async fn set_member(&self, user: UserId, role: Role) -> Result<(), AppError> {
        let mut tx = self.locked("tenant.set_member").await?;
        let at = audit::now(&mut tx).await?;
        let upsert = sql!(
            "insert into memberships (tenant_id, user_id, role, created_at) values ($1, $2, $3, $4) \
             on conflict (tenant_id, user_id) do update set role = excluded.role",
            self.tenant_arg(),
            id(user),
            role.to_string(),
            at,
        );
        tx.execute(upsert).await?;
        self.keep_an_owner(&mut tx).await?;
        let entry = self.entry("member.set", Some(user.to_string()), "succeeded", Some(role.to_string()));
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a membership, with an audit entry. The last owner stays.
    pub async fn remove_member(&self, user: UserId) -> Result<(), AppError> {
        let mut tx = self.locked("tenant.remove_member").await?;
        let at = audit::now(&mut tx).await?;
        let gone = tx
            .execute(sql!("delete from memberships where tenant_id = $1 and user_id = $2", self.tenant_arg(), id(user)))
            .await?;
        if gone == 0 {
            return Err(AppError::not_found());
        }
        self.keep_an_owner(&mut tx).await?;
        let entry = self.entry("member.remove", Some(user.to_string()), "succeeded", None);
        audit::append(&mut tx, self.db.ambient(), at, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Two owners who remove each other at the same time take turns on the tenant's row.
    async fn locked(&self, name: &'static str) -> Result<Tx, StoreError> {
        let mut tx = self.db.begin(name).await?;
        tx.fetch("tenants", sql!("select id from tenants where id = $1 for_update()", self.tenant_arg())).await?;
        Ok(tx)
    }

    async fn keep_an_owner(&self, tx: &mut Tx) -> Result<(), AppError> {
        let owners = sql!(
            "select count(*) as owners from memberships where tenant_id = $1 and role = 'owner'",
            self.tenant_arg()
        );
        if tx.fetch("memberships", owners).await?[0].count("owners")? == 0 {
            return Err(AppError::conflict("members.last_owner", "A tenant keeps at least one owner")
                .hint("Make somebody else an owner first"));
        }
        Ok(())
    }
}
