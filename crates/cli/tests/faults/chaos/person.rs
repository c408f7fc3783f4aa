//! Somebody who starts runs all the time, repeats what got no answer, and sometimes changes their mind.

use std::time::Duration;

use app::backups::{NewBackup, start_create};
use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use model::AppError;
use model::ids::{RunId, UserId};
use model::registry::Registry;
use store::{Db, Idempotency, Started};
use testkit::{Proxy, Seed, TestDatabase, World};
use tokio::time::{Instant, sleep};

use crate::support::is_of_the_database;

/// Between two tries of what got no answer.
const AGAIN: Duration = Duration::from_millis(200);

/// Who starts, and what they were told.
pub(super) struct Person {
    number: usize,
    user: UserId,
    db: Db,
    /// Each start that was answered, with its run.
    pub(super) accepted: Vec<(Wish, RunId)>,
}

/// One thing to start, under a key that makes a repetition harmless.
pub(super) struct Wish {
    key: String,
    tenant: usize,
    types: Vec<&'static str>,
    backup: bool,
}

impl Person {
    pub(super) async fn at(number: usize, world: &World, database: &TestDatabase, by_way_of: Option<&Proxy>) -> Self {
        let address = by_way_of.map_or(database.address().to_owned(), |proxy| proxy.in_place_of(database.address()));
        Self { number, user: world.owner, db: database.open_at(&address).await, accepted: Vec::new() }
    }

    pub(super) async fn start_until(&mut self, end: Instant, seed: &Seed, world: &World) {
        while Instant::now() < end {
            let wish = Wish::chosen(seed, format!("storm {} {}", self.number, self.accepted.len()), world);
            let run = self.answered(&wish, world).await;
            self.accepted.push((wish, run));
            if seed.pick(0..8) == 0 {
                self.change_mind(seed, world).await;
            }
            sleep(Duration::from_millis(seed.pick(10..120))).await;
        }
    }

    /// Asks again under the same key until there is an answer.
    pub(super) async fn answered(&self, wish: &Wish, world: &World) -> RunId {
        loop {
            match self.start(wish, world).await {
                Ok(started) => return started.run(),
                Err(error) => assert!(is_of_the_database(&error), "{error:?}"),
            }
            sleep(AGAIN).await;
        }
    }

    async fn start(&self, wish: &Wish, world: &World) -> Result<Started, AppError> {
        let scope = self.db.authorise(self.user, world.tenants[wish.tenant].id).await?;
        let (selection, key) = (Selection::of(&wish.types)?, wish.key.clone());
        let idempotency = Some(Idempotency { key, body_hash: [u8::from(wish.backup); 32] });
        let extra = Extra { idempotency, ..Extra::default() };
        if wish.backup {
            let backup = NewBackup { name: wish.key.clone(), selection, keep_open: false };
            start_create(&self.db, &scope, backup, extra).await
        } else {
            start_sync(&self.db, &scope, &selection, extra).await
        }
    }

    /// Cancels one of the last runs; nobody minds when it got no answer.
    async fn change_mind(&self, seed: &Seed, world: &World) {
        let Some((wish, run)) = self.accepted.iter().rev().nth(seed.index(5)) else { return };
        let cancelled = async {
            let scope = self.db.authorise(self.user, world.tenants[wish.tenant].id).await?;
            self.db.tenant(&scope).runs().request_cancel(*run).await
        };
        if let Err(error) = cancelled.await {
            assert!(is_of_the_database(&error), "{error:?}");
        }
    }
}

impl Wish {
    fn chosen(seed: &Seed, key: String, world: &World) -> Self {
        let keys: Vec<_> = Registry::embedded().iter().filter(|one| one.inventory).map(|one| &one.key[..]).collect();
        let types = if seed.index(4) == 0 { Vec::new() } else { vec![keys[seed.index(keys.len())]] };
        Self { key, tenant: seed.index(world.tenants.len()), types, backup: seed.index(5) == 0 }
    }
}
