//! The audit log in the hands of somebody who can write the database but has no key. Each test drops the triggers first, and
//! puts back what it changed, so that the invariants hold afterwards.

use serde_json::Value;
use store::{Db, Engine};
use testkit::program::{on, say};
use testkit::{TestDatabase, World, chain, on_both_databases};

use crate::support::{PROGRAM, until, worker};

on_both_databases!(
    f47_an_edited_entry_is_named,
    f47_what_is_deleted_added_or_moved_is_named,
    f47_a_log_that_ends_early_is_found,
    f47_a_chain_made_anew_without_the_key_is_found,
    f47_linkers_at_once_make_one_chain_that_verifies_meanwhile,
    f47_a_worker_killed_while_it_links_loses_nothing,
    f47_the_log_is_proved_to_those_who_may_see_it,
);

/// What an attacker changes, all at once.
const TABLES: [&str; 4] = ["audit_entries", "audit_links", "audit_checkpoints", "audit_unlinked"];
/// Entries of the test's own, recorded after those that the world made. They are linked three at a time.
const ENTRIES: u64 = 12;

/// A log of which everything is linked, unprotected, with a copy aside.
struct Log<'a> {
    database: &'a TestDatabase,
    world: World,
}

impl<'a> Log<'a> {
    async fn recorded(database: &'a TestDatabase) -> Self {
        let world = World::seeded(database, 3).await;
        let scope = world.scope().await;
        for number in 1..=ENTRIES {
            let object = number.to_string();
            let audit = world.db.tenant(&scope);
            audit.audit().record("test.act", Some(&object), "succeeded", Some("as it was")).await.unwrap();
            if number % 3 == 0 {
                link_all(&world.db).await;
            }
        }
        for table in TABLES {
            database.execute(&format!("create table kept_{table} as select * from {table}")).await;
        }
        unprotect(database).await;
        Self { database, world }
    }

    /// Puts everything back as it was recorded.
    async fn put_back(&self) {
        for table in TABLES {
            self.database.execute(&format!("delete from {table}")).await;
        }
        for table in TABLES {
            let system = if self.database.engine() == Engine::Postgres { "overriding system value" } else { "" };
            self.database.execute(&format!("insert into {table} {system} select * from kept_{table}")).await;
        }
    }

    async fn change(&self, statements: &[impl AsRef<str>]) {
        for statement in statements.iter().map(AsRef::as_ref) {
            assert!(self.database.execute(statement).await > 0, "{statement} changed nothing");
        }
    }

    /// Where the entry of that number was linked.
    async fn position(&self, number: u64) -> u64 {
        let query = format!(
            "select l.position from kept_audit_links l join kept_audit_entries e on e.id = l.entry_id \
             where e.object = '{number}'"
        );
        u64::try_from(self.database.number(&query).await).unwrap()
    }

    /// As the program names the entry of that number.
    async fn name(&self, number: u64) -> String {
        let scope = self.world.scope().await;
        let entries = self.world.db.tenant(&scope).audit().list(None, 1_000).await.unwrap();
        let found = entries.iter().find(|entry| entry.object.as_deref() == Some(&*number.to_string()));
        found.unwrap().id.to_string()
    }

    /// What the program finds in the tenant's chain: nothing when it is intact.
    async fn found(&self, more: &[&str]) -> Option<Value> {
        let arguments = [&["audit", "verify", "Contoso", "--json"], more].concat();
        let said = say(on(PROGRAM, self.database, &arguments)).await;
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.text()));
        let bad = document["chains"][0]["bad"].clone();
        assert_eq!(
            (said.code, document["intact"].as_bool()),
            if bad.is_null() { (0, Some(true)) } else { (4, Some(false)) }
        );
        (!bad.is_null()).then_some(bad)
    }

    /// The program names this problem at the place of that entry.
    async fn assert_found(&self, problem: &str, number: u64, more: &[&str]) -> Value {
        let bad = self.found(more).await.unwrap_or_else(|| panic!("{problem} of {number} was not found"));
        assert_eq!(bad["problem"], problem, "{bad}");
        assert_eq!(bad["position"], self.position(number).await, "{bad}");
        bad
    }
}

async fn link_all(db: &Db) {
    while db.audit_chains().link(100).await.unwrap() > 0 {}
}

/// As the owner of the tables, or somebody who writes the file.
async fn unprotect(database: &TestDatabase) {
    for table in TABLES {
        match database.engine() {
            Engine::Postgres => drop(database.execute(&format!("alter table {table} disable trigger user")).await),
            Engine::Sqlite => {
                for trigger in ["no_update", "no_delete", "await_links"] {
                    database.execute(&format!("drop trigger if exists {table}_{trigger}")).await;
                }
            }
        }
    }
}

async fn f47_an_edited_entry_is_named(database: &TestDatabase) {
    let log = Log::recorded(database).await;
    assert_eq!(log.found(&[]).await, None);
    let name = log.name(5).await;
    let edits = [
        ("at", "at + 1"),
        ("tenant_id", "null"),
        ("actor_id", "null"),
        ("actor_name", "actor_name || ' '"),
        ("address", "'192.0.2.1'"),
        ("action", "'test.other'"),
        ("object", "null"),
        ("run_id", "id"),
        ("outcome", "'denied'"),
        ("detail", "null"),
        ("detail", "''"),
    ];
    for (column, value) in edits {
        log.change(&[format!("update audit_entries set {column} = {value} where object = '5'")]).await;
        let bad = log.assert_found("changed", 5, &[]).await;
        assert_eq!(bad["entry"], name, "{column}");
        assert!(bad["at_ms"].is_number() && bad["action"].is_string(), "{bad}");
        log.put_back().await;
    }
    if database.engine() == Engine::Sqlite {
        log.change(&["update audit_entries set detail = x'ff' where object = '5'"]).await;
        assert_eq!(log.assert_found("changed", 5, &[]).await["entry"], name, "it cannot even be read");
        log.put_back().await;
    }
    assert_eq!(log.found(&[]).await, None);
}

/// Makes an id that nothing has.
fn new_id(database: &TestDatabase) -> &'static str {
    if database.engine() == Engine::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" }
}

const CHAIN: &str = "chain = (select tenant_id from kept_audit_entries where object = '5')";

async fn f47_what_is_deleted_added_or_moved_is_named(database: &TestDatabase) {
    let log = Log::recorded(database).await;
    let (fifth, sixth, new_id) = (log.name(5).await, log.name(6).await, new_id(database));
    let [link_5, link_6] = [5, 6].map(async |number| format!("{CHAIN} and position = {}", log.position(number).await));
    let (link_5, link_6) = (link_5.await, link_6.await);
    let entry_of = |number| format!("entry_id = (select id from kept_audit_entries where object = '{number}')");
    let gone = "delete from audit_entries where object = '5'".to_owned();
    let link_gone = format!("delete from audit_links where {link_5}");
    let other_hash = format!("hash = (select hash from kept_audit_links where {link_6})");
    let links_change_places = vec![
        format!("update audit_links set entry_id = {new_id} where {link_5}"),
        format!("update audit_links set {} where {link_6}", entry_of(5)),
        format!("update audit_links set {} where {link_5}", entry_of(6)),
    ];
    let contents_change_places = vec![
        "update audit_entries set object = 'x' where object = '5'".into(),
        "update audit_entries set object = '5' where object = '6'".into(),
        "update audit_entries set object = '6' where object = 'x'".into(),
    ];
    let cases = [
        ("missing", Some(&fifth), vec![gone.clone()]),
        ("missing", None, vec![gone, link_gone.clone()]),
        ("link_missing", Some(&fifth), vec![link_gone]),
        ("missing", Some(&fifth), vec![format!("update audit_entries set id = {new_id} where object = '5'")]),
        ("link_changed", Some(&fifth), vec![format!("update audit_links set {other_hash} where {link_5}")]),
        ("out_of_order", Some(&sixth), links_change_places),
        ("changed", Some(&fifth), contents_change_places),
    ];
    for (problem, name, statements) in cases {
        log.change(&statements).await;
        let bad = log.assert_found(problem, 5, &[]).await;
        assert_eq!(bad["entry"].as_str(), name.map(String::as_str), "{statements:?}");
        log.put_back().await;
    }
    let columns = "at, tenant_id, actor_id, actor_name, address, action, object, run_id, outcome, detail";
    log.change(&[format!(
        "insert into audit_entries (id, {columns}) select {new_id}, {columns} from audit_entries where object = '5'"
    )])
    .await;
    let bad = log.found(&[]).await.unwrap();
    assert_eq!((bad["problem"].as_str(), bad["position"].as_u64()), (Some("added"), None), "{bad}");
    log.put_back().await;
    // Deleted before it was linked: only the queue still knows of it, and not whose it was.
    let queued = format!("insert into audit_unlinked (entry_id) select {new_id} from tenants");
    log.change(&[&queued]).await;
    let said = say(on(PROGRAM, database, &["audit", "verify"])).await;
    assert!(said.code == 4 && said.out.contains("is missing [missing]"), "{}", said.text());
    log.put_back().await;
    // An entry that is linked and queued again keeps none behind it from being linked.
    log.change(&["insert into audit_unlinked (entry_id) select id from kept_audit_entries where object = '5'"]).await;
    let scope = log.world.scope().await;
    log.world.db.tenant(&scope).audit().record("test.act", Some("13"), "succeeded", None).await.unwrap();
    log.change(&["insert into audit_unlinked (entry_id) select id from audit_entries where object = '13'"]).await;
    assert_eq!(log.world.db.audit_chains().link(100).await.unwrap(), 0);
    assert_eq!(log.world.db.audit_chains().link(100).await.unwrap(), 1);
    assert_eq!(log.found(&[]).await, None);
}

async fn f47_a_log_that_ends_early_is_found(database: &TestDatabase) {
    let log = Log::recorded(database).await;
    let kept = database.folder().join("kept.json");
    let kept = kept.to_str().unwrap();
    let written = say(on(PROGRAM, database, &["audit", "checkpoint", "Contoso", "--out", kept])).await;
    assert_eq!(written.code, 0, "{}", written.text());
    let since = ["--since", kept];
    assert_eq!(log.found(&since).await, None);
    // Ten is the first of the last three, which have a checkpoint of their own.
    let from = log.position(10).await;
    let entries = "delete from audit_entries where object in ('10', '11', '12')".to_owned();
    let rest = |table| format!("delete from {table} where {CHAIN} and position >= {from}");

    log.change(&[&entries]).await;
    assert!(log.assert_found("missing", 10, &[]).await["entry"].is_string());
    log.change(&[rest("audit_links")]).await;
    log.assert_found("truncated", 10, &[]).await;
    log.change(&[rest("audit_checkpoints")]).await;
    assert_eq!(log.found(&[]).await, None, "from here on only what was kept elsewhere can tell");
    log.assert_found("truncated", 10, &since).await;
    // TenantAtlas goes on behind the cut, and signs.
    let scope = log.world.scope().await;
    for number in 20..25 {
        let audit = log.world.db.tenant(&scope);
        audit.audit().record("test.act", Some(&number.to_string()), "succeeded", None).await.unwrap();
    }
    let queue = "insert into audit_unlinked (entry_id) select id from audit_entries e \
                 where not exists (select 1 from audit_links l where l.entry_id = e.id)";
    log.change(&[queue]).await;
    link_all(&log.world.db).await;
    assert_eq!(log.found(&[]).await, None);
    log.assert_found("not_the_one_kept", 12, &since).await;
    log.put_back().await;
    assert_eq!(log.found(&since).await, None);

    let text = std::fs::read_to_string(kept).unwrap().replace("\"position\": ", "\"position\": 1");
    std::fs::write(kept, text).unwrap();
    let said = say(on(PROGRAM, database, &["audit", "verify", "Contoso", "--since", kept])).await;
    assert!(said.code == 2 && said.err.contains("audit.checkpoint_forged"), "{}", said.text());
}

async fn f47_a_chain_made_anew_without_the_key_is_found(database: &TestDatabase) {
    let log = Log::recorded(database).await;
    let name = log.name(4).await;
    // The fifth is changed, and every link computed again as it should be. What is signed ends with the third.
    log.change(&["update audit_entries set detail = 'as it never was' where object = '5'"]).await;
    for statement in chain::made_anew(database.engine(), database.address()).await {
        database.execute(&statement).await;
    }
    // The hashes of checkpoints were made to fit, so their signatures do not.
    assert_eq!(log.assert_found("signature_wrong", 4, &[]).await["entry"], name);
    let hashes = "update audit_checkpoints set hash = (select k.hash from kept_audit_checkpoints k \
                  where k.chain = audit_checkpoints.chain and k.position = audit_checkpoints.position)";
    log.change(&[hashes]).await;
    assert_eq!(log.assert_found("rebuilt", 4, &[]).await["entry"], name);
    let from = log.position(4).await;
    log.change(&[format!("delete from audit_checkpoints where {CHAIN} and position >= {from}")]).await;
    assert_eq!(log.assert_found("unsigned", 4, &[]).await["entry"], name);
    log.change(&["delete from audit_checkpoints"]).await;
    let bad = log.found(&[]).await.unwrap();
    assert_eq!((bad["problem"].as_str(), bad["position"].as_u64()), (Some("unsigned"), Some(1)), "{bad}");
    log.put_back().await;
    assert_eq!(log.found(&[]).await, None);
}

async fn f47_linkers_at_once_make_one_chain_that_verifies_meanwhile(database: &TestDatabase) {
    let world = World::seeded(database, 3).await;
    let writers = (0..4).map(async |writer: usize| {
        let (db, scope) = (database.open().await, world.scope().await);
        for number in 0..40 {
            let object = format!("{writer}/{number}");
            db.tenant(&scope).audit().record("test.act", Some(&object), "succeeded", None).await.unwrap();
            db.audit_chains().link(3).await.unwrap();
        }
        db.close().await;
    });
    let reader = async {
        for _ in 0..8 {
            let said = say(on(PROGRAM, database, &["audit", "verify"])).await;
            assert_eq!(said.code, 0, "{}", said.text());
        }
    };
    futures::join!(futures::future::join_all(writers), reader);
    link_all(&world.db).await;
    let left = database.number("select count(*) from audit_unlinked").await;
    let (links, entries) = ("select count(*) from audit_links", "select count(*) from audit_entries");
    assert_eq!((left, database.number(links).await), (0, database.number(entries).await));
    let said = say(on(PROGRAM, database, &["audit", "verify", "--json"])).await;
    assert_eq!(said.code, 0, "{}", said.text());
}

async fn f47_a_worker_killed_while_it_links_loses_nothing(database: &TestDatabase) {
    let world = World::seeded(database, 3).await;
    // More than one turn links.
    let numbers = match database.engine() {
        Engine::Sqlite => {
            "with recursive n (n) as (select 1 union all select n + 1 from n where n < 6000) select randomblob(16), n"
        }
        Engine::Postgres => "select gen_random_uuid(), n",
    };
    let from = if database.engine() == Engine::Sqlite { "n" } else { "generate_series(1, 6000) as n" };
    let fill = format!(
        "insert into audit_entries (id, at, tenant_id, actor_name, action, outcome) {numbers}, t.id, 'x', 'test.act', 'succeeded' from {from}, tenants t"
    );
    database.execute(&fill).await;
    let linked = async || database.number("select count(*) from audit_links").await;
    let waiting = async || database.number("select count(*) from audit_unlinked").await;
    let mut killed = worker(&world, database).await;
    until(async || linked().await > 0).await;
    killed.kill().await.unwrap();
    assert!(waiting().await > 0, "it was killed in the middle");
    let next = worker(&world, database).await;
    until(async || waiting().await == 0).await;
    testkit::program::terminate(next).await;
    let said = say(on(PROGRAM, database, &["audit", "verify"])).await;
    assert!(said.code == 0 && said.out.contains("Intact"), "{}", said.text());
}

async fn f47_the_log_is_proved_to_those_who_may_see_it(database: &TestDatabase) {
    let world = World::seeded(database, 3).await;
    link_all(&world.db).await;
    world.person("Reader", model::access::Role::Readonly).await;
    let stranger = store::NewUser {
        email: "stranger@example.com".into(),
        name: "Stranger".into(),
        password_hash: None,
        platform_admin: false,
    };
    world.db.people().create(stranger).await.unwrap();
    let owner = world.db.people().by_id(world.owner).await.unwrap().unwrap().email;
    for command in ["verify", "checkpoint"] {
        for (who, of_one, of_all) in [(&owner[..], 0, 0), ("reader@example.com", 0, 8), ("stranger@example.com", 7, 8)]
        {
            let one = say(on(PROGRAM, database, &["audit", command, "Contoso", "--as", who])).await;
            let all = say(on(PROGRAM, database, &["audit", command, "--as", who])).await;
            assert_eq!((one.code, all.code), (of_one, of_all), "{who}: {} {}", one.text(), all.text());
        }
    }
}
