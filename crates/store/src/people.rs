//! People who may sign in.

use model::AppError;
use model::ids::UserId;

use crate::db::sql::{Statement, id, sql};
use crate::db::{Row, Tx};
use crate::{Db, StoreError, audit};

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Stored in lower case; unique.
    pub email: String,
    /// As others read it.
    pub name: String,
    /// argon2id in PHC form; absent for those who sign in elsewhere.
    pub password_hash: Option<String>,
    /// Manages tenants and users.
    pub platform_admin: bool,
}

/// A person.
#[derive(Debug, Clone)]
pub struct User {
    /// Never reused.
    pub id: UserId,
    /// Lower case.
    pub email: String,
    /// As others read it.
    pub name: String,
    /// argon2id in PHC form.
    pub password_hash: Option<String>,
    /// Manages tenants and users.
    pub platform_admin: bool,
    /// IANA name of the zone that times are shown in; absent until the person chooses one.
    pub zone: Option<String>,
    /// Single-key shortcuts are off.
    pub keys_off: bool,
    /// Milliseconds since the Unix epoch.
    pub created_at: i64,
}

impl User {
    pub(crate) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id("id")?,
            email: row.get("email")?,
            name: row.get("name")?,
            password_hash: row.get("password_hash")?,
            platform_admin: row.get("platform_admin")?,
            zone: row.get("zone")?,
            keys_off: row.get("keys_off")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// All people.
pub struct People(Db);

impl Db {
    /// All people.
    pub fn people(&self) -> People {
        People(self.clone())
    }
}

impl People {
    /// How many there are; none before the first set-up.
    pub async fn count(&self) -> Result<u64, StoreError> {
        self.0.fetch("users", sql!("select count(*) as users from users")).await?[0].count("users")
    }

    /// The first person, a platform administrator. When two set-ups race, one gets `setup.done`.
    pub async fn first_owner(&self, user: NewUser) -> Result<UserId, AppError> {
        let done = || {
            AppError::conflict("setup.done", "TenantAtlas is already set up")
                .hint("Sign in, or ask an administrator for an account")
        };
        let mut tx = self.0.begin("people.first_owner").await?;
        if tx.fetch("users", sql!("select count(*) as users from users")).await?[0].count("users")? > 0 {
            return Err(done());
        }
        let user_id = self.insert(&mut tx, NewUser { platform_admin: true, ..user }).await?;
        let claim = sql!(
            "insert into first_set_up (only_one, user_id, done_at) values (1, $1, now_ms()) on conflict (only_one) do nothing",
            id(user_id)
        );
        if tx.execute(claim).await? == 0 {
            return Err(done());
        }
        tx.commit().await?;
        Ok(user_id)
    }

    /// Adds a person; the address must be new.
    pub async fn create(&self, user: NewUser) -> Result<UserId, AppError> {
        let mut tx = self.0.begin("people.create").await?;
        let user_id = self.insert(&mut tx, user).await?;
        tx.commit().await?;
        Ok(user_id)
    }

    async fn insert(&self, tx: &mut Tx, user: NewUser) -> Result<UserId, AppError> {
        let user_id: UserId = self.0.ambient().id();
        let email = user.email.trim().to_lowercase();
        let at = audit::now(tx).await?;
        let statement = sql!(
            "insert into users (id, email, name, password_hash, platform_admin, created_at) values ($1, $2, $3, $4, $5, $6) \
             on conflict (email) do nothing",
            id(user_id),
            &email,
            user.name,
            user.password_hash,
            user.platform_admin,
            at,
        );
        if tx.execute(statement).await? == 0 {
            return Err(AppError::conflict("user.exists", format!("{email} already has an account")));
        }
        Ok(user_id)
    }

    /// By address, in any case.
    pub async fn by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        self.one(sql!("select * from users where email = $1", email.trim().to_lowercase())).await
    }

    /// By id.
    pub async fn by_id(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.one(sql!("select * from users where id = $1", id(user))).await
    }

    /// All, by address.
    pub async fn list(&self) -> Result<Vec<User>, StoreError> {
        self.0.fetch("users", sql!("select * from users order by email")).await?.iter().map(User::from_row).collect()
    }

    /// Replaces the password's hash.
    pub async fn set_password(&self, user: UserId, password_hash: &str) -> Result<(), StoreError> {
        self.0.execute(sql!("update users set password_hash = $1 where id = $2", password_hash, id(user))).await?;
        Ok(())
    }

    /// How pages are shown to this person. The caller has checked the zone.
    pub async fn set_preferences(&self, user: UserId, zone: &str, keys_off: bool) -> Result<(), StoreError> {
        let statement = sql!("update users set zone = $1, keys_off = $2 where id = $3", zone, keys_off, id(user));
        self.0.execute(statement).await?;
        Ok(())
    }

    async fn one(&self, statement: Statement) -> Result<Option<User>, StoreError> {
        self.0.fetch("users", statement).await?.first().map(User::from_row).transpose()
    }
}
